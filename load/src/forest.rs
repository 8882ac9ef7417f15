//! The same people in the words of each server.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

/// The name everything stands below.
pub(crate) const BASE: &str = "DC=example,DC=test";

/// The password of everybody.
pub(crate) const PASSWORD: &str = "Autumnal-Equinox-2030";

/// The name of a person.
pub(crate) fn dn(number: u64) -> String {
    format!("CN=u{number:07},OU=People,{BASE}")
}

/// What differs between the servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Active Directory's classes.
    ActiveDirectory,
    /// The classes of RFC 2798.
    InetOrgPerson,
}

impl Dialect {
    /// The attribute that indexed searches ask for, and that is unique.
    pub(crate) const fn account(self) -> &'static str {
        match self {
            Self::ActiveDirectory => "sAMAccountName",
            Self::InetOrgPerson => "uid",
        }
    }

    /// The class of a person.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::ActiveDirectory => "user",
            Self::InetOrgPerson => "inetOrgPerson",
        }
    }

    fn person(self, out: &mut String, number: u64) {
        out.clear();
        let dn = dn(number);
        let _ = write!(
            out,
            "dn: {dn}\nobjectClass: {}\ncn: u{number:07}\n{}: u{number:07}\nsn: Person\n\
             givenName: Number{number}\ndisplayName: Person {number}\n\
             mail: u{number:07}@example.test\ntitle: Clerk\ntelephoneNumber: 555{number:07}\n\
             l: Town {}\n",
            self.class(),
            self.account(),
            number % 97
        );
        if self == Self::InetOrgPerson {
            let _ = writeln!(out, "userPassword: {PASSWORD}");
        } else {
            let _ = writeln!(out, "userAccountControl: 512");
        }
        out.push('\n');
    }

    /// Writes a file of so many people.
    pub(crate) fn write(self, path: &Path, people: u64) -> io::Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        let domain = match self {
            Self::ActiveDirectory => "domainDNS",
            Self::InetOrgPerson => "domain",
        };
        write!(
            file,
            "dn: {BASE}\nobjectClass: {domain}\nDC: example\n\ndn: OU=People,{BASE}\n\
             objectClass: organizationalUnit\nOU: People\n\n"
        )?;
        let mut record = String::new();
        for number in 1..=people {
            self.person(&mut record, number);
            file.write_all(record.as_bytes())?;
        }
        file.flush()
    }
}
