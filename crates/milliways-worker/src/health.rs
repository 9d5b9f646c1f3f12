//! Answers health checks: whether the worker still looks for runs.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::{Error, Result};

/// So many looks may fail before the worker is taken to be ill.
const PATIENCE: u32 = 30;
/// How long a caller may take to ask.
const ASKING: Duration = Duration::from_secs(5);
/// Callers at a time; more of them wait.
const CALLERS: usize = 16;
/// Bytes of a question.
const LONGEST: usize = 8_192;

/// When the worker last looked for runs, or knew that it has enough of them.
#[derive(Clone, Debug)]
pub(crate) struct Pulse {
    last: Arc<Mutex<Instant>>,
    longest: Duration,
}

impl Pulse {
    pub(crate) fn new(query: Duration) -> Self {
        Self {
            last: Arc::new(Mutex::new(Instant::now())),
            longest: query * PATIENCE,
        }
    }

    pub(crate) fn beat(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn is_well(&self) -> bool {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.elapsed() <= self.longest
    }
}

/// Listens, and says where: port 0 takes a free one.
pub(crate) async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr)> {
    let failed = |source| Error::Health { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// Answers for ever.
pub(crate) async fn answer(listener: TcpListener, pulse: Pulse) {
    let places = Arc::new(Semaphore::new(CALLERS));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            // Too many open files: they are given back in time.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let pulse = pulse.clone();
        tokio::spawn(async move {
            // Who does not ask in time gets no answer.
            let _ = tokio::time::timeout(ASKING, converse(stream, &pulse)).await;
            drop(place);
        });
    }
}

async fn converse(mut stream: TcpStream, pulse: &Pulse) -> std::io::Result<()> {
    let mut question = Vec::new();
    while !question.windows(4).any(|end| end == b"\r\n\r\n") {
        if question.len() > LONGEST || stream.read_buf(&mut question).await? == 0 {
            return Ok(());
        }
    }
    let line = question.split(|byte| *byte == b'\r').next();
    let answer = reply(line.unwrap_or_default(), pulse.is_well());
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

fn reply(line: &[u8], is_well: bool) -> String {
    let mut words = line.split(|byte| *byte == b' ').skip(1);
    let path = words.next().unwrap_or_default();
    let path = path.split(|byte| *byte == b'?').next().unwrap_or_default();
    let (status, message) = match (path, is_well) {
        (b"/health", true) => ("200 OK", "OK"),
        (b"/health", false) => (
            "503 Service Unavailable",
            "the worker has not reached its server for long",
        ),
        _ => ("404 Not Found", "not found"),
    };
    let body = format!(r#"{{"message":"{message}"}}"#);
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[cfg(test)]
mod tests {
    use super::reply;

    #[test]
    fn health_says_whether_polling_stalls() {
        let status = |line: &[u8], is_well| reply(line, is_well)[9..12].to_owned();
        assert_eq!(status(b"GET /health HTTP/1.1", true), "200");
        assert_eq!(status(b"GET /health?x HTTP/1.1", false), "503");
        assert_eq!(status(b"GET / HTTP/1.1", true), "404");
        assert_eq!(status(b"", true), "404");
    }
}
