//! Scoping filters and inbound attribute flow: from a connector space object to what is exported
//! (rules R5.4 to R5.10, the default rules of catalogue section 5.2).

use std::sync::Arc;

use mock_ad::directory::{AttributeId, Object, ObjectKind, Schema, Value, Values};
use mock_cloud::{
    OnPremisesName, OnPremisesPlace, Property, ProxyAddress, Reason, RuleId, SecurityIdentifier,
    SourceAnchor, SyncObject, SyncObjectType,
};
use store::{Text, eq_fold};

use super::config::{AnchorAttribute, EnginePolicy};
use super::references::References;

/// `userAccountControl`: the account is disabled.
const ACCOUNT_DISABLED: i64 = 0x2;
/// `groupType`: the group grants access.
const SECURITY_ENABLED: i64 = 0x8000_0000;
/// `msExchRecipientTypeDetails` of accounts that Exchange makes for itself (rule R5.9).
const SYSTEM_MAILBOXES: i64 = 0x21c0_7000;
/// `msExchRecipientTypeDetails` of groups that Exchange makes for itself (rule R5.9).
const ROLE_GROUPS: i64 = 0x4000_0000;
/// `msExchRecipientTypeDetails` of a linked mailbox (rule R1.12).
const LINKED_MAILBOX: i64 = 2;
/// New groups with more members are not provisioned (rule R5.7).
pub(super) const GROUP_MEMBERS_MAX: usize = 250_000;
/// `description` and `info` are cut after so many characters (rules R5.7 and table 5.2).
const TEXT_MAX: usize = 448;

/// What the inbound rules make of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Inbound {
    /// It goes out like this.
    Flows(Box<SyncObject>),
    /// It has no anchor and lends its values to the account that it is a mailbox for (rule R1.12).
    Lends(Box<SyncObject>),
    /// It does not go out, and why.
    Filtered(Reason),
    /// The rules cannot be evaluated on it.
    Error(Reason),
}

/// What the inbound rules know besides the object itself.
#[derive(Debug)]
pub(super) struct Surroundings<'a> {
    pub(super) schema: &'a Schema,
    pub(super) anchor: AnchorAttribute,
    pub(super) policy: EnginePolicy,
    pub(super) domain_name: Text,
    pub(super) net_bios_name: Text,
    /// Which properties the attributes of an object feed.
    pub(super) properties: Arc<PropertyMap>,
}

/// From attributes to the plain text properties that they feed.
#[derive(Debug)]
pub(super) struct PropertyMap {
    by_attribute: Vec<Option<Property>>,
    /// What gives the usage location.
    usage_location: Option<AttributeId>,
}

impl PropertyMap {
    pub(super) fn new(schema: &Schema) -> Self {
        let mut by_attribute = Vec::new();
        for property in Property::all() {
            let Some(attribute) = schema.attribute(property.name()) else {
                continue;
            };
            let place = usize::from(attribute.0);
            if by_attribute.len() <= place {
                by_attribute.resize(place + 1, None);
            }
            by_attribute[place] = Some(property);
        }
        Self {
            by_attribute,
            usage_location: schema.attribute("msExchUsageLocation"),
        }
    }

    fn of(&self, attribute: AttributeId) -> Option<Property> {
        self.by_attribute
            .get(usize::from(attribute.0))
            .copied()
            .flatten()
    }
}

/// Evaluates the inbound rules on one object.
pub(super) fn inbound(
    object: &Object,
    place: &Arc<OnPremisesPlace>,
    references: References,
    around: &Surroundings<'_>,
) -> Inbound {
    let kind = around.schema.kind(object.class);
    if let Some(reason) = filtered(object, kind, around.policy) {
        return Inbound::Filtered(reason);
    }
    let Some(kind) = sync_type(kind) else {
        return Inbound::Filtered(Reason::plain(RuleId::R5_1, "no rule applies to this class"));
    };
    let own = source_anchor(object, kind, around.anchor);
    let lends = own.is_none();
    let anchor = own.unwrap_or_else(|| SourceAnchor::from_guid_bytes(*object.guid.as_bytes()));
    let upn = match kind {
        SyncObjectType::User => match user_principal_name(object, &around.domain_name) {
            Some(upn) => Some(upn),
            None => {
                return Inbound::Error(Reason::plain(RuleId::R4_1, "AccountName is not present"));
            }
        },
        SyncObjectType::Group | SyncObjectType::Contact | SyncObjectType::Device => None,
    };
    if kind == SyncObjectType::Device {
        return Inbound::Flows(Box::new(device(object, anchor, place)));
    }
    let mut flows = flow(object, kind, anchor, upn, place, around);
    flows.manager = references.manager;
    if kind != SyncObjectType::User {
        flows.mail_enabled = is_mail_enabled(object);
        flows.members = references.members;
        if let Some(reason) = cannot_go_out(&flows) {
            return Inbound::Filtered(reason);
        }
    }
    if lends {
        return Inbound::Lends(Box::new(flows));
    }
    Inbound::Flows(Box::new(flows))
}

/// Rule R5.7: the first value with `SMTP:` in it has an address, or mail has one.
fn is_mail_enabled(object: &Object) -> bool {
    let mut addresses = object.texts(AttributeId::PROXY_ADDRESSES);
    let primary = addresses.find(|value| value.contains("SMTP:"));
    let mail = object.text(AttributeId::MAIL);
    primary.is_some_and(|value| value.contains('@')) || mail.is_some_and(|mail| mail.contains('@'))
}

/// A computer that registered itself, as the rules for devices hand it on (source DR, rules 159 and
/// 160).
fn device(
    object: &Object,
    source_anchor: SourceAnchor,
    place: &Arc<OnPremisesPlace>,
) -> SyncObject {
    let control = object
        .integer(AttributeId::USER_ACCOUNT_CONTROL)
        .unwrap_or_default();
    let named = |attribute| object.text(attribute).filter(|it| !it.is_empty()).cloned();
    let certificates = object
        .get(AttributeId::USER_CERTIFICATE)
        .map_or(0, Values::len);
    let sid = object.bytes(AttributeId::OBJECT_SID);
    SyncObject {
        kind: SyncObjectType::Device,
        object_guid: *object.guid.as_bytes(),
        user_principal_name: None,
        display_name: named(AttributeId::DISPLAY_NAME).or_else(|| named(AttributeId::CN)),
        account_enabled: Some(control & ACCOUNT_DISABLED == 0),
        security_identifier: sid.map(|sid| SecurityIdentifier::from_bytes(sid.into())),
        distinguished_name: OnPremisesName {
            name: escaped_name(object),
            place: Arc::clone(place),
        },
        user_certificates: u16::try_from(certificates).unwrap_or(u16::MAX),
        ..SyncObject::user(source_anchor, "")
    }
}

/// The type under which a class is synced; containers are not.
pub(super) const fn sync_type(kind: ObjectKind) -> Option<SyncObjectType> {
    match kind {
        ObjectKind::User | ObjectKind::InetOrgPerson => Some(SyncObjectType::User),
        ObjectKind::Group => Some(SyncObjectType::Group),
        ObjectKind::Contact => Some(SyncObjectType::Contact),
        ObjectKind::Computer => Some(SyncObjectType::Device),
        _ => None,
    }
}

/// Outbound scoping of groups and contacts (rule R5.7).
fn cannot_go_out(flows: &SyncObject) -> Option<Reason> {
    match flows.kind {
        SyncObjectType::Group if !flows.mail_enabled && !flows.security_enabled => {
            Some(Reason::plain(
                RuleId::R5_7,
                "the group has no address and grants no access",
            ))
        }
        SyncObjectType::Contact if !flows.mail_enabled => Some(Reason::plain(
            RuleId::R5_7,
            "a contact without an address is never exported",
        )),
        _ => None,
    }
}

fn flow(
    object: &Object,
    kind: SyncObjectType,
    source_anchor: SourceAnchor,
    user_principal_name: Option<Text>,
    place: &Arc<OnPremisesPlace>,
    around: &Surroundings<'_>,
) -> SyncObject {
    let mut properties: Vec<(Property, Text)> = Vec::with_capacity(8);
    for (attribute, values) in object.stored_attributes() {
        if let Some(property) = around.properties.of(attribute)
            && flows_from(property, kind)
            && let Some(text) = values.first().and_then(Value::as_text).and_then(trimmed)
        {
            let cut = attribute == AttributeId::DESCRIPTION || attribute == AttributeId::INFO;
            properties.push((property, if cut { shortened(text) } else { text }));
        }
    }
    properties.sort_unstable_by_key(|(property, _)| *property);
    let text = |attribute| object.text(attribute).and_then(trimmed);
    let control = object
        .integer(AttributeId::USER_ACCOUNT_CONTROL)
        .unwrap_or_default();
    let certificates = object
        .get(AttributeId::USER_CERTIFICATE)
        .filter(|_| kind != SyncObjectType::Group)
        .map_or(0, Values::len);
    let sid = object.get(AttributeId::OBJECT_SID).and_then(Values::first);
    SyncObject {
        kind,
        source_anchor,
        object_guid: *object.guid.as_bytes(),
        user_principal_name,
        on_premises_user_principal_name: None,
        mail: text(AttributeId::MAIL),
        mail_nickname: object
            .text(AttributeId::MAIL_NICKNAME)
            .filter(|it| !it.is_empty())
            .cloned(),
        proxy_addresses: proxy_addresses(object),
        sip_address: object
            .text(AttributeId::MS_RTCSIP_PRIMARY_USER_ADDRESS)
            .filter(|_| kind != SyncObjectType::Group)
            .map(|own| Box::new(own.clone())),
        security_identifier: match sid {
            Some(Value::Bytes(bytes)) if kind != SyncObjectType::Contact => {
                Some(SecurityIdentifier::from_bytes(bytes.clone()))
            }
            _ => None,
        },
        display_name: object
            .text(AttributeId::DISPLAY_NAME)
            .filter(|it| !it.is_empty())
            .cloned()
            .or_else(|| object.text(AttributeId::CN).cloned()),
        account_enabled: (kind == SyncObjectType::User).then_some(control & ACCOUNT_DISABLED == 0),
        sam_account_name: object
            .text(AttributeId::SAM_ACCOUNT_NAME)
            .filter(|it| !it.is_empty() && kind != SyncObjectType::Contact)
            .cloned(),
        distinguished_name: OnPremisesName {
            name: escaped_name(object),
            place: Arc::clone(place),
        },
        user_certificates: u16::try_from(certificates).unwrap_or(u16::MAX),
        mail_enabled: false,
        security_enabled: object
            .integer(AttributeId::GROUP_TYPE)
            .is_some_and(|bits| kind == SyncObjectType::Group && bits & SECURITY_ENABLED != 0),
        members: Arc::default(),
        manager: None,
        usage_location: (around.properties.usage_location)
            .filter(|_| kind == SyncObjectType::User)
            .and_then(text)
            .map(Box::new),
        properties: properties.into(),
    }
}

/// Which text attributes the rules for groups and contacts let flow (source DR).
fn flows_from(property: Property, kind: SyncObjectType) -> bool {
    let name = property.name();
    match kind {
        SyncObjectType::User => true,
        SyncObjectType::Contact => name != "preferredLanguage",
        SyncObjectType::Device => false,
        SyncObjectType::Group => {
            matches!(name, "description" | "info") || name.starts_with("extensionAttribute")
        }
    }
}

/// The value of the object's own component in its distinguished name.
pub(super) fn escaped_name(object: &Object) -> Text {
    let name = object.name();
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'.' | b'-' | b'_');
    if name.bytes().all(plain) && !name.starts_with(' ') && !name.ends_with(' ') {
        return name.clone();
    }
    let written = mock_ad::directory::Rdn::new("CN", name.clone()).to_string();
    match written.get(3..) {
        Some(written) if written != name.as_str() => Text::from(written),
        _ => name.clone(),
    }
}

/// The text of an attribute; empty where there is none.
fn plain(object: &Object, attribute: AttributeId) -> &str {
    object
        .text(attribute)
        .map(|text| &**text)
        .unwrap_or_default()
}

/// Default exclusions (rules R5.9 to R5.11).
fn filtered(object: &Object, kind: ObjectKind, policy: EnginePolicy) -> Option<Reason> {
    let text = |attribute| plain(object, attribute);
    if kind == ObjectKind::Computer {
        let text = "the computer has not registered itself, it has no userCertificate: the \
                    default rules leave it out";
        let registered = object.get(AttributeId::USER_CERTIFICATE).is_some();
        return (!registered).then(|| Reason::plain(RuleId::R5_9, text));
    }
    if object.get(AttributeId::IS_CRITICAL_SYSTEM_OBJECT).is_some() {
        let text = "the object is a critical system object: the default rules leave it out";
        return Some(Reason::plain(RuleId::R5_9, text));
    }
    let marker = match kind {
        ObjectKind::Group => Some("Group_"),
        ObjectKind::Contact => policy.contact_marker_excludes.then_some("Contact_"),
        _ => Some("User_"),
    };
    let description = text(AttributeId::ADMIN_DESCRIPTION);
    if marker.is_some_and(|marker| starts_fold(description, marker)) {
        let text = "adminDescription is {0}: the default rules leave the object out";
        return Some(Reason::one(RuleId::R5_10, text, description));
    }
    let conflict = !policy.older_exclusions && object.name().contains("CNF:");
    if conflict && escaped_name(object).contains("\\0ACNF:") {
        let text = "the name marks a replication conflict: the default rules leave it out";
        return Some(Reason::plain(RuleId::R5_9, text));
    }
    let left_out = match kind {
        ObjectKind::Group if policy.older_exclusions => None,
        ObjectKind::Group => filtered_group(object),
        ObjectKind::Contact => filtered_contact(object),
        _ if policy.older_exclusions => {
            let why = filtered_by_dirsync(object)?;
            return Some(Reason::plain(RuleId::R5_11, why));
        }
        _ => filtered_user(object),
    };
    left_out.map(|why| Reason::plain(RuleId::R5_9, why))
}

fn filtered_user(object: &Object) -> Option<&'static str> {
    let text = |attribute| plain(object, attribute);
    let details = object
        .integer(AttributeId::MS_EXCH_RECIPIENT_TYPE_DETAILS)
        .unwrap_or_default();
    let sam = text(AttributeId::SAM_ACCOUNT_NAME);
    let nickname = text(AttributeId::MAIL_NICKNAME);
    let is_cas = |name: &str| starts_fold(name, "CAS_") && name.contains('}');
    if sam.is_empty() {
        return Some("the object has no sAMAccountName: the default rules leave it out");
    }
    if eq_fold(sam, "SUPPORT_388945a0")
        || starts_fold(sam, "AAD_")
        || starts_fold(sam, "MSOL_")
        || is_cas(sam)
    {
        return Some("sAMAccountName is that of a service account: the default rules leave it out");
    }
    if starts_fold(nickname, "SystemMailbox{")
        || is_cas(nickname)
        || details & SYSTEM_MAILBOXES != 0
    {
        return Some("the object is a mailbox of Exchange itself: the default rules leave it out");
    }
    None
}

/// The list for users that DirSync had (source KB2643629).
fn filtered_by_dirsync(object: &Object) -> Option<&'static str> {
    let text = |attribute| plain(object, attribute);
    let sam = text(AttributeId::SAM_ACCOUNT_NAME);
    let nickname = text(AttributeId::MAIL_NICKNAME);
    let is_cas = |name: &str| starts_fold(name, "CAS_") && name.contains('}');
    if sam.is_empty() {
        return Some("the object has no sAMAccountName: DirSync leaves it out");
    }
    if eq_fold(sam, "SUPPORT_388945a0") || eq_fold(sam, "MSOL_AD_Sync") || is_cas(sam) {
        return Some("sAMAccountName is that of a service account: DirSync leaves it out");
    }
    if starts_fold(nickname, "SystemMailbox") || is_cas(nickname) {
        return Some("the object is a mailbox of Exchange itself: DirSync leaves it out");
    }
    None
}

fn filtered_group(object: &Object) -> Option<&'static str> {
    let sam = object.text(AttributeId::SAM_ACCOUNT_NAME);
    let details = object
        .integer(AttributeId::MS_EXCH_RECIPIENT_TYPE_DETAILS)
        .unwrap_or_default();
    if sam.is_some_and(|sam| eq_fold(sam, "MSOL_AD_Sync_RichCoexistence")) {
        return Some("the group belongs to the sync engine: the default rules leave it out");
    }
    (details & ROLE_GROUPS != 0)
        .then_some("the group belongs to Exchange itself: the default rules leave it out")
}

fn filtered_contact(object: &Object) -> Option<&'static str> {
    let name = object
        .text(AttributeId::DISPLAY_NAME)
        .map(|text| &**text)
        .unwrap_or_default();
    let hidden = object.boolean(AttributeId::MS_EXCH_HIDE_FROM_ADDRESS_LISTS) == Some(true);
    let nickname = object
        .text(AttributeId::MAIL_NICKNAME)
        .map(|text| &**text)
        .unwrap_or_default();
    if name.contains("(MSOL)") && hidden || starts_fold(nickname, "CAS_") && nickname.contains('}')
    {
        return Some("the contact belongs to the sync engine: the default rules leave it out");
    }
    None
}

/// Whether the first characters of a text are these, as `Left([…],n) = "…"` asks.
fn starts_fold(text: &str, start: &str) -> bool {
    let end = text.char_indices().nth(start.len());
    eq_fold(end.map_or(text, |(end, _)| &text[..end]), start)
}

/// Rules R1.1, R1.2, R1.7, R1.8 and R1.12. mS-DS-ConsistencyGuid may hold what an administrator
/// wrote there (rule R1.9); a recreated object has another objectGUID (rule R5.22).
pub(super) fn source_anchor(
    object: &Object,
    kind: SyncObjectType,
    attribute: AnchorAttribute,
) -> Option<SourceAnchor> {
    if kind == SyncObjectType::User {
        if object.integer(AttributeId::MS_EXCH_RECIPIENT_TYPE_DETAILS) == Some(LINKED_MAILBOX) {
            return None;
        }
        if attribute == AnchorAttribute::ConsistencyGuid
            && let Some(bytes) = object.bytes(AttributeId::MS_DS_CONSISTENCY_GUID)
            && let Ok(bytes) = <[u8; 16]>::try_from(bytes)
        {
            return Some(SourceAnchor::from_guid_bytes(bytes));
        }
    }
    Some(SourceAnchor::from_guid_bytes(*object.guid.as_bytes()))
}

/// Rule R4.1.
fn user_principal_name(object: &Object, domain: &str) -> Option<Text> {
    let given = object
        .text(AttributeId::USER_PRINCIPAL_NAME)
        .filter(|upn| !upn.is_empty());
    if let Some(upn) = given {
        return Some(upn.clone());
    }
    let sam = object
        .text(AttributeId::SAM_ACCOUNT_NAME)
        .filter(|sam| !sam.is_empty())?;
    let mut upn = sam.clone();
    upn.push('@');
    upn.push_str(domain);
    Some(upn)
}

/// Rule R5.6: blanks around a value go, and so do repeated values.
fn proxy_addresses(object: &Object) -> Arc<[ProxyAddress]> {
    let mut kept: Vec<ProxyAddress> = Vec::new();
    for value in object
        .texts(AttributeId::PROXY_ADDRESSES)
        .filter_map(trimmed)
    {
        if !kept.iter().any(|known| eq_fold(known.as_str(), &value)) {
            kept.push(ProxyAddress::new(value));
        }
    }
    if kept.is_empty() {
        Arc::default()
    } else {
        kept.into()
    }
}

/// The text without blanks around it; `None` where nothing is left.
fn trimmed(text: &Text) -> Option<Text> {
    let inner = text.trim();
    match inner.len() {
        0 => None,
        length if length == text.len() => Some(text.clone()),
        _ => Some(Text::from(inner)),
    }
}

fn shortened(text: Text) -> Text {
    match text.char_indices().nth(TEXT_MAX) {
        Some((end, _)) => Text::from(&text[..end]),
        None => text,
    }
}
