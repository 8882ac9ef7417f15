//! How the cloud derives UPN, mail nickname, mail and addresses from what it was sent
//! (catalogue section 4).

use std::sync::Arc;

use store::{Text, eq_fold};

use super::object::ConflictProperty;
use super::{DirectoryObject, Domains};
use crate::address::{self, ProxyAddress, Upn};
use crate::sync_object::SyncObject;

/// Addresses about 2016 and later are not kept under these protocols (rule R4.11, step 1).
const LEGACY_PROTOCOLS: [&str; 5] = ["msmail", "x400", "ccmail", "gwise", "notes"];

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
}

/// Which parts an export or a task derives anew.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recalculate {
    /// The UPN: only when the on-premises one changed (rule R4.4).
    pub(crate) upn: bool,
    /// The mail nickname: only when the on-premises one changed (rule R4.3).
    pub(crate) nickname: bool,
    /// Whether Active Directory has no address, so that the cloud's are left (rule R2.25).
    pub(crate) keep_addresses: bool,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    if input.recalculate.keep_addresses {
        let previous = input.previous;
        return Addresses {
            user_principal_name: upn,
            mail_nickname,
            mail: previous.and_then(|object| object.mail.clone()),
            proxy_addresses: previous
                .map(|object| Arc::clone(&object.proxy_addresses))
                .unwrap_or_default(),
            withheld,
        };
    }
    let moera = moera(&input, mail_nickname.as_deref(), is_taken, digits);
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
    if input.recipient {
        if let Some(upn) = &upn
            && input.domains.is_verified(upn.suffix())
        {
            list.add_alias(upn.as_str());
        }
        if let Some(moera) = &moera {
            list.add_alias(moera);
        }
    }
    Addresses {
        user_principal_name: upn,
        mail_nickname,
        mail: primary,
        proxy_addresses: list.finish(),
        withheld,
    }
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
    let own = shadow.mail_nickname.as_deref();
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
    own.or_else(|| primary.map(|value| address::prefix(value.address())))
        .or_else(|| shadow.mail.as_deref().map(address::prefix))
        .or_else(|| shadow.user_principal_name.as_deref().map(address::prefix))
        .or_else(|| alias.map(|value| address::prefix(value.address())))
        .filter(|nickname| !nickname.is_empty())
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
    let Some(wanted) = input.shadow.user_principal_name.clone() else {
        return previous;
    };
    let initial = input.domains.initial();
    let wanted = Upn::new(wanted);
    let calculated = if input.domains.is_verified(wanted.suffix()) && wanted.is_well_formed() {
        wanted
    } else {
        Upn::new(at(nickname.unwrap_or_else(|| wanted.prefix()), initial))
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
/// (rule R4.11, steps 4, 6 and 7).
fn moera(
    input: &Input<'_>,
    nickname: Option<&str>,
    is_taken: &dyn Fn(&str) -> bool,
    digits: &mut dyn FnMut() -> u16,
) -> Option<Text> {
    if !input.recipient {
        return None;
    }
    let initial = input.domains.initial();
    let minted = input.previous.and_then(|object| {
        object
            .proxy_addresses
            .iter()
            .find(|value| value.is_smtp() && eq_fold(address::suffix(value.address()), initial))
    });
    if let Some(minted) = minted {
        return Some(Text::from(minted.address()));
    }
    let wanted = at(nickname?, initial);
    if is_taken(&wanted) {
        return Some(numbered(nickname?, initial, is_taken, digits));
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
    loop {
        let candidate = at(&format!("{prefix}{}", digits()), domain);
        if !is_taken(&candidate) {
            return candidate;
        }
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
            if !is_kept(value, input) {
                list.sent = None;
                continue;
            }
            list.any |= value.is_smtp();
            let is_first_primary = value.is_primary() && list.wanted_primary.is_none();
            if is_first_primary {
                list.wanted_primary = Some(Text::from(value.address()));
            }
            if value.is_smtp() && is_taken(value.address()) {
                withheld.push((ConflictProperty::ProxyAddresses, Text::from(value.as_str())));
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
            .filter(|mail| is_mail_kept(mail, input))
        {
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
        self.sent = None;
        self.values
            .retain(|value| !(value.is_smtp() && eq_fold(value.address(), primary)));
        self.values.insert(0, ProxyAddress::primary(primary));
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

/// Whether the cloud keeps a value at all (rule R4.11, steps 1 and 4).
fn is_kept(value: &ProxyAddress, input: &Input<'_>) -> bool {
    let protocol = value.protocol();
    if protocol.is_empty()
        || LEGACY_PROTOCOLS
            .iter()
            .any(|legacy| eq_fold(legacy, protocol))
    {
        return false;
    }
    !value.is_smtp() || is_mail_kept(value.address(), input)
}

fn is_mail_kept(mail: &str, input: &Input<'_>) -> bool {
    let suffix = address::suffix(mail);
    let ends_with = |end: &str| {
        suffix.len() >= end.len()
            && suffix.is_char_boundary(suffix.len() - end.len())
            && eq_fold(&suffix[suffix.len() - end.len()..], end)
    };
    address::is_well_formed(mail)
        && !ends_with(".onmicrosoft.com")
        && !ends_with(".microsoftonline.com")
        && (!input.recipient || input.domains.is_verified(suffix))
}
