//! `milliways config`: viewing, setting, unsetting, validating.

use crate::home::Home;

#[test]
fn values_are_set_viewed_and_unset() {
    let home = Home::new();
    insta::assert_snapshot!(home.session(&[
        "config view",
        "config set api.url=http://h/api PREFECT_LOGGING_LEVEL=debug api.key=s3cret",
        "config view",
        "config view --hide-sources --show-secrets",
        "config unset PREFECT_API_URL api.key results.default_serializer",
        "config view -o json",
    ]));
}

#[test]
fn a_setting_is_explained() {
    let home = Home::new().with(
        "PREFECT_API_DATABASE_CONNECTION_URL",
        "postgresql+asyncpg://u:p@h/db",
    );
    insta::assert_snapshot!(home.session(&["config view PREFECT_API_DATABASE_CONNECTION_URL",]));
}

#[test]
fn mistakes_are_explained() {
    let home = Home::new().with("PREFECT_LOGGING_LEVEL", "INFO");
    insta::assert_snapshot!(home.session(&[
        "config set server.api.prot=4200",
        "config set server.api.port=many",
        "config set server.api.port",
        "config set PREFECT_CLOUD_UI_URL=http://x",
        "config set logging.level=DEBUG",
        "config frobnicate",
    ]));
}

#[test]
fn validation_names_what_is_wrong() {
    let home = Home::new()
        .with("PREFECT_SERVER_API_PORT", "http")
        .with("MILLIWAYS_SERVER_API_HSOT", "0.0.0.0")
        .with("PREFECT_RUNNER_PROCESS_LIMIT", "5");
    insta::assert_snapshot!(home.session(&["config validate",]));
    assert_eq!(
        Home::new().run("config validate"),
        "every setting makes sense\n"
    );
}

#[test]
fn every_setting_can_be_listed() {
    let home = Home::new();
    let all = home.run("config view --show-defaults");
    assert!(
        all.contains("server.api.port") && all.contains("4200"),
        "{all}"
    );
    assert!(all.lines().count() > 80, "{all}");
}
