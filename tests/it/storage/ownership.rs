//! A database file has one owner.

use milliways_storage::{Store, StoreError};

use super::Fixture;

#[tokio::test]
async fn a_second_owner_of_the_file_is_refused_by_name() {
    let fixture = Fixture::sqlite().await;
    let refused = Store::open(fixture.options.clone()).await.err().unwrap();
    assert!(matches!(refused, StoreError::InUse { .. }));
    let text = refused.to_string();
    assert!(
        text.contains(&format!("process {}", std::process::id())),
        "{text}"
    );
    assert!(text.contains("hint: "), "{text}");
    assert!(matches!(
        Store::erase(fixture.options.clone()).await,
        Err(StoreError::InUse { .. })
    ));
    fixture.store.close().await;
    Store::open(fixture.options.clone())
        .await
        .unwrap()
        .close()
        .await;
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let fixture = Fixture::sqlite().await;
    let scope = fixture.scope();
    fixture.store.close().await;
    let refused = scope
        .count_flows(milliways_storage::Filters::default())
        .await;
    assert!(matches!(refused, Err(StoreError::Closed)), "{refused:?}");
}
