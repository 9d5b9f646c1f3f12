//! WebSockets of clients that do not behave: each is told why it is hung up on, and learns nothing before.

use milliways_tests::http::Reply;
use milliways_tests::process::Home;
use milliways_tests::websocket::{Heard, WebSocket};
use serde_json::{Value, json};

use super::{Target, on_both, refusal};

on_both! { bad_messages_end_the_socket a_flood_of_pings_floods_nobody_else }

const PATHS: [&str; 3] = ["/api/events/in", "/api/events/out", "/api/logs/out"];
/// Every WebSocket that there is.
const ALL: [&str; 5] = [
    PATHS[0],
    PATHS[1],
    PATHS[2],
    "/api/task_runs/subscriptions/scheduled",
    "/api/work_pools/pool/workers/connect",
];
const PREFECT: (&str, &str) = ("sec-websocket-protocol", "prefect");

fn open(target: &Target, path: &str, headers: &[(&str, &str)]) -> Result<WebSocket, Reply> {
    WebSocket::open(target.server.address(), path, headers).unwrap()
}

fn code(heard: &Heard) -> u16 {
    match heard {
        Heard::Close(code, _) => *code,
        other => panic!("no farewell: {other:?}"),
    }
}

/// A socket that has been let in.
fn admitted(target: &Target, path: &str) -> WebSocket {
    let mut socket = open(target, path, &[PREFECT]).unwrap();
    socket.say(&json!({"type": "auth", "token": null})).unwrap();
    assert_eq!(
        socket.hear(),
        Heard::Text(r#"{"type":"auth_success"}"#.to_owned())
    );
    socket
}

fn bad_messages_end_the_socket(target: &Target) {
    for path in PATHS {
        for first in [
            json!({"type": "hello"}),
            json!({"token": "x"}),
            json!([]),
            json!("auth"),
            json!({"type": 7}),
        ] {
            let mut socket = open(target, path, &[PREFECT]).unwrap();
            socket.say(&first).unwrap();
            assert_eq!(
                socket.hear(),
                Heard::Close(1008, "Expected 'auth' message".to_owned()),
                "{path} {first}"
            );
        }
        // A frame that is too large is refused by its announced length.
        let mut socket = admitted(target, path);
        let _ = socket.frame(0x81, &vec![b' '; 2 << 20]);
        let heard = socket.hear();
        assert!(
            matches!(heard, Heard::Close(1009, _) | Heard::Gone),
            "{path} {heard:?}"
        );
        let mut socket = admitted(target, path);
        socket.frame(0x81, b"\xff\xfe").unwrap();
        assert_eq!(code(&socket.hear()), 1007, "{path}");
        // An opcode that there is not.
        let mut socket = admitted(target, path);
        socket.frame(0x83, b"x").unwrap();
        assert_eq!(code(&socket.hear()), 1002, "{path}");
        // Text in pieces of one byte is text all the same, and what is none is told as that.
        let mut socket = open(target, path, &[PREFECT]).unwrap();
        in_pieces(&mut socket, br#"{"type": "auth", "token": null}"#);
        assert_eq!(
            socket.hear(),
            Heard::Text(r#"{"type":"auth_success"}"#.to_owned()),
            "{path}"
        );
        in_pieces(&mut socket, br#"{"x"#);
        assert!((1002..=1008).contains(&code(&socket.hear())), "{path}");
    }
    for (path, message) in [
        ("/api/events/in", json!({"event": "no event"})),
        ("/api/events/in", json!([])),
        (
            "/api/events/out",
            json!({"type": "filter", "filter": {"occurred": {"since": "soon"}}}),
        ),
        ("/api/events/out", json!({"type": "filter", "filter": 7})),
        ("/api/events/out", json!({"type": "filter"})),
        ("/api/events/out", json!({"type": "subscribe"})),
        (
            "/api/logs/out",
            json!({"type": "filter", "filter": {"level": {"ge_": "loud"}}}),
        ),
        ("/api/logs/out", deep(100)),
    ] {
        let mut socket = admitted(target, path);
        socket.say(&message).unwrap();
        let heard = socket.hear();
        assert!(
            [1002, 1003, 1007, 1008].contains(&code(&heard)),
            "{path} {message}: {heard:?}"
        );
    }
    target.is_unharmed();
}

/// Says something in frames of one byte.
fn in_pieces(socket: &mut WebSocket, text: &[u8]) {
    let (last, rest) = text.split_last().unwrap();
    for (number, byte) in rest.iter().enumerate() {
        // A text begins with its opcode, and goes on with none.
        socket.frame(u8::from(number == 0), &[*byte]).unwrap();
    }
    socket.frame(0x80, &[*last]).unwrap();
}

fn deep(levels: usize) -> Value {
    let nested = (0..levels).fold(json!([]), |inside, _| json!([inside]));
    json!({"type": "filter", "filter": nested})
}

#[test]
fn nothing_is_said_before_a_password() {
    let target = Target::on(Home::sqlite().with("MILLIWAYS_SERVER_API_AUTH_STRING", "user:pass"));
    for path in ALL {
        let reply = open(&target, path, &[]).unwrap_err();
        assert_eq!(
            refusal(&reply).split(':').next(),
            Some("403 subprotocol_required"),
            "{path}"
        );
        for (token, reason) in [
            (Value::Null, "Auth required but no token provided"),
            (json!("user:pasS"), "Invalid token"),
            (json!(""), "Invalid token"),
        ] {
            let mut socket = open(&target, path, &[PREFECT]).unwrap();
            socket
                .say(&json!({"type": "auth", "token": token}))
                .unwrap();
            // The worker channel has one word for all of it, as Prefect's.
            let reason = if path.ends_with("/connect") {
                "authentication_failed"
            } else {
                reason
            };
            assert_eq!(
                socket.hear(),
                Heard::Close(1008, reason.to_owned()),
                "{path} {token}"
            );
        }
    }
    // Whoever says nothing is not waited for.
    let mut silent = ALL.map(|path| open(&target, path, &[PREFECT]).unwrap());
    for (path, socket) in ALL.iter().zip(&mut silent) {
        let heard = socket.hear();
        let told = ["no 'auth' message in time", "authentication_failed"];
        assert!(
            matches!(&heard, Heard::Close(1008, reason) if told.contains(&&**reason)),
            "{path} {heard:?}"
        );
    }
    let mut socket = open(&target, "/api/logs/out", &[PREFECT]).unwrap();
    socket
        .say(&json!({"type": "auth", "token": "user:pass"}))
        .unwrap();
    assert_eq!(
        socket.hear(),
        Heard::Text(r#"{"type":"auth_success"}"#.to_owned())
    );
}

#[test]
fn pages_of_others_open_nothing() {
    let target = Target::on(Home::sqlite());
    for path in ALL {
        for header in [
            ("origin", "http://evil.example"),
            ("origin", "null"),
            ("host", "evil.example"),
        ] {
            let reply = open(&target, path, &[PREFECT, header]).unwrap_err();
            assert!(
                ["403", "421"].contains(&&refusal(&reply)[..3]),
                "{path} {header:?}"
            );
        }
        let reply = target.connect().get(path).unwrap();
        assert!(
            refusal(&reply).starts_with("426 upgrade_required"),
            "{path}"
        );
    }
}

fn a_flood_of_pings_floods_nobody_else(target: &Target) {
    // None of the answers is read, so that they pile up wherever they may.
    for path in ALL {
        let mut socket = admitted(target, path);
        for _ in 0..5_000 {
            // The server may hang up on it.
            if socket.frame(0x89, &[0; 100]).is_err() {
                break;
            }
        }
        let start = std::time::Instant::now();
        let healthy = target.connect().get("/api/health").unwrap();
        assert_eq!(healthy.status, 200);
        assert!(start.elapsed() < std::time::Duration::from_secs(5));
    }
    target.is_unharmed();
}
