//! One journal in the outbox: the batches that wait, and how far the server has come.

use std::collections::VecDeque;
use std::time::Duration;

use super::{MAX_RECORDS, Run};
use crate::spool::Place;

/// A batch: whole lines that are sent, and sent again, as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chunk {
    pub(crate) count: usize,
    pub(crate) size: usize,
    /// Where the lines are on disk.
    pub(crate) place: Option<Place>,
    /// The lines, where they are worth the memory or are not on disk.
    pub(crate) lines: Option<Vec<u8>>,
    /// The first entry that it may stem from.
    pub(crate) entry: u64,
    /// It was sent, so that it is not added to any more.
    pub(crate) is_sealed: bool,
}

impl Chunk {
    /// The entry of what another process left: it is sent when nothing of this one waits.
    pub(crate) const LEFTOVER: u64 = u64::MAX;
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Journal {
    pub(crate) run: Run,
    pub(crate) epoch: i64,
    /// Of the next record that is added.
    pub(crate) next_seq: i64,
    /// The last one that the server holds; the first batch begins after it.
    pub(crate) acked: i64,
    pub(crate) chunks: VecDeque<Chunk>,
    waiting: u64,
    /// How many records were refused, and others put in their place.
    pub(crate) replaced: u32,
    pub(crate) is_alive: bool,
    pub(crate) is_closed: bool,
    /// When the server last answered to it.
    pub(crate) heard: Duration,
}

impl Journal {
    pub(crate) fn new(run: Run, epoch: i64, next_seq: i64, now: Duration) -> Self {
        Self {
            run,
            epoch,
            next_seq,
            acked: next_seq - 1,
            chunks: VecDeque::new(),
            waiting: 0,
            replaced: 0,
            is_alive: false,
            is_closed: false,
            heard: now,
        }
    }

    /// Adds a batch: to the last one where both fit into `limit` bytes and follow each other on disk.
    pub(crate) fn append(&mut self, new: Chunk, limit: usize) {
        self.next_seq += seq(new.count);
        self.waiting += new.size as u64;
        match self.chunks.back_mut() {
            Some(last) if last.takes(&new, limit) => last.add(&new),
            _ => self.chunks.push_back(new),
        }
    }

    /// The server holds everything up to `acked`. Gives whether that is more than it was known to hold.
    pub(crate) fn acknowledge(&mut self, acked: i64) -> bool {
        let mut progressed = false;
        while let Some(first) = self.chunks.front() {
            let last_seq = self.acked + seq(first.count);
            if last_seq > acked {
                break;
            }
            self.acked = last_seq;
            self.waiting -= first.size as u64;
            self.chunks.pop_front();
            progressed = true;
        }
        progressed
    }

    pub(crate) fn split(&mut self, lines: &[u8]) {
        let Some(whole) = self.chunks.pop_front() else {
            return;
        };
        let count = whole.count / 2;
        let size: usize = lines
            .split_inclusive(|byte| *byte == b'\n')
            .take(count)
            .map(<[u8]>::len)
            .sum();
        let place = whole.place.map(|place| Place {
            offset: place.offset + size as u64,
            ..place
        });
        let is_kept = whole.lines.is_some();
        let kept = |lines: &[u8]| is_kept.then(|| lines.to_vec());
        let (first, second) = lines.split_at(size);
        self.chunks.push_front(Chunk {
            count: whole.count - count,
            size: second.len(),
            place,
            lines: kept(second),
            ..whole
        });
        self.chunks.push_front(Chunk {
            count,
            size,
            lines: kept(first),
            ..whole
        });
    }

    pub(crate) fn replace(&mut self, line: Vec<u8>) {
        if let Some(first) = self.chunks.front_mut() {
            self.replaced += 1;
            self.waiting = self.waiting - first.size as u64 + line.len() as u64;
            first.size = line.len();
            first.lines = Some(line);
        }
    }

    pub(crate) fn rewind(&mut self, first_seq: i64, chunks: Vec<Chunk>) {
        self.acked = first_seq - 1;
        self.waiting = chunks.iter().map(|chunk| chunk.size as u64).sum();
        self.chunks = chunks.into();
    }

    /// When the server has to hear of the run, where it is under way.
    pub(crate) fn heartbeat_due(&self, interval: Duration) -> Option<Duration> {
        self.is_alive.then(|| self.heard + interval)
    }

    pub(crate) const fn waiting_bytes(&self) -> u64 {
        self.waiting
    }
}

impl Chunk {
    /// A single line that is on disk.
    pub(crate) const fn of_line(line: &[u8], place: Place) -> Self {
        Self {
            count: 1,
            size: line.len(),
            place: Some(place),
            lines: None,
            entry: 0,
            is_sealed: false,
        }
    }

    /// Whether `new` can be sent in the same request, of at most `limit` bytes.
    pub(crate) fn takes(&self, new: &Self, limit: usize) -> bool {
        let follows = match (self.place, new.place) {
            (Some(mine), Some(next)) => {
                mine.segment == next.segment && mine.offset + self.size as u64 == next.offset
            }
            (None, None) => true,
            _ => false,
        };
        follows
            && !self.is_sealed
            && self.count + new.count <= MAX_RECORDS
            && self.size + new.size <= limit
            && self.lines.is_some() == new.lines.is_some()
    }
}

impl Chunk {
    /// Adds what it takes.
    pub(crate) fn add(&mut self, new: &Self) {
        self.count += new.count;
        self.size += new.size;
        if let (Some(kept), Some(lines)) = (&mut self.lines, &new.lines) {
            kept.extend_from_slice(lines);
        }
    }
}

/// A count of records as a difference of their numbers.
pub(crate) fn seq(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
