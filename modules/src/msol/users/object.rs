//! Users as the old cmdlets give them.

use crate::json::date;
use crate::json::plain;
use crate::stage::Stage;
use powershell::value::Object;
use powershell::value::Value;
use serde_json::Value as Json;

pub(super) fn text(json: &Json, key: &str) -> Value {
    json[key].as_str().map_or(Value::Null, Value::text)
}

/// The name of a deleted user as it was: Graph puts the id in front of it.
pub(in crate::msol) fn own_name(json: &Json) -> String {
    let name = json["userPrincipalName"].as_str().unwrap_or_default();
    let id: String = json["id"]
        .as_str()
        .unwrap_or_default()
        .chars()
        .filter(|it| *it != '-')
        .collect();
    let stripped = name
        .get(..id.len())
        .filter(|it| it.eq_ignore_ascii_case(&id));
    stripped.map_or(name, |_| &name[id.len()..]).to_owned()
}

pub(super) fn time(json: &Json, key: &str) -> Value {
    json[key].as_str().and_then(date).unwrap_or_default()
}

/// A user as the old cmdlets give it.
pub(super) fn user(json: &Json, account: &str) -> Value {
    let licences: Vec<Value> = json["assignedLicenses"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|it| licence_object(it, account))
        .collect();
    let id = json["id"].as_str().and_then(|it| it.parse().ok());
    let errors = json["onPremisesProvisioningErrors"].as_array();
    let errors = errors.map_or(Value::Null, |all| Value::array(all.iter().map(plain)));
    let policies = json["passwordPolicies"].as_str().unwrap_or_default();
    let list = |key: &str| {
        let values = json[key].as_array().into_iter().flatten();
        Value::texts(values.filter_map(Json::as_str))
    };
    let enabled = json["accountEnabled"].as_bool().unwrap_or(true);
    let properties = vec![
        ("AlternateEmailAddresses", list("otherMails")),
        ("BlockCredential", Value::Bool(!enabled)),
        ("City", text(json, "city")),
        ("Country", text(json, "country")),
        ("Department", text(json, "department")),
        ("DirSyncProvisioningErrors", errors),
        ("DisplayName", text(json, "displayName")),
        ("Errors", Value::Null),
        ("Fax", text(json, "faxNumber")),
        ("FirstName", text(json, "givenName")),
        ("ImmutableId", text(json, "onPremisesImmutableId")),
        ("IsLicensed", Value::Bool(!licences.is_empty())),
        (
            "LastDirSyncTime",
            match json["onPremisesSyncEnabled"].as_bool() {
                Some(true) => time(json, "onPremisesLastSyncDateTime"),
                _ => Value::Null,
            },
        ),
        ("LastName", text(json, "surname")),
        ("LicenseReconciliationNeeded", Value::Bool(false)),
        ("Licenses", Value::array(licences)),
        ("MobilePhone", text(json, "mobilePhone")),
        ("ObjectId", id.map_or(Value::Null, Value::Guid)),
        ("Office", text(json, "officeLocation")),
        (
            "PasswordNeverExpires",
            Value::Bool(policies.contains("DisablePasswordExpiration")),
        ),
        (
            "PhoneNumber",
            json["businessPhones"][0]
                .as_str()
                .map_or(Value::Null, Value::text),
        ),
        ("PostalCode", text(json, "postalCode")),
        ("PreferredLanguage", text(json, "preferredLanguage")),
        ("ProxyAddresses", list("proxyAddresses")),
        ("SignInName", Value::text(own_name(json))),
        ("SoftDeletionTimestamp", time(json, "deletedDateTime")),
        ("State", text(json, "state")),
        ("StreetAddress", text(json, "streetAddress")),
        ("Title", text(json, "jobTitle")),
        ("UsageLocation", text(json, "usageLocation")),
        ("UserPrincipalName", Value::text(own_name(json))),
        ("UserType", text(json, "userType")),
        ("ValidationStatus", Value::text("Healthy")),
        ("WhenCreated", time(json, "createdDateTime")),
    ];
    let name = "Microsoft.Online.Administration.User";
    Value::Object(Object::typed(
        &[name, "System.Object"],
        properties,
        Some(name),
    ))
}

pub(super) fn licence_object(json: &Json, account: &str) -> Value {
    let sku = json["skuId"].as_str().unwrap_or_default();
    let part = mock_cloud::tenant::part_number(sku).unwrap_or(sku);
    let types = [
        "Microsoft.Online.Administration.UserLicense",
        "System.Object",
    ];
    let properties = [
        ("AccountSkuId", Value::text(format!("{account}:{part}"))),
        ("GroupsAssigningLicense", Value::array([])),
        ("ServiceStatus", Value::array([])),
    ];
    Value::Object(Object::typed(&types, properties, None))
}

/// What licences are named after: the first label of the initial domain.
pub(in crate::msol) fn account_name(stage: &Stage) -> String {
    stage.read(|world| {
        let initial = world.tenant().domains.initial().to_string();
        initial.split('.').next().unwrap_or_default().to_owned()
    })
}
