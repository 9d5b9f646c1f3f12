//! Several servers on one database: each hears of what the others commit, and finds it.

use std::time::Duration;

use milliways_model::{Event, WorkspaceId, uuid7_now};
use milliways_storage::{Location, Options, Store};
use serde_json::json;

use super::{Fixture, on_both};

on_both! {
    a_database_is_brought_up_to_date_only_where_that_is_wanted
}

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

async fn a_database_is_brought_up_to_date_only_where_that_is_wanted(fixture: Fixture) {
    fixture.store.close().await;
    let mut options = fixture.options.clone();
    options.migrates = false;
    let store = Store::open(options.clone()).await.unwrap();
    store.close().await;
    let options = match &options.location {
        Location::File(path) => Options {
            location: Location::File(path.with_file_name("new.db")),
            ..options
        },
        Location::Server(url) => {
            options.session.search_path = Some("pg_temp".to_owned());
            Options {
                location: Location::Server(url.clone()),
                ..options
            }
        }
    };
    let refused = Store::open(options).await.err().unwrap().to_string();
    assert!(refused.contains("older than this program"), "{refused}");
    assert!(refused.contains("hint: run `milliways server database upgrade`"));
}
