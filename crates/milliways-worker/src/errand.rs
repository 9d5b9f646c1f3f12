//! The life of one run in the worker's hands: claimed, made ready, started, watched, ended, reported.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use milliways_client::Client;
use milliways_model::journal::AttemptCreate;
use milliways_model::time::{Clock, SystemClock};
use milliways_model::{
    Deployment, FlowRun, FlowRunId, FlowRunUpdate, StateCreate, StateType, Timestamp,
};
use tempfile::TempDir;
use tracing::{debug, warn};

use crate::code::{self, Site};
use crate::hints::Hints;
use crate::job::{self, Configuration};
use crate::lease::{Lease, Standing};
use crate::run_log::RunLog;
use crate::settle::{Ending, Interruption, Settlement};
use crate::stop::{Stop, Wish};
use crate::supervise::{ATTEMPT, Child, Nursery, Output, Plan};
use crate::{Launch, Options};

/// What all runs of a worker share.
#[derive(Debug)]
pub(crate) struct Shop {
    pub(crate) client: Client,
    pub(crate) engine: milliways_engine::Config,
    pub(crate) options: Options,
    pub(crate) nursery: Nursery,
    pub(crate) hints: Arc<Hints>,
}

/// Why nothing was started.
#[derive(Debug, thiserror::Error)]
enum Unready {
    #[error(transparent)]
    Job(#[from] job::Error),
    #[error(transparent)]
    Code(#[from] code::Error),
    #[error(transparent)]
    Client(#[from] milliways_client::Error),
    #[error("the work pool `{0}` is gone")]
    NoPool(String),
    #[error(
        "the deployment has no entry point\nhint: deploy the flow again, or give its work pool a command"
    )]
    NoEntryPoint,
    #[error("the quotes of the job's command don't end: {0}")]
    Quotes(String),
    #[error("no folder can be made for the run: {0}")]
    Folder(std::io::Error),
}

/// Everything that is needed to start the process.
struct Ready {
    plan: Plan,
    is_shown: bool,
    labels: BTreeMap<String, String>,
    /// Removed with this.
    _folder: Option<TempDir>,
}

/// Who may end a run before its process does.
struct Watch {
    lease: Lease,
    stop: Stop,
}

impl Watch {
    async fn interruption(&mut self) -> Interruption {
        tokio::select! {
            standing = self.lease.is_over() => match standing {
                Standing::Lost => Interruption::Lost,
                _ => Interruption::Cancelled,
            },
            () = self.stop.until(Wish::End) => Interruption::Stopped,
        }
    }
}

impl Shop {
    /// Claims a run and brings it to its end; whether it was to be had.
    pub(crate) async fn serve(&self, run: FlowRun, stop: Stop) -> bool {
        let watched = self.hints.watch(run.id);
        let pending = AttemptCreate {
            state: Some(StateCreate::new(StateType::Pending)),
            follows: None,
        };
        let epoch = match self.client.claim_flow_run(run.id, &pending).await {
            Ok(Ok(claim)) => claim.epoch,
            Ok(Err(reason)) => {
                debug!(run = %run.id, reason, "the run is not to be started here");
                return false;
            }
            Err(error) => {
                warn!(run = %run.id, %error, "the run can't be claimed");
                return false;
            }
        };
        let log = RunLog::new(self.client.clone(), run.id, &run.name);
        let lease = Lease::keep(
            self.client.clone(),
            run.id,
            epoch,
            self.options.cancellation_poll,
            watched.look.clone(),
        );
        let mut watch = Watch {
            lease,
            stop: stop.clone(),
        };
        let ending = self.carry_out(&run, &log, &mut watch, &watched.look).await;
        let settlement = Settlement {
            client: &self.client,
            engine: &self.engine,
            log: &log,
        };
        settlement.settle(run.id, &ending, stop).await;
        true
    }

    async fn carry_out(
        &self,
        run: &FlowRun,
        log: &RunLog,
        watch: &mut Watch,
        look: &tokio::sync::Notify,
    ) -> Ending {
        let epoch = watch.lease.epoch;
        let ready = tokio::select! {
            ready = self.make_ready(run, log, epoch) => ready,
            interruption = watch.interruption() => return Ending::before_start(interruption),
        };
        let ready = match ready {
            Ok(ready) => ready,
            Err(unready) => return Ending::unready(unready.to_string()),
        };
        tokio::select! {
            () = due(run.next_scheduled_start_time) => {}
            interruption = watch.interruption() => return Ending::before_start(interruption),
        }
        let started = Output::open(ready.is_shown)
            .and_then(|output| Ok((Child::start(&self.nursery, &ready.plan, &output)?, output)));
        let (mut child, output) = match started {
            Ok(started) => started,
            Err(error) => {
                let program = ready.plan.words.first().cloned().unwrap_or_default();
                let folder = ready.plan.directory.display();
                return Ending::unready(format!("{program} can't be started in {folder}: {error}"));
            }
        };
        let telling = async {
            self.tell_of_start(run.id, child.pid().as_raw_nonzero().get(), &ready.labels)
                .await;
            // A cancel of the moments before has been waiting for the process to be known.
            look.notify_one();
        };
        telling.await;
        let (exit, interruption) = tokio::select! {
            exit = child.wait() => (exit, None),
            interruption = watch.interruption() => {
                (child.end(self.options.grace).await, Some(interruption))
            }
        };
        if !child.clear().await {
            warn!(run = %run.id, "something of the run can't be killed");
        }
        let tail = output.close().await;
        match exit {
            Ok(exit) => Ending::ended(exit, interruption, tail),
            Err(error) => Ending::unready(format!("the process is lost: {error}")),
        }
    }

    /// Reads what the run asks for, fetches its code, and says what is to be started.
    async fn make_ready(&self, run: &FlowRun, log: &RunLog, epoch: i64) -> Result<Ready, Unready> {
        let Options { pool, launch, .. } = &self.options;
        let found = self.client.work_pool(pool).await?;
        let found = found.ok_or_else(|| Unready::NoPool(pool.clone()))?;
        let deployment = match run.deployment_id {
            Some(id) => Some(self.client.read_deployment(id).await?),
            None => None,
        };
        let configuration =
            job::configuration(&self.client, &found, deployment.as_ref(), run).await?;
        let (start, folder) = start_folder(&configuration)?;
        let mut environment = self.environment(run, deployment.as_ref()).await?;
        environment.extend(configuration.env.clone());
        let site = Site::new(
            &self.client,
            log,
            &self.nursery,
            start,
            environment.clone(),
            launch.python.clone(),
        );
        let directory = site.prepare(deployment.as_ref()).await?;
        let entry_point = deployment.and_then(|deployment| deployment.entrypoint);
        let words = words(&configuration, launch, entry_point.is_some())?;
        if let Some(entry_point) = entry_point {
            environment.insert("PREFECT__FLOW_ENTRYPOINT".to_owned(), entry_point);
        }
        Ok(Ready {
            plan: Plan {
                words,
                environment,
                directory,
                mark: (ATTEMPT, format!("{}/{epoch}", run.id)),
            },
            is_shown: configuration.stream_output,
            labels: self.labels(&configuration),
            _folder: folder,
        })
    }

    /// What a process finds in its environment beside the worker's own.
    async fn environment(
        &self,
        run: &FlowRun,
        deployment: Option<&Deployment>,
    ) -> Result<BTreeMap<String, String>, Unready> {
        let flow = self.client.read_flow(run.flow_id).await?;
        let mut pairs: BTreeMap<String, String> =
            self.options.launch.environment.iter().cloned().collect();
        let mut add = |name: &str, value: String| pairs.insert(name.to_owned(), value);
        if std::env::var_os("PYTHONUNBUFFERED").is_none() {
            // What a process has printed is to be seen even if it is killed in the next moment.
            add("PYTHONUNBUFFERED", "1".to_owned());
        }
        add("PREFECT__FLOW_RUN_ID", run.id.to_string());
        add("PREFECT__FLOW_ID", run.flow_id.to_string());
        add("PREFECT__FLOW_NAME", flow.name);
        add("PREFECT__WORKER_NAME", self.options.name.clone());
        if let Some(deployment) = deployment {
            add("PREFECT__DEPLOYMENT_ID", deployment.id.to_string());
            add("PREFECT__DEPLOYMENT_NAME", deployment.name.clone());
        }
        Ok(pairs)
    }

    fn labels(&self, configuration: &Configuration) -> BTreeMap<String, String> {
        let mut labels = configuration.labels.clone();
        let own = [
            ("prefect.worker.name", &self.options.name),
            ("prefect.work-pool.name", &self.options.pool),
        ];
        for (name, value) in own {
            labels.insert(name.to_owned(), value.clone());
        }
        if let Some(name) = &configuration.name {
            labels.insert("prefect.infrastructure.name".to_owned(), name.clone());
        }
        labels
    }

    /// The server is to know that there is a process, without which a cancel needs nobody's help.
    async fn tell_of_start(&self, run: FlowRunId, pid: i32, labels: &BTreeMap<String, String>) {
        let machine = rustix::system::uname();
        let update = FlowRunUpdate {
            infrastructure_pid: Some(Some(format!(
                "{}:{pid}",
                machine.nodename().to_string_lossy()
            ))),
            ..FlowRunUpdate::default()
        };
        let told = async {
            self.client.update_flow_run(run, &update).await?;
            self.client.label_flow_run(run, labels).await
        };
        if let Err(error) = told.await {
            warn!(%run, %error, "the server does not know of the run's process");
        }
    }
}

/// The folder in which steps and process begin: the one that was asked for, else a new one.
fn start_folder(configuration: &Configuration) -> Result<(PathBuf, Option<TempDir>), Unready> {
    if let Some(folder) = &configuration.working_dir {
        std::fs::create_dir_all(folder).map_err(Unready::Folder)?;
        return Ok((folder.clone(), None));
    }
    let folder = tempfile::Builder::new().prefix("milliways-run-").tempdir();
    let folder = folder.map_err(Unready::Folder)?;
    Ok((folder.path().to_owned(), Some(folder)))
}

fn words(
    configuration: &Configuration,
    launch: &Launch,
    has_entry_point: bool,
) -> Result<Vec<String>, Unready> {
    match &configuration.command {
        Some(command) => {
            let words = shlex::split(command).filter(|words| !words.is_empty());
            words.ok_or_else(|| Unready::Quotes(command.clone()))
        }
        None if !has_entry_point => Err(Unready::NoEntryPoint),
        None => {
            let python = launch.python.display().to_string();
            Ok(vec![python, "-m".to_owned(), "milliways.engine".to_owned()])
        }
    }
}

/// Waits for the run's time.
async fn due(time: Option<Timestamp>) {
    let Some(time) = time else { return };
    let wait = time.as_micros() - SystemClock.now().as_micros();
    if let Ok(wait @ 1..) = u64::try_from(wait) {
        tokio::time::sleep(std::time::Duration::from_micros(wait)).await;
    }
}
