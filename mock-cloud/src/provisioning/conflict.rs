//! Values that another object owns: an export error, or quarantine (catalogue section 3).
//!
//! Quarantine is a matter of the tenant, whatever client sends the object (rule R3.1), and an
//! export with a withheld value is a success that nobody repeats (rule R3.6).

use std::num::NonZeroU32;

use jiff::Timestamp;
use store::{Text, eq_fold};

use super::apply::Takeover;
use super::{ErrorCode, ExportError, SoftMatchField};
use crate::ids::CloudKey;
use crate::reason::Reason;
use crate::rule::RuleId;
use crate::sync_object::{SyncObject, SyncObjectType};
use crate::tenant::{Addresses, ConflictProperty, DirectoryObject, ProvisioningError, Tenant};

/// An attribute and a value of it that somebody else owns.
type Conflict = (ConflictProperty, Text);

impl Tenant {
    /// Fails the export over values that another object owns, unless the tenant quarantines them
    /// (rules R3.4 and R3.5).
    pub(super) fn refuse_conflicts(
        &self,
        takeover: Takeover,
        object: &SyncObject,
        addresses: &Addresses,
        run: NonZeroU32,
        why: &mut Vec<Reason>,
    ) -> Result<(), ExportError> {
        let withheld = &addresses.withheld;
        if withheld.is_empty() {
            return Ok(());
        }
        if is_soft_match_on_address(takeover) && withheld.iter().any(is_upn) {
            why.push(Reason::plain(
                RuleId::R2_17,
                "the address matched one account, but the UPN is another's",
            ));
        }
        let key = takeover.key();
        let mut conflicts: Vec<Conflict> = withheld
            .iter()
            .filter(|conflict| !self.is_quarantined(conflict))
            .cloned()
            .collect();
        if conflicts.is_empty() && !takeover.is_update() {
            conflicts = self.refused_in_spite_of_quarantine(takeover, object, withheld, run, why);
        } else if let Some((_, value)) = conflicts.first() {
            let owner = self.other_owner(value, key);
            let label = owner.and_then(|(_, owner)| Some(self.object(owner)?.label()));
            let text = "{0} belongs to {1}";
            why.push(Reason::two(
                RuleId::R3_2,
                text,
                value,
                label.unwrap_or_default(),
            ));
        }
        let Some((_, value)) = conflicts.first() else {
            return Ok(());
        };
        Err(ExportError {
            code: ErrorCode::AttributeValueMustBeUnique,
            in_conflict_with: self.other_owner(value, key).map(|(_, owner)| owner),
            reference: None,
            conflicts,
        })
    }

    fn is_quarantined(&self, conflict: &Conflict) -> bool {
        if is_upn(conflict) {
            self.features.quarantine_upon_upn_conflict
        } else {
            self.features.quarantine_upon_proxy_addresses_conflict
        }
    }

    /// Who else owns an address, and as what type.
    fn other_owner(
        &self,
        value: &str,
        key: Option<CloudKey>,
    ) -> Option<(SyncObjectType, CloudKey)> {
        let owner = self
            .owners_of(address_of(value))
            .find(|owner| Some(*owner) != key)?;
        Some((self.object(owner)?.kind.sync_type(), owner))
    }

    /// What a group's addresses refuse to an object that the service did not know, in every era
    /// (rules R3.11a and R3.11b).
    fn refused_in_spite_of_quarantine(
        &self,
        takeover: Takeover,
        object: &SyncObject,
        withheld: &[Conflict],
        run: NonZeroU32,
        why: &mut Vec<Reason>,
    ) -> Vec<Conflict> {
        let group = |value: &str| match self.other_owner(value, takeover.key()) {
            Some((SyncObjectType::Group, owner)) => Some(owner),
            _ => None,
        };
        let proxies = || withheld.iter().filter(|conflict| !is_upn(conflict));
        let of_upn = withheld
            .iter()
            .find(|conflict| is_upn(conflict))
            .and_then(|(_, upn)| {
                let owner = group(upn)?;
                let primary = self.object(owner)?.primary_smtp()?;
                eq_fold(primary, upn).then_some(owner)
            });
        let is_alias = |value: &str| value.starts_with("smtp:");
        let twice: Vec<Conflict> = proxies()
            .filter(|(_, value)| of_upn.is_some() && is_alias(value) && group(value) == of_upn)
            .cloned()
            .collect();
        if !twice.is_empty() {
            let text = "UPN and address both belong to a group: an error in spite of quarantine";
            why.push(Reason::plain(RuleId::R3_11A, text));
            return twice;
        }
        let is_of_this_run = |value: &str| {
            let owner = group(value).and_then(|owner| self.object(owner));
            owner.is_some_and(|owner| owner.on_premises.created_in_run == Some(run))
        };
        let same_run: Vec<Conflict> = proxies()
            .filter(|(_, value)| object.kind == SyncObjectType::Group && is_of_this_run(value))
            .cloned()
            .collect();
        if !same_run.is_empty() {
            let text = "another new group of this export has the address: an error at first";
            why.push(Reason::plain(RuleId::R3_11B, text));
        }
        same_run
    }
}

impl Tenant {
    /// The entries of `onPremisesProvisioningErrors` once `addresses` are written: those of a UPN
    /// that was not derived anew stay, and what stays keeps its date (rule R3.7).
    pub(crate) fn provisioning_errors(
        &self,
        previous: Option<&DirectoryObject>,
        addresses: &Addresses,
        upn_is_derived: bool,
        now: Timestamp,
    ) -> Vec<ProvisioningError> {
        let known = previous.map(|object| &*object.on_premises.provisioning_errors);
        let known = known.unwrap_or_default();
        let since = |property: ConflictProperty, value: &Text| {
            let mut same = known.iter();
            let same = same.find(|one| one.property == property && one.value == *value);
            same.map_or(now, |one| one.occurred)
        };
        let waiting = known
            .iter()
            .filter(|one| !upn_is_derived && one.property == ConflictProperty::UserPrincipalName)
            .cloned();
        // Question Q9.7: documentation and tools spell the property differently.
        let spelled = |property| match property {
            ConflictProperty::ProxyAddresses
                if self.policy.provisioning_errors_say_proxy_address =>
            {
                ConflictProperty::ProxyAddress
            }
            other => other,
        };
        let fresh = addresses.withheld.iter().map(|(property, value)| {
            let property = spelled(*property);
            ProvisioningError {
                property,
                value: value.clone(),
                occurred: since(property, value),
            }
        });
        waiting.chain(fresh).collect()
    }
}

fn is_upn(conflict: &Conflict) -> bool {
    conflict.0 == ConflictProperty::UserPrincipalName
}

const fn is_soft_match_on_address(takeover: Takeover) -> bool {
    matches!(takeover, Takeover::Soft(_, SoftMatchField::PrimarySmtp))
}

/// Tells of each value that is withheld, and of what stands in for it.
pub(super) fn explain_withheld(addresses: &Addresses, why: &mut Vec<Reason>) {
    let placeholder = addresses.user_principal_name.as_ref();
    let placeholder = placeholder.map(|upn| upn.text().clone());
    for conflict in &addresses.withheld {
        why.push(if is_upn(conflict) {
            Reason::two(
                RuleId::R3_4,
                "the UPN {0} belongs to another object: a placeholder stands in ({1})",
                &conflict.1,
                placeholder.clone().unwrap_or_default(),
            )
        } else {
            let text = "{0} belongs to another object: the value is withheld";
            Reason::one(RuleId::R3_5, text, &conflict.1)
        });
    }
}

/// The address in a conflicting value, which may have an SMTP prefix.
pub(crate) fn address_of(value: &str) -> &str {
    match value.split_once(':') {
        Some((protocol, address)) if protocol.eq_ignore_ascii_case("smtp") => address,
        _ => value,
    }
}
