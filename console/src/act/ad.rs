//! What an administrator does in Active Directory.

use mock_ad::directory::{AttributeId, Dn, Modification, ObjectId, Rdn, Syntax, Value};
use sim::engine::Source;
use sim::world::{Action, AdChange};

use super::thing;
use crate::query::Query;
use crate::scene::{Scene, Thing};

/// The action that a form asks for.
pub(super) fn action(scene: &Scene<'_>, form: &Query) -> Result<Action, String> {
    if form.text("do") == "ad-add" {
        return add(scene, form);
    }
    let Thing::Ad(source) = thing(scene, form, "object")? else {
        return Err("this is no object of Active Directory".to_owned());
    };
    let Source { forest, object } = source;
    let change = match form.text("do") {
        "ad-move" => AdChange::Move {
            object,
            name: None,
            parent: Some(container(scene, forest, form.text("to"))?),
        },
        "ad-rename" => AdChange::Move {
            object,
            name: Some(form.get("name").ok_or("the new name is missing")?.into()),
            parent: None,
        },
        "ad-delete" => AdChange::Delete { object },
        "ad-restore" => AdChange::Restore {
            object,
            parent: match form.get("to") {
                None => None,
                Some(dn) => Some(container(scene, forest, dn)?),
            },
            name: form.get("name").map(Into::into),
        },
        "ad-password" => AdChange::Modify {
            object,
            changes: vec![password(
                form.get("password").ok_or("the password is missing")?,
            )],
        },
        "ad-modify" => AdChange::Modify {
            object,
            changes: vec![modification(scene, forest, form)?],
        },
        other => return Err(format!("`{other}` is not known")),
    };
    Ok(Action::Ad { forest, change })
}

/// A new password: in quotation marks and UTF-16, as unicodePwd takes it.
fn password(text: &str) -> Modification {
    let quoted = format!("\"{text}\"");
    let bytes: Vec<u8> = quoted.encode_utf16().flat_map(u16::to_le_bytes).collect();
    Modification::replace(
        AttributeId::UNICODE_PWD,
        vec![Value::from(bytes.as_slice())],
    )
}

fn container(scene: &Scene<'_>, forest: usize, text: &str) -> Result<ObjectId, String> {
    let dn: Dn = text
        .parse()
        .map_err(|_| format!("`{text}` is no distinguished name"))?;
    let directory = scene.world.forests().get(forest);
    let found = directory.and_then(|directory| directory.find(&dn));
    found.ok_or_else(|| format!("there is no container `{text}`"))
}

fn modification(scene: &Scene<'_>, forest: usize, form: &Query) -> Result<Modification, String> {
    let name = form.text("attribute");
    let directory = scene.world.forests().get(forest).ok_or("no such forest")?;
    let schema = directory.schema();
    let attribute = schema.attribute(name).ok_or_else(|| {
        let like = schema
            .suggest(name)
            .map(|it| format!("; did you mean {it}?"));
        format!("there is no attribute `{name}`{}", like.unwrap_or_default())
    })?;
    let syntax = schema.definition(attribute).syntax;
    let lines = form.text("value").lines().map(str::trim);
    let values: Result<Vec<Value>, String> = lines
        .filter(|line| !line.is_empty())
        .map(|line| value(syntax, line))
        .collect();
    let values = values?;
    Ok(match form.text("operation") {
        "add" => Modification::add(attribute, values),
        "remove" => Modification::delete(attribute, values),
        "clear" => Modification::clear(attribute),
        _ => Modification::replace(attribute, values),
    })
}

/// A value as the syntax of its attribute wants it.
fn value(syntax: Syntax, text: &str) -> Result<Value, String> {
    match syntax {
        Syntax::Integer | Syntax::LargeInteger => text
            .parse::<i64>()
            .map(Value::from)
            .map_err(|_| format!("`{text}` is no number")),
        Syntax::Boolean => Ok(Value::from(text.eq_ignore_ascii_case("true"))),
        Syntax::OctetString | Syntax::Sid => {
            use base64::Engine as _;
            let bytes = base64::engine::general_purpose::STANDARD.decode(text);
            bytes
                .map(|bytes| Value::from(bytes.as_slice()))
                .map_err(|_| format!("`{text}` is no base64"))
        }
        _ => Ok(Value::from(text)),
    }
}

fn add(scene: &Scene<'_>, form: &Query) -> Result<Action, String> {
    let forest = form.number("forest").unwrap_or(0);
    let name = form.get("name").ok_or("the name is missing")?;
    let parent: Dn = form
        .text("to")
        .parse()
        .map_err(|_| "the container is no distinguished name".to_owned())?;
    container(scene, forest, form.text("to"))?;
    let class = match form.text("class") {
        "ou" => "organizationalUnit",
        "group" => "group",
        "contact" => "contact",
        _ => "user",
    };
    let rdn = if class == "organizationalUnit" {
        "OU"
    } else {
        "CN"
    };
    let mut attributes = vec![(AttributeId::OBJECT_CLASS, vec![Value::from(class)])];
    if class == "user" || class == "group" {
        let account = form.get("account").unwrap_or(name);
        attributes.push((AttributeId::SAM_ACCOUNT_NAME, vec![Value::from(account)]));
    }
    if let Some(upn) = form.get("upn").filter(|_| class == "user") {
        attributes.push((AttributeId::USER_PRINCIPAL_NAME, vec![Value::from(upn)]));
    }
    if let Some(mail) = form.get("mail") {
        let address = format!("SMTP:{mail}");
        attributes.push((AttributeId::MAIL, vec![Value::from(mail)]));
        attributes.push((AttributeId::PROXY_ADDRESSES, vec![Value::from(address)]));
    }
    Ok(Action::Ad {
        forest,
        change: AdChange::Add {
            dn: parent.child(Rdn::new(rdn, name)),
            attributes,
            guid: None,
        },
    })
}
