//! A plain HTTP/1.1 client that keeps its connection, and sends whatever bytes it is told to.
//!
//! It blocks and knows nothing of our own client: a test that kills servers, or sends what no client would,
//! wants to see each byte and each error.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// How long an answer may take. Far more than it does, so that a busy machine fails no test.
const PATIENCE: Duration = Duration::from_mins(1);

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body as it came.
    pub bytes: Vec<u8>,
}

impl Reply {
    /// The first header of that name, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.iter();
        all.find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// A connection to a server.
#[derive(Debug)]
pub struct Connection {
    stream: BufReader<TcpStream>,
    address: SocketAddr,
}

impl Connection {
    /// Connects.
    pub fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self {
            stream: BufReader::new(stream),
            address,
        })
    }

    /// Whom it is with.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Asks for something.
    pub fn get(&mut self, path: &str) -> io::Result<Reply> {
        self.send("GET", path, &[], b"")
    }

    /// Sends JSON.
    pub fn post(&mut self, path: &str, body: &Value) -> io::Result<Reply> {
        self.send("POST", path, &[], body.to_string().as_bytes())
    }

    /// Sends any request. `Host`, `Content-Type` and `Content-Length` are as they should be, and
    /// `Accept` asks for problem documents, where `headers` does not
    /// say otherwise.
    pub fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Reply> {
        let defaults = [
            ("host", self.address.to_string()),
            ("content-type", "application/json".to_owned()),
            ("accept", "application/problem+json".to_owned()),
            ("content-length", body.len().to_string()),
        ];
        let mut head = format!("{method} {path} HTTP/1.1\r\n");
        for (name, value) in defaults {
            if !headers
                .iter()
                .any(|(given, _)| given.eq_ignore_ascii_case(name))
            {
                head.extend([name, ": ", &value, "\r\n"]);
            }
        }
        for (name, value) in headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head += "\r\n";
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(body);
        self.write(&bytes)?;
        self.answer_to(method)
    }

    /// Sends bytes as they are.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// Says that nothing more will be sent.
    pub fn end_writing(&mut self) -> io::Result<()> {
        self.stream.get_mut().shutdown(Shutdown::Write)
    }

    /// Reads one answer.
    pub fn answer(&mut self) -> io::Result<Reply> {
        self.answer_to("GET")
    }

    /// Reads as many bytes as `into` has room for.
    pub fn read(&mut self, into: &mut [u8]) -> io::Result<()> {
        self.stream.read_exact(into)
    }

    /// Whether the server has closed the connection, once everything it sent has been read.
    pub fn is_closed(&mut self) -> bool {
        let mut rest = [0];
        !matches!(self.stream.read(&mut rest), Ok(count) if count > 0)
    }

    fn answer_to(&mut self, method: &str) -> io::Result<Reply> {
        let status = loop {
            let status = self.status()?;
            if status >= 200 || status == 101 {
                break status;
            }
            self.headers()?;
        };
        let headers = self.headers()?;
        let mut reply = Reply {
            status,
            headers,
            bytes: Vec::new(),
        };
        if method != "HEAD" && status >= 200 && status != 204 && status != 304 {
            reply.bytes = self.body(&reply)?;
        }
        Ok(reply)
    }

    fn status(&mut self) -> io::Result<u16> {
        let line = self.line()?;
        let code = line.split(' ').nth(1).and_then(|code| code.parse().ok());
        code.ok_or_else(|| io::Error::other(format!("no status line: {line}")))
    }

    fn headers(&mut self) -> io::Result<Vec<(String, String)>> {
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else {
                return Ok(headers);
            };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }

    fn body(&mut self, reply: &Reply) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        if let Some(length) = reply
            .header("content-length")
            .and_then(|text| text.parse().ok())
        {
            bytes.resize(length, 0);
            self.stream.read_exact(&mut bytes)?;
        } else if reply.header("transfer-encoding") == Some("chunked") {
            while let size @ 1.. = self.chunk_size()? {
                let start = bytes.len();
                bytes.resize(start + size, 0);
                self.stream.read_exact(&mut bytes[start..])?;
                self.line()?;
            }
            self.line()?;
        } else {
            self.stream.read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    }

    fn chunk_size(&mut self) -> io::Result<usize> {
        let line = self.line()?;
        usize::from_str_radix(&line, 16).map_err(io::Error::other)
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }
}
