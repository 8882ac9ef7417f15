//! Captures of a real server over real sockets, whole, interrupted, and without DirSync.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use mock_ad::ldap::server::Server;
use mock_ad::ldif::{self, LoadOptions, Reader, WriteOptions};

use super::{Answer, Ask, Asked, Entry, Pages, Progress, Stopped, domain, merged, plain, read};
use crate::capture::ldap::{Address, Connection};

/// Pages in memory; may refuse one.
#[derive(Debug, Default)]
struct Shelf {
    pages: BTreeMap<u32, String>,
    progress: Progress,
    /// How many more pages are taken.
    room: Option<u32>,
}

impl Shelf {
    fn all(&self) -> String {
        self.pages.values().map(String::as_str).collect()
    }
}

impl Pages for Shelf {
    type Error = ();

    fn page(&mut self, number: u32, ldif: &str) -> Result<(), ()> {
        if let Some(room) = &mut self.room {
            *room = room.checked_sub(1).ok_or(())?;
        }
        self.pages.insert(number, ldif.to_owned());
        Ok(())
    }

    fn progress(&mut self, progress: &Progress) -> Result<(), ()> {
        self.progress = progress.clone();
        Ok(())
    }
}

/// People, and a group of so many that its members come in ranges.
fn forest() -> String {
    let mut text = String::from(
        "dn: DC=example,DC=test\nobjectClass: domainDNS\n\n\
         dn: OU=Staff,DC=example,DC=test\nobjectClass: organizationalUnit\n\n",
    );
    let padding = "x".repeat(700);
    for number in 0..1600 {
        let _ = write!(
            text,
            "dn: CN=Jörg {number:04},OU=Staff,DC=example,DC=test\nobjectClass: user\n\
             sAMAccountName: u{number:04}\ndescription: {padding}\n\
             proxyAddresses: SMTP:u{number}@example.test\n\
             proxyAddresses: smtp:v{number}@example.test\n\n"
        );
    }
    text.push_str("dn: CN=All,OU=Staff,DC=example,DC=test\nobjectClass: group\n");
    for number in 0..1600 {
        let _ = writeln!(
            text,
            "member: CN=Jörg {number:04},OU=Staff,DC=example,DC=test"
        );
    }
    text
}

fn server() -> Server {
    let server = Server::builder()
        .ldif(forest())
        .and_then(|it| it.password("Passw0rd!23").start());
    server.expect("the server starts")
}

fn connect(server: &Server) -> Connection {
    let address = Address::read(&server.ldaps_url()).expect("an address");
    let mut connection =
        Connection::open(&address, Some(server.ca_pem().as_bytes())).expect("a connection");
    connection
        .bind(server.bind_dn(), server.password())
        .expect("the password is right");
    connection
}

/// What the engine could read of each user and group, by name, out of LDIF that can be loaded.
fn canonical(text: &str) -> BTreeMap<String, Vec<String>> {
    const COMPARED: [&str; 7] = [
        "objectGUID",
        "objectSid",
        "sAMAccountName",
        "description",
        "proxyAddresses",
        "userAccountControl",
        "member",
    ];
    let options = LoadOptions {
        accept: vec!["*".to_owned()],
        ..LoadOptions::default()
    };
    ldif::load(text.as_bytes(), &options).expect("it can be loaded");
    let records = Reader::new(text).map(|record| record.expect("it can be read"));
    let kept = records.map(|record| {
        let lines = record.attributes.iter();
        let compared = lines.filter(|line| COMPARED.contains(&&*line.name));
        let mut values: Vec<String> = compared
            .map(|it| format!("{}={:?}", it.name, it.value))
            .collect();
        values.sort_unstable();
        (record.dn.to_string(), values)
    });
    kept.filter(|(_, values)| values.iter().any(|it| it.starts_with("sAMAccountName")))
        .collect()
}

fn live(server: &Server) -> BTreeMap<String, Vec<String>> {
    let text = server.with_directory(|it| ldif::write(it, WriteOptions::default()));
    canonical(&text)
}

fn captured(ask: &mut impl Ask, shelf: &mut Shelf) -> Result<(), Stopped<()>> {
    let mut progress = shelf.progress.clone();
    read(ask, shelf, &mut progress, "DC=example,DC=test", &mut |_| {})
}

#[test]
fn a_capture_is_what_the_server_holds() {
    let server = server();
    let mut connection = connect(&server);
    assert_eq!(domain(&mut connection), Ok("DC=example,DC=test".to_owned()));
    let mut shelf = Shelf::default();
    captured(&mut connection, &mut shelf).expect("the capture comes to its end");
    assert!(shelf.pages.len() > 1, "one page shows nothing about pages");
    assert_eq!(canonical(&merged(&shelf.all())), live(&server));
}

#[test]
fn a_capture_that_stopped_goes_on_over_another_connection() {
    let server = server();
    let mut shelf = Shelf {
        room: Some(1),
        ..Shelf::default()
    };
    let stopped = captured(&mut connect(&server), &mut shelf);
    assert!(matches!(stopped, Err(Stopped::Keep(()))));
    let first = shelf.pages[&0].clone();
    shelf.room = None;
    captured(&mut connect(&server), &mut shelf).expect("it goes on");
    assert_eq!(shelf.pages[&0], first, "the first page is not read again");
    assert_eq!(canonical(&merged(&shelf.all())), live(&server));
}

/// Refuses DirSync, as a server may.
struct WithoutDirSync(Connection);

impl Ask for WithoutDirSync {
    fn ask(&mut self, asked: &Asked) -> Result<Answer, String> {
        let is_dir_sync = asked
            .control
            .as_ref()
            .is_some_and(|it| it.0.ends_with(".841"));
        if is_dir_sync {
            return Ok(Answer {
                code: 12,
                ..Answer::default()
            });
        }
        self.0.ask(asked)
    }
}

#[test]
fn without_dirsync_a_paged_search_gives_the_same_and_all_members() {
    let server = server();
    let mut shelf = Shelf::default();
    captured(&mut WithoutDirSync(connect(&server)), &mut shelf).expect("it comes to its end");
    assert!(shelf.pages.len() > 1);
    assert_eq!(canonical(&merged(&shelf.all())), live(&server));
}

#[test]
fn an_object_that_comes_twice_is_one_with_its_later_values() {
    let guid = "objectGUID:: AQAAAAAAAAAAAAAAAAAAAA==\n";
    let pages = format!(
        "dn: CN=A,DC=x\nobjectClass: user\n{guid}cn: A\ntitle: Clerk\nmail: a@x\n\n\
         dn: CN=B,DC=x\n{guid}mail:\ntitle: Buyer\n\n"
    );
    let once = format!("dn: CN=B,DC=x\ncn: A\nobjectClass: user\n{guid}title: Buyer\n\n");
    assert_eq!(merged(&pages), once);
}

#[test]
fn addresses_of_domain_controllers_are_read() {
    let of = |url: &str| Address::read(url).map(|it| (it.host, it.port, it.tls));
    assert_eq!(
        of("ldaps://dc1.corp.example"),
        Some(("dc1.corp.example".to_owned(), 636, true))
    );
    assert_eq!(
        of("ldap://127.0.0.1:3389/"),
        Some(("127.0.0.1".to_owned(), 3389, false))
    );
    assert_eq!(
        of("ldap://[::1]:3389"),
        Some(("::1".to_owned(), 3389, false))
    );
    for wrong in [
        "dc1",
        "https://dc1",
        "ldap://",
        "ldap://dc1:x",
        "ldap://dc1/DC=x",
    ] {
        assert_eq!(of(wrong), None, "{wrong}");
    }
}

#[test]
fn what_dirsync_adds_to_an_entry_is_taken_out() {
    let mut entry = Entry {
        dn: "CN=Staff,DC=corp,DC=example".to_owned(),
        attributes: vec![
            ("nTSecurityDescriptor".to_owned(), vec![vec![1, 0, 4]]),
            (
                "member".to_owned(),
                vec![
                    b"<GUID=611215c7>;<SID=0105>;CN=Ann,DC=corp,DC=example".to_vec(),
                    b"<GUID=611215c7".to_vec(),
                    b"CN=Ben,DC=corp,DC=example".to_vec(),
                    b"B:4:0102:<GUID=611215c7>;CN=Users,DC=corp,DC=example".to_vec(),
                    b"B:4".to_vec(),
                ],
            ),
        ],
    };
    plain(&mut entry);
    let [(name, values)] = &entry.attributes[..] else {
        panic!("{entry:?}");
    };
    let values: Vec<_> = values
        .iter()
        .map(|it| String::from_utf8_lossy(it))
        .collect();
    assert_eq!(name, "member");
    assert_eq!(
        values,
        [
            "CN=Ann,DC=corp,DC=example",
            "<GUID=611215c7",
            "CN=Ben,DC=corp,DC=example",
            "B:4:0102:CN=Users,DC=corp,DC=example",
            "B:4",
        ]
    );
}
