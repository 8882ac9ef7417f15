//! Inbound and outbound flow by sync rules that are data, for engines whose rules are not those
//! that are installed. [`super::flow`] is the compiled form of the latter.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ecow::EcoVec;
use mock_ad::directory::{AttributeId, Dn, Object, ObjectKind, Value, Values};
use mock_cloud::{
    OnPremisesName, OnPremisesPlace, Property, ProxyAddress, Reason, RuleId, SecurityIdentifier,
    SourceAnchor, SyncObject, SyncObjectType,
};
use store::Text;

use super::ad_connector::filtering_key;
use super::flow::{Inbound, Surroundings, escaped_name};
use super::references::References;
use crate::rules::{
    ConnectedSystem, Direction, Failure, Image, JoinCondition, Outcome, RuleSet, RuleValue, Source,
    Why,
};

/// `msExchRecipientTypeDetails` of a linked mailbox (rule R1.12).
const LINKED_MAILBOX: i64 = 2;
/// Longest sourceAnchor, in which a character that is no letter or digit counts three times.
const ANCHOR_MAX: usize = 60;

/// What no sourceAnchor of one's own choice may have in it.
const FORBIDDEN: &str = "\\!#$%&*+/=?^`{}|~<>()';:,[]\"@_";

/// One object of a forest as inbound rules read it.
struct Inward<'a> {
    object: &'a Object,
    name: &'a OnPremisesName,
    references: &'a References,
    around: &'a Surroundings<'a>,
}

impl Source for Inward<'_> {
    fn attribute(&self, name: &str) -> RuleValue {
        match name {
            "dn" | "distinguishedName" => RuleValue::text(self.name.to_string()),
            "objectGUID" => RuleValue::Bytes(EcoVec::from(self.object.guid.as_bytes().as_slice())),
            "member" => RuleValue::Many(vec![
                RuleValue::Boolean(true);
                self.references.members.len()
            ]),
            "manager" | "managedBy" => reference(self.references.manager.as_ref()),
            _ => match self.around.schema.attribute(name) {
                Some(id) => self.object.get(id).map_or(RuleValue::Null, values),
                None => RuleValue::Null,
            },
        }
    }

    fn is_member_of(&self, group: &Dn) -> bool {
        self.references.groups.contains(&filtering_key(group))
    }

    fn parameter(&self, name: &str) -> RuleValue {
        let ldap = || {
            let parts = self
                .around
                .domain_name
                .split('.')
                .map(|part| format!("DC={part}"));
            parts.collect::<Vec<_>>().join(",")
        };
        match name {
            "Domain.FQDN" | "Forest.FQDN" | "Connector.ID" => {
                RuleValue::Text(self.around.domain_name.clone())
            }
            "Domain.Netbios" | "Forest.Netbios" => {
                RuleValue::Text(self.around.net_bios_name.clone())
            }
            "Domain.LDAP" | "Forest.LDAP" => RuleValue::text(ldap()),
            _ => RuleValue::Null,
        }
    }
}

fn values(values: &Values) -> RuleValue {
    let one = |value: &Value| match value {
        Value::Text(text) => RuleValue::Text(text.clone()),
        Value::Integer(number) => RuleValue::Number(*number),
        Value::Boolean(truth) => RuleValue::Boolean(*truth),
        Value::Bytes(bytes) => RuleValue::Bytes(bytes.clone()),
    };
    RuleValue::from_list(values.iter().map(one).collect())
}

/// A reference as rules hand it on: by the anchor of what it refers to.
fn reference(anchor: Option<&SourceAnchor>) -> RuleValue {
    anchor.map_or(RuleValue::Null, |anchor| {
        RuleValue::text(anchor.to_string())
    })
}

/// What an object had before, and whether it is in the tenant's connector space.
#[derive(Clone, Copy)]
pub(super) struct Before<'a> {
    pub(super) attributes: Option<&'a SyncObject>,
    pub(super) connected: bool,
}

impl Before<'_> {
    /// The value that an attribute of the metaverse or of the tenant's connector space had, for
    /// `IgnoreThisFlow` (rule R5.2).
    fn value(&self, name: &str) -> RuleValue {
        let Some(known) = self.attributes else {
            return RuleValue::Null;
        };
        let text = |text: &Option<Text>| text.clone().map_or(RuleValue::Null, RuleValue::Text);
        match name {
            "userPrincipalName" => text(&known.user_principal_name),
            "mail" => text(&known.mail),
            "sourceAnchor" => RuleValue::text(known.source_anchor.to_string()),
            "manager" | "managedBy" => reference(known.manager.as_ref()),
            // The account's own stays where none is sent (rule R2.29).
            "usageLocation" => RuleValue::Null,
            "objectSid" => known
                .security_identifier
                .as_ref()
                .map_or(RuleValue::Null, |sid| {
                    RuleValue::Bytes(EcoVec::from(sid.as_bytes()))
                }),
            "mailNickname" | "alias" => text(&known.mail_nickname),
            "displayName" => text(&known.display_name),
            "accountName" | "onPremisesSamAccountName" => text(&known.sam_account_name),
            "msRTCSIP-PrimaryUserAddress" | "msRtcSipPrimaryUserAddress" => known
                .sip_address
                .as_deref()
                .cloned()
                .map_or(RuleValue::Null, RuleValue::Text),
            "proxyAddresses" => RuleValue::from_list(
                known
                    .proxy_addresses
                    .iter()
                    .map(|it| RuleValue::text(it.as_str()))
                    .collect(),
            ),
            "accountEnabled" => known
                .account_enabled
                .map_or(RuleValue::Null, RuleValue::Boolean),
            _ => Property::all()
                .find(|it| it.name() == name || target_name(*it) == name)
                .and_then(|it| known.properties.iter().find(|(known, _)| *known == it))
                .map_or(RuleValue::Null, |(_, text)| RuleValue::Text(text.clone())),
        }
    }
}

/// A value that an attribute of the metaverse has to have for a join.
pub(super) struct Wanted {
    metaverse: String,
    value: RuleValue,
    case_sensitive: bool,
}

impl Wanted {
    pub(super) fn is_met_by(&self, attributes: &SyncObject) -> bool {
        let before = Before {
            attributes: Some(attributes),
            connected: false,
        };
        let known = before.value(&self.metaverse);
        let same = |known: &RuleValue, wanted: &RuleValue| {
            known == wanted || !self.case_sensitive && known.equals(wanted)
        };
        let mut wanted = self.value.values().iter();
        wanted.any(|wanted| known.values().iter().any(|known| same(known, wanted)))
    }
}

/// The groups of conditions under which an object joins, of all rules that are in scope.
pub(super) fn joins(
    rules: &RuleSet,
    object: &Object,
    place: &Arc<OnPremisesPlace>,
    references: &References,
    around: &Surroundings<'_>,
) -> Vec<Vec<Wanted>> {
    let Some(class) = class_of(around.schema.kind(object.class)) else {
        return Vec::new();
    };
    let name = named(object, place);
    let source = Inward {
        object,
        name: &name,
        references,
        around,
    };
    let wanted = |condition: &JoinCondition| Wanted {
        metaverse: condition.metaverse.clone(),
        value: source.attribute(&condition.connector_space),
        case_sensitive: condition.case_sensitive,
    };
    rules
        .active(Direction::Inbound, ConnectedSystem::ActiveDirectory)
        .filter(|rule| rule.is_for(class) && rule.keeps_out(&source).is_none())
        .flat_map(|rule| &rule.join)
        .map(|group| group.iter().map(wanted).collect())
        .collect()
}

fn named(object: &Object, place: &Arc<OnPremisesPlace>) -> OnPremisesName {
    OnPremisesName {
        name: escaped_name(object),
        place: Arc::clone(place),
    }
}

/// What rules call a class; nothing for classes that are not synced.
const fn class_of(kind: ObjectKind) -> Option<&'static str> {
    match kind {
        ObjectKind::User => Some("user"),
        ObjectKind::InetOrgPerson => Some("inetOrgPerson"),
        ObjectKind::Group => Some("group"),
        ObjectKind::Contact => Some("contact"),
        ObjectKind::Computer => Some("computer"),
        _ => None,
    }
}

/// What a property is called in the tenant's connector space (source DR).
fn target_name(property: Property) -> &'static str {
    match property.name() {
        "c" => "countryLetterCode",
        "co" => "country",
        "l" => "city",
        "sn" => "surname",
        "st" => "state",
        name => name,
    }
}

/// The attributes of the tenant's connector space that have a place in the tenant here.
pub(crate) fn has_a_target(name: &str) -> bool {
    const OWN: [&str; 18] = [
        "accountEnabled",
        "alias",
        "displayName",
        "dnsDomainName",
        "mail",
        "managedBy",
        "manager",
        "msRtcSipPrimaryUserAddress",
        "netBiosName",
        "onPremiseSecurityIdentifier",
        "onPremisesSamAccountName",
        "onPremisesUserPrincipalName",
        "proxyAddresses",
        "securityEnabled",
        "sourceAnchor",
        "usageLocation",
        "userCertificate",
        "userPrincipalName",
    ];
    OWN.contains(&name) || Property::all().any(|it| target_name(it) == name)
}

/// Evaluates all rules on one object.
pub(super) fn evaluate(
    rules: &RuleSet,
    object: &Object,
    place: &Arc<OnPremisesPlace>,
    references: References,
    before: Before<'_>,
    around: &Surroundings<'_>,
) -> Inbound {
    let Some(class) = class_of(around.schema.kind(object.class)) else {
        return filtered(&Why::NoRule);
    };
    let name = named(object, place);
    let source = Inward {
        object,
        name: &name,
        references: &references,
        around,
    };
    let keeps = |name: &str| before.value(name);
    let mut image = match rules.project(class, &source, &keeps) {
        Ok(image) => image,
        Err(why) => return filtered(&why),
    };
    let lends = is_linked_mailbox(object) && image.value("sourceAnchor") == RuleValue::Null;
    if lends {
        let anchor = STANDARD.encode(object.guid.as_bytes());
        image.set("sourceAnchor", RuleValue::text(anchor));
        image.set("sourceObjectType", RuleValue::text("User"));
    }
    let (to, attributes) = match rules.export(&image, before.connected, &keeps) {
        Ok(Outcome::Exported { to, attributes }) => (to, attributes),
        Ok(Outcome::NoFlow) => {
            return match before.attributes {
                Some(known) => Inbound::Flows(Box::new(known.clone())),
                None => filtered(&Why::NoRule),
            };
        }
        Err(why) => return filtered(&why),
    };
    let Some(to) = [
        SyncObjectType::User,
        SyncObjectType::Group,
        SyncObjectType::Contact,
        SyncObjectType::Device,
    ]
    .into_iter()
    .find(|it| it.name().eq_ignore_ascii_case(&to)) else {
        return filtered(&Why::NoRule);
    };
    let anchor = match anchor(&attributes) {
        Ok(anchor) => anchor,
        Err(reason) => return Inbound::Error(reason),
    };
    let mut sent = sync_object(to, anchor, object, name, &image, &attributes);
    if to != SyncObjectType::User {
        sent.members = references.members;
    }
    if lends {
        Inbound::Lends(Box::new(sent))
    } else {
        Inbound::Flows(Box::new(sent))
    }
}

fn is_linked_mailbox(object: &Object) -> bool {
    object.integer(AttributeId::MS_EXCH_RECIPIENT_TYPE_DETAILS) == Some(LINKED_MAILBOX)
}

/// The reason that a person hears.
fn filtered(why: &Why) -> Inbound {
    let (rule, text) = match why {
        Why::NoRule => {
            let text = "no rule applies to this class";
            return Inbound::Filtered(Reason::plain(RuleId::R5_1, text));
        }
        Why::CloudFiltered { rule } => {
            let text = "the rule {0} sets cloudFiltered, so it does not go out";
            return Inbound::Filtered(Reason::one(RuleId::R5_9, text, rule.as_str()));
        }
        Why::OutOfScope {
            rule,
            clause,
            attribute,
        } => {
            let number = match attribute.as_str() {
                "adminDescription" => RuleId::R5_10,
                "isCriticalSystemObject" => RuleId::R5_9,
                "securityEnabled" | "mailEnabled" => RuleId::R5_7,
                "sourceAnchor" | "sourceObjectType" => RuleId::R1_12,
                _ => RuleId::R5_12,
            };
            let text = "the scoping filter of {0} leaves it out: {1}";
            let reason = Reason::two(number, text, rule.as_str(), clause.as_str());
            return Inbound::Filtered(reason);
        }
        Why::Failed { rule, failure, .. } => (rule, failure),
    };
    let number = match text {
        Failure::Raised(text) if text == "AccountName is not present" => RuleId::R4_1,
        _ => RuleId::R6_15,
    };
    if number == RuleId::R4_1 {
        return Inbound::Error(Reason::plain(number, "AccountName is not present"));
    }
    let reason = Reason::two(
        number,
        "the rule {0}: {1}",
        rule.as_str(),
        &*text.to_string(),
    );
    Inbound::Error(reason)
}

/// The anchor, unless it breaks the constraints on attributes of one's own choice (rule R1.6).
fn anchor(attributes: &BTreeMap<String, RuleValue>) -> Result<SourceAnchor, Reason> {
    let text = match attributes.get("sourceAnchor") {
        Some(RuleValue::Bytes(bytes)) => {
            return Ok(SourceAnchor::from_text(&STANDARD.encode(bytes)));
        }
        Some(value) => value.as_text().unwrap_or_default(),
        None => Text::new(),
    };
    let refuse = |why: &'static str| Err(Reason::one(RuleId::R1_6, why, &text));
    if text.is_empty() {
        return refuse("sourceAnchor has no single value that can be sent");
    }
    // Base64 that the engine makes itself is not held to the constraints.
    let decodes = |bytes: Vec<u8>| bytes.len() == 16 || text.contains(['+', '/', '=']);
    if STANDARD.decode(text.as_bytes()).is_ok_and(decodes) {
        return Ok(SourceAnchor::from_text(&text));
    }
    if text.contains(|it| FORBIDDEN.contains(it)) {
        return refuse("the sourceAnchor {0} has a character that it must not have");
    }
    let plain = |it: char| if it.is_ascii_alphanumeric() { 1 } else { 3 };
    if text.chars().map(plain).sum::<usize>() >= ANCHOR_MAX {
        return refuse("the sourceAnchor {0} is too long");
    }
    Ok(SourceAnchor::from_text(&text))
}

fn sync_object(
    kind: SyncObjectType,
    source_anchor: SourceAnchor,
    object: &Object,
    distinguished_name: OnPremisesName,
    image: &Image,
    attributes: &BTreeMap<String, RuleValue>,
) -> SyncObject {
    let value = |name: &str| attributes.get(name).unwrap_or(&RuleValue::Null);
    let text = |name: &str| {
        let first = value(name).values().first().and_then(RuleValue::as_text);
        first.filter(|text| !text.is_empty())
    };
    let truth = |value: &RuleValue| value.as_condition();
    let addresses: Vec<ProxyAddress> = value("proxyAddresses")
        .values()
        .iter()
        .filter_map(RuleValue::as_text)
        .filter(|it| !it.is_empty())
        .map(ProxyAddress::new)
        .collect();
    let mut properties: Vec<(Property, Text)> = Property::all()
        .filter_map(|it| Some((it, text(target_name(it))?)))
        .collect();
    properties.sort_unstable_by_key(|(property, _)| *property);
    let is_user = kind == SyncObjectType::User;
    SyncObject {
        kind,
        source_anchor,
        object_guid: *object.guid.as_bytes(),
        user_principal_name: text("userPrincipalName").filter(|_| is_user),
        on_premises_user_principal_name: text("onPremisesUserPrincipalName")
            .filter(|_| is_user)
            .map(Box::new),
        mail: text("mail"),
        mail_nickname: text("alias"),
        proxy_addresses: if addresses.is_empty() {
            Arc::default()
        } else {
            addresses.into()
        },
        sip_address: text("msRtcSipPrimaryUserAddress").map(Box::new),
        security_identifier: match value("onPremiseSecurityIdentifier") {
            RuleValue::Bytes(bytes) => Some(SecurityIdentifier::from_bytes(bytes.clone())),
            _ => None,
        },
        display_name: text("displayName"),
        account_enabled: truth(value("accountEnabled"))
            .filter(|_| is_user || kind == SyncObjectType::Device),
        sam_account_name: text("onPremisesSamAccountName"),
        distinguished_name,
        user_certificates: u16::try_from(value("userCertificate").values().len())
            .unwrap_or(u16::MAX),
        mail_enabled: !is_user && truth(&image.value("mailEnabled")) == Some(true),
        security_enabled: truth(value("securityEnabled")) == Some(true),
        members: Arc::default(),
        manager: text(if kind == SyncObjectType::Group {
            "managedBy"
        } else {
            "manager"
        })
        .map(|anchor| SourceAnchor::from_text(&anchor)),
        usage_location: text("usageLocation").filter(|_| is_user).map(Box::new),
        properties: properties.into(),
    }
}

#[cfg(test)]
mod tests;
