//! Finding and starting the server of a home folder, with this test program in the part of the server.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use super::server::Server;
use crate::{Client, Config, Local, Target};

/// Writes a program that says that it was started, and then runs one of the tests below.
fn executable(home: &Path, test: &str) -> std::path::PathBuf {
    let path = home.join("milliways");
    let program = std::env::current_exe().unwrap();
    let script = format!(
        "#!/bin/sh\necho \"$@\" >> \"$MILLIWAYS_HOME/starts\"\nexec {} --exact tests::local::{test} --ignored\n",
        program.display()
    );
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    path
}

fn config(home: &Path, test: &str) -> Config {
    let local = Local {
        socket: home.join("server.sock"),
        home: home.to_owned(),
        executable: Some(executable(home, test)),
        startup_timeout: Duration::from_secs(30),
    };
    let mut config = Config::of_address(crate::Address::Socket(local.socket.clone()));
    config.target = Target::Local(local);
    config.max_retries = 0;
    config
}

#[tokio::test]
async fn ten_clients_start_one_server() {
    let home = tempfile::tempdir().unwrap();
    let config = config(home.path(), "as_a_server");
    let clients: Vec<Client> = (0..10)
        .map(|_| Client::new(config.clone()).unwrap())
        .collect();
    let looks = clients.iter().map(|client| client.is_healthy());
    assert_eq!(futures_util::future::join_all(looks).await, [true; 10]);
    assert_eq!(
        std::fs::read_to_string(home.path().join("starts")).unwrap(),
        "server start --local\n"
    );
    clients[0].stop_local_server().await.unwrap();
}

#[tokio::test]
async fn a_server_that_does_not_start_is_an_error_with_its_last_words() {
    let home = tempfile::tempdir().unwrap();
    let client = Client::new(config(home.path(), "as_a_server_that_fails")).unwrap();
    let error = client.server_version().await.unwrap_err().to_string();
    assert!(error.contains("no luck today"), "{error}");
    assert!(error.contains("hint: "), "{error}");
}

#[tokio::test]
async fn a_missing_program_is_an_error_at_once() {
    let home = tempfile::tempdir().unwrap();
    let mut config = config(home.path(), "as_a_server");
    std::fs::write(home.path().join("milliways"), "not a program").unwrap();
    std::fs::set_permissions(
        home.path().join("milliways"),
        PermissionsExt::from_mode(0o644),
    )
    .unwrap();
    config.timeout = Duration::from_secs(10);
    let error = Client::new(config)
        .unwrap()
        .server_version()
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("can't start a local server"), "{error}");
}

#[test]
#[ignore = "the part of the server, started by another test"]
fn as_a_server() {
    let Some(home) = std::env::var_os("MILLIWAYS_HOME") else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let server = Server::default();
        server.on_socket(&Path::new(&home).join("server.sock"));
        // Ends when it is asked to, and in any case when the test must have ended.
        let until_asked = server.until(|seen| seen.route.ends_with("/local/stop"));
        let _ = tokio::time::timeout(Duration::from_mins(1), until_asked).await;
    });
}

#[test]
#[ignore = "the part of the server, started by another test"]
fn as_a_server_that_fails() {
    assert!(
        std::env::var_os("MILLIWAYS_HOME").is_none(),
        "no luck today"
    );
}
