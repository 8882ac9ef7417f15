//! Programs that administrators type: OpenLDAP's tools.

use std::process::{Command, Output};

use super::{BASE, PASSWORD, Taken};
use crate::served::Served;

const USER: &str = "Administrator@example.test";

struct Shell<'a> {
    served: &'a Served,
    taken: Taken,
}

impl Shell<'_> {
    fn tool(&self, name: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(name);
        command
            .args([
                "-x",
                "-H",
                self.served.said("ldap"),
                "-D",
                USER,
                "-w",
                PASSWORD,
            ])
            .args(arguments)
            .env("LDAPTLS_CACERT", self.served.said("ca_file"));
        command.output().expect("the tool starts")
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

fn count(output: &Output) -> usize {
    let said = String::from_utf8_lossy(&output.stdout);
    said.lines().filter(|line| line.starts_with("dn:")).count()
}

/// ldapsearch, ldapadd, ldapmodify, ldapmodrdn, ldapdelete, ldapcompare, ldapwhoami, ldappasswd's
/// place taken by ldapmodify of unicodePwd.
pub(super) fn openldap(served: &Served) -> Vec<String> {
    let mut shell = Shell {
        served,
        taken: Taken::default(),
    };
    let staff = format!("OU=Staff,{BASE}");
    let name = format!("CN=Olga Tool,{staff}");
    read(&mut shell, &staff);
    write(&mut shell, &staff, &name);
    shell.taken.0
}

fn read(shell: &mut Shell<'_>, staff: &str) {
    let output = shell.tool("ldapwhoami", &[]);
    shell.taken.step("bind", &output, &["\\Administrator"]);
    shell.taken.step("whoami", &output, &["u:"]);
    let wrong = [
        "-x",
        "-H",
        shell.served.said("ldap"),
        "-D",
        USER,
        "-w",
        "no",
    ];
    let output = Command::new("ldapwhoami").args(wrong).output();
    shell.refused(
        "bind-refused",
        &output.expect("the tool starts"),
        49,
        "data 52e",
    );
    let output = shell.tool("ldapsearch", &["-LLL", "-s", "base", "-b", ""]);
    shell.taken.step(
        "root-dse",
        &output,
        &["defaultNamingContext: DC=example,DC=test"],
    );
    let filter = "(sAMAccountName=u0007)";
    let output = shell.tool(
        "ldapsearch",
        &["-LLL", "-b", staff, filter, "cn", "memberOf"],
    );
    shell.taken.step(
        "search",
        &output,
        &["cn: User 0007", "memberOf: CN=Everyone Else"],
    );
    let filter = "(userAccountControl:1.2.840.113556.1.4.803:=2)";
    let output = shell.tool("ldapsearch", &["-LLL", "-b", staff, filter, "1.1"]);
    assert_eq!(count(&output), 3);
    shell.taken.step("search-bitwise", &output, &[]);
    let output = shell.tool(
        "ldapsearch",
        &["-LLL", "-b", staff, "(objectClass=user)", "1.1"],
    );
    assert_eq!(count(&output), 1000);
    shell.refused("size-limit", &output, 4, "Size limit exceeded");
    let paged = [
        "-LLL",
        "-E",
        "pr=400/noprompt",
        "-b",
        staff,
        "(objectClass=user)",
        "1.1",
    ];
    let output = shell.tool("ldapsearch", &paged);
    assert_eq!(count(&output), 1500);
    shell.taken.step("paged", &output, &[]);
    let sorted = ["-LLL", "-E", "sss=-cn", "-b", staff, "(cn=User 000*)", "cn"];
    let output = shell.tool("ldapsearch", &sorted);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.find("User 0009") < said.find("User 0001"), "{said}");
    shell.taken.step("sort", &output, &[]);
    let output = shell.tool(
        "ldapsearch",
        &["-LLL", "-b", BASE, "-E", "!dirSync=0/0", "(cn=All)"],
    );
    shell.taken.step("dirsync", &output, &["CN=All"]);
    let output = shell.tool(
        "ldapsearch",
        &["-LLL", "-ZZ", "-s", "base", "-b", BASE, "1.1"],
    );
    shell
        .taken
        .step("start-tls", &output, &["dn: DC=example,DC=test"]);
}

fn write(shell: &mut Shell<'_>, staff: &str, name: &str) {
    let put = |shell: &Shell<'_>, file: &str, text: String| {
        let path = shell.served.path(file);
        std::fs::write(&path, text).expect("a file");
        path.display().to_string()
    };
    let record = format!("dn: {name}\nobjectClass: user\nsAMAccountName: olga\n");
    let file = put(shell, "add.ldif", record);
    let output = shell.tool("ldapadd", &["-f", &file]);
    shell.taken.step("add", &output, &[]);
    let record = format!("dn: CN=Two,{staff}\nobjectClass: user\nsAMAccountName: OLGA\n");
    let file = put(shell, "again.ldif", record);
    let output = shell.tool("ldapadd", &["-f", &file]);
    shell.refused("add-refused", &output, 68, "00000524: UpdErr");
    let record = format!(
        "dn: {name}\nchangetype: modify\nadd: proxyAddresses\nproxyAddresses: \
         SMTP:olga@example.test\n-\nreplace: title\ntitle: Clerk\n-\n"
    );
    let file = put(shell, "modify.ldif", record);
    let output = shell.tool("ldapmodify", &["-f", &file]);
    shell.taken.step("modify", &output, &[]);
    let output = shell.tool("ldapcompare", &[name, "title:Clerk"]);
    shell.refused("compare", &output, 6, "TRUE");
    let park = format!("OU=Park,{BASE}");
    let output = shell.tool("ldapmodrdn", &["-r", "-s", &park, name, "CN=Olga Moved"]);
    shell.taken.step("move", &output, &[]);
    let output = shell.tool("ldapdelete", &[&format!("CN=Olga Moved,{park}")]);
    assert!(output.status.success(), "{output:?}");
    let shown = [
        "-LLL",
        "-E",
        "!1.2.840.113556.1.4.417",
        "-b",
        BASE,
        "(sAMAccountName=olga)",
    ];
    let output = shell.tool("ldapsearch", &shown);
    shell.taken.step("delete", &output, &["isDeleted: TRUE"]);
}
