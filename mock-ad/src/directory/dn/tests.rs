use proptest::prelude::*;

use super::*;

fn dn(text: &str) -> Dn {
    text.parse().unwrap()
}

#[test]
fn spellings_of_one_name_are_equal() {
    let expected = dn(r"CN=Frey\, Ann,OU=Staff,DC=example,DC=test");
    for text in [
        r"cn=frey\, ann,ou=STAFF,dc=example,dc=test",
        r#" CN = "Frey, Ann" , OU = Staff ; DC=example,DC=test"#,
        r"CN=Frey\2C Ann,OU=Staff ,DC=example,DC=test",
        r"CN=\46rey\, Ann,OU=Staff,DC=example,DC=test",
    ] {
        assert_eq!(dn(text), expected, "{text}");
        assert_eq!(dn(text).cmp(&expected), Ordering::Equal, "{text}");
    }
    assert_ne!(dn("CN=Ann,DC=test"), dn("OU=Ann,DC=test"));
    assert_ne!(dn(r"CN=Ann\ ,DC=test"), dn("CN=Ann,DC=test"));
}

#[test]
fn values_are_printed_as_the_directory_prints_them() {
    for (value, printed) in [
        ("a,b", r"CN=a\,b"),
        (" a ", r"CN=\ a\ "),
        ("#1", r"CN=\#1"),
        ("a=b+c", r"CN=a\=b\+c"),
        ("x\nDEL:1", r"CN=x\0ADEL:1"),
        ("Käthe/Å", "CN=Käthe/Å"),
        (" ", r"CN=\ "),
    ] {
        assert_eq!(Rdn::new("CN", value).to_string(), printed);
        assert_eq!(dn(printed).rdn().unwrap().value, value);
    }
}

#[test]
fn what_the_directory_cannot_have_is_refused_where_it_stands() {
    for (text, position, part) in [
        ("CN=a+SN=b,DC=test", 4, "multi-valued"),
        ("CN=#0403", 3, "#hex"),
        ("Ann,DC=test", 3, "attribute=value"),
        ("CN=,DC=test", 3, "missing"),
        (r"CN=a\", 4, "backslash"),
        (r#"CN="a,DC=test"#, 13, "closing quote"),
        (r"CN=\FF", 6, "UTF-8"),
        ("CN=a,", 5, "attribute=value"),
        (r#"CN=a"b"#, 4, "quote inside"),
    ] {
        let error = text.parse::<Dn>().unwrap_err();
        assert_eq!(error.position, position, "{text}: {error}");
        assert!(error.reason.contains(part), "{text}: {error}");
    }
}

#[test]
fn families_of_names() {
    let base = dn("DC=example,DC=test");
    let ann = base
        .child(Rdn::new("OU", "Staff"))
        .child(Rdn::new("CN", "Ann"));
    assert_eq!(ann.to_string(), "CN=Ann,OU=Staff,DC=example,DC=test");
    assert!(ann.is_within(&dn("dc=EXAMPLE,dc=test")) && base.is_within(&base));
    assert!(!base.is_within(&ann) && !dn("DC=other,DC=test").is_within(&base));
    assert_eq!(ann.below(&base).unwrap().len(), 2);
    assert_eq!(ann.parent().and_then(|ou| ou.parent()), Some(base.clone()));
    assert!(base < ann && ann.parent().unwrap() < ann);
    assert_eq!(dn("").parent(), None);
}

proptest! {
    #[test]
    fn printing_and_reading_give_the_same_name(
        parts in prop::collection::vec(("[A-Za-z]{1,3}", "\\PC{1,12}|[ -~\n]{1,8}"), 0..6)
    ) {
        let name = Dn::from_components(parts.iter().map(|(a, v)| Rdn::new(a.as_str(), v.as_str())));
        let read: Dn = name.to_string().parse().unwrap();
        prop_assert_eq!(&read, &name);
        for (left, right) in read.components().zip(name.components()) {
            prop_assert_eq!(&left.value, &right.value);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,40}|[-CN=,;+\\\\\" #0-9a-f]{0,40}") {
        if let Ok(name) = text.parse::<Dn>() {
            prop_assert_eq!(name.to_string().parse::<Dn>().unwrap(), name);
        }
    }
}
