//! Users as the old cmdlets give them.

use powershell::value::{Object, Value};
use serde_json::Value as Json;

use crate::json::{plain, text_at, texts_at, time_at};
use crate::stage::Stage;

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
    let enabled = json["accountEnabled"].as_bool().unwrap_or(true);
    let properties = vec![
        ("AlternateEmailAddresses", texts_at(json, "otherMails")),
        ("BlockCredential", Value::Bool(!enabled)),
        ("City", text_at(json, "city")),
        ("Country", text_at(json, "country")),
        ("Department", text_at(json, "department")),
        ("DirSyncProvisioningErrors", errors),
        ("DisplayName", text_at(json, "displayName")),
        ("Errors", Value::Null),
        ("Fax", text_at(json, "faxNumber")),
        ("FirstName", text_at(json, "givenName")),
        ("ImmutableId", text_at(json, "onPremisesImmutableId")),
        ("IsLicensed", Value::Bool(!licences.is_empty())),
        (
            "LastDirSyncTime",
            match json["onPremisesSyncEnabled"].as_bool() {
                Some(true) => time_at(json, "onPremisesLastSyncDateTime"),
                _ => Value::Null,
            },
        ),
        ("LastName", text_at(json, "surname")),
        ("LicenseReconciliationNeeded", Value::Bool(false)),
        ("Licenses", Value::array(licences)),
        ("MobilePhone", text_at(json, "mobilePhone")),
        ("ObjectId", id.map_or(Value::Null, Value::Guid)),
        ("Office", text_at(json, "officeLocation")),
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
        ("PostalCode", text_at(json, "postalCode")),
        ("PreferredLanguage", text_at(json, "preferredLanguage")),
        ("ProxyAddresses", texts_at(json, "proxyAddresses")),
        ("SignInName", Value::text(own_name(json))),
        ("SoftDeletionTimestamp", time_at(json, "deletedDateTime")),
        ("State", text_at(json, "state")),
        ("StreetAddress", text_at(json, "streetAddress")),
        ("Title", text_at(json, "jobTitle")),
        ("UsageLocation", text_at(json, "usageLocation")),
        ("UserPrincipalName", Value::text(own_name(json))),
        ("UserType", text_at(json, "userType")),
        ("ValidationStatus", Value::text("Healthy")),
        ("WhenCreated", time_at(json, "createdDateTime")),
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
