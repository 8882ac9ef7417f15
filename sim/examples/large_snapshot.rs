//! Writes a snapshot of any size, for measuring `dirsync-lab predict` from files to report.
//!
//! `cargo run --release -p sim --example large_snapshot -- target/large 100000`, then
//! `dirsync-lab predict target/large`. Of four people, two are synced already, one has an account
//! with the same address that nobody has synced, and one has no account yet.
#![expect(clippy::disallowed_methods, reason = "an example writes files")]

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use store::Entropy;

fn main() -> io::Result<()> {
    let mut words = std::env::args().skip(1);
    let to = PathBuf::from(words.next().unwrap_or_else(|| "target/large".to_owned()));
    let people = words.next().and_then(|word| word.parse().ok());
    let people: u64 = people.unwrap_or(100_000);
    fs::create_dir_all(to.join("cloud"))?;
    fs::write(
        to.join("lab.yaml"),
        "scope:\n  - OU=Staff,DC=bench,DC=test\n",
    )?;
    fs::write(to.join("cloud/domains.json"), DOMAINS)?;
    let mut ad = BufWriter::new(File::create(to.join("ad.ldif"))?);
    let mut cloud = BufWriter::new(File::create(to.join("cloud/users.json"))?);
    let mut entropy = Entropy::new(1);
    writeln!(ad, "dn: OU=Staff,DC=bench,DC=test\nobjectClass: top")?;
    writeln!(ad, "objectClass: organizationalUnit\nou: Staff")?;
    let guid = STANDARD.encode(entropy.next_uuid());
    writeln!(ad, "objectGUID:: {guid}\n")?;
    write!(cloud, "{{\"value\": [")?;
    let mut first = true;
    for n in 0..people {
        let guid = STANDARD.encode(entropy.next_uuid());
        let id = entropy.next_uuid();
        let mail = format!("given{n}.surname{n}@bench.example");
        write_person(&mut ad, n, &guid, &mail)?;
        if n % 4 != 3 {
            let comma = if std::mem::take(&mut first) { "" } else { "," };
            write!(cloud, "{comma}\n{}", account(n, id, &guid, &mail))?;
        }
    }
    writeln!(cloud, "\n]}}")?;
    ad.flush()?;
    cloud.flush()
}

const DOMAINS: &str = r#"{"value": [
  {"id": "bench.onmicrosoft.com", "isInitial": true, "isVerified": true,
   "authenticationType": "Managed"},
  {"id": "bench.example", "isInitial": false, "isVerified": true, "authenticationType": "Managed"}
]}"#;

fn write_person(ad: &mut impl Write, n: u64, guid: &str, mail: &str) -> io::Result<()> {
    let name = format!("Given{n} Surname{n}");
    writeln!(ad, "dn: CN={name},OU=Staff,DC=bench,DC=test")?;
    for class in ["top", "person", "organizationalPerson", "user"] {
        writeln!(ad, "objectClass: {class}")?;
    }
    writeln!(ad, "cn: {name}\nname: {name}\ndisplayName: {name}")?;
    writeln!(ad, "givenName: Given{n}\nsn: Surname{n}")?;
    writeln!(ad, "title: Clerk\ndepartment: Unit {}", n % 97)?;
    writeln!(ad, "objectGUID:: {guid}\nuserAccountControl: 512")?;
    writeln!(ad, "sAMAccountName: u{n}\nuserPrincipalName: {mail}")?;
    writeln!(ad, "mail: {mail}\nproxyAddresses: SMTP:{mail}\n")
}

/// One user in the shape of Graph.
fn account(n: u64, id: [u8; 16], guid: &str, mail: &str) -> String {
    let id = uuid::Uuid::from_bytes(id);
    let synced = if n.is_multiple_of(2) {
        format!(
            r#", "onPremisesSyncEnabled": true, "onPremisesImmutableId": "{guid}",
  "onPremisesUserPrincipalName": "{mail}", "onPremisesSamAccountName": "u{n}""#
        )
    } else {
        String::new()
    };
    format!(
        r#" {{"id": "{id}", "userPrincipalName": "{mail}", "displayName": "Given{n} Surname{n}",
  "givenName": "Given{n}", "surname": "Surname{n}", "jobTitle": "Clerk", "mail": "{mail}",
  "mailNickname": "given{n}.surname{n}", "proxyAddresses": ["SMTP:{mail}"],
  "userType": "Member", "accountEnabled": true{synced}}}"#
    )
}
