//! What a procedure of an open loop is measured by at its end: guards that it lifted, and addresses
//! that it lost.

use std::collections::BTreeMap;

use mock_cloud::CloudKey;
use mock_cloud::tenant::Role;
use store::Text;

use super::{Property, Violation};
use crate::world::World;

/// What protects a tenant, as it was found.
#[derive(Debug, Clone)]
pub(crate) struct Guards {
    block_takeover: bool,
    block_soft_match: bool,
    /// `deletion-threshold` of the engine (rule R6.17).
    threshold: Option<u32>,
    staging: bool,
    roles: BTreeMap<CloudKey, Vec<Role>>,
}

impl Guards {
    /// Takes down what is there.
    pub(crate) fn of(world: &World) -> Self {
        let tenant = world.tenant();
        let config = world.engine().config();
        let keys = tenant.roles.iter().map(|(key, _)| key);
        Self {
            block_takeover: tenant
                .features
                .block_cloud_object_takeover_through_hard_match,
            block_soft_match: tenant.features.block_soft_match,
            threshold: config.deletion_threshold,
            staging: config.staging,
            roles: keys.map(|key| (key, tenant.roles.held(key))).collect(),
        }
    }

    /// The first guard that is still lifted.
    pub(crate) fn lifted(&self, world: &World) -> Option<Violation> {
        let found = self.found(world)?;
        let property = Property::GuardsRestored;
        Some(Violation { property, found })
    }

    fn found(&self, world: &World) -> Option<String> {
        let now = Self::of(world);
        if self.block_takeover && !now.block_takeover {
            return Some("takeover through hard match is not blocked any more".to_owned());
        }
        if self.block_soft_match && !now.block_soft_match {
            return Some("soft match is not blocked any more".to_owned());
        }
        if self.staging && !now.staging {
            return Some("the server is not in staging mode any more".to_owned());
        }
        if let Some(before) = self.threshold
            && now.threshold.is_none_or(|now| now > before)
        {
            return Some(format!(
                "the deletion threshold of {before} is not there any more"
            ));
        }
        let lost = self.roles.iter().find(|(key, roles)| {
            let live = world.tenant().object(**key).is_some_and(|it| it.is_live());
            live && now.roles.get(key) != Some(roles)
        });
        let (key, _) = lost?;
        let label = world.tenant().object(*key)?.label();
        Some(format!("{label} lacks a role that it had"))
    }
}

/// The addresses that people write to: those of accounts with a mailbox, but for those that the
/// service makes up (rule R4.10).
#[derive(Debug, Clone)]
pub(crate) struct Addresses(Vec<(CloudKey, Vec<Text>)>);

impl Addresses {
    /// Takes down what is there.
    pub(crate) fn of(world: &World) -> Self {
        let tenant = world.tenant();
        let initial = format!("@{}", tenant.domains.initial());
        let made_up = |address: &str| {
            let at = address.len().checked_sub(initial.len());
            at.and_then(|at| address.get(at..))
                .is_some_and(|end| store::eq_fold(end, &initial))
        };
        let mailboxes = tenant
            .objects()
            .filter(|(_, object)| object.is_live() && object.mailbox.is_some());
        let all = mailboxes.map(|(key, object)| {
            let listed = object.proxy_addresses.iter().filter(|it| it.is_smtp());
            let listed = listed.map(mock_cloud::ProxyAddress::address);
            let listed = listed.filter(|address| !made_up(address));
            (key, listed.map(Text::from).collect())
        });
        Self(all.collect())
    }

    /// The first of them that nobody has any more because Active Directory took its account over
    /// without it (rules R2.24 and R2.25).
    pub(crate) fn lost(&self, world: &World) -> Option<Violation> {
        let property = Property::AddressesKept;
        let found = self.all_lost(world).next()?;
        Some(Violation { property, found })
    }

    /// All of them, in words.
    pub(crate) fn all_lost<'a>(&'a self, world: &'a World) -> impl Iterator<Item = String> + 'a {
        let tenant = world.tenant();
        self.0.iter().flat_map(move |(key, addresses)| {
            let account = tenant.object(*key);
            let account = account.filter(|it| it.is_live() && it.is_synced());
            account.into_iter().flat_map(move |account| {
                let nobodys = |address: &&Text| tenant.owners_of(address).next().is_none();
                let gone = addresses.iter().filter(nobodys);
                gone.map(move |address| format!("{address} of `{}` is lost", account.label()))
            })
        })
    }
}
