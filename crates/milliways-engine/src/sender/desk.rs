//! Takes in what the flows hand over: makes records of it, writes them to the spool, puts them into the outbox.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::time::Duration;

use milliways_model::StateType;
use uuid::Uuid;

use crate::coalesce::{Gathered, Record};
use crate::fact::{Entry, FIRST_EPOCH, Fact, JournalNumber, LogLine};
use crate::outbox::{Effect, MAX_RECORDS, Outbox, Run};
use crate::session::{LOOSE, Link};
use crate::spool::{Header, JournalFile, Spool, keep_refused};
use crate::{Config, wire};

/// So many bytes may wait in memory alone when the disk does not take them.
const MEMORY_ALONE: usize = 32 << 20;

/// See the module.
pub(crate) struct Desk<'a> {
    pub(crate) outbox: Outbox,
    config: &'a Config,
    link: &'a Link,
    id: Uuid,
    spool: Option<Spool>,
    files: HashMap<JournalNumber, JournalFile>,
    gathered: BTreeMap<JournalNumber, Gathered>,
    lines: Vec<u8>,
    dropped_logs: u64,
    warned_of_disk: bool,
    warned_of_away: bool,
    was_reached: bool,
}

impl<'a> Desk<'a> {
    /// `id` names the folder of this process in the spool.
    pub(crate) fn new(config: &'a Config, link: &'a Link, id: Uuid) -> Self {
        Self {
            outbox: Outbox::new(config.batch_size, config.heartbeat),
            config,
            link,
            id,
            spool: None,
            files: HashMap::new(),
            gathered: BTreeMap::new(),
            lines: Vec::new(),
            dropped_logs: 0,
            warned_of_disk: false,
            warned_of_away: false,
            was_reached: false,
        }
    }

    /// Takes in entries, the first of which has the number `first`.
    pub(crate) fn take_in(&mut self, entries: Vec<Entry>, first: u64, now: Duration) {
        let mut closed = Vec::new();
        for Entry { journal, fact } in entries {
            self.open_for(journal, &fact, now);
            if !self.outbox.has(journal) {
                continue;
            }
            match &fact {
                Fact::FlowRunState(state) => {
                    self.outbox.set_alive(journal, is_alive(state.kind));
                }
                Fact::Log(_) if self.is_short(journal) => {
                    self.dropped_logs += 1;
                    continue;
                }
                Fact::Closed => closed.push(journal),
                _ => {}
            }
            self.gathered.entry(journal).or_default().add(fact);
        }
        for (journal, mut gathered) in std::mem::take(&mut self.gathered) {
            let records = gathered.take();
            self.write(journal, &records, first, now);
        }
        for journal in closed {
            let effect = self.outbox.close(journal);
            self.carry_out(effect.into_iter().collect());
        }
        self.tell_of_room();
    }

    /// Does what the outbox asks for.
    pub(crate) fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            self.was_reached |= !matches!(effect, Effect::Away(_));
            match effect {
                Effect::Release(journal, place) => {
                    if let Some(file) = self.files.get_mut(&journal) {
                        file.release(place);
                    }
                    self.warned_of_away = false;
                    self.tell_of_room();
                }
                Effect::Remove(journal) => {
                    if let Some(file) = self.files.remove(&journal) {
                        file.remove();
                    }
                }
                Effect::Rewind(journal, expected) => self.rewind(journal, expected),
                Effect::Drop(journal) => {
                    if let Some(file) = self.files.remove(&journal) {
                        file.remove();
                    }
                    self.link.progress.notice(
                        "another attempt has taken this run over: what this process goes on to do in it is not \
                         recorded"
                            .to_owned(),
                    );
                }
                Effect::Split(journal) => self.split(journal),
                Effect::Replace(journal, reason) => self.replace(journal, &reason),
                Effect::SetAside(journal, reason) => {
                    let kept = self.files.remove(&journal).and_then(JournalFile::set_aside);
                    self.tell_of_refusal(&reason, kept);
                }
                Effect::Away(reason) => {
                    if !std::mem::replace(&mut self.warned_of_away, true) {
                        self.link.progress.notice(format!(
                            "the server is away: {reason}: runs go on, their records wait in {} and are sent when \
                             it is back",
                            self.config.spool.display()
                        ));
                    }
                }
            }
        }
    }

    /// Says that the server refuses a journal, and where its records are.
    pub(crate) fn tell_of_refusal(&self, reason: &str, kept: Option<PathBuf>) {
        let place = kept.map_or_else(String::new, |path| {
            format!(", hint: it is kept in {}", path.display())
        });
        self.link.progress.notice(format!(
            "the server refuses something that was recorded: {reason}{place}"
        ));
    }

    /// Whether the server has acknowledged something.
    pub(crate) const fn was_reached(&self) -> bool {
        self.was_reached
    }

    /// The lines of the batch that is sent next in a journal, from memory or from the disk.
    pub(crate) fn lines(&self, journal: JournalNumber) -> std::io::Result<Vec<u8>> {
        let Some(chunk) = self.outbox.first_chunk(journal) else {
            return Ok(Vec::new());
        };
        match (&chunk.lines, chunk.place, self.files.get(&journal)) {
            (Some(lines), _, _) => Ok(lines.clone()),
            (None, Some(place), Some(file)) => file.read(place, chunk.size),
            _ => Err(std::io::ErrorKind::NotFound.into()),
        }
    }

    /// The end: removes what holds nothing.
    pub(crate) fn finish(mut self) {
        for (journal, file) in std::mem::take(&mut self.files) {
            if self.outbox.waiting_bytes(journal) == 0 {
                file.remove();
            }
        }
        if let Some(spool) = self.spool.take() {
            spool.remove();
        }
    }

    fn open_for(&mut self, journal: JournalNumber, fact: &Fact, now: Duration) {
        let (run, epoch) = match fact {
            Fact::FlowRunMade(made, _) => (Run::Flow(made.id), made.epoch),
            Fact::TaskRunMade(made, _) if made.flow_run.is_none() => {
                (Run::Task(made.id), FIRST_EPOCH)
            }
            Fact::Log(_) if journal == LOOSE && !self.outbox.has(LOOSE) => (Run::Logs, FIRST_EPOCH),
            _ => return,
        };
        self.outbox.open(journal, run, epoch, 1, now);
        if let Some(spool) = self.spool() {
            let file = spool.journal(Header::new(journal, run, epoch));
            self.files.insert(journal, file);
        }
    }

    /// The folder on disk, made on first use.
    fn spool(&mut self) -> Option<&Spool> {
        if self.spool.is_none() {
            match Spool::create(&self.config.spool, self.id, &self.config.client.server()) {
                Ok(spool) => self.spool = Some(spool),
                Err(error) => self.warn_of_disk(&error),
            }
        }
        self.spool.as_ref()
    }

    fn write(&mut self, journal: JournalNumber, records: &[Record], first: u64, now: Duration) {
        let mut lines = std::mem::take(&mut self.lines);
        let mut count = 0;
        for record in records {
            let size = match record {
                Record::Log(line) if journal == LOOSE => wire::write_loose_log(line, &mut lines),
                record => wire::write_line(record, &mut lines),
            };
            let is_full = count + 1 > MAX_RECORDS || lines.len() > self.config.batch_size;
            if is_full && count > 0 {
                let rest = lines.split_off(lines.len() - size);
                self.put(journal, &lines, count, first, now);
                lines = rest;
                count = 0;
            }
            count += usize::from(size > 0);
        }
        if count > 0 {
            self.put(journal, &lines, count, first, now);
        }
        lines.clear();
        lines.shrink_to(self.config.batch_size);
        self.lines = lines;
    }

    /// Writes a batch to the disk and puts it into the outbox; into the outbox alone where the disk does not take it.
    fn put(
        &mut self,
        journal: JournalNumber,
        lines: &[u8],
        count: usize,
        first: u64,
        now: Duration,
    ) {
        let next_seq = self.outbox.next_seq(journal);
        let place = match self
            .files
            .get_mut(&journal)
            .map(|file| file.append(lines, next_seq))
        {
            Some(Ok(place)) => Some(place),
            Some(Err(error)) => {
                self.warn_of_disk(&error);
                None
            }
            None => None,
        };
        self.outbox.append(journal, lines, count, place, first, now);
    }

    /// The server refuses something in a batch: half of it at a time shows what.
    fn split(&mut self, journal: JournalNumber) {
        match self.lines(journal) {
            Ok(lines) => self.outbox.split(journal, &lines),
            Err(error) => {
                let reason = format!("they can't be read back: {error}");
                let effects = self.outbox.give_up(journal, reason);
                self.carry_out(effects);
            }
        }
    }

    /// The server refuses one record: it is kept for people, and a log line of the run says so in its place.
    fn replace(&mut self, journal: JournalNumber, reason: &str) {
        let refused = self.lines(journal).unwrap_or_default();
        let kept = keep_refused(&self.config.spool, self.id, &refused);
        self.tell_of_refusal(reason, kept);
        let line = LogLine {
            logger: "milliways".into(),
            level: 40,
            message: format!("a record was left out: the server refuses it: {reason}").into(),
            timestamp: self.config.clock.now(),
            flow_run: None,
            task_run: None,
        };
        let mut lines = Vec::new();
        if journal == LOOSE {
            wire::write_loose_log(&line, &mut lines);
        } else {
            wire::write_line(&Record::Log(Box::new(line)), &mut lines);
        }
        self.outbox.replace(journal, lines);
    }

    fn rewind(&mut self, journal: JournalNumber, expected: i64) {
        let chunks = self
            .files
            .get(&journal)
            .and_then(|file| file.reread(expected).ok().flatten());
        if let Some(chunks) = chunks {
            self.outbox.rewind(journal, expected, chunks);
        } else {
            let reason = format!("it asks for record {expected} again, which it had acknowledged");
            let effects = self.outbox.give_up(journal, reason);
            self.carry_out(effects);
        }
    }

    /// Whether logs of this journal are left out: the last eighth of its room is for states.
    fn is_short(&self, journal: JournalNumber) -> bool {
        self.outbox.waiting_bytes(journal) > self.config.max_spool_size / 8 * 7
    }

    /// Lets the flows know whether there is room.
    fn tell_of_room(&mut self) {
        let trouble = &self.link.trouble;
        let fullest = self.outbox.fullest();
        if self.outbox.unspooled_bytes() > MEMORY_ALONE {
            trouble.unwritable("the disk does not take more, and memory is full".to_owned());
        } else if fullest > self.config.max_spool_size {
            trouble.full(fullest);
        } else {
            trouble.clear();
        }
        if fullest <= self.config.max_spool_size / 8 * 7 && self.dropped_logs > 0 {
            let dropped = std::mem::take(&mut self.dropped_logs);
            self.link.progress.notice(format!(
                "{dropped} log lines were left out because the spool was full"
            ));
        }
    }

    fn warn_of_disk(&mut self, error: &std::io::Error) {
        if !std::mem::replace(&mut self.warned_of_disk, true) {
            self.link.progress.notice(format!(
                "the spool can't be written in {}: {error}: records wait in memory alone, hint: make room on that disk",
                self.config.spool.display()
            ));
        }
    }
}

/// Whether the server waits for signs of life of a run in such a state.
const fn is_alive(kind: StateType) -> bool {
    matches!(
        kind,
        StateType::Pending | StateType::Running | StateType::Scheduled | StateType::Cancelling
    )
}

impl std::fmt::Debug for Desk<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk")
            .field("outbox", &self.outbox)
            .finish_non_exhaustive()
    }
}
