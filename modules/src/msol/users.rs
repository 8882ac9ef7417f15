//! Users.

mod change;

mod object;

use powershell::command::{Call, Parameter};
use powershell::error::Outcome;
use powershell::value::Value;
use serde_json::{Map, Value as Json, json};

use change::{licence, new, remove, rename, restore, set};
use object::user;

use super::error::{online, translated, user_not_found};
use super::{list, plan, signed_in};
use crate::declare::Offer;
use crate::graph::encode;
use crate::msol::refused;
use crate::stage::Stage;

pub(super) use object::{account_name, own_name};

/// The properties that are read of every user.
pub(super) const SELECT: &str = "$select=id,userPrincipalName,displayName,givenName,surname,mail,\
    mailNickname,proxyAddresses,onPremisesImmutableId,onPremisesSyncEnabled,\
    onPremisesLastSyncDateTime,onPremisesProvisioningErrors,accountEnabled,usageLocation,\
    assignedLicenses,department,jobTitle,city,country,state,streetAddress,postalCode,\
    officeLocation,businessPhones,mobilePhone,faxNumber,otherMails,userType,createdDateTime,\
    deletedDateTime,passwordPolicies,preferredLanguage";

/// How many are given unless `-All` or `-MaxResults` says otherwise.
const MOST: usize = 500;

/// The parameters that are properties, with their names in Graph.
const PROPERTIES: &[(&str, &str)] = &[
    ("DisplayName", "displayName"),
    ("FirstName", "givenName"),
    ("LastName", "surname"),
    ("Title", "jobTitle"),
    ("Department", "department"),
    ("Office", "officeLocation"),
    ("PhoneNumber", "businessPhones"),
    ("MobilePhone", "mobilePhone"),
    ("Fax", "faxNumber"),
    ("City", "city"),
    ("State", "state"),
    ("StreetAddress", "streetAddress"),
    ("PostalCode", "postalCode"),
    ("Country", "country"),
    ("UsageLocation", "usageLocation"),
    ("PreferredLanguage", "preferredLanguage"),
    ("AlternateEmailAddresses", "otherMails"),
    ("UserType", "userType"),
];

fn names() -> Vec<Parameter> {
    vec![
        Parameter::object("ObjectId").piped_by_name(),
        Parameter::text("UserPrincipalName")
            .piped_by_name()
            .nullable(),
    ]
}

fn properties() -> Vec<Parameter> {
    let mut all: Vec<Parameter> = PROPERTIES
        .iter()
        .map(|(name, property)| match *property {
            "otherMails" => Parameter::texts(name).piped_by_name().nullable(),
            _ => Parameter::text(name).piped_by_name().nullable(),
        })
        .collect();
    all.push(Parameter::text("ImmutableId").piped_by_name().nullable());
    for flag in [
        "BlockCredential",
        "PasswordNeverExpires",
        "StrongPasswordRequired",
    ] {
        all.push(Parameter::object(flag).piped_by_name().nullable());
    }
    for other in [
        "AlternateMobilePhones",
        "StrongAuthenticationRequirements",
        "StrongAuthenticationMethods",
        "SoftDeletionTimestamp",
        "LastPasswordChangeTimestamp",
    ] {
        let parameter = Parameter::object(other).piped_by_name().nullable();
        all.push(parameter.ignored());
    }
    all
}

pub(super) fn declare(offer: &mut Offer, stage: &Stage) {
    let mut parameters = names();
    parameters.extend([
        Parameter::object("LiveId").ignored(),
        Parameter::text("SearchString"),
        Parameter::text("DomainName"),
        Parameter::text("EnabledFilter").one_of(&["All", "EnabledOnly", "DisabledOnly"]),
        Parameter::text("City"),
        Parameter::text("State"),
        Parameter::text("Country"),
        Parameter::text("Department"),
        Parameter::text("Title"),
        Parameter::text("UsageLocation"),
        Parameter::switch("ReturnDeletedUsers"),
        Parameter::switch("UnlicensedUsersOnly"),
        Parameter::switch("HasErrorsOnly"),
        Parameter::switch("LicenseReconciliationNeededOnly"),
        Parameter::switch("Synchronized"),
        Parameter::switch("All"),
        Parameter::int("MaxResults"),
    ]);
    let on = stage.clone();
    offer.offer(
        plan("Get-MsolUser", parameters, "Gets users."),
        move |call| get(&on, call),
    );

    let mut parameters = names();
    parameters.extend(properties());
    let on = stage.clone();
    let declared = plan("Set-MsolUser", parameters, "Changes a user.");
    offer.offer(declared, move |call| set(&on, call));

    let mut parameters = vec![
        Parameter::text("UserPrincipalName")
            .mandatory()
            .piped_by_name(),
        Parameter::text("Password").piped_by_name(),
        Parameter::object("ForceChangePassword")
            .ignored()
            .piped_by_name(),
        Parameter::object("LicenseAssignment")
            .piped_by_name()
            .nullable(),
        Parameter::object("LicenseOptions").ignored().nullable(),
    ];
    parameters.extend(properties());
    let on = stage.clone();
    let declared = plan("New-MsolUser", parameters, "Creates a user.");
    offer.offer(declared, move |call| new(&on, call));

    let mut parameters = names();
    parameters.extend([
        Parameter::switch("RemoveFromRecycleBin"),
        Parameter::switch("Force"),
    ]);
    let on = stage.clone();
    let declared = plan(
        "Remove-MsolUser",
        parameters,
        "Deletes a user, or purges a deleted one.",
    );
    offer.offer(declared, move |call| remove(&on, call));

    let mut parameters = names();
    parameters.extend([
        Parameter::text("NewUserPrincipalName").piped_by_name(),
        Parameter::switch("AutoReconcileProxyConflicts"),
    ]);
    let on = stage.clone();
    let declared = plan("Restore-MsolUser", parameters, "Restores a deleted user.");
    offer.offer(declared, move |call| restore(&on, call));

    let mut parameters = names();
    parameters.extend([
        Parameter::text("NewUserPrincipalName")
            .mandatory()
            .piped_by_name(),
        Parameter::text("ImmutableId").piped_by_name().nullable(),
        Parameter::text("NewPassword"),
    ]);
    let on = stage.clone();
    let declared = plan("Set-MsolUserPrincipalName", parameters, "Renames a user.");
    offer.offer(declared, move |call| rename(&on, call));
    declare_more(offer, stage);
}

fn declare_more(offer: &mut Offer, stage: &Stage) {
    let mut parameters = names();
    parameters.extend([
        Parameter::text("NewPassword").piped_by_name(),
        Parameter::object("ForceChangePassword")
            .ignored()
            .piped_by_name(),
        Parameter::object("ForceChangePasswordOnly").ignored(),
    ]);
    let on = stage.clone();
    let declared = plan("Set-MsolUserPassword", parameters, "Sets a password.");
    offer.offer(declared, move |call| {
        let Some((id, name)) = one(&on, call)? else {
            return Ok(());
        };
        let given = call.text("NewPassword").map(|it| it.to_string());
        let password = given.unwrap_or_else(|| "Wuq08234".to_owned());
        let body = json!({ "passwordProfile": { "password": password } });
        if patch(&on, call, &id, &body, &name)? {
            call.write(Value::text(password))?;
        }
        Ok(())
    });
    super::declare_options(offer, stage);
    let mut parameters = names();
    parameters.extend([
        Parameter::texts("AddLicenses").nullable(),
        Parameter::texts("RemoveLicenses").nullable(),
        Parameter::object("LicenseOptions").ignored().nullable(),
    ]);
    let on = stage.clone();
    let declared = plan(
        "Set-MsolUserLicense",
        parameters,
        "Gives and takes licences.",
    );
    offer.offer(declared, move |call| licence(&on, call));
    let on = stage.clone();
    let declared = plan(
        "Redo-MsolProvisionUser",
        names(),
        "Provisions a user again.",
    );
    offer.offer(declared, move |call| {
        let Some((id, name)) = one(&on, call)? else {
            return Ok(());
        };
        let target = format!("/v1.0/users/{id}/retryServiceProvisioning");
        match on.graph(call, "POST", &target, None, &[])? {
            Ok(_) => Ok(()),
            Err(error) => refused(call, &error, &name),
        }
    });
}

/// The id and the name of the user that the arguments name; a report and `None` where there is
/// none.
fn one(stage: &Stage, call: &mut dyn Call) -> Outcome<Option<(String, String)>> {
    signed_in(stage, call)?;
    let Some(name) = named(call) else {
        let message = "You must provide a required property: Parameter name: \
                       userPrincipalName/objectId";
        let record = online(call, "RequiredPropertyNotSetException", message);
        call.error(record)?;
        return Ok(None);
    };
    let target = format!("/v1.0/users/{}?{SELECT}", encode(&name));
    match stage.graph(call, "GET", &target, None, &[])? {
        Ok(json) => {
            let id = json["id"].as_str().unwrap_or_default().to_owned();
            Ok(Some((id, name)))
        }
        Err(error) => {
            let record = translated(call, &error, &name);
            call.error(record)?;
            Ok(None)
        }
    }
}

fn named(call: &dyn Call) -> Option<String> {
    let given = |name: &str| {
        let text = call.argument(name).map(|it| crate::text(&it));
        text.filter(|it| !it.is_empty())
    };
    given("ObjectId").or_else(|| given("UserPrincipalName"))
}

/// The deleted users, newest first.
fn deleted(stage: &Stage, call: &mut dyn Call) -> Outcome<Vec<Json>> {
    let target = format!("/v1.0/directory/deletedItems/microsoft.graph.user?$top=999&{SELECT}");
    match list(stage, call, &target, usize::MAX)? {
        Ok(mut all) => {
            all.sort_by(|one, other| {
                let at = |it: &Json| {
                    it["deletedDateTime"]
                        .as_str()
                        .unwrap_or_default()
                        .to_owned()
                };
                at(other).cmp(&at(one))
            });
            Ok(all)
        }
        Err(error) => {
            let record = translated(call, &error, "");
            call.error(record)?;
            Ok(Vec::new())
        }
    }
}

fn is_named(json: &Json, name: &str) -> bool {
    own_name(json).eq_ignore_ascii_case(name)
        || json["id"]
            .as_str()
            .is_some_and(|it| it.eq_ignore_ascii_case(name))
}

fn get(stage: &Stage, call: &mut dyn Call) -> Outcome {
    signed_in(stage, call)?;
    let account = account_name(stage);
    if call.switch("ReturnDeletedUsers") {
        let name = named(call);
        let all = deleted(stage, call)?;
        let matching: Vec<&Json> = all
            .iter()
            .filter(|it| name.as_ref().is_none_or(|name| is_named(it, name)))
            .collect();
        if let (Some(name), true) = (&name, matching.is_empty()) {
            let record = user_not_found(call, name);
            return call.error(record);
        }
        let chosen = matching.into_iter().filter(|it| is_chosen(call, it));
        for json in chosen.take(most(call)).collect::<Vec<_>>() {
            call.write_whole(user(json, &account))?;
        }
        return Ok(());
    }
    // An empty name is no name: the cmdlet then gives everybody, as the old one did not.
    let given = call.is_given("UserPrincipalName") || call.is_given("ObjectId");
    if given {
        let name = named(call).unwrap_or_default();
        let target = format!("/v1.0/users/{}?{SELECT}", encode(&name));
        if name.is_empty() {
            let record = user_not_found(call, &name);
            return call.error(record);
        }
        return match stage.graph(call, "GET", &target, None, &[])? {
            Ok(json) => call.write_whole(user(&json, &account)),
            Err(error) => refused(call, &error, &name),
        };
    }
    let target = format!("/v1.0/users?$top=999&{SELECT}");
    match list(stage, call, &target, usize::MAX)? {
        Ok(all) => {
            let chosen: Vec<&Json> = all
                .iter()
                .filter(|it| is_chosen(call, it))
                .take(most(call))
                .collect();
            for json in chosen {
                call.write_whole(user(json, &account))?;
            }
            Ok(())
        }
        Err(error) => refused(call, &error, ""),
    }
}

fn most(call: &dyn Call) -> usize {
    if call.switch("All") {
        return usize::MAX;
    }
    call.int("MaxResults")
        .and_then(|it| usize::try_from(it).ok())
        .unwrap_or(MOST)
}

/// Whether a user passes the filters of the cmdlet.
fn is_chosen(call: &dyn Call, json: &Json) -> bool {
    let name = own_name(json).to_lowercase();
    let display = json["displayName"]
        .as_str()
        .unwrap_or_default()
        .to_lowercase();
    if let Some(search) = call.text("SearchString") {
        let search = search.to_lowercase();
        let addresses = json["proxyAddresses"].as_array().into_iter().flatten();
        let mut addresses = addresses.filter_map(Json::as_str).map(str::to_lowercase);
        let in_address =
            addresses.any(|it| it.split(':').next_back().unwrap_or("").starts_with(&search));
        if !name.starts_with(&search) && !display.starts_with(&search) && !in_address {
            return false;
        }
    }
    if let Some(domain) = call.text("DomainName")
        && !name.ends_with(&format!("@{}", domain.to_lowercase()))
    {
        return false;
    }
    for (parameter, property) in PROPERTIES {
        let filters = [
            "City",
            "State",
            "Country",
            "Department",
            "Title",
            "UsageLocation",
        ];
        if filters.contains(parameter)
            && let Some(wanted) = call.text(parameter)
            && !json[*property]
                .as_str()
                .is_some_and(|it| it.eq_ignore_ascii_case(&wanted))
        {
            return false;
        }
    }
    let enabled = json["accountEnabled"].as_bool().unwrap_or(true);
    let wanted = match call
        .text("EnabledFilter")
        .map(|it| it.to_lowercase())
        .as_deref()
    {
        Some("enabledonly") => enabled,
        Some("disabledonly") => !enabled,
        _ => true,
    };
    let count = |key: &str| json[key].as_array().map_or(0, Vec::len);
    wanted
        && (!call.switch("UnlicensedUsersOnly") || count("assignedLicenses") == 0)
        && (!call.switch("Synchronized") || json["onPremisesSyncEnabled"] == true)
        && (!call.switch("HasErrorsOnly") || count("onPremisesProvisioningErrors") > 0)
        && !call.switch("LicenseReconciliationNeededOnly")
}

/// What `-ImmutableId` asks for: a text, or that there be none.
pub(super) fn anchor(stage: &Stage, call: &dyn Call) -> Option<Json> {
    let value = call.argument("ImmutableId")?;
    if matches!(value, Value::Null)
        && stage.read(|world| world.tenant().policy.null_immutable_id_is_ignored)
    {
        return None;
    }
    let text = crate::text(&value);
    let is_none = text.is_empty();
    Some(if is_none { Json::Null } else { json!(text) })
}

/// The body that the arguments make.
fn body(stage: &Stage, call: &dyn Call) -> Map<String, Json> {
    let mut map = Map::new();
    for (parameter, property) in PROPERTIES {
        let Some(value) = call.argument(parameter) else {
            continue;
        };
        let text = crate::text(&value);
        let json = match *property {
            "otherMails" => value.enumerate().iter().map(crate::text).collect(),
            "businessPhones" => json!([text]),
            _ if text.is_empty() => Json::Null,
            _ => json!(text),
        };
        map.insert((*property).to_owned(), json);
    }
    if let Some(anchor) = anchor(stage, call) {
        map.insert("onPremisesImmutableId".to_owned(), anchor);
    }
    let flag = |name: &str| match call.argument(name) {
        Some(Value::Bool(it)) => Some(it),
        Some(Value::Null) | None => None,
        Some(other) => Some(matches!(
            crate::text(&other).to_lowercase().as_str(),
            "true" | "1"
        )),
    };
    if let Some(blocked) = flag("BlockCredential") {
        map.insert("accountEnabled".to_owned(), json!(!blocked));
    }
    let policies = [
        flag("PasswordNeverExpires").map(|on| (on, "DisablePasswordExpiration")),
        flag("StrongPasswordRequired").map(|on| (!on, "DisableStrongPassword")),
    ];
    let said: Vec<(bool, &str)> = policies.into_iter().flatten().collect();
    if !said.is_empty() {
        let on: Vec<&str> = said
            .iter()
            .filter(|(on, _)| *on)
            .map(|(_, name)| *name)
            .collect();
        let text = if on.is_empty() {
            "None".to_owned()
        } else {
            on.join(", ")
        };
        map.insert("passwordPolicies".to_owned(), json!(text));
    }
    map
}

/// Changes a user; `false` where that was refused and reported.
fn patch(stage: &Stage, call: &mut dyn Call, id: &str, body: &Json, name: &str) -> Outcome<bool> {
    match stage.graph(call, "PATCH", &format!("/v1.0/users/{id}"), Some(body), &[])? {
        Ok(_) => Ok(true),
        Err(error) => {
            let record = translated(call, &error, name);
            call.error(record)?;
            Ok(false)
        }
    }
}
