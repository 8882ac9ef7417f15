//! ldap3, the LDAP client of most Rust programs.

use std::collections::HashSet;
use std::error::Error;

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
        let controls = &root.attrs["supportedControl"];
        expect(
            controls.iter().any(|oid| oid == "1.2.840.113556.1.4.841"),
            "no DirSync",
        )
    }

    fn search(&mut self) -> Done {
        let staff = self.staff.clone();
        let found = self.find(&staff, "(sAMAccountName=u0007)", &["cn", "memberOf"])?;
        expect(found.len() == 1, found.len())?;
        expect(found[0].attrs["cn"] == ["User 0007"], "another user")
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

    fn range(&mut self) -> Done {
        let staff = self.staff.clone();
        let found = self.find(&staff, "(cn=Everyone Else)", &["member;range=0-99"])?;
        let members = &found[0].attrs["member;range=0-99"];
        expect(members.len() == 100, members.len())
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
        let equal = self
            .connection
            .compare(&name, "sAMAccountName", "U0007")?
            .equal()?;
        expect(equal, "it differs")
    }

    fn add(&mut self) -> Done {
        let attributes = vec![
            ("objectClass", set(&["user"])),
            ("sAMAccountName", set(&["rusty"])),
            ("userPrincipalName", set(&["rusty@example.test"])),
        ];
        let name = self.name.clone();
        self.connection.add(&name, attributes)?.success()?;
        let found = self.find(&name, "(objectClass=*)", &["userAccountControl"])?;
        expect(
            found[0].attrs["userAccountControl"] == ["546"],
            "no default",
        )
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
        let changes = vec![Mod::Add("proxyAddresses", set(&[one, two]))];
        self.connection.modify(&name, changes)?.success()?;
        let changes = vec![
            Mod::Delete("proxyAddresses", set(&[two])),
            Mod::Replace("title", set(&["Smith"])),
        ];
        self.connection.modify(&name, changes)?.success()?;
        let found = self.find(&name, "(objectClass=*)", &["proxyAddresses", "title"])?;
        expect(found[0].attrs["proxyAddresses"] == [one], "another value")
    }

    fn groups(&mut self) -> Done {
        let (group, name) = (format!("CN=All,{}", self.staff), self.name.clone());
        let enter = vec![Mod::Add("member", set(&[&name]))];
        self.connection.modify(&group, enter)?.success()?;
        let found = self.find(&name, "(objectClass=*)", &["memberOf"])?;
        expect(found[0].attrs["memberOf"] == [group.clone()], "no member")?;
        let leave = vec![Mod::Delete("member", set(&[&name]))];
        self.connection.modify(&group, leave)?.success()?;
        Ok(())
    }

    /// Trusts what SSL_CERT_FILE names.
    fn encrypted(&mut self, url: &str, start_tls: bool) -> Result<LdapConn, Box<dyn Error>> {
        let settings = LdapConnSettings::new().set_starttls(start_tls);
        let mut connection = LdapConn::with_settings(settings, &told(url))?;
        connection
            .simple_bind(&told("BIND_DN"), &told("PASSWORD"))?
            .success()?;
        Ok(connection)
    }

    fn password(&mut self) -> Done {
        let new = "Vernal-Equinox-2031";
        let quoted: Vec<u8> = format!("\"{new}\"")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let mut secure = self.encrypted("LDAPS_URL", false)?;
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
        let name = self.name.clone();
        let found = self.find(&name, "(objectClass=*)", &["cn"])?;
        expect(found[0].attrs["cn"] == ["Rusty Moved"], "another name")
    }

    fn delete(&mut self) -> Done {
        let name = self.name.clone();
        self.connection.delete(&name)?.success()?;
        let deleted = RawControl {
            ctype: "1.2.840.113556.1.4.417".to_owned(),
            crit: true,
            val: None,
        };
        let base = self.base.clone();
        self.connection.with_controls(deleted);
        let found = self.find(&base, "(sAMAccountName=rusty)", &["isDeleted"])?;
        expect(
            found.len() == 1 && found[0].dn.contains("\\0ADEL:"),
            found.len(),
        )
    }
}

fn main() -> Done {
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
    step("start-tls", story.encrypted("LDAP_URL", true).map(drop));
    step("ldaps", story.encrypted("LDAPS_URL", false).map(drop));
    step("password", story.password());
    step("move", story.go());
    step("delete", story.delete());
    Ok(())
}
