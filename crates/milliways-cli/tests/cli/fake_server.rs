//! A server that knows a handful of answers and remembers what it was asked: for tests of what commands print.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

/// An answer to requests with this method and path.
struct Answer {
    route: &'static str,
    status: u16,
    body: String,
}

/// The server. Its threads end with the process.
pub(crate) struct FakeServer {
    url: String,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
}

impl FakeServer {
    /// A server with these answers: method and path, status, body. Everything else is not found.
    pub(crate) fn start(answers: Vec<(&'static str, u16, Value)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let answers: Arc<Vec<Answer>> = Arc::new(
            answers
                .into_iter()
                .map(|(route, status, body)| Answer {
                    route,
                    status,
                    body: body.to_string(),
                })
                .collect(),
        );
        let log = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answers, log) = (Arc::clone(&answers), Arc::clone(&log));
                thread::spawn(move || while answer(&stream, &answers, &log).is_some() {});
            }
        });
        Self {
            url: format!("http://{address}/api"),
            asked,
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// What was asked so far: method and path, and the body.
    pub(crate) fn asked(&self) -> Vec<(String, Value)> {
        self.asked
            .lock()
            .expect("no test panics while it holds this")
            .clone()
    }
}

/// Answers one request of a connection. `None`: the client has gone.
fn answer(
    mut stream: &TcpStream,
    answers: &[Answer],
    asked: &Mutex<Vec<(String, Value)>>,
) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader
        .read_line(&mut line)
        .ok()
        .filter(|&count| count > 0)?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?, words.next()?);
    let route = format!("{method} {}", path.strip_prefix("/api").unwrap_or(path));
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if header.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = serde_json::from_slice(&body).unwrap_or_default();
    asked.lock().ok()?.push((route.clone(), body));
    let missing = Answer {
        route: "",
        status: 404,
        body: r#"{"detail": "Not Found"}"#.to_owned(),
    };
    let found = answers
        .iter()
        .find(|answer| answer.route == route)
        .unwrap_or(&missing);
    let (status, body) = (found.status, &found.body);
    write!(
        stream,
        "HTTP/1.1 {status} \r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .ok()
}
