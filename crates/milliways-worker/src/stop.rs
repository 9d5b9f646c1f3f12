//! Ending a worker: in good order, or at once.

use tokio::sync::watch;

/// What the worker is to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wish {
    /// Take runs.
    #[default]
    GoOn,
    /// Take no more; those that are under way go on to their end.
    Drain,
    /// End those that are under way, report them, and end.
    End,
}

/// Tells a worker to end. A wish is never taken back.
#[derive(Clone, Debug)]
pub struct Stopper(watch::Sender<Wish>);

/// Hears of it. A stopper that is gone wishes nothing more.
#[derive(Clone, Debug)]
pub(crate) struct Stop(watch::Receiver<Wish>);

impl Stopper {
    pub(crate) fn new() -> (Self, Stop) {
        let (tell, hear) = watch::channel(Wish::GoOn);
        (Self(tell), Stop(hear))
    }

    /// Tells it; a lesser wish than the last one changes nothing.
    pub fn wish(&self, wish: Wish) {
        self.0.send_if_modified(|current| {
            let grows = wish > *current;
            *current = wish.max(*current);
            grows
        });
    }
}

impl Stop {
    pub(crate) fn wish(&self) -> Wish {
        *self.0.borrow()
    }

    /// Ends once that much is wished.
    pub(crate) async fn until(&mut self, wish: Wish) {
        let is_gone = self.0.wait_for(|now| *now >= wish).await.is_err();
        if is_gone {
            std::future::pending::<()>().await;
        }
    }
}
