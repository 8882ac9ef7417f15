//! ldap3, the LDAP client of most Rust programs.

use std::collections::HashSet;
use std::env;
use std::error::Error;
use std::process::Command;

use client_stories::{expect, step, told};
use ldap3::adapters::{Adapter, EntriesOnly, PagedResults};
use ldap3::controls::RawControl;
use ldap3::exop::{WhoAmI, WhoAmIResp};
use ldap3::{LdapConn, LdapConnSettings, Mod, Scope, SearchEntry};

type Done = Result<(), Box<dyn Error>>;

fn set<'a>(values: &[&'a str]) -> HashSet<&'a str> {
    values.iter().copied().collect()
}

struct Story {
    connection: LdapConn,
    base: String,
    staff: String,
    name: String,
}

impl Story {
    fn find(
        &mut self,
        base: &str,
        filter: &str,
        wanted: &[&str],
    ) -> Result<Vec<SearchEntry>, Box<dyn Error>> {
        let found = self
            .connection
            .search(base, Scope::Subtree, filter, wanted.to_vec())?;
        let (entries, _) = found.success()?;
        Ok(entries.into_iter().map(SearchEntry::construct).collect())
    }

    /// One object by its name.
    fn read(&mut self, name: &str, wanted: &[&str]) -> Result<SearchEntry, Box<dyn Error>> {
        let found =
            self.connection
                .search(name, Scope::Base, "(objectClass=*)", wanted.to_vec())?;
        let (entries, _) = found.success()?;
        let entry = entries.into_iter().next().ok_or("no such object")?;
        Ok(SearchEntry::construct(entry))
    }

    /// Holds where nothing has this name.
    fn is_gone(&mut self, name: &str) -> Done {
        let found = self
            .connection
            .search(name, Scope::Base, "(objectClass=*)", vec!["1.1"])?;
        expect(found.0.is_empty() && found.1.rc == 32, found.1)
    }

    fn bind(&mut self) -> Done {
        self.connection
            .simple_bind(&told("BIND_DN"), &told("PASSWORD"))?
            .success()?;
        Ok(())
    }

    fn bind_refused(&mut self) -> Done {
        let mut other = LdapConn::new(&told("LDAP_URL"))?;
        let refused = other.simple_bind(&told("BIND_DN"), "no")?;
        expect(
            refused.rc == 49 && refused.text.contains("data 52e"),
            refused,
        )
    }

    fn who_am_i(&mut self) -> Done {
        let (answer, _) = self
            .connection
            .extended(WhoAmI)?
            .success()
            .map(|it| (it.0, ()))?;
        let who: WhoAmIResp = answer.parse();
        expect(who.authzid.starts_with("u:"), who.authzid)
    }

    fn root_dse(&mut self) -> Done {
        let found = self
            .connection
            .search("", Scope::Base, "(objectClass=*)", vec!["*", "+"])?;
        let (entries, _) = found.success()?;
        let root = entries.into_iter().map(SearchEntry::construct).next();
        let root = root.ok_or("no rootDSE")?;
        expect(
            root.attrs["defaultNamingContext"] == [self.base.clone()],
            "another domain",
        )?;
        let schema = format!("CN=Schema,CN=Configuration,{}", self.base);
        for (attribute, value) in [
            ("namingContexts", self.base.as_str()),
            ("namingContexts", schema.as_str()),
            ("supportedControl", "1.2.840.113556.1.4.319"),
            ("supportedControl", "1.2.840.113556.1.4.417"),
            ("supportedControl", "1.2.840.113556.1.4.841"),
            ("supportedCapabilities", "1.2.840.113556.1.4.800"),
        ] {
            let holds = root.attrs[attribute].iter().any(|one| one == value);
            expect(holds, format!("{attribute} has no {value}"))?;
        }
        Ok(())
    }

    fn search(&mut self) -> Done {
        let staff = self.staff.clone();
        let found = self.find(&staff, "(sAMAccountName=u0007)", &["cn", "memberOf"])?;
        expect(found.len() == 1, found.len())?;
        expect(found[0].attrs["cn"] == ["User 0007"], "another user")?;
        expect(found[0].attrs.len() == 2, "other attributes")
    }

    fn binary_guid(&mut self) -> Done {
        let staff = self.staff.clone();
        let found = self.find(&staff, "(sAMAccountName=u0007)", &["objectGUID"])?;
        let guid = &found[0].bin_attrs["objectGUID"][0];
        let text: String = guid.iter().map(|byte| format!("\\{byte:02x}")).collect();
        let again = self.find(&staff, &format!("(objectGUID={text})"), &["cn"])?;
        expect(again.len() == 1 && again[0].dn == found[0].dn, again.len())
    }

    fn bitwise(&mut self) -> Done {
        let staff = self.staff.clone();
        let filter = "(userAccountControl:1.2.840.113556.1.4.803:=2)";
        let found = self.find(&staff, filter, &["1.1"])?;
        expect(found.len() == 3, found.len())
    }

    fn in_chain(&mut self) -> Done {
        let staff = self.staff.clone();
        let filter = format!("(&(cn=User 000*)(memberOf:1.2.840.113556.1.4.1941:=CN=All,{staff}))");
        let found = self.find(&staff, &filter, &["1.1"])?;
        expect(found.len() == 10, found.len())
    }

    fn size_limit(&mut self) -> Done {
        let staff = self.staff.clone();
        let found =
            self.connection
                .search(&staff, Scope::Subtree, "(objectClass=user)", vec!["1.1"])?;
        let (entries, result) = (found.0, found.1);
        expect(entries.len() == 1000 && result.rc == 4, entries.len())
    }

    fn paged(&mut self) -> Done {
        let adapters: Vec<Box<dyn Adapter<_, _>>> = vec![
            Box::new(EntriesOnly::new()),
            Box::new(PagedResults::new(400)),
        ];
        let staff = self.staff.clone();
        let mut stream = self.connection.streaming_search_with(
            adapters,
            &staff,
            Scope::Subtree,
            "(objectClass=user)",
            vec!["cn"],
        )?;
        let mut names = HashSet::new();
        while let Some(entry) = stream.next()? {
            names.insert(SearchEntry::construct(entry).dn);
        }
        stream.result().success()?;
        expect(names.len() == 1500, names.len())
    }

    /// In ranges of 400, until the server says that this was the last.
    fn range(&mut self) -> Done {
        let group = format!("CN=Everyone Else,{}", self.staff);
        let mut members = HashSet::new();
        let mut ranges = Vec::new();
        loop {
            let start = members.len();
            let wanted = format!("member;range={start}-{}", start + 399);
            let found = self.read(&group, &[&wanted])?;
            let mut found = found.attrs.into_iter();
            let part = found.find(|(name, _)| name.starts_with("member;range="));
            let (name, values) = part.ok_or("no range of members")?;
            members.extend(values);
            let last = name.ends_with("-*");
            expect(last || members.len() == start + 400, &name)?;
            ranges.push(name);
            if last {
                break;
            }
        }
        expect(members.len() == 1501, members.len())?;
        expect(ranges.len() == 4, ranges.join(", "))
    }

    /// Server-side sorting, in reverse, by a control that the client does not know.
    fn sort(&mut self) -> Done {
        let sort = RawControl {
            ctype: "1.2.840.113556.1.4.473".to_owned(),
            crit: true,
            val: Some(b"\x30\x09\x30\x07\x04\x02cn\x81\x01\xff".to_vec()),
        };
        let staff = self.staff.clone();
        self.connection.with_controls(sort);
        let found = self.find(&staff, "(cn=User 000*)", &["cn"])?;
        let names: Vec<&str> = found
            .iter()
            .map(|one| one.attrs["cn"][0].as_str())
            .collect();
        expect(
            names.first() == Some(&"User 0009") && names.len() == 10,
            names.join(", "),
        )
    }

    fn compare(&mut self) -> Done {
        let name = format!("CN=User 0007,{}", self.staff);
        let mut compare = |value| -> Result<bool, Box<dyn Error>> {
            let compared = self.connection.compare(&name, "sAMAccountName", value)?;
            Ok(compared.equal()?)
        };
        expect(compare("U0007")?, "it differs")?;
        expect(!compare("u0008")?, "it does not differ")
    }

    fn add(&mut self) -> Done {
        let attributes = vec![
            ("objectClass", set(&["user"])),
            ("sAMAccountName", set(&["rusty"])),
            ("userPrincipalName", set(&["rusty@example.test"])),
        ];
        let name = self.name.clone();
        self.connection.add(&name, attributes)?.success()?;
        let made = self.read(&name, &["*"])?;
        let person = format!("CN=Person,CN=Schema,CN=Configuration,{}", self.base);
        for (attribute, value) in [
            ("userAccountControl", "546"),
            ("instanceType", "4"),
            ("primaryGroupID", "513"),
            ("objectCategory", &person),
        ] {
            expect(made.attrs[attribute] == [value], attribute)?;
        }
        expect(made.attrs["whenCreated"][0].ends_with('Z'), "whenCreated")
    }

    fn add_refused(&mut self) -> Done {
        let attributes = vec![
            ("objectClass", set(&["user"])),
            ("sAMAccountName", set(&["RUSTY"])),
        ];
        let name = format!("CN=Other,{}", self.staff);
        let refused = self.connection.add(&name, attributes)?;
        expect(
            refused.rc == 68 && refused.text.starts_with("00000524: "),
            refused,
        )
    }

    fn modify(&mut self) -> Done {
        let name = self.name.clone();
        let (one, two) = ("SMTP:rusty@example.test", "smtp:r@example.test");
        let changes = vec![
            Mod::Add("proxyAddresses", set(&[one, two])),
            Mod::Replace("title", set(&["Smith"])),
        ];
        self.connection.modify(&name, changes)?.success()?;
        let changes = vec![Mod::Replace("title", set(&["Baker"]))];
        self.connection.modify(&name, changes)?.success()?;
        let some = self.read(&name, &["proxyAddresses", "title"])?;
        expect(some.attrs["proxyAddresses"].len() == 2, "other addresses")?;
        expect(some.attrs["title"] == ["Baker"], "another title")?;
        let changes = vec![
            Mod::Delete("proxyAddresses", set(&[two])),
            Mod::Delete("title", set(&[])),
        ];
        self.connection.modify(&name, changes)?.success()?;
        let fewer = self.read(&name, &["proxyAddresses", "title"])?;
        expect(fewer.attrs["proxyAddresses"] == [one], "another address")?;
        expect(!fewer.attrs.contains_key("title"), "it has a title")
    }

    fn groups(&mut self) -> Done {
        let (group, name) = (format!("CN=All,{}", self.staff), self.name.clone());
        let enter = vec![Mod::Add("member", set(&[&name]))];
        self.connection.modify(&group, enter)?.success()?;
        let member = self.read(&name, &["memberOf"])?;
        expect(member.attrs["memberOf"] == [group.clone()], "no member")?;
        let leave = vec![Mod::Delete("member", set(&[&name]))];
        self.connection.modify(&group, leave)?.success()?;
        let member = self.read(&name, &["memberOf"])?;
        expect(!member.attrs.contains_key("memberOf"), "still a member")
    }

    fn password(&mut self) -> Done {
        let new = "Vernal-Equinox-2031";
        let quoted: Vec<u8> = format!("\"{new}\"")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let mut secure = encrypted("LDAPS_URL")?;
        let changes = vec![
            Mod::Replace(b"unicodePwd".to_vec(), HashSet::from([quoted])),
            Mod::Replace(
                b"userAccountControl".to_vec(),
                HashSet::from([b"512".to_vec()]),
            ),
        ];
        secure.modify(&self.name, changes)?.success()?;
        let mut own = LdapConn::new(&told("LDAP_URL"))?;
        own.simple_bind("rusty@example.test", new)?.success()?;
        Ok(())
    }

    fn go(&mut self) -> Done {
        let (park, name) = (format!("OU=Park,{}", self.base), self.name.clone());
        let moved = self
            .connection
            .modifydn(&name, "CN=Rusty Moved", true, Some(&park))?;
        moved.success()?;
        self.name = format!("CN=Rusty Moved,{park}");
        self.is_gone(&name)?;
        let name = self.name.clone();
        let found = self.read(&name, &["cn", "sAMAccountName"])?;
        expect(found.attrs["cn"] == ["Rusty Moved"], "another name")?;
        expect(found.attrs["sAMAccountName"] == ["rusty"], "another user")
    }

    fn delete(&mut self) -> Done {
        let name = self.name.clone();
        self.connection.delete(&name)?.success()?;
        self.is_gone(&name)
    }

    fn tombstone(&mut self) -> Done {
        let base = self.base.clone();
        let found = self.find(&base, "(sAMAccountName=rusty)", &["isDeleted"])?;
        expect(found.is_empty(), found.len())?;
        let deleted = RawControl {
            ctype: "1.2.840.113556.1.4.417".to_owned(),
            crit: true,
            val: None,
        };
        self.connection.with_controls(deleted);
        let found = self.find(&base, "(sAMAccountName=rusty)", &["isDeleted"])?;
        expect(
            found.len() == 1 && found[0].dn.contains("\\0ADEL:"),
            found.len(),
        )?;
        expect(found[0].attrs["isDeleted"] == ["TRUE"], "not deleted")
    }
}

/// A connection over TLS, with StartTLS where the URL is none of LDAPS: trusts what SSL_CERT_FILE
/// names.
fn encrypted(url: &str) -> Result<LdapConn, Box<dyn Error>> {
    let settings = LdapConnSettings::new().set_starttls(url == "LDAP_URL");
    let mut connection = LdapConn::with_settings(settings, &told(url))?;
    connection
        .simple_bind(&told("BIND_DN"), &told("PASSWORD"))?
        .success()?;
    Ok(connection)
}

/// The same; and this program, run with the trust of this machine alone, gets no connection.
fn checked(url: &str) -> Done {
    encrypted(url)?;
    let mut stranger = Command::new(env::current_exe()?);
    let output = stranger.arg(url).env_remove("SSL_CERT_FILE").output()?;
    let complained = String::from_utf8_lossy(&output.stderr).into_owned();
    expect(complained.contains("UnknownIssuer"), complained)
}

fn main() -> Done {
    if let Some(url) = env::args().nth(1) {
        return encrypted(&url).map(drop);
    }
    let base = told("BASE_DN");
    let staff = format!("OU=Staff,{base}");
    let mut story = Story {
        connection: LdapConn::new(&told("LDAP_URL"))?,
        name: format!("CN=Rusty Client,{staff}"),
        base,
        staff,
    };
    step("bind", story.bind());
    step("bind-refused", story.bind_refused());
    step("whoami", story.who_am_i());
    step("root-dse", story.root_dse());
    step("search", story.search());
    step("search-binary-guid", story.binary_guid());
    step("search-bitwise", story.bitwise());
    step("search-in-chain", story.in_chain());
    step("size-limit", story.size_limit());
    step("paged", story.paged());
    step("range", story.range());
    step("sort", story.sort());
    step("compare", story.compare());
    step("add", story.add());
    step("add-refused", story.add_refused());
    step("modify", story.modify());
    step("groups", story.groups());
    step("start-tls", checked("LDAP_URL"));
    step("ldaps", checked("LDAPS_URL"));
    step("password", story.password());
    step("move", story.go());
    step("delete", story.delete());
    step("tombstone", story.tombstone());
    Ok(())
}
