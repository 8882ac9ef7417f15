//! How an answer differs from the recorded one.

use std::collections::BTreeSet;

use serde_json::Value;

use super::replay::Answer;

/// Attributes that differ from server to server or from moment to moment.
const VOLATILE: [&str; 24] = [
    "currentTime",
    "highestCommittedUSN",
    "dsServiceName",
    "serverName",
    "dnsHostName",
    "ldapServiceName",
    "whenCreated",
    "whenChanged",
    "uSNChanged",
    "uSNCreated",
    "objectGUID",
    "objectSid",
    "dSCorePropagationData",
    "supportedSASLMechanisms",
    "vendorName",
    "nTSecurityDescriptor",
    "name",
    "isSynchronized",
    "netlogon",
    "pwdLastSet",
    "badPwdCount",
    "lastLogon",
    "logonCount",
    "msDS-PortLDAP",
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
    let lower = |names: BTreeSet<String>| -> BTreeSet<String> {
        let names = names.into_iter().map(|name| name.to_lowercase());
        let volatile: Vec<String> = VOLATILE.iter().map(|name| name.to_lowercase()).collect();
        names.filter(|name| !volatile.contains(name)).collect()
    };
    let theirs = listed
        .iter()
        .flat_map(|entry| strings(&entry["attributes"]))
        .collect();
    let ours = ours
        .entries
        .iter()
        .flat_map(|(_, names)| names.clone())
        .collect();
    let (theirs, ours) = (lower(theirs), lower(ours));
    if theirs == ours {
        return None;
    }
    let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| {
        a.difference(b).cloned().collect::<Vec<_>>().join(" ")
    };
    Some(format!(
        "without [{}], with [{}]",
        only(&theirs, &ours),
        only(&ours, &theirs)
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
