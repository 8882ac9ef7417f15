//! Clients that mean no good, or cannot do better: each gets an answer or the end of its
//! connection, takes no more memory than a fixed amount, and nobody else notices.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::{bind, code, connect, receive, server};

/// A message whose contents are shorter than 64 KiB.
fn message(id: u8, kind: u8, contents: &[u8]) -> Vec<u8> {
    let length = |count: usize| [0x82, (count >> 8) as u8, count as u8];
    let mut inner = vec![0x02, 1, id, kind];
    inner.extend(length(contents.len()));
    inner.extend_from_slice(contents);
    let mut whole = vec![0x30];
    whole.extend(length(inner.len()));
    whole.extend(inner);
    whole
}

/// A search below the domain with a filter and controls, both encoded.
fn search(id: u8, filter: &[u8], controls: &[u8]) -> Vec<u8> {
    let base = b"DC=example,DC=test";
    let mut contents = vec![0x04, base.len() as u8];
    contents.extend_from_slice(base);
    contents.extend_from_slice(b"\x0a\x01\x02\x0a\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00");
    contents.extend_from_slice(filter);
    contents.extend_from_slice(b"\x30\x05\x04\x031.1");
    let mut whole = message(id, 0x63, &contents);
    whole.extend_from_slice(controls);
    let length = whole.len() - 4;
    whole[2..4].copy_from_slice(&[(length >> 8) as u8, length as u8]);
    whole
}

/// The result of a search, past its entries and references.
fn result(stream: &mut impl Read) -> u8 {
    loop {
        let answer = receive(stream);
        assert!(!answer.is_empty(), "the connection ended");
        if answer.get(9) == Some(&0x65) {
            return code(&answer);
        }
    }
}

#[test]
fn a_page_of_a_billion_entries_is_a_page_as_large_as_the_server_gives() {
    let server = server();
    let mut stream = connect(&server);
    stream.write_all(&bind(1, "Passw0rd!23")).unwrap();
    assert_eq!(code(&receive(&mut stream)), 0);
    // pagedResultsControl, critical: 2147483647 entries, no cookie.
    let control = b"\xa0\x28\x30\x26\x04\x161.2.840.113556.1.4.319\x01\x01\xff\x04\x0a\
        \x30\x08\x02\x04\x7f\xff\xff\xff\x04\x00";
    let mut control = control.to_vec();
    control[1] = control.len() as u8 - 2;
    control[3] = control.len() as u8 - 4;
    control[32] = control.len() as u8 - 33;
    stream
        .write_all(&search(2, b"\x87\x0bobjectClass", &control))
        .unwrap();
    assert_eq!(result(&mut stream), 0);
}

#[test]
fn filters_that_do_not_end_are_refused_and_the_connection_lives() {
    let server = server();
    let mut stream = connect(&server);
    stream.write_all(&bind(1, "Passw0rd!23")).unwrap();
    assert_eq!(code(&receive(&mut stream)), 0);
    // (!(!(!… nested ten thousand times, and one that says to be longer than it is.
    let mut deep = b"\x87\x0bobjectClass".to_vec();
    while deep.len() < 40_000 {
        let length = deep.len();
        let mut outer = vec![0xA2, 0x82, (length >> 8) as u8, length as u8];
        outer.append(&mut deep);
        deep = outer;
    }
    stream.write_all(&search(2, &deep, b"")).unwrap();
    let refused = receive(&mut stream);
    assert!(refused.is_empty() || code(&refused) != 0, "{refused:02x?}");
    let mut stream = connect(&server);
    stream.write_all(&bind(1, "Passw0rd!23")).unwrap();
    assert_eq!(code(&receive(&mut stream)), 0);
    stream
        .write_all(&search(3, b"\xa0\x82\x7f\xff\x87\x01a", b""))
        .unwrap();
    let refused = receive(&mut stream);
    assert!(refused.is_empty() || code(&refused) != 0, "{refused:02x?}");
    // A wide one, of some four thousand clauses, is answered.
    let mut stream = connect(&server);
    stream.write_all(&bind(1, "Passw0rd!23")).unwrap();
    assert_eq!(code(&receive(&mut stream)), 0);
    let clauses = b"\xa3\x09\x04\x02cn\x04\x03ann".repeat(4_000);
    let length = clauses.len();
    let mut wide = vec![0xA1, 0x82, (length >> 8) as u8, length as u8];
    wide.extend(clauses);
    stream.write_all(&search(4, &wide, b"")).unwrap();
    assert_eq!(result(&mut stream), 0);
}

#[test]
fn connections_that_say_half_a_request_hold_nobody_up() {
    let server = server();
    let half = bind(1, "Passw0rd!23");
    let mut open: Vec<TcpStream> = (0..200).map(|_| connect(&server)).collect();
    for stream in &mut open {
        stream.write_all(&half[..half.len() / 2]).unwrap();
    }
    // Half of a TLS handshake as well.
    let mut hello = TcpStream::connect(server.ldaps_address()).unwrap();
    hello.write_all(b"\x16\x03\x01\x02\x00\x01").unwrap();
    let mut stream = connect(&server);
    stream.write_all(&bind(1, "Passw0rd!23")).unwrap();
    assert_eq!(code(&receive(&mut stream)), 0);
    // Who goes on is answered; who closes the sending half gets the answer before the end.
    let mut first = open.remove(0);
    first.write_all(&half[half.len() / 2..]).unwrap();
    first.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(code(&receive(&mut first)), 0);
    assert_eq!(receive(&mut first), b"");
    server.stop();
}

#[test]
fn what_is_no_ldap_ends_with_a_notice_and_nobody_else_notices() {
    let server = server();
    for garbage in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        b"\x30\x80",
        b"\x30\x84\x7f\xff\xff\xff",
    ] {
        let mut stream = connect(&server);
        stream.write_all(garbage).unwrap();
        let notice = receive(&mut stream);
        let text = String::from_utf8_lossy(&notice);
        assert!(text.contains("1.3.6.1.4.1.1466.20036"), "{notice:02x?}");
        assert_eq!(receive(&mut stream), b"");
    }
    let mut stream = connect(&server);
    stream.write_all(&bind(1, "Passw0rd!23")).unwrap();
    assert_eq!(code(&receive(&mut stream)), 0);
}

fn bound(mut stream: TcpStream) -> TcpStream {
    stream.write_all(&bind(1, "Passw0rd!23")).unwrap();
    assert_eq!(code(&receive(&mut stream)), 0);
    stream
}

/// The program in a process of its own, whose memory can be told from that of the tests.
struct Program {
    child: Child,
    address: SocketAddr,
}

impl Program {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mock-ad"))
            .args([
                "--base",
                "DC=example,DC=test",
                "--admin-password",
                "Passw0rd!23",
            ])
            .args(["--ldap", "127.0.0.1:0", "--ldaps", "127.0.0.1:0"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
        let url = said.find_map(|line| {
            line.unwrap()
                .trim()
                .strip_prefix("LDAP  ")
                .map(str::to_owned)
        });
        let url = url.expect("it listens");
        let address = url.trim().strip_prefix("ldap://").unwrap().parse().unwrap();
        Self { child, address }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream
    }

    fn bound(&self) -> TcpStream {
        bound(self.connect())
    }

    /// What it has in memory, in MiB; nothing where the system does not say.
    #[expect(
        clippy::disallowed_methods,
        reason = "only the system knows what a program takes"
    )]
    fn memory(&self) -> Option<usize> {
        let pages = std::fs::read_to_string(format!("/proc/{}/statm", self.child.id())).ok()?;
        let resident: usize = pages.split(' ').nth(1)?.parse().ok()?;
        Some((resident * 4096) >> 20)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Objects by presence: all of the domain.
const EVERYTHING: &[u8] = b"\x87\x0bobjectClass";

#[test]
fn who_writes_one_byte_at_a_time_is_answered() {
    let server = server();
    let mut stream = connect(&server);
    for byte in [bind(1, "Passw0rd!23"), search(2, EVERYTHING, b"")].concat() {
        stream.write_all(&[byte]).unwrap();
    }
    assert_eq!(code(&receive(&mut stream)), 0);
    assert_eq!(result(&mut stream), 0);
}

/// Answers are not made ahead of a client that does not take them.
#[test]
fn who_asks_and_never_reads_is_not_read_either() {
    let program = Program::start();
    let mut stream = program.bound();
    stream
        .set_write_timeout(Some(Duration::from_secs(1)))
        .unwrap();
    let before = program.memory();
    // A hundred megabytes, each with an answer some twenty times its size.
    let requests = search(2, EVERYTHING, b"").repeat(1_000);
    let refused = (0..1_000).find_map(|_| stream.write(&requests).err());
    let refused = refused.expect("the server reads on and on");
    assert!(matches!(
        refused.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut
    ));
    let after = program.memory();
    assert!(
        after <= before.map(|before| before + 32),
        "{before:?} MiB, then {after:?}"
    );
    program.bound();
    // Whoever reads after all gets what was asked for.
    assert_eq!(result(&mut stream), 0);
    assert_eq!(result(&mut stream), 0);
}

/// Room for a message is made as it comes, not as it is announced.
#[test]
fn announcing_large_messages_takes_no_memory() {
    let program = Program::start();
    let before = program.memory();
    let mut open: Vec<TcpStream> = (0..100).map(|_| program.connect()).collect();
    for stream in &mut open {
        // Ten mebibytes, the most that a message may have.
        stream.write_all(b"\x30\x84\x00\xa0\x00\x00").unwrap();
    }
    program.bound();
    let after = program.memory();
    assert!(
        after <= before.map(|before| before + 32),
        "{before:?} MiB, then {after:?}"
    );
    let mut larger = program.connect();
    larger.write_all(b"\x30\x84\x00\xa0\x00\x01").unwrap();
    let notice = receive(&mut larger);
    assert!(String::from_utf8_lossy(&notice).contains("1.3.6.1.4.1.1466.20036"));
    assert_eq!(receive(&mut larger), b"");
}

/// Elements that are empty cost a client two bytes and the server more.
#[test]
fn a_message_of_a_million_elements_is_refused() {
    let server = server();
    let mut stream = bound(connect(&server));
    let clauses = b"\x87\x00".repeat(1_000_000);
    let length = |count: usize| {
        let digits = (count as u32).to_be_bytes();
        [&[0x84][..], &digits].concat()
    };
    let filter = [&[0xA1][..], &length(clauses.len()), &clauses].concat();
    let head = b"\x04\x00\x0a\x01\x02\x0a\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00";
    let search = [&head[..], &filter, b"\x30\x00"].concat();
    let inner = [&b"\x02\x01\x02\x63"[..], &length(search.len()), &search].concat();
    let whole = [&[0x30][..], &length(inner.len()), &inner].concat();
    stream.write_all(&whole).unwrap();
    let refused = receive(&mut stream);
    assert!(refused.is_empty() || code(&refused) != 0, "{refused:02x?}");
    bound(connect(&server));
}

/// A registered search would go on for ever; to give up what is over or never was does nothing.
#[test]
fn abandoned_searches_are_over_and_the_connection_lives() {
    let server = server();
    let mut stream = bound(connect(&server));
    // changeNotification, critical, on the children of the domain.
    let control = b"\xa0\x1d\x30\x1b\x04\x161.2.840.113556.1.4.528\x01\x01\xff";
    let mut watch = search(5, EVERYTHING, control);
    let scope = watch.windows(4).position(|at| at == b"\x0a\x01\x02\x0a");
    watch[scope.unwrap() + 2] = 1;
    stream.write_all(&watch).unwrap();
    for id in [5, 5, 77] {
        stream
            .write_all(&[0x30, 0x06, 0x02, 0x01, 0x06, 0x50, 0x01, id])
            .unwrap();
    }
    // Nothing but the answer to this comes, although something changes.
    let add = b"OU=Sales,DC=example,DC=test";
    let class = b"\x30\x25\x30\x23\x04\x0bobjectClass\x31\x14\x04\x12organizationalUnit";
    let mut contents = vec![0x04, add.len() as u8];
    contents.extend_from_slice(add);
    contents.extend_from_slice(class);
    stream.write_all(&message(7, 0x68, &contents)).unwrap();
    assert_eq!(code(&receive(&mut stream)), 0);
    stream.write_all(&search(8, EVERYTHING, b"")).unwrap();
    let first = receive(&mut stream);
    assert_eq!(first.get(8), Some(&8), "{first:02x?}");
    assert_eq!(result(&mut stream), 0);
}
