//! Thirty days of runs, written through the store's own function for whole runs while no server has it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use milliways_benches::server::Place;
use milliways_model::time::{Clock, SystemClock};
use milliways_model::{
    Event, FlowRun, FlowRunId, LogCreate, State, StateId, StateType, TaskRun, TaskRunId, Timestamp,
    WorkspaceId, uuid7,
};
use milliways_storage::{Durability, Location, Options, Scope, Store, WholeFlowRun};
use serde_json::json;

use crate::objects::Objects;

const SECOND: i64 = 1_000_000;
/// How long the history is.
const SPAN: i64 = 30 * 86_400 * SECOND;
/// Flow runs that are written in one piece.
const PIECE: usize = 250;
/// Pieces that wait to be written.
const WAITING: usize = 6;
/// Flow runs that have not ended: a server has about as many whatever its history.
const OPEN: usize = 2_000;

/// The time that the store is told: that of the runs which are being written.
struct HeldClock(AtomicI64);

impl Clock for HeldClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }
}

/// Makes the history.
pub(crate) async fn make(place: &Place, objects: &Objects, runs: usize, tasks: usize) {
    let now = SystemClock.now();
    let begin = now.as_micros() - SPAN;
    let clock = Arc::new(HeldClock(AtomicI64::new(begin)));
    let location = match place.database_url() {
        Some(url) => Location::Server(url),
        None => Location::File(place.home().join("milliways.db")),
    };
    let mut options = Options::new(location, clock.clone());
    options.durability = Durability::Normal;
    let store = Store::open(options).await.unwrap();
    let scope = store.workspace(WorkspaceId::DEFAULT);
    let mut waiting = tokio::task::JoinSet::new();
    let ended = runs.saturating_sub(OPEN);
    for first in (0..runs).step_by(PIECE) {
        let numbers = first..(first + PIECE).min(runs);
        let made: Vec<WholeFlowRun> = numbers
            .map(|number| {
                let mut dice = Dice(number as u64);
                if number < ended {
                    let at = begin + part(number, ended, SPAN) + dice.below(SECOND);
                    Made::at(objects, number, at, &mut dice).ended(tasks, &mut dice)
                } else {
                    let at = now.as_micros() - dice.below(3_600 * SECOND);
                    Made::at(objects, number, at, &mut dice).open(tasks, &mut dice)
                }
            })
            .collect();
        while waiting.len() >= WAITING {
            waiting.join_next().await.unwrap().unwrap();
        }
        let reached = begin + part(first.min(ended), ended, SPAN);
        clock.0.store(reached, Ordering::Relaxed);
        let scope = scope.clone();
        waiting.spawn(async move { write(&scope, made, first, reached).await });
    }
    while let Some(done) = waiting.join_next().await {
        done.unwrap();
    }
    store.close().await;
}

/// One event of somebody's own for five flow runs comes with them.
async fn write(scope: &Scope, made: Vec<WholeFlowRun>, first: usize, at: i64) {
    let count = made.len();
    assert_eq!(
        scope.import_flow_runs(made).await.unwrap(),
        count as u64,
        "all are new"
    );
    let events = (0..count / 5).map(|number| {
        let body = json!({
            "id": uuid7(Timestamp::from_micros(at), Dice((first + number) as u64).bits()),
            "occurred": Timestamp::from_micros(at + i64::try_from(number).unwrap() * 1_000),
            "event": if number % 3 == 0 { "order.placed" } else { "order.shipped" },
            "resource": {"prefect.resource.id": format!("order.{}", first + number), "shop": "north"},
            "payload": {"text": format!("parcel number {} is on its way", first + number)},
        });
        serde_json::from_value::<Event>(body).unwrap()
    });
    scope.record_events(events.collect()).await.unwrap();
}

/// A part of a span that is so many of all.
fn part(number: usize, all: usize, span: i64) -> i64 {
    let [number, all] = [number, all.max(1)].map(|count| i128::try_from(count).unwrap());
    i64::try_from(i128::from(span) * number / all).unwrap()
}

/// Numbers that are the same each time.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn bits(&mut self) -> u128 {
        (u128::from(self.next()) << 64) | u128::from(self.next())
    }

    fn below(&mut self, bound: i64) -> i64 {
        i64::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }
}

/// A run that is being made.
struct Made {
    whole: WholeFlowRun,
    /// When it starts.
    start: i64,
}

impl Made {
    /// A run that begins then: two of five belong to deployments and wait in a queue first.
    fn at(objects: &Objects, number: usize, start: i64, dice: &mut Dice) -> Self {
        let id = FlowRunId(uuid7(Timestamp::from_micros(start), dice.bits()));
        // Some flows run far more often than others.
        let place = usize::try_from(dice.below(100) * dice.below(100) / 100).unwrap();
        let flow = &objects.flows[place % objects.flows.len()];
        let mut run = FlowRun::new(id, format!("run-{number}"), flow.parse().unwrap());
        run.tags = vec![format!("team-{}", number % 10), "bench".to_owned()];
        run.parameters = serde_json::from_value(json!({"day": number, "full": false})).unwrap();
        let mut made = Self {
            whole: WholeFlowRun {
                run,
                states: Vec::new(),
                task_runs: Vec::new(),
                logs: Vec::new(),
            },
            start,
        };
        let is_deployed = dice.below(5) < 2;
        if let Some((deployment, flow)) = objects.deployments.get(place).filter(|_| is_deployed) {
            let run = &mut made.whole.run;
            run.flow_id = flow.parse().unwrap();
            run.deployment_id = Some(deployment.parse().unwrap());
            run.work_queue_id = Some(objects.queue.parse().unwrap());
            run.work_queue_name = Some("default".to_owned());
            run.auto_scheduled = true;
            let wait = dice.below(30 * SECOND);
            let mut state = made.state(StateType::Scheduled, start - wait - 60 * SECOND, dice);
            state.state_details.scheduled_time = Some(Timestamp::from_micros(start - wait));
            made.whole.states.push(state);
        }
        made
    }

    fn state(&self, kind: StateType, at: i64, dice: &mut Dice) -> State {
        let at = Timestamp::from_micros(at);
        let mut state = State::new(StateId(uuid7(at, dice.bits())), kind, at);
        state.state_details.flow_run_id = Some(self.whole.run.id);
        state
    }

    /// It ran and ended.
    fn ended(mut self, tasks: usize, dice: &mut Dice) -> WholeFlowRun {
        let duration = SECOND + dice.below(120 * SECOND);
        let last = match dice.below(100) {
            0..90 => StateType::Completed,
            90..95 => StateType::Failed,
            95..98 => StateType::Crashed,
            _ => StateType::Cancelled,
        };
        let (start, end) = (self.start, self.start + duration);
        for (kind, at) in [
            (StateType::Pending, start - SECOND / 4),
            (StateType::Running, start),
            (last, end),
        ] {
            let mut state = self.state(kind, at, dice);
            if last == StateType::Failed && kind == last {
                state.message =
                    Some("Flow run encountered an exception: ValueError: no rows".to_owned());
            }
            self.whole.states.push(state);
        }
        self.tasks(tasks, duration, last, dice);
        for (level, at, text) in [
            (20, start, "Beginning flow run"),
            (20, end, "Finished in state"),
        ] {
            self.whole.logs.push(LogCreate {
                name: "flow_runs".to_owned(),
                level,
                message: format!("{text} of {}", self.whole.run.name),
                timestamp: Timestamp::from_micros(at),
                flow_run_id: Some(self.whole.run.id),
                task_run_id: None,
                worker_id: None,
            });
        }
        self.whole
    }

    /// It waits for its time, is late, or runs.
    fn open(mut self, tasks: usize, dice: &mut Dice) -> WholeFlowRun {
        let start = self.start;
        match dice.below(10) {
            0..6 => {
                self.whole.states.clear();
                let due = start + 3_600 * SECOND + dice.below(3 * 86_400 * SECOND);
                let mut state = self.state(StateType::Scheduled, start, dice);
                state.state_details.scheduled_time = Some(Timestamp::from_micros(due));
                self.whole.states.push(state);
            }
            6 => {
                let mut state = self.state(StateType::Scheduled, start, dice);
                state.state_details.scheduled_time = Some(Timestamp::from_micros(start));
                "Late".clone_into(&mut state.name);
                self.whole.states.push(state);
            }
            _ => {
                for (kind, at) in [
                    (StateType::Pending, start - SECOND),
                    (StateType::Running, start),
                ] {
                    let state = self.state(kind, at, dice);
                    self.whole.states.push(state);
                }
                self.tasks(tasks, 600 * SECOND, StateType::Running, dice);
            }
        }
        self.whole
    }

    /// Its task runs, one after the other; the last one ends as the flow does.
    fn tasks(&mut self, tasks: usize, duration: i64, last: StateType, dice: &mut Dice) {
        let each = duration / i64::try_from(tasks.max(1)).unwrap();
        for number in 0..tasks {
            let start = self.start + each * i64::try_from(number).unwrap();
            let at = Timestamp::from_micros(start);
            let id = TaskRunId(uuid7(at, dice.bits()));
            let key = ["extract", "transform", "load"][number % 3];
            let mut run = TaskRun::new(
                id,
                format!("{key}-{number}"),
                format!("{key}-5f3a"),
                number.to_string(),
            );
            run.flow_run_id = Some(self.whole.run.id);
            run.tags = vec!["bench".to_owned()];
            let end = if number + 1 == tasks {
                last
            } else {
                StateType::Completed
            };
            let mut states = Vec::new();
            for (kind, at) in [
                (StateType::Pending, start),
                (StateType::Running, start + 20_000),
                (end, start + each),
            ] {
                let mut state = self.state(kind, at, dice);
                state.state_details.task_run_id = Some(id);
                states.push(state);
            }
            if end == StateType::Running {
                states.pop();
            }
            self.whole.task_runs.push((run, states));
        }
    }
}
