//! The little of LDAP that a load needs: requests in BER, and where an answer ends.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::Failure;

/// One value.
pub(crate) fn value(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(contents.len() + 6);
    out.push(tag);
    if contents.len() < 0x80 {
        out.push(contents.len() as u8);
    } else {
        out.push(0x84);
        out.extend_from_slice(&(contents.len() as u32).to_be_bytes());
    }
    out.extend_from_slice(contents);
    out
}

fn text(text: &str) -> Vec<u8> {
    value(0x04, text.as_bytes())
}

/// In as few bytes as it needs: slapd takes no more than four.
fn number(tag: u8, number: u32) -> Vec<u8> {
    let digits = [&[0], number.to_be_bytes().as_slice()].concat();
    let leading = digits
        .windows(2)
        .take_while(|two| two[0] == 0 && two[1] < 0x80);
    value(tag, &digits[leading.count()..])
}

/// A simple bind.
pub(crate) fn bind(name: &str, password: &str) -> Vec<u8> {
    let parts = [
        number(0x02, 3),
        text(name),
        value(0x80, password.as_bytes()),
    ];
    value(0x60, &parts.concat())
}

/// A search of a subtree for one value of an attribute, or for any if the value is empty.
pub(crate) fn search(base: &str, attribute: &str, wanted: &str, attributes: &[&str]) -> Vec<u8> {
    let filter = if wanted.is_empty() {
        value(0x87, attribute.as_bytes())
    } else {
        value(0xa3, &[text(attribute), text(wanted)].concat())
    };
    let listed: Vec<u8> = attributes.iter().flat_map(|name| text(name)).collect();
    let parts = [
        text(base),
        number(0x0a, 2),
        number(0x0a, 0),
        number(0x02, 0),
        number(0x02, 0),
        value(0x01, &[0]),
        filter,
        value(0x30, &listed),
    ];
    value(0x63, &parts.concat())
}

/// The control that asks for the page after a cookie.
pub(crate) fn page(size: u32, cookie: &[u8]) -> Vec<u8> {
    let control = [
        text(PAGED),
        value(0x01, &[0xff]),
        value(0x04, &page_value(size, cookie)),
    ];
    value(0xa0, &value(0x30, &control.concat()))
}

/// The value of that control, and of the one in the answer.
pub(crate) fn page_value(size: u32, cookie: &[u8]) -> Vec<u8> {
    value(0x30, &[number(0x02, size), value(0x04, cookie)].concat())
}

/// The cookie in such a value.
pub(crate) fn page_cookie(mut value: &[u8]) -> Option<Vec<u8>> {
    let (_, mut page) = next(&mut value)?;
    next(&mut page)?;
    next(&mut page).map(|(_, cookie)| cookie.to_vec())
}

const PAGED: &str = "1.2.840.113556.1.4.319";

/// Another value for an attribute.
pub(crate) fn replace(object: &str, attribute: &str, wanted: &str) -> Vec<u8> {
    let change = [text(attribute), value(0x31, &text(wanted))].concat();
    let change = [number(0x0a, 2), value(0x30, &change)].concat();
    let changes = value(0x30, &value(0x30, &change));
    value(0x66, &[text(object), changes].concat())
}

/// A new object.
pub(crate) fn add(object: &str, attributes: &[(&str, &[&str])]) -> Vec<u8> {
    let listed: Vec<u8> = attributes
        .iter()
        .flat_map(|(name, values)| {
            let values: Vec<u8> = values.iter().flat_map(|one| text(one)).collect();
            value(0x30, &[text(name), value(0x31, &values)].concat())
        })
        .collect();
    value(0x68, &[text(object), value(0x30, &listed)].concat())
}

/// An object to delete.
pub(crate) fn delete(object: &str) -> Vec<u8> {
    value(0x4a, object.as_bytes())
}

/// A connection with blocking reads.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// What is read and not yet looked at is between these.
    start: usize,
    filled: usize,
    sent: u32,
}

/// An answer, or part of one.
pub(crate) struct Answer {
    pub(crate) tag: u8,
    pub(crate) code: u32,
    /// The cookie of a page, if the answer carries one.
    pub(crate) cookie: Vec<u8>,
}

impl Answer {
    /// Whether nothing follows it.
    pub(crate) const fn ends(&self) -> bool {
        self.tag != 0x64 && self.tag != 0x73
    }
}

impl Connection {
    pub(crate) fn open(address: &str) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(120)))?;
        Ok(Self {
            stream,
            buffer: vec![0; 1 << 18],
            start: 0,
            filled: 0,
            sent: 0,
        })
    }

    pub(crate) fn send(&mut self, request: &[u8], controls: &[u8]) -> Result<u32, Failure> {
        self.sent += 1;
        let message = [number(0x02, self.sent).as_slice(), request, controls].concat();
        let message = value(0x30, &message);
        let mut rest = message.as_slice();
        while !rest.is_empty() {
            match self.stream.write(rest) {
                Ok(written) => rest = &rest[written..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(self.sent)
    }

    /// From now on nothing waits for bytes.
    pub(crate) fn never_wait(&self) -> Result<(), Failure> {
        Ok(self.stream.set_nonblocking(true)?)
    }

    /// The next answer, or `None` if it has not come whole and the connection never waits.
    pub(crate) fn look(&mut self) -> Result<Option<Answer>, Failure> {
        loop {
            let rest = &self.buffer[self.start..self.filled];
            if let Some((_, contents, length)) = header(rest)
                && rest.len() >= contents + length
            {
                let answer = answer(&rest[contents..contents + length]);
                self.start += contents + length;
                return answer.map(Some).ok_or(Failure::Garbled);
            }
            if self.start > 0 {
                self.buffer.copy_within(self.start..self.filled, 0);
                self.filled -= self.start;
                self.start = 0;
            }
            if self.filled == self.buffer.len() {
                self.buffer.resize(2 * self.filled, 0);
            }
            match self.stream.read(&mut self.buffer[self.filled..]) {
                Ok(0) => return Err(Failure::Closed),
                Ok(read) => self.filled += read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Binds and waits for the answer.
    pub(crate) fn bind(&mut self, name: &str, password: &str) -> Result<(), Failure> {
        self.send(&bind(name, password), &[])?;
        match self.look()? {
            Some(answer) if answer.code == 0 => Ok(()),
            Some(answer) => Err(Failure::Refused(answer.code)),
            None => Err(Failure::Closed),
        }
    }
}

/// Tag, where the contents begin, and how long they are.
fn header(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let (tag, first) = (*bytes.first()?, usize::from(*bytes.get(1)?));
    if first < 0x80 {
        return Some((tag, 2, first));
    }
    let digits = bytes.get(2..2 + (first & 0x7f))?;
    let length = digits
        .iter()
        .fold(0, |length, digit| (length << 8) | usize::from(*digit));
    Some((tag, 2 + digits.len(), length))
}

fn next<'a>(bytes: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (tag, start, length) = header(bytes)?;
    let contents = bytes.get(start..start + length)?;
    *bytes = &bytes[start + length..];
    Some((tag, contents))
}

fn integer(contents: &[u8]) -> u32 {
    contents
        .iter()
        .fold(0, |number, byte| (number << 8) | u32::from(*byte))
}

fn answer(mut message: &[u8]) -> Option<Answer> {
    next(&mut message)?;
    let (tag, mut operation) = next(&mut message)?;
    let mut answer = Answer {
        tag,
        code: 0,
        cookie: Vec::new(),
    };
    if answer.ends() {
        answer.code = integer(next(&mut operation)?.1);
        answer.cookie = cookie(message).unwrap_or_default();
    }
    Some(answer)
}

fn cookie(mut message: &[u8]) -> Option<Vec<u8>> {
    let (_, mut controls) = next(&mut message)?;
    while let Some((_, mut control)) = next(&mut controls) {
        let (_, name) = next(&mut control)?;
        if name == PAGED.as_bytes() {
            let mut last = next(&mut control)?;
            if last.0 == 0x01 {
                last = next(&mut control)?;
            }
            return page_cookie(last.1);
        }
    }
    None
}
