//! The places of a pool's queues: whole numbers from 1, each held once.

use milliways_model::WorkQueueId;

/// The first number that nobody holds.
pub(super) fn first_free(taken: &[i64]) -> i64 {
    // Among one number more than are taken, one is free.
    let numbers = 1..=i64::try_from(taken.len()).unwrap_or(i64::MAX - 1) + 1;
    numbers
        .into_iter()
        .find(|number| !taken.contains(number))
        .unwrap_or(i64::MAX)
}

/// What has to change so that every number is held once, with as few changes as possible: who stands at or
/// behind a queue that was just `placed` moves back by as much as is needed. `held` is in order of numbers.
pub(super) fn settled(
    held: &[(WorkQueueId, i64)],
    placed: Option<WorkQueueId>,
) -> Vec<(WorkQueueId, i64)> {
    let mut order: Vec<(WorkQueueId, i64)> = held.to_vec();
    // The one that was placed comes before those that hold its number already.
    order.sort_by_key(|(id, number)| (*number, Some(*id) != placed));
    let mut last = 0;
    let mut moved = Vec::new();
    for (id, number) in order {
        if number <= last {
            last += 1;
            moved.push((id, last));
        } else {
            last = number;
        }
    }
    moved
}

#[cfg(test)]
mod tests {
    use milliways_model::Uuid;

    use super::*;

    fn check(held: &[i64], placed: Option<usize>) -> Vec<i64> {
        let id = |n: usize| WorkQueueId(Uuid::from_u128(n as u128 + 1));
        let mut queues: Vec<(WorkQueueId, i64)> = held
            .iter()
            .enumerate()
            .map(|(n, number)| (id(n), *number))
            .collect();
        for (moved, number) in settled(&queues, placed.map(id)) {
            for queue in &mut queues {
                if queue.0 == moved {
                    queue.1 = number;
                }
            }
        }
        queues.into_iter().map(|(_, number)| number).collect()
    }

    #[test]
    fn the_first_free_number_is_a_gap_or_the_end() {
        assert_eq!(first_free(&[]), 1);
        assert_eq!(first_free(&[1, 2, 3]), 4);
        assert_eq!(first_free(&[1, 3]), 2);
        assert_eq!(first_free(&[2, 3]), 1);
    }

    #[test]
    fn others_make_room_only_as_far_as_needed() {
        assert_eq!(check(&[1, 2, 3], None), [1, 2, 3]);
        assert_eq!(check(&[1, 2, 1], Some(2)), [2, 3, 1]);
        assert_eq!(check(&[1, 5, 1], Some(2)), [2, 5, 1]);
        assert_eq!(check(&[1, 2, 4, 2], Some(3)), [1, 3, 4, 2]);
        assert_eq!(check(&[7], Some(0)), [7]);
    }
}
