//! The little of HTTP that the load needs: one request after the other on one connection.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::Failure;

/// A connection that stays open.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub(crate) fn open(address: &str) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(120)))?;
        Ok(Self {
            stream,
            buffer: vec![0; 64 * 1024],
        })
    }

    /// Sends a request and gives status and body.
    pub(crate) fn ask(
        &mut self,
        method: &str,
        target: &str,
        body: &str,
    ) -> Result<(u16, &[u8]), Failure> {
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer secret\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.write_all(head.as_bytes())?;
        let mut filled = 0;
        let (status, start, length) = loop {
            filled += self.more(filled)?;
            let known = &self.buffer[..filled];
            if let Some(end) = known.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&known[..end]);
                let (status, length) = parse(&head)?;
                break (status, end + 4, length);
            }
        };
        if self.buffer.len() < start + length {
            self.buffer.resize(start + length, 0);
        }
        while filled < start + length {
            filled += self.more(filled)?;
        }
        Ok((status, &self.buffer[start..start + length]))
    }

    fn more(&mut self, filled: usize) -> Result<usize, Failure> {
        if filled == self.buffer.len() {
            self.buffer.resize(filled * 2, 0);
        }
        match self.stream.read(&mut self.buffer[filled..])? {
            0 => Err(Failure::Closed),
            read => Ok(read),
        }
    }
}

/// Status and length of the body, from the head of a response.
fn parse(head: &str) -> Result<(u16, usize), Failure> {
    let status = head.split(' ').nth(1).and_then(|text| text.parse().ok());
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_meant = name.eq_ignore_ascii_case("content-length");
        is_meant.then(|| value.trim().parse().ok()).flatten()
    });
    match (status, length) {
        (Some(status), Some(length)) => Ok((status, length)),
        (Some(204), None) => Ok((204, 0)),
        _ => Err(Failure::Garbled),
    }
}
