//! `milliways version` prints, and does nothing else.

use crate::home::Home;

#[test]
fn it_prints_what_it_speaks() {
    let home = Home::new();
    let platform = format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH);
    insta::assert_snapshot!(home.run("version").replace(&platform, "PLATFORM"), @r"
    milliways  0.1.0
    api        0.8.4
    prefect    3.9.1 (compatible with)
    platform   PLATFORM
    ");
    insta::assert_snapshot!(home.run("--version"), @"milliways 0.1.0");
    insta::assert_snapshot!(home.run("version --omit-integrations -o json").replace(&platform, "PLATFORM"), @r#"
    {
      "milliways": "0.1.0",
      "api": "0.8.4",
      "prefect": "3.9.1",
      "platform": "PLATFORM"
    }
    "#);
}

#[test]
fn it_works_where_settings_do_not() {
    let home = Home::new().with("MILLIWAYS_PROFILE", "none");
    assert!(home.output("version").status.success());
    assert!(!home.output("config view").status.success());
    assert_eq!(
        std::fs::read_dir(home.path()).expect("a folder").count(),
        0,
        "something was written"
    );
}
