//! Samba's programs: ldb's tools and `samba-tool`, with a simple bind.

use std::process::{Command, Output};

use super::{BASE, DEFAULTS, PASSWORD, ROOT_DSE, Taken, after, text};
use crate::served::Served;

const OWN_PASSWORD: &str = "Winter-Solstice-2031";

/// Who a program is, and whom it trusts.
struct Login<'a> {
    user: &'a str,
    password: &'a str,
    authority: &'a str,
}

struct Samba<'a> {
    served: &'a Served,
    taken: Taken,
}

impl Samba<'_> {
    /// A program with an empty configuration, so that none of this machine's counts.
    fn run(&self, program: &str, address: &str, login: &Login<'_>, arguments: &[&str]) -> Output {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .args(["--configfile=/dev/null", "-H", self.served.said(address)])
            .arg(format!("--option=tls cafile={}", login.authority))
            .arg("--option=tls verify peer=ca_only")
            .arg(format!("--simple-bind-dn={}", login.user))
            .arg(format!("--password={}", login.password));
        command.output().expect("the program starts")
    }

    fn administrator(&self) -> Login<'_> {
        Login {
            user: "Administrator@example.test",
            password: PASSWORD,
            authority: self.served.said("ca_file"),
        }
    }

    fn ldbsearch(&self, arguments: &[&str]) -> Output {
        self.run("ldbsearch", "ldap", &self.administrator(), arguments)
    }

    #[track_caller]
    fn ldbmodify(&self, record: &str) {
        let path = self.served.path("samba.ldif");
        std::fs::write(&path, record).expect("a file");
        let file = path.display().to_string();
        let output = self.run("ldbmodify", "ldap", &self.administrator(), &[&file]);
        assert!(output.status.success(), "{record}: {output:?}");
    }

    fn tool(&self, arguments: &[&str]) -> Output {
        self.run("samba-tool", "ldaps", &self.administrator(), arguments)
    }

    /// What has to end well on the way to a step.
    #[track_caller]
    fn done(&self, arguments: &[&str]) {
        let output = self.tool(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    }

    /// Some attributes of one object.
    fn read(&self, name: &str, attributes: &[&str]) -> Output {
        self.ldbsearch(&[&["-s", "base", "-b", name], attributes].concat())
    }

    /// Holds where nothing has this name.
    #[track_caller]
    fn is_gone(&self, name: &str) {
        let output = self.read(name, &["cn"]);
        assert_eq!(output.status.code(), Some(32), "{name}: {output:?}");
    }

    #[track_caller]
    fn refused(&mut self, step: &str, output: &Output, words: &str) {
        let complained = String::from_utf8_lossy(&output.stderr);
        let refused = !output.status.success() && complained.contains(words);
        assert!(refused, "{step}: no `{words}` in {complained}");
        self.taken.0.push(step.to_owned());
    }
}

pub(super) fn samba(served: &Served) -> Vec<String> {
    let mut samba = Samba {
        served,
        taken: Taken::default(),
    };
    let staff = format!("OU=Staff,{BASE}");
    bind(&mut samba);
    read(&mut samba, &staff);
    dirsync(&mut samba, &staff);
    let unit = format!("OU=Samba,{BASE}");
    samba.done(&["ou", "create", &unit]);
    add(&mut samba);
    groups(&mut samba);
    leave(&mut samba, &unit);
    samba.done(&["group", "delete", "samba"]);
    samba.done(&["ou", "delete", &unit]);
    samba.taken.0
}

fn bind(samba: &mut Samba<'_>) {
    let output = samba.read("", &[]);
    samba.taken.step("bind", &output, &[]);
    samba.taken.step("root-dse", &output, &ROOT_DSE);
    let wrong = Login {
        password: "no",
        ..samba.administrator()
    };
    let output = samba.run("ldbsearch", "ldap", &wrong, &["-b", BASE]);
    samba.refused("bind-refused", &output, "data 52e");
    // With the server's authority, and not with those that others trust.
    let stranger = Login {
        authority: "/etc/ssl/certs/ca-certificates.crt",
        ..samba.administrator()
    };
    let object = ["-s", "base", "-b", BASE];
    let refused = samba.run("ldbsearch", "ldaps", &stranger, &object);
    assert!(!refused.status.success(), "{refused:?}");
    let output = samba.run("ldbsearch", "ldaps", &samba.administrator(), &object);
    samba.taken.step("ldaps", &output, &["# 1 entries"]);
}

fn read(samba: &mut Samba<'_>, staff: &str) {
    let output = samba.ldbsearch(&["-b", BASE, "(sAMAccountName=u0007)", "cn", "objectSid"]);
    assert!(!text(&output).contains("objectGUID"), "{output:?}");
    let wanted = ["cn: User 0007", "objectSid: S-1-5-21-"];
    samba.taken.step("search", &output, &wanted);
    let disabled = "(userAccountControl:1.2.840.113556.1.4.803:=2)";
    let output = samba.ldbsearch(&["-b", staff, disabled, "cn"]);
    samba
        .taken
        .step("search-bitwise", &output, &["# 3 entries"]);
    let in_chain = format!("(memberOf:1.2.840.113556.1.4.1941:=CN=All,{staff})");
    let output = samba.ldbsearch(&["-b", staff, &format!("(&(cn=User 0001){in_chain})"), "cn"]);
    samba
        .taken
        .step("search-in-chain", &output, &["# 1 entries"]);
    let sorted = "--controls=server_sort:1:1:cn";
    let output = samba.ldbsearch(&[sorted, "-b", staff, "(cn=User 000*)", "cn"]);
    let backwards: Vec<String> = (0..10).rev().map(|n| format!("User 000{n}")).collect();
    assert_eq!(after(&text(&output), "cn: "), backwards);
    samba.taken.step("sort", &output, &[]);
}

fn dirsync(samba: &mut Samba<'_>, staff: &str) {
    let sync = |samba: &Samba<'_>, cookie: &str| {
        let control = format!("--controls=dirsync:1:0:0{cookie}");
        let wanted = ["(objectClass=user)", "sAMAccountName", "title"];
        samba.ldbsearch(&[&[&control, "-b", BASE], &wanted[..]].concat())
    };
    let everything = text(&sync(samba, ""));
    assert!(after(&everything, "dn: ").len() >= 1500, "{everything}");
    // The cookie is on the line after the one that announces it.
    let mut lines = everything.lines();
    let announced = lines.any(|line| line.starts_with("# DIRSYNC cookie"));
    let cookie = lines.next().and_then(|line| line.strip_prefix("# "));
    assert!(announced, "no cookie");
    samba.ldbmodify(&format!(
        "dn: CN=User 0006,{staff}\nchangetype: modify\nreplace: title\ntitle: Gardener\n"
    ));
    let changes = sync(samba, &format!(":{}", cookie.expect("a cookie")));
    let wanted = ["dn: CN=User 0006,", "title: Gardener\n", "# 1 entries"];
    samba.taken.step("dirsync", &changes, &wanted);
}

fn add(samba: &mut Samba<'_>) {
    let name = format!("CN=sam,CN=Users,{BASE}");
    samba.done(&["user", "create", "sam", OWN_PASSWORD]);
    let output = samba.read(&name, &["*"]);
    let wanted = [&DEFAULTS[..], &["userAccountControl: 512\n"]].concat();
    samba.taken.step("add", &output, &wanted);
    let other = ["--given-name=Other", "--surname=Sam"];
    let again = ["user", "create", "SAM", OWN_PASSWORD];
    let output = samba.tool(&[&again[..], &other].concat());
    samba.refused("add-refused", &output, "00000524: UpdErr");
    let object = ["-s", "base", "-b", BASE];
    let own = Login {
        user: "sam@example.test",
        password: OWN_PASSWORD,
        ..samba.administrator()
    };
    let output = samba.run("ldbsearch", "ldap", &own, &object);
    samba.taken.step("password", &output, &["# 1 entries"]);
    let changes = |parts: &str| format!("dn: {name}\nchangetype: modify\n{parts}");
    let attributes = ["proxyAddresses", "title"];
    samba.ldbmodify(&changes(
        "add: proxyAddresses\nproxyAddresses: SMTP:sam@example.test\n\
         proxyAddresses: smtp:s.am@example.test\n-\nreplace: title\ntitle: Clerk\n",
    ));
    samba.ldbmodify(&changes("replace: title\ntitle: Baker\n"));
    let some = text(&samba.read(&name, &attributes));
    assert_eq!(after(&some, "proxyAddresses: ").len(), 2, "{some}");
    assert_eq!(after(&some, "title: "), ["Baker"]);
    samba.ldbmodify(&changes(
        "delete: proxyAddresses\nproxyAddresses: smtp:s.am@example.test\n-\ndelete: title\n",
    ));
    let fewer = samba.read(&name, &attributes);
    let said = text(&fewer);
    assert_eq!(after(&said, "proxyAddresses: "), ["SMTP:sam@example.test"]);
    assert!(!said.contains("title"), "{said}");
    samba.taken.step("modify", &fewer, &[]);
}

fn groups(samba: &mut Samba<'_>) {
    samba.done(&["group", "add", "samba"]);
    samba.done(&["group", "addmembers", "samba", "sam"]);
    let output = samba.tool(&["group", "listmembers", "samba"]);
    assert_eq!(text(&output).trim(), "sam");
    samba.done(&["group", "removemembers", "samba", "sam"]);
    let output = samba.tool(&["group", "listmembers", "samba"]);
    assert_eq!(text(&output).trim(), "");
    samba.taken.step("groups", &output, &[]);
}

fn leave(samba: &mut Samba<'_>, unit: &str) {
    samba.done(&["user", "move", "sam", unit]);
    let renamed = format!("CN=Sam Renamed,{unit}");
    samba.done(&["user", "rename", "sam", "--force-new-cn=Sam Renamed"]);
    samba.is_gone(&format!("CN=sam,CN=Users,{BASE}"));
    samba.is_gone(&format!("CN=sam,{unit}"));
    let output = samba.read(&renamed, &["cn", "sAMAccountName"]);
    let wanted = ["cn: Sam Renamed\n", "sAMAccountName: sam\n"];
    samba.taken.step("move", &output, &wanted);
    let output = samba.tool(&["user", "delete", "sam"]);
    samba.is_gone(&renamed);
    samba.taken.step("delete", &output, &[]);
    let sought = ["-b", BASE, "(sAMAccountName=sam)", "isDeleted"];
    let output = samba.ldbsearch(&sought);
    assert!(text(&output).contains("# 0 entries"), "{output:?}");
    let output = samba.ldbsearch(&[&["--controls=show_deleted:1"], &sought[..]].concat());
    let wanted = ["isDeleted: TRUE\n", "# 1 entries"];
    samba.taken.step("tombstone", &output, &wanted);
}
