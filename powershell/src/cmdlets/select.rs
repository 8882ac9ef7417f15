//! `Select-Object` and `Get-Unique`.

use crate::command::{Call, Cmdlet, Command, Parameter};
use crate::convert::{self, type_name};
use crate::error::{Category, ErrorRecord, Outcome, Unwind};
use crate::value::{Object, Property, Value};

use super::common::{self, Selector, Source, input, like, names_of, selectors};
use super::{UTILITY, collecting, declare};

pub(crate) fn commands() -> Vec<Command> {
    vec![
        declare(
            "Select-Object",
            UTILITY,
            "Takes objects, or properties of them.",
            vec![
                input(),
                Parameter::object("Property")
                    .at(0)
                    .in_sets(&["DefaultParameter", "SkipLastParameter"]),
                Parameter::texts("ExcludeProperty"),
                Parameter::text("ExpandProperty"),
                Parameter::switch("Unique"),
                Parameter::int("First"),
                Parameter::int("Last"),
                Parameter::int("Skip"),
                Parameter::int("SkipLast"),
                Parameter::new("Index", "System.Int32[]"),
                Parameter::switch("Wait"),
            ],
            || Box::new(Select::default()),
        )
        .by_default("DefaultParameter"),
        collecting(
            "Get-Unique",
            UTILITY,
            "Leaves out what comes twice in a row.",
            vec![
                input(),
                Parameter::switch("AsString"),
                Parameter::switch("OnType"),
            ],
            unique,
        ),
    ]
}

#[derive(Default)]
struct Select {
    seen: usize,
    written: usize,
    waiting: Vec<Value>,
    unique: Vec<Value>,
}

impl Cmdlet for Select {
    fn process(&mut self, call: &mut dyn Call) -> Outcome {
        // Without input there is nothing to select from.
        let Some(item) = call.argument("InputObject") else {
            return Ok(());
        };
        if call.is_given("Last") || call.is_given("SkipLast") || call.is_given("Index") {
            self.waiting.push(item);
            return Ok(());
        }
        let skip = common::count(call, "Skip").unwrap_or(0);
        let first = common::count(call, "First");
        self.seen += 1;
        if self.seen <= skip {
            return Ok(());
        }
        if first.is_some_and(|it| self.written >= it) {
            return Err(Unwind::PipelineDone(0));
        }
        self.written += 1;
        self.hand_on(call, &item)?;
        // The commands before need not go on.
        if first.is_some_and(|it| self.written >= it)
            && !call.switch("Unique")
            && !call.switch("Wait")
        {
            return Err(Unwind::PipelineDone(0));
        }
        Ok(())
    }

    fn end(&mut self, call: &mut dyn Call) -> Outcome {
        let mut items = std::mem::take(&mut self.waiting);
        if let Some(index) = call.argument("Index") {
            let places = index.enumerate();
            let kept = items.iter().enumerate().filter(|(at, _)| {
                places
                    .iter()
                    .any(|it| convert::equals(it, &convert::number::length(*at)))
            });
            let kept: Vec<Value> = kept.map(|(_, it)| it.clone()).collect();
            items = kept;
        } else {
            let skip = common::count(call, "Skip").unwrap_or(0);
            let first = common::count(call, "First");
            if let Some(last) = common::count(call, "Last") {
                let end = items.len().saturating_sub(skip);
                let start = end.saturating_sub(last);
                let head = first.unwrap_or(0).min(start);
                let mut kept: Vec<Value> = items[..head].to_vec();
                kept.extend_from_slice(&items[start..end]);
                items = kept;
            }
            if let Some(last) = common::count(call, "SkipLast") {
                items.truncate(items.len().saturating_sub(last));
            }
        }
        for item in items {
            self.hand_on(call, &item)?;
        }
        Ok(())
    }
}

impl Select {
    fn hand_on(&mut self, call: &mut dyn Call, item: &Value) -> Outcome {
        let results = selected(call, item)?;
        for result in results {
            if call.switch("Unique") {
                if self.unique.iter().any(|it| same(it, &result)) {
                    continue;
                }
                self.unique.push(result.clone());
            }
            call.write_whole(result)?;
        }
        Ok(())
    }
}

/// Whether two objects are the same for `-Unique`: all properties are; strings with their case.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let (one, other) = (one.properties(), other.properties());
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other.iter())
                    .all(|((name, a), (other_name, b))| {
                        name == other_name
                            && convert::to_text(&held(a)) == convert::to_text(&held(b))
                    })
        }
        _ => convert::equals_case(one, other, true),
    }
}

fn held(property: &Property) -> Value {
    match property {
        Property::Note(value) | Property::Member(value) => value.clone(),
        _ => Value::Null,
    }
}

fn selected(call: &mut dyn Call, item: &Value) -> Outcome<Vec<Value>> {
    let selectors = selectors(call, "Property")?;
    let expand = common::text(call, "ExpandProperty");
    if selectors.is_empty() && expand.is_none() {
        return Ok(vec![if call.is_given("ExcludeProperty") {
            Value::Object(projected(call, item, &[every()])?)
        } else {
            item.clone()
        }]);
    }
    let Some(name) = expand else {
        return Ok(vec![Value::Object(projected(call, item, &selectors)?)]);
    };
    let known = match item {
        Value::Object(object) => object.property(&name).is_some(),
        other => !call.member(other, &name)?.is_null(),
    };
    if !known && !has(call, item, &name)? {
        let message = format!("Property \"{name}\" cannot be found.");
        let record = ErrorRecord::new(
            message,
            "System.Management.Automation.PSArgumentException",
            "ExpandPropertyNotFound",
            Category::InvalidArgument,
        );
        call.error(record.about(item.clone()))?;
        return Ok(Vec::new());
    }
    let value = call.member(item, &name)?;
    let values = match &value {
        Value::Null => vec![Value::Null],
        other => other.enumerate(),
    };
    if selectors.is_empty() {
        return Ok(values);
    }
    // Further properties are put onto what was expanded.
    let more = projected(call, item, &selectors)?;
    let mut out = Vec::new();
    for value in values {
        let copy = match &value {
            Value::Object(_) => crate::types::object::copy(&value),
            other => other.clone(),
        };
        if let Value::Object(object) = &copy {
            for (name, property) in more.properties().iter() {
                object.add(name, property.clone());
            }
        }
        out.push(copy);
    }
    Ok(out)
}

fn has(call: &mut dyn Call, item: &Value, name: &str) -> Outcome<bool> {
    if common::is_pattern(name) {
        return Ok(names_of(item).iter().any(|it| like(name, it)));
    }
    let found = call.member(item, name)?;
    Ok(!found.is_null())
}

pub(crate) fn every() -> Selector {
    Selector {
        label: "*".to_owned(),
        source: Source::Name("*".to_owned()),
        options: Vec::new(),
    }
}

/// An object with the selected properties only.
pub(crate) fn projected(
    call: &mut dyn Call,
    item: &Value,
    selectors: &[Selector],
) -> Outcome<Object> {
    let excluded = common::texts(call, "ExcludeProperty");
    let mut properties: Vec<(String, Value)> = Vec::new();
    for selector in selectors {
        let names = match selector.pattern() {
            Some(pattern) => names_of(item)
                .into_iter()
                .filter(|it| like(pattern, it))
                .collect(),
            None => vec![selector.label.clone()],
        };
        for name in names {
            let own = |it: &str| own_name(item, it);
            let calculated = matches!(selector.source, Source::Block(_))
                || selector.label != name && selector.pattern().is_none();
            let shown = if calculated || !selector.options.is_empty() {
                name.clone()
            } else {
                own(&name)
            };
            if excluded.iter().any(|it| like(it, &shown)) {
                continue;
            }
            if properties
                .iter()
                .any(|(it, _)| it.eq_ignore_ascii_case(&shown))
            {
                if selector.pattern().is_none() {
                    call.error(exists_already(&shown, item))?;
                }
                continue;
            }
            let value = if selector.pattern().is_some() {
                call.member(item, &name)?
            } else {
                selector.value(call, item)?
            };
            properties.push((shown, value));
        }
    }
    let kind = format!("Selected.{}", type_name(item));
    let object = Object::typed(
        &[&kind, crate::value::CUSTOM, "System.Object"],
        Vec::<(&str, Value)>::new(),
        None,
    );
    for (name, value) in properties {
        object.add(&name, Property::Note(value));
    }
    Ok(object)
}

/// A property as the object itself writes it.
fn own_name(item: &Value, name: &str) -> String {
    let found = names_of(item)
        .into_iter()
        .find(|it| it.eq_ignore_ascii_case(name));
    found.unwrap_or_else(|| name.to_owned())
}

fn exists_already(name: &str, item: &Value) -> ErrorRecord {
    ErrorRecord::new(
        format!("The property cannot be processed because the property \"{name}\" already exists."),
        "System.Management.Automation.PSArgumentException",
        "AlreadyExistingUserSpecifiedPropertyNoExpand",
        Category::InvalidOperation,
    )
    .about(item.clone())
}

fn unique(items: Vec<Value>, call: &mut dyn Call) -> Outcome {
    let mut last: Option<Value> = None;
    for item in items {
        let double = last.as_ref().is_some_and(|it| {
            if call.switch("OnType") {
                type_name(it) == type_name(&item)
            } else {
                convert::to_text(it) == convert::to_text(&item)
            }
        });
        if !double {
            call.write_whole(item.clone())?;
            last = Some(item);
        }
    }
    Ok(())
}
