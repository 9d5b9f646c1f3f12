//! Several servers on one database: each hears of what the others commit, and finds it.

use std::time::Duration;

use milliways_model::{Event, WorkspaceId, uuid7_now};
use milliways_storage::Store;
use serde_json::json;

use super::Fixture;

#[tokio::test]
async fn a_commit_wakes_the_other_server() {
    let fixture = Fixture::postgres().await;
    let other = Store::open(fixture.options.clone()).await.unwrap();
    let theirs = other.workspace(WorkspaceId::DEFAULT);
    let mut changes = other.changes();
    let body = json!({"id": uuid7_now(), "occurred": "2026-11-21T04:12:00Z", "event": "x",
        "resource": {"prefect.resource.id": "r"}});
    let event: Event = serde_json::from_value(body).unwrap();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    let heard = async {
        // The first ones may be told before the other listens.
        loop {
            let mut event = event.clone();
            event.id = uuid7_now().into();
            fixture.scope().record_events(vec![event]).await.unwrap();
            let hint = tokio::time::timeout(Duration::from_millis(200), changes.changed());
            if hint.await.is_ok_and(|changed| changed.is_ok()) {
                return;
            }
        }
    };
    tokio::time::timeout_at(deadline, heard).await.unwrap();
    let found = async {
        while theirs.events_after(0, 10).await.unwrap().0.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout_at(deadline, found).await.unwrap();
    // A server that ends leaves the other one as it is, and ends at once.
    tokio::time::timeout(Duration::from_secs(10), other.close())
        .await
        .unwrap();
    fixture.scope().record_events(vec![event]).await.unwrap();
}
