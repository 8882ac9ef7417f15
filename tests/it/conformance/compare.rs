//! How an answer differs from the recorded one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::replay::Answer;

/// Attributes that are there or not for reasons of the server alone: which mechanisms and which
/// vendor it has, and whether the propagation of descriptors ever came by.
const VOLATILE: [&str; 3] = [
    "dSCorePropagationData",
    "supportedSASLMechanisms",
    "vendorName",
];

/// What differs, in a line; `None` if nothing does.
pub(super) fn difference(is_search: bool, recorded: &Value, ours: &Answer) -> Option<String> {
    let mut found = Vec::new();
    let code = recorded["code"].as_u64().unwrap_or_default();
    if code != u64::from(ours.code) {
        found.push(format!("code {code} -> {}", ours.code));
    }
    let matched = recorded["matched"].as_str().unwrap_or_default();
    if !matched.eq_ignore_ascii_case(&ours.matched) {
        found.push(format!("matched `{matched}` -> `{}`", ours.matched));
    }
    let text = code != 0 && recorded["text"].is_string();
    if code == u64::from(ours.code) && text == ours.text.is_empty() && code != 5 && code != 6 {
        found.push(format!("text {text} -> {}", !ours.text.is_empty()));
    }
    if is_search {
        found.extend(entries(recorded, ours));
        let references = strings(&recorded["references"]);
        if references != ours.references {
            let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(" ");
            found.push(format!(
                "references {} -> {}",
                list(&references),
                list(&ours.references)
            ));
        }
        let controls = strings(&recorded["controls"]);
        if controls != ours.controls {
            let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(" ");
            found.push(format!(
                "controls {} -> {}",
                list(&controls),
                list(&ours.controls)
            ));
        }
    }
    (!found.is_empty()).then(|| found.join("; "))
}

fn strings(list: &Value) -> BTreeSet<String> {
    let list = list.as_array().map_or(&[][..], Vec::as_slice);
    list.iter()
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

fn entries(recorded: &Value, ours: &Answer) -> Option<String> {
    let count = recorded["count"].as_u64().unwrap_or_default();
    if count != ours.entries.len() as u64 {
        return Some(format!("{count} entries -> {}", ours.entries.len()));
    }
    let listed = recorded["entries"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    if listed.is_empty() {
        return None;
    }
    let theirs_dn: BTreeSet<String> = listed.iter().map(|entry| plain(&entry["dn"])).collect();
    let ours_dn: BTreeSet<String> = ours
        .entries
        .iter()
        .map(|(dn, _)| plain(&Value::from(dn.as_str())))
        .collect();
    if theirs_dn != ours_dn {
        return Some(format!("names {theirs_dn:?} -> {ours_dn:?}"));
    }
    // Each entry is held to the one of the same name.
    let lower = |names: &BTreeSet<String>| -> BTreeSet<String> {
        let volatile = VOLATILE.map(str::to_lowercase);
        let names = names.iter().map(|name| name.to_lowercase());
        names.filter(|name| !volatile.contains(name)).collect()
    };
    let ours: BTreeMap<String, BTreeSet<String>> = ours
        .entries
        .iter()
        .map(|(dn, names)| (plain(&Value::from(dn.as_str())), lower(names)))
        .collect();
    let (mut without, mut with) = (BTreeSet::new(), BTreeSet::new());
    for entry in listed {
        let theirs = lower(&strings(&entry["attributes"]));
        let ours = &ours[&plain(&entry["dn"])];
        without.extend(theirs.difference(ours).cloned());
        with.extend(ours.difference(&theirs).cloned());
    }
    if without.is_empty() && with.is_empty() {
        return None;
    }
    let words = |set: BTreeSet<String>| set.into_iter().collect::<Vec<_>>().join(" ");
    Some(format!(
        "without [{}], with [{}]",
        words(without),
        words(with)
    ))
}

/// A name without the identifiers in it, which every domain draws anew.
fn plain(dn: &Value) -> String {
    let dn = dn.as_str().unwrap_or_default().to_lowercase();
    let mut plain = String::new();
    for (at, part) in dn.split(',').enumerate() {
        if at > 0 {
            plain.push(',');
        }
        let part = part.split_once("\\0adel:").map_or(part, |(name, _)| name);
        match part.rsplit_once(">;") {
            Some((identifiers, name)) => {
                let kinds = identifiers.split(';').filter_map(|one| one.split_once('='));
                kinds.for_each(|(kind, _)| plain.push_str(kind));
                plain.push_str(name);
            }
            None => plain.push_str(part),
        }
    }
    plain
}

/// Whether a text is empty or begins with a code in eight hexadecimal digits (MS-ADTS
/// 3.1.1.3.1.9).
pub(super) fn is_worded(text: &str) -> bool {
    let head = text.as_bytes().get(..10);
    text.is_empty()
        || head
            .is_some_and(|head| head[..8].iter().all(u8::is_ascii_hexdigit) && &head[8..] == b": ")
}
