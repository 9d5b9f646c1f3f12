//! One server a home, one a database file: the second is refused and told why, the first does not notice.

use milliways_tests::process::Home;

fn refusal(home: &Home) -> String {
    let output = home.run("server start --port 0 --no-ui");
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_second_server_of_a_home_is_refused() {
    let home = Home::sqlite();
    let server = home.start();
    let expected = format!(
        "error: a server of this home runs already at http://{} (process {})\n\
         hint: `milliways server stop` ends it; another one needs another MILLIWAYS_HOME\n",
        server.address(),
        server.process()
    );
    assert_eq!(refusal(&home), expected);
    assert_eq!(server.connect().get("/api/health").unwrap().status, 200);
}

#[test]
fn a_second_server_of_a_database_file_is_refused() {
    let home = Home::sqlite();
    let server = home.start();
    let file = home.path().join("milliways.db");
    let url = format!("sqlite:///{}", file.display());
    let other = Home::sqlite().with("MILLIWAYS_SERVER_DATABASE_CONNECTION_URL", &url);
    let text = refusal(&other);
    assert!(text.contains(&file.display().to_string()), "{text}");
    assert!(text.contains("in use") && text.contains("hint: "), "{text}");
    assert_eq!(server.connect().get("/api/ready").unwrap().status, 200);
}
