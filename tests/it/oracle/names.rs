//! Names and addresses as the cloud derives them (section 4), and who holds them.

use std::collections::BTreeSet;

use super::model::{AdPerson, CloudThing, Kind, Tenant, Withheld};

pub(super) fn same(a: &str, b: &str) -> bool {
    let folded = |text: &str| {
        text.chars()
            .flat_map(char::to_lowercase)
            .collect::<Vec<_>>()
    };
    a.eq_ignore_ascii_case(b) || !(a.is_ascii() && b.is_ascii()) && folded(a) == folded(b)
}

/// The address of a value such as `SMTP:a@b`.
fn bare(value: &str) -> String {
    value
        .split_once(':')
        .map_or(value, |(_, address)| address)
        .to_owned()
}

/// The same, folded for comparison.
pub(super) fn address(value: &str) -> String {
    bare(value).to_lowercase()
}

fn is_smtp(value: &str) -> bool {
    value
        .get(..5)
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case("smtp:"))
}

/// Whether the cloud takes a name from AD at all: not its own domains, nothing malformed (4.11).
fn takes(address: &str) -> bool {
    let domain = address
        .rsplit_once('@')
        .map(|(_, domain)| domain.to_lowercase());
    let system =
        |d: &String| d.ends_with(".onmicrosoft.com") || d.ends_with(".microsoftonline.com");
    domain.is_some_and(|domain| !system(&domain)) && !address.contains(char::is_whitespace)
}

/// Values of proxyAddresses the cloud accepts (4.11, step 1).
fn accepted(o: &AdPerson) -> Vec<String> {
    let good = |value: &String| {
        let (prefix, rest) = value.split_once(':').unwrap_or_default();
        let known = ["smtp", "sip", "x500", "eum"]
            .iter()
            .any(|p| same(p, prefix));
        known && !rest.is_empty() && (!is_smtp(value) || takes(rest))
    };
    let trimmed = o.proxies.iter().map(|p| p.trim().to_owned());
    trimmed.filter(good).collect()
}

/// The SMTP addresses AD brings along; mail counts where no other is left (4.11, step 2).
pub(super) fn incoming(o: &AdPerson) -> Vec<String> {
    let mut listed = accepted(o);
    listed.retain(|value| is_smtp(value));
    if listed.is_empty() {
        let mail = o.mail.iter().map(|mail| mail.trim());
        let mail = mail.filter(|mail| takes(mail));
        listed.extend(mail.map(|mail| format!("SMTP:{mail}")));
    }
    listed
}

/// What is left of them on an account: a recipient keeps none of an unverified domain (4.11,
/// step 4).
pub(super) fn claimed(o: &AdPerson, t: Option<&CloudThing>, tenant: &Tenant) -> Vec<String> {
    let mut claimed = incoming(o);
    let recipient = t.is_some_and(|t| t.licensed);
    claimed.retain(|value| !recipient || tenant.is_verified(value));
    claimed
}

/// The primary address that AD states, which matching compares: mail only where there are no
/// proxyAddresses at all (2.10).
pub(super) fn primary_of(o: &AdPerson) -> Option<String> {
    if o.proxies.is_empty() {
        return o.mail.as_ref().map(|mail| mail.trim().to_lowercase());
    }
    let mut trimmed = o.proxies.iter().map(|value| value.trim());
    trimmed
        .find(|value| value.starts_with("SMTP:"))
        .map(address)
}

/// The UPN that leaves AD (4.1).
pub(super) fn stated_upn(o: &AdPerson) -> String {
    let made = || format!("{}@{}", o.sam.as_deref().unwrap_or_default(), o.domain_fqdn);
    o.upn
        .clone()
        .filter(|upn| !upn.is_empty())
        .unwrap_or_else(made)
}

/// The mail nickname (4.3); a known account keeps its own unless AD states one.
fn nickname(o: &AdPerson, known: Option<&CloudThing>) -> String {
    let stated = o
        .mail_nickname
        .clone()
        .or_else(|| known.and_then(|t| t.mail_nickname.clone()));
    let mut listed = o.proxies.iter().map(|value| value.trim());
    let secondary = || listed.find(|value| is_smtp(value)).map(bare);
    let upn = Some(stated_upn(o)).filter(|_| o.kind == Kind::User);
    let mut primaries = o.proxies.iter().map(|value| value.trim());
    let primary = primaries.find(|value| value.starts_with("SMTP:")).map(bare);
    let name = stated.or(primary).or_else(|| o.mail.clone()).or(upn);
    let name = name.or_else(secondary).unwrap_or_default();
    name.split('@').next().unwrap_or_default().to_owned()
}

/// The UPN the cloud gives the account (4.2).
pub(super) fn cloud_upn(
    o: &AdPerson,
    known: Option<&CloudThing>,
    tenant: &Tenant,
) -> Option<String> {
    let stated = stated_upn(o);
    let usable = tenant.is_verified(&stated) && !stated.contains(char::is_whitespace);
    let made = || format!("{}@{}", nickname(o, known), tenant.initial);
    (o.kind == Kind::User).then(|| if usable { stated } else { made() })
}

/// Attribute and folded name of everything an account holds.
pub(super) fn names_of(t: &CloudThing) -> Vec<(&'static str, String)> {
    let marker = t.id.replace('-', "");
    let upn = t.upn.iter().map(|upn| {
        let bare = upn
            .strip_prefix(&marker)
            .or_else(|| upn.strip_prefix(&t.id));
        (
            "UserPrincipalName",
            bare.filter(|_| t.deleted).unwrap_or(upn).to_lowercase(),
        )
    });
    let addresses = t
        .proxies
        .iter()
        .filter(|p| is_smtp(p))
        .map(|p| ("ProxyAddresses", address(p)));
    let mail = t
        .mail
        .iter()
        .map(|mail| ("ProxyAddresses", mail.to_lowercase()));
    upn.chain(addresses).chain(mail).collect()
}

/// The live object other than `except` that holds a name, whatever its type (3.2, 3.3).
pub(super) fn owner<'a>(
    name: &str,
    things: &'a [CloudThing],
    except: Option<&CloudThing>,
) -> Option<&'a CloudThing> {
    let bare = |value: &'a String| value.split_once(':').map_or("", |(_, address)| address);
    let holds = |t: &'a CloudThing| {
        let smtp = t.proxies.iter().filter(|p| is_smtp(p)).map(bare);
        let plain = t.upn.iter().chain(&t.mail).map(String::as_str);
        smtp.chain(plain).any(|held| same(held, name))
    };
    let other = |t: &CloudThing| !t.deleted && except.is_none_or(|e| e.id != t.id);
    things.iter().find(|t| other(t) && holds(t))
}

/// The proxyAddresses a known account should show (4.11 to 4.14).
pub(super) fn expected_addresses(
    o: &AdPerson,
    t: &CloudThing,
    upn: Option<&str>,
    withheld: &[Withheld],
    tenant: &Tenant,
) -> BTreeSet<String> {
    let kept = |value: &String| !withheld.iter().any(|w| w.value == *value);
    let given = incoming(o);
    let mut set: BTreeSet<String> = claimed(o, Some(t), tenant)
        .into_iter()
        .filter(kept)
        .collect();
    let has_primary = set.iter().any(|value| value.starts_with("SMTP:"));
    set.extend(accepted(o).into_iter().filter(|value| !is_smtp(value)));
    let initial = |a: &String| {
        a.rsplit_once('@')
            .is_some_and(|(_, domain)| same(domain, &tenant.initial))
    };
    // A UPN is added beside the system address (4.11, step 4), so it is that one only for want of
    // another.
    let upns = [t.upn.as_deref(), upn];
    let is_upn = |a: &String| upns.iter().flatten().any(|upn| same(a, upn));
    let minted = || t.proxies.iter().map(|p| bare(p)).filter(initial);
    let minted = minted().find(|a| !is_upn(a)).or_else(|| minted().next());
    if t.kind != Kind::User || !(t.licensed || minted.is_some()) {
        return set;
    }
    let nothing_given = given.is_empty();
    let system = minted.unwrap_or_else(|| format!("{}@{}", nickname(o, Some(t)), tenant.initial));
    let mut add = |value: &str, primary: bool| {
        if !set
            .iter()
            .any(|held| is_smtp(held) && address(held) == address(value))
        {
            set.insert(format!("{}:{value}", if primary { "SMTP" } else { "smtp" }));
        }
    };
    let upn_leads = !has_primary && nothing_given && t.licensed;
    let system_leads = !has_primary && !upn_leads;
    if system_leads {
        add(&system, true);
    }
    if let Some(upn) = upn.filter(|_| t.licensed || !nothing_given) {
        add(upn, upn_leads);
    }
    add(&system, false);
    set.retain(|value| !t.licensed || !is_smtp(value) || tenant.is_verified(value));
    set
}
