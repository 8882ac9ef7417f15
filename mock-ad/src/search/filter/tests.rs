//! The text form of filters, there and back.

use proptest::prelude::*;

use super::*;

#[test]
fn every_kind_is_read_and_written() {
    for text in [
        "(&)",
        "(|)",
        "(&(objectClass=user)(|(cn=a)(!(mail=*))))",
        "(cn=a*)",
        "(cn=*a)",
        "(cn=a*b*c*d)",
        "(uSNChanged>=12)",
        "(uSNChanged<=12)",
        "(cn~=ann)",
        "(cn=)",
        "(userAccountControl:1.2.840.113556.1.4.803:=2)",
        "(ou:dn:=People)",
        "(ou:dn:2.4.6.8:=People)",
        "(:2.4.6.8:=x)",
        r"(cn=\28a\29\2a\5c\00)",
        r"(objectGUID=\87\1e\a2y)",
        "(cn=Zoë)",
    ] {
        let filter = Filter::parse(text).unwrap();
        assert_eq!(filter.to_string(), text);
    }
}

#[test]
fn spaces_between_parts_and_bare_items_are_taken() {
    let bare = Filter::parse("cn=a b").unwrap();
    assert_eq!(bare, Filter::equals("cn", "a b"));
    let spaced = Filter::parse(" ( & (cn=a b) (sn=c) ) ").unwrap();
    assert_eq!(spaced.to_string(), "(&(cn=a b)(sn=c))");
    assert_eq!(
        Filter::parse("(cn=**)").unwrap(),
        Filter::Present("cn".to_owned())
    );
}

#[test]
fn errors_tell_where() {
    for (text, position) in [
        ("", 0),
        ("(cn=a", 5),
        ("(=a)", 1),
        ("(cn a)", 5),
        ("(cn=\\4)", 4),
        ("(cn=a)x", 6),
        ("(!cn=a)", 2),
        ("(cn>=a*)", 7),
        ("(cn=a(b)", 5),
        ("(:=a)", 3),
        // Found by fuzzing: read as a name, `!` was written as a negation.
        ("!cn]=.c", 0),
        ("cn]=.c", 2),
    ] {
        assert_eq!(
            Filter::parse(text).unwrap_err().position,
            position,
            "{text}"
        );
    }
    let deep = format!("{}(cn=a){}", "(!".repeat(300), ")".repeat(300));
    assert_eq!(
        Filter::parse(&deep).unwrap_err().reason,
        "the filter nests too deeply"
    );
}

fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z][a-zA-Z0-9-]{0,8}(;binary)?"
}

fn piece() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 1..6)
}

pub(crate) fn filters() -> impl Strategy<Value = Filter> {
    let value = || proptest::collection::vec(any::<u8>(), 0..6);
    let substrings = (
        name(),
        proptest::option::of(piece()),
        proptest::collection::vec(piece(), 1..3),
        proptest::option::of(piece()),
    )
        .prop_map(|(attribute, initial, any, last)| {
            Filter::Substrings(Substrings {
                attribute,
                initial,
                any,
                last,
            })
        });
    let extensible = (
        name(),
        value(),
        any::<bool>(),
        proptest::option::of("[0-9.]{1,9}"),
    )
        .prop_map(|(attribute, value, dn_attributes, rule)| {
            Filter::Extensible(Extensible {
                rule,
                attribute: Some(attribute),
                value,
                dn_attributes,
            })
        });
    let leaf = prop_oneof![
        (name(), value()).prop_map(|(name, value)| Filter::Equality(name, value)),
        (name(), value()).prop_map(|(name, value)| Filter::GreaterOrEqual(name, value)),
        (name(), value()).prop_map(|(name, value)| Filter::LessOrEqual(name, value)),
        (name(), value()).prop_map(|(name, value)| Filter::Approx(name, value)),
        name().prop_map(Filter::Present),
        substrings,
        extensible,
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Filter::And),
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Filter::Or),
            inner.prop_map(|inner| Filter::Not(Box::new(inner))),
        ]
    })
}

proptest! {
    #[test]
    fn text_brings_every_filter_back(filter in filters()) {
        prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "[()&|!=*:<>~\\\\a-c0-9 é]{0,24}") {
        let _ = Filter::parse(&text);
    }
}
