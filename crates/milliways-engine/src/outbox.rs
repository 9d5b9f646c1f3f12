//! What is to be sent next, and what an answer means. Pure: it owns no clock, no socket and no file.
//!
//! Journals are sent one batch at a time, the batch with the oldest entry first: what a run refers to was made before
//! it, so it is stored before it. A batch that may have arrived is sent again as it was, which has no second effect.

mod backoff;
mod journal;

use std::collections::BTreeMap;
use std::time::Duration;

use milliways_model::{FlowRunId, TaskRunId};
use serde::{Deserialize, Serialize};

pub(crate) use backoff::Backoff;
pub(crate) use journal::{Chunk, Journal};

use crate::fact::JournalNumber;
use crate::spool::Place;

/// The most records of a batch.
pub(crate) const MAX_RECORDS: usize = 5_000;

/// A journal of which more records are refused is no journal.
const MOST_REPLACED: u32 = 100;

/// So many bytes that wait are kept in memory beside the disk.
const MEMORY: usize = 4 << 20;

/// Whose journal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Run {
    /// A flow run with all that happens in it.
    #[serde(rename = "flow_run")]
    Flow(FlowRunId),
    /// A task run outside of any flow.
    #[serde(rename = "task_run")]
    Task(TaskRunId),
    /// Log lines outside of any run.
    Logs,
}

impl Run {
    /// The flow run, where it is one.
    pub(crate) const fn flow_run(self) -> Option<FlowRunId> {
        match self {
            Self::Flow(id) => Some(id),
            Self::Task(_) | Self::Logs => None,
        }
    }
}

/// A request to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Post {
    pub(crate) journal: JournalNumber,
    pub(crate) run: Run,
    pub(crate) epoch: i64,
    pub(crate) first_seq: i64,
    /// 0: a heartbeat.
    pub(crate) count: usize,
}

impl Post {
    /// The number of the last record.
    pub(crate) fn last_seq(&self) -> i64 {
        self.first_seq - 1 + journal::seq(self.count)
    }
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The server holds everything up to this number.
    Acked(i64),
    /// The server asks for an earlier record first.
    Gap(i64),
    /// Another attempt has taken the run over.
    Stale,
    /// The server will never take it.
    Refused(String),
    /// It may be tried again, after the given time where the server named one; and why it failed.
    Failed(Option<Duration>, String),
}

/// What the owner of the files has to do next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Everything before the place, or everything, is acknowledged.
    Release(JournalNumber, Option<Place>),
    /// The journal is over and acknowledged.
    Remove(JournalNumber),
    /// Records from this number on are asked for again: [`Outbox::rewind`], or [`Outbox::give_up`].
    Rewind(JournalNumber, i64),
    /// Another attempt has taken the run over: nothing of this one counts any more.
    Drop(JournalNumber),
    /// The server refuses a batch, for whatever is in it: [`Outbox::split`].
    Split(JournalNumber),
    /// The server refuses the first record that waits, for this reason: [`Outbox::replace`].
    Replace(JournalNumber, String),
    /// The server refuses the journal for good, for this reason.
    SetAside(JournalNumber, String),
    /// The server can't be reached, or does not work, for this reason.
    Away(String),
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Outbox {
    journals: BTreeMap<JournalNumber, Journal>,
    in_flight: Option<Post>,
    /// Somebody has asked for a try that begins after the one under way.
    is_hurried: bool,
    backoff: Backoff,
    batch_size: usize,
    heartbeat: Duration,
}

impl Outbox {
    /// `batch_size`: bytes of a batch. `heartbeat`: how long the server may hear nothing of a run that is under way.
    pub(crate) fn new(batch_size: usize, heartbeat: Duration) -> Self {
        Self {
            journals: BTreeMap::new(),
            in_flight: None,
            is_hurried: false,
            backoff: Backoff::default(),
            batch_size,
            heartbeat,
        }
    }

    /// Begins a journal whose next record has the number `next_seq`.
    pub(crate) fn open(
        &mut self,
        number: JournalNumber,
        run: Run,
        epoch: i64,
        next_seq: i64,
        now: Duration,
    ) {
        self.journals
            .insert(number, Journal::new(run, epoch, next_seq, now));
    }

    /// Whether the journal is here: it was begun and neither ended nor refused.
    pub(crate) fn has(&self, number: JournalNumber) -> bool {
        self.journals.contains_key(&number)
    }

    /// The number that the journal's next record gets.
    pub(crate) fn next_seq(&self, number: JournalNumber) -> i64 {
        self.journals
            .get(&number)
            .map_or(1, |journal| journal.next_seq)
    }

    /// Adds `count` whole lines, made of facts from entry `entry` on. `place`: where they are on disk.
    pub(crate) fn append(
        &mut self,
        number: JournalNumber,
        lines: &[u8],
        count: usize,
        place: Option<Place>,
        entry: u64,
        now: Duration,
    ) {
        let keeps = place.is_none() || self.memory() + lines.len() <= MEMORY;
        if let Some(journal) = self.journals.get_mut(&number) {
            let lines_kept = keeps.then(|| lines.to_vec());
            let size = lines.len();
            let chunk = Chunk {
                count,
                size,
                place,
                lines: lines_kept,
                entry,
                is_sealed: false,
            };
            journal.append(chunk, self.batch_size);
            self.backoff.hurry(now);
        }
    }

    /// Whether the run is under way, so that the server has to hear of it.
    pub(crate) fn set_alive(&mut self, number: JournalNumber, is_alive: bool) {
        if let Some(journal) = self.journals.get_mut(&number) {
            journal.is_alive = is_alive;
        }
    }

    /// Nothing more will be added.
    pub(crate) fn close(&mut self, number: JournalNumber) -> Option<Effect> {
        let journal = self.journals.get_mut(&number)?;
        journal.is_closed = true;
        journal.is_alive = false;
        self.remove_if_done(number)
    }

    /// The next request, where there is one to make now. It is under way until [`Outbox::answered`].
    pub(crate) fn next_post(&mut self, now: Duration) -> Option<Post> {
        if self.in_flight.is_some() || self.backoff.until().is_some_and(|until| now < until) {
            return None;
        }
        let heartbeat = self.heartbeat;
        let waiting = self
            .journals
            .iter()
            .filter_map(|(number, journal)| Some((journal.chunks.front()?.entry, *number)));
        let number = waiting.min().map(|(_, number)| number).or_else(|| {
            let is_due = |journal: &Journal| {
                journal
                    .heartbeat_due(heartbeat)
                    .is_some_and(|due| due <= now)
            };
            self.journals
                .iter()
                .find(|(_, journal)| is_due(journal))
                .map(|(number, _)| *number)
        })?;
        let journal = self.journals.get_mut(&number)?;
        let count = journal.chunks.front_mut().map_or(0, |chunk| {
            chunk.is_sealed = true;
            chunk.count
        });
        let first_seq = journal.acked + 1;
        let post = Post {
            journal: number,
            run: journal.run,
            epoch: journal.epoch,
            first_seq,
            count,
        };
        self.in_flight = Some(post);
        Some(post)
    }

    /// The batch of a journal that is sent next, or is under way.
    pub(crate) fn first_chunk(&self, number: JournalNumber) -> Option<&Chunk> {
        self.journals.get(&number)?.chunks.front()
    }

    /// What the answer to the request under way leads to. `random` is at least 0 and below 1.
    pub(crate) fn answered(&mut self, answer: Answer, now: Duration, random: f64) -> Vec<Effect> {
        let Some(post) = self.in_flight.take() else {
            return Vec::new();
        };
        let number = post.journal;
        let is_hurried = std::mem::take(&mut self.is_hurried);
        if let Answer::Failed(wait, reason) = answer {
            self.backoff.fail(now, wait, random);
            if is_hurried {
                self.backoff.retry_at(now);
            }
            return vec![Effect::Away(reason)];
        }
        self.backoff.reset();
        let Some(journal) = self.journals.get_mut(&number) else {
            return Vec::new();
        };
        journal.heard = now;
        match answer {
            Answer::Acked(acked) if acked >= journal.next_seq => {
                // Somebody else tells of the same attempt: what this process adds would be taken for repeats.
                self.drop_journal(number)
            }
            Answer::Acked(acked) => {
                let progressed = journal.acknowledge(acked);
                if !progressed && post.count > 0 {
                    self.backoff.fail(now, None, random);
                    let reason = format!("it has only acknowledged record {acked}");
                    return vec![Effect::Away(reason)];
                }
                let place = journal.chunks.front().and_then(|chunk| chunk.place);
                match self.remove_if_done(number) {
                    Some(effect) => vec![effect],
                    None => vec![Effect::Release(number, place)],
                }
            }
            Answer::Gap(expected) => vec![Effect::Rewind(number, expected)],
            Answer::Stale => self.drop_journal(number),
            Answer::Refused(reason) => self.refused(&post, reason),
            Answer::Failed(..) => Vec::new(),
        }
    }

    /// Replaces what waits by what is still on disk from record `first_seq` on.
    pub(crate) fn rewind(&mut self, number: JournalNumber, first_seq: i64, chunks: Vec<Chunk>) {
        if let Some(journal) = self.journals.get_mut(&number) {
            journal.rewind(first_seq, chunks);
        }
    }

    /// Sends the first batch that waits, of which `lines` are the records, in two halves from now on.
    pub(crate) fn split(&mut self, number: JournalNumber, lines: &[u8]) {
        if let Some(journal) = self.journals.get_mut(&number) {
            journal.split(lines);
        }
    }

    /// Puts another record in the place of the first one that waits, so that those after it keep their numbers.
    pub(crate) fn replace(&mut self, number: JournalNumber, line: Vec<u8>) {
        if let Some(journal) = self.journals.get_mut(&number) {
            journal.replace(line);
        }
    }

    /// The server will never take the journal.
    pub(crate) fn give_up(&mut self, number: JournalNumber, reason: String) -> Vec<Effect> {
        match self.journals.remove(&number) {
            Some(_) => vec![Effect::SetAside(number, reason)],
            None => Vec::new(),
        }
    }

    /// Tries again at once where the server is away, or turns out to be.
    pub(crate) fn retry_now(&mut self, now: Duration) {
        self.is_hurried = self.in_flight.is_some();
        self.backoff.retry_at(now);
    }

    /// When [`Outbox::next_post`] may give something that it does not give now.
    pub(crate) fn next_wake(&self) -> Option<Duration> {
        if self.in_flight.is_some() {
            return None;
        }
        let mut work = self
            .journals
            .values()
            .filter_map(|journal| match journal.chunks.front() {
                Some(_) => Some(Duration::ZERO),
                None => journal.heartbeat_due(self.heartbeat),
            });
        let first = work.by_ref().min()?;
        Some(first.max(self.backoff.until().unwrap_or_default()))
    }

    /// The first entry that is not acknowledged.
    pub(crate) fn first_waiting(&self) -> Option<u64> {
        let fronts = self
            .journals
            .values()
            .filter_map(|journal| journal.chunks.front());
        fronts
            .map(|chunk| chunk.entry)
            .filter(|entry| *entry != Chunk::LEFTOVER)
            .min()
    }

    /// The bytes that wait in the journal in which most do.
    pub(crate) fn fullest(&self) -> u64 {
        self.journals
            .values()
            .map(Journal::waiting_bytes)
            .max()
            .unwrap_or(0)
    }

    /// The bytes that wait in one journal.
    pub(crate) fn waiting_bytes(&self, number: JournalNumber) -> u64 {
        self.journals.get(&number).map_or(0, Journal::waiting_bytes)
    }

    /// Bytes that wait only in memory.
    pub(crate) fn unspooled_bytes(&self) -> usize {
        let chunks = self.journals.values().flat_map(|journal| &journal.chunks);
        chunks
            .filter(|chunk| chunk.place.is_none())
            .map(|chunk| chunk.size)
            .sum()
    }

    /// Whether the last try has failed.
    pub(crate) fn is_away(&self) -> bool {
        self.backoff.until().is_some()
    }

    fn memory(&self) -> usize {
        let chunks = self.journals.values().flat_map(|journal| &journal.chunks);
        chunks
            .map(|chunk| chunk.lines.as_ref().map_or(0, Vec::len))
            .sum()
    }

    /// One bad record must not keep away what comes after it, so it is looked for. Without the first record, which
    /// makes the run, there is nothing to add to.
    fn refused(&mut self, post: &Post, reason: String) -> Vec<Effect> {
        let replaced = self
            .journals
            .get(&post.journal)
            .map_or(0, |journal| journal.replaced);
        match post.count {
            0 => self.give_up(post.journal, reason),
            1 if post.first_seq == 1 || replaced >= MOST_REPLACED => {
                self.give_up(post.journal, reason)
            }
            1 => vec![Effect::Replace(post.journal, reason)],
            _ => vec![Effect::Split(post.journal)],
        }
    }

    fn drop_journal(&mut self, number: JournalNumber) -> Vec<Effect> {
        self.journals.remove(&number);
        vec![Effect::Drop(number)]
    }

    fn remove_if_done(&mut self, number: JournalNumber) -> Option<Effect> {
        let journal = self.journals.get(&number)?;
        let is_in_flight = self.in_flight.is_some_and(|post| post.journal == number);
        if !journal.is_closed || !journal.chunks.is_empty() || is_in_flight {
            return None;
        }
        self.journals.remove(&number);
        Some(Effect::Remove(number))
    }
}

#[cfg(test)]
mod tests;
