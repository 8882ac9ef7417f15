//! The domain that the answers were recorded on.

const BASE: &str = "DC=example,DC=test";

/// A thousand users, a thousand and a hundred contacts, and groups of three, one and two thousand.
pub(super) fn ldif() -> String {
    let mut text = String::new();
    for unit in ["People", "Groups", "Moved", "Filler"] {
        line(
            &mut text,
            &format!("dn: OU={unit},{BASE}\nobjectClass: organizationalUnit\nou: {unit}\n"),
        );
    }
    for unit in ["Empty", "Sub"] {
        let dn = format!("OU={unit},OU=People,{BASE}");
        line(
            &mut text,
            &format!("dn: {dn}\nobjectClass: organizationalUnit\nou: {unit}\n"),
        );
    }
    for i in 1..=1000 {
        user(&mut text, i);
    }
    for i in 1..=1100 {
        line(
            &mut text,
            &format!(
                "dn: CN=Filler {i:05},OU=Filler,{BASE}\nobjectClass: contact\ncn: Filler {i:05}\n\
             mail: f{i:05}@example.test\n"
            ),
        );
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
    let control = if i.is_multiple_of(10) { 546 } else { 544 };
    line(
        text,
        &format!(
            "dn: CN=User {i:05},OU=People,{BASE}\nobjectClass: user\ncn: User {i:05}\n\
         sAMAccountName: u{i:05}\nuserPrincipalName: u{i:05}@example.test\n\
         mail: u{i:05}@example.test\ngivenName: User\nsn: {i:05}\ndisplayName: User {i:05}\n\
         proxyAddresses: SMTP:u{i:05}@example.test\nproxyAddresses: smtp:alias{i:05}@example.test\n\
         proxyAddresses: X500:/o=ex/ou=adm/cn=u{i:05}\ndepartment: Dept{}\nemployeeID: {}\n\
         userAccountControl: {control}\n",
            i % 20,
            100_000 + i
        ),
    );
}

fn group(text: &mut String, name: &str, members: impl Iterator<Item = String>) {
    line(
        text,
        &format!(
            "dn: CN={name},OU=Groups,{BASE}\nobjectClass: group\ncn: {name}\n\
             sAMAccountName: {name}\ngroupType: -2147483646"
        ),
    );
    for member in members {
        line(text, &format!("member: {member}"));
    }
    text.push('\n');
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}
