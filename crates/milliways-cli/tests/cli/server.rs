//! `milliways server`: a real server from start to stop, alone and beside others of the same home.

use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::home::Home;

/// How long anything here may take. Far more than it does, so that a busy machine fails no test.
const PATIENCE: Duration = Duration::from_mins(1);

/// A home whose server is stopped when the test ends, however it ends.
struct Served(Home);

impl Served {
    fn new() -> Self {
        Self(Home::new().with("MILLIWAYS_SERVER_EPHEMERAL_IDLE_TIMEOUT", "300s"))
    }

    /// What a command prints, with numbers that differ from run to run replaced.
    fn run(&self, line: &str) -> String {
        let text = self.0.run(line);
        let ports = numbers_after(&text, "127.0.0.1:", "PORT");
        let text = numbers_after(&ports, "process ", "N");
        numbers_after(&text, "process  ", "N")
    }

    fn start(&self) -> Child {
        let mut command = self.0.command("server start --port 0");
        command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the executable runs")
    }

    fn is_up(&self) -> bool {
        self.0.output("server status").status.success()
    }

    fn server(&self) -> serde_json::Value {
        let status = self.0.output("server status -o json");
        serde_json::from_slice(&status.stdout).expect("JSON")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.0.output("server stop");
    }
}

fn numbers_after(text: &str, mark: &str, name: &str) -> String {
    let mut parts = text.split(mark);
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| {
        let digits = part
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(part.len());
        let name = if digits == 0 { "" } else { name };
        format!("{mark}{name}{}", &part[digits..])
    });
    first + &rest.collect::<String>()
}

/// Waits for a condition; the test fails if it does not come.
fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "waited in vain: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_server_in_the_background_lives_and_ends() {
    let home = Served::new();
    let lines = [
        "server status",
        "server start --background --port 0",
        "server status",
        "flow ls",
        "server start --port 0",
        "server stop",
        "server status",
        "server stop",
    ];
    let transcript: Vec<String> = lines
        .iter()
        .map(|line| format!("$ milliways {line}\n{}", home.run(line)))
        .collect();
    insta::assert_snapshot!(transcript.join("\n"));
}

#[test]
fn a_server_that_is_asked_ends_well() {
    let home = Served::new();
    for signal in ["-TERM", "-INT"] {
        let mut server = home.start();
        wait_until("the server answers", || home.is_up());
        let pid = server.id().to_string();
        let killed = std::process::Command::new("kill")
            .args([signal, &pid])
            .status()
            .expect("kill runs");
        assert!(killed.success());
        assert!(server.wait().expect("it ends").success(), "{signal}");
        assert!(
            !home.0.path().join(".milliways/server.sock").exists(),
            "{signal}"
        );
    }
}

#[test]
fn a_killed_server_is_no_obstacle() {
    let home = Served::new();
    let mut server = home.start();
    wait_until("the server answers", || home.is_up());
    server.kill().expect("it can be killed");
    server.wait().expect("it ends");
    assert!(!home.is_up());
    let mut server = home.start();
    wait_until("the next server answers", || home.is_up());
    home.run("server stop");
    assert!(server.wait().expect("it ends").success());
}

#[test]
fn a_command_starts_a_local_server_that_makes_way_for_a_full_one() {
    let home = Served::new();
    insta::assert_snapshot!(home.run("flow ls"), @"ID  NAME  TAGS  CREATED");
    let local = home.server();
    assert_eq!(local["is_up"], true);
    assert!(
        local["address"]
            .as_str()
            .expect("an address")
            .starts_with("unix:"),
        "{local}"
    );
    let started = home.run("server start --background --port 0");
    assert!(
        started.starts_with("server started at http://127.0.0.1:PORT"),
        "{started}"
    );
    let full = home.server();
    assert!(
        full["address"]
            .as_str()
            .expect("an address")
            .starts_with("http://"),
        "{full}"
    );
    assert_ne!(full["process"], local["process"]);
}

#[test]
fn a_local_server_ends_when_nobody_needs_it() {
    let home = Served(Home::new().with("MILLIWAYS_SERVER_EPHEMERAL_IDLE_TIMEOUT", "100ms"));
    home.run("flow ls");
    // Asking it whether it is up would be a reason to stay.
    let socket = home.0.path().join(".milliways/server.sock");
    wait_until("its socket goes", || !socket.exists());
}

#[test]
fn an_open_address_without_a_password_is_refused() {
    let home = Served::new();
    insta::assert_snapshot!(home.run("server start --host 0.0.0.0 --port 0"));
}

#[test]
fn a_database_is_brought_up_to_date() {
    let home = Served::new();
    insta::assert_snapshot!(home.run("server database upgrade --yes"), @"sqlite:///~/.milliways/milliways.db is up to date");
    assert!(home.0.path().join(".milliways/milliways.db").exists());
}
