//! How the cloud derives UPN, mail nickname, mail and addresses from what it was sent
//! (catalogue section 4).

use std::sync::Arc;

use store::{Text, eq_fold};

use super::object::ConflictProperty;
use super::{DirectoryObject, Domains};
use crate::address::{self, ProxyAddress, Upn, without_refused};
use crate::sync_object::{SyncObject, SyncObjectType};

/// Addresses about 2016 and later are not kept under these protocols (rule R4.11, step 1).
const LEGACY_PROTOCOLS: [&str; 5] = ["msmail", "x400", "ccmail", "gwise", "notes"];

/// How many numbers are tried behind a name before the name itself gets longer.
const NUMBER_ATTEMPTS_MAX: u32 = 1_000;

/// What the derivation starts from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'a> {
    /// What the engine sent.
    pub(crate) shadow: &'a SyncObject,
    /// The cloud object as it was, unless it is new.
    pub(crate) previous: Option<&'a DirectoryObject>,
    /// The tenant's domains.
    pub(crate) domains: &'a Domains,
    /// Which parts to derive anew.
    pub(crate) recalculate: Recalculate,
    /// Whether the object is, or ever was, a recipient of Exchange Online.
    pub(crate) recipient: bool,
    /// Whether the system address begins with the UPN's prefix (rule R4.14, question Q9.8).
    pub(crate) moera_begins_with_upn: bool,
}

impl Input<'_> {
    /// Whether the object may have an address: a recipient only in verified domains (rule R4.11,
    /// step 4). One that it loses this way still masks `mail` and the UPN.
    fn may_keep(&self, address: &str) -> bool {
        !self.recipient || self.domains.is_verified(address::suffix(address))
    }
}

/// Which parts an export or a task derives anew.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recalculate {
    /// The UPN: only when the on-premises one changed (rule R4.4).
    pub(crate) upn: bool,
    /// The mail nickname: only when the on-premises one changed (rule R4.3).
    pub(crate) nickname: bool,
    /// The addresses.
    pub(crate) addresses: Addressing,
}

impl Recalculate {
    /// What a new object needs.
    pub(crate) const EVERYTHING: Self = Self {
        upn: true,
        nickname: true,
        addresses: Addressing::Derive,
    };
}

/// Where addresses come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Addressing {
    /// From what Active Directory has (rule R4.11), so that a primary address that is not sent
    /// any more is gone (rule R4.12).
    Derive,
    /// Active Directory has none, so the cloud's are left (rule R2.25); a new UPN joins them.
    Keep,
    /// As `Keep`, and the object has just become a recipient.
    Extend,
}

/// What came out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "the names of the attributes")]
pub(crate) struct Addresses {
    pub(crate) user_principal_name: Option<Upn>,
    pub(crate) mail_nickname: Option<Text>,
    pub(crate) mail: Option<Text>,
    pub(crate) proxy_addresses: Arc<[ProxyAddress]>,
    /// Values that somebody else owns.
    pub(crate) withheld: Vec<(ConflictProperty, Text)>,
}

/// Derives all address attributes.
///
/// `is_taken` tells whether another live object owns an address; `digits` draws four digits.
pub(crate) fn calculate(
    input: Input<'_>,
    is_taken: &dyn Fn(&str) -> bool,
    digits: &mut dyn FnMut() -> u16,
) -> Addresses {
    let mail_nickname = nickname(&input);
    let mut withheld = Vec::new();
    let upn = user_principal_name(
        &input,
        mail_nickname.as_deref(),
        is_taken,
        digits,
        &mut withheld,
    );
    let kept = match input.previous {
        Some(previous) if input.recalculate.addresses != Addressing::Derive => Some(previous),
        _ => None,
    };
    if let Some(previous) = kept {
        let (mail, proxy_addresses) = keep(&input, previous, upn.as_ref(), || {
            moera(
                &input,
                mail_nickname.as_deref(),
                upn.as_ref(),
                is_taken,
                digits,
            )
        });
        return Addresses {
            user_principal_name: upn,
            mail_nickname,
            mail,
            proxy_addresses,
            withheld,
        };
    }
    let moera = moera(
        &input,
        mail_nickname.as_deref(),
        upn.as_ref(),
        is_taken,
        digits,
    );
    let mut list = Listed::of(&input, is_taken, &mut withheld);
    let primary = list.primary(
        &input,
        upn.as_ref(),
        moera.as_deref(),
        is_taken,
        &mut withheld,
    );
    if let Some(primary) = &primary {
        list.set_primary(primary);
    }
    list.add_recipient_addresses(&input, upn.as_ref(), moera.as_deref());
    Addresses {
        user_principal_name: upn,
        mail_nickname,
        mail: primary,
        proxy_addresses: list.finish(),
        withheld,
    }
}

/// The addresses of an object that Active Directory has none for: what is there stays, and a
/// recipient gets the addresses of its new UPN (rule R4.5) and of its licence.
fn keep(
    input: &Input<'_>,
    previous: &DirectoryObject,
    upn: Option<&Upn>,
    moera: impl FnOnce() -> Option<Text>,
) -> (Option<Text>, Arc<[ProxyAddress]>) {
    let mut list = Listed::kept(&previous.proxy_addresses);
    let before = previous.user_principal_name.as_ref();
    let extends = input.recalculate.addresses == Addressing::Extend;
    if !input.recipient || !extends && before == upn {
        return (previous.mail.clone(), list.finish());
    }
    let initial = input.domains.initial();
    if let Some(before) = before.filter(|before| Some(*before) != upn)
        && previous.on_premises.shadow.is_some()
        && !eq_fold(before.suffix(), initial)
    {
        list.remove(before.as_str());
    }
    if list.primary_address().is_none() {
        let verified = upn.filter(|upn| input.domains.is_verified(upn.suffix()));
        let mail = previous.mail.as_deref().filter(|_| list.is_empty());
        if let Some(primary) = mail.or(verified.map(Upn::as_str)) {
            list.set_primary(primary);
        }
    }
    list.add_recipient_addresses(input, upn, moera().as_deref());
    (list.primary_address().map(Text::from), list.finish())
}

/// The mail nickname of rule R4.3.
fn nickname(input: &Input<'_>) -> Option<Text> {
    let previous = input
        .previous
        .and_then(|object| object.mail_nickname.clone());
    if previous.is_some() && !input.recalculate.nickname {
        return previous;
    }
    let shadow = input.shadow;
    if let Some(own) = &shadow.mail_nickname
        && !own.is_empty()
    {
        return Some(own.clone());
    }
    let smtp = || {
        let well_formed = |value: &&ProxyAddress| address::is_well_formed(value.address());
        shadow
            .proxy_addresses
            .iter()
            .filter(|value| value.is_smtp())
            .filter(well_formed)
    };
    let primary = smtp().find(|value| value.is_primary());
    let alias = smtp().next();
    let upn = shadow.user_principal_name.as_deref();
    let candidates = [
        primary.map(|value| address::prefix(value.address())),
        shadow.mail.as_deref().map(address::prefix),
        upn.map(address::prefix),
        alias.map(|value| address::prefix(value.address())),
    ];
    let mut present = candidates.into_iter().flatten();
    present
        .find(|nickname| !nickname.is_empty())
        .map(Text::from)
        .or(previous)
}

/// The UPN of rules R4.2 and R4.4, or its placeholder (rule R3.4).
fn user_principal_name(
    input: &Input<'_>,
    nickname: Option<&str>,
    is_taken: &dyn Fn(&str) -> bool,
    digits: &mut dyn FnMut() -> u16,
    withheld: &mut Vec<(ConflictProperty, Text)>,
) -> Option<Upn> {
    let previous = input
        .previous
        .and_then(|object| object.user_principal_name.clone());
    if previous.is_some() && !input.recalculate.upn {
        return previous;
    }
    let wanted = input.shadow.user_principal_name.clone();
    let Some(wanted) = wanted.filter(|_| input.shadow.kind == SyncObjectType::User) else {
        return previous;
    };
    let initial = input.domains.initial();
    let wanted = Upn::new(wanted);
    let calculated = if input.domains.is_verified(wanted.suffix()) && wanted.is_well_formed() {
        wanted
    } else {
        let prefix = without_refused(nickname.unwrap_or_else(|| wanted.prefix()));
        Upn::new(at(&prefix, initial))
    };
    if !is_taken(calculated.as_str()) {
        return Some(calculated);
    }
    withheld.push((
        ConflictProperty::UserPrincipalName,
        calculated.text().clone(),
    ));
    Some(Upn::new(numbered(
        calculated.prefix(),
        initial,
        is_taken,
        digits,
    )))
}

/// The routing address in the initial domain: kept once minted, numbered where it is taken
/// (rule R4.11, steps 4, 6 and 7). It begins with the mail nickname (rule R4.14).
fn moera(
    input: &Input<'_>,
    nickname: Option<&str>,
    upn: Option<&Upn>,
    is_taken: &dyn Fn(&str) -> bool,
    digits: &mut dyn FnMut() -> u16,
) -> Option<Text> {
    if !input.recipient {
        return None;
    }
    let initial = input.domains.initial();
    let before = input
        .previous
        .and_then(|object| object.user_principal_name.as_ref());
    let is_upn = |value: &&ProxyAddress| {
        let mut names = before.into_iter().chain(upn);
        names.any(|name| eq_fold(name.as_str(), value.address()))
    };
    let listed = input.previous.map(|object| &*object.proxy_addresses);
    let minted = || {
        let listed = listed.unwrap_or_default().iter();
        listed.filter(|it| it.is_smtp() && eq_fold(address::suffix(it.address()), initial))
    };
    // A UPN in the initial domain is an address, too, but the routing address only for want of
    // another.
    let minted = minted().find(|it| !is_upn(it)).or_else(|| minted().next());
    if let Some(minted) = minted {
        return Some(Text::from(minted.address()));
    }
    let sent = input.shadow.user_principal_name.as_deref();
    let prefix = match sent.filter(|_| input.moera_begins_with_upn) {
        Some(upn) => address::prefix(upn),
        None => nickname?,
    };
    let wanted = at(prefix, initial);
    if is_taken(&wanted) {
        return Some(numbered(prefix, initial, is_taken, digits));
    }
    Some(wanted)
}

fn at(prefix: &str, domain: &str) -> Text {
    let mut text = Text::with_capacity(prefix.len() + domain.len() + 1);
    text.push_str(prefix);
    text.push('@');
    text.push_str(domain);
    text
}

fn numbered(
    prefix: &str,
    domain: &str,
    is_taken: &dyn Fn(&str) -> bool,
    digits: &mut dyn FnMut() -> u16,
) -> Text {
    let mut prefix = Text::from(prefix);
    loop {
        for _ in 0..NUMBER_ATTEMPTS_MAX {
            let candidate = at(&format!("{prefix}{}", digits()), domain);
            if !is_taken(&candidate) {
                return candidate;
            }
        }
        // Nobody knows what the service does when four digits are not enough; it must end.
        prefix.push_str(&digits().to_string());
    }
}

/// The list of addresses while it is being put together.
struct Listed {
    values: Vec<ProxyAddress>,
    /// The list as it was sent, while nothing differs from it: then it is shared, not copied.
    sent: Option<Arc<[ProxyAddress]>>,
    /// The on-premises primary, even if it was withheld.
    wanted_primary: Option<Text>,
    /// Whether Active Directory gave any address that counts.
    any: bool,
}

impl Listed {
    /// The on-premises values without those that the cloud drops or another object owns.
    fn of(
        input: &Input<'_>,
        is_taken: &dyn Fn(&str) -> bool,
        withheld: &mut Vec<(ConflictProperty, Text)>,
    ) -> Self {
        let sent = &input.shadow.proxy_addresses;
        let mut list = Self {
            values: Vec::with_capacity(sent.len() + 2),
            sent: Some(Arc::clone(sent)),
            wanted_primary: None,
            any: false,
        };
        for value in sent.iter() {
            if !is_accepted(value) {
                list.sent = None;
                continue;
            }
            list.any |= value.is_smtp();
            let is_first_primary = value.is_primary() && list.wanted_primary.is_none();
            if is_first_primary {
                list.wanted_primary = Some(shared(value.address(), input.shadow));
            }
            let stays = !value.is_smtp() || input.may_keep(value.address());
            if !stays || value.is_smtp() && is_taken(value.address()) {
                if stays {
                    let text = Text::from(value.as_str());
                    withheld.push((ConflictProperty::ProxyAddresses, text));
                }
                list.sent = None;
                if is_first_primary {
                    list.wanted_primary = Some(Text::new());
                }
            } else if value.is_primary() && !is_first_primary {
                list.sent = None;
                list.values.push(ProxyAddress::alias(value.address()));
            } else {
                list.values.push(value.clone());
            }
        }
        list
    }

    /// The addresses that the cloud object has.
    fn kept(values: &Arc<[ProxyAddress]>) -> Self {
        Self {
            values: values.to_vec(),
            sent: Some(Arc::clone(values)),
            wanted_primary: None,
            any: !values.is_empty(),
        }
    }

    /// The primary address of rule R4.11, step 2.
    fn primary(
        &self,
        input: &Input<'_>,
        upn: Option<&Upn>,
        moera: Option<&str>,
        is_taken: &dyn Fn(&str) -> bool,
        withheld: &mut Vec<(ConflictProperty, Text)>,
    ) -> Option<Text> {
        match &self.wanted_primary {
            Some(primary) if !primary.is_empty() => return Some(primary.clone()),
            Some(_) => return moera.map(Text::from),
            None => {}
        }
        if self.any {
            return moera.map(Text::from);
        }
        if let Some(mail) = input
            .shadow
            .mail
            .as_ref()
            .filter(|mail| is_mail_accepted(mail))
        {
            if !input.may_keep(mail) {
                return moera.map(Text::from);
            }
            if !is_taken(mail) {
                return Some(mail.clone());
            }
            let value = ProxyAddress::primary(mail);
            withheld.push((ConflictProperty::ProxyAddresses, Text::from(value.as_str())));
            return moera.map(Text::from);
        }
        let upn = upn.filter(|upn| input.domains.is_verified(upn.suffix()));
        input
            .recipient
            .then(|| upn.map(|upn| upn.text().clone()))
            .flatten()
    }

    fn set_primary(&mut self, primary: &str) {
        if self
            .values
            .iter()
            .any(|value| value.is_primary() && eq_fold(value.address(), primary))
        {
            return;
        }
        self.remove(primary);
        self.values.insert(0, ProxyAddress::primary(primary));
    }

    fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    fn primary_address(&self) -> Option<&str> {
        let primary = self.values.iter().find(|value| value.is_primary());
        primary.map(ProxyAddress::address)
    }

    fn remove(&mut self, address: &str) {
        self.sent = None;
        self.values
            .retain(|value| !(value.is_smtp() && eq_fold(value.address(), address)));
    }

    /// Rule R4.11, step 4.
    fn add_recipient_addresses(
        &mut self,
        input: &Input<'_>,
        upn: Option<&Upn>,
        moera: Option<&str>,
    ) {
        if !input.recipient {
            return;
        }
        if let Some(upn) = upn.filter(|upn| input.domains.is_verified(upn.suffix())) {
            self.add_alias(upn.as_str());
        }
        if let Some(moera) = moera {
            self.add_alias(moera);
        }
    }

    fn add_alias(&mut self, address: &str) {
        let known = self
            .values
            .iter()
            .any(|value| value.is_smtp() && eq_fold(value.address(), address));
        if !known {
            self.sent = None;
            self.values.push(ProxyAddress::alias(address));
        }
    }

    fn finish(self) -> Arc<[ProxyAddress]> {
        match self.sent {
            Some(sent) => sent,
            None => self.values.into(),
        }
    }
}

/// An address as text, shared with `mail` or the UPN, which it mostly is.
fn shared(address: &str, shadow: &SyncObject) -> Text {
    let known = [&shadow.mail, &shadow.user_principal_name];
    let mut known = known.into_iter().flatten();
    let same = known.find(|known| **known == *address);
    same.cloned().unwrap_or_else(|| Text::from(address))
}

/// Whether the cloud takes a value into account at all (rule R4.11, step 1).
fn is_accepted(value: &ProxyAddress) -> bool {
    let protocol = value.protocol();
    if protocol.is_empty()
        || LEGACY_PROTOCOLS
            .iter()
            .any(|legacy| eq_fold(legacy, protocol))
    {
        return false;
    }
    !value.is_smtp() || is_mail_accepted(value.address())
}

fn is_mail_accepted(mail: &str) -> bool {
    let suffix = address::suffix(mail);
    let ends_with = |end: &str| {
        suffix.len() >= end.len()
            && suffix.is_char_boundary(suffix.len() - end.len())
            && eq_fold(&suffix[suffix.len() - end.len()..], end)
    };
    address::is_well_formed(mail)
        && !ends_with(".onmicrosoft.com")
        && !ends_with(".microsoftonline.com")
}
