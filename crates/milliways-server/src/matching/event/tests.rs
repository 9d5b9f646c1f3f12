//! Each criterion alone and together, on one event.

use milliways_model::Timestamp;

use super::*;

fn event() -> ReceivedEvent {
    serde_json::from_str(
        r#"{
            "occurred": "2026-11-21T04:00:00Z",
            "received": "2026-11-21T04:00:01Z",
            "event": "prefect.flow-run.Completed",
            "id": "018f0000-0000-7000-8000-000000000001",
            "resource": {"prefect.resource.id": "prefect.flow-run.abc", "prefect.resource.name": "tidy-owl", "env": "prod"},
            "related": [
                {"prefect.resource.id": "prefect.flow.1", "prefect.resource.role": "flow", "prefect.resource.name": "etl"},
                {"prefect.resource.id": "prefect.tag.nightly", "prefect.resource.role": "tag"}
            ],
            "payload": {"reason": "All Done"}
        }"#,
    )
    .unwrap()
}

#[track_caller]
fn check(filter: &str, passes: bool) {
    let matcher = EventMatcher::new(serde_json::from_str(filter).unwrap());
    assert_eq!(matcher.accepts(&event()), passes, "{filter}");
}

#[test]
fn an_empty_filter_passes_everything() {
    check("{}", true);
}

#[test]
fn names_pass_by_prefix_and_name() {
    check(r#"{"event":{"prefix":["prefect.flow-run."]}}"#, true);
    check(r#"{"event":{"prefix":["prefect.task-run."]}}"#, false);
    check(
        r#"{"event":{"prefix":["prefect."],"exclude_prefix":["prefect.flow-run"]}}"#,
        false,
    );
    check(r#"{"event":{"name":["prefect.flow-run.Completed"]}}"#, true);
    check(
        r#"{"event":{"name":["prefect.flow-run.completed"]}}"#,
        false,
    );
    check(
        r#"{"event":{"exclude_name":["prefect.flow-run.Completed"]}}"#,
        false,
    );
}

#[test]
fn times_bound_only_where_they_are_given() {
    check(r#"{"occurred":{"since":"2026-11-21T04:00:00Z"}}"#, true);
    check(
        r#"{"occurred":{"since":"2026-11-21T04:00:00.000001Z"}}"#,
        false,
    );
    check(r#"{"occurred":{"until":"2026-11-21T03:59:59Z"}}"#, false);
    check(r#"{"occurred":{}}"#, true);
    assert!(event().occurred > Timestamp::EPOCH);
}

#[test]
fn resources_pass_by_id_and_labels() {
    check(r#"{"resource":{"id":["prefect.flow-run.abc"]}}"#, true);
    check(r#"{"resource":{"id":["prefect.flow-run.a*"]}}"#, false);
    check(r#"{"resource":{"id_prefix":["prefect.flow-run."]}}"#, true);
    check(r#"{"resource":{"labels":{"env":"prod"}}}"#, true);
    check(r#"{"resource":{"labels":{"env":["dev","pr*"]}}}"#, true);
    check(r#"{"resource":{"labels":{"env":"!prod"}}}"#, false);
    check(r#"{"resource":{"labels":{"env":"!dev"}}}"#, true);
    check(r#"{"resource":{"labels":{"missing":"!dev"}}}"#, false);
    check(
        r#"{"resource":{"labels":{"env":"prod","prefect.resource.name":"x"}}}"#,
        false,
    );
}

#[test]
fn one_related_resource_has_to_pass_all_criteria() {
    check(
        r#"{"related":{"id":["prefect.flow.1"],"role":["flow"]}}"#,
        true,
    );
    check(
        r#"{"related":{"id":["prefect.flow.1"],"role":["tag"]}}"#,
        false,
    );
    check(
        r#"{"related":[{"role":["flow"]},{"id":["prefect.tag.nightly"]}]}"#,
        true,
    );
    check(
        r#"{"related":[{"role":["flow"]},{"id":["prefect.tag.daily"]}]}"#,
        false,
    );
    check(
        r#"{"related":{"resources_in_roles":[["prefect.flow.1","flow"]]}}"#,
        true,
    );
    check(
        r#"{"related":{"resources_in_roles":[["prefect.flow.1","tag"]]}}"#,
        false,
    );
    check(
        r#"{"related":{"labels":{"prefect.resource.name":"e*"}}}"#,
        true,
    );
    check(r#"{"related":{}}"#, true);
}

#[test]
fn any_resource_is_the_primary_one_or_a_related_one() {
    check(r#"{"any_resource":{"id":["prefect.flow-run.abc"]}}"#, true);
    check(r#"{"any_resource":{"id":["prefect.flow.1"]}}"#, true);
    check(
        r#"{"any_resource":{"id_prefix":["prefect.deployment."]}}"#,
        false,
    );
}

#[test]
fn ids_and_words_pass() {
    check(
        r#"{"id":{"id":["018f0000-0000-7000-8000-000000000001"]}}"#,
        true,
    );
    check(
        r#"{"id":{"id":["018f0000-0000-7000-8000-000000000002"]}}"#,
        false,
    );
    check(
        r#"{"text":{"query":"completed \"all done\" -failed"}}"#,
        true,
    );
    check(r#"{"text":{"query":"nightly"}}"#, true);
    check(r#"{"text":{"query":"-nightly"}}"#, false);
}

#[test]
fn empty_lists_ask_for_nothing() {
    check(r#"{"id": {"id": []}}"#, true);
    check(
        r#"{"event": {"prefix": [], "name": []}, "resource": {"id": [], "id_prefix": [], "labels": {}}}"#,
        true,
    );
    check(
        r#"{"any_resource": {"id": []}, "related": {"role": [], "resources_in_roles": []}}"#,
        true,
    );
}
