//! Sends what processes that are gone have left, while nothing of this one waits: a file at a time.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use super::desk::Desk;
use crate::Config;
use crate::fact::JournalNumber;
use crate::outbox::{Chunk, Effect};
use crate::spool::{Leftover, LeftoverFile, delivered, leftovers, refused};

/// Numbers of left journals are above those of this process.
const FIRST_NUMBER: JournalNumber = 1 << 48;

/// See the module.
#[derive(Debug)]
pub(crate) struct Leftovers {
    root: PathBuf,
    server: String,
    /// `None`: nobody has looked yet.
    folders: Option<VecDeque<Leftover>>,
    /// The one that is gone through, and its files that are still to come.
    folder: Option<Leftover>,
    files: VecDeque<PathBuf>,
    under_way: Option<(JournalNumber, PathBuf)>,
    next: JournalNumber,
    waiters: Vec<SyncSender<bool>>,
}

impl Leftovers {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            root: config.spool.clone(),
            server: config.client.server(),
            folders: None,
            folder: None,
            files: VecDeque::new(),
            under_way: None,
            next: FIRST_NUMBER,
            waiters: Vec::new(),
        }
    }

    /// Answers once all of them are sent, or the server is away. Looks for them anew.
    pub(crate) fn tell_when_done(&mut self, reply: SyncSender<bool>) {
        self.waiters.push(reply);
        if self.under_way.is_none() && self.folder.is_none() {
            self.folders = None;
        }
    }

    /// Puts the next file into the outbox, where there is time for it.
    pub(crate) fn go_on(&mut self, desk: &mut Desk<'_>, now: Duration) {
        let is_free = self.under_way.is_none() && desk.outbox.first_waiting().is_none();
        // Nothing tells sooner that the server is there than what this process sends.
        if !is_free || desk.outbox.is_away() || (!desk.was_reached() && self.waiters.is_empty()) {
            return;
        }
        while self.under_way.is_none() {
            let Some(path) = self.next_file() else {
                for waiter in self.waiters.drain(..) {
                    let _ = waiter.send(true);
                }
                return;
            };
            match LeftoverFile::read(&path) {
                Ok(Some(file)) if !file.lines.is_empty() => self.begin(file, desk, now),
                // It holds nothing, or nothing that can be read: a torn header was written before any record.
                Ok(_) => delivered(&path),
                Err(_) => {}
            }
        }
    }

    /// Takes the effects that concern the file under way, and gives the others back.
    pub(crate) fn carry_out(&mut self, desk: &mut Desk<'_>, effects: Vec<Effect>) -> Vec<Effect> {
        let mut others = Vec::new();
        for effect in effects {
            match (effect, &self.under_way) {
                (Effect::Remove(number) | Effect::Drop(number), Some((own, path)))
                    if number == *own =>
                {
                    delivered(path);
                    self.under_way = None;
                }
                (Effect::Rewind(number, expected), Some((own, _))) if number == *own => {
                    let reason =
                        format!("it asks for record {expected}, which is not there any more");
                    let effects = desk.outbox.give_up(number, reason);
                    others.extend(self.carry_out(desk, effects));
                }
                (Effect::SetAside(number, reason), Some((own, path))) if number == *own => {
                    let kept = refused(path);
                    desk.tell_of_refusal(&reason, kept);
                    self.under_way = None;
                }
                (effect, _) => others.push(effect),
            }
        }
        others
    }

    /// The server is away: nobody waits for that.
    pub(crate) fn give_up(&mut self) {
        for waiter in self.waiters.drain(..) {
            let _ = waiter.send(false);
        }
    }

    fn begin(&mut self, file: LeftoverFile, desk: &mut Desk<'_>, now: Duration) {
        let number = self.next;
        self.next += 1;
        let header = &file.header;
        desk.outbox
            .open(number, header.run, header.epoch, header.first_seq, now);
        for line in file.lines.split_inclusive(|byte| *byte == b'\n') {
            desk.outbox
                .append(number, line, 1, None, Chunk::LEFTOVER, now);
        }
        // Removed once it is acknowledged.
        desk.outbox.close(number);
        self.under_way = Some((number, file.path));
    }

    /// The next file of the present folder, else the first one of the next folder that has one. Each folder is gone
    /// through once, so that a file that can't be read or removed holds nothing up.
    fn next_file(&mut self) -> Option<PathBuf> {
        loop {
            if let Some(path) = self.files.pop_front() {
                return Some(path);
            }
            if let Some(folder) = self.folder.take() {
                folder.finish();
            }
            let (root, server) = (&self.root, &self.server);
            let folders = self
                .folders
                .get_or_insert_with(|| leftovers(root, server).into());
            let folder = folders.pop_front()?;
            self.files = folder.files().unwrap_or_default().into();
            self.folder = Some(folder);
        }
    }
}
