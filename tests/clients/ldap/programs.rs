//! Programs that administrators type: OpenLDAP's tools.

use std::process::{Command, Output};

use super::{BASE, PASSWORD};
use crate::served::Served;

const USER: &str = "Administrator@example.test";

struct Shell<'a> {
    served: &'a Served,
    taken: Vec<String>,
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

    /// A step that ends well and prints what is wanted.
    #[track_caller]
    fn step(&mut self, step: &str, output: &Output, wanted: &[&str]) {
        let said = String::from_utf8_lossy(&output.stdout);
        let complained = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{step}: {said}{complained}");
        for wanted in wanted {
            assert!(said.contains(wanted), "{step}: no `{wanted}` in {said}");
        }
        self.taken.push(step.to_owned());
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
        self.taken.push(step.to_owned());
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
        taken: Vec::new(),
    };
    let staff = format!("OU=Staff,{BASE}");
    let name = format!("CN=Olga Tool,{staff}");
    read(&mut shell, &staff);
    write(&mut shell, &staff, &name);
    shell.taken
}

fn read(shell: &mut Shell<'_>, staff: &str) {
    let output = shell.tool("ldapwhoami", &[]);
    shell.step("bind", &output, &["\\Administrator"]);
    shell.step("whoami", &output, &["u:"]);
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
    shell.step(
        "root-dse",
        &output,
        &["defaultNamingContext: DC=example,DC=test"],
    );
    let filter = "(sAMAccountName=u0007)";
    let output = shell.tool(
        "ldapsearch",
        &["-LLL", "-b", staff, filter, "cn", "memberOf"],
    );
    shell.step(
        "search",
        &output,
        &["cn: User 0007", "memberOf: CN=Everyone Else"],
    );
    let filter = "(userAccountControl:1.2.840.113556.1.4.803:=2)";
    let output = shell.tool("ldapsearch", &["-LLL", "-b", staff, filter, "1.1"]);
    assert_eq!(count(&output), 3);
    shell.step("search-bitwise", &output, &[]);
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
    shell.step("paged", &output, &[]);
    let sorted = ["-LLL", "-E", "sss=-cn", "-b", staff, "(cn=User 000*)", "cn"];
    let output = shell.tool("ldapsearch", &sorted);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.find("User 0009") < said.find("User 0001"), "{said}");
    shell.step("sort", &output, &[]);
    let output = shell.tool(
        "ldapsearch",
        &["-LLL", "-b", BASE, "-E", "!dirSync=0/0", "(cn=All)"],
    );
    shell.step("dirsync", &output, &["CN=All"]);
    let output = shell.tool(
        "ldapsearch",
        &["-LLL", "-ZZ", "-s", "base", "-b", BASE, "1.1"],
    );
    shell.step("start-tls", &output, &["dn: DC=example,DC=test"]);
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
    shell.step("add", &output, &[]);
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
    shell.step("modify", &output, &[]);
    let output = shell.tool("ldapcompare", &[name, "title:Clerk"]);
    shell.refused("compare", &output, 6, "TRUE");
    let park = format!("OU=Park,{BASE}");
    let output = shell.tool("ldapmodrdn", &["-r", "-s", &park, name, "CN=Olga Moved"]);
    shell.step("move", &output, &[]);
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
    shell.step("delete", &output, &["isDeleted: TRUE"]);
}
