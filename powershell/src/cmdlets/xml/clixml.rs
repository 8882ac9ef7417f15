//! CLIXML: objects as XML that can be read again.

use uuid::Uuid;

use crate::convert::{cast, to_text};
use crate::format::date;
use crate::types::xml::{self, Kind, Node, adopt, node, set_attribute};
use crate::value::{Array, ArrayKind, DateTimeKind, Object, Property, Table, Value};

/// Objects as a file.
pub(super) fn written(items: &[Value], depth: usize) -> String {
    let document = xml::empty();
    let root = node(Kind::Element, "Objs", "");
    set_attribute(&root, "Version", "1.1.0.1");
    set_attribute(
        &root,
        "xmlns",
        "http://schemas.microsoft.com/powershell/2004/04",
    );
    let mut writer = Writer { ids: 0 };
    for item in items {
        let made = writer.value(item, depth);
        adopt(&root, made);
    }
    adopt(&document, root);
    xml::indented(&document)
}

struct Writer {
    ids: u32,
}

fn plain(tag: &str, text: &str) -> Node {
    let made = node(Kind::Element, tag, "");
    if !text.is_empty() {
        adopt(&made, node(Kind::Text, "#text", text));
    }
    made
}

impl Writer {
    fn value(&mut self, value: &Value, depth: usize) -> Node {
        match value {
            Value::Null => plain("Nil", ""),
            Value::Bool(it) => plain("B", if *it { "true" } else { "false" }),
            Value::Byte(it) => plain("By", &it.to_string()),
            Value::Int(it) => plain("I32", &it.to_string()),
            Value::Long(it) => plain("I64", &it.to_string()),
            Value::Double(_) => plain("Db", &to_text(value)),
            Value::Decimal(it) => plain("D", &it.to_string()),
            Value::Char(it) => plain("C", &u32::from(*it).to_string()),
            Value::Guid(it) => plain("G", &it.to_string()),
            Value::DateTime(it) => {
                let zone = match it.kind {
                    DateTimeKind::Unspecified => "",
                    DateTimeKind::Utc => "Z",
                    DateTimeKind::Local => "+00:00",
                };
                let text = date::custom(it, "yyyy'-'MM'-'dd'T'HH':'mm':'ss.fffffff");
                plain("DT", &format!("{}{zone}", text.unwrap_or_default()))
            }
            Value::TimeSpan(ticks) => plain("TS", &date::span_text(*ticks)),
            Value::Version(_) => plain("Version", &to_text(value)),
            Value::Bytes(bytes) => {
                use base64::Engine as _;
                let text = base64::engine::general_purpose::STANDARD.encode(&*bytes.borrow());
                plain("BA", &text)
            }
            Value::Array(array) => {
                let list = node(Kind::Element, "LST", "");
                if depth > 0 {
                    for item in array.borrow().iter() {
                        let made = self.value(item, depth - 1);
                        adopt(&list, made);
                    }
                }
                self.object(&["System.Object[]", "System.Array", "System.Object"], list)
            }
            Value::Table(table) => {
                let dictionary = node(Kind::Element, "DCT", "");
                if depth > 0 {
                    for (key, value) in table.borrow().iter() {
                        let entry = node(Kind::Element, "En", "");
                        for (name, it) in [("Key", key), ("Value", value)] {
                            let made = self.value(it, depth - 1);
                            set_attribute(&made, "N", name);
                            adopt(&entry, made);
                        }
                        adopt(&dictionary, entry);
                    }
                }
                let kind = if table.is_ordered() {
                    "System.Collections.Specialized.OrderedDictionary"
                } else {
                    "System.Collections.Hashtable"
                };
                self.object(&[kind, "System.Object"], dictionary)
            }
            Value::Object(object) if depth > 0 || object.shown().is_none() => {
                self.properties(object, depth)
            }
            other => plain("S", &to_text(other)),
        }
    }

    fn properties(&mut self, object: &Object, depth: usize) -> Node {
        let members = node(Kind::Element, "MS", "");
        for (name, property) in object.properties().iter() {
            if let Property::Note(value) | Property::Member(value) = property {
                let made = match (depth, value) {
                    (0, Value::Object(_) | Value::Table(_) | Value::Array(_)) => {
                        plain("S", &to_text(value))
                    }
                    _ => self.value(value, depth.saturating_sub(1)),
                };
                set_attribute(&made, "N", name);
                adopt(&members, made);
            }
        }
        let names: Vec<&str> = object.type_names().iter().map(|it| &**it).collect();
        self.object(&names, members)
    }

    fn object(&mut self, types: &[&str], content: Node) -> Node {
        let made = node(Kind::Element, "Obj", "");
        set_attribute(&made, "RefId", &self.ids.to_string());
        let names = node(Kind::Element, "TN", "");
        set_attribute(&names, "RefId", &self.ids.to_string());
        self.ids += 1;
        for name in types {
            adopt(&names, plain("T", name));
        }
        adopt(&made, names);
        adopt(&made, content);
        made
    }
}

/// The objects of a file.
pub(super) fn read(document: &Node) -> Vec<Value> {
    let data = document.borrow();
    let root = data.children.iter().find(|it| it.borrow().name == "Objs");
    let Some(root) = root else { return Vec::new() };
    let root = root.borrow();
    root.children.iter().map(value).collect()
}

fn children(of: &Node) -> Vec<Node> {
    let data = of.borrow();
    let is_element = |it: &&Node| it.borrow().kind == Kind::Element;
    data.children.iter().filter(is_element).cloned().collect()
}

fn inner(of: &Node) -> String {
    let data = of.borrow();
    data.children
        .iter()
        .map(|it| it.borrow().value.clone())
        .collect()
}

fn name_of(of: &Node) -> String {
    let found = xml::attribute(of, "N");
    found.map_or(String::new(), |it| it.borrow().value.clone())
}

fn value(of: &Node) -> Value {
    let tag = of.borrow().name.clone();
    let text = inner(of);
    let as_type = |kind: &str| cast(&Value::text(&text), kind).unwrap_or_default();
    match tag.as_str() {
        "Nil" => Value::Null,
        "B" => Value::Bool(text == "true"),
        "By" => as_type("System.Byte"),
        "I32" | "I16" | "U16" => as_type("System.Int32"),
        "I64" | "U32" | "U64" => as_type("System.Int64"),
        "Db" | "Sg" => as_type("System.Double"),
        "D" => as_type("System.Decimal"),
        "C" => text
            .parse::<u32>()
            .ok()
            .and_then(char::from_u32)
            .map_or(Value::Null, Value::Char),
        "G" => Uuid::parse_str(&text).map_or(Value::Null, Value::Guid),
        "DT" => as_type("System.DateTime"),
        "TS" => as_type("System.TimeSpan"),
        "Version" => as_type("System.Version"),
        "BA" => {
            use base64::Engine as _;
            let bytes = base64::engine::general_purpose::STANDARD.decode(&text);
            bytes.map_or(Value::Null, Value::bytes)
        }
        "Obj" => object(of),
        _ => Value::from(text),
    }
}

fn object(of: &Node) -> Value {
    let mut types: Vec<String> = Vec::new();
    let mut properties: Vec<(String, Value)> = Vec::new();
    for part in children(of) {
        let tag = part.borrow().name.clone();
        match tag.as_str() {
            "TN" => types = children(&part).iter().map(inner).collect(),
            "LST" | "IE" | "QUE" | "STK" => {
                let values = children(&part).iter().map(value).collect::<Vec<_>>();
                return Value::Array(Array::new(ArrayKind::ArrayList, values));
            }
            "DCT" => {
                let ordered = types.first().is_some_and(|it| it.contains("Ordered"));
                let table = Table::new(ordered);
                for entry in children(&part) {
                    let pair = children(&entry);
                    let find = |name: &str| pair.iter().find(|it| name_of(it) == name).map(value);
                    if let (Some(key), Some(value)) = (find("Key"), find("Value")) {
                        table.set(key, value);
                    }
                }
                return Value::Table(table);
            }
            "MS" | "Props" => {
                properties.extend(children(&part).iter().map(|it| (name_of(it), value(it))));
            }
            _ => {}
        }
    }
    let is_custom = types.iter().any(|it| it.ends_with("PSCustomObject"));
    if is_custom {
        return Value::Object(Object::custom(properties));
    }
    let types: Vec<String> = types
        .iter()
        .map(|it| format!("Deserialized.{it}"))
        .collect();
    let names: Vec<&str> = types.iter().map(String::as_str).collect();
    let made = Object::typed::<&str>(&names, [], None);
    for (name, value) in properties {
        made.add(&name, Property::Note(value));
    }
    Value::Object(made)
}
