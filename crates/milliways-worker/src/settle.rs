//! The end of a run: what the worker says about it, where its process has not said it itself.

use std::time::Duration;

use milliways_client::{Client, Error as ClientError};
use milliways_engine::Session;
use milliways_model::journal::AttemptCreate;
use milliways_model::{FlowRun, FlowRunId, RetryType, StateCreate, StateType};
use tracing::{debug, warn};

use crate::run_log::RunLog;
use crate::stop::{Stop, Wish};
use crate::supervise::Exit;

/// How long what a process has left in its spool may take to be sent.
const DELIVERY: Duration = Duration::from_secs(10);
/// How long to leave a server alone that is away.
const PAUSE: Duration = Duration::from_secs(2);
/// How often a run is looked at whose state changes while its end is reported.
const LOOKS: usize = 5;

/// What has ended a run from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interruption {
    /// Somebody has cancelled it.
    Cancelled,
    /// Somebody else has claimed it.
    Lost,
    /// The worker itself had to end.
    Stopped,
}

/// How it ended here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ending {
    exit: Option<Exit>,
    interruption: Option<Interruption>,
    /// Why nothing was started.
    unready: Option<String>,
    /// The last lines of the process.
    tail: String,
}

/// What is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Verdict {
    /// Nothing: the run has ended, waits for something, or is somebody else's.
    Leave,
    Cancelled,
    /// It never started here: another worker may have it.
    GiveBack,
    Crashed(String),
}

impl Verdict {
    fn proposal(&self) -> Option<StateCreate> {
        let (kind, message) = match self {
            Self::Leave => return None,
            Self::Cancelled => (
                StateType::Cancelled,
                "The flow run was cancelled, and its process is gone.",
            ),
            Self::GiveBack => (
                StateType::Scheduled,
                "The worker ended before it had started the flow run.",
            ),
            Self::Crashed(message) => (StateType::Crashed, message.as_str()),
        };
        Some(StateCreate {
            message: Some(message.to_owned()),
            ..StateCreate::new(kind)
        })
    }
}

impl Ending {
    pub(crate) fn before_start(interruption: Interruption) -> Self {
        Self {
            exit: None,
            interruption: Some(interruption),
            unready: None,
            tail: String::new(),
        }
    }

    pub(crate) fn unready(reason: String) -> Self {
        Self {
            exit: None,
            interruption: None,
            unready: Some(reason),
            tail: String::new(),
        }
    }

    pub(crate) fn ended(exit: Exit, interruption: Option<Interruption>, tail: String) -> Self {
        Self {
            exit: Some(exit),
            interruption,
            unready: None,
            tail,
        }
    }

    /// What it means for a run that is in such a state now. `is_retried`: it waits for its next try in the process that
    /// has failed, which is not there any more.
    fn verdict(&self, state: StateType, is_retried: bool) -> Verdict {
        // Other engines than ours take the signal that ends a cancelled run for a crash.
        if state == StateType::Crashed && self.interruption == Some(Interruption::Cancelled) {
            return Verdict::Cancelled;
        }
        if state.is_terminal() || self.interruption == Some(Interruption::Lost) {
            return Verdict::Leave;
        }
        if state == StateType::Cancelling {
            return Verdict::Cancelled;
        }
        match (self.exit, &self.unready, self.interruption) {
            (_, Some(reason), _) => {
                Verdict::Crashed(format!("The flow run could not be started: {reason}"))
            }
            (Some(exit), None, Some(Interruption::Stopped)) => Verdict::Crashed(format!(
                "The worker was stopped before the flow run had ended. {}",
                exit.describe()
            )),
            // It has left the run to somebody else: paused, or scheduled anew.
            (Some(exit), None, _) if exit.is_success() && waits(state, is_retried) => {
                Verdict::Leave
            }
            (Some(exit), None, _) => Verdict::Crashed(exit.describe()),
            (None, None, _) => Verdict::GiveBack,
        }
    }
}

/// Whether a run in such a state needs no process.
fn waits(state: StateType, is_retried: bool) -> bool {
    state == StateType::Paused || (state == StateType::Scheduled && !is_retried)
}

/// Says it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settlement<'a> {
    pub(crate) client: &'a Client,
    pub(crate) engine: &'a milliways_engine::Config,
    pub(crate) log: &'a RunLog,
}

impl Settlement<'_> {
    /// Tries until the server has heard it. A worker that has to end tries once, and leaves the rest to the lease.
    pub(crate) async fn settle(self, run: FlowRunId, ending: &Ending, mut stop: Stop) {
        loop {
            match self.attempt(run, ending).await {
                Ok(()) | Err(ClientError::Status { status: 404, .. }) => return,
                Err(error) => warn!(%run, %error, "the run's end can't be reported yet"),
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = stop.until(Wish::End) => return,
            }
        }
    }

    async fn attempt(self, id: FlowRunId, ending: &Ending) -> milliways_client::Result<()> {
        let run = self.client.read_flow_run(id).await?;
        if verdict(&run, ending) == Verdict::Leave {
            return Ok(());
        }
        if ending.exit.is_some() {
            // It may have told its end to its spool alone.
            self.deliver().await;
        }
        let mut is_logged = false;
        for _ in 0..LOOKS {
            let run = self.client.read_flow_run(id).await?;
            let verdict = verdict(&run, ending);
            let Some(state) = verdict.proposal() else {
                return Ok(());
            };
            if let (Verdict::Crashed(message), false) = (&verdict, is_logged) {
                self.log.error(with_tail(message, &ending.tail)).await;
                is_logged = true;
            }
            // Nobody else writes to this attempt from here on, wherever a process of it may live; and what somebody
            // has said of the run in the meantime is looked at before anything is added to it.
            let claim = AttemptCreate {
                state: Some(state),
                follows: run.state_id,
            };
            match self.client.claim_flow_run(id, &claim).await? {
                Ok(_) => {
                    debug!(run = %id, "the run's end is reported");
                    if verdict == Verdict::Cancelled {
                        self.log.info("The flow run was cancelled.").await;
                    }
                    return Ok(());
                }
                Err(reason) => debug!(run = %id, reason, "the run's end is not accepted"),
            }
        }
        warn!(run = %id, "the run's end is not accepted: its lease will tell of it");
        Ok(())
    }

    /// Sends what the process could not.
    async fn deliver(self) {
        let config = self.engine.clone();
        let delivery = tokio::task::spawn_blocking(move || {
            let session = Session::new(config);
            let delivered = session.deliver_leftovers(DELIVERY);
            session.close(Duration::ZERO);
            delivered
        });
        match delivery.await {
            Ok(Ok(true)) => {}
            Ok(Ok(false)) => warn!("not everything that processes have left was sent"),
            Ok(Err(error)) => warn!(%error, "what processes have left can't be sent"),
            Err(error) => warn!(%error, "what processes have left was not sent"),
        }
    }
}

fn verdict(run: &FlowRun, ending: &Ending) -> Verdict {
    let state = run.state_type.unwrap_or(StateType::Pending);
    let is_retried = run.empirical_policy.retry_type == Some(RetryType::InProcess);
    ending.verdict(state, is_retried)
}

fn with_tail(message: &str, tail: &str) -> String {
    if tail.is_empty() {
        message.to_owned()
    } else {
        format!("{message} Its last output:\n{tail}")
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use milliways_model::StateType;

    use super::{Ending, Interruption, Verdict};
    use crate::supervise::Exit;

    fn ended(raw: i32, interruption: Option<Interruption>) -> Ending {
        let exit = Exit {
            status: ExitStatus::from_raw(raw),
            is_out_of_memory: false,
        };
        Ending::ended(exit, interruption, String::new())
    }

    fn kind(ending: &Ending, state: StateType, is_retried: bool) -> &'static str {
        match ending.verdict(state, is_retried) {
            Verdict::Leave => "leave",
            Verdict::Cancelled => "cancelled",
            Verdict::GiveBack => "give back",
            Verdict::Crashed(_) => "crashed",
        }
    }

    #[test]
    fn a_run_that_has_ended_is_left_alone() {
        for state in StateType::ALL
            .into_iter()
            .filter(|state| state.is_terminal())
        {
            for ending in [ended(9, None), Ending::unready("x".to_owned())] {
                assert_eq!(kind(&ending, state, false), "leave");
            }
        }
    }

    #[test]
    fn an_end_is_told_as_what_it_was() {
        use Interruption::{Cancelled, Lost, Stopped};
        use StateType::{Cancelling, Crashed, Paused, Pending, Running, Scheduled};
        let failed = 1 << 8;
        let cases = [
            (ended(0, None), Running, false, "crashed"),
            (ended(0, None), Paused, false, "leave"),
            (ended(0, None), Scheduled, false, "leave"),
            (ended(0, None), Scheduled, true, "crashed"),
            (ended(9, None), Paused, false, "crashed"),
            (ended(failed, None), Pending, false, "crashed"),
            (ended(15, Some(Cancelled)), Cancelling, false, "cancelled"),
            (ended(0, None), Cancelling, false, "cancelled"),
            (ended(15, Some(Cancelled)), Crashed, false, "cancelled"),
            (ended(15, Some(Lost)), Running, false, "leave"),
            (ended(15, Some(Stopped)), Running, false, "crashed"),
            (Ending::before_start(Stopped), Pending, false, "give back"),
            (
                Ending::before_start(Cancelled),
                Cancelling,
                false,
                "cancelled",
            ),
            (Ending::unready("x".to_owned()), Pending, false, "crashed"),
        ];
        for (ending, state, is_retried, expected) in cases {
            assert_eq!(
                kind(&ending, state, is_retried),
                expected,
                "{ending:?} {state:?}"
            );
        }
    }
}
