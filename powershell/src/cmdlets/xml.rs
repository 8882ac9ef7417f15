//! `Select-Xml`, `ConvertTo-Xml`, `Export-Clixml` and `Import-Clixml`.

mod clixml;

use crate::command::{Call, Cmdlet, Command, Impact, Parameter};
use crate::convert::{to_text, type_name};
use crate::error::{Category, ErrorRecord, Outcome};
use crate::types::encoding::Encoding;
use crate::types::xml::{self, Kind, Node, adopt, node, set_attribute};
use crate::value::{Property, Value};

use super::common::{self, Collecting, input};
use super::{UTILITY, declare, simple};

pub(crate) fn commands() -> Vec<Command> {
    vec![
        simple(
            "Select-Xml",
            UTILITY,
            "Finds nodes of XML.",
            vec![
                Parameter::text("XPath").at(0).mandatory(),
                Parameter::texts("Path").at(1),
                Parameter::texts("LiteralPath").or(&["PSPath"]),
                Parameter::object("Xml").or(&["Node"]).piped().at(1),
                Parameter::texts("Content"),
                Parameter::object("Namespace"),
            ],
            select,
        ),
        declare(
            "ConvertTo-Xml",
            UTILITY,
            "Writes objects as XML.",
            vec![
                input(),
                Parameter::int("Depth"),
                Parameter::switch("NoTypeInformation"),
                Parameter::text("As").one_of(&["Stream", "String", "Document"]),
            ],
            || Box::new(Collecting::new(convert)),
        ),
        declare(
            "Export-Clixml",
            UTILITY,
            "Writes objects to a file so that they can be read again.",
            vec![
                input(),
                Parameter::text("Path").at(0),
                Parameter::text("LiteralPath").or(&["PSPath"]),
                Parameter::int("Depth"),
                Parameter::text("Encoding"),
                Parameter::switch("Force"),
                Parameter::switch("NoClobber"),
            ],
            || Box::new(Export { items: Vec::new() }),
        )
        .asking(Impact::Medium),
        simple(
            "Import-Clixml",
            UTILITY,
            "Reads objects that Export-Clixml wrote.",
            vec![
                Parameter::texts("Path").at(0).piped_by_name(),
                Parameter::texts("LiteralPath").or(&["PSPath"]),
                Parameter::object("First"),
                Parameter::object("Skip"),
            ],
            import,
        ),
    ]
}

fn not_xml(reason: &str) -> ErrorRecord {
    ErrorRecord::new(
        reason,
        "System.Xml.XmlException",
        "ProcessingFile",
        Category::InvalidData,
    )
}

fn read(call: &mut dyn Call, path: &str) -> Outcome<Option<String>> {
    let absolute = call.path(path);
    if let Ok(bytes) = call.host().read(&absolute) {
        return Ok(Some(Encoding::read(&bytes, None)));
    }
    call.error(common::no_path(&absolute))?;
    Ok(None)
}

fn select(call: &mut dyn Call) -> Outcome {
    let path = common::text(call, "XPath").unwrap_or_default();
    let mut sources: Vec<(String, Node)> = Vec::new();
    let mut files = common::texts(call, "Path");
    files.extend(common::texts(call, "LiteralPath"));
    for file in files {
        if let Some(text) = read(call, &file)? {
            let parsed = xml::parse(&text).map_err(|it| not_xml(&it))?;
            sources.push((file, parsed));
        }
    }
    for text in common::texts(call, "Content") {
        let parsed = xml::parse(&text).map_err(|it| not_xml(&it))?;
        sources.push(("InputStream".to_owned(), parsed));
    }
    for value in call.argument("Xml").iter().flat_map(Value::enumerate) {
        let node = match xml::node_in(&value) {
            Some(node) => node,
            None => xml::parse(&to_text(&value)).map_err(|it| not_xml(&it))?,
        };
        sources.push(("InputStream".to_owned(), node));
    }
    for (from, source) in sources {
        let found = xml::select(&source, &path)
            .ok_or_else(|| not_xml(&format!("'{path}' has an invalid token.")))?;
        for node in &found {
            call.write(common::object(
                "Microsoft.PowerShell.Commands.SelectXmlInfo",
                vec![
                    ("Node", xml::object(node)),
                    ("Path", Value::text(&from)),
                    ("Pattern", Value::text(&path)),
                ],
            ))?;
        }
    }
    Ok(())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "cmdlets that collect have one signature"
)]
fn convert(items: Vec<Value>, call: &mut dyn Call) -> Outcome {
    let document = xml::empty();
    let declaration = node(
        Kind::Declaration,
        "xml",
        "version=\"1.0\" encoding=\"utf-8\"",
    );
    adopt(&document, declaration);
    let root = node(Kind::Element, "Objects", "");
    let typed = !call.switch("NoTypeInformation");
    let depth = common::count(call, "Depth").unwrap_or(1);
    for item in &items {
        let object = element("Object", item, typed);
        fill(&object, item, typed, depth);
        adopt(&root, object);
    }
    adopt(&document, root);
    match common::text(call, "As").map(|it| it.to_ascii_lowercase()) {
        Some(kind) if kind == "string" => call.write(Value::from(xml::indented(&document))),
        Some(kind) if kind == "stream" => {
            for line in xml::indented(&document).split("\r\n") {
                call.write(Value::text(line))?;
            }
            Ok(())
        }
        _ => call.write_whole(xml::object(&document)),
    }
}

fn element(name: &str, value: &Value, typed: bool) -> Node {
    let made = node(Kind::Element, name, "");
    if typed && !value.is_null() {
        set_attribute(&made, "Type", &type_name(value));
    }
    made
}

fn fill(into: &Node, value: &Value, typed: bool, depth: usize) {
    let named = |name: &str, value: &Value| {
        let property = element("Property", value, typed);
        set_attribute(&property, "Name", name);
        if depth > 0 {
            fill(&property, value, typed, depth - 1);
        } else {
            text(&property, value);
        }
        // The name stands before the type.
        property.borrow_mut().attributes.reverse();
        adopt(into, property);
    };
    match value {
        Value::Null => {}
        Value::Object(object) if object.shown().is_none() => {
            for (name, property) in object.properties().iter() {
                if let Property::Note(value) | Property::Member(value) = property {
                    named(name, value);
                }
            }
        }
        Value::Table(table) => {
            for (key, value) in table.borrow().iter() {
                named(&to_text(key), value);
            }
        }
        Value::Array(array) => {
            for value in array.borrow().iter() {
                let one = element("Property", value, typed);
                text(&one, value);
                adopt(into, one);
            }
        }
        other => text(into, other),
    }
}

fn text(into: &Node, value: &Value) {
    let text = to_text(value);
    if !text.is_empty() {
        adopt(into, node(Kind::Text, "#text", &text));
    }
}

struct Export {
    items: Vec<Value>,
}

impl Cmdlet for Export {
    fn process(&mut self, call: &mut dyn Call) -> Outcome {
        self.items.extend(call.argument("InputObject"));
        Ok(())
    }

    fn end(&mut self, call: &mut dyn Call) -> Outcome {
        let path = common::text(call, "Path").or_else(|| common::text(call, "LiteralPath"));
        let path = path.unwrap_or_default();
        let absolute = call.path(&path);
        if !call.should_process(&crate::types::windows_path(&absolute), "Export-Clixml")? {
            return Ok(());
        }
        let depth = common::count(call, "Depth").unwrap_or(2);
        let text = clixml::written(&self.items, depth);
        let encoding = Encoding::Unicode;
        let bytes = [encoding.mark(), &encoding.encode(&text)].concat();
        let done = call.host().replace(&absolute, &bytes);
        done.map_err(|error| common::not_opened(call, &error, &absolute).into())
    }
}

fn import(call: &mut dyn Call) -> Outcome {
    let mut files = common::texts(call, "Path");
    files.extend(common::texts(call, "LiteralPath"));
    for file in files {
        let Some(text) = read(call, &file)? else {
            continue;
        };
        let document = xml::parse(&text).map_err(|it| not_xml(&it))?;
        for value in clixml::read(&document) {
            call.write_whole(value)?;
        }
    }
    Ok(())
}
