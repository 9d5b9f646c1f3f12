//! Work that is refused after it has written something leaves nothing behind, and harms nobody in its group.

use milliways_model::filter::EventFilter;
use milliways_model::work_pool::DEFAULT_AGENT_POOL;
use milliways_model::{DeploymentCreate, FlowCreate, FlowId};
use milliways_storage::{EventPageAt, Store, StoreError};
use serde_json::json;

use super::{Fixture, on_both};

on_both! { refused_work_leaves_nothing_behind }

/// Pieces of work that come at once; every third is refused.
const AT_ONCE: usize = 30;

async fn refused_work_leaves_nothing_behind(fixture: Fixture) {
    let scope = fixture.scope();
    let create = FlowCreate {
        name: "etl".into(),
        tags: vec![],
        labels: None,
    };
    let (flow, _) = scope.create_flow(create).await.unwrap();
    let mut kept = Vec::new();
    // What comes at once is taken together, but for what the writer has begun already: until it was.
    while kept.is_empty() || !has_grouped(&fixture.store) {
        let mut work = tokio::task::JoinSet::new();
        for number in 0..AT_ONCE {
            // Without a pool the queue belongs to the one of agents, which is made before the name is refused.
            let queue = (number % 3 == 1).then_some("a/b");
            let name = format!("{number} of {}", kept.len());
            let create = deployment(flow.id, &name, queue);
            let scope = fixture.scope();
            work.spawn(async move {
                let made = scope.create_deployment(create, None, None).await;
                (queue, made)
            });
        }
        while let Some(done) = work.join_next().await {
            match done.unwrap() {
                (None, made) => kept.push(made.unwrap().0),
                (Some(_), Err(StoreError::Name(location, _))) => {
                    assert_eq!(location, "body.work_queue_name");
                }
                (Some(queue), other) => panic!("{queue}: {other:?}"),
            }
        }
    }
    assert_eq!(kept.len() % (AT_ONCE / 3 * 2), 0);
    for made in &kept {
        let stored = scope.deployment(made.id).await.unwrap();
        assert_eq!(stored.as_ref(), Some(made));
    }
    let pool = scope.work_pool(DEFAULT_AGENT_POOL).await;
    assert_eq!(pool.unwrap(), None);
    let at = EventPageAt {
        after: None,
        limit: 1_000,
    };
    let told = scope.events(EventFilter::default(), at).await.unwrap();
    let about_pools = |name: &str| name.contains("work-pool") || name.contains("work-queue");
    assert!(!told.events.iter().any(|event| about_pools(&event.event)));
    assert_eq!(fixture.store.check_counts().await.unwrap(), [""; 0]);
    // The same with a good name makes the pool.
    let create = deployment(flow.id, "last", Some("a"));
    scope.create_deployment(create, None, None).await.unwrap();
    let pool = scope.work_pool(DEFAULT_AGENT_POOL).await;
    assert!(pool.unwrap().is_some());
}

fn deployment(flow: FlowId, name: &str, queue: Option<&str>) -> DeploymentCreate {
    let body = json!({"flow_id": flow, "name": name, "work_queue_name": queue});
    serde_json::from_str(&body.to_string()).unwrap()
}

/// Whether some transaction held several pieces of work.
fn has_grouped(store: &Store) -> bool {
    let told = store.statistics();
    told.jobs > told.groups
}
