//! Bytes in and out, checked against two other implementations.

use ldap_parser::FromBer as _;
use proptest::prelude::*;
use rasn::types::OctetString;

use super::*;
use crate::directory::Values;
use crate::search::{Entry, Extensible, Filter, ResultCode, Scope, Substrings};

/// One element of a given tag.
fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag, 0x84];
    bytes.extend_from_slice(&(contents.len() as u32).to_be_bytes());
    bytes.extend_from_slice(contents);
    bytes
}

fn message(operation: &[u8]) -> Vec<u8> {
    element(0x30, &[&[0x02, 0x01, 0x05][..], operation].concat())
}

fn search_message(filter: &[u8]) -> Vec<u8> {
    let mut contents = vec![
        0x04, 0, 0x0A, 1, 2, 0x0A, 1, 0, 0x02, 1, 0, 0x02, 1, 0, 0x01, 1, 0,
    ];
    contents.extend_from_slice(filter);
    contents.extend_from_slice(&[0x30, 0]);
    message(&element(0x63, &contents))
}

fn nots(depth: usize) -> Vec<u8> {
    let mut filter = vec![0x87, 2, b'c', b'n'];
    for _ in 0..depth {
        filter = element(0xA2, &filter);
    }
    filter
}

fn filter_of(frame: &[u8]) -> Result<Filter, DecodeFailure> {
    decode(frame).map(|message| match message.request {
        Request::Search(search) => search.filter,
        other => panic!("{other:?}"),
    })
}

#[test]
fn what_other_decoders_break_on_is_read() {
    let guid = [
        0x34, 0x80, 0xFF, 0x00, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
    ];
    let assertion = [&[0x04, 2, b'i', b'd', 0x04, 16][..], &guid].concat();
    let binary = filter_of(&search_message(&element(0xA3, &assertion))).unwrap();
    assert_eq!(binary, Filter::Equality("id".to_owned(), guid.to_vec()));
    assert_eq!(
        filter_of(&search_message(&[0xA0, 0])),
        Ok(Filter::And(Vec::new()))
    );
    assert_eq!(
        filter_of(&search_message(&[0xA1, 0])),
        Ok(Filter::Or(Vec::new()))
    );

    let password = [0x80, 3, 0xFF, 0xFE, 0x00];
    let bind = [&[0x02, 1, 3, 0x04, 0][..], &password].concat();
    let bind = decode(&message(&element(0x60, &bind))).unwrap();
    let Request::Bind { authentication, .. } = bind.request else {
        panic!("no bind")
    };
    assert_eq!(
        authentication,
        Authentication::Simple(vec![0xFF, 0xFE, 0x00])
    );

    for (tag, kind) in [(0x89, 9), (0x8A, 10), (0x8B, 11)] {
        let sicily = [&[0x02, 1, 3, 0x04, 0][..], &[tag, 2, b'N', b'T']].concat();
        let Request::Bind { authentication, .. } =
            decode(&message(&element(0x60, &sicily))).unwrap().request
        else {
            panic!("no bind")
        };
        assert_eq!(authentication, Authentication::Sicily(kind, b"NT".to_vec()));
    }
    // An increment, and TRUE as another byte than FF.
    let change = b"\x30\x0d\x0a\x01\x03\x30\x08\x04\x01n\x31\x03\x04\x011";
    let modify = [&b"\x04\x01x"[..], &element(0x30, change)].concat();
    let Request::Modify { changes, .. } =
        decode(&message(&element(0x66, &modify))).unwrap().request
    else {
        panic!("no modification")
    };
    assert_eq!(changes[0].operation, Change::Increment);
    let rename = b"\x04\x01x\x04\x01y\x01\x01\x01\x80\x01z";
    let Request::ModifyDn(renaming) = decode(&message(&element(0x6C, rename))).unwrap().request
    else {
        panic!("no renaming")
    };
    assert!(renaming.delete_old_rdn);
    assert_eq!(renaming.new_superior.as_deref(), Some("z"));
}

#[test]
fn what_cannot_be_read_keeps_its_number_if_it_can() {
    for (frame, id) in [
        (message(&element(0x63, b"\x04\x00")), Some(5)),
        (
            message(&element(0x60, b"\x02\x01\x03\x04\x01\xFF\x80\x00")),
            Some(5),
        ),
        (message(b"\x30\x00"), Some(5)),
        (message(b""), Some(5)),
        (element(0x30, b"\x04\x01\x05"), None),
        (element(0x30, b"\x02\x01\xFF"), None),
    ] {
        let failure = decode(&frame).unwrap_err();
        assert_eq!(failure.id, id, "{frame:02x?}: {failure}");
        let answer = respond_to_failure(&failure, &host());
        let known = failure.kind.is_some() && id.is_some();
        let next = if known { Next::Continue } else { Next::Close };
        assert_eq!(answer.next, next, "{frame:02x?}");
    }
}

#[test]
fn nesting_and_indefinite_lengths_have_an_end() {
    assert!(filter_of(&search_message(&nots(NESTING_MAX - 8))).is_ok());
    for filter in [
        nots(NESTING_MAX + 8),
        nots(20_000),
        vec![0xA0, 0x80, 0x87, 0, 0, 0],
    ] {
        let failure = filter_of(&search_message(&filter)).unwrap_err();
        assert_eq!((failure.id, failure.kind), (Some(5), Some(Kind::Search)));
    }
    let many = element(0xA1, &b"\x87\x00".repeat(ELEMENTS_MAX));
    assert!(
        filter_of(&search_message(&many)).is_err(),
        "too many elements"
    );
    let enormous = [0x30, 0x84, 0x7F, 0xFF, 0xFF, 0xFF];
    assert_eq!(frame_length(&enormous), Err(FrameError::TooLarge));
    assert_eq!(frame_length(&[0x30, 0x89]), Err(FrameError::TooLarge));
}

fn arbitrary_filter() -> impl Strategy<Value = Filter> {
    let name = "[a-zA-Z][a-zA-Z0-9-]{0,8}";
    let bytes = || proptest::collection::vec(any::<u8>(), 0..6);
    let leaf = prop_oneof![
        (name, bytes()).prop_map(|(name, value)| Filter::Equality(name, value)),
        (name, bytes()).prop_map(|(name, value)| Filter::GreaterOrEqual(name, value)),
        (name, bytes()).prop_map(|(name, value)| Filter::LessOrEqual(name, value)),
        (name, bytes()).prop_map(|(name, value)| Filter::Approx(name, value)),
        name.prop_map(Filter::Present),
        (
            name,
            proptest::option::of(bytes()),
            proptest::collection::vec(bytes(), 1..3)
        )
            .prop_map(|(attribute, initial, any)| Filter::Substrings(Substrings {
                attribute,
                initial,
                any,
                last: None,
            })),
        (proptest::option::of(name), bytes(), any::<bool>()).prop_map(
            |(attribute, value, dn_attributes)| Filter::Extensible(Extensible {
                rule: Some("1.2.3".to_owned()),
                attribute,
                value,
                dn_attributes,
            })
        ),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Filter::And),
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Filter::Or),
            inner.prop_map(|part| Filter::Not(Box::new(part))),
        ]
    })
}

/// The same filter in the types of rasn-ldap; its sets are sorted, so one part is kept of each.
fn theirs(filter: &Filter) -> rasn_ldap::Filter {
    use rasn_ldap as other;
    let octets = |value: &[u8]| OctetString::from(value.to_vec());
    let assertion =
        |name: &str, value: &[u8]| other::AttributeValueAssertion::new(name.into(), octets(value));
    let set = |parts: &[Filter]| {
        let first = parts.first().map(theirs);
        rasn::types::SetOf::from_vec(first.into_iter().collect())
    };
    match filter {
        Filter::And(parts) => other::Filter::And(set(parts)),
        Filter::Or(parts) => other::Filter::Or(set(parts)),
        Filter::Not(part) => other::Filter::Not(Box::new(theirs(part))),
        Filter::Equality(name, value) => other::Filter::EqualityMatch(assertion(name, value)),
        Filter::GreaterOrEqual(name, value) => {
            other::Filter::GreaterOrEqual(assertion(name, value))
        }
        Filter::LessOrEqual(name, value) => other::Filter::LessOrEqual(assertion(name, value)),
        Filter::Approx(name, value) => other::Filter::ApproxMatch(assertion(name, value)),
        Filter::Present(name) => other::Filter::Present(name.as_str().into()),
        Filter::Substrings(substrings) => {
            let initial = substrings.initial.iter();
            let pieces = initial
                .map(|value| other::SubstringChoice::Initial(octets(value)))
                .chain(
                    substrings
                        .any
                        .iter()
                        .map(|v| other::SubstringChoice::Any(octets(v))),
                );
            let name = substrings.attribute.as_str().into();
            other::Filter::Substrings(other::SubstringFilter::new(name, pieces.collect()))
        }
        Filter::Extensible(extensible) => {
            other::Filter::ExtensibleMatch(other::MatchingRuleAssertion::new(
                extensible.rule.as_deref().map(Into::into),
                extensible.attribute.as_deref().map(Into::into),
                octets(&extensible.value),
                extensible.dn_attributes,
            ))
        }
    }
}

/// A filter with one part at most of each set.
fn thinned(filter: Filter) -> Filter {
    let first = |parts: Vec<Filter>| parts.into_iter().take(1).map(thinned).collect();
    match filter {
        Filter::And(parts) => Filter::And(first(parts)),
        Filter::Or(parts) => Filter::Or(first(parts)),
        Filter::Not(part) => Filter::Not(Box::new(thinned(*part))),
        other => other,
    }
}

proptest! {
    #[test]
    fn requests_that_another_library_writes_are_read_as_they_were_meant(
        filter in arbitrary_filter().prop_map(thinned),
        base in "[ -~]{0,20}",
        size in 0u32..=0x7FFF_FFFF,
        id in 1u32..=0x7FFF_FFFF,
    ) {
        let search = rasn_ldap::SearchRequest::new(
            base.as_str().into(),
            rasn_ldap::SearchRequestScope::SingleLevel,
            rasn_ldap::SearchRequestDerefAliases::NeverDerefAliases,
            size,
            3,
            true,
            theirs(&filter),
            vec!["cn".into(), "member;range=0-*".into()],
        );
        let operation = rasn_ldap::ProtocolOp::SearchRequest(search);
        let bytes = rasn::ber::encode(&rasn_ldap::LdapMessage::new(id, operation)).unwrap();
        prop_assert_eq!(frame_length(&bytes), Ok(Some(bytes.len())));
        let read = decode(&bytes).unwrap();
        prop_assert_eq!(read.id.cast_unsigned(), id);
        let Request::Search(search) = read.request else { panic!("no search") };
        prop_assert_eq!(search.filter, filter);
        prop_assert_eq!(search.base, base);
        prop_assert_eq!((search.scope, search.size_limit), (Scope::OneLevel, size));
        prop_assert_eq!(search.attributes, ["cn", "member;range=0-*"]);
        // What a third library takes for a message, so do we.
        prop_assert!(ldap_parser::ldap::LdapMessage::from_ber(&bytes).is_ok());
    }

    #[test]
    fn entries_and_results_are_read_by_another_library(
        dn in "[ -~]{0,300}",
        values in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..4),
        code in 0u32..=80,
        id in 1i32..=i32::MAX,
    ) {
        let stored = values.iter().map(|value| value.as_slice().into());
        let entry = Entry {
            dn: dn.as_str().into(),
            attributes: vec![("cn".into(), Values::answer(stored.collect()))],
        };
        let mut bytes = Vec::new();
        encode(&Response { id, body: Body::Entry(entry), controls: Vec::new() }, &mut bytes);
        prop_assert_eq!(frame_length(&bytes), Ok(Some(bytes.len())));
        let read: rasn_ldap::LdapMessage = rasn::ber::decode(&bytes).unwrap();
        let rasn_ldap::ProtocolOp::SearchResEntry(read) = read.protocol_op else {
            panic!("no entry")
        };
        prop_assert_eq!(&read.object_name.0, &dn);
        let mut found: Vec<Vec<u8>> =
            read.attributes[0].vals.to_vec().into_iter().map(|value| value.to_vec()).collect();
        let mut expected = values;
        found.sort();
        expected.sort();
        prop_assert_eq!(found, expected);

        let outcome = Outcome { code: ResultCode(code), matched_dn: dn, ..Outcome::default() };
        let control = Control { oid: "1.2.3".to_owned(), critical: true, value: Some(vec![1]) };
        let body = Body::Result(Kind::Modify, outcome);
        bytes.clear();
        encode(&Response { id, body, controls: vec![control] }, &mut bytes);
        let (rest, read) = ldap_parser::ldap::LdapMessage::from_ber(&bytes).unwrap();
        prop_assert!(rest.is_empty());
        prop_assert_eq!(read.message_id.0, id.cast_unsigned());
        let ldap_parser::ldap::ProtocolOp::ModifyResponse(read) = read.protocol_op else {
            panic!("no result")
        };
        prop_assert_eq!(read.result.result_code.0, code);
    }

    #[test]
    fn no_bytes_make_the_reader_fail_otherwise_than_by_saying_so(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        at in 0usize..60,
        byte in any::<u8>(),
    ) {
        let _ = frame_length(&bytes);
        let _ = decode(&bytes);
        let _ = decode(&message(&bytes));
        let _ = decode(&search_message(&bytes));
        let mut damaged = search_message(&nots(5));
        if let Some(place) = damaged.get_mut(at) {
            *place = byte;
        }
        if let Ok(message) = decode(&damaged) {
            respond(&mut Session::default(), message, &mut host());
        }
    }
}
