use super::*;
use crate::directory::attributes::NAMED;

#[test]
fn every_line_of_the_tables_is_read() {
    let schema = Schema::standard();
    let (attributes, classes) = table::line_counts();
    assert_eq!(schema.0.attributes.len(), attributes);
    assert_eq!(schema.0.classes.len(), classes);
    assert!(attributes > 1_400 && classes > 250);
}

#[test]
fn the_constants_are_at_their_places() {
    let schema = Schema::standard();
    for (id, name) in NAMED {
        assert_eq!(schema.name(*id), *name);
        assert_eq!(schema.attribute(&name.to_uppercase()), Some(*id));
    }
    for (id, name) in [
        (ClassId::TOP, "top"),
        (ClassId::DOMAIN_DNS, "domainDNS"),
        (ClassId::ORGANIZATIONAL_UNIT, "organizationalUnit"),
        (ClassId::CONTAINER, "container"),
        (ClassId::BUILTIN_DOMAIN, "builtinDomain"),
        (ClassId::LOST_AND_FOUND, "lostAndFound"),
        (ClassId::USER, "user"),
        (ClassId::INET_ORG_PERSON, "inetOrgPerson"),
        (ClassId::CONTACT, "contact"),
        (ClassId::GROUP, "group"),
        (ClassId::COMPUTER, "computer"),
    ] {
        assert_eq!(schema.class_name(id), name);
    }
}

#[test]
fn classes_know_their_chain_and_kind() {
    let schema = Schema::standard();
    let names: Vec<&str> = schema
        .superclass_chain(ClassId::COMPUTER)
        .map(|id| schema.class_name(id))
        .collect();
    let expected = ["computer", "user", "organizationalPerson", "person", "top"];
    assert_eq!(names, expected);
    let kind = |name| schema.kind(schema.class(name).unwrap());
    assert_eq!(kind("INETORGPERSON"), ObjectKind::InetOrgPerson);
    assert_eq!(
        kind("msDS-GroupManagedServiceAccount"),
        ObjectKind::Computer
    );
    assert_eq!(kind("foreignSecurityPrincipal"), ObjectKind::Other);
    let ou = schema.class_definition(ClassId::ORGANIZATIONAL_UNIT);
    assert_eq!(schema.name(ou.rdn_attribute), "ou");
}

#[test]
fn links_come_in_pairs() {
    let schema = Schema::standard();
    for (forward, back) in [
        (AttributeId::MEMBER, AttributeId::MEMBER_OF),
        (AttributeId::MANAGER, AttributeId::DIRECT_REPORTS),
    ] {
        assert_eq!(schema.link_partner(forward), Some(back));
        assert_eq!(schema.link_partner(back), Some(forward));
        assert!(schema.definition(forward).is_forward_link());
        assert!(schema.definition(back).is_back_link());
    }
    let mut seen: Vec<u32> = schema
        .attributes()
        .filter_map(|(_, d)| d.link)
        .map(|l| l.0)
        .collect();
    let all = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), all, "a linkID is used once");
}

#[test]
fn a_forest_may_bring_its_own() {
    let standard = Schema::standard();
    assert!(Schema::is_known_prefix("msexchSomethingNew"));
    assert!(!Schema::is_known_prefix("msDS-New"));
    let schema = standard.with_extensions(["contosoBadge", "CN"]);
    let badge = schema.attribute("ContosoBadge").unwrap();
    assert!(schema.definition(badge).extension);
    assert_eq!(standard.attribute("contosoBadge"), None);
    assert_eq!(schema.attributes().len(), standard.attributes().len() + 1);
    let schema = schema.with_class("contosoRobot", ClassId::USER);
    let robot = schema.class("contosorobot").unwrap();
    assert_eq!(schema.kind(robot), ObjectKind::User);
    assert_eq!(standard.suggest("zzzz"), None);
}

#[test]
fn attributes_have_the_numbers_that_error_texts_print() {
    let schema = Schema::standard();
    let number = |name| {
        let id = schema.attribute(name).unwrap();
        attribute_number(schema.definition(id).oid.as_ref())
    };
    assert_eq!(number("userPrincipalName"), Some(0x9_0290));
    assert_eq!(number("servicePrincipalName"), Some(0x9_0303));
    assert_eq!(number("unicodePwd"), Some(0x9_005a));
    assert_eq!(number("description"), Some(0xd));
    assert_eq!(number("mailNickname"), Some(0x2_01bf));
}
