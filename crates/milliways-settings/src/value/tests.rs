//! Each type of value: what it accepts and what it makes of it.

use std::fmt::Debug;
use std::path::PathBuf;
use std::time::Duration;

use super::*;

fn check<T: Value + Debug>(cases: &[&str]) -> String {
    let line = |text: &&str| format!("{text:?} -> {:?}", T::parse(text));
    cases.iter().map(line).collect::<Vec<_>>().join(
        "
",
    )
}

#[test]
fn truth_has_the_words_of_prefect() {
    insta::assert_snapshot!(check::<bool>(&["true", "ON", "1", "y", "False", "off", "0", "2", "maybe"]), @r#"
    "true" -> Some(true)
    "ON" -> Some(true)
    "1" -> Some(true)
    "y" -> Some(true)
    "False" -> Some(false)
    "off" -> Some(false)
    "0" -> Some(false)
    "2" -> None
    "maybe" -> None
    "#);
}

#[test]
fn durations_are_read_in_every_notation() {
    let cases = [
        "30",
        "2.5",
        "250ms",
        "5m",
        "1h30m",
        "7 d",
        "2w",
        "0:15:00",
        "15:00",
        "1:00:00",
        "7 days, 0:00:00",
        "1 day, 12:00:00",
        "100 days",
        "P7D",
        "PT15M",
        "P1DT12H",
        "PT0.5S",
    ];
    insta::assert_snapshot!(check::<Duration>(&cases), @r#"
    "30" -> Some(30s)
    "2.5" -> Some(2.5s)
    "250ms" -> Some(250ms)
    "5m" -> Some(300s)
    "1h30m" -> Some(5400s)
    "7 d" -> Some(604800s)
    "2w" -> Some(1209600s)
    "0:15:00" -> Some(900s)
    "15:00" -> Some(900s)
    "1:00:00" -> Some(3600s)
    "7 days, 0:00:00" -> Some(604800s)
    "1 day, 12:00:00" -> Some(129600s)
    "100 days" -> Some(8640000s)
    "P7D" -> Some(604800s)
    "PT15M" -> Some(900s)
    "P1DT12H" -> Some(129600s)
    "PT0.5S" -> Some(500ms)
    "#);
}

#[test]
fn what_is_no_duration_is_refused() {
    let cases = [
        "-5",
        "5 minutes ago",
        "m",
        "P",
        "PT",
        "P1M",
        "1:2:3:4",
        "1e400",
        "inf",
        ".",
        "5x",
        "days",
    ];
    for text in cases {
        assert_eq!(Duration::parse(text), None, "{text}");
    }
}

#[test]
fn sizes_have_units() {
    let cases = [
        "0",
        "4194304",
        "4MiB",
        "4 mb",
        "1GiB",
        "10b",
        "-1",
        "4 pounds",
        "99999999999GiB",
        "",
    ];
    insta::assert_snapshot!(check::<ByteSize>(&cases), @r#"
    "0" -> Some(ByteSize(0))
    "4194304" -> Some(ByteSize(4194304))
    "4MiB" -> Some(ByteSize(4194304))
    "4 mb" -> Some(ByteSize(4000000))
    "1GiB" -> Some(ByteSize(1073741824))
    "10b" -> Some(ByteSize(10))
    "-1" -> None
    "4 pounds" -> None
    "99999999999GiB" -> None
    "" -> None
    "#);
}

#[test]
fn addresses_lose_their_last_slash() {
    let cases = [
        "http://127.0.0.1:4200/api/",
        "https://example.org",
        "http://",
        "http://:4200",
        "127.0.0.1:4200",
        "ftp://example.org",
        "http://a b/",
    ];
    insta::assert_snapshot!(check::<HttpUrl>(&cases), @r#"
    "http://127.0.0.1:4200/api/" -> Some(HttpUrl("http://127.0.0.1:4200/api"))
    "https://example.org" -> Some(HttpUrl("https://example.org"))
    "http://" -> None
    "http://:4200" -> None
    "127.0.0.1:4200" -> None
    "ftp://example.org" -> None
    "http://a b/" -> None
    "#);
}

#[test]
fn lists_are_read_with_commas_and_as_json() {
    insta::assert_snapshot!(check::<Words>(&["a", "a, b,", r#"["a", "b,c"]"#, "[", "[{}]"]), @r#"
    "a" -> Some(Words(["a"]))
    "a, b," -> Some(Words(["a", "b"]))
    "[\"a\", \"b,c\"]" -> Some(Words(["a", "b,c"]))
    "[" -> None
    "[{}]" -> None
    "#);
    insta::assert_snapshot!(check::<Numbers>(&["5", "1, 10.5", "[1, 2]", "1, x", "-1"]), @r#"
    "5" -> Some(Numbers([5.0]))
    "1, 10.5" -> Some(Numbers([1.0, 10.5]))
    "[1, 2]" -> Some(Numbers([1.0, 2.0]))
    "1, x" -> None
    "-1" -> None
    "#);
    insta::assert_snapshot!(check::<StatusCodes>(&["502, 504", "[429]", "99", "600"]), @r#"
    "502, 504" -> Some(StatusCodes([502, 504]))
    "[429]" -> Some(StatusCodes([429]))
    "99" -> None
    "600" -> None
    "#);
    insta::assert_snapshot!(check::<Selection>(&["true", "off", "events", "events, logs"]), @r#"
    "true" -> Some(All)
    "off" -> Some(None)
    "events" -> Some(Only(["events"]))
    "events, logs" -> Some(Only(["events", "logs"]))
    "#);
}

#[test]
fn choices_are_read_without_regard_to_case() {
    assert_eq!(LogLevel::parse("warning"), Some(LogLevel::Warning));
    assert_eq!(Durability::parse("FULL"), Some(Durability::Full));
    assert_eq!(LogFormat::parse("yaml"), None);
}

#[test]
fn a_selection_knows_its_parts() {
    let only = Selection::Only(vec!["events".to_owned()]);
    assert!(only.includes("events") && !only.includes("logs"));
    assert!(Selection::All.includes("logs") && !Selection::None.includes("logs"));
}

#[test]
fn secrets_are_not_shown() {
    let secret = Secret::new("hunter2");
    assert_eq!(format!("{secret} {secret:?}"), "******** ********");
    const { assert!(Option::<Secret>::SECRET && !PathBuf::SECRET) };
}

#[test]
fn headers_are_an_object_of_strings() {
    let expected = Headers(vec![("X-A".to_owned(), "1".to_owned())]);
    assert_eq!(Headers::parse(r#"{"X-A": "1"}"#), Some(expected));
    assert_eq!(Headers::parse(r#"{"X-A": 1}"#), None);
    assert_eq!(Headers::parse("X-A: 1"), None);
}
