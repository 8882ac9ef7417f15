//! `Format-Table`, `Format-List`, `Format-Wide` and `Format-Custom`.

use crate::command::{Call, Command, Parameter};
use crate::convert::{to_bool, to_text};
use crate::error::{Outcome, Unwind};
use crate::format::composite::formatted;
use crate::format::shape::{Column, Formatted, Shape, Table};
use crate::format::views;
use crate::format::{cell, default_shape};
use crate::value::Value;

use super::common::{self, Selector, input, like, names_of, selectors};
use super::{UTILITY, collecting};

pub(crate) fn commands() -> Vec<Command> {
    let shared = || {
        vec![
            input(),
            Parameter::object("Property").at(0),
            Parameter::object("GroupBy"),
            Parameter::text("View"),
            Parameter::switch("ShowError"),
            Parameter::switch("DisplayError"),
            Parameter::switch("Force"),
            Parameter::text("Expand"),
        ]
    };
    let mut table = shared();
    table.extend([
        Parameter::switch("AutoSize"),
        Parameter::switch("HideTableHeaders"),
        Parameter::switch("Wrap"),
    ]);
    let mut wide = shared();
    wide.extend([Parameter::switch("AutoSize"), Parameter::int("Column")]);
    vec![
        collecting(
            "Format-Table",
            UTILITY,
            "Shows objects as a table.",
            table,
            format_table,
        ),
        collecting(
            "Format-List",
            UTILITY,
            "Shows objects as lists.",
            shared(),
            format_list,
        ),
        collecting(
            "Format-Wide",
            UTILITY,
            "Shows one property of each object.",
            wide,
            format_wide,
        ),
        collecting(
            "Format-Custom",
            UTILITY,
            "Shows objects as lists.",
            shared(),
            format_list,
        ),
    ]
}

/// Strings and numbers are shown as they are, whatever the shape.
fn is_plain(value: &Value) -> bool {
    !matches!(
        value,
        Value::Object(_)
            | Value::Table(_)
            | Value::Guid(_)
            | Value::Version(_)
            | Value::TimeSpan(_)
            | Value::Type(_)
            | Value::Error(_)
            | Value::DateTime(_)
    )
}

/// The objects under the values of `-GroupBy`, in the order they come.
fn grouped(call: &mut dyn Call, items: Vec<Value>) -> Outcome<Vec<(Option<String>, Vec<Value>)>> {
    let by = selectors(call, "GroupBy")?;
    let Some(by) = by.first() else {
        return Ok(vec![(None, items)]);
    };
    let mut groups: Vec<(Option<String>, Vec<Value>)> = Vec::new();
    for item in items {
        let value = by.value(call, &item)?;
        let head = Some(format!("{}: {}", by.label, cell::text(&value)));
        match groups.last_mut() {
            Some((last, items)) if *last == head => items.push(item),
            _ => groups.push((head, vec![item])),
        }
    }
    Ok(groups)
}

/// Objects as they are shown: the entries of hashtables.
fn opened(items: Vec<Value>) -> Vec<Value> {
    let mut all = Vec::new();
    for item in items {
        match item {
            Value::Table(table) => all.extend(crate::types::table::entries(&table)),
            other => all.push(other),
        }
    }
    all
}

fn shaped(
    items: Vec<Value>,
    call: &mut dyn Call,
    shape: fn(&mut dyn Call, Vec<Value>, &[Selector]) -> Outcome<Shape>,
) -> Outcome {
    let items = opened(items);
    if items.is_empty() {
        return Ok(());
    }
    if items.iter().all(is_plain) {
        return super::output::write_all(call, items);
    }
    let selectors = selectors(call, "Property")?;
    let mut shapes = Vec::new();
    for (head, items) in grouped(call, items)? {
        shapes.push((head, shape(call, items, &selectors)?));
    }
    call.write_whole(Formatted(shapes).into_value())
}

fn format_table(items: Vec<Value>, call: &mut dyn Call) -> Outcome {
    shaped(items, call, table)
}

fn format_list(items: Vec<Value>, call: &mut dyn Call) -> Outcome {
    shaped(items, call, list)
}

fn format_wide(items: Vec<Value>, call: &mut dyn Call) -> Outcome {
    shaped(items, call, wide)
}

/// The selectors with patterns replaced by the names they fit.
fn named(item: Option<&Value>, selectors: &[Selector]) -> Vec<Selector> {
    let names = item.map_or_else(Vec::new, names_of);
    let mut all = Vec::new();
    for selector in selectors {
        if let Some(pattern) = selector.pattern() {
            all.extend(
                names
                    .iter()
                    .filter(|it| like(pattern, it))
                    .map(|it| Selector {
                        label: it.clone(),
                        source: common::Source::Name(it.clone()),
                        options: Vec::new(),
                    }),
            );
        } else {
            let mut own = selector.clone();
            if let Some(name) = names.iter().find(|it| it.eq_ignore_ascii_case(&own.label)) {
                own.label.clone_from(name);
            }
            all.push(own);
        }
    }
    all
}

/// The value of a selector for a cell, in its own format.
fn shown(call: &mut dyn Call, item: &Value, selector: &Selector) -> Outcome<Value> {
    let value = selector.value(call, item)?;
    Ok(match selector.option("formatstring") {
        Some(format) => {
            let format = to_text(format);
            Value::from(formatted(&value, &format).unwrap_or_else(|| cell::text(&value)))
        }
        None => value,
    })
}

fn column(call: &dyn Call, selector: &Selector) -> Column {
    let width = selector
        .option("width")
        .and_then(|it| to_text(it).parse().ok());
    let right = selector
        .option("alignment")
        .map(|it| to_text(it).eq_ignore_ascii_case("right"));
    let _ = call;
    Column {
        label: selector.label.clone(),
        width,
        right,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "these have one signature")]
fn table(call: &mut dyn Call, items: Vec<Value>, selectors: &[Selector]) -> Outcome<Shape> {
    let auto = call.switch("AutoSize");
    let mut table = if selectors.is_empty() {
        default_table(call, &items)?
    } else {
        let selectors = named(items.first(), selectors);
        let columns = selectors.iter().map(|it| column(call, it)).collect();
        let mut rows = Vec::new();
        for item in &items {
            let mut row = Vec::new();
            for selector in &selectors {
                row.push(shown(call, item, selector)?);
            }
            rows.push(row);
        }
        Table {
            columns,
            rows,
            ..Table::default()
        }
    };
    if auto {
        table.auto = true;
        table.columns.iter_mut().for_each(|it| it.width = None);
    }
    table.wrap = call.switch("Wrap");
    table.headless = call.switch("HideTableHeaders");
    Ok(Shape::Table(table))
}

/// A table of what objects of this kind show: their view, or all they have.
fn default_table(call: &mut dyn Call, items: &[Value]) -> Outcome<Table> {
    let view = match items.first() {
        Some(Value::Object(object)) => views::of(object),
        Some(other) => views::named(&crate::convert::type_name(other)),
        None => None,
    };
    if view.is_some_and(|it| !it.list) {
        let mut failed = None;
        let shape = default_shape(items, &mut |value, name| {
            call.member(value, name).unwrap_or_else(|unwind| {
                failed = Some(unwind);
                Value::Null
            })
        });
        if let Some(unwind) = failed.filter(|it| !matches!(it, Unwind::Error(_))) {
            return Err(unwind);
        }
        if let Shape::Table(table) = shape {
            return Ok(table);
        }
    }
    let names: Vec<String> = match view {
        Some(view) => view.columns.iter().map(|it| it.label.to_owned()).collect(),
        None => items.first().map_or_else(Vec::new, names_of),
    };
    let mut rows = Vec::new();
    for item in items {
        let mut row = Vec::new();
        for name in &names {
            row.push(call.member(item, name)?);
        }
        rows.push(row);
    }
    // More than ten columns are no use.
    let columns = names.into_iter().take(10).map(|label| Column {
        label,
        ..Column::default()
    });
    Ok(Table {
        columns: columns.collect(),
        rows,
        ..Table::default()
    })
}

#[expect(clippy::needless_pass_by_value, reason = "these have one signature")]
fn list(call: &mut dyn Call, items: Vec<Value>, selectors: &[Selector]) -> Outcome<Shape> {
    let mut entries = Vec::new();
    for item in &items {
        let mut entry = Vec::new();
        if selectors.is_empty() {
            let names = match item {
                Value::Object(object) => match views::of(object) {
                    Some(view) if view.list => {
                        view.columns.iter().map(|it| it.label.to_owned()).collect()
                    }
                    _ => names_of(item),
                },
                other => names_of(other),
            };
            for name in names {
                let value = call.member(item, &name)?;
                entry.push((name, value));
            }
        }
        for selector in named(Some(item), selectors) {
            // A property that is not there leaves no line.
            let value = shown(call, item, &selector)?;
            if value.is_null() && !is_there(item, &selector) {
                continue;
            }
            entry.push((selector.label, value));
        }
        entries.push(entry);
    }
    Ok(Shape::List(entries))
}

fn is_there(item: &Value, selector: &Selector) -> bool {
    match (&selector.source, item) {
        (common::Source::Name(name), Value::Object(object)) => object.property(name).is_some(),
        _ => true,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "these have one signature")]
fn wide(call: &mut dyn Call, items: Vec<Value>, selectors: &[Selector]) -> Outcome<Shape> {
    let mut values = Vec::new();
    for item in &items {
        let selectors = named(Some(item), selectors);
        let value = if let Some(selector) = selectors.first() {
            selector.value(call, item)?
        } else {
            let names = names_of(item);
            let usual = names
                .iter()
                .find(|it| ["Name", "DisplayName"].contains(&it.as_str()));
            match usual.or_else(|| names.first()) {
                Some(name) => call.member(item, name)?,
                None => Value::Null,
            }
        };
        values.push(value);
    }
    let auto = call.argument("AutoSize").is_some_and(|it| to_bool(&it));
    Ok(Shape::Wide {
        values,
        columns: common::count(call, "Column"),
        auto,
    })
}
