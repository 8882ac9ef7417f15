//! Requests that change the directory.

use super::*;
use crate::directory::AttributeId;
use crate::search::ResultCode;

const ANN: &str = "CN=Ann,OU=Staff,DC=example,DC=test";
const BOB: &str = "CN=Bob,OU=Staff,DC=example,DC=test";
const TEAM: &str = "CN=Team,OU=Staff,DC=example,DC=test";
const PERMISSIVE: &str = "1.2.840.113556.1.4.1413";
const TREE_DELETE: &str = "1.2.840.113556.1.4.805";
const SHOW_DELETED: &str = "1.2.840.113556.1.4.417";

fn admin(host: &mut Standalone, request: Request, controls: &[&str]) -> Outcome {
    outcome(&mut Session::administrator(), host, request, controls)
}

fn add(dn: &str, attributes: &[(&str, &str)]) -> Request {
    let attributes = attributes
        .iter()
        .map(|(name, value)| ((*name).to_owned(), vec![value.as_bytes().to_vec()]));
    Request::Add(Addition {
        dn: dn.to_owned(),
        attributes: attributes.collect(),
    })
}

fn texts(host: &mut Standalone, dn: &str, attribute: &str) -> Vec<String> {
    let directory = host.directory_mut();
    let id = directory.find(&dn.parse().unwrap()).unwrap();
    let attribute = directory.schema().attribute(attribute).unwrap();
    let values = directory.attribute_values(id, attribute);
    values
        .iter()
        .map(|value| match (value.as_text(), value.as_integer()) {
            (Some(text), _) => text.to_string(),
            (None, Some(number)) => number.to_string(),
            (None, None) => format!("{value:?}"),
        })
        .collect()
}

#[test]
fn a_modification_adds_removes_replaces_and_counts_in_order() {
    let mut host = host();
    let changes = modify(
        ANN,
        &[
            (Change::Add, "title", &[b"Clerk"]),
            (Change::Delete, "title", &[b"clerk"]),
            (Change::Replace, "countryCode", &[b"40"]),
            (Change::Increment, "countryCode", &[b"2"]),
            (Change::Add, "proxyAddresses", &[b"smtp:a@example.test"]),
        ],
    );
    assert_eq!(admin(&mut host, changes, &[]).code, ResultCode::SUCCESS);
    assert_eq!(texts(&mut host, ANN, "countryCode"), ["42"]);
    assert_eq!(texts(&mut host, ANN, "title"), [] as [&str; 0]);
    assert_eq!(texts(&mut host, ANN, "proxyAddresses").len(), 2);

    let half = modify(
        ANN,
        &[
            (Change::Replace, "title", &[b"T"]),
            (Change::Delete, "info", &[b"none"]),
        ],
    );
    assert_eq!(
        admin(&mut host, half, &[]).code,
        ResultCode::NO_SUCH_ATTRIBUTE
    );
    assert_eq!(
        texts(&mut host, ANN, "title"),
        [] as [&str; 0],
        "all or nothing"
    );
}

#[test]
fn a_permissive_modification_takes_what_is_so_already() {
    let mut host = host();
    let member = format!("<GUID={}>", {
        let directory = host.directory_mut();
        let ann = directory.find_by_sam_account_name("ann").unwrap();
        directory.object(ann).unwrap().guid
    });
    let cases: [(&str, Change, &str, &[&[u8]]); 5] = [
        (
            ANN,
            Change::Add,
            "proxyAddresses",
            &[b"smtp:ANN@example.test"],
        ),
        (
            ANN,
            Change::Delete,
            "proxyAddresses",
            &[b"smtp:none@example.test"],
        ),
        (ANN, Change::Delete, "info", &[]),
        (TEAM, Change::Add, "member", &[member.as_bytes()]),
        (TEAM, Change::Delete, "member", &[BOB.as_bytes()]),
    ];
    for (dn, operation, attribute, values) in cases {
        let request = || modify(dn, &[(operation, attribute, values)]);
        let plain = admin(&mut host, request(), &[]);
        assert_ne!(plain.code, ResultCode::SUCCESS, "{operation:?} {attribute}");
        let permissive = admin(&mut host, request(), &[PERMISSIVE]);
        assert_eq!(
            permissive.code,
            ResultCode::SUCCESS,
            "{operation:?} {attribute}"
        );
    }
    assert_eq!(
        texts(&mut host, ANN, "proxyAddresses"),
        ["SMTP:ann@example.test"]
    );
}

#[test]
fn passwords_are_set_over_tls_and_read_by_nobody() {
    let mut host = host();
    let reset = |password: &[u8]| modify(ANN, &[(Change::Replace, "unicodePwd", &[password])]);
    let good = quoted("N3w-Secret");
    let clear = admin(&mut host, reset(&good), &[]);
    assert_eq!(clear.code, ResultCode::UNWILLING_TO_PERFORM);
    assert!(
        clear.diagnostic.starts_with("0000001F: SvcErr: "),
        "{}",
        clear.diagnostic
    );

    let mut session = Session::administrator();
    session.encrypted = true;
    for (password, code, start) in [
        (b"N3w-Secret".to_vec(), 53, "0000001F: SvcErr: "),
        (quoted("short"), 19, "0000052D: AtrErr: "),
        (quoted("alllowercase"), 19, "0000052D: AtrErr: "),
        (quoted("Xann-1234"), 19, "0000052D: AtrErr: "),
        (good, 0, ""),
    ] {
        let result = outcome(&mut session, &mut host, reset(&password), &[]);
        assert_eq!(result.code.0, code, "{}", result.diagnostic);
        assert!(result.diagnostic.starts_with(start));
    }
    let bound = &mut Session::default();
    let yes = outcome(bound, &mut host, bind(ANN, "N3w-Secret"), &[]);
    assert_eq!(yes.code, ResultCode::SUCCESS, "{}", yes.diagnostic);
    assert_eq!(texts(&mut host, ANN, "unicodePwd"), [] as [&str; 0]);

    // A user changes their own password who knows the old one, and nobody else's.
    bound.encrypted = true;
    let change = |dn: &str, old: &str, new: &str| {
        let (old, new) = (quoted(old), quoted(new));
        modify(
            dn,
            &[
                (Change::Delete, "unicodePwd", &[&old]),
                (Change::Add, "unicodePwd", &[&new]),
            ],
        )
    };
    let wrong = outcome(bound, &mut host, change(ANN, "guess", "0ther-Secret"), &[]);
    assert!(
        wrong.diagnostic.starts_with("00000056: AtrErr: "),
        "{}",
        wrong.diagnostic
    );
    let other = outcome(bound, &mut host, change(BOB, "x", "0ther-Secret"), &[]);
    assert_eq!(other.code, ResultCode::INSUFFICIENT_ACCESS_RIGHTS);
    // minPwdAge is a day, pwdHistoryLength 24; a reset is bound by neither.
    let early = change(ANN, "N3w-Secret", "0ther-Secret");
    let early = outcome(bound, &mut host, early, &[]);
    assert!(
        early.diagnostic.starts_with("0000052D: AtrErr: "),
        "{}",
        early.diagnostic
    );
    host.set_now(now() + jiff::SignedDuration::from_hours(24));
    for (old, new, code) in [
        ("N3w-Secret", "N3w-Secret", ResultCode::CONSTRAINT_VIOLATION),
        ("N3w-Secret", "0ther-Secret", ResultCode::SUCCESS),
    ] {
        let own = outcome(bound, &mut host, change(ANN, old, new), &[]);
        assert_eq!(own.code, code, "{new}: {}", own.diagnostic);
    }
    let back = outcome(&mut session, &mut host, reset(&quoted("N3w-Secret")), &[]);
    assert_eq!(back.code, ResultCode::SUCCESS, "{}", back.diagnostic);
}

#[test]
fn passwords_are_as_the_domain_says() {
    let mut host = host();
    let mut session = Session::administrator();
    session.encrypted = true;
    let policy = |host: &mut Standalone, name: &str, value: &str| {
        let change = modify(
            "DC=example,DC=test",
            &[(Change::Replace, name, &[value.as_bytes()])],
        );
        assert_eq!(admin(host, change, &[]).code, ResultCode::SUCCESS, "{name}");
    };
    let mut reset = |host: &mut Standalone, password: &str| {
        let new = quoted(password);
        let request = modify(ANN, &[(Change::Replace, "unicodePwd", &[&new])]);
        outcome(&mut session, host, request, &[]).code
    };
    let refused = ResultCode::CONSTRAINT_VIOLATION;
    assert_eq!(
        reset(&mut host, "Xlee-1234"),
        refused,
        "a word of displayName"
    );
    assert_eq!(reset(&mut host, "Shor-7t"), ResultCode::SUCCESS);
    policy(&mut host, "minPwdLength", "10");
    assert_eq!(reset(&mut host, "Shor-7t"), refused);
    policy(&mut host, "pwdProperties", "0");
    assert_eq!(reset(&mut host, "ann lee ann lee"), ResultCode::SUCCESS);
}

#[test]
fn users_who_are_no_administrators_write_nothing() {
    let mut host = host();
    let ann = host
        .directory_mut()
        .find_by_sam_account_name("ann")
        .unwrap();
    host.directory_mut().set_password(ann, "Secret!1");
    host.change(&crate::directory::Change::Modify {
        object: ann,
        changes: vec![crate::directory::Modification::replace(
            AttributeId::USER_ACCOUNT_CONTROL,
            [crate::directory::Value::Integer(0x1_0200)],
        )],
    })
    .unwrap();
    let session = &mut Session::default();
    assert_eq!(
        outcome(session, &mut host, bind(ANN, "Secret!1"), &[]).code,
        ResultCode::SUCCESS
    );
    let write = || modify(BOB, &[(Change::Replace, "title", &[b"x"])]);
    let refused = outcome(session, &mut host, write(), &[]);
    assert!(
        refused.diagnostic.starts_with("00002098: SecErr: "),
        "{}",
        refused.diagnostic
    );

    // A member of a group of administrators may, from the next bind on.
    let admins = "CN=Domain Admins,CN=Users,DC=example,DC=test";
    let team = modify(admins, &[(Change::Add, "member", &[TEAM.as_bytes()])]);
    assert_eq!(admin(&mut host, team, &[]).code, ResultCode::SUCCESS);
    outcome(session, &mut host, bind(ANN, "Secret!1"), &[]);
    assert_eq!(
        outcome(session, &mut host, write(), &[]).code,
        ResultCode::SUCCESS
    );
}

#[test]
fn an_enabled_user_needs_a_password() {
    let mut host = host();
    let dn = "CN=New,OU=Staff,DC=example,DC=test";
    let enabled = add(
        dn,
        &[("objectClass", "user"), ("userAccountControl", "512")],
    );
    let refused = admin(&mut host, enabled, &[]);
    assert!(
        refused.diagnostic.starts_with("0000052D: SvcErr: "),
        "{}",
        refused.diagnostic
    );
    assert_eq!(
        admin(&mut host, add(dn, &[("objectClass", "user")]), &[])
            .code
            .0,
        0
    );
    assert_eq!(texts(&mut host, dn, "userAccountControl"), ["546"]);
    let enable = || modify(dn, &[(Change::Replace, "userAccountControl", &[b"512"])]);
    assert_eq!(
        admin(&mut host, enable(), &[]).code,
        ResultCode::UNWILLING_TO_PERFORM
    );
    let mut session = Session::administrator();
    session.encrypted = true;
    let password = quoted("N3w-Secret");
    let reset = modify(dn, &[(Change::Replace, "unicodePwd", &[&password])]);
    assert_eq!(
        outcome(&mut session, &mut host, reset, &[]).code,
        ResultCode::SUCCESS
    );
    assert_eq!(admin(&mut host, enable(), &[]).code, ResultCode::SUCCESS);
}

#[test]
fn a_deleted_object_comes_back_by_one_modification_under_any_name() {
    for recycle_bin in [true, false] {
        let mut host = host_with(DOMAIN, recycle_bin);
        let guid = {
            let directory = host.directory_mut();
            let ann = directory.find_by_sam_account_name("ann").unwrap();
            directory.object(ann).unwrap().guid
        };
        assert_eq!(
            admin(&mut host, Request::Delete(ANN.to_owned()), &[])
                .code
                .0,
            0
        );
        let by_guid = format!("<GUID={guid}>");
        let undelete = |to: &str| {
            modify(
                &by_guid,
                &[
                    (Change::Delete, "isDeleted", &[]),
                    (Change::Replace, "distinguishedName", &[to.as_bytes()]),
                ],
            )
        };
        let hidden = admin(&mut host, undelete(ANN), &[]);
        assert_eq!(hidden.code, ResultCode::NO_SUCH_OBJECT);
        let taken = admin(&mut host, undelete(BOB), &[SHOW_DELETED]);
        assert_eq!(taken.code, ResultCode::ENTRY_ALREADY_EXISTS);
        // What comes with it is refused, and then nothing comes back.
        let wrong = modify(
            &by_guid,
            &[
                (Change::Delete, "isDeleted", &[]),
                (Change::Replace, "distinguishedName", &[ANN.as_bytes()]),
                (Change::Replace, "userAccountControl", &[b"many"]),
            ],
        );
        let refused = admin(&mut host, wrong, &[SHOW_DELETED]);
        assert_eq!(refused.code, ResultCode::INVALID_ATTRIBUTE_SYNTAX);
        let still = host.directory().find_by_sam_account_name("ann");
        assert_eq!(still, None, "it is deleted as before");
        let new = "CN=Ann Again,OU=Gone,DC=example,DC=test";
        let back = admin(&mut host, undelete(new), &[SHOW_DELETED]);
        assert_eq!(back.code, ResultCode::SUCCESS, "{}", back.diagnostic);
        assert_eq!(texts(&mut host, new, "sAMAccountName"), ["ann"]);
        let members = texts(&mut host, TEAM, "member");
        assert_eq!(
            members.len(),
            usize::from(recycle_bin),
            "links come from the recycle bin only"
        );
        let again = admin(&mut host, undelete(ANN), &[SHOW_DELETED]);
        assert_eq!(
            again.code,
            ResultCode::UNWILLING_TO_PERFORM,
            "it is not deleted any more"
        );
    }
}

#[test]
fn trees_go_with_the_control_only_and_the_domain_never() {
    let mut host = host();
    let delete = |dn: &str| Request::Delete(dn.to_owned());
    let full = admin(&mut host, delete("OU=Staff,DC=example,DC=test"), &[]);
    assert_eq!(full.code, ResultCode::NOT_ALLOWED_ON_NON_LEAF);
    for dn in ["DC=example,DC=test", "CN=Users,DC=example,DC=test"] {
        let refused = admin(&mut host, delete(dn), &[TREE_DELETE]);
        assert_eq!(refused.code, ResultCode::UNWILLING_TO_PERFORM, "{dn}");
    }
    let tree = admin(
        &mut host,
        delete("OU=Staff,DC=example,DC=test"),
        &[TREE_DELETE],
    );
    assert_eq!(tree.code, ResultCode::SUCCESS);
    assert_eq!(host.directory_mut().find_by_sam_account_name("bob"), None);
}

#[test]
fn names_elsewhere_are_referred_and_configuration_is_read_only() {
    let mut host = host();
    let other = admin(
        &mut host,
        Request::Delete("CN=x,DC=other,DC=test".to_owned()),
        &[],
    );
    assert_eq!(other.code, ResultCode::REFERRAL);
    assert_eq!(other.referrals, ["ldap://other.test/CN=x,DC=other,DC=test"]);
    let sites = "CN=Sites,CN=Configuration,DC=example,DC=test";
    let write = modify(sites, &[(Change::Replace, "description", &[b"x"])]);
    assert_eq!(
        admin(&mut host, write, &[]).code,
        ResultCode::UNWILLING_TO_PERFORM
    );
    let unknown = admin(&mut host, Request::Delete(BOB.to_owned()), &["1.2.3.4"]);
    assert_eq!(unknown.code, ResultCode::UNAVAILABLE_CRITICAL_EXTENSION);
    assert!(
        host.directory_mut()
            .find_by_sam_account_name("bob")
            .is_some()
    );
}

#[test]
fn what_the_directory_works_out_by_itself_may_be_said_of_a_new_object() {
    let mut host = host();
    let said = [
        ("objectClass", "group"),
        ("name", "somebody else"),
        ("distinguishedName", "CN=Other,DC=example,DC=test"),
        ("uSNCreated", "1"),
        ("uSNChanged", "1"),
        ("whenCreated", "20200101000000.0Z"),
        ("isDeleted", "FALSE"),
    ];
    let dn = "CN=New,OU=Staff,DC=example,DC=test";
    let outcome = admin(&mut host, add(dn, &said), &[]);
    assert_eq!(outcome.code, ResultCode::SUCCESS, "{outcome:?}");
    assert_eq!(texts(&mut host, dn, "name"), ["New"]);
    assert_eq!(texts(&mut host, dn, "distinguishedName"), [dn]);
    assert_ne!(texts(&mut host, dn, "uSNCreated"), ["1"]);
    assert!(texts(&mut host, dn, "isDeleted").is_empty());
    for refused in [("isDeleted", "TRUE"), ("memberOf", dn)] {
        let request = add("CN=Newer,OU=Staff,DC=example,DC=test", &[said[0], refused]);
        let outcome = admin(&mut host, request, &[]);
        assert_eq!(
            outcome.code,
            ResultCode::UNWILLING_TO_PERFORM,
            "{refused:?}"
        );
    }
}
