//! How the engine is set up, and what differs between its eras.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::SignedDuration;
use mock_ad::directory::{AttributeId, Directory, Dn, ObjectId};
use mock_cloud::profile::{ServicePolicy, Switch};
use mock_cloud::rule::Confidence;
use mock_cloud::{Profile, RuleId};

use super::condition::Condition;
use super::metaverse::Source;
use super::run::ConnectorId;
use crate::rules::RuleSet;

/// The attribute that the sourceAnchor of users is made from (rule R1.7). Groups and contacts
/// always use objectGUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnchorAttribute {
    /// `objectGUID`.
    ObjectGuid,
    /// `mS-DS-ConsistencyGuid`, filled from objectGUID where it is empty (rule R1.8).
    ConsistencyGuid,
}

impl AnchorAttribute {
    /// The name of the attribute.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ObjectGuid => "objectGUID",
            Self::ConsistencyGuid => "mS-DS-ConsistencyGuid",
        }
    }

    /// The attribute with a name, whatever its case.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::ObjectGuid, Self::ConsistencyGuid]
            .into_iter()
            .find(|one| one.name().eq_ignore_ascii_case(name))
    }
}

/// The products that synchronise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EngineKind {
    /// DirSync, Azure AD Connect or Microsoft Entra Connect Sync, by the era.
    #[default]
    ConnectSync,
    /// Microsoft Entra Cloud Sync (rule R6.23): an agent and a job of the provisioning service. It
    /// runs every two minutes, writes nothing back, and its own prevention of accidental deletions
    /// stops the job.
    CloudSync,
}

/// Which part of a forest is synced: the containers included, less those excluded (rule R5.12).
///
/// The nearest listed container above an object decides, so a new container is synced where what
/// lies above it is (rule R5.16).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Containers that are synced with everything below; empty means the whole domain.
    pub include: Vec<Dn>,
    /// Containers that are not.
    pub exclude: Vec<Dn>,
    /// The group whose direct members alone are synced, in a pilot; members of groups in it are
    /// not looked for. No source says whether the group itself has to lie in a selected container:
    /// it is read wherever it is.
    pub group: Option<Dn>,
}

impl Scope {
    /// Whether a container lies in scope.
    pub fn contains(&self, container: &Dn) -> bool {
        let nearest = |list: &[Dn]| {
            list.iter()
                .filter(|listed| container.is_within(listed))
                .map(Dn::len)
                .max()
        };
        match (nearest(&self.include), nearest(&self.exclude)) {
            (Some(included), Some(excluded)) => included > excluded,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => self.include.is_empty(),
        }
    }

    /// Whether an object of a directory lies in scope as the directory is now.
    pub fn takes(&self, directory: &Directory, id: ObjectId) -> bool {
        let parent = directory.object(id).and_then(|object| object.parent);
        let within = parent.is_some_and(|parent| self.contains(&directory.dn(parent)));
        let Some(group) = &self.group else {
            return within;
        };
        let members = directory
            .find(group)
            .map(|group| directory.link_targets(group, AttributeId::MEMBER));
        within && members.is_some_and(|members| members.contains(&id))
    }
}

/// What differs between the eras of the engine, each a named switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnginePolicy {
    /// Rule R6.6: a delta import of the tenant sees objects that somebody deleted there by hand.
    pub delta_import_sees_cloud_deletions: bool,
    /// Rule R6.6: when a cloud object has vanished, the person is provisioned anew at once; else
    /// only when the Active Directory object is next processed.
    pub disconnect_reprovisions: bool,
    /// Rule R6.19: too many deletions hold back the deletions only, not the whole export.
    pub threshold_suppresses_deletes_only: bool,
    /// Question Q9.6: as many deletions as the threshold says trip it.
    pub threshold_trips_at_its_number: bool,
    /// Question Q9.6: only deletions of users count.
    pub threshold_counts_users_only: bool,
    /// Question Q9.20: a renamed or moved container makes a delta import look at everything.
    pub delta_import_sees_renamed_containers: bool,
    /// Rule R5.12: a delta import reads anew who is in the groups that filters ask for, and who
    /// came or went is looked at; else only a full import does.
    pub delta_import_sees_group_filters: bool,
    /// Rule R5.10: an adminDescription beginning `Contact_` keeps a contact out. The rules of 2016
    /// have no such clause; later builds are reported to.
    pub contact_marker_excludes: bool,
    /// Rule R5.11: the objects that are left out are those of DirSync's older list.
    pub older_exclusions: bool,
    /// Rule R6.23: Cloud Sync matches by address only, as one report has it.
    pub cloud_sync_matches_by_address_only: bool,
    /// Rule R6.5: a deletion is exported again where an import finds the account restored that was
    /// to be gone, and the service refuses it (`DeletingCloudOnlyObjectNotAllowed`, table 2.9).
    pub unconfirmed_deletion_is_exported_again: bool,
    /// Rule R1.8: the connector's account has rights by inheritance, which accounts with an
    /// adminCount of 1 do not take part in.
    pub protected_accounts_refuse_write_back: bool,
}

impl EnginePolicy {
    /// The engine of an era.
    pub const fn of(profile: Profile) -> Self {
        let modern = !matches!(profile, Profile::DirSync2013);
        Self {
            delta_import_sees_cloud_deletions: modern,
            disconnect_reprovisions: modern,
            threshold_suppresses_deletes_only: false,
            threshold_trips_at_its_number: false,
            threshold_counts_users_only: false,
            delta_import_sees_renamed_containers: false,
            delta_import_sees_group_filters: true,
            contact_marker_excludes: matches!(profile, Profile::Entra2025 | Profile::Entra2026),
            older_exclusions: !modern,
            cloud_sync_matches_by_address_only: false,
            unconfirmed_deletion_is_exported_again: modern,
            protected_accounts_refuse_write_back: false,
        }
    }
}

macro_rules! switches {
    ($($name:literal $rule:ident $question:expr, $confidence:ident $field:ident
       $effect:literal;)*) => {
        /// Every switch of the engine.
        pub const ENGINE_SWITCHES: &[Switch<EnginePolicy>] = &[$(Switch::on_off(
            $name,
            RuleId::$rule,
            $question,
            Confidence::$confidence,
            $effect,
            |policy| usize::from(policy.$field),
            |policy, value| policy.$field = value == 1,
        )),*];
    };
}

switches! {
    "cloud-sync-matches-by-address-only" R6_23 None, Reported
        cloud_sync_matches_by_address_only
        "a new user that Cloud Sync exports is not matched by UPN";
    "contact-marker-excludes" R5_10 None, Reported contact_marker_excludes
        "an adminDescription beginning Contact_ keeps a contact out";
    "delta-import-sees-cloud-deletions" R6_6 Some("Q9.12"), Reported
        delta_import_sees_cloud_deletions
        "a delta import of the tenant sees objects deleted there by hand";
    "delta-import-sees-group-filters" R5_12 None, Assumed delta_import_sees_group_filters
        "who came into the group of a pilot or left it is looked at after a delta import";
    "delta-import-sees-renamed-containers" R5_15 Some("Q9.20"), Supported
        delta_import_sees_renamed_containers
        "a delta import looks anew at everything when a container was renamed or moved";
    "dirsync-exclusions" R5_11 None, Documented older_exclusions
        "the older list of system objects is left out, without those of later builds";
    "disconnect-reprovisions" R6_6 Some("Q9.12"), Reported disconnect_reprovisions
        "a person whose cloud object vanished is provisioned anew by the sync that notices it";
    "threshold-counts-users-only" R6_17 Some("Q9.6"), Assumed threshold_counts_users_only
        "deletions of groups and contacts do not count towards the deletion threshold";
    "threshold-suppresses-deletes-only" R6_19 Some("Q9.6"), Supported
        threshold_suppresses_deletes_only
        "too many pending deletions hold back only the deletions, not the whole export";
    "threshold-trips-at-its-number" R6_18 Some("Q9.6"), Reported threshold_trips_at_its_number
        "as many deletions as the threshold says stop the export already";
    "unconfirmed-deletion-is-exported-again" R6_5 None, Documented
        unconfirmed_deletion_is_exported_again
        "the deletion of an account that was restored before it was confirmed is exported again";
    "write-back-fails-on-protected-accounts" R1_8 None, Reported
        protected_accounts_refuse_write_back
        "the anchor can't be written back to accounts with adminCount 1: they inherit no rights";
}

/// The names of all switches, of service and engine, with the words that answer each.
pub fn switches() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    let engine = ENGINE_SWITCHES.iter().map(|it| (it.name, it.values));
    mock_cloud::profile::switches().chain(engine)
}

/// Answers a switch of the service or of the engine by a word; says whether there is such a switch
/// and it knows the word.
pub fn answer_switch(
    name: &str,
    word: &str,
    service: &mut ServicePolicy,
    engine: &mut EnginePolicy,
) -> bool {
    let of_engine = ENGINE_SWITCHES.iter().find(|it| it.name == name);
    service.answer(name, word) || of_engine.is_some_and(|switch| switch.answer(engine, word))
}

/// How the engine is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineConfig {
    /// Which product it is.
    pub kind: EngineKind,
    /// What is synced of each forest, in the order of the forests.
    pub scopes: Vec<Scope>,
    /// Where the sourceAnchor of users comes from.
    pub anchor: AnchorAttribute,
    /// Imports and synchronises, but never exports (rule R6.21).
    pub staging: bool,
    /// More pending deletions than this stop the export to Entra; `None` turns the check off
    /// (rules R6.17 and R6.18).
    pub deletion_threshold: Option<u32>,
    /// How often a cycle runs by itself; `None` while the scheduler is off (rule R6.8).
    pub schedule: Option<SignedDuration>,
    /// What differs between eras.
    pub policy: EnginePolicy,
    /// What keeps connectors from working; one that is not listed is ready (rule R6.12).
    pub conditions: BTreeMap<ConnectorId, Condition>,
    /// Objects that the account of a forest's connector can't read (rule R6.4).
    pub unreadable: BTreeSet<Source>,
    /// Whether computers are synced as devices. A snapshot has none: no export tells of the devices
    /// that the tenant has by now.
    pub devices: bool,
    /// The sync rules, where they are not those that are installed (rule R5.1).
    pub rules: Option<Arc<RuleSet>>,
}

impl EngineConfig {
    /// The engine of an era as it is installed: everything in scope, scheduler off.
    pub fn new(profile: Profile, forests: usize) -> Self {
        Self {
            kind: EngineKind::ConnectSync,
            scopes: vec![Scope::default(); forests],
            anchor: AnchorAttribute::ObjectGuid,
            staging: false,
            deletion_threshold: match profile {
                Profile::DirSync2013 => None,
                _ => Some(500),
            },
            schedule: None,
            policy: EnginePolicy::of(profile),
            conditions: BTreeMap::new(),
            unreadable: BTreeSet::new(),
            devices: true,
            rules: None,
        }
    }

    /// Whether what it exports is matched by UPN, too (rule R6.23).
    pub const fn is_matched_by_upn(&self) -> bool {
        !matches!(self.kind, EngineKind::CloudSync)
            || !self.policy.cloud_sync_matches_by_address_only
    }

    /// The groups whose members the filters of a forest ask for: that of a pilot, and those that
    /// rules name (rules R5.1 and R5.12).
    pub(crate) fn filtering_groups(&self, forest: usize) -> Vec<Dn> {
        let pilot = self.scopes.get(forest).and_then(|it| it.group.clone());
        let rules = self.rules.iter();
        let named = rules.flat_map(|rules| rules.filtering_groups());
        pilot.into_iter().chain(named).collect()
    }

    /// How many pending deletions an export still carries out; `None` where nothing stops it (rules
    /// R6.17, R6.18 and R6.23). Connect stops when its threshold is exceeded, Cloud Sync when its
    /// number is reached.
    pub fn deletions_allowed(&self) -> Option<u32> {
        let at_its_number =
            self.kind == EngineKind::CloudSync || self.policy.threshold_trips_at_its_number;
        let threshold = self.deletion_threshold?;
        Some(threshold.saturating_sub(u32::from(at_its_number)))
    }

    /// Whether a connector can work.
    pub fn condition(&self, connector: ConnectorId) -> Condition {
        self.conditions.get(&connector).copied().unwrap_or_default()
    }

    /// How often the engine of an era runs unless told otherwise (rule R6.8).
    pub const fn default_interval(profile: Profile) -> SignedDuration {
        match profile {
            Profile::DirSync2013 => SignedDuration::from_hours(3),
            _ => SignedDuration::from_mins(30),
        }
    }

    /// How often this engine runs unless told otherwise (rules R6.8 and R6.23).
    pub const fn usual_interval(&self, profile: Profile) -> SignedDuration {
        match self.kind {
            EngineKind::ConnectSync => Self::default_interval(profile),
            EngineKind::CloudSync => SignedDuration::from_mins(2),
        }
    }
}

/// A configuration shared by forks of a world.
pub(crate) type SharedConfig = Arc<EngineConfig>;

#[cfg(test)]
mod tests {
    use super::*;

    fn dn(text: &str) -> Dn {
        text.parse().unwrap()
    }

    #[test]
    fn the_nearest_listed_container_decides() {
        let scope = Scope {
            include: vec![dn("OU=Staff,DC=x"), dn("OU=Kept,OU=Out,OU=Staff,DC=x")],
            exclude: vec![dn("OU=Out,OU=Staff,DC=x")],
            group: None,
        };
        assert!(scope.contains(&dn("OU=Sub,ou=staff,DC=x")));
        assert!(!scope.contains(&dn("OU=Deep,OU=Out,OU=Staff,DC=x")));
        assert!(scope.contains(&dn("OU=Kept,OU=Out,OU=Staff,DC=x")));
        assert!(!scope.contains(&dn("OU=Park,DC=x")));
        assert!(Scope::default().contains(&dn("OU=Park,DC=x")));
    }
}
