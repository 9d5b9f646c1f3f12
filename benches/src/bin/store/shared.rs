//! PostgreSQL.

use std::sync::Arc;

use milliways_benches::{Measured, measure_async, report};
use milliways_model::time::SystemClock;
use milliways_model::{Uuid, WorkspaceId, uuid7_now};
use milliways_storage::{Location, Options, Store};
use tokio_postgres::{Client, NoTls};

use crate::workload::{BATCH, BATCHES, CLIENTS, bulk, single};

const RUNS: usize = 4_000;

pub(crate) async fn run(cluster: &str) {
    let name = format!("bench_{}", uuid7_now().simple());
    let admin = connect(cluster).await;
    admin
        .batch_execute(&format!("CREATE DATABASE {name}"))
        .await
        .unwrap();
    let base = cluster.rsplit_once('/').map_or(cluster, |(base, _)| base);
    let url = format!("{base}/{name}");

    let options = Options::new(Location::Server(url.clone()), Arc::new(SystemClock));
    let store = Store::open(options).await.unwrap();
    let client = connect(&url).await;
    let scope = store.workspace(WorkspaceId::DEFAULT);

    let mut singles = vec![commits(&client).await];
    singles.push(single(&format!("set_state by {CLIENTS} callers"), &scope, RUNS).await);
    report(
        "PostgreSQL: single transitions (the floor commits a row at a time)",
        "transition",
        &singles,
    );

    let mut many = vec![arrays(&client).await];
    many.push(bulk(&format!("journal, {BATCH} task runs to a batch"), &scope).await);
    report("PostgreSQL: many transitions", "transition", &many);

    store.close().await;
    drop(client);
    admin
        .batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"))
        .await
        .unwrap();
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// One row, one commit, one connection.
async fn commits(client: &Client) -> Measured {
    let insert = client.prepare("INSERT INTO attempt (run_id, workspace_id, is_flow_run, epoch, acked_seq) VALUES ($1, $2, true, 1, 0)").await.unwrap();
    let workspace = WorkspaceId::DEFAULT.0;
    measure_async("raw insert, a commit each, one connection", 2_000, async {
        for _ in 0..2_000 {
            client
                .execute(&insert, &[&uuid7_now(), &workspace])
                .await
                .unwrap();
        }
    })
    .await
}

/// The rows of task runs with three states each by arrays, 1,000 task runs to a transaction.
async fn arrays(client: &Client) -> Measured {
    let event = client
        .prepare(
            "INSERT INTO event (seq, workspace_id, id, occurred, received, name, run_id, is_flow_run, state_type, state_name, details)
             SELECT seq, $5, id, seq, seq, 'prefect.task-run.Completed', run_id, false, kind, 'Completed', '{}'
             FROM UNNEST($1::bigint[], $2::uuid[], $3::uuid[], $4::text[]) AS given(seq, id, run_id, kind)",
        )
        .await
        .unwrap();
    let task_run = client
        .prepare(
            "INSERT INTO task_run (id, workspace_id, created, updated, name, flow_run_id, task_key, dynamic_key, empirical_policy, tags, labels,
             task_inputs, state_id, state_type, state_name, state_timestamp, run_count, flow_run_run_count, expected_start_time, start_time, end_time, total_run_time)
             SELECT id, $3, 1, 1, 'noop-1', $4, 'noop-1234', key, '{}', '[]', '{}', '{}', id, 'COMPLETED', 'Completed', 1, 1, 1, 1, 1, 1, 0.0
             FROM UNNEST($1::uuid[], $2::text[]) AS given(id, key)",
        )
        .await
        .unwrap();
    let workspace = WorkspaceId::DEFAULT.0;
    let mut seq = 0_i64;
    measure_async(
        "raw UNNEST of the same rows, 1,000 task runs to a transaction",
        (BATCH * BATCHES * 3) as u64,
        async {
            for _ in 0..BATCHES {
                let flow_run = uuid7_now();
                let ids: Vec<Uuid> = (0..BATCH).map(|_| uuid7_now()).collect();
                let keys: Vec<String> = (0..BATCH).map(|number| number.to_string()).collect();
                let runs: Vec<Uuid> = ids.iter().flat_map(|id| [*id; 3]).collect();
                let states: Vec<Uuid> = runs.iter().map(|_| uuid7_now()).collect();
                let kinds: Vec<&str> = runs.iter().map(|_| "COMPLETED").collect();
                let seqs: Vec<i64> = (seq..).take(runs.len()).collect();
                seq += i64::try_from(runs.len()).unwrap();
                client.batch_execute("BEGIN").await.unwrap();
                client
                    .execute(&task_run, &[&ids, &keys, &workspace, &flow_run])
                    .await
                    .unwrap();
                client
                    .execute(&event, &[&seqs, &states, &runs, &kinds, &workspace])
                    .await
                    .unwrap();
                client.batch_execute("COMMIT").await.unwrap();
            }
        },
    )
    .await
}
