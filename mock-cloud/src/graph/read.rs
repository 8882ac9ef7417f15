//! From Graph's JSON to a tenant.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Map, Value};
use store::Text;

use super::GraphError;
use super::body::{Body, ERROR_RESPONSE, LOST, ONE_PAGE};
use super::read_object::{Parsed, object_identifier};
use super::shape::{
    GraphDomain, GraphEligible, GraphGroupMembers, GraphIdentified, GraphManaged,
    GraphOrganization, GraphReference, GraphRole, GraphSynchronization,
};
use crate::address::Upn;
use crate::ids::{CloudId, CloudKey, SourceAnchor};
use crate::tenant::{
    Authentication, DirectoryObject, Domain, Domains, FEATURES, Kind, ROLE_TEMPLATES, Role, Tenant,
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
    /// `identifiers.json`: `/beta/users?$select=id,onPremisesObjectIdentifier`. What users.json
    /// says of it already need not be here.
    Identifiers,
    /// `roles.json`: `/directoryRoles?$expand=members`.
    Roles,
    /// `eligible-roles.json`:
    /// `/roleManagement/directory/roleEligibilitySchedules?$expand=roleDefinition`.
    EligibleRoles,
    /// `managers.json`: `/users?$select=id&$expand=manager($select=id)`.
    Managers,
    /// `members.json`: the groups with their id, and `/groups/{id}/members` of each.
    Members,
}

impl Part {
    /// All parts, in the order in which they have to be read.
    pub const ALL: [Self; 12] = [
        Self::Domains,
        Self::Organization,
        Self::Features,
        Self::Users,
        Self::Groups,
        Self::Contacts,
        Self::Deleted,
        Self::Identifiers,
        Self::Roles,
        Self::EligibleRoles,
        Self::Managers,
        Self::Members,
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
            Self::Identifiers => "identifiers.json",
            Self::Roles => "roles.json",
            Self::EligibleRoles => "eligible-roles.json",
            Self::Managers => "managers.json",
            Self::Members => "members.json",
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
    let bytes = &utf8(bytes);
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
                tenant.organization.sync_enabled = one.sync_enabled;
                if tenant.domains.iter().count() < 2 {
                    load_domains(tenant, &one.verified_domains.0)?;
                }
            }
            Ok(1)
        }
        Part::Features => {
            let body: Body<GraphSynchronization> = parse(bytes)?;
            for one in &body.0 {
                load_features(tenant, one)?;
            }
            Ok(body.0.len())
        }
        Part::Identifiers => load_identifiers(tenant, parse::<Body<GraphIdentified>>(bytes)?.0),
        Part::Roles => load_roles(tenant, parse::<Body<GraphRole>>(bytes)?.0),
        Part::EligibleRoles => load_eligible(tenant, parse::<Body<GraphEligible>>(bytes)?.0),
        Part::Managers => load_managers(tenant, parse::<Body<GraphManaged>>(bytes)?.0),
        Part::Members => load_members(tenant, parse::<Body<GraphGroupMembers>>(bytes)?.0),
        Part::Users | Part::Groups | Part::Contacts | Part::Deleted => {
            let body: Body<Parsed> = parse(bytes)?;
            let count = body.0.len();
            tenant.reserve(count);
            for Parsed(object) in body.0 {
                insert(tenant, part, *object)?;
            }
            Ok(count)
        }
    }
}

/// The text in UTF-8: Windows PowerShell writes UTF-16 where its output is redirected to a file.
fn utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    let decode = |rest: &[u8], word: fn([u8; 2]) -> u16| {
        let words = rest.chunks_exact(2).map(|pair| word([pair[0], pair[1]]));
        let text: String = char::decode_utf16(words)
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        Cow::Owned(text.into_bytes())
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(rest),
        [0xff, 0xfe, rest @ ..] => decode(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => decode(rest, u16::from_be_bytes),
        _ => Cow::Borrowed(bytes),
    }
}

fn parse<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, GraphError> {
    if bytes.trim_ascii().is_empty() {
        let help = "export again, or write `[]` if there is nothing to export";
        return Err(whole_file("the file is empty", help));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let text = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let message = text.strip_suffix(&place).unwrap_or(&text);
        GraphError {
            line: error.line(),
            column: error.column(),
            message: message.to_owned(),
            help: help(message, error.is_eof()).to_owned(),
        }
    })
}

/// What to do about a message of the parser.
fn help(message: &str, is_eof: bool) -> &'static str {
    let flattened = message.starts_with("invalid type: string")
        && !message.ends_with("expected a string")
        && !message.ends_with("expected a boolean");
    if message.contains(ONE_PAGE) {
        "fetch every page into one file: `-All` with the cmdlets of PowerShell, or follow the \
         link until there is none"
    } else if message.contains(ERROR_RESPONSE) {
        "the request was refused: repair that, often a missing permission, and export again"
    } else if message.contains(LOST) || flattened {
        "export again with `ConvertTo-Json -Depth 6`, which keeps lists and nested objects"
    } else if is_eof {
        "the file ends too early: export it again, or copy it completely"
    } else {
        "expected the JSON that Graph returns, or that `ConvertTo-Json -Depth 6` writes"
    }
}

fn load_domains(tenant: &mut Tenant, domains: &[GraphDomain]) -> Result<(), GraphError> {
    if domains.is_empty() {
        return Ok(());
    }
    let looks_initial = |domain: &&GraphDomain| {
        domain.id.ends_with(".onmicrosoft.com") && !domain.id.contains(".mail.")
    };
    let marked = domains.iter().find(|domain| domain.is_initial);
    let Some(initial) = marked.or_else(|| domains.iter().find(looks_initial)) else {
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
    for domain in domains {
        if domain.is_default {
            all.make_default(&domain.id);
        }
        if domain.is_root && all.parent(&domain.id).is_some() {
            all.promote(&domain.id);
        }
    }
    tenant.domains = all;
    Ok(())
}

fn load_features(tenant: &mut Tenant, one: &GraphSynchronization) -> Result<(), GraphError> {
    if one.features.is_none() && one.configuration.is_none() {
        return Err(whole_file(
            "there are neither `features` nor `configuration`",
            "export `/directory/onPremisesSynchronization`",
        ));
    }
    for (name, value) in one.features.iter().flatten() {
        let mut known = FEATURES.iter();
        let known = known.find(|feature| name.eq_ignore_ascii_case(feature.graph_name));
        let Some(feature) = known.filter(|_| !value.is_null()) else {
            continue;
        };
        let Some(on) = value.as_bool() else {
            let message = format!("the feature `{name}` is neither true nor false");
            return Err(whole_file(
                &message,
                "expected `true` or `false` without quotes",
            ));
        };
        (feature.set)(&mut tenant.features, on);
    }
    if let Some(configuration) = &one.configuration {
        load_deletion_threshold(tenant, configuration);
    }
    Ok(())
}

/// Rule R2.36. A threshold in per cent is not modelled: the number stays what it is.
fn load_deletion_threshold(tenant: &mut Tenant, configuration: &Map<String, Value>) {
    let part = |of: &Map<String, Value>, wanted: &str| {
        let mut parts = of.iter();
        let found = parts.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.clone())
    };
    let prevention = part(configuration, "accidentalDeletionPrevention");
    let Some(prevention) = prevention.as_ref().and_then(Value::as_object) else {
        return;
    };
    let kind = part(prevention, "synchronizationPreventionType");
    let threshold = part(prevention, "alertThreshold").and_then(|value| value.as_u64());
    match kind.as_ref().and_then(Value::as_str) {
        Some("disabled") => tenant.deletion_threshold = None,
        Some("enabledForCount") => {
            let count = threshold.and_then(|count| u32::try_from(count).ok());
            tenant.deletion_threshold = count.or(tenant.deletion_threshold);
        }
        _ => {}
    }
}

fn load_roles(tenant: &mut Tenant, roles: Vec<GraphRole>) -> Result<usize, GraphError> {
    let mut count = 0;
    for role in roles {
        for member in role.members.0 {
            // Members that are service principals or groups are not in the export; they cannot
            // be matched either.
            if let Some(key) = find(tenant, &member)? {
                tenant.roles.assign(key, Role(role.display_name.clone()));
                count += 1;
            }
        }
    }
    Ok(count)
}

/// Who may activate which role (rule R2.20).
fn load_eligible(tenant: &mut Tenant, all: Vec<GraphEligible>) -> Result<usize, GraphError> {
    let mut count = 0;
    for one in all {
        let principal = GraphReference {
            id: one.principal_id,
        };
        // Groups and service principals are never matched.
        let Some(key) = find(tenant, &principal)? else {
            continue;
        };
        let definition = one.role_definition_id;
        let mut built_in = ROLE_TEMPLATES.iter();
        let known = built_in.find(|(_, id)| definition.eq_ignore_ascii_case(id));
        let told = one.role_definition.and_then(|role| role.display_name);
        let name = known.map(|(name, _)| Text::from(*name)).or(told);
        tenant
            .roles
            .make_eligible(key, Role(name.unwrap_or(definition)));
        count += 1;
    }
    Ok(count)
}

fn load_identifiers(tenant: &mut Tenant, all: Vec<GraphIdentified>) -> Result<usize, GraphError> {
    let mut count = 0;
    for one in all {
        let Some(text) = one.on_premises_object_identifier else {
            continue;
        };
        let identifier = object_identifier(&text)
            .map_err(|message| whole_file(&message, "expected a GUID, or null"))?;
        let Some(key) = find(tenant, &GraphReference { id: one.id })? else {
            continue;
        };
        if let Some(mut object) = tenant.object(key).map(|it| DirectoryObject::clone(it)) {
            object.on_premises.object_identifier = Some(identifier);
            tenant.replace(key, object);
            count += 1;
        }
    }
    Ok(count)
}

fn load_managers(tenant: &mut Tenant, all: Vec<GraphManaged>) -> Result<usize, GraphError> {
    let mut count = 0;
    for GraphManaged { id, manager } in all {
        // The cmdlets of PowerShell write a manager without an id where there is none.
        let Some(manager) = manager.filter(|manager| manager.id.is_some()) else {
            continue;
        };
        let (user, manager) = (
            find(tenant, &GraphReference { id })?,
            find(tenant, &manager)?,
        );
        let (Some(user), Some(manager)) = (user, manager) else {
            continue;
        };
        if let Some(mut object) = tenant.object(user).map(|it| DirectoryObject::clone(it)) {
            object.change_extras(|extras| extras.manager = Some(manager));
            tenant.replace(user, object);
            count += 1;
        }
    }
    Ok(count)
}

fn load_members(tenant: &mut Tenant, all: Vec<GraphGroupMembers>) -> Result<usize, GraphError> {
    let mut count = 0;
    for GraphGroupMembers { id, members } in all {
        let mut keys = Vec::with_capacity(members.0.len());
        for member in &members.0 {
            // Devices and service principals are not modelled, so they are not in the export.
            keys.extend(find(tenant, member)?);
        }
        keys.sort_unstable();
        keys.dedup();
        let Some(group) = find(tenant, &GraphReference { id })? else {
            continue;
        };
        let object = tenant.object(group).filter(|it| !it.kind.is_user());
        if let Some(mut object) = object.map(|it| DirectoryObject::clone(it)) {
            count += keys.len();
            object.members = keys.into();
            tenant.replace(group, object);
        }
    }
    Ok(count)
}

/// The object that a reference means, where the export has it.
fn find(tenant: &Tenant, to: &GraphReference) -> Result<Option<CloudKey>, GraphError> {
    let id = to.id.as_deref().unwrap_or_default();
    let Ok(id) = id.parse::<CloudId>() else {
        let message = format!("`{id}` is no object id");
        return Err(whole_file(
            &message,
            "expected the `id` of an object, a GUID",
        ));
    };
    Ok(tenant.find_by_id(id))
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
    let facts = &mut object.on_premises;
    if facts.immutable_id.is_none() && facts.sync_enabled == Some(true) && !object.kind.is_user() {
        // Nobody sees the anchor of a synced group or contact; it needs one to be told apart.
        let unknown = format!("unknown:{}", object.id);
        facts.immutable_id = Some(SourceAnchor::from_text(&unknown));
    }
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
