//! The worked tables 4.2 and 4.4, and rules R4.2 to R4.6.

use crate::address::Upn;
use crate::ids::CloudKey;
use crate::profile::Profile;
use crate::sync_object::SyncObject;
use crate::tenant::{Authentication, Domain};
use crate::workbench::{Workbench, eras, line, person};

/// Table 4.2: one object as it evolves; its suffix is verified in the last row only.
#[test]
fn table_4_2() {
    let corp = |name: &str| format!("{name}@corp.lamplight.local");
    let smtp = |name: &str| format!("SMTP:{}", corp(name));
    let row = |upn: &str, primary: &str, mail: &str| {
        person(9, upn)
            .with(&[&smtp(primary)])
            .with_mail(&corp(mail))
    };
    let mut bench = Workbench::new(Profile::Entra2025);
    let mut check = |name: &str, sent: &SyncObject, expected: &str| {
        let key = bench.sync(sent);
        let object = bench.get(key);
        let upn = object.user_principal_name.as_ref().map(Upn::as_str);
        let nickname = object.mail_nickname.as_deref();
        let found = format!("{} {}", nickname.unwrap_or("-"), upn.unwrap_or("-"));
        assert_eq!(crate::workbench::short(&found), expected, "{name}");
    };
    check("U1", &row(&corp("cat"), "ann", "bea"), "ann ann@INI");
    let dov = |upn: &str, primary: &str, mail: &str| row(upn, primary, mail).with_nickname("dov");
    check("U2", &dov(&corp("cat"), "ann", "bea"), "dov ann@INI");
    check("U3", &dov(&corp("eli"), "ann", "bea"), "dov dov@INI");
    check("U4", &dov(&corp("eli"), "fay", "gus"), "dov dov@INI");
    check("U5", &dov("eli", "fay", "gus"), "dov eli@");
}

struct Table {
    bench: Workbench,
    key: CloudKey,
}

impl Table {
    /// A user that is created and then licensed, as a table's first row has it.
    fn licensed(sent: &SyncObject) -> Self {
        let mut bench = Workbench::new(Profile::Entra2025);
        let key = bench.sync(sent);
        bench.license(key);
        Self { bench, key }
    }

    fn check(&self, row: &str, expected: &str) {
        assert_eq!(self.bench.names(self.key), expected, "{row}");
    }
}

/// Table 4.4, rows X1a to X2b: UPN | mail | nickname | addresses.
#[test]
fn table_4_4_without_addresses_and_with_mail() {
    let una = person(9, "una");
    let mut bench = Workbench::new(Profile::Entra2025);
    let key = bench.sync(&una);
    assert_eq!(bench.names(key), "una@ | - | una | {}", "X1a");
    bench.license(key);
    let licensed = "una@ | una@ | una | {SMTP:una@ smtp:una@INI}";
    assert_eq!(bench.names(key), licensed, "X1b");
    bench.sync(&una);
    assert_eq!(bench.names(key), licensed, "X1b, sent again");

    let bo = person(9, "bo.u").with_mail("bo.m");
    let mut bench = Workbench::new(Profile::Entra2025);
    let key = bench.sync(&bo);
    assert_eq!(
        bench.names(key),
        "bo.u@ | bo.m@ | bo.m | {SMTP:bo.m@}",
        "X2a"
    );
    bench.license(key);
    let licensed = "bo.u@ | bo.m@ | bo.m | {SMTP:bo.m@ smtp:bo.m@INI smtp:bo.u@}";
    assert_eq!(bench.names(key), licensed, "X2b");
    bench.sync(&bo);
    assert_eq!(bench.names(key), licensed, "X2b, sent again");
}

/// Rows X3a and X3b, and rule R4.12.
#[test]
fn table_4_4_a_new_primary_removes_the_old_one() {
    let cu = |n: &str| {
        let [other, system, own] = [
            format!("smtp:{n}3@other.microsoftonline.com"),
            format!("smtp:{n}2@INI"),
            format!("SMTP:{n}1"),
        ];
        person(9, "cu").with(&[&other, &system, &own])
    };
    let mut table = Table::licensed(&cu("c"));
    table.check("X3a", "cu@ | c1@ | c1 | {SMTP:c1@ smtp:c1@INI smtp:cu@}");
    table.bench.sync(&cu("n"));
    table.check("X3b", "cu@ | n1@ | c1 | {SMTP:n1@ smtp:c1@INI smtp:cu@}");
    let listed = cu("c").with(&["SMTP:n1", "smtp:c1"]);
    table.bench.sync(&listed);
    table.check(
        "R4.12",
        "cu@ | n1@ | c1 | {SMTP:n1@ smtp:c1@ smtp:c1@INI smtp:cu@}",
    );
}

/// Rows X4a to X4c, and rule R4.13.
#[test]
fn table_4_4_without_the_licence() {
    let mut table = Table::licensed(&person(9, "du"));
    table.check("X4a", "du@ | du@ | du | {SMTP:du@ smtp:du@INI}");
    let tenant = &mut table.bench.tenant;
    tenant
        .remove_licence(table.key, "EXCHANGESTANDARD")
        .expect("it has that licence");
    table.check("X4b", "du@ | du@INI | du | {SMTP:du@INI}");
    table.bench.sync(&person(9, "du"));
    table.check("X4b, sent again", "du@ | du@INI | du | {SMTP:du@INI}");
    table.bench.sync(&person(9, "du").with(&["smtp:dn"]));
    table.check("X4c", "du@ | du@INI | du | {SMTP:du@INI smtp:dn@ smtp:du@}");
}

/// The routing address of a user whose UPN it is survives the licence (rule R4.13).
#[test]
fn a_upn_in_the_initial_domain_is_the_routing_address() {
    let mut table = Table::licensed(&person(9, "du@corp.lamplight.local"));
    table.check("licensed", "du@INI | du@INI | du | {SMTP:du@INI}");
    let tenant = &mut table.bench.tenant;
    tenant
        .remove_licence(table.key, "EXCHANGESTANDARD")
        .expect("it has that licence");
    table.check("unlicensed", "du@INI | du@INI | du | {SMTP:du@INI}");
}

/// Rows X5 and X6, and rule R4.11, steps 6 and 7.
#[test]
fn table_4_4_routing_addresses_stick_and_are_numbered() {
    let mut table = Table::licensed(&person(9, "eu"));
    table.bench.sync(&person(9, "eu").with_nickname("en"));
    table.check("X5", "eu@ | eu@ | en | {SMTP:eu@ smtp:eu@INI}");

    let mut table = Table::licensed(&person(8, "fa").with_nickname("same"));
    table.check("X6", "fa@ | fa@ | same | {SMTP:fa@ smtp:same@INI}");
    table.key = table.bench.sync(&person(9, "fb").with_nickname("same"));
    table.bench.license(table.key);
    let names = table.bench.names(table.key);
    let digits = names
        .strip_prefix("fb@ | fb@ | same | {SMTP:fb@ smtp:same")
        .and_then(|rest| rest.strip_suffix("@INI}"));
    let four = |digits: &str| digits.len() == 4 && digits.bytes().all(|it| it.is_ascii_digit());
    assert!(digits.is_some_and(four), "X6: {names}");
}

/// Rules R4.2 and R4.3, in the order of the sources of a nickname.
#[test]
fn the_nickname_is_the_first_that_is_present() {
    let nickname = |sent: SyncObject| {
        let mut bench = Workbench::new(Profile::Entra2025);
        let key = bench.sync(&sent);
        bench.get(key).mail_nickname.clone().unwrap_or_default()
    };
    let full = || {
        person(9, "upn")
            .with(&["smtp:alias", "SMTP:primary"])
            .with_mail("mail")
    };
    assert_eq!(nickname(full().with_nickname("nick")), "nick");
    assert_eq!(nickname(full().with_nickname("")), "primary");
    assert_eq!(nickname(full()), "primary");
    assert_eq!(nickname(full().with(&["smtp:alias"])), "mail");
    assert_eq!(nickname(person(9, "upn").with(&["smtp:alias"])), "upn");
    let mut nameless = person(9, "upn").with(&["smtp:alias"]);
    nameless.user_principal_name = None;
    assert_eq!(nickname(nameless), "alias");
}

/// Rule R4.4: mail, address and nickname alone never change a UPN; a domain does.
#[test]
fn a_upn_follows_its_own_attribute_and_the_domains() {
    let corp = "ann@corp.lamplight.local";
    let mut bench = Workbench::new(Profile::Entra2025);
    let key = bench.sync(&person(9, corp));
    let cloud_only = bench.add(crate::workbench::account(1, "bea@INI"));
    bench.sync(
        &person(9, corp)
            .with_nickname("nick")
            .with_mail("m")
            .with(&["SMTP:s"]),
    );
    assert_eq!(bench.names(key), "ann@INI | s@ | nick | {SMTP:s@}");
    let corp_domain = |verified| Domain {
        name: "corp.lamplight.local".into(),
        initial: false,
        verified,
        authentication: Authentication::Managed,
    };
    let (now, entropy) = (bench.now, &mut bench.entropy);
    assert_eq!(
        bench.tenant.change_domain(corp_domain(true), now, entropy),
        [key]
    );
    assert_eq!(
        bench.tenant.change_domain(corp_domain(true), now, entropy),
        []
    );
    assert_eq!(
        bench.names(key),
        "ann@corp.lamplight.local | s@ | nick | {SMTP:s@}"
    );
    let (now, entropy) = (bench.now, &mut bench.entropy);
    assert_eq!(
        bench.tenant.change_domain(corp_domain(false), now, entropy),
        [key]
    );
    assert_eq!(bench.names(key), "nick@INI | s@ | nick | {SMTP:s@}");
    assert_eq!(bench.names(cloud_only), "bea@INI | - | - | {}");
}

/// Rule R4.5.
#[test]
fn a_new_upn_of_a_licensed_user_is_also_an_address() {
    let with = |upn| person(9, upn).with(&["SMTP:s"]);
    let mut table = Table::licensed(&with("ann"));
    table.bench.sync(&with("ann.k"));
    table.check("R4.5", "ann.k@ | s@ | s | {SMTP:s@ smtp:ann.k@ smtp:s@INI}");
    let mut table = Table::licensed(&person(9, "ann"));
    table.bench.sync(&person(9, "ann.k"));
    table.check(
        "R4.5, UPN only",
        "ann.k@ | ann.k@ | ann | {SMTP:ann.k@ smtp:ann@INI}",
    );
}

/// Rule R4.6, case U02.
#[test]
fn upns_of_licensed_managed_users_may_be_held_back() {
    let held = |bench: &mut Workbench, licensed: bool, upn: &str| {
        bench.tenant.features.synchronize_upn_for_managed_users = false;
        let key = bench.sync(&person(9, upn));
        if licensed {
            bench.license(key);
        }
        bench.send(&person(9, "salo.b"))
    };
    let ignored = eras(|bench| {
        let answer = held(bench, true, "salo");
        let key = answer.key.expect("it is known");
        assert_eq!(
            bench.names(key),
            "salo@ | salo@ | salo | {SMTP:salo@ smtp:salo@INI}"
        );
        let facts = &bench.get(key).on_premises;
        assert_eq!(
            facts.user_principal_name.as_deref(),
            Some("salo.b@lamplight.example")
        );
        answer
    });
    assert_eq!(ignored, ["updated : R2.1 R4.6"; 4]);
    let plain = ["updated : R2.1"; 4];
    assert_eq!(eras(|bench| held(bench, false, "salo")), plain);
    assert_eq!(
        eras(|bench| held(bench, true, "salo@fed.lamplight.example")),
        plain
    );
}

/// Rule R4.6: turning the feature on brings nothing back; a touched UPN does.
#[test]
fn what_was_held_back_needs_a_new_value() {
    let mut bench = Workbench::new(Profile::DirSync2013);
    let key = bench.sync(&person(9, "salo"));
    bench.license(key);
    let upn = |bench: &Workbench| bench.names(key).split(' ').next().map(str::to_owned);
    bench.sync(&person(9, "salo.b"));
    bench.tenant.features.synchronize_upn_for_managed_users = true;
    assert_eq!(line(&bench.send(&person(9, "salo.b"))), "updated : R2.1");
    assert_eq!(upn(&bench).as_deref(), Some("salo@"));
    bench.sync(&person(9, "salo.c"));
    assert_eq!(upn(&bench).as_deref(), Some("salo.c@"));
}

/// Question Q9.25.
#[test]
fn whether_a_takeover_obeys_the_gate_is_a_switch() {
    for (obeys, expected) in [(false, "mira@"), (true, "old@INI")] {
        let mut bench = Workbench::new(Profile::DirSync2013);
        bench.tenant.policy.healthy_takeover_obeys_upn_gate = obeys;
        let mut found = crate::workbench::account(1, "old@INI").anchored(9);
        found.licences = ["EXCHANGESTANDARD".into()].into();
        let key = bench.add(found);
        bench.sync(&person(9, "mira"));
        assert!(
            bench.names(key).starts_with(expected),
            "{}",
            bench.names(key)
        );
    }
}
