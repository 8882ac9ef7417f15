//! The rules as data against their compiled form.

use std::fmt::Write as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mock_ad::directory::{Directory, Object};
use mock_cloud::{OnPremisesPlace, Profile, RuleId, SourceAnchor};
use proptest::prelude::*;
use store::Text;

use super::super::config::{AnchorAttribute, EnginePolicy};
use super::super::flow::{Inbound, PropertyMap, Surroundings, inbound};
use super::super::references::References;
use super::{Before, evaluate};
use crate::rules::{RuleForm, RuleSet, Variant, default_rules};

/// Attributes that rules look at, with values that they look for and values beside these.
const POOL: &[(&str, &[&str])] = &[
    (
        "sAMAccountName",
        &[
            "ann",
            "SUPPORT_388945a0",
            "support_388945A0",
            "AAD_1",
            "aad_x",
            "MSOL_1",
            "CAS_{1}",
            "cas_1",
            "Msol",
            "MSOL_AD_Sync_RichCoexistence",
            "\u{ff21}AD_1",
            "Mſol_1",
        ],
    ),
    ("userPrincipalName", &["ann@contoso.com", "ann@corp.local"]),
    ("displayName", &["Ann Lee", " Ann ", "x (MSOL) y", "(msol)"]),
    ("givenName", &["Ann", " Ann "]),
    ("sn", &["Lee", "  "]),
    (
        "mail",
        &["ann@contoso.com", " ann@contoso.com ", "no address", "  "],
    ),
    (
        "mailNickname",
        &[
            "ann",
            "SystemMailbox{1}",
            "systemmailbox{",
            "CAS_{2}",
            "cas_2",
            " a ",
        ],
    ),
    (
        "proxyAddresses",
        &[
            "SMTP:ann@contoso.com",
            "smtp:ann@contoso.com",
            " SMTP:b@contoso.com",
            "SMTP:nobody",
            "X500:/o=SMTP:x",
            "sip:ann@contoso.com",
            "smtp:c@contoso.com ",
        ],
    ),
    ("userAccountControl", &["512", "514", "66048"]),
    (
        "adminDescription",
        &["User_x", "user_", "Group_1", "Contact_2", "other", "User"],
    ),
    ("isCriticalSystemObject", &["TRUE", "FALSE"]),
    (
        "msExchRecipientTypeDetails",
        &["1", "2", "128", "4096", "536870912", "1073741824"],
    ),
    ("msExchHideFromAddressLists", &["TRUE", "FALSE"]),
    ("groupType", &["-2147483646", "2", "8"]),
    ("description", &["short", " blanks ", "\u{e9}long"]),
    ("info", &["see there", " see there ", "  ", "\u{e9}long"]),
    ("msExchUsageLocation", &["NL", " DE ", " "]),
    ("title", &["Clerk", " Chief "]),
    ("department", &["Sales"]),
    ("telephoneNumber", &["+1 555", " 1 "]),
    ("c", &["DE"]),
    ("co", &["Germany"]),
    ("l", &["Kiel"]),
    ("st", &["SH"]),
    ("preferredLanguage", &["de"]),
    ("extensionAttribute7", &["seven", " "]),
    (
        "msRTCSIP-PrimaryUserAddress",
        &["sip:ann@contoso.com", " sip:b@x"],
    ),
    ("userCertificate", &["one", "two"]),
    ("mS-DS-ConsistencyGuid", &["0123456789abcdef", "short"]),
    (
        "objectSid",
        &["\u{1}\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{5}\u{15}\u{0}\u{0}\u{0}"],
    ),
];

#[derive(Debug, Clone)]
struct Drawn {
    class: &'static str,
    name: &'static str,
    /// For each attribute, which of its values it has.
    values: Vec<Vec<usize>>,
    long: bool,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let class = prop::sample::select(vec!["user", "inetOrgPerson", "group", "contact"]);
    let name = prop::sample::select(vec!["Ann Lee", "Ann\nCNF:1", "a\\0ACNF:", "Lee, Ann", " x"]);
    let name = prop_oneof![4 => Just("Ann Lee"), 1 => name];
    let values: Vec<_> = POOL
        .iter()
        .map(|(attribute, pool)| {
            let most = if *attribute == "proxyAddresses" { 3 } else { 1 };
            let some = prop::collection::vec(0..pool.len(), 1..=most);
            prop_oneof![1 => Just(Vec::new()), 1 => some]
        })
        .collect();
    (class, name, values, any::<bool>()).prop_map(|(class, name, values, long)| Drawn {
        class,
        name,
        values,
        long,
    })
}

/// The object as an export tells it.
fn ldif(drawn: &Drawn) -> String {
    let base64 = |text: &str| STANDARD.encode(text);
    let rdn = mock_ad::directory::Rdn::new("CN", drawn.name);
    let dn = base64(&format!("{rdn},OU=Sync,DC=example,DC=test"));
    let mut text = format!(
        "dn:: {dn}\nobjectClass: {}\ncn:: {}\n",
        drawn.class,
        base64(drawn.name)
    );
    text.push_str("objectGUID:: AREkO7viVUKMr0E2xWapYg==\n");
    for ((attribute, pool), chosen) in POOL.iter().zip(&drawn.values) {
        let mut chosen = chosen.clone();
        chosen.sort_unstable();
        chosen.dedup();
        for place in chosen {
            let mut value = pool[place].to_owned();
            if drawn.long && matches!(*attribute, "description" | "info") {
                value = value.repeat(200);
            }
            let _ = writeln!(text, "{attribute}:: {}", base64(&value));
        }
    }
    text
}

/// What both ways of evaluating see.
struct Case {
    directory: Directory,
    object: Arc<Object>,
}

impl Case {
    fn new(text: &str) -> Self {
        let options = mock_ad::ldif::LoadOptions::default();
        let loaded = mock_ad::ldif::load(text.as_bytes(), &options).unwrap();
        let guid = mock_ad::directory::ObjectGuid::from_bytes(GUID);
        let id = loaded.directory.find_by_guid(&guid).unwrap();
        let object = Arc::clone(loaded.directory.object(id).unwrap());
        Self {
            directory: loaded.directory,
            object,
        }
    }

    fn around(&self, variant: Variant) -> Surroundings<'_> {
        let schema = self.directory.schema();
        Surroundings {
            schema,
            anchor: variant.anchor,
            policy: variant.policy,
            domain_name: Text::from("example.test"),
            net_bios_name: Text::from("EXAMPLE"),
            properties: PropertyMap::new(schema).into(),
        }
    }

    fn by_data(&self, rules: &RuleSet, variant: Variant, before: Before<'_>) -> Inbound {
        self.with_references(rules, variant, before, References::default())
    }

    fn with_references(
        &self,
        rules: &RuleSet,
        variant: Variant,
        before: Before<'_>,
        references: References,
    ) -> Inbound {
        let around = self.around(variant);
        evaluate(rules, &self.object, &place(), references, before, &around)
    }
}

/// What the object refers to.
fn references() -> impl Strategy<Value = References> {
    let anchor = any::<[u8; 16]>().prop_map(SourceAnchor::from_guid_bytes);
    let members = prop::collection::vec(anchor.clone(), 0..3);
    (members, prop::option::of(anchor)).prop_map(|(members, manager)| References {
        members: members.into(),
        manager,
        groups: Vec::new(),
    })
}

const GUID: [u8; 16] = *b"\x01\x11\x24\x3b\xbb\xe2\x55\x42\x8c\xaf\x41\x36\xc5\x66\xa9\x62";

const NOTHING_BEFORE: Before<'static> = Before {
    attributes: None,
    connected: false,
};

fn place() -> Arc<OnPremisesPlace> {
    Arc::new(OnPremisesPlace {
        attribute: Text::from("CN"),
        parent: Text::from("OU=Sync,DC=example,DC=test"),
        domain_name: Text::from("example.test"),
        net_bios_name: Text::from("EXAMPLE"),
    })
}

fn variant() -> impl Strategy<Value = Variant> {
    let anchors = [
        AnchorAttribute::ObjectGuid,
        AnchorAttribute::ConsistencyGuid,
    ];
    let profile = prop::sample::select(Profile::ALL.to_vec());
    (prop::sample::select(anchors.to_vec()), profile).prop_map(|(anchor, profile)| Variant {
        anchor,
        policy: EnginePolicy::of(profile),
    })
}

proptest! {
    /// The compiled rules and the rules as data make the same of every object: rules R1.1, R1.2,
    /// R1.7, R1.12, R2.29, R4.1, R5.1, R5.6, R5.7, R5.8, R5.9 and R5.10.
    #[test]
    fn the_compiled_rules_are_the_rules_as_data(
        drawn in drawn(),
        variant in variant(),
        references in references(),
    ) {
        let text = ldif(&drawn);
        let case = Case::new(&text);
        let around = case.around(variant);
        let compiled = inbound(&case.object, &place(), references.clone(), &around);
        let rules = default_rules(&variant);
        let data = case.with_references(&rules, variant, NOTHING_BEFORE, references);
        match (&compiled, &data) {
            (Inbound::Filtered(_), Inbound::Filtered(_)) => {}
            (Inbound::Error(compiled), Inbound::Error(data)) => prop_assert_eq!(compiled, data),
            (compiled, data) => prop_assert_eq!(compiled, data, "{}", text),
        }
    }
}

fn today() -> Variant {
    Variant {
        anchor: AnchorAttribute::ObjectGuid,
        policy: EnginePolicy::of(Profile::Entra2026),
    }
}

const ANN: &str = "dn: CN=Ann,OU=Sync,DC=example,DC=test\nobjectClass: user\n\
    objectGUID:: AREkO7viVUKMr0E2xWapYg==\nsAMAccountName: ann\nuserAccountControl: 512\n\
    userPrincipalName: ann@corp.local\nmail: ann@contoso.com\ndepartment: Sales\n\
    proxyAddresses: SMTP:ann@contoso.com\n";

/// The default rules with one more.
fn with(rule: &str) -> RuleSet {
    let forms: Vec<RuleForm> = crate::scenario::read_document("rules.yaml", rule).unwrap();
    let variant = today();
    let added = forms.iter().map(|form| form.read(&variant).unwrap());
    default_rules(&variant).with(added)
}

fn of_ann(rule: &str) -> Inbound {
    Case::new(ANN).by_data(&with(rule), today(), NOTHING_BEFORE)
}

fn flows(found: Inbound) -> mock_cloud::SyncObject {
    match found {
        Inbound::Flows(object) => *object,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_rule_of_lower_number_gives_the_value() {
    let found = flows(of_ann(
        "[{name: Mine, precedence: 50, from: [user], to: person, \
          flow: {department: '\"Sales & more\"', mail: 'NULL', displayName: '\"\"'}}]",
    ));
    let department = found
        .properties
        .iter()
        .find(|(it, _)| it.name() == "department");
    assert_eq!(department.unwrap().1, "Sales & more");
    assert_eq!(found.mail.as_deref(), Some("ann@contoso.com"));
    assert_eq!(found.display_name.as_deref(), Some("Ann"));
}

/// Rule R5.2.
#[test]
fn authoritative_null_silences_later_rules_and_ignore_keeps_what_there_was() {
    let rule = "[{name: Mine, precedence: 50, from: [user], to: person, \
                  flow: {mail: AuthoritativeNull, proxyAddresses: IgnoreThisFlow}}]";
    let rules = with(rule);
    let case = Case::new(ANN);
    let new = flows(case.by_data(&rules, today(), NOTHING_BEFORE));
    assert_eq!(new.mail, None);
    assert_eq!(
        new.proxy_addresses.len(),
        1,
        "nothing to keep: the next rule gives its value"
    );
    let mut known = new.clone();
    known.proxy_addresses = [mock_cloud::ProxyAddress::new("SMTP:old@contoso.com")].into();
    let before = Before {
        attributes: Some(&known),
        connected: true,
    };
    let kept = flows(case.by_data(&rules, today(), before));
    assert_eq!(kept.proxy_addresses[0].as_str(), "SMTP:old@contoso.com");
}

#[test]
fn a_rule_that_is_out_of_scope_gives_nothing() {
    let rule = |clause: &str| {
        format!(
            "[{{name: Mine, precedence: 50, from: [user], to: person, scope: [[{clause}]], \
               flow: {{cloudFiltered: 'True'}}}}]"
        )
    };
    assert!(matches!(
        of_ann(&rule("department EQUAL Legal")),
        Inbound::Flows(_)
    ));
    let Inbound::Filtered(reason) = of_ann(&rule("department EQUAL sales")) else {
        panic!("it goes out");
    };
    assert_eq!(
        (reason.rule, reason.text().as_str()),
        (
            RuleId::R5_9,
            "the rule Mine sets cloudFiltered, so it does not go out"
        )
    );
}

/// Rule R1.6.
#[test]
fn an_anchor_of_ones_own_choice_keeps_the_constraints() {
    let rule = |anchor: &str| {
        format!(
            "[{{name: Mine, precedence: 50, from: [user], to: person, \
               flow: {{sourceAnchor: '{anchor}'}}}}]"
        )
    };
    let anchor = flows(of_ann(&rule("[sAMAccountName]"))).source_anchor;
    assert_eq!(anchor.to_string(), "ann");
    for (text, why) in [
        (
            "[mail]",
            "the sourceAnchor ann@contoso.com has a character that it must not have",
        ),
        ("PadLeft([sAMAccountName],60,\"x\")", "is too long"),
    ] {
        let Inbound::Error(reason) = of_ann(&rule(text)) else {
            panic!("{text} passes");
        };
        assert_eq!(reason.rule, RuleId::R1_6);
        assert!(reason.text().contains(why), "{reason}");
    }
}

/// Rule R6.15.
#[test]
fn an_expression_that_fails_is_an_error_of_the_object() {
    let found = of_ann(
        "[{name: Mine, precedence: 50, from: [user], to: person, \
          flow: {mail: 'IIF(IsPresent([title]),[mail],Error(\"no title\"))'}}]",
    );
    let Inbound::Error(reason) = found else {
        panic!("{found:?}");
    };
    assert_eq!(reason.to_string(), "R6.15  the rule Mine: no title");
}

#[test]
fn join_no_flow_leaves_what_is_connected_as_it_is() {
    let rules = with(
        "[{name: Mine, precedence: 50, from: [user], to: person, flow: {cloudNoFlow: 'True'}}, \
          {name: Hands off, direction: Outbound, precedence: 51, from: [person], to: user, \
           link: JoinNoFlow, scope: [[cloudNoFlow EQUAL True]]}]",
    );
    let case = Case::new(ANN);
    assert!(matches!(
        case.by_data(&rules, today(), NOTHING_BEFORE),
        Inbound::Filtered(_)
    ));
    let known = mock_cloud::SyncObject::user(SourceAnchor::from_text("x"), "old@contoso.com");
    let before = Before {
        attributes: Some(&known),
        connected: true,
    };
    assert_eq!(flows(case.by_data(&rules, today(), before)), known);
}

/// Rule R2.29: without a value none is sent, whatever was sent before.
#[test]
fn a_usage_location_is_sent_only_where_there_is_one() {
    let own = |more: &str| Case::new(&format!("{ANN}{more}"));
    let rules = default_rules(&today());
    let sent = |case: &Case, before| flows(case.by_data(&rules, today(), before));
    let known = sent(&own("msExchUsageLocation: NL\n"), NOTHING_BEFORE);
    let location = known.usage_location.as_deref();
    assert_eq!(location.map(Text::as_str), Some("NL"));
    let before = Before {
        attributes: Some(&known),
        connected: true,
    };
    assert_eq!(sent(&own(""), before).usage_location, None);
}
