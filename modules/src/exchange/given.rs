//! What cmdlets of Exchange are given: filters, lists of addresses.

use jiff::Timestamp;
use mock_cloud::tenant::Kind;
use mock_cloud::{CloudId, DirectoryObject};
use powershell::command::Call;
use powershell::error::{Category, Outcome};
use powershell::interpreter::script_block;
use powershell::value::{ScriptBlock, Value};

use super::{recipient, task_error};

/// A filter of Exchange (OPATH) as a block: it has the operators of the language, and names
/// properties without `$_`.
pub(super) fn filter_block(call: &dyn Call, filter: &str) -> Outcome<ScriptBlock> {
    let sample = recipient(&DirectoryObject::new(
        CloudId::from_bytes([0; 16]),
        Kind::User,
        Timestamp::UNIX_EPOCH,
    ));
    let mut text = String::with_capacity(filter.len());
    let mut rest = filter;
    while let Some(letter) = rest.chars().next() {
        let length = match letter {
            '\'' | '"' => rest[1..].find(letter).map_or(rest.len(), |at| at + 2),
            '-' | '$' => {
                1 + rest[1..]
                    .find(|it: char| !it.is_alphanumeric())
                    .unwrap_or(rest.len() - 1)
            }
            it if it.is_alphabetic() => rest
                .find(|it: char| !it.is_alphanumeric())
                .unwrap_or(rest.len()),
            other => other.len_utf8(),
        };
        let (part, after) = rest.split_at(length);
        if letter.is_alphabetic() {
            let known = matches!(&sample, Value::Object(it) if it.property(part).is_some());
            if !known {
                let message = format!(
                    "Cannot bind parameter 'Filter' to the target. Exception setting \"Filter\": \
                     \"Invalid filter syntax. \"{part}\" is not a recognized filterable property.\""
                );
                return Err(task_error(call, message, Category::InvalidArgument).into());
            }
            text.push_str("$_.");
        }
        text.push_str(part);
        rest = after;
    }
    let Ok(Value::Block(block)) = script_block(&text) else {
        let message = format!("Invalid filter syntax: {filter}");
        return Err(task_error(call, message, Category::InvalidArgument).into());
    };
    Ok(block)
}

/// The list of addresses that `-EmailAddresses` leads to: a whole list, or `@{add=…; remove=…}`.
pub(super) fn addresses(before: &[String], change: &Value) -> Vec<String> {
    let texts = |value: &Value| -> Vec<String> {
        let all = value.enumerate();
        let all = all.iter().map(crate::text).filter(|it| !it.is_empty());
        all.map(|it| {
            if it.contains(':') {
                it
            } else {
                format!("smtp:{it}")
            }
        })
        .collect()
    };
    let same = |one: &str, other: &str| {
        let address = |text: &str| {
            text.split_once(':')
                .map_or(text, |(_, it)| it)
                .to_lowercase()
        };
        address(one) == address(other)
    };
    let Value::Table(table) = change else {
        let mut list = texts(change);
        // The first address is the primary one where none is marked.
        if !list.iter().any(|it| it.starts_with("SMTP:"))
            && let Some(first) = list.first_mut().filter(|it| it.starts_with("smtp:"))
        {
            *first = first.replacen("smtp:", "SMTP:", 1);
        }
        return list;
    };
    let mut list = before.to_vec();
    let part = |name: &str| {
        table
            .get_text(name)
            .map(|it| texts(&it))
            .unwrap_or_default()
    };
    for gone in part("remove") {
        list.retain(|it| !same(it, &gone));
    }
    for new in part("add") {
        if new.starts_with("SMTP:") {
            for it in &mut list {
                *it = it.replacen("SMTP:", "smtp:", 1);
            }
        }
        list.retain(|it| !same(it, &new));
        list.push(new);
    }
    list
}
