//! Completion scripts are printed for every shell, and the shell accepts its own.

use std::fs;
use std::process::Command;

use crate::home::Home;

#[test]
fn scripts_are_printed() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = home.output(&format!("completion {shell}"));
        assert!(
            script.status.success() && script.stdout.len() > 1000,
            "{shell}"
        );
    }
}

#[test]
fn bash_accepts_its_script() {
    let home = Home::new();
    let script = home.path().join("completion.bash");
    fs::write(&script, home.output("completion bash").stdout).expect("written");
    let status = Command::new("bash")
        .arg("-n")
        .arg(&script)
        .status()
        .expect("bash runs");
    assert!(status.success());
}
