//! What a process prints: into a file without a name, which is read as it grows and emptied behind the reader.
//!
//! A pipe would do as long as the worker lives. But a worker may be killed, and then its processes go on: each line that
//! they print would be an error to them.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::process::Stdio;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;

/// How often it is looked for more.
const ROUND: Duration = Duration::from_millis(100);
/// So much is kept for telling how a process ended.
const KEPT_LINES: usize = 40;
const KEPT_LINE: usize = 2_000;
/// Read at once.
const PIECE: usize = 64 << 10;
/// Given back to the disk at once.
const RELEASE: u64 = 4 << 20;

/// The output of one process.
#[derive(Debug)]
pub(crate) struct Output {
    file: File,
    end: Sender<tokio::sync::oneshot::Sender<String>>,
}

impl Output {
    /// `is_shown`: whether the worker prints it, too.
    pub(crate) fn open(is_shown: bool) -> io::Result<Self> {
        let file = tempfile::tempfile()?;
        let mut reader = Reader {
            file: file.try_clone()?,
            at: 0,
            released: 0,
            is_shown,
            tail: Tail::default(),
        };
        let (end, ended) = mpsc::channel::<tokio::sync::oneshot::Sender<String>>();
        let thread = std::thread::Builder::new().name("milliways-output".to_owned());
        thread.spawn(move || {
            loop {
                let asked = ended.recv_timeout(ROUND);
                // What can't be read or shown is lost; the run is not.
                let _ = reader.read_on();
                match asked {
                    Ok(reply) => {
                        let _ = reply.send(reader.tail.text());
                        return;
                    }
                    Err(RecvTimeoutError::Disconnected) => return,
                    Err(RecvTimeoutError::Timeout) => {}
                }
            }
        })?;
        Ok(Self { file, end })
    }

    /// Where the process writes to: both of its streams, in the order in which it writes.
    pub(crate) fn streams(&self) -> io::Result<(Stdio, Stdio)> {
        // The two share one position, which every write moves on.
        Ok((self.file.try_clone()?.into(), self.file.try_clone()?.into()))
    }

    /// The process has ended: its last lines.
    pub(crate) async fn close(self) -> String {
        let (reply, tail) = tokio::sync::oneshot::channel();
        if self.end.send(reply).is_err() {
            return String::new();
        }
        tail.await.unwrap_or_default()
    }
}

struct Reader {
    file: File,
    at: u64,
    released: u64,
    is_shown: bool,
    tail: Tail,
}

impl Reader {
    fn read_on(&mut self) -> io::Result<()> {
        let mut piece = vec![0; PIECE];
        loop {
            let count = self.file.read_at(&mut piece, self.at)?;
            if count == 0 {
                break;
            }
            self.at += count as u64;
            self.tail.add(&piece[..count]);
            if self.is_shown {
                let mut out = io::stdout().lock();
                out.write_all(&piece[..count])?;
                out.flush()?;
            }
            if self.at - self.released >= RELEASE {
                self.release();
            }
        }
        Ok(())
    }

    /// Gives back what was read. Where the file system can't, the file only grows.
    fn release(&mut self) {
        #[cfg(target_os = "linux")]
        {
            use rustix::fs::{FallocateFlags, fallocate};
            let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
            let _ = fallocate(&self.file, flags, self.released, self.at - self.released);
        }
        self.released = self.at;
    }
}

/// The last lines.
#[derive(Debug, Default)]
struct Tail {
    lines: VecDeque<Vec<u8>>,
    is_open: bool,
}

impl Tail {
    fn add(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            if !self.is_open {
                if self.lines.len() == KEPT_LINES {
                    self.lines.pop_front();
                }
                self.lines.push_back(Vec::new());
            }
            if let Some(line) = self.lines.back_mut() {
                let room = KEPT_LINE.saturating_sub(line.len());
                line.extend_from_slice(&piece[..piece.len().min(room)]);
            }
            self.is_open = piece.last() != Some(&b'\n');
        }
    }

    fn text(&self) -> String {
        let bytes: Vec<u8> = self.lines.iter().flatten().copied().collect();
        String::from_utf8_lossy(&bytes).trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT_LINES, Tail};

    #[test]
    fn the_last_lines_are_kept() {
        let mut tail = Tail::default();
        for number in 0..=KEPT_LINES {
            tail.add(b"line ");
            tail.add(format!("{number}\n").as_bytes());
        }
        tail.add(b"open");
        let text = tail.text();
        assert!(
            text.starts_with("line 2\n") && text.ends_with("\nopen"),
            "{text}"
        );
        assert_eq!(text.lines().count(), KEPT_LINES);
    }
}
