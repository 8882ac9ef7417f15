//! Which rules led to the state of an object, for expectations about that state.

use mock_cloud::{CloudKey, DirectoryObject, Reason};

use super::Runner;
use crate::engine::Source;
use crate::scenario::Name;

impl Runner<'_> {
    /// How an object came to its account, and what was said of it last.
    pub(super) fn why_of(&self, source: Source) -> Vec<Reason> {
        let came = self.came.get(&source).map(|came| &came.why);
        let said = self.said.get(&source);
        once(came.into_iter().chain(said).flatten().cloned())
    }

    /// The same of the object that an account is joined to, of the person whose account it is,
    /// and of its deletion.
    pub(super) fn why_of_account(&self, key: CloudKey) -> Vec<Reason> {
        let engine = self.world.engine();
        let entry = || engine.entra().get(engine.entra().find_by_cloud(key)?);
        let joined = || engine.metaverse().get(entry()?.metaverse?);
        let mut belongs = self.names.belongs.iter();
        let owner = belongs.find(|(_, cloud)| self.names.cloud(cloud) == Some(key));
        let owner = owner.and_then(|(ad, _)| self.names.ad(ad));
        let sources = joined()
            .map(|object| object.source)
            .into_iter()
            .chain(owner);
        let why = sources.flat_map(|source| self.why_of(source));
        once(why.chain(self.why_removed(key).iter().cloned()))
    }

    /// Why an export deleted an account; nothing of one that is there, or that somebody deleted.
    pub(super) fn why_removed(&self, key: CloudKey) -> &[Reason] {
        let is_there = self.cloud_object(key).is_some_and(DirectoryObject::is_live);
        let why = self.removed.get(&key).filter(|_| !is_there);
        why.map(Vec::as_slice).unwrap_or_default()
    }

    /// The same of several accounts.
    pub(super) fn why_of_accounts(&self, keys: &[CloudKey]) -> Vec<Reason> {
        once(keys.iter().flat_map(|key| self.why_of_account(*key)))
    }

    /// The same of an account by its name, or of an object by its own.
    pub(super) fn why_of_name(&self, name: &Name) -> Vec<Reason> {
        match (self.key_of(name), self.names.ad(name)) {
            (Some(key), _) => self.why_of_account(key),
            (None, Some(source)) => self.why_of(source),
            (None, None) => Vec::new(),
        }
    }
}

/// Each reason where it comes first.
pub(super) fn once(all: impl IntoIterator<Item = Reason>) -> Vec<Reason> {
    let mut why: Vec<Reason> = Vec::new();
    for reason in all {
        if !why.contains(&reason) {
            why.push(reason);
        }
    }
    why
}
