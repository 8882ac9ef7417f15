//! Snapshots of any size.
//!
//! Of four people, two are synced already, one has an account with the same address that nobody has
//! synced, and one has no account yet. So many of them as are asked for are in a conflict instead:
//! duplicates, stale ids, twins in the recycle bin, and addresses that somebody else has, in equal
//! parts.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mock_cloud::CloudId;
use store::Entropy;

/// Writes a snapshot into a directory.
pub(crate) fn write(to: &Path, people: u64, conflicts: u64) -> io::Result<()> {
    fs::create_dir_all(to.join("cloud"))?;
    let mut lab = BufWriter::new(File::create(to.join("lab.yaml"))?);
    writeln!(lab, "scope:\n  - OU=Staff,DC=bench,DC=test")?;
    if conflicts > 0 {
        writeln!(lab, "belongs:")?;
    }
    let mut bin = Vec::new();
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
        let mut accounts = Vec::new();
        if n < conflicts {
            let own = entropy.next_uuid();
            let name = CloudId::from_bytes(own);
            writeln!(
                lab,
                "  CN=Given{n} Surname{n},OU=Staff,DC=bench,DC=test: {name}"
            )?;
            conflict(n, [own, id], &guid, &mail, &mut accounts, &mut bin);
        } else if n % 4 != 3 {
            accounts.push(account(n, id, &guid, &mail));
        }
        for one in accounts {
            let comma = if std::mem::take(&mut first) { "" } else { "," };
            write!(cloud, "{comma}\n{one}")?;
        }
    }
    writeln!(cloud, "\n]}}")?;
    let bin = format!("{{\"value\": [\n{}\n]}}\n", bin.join(",\n"));
    fs::write(to.join("cloud/deleted.json"), bin)?;
    ad.flush()?;
    lab.flush()?;
    cloud.flush()
}

/// One of five conflicts: the person's own account, and what stands in its way.
fn conflict(
    n: u64,
    [own, other]: [[u8; 16]; 2],
    guid: &str,
    mail: &str,
    live: &mut Vec<String>,
    bin: &mut Vec<String>,
) {
    let holding = |id: [u8; 16], upn: &str, more: &str| {
        let id = CloudId::from_bytes(id);
        format!(
            r#" {{"id": "{id}", "userPrincipalName": "{upn}", "displayName": "Given{n} Surname{n}",
  "userType": "Member", "accountEnabled": true, "assignedLicenses": [{{"skuId": "E3"}}]{more}}}"#
        )
    };
    let twin = |id: [u8; 16], upn: &str, more: &str| {
        let id = CloudId::from_bytes(id);
        format!(
            r#" {{"id": "{id}", "userPrincipalName": "{upn}", "displayName": "Given{n} Surname{n}",
  "userType": "Member", "accountEnabled": true, "onPremisesImmutableId": "{guid}"{more}}}"#
        )
    };
    let synced = r#", "onPremisesSyncEnabled": true"#;
    let old = format!("old{n}@bench.onmicrosoft.com");
    let stale = STANDARD.encode(u128::from(n).to_be_bytes());
    match n % 5 {
        // A duplicate: synced from the person, and empty.
        0 => {
            live.push(holding(own, &old, ""));
            live.push(twin(other, mail, synced));
        }
        // The own account carries the id of an object that is gone.
        1 => {
            let id = format!(r#", "onPremisesImmutableId": "{stale}""#);
            live.push(holding(own, mail, &id));
        }
        // The twin is in the recycle bin.
        2 => {
            live.push(holding(own, &old, ""));
            let deleted = r#", "deletedDateTime": "2026-01-04T00:00:00Z""#;
            bin.push(twin(other, mail, deleted));
        }
        // A duplicate whose own account has the address already.
        3 => {
            let address = format!(r#", "proxyAddresses": ["SMTP:{old}", "smtp:{mail}"]"#);
            live.push(holding(own, &old, &address));
            let upn = format!("twin{n}@bench.onmicrosoft.com");
            live.push(twin(other, &upn, synced));
        }
        // Somebody else's account, which nobody has synced, has the address.
        _ => {
            live.push(holding(own, &old, ""));
            let address =
                format!(r#", "proxyAddresses": ["SMTP:x{n}@bench.example", "smtp:{mail}"]"#);
            live.push(holding(other, &format!("x{n}@bench.example"), &address));
        }
    }
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
    let id = CloudId::from_bytes(id);
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
