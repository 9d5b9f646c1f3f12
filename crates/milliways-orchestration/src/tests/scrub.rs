//! Makes snapshots readable: times become distances from now, ids become words.

use super::subjects::{CHILD_OF, DEPLOYMENT, FLOW_RUN, LEASE, LIMIT, NOW, TASK_RUN};

/// Debug text with times and ids made readable, and the noise of `Some(…)` left out.
pub(crate) fn scrub(debug: &str) -> String {
    let mut text = debug.to_owned();
    let words = [
        (FLOW_RUN.0, "flow-run"),
        (TASK_RUN.0, "task-run"),
        (CHILD_OF.0, "parent-task-run"),
        (DEPLOYMENT.0, "deployment"),
        (LIMIT.0, "limit"),
        (LEASE.0, "lease"),
    ];
    for (id, word) in words {
        text = text.replace(&id.to_string(), word);
    }
    text = drawn(text);
    text = times(&text);
    for kind in [
        "StateId",
        "FlowRunId",
        "TaskRunId",
        "LeaseId",
        "ConcurrencyLimitId",
        "Some",
    ] {
        text = unwrap(&text, kind);
    }
    runs(&text)
}

/// Ids made from [`draws`](super::draws), at whatever time, become `new-1`, `new-2`, …
fn drawn(mut text: String) -> String {
    const MIDDLE: &str = "-7000-8000-0000000";
    const BEFORE: usize = 13;
    while let Some(middle) = text.find(MIDDLE) {
        let (number, end) = (middle + MIDDLE.len(), middle + MIDDLE.len() + 5);
        let word = format!("new-{}", &text[number..=number]);
        text.replace_range(middle - BEFORE..end, &word);
    }
    text
}

/// `xxxx…` becomes `x*2001`.
fn runs(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|it| it != first).unwrap_or(rest.len());
        let count = rest[..end].chars().count();
        if count > 50 {
            out.extend([first.to_string(), format!("*{count}")]);
        } else {
            out += &rest[..end];
        }
        rest = &rest[end..];
    }
    out
}

/// `Timestamp(1767225630000000)` becomes `now+30s`.
fn times(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("Timestamp(") {
        let (micros, after) = after.split_once(')').unwrap();
        let distance = micros.parse::<i64>().unwrap() - NOW.as_micros();
        let moment = match (distance, distance % 1_000_000) {
            (0, _) => "now".to_owned(),
            (distance, 0) => format!("now{:+}s", distance / 1_000_000),
            (distance, _) => format!("now{distance:+}us"),
        };
        out.extend([before, &moment]);
        rest = after;
    }
    out + rest
}

/// `Word(inside)` becomes `inside`, wherever `Word` begins a word.
fn unwrap(text: &str, word: &str) -> String {
    let opening = format!("{word}(");
    let Some(start) = text.find(&opening) else {
        return text.to_owned();
    };
    let inside = &text[start + opening.len()..];
    let mut depth = 1;
    let end = inside
        .find(|character| {
            depth += match character {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            depth == 0
        })
        .unwrap();
    let rest = unwrap(&format!("{}{}", &inside[..end], &inside[end + 1..]), word);
    format!("{}{rest}", &text[..start])
}
