//! Directory roles.

use powershell::command::{Call, Parameter};
use powershell::error::Outcome;
use powershell::value::Value;
use serde_json::{Value as Json, json};

use super::error::{online, translated, user_not_found};
use super::{list, plan, signed_in};
use crate::declare::Offer;
use crate::graph::encode;
use crate::json::{guid_at, text_at};
use crate::msol::refused;
use crate::stage::Stage;

pub(super) fn declare(offer: &mut Offer, stage: &Stage) {
    let parameters = vec![
        Parameter::object("ObjectId").piped_by_name(),
        Parameter::text("RoleName").piped_by_name(),
    ];
    let on = stage.clone();
    let declared = plan("Get-MsolRole", parameters, "Gets the directory roles.");
    offer.offer(declared, move |call| {
        signed_in(&on, call)?;
        let wanted = [call.argument("ObjectId"), call.argument("RoleName")];
        let wanted: Vec<String> = wanted
            .into_iter()
            .flatten()
            .map(|it| crate::text(&it))
            .collect();
        for role in roles(&on, call)? {
            let is = |it: &String| is_role(&role, it);
            if wanted.is_empty() || wanted.iter().any(is) {
                call.write_whole(role_object(&role))?;
            }
        }
        Ok(())
    });
    let parameters = vec![
        Parameter::object("RoleObjectId")
            .piped_by_name()
            .mandatory(),
        Parameter::text("MemberObjectTypes").ignored(),
        Parameter::switch("All"),
        Parameter::int("MaxResults"),
    ];
    let on = stage.clone();
    let declared = plan("Get-MsolRoleMember", parameters, "Gets who holds a role.");
    offer.offer(declared, move |call| {
        signed_in(&on, call)?;
        let id = crate::given(call, "RoleObjectId");
        let target = format!("/v1.0/directoryRoles/{}/members", encode(&id));
        match list(&on, call, &target, usize::MAX)? {
            Ok(all) => all.iter().try_for_each(|it| call.write_whole(holder(it))),
            Err(error) => refused(call, &error, &id),
        }
    });
    let parameters = vec![
        Parameter::object("ObjectId").piped_by_name(),
        Parameter::text("UserPrincipalName").piped_by_name(),
    ];
    let on = stage.clone();
    let declared = plan("Get-MsolUserRole", parameters, "Gets the roles of a user.");
    offer.offer(declared, move |call| {
        signed_in(&on, call)?;
        let name = call
            .argument("ObjectId")
            .or_else(|| call.argument("UserPrincipalName"));
        let name = name.map(|it| crate::text(&it)).unwrap_or_default();
        let target = format!("/v1.0/users/{}/memberOf", encode(&name));
        match list(&on, call, &target, usize::MAX)? {
            Ok(all) => {
                let role = |it: &&Json| it["@odata.type"] == "#microsoft.graph.directoryRole";
                all.iter()
                    .filter(role)
                    .try_for_each(|it| call.write_whole(role_object(it)))
            }
            Err(error) => refused(call, &error, &name),
        }
    });
    for (name, adds) in [
        ("Add-MsolRoleMember", true),
        ("Remove-MsolRoleMember", false),
    ] {
        let parameters = vec![
            Parameter::object("RoleObjectId").piped_by_name(),
            Parameter::text("RoleName").piped_by_name(),
            Parameter::object("RoleMemberObjectId").piped_by_name(),
            Parameter::text("RoleMemberEmailAddress").piped_by_name(),
            Parameter::text("RoleMemberType"),
        ];
        let on = stage.clone();
        let declared = plan(name, parameters, "Gives a role, or takes it.");
        offer.offer(declared, move |call| change(&on, adds, call));
    }
}

fn roles(stage: &Stage, call: &mut dyn Call) -> Outcome<Vec<Json>> {
    match list(stage, call, "/v1.0/directoryRoles", usize::MAX)? {
        Ok(all) => Ok(all),
        Err(error) => Err(translated(call, &error, "").into()),
    }
}

fn is_role(role: &Json, name: &str) -> bool {
    // The old cmdlets had a name of their own for the role of all roles.
    let name = if name.eq_ignore_ascii_case("Company Administrator") {
        "Global Administrator"
    } else {
        name
    };
    let is = |key: &str| {
        role[key]
            .as_str()
            .is_some_and(|it| it.eq_ignore_ascii_case(name))
    };
    is("id") || is("displayName") || is("roleTemplateId")
}

fn role_object(json: &Json) -> Value {
    let name = match json["displayName"].as_str() {
        Some("Global Administrator") => "Company Administrator",
        Some(other) => other,
        None => "",
    };
    let properties = [
        ("Description", text_at(json, "description")),
        ("IsEnabled", Value::Bool(true)),
        ("IsSystem", Value::Bool(true)),
        ("Name", Value::text(name)),
        ("ObjectId", guid_at(json, "id")),
    ];
    crate::typed("Microsoft.Online.Administration.Role", properties)
}

fn holder(json: &Json) -> Value {
    let properties = [
        ("DisplayName", text_at(json, "displayName")),
        ("EmailAddress", text_at(json, "userPrincipalName")),
        (
            "IsLicensed",
            Value::Bool(
                json["assignedLicenses"]
                    .as_array()
                    .is_some_and(|it| !it.is_empty()),
            ),
        ),
        ("ObjectId", guid_at(json, "id")),
        ("RoleMemberType", Value::text("User")),
    ];
    crate::typed("Microsoft.Online.Administration.RoleMember", properties)
}

fn change(stage: &Stage, adds: bool, call: &mut dyn Call) -> Outcome {
    signed_in(stage, call)?;
    let given = |name: &str| call.argument(name).map(|it| crate::text(&it));
    let role = given("RoleObjectId")
        .or_else(|| given("RoleName"))
        .unwrap_or_default();
    let user = given("RoleMemberObjectId").or_else(|| given("RoleMemberEmailAddress"));
    let user = user.unwrap_or_default();
    let found = stage.graph(
        call,
        "GET",
        &format!("/v1.0/users/{}", encode(&user)),
        None,
        &[],
    )?;
    let Some(id) = found
        .ok()
        .and_then(|it| it["id"].as_str().map(str::to_owned))
    else {
        let record = user_not_found(call, &user);
        return call.error(record);
    };
    let all = roles(stage, call)?;
    let known = all.iter().find(|it| is_role(it, &role));
    let Some(role_id) = known.and_then(|it| it["id"].as_str()).map(str::to_owned) else {
        let record = online(
            call,
            "RoleNotFoundException",
            format!("Role Not Found.  Role: {role}."),
        );
        return call.error(record);
    };
    let answer = if adds {
        let link = format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}");
        let target = format!("/v1.0/directoryRoles/{role_id}/members/$ref");
        stage.graph(
            call,
            "POST",
            &target,
            Some(&json!({ "@odata.id": link })),
            &[],
        )?
    } else {
        let target = format!("/v1.0/directoryRoles/{role_id}/members/{id}/$ref");
        stage.graph(call, "DELETE", &target, None, &[])?
    };
    match answer {
        Ok(_) => Ok(()),
        Err(error) => refused(call, &error, &user),
    }
}
