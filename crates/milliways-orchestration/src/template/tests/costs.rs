//! Templates that work as Jinja's do, and templates that must not cost anything.

use std::time::Instant;

use serde_json::json;

use super::render;
use crate::template::check;

fn rendered(source: &str) -> String {
    let context = json!({
        "name": "Marvin",
        "n": 42,
        "f": 3.0,
        "items": [1, 2, 3],
        "flow_run": {"name": "happy-bat", "tags": ["a", "b"]},
        "nothing": null,
    });
    render(source, context.as_object().unwrap()).unwrap_or_else(|error| format!("!! {error}"))
}

#[test]
fn renders_as_jinja_does() {
    let cases = [
        "plain",
        "Hello {{ name }}",
        "{{ missing.deeper.still }}|",
        "{{ n + 1 }} {{ n * 2 }} {{ n ** 2 }} {{ n // 5 }} {{ n % 5 }}",
        "{{ 'a' ~ n ~ 'b' }}",
        "{% for i in range(3) %}{{ i }},{% endfor %}",
        "{% for item in items if item > 1 %}{{ loop.index }}:{{ item }} {% endfor %}",
        "{{ flow_run.tags | join(', ') }} {{ flow_run.name | upper }} {{ flow_run['name'].title() }}",
        "{{ flow_run | tojson }}",
        "{% if n == 42 and name in ['Marvin'] %}yes{% else %}no{% endif %}",
        "{% set x = [1, 2] %}{{ x }} {{ x == [1, 2] }} {{ true }} {{ none }}",
        "{% set ns = namespace(total=0) %}{% for i in items %}{% set ns.total = ns.total + i %}{% endfor %}{{ ns.total }}",
        "{% macro hi(who, mark='!') %}hi {{ who }}{{ mark }}{% endmacro %}{{ hi(name) }} {{ hi('you', mark='?') }}",
        "{{ name.replace('M', 'C') }} {{ flow_run.get('name') }} {{ name | replace('r', 'rr') }}",
        "{{ name | default('x') }} {{ missing | default('x') }} {{ items | sum }} {{ items[1:] }}",
        "{{ {'a': 1, 'b': [true, none]} }} {{ (1, 2) }}",
        "{% set block %}caught {{ name }}{% endset %}{{ block | upper }}",
        "{{ 'x' if n > 50 else 'y' }} {{ items is defined }} {{ 'ar' in name }} {{ 1 < n < 50 }}",
        "{{ foo.bar.baz() }}",
        "{{ 'abc' | indent(2, first=true) }} {{ '%s-%s' | format(1, 'b') }}",
    ];
    let table: Vec<_> = cases
        .iter()
        .map(|source| (*source, rendered(source)))
        .collect();
    insta::assert_debug_snapshot!(table);
}

#[test]
fn refuses_before_it_computes() {
    let cases = [
        "Hello {{ name",
        "{% for %}",
        "{% include 'x' %}",
        "{{ 'x' * 300000000 }}",
        "{{ ('x' * 1000) * 100000 }}",
        "{% for a in b %}{% for c in d %}{% for e in f %}{% endfor %}{% endfor %}{% endfor %}",
    ];
    let mut table: Vec<_> = cases
        .iter()
        .map(|source| (*source, check(source).map_err(|error| error.to_string())))
        .collect();
    let loops = "{% for a in b %}{% endfor %}".repeat(11);
    table.push((
        "eleven loops",
        check(&loops).map_err(|error| error.to_string()),
    ));
    let long = "x".repeat(10 << 20);
    table.push((
        "ten mebibytes",
        check(&long).map_err(|error| error.to_string()),
    ));
    let deep = format!("{{{{ {}1{} }}}}", "(".repeat(500), ")".repeat(500));
    table.push((
        "deep parentheses",
        check(&deep).map_err(|error| error.to_string()),
    ));
    insta::assert_debug_snapshot!(table);
}

#[test]
fn bombs_are_refused_at_no_cost() {
    let cases = [
        "{% set n = 300000000 %}{{ 'x' * n }}",
        "{% set a = 'xxxxxxxxxx' %}{% for i in range(40) %}{% set a = a ~ a %}{{ a | length }}{% endfor %}",
        "{% set ns = namespace(a='xxxxxxxxxx') %}{% for i in range(40) %}{% set ns.a = ns.a ~ ns.a %}{% endfor %}{{ ns.a }}",
        "{% set ns = namespace(a='xxxxxxxxxx') %}{% for i in range(40) %}{% set ns.a = ns.a + ns.a %}{% endfor %}{{ ns.a }}",
        "{% set ns = namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a }}",
        "{% set ns = namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = ns.a + ns.a %}{% endfor %}{{ ns.a == 1 }}",
        "{% set ns = namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = ns.a | zip(ns.a) | list %}{% endfor %}{{ ns.a }}",
        "{% set ns = namespace() %}{% set ns.me = ns %}{{ ns }}",
        "{% set ns = namespace() %}{% set ns.me = [ns] %}{{ ns }}",
        "{% macro m(x) %}{{ m(x) }}{{ m(x) }}{% endmacro %}{{ m(1) }}",
        "{{ range(101) }}",
        "{{ range(0, 9223372036854775807, 1) }}",
        "{% for a in range(100) %}{% for b in range(100) %}{{ range(100) | list | length }}{% endfor %}{% endfor %}",
        "{{ 7 ** 9 ** 9 ** 9 }}",
        "{{ 'x' | center(200000000) }}",
        "{{ 'x' | indent(200000000) }}",
        "{{ 'x' | indent(width=200000000) }}",
        "{{ '%0300000000d' | format(1) }}",
        "{{ '{:0300000000d}'.format(1) }}",
        "{{ {'a': 1} | tojson(indent=1000000000) }}",
        "{{ [1, 2] | batch(1000000000, 'x') | list }}",
        "{{ [1, 2] | slice(1000000000) | list }}",
        "{% set a = 'x' * 100000 %}{{ a | replace('', a) }}",
        "{% set a = 'x' * 100000 %}{{ a.replace('', a) }}",
        "{% set a = 'x' * 100000 %}{{ range(100) | join(a) }}",
        "{% set a = 'x' * 100000 %}{% for i in range(100) %}{{ a }}{% endfor %}",
        "{% for i in range(100) %}{% for j in range(100) %}RAW{% endfor %}{% endfor %}",
        "{% set a = 'x' * 1000000 %}{% for i in range(100) %}{% for j in range(100) %}{% if a == a %}{% endif %}{% endfor %}{% endfor %}",
        "{{ ''.__class__.__mro__ }}|",
        "{{ ''|attr('__class__') }}|",
        "{{ cycler.__init__.__globals__ }}|",
        "{{ 3.14159 | round(1000000000) }}",
    ];
    let mut table = Vec::new();
    for source in cases {
        let began = Instant::now();
        let mut outcome = rendered(source);
        let took = began.elapsed().as_millis();
        assert!(took < 5_000, "{source} took {took} ms");
        if outcome.len() > 200 {
            outcome = format!("{} bytes", outcome.len());
        }
        table.push((source, outcome));
    }
    insta::assert_debug_snapshot!(table);
}
