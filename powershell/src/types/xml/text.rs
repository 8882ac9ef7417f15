//! XML as text.

use super::{Kind, Node, NodeData};

fn escaped(text: &str, quotes: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if quotes => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}

/// All text within.
pub(super) fn inner_text(data: &NodeData) -> String {
    match data.kind {
        Kind::Element | Kind::Document => {
            let texts = data
                .children
                .iter()
                .filter(|it| !matches!(it.borrow().kind, Kind::Comment | Kind::Declaration));
            texts.map(|it| inner_text(&it.borrow())).collect()
        }
        _ => data.value.clone(),
    }
}

/// A node with what is in it, in one line.
pub(crate) fn outer(node: &Node) -> String {
    let mut out = String::new();
    write(node, None, 0, &mut out);
    out
}

/// What is in a node, in one line.
pub(super) fn inner(node: &Node) -> String {
    let data = node.borrow();
    if data.kind == Kind::Attribute {
        return escaped(&data.value, true);
    }
    let mut out = String::new();
    for child in &data.children {
        write(child, None, 0, &mut out);
    }
    out
}

/// A node with what is in it, each element on a line of its own, as `Save` writes it.
pub(crate) fn indented(node: &Node) -> String {
    let mut out = String::new();
    write(node, Some("  "), 0, &mut out);
    out
}

fn write(node: &Node, indent: Option<&str>, level: usize, out: &mut String) {
    let data = node.borrow();
    match data.kind {
        Kind::Document => {
            for (place, child) in data.children.iter().enumerate() {
                if place > 0 && indent.is_some() {
                    out.push_str("\r\n");
                }
                write(child, indent, level, out);
            }
        }
        Kind::Declaration => {
            out.push_str("<?xml ");
            out.push_str(&data.value);
            out.push_str("?>");
        }
        Kind::Text => out.push_str(&escaped(&data.value, false)),
        Kind::CData => {
            out.push_str("<![CDATA[");
            out.push_str(&data.value);
            out.push_str("]]>");
        }
        Kind::Comment => {
            out.push_str("<!--");
            out.push_str(&data.value);
            out.push_str("-->");
        }
        Kind::Attribute => {
            out.push_str(&data.name);
            out.push_str("=\"");
            out.push_str(&escaped(&data.value, true));
            out.push('"');
        }
        Kind::Element => element(&data, indent, level, out),
    }
}

fn element(data: &NodeData, indent: Option<&str>, level: usize, out: &mut String) {
    out.push('<');
    out.push_str(&data.name);
    for attribute in &data.attributes {
        out.push(' ');
        write(attribute, None, 0, out);
    }
    if data.children.is_empty() {
        out.push_str(" />");
        return;
    }
    out.push('>');
    let holds_text = data
        .children
        .iter()
        .any(|it| matches!(it.borrow().kind, Kind::Text | Kind::CData));
    let inside = indent.filter(|_| !holds_text);
    for child in &data.children {
        if let Some(indent) = inside {
            out.push_str("\r\n");
            out.push_str(&indent.repeat(level + 1));
        }
        write(child, inside, level + 1, out);
    }
    if let Some(indent) = inside {
        out.push_str("\r\n");
        out.push_str(&indent.repeat(level));
    }
    out.push_str("</");
    out.push_str(&data.name);
    out.push('>');
}
