//! A client that does as little as it can: one connection, one request at a time.

use std::net::SocketAddr;
use std::ops::Range;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection that stays open.
pub struct Connection {
    stream: TcpStream,
    address: SocketAddr,
    buffer: Vec<u8>,
    /// How often it had to ask again.
    pub refused: u64,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            address,
            buffer: Vec::with_capacity(64 * 1_024),
            refused: 0,
        }
    }

    /// Sends a request until it is answered with a success; gives that body. A server that has too much to do
    /// (503) is asked again, and the time that takes counts.
    pub async fn request(&mut self, method: &str, path: &str, body: Option<&str>) -> &[u8] {
        loop {
            if let Some(place) = self.attempt(method, path, body).await {
                return &self.buffer[place];
            }
            self.refused += 1;
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Where the body of a success is; none where the server has too much to do, or hung up (Prefect's does after a 500).
    async fn attempt(
        &mut self,
        method: &str,
        path: &str,
        body: Option<&str>,
    ) -> Option<Range<usize>> {
        let body = body.unwrap_or_default();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        // A connection that was closed meanwhile is noticed by reading.
        let _ = self.stream.write_all(request.as_bytes()).await;
        self.buffer.clear();
        let head = loop {
            if self.stream.read_buf(&mut self.buffer).await.unwrap_or(0) == 0 {
                self.stream = Self::open(self.address).await.stream;
                return None;
            }
            if let Some(end) = self.buffer.windows(4).position(|part| part == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let text = String::from_utf8_lossy(&self.buffer[..head]).to_ascii_lowercase();
        let is_busy = text.starts_with("http/1.1 503") || text.starts_with("http/1.1 500");
        assert!(is_busy || text.starts_with("http/1.1 2"), "{text}");
        let length = text
            .lines()
            .find_map(|line| {
                line.strip_prefix("content-length:")?
                    .trim()
                    .parse::<usize>()
                    .ok()
            })
            .unwrap_or(0);
        while self.buffer.len() < head + length {
            let read = self.stream.read_buf(&mut self.buffer).await.unwrap();
            assert!(read > 0, "the server closed the connection");
        }
        (!is_busy).then(|| head..head + length)
    }
}
