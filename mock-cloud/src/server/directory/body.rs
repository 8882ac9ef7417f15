//! Bodies of writes: which properties there are, what they may hold, who may set them.

use serde_json::{Map, Value};
use store::Text;

use super::super::problem::Problem;
use crate::profile::GraphPolicy;

/// What a property of a body may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Text of at most so many characters.
    Text(usize),
    /// True or false.
    Bool,
    /// A list of texts.
    Texts,
    /// A point in time.
    Date,
    /// An object.
    Object,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// What Graph lets a client set and nothing here models, in words.
    NotModelled(&'static str),
    /// Nothing that a client may set.
    ReadOnly,
}

/// A property of a body.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Given<'a> {
    /// Its name as Graph spells it.
    pub(super) name: &'static str,
    /// Its value, checked against what it may hold.
    pub(super) value: &'a Value,
}

/// The properties that `POST` and `PATCH` of a user know.
pub(super) const USER: &[(&str, Holds)] = &[
    ("accountEnabled", Holds::Bool),
    ("ageGroup", Holds::OneOf(&["Minor", "NotAdult", "Adult"])),
    (
        "authorizationInfo",
        Holds::NotModelled("certificates of users"),
    ),
    ("businessPhones", Holds::Texts),
    ("city", Holds::Text(128)),
    ("companyName", Holds::Text(64)),
    (
        "consentProvidedForMinor",
        Holds::OneOf(&["Granted", "Denied", "NotRequired"]),
    ),
    ("country", Holds::Text(128)),
    (
        "customSecurityAttributes",
        Holds::NotModelled("custom security attributes"),
    ),
    ("department", Holds::Text(64)),
    ("deviceEnrollmentLimit", Holds::NotModelled("devices")),
    ("displayName", Holds::Text(256)),
    ("employeeHireDate", Holds::Date),
    ("employeeId", Holds::Text(16)),
    ("employeeLeaveDateTime", Holds::Date),
    ("employeeOrgData", Holds::Object),
    ("employeeType", Holds::Text(64)),
    ("faxNumber", Holds::Text(64)),
    ("givenName", Holds::Text(64)),
    ("identities", Holds::NotModelled("identities of users")),
    ("jobTitle", Holds::Text(128)),
    ("mail", Holds::Text(256)),
    ("mailNickname", Holds::Text(64)),
    ("mobilePhone", Holds::Text(64)),
    ("officeLocation", Holds::Text(128)),
    ("onPremisesExtensionAttributes", Holds::Object),
    ("onPremisesImmutableId", Holds::Text(256)),
    ("onPremisesObjectIdentifier", Holds::Text(64)),
    ("otherMails", Holds::Texts),
    ("passwordPolicies", Holds::Text(128)),
    ("passwordProfile", Holds::Object),
    ("postalCode", Holds::Text(40)),
    ("preferredDataLocation", Holds::Text(16)),
    ("preferredLanguage", Holds::Text(64)),
    ("showInAddressList", Holds::Bool),
    ("state", Holds::Text(128)),
    ("streetAddress", Holds::Text(1024)),
    ("surname", Holds::Text(64)),
    ("usageLocation", Holds::Text(3)),
    ("userPrincipalName", Holds::Text(1024)),
    ("userType", Holds::Text(16)),
    ("id", Holds::ReadOnly),
    ("assignedLicenses", Holds::ReadOnly),
    ("assignedPlans", Holds::ReadOnly),
    ("createdDateTime", Holds::ReadOnly),
    ("creationType", Holds::ReadOnly),
    ("deletedDateTime", Holds::ReadOnly),
    ("externalUserState", Holds::ReadOnly),
    ("externalUserStateChangeDateTime", Holds::ReadOnly),
    ("imAddresses", Holds::ReadOnly),
    ("isManagementRestricted", Holds::ReadOnly),
    ("isResourceAccount", Holds::ReadOnly),
    ("lastPasswordChangeDateTime", Holds::ReadOnly),
    ("legalAgeGroupClassification", Holds::ReadOnly),
    ("licenseAssignmentStates", Holds::ReadOnly),
    ("onPremisesDistinguishedName", Holds::ReadOnly),
    ("onPremisesDomainName", Holds::ReadOnly),
    ("onPremisesLastSyncDateTime", Holds::ReadOnly),
    ("onPremisesProvisioningErrors", Holds::ReadOnly),
    ("onPremisesSamAccountName", Holds::ReadOnly),
    ("onPremisesSecurityIdentifier", Holds::ReadOnly),
    ("onPremisesSyncEnabled", Holds::ReadOnly),
    ("onPremisesUserPrincipalName", Holds::ReadOnly),
    ("provisionedPlans", Holds::ReadOnly),
    ("proxyAddresses", Holds::ReadOnly),
    ("securityIdentifier", Holds::ReadOnly),
    ("serviceProvisioningErrors", Holds::ReadOnly),
    ("signInActivity", Holds::ReadOnly),
    ("signInSessionsValidFromDateTime", Holds::ReadOnly),
];

/// What groups have in Exchange, each to be set by itself.
const EXCHANGE: &str = "what Exchange keeps of a group";
const DYNAMIC: &str = "dynamic membership";

/// The properties that `POST` and `PATCH` of a group know.
pub(super) const GROUP: &[(&str, Holds)] = &[
    ("accessType", Holds::NotModelled(EXCHANGE)),
    ("allowExternalSenders", Holds::NotModelled(EXCHANGE)),
    ("assignedLabels", Holds::NotModelled("sensitivity labels")),
    ("autoSubscribeNewMembers", Holds::NotModelled(EXCHANGE)),
    ("classification", Holds::Text(256)),
    ("description", Holds::Text(1024)),
    ("displayName", Holds::Text(256)),
    ("groupTypes", Holds::Texts),
    ("hideFromAddressLists", Holds::NotModelled(EXCHANGE)),
    ("hideFromOutlookClients", Holds::NotModelled(EXCHANGE)),
    ("isAssignableToRole", Holds::Bool),
    ("isSubscribedByMail", Holds::NotModelled(EXCHANGE)),
    ("mailEnabled", Holds::Bool),
    ("mailNickname", Holds::Text(64)),
    ("membershipRule", Holds::NotModelled(DYNAMIC)),
    ("membershipRuleProcessingState", Holds::NotModelled(DYNAMIC)),
    ("preferredDataLocation", Holds::Text(16)),
    ("preferredLanguage", Holds::Text(64)),
    ("resourceBehaviorOptions", Holds::NotModelled(EXCHANGE)),
    ("resourceProvisioningOptions", Holds::NotModelled(EXCHANGE)),
    ("securityEnabled", Holds::Bool),
    ("theme", Holds::Text(32)),
    ("uniqueName", Holds::NotModelled("unique names of groups")),
    ("unseenCount", Holds::NotModelled(EXCHANGE)),
    (
        "visibility",
        Holds::OneOf(&["Private", "Public", "HiddenMembership"]),
    ),
    ("id", Holds::ReadOnly),
    ("createdDateTime", Holds::ReadOnly),
    ("deletedDateTime", Holds::ReadOnly),
    ("expirationDateTime", Holds::ReadOnly),
    ("mail", Holds::ReadOnly),
    ("onPremisesDomainName", Holds::ReadOnly),
    ("onPremisesLastSyncDateTime", Holds::ReadOnly),
    ("onPremisesNetBiosName", Holds::ReadOnly),
    ("onPremisesProvisioningErrors", Holds::ReadOnly),
    ("onPremisesSamAccountName", Holds::ReadOnly),
    ("onPremisesSecurityIdentifier", Holds::ReadOnly),
    ("onPremisesSyncEnabled", Holds::ReadOnly),
    ("proxyAddresses", Holds::ReadOnly),
    ("renewedDateTime", Holds::ReadOnly),
    ("securityIdentifier", Holds::ReadOnly),
    ("serviceProvisioningErrors", Holds::ReadOnly),
];

/// What is known of the on-premises side, and may be cleared where the policy says so.
pub(super) const CLEARABLE: [&str; 5] = [
    "onPremisesDistinguishedName",
    "onPremisesDomainName",
    "onPremisesSamAccountName",
    "onPremisesSecurityIdentifier",
    "onPremisesUserPrincipalName",
];

/// The object that a body holds.
pub(super) fn object(bytes: &[u8]) -> Result<Map<String, Value>, Problem> {
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(map)) => Ok(map),
        _ => Err(Problem::unreadable_body()),
    }
}

/// The object that a body holds, where there may be none.
pub(super) fn optional_object(bytes: &[u8]) -> Result<Map<String, Value>, Problem> {
    if bytes.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    object(bytes)
}

/// A member of an object, whatever the case of its name.
pub(super) fn member<'a>(map: &'a Map<String, Value>, wanted: &str) -> Option<&'a Value> {
    map.get(wanted).or_else(|| {
        let mut all = map.iter();
        let found = all.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value)
    })
}

/// The members of a body that are properties, each known and of its type; annotations are left
/// out.
pub(super) fn properties<'a>(
    map: &'a Map<String, Value>,
    known: &'static [(&'static str, Holds)],
    resource: &str,
    policy: GraphPolicy,
) -> Result<Vec<Given<'a>>, Problem> {
    let mut all = Vec::with_capacity(map.len());
    for (name, value) in map {
        if name.contains('@') {
            continue;
        }
        let mut known = known.iter();
        let Some((name, holds)) = known.find(|(known, _)| known.eq_ignore_ascii_case(name)) else {
            if policy.unknown_properties_are_ignored {
                continue;
            }
            // What the service says about a name it does not know is not recorded anywhere; this
            // is its general refusal.
            return Err(
                Problem::bad_request("One or more property values specified are invalid.")
                    .detail("InvalidValue", name),
            );
        };
        let is_cleared_fact = value.is_null() && CLEARABLE.contains(name);
        let is_empty_anchor = *name == "onPremisesImmutableId" && value.as_str() == Some("");
        if policy.empty_immutable_id_is_ignored && is_empty_anchor {
            continue;
        }
        if !(policy.on_premises_facts_are_clearable && is_cleared_fact) {
            check(name, *holds, value, resource)?;
        }
        all.push(Given { name, value });
    }
    Ok(all)
}

fn check(name: &str, holds: Holds, value: &Value, resource: &str) -> Result<(), Problem> {
    let edm = match (holds, value) {
        (Holds::ReadOnly, _) => return Err(Problem::read_only(name)),
        (Holds::NotModelled(what), _) => return Err(Problem::not_modelled(what)),
        (Holds::Bool, Value::Bool(_)) | (Holds::Object, Value::Object(_)) | (_, Value::Null) => {
            return Ok(());
        }
        (Holds::Text(longest), Value::String(text)) => {
            let is_too_long = text.chars().count() > longest;
            let has_control = text
                .chars()
                .any(|c| c.is_control() && !"\r\n\t".contains(c));
            if text.is_empty() || is_too_long || has_control {
                return Err(Problem::invalid_value(name, resource));
            }
            return Ok(());
        }
        (Holds::OneOf(known), Value::String(text)) => {
            if known.iter().any(|one| one.eq_ignore_ascii_case(text)) {
                return Ok(());
            }
            return Err(Problem::invalid_value(name, resource));
        }
        (Holds::Texts, Value::Array(all)) => {
            if all.len() <= 250 && all.iter().all(Value::is_string) {
                return Ok(());
            }
            "Collection(Edm.String)"
        }
        (Holds::Date, Value::String(text)) => {
            let is_date = text.parse::<jiff::Timestamp>().is_ok();
            if is_date {
                return Ok(());
            }
            "Edm.DateTimeOffset"
        }
        (Holds::Bool, _) => "Edm.Boolean",
        (Holds::Text(_) | Holds::OneOf(_), _) => "Edm.String",
        (Holds::Texts, _) => "Collection(Edm.String)",
        (Holds::Date, _) => "Edm.DateTimeOffset",
        (Holds::Object, _) => "Edm.ComplexType",
    };
    Err(wrong_type(value, edm))
}

/// 400 for a value of another type, in the words of the OData library.
pub(super) fn wrong_type(value: &Value, edm: &str) -> Problem {
    let mut shown = value.to_string();
    if shown.len() > 64 {
        shown = match value {
            Value::Array(_) => "[...]".to_owned(),
            Value::Object(_) => "{...}".to_owned(),
            _ => shown.chars().take(64).collect(),
        };
    }
    let text = format!("Cannot convert the literal '{shown}' to the expected type '{edm}'.");
    Problem::bad_request(text)
}

/// The text of a checked value.
pub(super) fn text(value: &Value) -> Option<Text> {
    value.as_str().map(Text::from)
}
