//! The file in which a person decides.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use mock_ad::directory::{AttributeId, Directory, Dn};
use mock_cloud::tenant::State;
use mock_cloud::{CloudId, DirectoryObject, Tenant};
use serde::Deserialize;

use super::{Claim, Confidence, Ownership, Person};
use crate::engine::Source;
use crate::scenario::Name;
use crate::snapshot::{Problem, find, position, problems_of};

/// Where such a file comes from.
const WRITTEN_BY: &str = "`dirsync-lab belongs SNAPSHOT` writes such a file";

/// What is written for somebody who has no account.
const NOBODY: &str = "none";

const HEAD: &str = "\
# Whose account is whose: distinguished name to object id.
#
# exact      the anchor, the SID or the objectGUID says so, and nothing contradicts
# likely     the UPN or an address says so, and nothing contradicts: look it over
# ambiguous  decide: write one of the ids behind the name, or `none` where there is no account
#
";

/// Writes what was inferred of the forests of a snapshot; what is ambiguous side by side, to be
/// decided.
pub fn write(forests: &[Directory], tenant: &Tenant, ownership: &Ownership) -> String {
    let mut text = HEAD.to_owned();
    let sections = [
        ("ambiguous", Confidence::Ambiguous),
        ("likely", Confidence::Likely),
        ("exact", Confidence::Exact),
    ];
    for (name, confidence) in sections {
        let mut people: Vec<(String, &Person)> = ownership
            .of(confidence)
            .map(|person| {
                let Source { forest, object } = person.object;
                (forests[forest].dn(object).to_string(), person)
            })
            .collect();
        people.sort_by(|(one, _), (other, _)| one.cmp(other));
        if people.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{name}:");
        for (dn, person) in people {
            let key = serde_json::to_string(&dn).unwrap_or_default();
            if confidence == Confidence::Ambiguous {
                side_by_side(&mut text, forests, tenant, person);
                let _ = writeln!(text, "  {key}:\n");
            } else {
                let claim = &person.claims[0];
                let id = tenant.object(claim.account).map(|it| it.id.to_string());
                let why = evidence(claim);
                let _ = writeln!(text, "  {key}: {}  # {why}", id.unwrap_or_default());
            }
        }
    }
    text
}

fn evidence(claim: &Claim) -> String {
    let names: Vec<&str> = claim.evidence.iter().map(|it| it.name()).collect();
    names.join(", ")
}

fn side_by_side(text: &mut String, forests: &[Directory], tenant: &Tenant, person: &Person) {
    let _ = writeln!(text, "  # {}", user(forests, person.object));
    for claim in &person.claims {
        let Some(account) = tenant.object(claim.account) else {
            continue;
        };
        let _ = writeln!(text, "  #   {}  {}", account.id, described(account));
        let _ = writeln!(text, "  #       shares: {}", evidence(claim));
    }
    for rival in person.rivals.iter().take(3) {
        let _ = writeln!(text, "  #   also claimed by {}", user(forests, *rival));
    }
}

fn user(forests: &[Directory], person: Source) -> String {
    let Some(object) = forests[person.forest].object(person.object) else {
        return String::new();
    };
    let mut parts = vec![object.name().to_string()];
    parts.extend(
        object
            .text(AttributeId::USER_PRINCIPAL_NAME)
            .map(|it| format!("UPN {it}")),
    );
    parts.extend(
        object
            .text(AttributeId::MAIL)
            .map(|it| format!("mail {it}")),
    );
    parts.push(format!("made {}", day(object.when_created)));
    plain(&parts.join(", "))
}

fn described(account: &DirectoryObject) -> String {
    let mut parts = vec![account.label().to_string()];
    if let State::SoftDeleted { at } = account.state {
        parts.push(format!("deleted {}", day(at)));
    }
    match account.licences.len() {
        0 => parts.push("no licence".to_owned()),
        1 => parts.push("1 licence".to_owned()),
        count => parts.push(format!("{count} licences")),
    }
    if account.mailbox.is_some() {
        parts.push("mailbox".to_owned());
    }
    parts.push(
        if account.is_synced() {
            "synced"
        } else {
            "cloud-only"
        }
        .to_owned(),
    );
    parts.push(format!("made {}", day(account.created)));
    plain(&parts.join(", "))
}

fn day(time: jiff::Timestamp) -> String {
    let text = time.to_string();
    text.split('T').next().unwrap_or_default().to_owned()
}

/// Without line breaks, which would end a comment.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    exact: BTreeMap<Name, Option<String>>,
    likely: BTreeMap<Name, Option<String>>,
    ambiguous: BTreeMap<Name, Option<String>>,
}

/// What a person decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decided {
    /// Whose account is whose: distinguished name to object id, as `lab.yaml` has it.
    pub belongs: BTreeMap<String, String>,
    /// How many are said to have no account.
    pub without: usize,
    /// Those that nobody has decided.
    pub open: Vec<String>,
}

/// Reads the file back, or says everything that is wrong with it: names and ids that the exports
/// do not have, and accounts that are given to two people.
pub fn read(
    file: &str,
    source: &str,
    forests: &[Directory],
    tenant: &Tenant,
) -> Result<Decided, Vec<Problem>> {
    let written: Written = crate::scenario::read_document(file, source)
        .map_err(|found| problems_of(&found, source, WRITTEN_BY))?;
    let mut decided = Decided::default();
    let mut problems = Vec::new();
    let mut owners: BTreeMap<CloudId, String> = BTreeMap::new();
    let mut wrong = |dn: &Name, message: String, help: &str| {
        let (line, column) = position(source, &dn.at);
        problems.push(Problem {
            file: file.to_owned(),
            line,
            column,
            message,
            help: help.to_owned(),
        });
    };
    let all = [written.exact, written.likely, written.ambiguous];
    for (dn, id) in all.into_iter().flatten() {
        let known = dn.parse::<Dn>().ok().and_then(|name| find(forests, &name));
        if known.is_none() {
            let message = format!("`{dn}` is not in the export of Active Directory");
            wrong(&dn, message, "take the line out, or make the file anew");
            continue;
        }
        let Some(id) = id else {
            decided.open.push(dn.value);
            continue;
        };
        if id.eq_ignore_ascii_case(NOBODY) {
            decided.without += 1;
            continue;
        }
        let Some(account) = id
            .parse::<CloudId>()
            .ok()
            .filter(|id| tenant.find_by_id(*id).is_some())
        else {
            let message = format!("the tenant has no account `{id}`");
            wrong(
                &dn,
                message,
                "write one of the ids that are listed above the name, or `none`",
            );
            continue;
        };
        if let Some(other) = owners.insert(account, dn.value.clone()) {
            let message = format!("the account {id} is given to `{other}` as well");
            wrong(&dn, message, "an account belongs to one person");
            continue;
        }
        decided.belongs.insert(dn.value, account.to_string());
    }
    if problems.is_empty() {
        Ok(decided)
    } else {
        Err(problems)
    }
}
