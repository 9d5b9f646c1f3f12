//! A plain WebSocket client that sends whatever frames it is told to.

use std::io;
use std::net::SocketAddr;

use serde_json::Value;

use crate::http::{Connection, Reply};

/// An open WebSocket.
#[derive(Debug)]
pub struct WebSocket {
    connection: Connection,
}

/// What a server says.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// A text.
    Text(String),
    /// Its farewell, with code and reason.
    Close(u16, String),
    /// Any other frame, by its opcode.
    Other(u8),
    /// Nothing more: the connection is gone.
    Gone,
}

impl WebSocket {
    /// Asks for a WebSocket; the answer where it is not granted.
    pub fn open(
        address: SocketAddr,
        path: &str,
        headers: &[(&str, &str)],
    ) -> io::Result<Result<Self, Reply>> {
        let mut connection = Connection::open(address)?;
        let upgrade = [
            ("connection", "upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ];
        let headers: Vec<(&str, &str)> = upgrade.iter().chain(headers).copied().collect();
        let reply = connection.send("GET", path, &headers, b"")?;
        Ok(if reply.status == 101 {
            Ok(Self { connection })
        } else {
            Err(reply)
        })
    }

    /// Sends JSON.
    pub fn say(&mut self, message: &Value) -> io::Result<()> {
        self.frame(0x81, message.to_string().as_bytes())
    }

    /// Sends one frame: its first byte, and what is in it.
    pub fn frame(&mut self, first: u8, payload: &[u8]) -> io::Result<()> {
        // A client has to mask what it sends; with zeros it stays as it is.
        let mut bytes = vec![first];
        match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
            (Ok(length @ ..=125), _) => bytes.push(0x80 | length),
            (_, Ok(length)) => {
                bytes.push(0xfe);
                bytes.extend_from_slice(&length.to_be_bytes());
            }
            _ => {
                bytes.push(0xff);
                bytes.extend_from_slice(&(payload.len() as u64).to_be_bytes());
            }
        }
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(payload);
        self.connection.write(&bytes)
    }

    /// The next thing that the server says, pings left aside.
    pub fn hear(&mut self) -> Heard {
        loop {
            match self.next() {
                Ok(Heard::Other(0x9)) => {}
                Ok(heard) => return heard,
                Err(_) => return Heard::Gone,
            }
        }
    }

    fn next(&mut self) -> io::Result<Heard> {
        let mut head = [0; 2];
        self.connection.read(&mut head)?;
        let length = match head[1] & 0x7f {
            126 => {
                let mut long = [0; 2];
                self.connection.read(&mut long)?;
                usize::from(u16::from_be_bytes(long))
            }
            127 => {
                let mut long = [0; 8];
                self.connection.read(&mut long)?;
                usize::try_from(u64::from_be_bytes(long)).map_err(io::Error::other)?
            }
            short => usize::from(short),
        };
        let mut payload = vec![0; length];
        self.connection.read(&mut payload)?;
        Ok(match (head[0] & 0xf, &*payload) {
            (0x1, text) => Heard::Text(String::from_utf8_lossy(text).into_owned()),
            (0x8, [high, low, reason @ ..]) => Heard::Close(
                u16::from_be_bytes([*high, *low]),
                String::from_utf8_lossy(reason).into_owned(),
            ),
            (opcode, _) => Heard::Other(opcode),
        })
    }
}
