//! What is taken, what is mended, and what is refused.

use super::*;

fn line(text: &str) -> Box<str> {
    one_line("a value", text.as_bytes()).unwrap()
}

#[test]
fn json_comes_out_on_one_line() {
    assert_eq!(
        &*line("[1,\r\n \"a\\nb\", true, -2.5e3]"),
        "[1,   \"a\\nb\", true, -2.5e3]"
    );
    assert_eq!(&*object("a value", b"\n{}\n").unwrap(), "{}");
    assert_eq!(&*line(r#"{"e{[": "}]\"e9\\"}"#), r#"{"e{[": "}]\"e9\\"}"#);
    assert_eq!(&*line("\"ä\u{1f600}\""), "\"ä\u{1f600}\"");
}

#[test]
fn halves_of_characters_are_replaced() {
    assert_eq!(
        &*line(r#""\ud83d\ude00 \ud83d \ude00 \ud83dx""#),
        r#""\ud83d\ude00 \ufffd \ufffd \ufffdx""#
    );
}

#[test]
fn what_the_server_would_refuse_is_refused_here() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(one_line("a value", deep(56).as_bytes()).is_ok());
    let refused = [
        b"{".to_vec(),
        b"1 2".to_vec(),
        b"NaN".to_vec(),
        Vec::new(),
        vec![b'"', 0xff, b'"'],
        deep(57).into_bytes(),
        b"1e999".to_vec(),
        vec![b'9'; 400],
        vec![b' '; LARGEST + 1],
    ];
    for bytes in refused {
        let error = one_line("a value", &bytes).unwrap_err().to_string();
        assert!(
            error.starts_with("a value is not the JSON that is expected"),
            "{error}"
        );
    }
    assert!(object("a value", b"[]").is_err());
    assert!(
        parameters(&[b"{\"a\":\"", "x".repeat(600 << 10).as_bytes(), b"\"}"].concat()).is_err()
    );
}

#[test]
fn events_have_a_resource_and_a_bounded_name() {
    let event_of = |name: &str, resource: &str, related: &str| {
        let text = format!(
            r#"{{"occurred":"2026-01-01T00:00:00Z","event":"{name}","resource":{resource},"related":[{related}],
            "id":"00000000-0000-0000-0000-000000000005","extra":1}}"#
        );
        event(text.as_bytes())
    };
    let resource = r#"{"prefect.resource.id":"r"}"#;
    let related = r#"{"prefect.resource.id":"r","prefect.resource.role":"x"}"#;
    let taken = event_of("e", resource, related).unwrap();
    assert!(!taken.contains("extra") && !taken.contains('\n'));
    assert!(event_of(&"e".repeat(1_025), resource, "").is_err());
    assert!(event_of("e", "{}", "").is_err());
    assert!(event_of("e", resource, resource).is_err());
    assert!(event_of("e", resource, &[related; 101].join(",")).is_err());
    assert!(event(b"{}").is_err());
}
