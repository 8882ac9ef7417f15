//! The server over real sockets.

#![expect(clippy::unwrap_used, reason = "a test fails by unwrapping")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use mock_ad::ldap::frame_length;
use mock_ad::ldap::server::Server;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// "Who am I?", as message 1.
const WHO_AM_I: &[u8] = b"\x30\x1e\x02\x01\x01\x77\x19\x80\x171.3.6.1.4.1.4203.1.11.3";
const START_TLS: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";
const UNBIND: &[u8] = b"\x30\x05\x02\x01\x09\x42\x00";

fn server() -> Server {
    Server::builder()
        .base("DC=example,DC=test")
        .unwrap()
        .password("Passw0rd!23")
        .start()
        .unwrap()
}

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.ldap_address()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    stream
}

/// The next message, whole; nothing at the end of the connection.
fn receive(stream: &mut impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut one = [0];
    loop {
        if let Ok(Some(length)) = frame_length(&bytes)
            && bytes.len() == length
        {
            return bytes;
        }
        match stream.read(&mut one) {
            Ok(1) => bytes.push(one[0]),
            _ => return Vec::new(),
        }
    }
}

fn bind(id: u8, password: &str) -> Vec<u8> {
    let name = "Administrator@example.test";
    let mut contents = vec![0x02, 1, 3, 0x04, name.len() as u8];
    contents.extend_from_slice(name.as_bytes());
    contents.extend_from_slice(&[0x80, password.len() as u8]);
    contents.extend_from_slice(password.as_bytes());
    let mut message = vec![
        0x30,
        contents.len() as u8 + 5,
        0x02,
        1,
        id,
        0x60,
        contents.len() as u8,
    ];
    message.extend(contents);
    message
}

/// The result code of a response of one of the plain kinds.
fn code(message: &[u8]) -> u8 {
    // A message header, a messageID and a response header, each as this server writes them.
    assert_eq!(message[6..8], [0x02, 1], "{message:02x?}");
    assert_eq!(message[15..17], [0x0A, 1], "{message:02x?}");
    message[17]
}

fn tls<S: Read + Write>(server: &Server, stream: S) -> StreamOwned<ClientConnection, S> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(server.ca_pem().as_bytes()).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    StreamOwned::new(
        ClientConnection::new(Arc::new(config), name).unwrap(),
        stream,
    )
}

#[test]
fn what_clients_add_has_a_guid_of_its_own_whatever_the_seed() {
    for seed in [0, 1, 0x4C44_4150] {
        let builder = Server::builder()
            .seed(seed)
            .base("DC=example,DC=test")
            .unwrap();
        let server = builder.start().unwrap();
        let mut stream = connect(&server);
        stream.write_all(&bind(1, "Passw0rd!")).unwrap();
        assert_eq!(code(&receive(&mut stream)), 0);
        for letter in b'a'..=b'z' {
            let mut add = b"\x30\x49\x02\x01\x02\x68\x44\x04\x1bOU=Sales,DC=example,DC=test\
                \x30\x25\x30\x23\x04\x0bobjectClass\x31\x14\x04\x12organizationalUnit"
                .to_vec();
            add[12] = letter;
            stream.write_all(&add).unwrap();
            assert_eq!(code(&receive(&mut stream)), 0, "{seed} {letter}");
        }
    }
}

#[test]
fn requests_that_come_together_are_answered_in_order() {
    let server = server();
    let mut stream = connect(&server);
    let together = [
        bind(1, "Passw0rd!23"),
        bind(2, "wrong"),
        bind(3, "Passw0rd!23"),
    ]
    .concat();
    // Cut in the middle of a message, as a network does.
    stream.write_all(&together[..30]).unwrap();
    stream.write_all(&together[30..]).unwrap();
    for (id, expected) in [(1, 0), (2, 49), (3, 0)] {
        let answer = receive(&mut stream);
        assert_eq!((answer[8], code(&answer)), (id, expected));
    }
    stream.write_all(UNBIND).unwrap();
    assert_eq!(
        receive(&mut stream),
        b"",
        "an unbind ends the connection without an answer"
    );
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

#[test]
fn tls_is_trusted_by_the_authority_of_the_server_from_the_start_and_later() {
    let server = server();
    let stream = TcpStream::connect(server.ldaps_address()).unwrap();
    let mut encrypted = tls(&server, stream);
    encrypted.write_all(&bind(1, "Passw0rd!23")).unwrap();
    assert_eq!(code(&receive(&mut encrypted)), 0);

    let mut stream = connect(&server);
    stream.write_all(START_TLS).unwrap();
    assert_eq!(code(&receive(&mut stream)), 0);
    let mut encrypted = tls(&server, stream);
    encrypted.write_all(START_TLS).unwrap();
    assert_eq!(code(&receive(&mut encrypted)), 1, "it is encrypted already");
    encrypted.write_all(&bind(2, "Passw0rd!23")).unwrap();
    assert_eq!(code(&receive(&mut encrypted)), 0);

    // Plain bytes after the request could have been put there by somebody else.
    let mut stream = connect(&server);
    stream.write_all(&[START_TLS, WHO_AM_I].concat()).unwrap();
    assert_eq!(code(&receive(&mut stream)), 0);
    assert_eq!(receive(&mut stream), b"");
}

/// How many connections this process may have both ends of, as far as it can raise its limit.
fn connections_max() -> usize {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let mut limit = getrlimit(Resource::Nofile);
        limit.current = limit.maximum;
        let _ = setrlimit(Resource::Nofile, limit);
        let files = getrlimit(Resource::Nofile).current;
        files.map_or(usize::MAX, |files| files.saturating_sub(100) as usize / 2)
    }
    #[cfg(not(unix))]
    {
        400
    }
}

#[test]
fn many_connections_stay_open_together() {
    let many = connections_max().min(3_000);
    let server = server();
    let mut streams: Vec<TcpStream> = (0..many).map(|_| connect(&server)).collect();
    for stream in &mut streams {
        stream.write_all(&bind(1, "Passw0rd!23")).unwrap();
    }
    for stream in &mut streams {
        assert_eq!(code(&receive(stream)), 0);
    }
    server.stop();
    for stream in &mut streams {
        let notice = receive(stream);
        assert!(
            String::from_utf8_lossy(&notice).contains("20036"),
            "a notice of disconnection"
        );
    }
}

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
fn a_directory_is_taken_back_to_what_it_was() {
    let server = server();
    let before = server.with_directory(Clone::clone);
    let usn = before.highest_committed_usn();
    let mut stream = connect(&server);
    stream.write_all(&bind(1, "Passw0rd!23")).unwrap();
    receive(&mut stream);
    let dn = b"CN=Users,DC=example,DC=test";
    let change = b"\x30\x16\x0a\x01\x02\x30\x11\x04\x0bdescription\x31\x02\x04\x00";
    let value = [&change[..change.len() - 1], b"\x01x"].concat();
    let mut value = value;
    value[1] += 1;
    value[6] += 1;
    let at = value.len() - 4;
    value[at] += 1;
    let mut contents = vec![0x04, dn.len() as u8];
    contents.extend_from_slice(dn);
    contents.extend_from_slice(&[0x30, value.len() as u8]);
    contents.extend(value);
    let mut message = vec![
        0x30,
        contents.len() as u8 + 5,
        0x02,
        1,
        2,
        0x66,
        contents.len() as u8,
    ];
    message.extend(contents);
    stream.write_all(&message).unwrap();
    assert_eq!(code(&receive(&mut stream)), 0);
    assert!(server.with_directory(|directory| directory.highest_committed_usn() > usn));
    server.restore(before);
    assert!(server.with_directory(|directory| directory.highest_committed_usn() == usn));
}
