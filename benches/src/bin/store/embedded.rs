//! SQLite.

use std::fs::File;
use std::io::{Seek, Write};
use std::path::Path;
use std::sync::Arc;

use milliways_benches::{Measured, measure, report};
use milliways_model::time::{Clock, SystemClock};
use milliways_model::{Uuid, WorkspaceId, uuid7_now};
use milliways_storage::{Durability, Location, Options, Store};
use rusqlite::{Connection, params};

use crate::workload::{BATCH, BATCHES, CLIENTS, bulk, single};

const RUNS: usize = 20_000;

pub(crate) async fn run() {
    let folder = tempfile::tempdir().unwrap();
    report("SQLite: the disk", "flush", &[flushes(folder.path())]);

    let mut singles = vec![
        groups(folder.path(), "FULL"),
        groups(folder.path(), "NORMAL"),
    ];
    let mut many = vec![
        rows(
            "raw rows of a whole task run, 1,000 to a transaction",
            folder.path(),
            "FULL",
            true,
        ),
        rows(
            "the same, NORMAL (survives the process only)",
            folder.path(),
            "NORMAL",
            true,
        ),
        rows(
            "the same, a state and its event as two rows",
            folder.path(),
            "FULL",
            false,
        ),
    ];
    for (name, durability) in [("FULL", Durability::Full), ("NORMAL", Durability::Normal)] {
        let store = open(&folder.path().join(format!("{name}.db")), durability).await;
        let scope = store.workspace(WorkspaceId::DEFAULT);
        singles.push(
            single(
                &format!("set_state by {CLIENTS} callers, {name}"),
                &scope,
                RUNS,
            )
            .await,
        );
        many.push(
            bulk(
                &format!("journal, {BATCH} task runs to a batch, {name}"),
                &scope,
            )
            .await,
        );
        let statistics = store.statistics();
        println!(
            "{name}: {} pieces of work to a commit",
            statistics.jobs / statistics.groups.max(1)
        );
        store.close().await;
        singles.push(rewritten(&folder.path().join(format!("{name}.db")), name));
    }
    report(
        &format!("SQLite: single transitions ({CLIENTS} to a commit at the floor)"),
        "transition",
        &singles,
    );
    report("SQLite: many transitions", "transition", &many);
}

async fn open(path: &Path, durability: Durability) -> Store {
    let mut options = Options::new(Location::File(path.to_owned()), Arc::new(SystemClock));
    options.durability = durability;
    Store::open(options).await.unwrap()
}

/// A page written and flushed to the disk.
fn flushes(folder: &Path) -> Measured {
    let mut file = File::create(folder.join("flush")).unwrap();
    let page = [7_u8; 4_096];
    file.write_all(&page).unwrap();
    measure("write 4 KiB, fdatasync", 500, || {
        for _ in 0..500 {
            file.rewind().unwrap();
            file.write_all(&page).unwrap();
            file.sync_data().unwrap();
        }
    })
}

/// A database of our schema, opened without us.
fn raw(folder: &Path, synchronous: &str) -> Connection {
    let path = folder.join(format!("raw-{}.db", uuid7_now()));
    let conn = Connection::open(path).unwrap();
    let schema =
        include_str!("../../../../crates/milliways-storage/migrations/sqlite/0001_foundation.sql");
    conn.execute_batch(schema).unwrap();
    conn.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA cache_size = -65536"
    ))
    .unwrap();
    conn
}

const EVENT: &str = "INSERT INTO event (seq, workspace_id, id, occurred, received, name, run_id, is_flow_run, state_type, state_name, details)
    VALUES (?1, ?2, ?3, ?4, ?4, 'prefect.task-run.Completed', ?5, 0, 'COMPLETED', 'Completed', '{\"deferred\":null,\"untrackable_result\":false}')";
const TASK_RUN: &str = "INSERT INTO task_run (id, workspace_id, created, updated, name, flow_run_id, task_key, dynamic_key, empirical_policy, tags,
    labels, task_inputs, state_id, state_type, state_name, state_timestamp, run_count, flow_run_run_count, expected_start_time, start_time, end_time, total_run_time)
    VALUES (?1, ?2, ?3, ?3, 'noop-1', ?4, 'noop-1234', ?5, '{}', '[]', '{}', '{}', ?6, 'COMPLETED', 'Completed', ?3, 1, 1, ?3, ?3, ?3, 0.0)";

/// The rows of task runs with three states each, and nothing else.
fn rows(what: &str, folder: &Path, synchronous: &str, one_row: bool) -> Measured {
    let mut conn = raw(folder, synchronous);
    let workspace = WorkspaceId::DEFAULT.0;
    let flow_run = uuid7_now();
    let tasks = BATCH * BATCHES;
    let mut seq = 0_i64;
    measure(what, (tasks * 3) as u64, || {
        for first in (0..tasks).step_by(BATCH) {
            let tx = conn.transaction().unwrap();
            {
                let mut event = tx.prepare_cached(EVENT).unwrap();
                let mut task_run = tx.prepare_cached(TASK_RUN).unwrap();
                for number in first..first + BATCH {
                    let id = uuid7_now();
                    let mut state = Uuid::nil();
                    for _ in 0..if one_row { 3 } else { 6 } {
                        seq += 1;
                        state = uuid7_now();
                        event
                            .execute(params![
                                seq,
                                workspace.as_bytes(),
                                state.as_bytes(),
                                seq,
                                id.as_bytes()
                            ])
                            .unwrap();
                    }
                    task_run
                        .execute(params![
                            id.as_bytes(),
                            workspace.as_bytes(),
                            seq,
                            flow_run.as_bytes(),
                            number.to_string(),
                            state.as_bytes()
                        ])
                        .unwrap();
                }
            }
            tx.commit().unwrap();
        }
    })
}

/// Groups of single transitions: read the run and its state, insert a state, update the run. All of a group begin, then
/// all of them end, as callers do that wait for their answers.
fn groups(folder: &Path, synchronous: &str) -> Measured {
    let mut conn = raw(folder, synchronous);
    let workspace = WorkspaceId::DEFAULT.0;
    let runs: Vec<Uuid> = (0..RUNS).map(|_| uuid7_now()).collect();
    let tx = conn.transaction().unwrap();
    for run in &runs {
        tx.execute(
            TASK_RUN,
            params![
                run.as_bytes(),
                workspace.as_bytes(),
                1,
                run.as_bytes(),
                "0",
                run.as_bytes()
            ],
        )
        .unwrap();
    }
    tx.commit().unwrap();
    let mut seq = 0_i64;
    let what = format!("raw read, insert, update; {CLIENTS} to a transaction, {synchronous}");
    measure(&what, (RUNS * 2) as u64, || {
        for group in runs.chunks(CLIENTS) {
            for _ in 0..2 {
                let tx = conn.transaction().unwrap();
                {
                    let mut read = tx
                        .prepare_cached("SELECT state_id, run_count FROM task_run WHERE id = ?1")
                        .unwrap();
                    let mut before = tx
                        .prepare_cached("SELECT state_type, occurred FROM event WHERE id = ?1")
                        .unwrap();
                    let mut event = tx.prepare_cached(EVENT).unwrap();
                    let mut update = tx
                        .prepare_cached("UPDATE task_run SET state_id = ?2, state_timestamp = ?3, run_count = run_count + 1 WHERE id = ?1")
                        .unwrap();
                    for run in group {
                        seq += 1;
                        let state = uuid7_now();
                        let id: Vec<u8> =
                            read.query_row([run.as_bytes()], |row| row.get(0)).unwrap();
                        let _ = before.query_row([id], |row| row.get::<_, i64>(1));
                        event
                            .execute(params![
                                seq,
                                workspace.as_bytes(),
                                state.as_bytes(),
                                seq,
                                run.as_bytes()
                            ])
                            .unwrap();
                        update
                            .execute(params![run.as_bytes(), state.as_bytes(), seq])
                            .unwrap();
                    }
                }
                tx.commit().unwrap();
            }
        }
    })
}

const READ: &str = "SELECT r.state_id, r.flow_id, r.run_count, r.total_run_time, r.empirical_policy, s.state_type, s.occurred, s.details
    FROM flow_run r LEFT JOIN event s ON s.id = r.state_id WHERE r.id = ?1";
const STATE: &str = "INSERT INTO event (seq, workspace_id, id, occurred, received, name, follows, run_id, is_flow_run, flow_run_id, state_type, state_name, details)
    VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, TRUE, ?7, ?8, ?9, '{}')";
const START: &str = "UPDATE flow_run SET updated = ?2, state_id = ?3, state_type = ?4, state_name = ?5, state_timestamp = ?2,
    run_count = run_count + 1, start_time = ?2, started = ?2 WHERE id = ?1";
const END: &str = "UPDATE flow_run SET updated = ?2, state_id = ?3, state_type = ?4, state_name = ?5, state_timestamp = ?2,
    run_count = run_count + 0, end_time = ?2 WHERE id = ?1";

/// What a transition has to read and write at least, with all indexes that the runs of the store have, by raw
/// statements: no rules, no counts, nobody who waits for an answer.
fn rewritten(path: &Path, synchronous: &str) -> Measured {
    let mut conn = Connection::open(path).unwrap();
    conn.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4000"
    ))
    .unwrap();
    conn.set_prepared_statement_cache_capacity(64);
    let runs: Vec<Uuid> = {
        let mut all = conn
            .prepare("SELECT id FROM flow_run WHERE created_by IS NULL ORDER BY id LIMIT ?1")
            .unwrap();
        let ids = all.query_map([i64::try_from(RUNS).unwrap()], |row| {
            row.get::<_, Vec<u8>>(0)
        });
        ids.unwrap()
            .map(|id| Uuid::from_slice(&id.unwrap()).unwrap())
            .collect()
    };
    assert_eq!(runs.len(), RUNS);
    let newest: i64 = conn
        .query_row("SELECT MAX(seq) FROM event", [], |row| row.get(0))
        .unwrap();
    let mut seq = newest;
    let workspace = WorkspaceId::DEFAULT.0;
    let what = format!("raw, with the rows and indexes of flow runs, {synchronous}");
    measure(&what, (RUNS * 2) as u64, || {
        for group in runs.chunks(CLIENTS) {
            for (kind, name, change) in [
                ("RUNNING", "Running", START),
                ("COMPLETED", "Completed", END),
            ] {
                let tx = conn.transaction().unwrap();
                for run in group {
                    seq += 1;
                    let now = now_micros();
                    let state = uuid7_now();
                    let before: Vec<u8> = tx
                        .prepare_cached(READ)
                        .unwrap()
                        .query_row([run.as_bytes()], |row| row.get(0))
                        .unwrap();
                    tx.prepare_cached(STATE)
                        .unwrap()
                        .execute(params![
                            seq,
                            workspace.as_bytes(),
                            state.as_bytes(),
                            now,
                            format!("prefect.flow-run.{name}"),
                            before,
                            run.as_bytes(),
                            kind,
                            name
                        ])
                        .unwrap();
                    tx.prepare_cached(change)
                        .unwrap()
                        .execute(params![run.as_bytes(), now, state.as_bytes(), kind, name])
                        .unwrap();
                }
                tx.commit().unwrap();
            }
        }
    })
}

fn now_micros() -> i64 {
    SystemClock.now().as_micros()
}
