//! What changes users.

use powershell::command::Call;
use powershell::error::Outcome;
use powershell::value::Value;
use serde_json::{Map, Value as Json, json};

use super::super::error::{online, user_not_found};
use super::super::signed_in;
use super::object::{account_name, user};
use super::{SELECT, body, deleted, is_named, named, one, patch};
use crate::msol::{goes_on, refused};
use crate::stage::Stage;

pub(super) fn set(stage: &Stage, call: &mut dyn Call) -> Outcome {
    let Some((id, name)) = one(stage, call)? else {
        return Ok(());
    };
    let body = body(stage, call);
    if !body.is_empty() {
        patch(stage, call, &id, &Json::Object(body), &name)?;
    }
    Ok(())
}

pub(super) fn new(stage: &Stage, call: &mut dyn Call) -> Outcome {
    signed_in(stage, call)?;
    let name = crate::given(call, "UserPrincipalName");
    let mut map = body(stage, call);
    let given = call.text("Password").map(|it| it.to_string());
    let password = given.unwrap_or_else(|| "Wuq08234".to_owned());
    let local = name.split('@').next().unwrap_or_default().to_owned();
    map.insert("userPrincipalName".to_owned(), json!(name));
    map.entry("mailNickname").or_insert_with(|| json!(local));
    map.entry("accountEnabled").or_insert_with(|| json!(true));
    map.insert(
        "passwordProfile".to_owned(),
        json!({ "password": password }),
    );
    match stage.graph(call, "POST", "/v1.0/users", Some(&Json::Object(map)), &[])? {
        Ok(json) => {
            let made = user(&json, &account_name(stage));
            if let Value::Object(object) = &made {
                object.set("Password", Value::text(password));
            }
            let id = json["id"].as_str().unwrap_or_default().to_owned();
            let skus = call.argument("LicenseAssignment").map(|it| it.enumerate());
            let skus: Vec<String> = skus
                .into_iter()
                .flatten()
                .map(|it| crate::text(&it))
                .collect();
            if !skus.is_empty() {
                change_licences(stage, call, &id, &name, &skus, &[])?;
            }
            call.write_whole(made)
        }
        Err(error) => refused(call, &error, &name),
    }
}

pub(super) fn remove(stage: &Stage, call: &mut dyn Call) -> Outcome {
    signed_in(stage, call)?;
    let purge = call.switch("RemoveFromRecycleBin");
    let (id, name) = if purge {
        let Some(name) = named(call) else {
            return one(stage, call).map(drop);
        };
        let found = deleted(stage, call)?;
        let found = found.iter().find(|it| is_named(it, &name));
        if let Some(id) = found.and_then(|it| it["id"].as_str()) {
            (id.to_owned(), name)
        } else {
            let record = user_not_found(call, &name);
            return call.error(record);
        }
    } else {
        let Some(found) = one(stage, call)? else {
            return Ok(());
        };
        found
    };
    if !goes_on(call)? {
        return Ok(());
    }
    let target = if purge {
        format!("/v1.0/directory/deletedItems/{id}")
    } else {
        format!("/v1.0/users/{id}")
    };
    match stage.graph(call, "DELETE", &target, None, &[])? {
        Ok(_) => Ok(()),
        Err(error) => refused(call, &error, &name),
    }
}

pub(super) fn restore(stage: &Stage, call: &mut dyn Call) -> Outcome {
    signed_in(stage, call)?;
    let Some(name) = named(call) else {
        return one(stage, call).map(drop);
    };
    let found = deleted(stage, call)?;
    let Some(id) = found
        .iter()
        .find(|it| is_named(it, &name))
        .and_then(|it| it["id"].as_str())
    else {
        let record = user_not_found(call, &name);
        return call.error(record);
    };
    let mut body = Map::new();
    if call.switch("AutoReconcileProxyConflicts") {
        body.insert("autoReconcileProxyConflict".to_owned(), json!(true));
    }
    if let Some(name) = call.text("NewUserPrincipalName") {
        body.insert("newUserPrincipalName".to_owned(), json!(&*name));
    }
    let target = format!("/v1.0/directory/deletedItems/{id}/restore");
    let body = Json::Object(body);
    match stage.graph(call, "POST", &target, Some(&body), &[])? {
        Ok(_) => {
            let target = format!("/v1.0/users/{id}?{SELECT}");
            match stage.graph(call, "GET", &target, None, &[])? {
                Ok(json) => call.write_whole(user(&json, &account_name(stage))),
                Err(_) => Ok(()),
            }
        }
        Err(error) => refused(call, &error, &name),
    }
}

pub(super) fn rename(stage: &Stage, call: &mut dyn Call) -> Outcome {
    let Some((id, name)) = one(stage, call)? else {
        return Ok(());
    };
    let new = crate::given(call, "NewUserPrincipalName");
    if !patch(
        stage,
        call,
        &id,
        &json!({ "userPrincipalName": new }),
        &name,
    )? {
        return Ok(());
    }
    if let Some(anchor) = super::anchor(stage, call) {
        patch(
            stage,
            call,
            &id,
            &json!({ "onPremisesImmutableId": anchor }),
            &name,
        )?;
    }
    Ok(())
}

pub(super) fn licence(stage: &Stage, call: &mut dyn Call) -> Outcome {
    let Some((id, name)) = one(stage, call)? else {
        return Ok(());
    };
    let list = |parameter: &str| -> Vec<String> {
        call.texts(parameter)
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    let (add, remove) = (list("AddLicenses"), list("RemoveLicenses"));
    change_licences(stage, call, &id, &name, &add, &remove)
}

pub(super) fn change_licences(
    stage: &Stage,
    call: &mut dyn Call,
    id: &str,
    name: &str,
    add: &[String],
    remove: &[String],
) -> Outcome {
    let skus = stage.graph(call, "GET", "/v1.0/subscribedSkus", None, &[])?;
    let skus = skus.map(|it| it["value"].as_array().cloned().unwrap_or_default());
    let skus = skus.unwrap_or_default();
    let mut ids = [Vec::new(), Vec::new()];
    for (place, list) in [add, remove].into_iter().enumerate() {
        for licence in list {
            let part = licence
                .split_once(':')
                .map_or(licence.as_str(), |(_, part)| part);
            let found = skus.iter().find(|it| {
                let is = |key: &str| {
                    it[key]
                        .as_str()
                        .is_some_and(|it| it.eq_ignore_ascii_case(part))
                };
                is("skuPartNumber") || is("skuId")
            });
            let Some(sku) = found.and_then(|it| it["skuId"].as_str()) else {
                let message = "Unable to assign this license because it is invalid. Use the \
                               Get-MsolAccountSku cmdlet to retrieve a list of valid licenses.";
                let record = online(call, "InvalidLicenseException", message);
                return call.error(record);
            };
            ids[place].push(sku.to_owned());
        }
    }
    let added: Vec<Json> = ids[0].iter().map(|it| json!({ "skuId": it })).collect();
    let body = json!({ "addLicenses": added, "removeLicenses": ids[1] });
    let target = format!("/v1.0/users/{id}/assignLicense");
    match stage.graph(call, "POST", &target, Some(&body), &[])? {
        Ok(_) => Ok(()),
        Err(error) => refused(call, &error, name),
    }
}
