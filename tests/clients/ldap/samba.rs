//! Samba's programs: `ldbsearch` and `samba-tool`, with a simple bind.

use std::process::{Command, Output};

use super::{BASE, PASSWORD, Taken};
use crate::served::Served;

const USER: &str = "Administrator@example.test";

struct Samba<'a> {
    served: &'a Served,
    taken: Taken,
}

impl Samba<'_> {
    /// A program with an empty configuration, so that none of this machine's counts.
    fn run(&self, program: &str, password: &str, url: &str, arguments: &[&str]) -> Output {
        let authority = format!("--option=tls cafile={}", self.served.said("ca_file"));
        let mut command = Command::new(program);
        command
            .args(arguments)
            .args(["--configfile=/dev/null", &authority])
            .args(["--option=tls verify peer=ca_only", "-H", url])
            .arg(format!("--simple-bind-dn={USER}"))
            .arg(format!("--password={password}"));
        command.output().expect("the program starts")
    }

    fn ldbsearch(&self, arguments: &[&str]) -> Output {
        self.run("ldbsearch", PASSWORD, self.served.said("ldap"), arguments)
    }

    fn tool(&self, arguments: &[&str]) -> Output {
        self.run("samba-tool", PASSWORD, self.served.said("ldaps"), arguments)
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
    read(&mut samba);
    write(&mut samba);
    samba.taken.0
}

fn read(samba: &mut Samba<'_>) {
    let output = samba.ldbsearch(&["-s", "base", "-b", ""]);
    let context = format!("defaultNamingContext: {BASE}");
    samba.taken.step("bind", &output, &[]);
    samba.taken.step("root-dse", &output, &[&context]);
    let url = samba.served.said("ldap");
    let output = samba.run("ldbsearch", "no", url, &["-b", BASE]);
    samba.refused("bind-refused", &output, "data 52e");
    let output = samba.ldbsearch(&["-b", BASE, "(sAMAccountName=u0007)", "cn", "objectSid"]);
    let wanted = ["cn: User 0007", "objectSid: S-1-5-21-"];
    samba.taken.step("search", &output, &wanted);
    let disabled = "(userAccountControl:1.2.840.113556.1.4.803:=2)";
    let staff = format!("OU=Staff,{BASE}");
    let output = samba.ldbsearch(&["-b", &staff, disabled, "cn"]);
    samba
        .taken
        .step("search-bitwise", &output, &["# 3 entries"]);
    let in_chain = format!("(memberOf:1.2.840.113556.1.4.1941:=CN=All,{staff})");
    let output = samba.ldbsearch(&["-b", &staff, &format!("(&(cn=User 0001){in_chain})"), "cn"]);
    samba
        .taken
        .step("search-in-chain", &output, &["# 1 entries"]);
    let sorted = "--controls=server_sort:1:1:cn";
    let output = samba.ldbsearch(&[sorted, "-b", &staff, "(cn=User 000*)", "cn"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.find("User 0009") < said.find("User 0001"), "{said}");
    samba.taken.step("sort", &output, &[]);
    let dirsync = "--controls=dirsync:1:0:0";
    let output = samba.ldbsearch(&[dirsync, "-b", BASE, "(cn=All)", "member"]);
    samba.taken.step("dirsync", &output, &["member: CN="]);
}

fn write(samba: &mut Samba<'_>) {
    let output = samba.tool(&["ou", "create", &format!("OU=Samba,{BASE}")]);
    samba.taken.step("ldaps", &output, &["Added ou"]);
    let output = samba.tool(&["user", "create", "sam", "Winter-Solstice-2031"]);
    samba.taken.step("add", &output, &["added successfully"]);
    let output = samba.tool(&["user", "create", "sam", "Winter-Solstice-2031"]);
    samba.refused("add-refused", &output, "00002071: UpdErr");
    let mut login = Command::new("ldbsearch");
    login
        .args(["--configfile=/dev/null", "-H", samba.served.said("ldap")])
        .args(["--simple-bind-dn=sam@example.test"])
        .args(["--password=Winter-Solstice-2031", "-s", "base", "-b", BASE]);
    let output = login.output().expect("the program starts");
    samba.taken.step("password", &output, &["# 1 entries"]);
    let output = samba.tool(&["group", "add", "samba"]);
    assert!(output.status.success(), "{output:?}");
    let output = samba.tool(&["group", "addmembers", "samba", "sam"]);
    assert!(output.status.success(), "{output:?}");
    let output = samba.tool(&["group", "listmembers", "samba"]);
    samba.taken.step("groups", &output, &["sam\n"]);
    let output = samba.tool(&["user", "move", "sam", &format!("OU=Samba,{BASE}")]);
    samba.taken.step("move", &output, &["Moved user"]);
    let output = samba.tool(&["user", "disable", "sam"]);
    samba.taken.step("modify", &output, &[]);
    let output = samba.tool(&["user", "delete", "sam"]);
    assert!(output.status.success(), "{output:?}");
    let shown = "--controls=show_deleted:1";
    let output = samba.ldbsearch(&[shown, "-b", BASE, "(sAMAccountName=sam)", "isDeleted"]);
    samba.taken.step("delete", &output, &["isDeleted: TRUE"]);
    for leftover in [
        ["group", "delete", "samba"],
        ["ou", "delete", &format!("OU=Samba,{BASE}")],
    ] {
        let output = samba.tool(&leftover);
        assert!(output.status.success(), "{output:?}");
    }
}
