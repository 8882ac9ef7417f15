//! LDAP clients against `mock-ad`.

use std::fmt::Write as _;
use std::process::{Command, Output};

use crate::matrix::Matrix;
use crate::served::Served;
use crate::tools::{node, python, rust, steps};

mod programs;
mod samba;

const BASE: &str = "DC=example,DC=test";
const PASSWORD: &str = "Autumnal-Equinox-2030";
const SHOW_DELETED: &str = "1.2.840.113556.1.4.417";

/// Lines of the rootDSE, as programs of the system print them.
const ROOT_DSE: [&str; 7] = [
    "defaultNamingContext: DC=example,DC=test\n",
    "namingContexts: DC=example,DC=test\n",
    "namingContexts: CN=Schema,CN=Configuration,DC=example,DC=test\n",
    "supportedControl: 1.2.840.113556.1.4.319\n",
    "supportedControl: 1.2.840.113556.1.4.417\n",
    "supportedControl: 1.2.840.113556.1.4.841\n",
    "supportedCapabilities: 1.2.840.113556.1.4.800\n",
];

/// What a new user has that its author does not name.
const DEFAULTS: [&str; 4] = [
    "instanceType: 4\n",
    "primaryGroupID: 513\n",
    "objectCategory: CN=Person,CN=Schema,CN=Configuration,DC=example,DC=test\n",
    "whenCreated: ",
];

const MATRIX: Matrix = Matrix {
    page: "docs/clients-ldap.md",
    title: "LDAP clients that mock-ad is tested with",
    steps: &[
        ("bind", "simple bind with a UPN"),
        (
            "bind-refused",
            "a wrong password is told by Active Directory's data code",
        ),
        ("whoami", "Who am I?"),
        (
            "root-dse",
            "rootDSE: naming contexts, controls, capabilities",
        ),
        ("schema", "the schema is read and used to check names"),
        ("search", "indexed search, attributes selected"),
        ("search-binary-guid", "filter on a binary objectGUID"),
        (
            "search-bitwise",
            "bitwise matching rule on userAccountControl",
        ),
        ("search-in-chain", "membership through nested groups"),
        (
            "size-limit",
            "more than 1,000 entries without paging are cut",
        ),
        ("paged", "paged search of 1,500 users"),
        ("range", "1,501 members read by ranges"),
        ("sort", "server-side sorting"),
        ("dirsync", "DirSync: everything, then the changes only"),
        ("compare", "compare"),
        ("add", "add with Active Directory's defaults"),
        (
            "add-refused",
            "a taken sAMAccountName is refused in Active Directory's words",
        ),
        ("modify", "modify: add, replace, delete values"),
        ("groups", "members join and leave groups"),
        ("start-tls", "StartTLS, certificate checked"),
        ("ldaps", "LDAPS, certificate checked"),
        ("password", "a password is set over TLS and used"),
        ("move", "rename and move"),
        ("delete", "delete: the object is gone"),
        (
            "tombstone",
            "the tombstone is found with the control, not without it",
        ),
    ],
};

/// A forest with 1,500 users, in a group that is in a group. A contact is the member that makes the
/// group's members too many for one answer.
fn forest() -> String {
    let mut ldif = format!(
        "dn: {BASE}\nobjectClass: domainDNS\n\n\
         dn: OU=Staff,{BASE}\nobjectClass: organizationalUnit\n\n\
         dn: OU=Park,{BASE}\nobjectClass: organizationalUnit\n\n\
         dn: CN=One More,OU=Park,{BASE}\nobjectClass: contact\n\n"
    );
    for number in 0..1500 {
        let control = if number % 500 == 1 { 514 } else { 512 };
        let _ = write!(
            ldif,
            "dn: CN=User {number:04},OU=Staff,{BASE}\nobjectClass: user\n\
             sAMAccountName: u{number:04}\nuserPrincipalName: u{number:04}@example.test\n\
             userAccountControl: {control}\n\n"
        );
    }
    let _ = write!(
        ldif,
        "dn: CN=Everyone Else,OU=Staff,{BASE}\nobjectClass: group\n\
         sAMAccountName: everyone-else\nmember: CN=One More,OU=Park,{BASE}\n"
    );
    for number in 0..1500 {
        let _ = writeln!(ldif, "member: CN=User {number:04},OU=Staff,{BASE}");
    }
    let _ = write!(
        ldif,
        "\ndn: CN=All,OU=Staff,{BASE}\nobjectClass: group\nsAMAccountName: all\n\
         member: CN=Everyone Else,OU=Staff,{BASE}\n"
    );
    ldif
}

fn serve() -> Served {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    std::fs::write(directory.path().join("forest.ldif"), forest()).expect("the forest");
    let arguments = [
        "--base",
        BASE,
        "--load",
        "forest.ldif",
        "--ldap",
        "127.0.0.1:0",
        "--ldaps",
        "127.0.0.1:0",
        "--admin-password",
        PASSWORD,
    ];
    Served::start("mock-ad", directory, &arguments)
}

/// The steps that a program of the system took.
#[derive(Debug, Default)]
struct Taken(Vec<String>);

impl Taken {
    /// A step that ends well and prints what is wanted.
    #[track_caller]
    fn step(&mut self, step: &str, output: &Output, wanted: &[&str]) {
        let said = String::from_utf8_lossy(&output.stdout);
        let complained = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{step}: {said}{complained}");
        for wanted in wanted {
            assert!(said.contains(wanted), "{step}: no `{wanted}` in {said}");
        }
        self.0.push(step.to_owned());
    }
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What follows this on the lines that begin with it.
fn after<'a>(text: &'a str, prefix: &str) -> Vec<&'a str> {
    let lines = text.lines();
    lines.filter_map(|line| line.strip_prefix(prefix)).collect()
}

/// Tells a client where the server is.
fn told(mut command: Command, served: &Served) -> Command {
    command
        .env("LDAP_URL", served.said("ldap"))
        .env("LDAPS_URL", served.said("ldaps"))
        .env("CA_FILE", served.said("ca_file"))
        // Where the Rust client looks for whom to trust.
        .env("SSL_CERT_FILE", served.said("ca_file"))
        .env("BIND_DN", "Administrator@example.test")
        .env("PASSWORD", served.said("password"))
        .env("BASE_DN", BASE);
    command
}

#[test]
fn every_client_tells_its_story() {
    let served = serve();
    let story = |command| steps(told(command, &served));
    let taken = [
        ("OpenLDAP tools", programs::openldap(&served)),
        ("python ldap3", story(python("ldap3_story.py"))),
        ("python-ldap", story(python("python_ldap_story.py"))),
        ("bonsai", story(python("bonsai_story.py"))),
        ("msldap", story(python("msldap_story.py"))),
        ("ldapts", story(node("ldapts_story.mjs"))),
        ("ldapjs", story(node("ldapjs_story.mjs"))),
        ("Rust ldap3", story(rust("ldap3_story"))),
        ("Samba tools", samba::samba(&served)),
    ];
    MATRIX.hold(&taken);
}
