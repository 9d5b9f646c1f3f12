//! Compiles: generic functions, aliases of `Result`, arguments behind an `Arc`.

use std::sync::Arc;

use milliways::{Result, flow, task};

#[task]
fn first<T: Clone + Send + 'static>(items: Vec<T>) -> Option<T> {
    items.first().cloned()
}

#[task]
async fn size(text: Arc<str>) -> std::fmt::Result {
    drop(text);
    Ok(())
}

#[flow]
pub async fn both(mut count: u32) -> Result<Option<u32>> {
    count += 1;
    size("a".into()).await?;
    first(vec![count]).await
}
