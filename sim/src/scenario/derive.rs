//! What follows from the name of an object, so that scenario files stay short.

use uuid::Uuid;

use super::collect::OneOrMany;
use super::model::{AdObject, Forest, InitialWorld};
use super::spanned::{Name, Spanned};
use super::value::Guid;

/// The initial domain of a tenant that is not given one.
pub const INITIAL_DOMAIN: &str = "contoso.onmicrosoft.com";

/// The domain of a forest that is not given one.
pub const BASE: &str = "DC=contoso,DC=test";

/// The namespace in which names of objects become GUIDs.
const NAMESPACE: Uuid = Uuid::from_u128(0x6b1f_6c9d_31a4_5c0e_9d2b_7f8e_54aa_1c07);

/// The objectGUID of an AD object that is not given one.
///
/// ```
/// use sim::scenario::guid_of;
///
/// assert_eq!(guid_of("j.doe"), guid_of("j.doe"));
/// assert_ne!(guid_of("j.doe"), guid_of("j.do"));
/// ```
pub fn guid_of(name: &str) -> Guid {
    Guid(Uuid::new_v5(&NAMESPACE, name.as_bytes()))
}

/// The objectSid of an AD object that is not given one, in the domain `base`.
pub fn sid_of(name: &str, base: &str) -> String {
    let (domain_high, domain_low) = Uuid::new_v5(&NAMESPACE, base.as_bytes()).as_u64_pair();
    let (rid, _) = Uuid::new_v5(&NAMESPACE, name.as_bytes()).as_u64_pair();
    // RIDs below 1000 belong to built-in accounts, those above 2^30 are never given out.
    let rid = 1_000 + (rid >> 35);
    let (high, low) = (domain_high & 0xffff_ffff, domain_low >> 32);
    format!("S-1-5-21-{}-{high}-{low}-{rid}", domain_high >> 32)
}

/// proxyAddresses as a scenario writes them: without a prefix the first is the primary address
/// and the others are secondary ones.
///
/// ```
/// use sim::scenario::{Spanned, proxy_addresses};
///
/// let written = ["ann@contoso.com", "a.lee@contoso.com", "SIP:ann@contoso.com"];
/// let written = written.map(|address| Spanned::derived(address.to_owned()));
/// assert_eq!(
///     proxy_addresses(&written),
///     ["SMTP:ann@contoso.com", "smtp:a.lee@contoso.com", "SIP:ann@contoso.com"]
/// );
/// ```
pub fn proxy_addresses(written: &[Name]) -> Vec<String> {
    let prefix = |number: usize| if number == 0 { "SMTP" } else { "smtp" };
    let address = |(number, address): (usize, &Name)| match address.split_once(':') {
        Some(_) => address.value.clone(),
        None => format!("{}:{address}", prefix(number)),
    };
    written.iter().enumerate().map(address).collect()
}

/// The objects that an entry under `world.ad` stands for: itself, or its numbered copies.
pub fn copies(name: &str, object: &AdObject) -> Vec<(String, AdObject)> {
    let Some(count) = &object.count else {
        return vec![(name.to_owned(), object.clone())];
    };
    let numbers = 1..=count.value;
    numbers
        .map(|number| (format!("{name}-{number}"), copy(object, number)))
        .collect()
}

fn copy(object: &AdObject, number: u32) -> AdObject {
    let number = number.to_string();
    let mut copy = AdObject {
        count: None,
        ..object.clone()
    };
    let texts = [
        &mut copy.upn,
        &mut copy.sam,
        &mut copy.mail,
        &mut copy.mail_nickname,
        &mut copy.display_name,
        &mut copy.given_name,
        &mut copy.surname,
        &mut copy.sip,
    ];
    for text in texts.into_iter().flatten() {
        text.value = text.value.replace('#', &number);
    }
    let numbered = |values: &mut OneOrMany<Name>| {
        for value in &mut values.0 {
            value.value = value.value.replace('#', &number);
        }
    };
    numbered(&mut copy.smtp);
    copy.attributes
        .0
        .iter_mut()
        .for_each(|(_, values)| numbered(values));
    copy
}

/// The forests' names, none for an only one, and the distinguished names of their domains.
pub(super) fn bases(world: &InitialWorld) -> Vec<(Option<Name>, String)> {
    let written = |forest: &Forest| forest.base.as_ref().map(ToString::to_string);
    if world.forests.is_empty() {
        let only = world.forest.as_ref().and_then(|forest| written(forest));
        return vec![(None, only.unwrap_or_else(|| BASE.to_owned()))];
    }
    let forests = world.forests.iter();
    forests
        .map(|(name, forest)| {
            let base = written(forest).unwrap_or_else(|| default_base(name));
            (Some(name.clone()), base)
        })
        .collect()
}

/// The domain of one of several forests that is not given one.
pub(super) fn default_base(name: &str) -> String {
    format!("DC={name},DC=test")
}

/// A derived piece of text.
pub(super) fn text(text: impl Into<String>) -> Name {
    Spanned::derived(text.into())
}

#[cfg(test)]
mod tests {
    use super::super::collect::OneOrMany;
    use super::super::model::AdObject;
    use super::super::spanned::Spanned;
    use super::{copies, sid_of, text};

    #[test]
    fn sids_look_like_sids() {
        let sid = sid_of("ann", "DC=contoso,DC=test");
        let parts: Vec<u64> = sid
            .split('-')
            .skip(1)
            .map(|part| part.parse().expect("a number"))
            .collect();
        assert_eq!(parts.len(), 7, "{sid}");
        assert!(
            parts.iter().all(|part| u32::try_from(*part).is_ok()),
            "{sid}"
        );
        assert!((1_000..1 << 30).contains(&parts[6]), "{sid}");
        assert_ne!(sid, sid_of("bo", "DC=contoso,DC=test"));
    }

    #[test]
    fn copies_are_numbered() {
        let object = AdObject {
            count: Some(Spanned::derived(3)),
            upn: Some(text("crew#@contoso.com")),
            smtp: OneOrMany(vec![text("c#@contoso.com")]),
            ..AdObject::default()
        };
        let all = copies("crew", &object);
        let (name, last) = all.last().expect("three copies");
        assert_eq!((all.len(), name.as_str()), (3, "crew-3"));
        assert_eq!(last.upn, Some(text("crew3@contoso.com")));
        assert_eq!(last.smtp[0], text("c3@contoso.com"));
        assert_eq!(copies("ann", &AdObject::default()).len(), 1);
    }
}
