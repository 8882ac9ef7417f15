//! `New-Mg…`, `Update-Mg…`, `Remove-Mg…`, `Restore-Mg…` and the references.

use mock_cloud::odata::schema::{Edm, EdmKind, properties_of};
use powershell::command::{Call, Impact, Parameter};
use powershell::error::{ErrorRecord, Outcome};
use powershell::value::Value;
use serde_json::{Map, Value as Json, json};

use super::read::{encode, id_of, is_nothing, path, signed_in};
use super::table::{Action, Verb};
use super::{Route, Version, cloud_error, entity_object, ids};
use crate::declare::{Offer, Plan};
use crate::json::{pascal, to_json};
use crate::stage::{CloudError, Stage};

/// What every cmdlet of the SDK takes besides.
pub(super) fn common() -> Vec<Parameter> {
    vec![
        Parameter::object("Headers"),
        Parameter::text("ResponseHeadersVariable").or(&["RHV"]),
        Parameter::switch("Break"),
        Parameter::object("HttpPipelineAppend"),
        Parameter::object("HttpPipelinePrepend"),
        Parameter::text("Proxy"),
        Parameter::object("ProxyCredential"),
        Parameter::switch("ProxyUseDefaultCredentials"),
    ]
}

/// The parameters for the properties of a type, and `-BodyParameter`.
pub(super) fn body_parameters(entity: &str) -> Vec<Parameter> {
    let mut all: Vec<Parameter> = Vec::new();
    for facts in properties_of(entity).chain(properties_of("directoryObject")) {
        let name = pascal(facts.name);
        if facts.name.contains('/') || all.iter().any(|it| *it.name == *name) {
            continue;
        }
        let kind = match facts.edm {
            Edm {
                kind: EdmKind::Boolean,
                collection: false,
                ..
            } => "System.Management.Automation.SwitchParameter",
            Edm {
                kind: EdmKind::String | EdmKind::Guid,
                collection: true,
                ..
            } => "System.String[]",
            Edm {
                kind: EdmKind::String | EdmKind::Guid,
                ..
            } => "System.String",
            Edm {
                kind: EdmKind::DateTimeOffset,
                ..
            } => "System.DateTime",
            Edm {
                kind: EdmKind::Int32,
                ..
            } => "System.Int32",
            _ => "System.Object",
        };
        all.push(Parameter::new(&name, kind).nullable());
    }
    if matches!(entity, "onPremisesSyncBehavior") {
        all.push(Parameter::switch("IsCloudManaged"));
    }
    if entity == "onPremisesDirectorySynchronization" {
        all.push(Parameter::object("Features"));
        all.push(Parameter::object("Configuration"));
    }
    all.push(Parameter::object("BodyParameter"));
    all.push(Parameter::object("AdditionalProperties"));
    all.push(Parameter::switch("PassThru"));
    all.extend(common());
    all
}

/// What is not part of the body although it is a parameter.
const NOT_BODY: [&str; 12] = [
    "BodyParameter",
    "InputObject",
    "PassThru",
    "Headers",
    "ResponseHeadersVariable",
    "Break",
    "HttpPipelineAppend",
    "HttpPipelinePrepend",
    "Proxy",
    "ProxyCredential",
    "ProxyUseDefaultCredentials",
    "AdditionalProperties",
];

/// The body that the arguments make. A `$null` for a string is sent as an empty string: the SDK
/// can't tell the two apart.
fn body(route: &Route, call: &dyn Call) -> Json {
    let mut map = Map::new();
    let merge = |map: &mut Map<String, Json>, value: Option<Value>| {
        let value = value.as_ref().map(to_json);
        if let Some(Json::Object(given)) = value {
            map.extend(
                given
                    .into_iter()
                    .map(|(name, value)| (known(route.entity, &name), value)),
            );
        }
    };
    merge(&mut map, call.argument("BodyParameter"));
    merge(&mut map, call.argument("AdditionalProperties"));
    let path_ids: Vec<&str> = ids(route.path).collect();
    for (name, value) in call.arguments() {
        if NOT_BODY.contains(&&*name) || path_ids.contains(&&*name) {
            continue;
        }
        let property = known(route.entity, &name);
        let is_text = properties_of(route.entity)
            .any(|it| it.name == property && it.edm.kind == EdmKind::String && !it.edm.collection);
        let value = if value.is_null() && is_text {
            json!("")
        } else {
            to_json(&value)
        };
        map.insert(property, value);
    }
    Json::Object(map)
}

/// The spelling of a property in Graph, whatever its case in the script.
fn known(entity: &str, name: &str) -> String {
    let found = properties_of(entity).find(|it| it.name.eq_ignore_ascii_case(name));
    found.map_or_else(|| crate::json::camel(name), |it| it.name.to_owned())
}

/// The target as `-WhatIf` names it.
fn target_words(route: &Route) -> (String, String) {
    let method = match route.verb {
        Verb::Remove => "DELETE",
        Verb::Update => "PATCH",
        _ => "POST",
    };
    (
        format!("Call remote '{} {}' operation", method, route.path),
        format!("{}{}", route.verb.word(), "Mg"),
    )
}

fn report(call: &mut dyn Call, error: &CloudError) -> Outcome {
    let record: ErrorRecord = cloud_error(call, error);
    call.error(record)
}

/// Creates, changes, deletes or restores.
pub(super) fn write(route: &Route, call: &mut dyn Call) -> Outcome {
    signed_in(route, call)?;
    let (target, action) = target_words(route);
    if !call.should_process(&target, &action)? {
        return Ok(());
    }
    let path = path(route, call);
    let (method, path, body) = match route.verb {
        Verb::New => ("POST", path, Some(body(route, call))),
        Verb::Update => ("PATCH", path, Some(body(route, call))),
        Verb::Restore => {
            let sent = body(route, call);
            let sent = sent
                .as_object()
                .is_some_and(|it| !it.is_empty())
                .then_some(sent);
            ("POST", format!("{path}/restore"), sent)
        }
        _ => ("DELETE", path, None),
    };
    match route.stage.graph(call, method, &path, body.as_ref(), &[])? {
        Err(error) => report(call, &error),
        Ok(_) if call.switch("PassThru") => call.write(Value::Bool(true)),
        Ok(answer) if is_nothing(&answer) => Ok(()),
        Ok(answer) => call.write_whole(entity_object(&answer, route.entity)),
    }
}

/// Adds, sets or removes a reference.
pub(super) fn reference(route: &Route, call: &mut dyn Call) -> Outcome {
    signed_in(route, call)?;
    if !call.should_process(route.path, route.verb.word())? {
        return Ok(());
    }
    let base = path(route, call);
    let base = base.strip_suffix("/$ref").unwrap_or(&base).to_owned();
    let given = call.text("OdataId").map(|it| it.to_string());
    let id = id_of(call, "DirectoryObjectId");
    let link = given.or_else(|| {
        let id = id.as_ref()?;
        Some(format!(
            "https://graph.microsoft.com/v1.0/directoryObjects/{id}"
        ))
    });
    let answer = match route.verb {
        Verb::RemoveRef => {
            let path = match &id {
                Some(id) => format!("{base}/{}/$ref", encode(id)),
                None => format!("{base}/$ref"),
            };
            route.stage.graph(call, "DELETE", &path, None, &[])?
        }
        verb => {
            let method = if verb == Verb::SetRef { "PUT" } else { "POST" };
            let whole = call
                .argument("BodyParameter")
                .or_else(|| call.argument("AdditionalProperties"))
                .map(|it| to_json(&it));
            let body = whole.unwrap_or_else(|| json!({ "@odata.id": link }));
            route
                .stage
                .graph(call, method, &format!("{base}/$ref"), Some(&body), &[])?
        }
    };
    match answer {
        Err(error) => report(call, &error),
        Ok(_) => Ok(()),
    }
}

/// Declares an action.
pub(super) fn declare_action(
    offer: &mut Offer,
    stage: &Stage,
    version: Version,
    action: &'static Action,
) {
    let name = format!("{}-{}{}", action.verb, version.prefix(), action.noun);
    let mut parameters: Vec<Parameter> = ids(action.path)
        .map(|id| Parameter::text(id).mandatory().piped_by_name())
        .collect();
    for (name, kind) in action.body {
        parameters.push(Parameter::new(&pascal(name), kind).piped_by_name());
    }
    parameters.push(Parameter::object("BodyParameter"));
    parameters.push(Parameter::object("InputObject").piped());
    parameters.push(Parameter::object("AdditionalProperties"));
    parameters.push(Parameter::switch("PassThru"));
    parameters.extend(common());
    let route = Route {
        stage: stage.clone(),
        version,
        path: action.path,
        entity: action.entity,
        verb: Verb::Act,
    };
    let about = format!("POST {} of Microsoft Graph.", action.path);
    let class = name.replace('-', "");
    let class = format!("Microsoft.Graph.PowerShell.Cmdlets.{class}_Expanded");
    let plan = Plan::new(name, parameters, &about)
        .asking(Impact::Medium)
        .class(class);
    offer.offer(plan, move |call| act(&route, action, call));
}

fn act(route: &Route, action: &Action, call: &mut dyn Call) -> Outcome {
    signed_in(route, call)?;
    let reads = action.verb == "Get";
    if !reads && !call.should_process(action.path, action.verb)? {
        return Ok(());
    }
    let mut map = Map::new();
    if let Some(Json::Object(given)) = call.argument("BodyParameter").map(|it| to_json(&it)) {
        map.extend(given);
    }
    for (name, kind) in action.body {
        let given = call.argument(&pascal(name));
        if *name == "directoryObjectId" {
            let id = given.map(|it| crate::text(&it)).unwrap_or_default();
            let link = format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}");
            map.insert("@odata.id".to_owned(), json!(link));
            continue;
        }
        let is_list = kind.ends_with("[]");
        let value = match given {
            Some(Value::Null) | None if is_list => json!([]),
            Some(value) if is_list => value.enumerate().iter().map(licence).collect(),
            Some(value) => to_json(&value),
            None => json!(false),
        };
        if !map.contains_key(*name) {
            map.insert((*name).to_owned(), value);
        }
    }
    let path = path(route, call);
    match route
        .stage
        .graph(call, "POST", &path, Some(&Json::Object(map)), &[])?
    {
        Err(error) => report(call, &error),
        Ok(answer) if is_nothing(&answer) || action.entity.is_empty() => Ok(()),
        Ok(answer) => match answer["value"].as_array() {
            Some(values) => values
                .iter()
                .try_for_each(|value| call.write_whole(entity_object(value, action.entity))),
            None => call.write_whole(entity_object(&answer, action.entity)),
        },
    }
}

/// An entry of a list; the names in a hashtable keep no case, so they are set right here.
fn licence(value: &Value) -> Json {
    match to_json(value) {
        Json::Object(map) => {
            let spelled = map.into_iter().map(|(name, value)| {
                let names = ["skuId", "disabledPlans"];
                let known = names.iter().find(|it| it.eq_ignore_ascii_case(&name));
                (known.map_or(name.clone(), |it| (*it).to_owned()), value)
            });
            Json::Object(spelled.collect())
        }
        other => other,
    }
}
