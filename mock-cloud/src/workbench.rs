//! What the tests of this crate start from: a tenant, accounts, and what Active Directory sends.

pub(crate) mod random;

use std::num::NonZeroU32;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use store::{Entropy, Text};

use crate::address::{ProxyAddress, Upn};
use crate::ids::{CloudId, CloudKey, SourceAnchor};
use crate::profile::Profile;
use crate::provisioning::{Answer, Context, Operation, Outcome, SoftMatchField};
use crate::sync_object::{SyncObject, SyncObjectType};
use crate::tenant::{Authentication, DirectoryObject, Kind, Role, Tenant};

/// The domain every tenant here is born with.
pub(crate) const INITIAL: &str = "lamplight.onmicrosoft.com";

/// A tenant with `lamplight.example` verified, `fed.` and `fed2.lamplight.example` federated.
pub(crate) struct Workbench {
    pub(crate) tenant: Tenant,
    pub(crate) entropy: Entropy,
    pub(crate) now: Timestamp,
    pub(crate) run: NonZeroU32,
}

impl Workbench {
    pub(crate) fn new(profile: Profile) -> Self {
        let mut tenant = Tenant::new(INITIAL, profile);
        let domains = &mut tenant.domains;
        domains.verify("lamplight.example", Authentication::Managed);
        domains.verify("fed.lamplight.example", Authentication::Federated);
        domains.verify("fed2.lamplight.example", Authentication::Federated);
        Self {
            tenant,
            entropy: Entropy::new(7),
            now: Timestamp::UNIX_EPOCH,
            run: NonZeroU32::MIN,
        }
    }

    pub(crate) fn add(&mut self, object: DirectoryObject) -> CloudKey {
        self.tenant.insert(object)
    }

    /// One export of one object, in a run of its own and an hour after the last.
    pub(crate) fn send(&mut self, object: &SyncObject) -> Answer {
        self.run = self.run.saturating_add(1);
        self.pass(SignedDuration::from_hours(1));
        self.send_in_this_run(object)
    }

    pub(crate) fn send_in_this_run(&mut self, object: &SyncObject) -> Answer {
        self.provision(&Operation::Set(Arc::new(object.clone())))
    }

    pub(crate) fn delete(&mut self, kind: SyncObjectType, anchor: u8) -> Answer {
        self.provision(&Operation::Delete(kind, self::anchor(anchor)))
    }

    pub(crate) fn provision(&mut self, operation: &Operation) -> Answer {
        let mut context = Context {
            upn_is_matched: true,
            now: self.now,
            entropy: &mut self.entropy,
            run: self.run,
        };
        self.tenant.provision(operation, &mut context)
    }

    /// Sends, and expects that it goes well.
    pub(crate) fn sync(&mut self, object: &SyncObject) -> CloudKey {
        let answer = self.send(object);
        assert!(answer.result.is_ok(), "{}", line(&answer));
        answer.key.expect("a success names its object")
    }

    pub(crate) fn pass(&mut self, time: SignedDuration) {
        self.now = self.now.saturating_add(time).expect("the clock goes on");
    }

    pub(crate) fn get(&self, key: CloudKey) -> &DirectoryObject {
        self.tenant.object(key).expect("the key was given out")
    }

    pub(crate) fn license(&mut self, key: CloudKey) {
        let licence = Text::from("EXCHANGESTANDARD");
        let given = self.tenant.assign_licence(key, licence, &mut self.entropy);
        given.expect("a live user can be licensed");
    }

    pub(crate) fn promote(&mut self, key: CloudKey) {
        let role = Role(Text::from("Global Administrator"));
        self.tenant
            .assign_role(key, role)
            .expect("the user is live");
    }

    /// Every object as it is, to be compared with a later state.
    pub(crate) fn everything(&self) -> Vec<DirectoryObject> {
        let all = self.tenant.objects();
        all.map(|(_, object)| (**object).clone()).collect()
    }

    /// UPN, `mail`, nickname and the sorted addresses, with the domains of this workbench short.
    pub(crate) fn names(&self, key: CloudKey) -> String {
        let object = self.get(key);
        let upn = object.user_principal_name.as_ref().map(Upn::as_str);
        let part = |text: Option<&str>| text.unwrap_or("-").to_owned();
        let mut proxies: Vec<&str> = object
            .proxy_addresses
            .iter()
            .map(ProxyAddress::as_str)
            .collect();
        proxies.sort_unstable();
        let all = [
            part(upn),
            part(object.mail.as_deref()),
            part(object.mail_nickname.as_deref()),
            format!("{{{}}}", proxies.join(" ")),
        ];
        short(&all.join(" | "))
    }
}

/// Writes `@` for `@lamplight.example` and `@INI` for the initial domain.
pub(crate) fn short(text: &str) -> String {
    text.replace(INITIAL, "INI")
        .replace("@lamplight.example", "@")
}

/// The answer in one line: outcome or error, withheld values, and the rules of the decision.
pub(crate) fn line(answer: &Answer) -> String {
    let mut words = match &answer.result {
        Ok(outcome) => vec![word(*outcome).to_owned()],
        Err(error) => {
            let conflicts = error.conflicts.iter();
            let conflicts = conflicts.map(|(property, value)| format!("{property}={value}"));
            [format!("error {}", error.code)]
                .into_iter()
                .chain(conflicts)
                .collect()
        }
    };
    let withheld = answer.withheld.iter();
    words.extend(withheld.map(|one| format!("without {}={}", one.property, one.value)));
    words.push(":".to_owned());
    words.extend(answer.why.iter().map(|reason| reason.rule.to_string()));
    short(&words.join(" "))
}

const fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Updated => "updated",
        Outcome::HardMatched => "hard",
        Outcome::Restored => "restored",
        Outcome::SoftMatched(SoftMatchField::PrimarySmtp) => "soft-smtp",
        Outcome::SoftMatched(SoftMatchField::UserPrincipalName) => "soft-upn",
        Outcome::Created => "created",
        Outcome::Deleted => "deleted",
        Outcome::Skipped => "skipped",
    }
}

/// The same question put to a tenant of each era.
pub(crate) fn eras(ask: impl Fn(&mut Workbench) -> Answer) -> [String; 4] {
    Profile::ALL.map(|profile| line(&ask(&mut Workbench::new(profile))))
}

pub(crate) fn anchor(number: u8) -> SourceAnchor {
    SourceAnchor::from_guid_bytes([number; 16])
}

/// A full address: `ann` is at the verified domain, `ann@INI` at the initial one.
pub(crate) fn at(name: &str) -> String {
    match name.split_once('@') {
        None => format!("{name}@lamplight.example"),
        Some((prefix, "INI")) => format!("{prefix}@{INITIAL}"),
        Some(_) => name.to_owned(),
    }
}

fn proxies(values: &[&str]) -> Arc<[ProxyAddress]> {
    let full = |value: &&str| match value.split_once(':') {
        Some((protocol, name)) => ProxyAddress::new(format!("{protocol}:{}", at(name))),
        None => ProxyAddress::new(*value),
    };
    values.iter().map(full).collect()
}

/// A user in Active Directory with an anchor and a UPN.
pub(crate) fn person(number: u8, upn: &str) -> SyncObject {
    let mut person = SyncObject::user(anchor(number), &at(upn));
    person.display_name = Some(Text::from(upn));
    person
}

/// A group in Active Directory with an address.
pub(crate) fn group(number: u8, addresses: &[&str]) -> SyncObject {
    let group = SyncObject {
        kind: SyncObjectType::Group,
        user_principal_name: None,
        account_enabled: None,
        mail_enabled: !addresses.is_empty(),
        security_enabled: true,
        ..person(number, "group")
    };
    group.with(addresses)
}

/// A contact in Active Directory with an address.
pub(crate) fn contact(number: u8, addresses: &[&str]) -> SyncObject {
    SyncObject {
        kind: SyncObjectType::Contact,
        mail_enabled: false,
        security_enabled: false,
        ..group(number, addresses)
    }
}

impl SyncObject {
    pub(crate) fn with(mut self, addresses: &[&str]) -> Self {
        self.proxy_addresses = proxies(addresses);
        self
    }

    pub(crate) fn with_mail(mut self, mail: &str) -> Self {
        self.mail = Some(Text::from(at(mail)));
        self
    }

    pub(crate) fn with_nickname(mut self, nickname: &str) -> Self {
        self.mail_nickname = Some(Text::from(nickname));
        self
    }
}

/// A cloud-only object without names.
pub(crate) fn thing(number: u8, kind: Kind) -> DirectoryObject {
    DirectoryObject::new(
        CloudId::from_bytes([number; 16]),
        kind,
        Timestamp::UNIX_EPOCH,
    )
}

/// A cloud-only user.
pub(crate) fn account(number: u8, upn: &str) -> DirectoryObject {
    let mut account = thing(number, Kind::User);
    account.user_principal_name = Some(Upn::new(at(upn)));
    account.display_name = Some(Text::from(upn));
    account
}

/// A cloud-only group with an address.
pub(crate) fn list(number: u8, addresses: &[&str]) -> DirectoryObject {
    let kind = Kind::Group {
        mail_enabled: true,
        security_enabled: true,
    };
    thing(number, kind).with(addresses)
}

impl DirectoryObject {
    pub(crate) fn with(mut self, addresses: &[&str]) -> Self {
        self.proxy_addresses = proxies(addresses);
        let primary = self.proxy_addresses.iter().find(|it| it.is_primary());
        self.mail = primary.map(|it| Text::from(it.address()));
        self
    }

    pub(crate) fn anchored(mut self, number: u8) -> Self {
        self.on_premises.immutable_id = Some(anchor(number));
        self
    }

    pub(crate) fn of_kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }
}
