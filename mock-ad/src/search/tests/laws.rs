//! Laws that hold for every filter and every page size.

use proptest::prelude::*;

use super::*;

/// A filter over what the small domain holds.
fn filters() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "(objectClass=user)",
        "(objectClass=group)",
        "(objectClass=contact)",
        "(objectClass=*)",
        "(cn=Ann)",
        "(sAMAccountName=bob)",
        "(sAMAccountName=PC1$)",
        "(mail=*)",
        "(nosuch=1)",
        "(userAccountControl:1.2.840.113556.1.4.803:=2)",
        "(memberOf=CN=Inner,DC=example,DC=test)",
        "(member=CN=Bob,OU=Staff,DC=example,DC=test)",
        "(objectCategory=person)",
        "(anr=ann)",
        "(uSNChanged>=14)",
        "(description=*temp*)",
        "(sn<=b)",
        "(userAccountControl=abc)",
        "(proxyAddresses=smtp:a.frey@example.test)",
        "(name=Inner)",
        "(isDeleted=TRUE)",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(3, 12, 3, |inner| {
        let list = || prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            list().prop_map(|parts| format!("(&{})", parts.concat())),
            list().prop_map(|parts| format!("(|{})", parts.concat())),
            inner.clone().prop_map(|part| format!("(!{part})")),
        ]
    })
}

fn scopes() -> impl Strategy<Value = (&'static str, Scope)> {
    let base = prop::sample::select(vec![BASE, "OU=Staff,DC=example,DC=test"]);
    let scope = prop::sample::select(vec![Scope::Base, Scope::OneLevel, Scope::Subtree]);
    (base, scope)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Every object passes a filter, its negation, or neither; and a double negation is nothing.
    #[test]
    fn negation_is_of_three_values(filter in filters()) {
        let mut lab = staffed();
        let passing = lab.found(&filter);
        let failing = lab.found(&format!("(!{filter})"));
        prop_assert!(passing.iter().all(|name| !failing.contains(name)));
        prop_assert_eq!(&lab.found(&format!("(!(!{filter}))")), &passing);
        let unknown = format!("(&{filter}(!{filter}))");
        prop_assert!(lab.found(&unknown).is_empty());
    }

    /// An index changes nothing but the time it takes.
    #[test]
    fn indexes_find_what_a_scan_finds(filter in filters(), (base, scope) in scopes(), bin: bool) {
        let mut lab = staffed();
        let bob = lab.directory.find_by_sam_account_name("bob").unwrap();
        if bin {
            lab.delete(bob);
        }
        let wanted = request(base, scope, &filter);
        let indexed = lab.run(&wanted, &[]);
        let mut bare = staffed_without_indexes();
        if bin {
            bare.delete(bob);
        }
        prop_assert_eq!(indexed.entries, bare.run(&wanted, &[]).entries);
    }

    /// Pages, put together, are the whole.
    #[test]
    fn pages_make_the_whole(filter in filters(), size in 1u8..7, (base, scope) in scopes()) {
        let mut lab = staffed();
        let wanted = request(base, scope, &filter);
        let whole = lab.run(&wanted, &[]);
        let mut entries = Vec::new();
        let mut cookie = Vec::new();
        let references = loop {
            let mut value = vec![0x30, 5 + cookie.len() as u8, 2, 1, size, 4, cookie.len() as u8];
            value.extend_from_slice(&cookie);
            let reply = lab.run(&wanted, &[control(oid::PAGED_RESULTS, &value)]);
            prop_assert!(reply.entries.len() <= usize::from(size));
            entries.extend(reply.entries);
            let value = reply.controls[0].value.clone().unwrap();
            cookie = value[7..].to_vec();
            if cookie.is_empty() {
                break reply.references;
            }
        };
        prop_assert_eq!(entries, whole.entries);
        prop_assert_eq!(references, whole.references);
    }
}
