//! What a directory answers when it refuses.

use super::*;

const SAM: AttributeId = AttributeId::SAM_ACCOUNT_NAME;
const UPN: AttributeId = AttributeId::USER_PRINCIPAL_NAME;

/// A user Ann, and a group G that she is a member of.
fn ann_and_group() -> (Lab, ObjectId, ObjectId) {
    let mut lab = Lab::new(true);
    let names = [(SAM, "ann"), (UPN, "ann@example.test")];
    let ann = lab.try_add("CN=Ann,CN=Users", "user", &names).unwrap();
    let group = lab.add("CN=G,CN=Users", "group");
    let member = Modification::add(AttributeId::MEMBER, ["CN=Ann,CN=Users,DC=example,DC=test"]);
    lab.modify(group, member).unwrap();
    (lab, ann, group)
}

fn check(answer: Result<(), Refusal>, code: u32, win32: u32) {
    let refusal = answer.expect_err(&format!("{win32:X}"));
    assert_eq!((refusal.code.0, refusal.win32), (code, win32), "{refusal}");
    assert!(
        refusal.message.starts_with(&format!("{win32:08X}: ")),
        "{refusal}"
    );
}

#[test]
fn additions_are_refused_with_the_codes_of_a_domain_controller() {
    let (mut lab, _, _) = ann_and_group();
    let too_long = "twenty-one-letters-xy";
    for (dn, class, attribute, code, win32) in [
        ("CN=ann,CN=Users", "contact", None, 68, 0x2071),
        ("CN=B,CN=Users", "user", Some((SAM, "ANN")), 68, 0x524),
        ("CN=B,CN=Users", "group", Some((SAM, "ANN")), 68, 0x526),
        (
            "CN=B,CN=Users",
            "user",
            Some((UPN, "ANN@example.test")),
            19,
            0x21C8,
        ),
        ("CN=B,OU=None", "user", None, 32, 0x208D),
        ("OU=B,CN=Users", "user", None, 64, 0x2099),
        ("OU=B,CN=Users", "organizationalUnit", None, 64, 0x2099),
        ("CN=B,CN=Deleted Objects", "user", None, 64, 0x2099),
        ("CN=B,CN=Users", "robot", None, 16, 0x57),
        ("CN=B,CN=Users", "person", Some((SAM, "b")), 65, 0x207D),
        ("CN=B,CN=Users", "user", Some((SAM, "")), 21, 0x57),
        ("CN=B,CN=Users", "user", Some((SAM, "a*b")), 80, 0x523),
        ("CN=B,CN=Users", "user", Some((SAM, " .")), 80, 0x523),
        ("CN=B,CN=Users", "user", Some((SAM, too_long)), 80, 0x523),
        (
            "CN=B,CN=Users",
            "user",
            Some((AttributeId::CN, "C")),
            34,
            0x2081,
        ),
        (
            "CN=B,CN=Users",
            "user",
            Some((AttributeId::MANAGER, "CN=No")),
            19,
            0x20B5,
        ),
        (
            "CN=B,CN=Users",
            "user",
            Some((AttributeId::MANAGER, "Ann")),
            34,
            0x57,
        ),
        (
            "CN=B,CN=Users",
            "user",
            Some((AttributeId::MEMBER_OF, "CN=G")),
            53,
            0x209A,
        ),
    ] {
        let attributes: Vec<_> = attribute.into_iter().collect();
        check(lab.try_add(dn, class, &attributes).map(drop), code, win32);
    }
}

#[test]
fn modifications_are_refused_with_the_codes_of_a_domain_controller() {
    let (mut lab, ann, group) = ann_and_group();
    let ann_dn = "CN=Ann,CN=Users,DC=example,DC=test";
    let (member, title) = (AttributeId::MEMBER, AttributeId::TITLE);
    let proxies = AttributeId::PROXY_ADDRESSES;
    for (id, change, code, win32) in [
        (group, Modification::add(member, [ann_dn]), 68, 0x562),
        (
            group,
            Modification::delete(member, ["DC=example,DC=test"]),
            53,
            0x561,
        ),
        (
            group,
            Modification::add(member, ["CN=No,DC=example,DC=test"]),
            32,
            0x208D,
        ),
        (
            ann,
            Modification::delete(AttributeId::MANAGER, [ann_dn]),
            16,
            0x2076,
        ),
        (
            ann,
            Modification::add(AttributeId::MEMBER_OF, ["x"]),
            53,
            0x209A,
        ),
        (
            ann,
            Modification::replace(AttributeId::OBJECT_CLASS, ["x"]),
            16,
            0x57,
        ),
        (
            ann,
            Modification::replace(AttributeId::CN, ["x"]),
            67,
            0x20B1,
        ),
        (ann, Modification::replace(title, ["a", "b"]), 19, 0x2081),
        (ann, Modification::replace(title, [""]), 21, 0x57),
        (
            ann,
            Modification::replace(AttributeId::C, ["four"]),
            19,
            0x2082,
        ),
        (
            ann,
            Modification::replace(AttributeId::COUNTRY_CODE, ["one"]),
            21,
            0x57,
        ),
        (ann, Modification::delete(title, ["x"]), 16, 0x2076),
        (
            ann,
            Modification::add(proxies, ["SMTP:a@x", "smtp:A@X"]),
            20,
            0x2083,
        ),
    ] {
        check(lab.modify(id, change), code, win32);
    }
}

#[test]
fn the_texts_are_those_of_a_domain_controller() {
    let (mut lab, _, _) = ann_and_group();
    let upn = [(UPN, "ann@example.test")];
    let refusal = lab.try_add("CN=B,CN=Users", "user", &upn).unwrap_err();
    assert_eq!(
        refusal.message,
        "000021C8: AtrErr: DSID-03200BBA, #1:\n\t0: 000021C8: DSID-03200BBA, problem 1005 \
         (CONSTRAINT_ATT_TYPE), data 0, Att 90290 (userPrincipalName)"
    );
    assert!(
        refusal
            .hint
            .contains("belongs to `CN=Ann,CN=Users,DC=example,DC=test`")
    );
}

#[test]
fn a_forest_has_a_service_principal_name_once() {
    let (mut lab, ann, _) = ann_and_group();
    let spn = lab.directory.schema().attribute("servicePrincipalName");
    let spn = spn.unwrap();
    let name = "HTTP/web.example.test";
    lab.modify(ann, Modification::add(spn, [name])).unwrap();
    let bob = lab
        .try_add("CN=Bob,CN=Users", "user", &[(SAM, "bob")])
        .unwrap();
    let taken = Modification::add(spn, ["http/WEB.example.test"]);
    check(lab.modify(bob, taken), 19, 0x21C7);
    // Its own, written again, is no second one.
    let again = Modification::replace(spn, [name, "HTTP/web"]);
    lab.modify(ann, again).unwrap();
}

#[test]
fn a_service_principal_name_has_two_or_three_parts() {
    let (mut lab, ann, _) = ann_and_group();
    let spn = lab.directory.schema().attribute("servicePrincipalName");
    let spn = spn.unwrap();
    let mut set = |name: &str| lab.modify(ann, Modification::replace(spn, [name]));
    for good in [
        "cifs/",
        "cifs/a",
        " //",
        "/host/a",
        "cifs//a",
        ":/b\0/b/b",
        "a@b/a@b/a@b",
    ] {
        assert!(set(good).is_ok(), "{good:?}");
    }
    for bad in [
        "a",
        " ",
        "cifs\u{ff0f}a",
        "/a",
        "//",
        "//a",
        "cifs/a/b/",
        "host/a/b/c",
    ] {
        check(set(bad), 19, 0x20B5);
    }
}

#[test]
fn the_services_of_a_computer_follow_its_names() {
    let mut lab = Lab::new(true);
    let attribute = |lab: &Lab, name| lab.directory.schema().attribute(name).unwrap();
    let spn = attribute(&lab, "servicePrincipalName");
    let host = attribute(&lab, "dNSHostName");
    let pc = [(SAM, "PC1$"), (host, "pc1.example.test")];
    let pc = lab.try_add("CN=PC1,CN=Computers", "computer", &pc).unwrap();
    // The name that it will have, besides.
    let more = ["HOST/pc2", "http/other"];
    let services = ["HOST/PC1", "cifs/PC1.example.test/more.PC1"];
    let services = services.into_iter().chain(more);
    lab.modify(pc, Modification::add(spn, services)).unwrap();
    lab.modify(pc, Modification::replace(host, ["pc2.example.test"]))
        .unwrap();
    lab.modify(pc, Modification::replace(SAM, ["PC2$"]))
        .unwrap();
    // Without a name there is none to follow.
    lab.modify(pc, Modification::clear(host)).unwrap();
    lab.modify(pc, Modification::replace(host, ["pc3.example.test"]))
        .unwrap();
    let now: Vec<&str> = lab
        .directory
        .object(pc)
        .unwrap()
        .texts(spn)
        .map(|name| &**name)
        .collect();
    assert_eq!(
        now,
        ["HOST/PC2", "cifs/pc2.example.test/more.PC1", "http/other"]
    );
}

#[test]
fn a_new_object_has_no_two_values_of_a_single_valued_link() {
    let (mut lab, _, _) = ann_and_group();
    let two = [
        "CN=Ann,CN=Users,DC=example,DC=test",
        "CN=Users,DC=example,DC=test",
    ];
    let request = AddRequest {
        dn: "CN=Two,CN=Users,DC=example,DC=test".parse().unwrap(),
        attributes: vec![
            (AttributeId::OBJECT_CLASS, vec!["user".into()]),
            (AttributeId::MANAGER, two.map(Value::from).to_vec()),
        ],
        guid: (lab.guids)(),
    };
    check(lab.directory.add(request, at(9)).map(drop), 19, 0x2081);
}
