//! The server over real sockets.

#![expect(clippy::unwrap_used, reason = "a test fails by unwrapping")]

mod hostile;

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

/// An element of BER that is shorter than 64 KiB.
fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = u16::try_from(contents.len()).unwrap();
    let mut bytes = vec![tag, 0x82];
    bytes.extend(length.to_be_bytes());
    bytes.extend_from_slice(contents);
    bytes
}

/// A message with an operation and, after it, perhaps controls.
fn framed(id: u8, operation: &[u8], controls: &[u8]) -> Vec<u8> {
    let parts = [&[0x02, 1, id][..], operation, controls];
    element(0x30, &parts.concat())
}

/// A search of one level for any object, with the change notification control.
fn watch(id: u8, base: &str) -> Vec<u8> {
    let fixed = b"\x0a\x01\x01\x0a\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00";
    let parts = [
        element(0x04, base.as_bytes()),
        fixed.to_vec(),
        element(0x87, b"objectClass"),
        element(0x30, &element(0x04, b"description")),
    ];
    let control = element(0x30, &element(0x04, b"1.2.840.113556.1.4.528"));
    framed(
        id,
        &element(0x63, &parts.concat()),
        &element(0xA0, &control),
    )
}

fn describe(id: u8, dn: &str, text: &str) -> Vec<u8> {
    let values = element(0x31, &element(0x04, text.as_bytes()));
    let change = [element(0x04, b"description"), values].concat();
    let change = [b"\x0a\x01\x02".to_vec(), element(0x30, &change)].concat();
    let changes = element(0x30, &element(0x30, &change));
    let parts = [element(0x04, dn.as_bytes()), changes];
    framed(id, &element(0x66, &parts.concat()), &[])
}

#[test]
fn a_search_for_changes_is_answered_when_somebody_else_makes_one() {
    let server = server();
    let (mut watcher, mut writer) = (connect(&server), connect(&server));
    for stream in [&mut watcher, &mut writer] {
        stream.write_all(&bind(1, "Passw0rd!23")).unwrap();
        assert_eq!(code(&receive(stream)), 0);
    }
    watcher.write_all(&watch(7, "DC=example,DC=test")).unwrap();
    // What comes after the search on its connection is answered, so the search is registered.
    watcher.write_all(WHO_AM_I).unwrap();
    let who = receive(&mut watcher);
    assert!(
        who.windows(21)
            .any(|part| part == b"EXAMPLE\\Administrator"),
        "{who:02x?}"
    );

    let has = |message: &[u8], text: &str| {
        let mut parts = message.windows(text.len());
        parts.any(|part| part == text.as_bytes())
    };
    for (dn, text) in [
        ("CN=Users,DC=example,DC=test", "where users are"),
        ("CN=Computers,DC=example,DC=test", "where computers are"),
    ] {
        writer.write_all(&describe(2, dn, text)).unwrap();
        assert_eq!(code(&receive(&mut writer)), 0);
        let told = receive(&mut watcher);
        let header = &told[told.iter().position(|byte| *byte == 0x02).unwrap()..];
        assert_eq!(
            header[..4],
            [0x02, 1, 7, 0x64],
            "an entry for the search: {told:02x?}"
        );
        assert!(
            has(&told, dn) && has(&told, text),
            "{}",
            String::from_utf8_lossy(&told)
        );
    }
    // Given up, it is told nothing more.
    watcher.write_all(&framed(8, &[0x50, 1, 7], &[])).unwrap();
    watcher.write_all(WHO_AM_I).unwrap();
    receive(&mut watcher);
    writer
        .write_all(&describe(3, "CN=Users,DC=example,DC=test", "quiet"))
        .unwrap();
    assert_eq!(code(&receive(&mut writer)), 0);
    watcher.write_all(WHO_AM_I).unwrap();
    let next = receive(&mut watcher);
    assert!(
        !has(&next, "quiet") && has(&next, "Administrator"),
        "{next:02x?}"
    );
}
