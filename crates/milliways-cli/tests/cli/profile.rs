//! `milliways profile`: the life of a profile, and Prefect's profiles beside ours.

use std::fs;

use crate::home::Home;

#[test]
fn a_profile_lives() {
    let home = Home::new();
    insta::assert_snapshot!(home.session(&[
        "profile ls",
        "profile create staging",
        "profile use staging",
        "config set api.url=https://staging.example.org/api api.key=k",
        "profile create production --from staging",
        "profile rename production live",
        "profile inspect live",
        "profile ls",
        "profile delete staging",
        "profile delete live",
        "profile ls -o json",
    ]));
}

#[test]
fn prefects_profiles_are_read_and_not_written() {
    let home = Home::new();
    let file = home.path().join(".prefect/profiles.toml");
    let text = "active = \"cloud\"\n[profiles.cloud]\nPREFECT_API_URL = \"https://cloud.example.org/api\"\nPREFECT_API_KEY = \"k\"\n";
    fs::create_dir(home.path().join(".prefect")).expect("a folder");
    fs::write(&file, text).expect("written");
    insta::assert_snapshot!(home.session(&[
        "profile ls",
        "profile inspect",
        "profile delete cloud",
        "config set logging.level=DEBUG",
        "profile ls",
    ]));
    assert_eq!(fs::read_to_string(&file).expect("the file is there"), text);
}

#[test]
fn a_profile_is_chosen_by_option_and_variable() {
    let home = Home::new();
    home.run("profile create a");
    assert!(
        home.run("config view --profile a")
            .starts_with("profile a ")
    );
    let home = home.with("PREFECT_PROFILE", "a");
    assert!(home.run("config view").starts_with("profile a "));
    insta::assert_snapshot!(home.session(&["-p b config view",]));
}
