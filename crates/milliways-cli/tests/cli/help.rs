//! Help and mistakes of the command line itself.

use crate::home::Home;

#[test]
fn the_help_of_every_command_is_the_reference_page() {
    insta::assert_snapshot!(Home::new().run("reference cli"));
}

#[test]
fn mistakes_end_with_code_2() {
    let home = Home::new();
    insta::assert_snapshot!(home.session(&["flwo ls", "version --outptu json",]));
    assert_eq!(home.output("").status.code(), Some(2));
}

#[test]
fn a_closed_pipe_is_no_error() {
    use std::process::{Command, Stdio};
    let home = Home::new();
    let mut milliways = home
        .command("config view --all")
        .stdout(Stdio::piped())
        .spawn()
        .expect("runs");
    let stdout = milliways.stdout.take().expect("piped");
    let head = Command::new("true").stdin(stdout).status().expect("runs");
    assert!(head.success());
    assert!(milliways.wait().expect("ends").success());
}
