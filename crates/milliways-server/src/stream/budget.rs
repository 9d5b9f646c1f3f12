//! How much of what is stored subscribers hold before they have taken it, all of them together.
//!
//! A subscriber that begins is sent what is stored, and may take it slowly, or not at all until it is cut off. An event
//! can be large and subscribers are many, so what they hold is counted in bytes, and only a few read at a time.

use milliways_model::ReceivedEvent;
use tokio::sync::{Semaphore, SemaphorePermit};

/// How many subscribers may have just read something that was not counted yet.
const READS: usize = 4;
/// What all of them may hold, in units.
const UNITS: u32 = 64 << 10;
/// How often an event is there while it is sent: as it was read, as a frame, and in the buffers of its socket.
const COPIES: usize = 3;
/// Bytes of a unit.
const UNIT: usize = 1 << 10;

/// What one subscriber is to hold at most, unless a single event is larger.
pub(crate) const SHARE: usize = 1 << 20;

/// The budget of a server.
pub(crate) struct Budget {
    reads: Semaphore,
    held: Semaphore,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            reads: Semaphore::new(READS),
            held: Semaphore::new(UNITS as usize),
        }
    }
}

impl Budget {
    /// The right to read. Where it is gone, so is the server.
    pub(super) async fn read(&self) -> Option<SemaphorePermit<'_>> {
        self.reads.acquire().await.ok()
    }

    /// The right to hold events of so many bytes, for as long as the permit lives.
    pub(super) async fn hold(&self, bytes: usize) -> Option<SemaphorePermit<'_>> {
        let units = u32::try_from((bytes * COPIES).div_ceil(UNIT)).unwrap_or(UNITS);
        self.held.acquire_many(units.min(UNITS)).await.ok()
    }
}

/// About how many bytes an event takes.
pub(super) fn weight(event: &ReceivedEvent) -> usize {
    let resources = std::iter::once(&event.resource).chain(&event.related);
    let labels = resources.flat_map(|resource| &resource.0);
    let labels: usize = labels
        .map(|(key, value)| key.len() + value.len() + 64)
        .sum();
    512 + event.event.len() + event.payload.get().len() + labels
}
