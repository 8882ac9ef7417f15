//! What the schema asks of writes.

use super::*;

const CLASS: AttributeId = AttributeId::OBJECT_CLASS;

fn named(lab: &Lab, name: &str) -> AttributeId {
    lab.directory.schema().attribute(name).unwrap()
}

/// Adds an object of several classes below CN=Users.
fn add(
    lab: &mut Lab,
    name: &str,
    classes: &[&str],
    others: &[(&str, Value)],
) -> Result<ObjectId, Refusal> {
    let mut attributes = vec![(CLASS, classes.iter().map(|class| (*class).into()).collect())];
    for (attribute, value) in others {
        attributes.push((named(lab, attribute), vec![value.clone()]));
    }
    lab.clock += 1;
    let request = AddRequest {
        dn: format!("{name},CN=Users,DC=example,DC=test")
            .parse()
            .unwrap(),
        attributes,
        guid: (lab.guids)(),
    };
    lab.directory.add(request, at(lab.clock))
}

fn text_of(refusal: &Refusal) -> (u32, &str) {
    (refusal.code.0, &refusal.message)
}

fn classes(lab: &Lab, id: ObjectId) -> Vec<String> {
    let values = lab.directory.attribute_values(id, CLASS);
    values
        .iter()
        .map(|value| value.as_text().unwrap().to_string())
        .collect()
}

#[test]
fn classes_are_one_chain_and_what_hangs_on_it() {
    let mut lab = Lab::new(true);
    for (given, code, text) in [
        (
            &[][..],
            65,
            "0000207B: UpdErr: DSID-030515C6, problem 6002 (OBJ_CLASS_VIOLATION), data 0",
        ),
        (&["user", "group"], 65, "000020B4: UpdErr: "),
        (&["user", "leaf"], 65, "000020B4: UpdErr: "),
        (&["top", "leaf"], 53, "000020A7: SvcErr: "),
        (&["posixAccount"], 53, "000020A7: SvcErr: "),
        (&["user", "wizard"], 16, "00000057: LdapErr: "),
    ] {
        let refusal = add(&mut lab, "CN=A", given, &[]).unwrap_err();
        let (found, message) = text_of(&refusal);
        assert_eq!(found, code, "{given:?}: {refusal}");
        assert!(message.starts_with(text), "{given:?}: {message}");
    }
    let contact = add(&mut lab, "CN=C", &["contact", "posixAccount"], &[]).unwrap();
    let found = classes(&lab, contact);
    let expected = [
        "top",
        "posixAccount",
        "person",
        "organizationalPerson",
        "contact",
    ];
    assert_eq!(found, expected, "auxiliary classes come right after top");
    let by_oid = add(&mut lab, "CN=D", &["1.2.840.113556.1.5.15"], &[]).unwrap();
    assert_eq!(lab.directory.kind(by_oid), ObjectKind::Contact);
}

#[test]
fn what_a_class_asks_for_must_be_there_and_stay() {
    let mut lab = Lab::new(true);
    let missing = add(&mut lab, "CN=S", &["serviceClass"], &[]).unwrap_err();
    let text = "0000207C: UpdErr: DSID-03151CEB, problem 6002 (OBJ_CLASS_VIOLATION), data 0";
    assert_eq!(text_of(&missing), (65, text));
    let given = [
        ("displayName", "S".into()),
        ("serviceClassID", [1u8; 16].as_slice().into()),
    ];
    let service = add(&mut lab, "CN=S", &["serviceClass"], &given).unwrap();
    let display = AttributeId::DISPLAY_NAME;
    let gone = lab
        .modify(service, Modification::clear(display))
        .unwrap_err();
    assert_eq!(text_of(&gone), (65, text));
    lab.modify(service, Modification::replace(display, ["T"]))
        .unwrap();

    // An auxiliary class brings what it asks for, and one that is linked counts too.
    let bare = add(&mut lab, "CN=N", &["contact", "nisMap"], &[]).unwrap_err();
    assert_eq!(bare.code.0, 65, "{bare}");
    let members = add(&mut lab, "CN=Names", &["groupOfNames"], &[]).unwrap_err();
    assert_eq!(text_of(&members), (65, text), "`member` is asked for");
    let boss = lab.directory.dn_text(service);
    let names = add(
        &mut lab,
        "CN=Names",
        &["groupOfNames"],
        &[("member", boss.into())],
    )
    .unwrap();
    let empty = lab
        .modify(names, Modification::clear(AttributeId::MEMBER))
        .unwrap_err();
    assert_eq!(text_of(&empty), (65, text));
}

#[test]
fn auxiliary_classes_come_and_go_with_their_attributes() {
    let mut lab = Lab::new(true);
    let id = add(&mut lab, "CN=C", &["container"], &[]).unwrap();
    let uid = named(&lab, "uidNumber");
    let early = lab.modify(id, Modification::replace(uid, [7])).unwrap_err();
    let number = "0000207D: UpdErr: DSID-03151D04, problem 6002 (OBJ_CLASS_VIOLATION), data ";
    assert!(early.message.starts_with(number), "{early}");
    let both = [
        Modification::replace(uid, [7]),
        Modification::add(CLASS, ["posixAccount"]),
    ];
    lab.directory.modify(id, &both, at(9)).unwrap();
    assert_eq!(classes(&lab, id), ["top", "posixAccount", "container"]);
    let held = lab
        .modify(id, Modification::delete(CLASS, ["posixAccount"]))
        .unwrap_err();
    assert!(
        held.message.starts_with(number),
        "its attribute is still there: {held}"
    );
    let both = [
        Modification::delete(CLASS, ["posixAccount"]),
        Modification::clear(uid),
    ];
    lab.directory.modify(id, &both, at(11)).unwrap();
    assert_eq!(classes(&lab, id), ["top", "container"]);

    let twice = lab
        .modify(id, Modification::add(CLASS, ["CONTAINER"]))
        .unwrap_err();
    assert_eq!(twice.code, ResultCode::ATTRIBUTE_OR_VALUE_EXISTS);
    lab.modify(id, Modification::delete(CLASS, ["top"]))
        .expect("gaps of the chain are filled");
    assert_eq!(classes(&lab, id), ["top", "container"]);
}

#[test]
fn the_structural_class_stays_but_for_people() {
    let mut lab = Lab::new(true);
    let ann = add(&mut lab, "CN=Ann", &["user"], &[]).unwrap();
    for other in [&["contact"][..], &["computer"], &["top", "person"]] {
        let change = Modification::replace(CLASS, other.iter().copied());
        let refusal = lab.modify(ann, change).unwrap_err();
        assert!(
            refusal.message.starts_with("00002077: UpdErr: "),
            "{refusal}"
        );
    }
    let none = lab.modify(ann, Modification::clear(CLASS)).unwrap_err();
    assert_eq!((none.code.0, none.win32), (65, 0x207B));
    let seen = lab.directory.highest_committed_usn();
    lab.modify(ann, Modification::add(CLASS, ["inetOrgPerson"]))
        .unwrap();
    assert_eq!(lab.directory.kind(ann), ObjectKind::InetOrgPerson);
    let changed: Vec<_> = lab.directory.attributes_changed_since(ann, seen).collect();
    assert_eq!(changed, [CLASS]);
    lab.modify(ann, Modification::delete(CLASS, ["inetOrgPerson"]))
        .unwrap();
    assert_eq!(lab.directory.kind(ann), ObjectKind::User);
}

#[test]
fn values_keep_to_their_syntax_and_range() {
    let mut lab = Lab::new(true);
    let ann = add(&mut lab, "CN=Ann", &["user"], &[]).unwrap();
    let users = "CN=Users,DC=example,DC=test";
    let dn = |count: u8, hex: &str| format!("B:{count}:{hex}:{users}");
    for (attribute, value, code, win32) in [
        ("givenName", "g".repeat(64).into(), 0, 0),
        ("givenName", "g".repeat(65).into(), 19, 0x2082),
        ("givenName", "\u{1F600}".repeat(33).into(), 19, 0x2082),
        ("countryCode", 65535.into(), 0, 0),
        ("countryCode", 65536.into(), 19, 0x2082),
        ("countryCode", (-1).into(), 19, 0x2082),
        ("countryCode", i64::MAX.into(), 21, 0x57),
        ("countryCode", "many".into(), 21, 0x57),
        ("msTSExpireDate", "20261123033230.0Z".into(), 0, 0),
        ("msTSExpireDate", "next week".into(), 21, 0x57),
        ("assistant", users.into(), 0, 0),
        ("assistant", "Bob".into(), 34, 0x57),
        (
            "assistant",
            "CN=No,CN=Users,DC=example,DC=test".into(),
            19,
            0x20B5,
        ),
        ("assistant", "CN=X,DC=elsewhere,DC=test".into(), 0, 0),
        (
            "manager",
            "CN=No,CN=Users,DC=example,DC=test".into(),
            19,
            0x20B5,
        ),
    ] {
        let change = Modification {
            attribute: named(&lab, attribute),
            operation: Operation::Replace,
            values: vec![value],
        };
        let shown = format!("{:?}", change.values);
        let answer = lab.modify(ann, change);
        let found = answer
            .err()
            .map_or((0, 0), |refusal| (refusal.code.0, refusal.win32));
        assert_eq!(found, (code, win32), "{attribute} {shown}");
    }
    // B:count:digits:name, as wellKnownObjects holds it.
    let known = named(&lab, "otherWellKnownObjects");
    for (value, good) in [
        (dn(32, "18E2EA80684F11D2B9AA00C04F79F805"), true),
        (dn(32, "18E2EA80684F11D2B9AA00C04F79F80G"), false),
        (dn(32, "18E2EA80684F11D2B9AA00C04F79F8"), false),
        (dn(30, "18E2EA80684F11D2B9AA00C04F79F8"), false),
        ("B:4:0AFF".to_owned(), false),
        ("S:2:ab:CN=Users,DC=example,DC=test".to_owned(), false),
    ] {
        let values = vec![Value::from(value.as_str())];
        let answer = validate::check(&lab.directory, known, &values);
        assert_eq!(answer.is_ok(), good, "{value}: {answer:?}");
    }
}
