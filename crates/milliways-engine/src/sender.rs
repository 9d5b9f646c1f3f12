//! The one driver: a thread with a small runtime that owns clock, files and connection, and no lock of Python's.

mod desk;

use std::time::Instant;

use crate::session::Link;
use crate::{Config, ids};
use desk::Desk;

/// What a thread asks of the sender.
#[derive(Debug)]
pub(crate) enum Job {
    /// Somebody waits for what was recorded so far.
    Flush,
    /// End at once; what waits stays in the spool.
    End,
}

/// The thread's body: ends with [`Job::End`].
pub(crate) fn run(config: Config, link: &Link) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        link.queue.close();
        return;
    };
    runtime.block_on(drive(&config, link));
    link.queue.close();
    link.progress.end();
}

async fn drive(config: &Config, link: &Link) {
    let began = Instant::now();
    let mut desk = Desk::new(config, link, ids::next(config.clock.now()));
    loop {
        let taken = link.queue.take();
        let is_idle = taken.entries.is_empty();
        let first = taken.pushed - taken.entries.len() as u64 + 1;
        desk.take_in(taken.entries, first, began.elapsed());
        let mut ends = false;
        for job in taken.jobs {
            match job {
                Job::Flush => link.progress.fail(),
                Job::End => ends = true,
            }
        }
        if ends {
            break;
        }
        if is_idle {
            link.queue.wait().await;
        }
        tokio::time::sleep(config.linger).await;
    }
    desk.finish();
}
