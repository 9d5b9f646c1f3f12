//! Which templates may be stored, what is said of the others, and what they render to.

mod costs;

use milliways_model::Timestamp;
use serde_json::json;

use super::{Given, RenderError, check};

/// Renders at a moment that does not change, with lots that are always the same.
fn render(
    source: &str,
    context: &serde_json::Map<String, serde_json::Value>,
) -> Result<String, RenderError> {
    let given = Given {
        context,
        now: "2026-11-21T17:34:05.25Z".parse::<Timestamp>().unwrap(),
        random: 7,
    };
    super::render(source, &given)
}

#[test]
fn good_templates_pass() {
    for source in [
        "",
        "plain",
        "{{ hello }} world!",
        "{% if a %}{{ a.b['c'] | upper }}{% else %}-{% endif %}",
        "{% for a in b %}{% for c in a %}{{ c }}{% endfor %}{% endfor %}",
        "{# a comment with {{ ain't } in it #}",
        "{% raw %}{{ ain't }{% endraw %}",
        "{{- {'a': [1, 2.5e3, (3)]} -}}",
        "{{ 'it''s' }}",
        "{{ 'x' * 10 }}",
    ] {
        assert_eq!(check(source), Ok(()), "{source}");
    }
}

#[test]
fn what_is_wrong_is_told_in_the_words_of_jinja() {
    let apostrophe =
        "1 - {{ hello }} world!\n2 - oops, this {{ ain't } gonna work\n3 - this is fine";
    let loops =
        "{% for a in b %}{% for a in b %}{% for a in b %}{% endfor %}{% endfor %}{% endfor %}";
    for (source, line, message) in [
        (apostrophe, 2, "unexpected char \"'\" at 44"),
        ("\n{{ a ? b }}", 2, "unexpected char '?' at 6"),
        ("{{ a) }}", 1, "unexpected ')'"),
        ("{{ (a] }}", 1, "unexpected ']', expected ')'"),
        (
            loops,
            0,
            "Contains nested for loops at a depth of 3. Templates can nest for loops no more than 2 loops deep.",
        ),
    ] {
        let flaw = check(source).unwrap_err();
        assert_eq!(
            (flaw.line, flaw.message.as_str()),
            (line, message),
            "{source}"
        );
    }
    for source in [
        "{{ a",
        "{% if a %}",
        "{% endfor %}",
        "{% nonsense %}",
        "{{ }}",
    ] {
        assert!(check(source).is_err(), "{source}");
    }
}

#[test]
fn bombs_are_refused() {
    let many_loops = "{% for a in b %}{% endfor %}".repeat(11);
    for source in [
        "{{ 'x' * 300000000 }}",
        "{{ 300000000 * 'x' }}",
        "{{ [0] * 300000000 }}",
        "{{ ('x' * 1000) * 100000 }}",
        &many_loops,
        &"x".repeat(100_000),
    ] {
        assert!(check(source).is_err());
    }
    let context = json!({"a": "x".repeat(10_000)});
    let context = context.as_object().unwrap();
    let hungry =
        "{% for i in range(100) %}{% for j in range(100) %}{{ i + j }}{% endfor %}{% endfor %}";
    assert_eq!(render(hungry, context), Err(RenderError::Budget));
    let wordy = "{% for i in range(100) %}{{ a }}{{ a }}{% endfor %}";
    assert_eq!(render(wordy, context), Err(RenderError::Budget));
}

#[test]
fn values_are_rendered_and_missing_ones_are_nothing() {
    let context = json!({"flow_run": {"name": "brave-owl", "tags": ["a", "b"]}, "n": 2});
    let context = context.as_object().unwrap();
    for (source, expected) in [
        ("no template {", "no template {"),
        ("{{ flow_run.name }} x{{ n }}", "brave-owl x2"),
        ("{{ flow_run.tags | join('+') }}", "a+b"),
        ("{{ nothing.at.all }}.", "."),
        ("{{ '<b>' }}", "<b>"),
    ] {
        assert_eq!(render(source, context).as_deref(), Ok(expected), "{source}");
    }
    assert!(matches!(
        render("{{ n.upper() }}", context),
        Err(RenderError::Failed(_))
    ));
}

/// Expressions, and what a server of Prefect 3.9.1 renders them to.
const SAID_BY_PREFECT: &str = include_str!("tests/said_by_prefect.json");

#[test]
fn filters_say_what_they_say_in_prefect() {
    let context = json!({
        "n": null, "t": "text", "l": [1, 2], "w": "the quick brown fox jumps over the lazy dog",
    });
    let cases: Vec<(String, String)> = serde_json::from_str(SAID_BY_PREFECT).unwrap();
    let mut wrong = Vec::new();
    for (expression, expected) in cases {
        let source = format!("{{{{ {expression} }}}}");
        let found = render(&source, context.as_object().unwrap());
        if found.as_ref() != Ok(&expected) {
            wrong.push(format!("{expression}: {found:?} is not {expected:?}"));
        }
    }
    assert_eq!(wrong, [] as [String; 0]);
}

#[test]
fn filters_that_make_texts_wide_have_bounds() {
    let context = json!({"a": "x ".repeat(10_000)});
    for expression in [
        "1|humanize_intcomma(5000)",
        "5000|humanize_naturalsize(format='%09999999f')",
        "5000|humanize_intword('%*f')",
        "5|humanize_clamp(format='{:99999999}')",
        "5|humanize_scientific(precision=1000000)",
        "5|humanize_metric(precision=100000)",
        "1e300|humanize_naturaldelta",
        "1e300|humanize_precisedelta",
        "'x'|center(1000000)",
        "a|wordwrap(1, true, a)",
        "lipsum(10**9)",
        "lipsum(1, true, 0, 10**9)",
        "lipsum(10**4, true, 10, 20)",
        "('www.ab ' * 10000)|urlize(target=a)",
    ] {
        let source = format!("{{{{ {expression} }}}}");
        assert!(
            render(&source, context.as_object().unwrap()).is_err(),
            "{expression}"
        );
    }
}

#[test]
fn what_prefect_refuses_is_refused() {
    let context = json!({"d": {"a": 1}, "n": null});
    for expression in [
        "5|random",
        "d|random",
        "n|random",
        "[1]|random(1)",
        "lipsum(1, true, 5, 5)",
        "lipsum(1, true, 5, 4)",
        "lipsum('x')",
        "lipsum(1.5)",
        "lipsum(bad=1)",
        "'x'|humanize_activate",
        // There it changes the language for everybody.
        "'de_DE'|humanize_activate",
        "5|humanize_activate",
        "5|humanize_date_and_delta(1)",
        "5|humanize_date_and_delta(now=1)",
        "1e20|humanize_date_and_delta",
        "1e12|humanize_date_and_delta",
        "-1e12|humanize_date_and_delta",
        "'x'|urlize(extra_schemes=['bad scheme'])",
        "'http://a.com'|urlize(trim_url_limit='x')",
        "'http://a.com'|urlize(bad=1)",
    ] {
        let source = format!("{{{{ {expression} }}}}");
        let found = render(&source, context.as_object().unwrap());
        assert!(
            matches!(found, Err(RenderError::Failed(_))),
            "{expression}: {found:?}"
        );
    }
}

#[test]
fn a_moment_is_told_as_python_tells_it() {
    for (expression, expected) in [
        (
            "5|humanize_date_and_delta",
            "(datetime.datetime(2026, 11, 21, 17, 34, 0, 250000), datetime.timedelta(seconds=5))",
        ),
        (
            "-100000|humanize_date_and_delta",
            "(datetime.datetime(2026, 11, 22, 21, 20, 45, 250000), datetime.timedelta(days=1, seconds=13600))",
        ),
        (
            "(5|humanize_date_and_delta)[0]",
            "2026-11-21 17:34:00.250000",
        ),
        (
            "'en_GB'|humanize_activate",
            "<gettext.NullTranslations object>",
        ),
    ] {
        let source = format!("{{{{ {expression} }}}}");
        let found = render(&source, &serde_json::Map::new());
        assert_eq!(found.as_deref(), Ok(expected), "{expression}");
    }
}

#[test]
fn lots_are_drawn_from_the_bits_that_are_given() {
    let context = serde_json::Map::new();
    let drawn = |random| {
        let given = Given {
            context: &context,
            now: Timestamp::MIN,
            random,
        };
        let source = "{{ range(50)|random }} {{ range(50)|random }} {{ lipsum(1, false, 12, 30) }}";
        super::render(source, &given).unwrap()
    };
    assert_eq!(drawn(1), drawn(1));
    assert_ne!(drawn(1), drawn(2));
    insta::assert_snapshot!(drawn(3), @"5 35 Non commodo ut ipsum, pariatur officia ipsum est proident sint. Consequat mollit sit, nulla cupidatat non velit deserunt cillum nostrud, officia proident culpa.");
}
