//! What users and accounts share.

use std::collections::BTreeMap;

use mock_ad::directory::{AttributeId, Object};
use mock_cloud::{CloudKey, DirectoryObject, SourceAnchor, Tenant};
use store::{Text, fold};

use super::{Claim, Confidence, Evidence, Ownership, Person};
use crate::engine::Source;

/// The accounts by everything that a user may share with them.
#[derive(Debug, Default)]
pub(super) struct Claims {
    anchors: BTreeMap<SourceAnchor, Vec<CloudKey>>,
    guids: BTreeMap<[u8; 16], Vec<CloudKey>>,
    sids: BTreeMap<Vec<u8>, Vec<CloudKey>>,
    upns: BTreeMap<Text, Vec<CloudKey>>,
    primaries: BTreeMap<Text, Vec<CloudKey>>,
    addresses: BTreeMap<Text, Vec<CloudKey>>,
    names: BTreeMap<Text, Vec<CloudKey>>,
}

/// A name that more accounts than these have says nothing about any.
const NAMESAKES_MAX: usize = 8;

impl Claims {
    pub(super) fn of(tenant: &Tenant) -> Self {
        let mut claims = Self::default();
        for (key, object) in tenant.objects() {
            let there = object.is_live() || object.is_soft_deleted();
            if object.kind.is_user() && there {
                claims.add(key, object);
            }
        }
        claims
    }

    fn add(&mut self, key: CloudKey, object: &DirectoryObject) {
        let facts = &object.on_premises;
        if let Some(anchor) = &facts.immutable_id {
            self.anchors.entry(anchor.clone()).or_default().push(key);
        }
        if let Some(guid) = facts.object_identifier {
            self.guids.entry(guid).or_default().push(key);
        }
        if let Some(sid) = &facts.security_identifier {
            self.sids
                .entry(sid.as_bytes().to_vec())
                .or_default()
                .push(key);
        }
        if let Some(upn) = &object.user_principal_name {
            self.upns.entry(fold(upn.as_str())).or_default().push(key);
        }
        if let Some(primary) = object.primary_smtp() {
            self.primaries.entry(fold(primary)).or_default().push(key);
        }
        for address in object.proxy_addresses.iter().filter(|it| it.is_smtp()) {
            self.addresses
                .entry(fold(address.address()))
                .or_default()
                .push(key);
        }
        if let Some(mail) = &object.mail {
            self.addresses.entry(fold(mail)).or_default().push(key);
        }
        if let Some(name) = &object.display_name {
            self.names.entry(fold(name)).or_default().push(key);
        }
    }

    /// All accounts that share something with a user, the strongest first.
    pub(super) fn for_user(&self, user: &Object, anchor: Option<&SourceAnchor>) -> Vec<Claim> {
        let mut found: BTreeMap<CloudKey, Vec<Evidence>> = BTreeMap::new();
        let mut note = |keys: Option<&Vec<CloudKey>>, evidence: Evidence| {
            for key in keys.into_iter().flatten() {
                let known = found.entry(*key).or_default();
                if !known.contains(&evidence) {
                    known.push(evidence);
                }
            }
        };
        note(anchor.and_then(|it| self.anchors.get(it)), Evidence::Anchor);
        note(
            self.guids.get(user.guid.as_bytes()),
            Evidence::ObjectIdentifier,
        );
        let sid = user.bytes(AttributeId::OBJECT_SID);
        note(
            sid.and_then(|it| self.sids.get(it)),
            Evidence::SecurityIdentifier,
        );
        let text = |attribute| user.text(attribute).map(|it| fold(it));
        let upn = text(AttributeId::USER_PRINCIPAL_NAME);
        let mail = text(AttributeId::MAIL);
        let mut primary = None;
        let mut addresses: Vec<Text> = mail.iter().chain(&upn).cloned().collect();
        for value in user.texts(AttributeId::PROXY_ADDRESSES) {
            let address = mock_cloud::address::ProxyAddress::new(value.clone());
            if address.is_smtp() {
                addresses.push(fold(address.address()));
            }
            if address.is_primary() {
                primary = Some(fold(address.address()));
            }
        }
        if let Some(upn) = &upn {
            note(self.upns.get(upn), Evidence::UserPrincipalName);
        }
        if let Some(primary) = primary.as_ref().or(mail.as_ref()) {
            note(self.primaries.get(primary), Evidence::PrimaryAddress);
        }
        for address in &addresses {
            note(self.addresses.get(address), Evidence::Address);
            note(self.upns.get(address), Evidence::Address);
        }
        if let Some(name) = text(AttributeId::DISPLAY_NAME) {
            let same = self
                .names
                .get(&name)
                .filter(|all| all.len() <= NAMESAKES_MAX);
            note(same, Evidence::Name);
        }
        let mut claims: Vec<Claim> = found
            .into_iter()
            .map(|(account, mut evidence)| {
                evidence.sort_unstable();
                Claim { account, evidence }
            })
            .collect();
        // A name alone says something only where nothing else does.
        if claims.iter().any(|claim| !claim.is_name_only()) {
            claims.retain(|claim| !claim.is_name_only());
        }
        claims
    }
}

/// The users with their claims, before it is decided.
#[derive(Debug, Default)]
pub(super) struct People {
    all: Vec<(Source, Vec<Claim>)>,
    without: usize,
}

impl People {
    pub(super) fn add(&mut self, object: Source, claims: Vec<Claim>) {
        if claims.is_empty() {
            self.without += 1;
        } else {
            self.all.push((object, claims));
        }
    }

    /// Decides, with regard to everybody else.
    pub(super) fn decide(self, tenant: &Tenant) -> Ownership {
        let mut strong: BTreeMap<CloudKey, Vec<Source>> = BTreeMap::new();
        let mut any: BTreeMap<CloudKey, Vec<Source>> = BTreeMap::new();
        for (object, claims) in &self.all {
            for claim in claims {
                any.entry(claim.account).or_default().push(*object);
                if claim.is_strong() {
                    strong.entry(claim.account).or_default().push(*object);
                }
            }
        }
        let mut ownership = Ownership {
            without: self.without,
            ..Ownership::default()
        };
        for (object, mut claims) in self.all {
            // An account that is tied to exactly one other person is that person's: to share an
            // address with it is a conflict, and no claim.
            let is_others = |claim: &Claim| {
                let owners = strong.get(&claim.account);
                !claim.is_strong() && owners.is_some_and(|it| it.len() == 1 && it[0] != object)
            };
            if claims.iter().any(|claim| !is_others(claim)) {
                claims.retain(|claim| !is_others(claim));
            } else if claims.iter().all(Claim::is_name_only) {
                // A namesake of somebody who has an account.
                ownership.without += 1;
                continue;
            }
            claims.sort_by_cached_key(|claim| rank(tenant, claim));
            let first = &claims[0];
            let holders = if first.is_strong() { &strong } else { &any };
            let mut rivals: Vec<Source> = claims
                .iter()
                .filter_map(|claim| holders.get(&claim.account))
                .flatten()
                .copied()
                .filter(|other| *other != object)
                .collect();
            rivals.sort_unstable();
            rivals.dedup();
            let is_taken = is_others(first);
            let confidence = match &*claims {
                [one] if one.is_strong() && rivals.is_empty() => Confidence::Exact,
                [one] if !one.is_name_only() && rivals.is_empty() && !is_taken => {
                    Confidence::Likely
                }
                _ => Confidence::Ambiguous,
            };
            ownership.people.push(Person {
                object,
                confidence,
                claims,
                rivals,
            });
        }
        ownership
    }
}

/// The likeliest first: live before deleted, what holds a mailbox or licences before what does
/// not, strong evidence before weak, the older before the younger.
fn rank(tenant: &Tenant, claim: &Claim) -> impl Ord + use<> {
    let object = tenant.object(claim.account);
    let object = object.map(|it| &**it);
    let is_live = object.is_some_and(DirectoryObject::is_live);
    let holds = object.is_some_and(|it| it.mailbox.is_some() || !it.licences.is_empty());
    let created = object.map(|it| it.created);
    (
        !is_live,
        !holds,
        claim.evidence.clone(),
        created,
        claim.account,
    )
}
