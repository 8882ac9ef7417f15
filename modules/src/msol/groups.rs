//! Groups and contacts.

use powershell::command::{Call, Parameter};
use powershell::error::Outcome;
use powershell::value::{Object, Value};
use serde_json::{Value as Json, json};

use super::error::{online, translated};
use super::{list, plan, signed_in};
use crate::declare::Offer;
use crate::graph::encode;
use crate::json::{guid_at, plain, text_at, texts_at, time_at};
use crate::msol::{goes_on, refused, send};
use crate::stage::Stage;

pub(super) fn declare(offer: &mut Offer, stage: &Stage) {
    for (noun, path) in [("MsolGroup", "groups"), ("MsolContact", "contacts")] {
        let parameters = vec![
            Parameter::object("ObjectId").piped_by_name(),
            Parameter::text("SearchString"),
            Parameter::text("GroupType"),
            Parameter::switch("HasErrorsOnly"),
            Parameter::switch("All"),
            Parameter::int("MaxResults"),
        ];
        let on = stage.clone();
        let declared = plan(
            &format!("Get-{noun}"),
            parameters,
            "Gets groups or contacts.",
        );
        offer.offer(declared, move |call| get(&on, path, call));
    }
    let parameters = vec![
        Parameter::object("ObjectId").mandatory().piped_by_name(),
        Parameter::switch("Force"),
    ];
    let on = stage.clone();
    let declared = plan("Remove-MsolGroup", parameters, "Removes a group.");
    offer.offer(declared, move |call| {
        signed_in(&on, call)?;
        let id = crate::given(call, "ObjectId");
        if !goes_on(call)? {
            return Ok(());
        }
        send(
            &on,
            call,
            ("DELETE", &format!("/v1.0/groups/{}", encode(&id)), None),
            group_error,
            &id,
        )
    });
    let parameters = vec![
        Parameter::text("DisplayName").mandatory().piped_by_name(),
        Parameter::text("Description").piped_by_name(),
        Parameter::object("ManagedBy").ignored(),
    ];
    let on = stage.clone();
    let declared = plan("New-MsolGroup", parameters, "Creates a security group.");
    offer.offer(declared, move |call| {
        signed_in(&on, call)?;
        let name = crate::given(call, "DisplayName");
        let nick: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let body = json!({
            "displayName": name, "mailEnabled": false, "securityEnabled": true,
            "mailNickname": if nick.is_empty() { "group".to_owned() } else { nick },
        });
        match on.graph(call, "POST", "/v1.0/groups", Some(&body), &[])? {
            Ok(json) => call.write_whole(object(&json, "groups")),
            Err(error) => refused(call, &error, &name),
        }
    });
    declare_members(offer, stage);
}

fn declare_members(offer: &mut Offer, stage: &Stage) {
    let parameters = vec![
        Parameter::object("GroupObjectId")
            .mandatory()
            .piped_by_name(),
        Parameter::text("MemberObjectTypes").ignored(),
        Parameter::switch("All"),
        Parameter::int("MaxResults"),
    ];
    let on = stage.clone();
    let declared = plan(
        "Get-MsolGroupMember",
        parameters,
        "Gets the members of a group.",
    );
    offer.offer(declared, move |call| {
        signed_in(&on, call)?;
        let id = crate::given(call, "GroupObjectId");
        let target = format!("/v1.0/groups/{}/members?$top=999", encode(&id));
        match list(&on, call, &target, usize::MAX)? {
            Ok(all) => all.iter().try_for_each(|it| call.write_whole(member(it))),
            Err(error) => {
                let record = group_error(call, &error, &id);
                call.error(record)
            }
        }
    });
    for (name, adds) in [
        ("Add-MsolGroupMember", true),
        ("Remove-MsolGroupMember", false),
    ] {
        let parameters = vec![
            Parameter::object("GroupObjectId")
                .mandatory()
                .piped_by_name(),
            Parameter::object("GroupMemberObjectId").piped_by_name(),
            Parameter::text("GroupMemberType"),
        ];
        let on = stage.clone();
        let declared = plan(name, parameters, "Changes the members of a group.");
        offer.offer(declared, move |call| {
            signed_in(&on, call)?;
            let (group, member) = (
                crate::given(call, "GroupObjectId"),
                crate::given(call, "GroupMemberObjectId"),
            );
            if adds {
                let link = format!("https://graph.microsoft.com/v1.0/directoryObjects/{member}");
                let body = json!({ "@odata.id": link });
                let target = format!("/v1.0/groups/{}/members/$ref", encode(&group));
                return send(
                    &on,
                    call,
                    ("POST", &target, Some(&body)),
                    group_error,
                    &group,
                );
            }
            let target = format!(
                "/v1.0/groups/{}/members/{}/$ref",
                encode(&group),
                encode(&member)
            );
            send(&on, call, ("DELETE", &target, None), group_error, &group)
        });
    }
}

fn group_error(
    call: &dyn Call,
    error: &crate::stage::CloudError,
    id: &str,
) -> powershell::error::ErrorRecord {
    if error.status == 404 {
        let message = format!("Group Not Found.  Group: {id}.");
        return online(call, "GroupNotFoundException", message);
    }
    translated(call, error, id)
}

fn get(stage: &Stage, path: &'static str, call: &mut dyn Call) -> Outcome {
    signed_in(stage, call)?;
    let given = crate::given(call, "ObjectId");
    if !given.is_empty() {
        let target = format!("/v1.0/{path}/{}", encode(&given));
        return match stage.graph(call, "GET", &target, None, &[])? {
            Ok(json) => call.write_whole(object(&json, path)),
            Err(error) => {
                let record = group_error(call, &error, &given);
                call.error(record)
            }
        };
    }
    let most = match call
        .int("MaxResults")
        .and_then(|it| usize::try_from(it).ok())
    {
        _ if call.switch("All") => usize::MAX,
        Some(most) => most,
        None => 250,
    };
    match list(stage, call, &format!("/v1.0/{path}?$top=999"), usize::MAX)? {
        Ok(all) => {
            let search = call.text("SearchString").map(|it| it.to_lowercase());
            let chosen = all.iter().filter(|json| {
                let starts = |key: &str| {
                    let text = json[key].as_str().unwrap_or_default().to_lowercase();
                    search.as_ref().is_none_or(|it| text.starts_with(it))
                };
                starts("displayName") || starts("mail")
            });
            let chosen: Vec<Value> = chosen.take(most).map(|it| object(it, path)).collect();
            chosen.into_iter().try_for_each(|it| call.write_whole(it))
        }
        Err(error) => refused(call, &error, ""),
    }
}

fn object(json: &Json, path: &str) -> Value {
    let id = guid_at(json, "id");
    let errors = json["onPremisesProvisioningErrors"].as_array();
    let errors = errors.map_or(Value::Null, |all| Value::array(all.iter().map(plain)));
    let mut properties = vec![
        ("DirSyncProvisioningErrors", errors),
        ("DisplayName", text_at(json, "displayName")),
        ("EmailAddress", text_at(json, "mail")),
        (
            "LastDirSyncTime",
            time_at(json, "onPremisesLastSyncDateTime"),
        ),
        ("ObjectId", id),
        ("ProxyAddresses", texts_at(json, "proxyAddresses")),
        ("ValidationStatus", Value::text("Healthy")),
    ];
    let name = if path == "groups" {
        let mail = json["mailEnabled"].as_bool().unwrap_or(false);
        let security = json["securityEnabled"].as_bool().unwrap_or(false);
        let kind = match (mail, security) {
            (true, true) => "MailEnabledSecurity",
            (true, false) => "DistributionList",
            _ => "Security",
        };
        properties.push(("CommonName", text_at(json, "displayName")));
        properties.push(("Description", text_at(json, "description")));
        properties.push(("GroupType", Value::text(kind)));
        properties.push(("IsSystem", Value::Null));
        "Microsoft.Online.Administration.Group"
    } else {
        properties.push(("FirstName", text_at(json, "givenName")));
        properties.push(("LastName", text_at(json, "surname")));
        "Microsoft.Online.Administration.Contact"
    };
    properties.sort_by_key(|(name, _)| *name);
    Value::Object(Object::typed(
        &[name, "System.Object"],
        properties,
        Some(name),
    ))
}

fn member(json: &Json) -> Value {
    let kind = json["@odata.type"].as_str().unwrap_or_default();
    let kind = match kind.rsplit('.').next() {
        Some("group") => "Group",
        Some("orgContact") => "Contact",
        _ => "User",
    };
    let id = guid_at(json, "id");
    let properties = [
        ("DisplayName", text_at(json, "displayName")),
        (
            "EmailAddress",
            match text_at(json, "mail") {
                Value::Null => text_at(json, "userPrincipalName"),
                mail => mail,
            },
        ),
        ("GroupMemberType", Value::text(kind)),
        ("ObjectId", id),
    ];
    crate::typed("Microsoft.Online.Administration.GroupMember", properties)
}
