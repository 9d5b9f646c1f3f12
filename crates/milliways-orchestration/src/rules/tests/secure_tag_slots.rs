//! The table of `secure_tag_slots`.

use milliways_model::ConcurrencyLimitId;
use milliways_model::ids::Uuid;

use crate::rules::SECURE_TAG_SLOTS;
use crate::tests::{Scenario, check_piece};
use crate::{Facts, LimitFact, TagLimit};

fn tag_limit(tag: &str, taken: i64, limit: i64) -> TagLimit {
    let id = tag.bytes().map(u128::from).sum();
    TagLimit {
        tag: tag.to_owned(),
        limit: LimitFact {
            id: ConcurrencyLimitId(Uuid::from_u128(id)),
            limit,
            taken,
            active: true,
        },
        average_occupancy_seconds: None,
    }
}

#[test]
fn table() {
    let tagged = |title, tag_limits| {
        Scenario::task(title)
            .run(|run| run.tags = vec!["a".to_owned(), "b".to_owned()])
            .facts(Facts {
                tag_limits,
                ..Facts::default()
            })
    };
    let mut inactive = tag_limit("b", 0, 0);
    inactive.limit.active = false;
    let mut short = tag_limit("b", 1, 1);
    short.average_occupancy_seconds = Some(2.0);
    check_piece(
        &SECURE_TAG_SLOTS,
        &[
            Scenario::task("no tags"),
            tagged("no limits", vec![]),
            tagged(
                "room on both",
                vec![tag_limit("a", 0, 1), tag_limit("b", 4, 5)],
            ),
            tagged(
                "one is full",
                vec![tag_limit("a", 0, 1), tag_limit("b", 5, 5)],
            ),
            tagged(
                "one is full, held for 2 s on average",
                vec![tag_limit("a", 0, 1), short],
            ),
            tagged("one is 0", vec![tag_limit("a", 0, 1), tag_limit("b", 0, 0)]),
            tagged(
                "one is 0 but inactive",
                vec![tag_limit("a", 0, 1), inactive],
            ),
        ],
    );
}
