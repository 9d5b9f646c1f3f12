//! Bad input gets an answer that names field and reason, and nothing else happens.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::kit::TestServer;

/// Sends raw bytes; gives the first line of the answer, and whether the connection was closed after it.
async fn raw(server: &TestServer, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    // The server may answer and close before all is sent.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer))
        .await
        .unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn head(rest: &str) -> Vec<u8> {
    format!(
        "POST /api/flows/ HTTP/1.1\r\nhost: localhost\r\naccept: application/problem+json\r\n{rest}\r\n"
    ).into_bytes()
}

#[tokio::test]
async fn a_large_body_is_refused_before_it_is_read() {
    let server = TestServer::plain().await;
    let announced = raw(&server, &head("content-length: 104857600\r\n")).await;
    assert!(announced.starts_with("HTTP/1.1 413"), "{announced}");
    assert!(
        announced.contains("\"code\":\"body_too_large\"") && announced.contains("request_id"),
        "{announced}"
    );
    let mut chunked = head("transfer-encoding: chunked\r\n");
    for _ in 0..6 {
        chunked
            .extend_from_slice(format!("{:x}\r\n{}\r\n", 1 << 20, "x".repeat(1 << 20)).as_bytes());
    }
    assert!(raw(&server, &chunked).await.starts_with("HTTP/1.1 413"));
    // A client that only listens once it has sent everything hears it, too.
    let whole = [head("content-length: 10485760\r\n"), vec![b'x'; 10 << 20]].concat();
    assert!(raw(&server, &whole).await.starts_with("HTTP/1.1 413"));
    // Journals, logs and events may be larger; what fits is looked at, and is no JSON here.
    let body = "x".repeat(5 << 20);
    for (path, status) in [
        ("/api/logs/", 422),
        ("/api/events", 422),
        ("/api/flows/", 413),
    ] {
        assert_eq!(
            server.send("POST", path, &[], &body).await.status,
            status,
            "{path}"
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn malformed_framing_is_refused() {
    let server = TestServer::plain().await;
    let two = raw(&server, &head("content-length: 4\r\ncontent-length: 5\r\n")).await;
    assert!(two.starts_with("HTTP/1.1 400"), "{two}");
    // With a length and an encoding the encoding holds, and what follows is not taken for a request.
    let smuggled = b"0\r\n\r\nGET /api/health HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let both = head("content-length: 4\r\ntransfer-encoding: chunked\r\n");
    let answer = raw(&server, &[both, smuggled.to_vec()].concat()).await;
    // The connection ends with it, and the end may overtake the answer.
    assert!(answer.matches("HTTP/1.1 ").count() <= 1, "{answer}");
    let headers = format!(
        "POST /api/flows/ HTTP/1.1\r\nhost: localhost\r\nx-long: {}\r\n\r\n",
        "x".repeat(20_000)
    );
    assert!(
        raw(&server, headers.as_bytes())
            .await
            .starts_with("HTTP/1.1 431")
    );
    server.stop().await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let server = TestServer::start(|config, _| {
        config.limits.body_timeout = Duration::from_millis(200);
        config.limits.header_timeout = Duration::from_millis(200);
    })
    .await;
    let answer = raw(&server, &head("content-length: 10\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    // Neither is one that comes a byte at a time, each of them in time; and nobody else has to wait for it.
    let mut slow = TcpStream::connect(server.address).await.unwrap();
    let chunked = head("transfer-encoding: chunked\r\n");
    slow.write_all(&chunked).await.unwrap();
    let (mut hear, mut say) = slow.into_split();
    let dripping = tokio::spawn(async move {
        // The pace is what is tested. It ends when the server hangs up.
        while say.write_all(b"1\r\n \r\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    assert_eq!(server.get("/api/health").await.status, 200);
    let mut answer = Vec::new();
    // What is still sent when it hangs up may cut the answer's end off.
    let _ = hear.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    dripping.await.unwrap();
    // Headers that never end are not answered: the connection is closed.
    assert!(
        !raw(&server, b"POST /api/flows/ HTTP/1.1\r\nhost: local")
            .await
            .starts_with("HTTP/1.1 2")
    );
    server.stop().await;
}

#[tokio::test]
async fn bad_values_are_named() {
    let server = TestServer::plain().await;
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let cases: Vec<(&str, String, u16, &str)> = vec![
        ("/api/flows/", deep, 400, "too_deep"),
        (
            "/api/flows/",
            "{\"name\":".to_owned(),
            422,
            "invalid_request",
        ),
        (
            "/api/flows/",
            r#"{"name":"a","name":"b"}"#.to_owned(),
            422,
            "invalid_request",
        ),
        (
            "/api/flows/",
            r#"{"name":"a\u0000b"}"#.to_owned(),
            422,
            "invalid_request",
        ),
        (
            "/api/flows/",
            r#"{"name":"a\nb"}"#.to_owned(),
            422,
            "invalid_request",
        ),
        (
            "/api/flows/",
            "{\"name\":\"a\u{202e}b\"}".to_owned(),
            422,
            "invalid_request",
        ),
        (
            "/api/flows/",
            r#"{"name":""}"#.to_owned(),
            422,
            "invalid_request",
        ),
        (
            "/api/flows/",
            r#"{"name":"../../etc"}"#.to_owned(),
            422,
            "invalid_request",
        ),
        (
            "/api/flows/",
            format!(r#"{{"name":"{}"}}"#, "x".repeat(5_000)),
            422,
            "invalid_request",
        ),
        (
            "/api/flows/",
            r#"{"name":"a","labels":{"x":1e400}}"#.to_owned(),
            400,
            "invalid_json",
        ),
        (
            "/api/flow_runs/filter",
            r#"{"offset":9223372036854775808}"#.to_owned(),
            422,
            "invalid_request",
        ),
        (
            "/api/flow_runs/filter",
            r#"{"offset":1000001}"#.to_owned(),
            422,
            "invalid_request",
        ),
        (
            "/api/flow_runs/filter",
            r#"{"offset":-1}"#.to_owned(),
            422,
            "invalid_request",
        ),
        (
            "/api/flow_runs/filter",
            r#"{"flow_runs":[]}"#.to_owned(),
            422,
            "invalid_request",
        ),
        (
            "/api/flow_runs/filter",
            "[]".to_owned(),
            422,
            "invalid_request",
        ),
        (
            "/api/flow_runs/filter",
            r#"{"limit":201}"#.to_owned(),
            422,
            "invalid_limit",
        ),
        (
            "/api/flow_runs/filter",
            r#"{"limit":1000000000}"#.to_owned(),
            422,
            "invalid_limit",
        ),
        (
            "/api/flow_runs/filter",
            r#"{"limit":-1}"#.to_owned(),
            422,
            "invalid_limit",
        ),
        (
            "/api/flow_runs/filter",
            r#"{"sort":"id desc;--"}"#.to_owned(),
            422,
            "invalid_request",
        ),
        (
            "/api/flow_runs/paginate",
            r#"{"page":0}"#.to_owned(),
            422,
            "invalid_request",
        ),
        (
            "/api/flow_runs/paginate",
            r#"{"page":9223372036854775807}"#.to_owned(),
            422,
            "invalid_request",
        ),
        (
            "/api/events/filter",
            r#"{"limit":51}"#.to_owned(),
            422,
            "invalid_request",
        ),
    ];
    for (path, body, status, code) in cases {
        let reply = server.send("POST", path, &[], &body).await;
        let shown: String = body.chars().take(60).collect();
        assert_eq!(
            (reply.status, &reply.body["code"]),
            (status, &json!(code)),
            "{path} {shown}: {}",
            reply.body
        );
        assert!(reply.body["request_id"].is_string(), "{path} {shown}");
        assert!(!reply.body.to_string().contains("SELECT"), "{path} {shown}");
    }
    assert_eq!(
        server
            .post("/api/flow_runs/filter", &json!({"limit": 0}))
            .await
            .body,
        json!([])
    );
    let limit = server
        .post("/api/flow_runs/filter", &json!({"limit": 201}))
        .await
        .body;
    assert_eq!(
        limit["detail"],
        "Invalid limit: must be less than or equal to 200."
    );
    assert_eq!(server.get("/api/flow_runs/not-an-id").await.status, 404);
    let query = server.get("/api/flow_run_states/?flow_run_id=x").await;
    assert_eq!(
        (query.status, &query.body["exception_detail"][0]["type"]),
        (422, &json!("uuid_parsing"))
    );
    server.stop().await;
}

#[tokio::test]
async fn bodies_of_other_kinds_are_not_looked_into() {
    let server = TestServer::plain().await;
    let body = r#"{"name":"etl"}"#;
    for (headers, status) in [
        (vec![], 201),
        (
            vec![("content-type", "application/json; charset=utf-8")],
            200,
        ),
        (
            vec![("content-type", "application/x-www-form-urlencoded")],
            422,
        ),
        (vec![("content-type", "text/plain")], 422),
        (vec![("content-encoding", "gzip")], 415),
        (vec![("content-encoding", "identity")], 200),
        (vec![("origin", "http://evil.example")], 403),
        (vec![("host", "evil.example")], 421),
        (vec![("x-prefect-api-version", "0.1.0")], 400),
    ] {
        assert_eq!(
            server
                .send("POST", "/api/flows/", &headers, body)
                .await
                .status,
            status,
            "{headers:?}"
        );
    }
    let unknown = r#"{"name":"etl","nmae":1}"#;
    assert_eq!(
        server
            .send("POST", "/api/flows/", &[], unknown)
            .await
            .status,
        422
    );
    let newer = [("x-prefect-api-version", "0.9.0")];
    assert_eq!(
        server
            .send("POST", "/api/flows/", &newer, unknown)
            .await
            .status,
        200
    );
    server.stop().await;
}

#[tokio::test]
async fn authentication_is_asked_for_and_given() {
    let server = TestServer::start(|config, _| {
        config.auth_string = Some(milliways_settings::Secret::new("user:pass"));
    })
    .await;
    let refused = server.get("/api/flows/name/x").await;
    assert_eq!(
        (refused.status, &refused.body["exception_message"]),
        (401, &json!("Unauthorized"))
    );
    assert!(
        refused.headers["www-authenticate"]
            .to_str()
            .unwrap()
            .starts_with("Basic")
    );
    assert_eq!(server.get("/api/health").await.status, 200);
    let headers = [("authorization", "Basic dXNlcjpwYXNz")];
    assert_eq!(
        server
            .send("GET", "/api/flows/name/x", &headers, "")
            .await
            .status,
        404
    );
    server.stop().await;
}

#[tokio::test]
async fn every_answer_tells_browsers_what_not_to_do() {
    let server = TestServer::plain().await;
    for path in ["/api/health", "/api/nothing", "/", "/metrics"] {
        let reply = server.get(path).await;
        assert_eq!(reply.headers["x-content-type-options"], "nosniff", "{path}");
        let policy = reply.headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.contains("frame-ancestors 'none'") && !policy.contains("script-src 'unsafe"),
            "{path}"
        );
        assert_ne!(reply.body, Value::Null);
    }
    server.stop().await;
}

#[tokio::test]
async fn parameters_have_a_limit_wherever_they_are_given() {
    let server = TestServer::start(|config, _| config.limits.parameters = 100).await;
    let made = async |path: &str, body: Value| {
        let made = server.post(path, &body).await;
        assert_eq!(made.status, 201, "{path}: {}", made.body);
        made.body["id"].as_str().unwrap().to_owned()
    };
    let flow = made("/api/flows/", json!({"name": "f"})).await;
    let run = made("/api/flow_runs/", json!({"flow_id": flow})).await;
    let deployment = json!({"name": "d", "flow_id": flow});
    let deployment = made("/api/deployments/", deployment).await;
    let large = json!({"x": "y".repeat(100)});
    for (method, path, body) in [
        (
            "POST",
            "/api/flow_runs/".to_owned(),
            json!({"flow_id": flow, "parameters": large}),
        ),
        (
            "PATCH",
            format!("/api/flow_runs/{run}"),
            json!({"parameters": large}),
        ),
        (
            "POST",
            "/api/deployments/".to_owned(),
            json!({"name": "e", "flow_id": flow, "parameters": large}),
        ),
        (
            "PATCH",
            format!("/api/deployments/{deployment}"),
            json!({"parameters": large}),
        ),
        (
            "POST",
            format!("/api/deployments/{deployment}/create_flow_run"),
            json!({"parameters": large}),
        ),
        (
            "POST",
            format!("/api/deployments/{deployment}/create_flow_run/bulk"),
            json!([{"parameters": large}]),
        ),
    ] {
        let (kind, body) = ([("content-type", "application/json")], body.to_string());
        let refused = server.send(method, &path, &kind, &body).await;
        assert_eq!(refused.status, 422, "{method} {path}: {}", refused.body);
        assert_eq!(
            refused.body["exception_detail"][0]["loc"],
            json!(["body", "parameters"]),
            "{path}"
        );
    }
    server.stop().await;
}
