//! From Graph's JSON to a tenant.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use store::Text;

use super::GraphError;
use super::shape::{
    Body, GraphDomain, GraphObject, GraphOrganization, GraphRole, GraphSynchronization,
};
use crate::address::{ProxyAddress, Upn};
use crate::ids::{CloudId, SourceAnchor};
use crate::sync_object::{Property, SecurityIdentifier};
use crate::tenant::{
    Authentication, ConflictProperty, DirectoryObject, Domain, Domains, FEATURES, Kind,
    ProvisioningError, Role, State, Tenant,
};

/// Which part of a tenant a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// `domains.json`: `/domains`.
    Domains,
    /// `organization.json`: `/organization`.
    Organization,
    /// `features.json`: `/directory/onPremisesSynchronization`.
    Features,
    /// `users.json`: `/users`.
    Users,
    /// `groups.json`: `/groups`.
    Groups,
    /// `contacts.json`: `/contacts`.
    Contacts,
    /// `deleted.json`: `/directory/deletedItems/microsoft.graph.user`.
    Deleted,
    /// `roles.json`: `/directoryRoles?$expand=members`.
    Roles,
}

impl Part {
    /// All parts, in the order in which they have to be read.
    pub const ALL: [Self; 8] = [
        Self::Domains,
        Self::Organization,
        Self::Features,
        Self::Users,
        Self::Groups,
        Self::Contacts,
        Self::Deleted,
        Self::Roles,
    ];

    /// The name of its file in a snapshot.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Domains => "domains.json",
            Self::Organization => "organization.json",
            Self::Features => "features.json",
            Self::Users => "users.json",
            Self::Groups => "groups.json",
            Self::Contacts => "contacts.json",
            Self::Deleted => "deleted.json",
            Self::Roles => "roles.json",
        }
    }

    /// The part that a file of this name holds.
    pub fn from_file_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|part| part.file_name().eq_ignore_ascii_case(name))
    }
}

/// Reads one part into a tenant. Parts build on each other: read them in the order of
/// [`Part::ALL`]. On an error the tenant may hold half of the part: throw it away.
pub fn load(tenant: &mut Tenant, part: Part, bytes: &[u8]) -> Result<usize, GraphError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match part {
        Part::Domains => {
            let domains: Body<GraphDomain> = parse(bytes)?;
            let count = domains.0.len();
            load_domains(tenant, &domains.0)?;
            Ok(count)
        }
        Part::Organization => {
            let body: Body<GraphOrganization> = parse(bytes)?;
            for one in body.0 {
                if tenant.domains.iter().count() < 2 {
                    load_domains(tenant, &one.verified_domains.0)?;
                }
            }
            Ok(1)
        }
        Part::Features => {
            let body: Body<GraphSynchronization> = parse(bytes)?;
            body.0.iter().for_each(|one| load_features(tenant, one));
            Ok(body.0.len())
        }
        Part::Roles => load_roles(tenant, parse::<Body<GraphRole>>(bytes)?.0),
        Part::Users | Part::Groups | Part::Contacts | Part::Deleted => {
            let body: Body<Parsed> = parse(bytes)?;
            let count = body.0.len();
            tenant.reserve(count);
            for Parsed(object) in body.0 {
                insert(tenant, part, object)?;
            }
            Ok(count)
        }
    }
}

fn parse<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, GraphError> {
    serde_json::from_slice(bytes).map_err(|error| {
        let message = error.to_string();
        let message = message
            .split(" at line ")
            .next()
            .unwrap_or_default()
            .to_owned();
        let help = if message.contains("are lost") {
            "export again with `ConvertTo-Json -Depth 6`, which keeps lists and nested objects"
        } else if error.is_eof() {
            "the file ends too early: export it again, or copy it completely"
        } else {
            "expected the JSON that Graph returns, or that `ConvertTo-Json -Depth 6` writes"
        };
        GraphError {
            line: error.line(),
            column: error.column(),
            message,
            help: help.to_owned(),
        }
    })
}

fn load_domains(tenant: &mut Tenant, domains: &[GraphDomain]) -> Result<(), GraphError> {
    if domains.is_empty() {
        return Ok(());
    }
    let is_initial = |domain: &&GraphDomain| {
        domain.is_initial
            || domain.id.ends_with(".onmicrosoft.com") && !domain.id.contains(".mail.")
    };
    let Some(initial) = domains.iter().find(is_initial) else {
        return Err(whole_file(
            "no domain is the initial one",
            "expected one domain with `isInitial: true`, such as contoso.onmicrosoft.com",
        ));
    };
    let mut all = Domains::new(initial.id.clone());
    for domain in domains {
        let federated = domain
            .authentication_type
            .as_ref()
            .is_some_and(|how| how.eq_ignore_ascii_case("federated"));
        all.insert(Domain {
            name: domain.id.clone(),
            initial: false,
            verified: domain.is_verified,
            authentication: if federated {
                Authentication::Federated
            } else {
                Authentication::Managed
            },
        });
    }
    tenant.domains = all;
    Ok(())
}

fn load_features(tenant: &mut Tenant, one: &GraphSynchronization) {
    for feature in FEATURES {
        let named = |name: &str| name.eq_ignore_ascii_case(feature.graph_name);
        let value = one
            .features
            .iter()
            .find(|(name, _)| named(name))
            .map(|(_, value)| value);
        if let Some(on) = value.and_then(serde_json::Value::as_bool) {
            (feature.set)(&mut tenant.features, on);
        }
    }
    let prevention = one.configuration.get("accidentalDeletionPrevention");
    let kind = prevention.and_then(|it| it.get("synchronizationPreventionType"));
    let threshold = prevention.and_then(|it| it.get("alertThreshold"));
    match kind.and_then(serde_json::Value::as_str) {
        Some("disabled") => tenant.deletion_threshold = None,
        Some("enabledForCount") => {
            let count = threshold.and_then(serde_json::Value::as_u64);
            tenant.deletion_threshold = count.map(|count| count.min(u64::from(u32::MAX)) as u32);
        }
        _ => {}
    }
}

fn load_roles(tenant: &mut Tenant, roles: Vec<GraphRole>) -> Result<usize, GraphError> {
    let mut count = 0;
    for role in roles {
        for member in role.members.0 {
            let Ok(id) = member.id.parse::<CloudId>() else {
                let message = format!("`{}` is no object id", member.id);
                return Err(whole_file(&message, "expected the `id` of a user"));
            };
            // Members that are service principals or groups are not in the export; they cannot
            // be matched either.
            if let Some(key) = tenant.find_by_id(id) {
                tenant.roles.assign(key, Role(role.display_name.clone()));
                count += 1;
            }
        }
    }
    Ok(count)
}

fn whole_file(message: &str, help: &str) -> GraphError {
    GraphError {
        line: 0,
        column: 0,
        message: message.to_owned(),
        help: help.to_owned(),
    }
}

fn insert(tenant: &mut Tenant, part: Part, mut object: DirectoryObject) -> Result<(), GraphError> {
    if tenant.find_by_id(object.id).is_some() {
        let message = format!("the object {} is there twice", object.id);
        return Err(whole_file(
            &message,
            "remove one of the two, or export again",
        ));
    }
    object.kind = match (part, object.kind) {
        (Part::Contacts, _) => Kind::Contact,
        (Part::Groups, Kind::User | Kind::Guest | Kind::Contact) => Kind::Group {
            mail_enabled: object.mail.is_some(),
            security_enabled: true,
        },
        (_, kind) => kind,
    };
    if part == Part::Deleted {
        if object.is_live() {
            let message = format!("the deleted object {} has no `deletedDateTime`", object.id);
            return Err(whole_file(
                &message,
                "export `/directory/deletedItems` with that property",
            ));
        }
        object.user_principal_name = object
            .user_principal_name
            .map(|upn| without_id_prefix(&upn, object.id));
    }
    tenant.insert(object);
    Ok(())
}

/// The name that a deleted user had: without the id in front of it (rule R5.18).
fn without_id_prefix(upn: &Upn, id: CloudId) -> Upn {
    let text = upn.as_str();
    let (plain, hyphens) = (id.simple(), id.to_string());
    let starts = |start: &str| {
        text.get(..start.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(start))
    };
    for prefix in [&hyphens, &plain] {
        if starts(prefix) {
            return Upn::new(Text::from(&text[prefix.len()..]));
        }
    }
    upn.clone()
}

/// A [`DirectoryObject`] that is read where it stands, so that errors know their line.
struct Parsed(DirectoryObject);

impl<'de> Deserialize<'de> for Parsed {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = GraphObject::deserialize(deserializer)?;
        convert(object).map(Self).map_err(serde::de::Error::custom)
    }
}

fn convert(object: GraphObject) -> Result<DirectoryObject, String> {
    let id = object.id.as_deref().ok_or("an object has no `id`")?;
    let id: CloudId = id.parse().map_err(|_| format!("`{id}` is no object id"))?;
    let when = |text: &Option<Text>| -> Result<Option<Timestamp>, String> {
        let Some(text) = text.as_deref().filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        text.parse()
            .map(Some)
            .map_err(|_| format!("`{text}` is no date such as 2026-01-31T08:00:00Z"))
    };
    let created = when(&object.created_date_time)?.unwrap_or(Timestamp::UNIX_EPOCH);
    let mut read = DirectoryObject::new(id, kind(&object), created);
    if let Some(at) = when(&object.deleted_date_time)? {
        read.state = State::SoftDeleted { at };
    }
    let facts = &mut read.on_premises;
    facts.immutable_id = object
        .on_premises_immutable_id
        .as_deref()
        .map(SourceAnchor::from_text);
    if facts.immutable_id.is_none()
        && !read.kind.is_user()
        && object.on_premises_sync_enabled == Some(true)
    {
        // Nobody sees the anchor of a synced group or contact; it needs one to be told apart.
        facts.immutable_id = Some(SourceAnchor::from_text(&format!("unknown:{id}")));
    }
    facts.sync_enabled = object.on_premises_sync_enabled;
    facts.last_sync = when(&object.on_premises_last_sync_date_time)?;
    facts.cloud_managed = object.is_cloud_managed.unwrap_or_default();
    if let Some(text) = &object.on_premises_security_identifier {
        let sid: SecurityIdentifier = text.parse().map_err(|error| format!("{error}"))?;
        facts.security_identifier = Some(sid);
    }
    if let Some(text) = &object.on_premises_object_identifier {
        let guid = uuid::Uuid::try_parse(text).map_err(|_| format!("`{text}` is no GUID"))?;
        facts.object_identifier = Some(guid.to_bytes_le());
    }
    facts.provisioning_errors = provisioning_errors(&object, when)?.into();
    facts
        .user_principal_name
        .clone_from(&object.on_premises_user_principal_name);
    facts
        .sam_account_name
        .clone_from(&object.on_premises_sam_account_name);
    facts
        .distinguished_name
        .clone_from(&object.on_premises_distinguished_name);
    facts
        .domain_name
        .clone_from(&object.on_premises_domain_name);
    read.properties = properties(&object);
    read.user_principal_name = object.user_principal_name.map(Upn::new);
    read.display_name = object.display_name;
    read.mail = object.mail;
    read.mail_nickname = object.mail_nickname;
    read.proxy_addresses = object
        .proxy_addresses
        .0
        .into_iter()
        .map(ProxyAddress::new)
        .collect();
    read.account_enabled = object.account_enabled.unwrap_or(true);
    read.usage_location = object.usage_location;
    read.licences = object
        .assigned_licenses
        .0
        .into_iter()
        .map(|licence| licence.sku_id)
        .collect();
    read.was_recipient = !read.licences.is_empty();
    Ok(read)
}

fn kind(object: &GraphObject) -> Kind {
    let named = |name: &str| {
        object
            .odata_type
            .as_ref()
            .is_some_and(|it| it.ends_with(name))
    };
    if object
        .group_types
        .0
        .iter()
        .any(|it| it.eq_ignore_ascii_case("unified"))
    {
        return Kind::Microsoft365Group;
    }
    if named(".group") || object.mail_enabled.is_some() || object.security_enabled.is_some() {
        return Kind::Group {
            mail_enabled: object.mail_enabled.unwrap_or_default(),
            security_enabled: object.security_enabled.unwrap_or_default(),
        };
    }
    if named(".orgContact") {
        return Kind::Contact;
    }
    match &object.user_type {
        Some(kind) if kind.eq_ignore_ascii_case("guest") => Kind::Guest,
        _ => Kind::User,
    }
}

fn provisioning_errors(
    object: &GraphObject,
    when: impl Fn(&Option<Text>) -> Result<Option<Timestamp>, String>,
) -> Result<Vec<ProvisioningError>, String> {
    let all = object.on_premises_provisioning_errors.0.iter();
    all.map(|one| {
        let named = one.property_causing_error.as_deref().unwrap_or_default();
        let property = match named.to_ascii_lowercase().as_str() {
            "userprincipalname" => ConflictProperty::UserPrincipalName,
            // Both spellings are seen (rule R3.7).
            "proxyaddresses" | "proxyaddress" => ConflictProperty::ProxyAddresses,
            _ => return Err(format!("`{named}` is no property that is quarantined")),
        };
        Ok(ProvisioningError {
            property,
            value: one.value.clone().unwrap_or_default(),
            occurred: when(&one.occurred_date_time)?.unwrap_or(Timestamp::UNIX_EPOCH),
        })
    })
    .collect()
}

fn properties(object: &GraphObject) -> Arc<[(Property, Text)]> {
    let phone = object.business_phones.0.first().cloned();
    let named = [
        ("givenName", &object.given_name),
        ("surname", &object.surname),
        ("jobTitle", &object.job_title),
        ("department", &object.department),
        ("companyName", &object.company_name),
        ("officeLocation", &object.office_location),
        ("mobilePhone", &object.mobile_phone),
        ("streetAddress", &object.street_address),
        ("city", &object.city),
        ("state", &object.state),
        ("postalCode", &object.postal_code),
        ("country", &object.country),
        ("preferredLanguage", &object.preferred_language),
        ("businessPhones", &phone),
    ];
    let mut all: Vec<(Property, Text)> = named
        .into_iter()
        .filter_map(|(name, value)| {
            let value = value.clone().filter(|value| !value.is_empty())?;
            Some((Property::from_name(name)?, value))
        })
        .collect();
    all.sort_unstable_by_key(|(property, _)| *property);
    all.into()
}
