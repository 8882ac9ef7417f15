//! `Sort-Object`.

use std::cmp::Ordering;

use crate::command::{Call, Command, Parameter};
use crate::convert::{self, to_bool, to_text};
use crate::error::Outcome;
use crate::value::{Object, Value};

use super::common::{Selector, input, selectors};
use super::{UTILITY, collecting};

pub(crate) fn commands() -> Vec<Command> {
    vec![collecting(
        "Sort-Object",
        UTILITY,
        "Sorts objects.",
        vec![
            input(),
            Parameter::object("Property").at(0),
            Parameter::switch("Descending"),
            Parameter::switch("Unique"),
            Parameter::switch("CaseSensitive"),
            Parameter::text("Culture"),
        ],
        sort,
    )]
}

/// The values that an object is sorted by.
pub(crate) fn keys(
    call: &mut dyn Call,
    item: &Value,
    selectors: &[Selector],
) -> Outcome<Vec<Value>> {
    if selectors.is_empty() {
        return Ok(vec![item.clone()]);
    }
    let mut all = Vec::new();
    for selector in selectors {
        all.push(selector.value(call, item)?);
    }
    Ok(all)
}

/// How two keys stand: what can't be compared is compared as text.
pub(crate) fn order(one: &Value, other: &Value, case: bool) -> Ordering {
    match (one.is_null(), other.is_null()) {
        (true, true) => return Ordering::Equal,
        // What is not there comes last, as in Windows PowerShell.
        (true, false) => return Ordering::Less,
        (false, true) => return Ordering::Greater,
        _ => {}
    }
    let same = convert::type_name(one) == convert::type_name(other);
    let numbers =
        convert::number::as_double(one).is_some() && convert::number::as_double(other).is_some();
    if (same || numbers)
        && let Ok(order) = convert::compare(one, other, case)
    {
        return order;
    }
    convert::compare(
        &Value::from(to_text(one)),
        &Value::from(to_text(other)),
        case,
    )
    .unwrap_or(Ordering::Equal)
}

fn is_empty(item: &Value, selectors: &[Selector]) -> bool {
    item.is_null() || selectors.is_empty() && matches!(item, Value::Null)
}

fn sort(items: Vec<Value>, call: &mut dyn Call) -> Outcome {
    let mut selectors = selectors(call, "Property")?;
    // A custom object without a property to sort by is sorted by all it has, as text.
    let case = call.switch("CaseSensitive");
    if selectors.is_empty()
        && items
            .iter()
            .all(|it| matches!(it, Value::Object(it) if convert::is_custom(it)))
    {
        selectors = Vec::new();
    }
    let descending: Vec<bool> = selectors
        .iter()
        .map(
            |it| match (it.option("descending"), it.option("ascending")) {
                (Some(value), _) => to_bool(value),
                (None, Some(value)) => !to_bool(value),
                (None, None) => call.switch("Descending"),
            },
        )
        .collect();
    let descending = if descending.is_empty() {
        vec![call.switch("Descending")]
    } else {
        descending
    };
    let mut rows: Vec<(Vec<Value>, Value)> = Vec::new();
    for item in items {
        if is_empty(&item, &selectors) {
            continue;
        }
        rows.push((keys(call, &item, &selectors)?, item));
    }
    let compare = |one: &[Value], other: &[Value]| {
        let pairs = one.iter().zip(other).zip(&descending);
        let mut all = pairs.map(|((one, other), down)| {
            let order = order(&comparable(one), &comparable(other), case);
            if *down { order.reverse() } else { order }
        });
        all.find(|it| *it != Ordering::Equal)
            .unwrap_or(Ordering::Equal)
    };
    rows.sort_by(|(one, _), (other, _)| compare(one, other));
    if call.switch("Unique") {
        rows.dedup_by(|(later, _), (earlier, _)| compare(earlier, later) == Ordering::Equal);
    }
    for (_, item) in rows {
        call.write_whole(item)?;
    }
    Ok(())
}

/// What of a value can be put in order.
fn comparable(value: &Value) -> Value {
    match value {
        Value::Object(object) if crate::types::enums::value_of(object).is_none() => {
            Value::from(text_of(object, value))
        }
        Value::Array(_) | Value::Table(_) | Value::Bytes(_) => Value::from(to_text(value)),
        other => other.clone(),
    }
}

fn text_of(object: &Object, value: &Value) -> String {
    object
        .shown()
        .map_or_else(|| to_text(value), ToString::to_string)
}
