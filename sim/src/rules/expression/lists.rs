//! Functions on the values of multi-valued attributes.

#![expect(
    clippy::unnecessary_wraps,
    reason = "functions of the language are alike"
)]

use store::{Text, eq_fold, fold};

use super::evaluate::{number, text};
use super::function::Outcome;
use super::{Failure, RuleValue};

/// The place of the first value that has the text in it, from 1; 0 where none has.
pub(super) fn contains(values: &[RuleValue], choices: &[&'static str]) -> Outcome {
    let folds = choices.contains(&"CaseInsensitive");
    let part = text(&values[1], "Contains")?;
    let part = if folds { fold(&part) } else { part };
    for (place, value) in values[0].values().iter().enumerate() {
        let whole = text(value, "Contains")?;
        let whole = if folds { fold(&whole) } else { whole };
        if whole.contains(part.as_str()) {
            return Ok(RuleValue::count(place + 1));
        }
    }
    Ok(RuleValue::Number(0))
}

pub(super) fn count(values: &[RuleValue], _: &[&'static str]) -> Outcome {
    Ok(RuleValue::count(values[0].values().len()))
}

fn at(values: &[RuleValue], of: &str) -> Result<Option<RuleValue>, Failure> {
    let place = usize::try_from(number(&values[1], of)?.saturating_sub(1)).ok();
    Ok(place.and_then(|place| values[0].values().get(place).cloned()))
}

pub(super) fn item(values: &[RuleValue], _: &[&'static str]) -> Outcome {
    at(values, "Item")?.ok_or_else(|| {
        let place = values[1].as_number().unwrap_or_default();
        let count = values[0].values().len();
        Failure::Type(format!("`Item` asks for value {place} of {count}"))
    })
}

pub(super) fn item_or_null(values: &[RuleValue], _: &[&'static str]) -> Outcome {
    Ok(at(values, "ItemOrNull")?.unwrap_or(RuleValue::Null))
}

pub(super) fn join(values: &[RuleValue], _: &[&'static str]) -> Outcome {
    let between = match values.get(1) {
        Some(between) => text(between, "Join")?,
        None => Text::from(" "),
    };
    let each: Result<Vec<Text>, Failure> = values[0]
        .values()
        .iter()
        .map(|value| text(value, "Join"))
        .collect();
    let each = each?;
    let parts: Vec<&str> = each.iter().map(Text::as_str).collect();
    Ok(RuleValue::text(parts.join(&between)))
}

/// Each value once. Active Directory compares addresses without regard to case, and so does this.
pub(super) fn remove_duplicates(values: &[RuleValue], _: &[&'static str]) -> Outcome {
    let mut kept: Vec<RuleValue> = Vec::new();
    for value in values[0].values() {
        let same = |known: &RuleValue| match (known, value) {
            (RuleValue::Text(known), RuleValue::Text(value)) => eq_fold(known, value),
            (known, value) => known == value,
        };
        if !kept.iter().any(same) {
            kept.push(value.clone());
        }
    }
    Ok(RuleValue::from_list(kept))
}

pub(super) fn split(values: &[RuleValue], _: &[&'static str]) -> Outcome {
    let whole = text(&values[0], "Split")?;
    let between = text(&values[1], "Split")?;
    if between.is_empty() {
        return Err(Failure::Type("`Split` needs a delimiter".to_owned()));
    }
    let most = match values.get(2) {
        Some(most) => usize::try_from(number(most, "Split")?).unwrap_or(0).max(1),
        None => usize::MAX,
    };
    let parts = whole.splitn(most, between.as_str());
    Ok(RuleValue::from_list(parts.map(RuleValue::text).collect()))
}
