//! A server that is away before, during or after a run, and a program that is killed in the middle: everything arrives,
//! once, in order.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use milliways::{Result, flow, task};
use milliways_tests::process::{Home, Server};
use serde_json::json;

use crate::scenario::{PART, Recorded, block_on, is_part};

/// Steps of each half of the work.
const HALF: usize = 20;
/// How soon a process that has begun delivers what another one has left.
const PATIENCE: Duration = Duration::from_secs(30);

#[task]
fn step(number: usize) {
    tracing::info!("step {number}");
}

/// What the program is to do in the middle is told by the test: to go on, to be sure first, or nothing.
#[flow]
async fn work() -> Result<()> {
    for number in 0..HALF {
        step(number).await?;
    }
    if std::env::var_os("FLUSHED").is_some() {
        assert!(milliways::flush(PATIENCE));
    }
    say("half");
    hear();
    for number in HALF..2 * HALF {
        step(number).await?;
    }
    Ok(())
}

#[flow]
fn noop() {}

/// The program.
fn play() {
    milliways::init_logs();
    block_on(async { work().await }).expect("it goes well");
    say("done");
    hear();
}

#[test]
fn a_server_that_is_away_before_and_during_a_run_gets_it_later() {
    tell(
        "outages::a_server_that_is_away_before_and_during_a_run_gets_it_later",
        |stage| {
            stage.server.kill();
            let mut program = stage.begin();
            program.hears("half").hears("done").end();
            stage.returns();
            stage.next_program();
            stage.everything_is_there();
        },
    );
}

#[test]
fn a_server_that_is_killed_during_a_run_gets_what_it_has_missed() {
    tell(
        "outages::a_server_that_is_killed_during_a_run_gets_what_it_has_missed",
        |stage| {
            let mut program = stage.begin();
            program.waits_for("half");
            stage.server.kill();
            stage.returns();
            program.go_on().hears("done").end();
            stage.everything_is_there();
        },
    );
}

#[test]
fn a_server_that_is_killed_during_a_run_and_returns_later_gets_what_it_has_missed() {
    tell(
        "outages::a_server_that_is_killed_during_a_run_and_returns_later_gets_what_it_has_missed",
        |stage| {
            let mut program = stage.begin();
            program.waits_for("half");
            stage.server.kill();
            program.go_on().hears("done").end();
            stage.returns();
            stage.next_program();
            stage.everything_is_there();
        },
    );
}

#[test]
fn a_server_that_is_killed_when_a_run_has_ended_gets_its_end() {
    tell(
        "outages::a_server_that_is_killed_when_a_run_has_ended_gets_its_end",
        |stage| {
            let mut program = stage.begin();
            program.hears("half").waits_for("done");
            stage.server.kill();
            program.end();
            stage.returns();
            stage.next_program();
            stage.everything_is_there();
        },
    );
}

#[test]
fn what_a_killed_program_was_told_is_stored_is_there_once() {
    tell(
        "outages::what_a_killed_program_was_told_is_stored_is_there_once",
        |stage| {
            let mut program = stage.begin_with(&[("FLUSHED", "1")]);
            program.waits_for("half");
            program.kill();
            stage.half_is_there();
            stage.next_program();
            stage.half_is_there();
        },
    );
}

#[test]
fn what_a_killed_program_has_left_in_its_spool_is_delivered_by_the_next_one() {
    tell(
        "outages::what_a_killed_program_has_left_in_its_spool_is_delivered_by_the_next_one",
        |stage| {
            stage.server.kill();
            let mut program = stage.begin();
            program.waits_for("half");
            let last = format!("step {}", HALF - 1);
            until("nothing is spooled", || {
                holds(&stage.client.path().join("spool"), &last)
            });
            program.kill();
            stage.returns();
            stage.next_program();
            stage.half_is_there();
        },
    );
}

/// Plays the program in the process that is to, and tells the story in the other one.
fn tell(test: &'static str, story: impl FnOnce(&mut Stage)) {
    if !is_part() {
        return story(&mut Stage::open(test));
    }
    if std::env::var_os("NEXT").is_some() {
        noop().run().expect("it goes well");
    } else {
        play();
    }
    // As a program ends: what it has recorded is sent, or lies in the spool.
    #[expect(clippy::exit, reason = "the rest of the test is not for this process")]
    std::process::exit(0);
}

fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .expect("somebody listens");
}

fn hear() {
    let mut line = String::new();
    std::io::stdin()
        .read_line(&mut line)
        .expect("somebody speaks");
}

/// A server, and programs on a home of their own.
struct Stage {
    test: &'static str,
    home: Home,
    client: Home,
    server: Server,
    url: String,
}

impl Stage {
    fn open(test: &'static str) -> Self {
        let home = Home::sqlite();
        let server = home.start();
        let url = format!("http://{}/api", server.address());
        Self {
            test,
            home,
            client: Home::sqlite(),
            server,
            url,
        }
    }

    fn begin(&self) -> Program {
        self.begin_with(&[])
    }

    fn begin_with(&self, more: &[(&str, &str)]) -> Program {
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args([self.test, "--exact", "--nocapture"])
            .env(PART, "1")
            .env("MILLIWAYS_HOME", self.client.path())
            .env("MILLIWAYS_API_URL", &self.url)
            .envs(more.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("this test runs again");
        let input = child.stdin.take().expect("its input is a pipe");
        let output = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        Program {
            child,
            input,
            output,
        }
    }

    /// The server is back where it was.
    fn returns(&mut self) {
        self.server = self.home.start_again(&self.server);
    }

    /// Another program runs on the same home to its end.
    fn next_program(&self) {
        let mut program = self.begin_with(&[("NEXT", "1")]);
        program.end();
    }

    fn everything_is_there(&self) {
        self.check(&["Pending", "Running", "Completed"], 2 * HALF);
    }

    fn half_is_there(&self) {
        self.check(&["Pending", "Running"], HALF);
    }

    fn check(&self, states: &[&str], count: usize) {
        let mut recorded = Recorded::of(&self.server);
        let runs = recorded.flow_runs();
        let runs: Vec<_> = runs
            .iter()
            .filter(|run| recorded.flow(run) == "work")
            .collect();
        assert_eq!(runs.len(), 1, "{runs:?}");
        assert_eq!(recorded.states(runs[0]), states);
        let tasks = recorded.task_runs();
        let keys: Vec<_> = tasks
            .iter()
            .map(|task| task["dynamic_key"].clone())
            .collect();
        let expected: Vec<_> = (0..count).map(|number| json!(number.to_string())).collect();
        assert_eq!(keys, expected);
        for task in &tasks {
            assert_eq!(recorded.states(task), ["Pending", "Running", "Completed"]);
        }
        let steps: Vec<String> = recorded
            .logs()
            .into_iter()
            .map(|(_, message)| message)
            .collect();
        let expected: Vec<String> = (0..count).map(|number| format!("step {number}")).collect();
        let steps: Vec<_> = steps
            .iter()
            .filter(|line| line.starts_with("step "))
            .collect();
        assert_eq!(steps, expected.iter().collect::<Vec<_>>());
    }
}

/// A program under way, which is killed with this value.
struct Program {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Program {
    fn waits_for(&mut self, text: &str) -> &mut Self {
        let mut line = String::new();
        while line.trim() != text {
            line.clear();
            let count = self.output.read_line(&mut line).expect("its output");
            assert!(count > 0, "it ended and never said {text}");
        }
        self
    }

    fn go_on(&mut self) -> &mut Self {
        self.input.write_all(b"go on\n").expect("it listens");
        self
    }

    /// Waits for a word, and tells it to go on.
    fn hears(&mut self, text: &str) -> &mut Self {
        self.waits_for(text).go_on()
    }

    /// It ends well, and of itself once it is told to go on.
    fn end(&mut self) {
        // It may wait for nothing any more.
        let _ = self.input.write_all(b"go on\n");
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).expect("its output");
        assert!(self.child.wait().expect("it ends").success(), "{rest}");
    }

    fn kill(&mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether a file below a folder holds a text.
fn holds(folder: &Path, text: &str) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).any(|path| {
        if path.is_dir() {
            return holds(&path, text);
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    })
}

fn until(message: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "{message}");
        std::thread::yield_now();
    }
}
