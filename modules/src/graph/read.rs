//! `Get-Mg…`.

use std::fmt::Write as _;

use powershell::command::{Call, Parameter};
use powershell::error::{Category, ErrorRecord, Outcome};
use powershell::value::Value;
use serde_json::Value as Json;

use super::table::Verb;
use super::{Route, cloud_error, connection_needed, entity_object};
use crate::stage::Remote;

/// What every reading cmdlet takes.
pub(super) fn parameters() -> Vec<Parameter> {
    let mut all = vec![
        Parameter::texts("Property").or(&["Select"]),
        Parameter::texts("ExpandProperty").or(&["Expand"]),
        Parameter::text("Filter"),
        Parameter::text("Search"),
        Parameter::texts("Sort").or(&["OrderBy"]),
        Parameter::int("Top").or(&["Limit"]),
        Parameter::int("Skip"),
        Parameter::int("PageSize"),
        Parameter::switch("All"),
        Parameter::text("ConsistencyLevel"),
        Parameter::text("CountVariable").or(&["CV"]),
    ];
    all.extend(super::write::common());
    all
}

/// Percent-encodes a part of a path or the value of an option.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~$,()'@".contains(&byte) {
            encoded.push(byte as char);
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// The path of a route with the ids that were given; the last id may be missing.
pub(super) fn path(route: &Route, call: &dyn Call) -> String {
    let mut path = String::from(route.version.root());
    for part in route.path.split('/').skip(1) {
        let id = part.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
        match id {
            None => {
                path.push('/');
                path.push_str(part);
            }
            Some(parameter) => {
                if let Some(id) = id_of(call, parameter).filter(|it| !it.is_empty()) {
                    path.push('/');
                    path.push_str(&encode(&id));
                }
            }
        }
    }
    path
}

/// An id: the argument, or the id of the object that was given whole.
pub(super) fn id_of(call: &dyn Call, parameter: &str) -> Option<String> {
    if let Some(text) = call.text(parameter) {
        return Some(text.to_string());
    }
    let whole = call.argument("InputObject")?;
    let Value::Object(object) = &whole else {
        let Value::Table(table) = &whole else {
            return None;
        };
        return table.get_text(parameter).map(|it| crate::text(&it));
    };
    let found = object.get(parameter).or_else(|| object.get("Id"));
    found.map(|it| crate::text(&it))
}

/// The options of a query, as the cmdlet's parameters say.
fn options(call: &dyn Call, paged: bool) -> Vec<String> {
    let list = |parameter: &str| {
        let values = call.texts(parameter);
        let parts: Vec<String> = values
            .iter()
            .flat_map(|value| value.split(','))
            .map(|it| crate::json::camel(it.trim()))
            .filter(|it| !it.is_empty())
            .collect();
        (!parts.is_empty()).then(|| parts.join(","))
    };
    let mut options = Vec::new();
    let mut push = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            options.push(format!("{name}={}", encode(&value)));
        }
    };
    push("$select", list("Property"));
    push("$expand", list("ExpandProperty"));
    push("$filter", call.text("Filter").map(|it| it.to_string()));
    push("$search", call.text("Search").map(|it| it.to_string()));
    push("$orderby", list("Sort"));
    if paged {
        let page = call
            .int("PageSize")
            .or_else(|| call.int("Top"))
            .map(|it| it.clamp(1, 999));
        let page = page.or_else(|| call.switch("All").then_some(999));
        push("$top", page.map(|it| it.to_string()));
    }
    let advanced = call.is_given("ConsistencyLevel") || call.is_given("CountVariable");
    push("$count", (advanced && paged).then(|| "true".to_owned()));
    options
}

/// What every cmdlet asks first.
pub(super) fn signed_in(route: &Route, call: &mut dyn Call) -> Outcome {
    if route.stage.is_connected(Remote::Graph) {
        return Ok(());
    }
    Err(connection_needed(call).into())
}

/// `Get-Mg…`.
pub(super) fn get(route: &Route, call: &mut dyn Call) -> Outcome {
    signed_in(route, call)?;
    if let Some(last) = super::ids(route.path).last() {
        // An empty id that was given is refused, not taken as none.
        let given = call.argument(last);
        let empty = given.is_some_and(|it| crate::text(&it).is_empty());
        if empty && route.path.ends_with('}') {
            let message = format!(
                "Cannot bind argument to parameter '{last}' because it is an empty string."
            );
            let id = "ParameterArgumentValidationErrorEmptyStringNotAllowed";
            let exception = "System.Management.Automation.ParameterBindingValidationException";
            let category = Category::InvalidData;
            return Err(ErrorRecord::new(message, exception, id, category).into());
        }
    }
    let by_id = route.path.ends_with('}')
        && super::ids(route.path)
            .last()
            .is_some_and(|id| id_of(call, id).is_some());
    let paged = !by_id && !matches!(route.verb, Verb::One | Verb::Count);
    let query = options(call, paged).join("&");
    let mut target = path(route, call);
    if !query.is_empty() {
        target = format!("{target}?{query}");
    }
    let level = call.text("ConsistencyLevel").map(|it| it.to_string());
    let level = level.or_else(|| (route.verb == Verb::Count).then(|| "eventual".to_owned()));
    let own = super::request::headers(call);
    let mut headers: Vec<(&str, &str)> = level
        .iter()
        .map(|it| ("consistencylevel", it.as_str()))
        .collect();
    let given = own
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    headers.extend(given.filter(|(name, _)| level.is_none() || *name != "consistencylevel"));
    let everything = call.switch("All");
    let mut left = call
        .int("Top")
        .filter(|_| !everything)
        .and_then(|it| usize::try_from(it).ok());
    let mut skip = call
        .int("Skip")
        .and_then(|it| usize::try_from(it).ok())
        .unwrap_or(0);
    let mut counted = false;
    loop {
        let body = match route.stage.graph(call, "GET", &target, None, &headers)? {
            Ok(body) => body,
            Err(error) => {
                let record = cloud_error(call, &error);
                return call.error(record);
            }
        };
        let Some(values) = body["value"].as_array().filter(|_| !by_id) else {
            return call.write_whole(entity_object(&body, route.entity));
        };
        if let (false, Some(count)) = (counted, body["@odata.count"].as_i64()) {
            if let Some(variable) = call.text("CountVariable") {
                call.set_variable(
                    &variable,
                    Value::Int(i32::try_from(count).unwrap_or(i32::MAX)),
                );
            }
            counted = true;
        }
        for value in values {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            if left == Some(0) {
                return Ok(());
            }
            left = left.map(|it| it - 1);
            call.write_whole(entity_object(value, route.entity))?;
        }
        let next = body["@odata.nextLink"].as_str().map(relative);
        match next {
            // Without -All and -Top, the first page is all there is.
            Some(next) if everything || left.is_some_and(|it| it > 0) => target = next,
            _ => return Ok(()),
        }
    }
}

/// A link without its scheme and host.
pub(crate) fn relative(link: &str) -> String {
    let rest = link.split_once("://").map_or(link, |(_, rest)| rest);
    rest.find('/')
        .map_or_else(|| "/".to_owned(), |at| rest[at..].to_owned())
}

/// Whether an answer says nothing.
pub(super) fn is_nothing(body: &Json) -> bool {
    body.is_null()
}
