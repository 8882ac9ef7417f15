//! Methods of XML nodes.

use std::rc::Rc;

use super::{
    Kind, Node, adopt, attribute, detach, list, node, node_in, object, parse, select, set_attribute,
};
use crate::error::ErrorRecord;
use crate::types::{Arguments, Called};
use crate::value::{Object, Value};

/// A method of a node.
pub(crate) fn call(target: &Object, node: &Node, name: &str, values: &[Value]) -> Called {
    let lower = name.to_ascii_lowercase();
    let arguments = Arguments::new(name, values);
    run(target, node, &lower, &arguments)
}

type Done = Result<Value, ErrorRecord>;

fn run(target: &Object, at: &Node, lower: &str, arguments: &Arguments<'_>) -> Option<Done> {
    let one = |found: Option<Node>| found.map_or(Value::Null, |it| object(&it));
    let given = |place: usize| arguments.get(place).map(node_in);
    Some(match lower {
        "selectnodes" => found(at, arguments).map(|all| list(&all)),
        "selectsinglenode" => found(at, arguments).map(|all| one(all.first().cloned())),
        "getelementsbytagname" => arguments.text(0).map(|name| {
            let mut all = Vec::new();
            descendants(at, &name, &mut all);
            list(&all)
        }),
        "getattribute" => arguments.text(0).map(|name| {
            let found = attribute(at, &name);
            found.map_or_else(|| Value::text(""), |it| Value::text(&it.borrow().value))
        }),
        "getattributenode" => arguments.text(0).map(|name| one(attribute(at, &name))),
        "hasattribute" => arguments
            .text(0)
            .map(|name| Value::Bool(attribute(at, &name).is_some())),
        "setattribute" => arguments.text(0).and_then(|name| {
            set_attribute(at, &name, &arguments.text(1)?);
            Ok(Value::Null)
        }),
        "removeattribute" => arguments.text(0).map(|name| {
            at.borrow_mut()
                .attributes
                .retain(|it| it.borrow().name != name);
            Value::Null
        }),
        "removeallattributes" => {
            at.borrow_mut().attributes.clear();
            Ok(Value::Null)
        }
        "removeall" => {
            at.borrow_mut().attributes.clear();
            at.borrow_mut().children.clear();
            Ok(Value::Null)
        }
        "createelement" => arguments
            .text(0)
            .map(|name| object(&node(Kind::Element, &name, ""))),
        "createtextnode" => arguments
            .text(0)
            .map(|it| object(&node(Kind::Text, "#text", &it))),
        "createcomment" => arguments
            .text(0)
            .map(|it| object(&node(Kind::Comment, "#comment", &it))),
        "createcdatasection" => arguments
            .text(0)
            .map(|it| object(&node(Kind::CData, "#cdata-section", &it))),
        "createattribute" => arguments
            .text(0)
            .map(|it| object(&node(Kind::Attribute, &it, ""))),
        "createxmldeclaration" => arguments.text(0).map(|version| {
            let mut text = format!("version=\"{version}\"");
            if let Ok(encoding) = arguments.text(1)
                && !encoding.is_empty()
            {
                text = format!("{text} encoding=\"{encoding}\"");
            }
            object(&node(Kind::Declaration, "xml", &text))
        }),
        "importnode" => given(0).map(|it| one(it.map(|it| copy(&it)))),
        "clonenode" | "clone" => Ok(object(&copy(at))),
        "appendchild" | "prependchild" | "insertafter" | "insertbefore" => {
            insert(at, lower, arguments)
        }
        "removechild" => given(0).map(|it| {
            it.iter().for_each(detach);
            one(it)
        }),
        "replacechild" => given(0).and_then(|new| {
            let old = given(1)?;
            if let (Some(new), Some(old)) = (&new, &old) {
                place_beside(at, new, Some(old), false);
                detach(old);
            }
            Ok(one(old))
        }),
        "append" | "setattributenode" => given(0).map(|it| {
            if let Some(it) = &it {
                let it = it.borrow();
                set_attribute(at, &it.name, &it.value);
            }
            one(it)
        }),
        "loadxml" => arguments.text(0).and_then(|text| {
            let read = parse(&text)
                .map_err(|reason| arguments.failed(&reason, "System.Xml.XmlException"))?;
            let inside = std::mem::take(&mut read.borrow_mut().children);
            at.borrow_mut().children.clear();
            for child in inside {
                adopt(at, child);
            }
            Ok(Value::Null)
        }),
        "tostring" => Ok(Value::text(target.type_names().first()?)),
        _ => return None,
    })
}

fn found(at: &Node, arguments: &Arguments<'_>) -> Result<Vec<Node>, ErrorRecord> {
    let path = arguments.text(0)?;
    select(at, &path).ok_or_else(|| {
        let reason = format!("'{path}' has an invalid token.");
        arguments.failed(&reason, "System.Xml.XPath.XPathException")
    })
}

fn descendants(at: &Node, name: &str, all: &mut Vec<Node>) {
    let children = at.borrow().children.clone();
    for child in children {
        let is_wanted = {
            let data = child.borrow();
            data.kind == Kind::Element && (name == "*" || data.name == name)
        };
        if is_wanted {
            all.push(Rc::clone(&child));
        }
        descendants(&child, name, all);
    }
}

/// A copy that belongs to nobody.
fn copy(from: &Node) -> Node {
    let data = from.borrow();
    let made = node(data.kind, &data.name, &data.value);
    made.borrow_mut().namespace.clone_from(&data.namespace);
    for attribute in &data.attributes {
        let attribute = attribute.borrow();
        set_attribute(&made, &attribute.name, &attribute.value);
    }
    for child in &data.children {
        adopt(&made, copy(child));
    }
    made
}

fn insert(at: &Node, lower: &str, arguments: &Arguments<'_>) -> Done {
    let value = arguments.get(0)?;
    let Some(new) = node_in(value) else {
        return Err(arguments.failed(
            "Object reference not set to an instance of an object.",
            "System.NullReferenceException",
        ));
    };
    let is_within = {
        let mut above = Some(Rc::clone(at));
        let mut found = false;
        while let Some(it) = above {
            found |= Rc::ptr_eq(&it, &new);
            above = it.borrow().parent.upgrade();
        }
        found
    };
    if super::depth(at) + super::height(&new) >= super::DEPTH_MAX {
        let reason = "Elements are nested too deeply.";
        return Err(arguments.failed(reason, "System.Xml.XmlException"));
    }
    if is_within {
        let reason = "Cannot insert a node or any ancestor of that node as a child of itself.";
        return Err(arguments.failed(reason, "System.ArgumentException"));
    }
    match lower {
        "appendchild" => adopt(at, new),
        "prependchild" => {
            let first = at.borrow().children.first().cloned();
            place_beside(at, &new, first.as_ref(), false);
        }
        _ => {
            let beside = arguments.get(1).ok().and_then(node_in);
            place_beside(at, &new, beside.as_ref(), lower == "insertafter");
        }
    }
    Ok(value.clone())
}

fn place_beside(parent: &Node, new: &Node, beside: Option<&Node>, after: bool) {
    adopt(parent, Rc::clone(new));
    let Some(beside) = beside else { return };
    let mut data = parent.borrow_mut();
    let moved = data.children.pop();
    let place = data.children.iter().position(|it| Rc::ptr_eq(it, beside));
    let place = place.map_or(data.children.len(), |it| it + usize::from(after));
    if let Some(moved) = moved {
        data.children.insert(place, moved);
    }
}
