//! Whole sessions against a server that keeps journals, and may be away.

mod server;

use std::sync::Arc;
use std::time::Duration;

use milliways_client::{Address, Config as ClientConfig};
use milliways_model::journal::JournalRecord;
use milliways_model::time::SystemClock;

use crate::{
    Config, FlowDefinition, FlowRun, FlowRunOptions, Remark, Session, TaskDefinition,
    TaskRunOptions,
};
use server::Server;

/// Longer than anything takes, so that a test fails instead of hanging.
const LONG: Duration = Duration::from_secs(30);

fn config(folder: &tempfile::TempDir) -> Config {
    Config {
        client: ClientConfig::of_address(Address::Socket(folder.path().join("server.sock"))),
        spool: folder.path().join("spool"),
        max_spool_size: 1 << 30,
        batch_size: 1 << 20,
        linger: Duration::from_millis(1),
        heartbeat: Duration::from_secs(10),
        max_log_size: 1_000_000,
        ui_url: None,
        clock: Arc::new(SystemClock),
    }
}

fn flow_run(session: &Session) -> FlowRun {
    let definition = Arc::new(FlowDefinition::new("etl").unwrap());
    session
        .flow_run(definition, FlowRunOptions::default())
        .unwrap()
}

/// A flow run with so many tasks, from its start to its end.
fn whole_flow_run(session: &Session, tasks: usize) -> FlowRun {
    let run = flow_run(session);
    run.start().unwrap();
    call(&run, tasks);
    run.complete(Remark::default()).unwrap();
    run
}

fn call(run: &FlowRun, tasks: usize) {
    let definition = Arc::new(TaskDefinition::new("add", "mod.add").unwrap());
    for _ in 0..tasks {
        let task = run
            .task(definition.clone(), TaskRunOptions::default())
            .unwrap();
        task.complete(Remark::default()).unwrap();
    }
}

/// The task runs of a journal, by name, each with the names of all of its states.
fn task_runs(records: &[JournalRecord]) -> Vec<(String, Vec<String>)> {
    let mut runs: Vec<(_, String, Vec<String>)> = Vec::new();
    for record in records {
        match record {
            JournalRecord::TaskRun(run) => {
                let states = run.states.iter().map(|state| state.name.clone()).collect();
                runs.push((run.id, run.name.clone(), states));
            }
            JournalRecord::TaskRunStates(more) => {
                let (_, _, states) = runs.iter_mut().find(|(id, ..)| *id == more.id).unwrap();
                states.extend(more.states.iter().map(|state| state.name.clone()));
            }
            _ => {}
        }
    }
    runs.into_iter()
        .map(|(_, name, states)| (name, states))
        .collect()
}

/// What `whole_flow_run` leads to.
fn assert_whole(records: &[JournalRecord], tasks: usize) {
    let expected: Vec<_> = (0..tasks)
        .map(|number| {
            (
                format!("add-{number}"),
                ["Pending", "Running", "Completed"]
                    .map(str::to_owned)
                    .to_vec(),
            )
        })
        .collect();
    assert_eq!(task_runs(records), expected);
    assert!(matches!(records[0], JournalRecord::FlowRun(_)));
    let Some(JournalRecord::FlowRunStates(last)) = records.last() else {
        panic!("{records:?}")
    };
    assert_eq!(last.last().unwrap().name, "Completed");
}

#[test]
fn a_flow_run_arrives_whole_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder);
    let session = Session::new(config(&folder));
    let run = whole_flow_run(&session, 2_000);
    assert!(run.flush(LONG));
    assert_whole(&server.journal(run.id().0), 2_000);
    drop(run);
    assert!(session.close(LONG));
    assert_eq!(
        std::fs::read_dir(folder.path().join("spool"))
            .unwrap()
            .count(),
        0
    );
}

#[test]
fn a_run_in_a_run_is_told_of_after_its_parent() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder);
    let session = Session::new(config(&folder));
    let parent = flow_run(&session);
    let definition = Arc::new(TaskDefinition::new("child", "mod.child").unwrap());
    let options = TaskRunOptions {
        start: false,
        ..TaskRunOptions::default()
    };
    let stand_in = parent.task(definition, options).unwrap();
    let options = FlowRunOptions {
        parent_task_run: Some(stand_in.id()),
        ..FlowRunOptions::default()
    };
    let child = session
        .flow_run(Arc::new(FlowDefinition::new("child").unwrap()), options)
        .unwrap();
    assert!(session.flush(LONG));
    assert_eq!(server.order(), [parent.id().0, child.id().0]);
}

#[test]
fn a_flow_goes_on_while_the_server_is_away_and_everything_arrives_later() {
    let folder = tempfile::tempdir().unwrap();
    let session = Session::new(config(&folder));
    let run = flow_run(&session);
    run.start().unwrap();
    call(&run, 10);
    assert!(!run.flush(LONG), "nobody is there");
    assert!(session.take_notices()[0].starts_with("the server is away"));

    let server = Server::start(&folder);
    call(&run, 10);
    assert!(run.flush(LONG));
    assert_eq!(task_runs(&server.journal(run.id().0)).len(), 20);

    let server = server.stop();
    call(&run, 10);
    run.complete(Remark::default()).unwrap();
    assert!(!run.flush(LONG));
    let server = server.start_again();
    assert!(run.flush(LONG));
    assert_whole(&server.journal(run.id().0), 30);
}

#[test]
fn what_a_process_leaves_is_delivered_by_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let first = Session::new(config(&folder));
    let run = whole_flow_run(&first, 300);
    first
        .log(20, "root", "outside", run.start_time().unwrap(), None, None)
        .unwrap();
    assert!(!first.close(LONG), "nobody is there");

    let server = Server::start(&folder);
    let second = Session::new(config(&folder));
    assert!(second.deliver_leftovers(LONG).unwrap());
    assert_whole(&server.journal(run.id().0), 300);
    assert_eq!(server.logs(), 1);
    assert_eq!(
        std::fs::read_dir(folder.path().join("spool"))
            .unwrap()
            .count(),
        0
    );
}

#[test]
fn leftovers_follow_what_the_next_process_has_to_say() {
    let folder = tempfile::tempdir().unwrap();
    let first = Session::new(config(&folder));
    let left = whole_flow_run(&first, 3);
    assert!(!first.close(LONG));

    let server = Server::start(&folder);
    let second = Session::new(config(&folder));
    let own = whole_flow_run(&second, 3);
    assert!(own.flush(LONG));
    assert!(second.deliver_leftovers(LONG).unwrap());
    assert_whole(&server.journal(left.id().0), 3);
    assert_eq!(server.order(), [own.id().0, left.id().0]);
}

#[test]
fn leftovers_for_another_server_stay() {
    let folder = tempfile::tempdir().unwrap();
    let mut elsewhere = config(&folder);
    elsewhere.client = ClientConfig::of_address(Address::Socket(folder.path().join("elsewhere")));
    let first = Session::new(elsewhere);
    let run = whole_flow_run(&first, 1);
    assert!(!first.close(LONG));

    let server = Server::start(&folder);
    assert!(
        Session::new(config(&folder))
            .deliver_leftovers(LONG)
            .unwrap()
    );
    assert_eq!(server.journal(run.id().0), []);
    assert_eq!(
        std::fs::read_dir(folder.path().join("spool"))
            .unwrap()
            .count(),
        1
    );
}

#[test]
fn an_answer_that_got_lost_has_no_second_effect() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder);
    server.lose_next_answers(3);
    let session = Session::new(config(&folder));
    let run = whole_flow_run(&session, 50);
    // Each flush gives up after a lost answer, and hurries the next try.
    while !run.flush(LONG) {}
    assert_whole(&server.journal(run.id().0), 50);
}

#[test]
fn an_attempt_that_was_taken_over_is_not_told_any_further() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder);
    let session = Session::new(config(&folder));
    let run = flow_run(&session);
    assert!(run.flush(LONG));
    server.take_over(run.id().0);
    run.start().unwrap();
    assert!(run.flush(LONG));
    call(&run, 5);
    assert!(run.flush(LONG));
    assert_eq!(server.journal(run.id().0).len(), 1);
    let notices = session.take_notices();
    assert_eq!(notices.len(), 1);
    assert!(notices[0].starts_with("another attempt"), "{notices:?}");
}

#[test]
fn one_bad_record_does_not_keep_the_others_away() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder);
    server.refuse("curse");
    let session = Session::new(config(&folder));
    let run = flow_run(&session);
    run.start().unwrap();
    call(&run, 20);
    run.log(20, "root", "a curse", run.start_time().unwrap(), None)
        .unwrap();
    call(&run, 20);
    assert!(run.flush(LONG));
    let records = server.journal(run.id().0);
    assert_eq!(task_runs(&records).len(), 40);
    let logs = records.iter().filter_map(|record| match record {
        JournalRecord::Log(log) => Some(log.message.as_str()),
        _ => None,
    });
    assert_eq!(
        logs.collect::<Vec<_>>(),
        ["a record was left out: the server refuses it: 422: no such words"]
    );
    let kept = std::fs::read_dir(folder.path().join("spool/refused"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    assert!(
        std::fs::read_to_string(kept.path())
            .unwrap()
            .contains("a curse")
    );
    assert_eq!(session.take_notices().len(), 1);
}

#[test]
fn a_run_under_way_gives_signs_of_life() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder);
    let session = Session::new(Config {
        heartbeat: Duration::from_millis(20),
        ..config(&folder)
    });
    let run = flow_run(&session);
    run.start().unwrap();
    server.wait_for_heartbeats(3);
    run.complete(Remark::default()).unwrap();
    assert!(run.flush(LONG));
}

#[test]
fn a_full_spool_leaves_out_logs_and_then_refuses_tasks_but_not_their_ends() {
    let folder = tempfile::tempdir().unwrap();
    let session = Session::new(Config {
        max_spool_size: 10_000,
        ..config(&folder)
    });
    let run = flow_run(&session);
    run.start().unwrap();
    let definition = Arc::new(TaskDefinition::new("add", "mod.add").unwrap());
    let task = run
        .task(definition.clone(), TaskRunOptions::default())
        .unwrap();
    for _ in 0..20 {
        run.log(
            20,
            "root",
            &"x".repeat(1_000),
            run.start_time().unwrap(),
            None,
        )
        .unwrap();
        assert!(!run.flush(LONG));
    }
    let refused = (0..50).find_map(|_| {
        let made = run.task(definition.clone(), TaskRunOptions::default());
        run.flush(LONG);
        made.err()
    });
    let text = refused.unwrap().to_string();
    assert!(
        text.starts_with("the spool is full") && text.contains("hint: "),
        "{text}"
    );
    task.complete(Remark::default()).unwrap();
    run.complete(Remark::default()).unwrap();

    let server = Server::start(&folder);
    while !run.flush(LONG) {}
    let records = server.journal(run.id().0);
    let logs = records
        .iter()
        .filter(|record| matches!(record, JournalRecord::Log(_)))
        .count();
    assert!((5..12).contains(&logs), "{logs}");
    assert!(
        session
            .take_notices()
            .iter()
            .any(|notice| notice.contains("log lines were left out"))
    );
    run.task(definition, TaskRunOptions::default()).unwrap();
}

#[test]
fn many_threads_record_into_one_journal() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder);
    let session = Session::new(config(&folder));
    let run = flow_run(&session);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| call(&run, 500));
        }
    });
    assert!(run.flush(LONG));
    let mut names: Vec<String> = task_runs(&server.journal(run.id().0))
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 2_000);
}

#[test]
fn a_task_run_outside_of_flows_has_a_journal_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder);
    let session = Session::new(config(&folder));
    let definition = Arc::new(TaskDefinition::new("add", "mod.add").unwrap());
    let task = session
        .task_run(definition, TaskRunOptions::default())
        .unwrap();
    task.complete(Remark::default()).unwrap();
    assert!(session.flush(LONG));
    let records = server.journal(task.id().0);
    let [(name, states)] = task_runs(&records).try_into().unwrap();
    assert_eq!((name.as_str(), states.len()), (&*task.name(), 3));
    assert!(name.starts_with("add-"));
}

#[test]
fn what_follows_a_pause_is_on_disk_before_anything_is_gathered() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(&folder);
    config.linger = Duration::from_hours(1);
    let spool = config.spool.clone();
    let session = Session::new(config);
    let run = flow_run(&session);
    let began = std::time::Instant::now();
    let is_written = || {
        let folders = std::fs::read_dir(&spool).into_iter().flatten().flatten();
        let mut files = folders.flat_map(|folder| {
            let files = std::fs::read_dir(folder.path());
            files.into_iter().flatten().flatten()
        });
        files.any(|file| {
            let text = std::fs::read_to_string(file.path()).unwrap_or_default();
            text.contains(&run.id().to_string()) && text.lines().count() == 2
        })
    };
    while !is_written() {
        assert!(began.elapsed() < LONG, "the record is not on disk");
        std::thread::yield_now();
    }
}
