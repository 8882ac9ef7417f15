//! Objects that can get in each other's way: they share a name, an address or an anchor.

use std::collections::BTreeMap;

use mock_ad::directory::{AttributeId, Object, ObjectId, ObjectKind};
use mock_cloud::tenant::State;
use mock_cloud::{CloudKey, DirectoryObject, ProxyAddress, SourceAnchor};
use store::{fold_hash, hash_bytes, mix};

use crate::engine::Source;
use crate::repair::Aim;
use crate::world::World;

/// Objects of both directories that share names, addresses or anchors, in one piece.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Component {
    /// Objects of Active Directory.
    pub objects: Vec<Source>,
    /// Accounts, live or in the recycle bin.
    pub accounts: Vec<CloudKey>,
}

/// What two objects can have in common; the hashes of different kinds are kept apart.
#[derive(Clone, Copy)]
enum Token {
    Name = 1,
    Anchor,
    Principal,
    Account,
}

fn token(kind: Token, hash: u64) -> u64 {
    mix(hash, kind as u64)
}

/// The components of a world, each once, by their least object.
pub(super) fn components(world: &World, aim: &Aim) -> Vec<Component> {
    let objects: Vec<Source> = sources(world).collect();
    let tenant = world.tenant();
    let kept = tenant.objects().filter(|(_, it)| !is_purged(it));
    let accounts: Vec<CloudKey> = kept.map(|(key, _)| key).collect();
    let mut tokens: Vec<(u64, u32)> = Vec::with_capacity(8 * (objects.len() + accounts.len()));
    let initial = tenant.domains.initial();
    let mut node = 0;
    for source in &objects {
        tokens_of_object(world, *source, initial, &mut |it| tokens.push((it, node)));
        let own = aim.belongs.get(source).copied();
        let joined = connected(world, *source);
        for key in own.into_iter().chain(joined) {
            tokens.push((token(Token::Account, u64::from(key.0)), node));
        }
        node += 1;
    }
    for key in &accounts {
        if let Some(account) = tenant.object(*key) {
            tokens_of_account(account, &mut |it| tokens.push((it, node)));
        }
        tokens.push((token(Token::Account, u64::from(key.0)), node));
        node += 1;
    }
    tokens.sort_unstable();
    let mut sets = Sets::new(node);
    for two in tokens.windows(2) {
        if two[0].0 == two[1].0 {
            sets.join(two[0].1, two[1].1);
        }
    }
    let mut found: BTreeMap<u32, Component> = BTreeMap::new();
    for (node, source) in (0..).zip(&objects) {
        let set = found.entry(sets.root(node)).or_default();
        set.objects.push(*source);
    }
    for (node, key) in (objects.len() as u32..).zip(&accounts) {
        let set = found.entry(sets.root(node)).or_default();
        set.accounts.push(*key);
    }
    found.into_values().collect()
}

/// What the engine could import: live users, groups and contacts of all forests.
fn sources(world: &World) -> impl Iterator<Item = Source> + '_ {
    let forests = world.forests().iter().enumerate();
    forests.flat_map(|(forest, directory)| {
        let live = directory.objects().filter(|(_, it)| !it.is_deleted());
        let kind = |id: ObjectId| directory.kind(id);
        let meant = live.filter(move |(id, _)| {
            use ObjectKind::{Contact, Group, InetOrgPerson, User};
            matches!(kind(*id), User | InetOrgPerson | Group | Contact)
        });
        meant.map(move |(object, _)| Source { forest, object })
    })
}

/// The account that the engine has connected with an object.
pub(super) fn connected(world: &World, source: Source) -> Option<CloudKey> {
    let engine = world.engine();
    let entry = engine.forest(source.forest)?.entry(source.object)?;
    let connector = engine.metaverse().get(entry.metaverse?)?.connector?;
    engine.entra().get(connector)?.cloud
}

fn tokens_of_object(world: &World, source: Source, initial: &str, put: &mut dyn FnMut(u64)) {
    let Some(image) = object(world, source) else {
        return;
    };
    let mut name = |text: &str| put(token(Token::Name, fold_hash(text)));
    for text in names_of_object(image) {
        name(&text);
    }
    // The service derives an address in the initial domain from these (rule R4.10).
    let upn = image.text(AttributeId::USER_PRINCIPAL_NAME);
    let derived = upn.map(|upn| mock_cloud::address::prefix(upn));
    let nick = image.text(AttributeId::MAIL_NICKNAME).map(|it| &**it);
    for prefix in derived.into_iter().chain(nick) {
        name(&format!("{prefix}@{initial}"));
    }
    if let Some(sid) = image.bytes(AttributeId::OBJECT_SID) {
        put(token(Token::Principal, hash_bytes(sid)));
    }
    put(token(Token::Anchor, hash_bytes(image.guid.as_bytes())));
    let anchor = world.engine().source_anchor(world.forests(), source);
    if let Some(anchor) = anchor {
        put(token(Token::Anchor, anchor_hash(&anchor)));
    }
}

/// The UPN, `mail` and the SMTP addresses that Active Directory has for an object.
pub(super) fn names_of_object(image: &Object) -> impl Iterator<Item = String> + '_ {
    let plain = [AttributeId::USER_PRINCIPAL_NAME, AttributeId::MAIL];
    let plain = plain.into_iter().filter_map(|it| image.text(it));
    let listed = image.texts(AttributeId::PROXY_ADDRESSES);
    let listed = listed.map(|text| ProxyAddress::new(text.clone()));
    let listed = listed.filter(ProxyAddress::is_smtp);
    let plain = plain.map(ToString::to_string);
    plain.chain(listed.map(|it| it.address().to_owned()))
}

/// The UPN, `mail` and the SMTP addresses of an account.
pub(super) fn names_of_account(account: &DirectoryObject) -> impl Iterator<Item = &str> {
    let upn = account
        .user_principal_name
        .as_ref()
        .map(mock_cloud::Upn::as_str);
    let listed = account.proxy_addresses.iter().filter(|it| it.is_smtp());
    let plain = upn.into_iter().chain(account.mail.as_deref());
    plain.chain(listed.map(ProxyAddress::address))
}

fn tokens_of_account(account: &DirectoryObject, put: &mut dyn FnMut(u64)) {
    let facts = &account.on_premises;
    for text in names_of_account(account) {
        put(token(Token::Name, fold_hash(text)));
    }
    for withheld in facts.provisioning_errors.iter() {
        let value = withheld.value.as_str();
        let address = value.split_once(':').map_or(value, |(_, address)| address);
        put(token(Token::Name, fold_hash(address)));
    }
    if let Some(anchor) = &facts.immutable_id {
        put(token(Token::Anchor, anchor_hash(anchor)));
    }
    if let Some(guid) = &facts.object_identifier {
        put(token(Token::Anchor, hash_bytes(guid)));
    }
    if let Some(sid) = &facts.security_identifier {
        put(token(Token::Principal, hash_bytes(sid.as_bytes())));
    }
}

fn anchor_hash(anchor: &SourceAnchor) -> u64 {
    match anchor.guid_bytes() {
        Some(bytes) => hash_bytes(bytes),
        None => anchor.index_hash(),
    }
}

pub(super) fn object(world: &World, source: Source) -> Option<&Object> {
    let directory = world.forests().get(source.forest)?;
    directory.object(source.object).map(|image| &**image)
}

pub(super) const fn is_purged(account: &DirectoryObject) -> bool {
    matches!(account.state, State::Purged { .. })
}

/// Disjoint sets of the numbers below a bound.
struct Sets {
    above: Vec<u32>,
}

impl Sets {
    fn new(count: u32) -> Self {
        Self {
            above: (0..count).collect(),
        }
    }

    fn root(&mut self, mut node: u32) -> u32 {
        while self.above[node as usize] != node {
            let up = self.above[self.above[node as usize] as usize];
            self.above[node as usize] = up;
            node = up;
        }
        node
    }

    /// The lesser root stays, so that the result depends on no order.
    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.root(one), self.root(other));
        let (least, most) = (one.min(other), one.max(other));
        self.above[most as usize] = least;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Sets;

    proptest! {
        /// The same as going from neighbour to neighbour until nothing new is found.
        #[test]
        fn sets_are_what_can_be_reached(
            pairs in prop::collection::vec((0..30_u32, 0..30_u32), 0..40),
        ) {
            let mut sets = Sets::new(30);
            for (one, other) in &pairs {
                sets.join(*one, *other);
            }
            for start in 0..30 {
                let mut reached = vec![start];
                let mut place = 0;
                while let Some(node) = reached.get(place).copied() {
                    place += 1;
                    for (one, other) in &pairs {
                        let near = [(one, other), (other, one)].into_iter();
                        let near = near.filter(|(from, _)| **from == node).map(|(_, to)| *to);
                        for next in near.collect::<Vec<_>>() {
                            if !reached.contains(&next) {
                                reached.push(next);
                            }
                        }
                    }
                }
                for other in 0..30 {
                    prop_assert_eq!(sets.root(start) == sets.root(other), reached.contains(&other));
                }
                prop_assert_eq!(Some(sets.root(start)), reached.iter().min().copied());
            }
        }
    }
}
