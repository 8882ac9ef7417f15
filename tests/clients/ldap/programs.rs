//! Programs that administrators type: OpenLDAP's tools.

use std::process::{Command, Output};

use super::{BASE, DEFAULTS, PASSWORD, ROOT_DSE, SHOW_DELETED, Taken, after, text};
use crate::served::Served;

const USER: &str = "Administrator@example.test";
const OWN_USER: &str = "olga@example.test";
const OWN_PASSWORD: &str = "Vernal-Equinox-2031";

struct Shell<'a> {
    served: &'a Served,
    taken: Taken,
}

impl Shell<'_> {
    /// A tool with a simple bind, at the address of this name.
    fn bound(&self, tool: &str, address: &str, user: &str, password: &str) -> Command {
        let mut command = Command::new(tool);
        command
            .args(["-x", "-H", self.served.said(address)])
            .args(["-D", user, "-w", password])
            .env("LDAPTLS_REQCERT", "demand")
            .env("LDAPTLS_CACERT", self.served.said("ca_file"));
        command
    }

    fn tool(&self, name: &str, arguments: &[&str]) -> Output {
        run(self.bound(name, "ldap", USER, PASSWORD).args(arguments))
    }

    /// A search whose answer has each value on a line of its own.
    fn search(&self, arguments: &[&str]) -> Output {
        let plain = ["-LLL", "-o", "ldif-wrap=no"];
        self.tool("ldapsearch", &[&plain, arguments].concat())
    }

    /// Some attributes of one object.
    fn read(&self, name: &str, attributes: &[&str]) -> Output {
        self.search(&[&["-s", "base", "-b", name], attributes].concat())
    }

    /// Holds where nothing has this name.
    #[track_caller]
    fn is_gone(&self, name: &str) {
        let output = self.read(name, &["1.1"]);
        assert_eq!(output.status.code(), Some(32), "{name}: {output:?}");
    }

    /// A file for a tool to read.
    fn put(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.served.path(name);
        std::fs::write(&path, content).expect("a file");
        path.display().to_string()
    }

    #[track_caller]
    fn modify(&self, record: &str) {
        let file = self.put("modify.ldif", record);
        let output = self.tool("ldapmodify", &["-f", &file]);
        assert!(output.status.success(), "{record}: {output:?}");
    }

    /// A step that is refused with a code and these words.
    #[track_caller]
    fn refused(&mut self, step: &str, output: &Output, code: i32, words: &str) {
        let complained = String::from_utf8_lossy(&output.stderr);
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{step}: {said}{complained}"
        );
        assert!(
            complained.contains(words) || said.contains(words),
            "{step}: {complained}"
        );
        self.taken.0.push(step.to_owned());
    }
}

fn run(command: &mut Command) -> Output {
    command.output().expect("the tool starts")
}

fn count(output: &Output) -> usize {
    after(&text(output), "dn:").len()
}

/// ldapsearch, ldapadd, ldapmodify (by which unicodePwd is set, too), ldapmodrdn, ldapdelete,
/// ldapcompare, ldapwhoami.
pub(super) fn openldap(served: &Served) -> Vec<String> {
    let mut shell = Shell {
        served,
        taken: Taken::default(),
    };
    let staff = format!("OU=Staff,{BASE}");
    let name = format!("CN=Olga Tool,{staff}");
    bind(&mut shell);
    read(&mut shell, &staff);
    sort(&mut shell, &staff);
    dirsync(&mut shell, &staff);
    encrypted(&mut shell);
    add(&mut shell, &staff, &name);
    modify(&mut shell, &name);
    password(&mut shell, &name);
    leave(&mut shell, &name);
    shell.taken.0
}

fn bind(shell: &mut Shell<'_>) {
    let output = shell.tool("ldapwhoami", &[]);
    shell.taken.step("bind", &output, &["\\Administrator"]);
    shell.taken.step("whoami", &output, &["u:"]);
    let output = run(&mut shell.bound("ldapwhoami", "ldap", USER, "no"));
    shell.refused("bind-refused", &output, 49, "data 52e");
}

fn read(shell: &mut Shell<'_>, staff: &str) {
    let output = shell.read("", &[]);
    shell.taken.step("root-dse", &output, &ROOT_DSE);
    let filter = "(sAMAccountName=u0007)";
    let output = shell.search(&["-b", staff, filter, "cn", "memberOf"]);
    let said = text(&output);
    assert_eq!(said.lines().filter(|line| !line.is_empty()).count(), 3);
    shell.taken.step(
        "search",
        &output,
        &["cn: User 0007", "memberOf: CN=Everyone Else"],
    );
    let filter = "(userAccountControl:1.2.840.113556.1.4.803:=2)";
    let output = shell.search(&["-b", staff, filter, "1.1"]);
    assert_eq!(count(&output), 3);
    shell.taken.step("search-bitwise", &output, &[]);
    let users = ["-b", staff, "(objectClass=user)", "1.1"];
    let output = shell.search(&users);
    assert_eq!(count(&output), 1000);
    shell.refused("size-limit", &output, 4, "Size limit exceeded");
    let output = shell.search(&[&["-E", "pr=400/noprompt"], &users[..]].concat());
    assert_eq!(count(&output), 1500);
    shell.taken.step("paged", &output, &[]);
}

fn sort(shell: &mut Shell<'_>, staff: &str) {
    let sorted = ["-E", "!sss=-cn", "-b", staff, "(cn=User 000*)", "cn"];
    let output = shell.search(&sorted);
    let backwards: Vec<String> = (0..10).rev().map(|n| format!("User 000{n}")).collect();
    assert_eq!(after(&text(&output), "cn: "), backwards);
    shell.taken.step("sort", &output, &[]);
}

fn dirsync(shell: &mut Shell<'_>, staff: &str) {
    let sync = |shell: &Shell<'_>, cookie: &str| {
        let control = format!("!dirSync=0/0{cookie}");
        let wanted = ["(objectClass=user)", "sAMAccountName", "title"];
        shell.search(&[&["-b", BASE, "-E", &control], &wanted[..]].concat())
    };
    let everything = sync(shell, "");
    assert!(count(&everything) >= 1500, "{everything:?}");
    let everything = text(&everything);
    assert!(everything.contains("continueFlag=0"), "there is more");
    let cookies = after(&everything, "# cookie:: ");
    shell.modify(&format!(
        "dn: CN=User 0008,{staff}\nchangetype: modify\nreplace: title\ntitle: Sailor\n"
    ));
    let changes = sync(shell, &format!("/{}", cookies[0]));
    assert_eq!(count(&changes), 1, "{changes:?}");
    let wanted = ["dn: CN=User 0008,", "title: Sailor\n"];
    shell.taken.step("dirsync", &changes, &wanted);
}

/// With the server's authority, and not without it.
fn encrypted(shell: &mut Shell<'_>) {
    for (step, address, tls) in [
        ("start-tls", "ldap", &["-ZZ"][..]),
        ("ldaps", "ldaps", &[][..]),
    ] {
        let mut command = shell.bound("ldapsearch", address, USER, PASSWORD);
        command.args(tls);
        command.args(["-LLL", "-s", "base", "-b", BASE, "1.1"]);
        let trusting = run(&mut command);
        let stranger = run(command.env_remove("LDAPTLS_CACERT"));
        assert!(!stranger.status.success(), "{step}: {stranger:?}");
        let wanted = ["dn: DC=example,DC=test"];
        shell.taken.step(step, &trusting, &wanted);
    }
}

fn add(shell: &mut Shell<'_>, staff: &str, name: &str) {
    let record = format!(
        "dn: {name}\nobjectClass: user\nsAMAccountName: olga\nuserPrincipalName: {OWN_USER}\n"
    );
    let file = shell.put("add.ldif", record);
    let output = shell.tool("ldapadd", &["-f", &file]);
    assert!(output.status.success(), "{output:?}");
    let made = shell.read(name, &["*"]);
    let wanted = [&DEFAULTS[..], &["userAccountControl: 546\n"]].concat();
    shell.taken.step("add", &made, &wanted);
    let record = format!("dn: CN=Two,{staff}\nobjectClass: user\nsAMAccountName: OLGA\n");
    let file = shell.put("again.ldif", record);
    let output = shell.tool("ldapadd", &["-f", &file]);
    shell.refused("add-refused", &output, 68, "00000524: UpdErr");
}

fn modify(shell: &mut Shell<'_>, name: &str) {
    let changes = |parts: &str| format!("dn: {name}\nchangetype: modify\n{parts}");
    let attributes = ["proxyAddresses", "title"];
    shell.modify(&changes(
        "add: proxyAddresses\nproxyAddresses: SMTP:olga@example.test\n\
         proxyAddresses: smtp:o.tool@example.test\n-\nreplace: title\ntitle: Clerk\n",
    ));
    shell.modify(&changes("replace: title\ntitle: Baker\n"));
    let some = text(&shell.read(name, &attributes));
    assert_eq!(after(&some, "proxyAddresses: ").len(), 2, "{some}");
    assert_eq!(after(&some, "title: "), ["Baker"]);
    shell.modify(&changes(
        "delete: proxyAddresses\nproxyAddresses: smtp:o.tool@example.test\n-\ndelete: title\n",
    ));
    let fewer = shell.read(name, &attributes);
    let said = text(&fewer);
    assert_eq!(after(&said, "proxyAddresses: "), ["SMTP:olga@example.test"]);
    assert!(!said.contains("title"), "{said}");
    shell.taken.step("modify", &fewer, &[]);
    let output = shell.tool("ldapcompare", &[name, "sAMAccountName:olaf"]);
    assert_eq!(output.status.code(), Some(5), "{output:?}");
    let output = shell.tool("ldapcompare", &[name, "sAMAccountName:OLGA"]);
    shell.refused("compare", &output, 6, "TRUE");
}

/// Over LDAPS, and with it the account is enabled.
fn password(shell: &mut Shell<'_>, name: &str) {
    let quoted = format!("\"{OWN_PASSWORD}\"");
    let quoted: Vec<u8> = quoted.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let quoted = shell.put("password", quoted);
    let record = format!(
        "dn: {name}\nchangetype: modify\nreplace: unicodePwd\nunicodePwd:< file://{quoted}\n-\n\
         replace: userAccountControl\nuserAccountControl: 512\n"
    );
    let file = shell.put("password.ldif", record);
    let mut command = shell.bound("ldapmodify", "ldaps", USER, PASSWORD);
    let output = run(command.args(["-f", &file]));
    assert!(output.status.success(), "{output:?}");
    let output = run(&mut shell.bound("ldapwhoami", "ldap", OWN_USER, OWN_PASSWORD));
    shell.taken.step("password", &output, &["\\olga"]);
}

fn leave(shell: &mut Shell<'_>, name: &str) {
    let park = format!("OU=Park,{BASE}");
    let moved = format!("CN=Olga Moved,{park}");
    let output = shell.tool("ldapmodrdn", &["-r", "-s", &park, name, "CN=Olga Moved"]);
    assert!(output.status.success(), "{output:?}");
    shell.is_gone(name);
    let output = shell.read(&moved, &["cn", "sAMAccountName"]);
    let wanted = ["cn: Olga Moved\n", "sAMAccountName: olga\n"];
    shell.taken.step("move", &output, &wanted);
    let output = shell.tool("ldapdelete", &[&moved]);
    shell.is_gone(&moved);
    shell.taken.step("delete", &output, &[]);
    let sought = ["-b", BASE, "(sAMAccountName=olga)", "isDeleted"];
    assert_eq!(count(&shell.search(&sought)), 0);
    let control = format!("!{SHOW_DELETED}");
    let output = shell.search(&[&["-E", &control], &sought[..]].concat());
    assert_eq!(count(&output), 1, "{output:?}");
    shell
        .taken
        .step("tombstone", &output, &["isDeleted: TRUE\n"]);
}
