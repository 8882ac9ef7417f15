//! How the engine is set up, and what differs between its eras.

use std::sync::Arc;

use jiff::SignedDuration;
use mock_ad::directory::Dn;
use mock_cloud::{Profile, RuleId};

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
    /// Rule R5.10: an adminDescription beginning `Contact_` keeps a contact out. The rules of 2016
    /// have no such clause; later builds are reported to.
    pub contact_marker_excludes: bool,
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
            contact_marker_excludes: matches!(profile, Profile::Entra2025 | Profile::Entra2026),
            protected_accounts_refuse_write_back: false,
        }
    }
}

/// A named doubt about the engine.
#[derive(Debug, Clone, Copy)]
pub struct EngineSwitch {
    /// The name in scenario files.
    pub name: &'static str,
    /// The rule it belongs to.
    pub rule: RuleId,
    /// What turning it on means.
    pub effect: &'static str,
    /// Reads the switch.
    pub get: fn(&EnginePolicy) -> bool,
    /// Sets the switch.
    pub set: fn(&mut EnginePolicy, bool),
}

macro_rules! switches {
    ($($name:literal $rule:ident $field:ident $effect:literal;)*) => {
        /// Every switch of the engine.
        pub const ENGINE_SWITCHES: &[EngineSwitch] = &[$(EngineSwitch {
            name: $name,
            rule: RuleId::$rule,
            effect: $effect,
            get: |policy| policy.$field,
            set: |policy, on| policy.$field = on,
        }),*];
    };
}

switches! {
    "delta-import-sees-cloud-deletions" R6_6 delta_import_sees_cloud_deletions
        "a delta import of the tenant sees objects deleted there by hand";
    "disconnect-reprovisions" R6_6 disconnect_reprovisions
        "a person whose cloud object vanished is provisioned anew by the sync that notices it";
    "threshold-suppresses-deletes-only" R6_19 threshold_suppresses_deletes_only
        "too many pending deletions hold back only the deletions, not the whole export";
    "contact-marker-excludes" R5_10 contact_marker_excludes
        "an adminDescription beginning Contact_ keeps a contact out";
    "write-back-fails-on-protected-accounts" R1_8 protected_accounts_refuse_write_back
        "the anchor can't be written back to accounts with adminCount 1: they inherit no rights";
}

/// How the engine is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineConfig {
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
    /// The sync rules, where they are not those that are installed (rule R5.1).
    pub rules: Option<Arc<RuleSet>>,
}

impl EngineConfig {
    /// The engine of an era as it is installed: everything in scope, scheduler off.
    pub fn new(profile: Profile, forests: usize) -> Self {
        Self {
            scopes: vec![Scope::default(); forests],
            anchor: AnchorAttribute::ObjectGuid,
            staging: false,
            deletion_threshold: match profile {
                Profile::DirSync2013 => None,
                _ => Some(500),
            },
            schedule: None,
            policy: EnginePolicy::of(profile),
            rules: None,
        }
    }

    /// How often the engine of an era runs unless told otherwise (rule R6.8).
    pub const fn default_interval(profile: Profile) -> SignedDuration {
        match profile {
            Profile::DirSync2013 => SignedDuration::from_hours(3),
            _ => SignedDuration::from_mins(30),
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
        };
        assert!(scope.contains(&dn("OU=Sub,ou=staff,DC=x")));
        assert!(!scope.contains(&dn("OU=Deep,OU=Out,OU=Staff,DC=x")));
        assert!(scope.contains(&dn("OU=Kept,OU=Out,OU=Staff,DC=x")));
        assert!(!scope.contains(&dn("OU=Park,DC=x")));
        assert!(Scope::default().contains(&dn("OU=Park,DC=x")));
    }
}
