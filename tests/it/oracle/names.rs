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

/// The address of a value such as `SMTP:a@b`, folded for comparison.
pub(super) fn address(value: &str) -> String {
    value
        .split_once(':')
        .map_or(value, |(_, address)| address)
        .to_lowercase()
}

fn is_smtp(value: &str) -> bool {
    value
        .get(..5)
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case("smtp:"))
}

/// Values of proxyAddresses the cloud accepts (4.11, step 1).
fn accepted(o: &AdPerson) -> Vec<String> {
    let good = |value: &String| {
        let (prefix, rest) = value.split_once(':').unwrap_or_default();
        let known = ["smtp", "sip", "x500", "eum"]
            .iter()
            .any(|p| same(p, prefix));
        let domain = address(value).rsplit_once('@').map(|(_, d)| d.to_owned());
        let system = domain.as_ref().is_some_and(|d| {
            d.ends_with(".onmicrosoft.com") || d.ends_with(".microsoftonline.com")
        });
        let well_formed = domain.is_some() && !rest.contains(char::is_whitespace);
        known && !system && (well_formed || !rest.is_empty() && !is_smtp(value))
    };
    let trimmed = o.proxies.iter().map(|p| p.trim().to_owned());
    trimmed.filter(good).collect()
}

/// The SMTP addresses AD brings along; mail counts where there are no proxyAddresses (2.10).
pub(super) fn incoming(o: &AdPerson) -> Vec<String> {
    if o.proxies.is_empty() {
        return o
            .mail
            .iter()
            .map(|mail| format!("SMTP:{}", mail.trim()))
            .collect();
    }
    accepted(o)
        .into_iter()
        .filter(|value| is_smtp(value))
        .collect()
}

/// The primary address AD brings along.
pub(super) fn primary_of(o: &AdPerson) -> Option<String> {
    incoming(o)
        .iter()
        .find(|value| value.starts_with("SMTP:"))
        .map(|value| address(value))
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
    let secondary = || incoming(o).first().map(|value| address(value));
    let upn = Some(stated_upn(o)).filter(|_| o.kind == Kind::User);
    let name = stated
        .or_else(|| primary_of(o))
        .or_else(|| o.mail.clone())
        .or(upn);
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
    let mut set: BTreeSet<String> = incoming(o).into_iter().filter(kept).collect();
    set.extend(accepted(o).into_iter().filter(|value| !is_smtp(value)));
    let minted = t.proxies.iter().map(|p| address(p)).find(|a| {
        a.rsplit_once('@')
            .is_some_and(|(_, domain)| same(domain, &tenant.initial))
    });
    if t.kind != Kind::User || !(t.licensed || minted.is_some()) {
        return set;
    }
    let nothing_given = set.is_empty();
    let system = minted.unwrap_or_else(|| format!("{}@{}", nickname(o, Some(t)), tenant.initial));
    let mut add = |value: &str, primary: bool| {
        if !set
            .iter()
            .any(|held| is_smtp(held) && address(held) == address(value))
        {
            set.insert(format!("{}:{value}", if primary { "SMTP" } else { "smtp" }));
        }
    };
    let has_primary =
        primary_of(o).is_some_and(|p| !withheld.iter().any(|w| address(&w.value) == p));
    let upn_leads = !has_primary && nothing_given && t.licensed;
    let system_leads = !has_primary && !upn_leads;
    if let Some(upn) = upn.filter(|_| t.licensed || !nothing_given) {
        add(upn, upn_leads);
    }
    add(&system, system_leads);
    set.retain(|value| !t.licensed || !is_smtp(value) || tenant.is_verified(value));
    set
}
