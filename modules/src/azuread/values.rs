//! Names, filters, objects and requests of the old module.

use powershell::command::Call;
use powershell::error::Outcome;
use powershell::value::{Object, Table, Value};
use serde_json::{Map, Value as Json, json};

use super::{Era, Noun, RENAMED, USER, Verb, fail, signed_in};
use crate::graph::{encode, relative};
use crate::json::{camel, date, pascal, plain, to_json};
use crate::stage::Stage;

/// The name of a property here.
pub(super) fn here(graph: &str) -> String {
    let found = RENAMED.iter().find(|(_, it)| *it == graph);
    found.map_or_else(|| pascal(graph), |(name, _)| (*name).to_owned())
}

/// The name of a property in Graph.
pub(super) fn there(name: &str) -> String {
    let found = RENAMED.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
    found.map_or_else(|| camel(name), |(_, graph)| (*graph).to_owned())
}

/// A filter with the names of Graph in it; what stands in quotes stays as it is.
pub(super) fn filter(text: &str) -> String {
    let mut translated = String::with_capacity(text.len());
    for (place, part) in text.split('\'').enumerate() {
        if place > 0 {
            translated.push('\'');
        }
        if place % 2 == 1 {
            translated.push_str(part);
            continue;
        }
        let mut word = String::new();
        for letter in part.chars().chain([' ']) {
            if letter.is_alphanumeric() {
                word.push(letter);
                continue;
            }
            let renamed = RENAMED
                .iter()
                .find(|(it, _)| it.eq_ignore_ascii_case(&word));
            translated.push_str(renamed.map_or(word.as_str(), |(_, graph)| graph));
            word.clear();
            translated.push(letter);
        }
        translated.pop();
    }
    translated
}

pub(super) fn class_of(json: &Json, otherwise: &'static str) -> &'static str {
    match json["@odata.type"]
        .as_str()
        .and_then(|it| it.rsplit('.').next())
    {
        Some("user") => "User",
        Some("group") => "Group",
        Some("orgContact") => "Contact",
        Some("directoryRole") => "DirectoryRole",
        _ => otherwise,
    }
}

pub(super) fn object(json: &Json, class: &str) -> Value {
    let mut properties: Vec<(String, Value)> = Vec::new();
    for (name, value) in json.as_object().into_iter().flatten() {
        if name.starts_with('@') {
            continue;
        }
        let value = match value {
            Json::String(text) => date(text).unwrap_or_else(|| Value::text(text)),
            Json::Array(values) if name == "businessPhones" => {
                values.first().map_or(Value::Null, plain)
            }
            Json::Array(values) if values.iter().all(Json::is_string) => {
                Value::texts(values.iter().filter_map(Json::as_str))
            }
            Json::Array(values) => Value::array(values.iter().map(|it| object(it, "Item"))),
            Json::Object(_) => object(value, "Item"),
            other => plain(other),
        };
        properties.push((here(name), value));
    }
    if matches!(class, "User" | "Group" | "Contact") {
        properties.push(("ObjectType".to_owned(), Value::text(class)));
        properties.push((
            "ExtensionProperty".to_owned(),
            Value::Table(Table::new(false)),
        ));
    }
    properties.sort_by(|(one, _), (other, _)| one.cmp(other));
    let full = format!("Microsoft.Open.AzureAD.Model.{class}");
    let shown = format!("class {class} {{\n}}\n");
    Value::Object(Object::typed(
        &[full.as_str(), "System.Object"],
        properties,
        Some(&shown),
    ))
}

pub(super) fn id(call: &dyn Call) -> String {
    crate::given(call, "ObjectId")
}

pub(super) fn get(stage: &Stage, era: Era, noun: Noun, call: &mut dyn Call) -> Outcome {
    let id = id(call);
    let nested = noun.path.contains("{}");
    let mut options = Vec::new();
    if noun.class == "User" {
        options.push(format!("$select={USER}"));
    }
    let path = if nested {
        format!("/v1.0{}", noun.path.replace("{}", &encode(&id)))
    } else if id.is_empty() && !call.is_given("ObjectId") {
        format!("/v1.0{}", noun.path)
    } else {
        format!("/v1.0{}/{}", noun.path, encode(&id))
    };
    let single = (!nested && !id.is_empty()) || noun.path.ends_with("/manager");
    let everything = match call.argument("All") {
        Some(Value::Bool(on)) => on,
        Some(Value::Null) | None => false,
        Some(other) => crate::text(&other).eq_ignore_ascii_case("true"),
    };
    let top = call.int("Top").and_then(|it| usize::try_from(it).ok());
    if !single {
        if let Some(text) = call.text("Filter") {
            options.push(format!("$filter={}", encode(&filter(&text))));
        } else if let Some(search) = call.text("SearchString") {
            let quoted = search.replace('\'', "''");
            let names: &[&str] = if noun.class == "User" {
                &["displayName", "userPrincipalName", "mail"]
            } else {
                &["displayName", "mail"]
            };
            let parts = names
                .iter()
                .map(|it| format!("startswith({it},'{quoted}')"));
            let text = parts.collect::<Vec<_>>().join(" or ");
            options.push(format!("$filter={}", encode(&text)));
        }
        if matches!(noun.class, "User" | "Group" | "Contact") {
            options.push(format!("$top={}", top.unwrap_or(100).clamp(1, 999)));
        }
    }
    let mut target = path;
    if !options.is_empty() {
        target = format!("{target}?{}", options.join("&"));
    }
    let mut left = if everything {
        usize::MAX
    } else {
        top.unwrap_or(100)
    };
    loop {
        let body = match stage.graph(call, "GET", &target, None, &[])? {
            Ok(body) => body,
            Err(error) => return fail(call, era, &error),
        };
        let Some(values) = body["value"].as_array() else {
            return call.write_whole(object(&body, class_of(&body, noun.class)));
        };
        for value in values {
            if left == 0 {
                return Ok(());
            }
            left -= 1;
            call.write_whole(object(value, class_of(value, noun.class)))?;
        }
        match body["@odata.nextLink"].as_str() {
            Some(link) => target = relative(link),
            None => return Ok(()),
        }
    }
}

/// The body that the arguments make. What is `$null` is left out, as the old module left it out.
pub(super) fn body(call: &dyn Call) -> Json {
    let mut map = Map::new();
    for (name, value) in call.arguments() {
        if &*name == "ObjectId" || value.is_null() {
            continue;
        }
        let json = match &*name {
            "TelephoneNumber" => json!([crate::text(&value)]),
            "PasswordProfile" => match to_json(&value) {
                Json::Object(profile) => {
                    let spelled = profile
                        .into_iter()
                        .map(|(name, value)| (camel(&name), value));
                    Json::Object(spelled.collect())
                }
                other => other,
            },
            _ => to_json(&value),
        };
        map.insert(there(&name), json);
    }
    Json::Object(map)
}

pub(super) fn write(
    stage: &Stage,
    era: Era,
    noun: Noun,
    verb: Verb,
    call: &mut dyn Call,
) -> Outcome {
    let body = body(call);
    if verb == Verb::Set && body.as_object().is_some_and(Map::is_empty) {
        return Ok(());
    }
    let (method, target) = match verb {
        Verb::Set => ("PATCH", format!("/v1.0{}/{}", noun.path, encode(&id(call)))),
        _ => ("POST", format!("/v1.0{}", noun.path)),
    };
    match stage.graph(call, method, &target, Some(&body), &[])? {
        Ok(Json::Null) => Ok(()),
        Ok(answer) => call.write_whole(object(&answer, noun.class)),
        Err(error) => fail(call, era, &error),
    }
}

pub(super) fn remove(
    stage: &Stage,
    era: Era,
    noun: Noun,
    verb: Verb,
    call: &mut dyn Call,
) -> Outcome {
    let id = encode(&id(call));
    let other = crate::given(call, "RefObjectId");
    let collection = noun.path.replace("{}", &id);
    let answer = match verb {
        Verb::Add => {
            let link = format!("https://graph.microsoft.com/v1.0/directoryObjects/{other}");
            let body = json!({ "@odata.id": link });
            stage.graph(
                call,
                "POST",
                &format!("/v1.0{collection}/$ref"),
                Some(&body),
                &[],
            )?
        }
        Verb::SetLink => {
            let link = format!("https://graph.microsoft.com/v1.0/directoryObjects/{other}");
            let body = json!({ "@odata.id": link });
            let target = format!("/v1.0{collection}/$ref");
            stage.graph(call, "PUT", &target, Some(&body), &[])?
        }
        Verb::Unset => {
            let target = format!("/v1.0{collection}/$ref");
            stage.graph(call, "DELETE", &target, None, &[])?
        }
        Verb::RemoveLink => {
            let target = format!("/v1.0{collection}/{}/$ref", encode(&other));
            stage.graph(call, "DELETE", &target, None, &[])?
        }
        Verb::Restore => {
            let mut map = Map::new();
            if call.switch("AutoReconcileProxyConflict") {
                map.insert("autoReconcileProxyConflict".to_owned(), json!(true));
            }
            if let Some(name) = call.text("NewUserPrincipalName") {
                map.insert("newUserPrincipalName".to_owned(), json!(&*name));
            }
            let body = Json::Object(map);
            let target = format!("/v1.0{}/{id}/restore", noun.path);
            stage.graph(call, "POST", &target, Some(&body), &[])?
        }
        _ => stage.graph(
            call,
            "DELETE",
            &format!("/v1.0{}/{id}", noun.path),
            None,
            &[],
        )?,
    };
    match answer {
        Ok(Json::Null) => Ok(()),
        Ok(answer) if verb == Verb::Restore => {
            call.write_whole(object(&answer, class_of(&answer, noun.class)))
        }
        Ok(_) => Ok(()),
        Err(error) => fail(call, era, &error),
    }
}

pub(super) fn set_licence(stage: &Stage, era: Era, call: &mut dyn Call) -> Outcome {
    signed_in(stage, call, era)?;
    let given = call
        .argument("AssignedLicenses")
        .map(|it| to_json(&it))
        .unwrap_or_default();
    let find = |key: &str| {
        let map = given.as_object();
        let found = map.and_then(|map| map.iter().find(|(it, _)| it.eq_ignore_ascii_case(key)));
        found.map_or(Json::Null, |(_, value)| value.clone())
    };
    let list = |json: Json| match json {
        Json::Array(values) => values,
        Json::Null => Vec::new(),
        other => vec![other],
    };
    let sku = |json: &Json| match json {
        Json::Object(map) => map
            .iter()
            .find(|(it, _)| it.eq_ignore_ascii_case("skuId"))
            .map_or(Json::Null, |(_, value)| value.clone()),
        other => other.clone(),
    };
    let add: Vec<Json> = list(find("AddLicenses"))
        .iter()
        .map(|it| json!({ "skuId": sku(it) }))
        .collect();
    let remove: Vec<Json> = list(find("RemoveLicenses")).iter().map(sku).collect();
    let body = json!({ "addLicenses": add, "removeLicenses": remove });
    let target = format!("/v1.0/users/{}/assignLicense", encode(&id(call)));
    match stage.graph(call, "POST", &target, Some(&body), &[])? {
        Ok(_) => Ok(()),
        Err(error) => fail(call, era, &error),
    }
}
