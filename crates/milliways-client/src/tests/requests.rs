//! Requests, what they carry, and when they are made again.

use milliways_model::FlowRunId;
use milliways_model::ids::Uuid;
use milliways_settings::Secret;

use super::server::{Reply, Server};
use crate::{Address, Client, Config, Error, FlowRunQuery, JournalPost, Method, Request};

fn client(config: Config) -> Client {
    Client::new(config).unwrap()
}

/// Time that passes as soon as everybody waits for it.
#[tokio::test(start_paused = true)]
async fn a_busy_server_is_asked_again_when_it_says_so() {
    let server = Server::answering([
        Reply::Later("120"),
        Reply::Status(429, "{}"),
        Reply::Status(200, "\"0.8.4\""),
    ]);
    let client = client(server.on_tcp().await);
    let began = tokio::time::Instant::now();
    assert_eq!(client.api_version().await.unwrap(), "0.8.4");
    let waited = began.elapsed().as_secs();
    assert!((120..=121).contains(&waited), "{waited}");
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn it_is_asked_six_times_at_most() {
    let server = Server::answering(vec![Reply::Status(502, r#"{"detail": "asleep"}"#); 10]);
    let error = client(server.on_tcp().await)
        .api_version()
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "GET /version answered 502: asleep");
    assert_eq!(server.seen().len(), 6);
}

#[tokio::test]
async fn a_request_says_who_makes_it_and_in_which_version() {
    let server = Server::default();
    let mut config = server.on_tcp().await;
    config.auth_string = Some(Secret::new("admin:pass"));
    config.headers = vec![("X-Team".to_owned(), "data".to_owned())];
    client(config.clone()).is_healthy().await;
    config.auth_string = None;
    config.api_key = Some(Secret::new("key"));
    client(config).is_healthy().await;
    let seen = server.seen();
    let header = |request: usize, name: &str| {
        seen[request]
            .headers
            .get(name)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(seen[0].route, "GET /api/health");
    assert_eq!(header(0, "authorization"), "Basic YWRtaW46cGFzcw==");
    assert_eq!(header(1, "authorization"), "Bearer key");
    assert_eq!(header(0, "x-prefect-api-version"), "0.8.4");
    assert_eq!(header(0, "x-team"), "data");
    let agent = header(0, "user-agent");
    assert!(
        agent.starts_with("milliways/") && agent.ends_with(" (API 0.8.4)"),
        "{agent}"
    );
}

#[tokio::test]
async fn connections_are_kept_and_replaced_when_the_server_ends_them() {
    let server = Server::answering([Reply::Status(200, "true"), Reply::LastAnswer]);
    let client = client(server.on_tcp().await);
    for _ in 0..4 {
        assert!(client.is_healthy().await);
    }
    let connections: Vec<usize> = server.seen().iter().map(|seen| seen.connection).collect();
    assert_eq!(connections, [1, 1, 2, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_list_is_asked_for_again_after_a_broken_answer_and_a_change_is_not() {
    let server = Server::answering([Reply::HangUp, Reply::Status(200, "[]")]);
    let client = client(server.on_tcp().await);
    assert_eq!(
        client.flow_runs(&FlowRunQuery::default()).await.unwrap(),
        []
    );
    let server = Server::answering([Reply::HangUp]);
    let client = Client::new(server.on_tcp().await).unwrap();
    let request = Request::new(Method::POST, "/flow_runs/").json(&()).unwrap();
    let error = client.send(&request).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Broken {
                is_unsent: false,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn everything_works_over_a_unix_socket() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::answering([Reply::Status(200, r#"{"acked_seq": 7}"#)]);
    let client = client(server.on_socket(&folder.path().join("s")));
    let post = JournalPost::FlowRun(FlowRunId(Uuid::nil()), "{}".into());
    assert_eq!(
        client.post_journal(post).await.unwrap().unwrap().acked_seq,
        7
    );
    let seen = server.seen();
    assert_eq!(
        seen[0].route,
        "POST /api/flow_runs/00000000-0000-0000-0000-000000000000/journal"
    );
    assert_eq!(seen[0].headers["content-type"], "application/json");
    assert_eq!(&seen[0].body[..], b"{}");
}

#[tokio::test]
async fn nobody_there_is_said_with_the_address() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::of_address(Address::Socket(folder.path().join("none")));
    config.max_retries = 0;
    let error = client(config).api_version().await.unwrap_err();
    assert!(
        error.to_string().starts_with("can't connect to unix:"),
        "{error}"
    );
}

#[tokio::test]
async fn errors_carry_what_the_server_says_in_each_of_its_shapes() {
    let problem = r#"{"status":409,"code":"stale_attempt","detail":"taken over"}"#;
    let invalid = r#"{"exception_message":"Invalid request received.","exception_detail":[{"type":"missing","loc":["body","name"],"msg":"Field required"}]}"#;
    let cases = [
        (409, problem, "taken over"),
        (422, invalid, "body.name: Field required"),
        (404, r#"{"exception_message":"Not found"}"#, "Not found"),
        (400, "<html>", "<html>"),
    ];
    for (status, body, expected) in cases {
        let server = Server::answering([Reply::Status(status, body)]);
        let error = client(server.on_tcp().await)
            .server_version()
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("GET /admin/version answered {status}: {expected}")
        );
        assert_eq!(error.status(), Some(status));
        assert_eq!(error.code().is_some(), status == 409);
        assert_eq!(error.is_not_found(), status == 404);
    }
}

#[tokio::test]
async fn an_answer_of_another_shape_is_not_believed() {
    let server = Server::answering([Reply::Status(200, "[]")]);
    let error = client(server.on_tcp().await)
        .server_version()
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Shape { .. }), "{error}");
}

#[test]
fn a_client_without_a_runtime_waits_for_its_answers() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let server = Server::answering([Reply::Status(200, "\"3.9.1\"")]);
    let config = runtime.block_on(server.on_tcp());
    let client = Client::blocking(config).unwrap();
    assert_eq!(client.wait(client.api().server_version()).unwrap(), "3.9.1");
    assert!(client.wait(client.api().is_ready()));
    assert_eq!(server.seen()[1].connection, 1);
}

#[tokio::test]
async fn a_server_that_asks_for_a_token_gets_it() {
    let server = Server::answering([
        Reply::Status(403, r#"{"detail":"Missing CSRF token."}"#),
        Reply::Status(
            200,
            r#"{"token":"t1","client":"c","expiration":"2026-01-01T00:00:00Z"}"#,
        ),
        Reply::Status(200, "[]"),
        Reply::Status(200, "[]"),
        Reply::Status(403, r#"{"detail":"Missing permission"}"#),
    ]);
    let client = client(server.on_tcp().await);
    for _ in 0..2 {
        client.flow_runs(&FlowRunQuery::default()).await.unwrap();
    }
    assert_eq!(
        client
            .flow_runs(&FlowRunQuery::default())
            .await
            .unwrap_err()
            .status(),
        Some(403)
    );
    let seen = server.seen();
    let tokens: Vec<_> = seen
        .iter()
        .map(|seen| seen.headers.contains_key("prefect-csrf-token"))
        .collect();
    assert_eq!(tokens, [false, false, true, true, true]);
    let client_id = seen[2].headers["prefect-csrf-client"].to_str().unwrap();
    assert_eq!(
        seen[1].route,
        format!("GET /api/csrf-token?client={client_id}")
    );
}
