//! Who may bind, by which name, and what is said otherwise.

use super::*;
use crate::directory::{AttributeId, Modification as Modified, Value, file_time};
use crate::search::ResultCode;

const ANN: &str = "CN=Ann,OU=Staff,DC=example,DC=test";

fn with_password() -> Standalone {
    let mut host = host();
    let directory = host.directory_mut();
    let ann = directory.find_by_sam_account_name("ann").unwrap();
    directory.set_password(ann, "Secret!1");
    host.change_account("pwdLastSet", file_time(now()));
    host
}

impl Standalone {
    fn change_account(&mut self, attribute: &str, value: i64) {
        let directory = self.directory_mut();
        let ann = directory.find_by_sam_account_name("ann").unwrap();
        let attribute = directory.schema().attribute(attribute).unwrap();
        let change = Modified::replace(attribute, [Value::Integer(value)]);
        directory.modify(ann, &[change], now()).unwrap();
    }
}

#[test]
fn every_form_of_name_that_a_domain_controller_takes_binds() {
    let mut host = with_password();
    let directory = host.directory_mut();
    let ann = directory.find_by_sam_account_name("ann").unwrap();
    let guid = format!("{{{}}}", directory.object(ann).unwrap().guid);
    let sid = directory
        .object(ann)
        .unwrap()
        .bytes(AttributeId::OBJECT_SID)
        .unwrap();
    let sid = crate::directory::Sid::from_bytes(sid).unwrap().to_string();
    for name in [
        ANN,
        "cn=ann, ou=STAFF,dc=Example,dc=test",
        "ANN.LEE@example.test",
        "ann@example.test",
        "EXAMPLE\\ann",
        "example.test/Staff/Ann",
        "Ann Lee",
        &guid,
        &sid,
    ] {
        let mut session = Session::default();
        let result = outcome(&mut session, &mut host, bind(name, "Secret!1"), &[]);
        assert_eq!(
            result.code,
            ResultCode::SUCCESS,
            "{name}: {}",
            result.diagnostic
        );
        assert_eq!(
            session.bound(),
            crate::search::Bound::Account(ann),
            "{name}"
        );
    }
    for name in [
        "ann",
        "OTHER\\ann",
        "example.test\\ann",
        "cn=",
        "CN=Team,OU=Staff,DC=example,DC=test",
    ] {
        let result = outcome(
            &mut Session::default(),
            &mut host,
            bind(name, "Secret!1"),
            &[],
        );
        assert_eq!(result.code, ResultCode::INVALID_CREDENTIALS, "{name}");
        assert!(
            result.diagnostic.contains("data 525, v4563\0"),
            "{name}: {}",
            result.diagnostic
        );
    }
}

#[test]
fn a_refused_bind_says_why_in_the_words_that_scripts_parse() {
    type Change = (&'static str, i64);
    let expired_long_ago = 116_444_736_000_000_000;
    let a_minute_ago = file_time(now()) - 600_000_000;
    let cases: [(&str, Option<Change>, &str); 7] = [
        ("wrong", None, "52e"),
        ("wrong", Some(("userAccountControl", 514)), "52e"),
        ("Secret!1", Some(("userAccountControl", 514)), "533"),
        (
            "Secret!1",
            Some(("accountExpires", expired_long_ago)),
            "701",
        ),
        ("Secret!1", Some(("pwdLastSet", 0)), "773"),
        ("Secret!1", Some(("pwdLastSet", expired_long_ago)), "532"),
        ("wrong", Some(("lockoutTime", a_minute_ago)), "775"),
    ];
    for (password, change, data) in cases {
        let mut host = with_password();
        if let Some((attribute, value)) = change {
            host.change_account(attribute, value);
        }
        let mut session = Session::administrator();
        let result = outcome(&mut session, &mut host, bind(ANN, password), &[]);
        assert_eq!(
            result.diagnostic,
            format!(
                "80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, \
                 data {data}, v4563\0"
            ),
            "{change:?}"
        );
        assert_eq!(
            session.bound(),
            crate::search::Bound::Anonymous,
            "who was bound is not"
        );
    }
}

#[test]
fn who_is_not_bound_reads_the_root_and_nothing_else() {
    use crate::search::{Filter, Scope, SearchRequest};
    let mut host = host();
    let session = &mut Session::default();
    let search =
        |base, scope| Request::Search(SearchRequest::new(base, scope, Filter::any_object()));
    let root = outcome(session, &mut host, search("", Scope::Base), &[]);
    assert_eq!(root.code, ResultCode::SUCCESS);
    let unauthenticated = outcome(session, &mut host, bind(ANN, ""), &[]);
    assert_eq!(unauthenticated.code, ResultCode::SUCCESS);
    for request in [
        search("DC=example,DC=test", Scope::Subtree),
        Request::Delete(ANN.to_owned()),
        modify(ANN, &[(Change::Replace, "title", &[b"x"])]),
    ] {
        let refused = outcome(session, &mut host, request, &[]);
        assert_eq!(refused.code, ResultCode::OPERATIONS_ERROR);
        assert!(refused.diagnostic.starts_with("000004DC: LdapErr: DSID-"));
    }
}

#[test]
fn ways_to_bind_that_are_not_known_are_refused_by_name() {
    let mut host = host();
    let sasl = |mechanism: &str| Authentication::Sasl {
        mechanism: mechanism.to_owned(),
        credentials: None,
    };
    for authentication in [
        sasl("GSS-SPNEGO"),
        sasl("X"),
        Authentication::Sicily(9, Vec::new()),
    ] {
        let request = Request::Bind {
            version: 3,
            name: String::new(),
            authentication,
        };
        let result = outcome(&mut Session::default(), &mut host, request, &[]);
        assert_eq!(result.code, ResultCode::AUTH_METHOD_NOT_SUPPORTED);
    }
}

#[test]
fn who_am_i_names_the_account_and_fast_binds_none() {
    let mut host = with_password();
    let mut session = Session::default();
    let extended = |oid: &str| Request::Extended {
        oid: oid.to_owned(),
        value: None,
    };
    let who = |session: &mut Session, host: &mut Standalone| {
        let answer = ask(
            session,
            host,
            extended("1.3.6.1.4.1.4203.1.11.3"),
            Vec::new(),
        );
        match &answer.responses[0].body {
            Body::Extended { value, .. } => value.clone().map(String::from_utf8),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(who(&mut session, &mut host), Some(Ok(String::new())));
    outcome(
        &mut session,
        &mut host,
        bind("ann@example.test", "Secret!1"),
        &[],
    );
    assert_eq!(
        who(&mut session, &mut host),
        Some(Ok("u:EXAMPLE\\ann".to_owned()))
    );

    let mut fast = Session::default();
    let oid = "1.2.840.113556.1.4.1781";
    assert_eq!(
        outcome(&mut fast, &mut host, extended(oid), &[]).code,
        ResultCode::SUCCESS
    );
    let right = outcome(&mut fast, &mut host, bind(ANN, "Secret!1"), &[]);
    assert_eq!(right.code, ResultCode::SUCCESS);
    assert_eq!(who(&mut fast, &mut host), Some(Ok(String::new())));
    let again = outcome(&mut session, &mut host, extended(oid), &[]);
    assert_eq!(again.code, ResultCode::UNWILLING_TO_PERFORM);
    let unknown = outcome(&mut session, &mut host, extended("1.2.3"), &[]);
    assert_eq!(unknown.code, ResultCode::PROTOCOL_ERROR);
}

#[test]
fn logon_hours_are_kept_hour_by_hour_from_sunday_on() {
    let mut host = with_password();
    let hours = |allowed: &[usize]| {
        let mut bytes = [0_u8; 21];
        for hour in allowed {
            bytes[hour / 8] |= 1 << (hour % 8);
        }
        bytes
    };
    // A Thursday, half past nine.
    host.set_now("2026-01-08T09:30:00Z".parse().unwrap());
    let file_time = super::super::super::directory::file_time(host.now());
    host.change_account("pwdLastSet", file_time);
    let thursday = 4 * 24;
    for (allowed, data) in [
        (&[thursday + 9][..], None),
        (&[thursday + 8, thursday + 10, 9], Some("data 530, ")),
    ] {
        let directory = host.directory_mut();
        let ann = directory.find_by_sam_account_name("ann").unwrap();
        let attribute = directory.schema().attribute("logonHours").unwrap();
        let value = Value::from(hours(allowed).as_slice());
        let change = Modified::replace(attribute, [value]);
        directory.modify(ann, &[change], now()).unwrap();
        let mut session = Session::default();
        let result = outcome(&mut session, &mut host, bind(ANN, "Secret!1"), &[]);
        match data {
            None => assert_eq!(result.code, ResultCode::SUCCESS, "{}", result.diagnostic),
            Some(data) => assert!(result.diagnostic.contains(data), "{}", result.diagnostic),
        }
    }
}

#[test]
fn wrong_passwords_lock_an_account_until_time_or_somebody_unlocks_it() {
    let mut host = with_password();
    let directory = host.directory_mut();
    let domain = directory.domain();
    let threshold = directory.schema().attribute("lockoutThreshold").unwrap();
    let change = Modified::replace(threshold, [Value::Integer(3)]);
    directory.modify(domain, &[change], now()).unwrap();
    let give = |host: &mut Standalone, password: &str| {
        let result = outcome(&mut Session::default(), host, bind(ANN, password), &[]);
        let data = result.diagnostic.split("data ").nth(1).unwrap_or("none");
        data[..data.len().min(3)].to_owned()
    };
    assert_eq!(give(&mut host, "wrong"), "52e");
    assert_eq!(
        give(&mut host, "Secret!1"),
        "non",
        "the right one sets the count back"
    );
    for data in ["52e", "52e", "52e", "775", "775"] {
        assert_eq!(give(&mut host, "wrong"), data);
    }
    assert_eq!(give(&mut host, "Secret!1"), "775");
    let computed = |host: &mut Standalone| {
        let filter = crate::search::Filter::parse("(sAMAccountName=ann)").unwrap();
        let attribute = "msDS-User-Account-Control-Computed";
        let request = crate::search::SearchRequest::new(
            "DC=example,DC=test",
            crate::search::Scope::Subtree,
            filter,
        );
        let request = Request::Search(request.for_attributes([attribute]));
        let answer = ask(&mut Session::administrator(), host, request, Vec::new());
        match &answer.responses[0].body {
            Body::Entry(entry) => entry.attributes[0].1.first().and_then(Value::as_integer),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(computed(&mut host), Some(0x10));

    // The Default Domain Policy locks for half an hour.
    host.set_now(now() + jiff::SignedDuration::from_mins(30));
    assert_eq!(computed(&mut host), Some(0));
    assert_eq!(give(&mut host, "Secret!1"), "non");
    for _ in 0..3 {
        give(&mut host, "wrong");
    }
    assert_eq!(give(&mut host, "Secret!1"), "775");
    let unlock = modify(ANN, &[(super::Change::Replace, "lockoutTime", &[b"0"])]);
    outcome(&mut Session::administrator(), &mut host, unlock, &[]);
    assert_eq!(give(&mut host, "Secret!1"), "non");
}

#[test]
fn a_password_that_was_good_a_while_ago_is_no_attack() {
    let mut host = with_password();
    let mut session = Session::administrator();
    session.encrypted = true;
    for password in ["Second-2b", "Third-3c", "Fourth-4d"] {
        let new = quoted(password);
        let reset = modify(ANN, &[(super::Change::Replace, "unicodePwd", &[&new])]);
        assert_eq!(
            outcome(&mut session, &mut host, reset, &[]).code,
            ResultCode::SUCCESS
        );
    }
    let mut counted = |password: &str| {
        let result = outcome(&mut Session::default(), &mut host, bind(ANN, password), &[]);
        assert_eq!(result.code, ResultCode::INVALID_CREDENTIALS);
        let directory = host.directory_mut();
        let ann = directory.find_by_sam_account_name("ann").unwrap();
        directory
            .object(ann)
            .unwrap()
            .integer(AttributeId::BAD_PWD_COUNT)
    };
    assert_eq!(counted("Third-3c"), Some(0));
    assert_eq!(counted("Second-2b"), Some(0));
    assert_eq!(counted("Secret!1"), Some(1));
}
