//! Concurrency limits: slots are taken and given back, and never more than there are.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use milliways_model::concurrency_limit::{
    ConcurrencyLeaseHolder, ConcurrencyLimitV2, ConcurrencyLimitV2Update, HolderType, SlotMode,
};
use milliways_model::{LeaseId, TaskRunId, Uuid, WorkspaceId};
use milliways_storage::{
    LeaseRequest, LimitKey, Location, Page, Scope, SlotRequest, Slots, Store, StoreError,
    TagLimitKey, TagSlots,
};

use super::{Fixture, on_both};

on_both! {
    slots_are_taken_by_lease_and_given_back
    slots_without_a_lease_are_given_back_by_name
    slots_of_several_limits_are_taken_all_or_none
    slots_come_back_by_themselves
    a_lease_ends_unless_it_is_renewed
    a_limit_that_is_deleted_leaves_no_slots
    setting_what_is_taken_takes_it_from_the_oldest
    limits_on_tags_name_their_holders
    limits_tell_what_happens_to_them
    no_more_slots_are_taken_than_there_are
}

async fn limit(scope: &Scope, name: &str, slots: i64) -> ConcurrencyLimitV2 {
    let create = serde_json::json!({"name": name, "limit": slots});
    let create = serde_json::from_value(create).unwrap();
    scope.create_concurrency_limit(create).await.unwrap()
}

fn request(names: &[&str], slots: i64) -> SlotRequest {
    SlotRequest {
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        slots,
        mode: SlotMode::Concurrency,
    }
}

const LEASE: LeaseRequest = LeaseRequest {
    seconds: 60.0,
    holder: None,
};

async fn lease(scope: &Scope, names: &[&str], slots: i64) -> Option<LeaseId> {
    match scope
        .lease_slots(request(names, slots), LEASE)
        .await
        .unwrap()
    {
        Slots::Taken(taken) => Some(taken.lease_id),
        _ => None,
    }
}

async fn taken(scope: &Scope, name: &str) -> i64 {
    let found = scope
        .concurrency_limit(LimitKey::Name(name.to_owned()))
        .await
        .unwrap();
    found.unwrap().active_slots
}

async fn slots_are_taken_by_lease_and_given_back(fixture: Fixture) {
    let scope = fixture.scope();
    limit(&scope, "db", 2).await;
    let first = lease(&scope, &["db"], 1).await.unwrap();
    let _second = lease(&scope, &["db", "unknown"], 1).await.unwrap();
    assert_eq!(taken(&scope, "db").await, 2);
    let full = scope.lease_slots(request(&["db"], 1), LEASE).await.unwrap();
    assert!(
        matches!(full, Slots::Full { retry_after } if retry_after > 0.0),
        "{full:?}"
    );
    let too_many = scope.take_slots(request(&["db"], 3)).await.unwrap();
    assert_eq!(too_many, Slots::TooMany);
    scope.end_lease(first).await.unwrap();
    scope.end_lease(first).await.unwrap();
    assert_eq!(taken(&scope, "db").await, 1);
    // Nobody knows any of the names: that is no reason to wait.
    assert!(lease(&scope, &["unknown"], 5).await.is_some());
    let create = serde_json::json!({"name": "db", "limit": 5});
    let again = scope
        .create_concurrency_limit(serde_json::from_value(create).unwrap())
        .await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
}

async fn slots_without_a_lease_are_given_back_by_name(fixture: Fixture) {
    let scope = fixture.scope();
    limit(&scope, "db", 10).await;
    for slots in [3, 4] {
        let got = scope.take_slots(request(&["db"], slots)).await.unwrap();
        assert!(matches!(got, Slots::Taken(_)));
    }
    let held = lease(&scope, &["db"], 2).await.unwrap();
    assert_eq!(taken(&scope, "db").await, 9);
    scope
        .give_back_slots(vec!["db".into()], 5, Some(1.0))
        .await
        .unwrap();
    assert_eq!(taken(&scope, "db").await, 4);
    // What a lease holds is not given back by name.
    scope
        .give_back_slots(vec!["db".into(), "unknown".into()], 100, None)
        .await
        .unwrap();
    assert_eq!(taken(&scope, "db").await, 2);
    scope.end_lease(held).await.unwrap();
    assert_eq!(taken(&scope, "db").await, 0);
}

async fn slots_of_several_limits_are_taken_all_or_none(fixture: Fixture) {
    let scope = fixture.scope();
    limit(&scope, "wide", 10).await;
    limit(&scope, "narrow", 1).await;
    assert!(lease(&scope, &["narrow", "wide"], 1).await.is_some());
    assert!(lease(&scope, &["wide", "narrow"], 1).await.is_none());
    assert_eq!(taken(&scope, "wide").await, 1);
    let off = ConcurrencyLimitV2Update {
        active: Some(false),
        ..Default::default()
    };
    scope
        .update_concurrency_limit(LimitKey::Name("narrow".into()), off)
        .await
        .unwrap();
    assert!(lease(&scope, &["wide", "narrow"], 1).await.is_some());
    assert_eq!(
        (taken(&scope, "wide").await, taken(&scope, "narrow").await),
        (2, 1)
    );
}

async fn slots_come_back_by_themselves(fixture: Fixture) {
    let scope = fixture.scope();
    limit(&scope, "plain", 3).await;
    let create = serde_json::json!({"name": "rate", "limit": 3, "slot_decay_per_second": 0.5});
    scope
        .create_concurrency_limit(serde_json::from_value(create).unwrap())
        .await
        .unwrap();
    let rate = |names: &[&str]| SlotRequest {
        mode: SlotMode::RateLimit,
        ..request(names, 1)
    };
    let refused = scope.take_slots(rate(&["plain", "rate"])).await.unwrap();
    assert_eq!(refused, Slots::WithoutDecay(vec!["plain".into()]));
    for _ in 0..3 {
        assert!(matches!(
            scope.take_slots(rate(&["rate"])).await.unwrap(),
            Slots::Taken(_)
        ));
    }
    assert!(matches!(
        scope.take_slots(rate(&["rate"])).await.unwrap(),
        Slots::Full { .. }
    ));
    // Being refused does not keep slots from coming back, however often one asks.
    for _ in 0..3 {
        fixture.clock.advance(0.5);
        assert!(matches!(
            scope.take_slots(rate(&["rate"])).await.unwrap(),
            Slots::Full { .. }
        ));
    }
    fixture.clock.advance(0.5);
    assert!(matches!(
        scope.take_slots(rate(&["rate"])).await.unwrap(),
        Slots::Taken(_)
    ));
    fixture.clock.advance(60.0);
    assert_eq!(taken(&scope, "rate").await, 0);
    // A limit that no longer lets them come back keeps what is taken now.
    scope.take_slots(rate(&["rate"])).await.unwrap();
    let fixed = ConcurrencyLimitV2Update {
        slot_decay_per_second: Some(0.0),
        ..Default::default()
    };
    scope
        .update_concurrency_limit(LimitKey::Name("rate".into()), fixed)
        .await
        .unwrap();
    fixture.clock.advance(60.0);
    assert_eq!(taken(&scope, "rate").await, 1);
}

async fn a_lease_ends_unless_it_is_renewed(fixture: Fixture) {
    let scope = fixture.scope();
    limit(&scope, "db", 2).await;
    let (kept, lost) = (
        lease(&scope, &["db"], 1).await.unwrap(),
        lease(&scope, &["db"], 1).await.unwrap(),
    );
    fixture.clock.advance(59.0);
    assert_eq!(fixture.store.expired_leases(10).await.unwrap(), []);
    assert!(scope.renew_lease(kept, 60.0).await.unwrap());
    fixture.clock.advance(2.0);
    let expired = fixture.store.expired_leases(10).await.unwrap();
    assert_eq!(expired.iter().map(|it| it.id).collect::<Vec<_>>(), [lost]);
    assert!(!scope.reap_lease(kept).await.unwrap());
    assert_eq!(
        (
            scope.reap_lease(lost).await.unwrap(),
            scope.reap_lease(lost).await.unwrap()
        ),
        (true, false)
    );
    assert_eq!(taken(&scope, "db").await, 1);
    assert!(!scope.renew_lease(lost, 60.0).await.unwrap());
    assert!(!scope.renew_lease(LeaseId(Uuid::nil()), 60.0).await.unwrap());
}

async fn a_limit_that_is_deleted_leaves_no_slots(fixture: Fixture) {
    let scope = fixture.scope();
    let made = limit(&scope, "db", 5).await;
    limit(&scope, "tag:etl", 5).await;
    let held = lease(&scope, &["db"], 2).await.unwrap();
    scope.take_slots(request(&["db"], 1)).await.unwrap();
    let run = TaskRunId(Uuid::from_u128(7));
    scope.take_tag_slots(vec!["etl".into()], run).await.unwrap();
    assert!(
        scope
            .delete_concurrency_limit(LimitKey::Id(made.id))
            .await
            .unwrap()
    );
    assert!(
        !scope
            .delete_concurrency_limit(LimitKey::Id(made.id))
            .await
            .unwrap()
    );
    // Who holds slots of it goes on, and ends as usual.
    assert!(scope.renew_lease(held, 60.0).await.unwrap());
    scope.end_lease(held).await.unwrap();
    assert!(
        scope
            .delete_tag_limit(TagLimitKey::Tag("etl".into()))
            .await
            .unwrap()
    );
    assert!(
        !scope
            .delete_tag_limit(TagLimitKey::Tag("etl".into()))
            .await
            .unwrap()
    );
    limit(&scope, "db", 5).await;
    limit(&scope, "tag:etl", 5).await;
    assert_eq!(
        (taken(&scope, "db").await, taken(&scope, "tag:etl").await),
        (0, 0)
    );
    fixture.clock.advance(1e9);
    assert_eq!(fixture.store.expired_leases(10).await.unwrap(), []);
}

async fn setting_what_is_taken_takes_it_from_the_oldest(fixture: Fixture) {
    let scope = fixture.scope();
    limit(&scope, "db", 10).await;
    let (old, _young) = (
        lease(&scope, &["db"], 2).await.unwrap(),
        lease(&scope, &["db"], 2).await.unwrap(),
    );
    scope.take_slots(request(&["db"], 3)).await.unwrap();
    let set = async |slots| {
        let update = ConcurrencyLimitV2Update {
            active_slots: Some(slots),
            ..Default::default()
        };
        scope
            .update_concurrency_limit(LimitKey::Name("db".into()), update)
            .await
            .unwrap();
        taken(&scope, "db").await
    };
    for slots in [5, 9, 4, 3, 1, 0, 6] {
        assert_eq!(set(slots).await, slots);
    }
    scope.end_lease(old).await.unwrap();
    assert_eq!(taken(&scope, "db").await, 6);
    scope
        .give_back_slots(vec!["db".into()], 6, None)
        .await
        .unwrap();
    assert_eq!(taken(&scope, "db").await, 0);
}

async fn limits_on_tags_name_their_holders(fixture: Fixture) {
    let scope = fixture.scope();
    let create = |slots| {
        serde_json::from_value(serde_json::json!({"tag": "etl", "concurrency_limit": slots}))
            .unwrap()
    };
    assert!(scope.create_tag_limit(create(1)).await.unwrap().1);
    let (changed, is_new) = scope.create_tag_limit(create(2)).await.unwrap();
    assert!(!is_new);
    assert_eq!(changed.concurrency_limit, 2);
    let runs: Vec<TaskRunId> = (1..=3).map(|n| TaskRunId(Uuid::from_u128(n))).collect();
    let tags = || vec!["etl".to_owned(), "free".to_owned()];
    for run in &runs[..2] {
        let TagSlots::Taken(limits) = scope.take_tag_slots(tags(), *run).await.unwrap() else {
            panic!("there are two")
        };
        assert_eq!(limits[0].name, "etl");
    }
    let full = scope.take_tag_slots(tags(), runs[2]).await.unwrap();
    assert_eq!(full, TagSlots::Full("etl".into()));
    let holders = async || {
        let found = scope
            .tag_limit(TagLimitKey::Tag("etl".into()))
            .await
            .unwrap();
        let mut holders = found.unwrap().active_slots;
        holders.sort_unstable();
        holders
    };
    assert_eq!(holders().await, runs[..2]);
    scope.give_back_tag_slots(tags(), runs[0]).await.unwrap();
    assert_eq!(holders().await, runs[1..2]);
    // An administrator's word is taken as it is.
    assert!(scope.reset_tag_limit("etl", runs.clone()).await.unwrap());
    assert_eq!(holders().await, runs);
    scope.reset_tag_limit("etl", vec![]).await.unwrap();
    assert_eq!(taken(&scope, "tag:etl").await, 0);
    limit(&scope, "plain", 1).await;
    let page = Page {
        limit: 10,
        offset: 0,
    };
    let tags_listed = scope.tag_limits(page).await.unwrap();
    assert_eq!(
        tags_listed
            .iter()
            .map(|it| it.tag.as_str())
            .collect::<Vec<_>>(),
        ["etl"]
    );
    assert_eq!(scope.concurrency_limits(page).await.unwrap().len(), 2);
    scope.create_tag_limit(create(0)).await.unwrap();
    let closed = scope.take_tag_slots(tags(), runs[2]).await.unwrap();
    assert_eq!(closed, TagSlots::Closed("etl".into()));
    assert!(!scope.reset_tag_limit("free", vec![]).await.unwrap());
}

async fn limits_tell_what_happens_to_them(fixture: Fixture) {
    let scope = fixture.scope();
    let made = limit(&scope, "db", 5).await;
    let renamed = ConcurrencyLimitV2Update {
        name: Some("store".into()),
        ..Default::default()
    };
    scope
        .update_concurrency_limit(LimitKey::Id(made.id), renamed)
        .await
        .unwrap();
    scope
        .delete_concurrency_limit(LimitKey::Name("store".into()))
        .await
        .unwrap();
    let events = fixture.events_after(0, 3).await;
    let told: Vec<(&str, &str)> = events
        .iter()
        .map(|event| {
            (
                event.event.as_str(),
                event.resource.0["prefect.resource.name"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("prefect.concurrency-limit.created", "db"),
            ("prefect.concurrency-limit.updated", "store"),
            ("prefect.concurrency-limit.deleted", "store"),
        ]
    );
    assert_eq!(
        events[0].payload.get(),
        r#"{"name":"db","limit":5,"active":true,"slot_decay_per_second":0.0}"#
    );
}

/// Many take and give back at random, by every way there is; somebody looks all the time.
async fn no_more_slots_are_taken_than_there_are(fixture: Fixture) {
    const SLOTS: i64 = 7;
    let scope = fixture.scope();
    limit(&scope, "db", SLOTS).await;
    limit(&scope, "tag:etl", SLOTS).await;
    // Another server, where there can be one.
    let other = match fixture.options.location {
        Location::Server(_) => Store::open(fixture.options.clone()).await.unwrap(),
        Location::File(_) => fixture.store.clone(),
    };
    let scopes = [scope.clone(), other.workspace(WorkspaceId::DEFAULT)];
    let done = Arc::new(AtomicBool::new(false));
    let look = {
        let (scope, done) = (scope.clone(), Arc::clone(&done));
        tokio::spawn(async move {
            let mut most = 0;
            while !done.load(Ordering::Relaxed) {
                let limits = scope
                    .concurrency_limits(Page {
                        limit: 10,
                        offset: 0,
                    })
                    .await
                    .unwrap();
                most = limits
                    .iter()
                    .map(|it| it.active_slots)
                    .max()
                    .unwrap_or(0)
                    .max(most);
                tokio::task::yield_now().await;
            }
            most
        })
    };
    let held = Arc::new(std::sync::atomic::AtomicI64::new(0));
    let callers = (0..32_u128).map(|caller| {
        let (scope, held) = (
            scopes[usize::from(caller % 2 == 1)].clone(),
            Arc::clone(&held),
        );
        tokio::spawn(async move {
            let mut won = 0;
            for round in 0..20_u128 {
                let run = Uuid::from_u128((caller << 32) | round | 1 << 64);
                let slots = i64::try_from(1 + (caller + round) % 3).unwrap();
                let holder = ConcurrencyLeaseHolder {
                    kind: HolderType::TaskRun,
                    id: run,
                };
                let lease = LeaseRequest {
                    seconds: 60.0,
                    holder: Some(holder),
                };
                let names = ["db", "tag:etl"];
                let got = scope.lease_slots(
                    request(&names[..usize::try_from(1 + round % 2).unwrap()], slots),
                    lease,
                );
                let Slots::Taken(got) = got.await.unwrap() else {
                    continue;
                };
                won += 1;
                let now = held.fetch_add(slots, Ordering::SeqCst) + slots;
                assert!(now <= SLOTS, "{now} are held of {SLOTS}");
                tokio::task::yield_now().await;
                held.fetch_sub(slots, Ordering::SeqCst);
                scope.end_lease(got.lease_id).await.unwrap();
            }
            won
        })
    });
    let mut won = 0;
    for caller in callers.collect::<Vec<_>>() {
        won += caller.await.unwrap();
    }
    done.store(true, Ordering::Relaxed);
    let most = look.await.unwrap();
    assert!(won > 32, "only {won} times anybody got slots");
    assert!(most <= SLOTS, "{most} were taken of {SLOTS}");
    assert_eq!(
        (taken(&scope, "db").await, taken(&scope, "tag:etl").await),
        (0, 0)
    );
}
