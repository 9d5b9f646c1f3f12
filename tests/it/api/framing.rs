//! Bodies that are too large, not JSON, or not what their headers say.

use std::fmt::Write;

use milliways_tests::http::Connection;

use super::{Target, on_both, refusal, shown};

on_both! {
    what_is_no_json_is_refused
    large_bodies_are_refused_unread
    lengths_that_do_not_fit_are_answered
}

fn what_is_no_json_is_refused(target: &Target) {
    let deep = |levels: usize| [vec![b'['; levels], vec![b']'; levels]].concat();
    let nested = |levels: usize| {
        let inside = String::from_utf8(deep(levels)).unwrap();
        format!(r#"{{"name": "a", "labels": {{"x": {inside}}}}}"#).into_bytes()
    };
    let bodies: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"{".to_vec(),
        br#"{"name": "a"} x"#.to_vec(),
        b"{'name': 'a'}".to_vec(),
        b"name=a".to_vec(),
        b"{\"name\": \"\xff\xfe\"}".to_vec(),
        b"\xef\xbb\xbf{\"name\": \"a\"}".to_vec(),
        br#"{"name": "\ud800"}"#.to_vec(),
        br#"{"name": "a", "labels": {"x": "\udc00\ud800"}}"#.to_vec(),
        br#"{"name": "a", "name": "b"}"#.to_vec(),
        br#"{"name": NaN}"#.to_vec(),
        br#"{"name": "a", "labels": {"x": Infinity}}"#.to_vec(),
        br#"{"name": "a", "labels": {"x": 1e400}}"#.to_vec(),
        nested(100),
        deep(1_000),
        deep(100_000),
        br#"{"a":"#.repeat(20_000),
    ];
    let mut table = String::new();
    for body in &bodies {
        let mut connection = target.connect();
        let reply = connection.send("POST", "/api/flows/", &[], body).unwrap();
        writeln!(table, "{}\n    {}", shown(body), refusal(&reply)).unwrap();
    }
    let good = br#"{"name": "a"}"#;
    for headers in [
        [("content-type", "text/plain")],
        [("content-type", "multipart/form-data; boundary=x")],
        [("content-encoding", "gzip")],
        [("content-encoding", "br, gzip")],
        [("x-prefect-api-version", "not a version")],
        [("x-prefect-api-version", "0.1.0")],
    ] {
        let mut connection = target.connect();
        let reply = connection
            .send("POST", "/api/flows/", &headers, good)
            .unwrap();
        writeln!(
            table,
            "{}: {}\n    {}",
            headers[0].0,
            headers[0].1,
            refusal(&reply)
        )
        .unwrap();
    }
    insta::assert_snapshot!("no_json", table);
    target.is_unharmed();
}

/// Asks for problem documents, whose codes these tests look at.
const ACCEPT: &str = "accept: application/problem+json\r\n";

/// Sends bytes and gives what comes back, and whether the connection ends with it.
fn raw(target: &Target, head: &str, body: &[u8]) -> (Option<String>, bool) {
    let mut connection: Connection = target.connect();
    let head = format!(
        "POST /api/flows/ HTTP/1.1\r\nhost: {}\r\n{ACCEPT}{head}\r\n",
        target.server.address()
    );
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body);
    // The server may refuse and hang up before all is sent.
    let _ = connection.write(&bytes);
    match connection.answer() {
        Ok(reply) if reply.status < 300 => (Some(reply.status.to_string()), false),
        // What the protocol itself does not allow is answered below the edge, without a body.
        Ok(reply) if reply.bytes.is_empty() => {
            (Some(reply.status.to_string()), connection.is_closed())
        }
        Ok(reply) => (Some(refusal(&reply)), connection.is_closed()),
        Err(_) => (None, true),
    }
}

fn large_bodies_are_refused_unread(target: &Target) {
    let megabyte = [
        b"100000\r\n".to_vec(),
        vec![b' '; 1 << 20],
        b"\r\n".to_vec(),
    ]
    .concat();
    let chunk = |text: &str| format!("{:x}\r\n{text}\r\n0\r\n\r\n", text.len()).into_bytes();
    let too_large =
        Some("413 body_too_large: the request's body is larger than 4194304 bytes".to_owned());
    // Announced: nothing of it needs to be there.
    assert_eq!(
        raw(target, "content-length: 104857600\r\n", b""),
        (too_large.clone(), true)
    );
    assert!(raw(target, "content-length: 18446744073709551615\r\n", b"").1);
    // In chunks, without an announcement.
    let chunked = "transfer-encoding: chunked\r\n";
    assert_eq!(raw(target, chunked, &megabyte.repeat(6)).0, too_large);
    assert_eq!(
        raw(target, chunked, &chunk(r#"{"name": "chunked"}"#))
            .0
            .as_deref(),
        Some("201")
    );
    assert!(raw(target, chunked, b"zz\r\nx\r\n0\r\n\r\n").1);
    let headers = format!("x-long: {}\r\ncontent-length: 2\r\n", "x".repeat(20_000));
    let (answer, is_closed) = raw(target, &headers, b"{}");
    assert!(answer.unwrap().starts_with("431") && is_closed);
    target.is_unharmed();
}

fn lengths_that_do_not_fit_are_answered(target: &Target) {
    for framing in [
        "content-length: 4\r\ncontent-length: 5\r\n",
        "content-length: -1\r\n",
        "content-length: 1e3\r\n",
        "content-length: 99999999999999999999999\r\n",
        "content-length: 4\r\ntransfer-encoding: chunked\r\n",
    ] {
        let (answer, is_closed) = raw(target, framing, b"{}  ");
        assert_eq!(
            (answer.as_deref().map(|text| &text[..3]), is_closed),
            (Some("400"), true),
            "{framing}"
        );
    }
    // Shorter than the body: the request is what was announced, and what is left over is taken neither for a
    // part of it nor for a request.
    for body in [&b"{}GARBAGE\r\n\r\n"[..], b"{\"name\": \"a\"}\r\n\r\n"] {
        let mut connection = target.connect();
        let address = target.server.address();
        let head = format!(
            "POST /api/flows/ HTTP/1.1\r\nhost: {address}\r\n{ACCEPT}content-length: 2\r\n\r\n"
        );
        connection.write(&[head.as_bytes(), body].concat()).unwrap();
        assert_eq!(connection.answer().unwrap().status, 422);
        assert_eq!(connection.answer().unwrap().status, 400);
        assert!(connection.is_closed());
    }
    // Longer than the body, which then never ends.
    let mut connection = target.connect();
    let head = format!(
        "POST /api/flows/ HTTP/1.1\r\nhost: {}\r\n{ACCEPT}content-length: 20\r\n\r\n{{}}",
        target.server.address()
    );
    connection.write(head.as_bytes()).unwrap();
    connection.end_writing().unwrap();
    assert_eq!(
        refusal(&connection.answer().unwrap()),
        "400 bad_request: the request's body ended early or was malformed"
    );
    assert!(connection.is_closed());
    target.is_unharmed();
}
