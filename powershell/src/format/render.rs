//! What a console shows of the objects that arrive at the end of a pipeline.

use crate::convert::{to_display, type_name};
use crate::types;
use crate::value::{Object, Value};

use super::shape::{Column, Formatted, Shape, Table};
use super::views::View;
use super::{date, list, table, views};

/// How members of values are found.
pub(crate) type Members<'a> = &'a mut dyn FnMut(&Value, &str) -> Value;

/// What a console of this width shows of these values, with the members that `.` finds.
pub fn render(
    values: &[Value],
    width: usize,
    members: &mut dyn FnMut(&Value, &str) -> Value,
) -> String {
    // The last column of a console stays free.
    let width = width.saturating_sub(1).max(8);
    let values = flattened(values);
    let mut out = String::new();
    let mut rest = values.as_slice();
    while let Some(first) = rest.first() {
        if let Some(text) = line_of(first) {
            out.push_str(&text);
            rest = &rest[1..];
            continue;
        }
        if let Some(formatted) = Formatted::of(first) {
            out.push_str(&drawn(formatted, width));
            rest = &rest[1..];
            continue;
        }
        // Strings in between do not end a table.
        let end = rest.iter().position(|it| {
            line_of(it).is_none() && (Formatted::of(it).is_some() || !table::same_kind(first, it))
        });
        let (group, after) = rest.split_at(end.unwrap_or(rest.len()));
        let end = group
            .iter()
            .rposition(|it| line_of(it).is_none())
            .map_or(1, |it| it + 1);
        out.push_str(&group_of(&group[..end], width, members));
        out.extend(group[end..].iter().filter_map(line_of));
        rest = after;
    }
    out
}

/// Arrays are shown by their elements, hashtables by their entries.
fn flattened(values: &[Value]) -> Vec<Value> {
    let mut all = Vec::new();
    for value in values {
        match value {
            Value::Array(_) | Value::Bytes(_) => all.extend(flattened(&value.enumerate())),
            Value::Table(table) => all.extend(types::table::entries(table)),
            other => all.push(other.clone()),
        }
    }
    all
}

/// What is shown as a line of its own.
fn line_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::DateTime(time) => Some(format!(
            "\n{}\n\n",
            date::standard(time, 'F').unwrap_or_default()
        )),
        Value::Bool(_)
        | Value::Byte(_)
        | Value::Int(_)
        | Value::Long(_)
        | Value::Double(_)
        | Value::Decimal(_)
        | Value::Char(_)
        | Value::Text(_)
        | Value::Block(_)
        | Value::Secure(_)
        | Value::Regex(_) => Some(format!("{}\n", to_display(value))),
        Value::Error(record) => Some(format!("{}\n", record.message)),
        Value::Object(object) => object_line(object, value),
        _ => None,
    }
}

fn object_line(object: &Object, value: &Value) -> Option<String> {
    if Formatted::of(value).is_some() || views::of(object).is_some() {
        return None;
    }
    let names = object.type_names();
    let is_enum = names.iter().any(|it| &**it == "System.Enum");
    let exception = names.iter().any(|it| &**it == "System.Exception");
    let matched = names
        .iter()
        .any(|it| &**it == "Microsoft.PowerShell.Commands.MatchInfo");
    if exception {
        let message = object
            .get("Message")
            .map_or(String::new(), |it| to_display(&it));
        return Some(format!("{message}\n"));
    }
    if is_enum || matched || object.properties().is_empty() {
        let text = to_display(value);
        // An object without properties shows nothing but an empty line.
        return Some(format!("{text}\n"));
    }
    None
}

fn drawn(formatted: &Formatted, width: usize) -> String {
    let mut out = String::new();
    for (head, shape) in &formatted.0 {
        if let Some(head) = head {
            out.push_str(format!("\n\n   {head}\n").as_str());
        }
        match shape {
            Shape::Table(it) => {
                out.push_str(&table::draw(it, width));
                out.push('\n');
            }
            Shape::List(entries) => out.push_str(&list::draw(entries, width)),
            Shape::Wide {
                values,
                columns,
                auto,
            } => {
                out.push_str(&list::wide(values, *columns, *auto, width));
                out.push('\n');
            }
        }
    }
    out.push('\n');
    out
}

fn group_of(group: &[Value], width: usize, members: Members<'_>) -> String {
    let objects: Vec<Value> = group
        .iter()
        .filter(|it| line_of(it).is_none())
        .cloned()
        .collect();
    let files = matches!(objects.first(), Some(Value::Object(it)) if is_file(it));
    if files {
        return drawn(&files_of(&objects, members), width);
    }
    let shape = default_shape(&objects, members);
    let Shape::Table(table) = &shape else {
        let mut out = drawn(&Formatted(vec![(None, shape)]), width);
        out.extend(group.iter().filter_map(line_of));
        return out;
    };
    // Strings stand between the rows where they came.
    let drawing = table::Drawing::new(table, width);
    let mut out = format!("\n{}", drawing.head(&table.columns));
    let mut rows = table.rows.iter();
    for value in group {
        match line_of(value) {
            Some(line) => out.push_str(&line),
            None => out.extend(rows.next().map(|it| drawing.row(it))),
        }
    }
    out.push_str("\n\n");
    out
}

fn is_file(object: &Object) -> bool {
    let first = object.type_names().first().map(AsRef::as_ref);
    matches!(
        first,
        Some("System.IO.FileInfo" | "System.IO.DirectoryInfo")
    )
}

/// Files, under the folders they are in.
fn files_of(objects: &[Value], members: Members<'_>) -> Formatted {
    let mut groups: Vec<(String, Vec<Value>)> = Vec::new();
    for object in objects {
        let folder = members(object, "PSParentPath");
        let folder = to_display(&folder);
        let folder = folder.rsplit("::").next().unwrap_or_default().to_owned();
        match groups.last_mut() {
            Some((last, files)) if *last == folder => files.push(object.clone()),
            _ => groups.push((folder, vec![object.clone()])),
        }
    }
    let shapes = groups.into_iter().map(|(folder, files)| {
        let head = format!(" Directory: {folder}\n");
        (Some(head), default_shape(&files, members))
    });
    Formatted(shapes.collect())
}

/// The shape objects of one kind have where nobody asks for another: their view, a table up to
/// four properties, a list from five on.
pub(crate) fn default_shape(objects: &[Value], members: Members<'_>) -> Shape {
    let view = match objects.first() {
        Some(Value::Object(object)) => views::of(object),
        Some(other) => views::named(&type_name(other)),
        None => None,
    };
    if let Some(view) = view {
        return in_view(view, objects, members);
    }
    let names = objects.first().map_or_else(Vec::new, names_of);
    if names.len() > 4 {
        let entries = objects.iter().map(|object| {
            let names = names_of(object);
            names
                .iter()
                .map(|name| (name.clone(), members(object, name)))
                .collect()
        });
        return Shape::List(entries.collect());
    }
    let columns = names.iter().map(|it| Column {
        label: it.clone(),
        ..Column::default()
    });
    let rows = objects
        .iter()
        .map(|object| names.iter().map(|it| members(object, it)).collect());
    Shape::Table(Table {
        columns: columns.collect(),
        rows: rows.collect(),
        auto: true,
        ..Table::default()
    })
}

/// The names of the properties that are shown.
pub(crate) fn names_of(value: &Value) -> Vec<String> {
    match value {
        Value::Object(object) => object
            .properties()
            .iter()
            .map(|(name, _)| name.to_string())
            .collect(),
        other => types::public_names(other)
            .iter()
            .map(ToString::to_string)
            .collect(),
    }
}

fn in_view(view: &View, objects: &[Value], members: Members<'_>) -> Shape {
    if view.list {
        let entries = objects.iter().map(|object| {
            view.columns
                .iter()
                .map(|it| {
                    (
                        it.label.to_owned(),
                        view_member(object, it.property, members),
                    )
                })
                .collect()
        });
        return Shape::List(entries.collect());
    }
    let columns = view.columns.iter().map(|it| Column {
        label: it.label.to_owned(),
        width: (it.width > 0).then_some(it.width),
        right: Some(it.right),
    });
    let rows = objects.iter().map(|object| {
        view.columns
            .iter()
            .map(|it| view_member(object, it.property, members))
            .collect()
    });
    Shape::Table(Table {
        columns: columns.collect(),
        rows: rows.collect(),
        auto: view.columns.iter().all(|it| it.width == 0),
        ..Table::default()
    })
}

fn view_member(object: &Value, property: &str, members: Members<'_>) -> Value {
    if let (Value::Guid(guid), "Guid") = (object, property) {
        return Value::from(guid.hyphenated().to_string());
    }
    // Every object has a length of one; a folder shows none.
    if let (Value::Object(it), "Length") = (object, property)
        && it.property(property).is_none()
    {
        return Value::Null;
    }
    match (property, members(object, property)) {
        ("LastWriteTime", Value::DateTime(time)) => {
            let day = date::standard(&time, 'd').unwrap_or_default();
            let clock = date::standard(&time, 't').unwrap_or_default();
            Value::from(format!("{day:>10}  {clock:>8}"))
        }
        (_, value) => value,
    }
}
