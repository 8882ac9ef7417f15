//! Exports of other shapes, and what is made of a snapshot before a plan.

use super::program::Desk;
use super::{AD, DOMAINS, USERS};

/// Ann as Get-ADUser writes her to CSV, with all properties.
const CSV: &str = "\
#TYPE Microsoft.ActiveDirectory.Management.ADUser
\"DistinguishedName\";\"ObjectClass\";\"ObjectGUID\";\"SamAccountName\";\"UserPrincipalName\";\
\"mail\";\"proxyAddresses\"
\"CN=Ann,OU=Staff,DC=corp,DC=example\";\"user\";\"00000002-0000-0000-0000-000000000000\";\"ann\";\
\"ann@corp.example\";\"\";\"Microsoft.ActiveDirectory.Management.ADPropertyValueCollection\"
";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.put("ad.ldif", AD);
    desk.put("ad.csv", CSV);
    desk.put("cloud/users.json", USERS);
    desk.put("cloud/domains.json", DOMAINS);
    desk
}

#[test]
fn what_an_export_lost_is_told_and_taken_on_demand() {
    let desk = desk();
    let import = ["import", "--ad", "ad.csv", "--cloud", "cloud", "-o", "out"];
    let refused = desk.run(&import);
    assert_eq!(refused.output(2), "");
    insta::assert_snapshot!("lost", refused.stderr);
    let taken = desk.run(&[&import[..], &["--accept-loss"]].concat());
    assert_eq!(taken.output(0), "");
    assert!(
        taken
            .stderr
            .contains("ad.csv:3: values of `proxyAddresses` are lost")
    );
    let names = "users=cloud/users.json";
    let again = [
        "import",
        "--ad",
        "ad.ldif",
        "--cloud",
        names,
        "cloud/domains.json",
        "-o",
        "2",
    ];
    assert_eq!(desk.run(&again).output(0), "");
}

/// Ann's twin in a second forest: her address, and somebody of its own.
const SECOND: &str = "\
dn: OU=Team,DC=other,DC=example
objectClass: organizationalUnit
objectGUID:: CwAAAAAAAAAAAAAAAAAAAA==

dn: CN=Ann,OU=Team,DC=other,DC=example
objectClass: user
objectGUID:: DAAAAAAAAAAAAAAAAAAAAA==
sAMAccountName: ann
userPrincipalName: ann@corp.example
proxyAddresses: SMTP:ann@corp.example

dn: CN=Ben,OU=Team,DC=other,DC=example
objectClass: user
objectGUID:: DQAAAAAAAAAAAAAAAAAAAA==
sAMAccountName: ben
userPrincipalName: ben@corp.example
";

#[test]
fn two_forests_that_are_synced_to_one_tenant_are_one_snapshot() {
    let desk = desk();
    desk.put("second.ldf", SECOND);
    let import = [
        "import",
        "--ad",
        "ad.ldif",
        "--forest",
        "second.ldf",
        "--cloud",
        "cloud",
    ];
    let ran = desk.run(&[&import[..], &["-o", "both"]].concat());
    assert_eq!(ran.output(0), "");
    assert!(desk.path("both/ad-2.ldif").exists());
    let ran = desk.run(&["predict", "both", "--all", "--exit-zero"]);
    insta::assert_snapshot!("two_forests", ran.output(0));
    let ran = desk.run(&["hygiene", "both"]);
    let said = ran.output(1);
    assert!(
        said.contains("also userPrincipalName of CN=Ann,OU=Staff,DC=corp,DC=example"),
        "{said}"
    );
    // The same without names has both, too.
    let hidden = [&import[..], &["--pseudonymise", "key", "-o", "hidden"]].concat();
    desk.run(&hidden).output(0);
    let names = std::fs::read_to_string(desk.path("hidden/ad-2.ldif")).expect("a forest");
    assert!(
        !names.contains("Ben") && !names.contains("other"),
        "{names}"
    );
    desk.run(&["predict", "hidden", "--exit-zero"]).output(0);
    // A snapshot of one forest in its place leaves nothing of the second behind.
    let one = [
        "import",
        "--ad",
        "ad.ldif",
        "--cloud",
        "cloud",
        "-o",
        "both",
        "--replace",
    ];
    desk.run(&one).output(0);
    assert!(!desk.path("both/ad-2.ldif").exists());
}

/// What a server in staging mode would export: Ann under another name, somebody who is gone.
const PENDING: &str = "\
<cs-objects>
 <cs-object id=\"{1}\" object-type=\"user\">
  <unapplied-export>
   <delta operation=\"add\" dn=\"CN={416741414141414141414141414141414141414141413D3D}\">
    <attr name=\"userPrincipalName\"><value>a.lee@corp.example</value></attr>
    <attr name=\"thumbnailPhoto\"><value>AAAA</value></attr>
   </delta>
  </unapplied-export>
 </cs-object>
 <cs-object id=\"{2}\" object-type=\"user\">
  <unapplied-export>
   <delta operation=\"delete\" dn=\"CN={4251414141414141414141414141414141414141413D3D}\"/>
  </unapplied-export>
 </cs-object>
</cs-objects>
";

#[test]
fn a_prediction_stands_beside_what_a_staging_server_would_export() {
    let desk = desk();
    desk.put("pending.xml", PENDING);
    let compare = ["predict", ".", "--compare", "pending.xml"];
    let ran = desk.run(&compare);
    insta::assert_snapshot!("compared", ran.output(1));
    let ran = desk.run(&[&compare[..], &["--exit-zero", "--format", "json"]].concat());
    let told: serde_json::Value = serde_json::from_str(ran.output(0)).expect("JSON");
    assert_eq!(
        told["differences"][1]["attributes"][0]["name"], "userPrincipalName",
        "{told:#}"
    );
    assert_eq!(told["notModelled"]["thumbnailPhoto"], 1, "{told:#}");
    let ran = desk.run(&[&compare[..], &["--format", "csv"]].concat());
    assert!(
        ran.output(2).is_empty() && ran.stderr.contains("no table"),
        "{}",
        ran.stderr
    );
    // It is none of the exports that a snapshot is made from.
    let import = [
        "import",
        "--ad",
        "ad.ldif",
        "--cloud",
        "pending.xml",
        "-o",
        "out",
    ];
    let ran = desk.run(&import);
    assert!(
        ran.output(2).is_empty() && ran.stderr.contains("predict --compare"),
        "{}",
        ran.stderr
    );
}

#[test]
fn an_import_is_written_as_a_whole_or_not_at_all() {
    let desk = desk();
    let import = [
        "import", "--ad", "ad.ldif", "--cloud", "cloud", "-o", "half",
    ];
    // The folder stands where a file is to be written.
    desk.put("half/lab.yaml/mine.txt", "mine");
    let before = desk.files();
    assert_eq!(desk.run(&import).output(2), "");
    let replace = [&import[..], &["--replace"]].concat();
    let refused = desk.run(&replace);
    assert_eq!(refused.output(2), "");
    assert!(refused.stderr.contains("lab.yaml"), "{}", refused.stderr);
    assert!(desk.files() == before, "nothing is written");
    // A file stands where the folder `cloud` is to be made, which is found out late.
    std::fs::remove_dir_all(desk.path("half")).expect("it can be removed");
    desk.put("half/cloud", "mine");
    desk.put("half/notes.txt", "mine");
    let before = desk.files();
    assert_eq!(desk.run(&import).output(2), "");
    assert!(desk.files() == before, "what was moved in is taken out");
}

#[test]
fn a_snapshot_that_somebody_worked_on_is_replaced_only_on_demand() {
    let desk = desk();
    let import = ["import", "--ad", "ad.ldif", "--cloud", "cloud", "-o", "lab"];
    desk.put("lab/lab.yaml", "# by hand\nseed: 7\n");
    let before = desk.files();
    let refused = desk.run(&import);
    assert_eq!(refused.output(2), "");
    insta::assert_snapshot!("not_replaced", refused.stderr);
    assert!(desk.files() == before, "it is as it was");
    desk.put("lab/ad.ldf", "old");
    desk.put("lab/cloud/groups.csv", "old");
    desk.put("lab/cloud/notes.txt", "mine");
    let taken = desk.run(&[&import[..], &["--replace"]].concat());
    assert_eq!(taken.output(0), "");
    let told = "written over: ad.ldf, lab.yaml, cloud/groups.csv";
    assert!(taken.stderr.contains(told), "{}", taken.stderr);
    let files = desk.files();
    for (name, is_there) in [
        ("lab/ad.ldif", true),
        ("lab/ad.ldf", false),
        ("lab/cloud/groups.csv", false),
        ("lab/cloud/notes.txt", true),
    ] {
        assert_eq!(files.contains_key(&desk.path(name)), is_there, "{name}");
    }
    let lab = String::from_utf8_lossy(&files[&desk.path("lab/lab.yaml")]);
    assert!(!lab.contains("by hand"), "{lab}");
}

#[test]
fn text_that_is_no_utf_8_is_told_with_its_line() {
    let desk = desk();
    desk.put("s.yaml", b"scenario: A\nworld:\n  ad:\n    m\xfcller: {}\n");
    desk.put("lab.yaml", b"seed: 1\n# M\xfcller\n");
    let both = [desk.run(&["check", "s.yaml"]), desk.run(&["predict", "."])];
    let said = both.map(|ran| {
        assert_eq!(ran.output(2), "");
        ran.stderr
    });
    insta::assert_snapshot!("not_utf_8", said.concat());
}

#[test]
fn the_kit_fits_on_one_page() {
    let desk = Desk::new();
    let kit = desk.run(&["kit", "--domain", "DC=corp,DC=example"]);
    // As many lines as a page of paper has.
    assert!(kit.output(0).lines().count() <= 66, "{}", kit.output(0));
    insta::assert_snapshot!("kit", kit.output(0));
    let script = desk.run(&["kit", "--format", "ps1"]);
    assert!(script.output(0).contains("$ErrorActionPreference = 'Stop'"));
}

#[test]
fn whose_account_is_whose_is_decided_in_a_file_and_taken_back() {
    let desk = desk();
    let import = ["import", "--ad", "ad.ldif", "--cloud", "cloud", "-o", "lab"];
    assert_eq!(desk.run(&import).output(0), "");
    let ann = "CN=Ann,OU=Staff,DC=corp,DC=example";
    let id = "00000000-0000-4000-8000-000000000001";
    // Nothing ties the two together, so nothing is said.
    let told = desk.run(&["belongs", "lab"]);
    assert!(!told.output(0).contains(id), "{}", told.output(0));
    desk.put("mine.yaml", format!("ambiguous:\n  \"{ann}\": {id}\n"));
    assert_eq!(
        desk.run(&["belongs", "lab", "--take", "mine.yaml"])
            .output(0),
        ""
    );
    let lab = std::fs::read_to_string(desk.path("lab/lab.yaml")).expect("lab.yaml is there");
    assert!(lab.contains(id), "{lab}");
    desk.put("wrong.yaml", format!("exact:\n  \"{ann}\": nobody\n"));
    let wrong = desk.run(&["belongs", "lab", "--take", "wrong.yaml"]);
    assert_eq!(wrong.output(2), "");
    assert!(wrong.stderr.contains("wrong.yaml:2"), "{}", wrong.stderr);
}

#[test]
fn hygiene_speaks_the_words_of_idfix_and_reads_them_back() {
    let desk = desk();
    let ad = AD.replace("title: Clerk", "displayName: Ann\nmail: ann,x@corp.example");
    desk.put("ad.ldif", ad);
    let import = ["import", "--ad", "ad.ldif", "--cloud", "cloud", "-o", "lab"];
    assert_eq!(desk.run(&import).output(0), "");
    insta::assert_snapshot!("hygiene", desk.run(&["hygiene", "lab"]).output(1));
    let csv = desk.run(&["hygiene", "lab", "--format", "csv"]);
    let chosen = csv.output(1).replace(",EDIT,\r\n", ",EDIT,EDIT\r\n");
    desk.put("idfix.csv", &chosen);
    let tried = desk.run(&["hygiene", "lab", "--idfix", "idfix.csv"]);
    insta::assert_snapshot!("hygiene_tried", tried.output(1));
}

#[test]
fn pseudonyms_hide_the_names() {
    let desk = desk();
    let import = [
        "import",
        "--ad",
        "ad.ldif",
        "--cloud",
        "cloud",
        "--scope",
        "OU=Staff,DC=corp,DC=example",
        "-o",
        "lab",
        "--pseudonymise",
        "a key",
    ];
    assert_eq!(desk.run(&import).output(0), "");
    for (path, bytes) in desk.files() {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        if path.starts_with(desk.path("lab")) {
            for name in ["clerk", "staff", "ann@"] {
                assert!(!text.contains(name), "{name} is left in {}", path.display());
            }
        }
    }
    assert_ne!(desk.run(&["predict", "lab"]).code, Some(2));
}

#[test]
fn a_capture_of_a_forest_sends_no_password_in_the_clear() {
    let desk = Desk::new();
    let to = [
        "capture",
        "ad",
        "ldap://dc1.corp.example",
        "--bind-dn",
        "ann",
        "-o",
        "ad",
    ];
    let refused = desk.run(&to);
    assert_eq!(refused.output(2), "");
    assert!(refused.stderr.contains("ldaps://"), "{}", refused.stderr);
}
