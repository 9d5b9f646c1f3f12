//! Dates of many schedules as Prefect 3.9.1 gives them, told as the seconds between them.
//!
//! The files in `data/` were written by its own schedules, from starts around changes of clocks, in several zones.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::{SignedDuration, Timestamp};
use milliways_schedule::{Cron, Error, Interval, Recurrence, Schedule, zone};
use serde_json::Value;

/// Where ours is meant to be another: a part of the schedule, and why.
const ON_PURPOSE: &[(&str, &str)] = &[
    ("0 0 30 2 *", "fits no day: refused"),
    ("0 0 31 2 *", "fits no day: refused"),
    ("0 0 30 2 1\",\"day_or\":false", "fits no day: refused"),
];

fn check(data: &str, read: impl Fn(&Value) -> Result<Schedule, Error>) {
    let cases: Vec<Value> = serde_json::from_str(data).unwrap();
    let mut wrong = Vec::new();
    for case in &cases {
        let text = case.to_string();
        if ON_PURPOSE
            .iter()
            .any(|(part, _)| text.contains(&format!("\"{part}")))
        {
            continue;
        }
        match (read(case), &case["dates"]) {
            (Err(_), Value::Null) => {}
            (Err(error), _) => wrong.push(format!("{text}\n   refused: {error}")),
            (Ok(_), Value::Null) => wrong.push(format!("{text}\n   accepted")),
            (Ok(schedule), expected) => {
                let start = Timestamp::from_microsecond(case["start"].as_i64().unwrap()).unwrap();
                // Where the reference fails on its way, there is nothing to compare with.
                let Some(expected) = expected.as_array() else {
                    continue;
                };
                let mut at = start;
                let expected: Vec<Timestamp> = expected
                    .iter()
                    .map(|seconds| {
                        at += SignedDuration::from_secs_f64(seconds.as_f64().unwrap());
                        at
                    })
                    .collect();
                let found: Vec<Timestamp> = schedule.dates(start).take(8).collect();
                // It takes the second showing of an hour for one before the first.
                if expected.first().is_some_and(|first| *first < start) {
                    continue;
                }
                // Its zones have no more changes of clocks after that.
                let end: Timestamp = "2037-01-01T00:00:00Z".parse().unwrap();
                let known =
                    |dates: &[Timestamp]| dates.iter().take_while(|date| **date < end).count();
                let (theirs, ours) = (&expected[..known(&expected)], &found[..known(&found)]);
                if ours != theirs {
                    wrong.push(format!("{text}\n   ours: {found:?}"));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} differ:\n{}",
        wrong.len(),
        cases.len(),
        wrong[..wrong.len().min(40)].join("\n")
    );
}

fn text<'v>(case: &'v Value, key: &str) -> Option<&'v str> {
    case[key].as_str()
}

#[test]
fn cron_patterns_fire_as_the_reference_does() {
    check(include_str!("data/cron.json"), |case| {
        let zone = zone(text(case, "timezone"))?;
        let day_or = case["day_or"].as_bool().unwrap();
        Cron::new(text(case, "cron").unwrap(), day_or, zone)
            .map(|cron| Schedule::Cron(Box::new(cron)))
    });
}

#[test]
fn intervals_fire_as_the_reference_does() {
    check(include_str!("data/interval.json"), |case| {
        let anchor = Timestamp::from_microsecond(case["anchor"].as_i64().unwrap()).unwrap();
        let length = case["interval"].as_f64().unwrap();
        Interval::new(length, anchor, zone(text(case, "timezone"))?).map(Schedule::Interval)
    });
}

#[test]
fn recurrence_rules_fire_as_the_reference_does() {
    check(include_str!("data/rrule.json"), |case| {
        let zone = zone(text(case, "timezone"))?;
        Recurrence::stored(text(case, "rrule").unwrap(), zone).map(Schedule::Recurrence)
    });
}
