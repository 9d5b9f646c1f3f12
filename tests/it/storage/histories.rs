//! Histories and counts by time: what is kept gives what the rows say, wherever spans begin and end.

use milliways_model::event::{Countable, EventCount, TimeUnit};
use milliways_model::filter::EventFilter;
use milliways_model::history::HistoryResponse;
use milliways_model::observed_state::ObservedStateSort;
use milliways_model::{Event, StateCreate, uuid7_now};
use milliways_model::{FlowRun, StateType, TaskRunCreate, TaskRunId, Timestamp};
use milliways_orchestration::Client;
use milliways_storage::{Filters, Origin, Scope, Set, Span, WholeFlowRun};
use milliways_tests::dice::Dice;
use serde_json::{Value, json};

use super::runs::{flow_run, set};
use super::{Fixture, on_both};

on_both! {
    histories_are_what_the_rows_say
    runs_that_are_late_by_centuries_are_added_up
    events_by_time_and_name_are_what_the_rows_say
    states_that_were_seen_are_told_with_their_times
    runs_that_are_brought_in_are_counted
}

const NAME: &str = "told";

/// Runs of every age and state: some wait, some run, some have ended.
async fn many(fixture: &Fixture, scope: &Scope) -> Vec<FlowRun> {
    let mut dice = Dice::new("histories");
    let mut runs = Vec::new();
    for step in 0..60 {
        fixture.clock.advance(97.3);
        let run = flow_run(scope, NAME, |_| {}).await;
        let task = task_run(scope, &run, step).await;
        for kind in [StateType::Running, StateType::Completed, StateType::Failed] {
            if dice.below(3) == 0 {
                fixture.clock.advance(0.7);
                set(scope, &run, kind).await;
                let force = Set {
                    force: true,
                    client: Client::CURRENT,
                };
                scope
                    .set_task_run_state(task, StateCreate::new(kind), force)
                    .await
                    .unwrap();
            }
        }
        runs.push(run);
    }
    runs
}

async fn task_run(scope: &Scope, run: &FlowRun, key: u64) -> TaskRunId {
    let body = json!({"flow_run_id": run.id, "task_key": "t", "dynamic_key": key.to_string(), "name": NAME,
        "state": {"type": "SCHEDULED", "state_details": {"scheduled_time": scope.now()}}});
    let create: TaskRunCreate = serde_json::from_value(body).unwrap();
    let (made, _) = scope
        .create_task_run(create, Origin::default())
        .await
        .unwrap();
    made.id
}

/// The same runs, asked for in a way that is not kept.
fn by_name() -> Filters {
    let name = json!({"name": {"any_": [NAME]}});
    Filters {
        flow_runs: serde_json::from_value(name.clone()).unwrap(),
        task_runs: None,
        ..Filters::default()
    }
}

fn tasks_by_name() -> Filters {
    let name = json!({"name": {"any_": [NAME]}});
    Filters {
        task_runs: serde_json::from_value(name).unwrap(),
        ..Filters::default()
    }
}

fn spans(now: Timestamp) -> Vec<Span> {
    let minute = 60_000_000;
    let whole = |time: Timestamp| time.as_micros().div_euclid(minute) * minute;
    [
        (whole(now) - 120 * minute, whole(now) + minute, 300.0),
        (whole(now) - 120 * minute, whole(now) + minute, 60.0),
        (whole(now) - 120 * minute + 7, whole(now) - 13, 317.5),
        (
            whole(now) - 121 * minute + 41_000_001,
            now.as_micros(),
            4_000.0,
        ),
        (whole(now) - 10 * minute, whole(now) + 30 * minute, 3_600.0),
        (
            whole(now) - 8 * 365 * 1_440 * minute,
            whole(now) + minute,
            365.0 * 86_400.0,
        ),
        // Longer than counts are looked up for.
        (0, whole(now) + 2_783 * 365 * 1_440 * minute, 1e223),
    ]
    .map(|(start, end, interval_seconds)| Span {
        start: Timestamp::from_micros(start),
        end: Timestamp::from_micros(end),
        interval_seconds,
    })
    .to_vec()
}

/// States in one order, with sums to the millisecond: they are added up in another order.
pub(super) fn told(history: Vec<HistoryResponse>) -> Vec<String> {
    let mut told = Vec::new();
    for part in history {
        for state in part.states {
            told.push(format!(
                "{} {} {} {}: {} {:.3} {:.3}",
                part.interval_start,
                part.interval_end,
                state.state_type.as_str(),
                state.state_name,
                state.count_runs,
                state.sum_estimated_run_time,
                state.sum_estimated_lateness
            ));
        }
    }
    told.sort_unstable();
    told
}

async fn histories_are_what_the_rows_say(fixture: Fixture) {
    let scope = fixture.scope();
    let runs = many(&fixture, &scope).await;
    assert!(runs.len() > 50);
    for span in spans(scope.now()) {
        let kept = scope.flow_run_history(Filters::default(), span).await;
        let rows = scope.flow_run_history(by_name(), span).await;
        let kept = told(kept.unwrap());
        assert_eq!(kept, told(rows.unwrap()), "{span:?}");
        assert!(!kept.is_empty());
        let kept = scope.task_run_history(Filters::default(), span).await;
        let rows = scope.task_run_history(tasks_by_name(), span).await;
        assert_eq!(told(kept.unwrap()), told(rows.unwrap()), "{span:?}");
        let kept = scope.task_run_starts(Filters::default(), span).await;
        let rows = scope.task_run_starts(tasks_by_name(), span).await;
        assert_eq!(kept.unwrap(), rows.unwrap(), "{span:?}");
        // Only some states, and counts by the same time.
        let failed = json!({"state": {"type": {"any_": ["FAILED", "RUNNING"]}}});
        let mut named = failed.clone();
        named["name"] = json!({"any_": [NAME]});
        let [kept, rows] = [failed, named].map(by);
        let kept = scope.flow_run_history(kept, span).await.unwrap();
        let rows = scope.flow_run_history(rows, span).await.unwrap();
        assert_eq!(told(kept), told(rows), "{span:?}");
        let expected = json!({"expected_start_time": {"after_": span.start, "before_": span.end}});
        let mut named = expected.clone();
        named["name"] = json!({"any_": [NAME]});
        let [kept, rows] = [expected, named].map(by);
        let kept = scope.count_flow_runs(kept).await.unwrap();
        assert_eq!(kept, scope.count_flow_runs(rows).await.unwrap(), "{span:?}");
    }
    let wrong = fixture.store.check_counts().await.unwrap();
    assert_eq!(wrong, Vec::<String>::new());
}

fn by(filter: Value) -> Filters {
    Filters {
        flow_runs: serde_json::from_value(filter).unwrap(),
        ..Filters::default()
    }
}

/// So many times of that length, in microseconds, are more than 64 bits hold.
async fn runs_that_are_late_by_centuries_are_added_up(fixture: Fixture) {
    const RUNS: i64 = 200;
    let scope = fixture.scope();
    let expected: Timestamp = "0001-02-03T04:05:06Z".parse().unwrap();
    let state = json!({"type": "SCHEDULED", "state_details": {"scheduled_time": expected}});
    for _ in 0..RUNS {
        flow_run(&scope, NAME, |create| {
            create.state = serde_json::from_value(state.clone()).unwrap();
        })
        .await;
    }
    let start = expected.plus_seconds(-5_000.0);
    let span = Span {
        start,
        end: start.plus_seconds(86_400.0),
        interval_seconds: 3_600.0,
    };
    #[expect(clippy::cast_precision_loss, reason = "as it is told")]
    let late = (scope.now().as_micros() - expected.as_micros()) as f64 * 200.0 / 1e6;
    for filters in [Filters::default(), by_name()] {
        let mut parts = scope.flow_run_history(filters, span).await.unwrap();
        let states = std::mem::take(&mut parts[1].states);
        assert!(parts.iter().all(|part| part.states.is_empty()));
        assert_eq!((states.len(), states[0].count_runs), (1, RUNS));
        let told = states[0].sum_estimated_lateness;
        assert!((told / late - 1.0).abs() < 1e-9, "{told} {late}");
    }
}

async fn events_by_time_and_name_are_what_the_rows_say(fixture: Fixture) {
    let scope = fixture.scope();
    many(&fixture, &scope).await;
    let now = scope.now();
    for step in 0..40_u32 {
        let name = ["x.a", "x.b", "y"][step as usize % 3];
        let body = json!({"id": uuid7_now(), "occurred": now.plus_seconds(-211.7 * f64::from(step)),
            "event": name,
            "resource": {"prefect.resource.id": format!("r.{step}")}});
        let event: Event = serde_json::from_value(body).unwrap();
        scope.record_events(vec![event]).await.unwrap();
    }
    for (since, until) in [(-7_200.0, 0.0), (-7_013.3, -1_234.5), (-86_400.0, -3.0)] {
        let occurred = json!({"since": now.plus_seconds(since), "until": now.plus_seconds(until)});
        for name in [
            Value::Null,
            json!({}),
            json!({"prefix": ["x."]}),
            json!({"exclude_name": ["y"]}),
        ] {
            let filter = json!({"occurred": occurred, "event": name});
            let kept: EventFilter = serde_json::from_value(filter.clone()).unwrap();
            // All ids that there are: that is not kept.
            let mut all = filter.clone();
            all["id"] = json!({"id": ids(&scope, &kept).await});
            let rows: EventFilter = serde_json::from_value(all).unwrap();
            let total = async |filter: &EventFilter| scope.count_event_rows(filter.clone()).await;
            assert_eq!(total(&kept).await.unwrap(), total(&rows).await.unwrap());
            for (by, unit, interval) in [
                (Countable::Time, TimeUnit::Minute, 5.0),
                (Countable::Time, TimeUnit::Minute, 1.0),
                (Countable::Time, TimeUnit::Hour, 1.0),
                (Countable::Day, TimeUnit::Day, 1.0),
                (Countable::Event, TimeUnit::Day, 1.0),
            ] {
                let counts = async |filter: &EventFilter| -> Vec<EventCount> {
                    let counts = scope.count_events(filter.clone(), by, unit, interval);
                    counts.await.unwrap()
                };
                assert_eq!(counts(&kept).await, counts(&rows).await, "{filter} {by:?}");
            }
        }
    }
}

async fn ids(scope: &Scope, filter: &EventFilter) -> Vec<String> {
    let at = milliways_storage::EventPageAt {
        after: None,
        limit: 10_000,
    };
    let rows = scope.events(filter.clone(), at).await.unwrap();
    rows.events
        .iter()
        .map(|event| event.id.to_string())
        .collect()
}

async fn states_that_were_seen_are_told_with_their_times(fixture: Fixture) {
    let scope = fixture.scope();
    let first = scope.now();
    let run = flow_run(&scope, NAME, |_| {}).await;
    fixture.clock.advance(4_000.0);
    set(&scope, &run, StateType::Running).await;
    fixture.clock.advance(9_000.0);
    let last = scope.now();
    flow_run(&scope, NAME, |_| {}).await;
    let seen = async |beginning| {
        let sort = ObservedStateSort::NameAsc;
        let seen = scope.observed_states(beginning, sort, 10).await.unwrap();
        let seen = seen.into_iter();
        seen.map(|it| (it.state_type, it.state_name, it.first_seen, it.last_seen))
            .collect::<Vec<_>>()
    };
    let pending = ("PENDING".to_owned(), "Pending".to_owned(), first, last);
    let start = first.plus_seconds(4_000.0);
    let running = ("RUNNING".to_owned(), "Running".to_owned(), start, start);
    assert_eq!(seen(None).await, [pending, running.clone()]);
    assert_eq!(seen(Some(" run")).await, [running]);
    assert_eq!(seen(Some("x")).await, []);
}

async fn runs_that_are_brought_in_are_counted(fixture: Fixture) {
    let scope = fixture.scope();
    let made = many(&fixture, &scope).await;
    let mut whole = Vec::new();
    for run in &made {
        let states = scope.flow_run_states(run.id).await.unwrap();
        let filter = json!({"flow_run_id": {"any_": [run.id]}});
        let filters = Filters {
            task_runs: serde_json::from_value(filter).unwrap(),
            ..Filters::default()
        };
        let page = milliways_storage::Page {
            limit: 10,
            offset: 0,
        };
        let sort = milliways_model::sort::TaskRunSort::IdDesc;
        let mut task_runs = Vec::new();
        for task_run in scope.task_runs(filters, sort, page).await.unwrap() {
            let states = scope.task_run_states(task_run.id).await.unwrap();
            task_runs.push((task_run, states));
        }
        let run = scope.flow_run(run.id).await.unwrap().unwrap();
        whole.push(WholeFlowRun {
            run,
            states,
            task_runs,
            logs: Vec::new(),
        });
    }
    let span = spans(scope.now())[0];
    let before = told(
        scope
            .flow_run_history(Filters::default(), span)
            .await
            .unwrap(),
    );
    // Those that exist are left out.
    assert_eq!(scope.import_flow_runs(whole.clone()).await.unwrap(), 0);
    for run in &made {
        assert!(scope.delete_flow_run(run.id).await.unwrap());
    }
    assert_eq!(
        scope.import_flow_runs(whole.clone()).await.unwrap(),
        made.len() as u64
    );
    let after = told(
        scope
            .flow_run_history(Filters::default(), span)
            .await
            .unwrap(),
    );
    assert_eq!(before, after);
    for one in &whole {
        let states = scope.flow_run_states(one.run.id).await.unwrap();
        assert_eq!(states, one.states);
        let run = scope.flow_run(one.run.id).await.unwrap().unwrap();
        assert_eq!(
            (run.start_time, run.end_time, run.run_count),
            (one.run.start_time, one.run.end_time, one.run.run_count)
        );
    }
    let wrong = fixture.store.check_counts().await.unwrap();
    assert_eq!(wrong, Vec::<String>::new());
}
