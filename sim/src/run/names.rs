//! What the names of a scenario stand for.

use std::collections::BTreeMap;

use mock_ad::directory::Dn;
use mock_cloud::CloudKey;

use crate::engine::Source;
use crate::scenario::model::Expectation;
use crate::scenario::value::{Connector, OuPath};

/// A forest of a scenario.
#[derive(Debug, Clone)]
pub(crate) struct ForestName {
    pub(crate) name: Option<String>,
    pub(crate) base: Dn,
}

/// All names of a scenario, as far as they have been introduced.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    pub(crate) forests: Vec<ForestName>,
    ad: BTreeMap<String, Vec<Source>>,
    cloud: BTreeMap<String, CloudKey>,
    /// Which account is whose: Active Directory name to cloud name.
    pub(crate) belongs: BTreeMap<String, String>,
}

impl Names {
    pub(crate) fn of(forests: Vec<ForestName>) -> Self {
        Self {
            forests,
            ..Self::default()
        }
    }

    pub(crate) fn add_ad(&mut self, name: &str, source: Source) {
        self.ad.entry(name.to_owned()).or_default().push(source);
    }

    pub(crate) fn add_cloud(&mut self, name: &str, key: CloudKey) {
        self.cloud.insert(name.to_owned(), key);
    }

    /// The objects of a name: several where it was written with a count.
    pub(crate) fn all(&self, name: &str) -> &[Source] {
        self.ad.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// The object of a name.
    pub(crate) fn ad(&self, name: &str) -> Option<Source> {
        self.all(name).last().copied()
    }

    /// The cloud object of a name.
    pub(crate) fn cloud(&self, name: &str) -> Option<CloudKey> {
        self.cloud.get(name).copied()
    }

    /// The name of a cloud object.
    pub(crate) fn name_of(&self, key: CloudKey) -> Option<&str> {
        self.cloud
            .iter()
            .find(|(_, known)| **known == key)
            .map(|(name, _)| name.as_str())
    }

    /// The cloud objects in the order of their names.
    pub(crate) fn cloud_keys(&self) -> impl Iterator<Item = CloudKey> + '_ {
        self.cloud.values().copied()
    }

    /// All Active Directory names with their objects.
    pub(crate) fn ad_names(&self) -> impl Iterator<Item = (&str, &[Source])> {
        self.ad
            .iter()
            .map(|(name, sources)| (name.as_str(), sources.as_slice()))
    }

    /// The forest that a connector reads.
    pub(crate) fn forest(&self, connector: &Connector) -> Option<usize> {
        match connector {
            Connector::Ad(None) => Some(0),
            Connector::Ad(Some(name)) => self
                .forests
                .iter()
                .position(|forest| forest.name.as_ref() == Some(name)),
            Connector::Entra => None,
        }
    }

    /// The distinguished name of a path in a forest.
    pub(crate) fn place(&self, path: &OuPath, forest: usize) -> Option<Dn> {
        path.within(&self.forests.get(forest)?.base.to_string())
            .parse()
            .ok()
    }

    /// Whether everything that an expectation names has been introduced.
    pub(crate) fn knows(&self, expectation: &Expectation) -> bool {
        let cloud = |name: &str| self.cloud.contains_key(name);
        match expectation {
            Expectation::Kept(name)
            | Expectation::Lost(name)
            | Expectation::Deleted(name)
            | Expectation::Purged(name)
            | Expectation::NotQuarantined(name) => cloud(name),
            Expectation::CloudUser(account) => cloud(&account.user),
            Expectation::Joined(joined) => cloud(&joined.cloud),
            Expectation::NotJoined(name) | Expectation::NoError(name) => {
                self.ad.contains_key(name.as_str())
            }
            _ => true,
        }
    }
}
