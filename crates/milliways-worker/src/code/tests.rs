//! What steps make of their arguments. That they do it is tested with real processes in `tests/it/worker`.

use serde_json::{Map, Value, json};

use super::git::{Access, Wish};
use super::script::expand;
use super::{Kind, folder};

fn arguments(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

#[test]
fn steps_are_known_by_their_last_word() {
    for name in [
        "prefect.deployments.steps.set_working_directory",
        "prefect.projects.steps.git_clone_project",
        "milliways.deployments.steps.run_shell_script",
    ] {
        assert!(Kind::of(name).is_some(), "{name}");
    }
    for name in [
        "git_clone",
        "evil.steps.git_clone",
        "prefect.deployments.steps.pull_with_block",
    ] {
        assert!(Kind::of(name).is_none(), "{name}");
    }
}

#[test]
fn a_clone_gets_a_folder_of_its_own() {
    let folder = |value: Value| Wish::read(&arguments(&value)).map(|wish| wish.folder);
    let repository = "https://example.org/team/flows.git";
    assert_eq!(folder(json!({"repository": repository})).unwrap(), "flows");
    let branched = json!({"repository": repository, "branch": "a/b"});
    assert_eq!(folder(branched).unwrap(), "flows-a-b");
    assert_eq!(
        folder(json!({"repository": "git@example.org:flows"})).unwrap(),
        "flows"
    );
    for (argument, value) in [
        ("clone_directory_name", "../x"),
        ("clone_directory_name", ".."),
        ("branch", "--upload-pack=x"),
        ("commit_sha", "HEAD~1"),
        ("repository", "-x"),
    ] {
        let mut wish = arguments(&json!({"repository": repository}));
        wish.insert(argument.to_owned(), value.into());
        assert!(Wish::read(&wish).is_err(), "{argument}={value}");
    }
}

#[test]
fn a_token_is_for_its_server_alone() {
    let of = |value: Value| {
        let wish = arguments(&value);
        let repository = wish["repository"].as_str().unwrap().to_owned();
        let wish = Wish::read(&wish).unwrap();
        let shown = format!("{wish:?}");
        assert!(!shown.contains("s3cret"), "{shown}");
        let access: &Access = wish.access.as_ref().unwrap();
        access.environment(&repository)
    };
    let environment =
        of(json!({"repository": "https://example.org/a.git", "access_token": "s3cret"}));
    assert_eq!(environment[1].1, "http.https://example.org/.extraHeader");
    assert_eq!(
        environment[2].1,
        "Authorization: Basic eC1hY2Nlc3MtdG9rZW46czNjcmV0"
    );
    let block = json!({"username": "u", "token": "s3cret"});
    let environment = of(json!({"repository": "http://h:8080/a", "credentials": block}));
    assert_eq!(environment[1].1, "http.http://h:8080/.extraHeader");
    assert_eq!(environment[2].1, "Authorization: Basic dTpzM2NyZXQ=");
    assert_eq!(
        of(json!({"repository": "git@h:a", "access_token": "s3cret"})),
        []
    );
}

#[test]
fn variables_are_expanded_where_they_have_a_value() {
    let expanded = |text: &str| expand(text, |name| (name == "A").then(|| "x".to_owned()));
    for (text, expected) in [
        ("$A ${A}", "x x"),
        ("$$A $B ${B} $", "$A $B ${B} $"),
        ("$1 ${A", "$1 ${A"),
        ("$A$A.", "xx."),
    ] {
        assert_eq!(expanded(text), expected, "{text}");
    }
}

#[test]
fn a_folder_has_to_be_there() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("a")).unwrap();
    std::fs::write(home.path().join("f"), "").unwrap();
    assert!(folder(home.path(), "a").unwrap().ends_with("a"));
    assert!(folder(home.path(), "b").is_err());
    assert!(folder(home.path(), "f").is_err());
}
