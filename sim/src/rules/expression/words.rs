//! Functions on text. Those on one text work on each value of several (R5.2's source, E-DECL).

use store::{Text, fold};

use super::evaluate::{each_of, number, text};
use super::function::Outcome;
use super::{Failure, RuleValue};

/// Nothing stays nothing; each of several values is mapped.
fn map(value: &RuleValue, of: &str, change: impl Fn(&str) -> Text) -> Outcome {
    let one = |value: &RuleValue| Ok(RuleValue::Text(change(&text(value, of)?)));
    match value {
        RuleValue::Null => Ok(RuleValue::Null),
        RuleValue::Many(values) => each_of(values, one),
        value => one(value),
    }
}

/// As [`map`], but nothing reads as an empty text.
fn map_or_empty(value: &RuleValue, of: &str, change: impl Fn(&str) -> Text) -> Outcome {
    match value {
        RuleValue::Null => Ok(RuleValue::text("")),
        value => map(value, of, change),
    }
}

pub(super) fn trim(values: &[RuleValue], _: &[&'static str]) -> Outcome {
    map(&values[0], "Trim", |text| Text::from(text.trim()))
}

pub(super) fn trim_start(values: &[RuleValue], _: &[&'static str]) -> Outcome {
    map(&values[0], "LTrim", |text| Text::from(text.trim_start()))
}

pub(super) fn trim_end(values: &[RuleValue], _: &[&'static str]) -> Outcome {
    map(&values[0], "RTrim", |text| Text::from(text.trim_end()))
}

pub(super) fn lower(values: &[RuleValue], _: &[&'static str]) -> Outcome {
    map(&values[0], "LCase", |text| Text::from(text.to_lowercase()))
}

pub(super) fn upper(values: &[RuleValue], _: &[&'static str]) -> Outcome {
    map(&values[0], "UCase", |text| Text::from(text.to_uppercase()))
}

pub(super) fn proper(values: &[RuleValue], _: &[&'static str]) -> Outcome {
    map(&values[0], "PCase", |text| {
        let mut start = true;
        text.chars()
            .flat_map(|character| {
                let cased: Vec<char> = if start {
                    character.to_uppercase().collect()
                } else {
                    character.to_lowercase().collect()
                };
                start = character == ' ';
                cased
            })
            .collect()
    })
}

/// The first so many characters.
fn taken(text: &str, count: usize) -> &str {
    let end = text.char_indices().nth(count);
    end.map_or(text, |(end, _)| &text[..end])
}

pub(super) fn left(values: &[RuleValue], _: &[&'static str]) -> Outcome {
    let count = number(&values[1], "Left")?;
    map_or_empty(&values[0], "Left", |text| {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        Text::from(taken(text, count))
    })
}

pub(super) fn right(values: &[RuleValue], _: &[&'static str]) -> Outcome {
    let count = number(&values[1], "Right")?;
    map_or_empty(&values[0], "Right", |text| {
        let length = text.chars().count();
        let count = usize::try_from(count).unwrap_or(length).min(length);
        text.chars().skip(length - count).collect()
    })
}

/// A start or a count that makes no sense gives the text as it is.
pub(super) fn mid(values: &[RuleValue], _: &[&'static str]) -> Outcome {
    let start = number(&values[1], "Mid")?;
    let count = match values.get(2) {
        Some(count) => number(count, "Mid")?,
        None => i64::MAX,
    };
    map_or_empty(&values[0], "Mid", |text| {
        let skipped = usize::try_from(start.saturating_sub(1)).ok();
        let Some((place, _)) = skipped.and_then(|it| text.char_indices().nth(it)) else {
            return Text::from(text);
        };
        if count < 0 {
            return Text::from(text);
        }
        let rest = &text[place..];
        Text::from(taken(rest, usize::try_from(count).unwrap_or(usize::MAX)))
    })
}

pub(super) fn length(values: &[RuleValue], _: &[&'static str]) -> Outcome {
    match &values[0] {
        RuleValue::Bytes(bytes) => Ok(RuleValue::count(bytes.len())),
        RuleValue::Many(each) => each_of(each, |one| length(std::slice::from_ref(one), &[])),
        one => Ok(RuleValue::count(text(one, "Len")?.chars().count())),
    }
}

/// The place of a text in another, from 1; case counts unless `vbTextCompare` is said.
fn place_in(values: &[RuleValue], choices: &[&'static str], last: bool) -> Outcome {
    let of = if last { "InStrRev" } else { "InStr" };
    if let RuleValue::Many(each) = &values[0] {
        return each_of(each, |one| {
            let mut single = values.to_vec();
            single[0] = one.clone();
            place_in(&single, choices, last)
        });
    }
    let (mut whole, mut part) = (text(&values[0], of)?, text(&values[1], of)?);
    if choices.contains(&"vbTextCompare") {
        (whole, part) = (fold(&whole), fold(&part));
    }
    let given = values.get(2).map(|it| number(it, of)).transpose()?;
    let found = if last {
        let up_to = given.map_or(usize::MAX, |it| usize::try_from(it).unwrap_or(0));
        taken(&whole, up_to).rfind(part.as_str())
    } else {
        let from = given.map_or(0, |it| usize::try_from(it.saturating_sub(1)).unwrap_or(0));
        let skipped = whole.len() - whole[taken(&whole, from).len()..].len();
        whole[skipped..]
            .find(part.as_str())
            .map(|place| place + skipped)
    };
    let place = found.map_or(0, |found| whole[..found].chars().count() + 1);
    Ok(RuleValue::count(place))
}

pub(super) fn in_str(values: &[RuleValue], choices: &[&'static str]) -> Outcome {
    place_in(values, choices, false)
}

pub(super) fn in_str_rev(values: &[RuleValue], choices: &[&'static str]) -> Outcome {
    place_in(values, choices, true)
}

/// The most characters that padding may ask for.
const PADDED_MAX: usize = 4096;

fn padded(values: &[RuleValue], of: &str, before: bool) -> Outcome {
    let wanted = usize::try_from(number(&values[1], of)?)
        .unwrap_or(0)
        .min(PADDED_MAX);
    let pad = text(&values[2], of)?;
    let mut characters = pad.chars();
    let (Some(pad), None) = (characters.next(), characters.next()) else {
        return Err(Failure::Type(format!("`{of}` pads with one character")));
    };
    map_or_empty(&values[0], of, |text| {
        let lacking = wanted.saturating_sub(text.chars().count());
        let padding: String = std::iter::repeat_n(pad, lacking).collect();
        Text::from(if before {
            padding + text
        } else {
            text.to_owned() + &padding
        })
    })
}

pub(super) fn pad_left(values: &[RuleValue], _: &[&'static str]) -> Outcome {
    padded(values, "PadLeft", true)
}

pub(super) fn pad_right(values: &[RuleValue], _: &[&'static str]) -> Outcome {
    padded(values, "PadRight", false)
}

pub(super) fn replace(values: &[RuleValue], _: &[&'static str]) -> Outcome {
    let monikers = |text: Text| {
        let text = text.replace("\\n", "\n").replace("\\r", "\r");
        text.replace("\\t", "\t")
    };
    let old = monikers(text(&values[1], "Replace")?);
    let new = monikers(text(&values[2], "Replace")?);
    map(&values[0], "Replace", |text| {
        if old.is_empty() {
            Text::from(text)
        } else {
            Text::from(text.replace(&old, &new))
        }
    })
}

pub(super) fn replace_chars(values: &[RuleValue], _: &[&'static str]) -> Outcome {
    let pattern = text(&values[1], "ReplaceChars")?;
    let pattern: String = pattern.chars().filter(|it| !it.is_whitespace()).collect();
    let mut pairs = Vec::new();
    for pair in pattern.split(',').filter(|pair| !pair.is_empty()) {
        let (source, target) = pair.split_once(':').unwrap_or((pair, ""));
        let mut source = source.chars();
        let (Some(character), None) = (source.next(), source.next()) else {
            let message = format!("`ReplaceChars` replaces single characters, not `{pair}`");
            return Err(Failure::Type(message));
        };
        pairs.push((character, target.to_owned()));
    }
    map(&values[0], "ReplaceChars", |text| {
        let mut changed = String::new();
        for character in text.chars() {
            match pairs.iter().find(|(source, _)| *source == character) {
                Some((_, target)) => changed.push_str(target),
                None => changed.push(character),
            }
        }
        Text::from(changed)
    })
}

/// Each run of characters between delimiters is a word.
pub(super) fn word(values: &[RuleValue], _: &[&'static str]) -> Outcome {
    let wanted = number(&values[1], "Word")?;
    let delimiters = text(&values[2], "Word")?;
    map_or_empty(&values[0], "Word", |text| {
        let place = usize::try_from(wanted.saturating_sub(1));
        let mut words = text
            .split(|it| delimiters.contains(it))
            .filter(|it| !it.is_empty());
        place
            .ok()
            .and_then(|place| words.nth(place))
            .map_or_else(Text::new, Text::from)
    })
}

/// The components of a distinguished name, as they are written.
fn components(name: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (place, byte) in name.bytes().enumerate() {
        if byte == b',' && !escaped {
            parts.push(name[start..place].trim());
            start = place + 1;
        }
        escaped = byte == b'\\' && !escaped;
    }
    parts.push(name[start..].trim());
    parts
}

fn component_value(component: Option<&str>) -> Text {
    let value = component.and_then(|it| it.split_once('='));
    value.map_or_else(Text::new, |(_, value)| Text::from(value.trim()))
}

pub(super) fn dn_component(values: &[RuleValue], _: &[&'static str]) -> Outcome {
    let place = usize::try_from(number(&values[1], "DNComponent")?.saturating_sub(1)).ok();
    map(&values[0], "DNComponent", |name| {
        component_value(place.and_then(|place| components(name).get(place).copied()))
    })
}

pub(super) fn dn_component_rev(values: &[RuleValue], _: &[&'static str]) -> Outcome {
    let place = usize::try_from(number(&values[1], "DNComponentRev")?.saturating_sub(1)).ok();
    let skips = match values.get(2) {
        Some(option) => text(option, "DNComponentRev")?.eq_ignore_ascii_case("DC"),
        None => false,
    };
    map(&values[0], "DNComponentRev", |name| {
        let is_dc = |part: &str| {
            part.get(..3)
                .is_some_and(|it| it.eq_ignore_ascii_case("dc="))
        };
        let parts = components(name);
        let mut back = parts.iter().rev().filter(|part| !(skips && is_dc(part)));
        component_value(place.and_then(|place| back.nth(place).copied()))
    })
}

pub(super) fn escape_dn_component(values: &[RuleValue], _: &[&'static str]) -> Outcome {
    map(&values[0], "EscapeDNComponent", |text| {
        let (attribute, value) = text.split_once('=').unwrap_or(("CN", text));
        let rdn = mock_ad::directory::Rdn::new(attribute, Text::from(value));
        let written = rdn.to_string();
        let bare = written.strip_prefix("CN=").filter(|_| !text.contains('='));
        Text::from(bare.unwrap_or(&written))
    })
}
