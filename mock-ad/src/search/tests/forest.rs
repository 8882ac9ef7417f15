//! The rootDSE, the configuration and the schema.

use super::*;
use crate::directory::{DomainController, ServerVersion};

fn root(lab: &mut Lab, attributes: &[&str]) -> Entry {
    let wanted = request("", Scope::Base, "(objectClass=user)");
    let wanted = wanted.for_attributes(attributes.iter().copied());
    lab.run(&wanted, &[]).entries.remove(0)
}

#[test]
fn the_root_dse_tells_where_everything_is() {
    let mut lab = staffed();
    let entry = root(&mut lab, &[]);
    for (name, value) in [
        ("defaultNamingContext", BASE),
        (
            "configurationNamingContext",
            "CN=Configuration,DC=example,DC=test",
        ),
        (
            "schemaNamingContext",
            "CN=Schema,CN=Configuration,DC=example,DC=test",
        ),
        ("dnsHostName", "dc1.example.test"),
        ("ldapServiceName", "example.test:dc1$@EXAMPLE.TEST"),
        ("domainFunctionality", "7"),
        ("isGlobalCatalogReady", "TRUE"),
        (
            "dsServiceName",
            "CN=NTDS Settings,CN=DC1,CN=Servers,CN=Default-First-Site-Name,CN=Sites,\
             CN=Configuration,DC=example,DC=test",
        ),
    ] {
        assert_eq!(values(&entry, name), [value], "{name}");
    }
    assert_eq!(values(&entry, "supportedControl"), SUPPORTED_CONTROLS);
    let usn = lab.directory.highest_committed_usn().to_string();
    assert_eq!(values(&entry, "highestCommittedUSN"), [usn]);
    // Extensions have to be asked for (MS-ADTS 3.1.1.3.2).
    assert!(values(&entry, "supportedExtension").is_empty());
    let entry = root(&mut lab, &["SUPPORTEDEXTENSION"]);
    assert_eq!(entry.attributes.len(), 1);
    lab.directory.set_domain_controller(DomainController {
        version: ServerVersion::WindowsServer2025,
        ..DomainController::default()
    });
    assert_eq!(
        values(&root(&mut lab, &["*"]), "forestFunctionality"),
        ["10"]
    );
}

#[test]
fn clients_find_their_way_through_the_configuration() {
    let mut lab = staffed();
    let configuration = "CN=Configuration,DC=example,DC=test";
    let whole = request(configuration, Scope::Subtree, "(objectClass=crossRef)");
    let reply = lab.run(&whole, &[]);
    assert_eq!(
        names(&reply),
        ["Enterprise Schema", "Enterprise Configuration", "EXAMPLE"]
    );
    assert_eq!(
        reply.references,
        [["ldap://example.test/CN=Schema,CN=Configuration,DC=example,DC=test"]]
    );
    let domain = "(&(objectClass=crossRef)(nCName=dc=example,DC=TEST))";
    let reply = lab.run(&request(configuration, Scope::Subtree, domain), &[]);
    assert_eq!(values(&reply.entries[0], "nETBIOSName"), ["EXAMPLE"]);
    let settings = lab.directory.ds_service_name();
    let reply = lab.run(&request(&settings, Scope::Base, "(objectClass=*)"), &[]);
    let invocation = lab.directory.invocation_id();
    let found = reply.entries[0].values("invocationId");
    assert_eq!(found, [invocation.as_bytes().as_slice().into()]);
    let service = "(tombstoneLifetime=180)";
    let reply = lab.run(&request(configuration, Scope::Subtree, service), &[]);
    assert_eq!(names(&reply), ["Directory Service"]);
    let bin = "(msDS-OptionalFeatureGUID=\\d8\\dc\\6d\\76\\d0\\ac\\5e\\44\\f3\\b9\\a7\\f9\\b6\\74\
               \\4f\\2a)";
    let wanted = request(configuration, Scope::Subtree, bin);
    let reply = lab.run(
        &wanted.for_attributes(["canonicalName", "objectCategory"]),
        &[],
    );
    assert_eq!(
        values(&reply.entries[0], "canonicalName"),
        [
            "example.test/Configuration/Services/Windows NT/Directory Service/Optional Features/\
          Recycle Bin Feature"
        ]
    );
    assert_eq!(
        values(&reply.entries[0], "objectCategory"),
        ["CN=ms-DS-Optional-Feature,CN=Schema,CN=Configuration,DC=example,DC=test"]
    );
    assert!(
        lab.found("(objectClass=crossRef)").is_empty(),
        "not below the domain"
    );
}

#[test]
fn the_domain_tells_its_well_known_containers() {
    let mut lab = staffed();
    let reply = lab.run(&request(BASE, Scope::Base, "(objectClass=*)"), &[]);
    let known = values(&reply.entries[0], "wellKnownObjects");
    let users = "B:32:A9D1CA15768811D1ADED00C04FD8D5CD:CN=Users,DC=example,DC=test";
    assert!(known.iter().any(|value| value == users), "{known:?}");
    assert!(
        !known.iter().any(|value| value.contains("Program Data")),
        "not held"
    );
}

#[test]
fn the_schema_has_an_object_for_everything() {
    let mut lab = staffed();
    let schema = "CN=Schema,CN=Configuration,DC=example,DC=test";
    let one = request(schema, Scope::OneLevel, "(lDAPDisplayName=proxyAddresses)");
    let entry = lab.run(&one, &[]).entries.remove(0);
    assert_eq!(entry.dn, format!("CN=Proxy-Addresses,{schema}"));
    for (name, value) in [
        ("attributeID", "1.2.840.113556.1.2.210"),
        ("attributeSyntax", "2.5.5.12"),
        ("oMSyntax", "64"),
        ("isSingleValued", "FALSE"),
        ("rangeUpper", "1123"),
        ("searchFlags", "5"),
        (
            "objectCategory",
            "CN=Attribute-Schema,CN=Schema,CN=Configuration,DC=example,DC=test",
        ),
    ] {
        assert_eq!(values(&entry, name), [value], "{name}");
    }
    let indexed =
        "(&(objectClass=attributeSchema)(searchFlags:1.2.840.113556.1.4.803:=4)(sAMAccountName=*))";
    assert!(
        lab.run(&request(schema, Scope::OneLevel, indexed), &[])
            .entries
            .is_empty()
    );
    let user = request(
        schema,
        Scope::OneLevel,
        "(&(objectClass=classSchema)(lDAPDisplayName=user))",
    );
    let entry = lab.run(&user, &[]).entries.remove(0);
    assert_eq!(values(&entry, "subClassOf"), ["organizationalPerson"]);
    assert!(values(&entry, "systemMayContain").contains(&"userPrincipalName".to_owned()));
    let many = lab.run(
        &request(schema, Scope::OneLevel, "(objectClass=attributeSchema)"),
        &[],
    );
    assert_eq!(many.result.code, ResultCode::SIZE_LIMIT_EXCEEDED);
}

#[test]
fn the_aggregate_describes_the_schema_in_the_form_of_active_directory() {
    let mut lab = staffed();
    let aggregate = "CN=Aggregate,CN=Schema,CN=Configuration,DC=example,DC=test";
    let wanted = request(aggregate, Scope::Base, "(objectClass=subschema)");
    let wanted = wanted.for_attributes([
        "attributeTypes",
        "objectClasses",
        "dITContentRules",
        "modifyTimeStamp",
    ]);
    let reply = lab.run(&wanted, &[]);
    let entry = &reply.entries[0];
    // The list is longer than a range, and comes whole all the same.
    let types = values(entry, "attributeTypes");
    assert!(types.iter().any(|text| text
        == "( 2.5.4.42 NAME 'givenName' SYNTAX '1.3.6.1.4.1.1466.115.121.1.15' SINGLE-VALUE )"));
    let classes = values(entry, "objectClasses");
    let starts = |start: &str| classes.iter().any(|text| text.starts_with(start));
    assert!(starts("( 2.5.6.0 NAME 'top' ABSTRACT MUST (objectClass $ "));
    assert!(starts(
        "( 1.2.840.113556.1.5.9 NAME 'user' SUP organizationalPerson STRUCTURAL MAY ("
    ));
    let rules = values(entry, "dITContentRules");
    assert!(rules[0].contains(" AUX ("), "{}", rules[0]);
    let bare = request(aggregate, Scope::Base, "(objectClass=*)");
    let entry = lab.run(&bare, &[]).entries.remove(0);
    assert!(
        values(&entry, "attributeTypes").is_empty(),
        "only on request"
    );
}

#[test]
fn the_root_dse_tells_somebody_their_groups_and_is_no_answer_to_a_ping() {
    let lab = staffed();
    let ask = |bound, attributes: [&str; 2]| {
        let context = Context {
            bound,
            ..Context::administrator(lab.now())
        };
        let root = request("", Scope::Base, "(objectClass=*)").for_attributes(attributes);
        let mut state = SearchState::default();
        search(&lab.directory, &context, &mut state, &root, &[]).entries
    };
    let ann = lab.directory.find_by_sam_account_name("ann").unwrap();
    let told = ask(Bound::Account(ann), ["tokenGroups", "dnsHostName"]);
    let groups = told[0].values("tokenGroups");
    let own = lab.directory.object(ann).unwrap();
    let own = own.bytes(AttributeId::OBJECT_SID);
    assert_eq!(groups.first().map(Value::ldap_bytes).as_deref(), own);
    assert_eq!(groups.len(), 4, "Inner, Outer and Domain Users besides");
    let nobody = ask(Bound::Anonymous, ["tokenGroups", "dnsHostName"]);
    assert!(nobody[0].values("tokenGroups").is_empty());
    assert!(ask(Bound::Anonymous, ["netlogon", "dnsHostName"]).is_empty());
}
