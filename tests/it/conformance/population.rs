//! The domain that the answers were recorded on.

use std::fmt::Write as _;

const BASE: &str = "DC=example,DC=test";

/// A thousand users, a thousand and a hundred contacts, and groups of three, one and two thousand.
pub(super) fn ldif() -> String {
    let mut text = String::new();
    for unit in ["People", "Groups", "Moved", "Filler"] {
        writeln!(
            text,
            "dn: OU={unit},{BASE}\nobjectClass: organizationalUnit\nou: {unit}\n"
        )
        .unwrap();
    }
    for unit in ["Empty", "Sub"] {
        let dn = format!("OU={unit},OU=People,{BASE}");
        writeln!(
            text,
            "dn: {dn}\nobjectClass: organizationalUnit\nou: {unit}\n"
        )
        .unwrap();
    }
    for i in 1..=1000 {
        user(&mut text, i);
    }
    for i in 1..=1100 {
        writeln!(
            text,
            "dn: CN=Filler {i:05},OU=Filler,{BASE}\nobjectClass: contact\ncn: Filler {i:05}\n\
             mail: f{i:05}@example.test\n"
        )
        .unwrap();
    }
    let person = |i: u32| format!("CN=User {i:05},OU=People,{BASE}");
    let filler = |i: u32| format!("CN=Filler {i:05},OU=Filler,{BASE}");
    group(&mut text, "Small", (1..=3).map(person));
    group(
        &mut text,
        "Nested",
        [format!("CN=Small,OU=Groups,{BASE}")].into_iter(),
    );
    group(
        &mut text,
        "Big",
        (1..=1000).map(person).chain((1..=1000).map(filler)),
    );
    text
}

fn user(text: &mut String, i: u32) {
    let control = if i % 10 == 0 { 546 } else { 544 };
    writeln!(
        text,
        "dn: CN=User {i:05},OU=People,{BASE}\nobjectClass: user\ncn: User {i:05}\n\
         sAMAccountName: u{i:05}\nuserPrincipalName: u{i:05}@example.test\n\
         mail: u{i:05}@example.test\ngivenName: User\nsn: {i:05}\ndisplayName: User {i:05}\n\
         proxyAddresses: SMTP:u{i:05}@example.test\nproxyAddresses: smtp:alias{i:05}@example.test\n\
         proxyAddresses: X500:/o=ex/ou=adm/cn=u{i:05}\ndepartment: Dept{}\nemployeeID: {}\n\
         userAccountControl: {control}\n",
        i % 20,
        100_000 + i
    )
    .unwrap();
}

fn group(text: &mut String, name: &str, members: impl Iterator<Item = String>) {
    writeln!(
        text,
        "dn: CN={name},OU=Groups,{BASE}\nobjectClass: group\ncn: {name}\nsAMAccountName: {name}\n\
         groupType: -2147483646"
    )
    .unwrap();
    for member in members {
        writeln!(text, "member: {member}").unwrap();
    }
    text.push('\n');
}
