//! `Import-Csv`, `Export-Csv`, `ConvertTo-Csv` and `ConvertFrom-Csv`.

use crate::command::{Call, Cmdlet, Command, Impact, Parameter};
use crate::convert::{is_custom, to_display, to_text, type_name};
use crate::error::{Category, ErrorRecord, Outcome};
use crate::types;
use crate::types::encoding::Encoding;
use crate::value::{CUSTOM, Object, Property, Value};

use super::common::{self, input, names_of};
use super::csv_text::{line, records};
use super::{UTILITY, collecting, declare};

pub(crate) fn commands() -> Vec<Command> {
    let delimiter = || {
        vec![
            Parameter::new("Delimiter", "System.Char"),
            Parameter::switch("UseCulture"),
        ]
    };
    let mut import = vec![
        Parameter::texts("Path")
            .at(0)
            .piped()
            .in_sets(&["Delimiter", "CulturePath"]),
        Parameter::texts("LiteralPath")
            .or(&["PSPath"])
            .piped_by_name(),
        Parameter::texts("Header"),
        Parameter::text("Encoding"),
    ];
    import[0].sets.clear();
    import.push(Parameter::new("Delimiter", "System.Char").at(1));
    import.push(Parameter::switch("UseCulture"));
    let mut export = vec![
        input(),
        Parameter::text("Path").at(0),
        Parameter::text("LiteralPath").or(&["PSPath"]),
        Parameter::switch("Force"),
        Parameter::switch("NoClobber").or(&["NoOverwrite"]),
        Parameter::text("Encoding"),
        Parameter::switch("Append"),
        Parameter::switch("NoTypeInformation").or(&["NTI"]),
        Parameter::new("Delimiter", "System.Char").at(1),
        Parameter::switch("UseCulture"),
    ];
    export[0].mandatory = true;
    let mut to = vec![input(), Parameter::switch("NoTypeInformation").or(&["NTI"])];
    to.extend(delimiter());
    to[2].position = Some(1);
    let mut from = vec![
        Parameter::texts("InputObject").at(0).piped().nullable(),
        Parameter::texts("Header"),
    ];
    from.extend(delimiter());
    from[2].position = Some(1);
    vec![
        super::simple(
            "Import-Csv",
            UTILITY,
            "Reads objects from a CSV file.",
            import,
            import_csv,
        ),
        declare(
            "Export-Csv",
            UTILITY,
            "Writes objects to a CSV file.",
            export,
            || Box::new(Export { items: Vec::new() }),
        )
        .asking(Impact::Medium),
        collecting(
            "ConvertTo-Csv",
            UTILITY,
            "Makes CSV of objects.",
            to,
            to_csv,
        ),
        declare(
            "ConvertFrom-Csv",
            UTILITY,
            "Makes objects of CSV.",
            from,
            || Box::new(From { lines: Vec::new() }),
        ),
    ]
}

fn delimiter(call: &dyn Call) -> char {
    match call.argument("Delimiter") {
        Some(Value::Char(char)) => char,
        Some(other) => to_text(&other).chars().next().unwrap_or(','),
        // The list separator of en-US.
        None => ',',
    }
}

fn encoding(call: &dyn Call, otherwise: Option<Encoding>) -> Option<Encoding> {
    common::text(call, "Encoding")
        .and_then(|it| Encoding::named(&it))
        .or(otherwise)
}

/// The text of a value in a field, as its `ToString` makes it; nothing for what is not there.
fn field(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Array(_) | Value::Bytes(_) => Some(type_name(value).to_string()),
        Value::Object(object) if is_custom(object) => Some(to_text(value)),
        other => Some(to_display(other)),
    }
}

fn row(call: &mut dyn Call, item: &Value, names: &[String], delimiter: char) -> Outcome<String> {
    let mut fields = Vec::new();
    for name in names {
        fields.push(field(&call.member(item, name)?));
    }
    Ok(line(fields.iter().map(Option::as_deref), delimiter))
}

fn type_line(item: &Value) -> String {
    let name = match item {
        Value::Object(object) => object
            .type_names()
            .first()
            .map_or(String::new(), ToString::to_string),
        other => type_name(other).to_string(),
    };
    format!("#TYPE {name}")
}

/// The lines of objects: type, head, rows.
fn lines(call: &mut dyn Call, items: &[Value], head: bool) -> Outcome<Vec<String>> {
    let delimiter = delimiter(call);
    let Some(first) = items.first() else {
        return Ok(Vec::new());
    };
    let names = names_of(first);
    let mut all = Vec::new();
    if head {
        if !call.switch("NoTypeInformation") {
            all.push(type_line(first));
        }
        all.push(line(names.iter().map(|it| Some(it.as_str())), delimiter));
    }
    for item in items {
        all.push(row(call, item, &names, delimiter)?);
    }
    Ok(all)
}

#[expect(clippy::needless_pass_by_value, reason = "these have one signature")]
fn to_csv(items: Vec<Value>, call: &mut dyn Call) -> Outcome {
    for line in lines(call, &items, true)? {
        call.write(Value::from(line))?;
    }
    Ok(())
}

struct Export {
    items: Vec<Value>,
}

impl Cmdlet for Export {
    fn process(&mut self, call: &mut dyn Call) -> Outcome {
        self.items
            .extend(call.argument("InputObject").filter(|it| !it.is_null()));
        Ok(())
    }

    fn end(&mut self, call: &mut dyn Call) -> Outcome {
        let path = common::text(call, "Path").or_else(|| common::text(call, "LiteralPath"));
        let Some(path) = path else {
            let record = ErrorRecord::new(
                "You must specify either the -Path or -LiteralPath parameters, but not both.",
                "System.InvalidOperationException",
                "CannotSpecifyPathAndLiteralPath",
                Category::InvalidData,
            );
            return Err(record.into());
        };
        let items = std::mem::take(&mut self.items);
        let absolute = call.path(&path);
        if !call.should_process(&types::windows_path(&absolute), "Export-Csv")? {
            return Ok(());
        }
        let old = if call.switch("Append") {
            call.host().read(&absolute).ok()
        } else {
            None
        };
        if call.switch("NoClobber") && call.host().entry(&absolute).is_ok() {
            let record = ErrorRecord::new(
                format!(
                    "The file '{}' already exists.",
                    types::windows_path(&absolute)
                ),
                "System.IO.IOException",
                "NoClobber",
                Category::ResourceExists,
            );
            return Err(record.into());
        }
        let asked = encoding(call, None);
        let encoding = asked.unwrap_or(Encoding::Ascii);
        let old = old.filter(|it| !it.is_empty());
        let written = if let Some(old) = &old {
            self.appended(call, &items, old, &absolute, asked)?
        } else {
            let text = ended(&lines(call, &items, true)?);
            let bytes = [encoding.mark(), &encoding.encode(&text)].concat();
            call.host().replace(&absolute, &bytes)
        };
        written.map_err(|error| common::not_opened(call, &error, &absolute).into())
    }
}

fn ended(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|it| format!("{it}\r\n")).collect();
    lines.concat()
}

impl Export {
    /// Appends rows under the head that is there.
    fn appended(
        &self,
        call: &mut dyn Call,
        items: &[Value],
        old: &[u8],
        path: &str,
        asked: Option<Encoding>,
    ) -> Outcome<Result<(), crate::host::FileError>> {
        let _ = self;
        let text = Encoding::read(old, None);
        let delimiter = delimiter(call);
        let body = text.strip_prefix("#TYPE").map_or(text.as_str(), |it| {
            it.split_once('\n').map_or("", |(_, rest)| rest)
        });
        let names = records(body, delimiter)
            .into_iter()
            .next()
            .unwrap_or_default();
        let force = call.switch("Force");
        let mut rows = Vec::new();
        for item in items {
            let own = names_of(item);
            let missing = names
                .iter()
                .find(|it| !own.iter().any(|own| own.eq_ignore_ascii_case(it)));
            if let Some(missing) = missing.filter(|_| !force) {
                return Err(mismatch(path, missing).into());
            }
            rows.push(row(call, item, &names, delimiter)?);
        }
        // The mark of the file says what it is written in.
        let marked = [Encoding::Utf8, Encoding::Unicode, Encoding::BigEndian]
            .into_iter()
            .find(|it| old.starts_with(it.mark()));
        let encoding = marked.or(asked).unwrap_or(Encoding::Ascii);
        let break_first = if text.ends_with('\n') { "" } else { "\r\n" };
        let bytes = encoding.encode(&format!("{break_first}{}", ended(&rows)));
        Ok(call.host().append(path, &bytes))
    }
}

fn mismatch(path: &str, column: &str) -> ErrorRecord {
    let shown = types::windows_path(path);
    ErrorRecord::new(
        format!(
            "Cannot append CSV content to the following file: {shown}. The appended object does \
            not \
             have a property that corresponds to the following column: {column}. To continue with \
             mismatched properties, add the -Force parameter, and then retry the command."
        ),
        "System.InvalidOperationException",
        "CannotAppendCsvWithMismatchedPropertyNames",
        Category::InvalidData,
    )
    .about(Value::text(column))
}

fn import_csv(call: &mut dyn Call) -> Outcome {
    let mut paths = common::texts(call, "Path");
    paths.extend(common::texts(call, "LiteralPath"));
    if paths.is_empty() {
        let record = ErrorRecord::new(
            "You must specify either the -Path or -LiteralPath parameters, but not both.",
            "System.InvalidOperationException",
            "CannotSpecifyPathAndLiteralPath",
            Category::InvalidData,
        );
        return Err(record.into());
    }
    for path in paths {
        let files = common::expanded(call, &path);
        for file in files {
            let bytes = match call.host().read(&file) {
                Ok(bytes) => bytes,
                Err(error) => return Err(common::not_opened(call, &error, &file).into()),
            };
            let text = Encoding::read(&bytes, encoding(call, None));
            objects(call, &text)?;
        }
    }
    Ok(())
}

struct From {
    lines: Vec<String>,
}

impl Cmdlet for From {
    fn process(&mut self, call: &mut dyn Call) -> Outcome {
        self.lines.extend(common::texts(call, "InputObject"));
        Ok(())
    }

    fn end(&mut self, call: &mut dyn Call) -> Outcome {
        let text = self.lines.join("\r\n");
        objects(call, &text)
    }
}

/// Hands on the objects of a text.
fn objects(call: &mut dyn Call, text: &str) -> Outcome {
    let mut kind = None;
    let mut body = text;
    while let Some(rest) = body.strip_prefix('#') {
        let (first, after) = rest.split_once('\n').unwrap_or((rest, ""));
        if let Some(name) = first.strip_prefix("TYPE") {
            let name = name.trim().trim_matches('"');
            kind = (!name.is_empty()).then(|| format!("CSV:{name}"));
        } else {
            break;
        }
        body = after;
    }
    let mut rows = records(body, delimiter(call)).into_iter();
    let mut names = common::texts(call, "Header");
    if names.is_empty() {
        let Some(head) = rows.next() else {
            return Ok(());
        };
        names = head;
    }
    let mut made = false;
    for (at, name) in names.iter_mut().enumerate() {
        if name.is_empty() {
            *name = format!("H{}", at + 1);
            made = true;
        }
    }
    if made {
        call.warning(
            "One or more headers were not specified. Default names starting with \"H\" have \
            been used \
             in place of any missing headers.",
        )?;
    }
    check_doubles(&names)?;
    for row in rows {
        let mut fields = row.into_iter();
        let members: Vec<(String, Value)> = names
            .iter()
            .map(|name| (name.clone(), fields.next().map_or(Value::Null, Value::from)))
            .collect();
        call.write(Value::Object(record(kind.as_deref(), members)))?;
    }
    Ok(())
}

fn record(kind: Option<&str>, members: Vec<(String, Value)>) -> Object {
    match kind {
        None => Object::custom(members),
        Some(kind) => {
            let none: Vec<(&str, Value)> = Vec::new();
            let object = Object::typed(&[kind, CUSTOM, "System.Object"], none, None);
            for (name, value) in members {
                object.add(&name, Property::Note(value));
            }
            object
        }
    }
}

fn check_doubles(names: &[String]) -> Outcome {
    for (at, name) in names.iter().enumerate() {
        if names[..at].iter().any(|it| it.eq_ignore_ascii_case(name)) {
            let record = ErrorRecord::new(
                format!("The member \"{name}\" is already present."),
                "System.Management.Automation.ExtendedTypeSystemException",
                "AlreadyPresentPSMemberInfoInternalCollectionAdd",
                Category::NotSpecified,
            );
            return Err(record.into());
        }
    }
    Ok(())
}
