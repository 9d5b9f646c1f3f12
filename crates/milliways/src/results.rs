//! Results that a process keeps, by key: one store for each task with `cache`.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// The most results of one task; the oldest go first.
const LIMIT: usize = 10_000;

type Key = [u8; 32];

/// The results of a task so far.
#[derive(Debug)]
pub struct Results<T>(OnceLock<Mutex<Kept<T>>>);

#[derive(Debug)]
struct Kept<T> {
    results: HashMap<Key, Result<T>>,
    /// By age.
    order: BTreeMap<u64, Key>,
    next: u64,
}

#[derive(Debug)]
struct Result<T> {
    value: T,
    expires: Option<Instant>,
    number: u64,
}

impl<T> Results<T> {
    /// For the attribute.
    #[expect(clippy::new_without_default, reason = "only an attribute makes them")]
    pub const fn new() -> Self {
        Self(OnceLock::new())
    }

    fn kept(&self) -> MutexGuard<'_, Kept<T>> {
        let kept = self.0.get_or_init(|| {
            Mutex::new(Kept {
                results: HashMap::new(),
                order: BTreeMap::new(),
                next: 0,
            })
        });
        kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place for one result.
pub(crate) trait Slot<T>: Send {
    /// What lies there and still holds.
    fn get(&self, now: Instant) -> Option<T>;
    /// Puts a result there.
    fn put(&self, value: &T, now: Instant);
}

/// The place of a key in the results of its task.
#[derive(Debug)]
pub(crate) struct Place<T: 'static> {
    pub(crate) results: &'static Results<T>,
    pub(crate) key: Key,
    pub(crate) lifetime: Option<Duration>,
}

impl<T: Clone + Send> Slot<T> for Place<T> {
    fn get(&self, now: Instant) -> Option<T> {
        let kept = self.results.kept();
        let result = kept.results.get(&self.key)?;
        let holds = result.expires.is_none_or(|expires| now < expires);
        holds.then(|| result.value.clone())
    }

    fn put(&self, value: &T, now: Instant) {
        // Copied before the lock is taken: a copy may be slow.
        let value = value.clone();
        let mut kept = self.results.kept();
        let number = kept.next;
        kept.next += 1;
        let expires = self.lifetime.and_then(|lifetime| now.checked_add(lifetime));
        let result = Result {
            value,
            expires,
            number,
        };
        if let Some(old) = kept.results.insert(self.key, result) {
            kept.order.remove(&old.number);
        }
        kept.order.insert(number, self.key);
        if kept.order.len() > LIMIT
            && let Some((_, oldest)) = kept.order.pop_first()
        {
            kept.results.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_holds_for_its_lifetime_and_the_oldest_goes_first() {
        static RESULTS: Results<usize> = Results::new();
        let place = |number: usize| {
            let mut key = [0; 32];
            key[..8].copy_from_slice(&number.to_le_bytes());
            Place {
                results: &RESULTS,
                key,
                lifetime: Some(Duration::from_mins(1)),
            }
        };
        let now = Instant::now();
        place(0).put(&10, now);
        assert_eq!(place(0).get(now), Some(10));
        assert_eq!(place(1).get(now), None);
        assert_eq!(place(0).get(now + Duration::from_secs(61)), None);
        place(0).put(&11, now);
        for number in 1..=LIMIT {
            place(number).put(&number, now);
        }
        assert_eq!(place(0).get(now), None);
        assert_eq!(place(1).get(now), Some(1));
    }
}
