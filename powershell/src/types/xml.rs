//! `[xml]`: documents, their nodes, and how a script walks through them.

mod calls;
mod path;
mod text;

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use crate::convert::{invalid_cast, is_type, to_text};
use crate::error::ErrorRecord;
use crate::value::{Array, ArrayKind, Object, Value};

pub(crate) use calls::call;
pub(crate) use path::select;
pub(crate) use text::indented;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Document,
    Declaration,
    Element,
    Attribute,
    Text,
    CData,
    Comment,
}

/// What a node holds.
#[derive(Debug)]
pub(crate) struct NodeData {
    pub(crate) kind: Kind,
    /// With its prefix.
    pub(crate) name: String,
    pub(crate) namespace: String,
    /// Of texts, comments, attributes and declarations.
    pub(crate) value: String,
    pub(crate) attributes: Vec<Node>,
    pub(crate) children: Vec<Node>,
    pub(crate) parent: Weak<RefCell<Self>>,
}

/// A node, shared with whoever holds it.
pub(crate) type Node = Rc<RefCell<NodeData>>;

pub(crate) fn node(kind: Kind, name: &str, value: &str) -> Node {
    Rc::new(RefCell::new(NodeData {
        kind,
        name: name.to_owned(),
        namespace: String::new(),
        value: value.to_owned(),
        attributes: Vec::new(),
        children: Vec::new(),
        parent: Weak::new(),
    }))
}

/// Puts a node behind the other children of another.
pub(crate) fn adopt(parent: &Node, child: Node) {
    detach(&child);
    child.borrow_mut().parent = Rc::downgrade(parent);
    parent.borrow_mut().children.push(child);
}

/// Takes a node from where it is.
pub(crate) fn detach(child: &Node) {
    let parent = child.borrow().parent.upgrade();
    if let Some(parent) = parent {
        parent
            .borrow_mut()
            .children
            .retain(|it| !Rc::ptr_eq(it, child));
    }
    child.borrow_mut().parent = Weak::new();
}

/// The name without its prefix.
pub(crate) fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// A document without anything in it.
pub(crate) fn empty() -> Node {
    node(Kind::Document, "#document", "")
}

/// The prefixes of paths. They are taken and not looked at: a prefix stands for any namespace.
pub(crate) fn manager() -> Value {
    let kind = "System.Xml.XmlNamespaceManager";
    let object = Object::typed::<&str>(&[kind, "System.Object"], [], None);
    Value::Object(object)
}

/// `[xml]$value`.
pub(crate) fn cast(value: &Value, full: &str) -> Result<Value, ErrorRecord> {
    if value.is_null() || is_type(value, full) {
        return Ok(value.clone());
    }
    let text = match value {
        // Lines of a file.
        Value::Array(array) => {
            let lines: Vec<String> = array.borrow().iter().map(to_text).collect();
            lines.join("\n")
        }
        other => to_text(other),
    };
    match parse(&text) {
        Ok(document) => Ok(object(&document)),
        Err(reason) => {
            let id = "InvalidCastToXmlDocument";
            Err(invalid_cast(&text, full, &reason, id))
        }
    }
}

/// How deep elements may be nested: what walks through a document calls itself for each level.
pub(crate) const DEPTH_MAX: usize = 200;

/// Whether elements are nested too deeply, by their tags alone.
fn is_too_deep(text: &str) -> bool {
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let end = if rest.starts_with("<!--") {
            rest.find("-->")
        } else if rest.starts_with("<![CDATA[") {
            rest.find("]]>")
        } else {
            rest.find('>')
        };
        let Some(end) = end else { return false };
        let tag = &rest[..end];
        if tag.starts_with("</") {
            depth = depth.saturating_sub(1);
        } else if !tag.starts_with("<!") && !tag.starts_with("<?") && !tag.ends_with('/') {
            depth += 1;
        }
        if depth > DEPTH_MAX {
            return true;
        }
        rest = &rest[end..];
    }
    false
}

/// How many elements are around a node.
pub(crate) fn depth(node: &Node) -> usize {
    let mut depth = 0;
    let mut at = Rc::clone(node);
    loop {
        let above = at.borrow().parent.upgrade();
        let Some(above) = above else { return depth };
        depth += 1;
        at = above;
    }
}

/// How deep elements are nested in a node.
pub(crate) fn height(node: &Node) -> usize {
    let children = node.borrow();
    let inner = children.children.iter().map(height).max();
    inner.map_or(0, |it| it + 1)
}

/// Reads a document, or says why it is none.
pub(crate) fn parse(text: &str) -> Result<Node, String> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if is_too_deep(text) {
        return Err(format!("Elements are nested more than {DEPTH_MAX} deep."));
    }
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        nodes_limit: 1_000_000,
        ..roxmltree::ParsingOptions::default()
    };
    let parsed = roxmltree::Document::parse_with_options(text, options)
        .map_err(|error| format!("{error}."))?;
    let document = node(Kind::Document, "#document", "");
    if let Some(rest) = text.strip_prefix("<?xml")
        && let Some(end) = rest.find("?>")
    {
        let declaration = node(Kind::Declaration, "xml", rest[..end].trim());
        adopt(&document, declaration);
    }
    copy(&parsed.root(), &document);
    Ok(document)
}

/// Makes nodes of what was parsed. Deep documents do not go deep in calls.
fn copy(root: &roxmltree::Node<'_, '_>, document: &Node) {
    let mut waiting: Vec<(roxmltree::Node<'_, '_>, Node)> = Vec::new();
    waiting.push((*root, Rc::clone(document)));
    while let Some((parsed, parent)) = waiting.pop() {
        for child in parsed.children() {
            let made = match child.node_type() {
                roxmltree::NodeType::Element => element(&child),
                roxmltree::NodeType::Comment => {
                    node(Kind::Comment, "#comment", child.text().unwrap_or_default())
                }
                roxmltree::NodeType::Text => {
                    let text = child.text().unwrap_or_default();
                    // White space between elements is not kept.
                    if text.trim().is_empty() && child.next_sibling().is_some()
                        || text.trim().is_empty() && child.prev_sibling().is_some()
                    {
                        continue;
                    }
                    node(Kind::Text, "#text", text)
                }
                _ => continue,
            };
            adopt(&parent, Rc::clone(&made));
            waiting.push((child, made));
        }
    }
}

fn element(parsed: &roxmltree::Node<'_, '_>) -> Node {
    let tag = parsed.tag_name();
    let space = tag.namespace().unwrap_or_default();
    let prefix = parsed.lookup_prefix(space).filter(|_| !space.is_empty());
    let name = match prefix {
        Some(prefix) => format!("{prefix}:{}", tag.name()),
        None => tag.name().to_owned(),
    };
    let made = node(Kind::Element, &name, "");
    space.clone_into(&mut made.borrow_mut().namespace);
    let above = parsed.parent_element();
    for declared in parsed.namespaces() {
        let known = above
            .is_some_and(|it| it.lookup_namespace_uri(declared.name()) == Some(declared.uri()));
        if !known && declared.name() != Some("xml") {
            let name = match declared.name() {
                Some(prefix) => format!("xmlns:{prefix}"),
                None => "xmlns".to_owned(),
            };
            set_attribute(&made, &name, declared.uri());
        }
    }
    for attribute in parsed.attributes() {
        let space = attribute.namespace().unwrap_or_default();
        let prefix = parsed.lookup_prefix(space).filter(|_| !space.is_empty());
        let name = match prefix {
            Some(prefix) => format!("{prefix}:{}", attribute.name()),
            None => attribute.name().to_owned(),
        };
        set_attribute(&made, &name, attribute.value());
    }
    made
}

/// Sets an attribute of an element.
pub(crate) fn set_attribute(element: &Node, name: &str, value: &str) {
    let known = attribute(element, name);
    if let Some(known) = known {
        value.clone_into(&mut known.borrow_mut().value);
        return;
    }
    let made = node(Kind::Attribute, name, value);
    made.borrow_mut().parent = Rc::downgrade(element);
    element.borrow_mut().attributes.push(made);
}

/// An attribute of an element, by its name with its prefix.
pub(crate) fn attribute(element: &Node, name: &str) -> Option<Node> {
    let element = element.borrow();
    let found = element
        .attributes
        .iter()
        .find(|it| it.borrow().name == name);
    found.cloned()
}

/// The node behind an object.
pub(crate) fn node_of(object: &Object) -> Option<&Node> {
    object.native::<Node>()
}

/// The node behind a value.
pub(crate) fn node_in(value: &Value) -> Option<Node> {
    match value {
        Value::Object(object) => node_of(object).cloned(),
        _ => None,
    }
}

/// A node as scripts see it.
pub(crate) fn object(node: &Node) -> Value {
    let data = node.borrow();
    let kind = match data.kind {
        Kind::Document => "System.Xml.XmlDocument",
        Kind::Declaration => "System.Xml.XmlDeclaration",
        Kind::Element => "System.Xml.XmlElement",
        Kind::Attribute => "System.Xml.XmlAttribute",
        Kind::Text => "System.Xml.XmlText",
        Kind::CData => "System.Xml.XmlCDataSection",
        Kind::Comment => "System.Xml.XmlComment",
    };
    let types = [kind, "System.Xml.XmlNode", "System.Object"];
    let object = Object::typed::<&str>(&types, [], None);
    Value::Object(object.with_native(Rc::new(Rc::clone(node))))
}

/// An object for each of some nodes.
pub(crate) fn list(nodes: &[Node]) -> Value {
    let kind = ArrayKind::Named(Rc::from("System.Xml.XmlNodeList"));
    Value::Array(Array::new(kind, nodes.iter().map(object)))
}

/// What a member is worth: an element that holds text and nothing else is that text.
fn simple(node: &Node) -> Value {
    let data = node.borrow();
    let holds_text = |it: &Node| matches!(it.borrow().kind, Kind::Text | Kind::CData);
    match data.kind {
        Kind::Element if data.attributes.is_empty() && data.children.iter().all(holds_text) => {
            Value::from(text::inner_text(&data))
        }
        Kind::Element | Kind::Document => {
            drop(data);
            object(node)
        }
        _ => Value::text(&data.value),
    }
}

/// What children and attributes of a name there are, as a script finds them with `.`.
fn adapted(node: &Node, name: &str) -> Option<Value> {
    let data = node.borrow();
    let is_named = |it: &Node| {
        let it = it.borrow();
        it.name.eq_ignore_ascii_case(name) || local(&it.name).eq_ignore_ascii_case(name)
    };
    let mut found: Vec<Value> = Vec::new();
    for one in data.attributes.iter().chain(&data.children) {
        if is_named(one) {
            found.push(simple(one));
        }
    }
    match found.len() {
        0 => None,
        1 => found.pop(),
        _ => Some(Value::array(found)),
    }
}

/// The names that a node shows as properties.
pub(crate) fn names(node: &Node) -> Vec<String> {
    let data = node.borrow();
    let mut all: Vec<String> = Vec::new();
    for one in data.attributes.iter().chain(&data.children) {
        let name = one.borrow().name.clone();
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

/// A node with its attributes and children as properties, to be shown.
pub(crate) fn shown(node: &Node) -> Value {
    let names = names(node);
    let properties = names
        .iter()
        .map(|name| (name, member(node, name).unwrap_or_default()));
    let types = ["System.Xml.XmlElement", "System.Object"];
    Value::Object(Object::typed(&types, properties, None))
}

/// A property of a node.
pub(crate) fn member(node: &Node, name: &str) -> Option<Value> {
    if let Some(found) = adapted(node, name) {
        return Some(found);
    }
    let lower = name.to_ascii_lowercase();
    let data = node.borrow();
    let one = |found: Option<Node>| found.map_or(Value::Null, |it| object(&it));
    let sibling = |step: isize| {
        let parent = data.parent.upgrade()?;
        let parent = parent.borrow();
        let place = parent.children.iter().position(|it| Rc::ptr_eq(it, node))?;
        let place = place.checked_add_signed(step)?;
        parent.children.get(place).cloned()
    };
    Some(match lower.as_str() {
        "name" => Value::text(&data.name),
        "localname" => Value::text(local(&data.name)),
        "prefix" => Value::text(data.name.split_once(':').map_or("", |(prefix, _)| prefix)),
        "namespaceuri" => Value::text(&data.namespace),
        "value" => match data.kind {
            Kind::Element | Kind::Document => Value::Null,
            _ => Value::text(&data.value),
        },
        "innertext" => Value::from(text::inner_text(&data)),
        "#text" | "#cdata-section" if data.kind == Kind::Attribute => Value::text(&data.value),
        "outerxml" => Value::from(text::outer(node)),
        "innerxml" => Value::from(text::inner(node)),
        "nodetype" => Value::text(match data.kind {
            Kind::Declaration => "XmlDeclaration",
            Kind::CData => "CDATA",
            Kind::Document => "Document",
            Kind::Element => "Element",
            Kind::Attribute => "Attribute",
            Kind::Text => "Text",
            Kind::Comment => "Comment",
        }),
        "attributes" if data.kind == Kind::Element => list(&data.attributes),
        "childnodes" => list(&data.children),
        "haschildnodes" => Value::Bool(!data.children.is_empty()),
        "hasattributes" => Value::Bool(!data.attributes.is_empty()),
        "firstchild" => one(data.children.first().cloned()),
        "lastchild" => one(data.children.last().cloned()),
        "nextsibling" => one(sibling(1)),
        "previoussibling" => one(sibling(-1)),
        "parentnode" | "ownerelement" => one(data.parent.upgrade()),
        "documentelement" => one(data
            .children
            .iter()
            .find(|it| it.borrow().kind == Kind::Element)
            .cloned()),
        "ownerdocument" => one(ancestor(node)),
        "isempty" => Value::Bool(data.children.is_empty()),
        "preservewhitespace" => Value::Bool(false),
        "nametable" => Value::text("System.Xml.NameTable"),
        _ => return None,
    })
}

/// The document that a node is in.
fn ancestor(node: &Node) -> Option<Node> {
    let mut at = Rc::clone(node);
    loop {
        let above = at.borrow().parent.upgrade();
        match above {
            Some(above) => at = above,
            None => return (at.borrow().kind == Kind::Document).then(|| Rc::clone(&at)),
        }
    }
}

/// Sets a property of a node: an attribute, the text of a child, or what is in it; `false` where
/// there is none of this name.
pub(crate) fn set_member(node: &Node, name: &str, value: &Value) -> bool {
    let new = to_text(value);
    let known = {
        let data = node.borrow();
        let is_named = |it: &&Node| {
            let it = it.borrow();
            it.name.eq_ignore_ascii_case(name) || local(&it.name).eq_ignore_ascii_case(name)
        };
        data.attributes
            .iter()
            .chain(&data.children)
            .find(is_named)
            .cloned()
    };
    let (target, lower) = match known {
        Some(known) => (known, "innertext".to_owned()),
        None => (Rc::clone(node), name.to_ascii_lowercase()),
    };
    let kind = target.borrow().kind;
    match (lower.as_str(), kind) {
        ("innertext" | "#text", Kind::Element) => {
            let old = std::mem::take(&mut target.borrow_mut().children);
            for child in old {
                child.borrow_mut().parent = Weak::new();
            }
            if !new.is_empty() {
                adopt(&target, self::node(Kind::Text, "#text", &new));
            }
            true
        }
        ("innertext" | "value" | "#text", kind) if kind != Kind::Document => {
            target.borrow_mut().value = new;
            true
        }
        ("innerxml", Kind::Element) => match parse(&format!("<x>{new}</x>")) {
            Ok(document) => {
                target.borrow_mut().children.clear();
                let root = document.borrow().children.last().cloned();
                let inside = root.map(|it| it.borrow().children.clone());
                for child in inside.into_iter().flatten() {
                    adopt(&target, child);
                }
                true
            }
            Err(_) => false,
        },
        ("preservewhitespace", Kind::Document) => true,
        _ => false,
    }
}

/// Puts what is in one document into another.
pub(crate) fn replace(document: &Node, with: &Node) {
    let inside = std::mem::take(&mut with.borrow_mut().children);
    document.borrow_mut().children.clear();
    for child in inside {
        adopt(document, child);
    }
}
