//! Values that two objects have: in one forest or in two, on one attribute or on two, in Active
//! Directory, in the tenant or in its recycle bin.

use std::collections::{BTreeMap, BTreeSet};

use mock_ad::directory::AttributeId;
use mock_cloud::address::ProxyAddress;
use mock_cloud::{CloudKey, RuleId, Tenant};
use store::{Text, fold};

use super::{Fault, Finding, Other, Subject};
use crate::engine::Source;
use crate::ownership::{Confidence, Ownership};

/// One value of one object.
#[derive(Debug, Clone)]
struct Held {
    place: Source,
    attribute: AttributeId,
    value: Text,
    is_user: bool,
}

/// All values that only one object may have.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// UPNs, mail and SMTP addresses are one namespace (rules R3.2 and R3.3).
    addresses: BTreeMap<Text, Vec<Held>>,
    sips: BTreeMap<Text, Vec<Held>>,
    nicknames: BTreeMap<Text, Vec<Held>>,
    anchors: BTreeMap<Vec<u8>, Vec<Held>>,
}

impl Shared {
    pub(super) fn add(&mut self, subject: &Subject<'_>) {
        let object = subject.object;
        let held = |attribute, value: &Text| Held {
            place: subject.place,
            attribute,
            value: value.clone(),
            is_user: subject.is_user(),
        };
        let mut plain = vec![AttributeId::MAIL];
        if subject.is_user() {
            plain.push(AttributeId::USER_PRINCIPAL_NAME);
        }
        for attribute in plain {
            if let Some(value) = object.text(attribute) {
                let all = self.addresses.entry(fold(value.trim())).or_default();
                all.push(held(attribute, value));
            }
        }
        for value in object.texts(AttributeId::PROXY_ADDRESSES) {
            let attribute = AttributeId::PROXY_ADDRESSES;
            let typed = ProxyAddress::new(value.clone());
            let address = fold(typed.address().trim());
            if typed.is_smtp() {
                self.addresses
                    .entry(address)
                    .or_default()
                    .push(held(attribute, value));
            } else if typed.is_sip() {
                self.sips
                    .entry(address)
                    .or_default()
                    .push(held(attribute, value));
            }
        }
        if let Some(value) = object.text(AttributeId::MAIL_NICKNAME) {
            let all = self.nicknames.entry(fold(value)).or_default();
            all.push(held(AttributeId::MAIL_NICKNAME, value));
        }
        let guid = object
            .bytes(AttributeId::MS_DS_CONSISTENCY_GUID)
            .filter(|bytes| bytes.len() == 16);
        if let Some(guid) = guid {
            let shown = uuid::Uuid::from_slice_le(guid).map(|it| it.to_string());
            let all = self.anchors.entry(guid.to_vec()).or_default();
            all.push(held(
                AttributeId::MS_DS_CONSISTENCY_GUID,
                &Text::from(shown.unwrap_or_default()),
            ));
        }
    }

    pub(super) fn check(
        &self,
        tenant: &Tenant,
        ownership: &Ownership,
        findings: &mut Vec<Finding>,
    ) {
        let duplicates = [
            (&self.sips, RuleId::R3_11C),
            (&self.nicknames, RuleId::R3_5),
            (&self.addresses, RuleId::R3_2),
        ];
        for (values, rule) in duplicates {
            for held in values.values() {
                twice(held, rule, findings);
            }
        }
        for held in self.anchors.values() {
            twice(held, RuleId::R1_1, findings);
        }
        let accounts = Accounts::of(tenant, ownership);
        for (address, held) in &self.addresses {
            accounts.check(tenant, address, held, findings);
        }
    }
}

impl Held {
    /// That somebody else has the value, too.
    fn duplicate(&self, other: Other, rule: RuleId) -> Finding {
        Finding {
            place: self.place,
            attribute: self.attribute,
            fault: Fault::Duplicate,
            value: self.value.to_string(),
            update: None,
            other: Some(other),
            rule: Some(rule),
        }
    }
}

/// A value that several objects have is told for each of them, with one other.
fn twice(held: &[Held], rule: RuleId, findings: &mut Vec<Finding>) {
    let mut told = BTreeSet::new();
    for one in held {
        let Some(other) = held.iter().find(|other| other.place != one.place) else {
            return;
        };
        if told.insert((one.place, one.attribute)) {
            findings.push(one.duplicate(Other::Object(other.place, other.attribute), rule));
        }
    }
}

/// Whose the accounts of the tenant are, as far as it is known.
struct Accounts {
    /// Every account that may be an object's own.
    own: BTreeSet<(Source, CloudKey)>,
    /// Accounts that are surely somebody's.
    owners: BTreeMap<CloudKey, Source>,
    /// The recycle bin by address.
    bin: BTreeMap<Text, Vec<CloudKey>>,
}

impl Accounts {
    fn of(tenant: &Tenant, ownership: &Ownership) -> Self {
        let mut accounts = Self {
            own: BTreeSet::new(),
            owners: BTreeMap::new(),
            bin: BTreeMap::new(),
        };
        for person in &ownership.people {
            let place = person.object;
            for claim in &person.claims {
                accounts.own.insert((place, claim.account));
            }
            if person.confidence != Confidence::Ambiguous {
                accounts.owners.insert(person.claims[0].account, place);
            }
        }
        for (key, object) in tenant.deleted() {
            let upn = object
                .user_principal_name
                .as_ref()
                .map(mock_cloud::Upn::as_str);
            let smtp = object.proxy_addresses.iter().filter(|it| it.is_smtp());
            let all = upn.into_iter().chain(smtp.map(ProxyAddress::address));
            let all: BTreeSet<Text> = all.map(fold).collect();
            for address in all {
                accounts.bin.entry(address).or_default().push(key);
            }
        }
        accounts
    }

    fn check(&self, tenant: &Tenant, address: &str, held: &[Held], findings: &mut Vec<Finding>) {
        let mut told = BTreeSet::new();
        for one in held {
            if !told.insert(one.place) {
                continue;
            }
            let mut live = tenant.owners_of(address);
            let in_the_way =
                live.find_map(|key| Some((key, self.conflict(tenant, one, held, key)?)));
            let in_the_bin = || {
                let mut binned = self.bin.get(address).into_iter().flatten();
                let other = binned.find(|key| !self.own.contains(&(one.place, **key)));
                other
                    .filter(|_| one.is_user)
                    .map(|key| (*key, RuleId::R3_11D))
            };
            let Some((key, rule)) = in_the_way.or_else(in_the_bin) else {
                continue;
            };
            findings.push(one.duplicate(Other::Account(key), rule));
        }
    }

    /// Whether an account that holds a value of an object is another one's, and what follows.
    fn conflict(
        &self,
        tenant: &Tenant,
        one: &Held,
        held: &[Held],
        key: CloudKey,
    ) -> Option<RuleId> {
        let account = tenant.object(key)?;
        if account.kind.is_user() {
            let owner = self.owners.get(&key)?;
            // Where the owner has it in Active Directory as well, the duplicate is told there.
            let is_told = held.iter().any(|other| other.place == *owner);
            let is_others = !one.is_user || *owner != one.place;
            return (is_others && !is_told).then_some(RuleId::R3_2);
        }
        // A group or contact that is synchronised from here has the value from here.
        (one.is_user || !account.is_synced() && account.kind == mock_cloud::tenant::Kind::Contact)
            .then_some(RuleId::R2_14D)
    }
}
