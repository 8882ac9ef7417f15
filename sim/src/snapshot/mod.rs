//! Real exports in and out: a directory that people can read and put in git.
//!
//! A snapshot is `ad.ldif` (and `ad-2.ldif` and so on, where several forests are synced to one
//! tenant), `cloud/*.json` in the shapes Graph returns, and `lab.yaml` with what no
//! export says: the scope, the profile, who belongs to whom. This module works on bytes; reading
//! and writing files is the caller's business.

pub(crate) mod items;
mod lab;
mod places;
mod problem;
mod read;
mod rules;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use items::items;
pub use lab::Lab;
pub use places::Places;
pub(crate) use places::position;
pub use problem::Problem;
pub(crate) use problem::problems_of;
pub use read::{Files, Forests, Snapshot, SourceFile, assemble, read, read_forests, read_tenant};
pub(crate) use read::{find, problems};
pub use write::{forest_file, write};

use std::sync::Arc;

use jiff::Timestamp;
use mock_ad::directory::{Directory, Dn};
use mock_cloud::Profile;
use mock_cloud::tenant::Features;
use store::Entropy;

use crate::engine::{EngineConfig, Scope, Source, answer_switch};
use crate::rules::configuration::Configuration;
use crate::world::World;

/// What the engine is taken to remember (rule R6.22).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EngineMemory {
    /// It has been running: what the tenant calls synced from an object of this forest was
    /// provisioned by it, so that leaving the scope is a pending deletion.
    Established,
    /// It was installed just now: it deletes nothing that it has not provisioned itself.
    Fresh,
}

impl Snapshot {
    /// Takes scope, rules and settings from the configuration of a server, where they are not
    /// chosen already, and says what of it is not evaluated.
    pub fn configure(
        &mut self,
        configuration: &Configuration,
    ) -> Result<Vec<String>, Box<Problem>> {
        let mut applied = configuration.apply(&self.forests)?;
        if self.lab.scope.is_empty() && self.lab.exclude.is_empty() && self.lab.group.is_none() {
            self.lab.scope = applied.scope.include;
            self.lab.exclude = applied.scope.exclude;
            self.lab.group = applied.scope.group;
        }
        let settings = &configuration.settings;
        if let Some(anchor) = settings.anchor_attribute() {
            self.lab.anchor = self.lab.anchor.or(Some(anchor));
        }
        if let Some(threshold) = settings.deletion_threshold {
            self.tenant.deletion_threshold = threshold;
        }
        if settings.password_hash_sync {
            self.tenant.features.password_sync = true;
        }
        if settings.staging == Some(true) {
            let note = "the server is in staging mode: it exports nothing, and the prediction is \
                        what its exports would do";
            applied.notes.push(note.to_owned());
        }
        self.rules = Some(Arc::new(applied.rules));
        applied
            .notes
            .extend(configuration.not_evaluated.iter().cloned());
        Ok(applied.notes)
    }

    /// The profile that holds unless another is asked for: the snapshot's own, else the newest.
    pub fn profile(&self) -> Profile {
        self.lab.profile.unwrap_or(Profile::Entra2026)
    }

    /// What of each forest is synced: of one that `lab.yaml` names no container of, everything.
    fn scopes(&self) -> Vec<Scope> {
        let of = |forest: &Directory| {
            let inside = |names: &[Dn]| {
                let names = names.iter().filter(|name| name.is_within(forest.base()));
                names.cloned().collect()
            };
            let group = self.lab.group.as_ref();
            Scope {
                include: inside(&self.lab.scope),
                exclude: inside(&self.lab.exclude),
                group: group.filter(|name| name.is_within(forest.base())).cloned(),
            }
        };
        self.forests.iter().map(of).collect()
    }

    /// The object of a distinguished name, in whichever forest it is.
    pub fn find(&self, name: &Dn) -> Option<Source> {
        find(&self.forests, name)
    }

    /// The world that the snapshot shows.
    ///
    /// Without `profile` the tenant's own feature flags decide; with it, those of that era.
    pub fn world(&self, profile: Option<Profile>, memory: EngineMemory) -> World {
        let mut tenant = self.tenant.clone();
        let era = profile.unwrap_or_else(|| self.profile());
        tenant.policy = era.service_policy();
        if let Some(profile) = profile {
            tenant.features = Features::of(profile);
        }
        let mut config = EngineConfig::new(era, self.forests.len());
        config.scopes = self.scopes();
        if let Some(anchor) = self.lab.anchor {
            config.anchor = anchor;
        }
        config.devices = false;
        config.rules.clone_from(&self.rules);
        if era != Profile::DirSync2013 {
            config.deletion_threshold = tenant.deletion_threshold;
        }
        for (name, word) in &self.lab.switches {
            answer_switch(name, word, &mut tenant.policy, &mut config.policy);
        }
        let seed = self.lab.seed;
        let forests = self.forests.clone();
        let now = self.taken();
        let mut world = World::new(era, forests, tenant, config, now, Entropy::new(seed));
        if memory == EngineMemory::Established {
            world.establish();
        }
        world
    }

    /// When the snapshot was taken, as far as its own dates tell.
    pub fn taken(&self) -> Timestamp {
        let cloud = self.tenant.objects().flat_map(|(_, object)| {
            let deleted = match object.state {
                mock_cloud::tenant::State::SoftDeleted { at } => Some(at),
                _ => None,
            };
            [Some(object.created), object.on_premises.last_sync, deleted]
                .into_iter()
                .flatten()
        });
        let changed = self
            .forests
            .iter()
            .flat_map(|forest| forest.objects().map(|(_, object)| object.when_changed));
        self.lab
            .taken
            .unwrap_or_else(|| cloud.chain(changed).max().unwrap_or(Timestamp::UNIX_EPOCH))
    }
}
