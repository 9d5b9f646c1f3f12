//! One journal on disk: lines that are only ever added, in files that are removed from the front.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::private_file;
use crate::outbox::{Chunk, Run};

/// A file is not added to any more once it has so many bytes, so that what was acknowledged can be removed.
const SEGMENT_SIZE: u64 = 8 << 20;

/// The size of batches that are read back.
const REREAD_SIZE: usize = 1 << 20;

/// The first line of each file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Header {
    /// Version of the format.
    pub(crate) spool: u32,
    /// The journal's number in its process: journals are delivered in this order.
    pub(crate) journal: u64,
    /// Whose journal it is.
    pub(crate) run: Run,
    /// The attempt.
    pub(crate) epoch: i64,
    /// The number of the record in the line after this one.
    pub(crate) first_seq: i64,
}

impl Header {
    /// The header of a journal that begins.
    pub(crate) const fn new(journal: u64, run: Run, epoch: i64) -> Self {
        Self {
            spool: 1,
            journal,
            run,
            epoch,
            first_seq: 1,
        }
    }
}

/// Where lines begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) segment: u32,
    pub(crate) offset: u64,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct JournalFile {
    folder: PathBuf,
    header: Header,
    segments: Vec<Segment>,
    next: u32,
}

#[derive(Debug)]
struct Segment {
    number: u32,
    path: PathBuf,
    file: File,
    size: u64,
    first_seq: i64,
}

impl JournalFile {
    pub(crate) fn new(folder: PathBuf, header: Header) -> Self {
        Self {
            folder,
            header,
            segments: Vec::new(),
            next: 1,
        }
    }

    /// Adds whole lines, the first of which is record `first_seq`.
    pub(crate) fn append(&mut self, lines: &[u8], first_seq: i64) -> io::Result<Place> {
        if self
            .segments
            .last()
            .is_none_or(|last| last.size >= SEGMENT_SIZE)
        {
            self.begin_segment(first_seq)?;
        }
        let Some(segment) = self.segments.last_mut() else {
            return Err(io::Error::other("no segment was begun"));
        };
        let place = Place {
            segment: segment.number,
            offset: segment.size,
        };
        if let Err(error) = (&segment.file).write_all(lines) {
            // Half a batch must not stand in front of the next one.
            segment.file.set_len(segment.size)?;
            return Err(error);
        }
        segment.size += lines.len() as u64;
        Ok(place)
    }

    /// Reads back what was added.
    pub(crate) fn read(&self, place: Place, size: usize) -> io::Result<Vec<u8>> {
        let segment = self
            .segments
            .iter()
            .find(|segment| segment.number == place.segment);
        let Some(segment) = segment else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let mut lines = vec![0; size];
        segment.file.read_exact_at(&mut lines, place.offset)?;
        Ok(lines)
    }

    /// The records from `first_seq` on, in the batches in which they are sent again. `None` where the first of them is
    /// not on disk any more.
    pub(crate) fn reread(&self, first_seq: i64) -> io::Result<Option<Vec<Chunk>>> {
        let mut chunks: Vec<Chunk> = Vec::new();
        let begin = self
            .segments
            .iter()
            .rposition(|segment| segment.first_seq <= first_seq);
        let Some(begin) = begin.filter(|_| first_seq >= 1) else {
            return Ok(None);
        };
        for segment in &self.segments[begin..] {
            let mut bytes = vec![0; usize::try_from(segment.size).unwrap_or(0)];
            segment.file.read_exact_at(&mut bytes, 0)?;
            let mut offset = 0;
            // The header stands where the record before the first one would.
            let numbered =
                (segment.first_seq - 1..).zip(bytes.split_inclusive(|byte| *byte == b'\n'));
            for (seq, line) in numbered {
                if seq >= first_seq.max(segment.first_seq) {
                    let chunk = Chunk::of_line(
                        line,
                        Place {
                            segment: segment.number,
                            offset,
                        },
                    );
                    match chunks.last_mut() {
                        Some(last) if last.takes(&chunk, REREAD_SIZE) => last.add(&chunk),
                        _ => chunks.push(chunk),
                    }
                }
                offset += line.len() as u64;
            }
        }
        Ok(Some(chunks))
    }

    /// Everything before `place` is acknowledged; with `None` everything is.
    pub(crate) fn release(&mut self, place: Option<Place>) {
        let keep = |segment: &Segment| match place {
            Some(place) => segment.number >= place.segment,
            // A file that has grown is not worth keeping; a small one saves making the next.
            None => segment.size < SEGMENT_SIZE / 8,
        };
        self.segments.retain(|segment| {
            let keeps = keep(segment);
            if !keeps {
                let _ = std::fs::remove_file(&segment.path);
            }
            keeps
        });
    }

    /// The journal is over and acknowledged.
    pub(crate) fn remove(self) {
        for segment in self.segments {
            let _ = std::fs::remove_file(segment.path);
        }
    }

    /// The server refuses the journal for good: keeps what is left beside the folder's lock, for people.
    pub(crate) fn set_aside(self) -> Option<PathBuf> {
        let mut kept = None;
        for segment in self.segments {
            let path = set_aside(&segment.path)?;
            kept.get_or_insert(path);
        }
        kept
    }

    fn begin_segment(&mut self, first_seq: i64) -> io::Result<()> {
        let path = self
            .folder
            .join(format!("{}.{}.jsonl", self.header.journal, self.next));
        let file = private_file().append(true).create_new(true).open(&path)?;
        let mut line = serde_json::to_vec(&Header {
            first_seq,
            ..self.header.clone()
        })?;
        line.push(b'\n');
        let mut segment = Segment {
            number: self.next,
            path,
            file,
            size: 0,
            first_seq,
        };
        self.next += 1;
        segment.file.write_all(&line)?;
        segment.size = line.len() as u64;
        self.segments.push(segment);
        Ok(())
    }
}

/// Moves a file to where no leftovers are looked for: `spool/refused/`.
pub(super) fn set_aside(path: &Path) -> Option<PathBuf> {
    let process = path.parent()?;
    let refused = process.parent()?.join("refused");
    std::fs::create_dir_all(&refused).ok()?;
    let name = format!(
        "{}-{}",
        process.file_name()?.to_str()?,
        path.file_name()?.to_str()?
    );
    let kept = refused.join(name);
    std::fs::rename(path, &kept).ok()?;
    Some(kept)
}
