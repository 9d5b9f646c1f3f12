//! The one driver: a thread with a small runtime that owns clock, files and connection, and no lock of Python's.

mod courier;
mod desk;
mod leftovers;

use std::pin::Pin;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use milliways_client::{Client, Request};
use milliways_model::FlowRunId;

use crate::outbox::Answer;
use crate::session::Link;
use crate::{Config, ids};
use courier::Courier;
use desk::Desk;
use leftovers::Leftovers;

/// What a thread asks of the sender.
#[derive(Debug)]
pub(crate) enum Job {
    /// Somebody waits for what was recorded so far.
    Flush,
    /// Somebody waits for what other processes have left; told whether all of it was sent.
    Leftovers(SyncSender<bool>),
    /// A request beside the journals.
    Request(
        Box<Request>,
        SyncSender<milliways_client::Result<(u16, Vec<u8>)>>,
    ),
    /// End at once; what waits stays in the spool.
    End,
}

/// The thread's body: ends with [`Job::End`].
pub(crate) fn run(config: &Config, link: &Link) {
    let _ending = Ending(link);
    match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime.block_on(Sender::new(config, link).drive()),
        Err(error) => link
            .progress
            .notice(format!("nothing can be sent: {error}")),
    }
}

/// Lets nobody wait for a sender that has ended, even by a panic.
struct Ending<'a>(&'a Link);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.queue.close();
        self.0.progress.end();
    }
}

type Delivery = Pin<Box<dyn Future<Output = (Answer, Option<FlowRunId>)>>>;

struct Sender<'a> {
    config: &'a Config,
    link: &'a Link,
    began: Instant,
    desk: Desk<'a>,
    courier: Courier,
    leftovers: Leftovers,
    settled: u64,
}

impl<'a> Sender<'a> {
    fn new(config: &'a Config, link: &'a Link) -> Self {
        let id = ids::next(config.clock.now());
        Self {
            config,
            link,
            began: Instant::now(),
            desk: Desk::new(config, link, id),
            courier: Courier::new(Client::new(config.client.clone())),
            leftovers: Leftovers::new(config),
            settled: 0,
        }
    }

    async fn drive(mut self) {
        let mut delivery: Option<Delivery> = None;
        loop {
            let taken = self.link.queue.take();
            let is_idle = taken.entries.is_empty();
            let first = taken.pushed + 1 - taken.entries.len() as u64;
            self.desk.take_in(taken.entries, first, self.now());
            for job in taken.jobs {
                match job {
                    Job::Flush => self.desk.outbox.retry_now(self.now()),
                    Job::Leftovers(reply) => self.leftovers.tell_when_done(reply),
                    Job::Request(request, reply) => self.courier.request(*request, reply),
                    Job::End => return self.desk.finish(),
                }
            }
            self.settle(taken.pushed);
            let now = self.now();
            self.leftovers.go_on(&mut self.desk, now);
            if delivery.is_none() {
                delivery = self.begin_delivery();
            }
            tokio::select! {
                (answer, cancelled) = answer_of(&mut delivery) => {
                    delivery = None;
                    if let Some(run) = cancelled {
                        self.link.cancels.tell(run);
                    }
                    self.take_answer(answer);
                }
                () = self.gather(is_idle) => {}
                () = self.next_wake() => {}
            }
        }
    }

    /// The next request, under way.
    fn begin_delivery(&mut self) -> Option<Delivery> {
        let post = self.desk.outbox.next_post(self.now())?;
        self.link.progress.begin();
        match self.desk.lines(post.journal) {
            Ok(lines) => Some(Box::pin(self.courier.deliver(post, &lines))),
            Err(error) => {
                let reason = format!("its records can't be read back: {error}");
                self.take_answer(Answer::Refused(reason));
                None
            }
        }
    }

    fn take_answer(&mut self, answer: Answer) {
        let is_away = matches!(answer, Answer::Failed(..));
        let effects = self
            .desk
            .outbox
            .answered(answer, self.now(), ids::random_share());
        let effects = self.leftovers.carry_out(&mut self.desk, effects);
        self.desk.carry_out(effects);
        if is_away {
            self.leftovers.give_up();
            self.link.progress.fail();
        } else {
            self.link.progress.reach();
        }
    }

    /// Tells those who wait how far things are, where `pushed` entries were taken in.
    fn settle(&mut self, pushed: u64) {
        let settled = self
            .desk
            .outbox
            .first_waiting()
            .map_or(pushed, |entry| entry.saturating_sub(1));
        if settled > self.settled {
            self.settled = settled;
            self.link.progress.settle(settled);
        }
    }

    /// Ends when there is something to take in: at once after a pause, so that it is on disk even if the process dies
    /// in the next moment, else a little later, when it may have become more.
    async fn gather(&self, is_idle: bool) {
        let queue = &self.link.queue;
        if is_idle {
            return queue.wait().await;
        }
        tokio::select! {
            () = tokio::time::sleep(self.config.linger) => {}
            () = queue.wait() => {}
        }
    }

    /// Ends when the outbox may have something to send that it did not have before.
    async fn next_wake(&self) {
        match self.desk.outbox.next_wake() {
            Some(at) => tokio::time::sleep(at.saturating_sub(self.now())).await,
            None => std::future::pending().await,
        }
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }
}

async fn answer_of(delivery: &mut Option<Delivery>) -> (Answer, Option<FlowRunId>) {
    match delivery {
        Some(delivery) => delivery.await,
        None => std::future::pending().await,
    }
}
