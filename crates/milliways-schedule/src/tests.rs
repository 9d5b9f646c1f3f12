//! What holds of every schedule, and what is refused.

use std::time::Instant;

use jiff::Timestamp;
use proptest::prelude::*;

use crate::{Cron, Error, Interval, MOST_DATES, Recurrence, Schedule, anchored, zone};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const NOW: &str = "2026-11-21T07:00:00Z";

fn cron(text: &str, zone_name: &str) -> Result<Schedule, Error> {
    Cron::new(text, true, zone(Some(zone_name))?).map(|cron| Schedule::Cron(Box::new(cron)))
}

fn rule(text: &str) -> Result<Schedule, Error> {
    Recurrence::new(text, zone(None)?, at(NOW)).map(Schedule::Recurrence)
}

#[test]
fn patterns_that_make_no_sense_are_refused() {
    let commas = ",".repeat(10 << 10);
    for text in [
        "0 0 30 2 *",
        "@reboot",
        "1/0 * * * *",
        "",
        "* * * *",
        "R R * * *",
        "61 * * * *",
        &commas,
    ] {
        assert!(cron(text, "UTC").is_err(), "{text:.40}");
    }
    assert!(matches!(zone(Some("Mars/X")), Err(Error::Zone(_))));
    assert!(matches!(
        zone(Some("america/new_york")),
        Err(Error::Zone(_))
    ));
    assert!(matches!(
        zone(Some("../../etc/passwd")),
        Err(Error::Zone(_))
    ));
}

#[test]
fn every_second_is_a_pattern_that_is_bounded() {
    let schedule = cron("* * * * * *", "UTC").unwrap();
    assert!(schedule.dates(at(NOW)).count() <= MOST_DATES + 2);
}

#[test]
fn intervals_that_make_no_sense_are_refused() {
    for seconds in [0.0, -5.0, 1e-6, 0.5, 1e12, f64::NAN, f64::INFINITY] {
        assert!(
            Interval::new(seconds, at(NOW), zone(None).unwrap()).is_err(),
            "{seconds}"
        );
    }
}

#[test]
fn anchors_at_the_ends_of_time_cost_nothing() {
    for anchor in ["0001-01-01T00:00:00Z", "9999-12-30T00:00:00Z"] {
        for length in [1.0, 86_400.0, 90_000.0] {
            let begun = Instant::now();
            let zone = zone(Some("America/New_York")).unwrap();
            let schedule = Schedule::Interval(Interval::new(length, at(anchor), zone).unwrap());
            assert!(
                schedule.dates(at(NOW)).take(3).count() == 3,
                "{anchor} {length}"
            );
            assert!(begun.elapsed().as_millis() < 1_000, "{anchor} {length}");
        }
    }
}

#[test]
fn rules_whose_way_is_too_long_are_refused_soon() {
    let long = "a".repeat(1 << 20);
    for text in [
        "FREQ=SECONDLY;COUNT=100000000;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=SECONDLY;COUNT=100000000;BYSECOND=1",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "DTSTART:20260101T000000\nRRULE:FREQ=DAILY;UNTIL=20250101T000000",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;BYHOUR=25",
        &long,
    ] {
        let begun = Instant::now();
        assert!(rule(text).is_err(), "{text:.60}");
        // Ten times what a build with optimisations has.
        assert!(begun.elapsed().as_millis() < 1_000, "{text:.60}");
    }
}

#[test]
fn a_counted_rule_ends() {
    let schedule = rule("DTSTART:20261120T000000\nRRULE:FREQ=DAILY;COUNT=4").unwrap();
    let dates: Vec<Timestamp> = schedule.dates(at(NOW)).collect();
    assert_eq!(
        dates,
        [at("2026-11-22T00:00:00Z"), at("2026-11-23T00:00:00Z")]
    );
}

#[test]
fn a_rule_gets_a_beginning_of_its_own() {
    let utc = zone(None).unwrap();
    let check = |text: &str, expected: &str| {
        assert_eq!(anchored(text, &utc, at(NOW)), expected, "{text}");
    };
    check("FREQ=DAILY", "DTSTART:20200101T000000\nFREQ=DAILY");
    check(
        "FREQ=MINUTELY;INTERVAL=7",
        "DTSTART:20261121T065900\nFREQ=MINUTELY;INTERVAL=7",
    );
    check(
        "FREQ=MINUTELY;COUNT=7",
        "DTSTART:20200101T000000\nFREQ=MINUTELY;COUNT=7",
    );
    check(
        "DTSTART:20260101T000000\nRRULE:FREQ=DAILY",
        "DTSTART:20260101T000000\nRRULE:FREQ=DAILY",
    );
    check("nonsense", "nonsense");
}

fn moments() -> impl Strategy<Value = Timestamp> {
    (1_600_000_000_i64..2_000_000_000).prop_map(|second| Timestamp::from_second(second).unwrap())
}

fn zones() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "UTC",
        "America/New_York",
        "Europe/Berlin",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
    ])
}

/// Dates are after the start, each comes once, and a look from any of them goes on as the first look did.
fn holds(schedule: &Schedule, start: Timestamp) {
    let dates: Vec<Timestamp> = schedule.dates(start).take(30).collect();
    for (place, date) in dates.iter().enumerate() {
        assert!(*date >= start);
        assert!(!dates[..place].contains(date));
    }
    if let Some(second) = dates.get(1).filter(|second| **second > dates[0]) {
        let again: Vec<Timestamp> = schedule.dates(*second).take(10).collect();
        for date in &again[..again.len().min(8)] {
            assert!(
                dates.contains(date),
                "{date} of {again:?} is not among {dates:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn intervals_hold(
        length in 1.0..10_000_000.0_f64,
        days in prop::option::of(1..40_u32),
        anchor in moments(), start in moments(), name in zones(),
    ) {
        let length = days.map_or(length, |days| f64::from(days) * 86_400.0);
        let interval = Interval::new(length, anchor, zone(Some(name)).unwrap()).unwrap();
        holds(&Schedule::Interval(interval), start);
    }

    #[test]
    fn patterns_hold(
        minute in "\\*|[0-5]?[0-9]|\\*/[1-9]", hour in "\\*|1?[0-9]|\\*/[1-5]", day in "\\*|1?[1-9]|l",
        month in "\\*|[1-9]", weekday in "\\*|[0-6]|mon-fri|1#2", start in moments(), name in zones(),
    ) {
        holds(&cron(&format!("{minute} {hour} {day} {month} {weekday}"), name).unwrap(), start);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[ -~\\n]{0,60}") {
        let _ = cron(&text, "UTC");
        let _ = rule(&text);
        let _ = zone(Some(&text));
    }

    #[test]
    fn rules_hold(
        frequency in prop::sample::select(vec!["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY"]),
        interval in 1..20_u32,
        days in prop::option::of(prop::sample::select(vec!["MO", "TU,FR", "SU", "SA,SU,MO"])),
        start in moments(), name in zones(),
    ) {
        let days = days.map_or_else(String::new, |days| format!(";BYDAY={days}"));
        let text = format!("FREQ={frequency};INTERVAL={interval}{days}");
        let rule = Recurrence::stored(&text, zone(Some(name)).unwrap()).unwrap();
        holds(&Schedule::Recurrence(rule), start);
    }
}
