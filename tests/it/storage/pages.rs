//! Pages, counts and histories of runs: whichever way they are found is the way of the same runs asked for by their ids,
//! for which nothing is kept and no index is tried.

use milliways_model::{
    FlowRun, FlowRunId, StateCreate, StateType, TaskRunCreate, TaskRunId, Timestamp, Uuid,
};
use milliways_orchestration::Client;
use milliways_storage::{Filters, Origin, Page, Scope, Set, Span};
use milliways_tests::dice::Dice;
use serde_json::{Value, json};

use super::histories::told;
use super::pools::pool;
use super::runs::flow_run;
use super::{Fixture, on_both};

on_both! {
    flow_runs_are_the_same_whichever_way_they_are_found
    task_runs_are_the_same_whichever_way_they_are_found
    long_names_of_a_run_and_its_state_are_taken
}

const FORCE: Set = Set {
    force: true,
    client: Client::CURRENT,
};

const POOL: &str = "site";

/// Runs with a task each, of any age, in any state, some of them subflow runs, and tasks of no flow run.
struct Site {
    flow_runs: Vec<FlowRun>,
    task_runs: Vec<TaskRunId>,
    begun: Timestamp,
}

impl Site {
    async fn make(fixture: &Fixture, scope: &Scope) -> Self {
        let mut dice = Dice::new("pages");
        let mut site = Self {
            flow_runs: Vec::new(),
            task_runs: Vec::new(),
            begun: scope.now(),
        };
        pool(scope, POOL).await;
        for step in 0..70_u64 {
            #[expect(clippy::cast_precision_loss, reason = "some seconds")]
            fixture.clock.advance(dice.below(600) as f64 + 0.5);
            let parent = site.task_runs.last().copied();
            let parent = parent.filter(|_| dice.below(3) == 0);
            let name = format!("run-{}", dice.below(20));
            let kind = match dice.below(2) {
                0 => StateType::Scheduled,
                _ => StateType::Pending,
            };
            // Most start about then, some hours before or after.
            let due = [5.0, 5.0, 5.0, -7_000.0, 7_000.0][usize::try_from(dice.below(5)).unwrap()];
            let due = scope.now().plus_seconds(due);
            let is_queued = dice.below(3) == 0;
            let run = flow_run(scope, &name, |create| {
                create.parent_task_run_id = parent;
                create.tags = vec![format!("tag-{}", dice.below(3))];
                create.work_pool_name = is_queued.then(|| POOL.to_owned());
                let state = json!({"type": kind, "state_details": {"scheduled_time": due}});
                create.state = serde_json::from_value(state).unwrap();
            })
            .await;
            let owner = (dice.below(5) > 0).then_some(run.id);
            let task = task_run(scope, owner, step).await;
            for kind in [StateType::Running, StateType::Completed, StateType::Failed] {
                if dice.below(2) == 0 {
                    fixture.clock.advance(3.25);
                    let state = || StateCreate::new(kind);
                    scope
                        .set_flow_run_state(run.id, state(), FORCE)
                        .await
                        .unwrap();
                }
                if dice.below(2) == 0 {
                    let state = StateCreate::new(kind);
                    scope.set_task_run_state(task, state, FORCE).await.unwrap();
                }
            }
            site.flow_runs.push(run);
            site.task_runs.push(task);
        }
        site
    }

    fn flow_run_ids(&self) -> Vec<FlowRunId> {
        self.flow_runs.iter().map(|run| run.id).collect()
    }

    /// Times that begin and end somewhere among the runs.
    fn times(&self, now: Timestamp) -> Vec<Value> {
        #[expect(clippy::cast_precision_loss, reason = "some seconds")]
        let length = (now.as_micros() - self.begun.as_micros()) as f64 / 1e6;
        let at = |share: f64| self.begun.plus_seconds(length * share);
        vec![
            json!({"after_": at(0.4)}),
            json!({"before_": at(0.7)}),
            json!({"after_": at(0.2), "before_": at(0.8)}),
            json!({"after_": at(0.95), "before_": at(1.1)}),
        ]
    }
}

async fn task_run(scope: &Scope, flow_run: Option<FlowRunId>, key: u64) -> TaskRunId {
    let body = json!({"flow_run_id": flow_run, "task_key": "t", "dynamic_key": key.to_string(),
        "name": format!("task-{}", key % 7), "state": {"type": "PENDING"}});
    let create: TaskRunCreate = serde_json::from_value(body).unwrap();
    let made = scope.create_task_run(create, Origin::default()).await;
    made.unwrap().0.id
}

/// The same with more criteria in one of them.
fn and(filter: &Value, more: &Value) -> Value {
    let mut both = filter.as_object().cloned().unwrap_or_default();
    both.extend(more.as_object().cloned().unwrap());
    Value::Object(both)
}

fn filters(flow_runs: Option<&Value>, task_runs: Option<&Value>) -> Filters {
    fn read<T: serde::de::DeserializeOwned>(value: Option<&Value>) -> Option<T> {
        value.map(|value| serde_json::from_value(value.clone()).unwrap())
    }
    Filters {
        flow_runs: read(flow_runs),
        task_runs: read(task_runs),
        ..Filters::default()
    }
}

/// Some days before and after, in parts of an odd length.
fn span(scope: &Scope, site: &Site) -> Span {
    Span {
        start: site.begun.plus_seconds(-777.25),
        end: scope.now().plus_seconds(1_234.5),
        interval_seconds: 1_111.0,
    }
}

const PAGES: [Page; 3] = [
    Page {
        limit: 7,
        offset: 0,
    },
    Page {
        limit: 20,
        offset: 11,
    },
    Page {
        limit: 200,
        offset: 0,
    },
];

async fn flow_runs_are_the_same_whichever_way_they_are_found(fixture: Fixture) {
    let scope = fixture.scope();
    let site = Site::make(&fixture, &scope).await;
    let ids = json!({"id": {"any_": site.flow_run_ids()}});
    let mut asked = vec![
        json!({}),
        json!({"state": {"type": {"any_": ["RUNNING"]}}}),
        json!({"state": {"type": {"any_": ["COMPLETED", "FAILED"]}}}),
        json!({"state": {"name": {"any_": ["Scheduled", "Late"]}}}),
        json!({"name": {"like_": "n-1"}}),
        json!({"tags": {"all_": ["tag-1"]}}),
        json!({"parent_task_run_id": {"any_": site.task_runs[..40]}}),
    ];
    let top_level = json!({"parent_task_run_id": {"is_null_": true}});
    asked.push(top_level.clone());
    for time in site.times(scope.now()) {
        for column in ["expected_start_time", "start_time"] {
            let within = json!({column: time});
            asked.push(and(&within, &top_level));
            asked.push(and(
                &within,
                &json!({"state": {"type": {"any_": ["FAILED"]}}}),
            ));
            asked.push(and(&within, &json!({"name": {"like_": "run-1"}})));
            asked.push(within);
        }
    }
    let of_flow = |id: Uuid| Filters {
        flows: serde_json::from_value(json!({"id": {"any_": [id]}})).unwrap(),
        ..Filters::default()
    };
    let of_pool = Filters {
        work_pools: serde_json::from_value(json!({"name": {"any_": [POOL]}})).unwrap(),
        ..Filters::default()
    };
    let owners = [
        Filters::default(),
        of_flow(site.flow_runs[0].flow_id.0),
        of_flow(Uuid::nil()),
        of_pool,
    ];
    let mut shown = 0;
    for filter in &asked {
        for owner in &owners {
            let keyed = and(filter, &ids);
            let both = || {
                [filter, &keyed].map(|one| Filters {
                    flow_runs: filters(Some(one), None).flow_runs,
                    ..owner.clone()
                })
            };
            for sort in [
                "ID_DESC",
                "START_TIME_ASC",
                "START_TIME_DESC",
                "EXPECTED_START_TIME_ASC",
                "EXPECTED_START_TIME_DESC",
                "NAME_ASC",
                "NAME_DESC",
                "NEXT_SCHEDULED_START_TIME_ASC",
                "END_TIME_DESC",
            ] {
                for page in PAGES {
                    let sort = serde_json::from_value(json!(sort)).unwrap();
                    let [found, expected] =
                        both().map(|filters| scope.flow_runs(filters, sort, page));
                    let [found, expected] = [found.await.unwrap(), expected.await.unwrap()];
                    assert_eq!(found, expected, "{filter} {owner:?} {sort:?} {page:?}");
                    shown += found.len();
                }
            }
            let [found, expected] = both().map(|filters| scope.count_flow_runs(filters));
            let [found, expected] = [found.await.unwrap(), expected.await.unwrap()];
            assert_eq!(found, expected, "{filter} {owner:?}");
            let [found, expected] = both().map(|filters| scope.flow_run_lateness(filters));
            let [found, expected] = [found.await.unwrap(), expected.await.unwrap()];
            let micros = |mean: Option<f64>| mean.map(|mean| (mean * 1e6).round());
            assert_eq!(micros(found), micros(expected), "{filter} {owner:?}");
        }
        let span = span(&scope, &site);
        let keyed = and(filter, &ids);
        let both = [filter, &keyed].map(|one| filters(Some(one), None));
        let [found, expected] = both.map(|filters| scope.flow_run_history(filters, span));
        let [found, expected] = [found.await.unwrap(), expected.await.unwrap()].map(told);
        assert_eq!(found, expected, "{filter}");
    }
    assert!(shown > 5_000, "{shown}");
}

async fn task_runs_are_the_same_whichever_way_they_are_found(fixture: Fixture) {
    let scope = fixture.scope();
    let site = Site::make(&fixture, &scope).await;
    let ids = json!({"id": {"any_": site.task_runs}});
    let mut asked = vec![
        json!({}),
        json!({"state": {"type": {"any_": ["COMPLETED", "RUNNING"]}}}),
        json!({"name": {"like_": "k-3"}}),
    ];
    let mut of_flow_runs = vec![
        json!({}),
        json!({"parent_task_run_id": {"is_null_": true}}),
        json!({"state": {"type": {"any_": ["FAILED"]}}}),
    ];
    for time in site.times(scope.now()) {
        asked.push(json!({"expected_start_time": time}));
        asked.push(json!({"start_time": time}));
        of_flow_runs.push(json!({"expected_start_time": time}));
    }
    for filter in asked.clone() {
        for exists in [true, false] {
            asked.push(and(&filter, &json!({"subflow_runs": {"exists_": exists}})));
        }
    }
    let mut shown = 0;
    for filter in &asked {
        for flow_runs in std::iter::once(None).chain(of_flow_runs.iter().map(Some)) {
            let keyed = and(filter, &ids);
            let both = || [filter, &keyed].map(|one| filters(flow_runs, Some(one)));
            for sort in [
                "ID_DESC",
                "EXPECTED_START_TIME_ASC",
                "EXPECTED_START_TIME_DESC",
                "NAME_ASC",
                "END_TIME_DESC",
                "DURATION_DESC",
            ] {
                let sort = serde_json::from_value(json!(sort)).unwrap();
                for page in PAGES {
                    let [found, expected] =
                        both().map(|filters| scope.task_runs(filters, sort, page));
                    let [found, expected] = [found.await.unwrap(), expected.await.unwrap()];
                    assert_eq!(found, expected, "{filter} {flow_runs:?} {sort:?} {page:?}");
                    shown += found.len();
                }
            }
            let [found, expected] = both().map(|filters| scope.count_task_runs(filters));
            let [found, expected] = [found.await.unwrap(), expected.await.unwrap()];
            assert_eq!(found, expected, "{filter} {flow_runs:?}");
            let span = span(&scope, &site);
            let [found, expected] = both().map(|filters| scope.task_run_history(filters, span));
            let [found, expected] = [found.await.unwrap(), expected.await.unwrap()].map(told);
            assert_eq!(found, expected, "{filter} {flow_runs:?}");
        }
    }
    assert!(shown > 5_000, "{shown}");
}

/// As long as each may be, of signs that no compression makes shorter: indexes have both beside each other.
async fn long_names_of_a_run_and_its_state_are_taken(fixture: Fixture) {
    let scope = fixture.scope();
    let mut dice = Dice::new("long names");
    let mut text = |length: usize| -> String {
        let sign = |_| char::from_u32(0x4e00 + u32::try_from(dice.below(20_000)).unwrap());
        (0..length).filter_map(sign).collect()
    };
    let (name, state) = (text(250), text(840));
    let run = flow_run(&scope, &name, |create| {
        let state = json!({"type": "PENDING", "name": state});
        create.state = serde_json::from_value(state).unwrap();
    })
    .await;
    let found = scope.flow_run(run.id).await.unwrap().unwrap();
    assert_eq!((found.name, found.state_name), (name, Some(state)));
}
