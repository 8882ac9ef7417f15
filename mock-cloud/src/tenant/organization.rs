//! The organisation that a tenant belongs to, and the licences it has bought.

use jiff::{SignedDuration, Timestamp};
use store::Text;
use uuid::Uuid;

use super::{DirectoryObject, Refusal, Tenant};
use crate::ids::{CloudId, CloudKey};
use crate::rule::RuleId;

/// How long turning directory synchronisation off takes, and how long it can't be turned on again
/// (rule R2.7).
pub const DEACTIVATION_HOURS: i64 = 72;

/// What `GET /organization` says of the tenant as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// The tenant id.
    pub id: CloudId,
    /// `displayName`.
    pub display_name: Text,
    /// `onPremisesSyncEnabled`: true while on, false when it was, `None` when it never was.
    pub sync_enabled: Option<bool>,
    /// Until when directory synchronisation is being turned off (`PendingDisabled`).
    pub deactivated_at: Option<Timestamp>,
    /// `onPremisesLastSyncDateTime`.
    pub last_sync: Option<Timestamp>,
}

impl Organization {
    /// The organisation behind an initial domain: its id is derived from the name, so that equal
    /// tenants have equal ids.
    pub fn of(initial_domain: &str) -> Self {
        let name = initial_domain.to_lowercase();
        let id = Uuid::new_v5(&Uuid::NAMESPACE_DNS, name.as_bytes());
        let display_name = name.split('.').next().unwrap_or_default();
        Self {
            id: CloudId::from_bytes(*id.as_bytes()),
            display_name: Text::from(display_name),
            sync_enabled: None,
            deactivated_at: None,
            last_sync: None,
        }
    }
}

/// A subscription to a product: one entry of `subscribedSkus`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sku {
    /// `skuId`, or the name under which scenario files assign it.
    pub id: Text,
    /// `skuPartNumber`.
    pub part_number: Text,
    /// `prepaidUnits.enabled`.
    pub enabled: u32,
}

/// The part number of a SKU id that is widely known (Microsoft's table "Product names and service
/// plan identifiers for licensing").
pub fn part_number(id: &str) -> Option<&'static str> {
    Some(match id {
        "05e9a617-0261-4cee-bb44-138d3ef5d965" => "SPE_E3",
        "06ebc4ee-1bb5-47dd-8120-11324bc54e06" => "SPE_E5",
        "6fd2c87f-b296-42f0-b197-1e91e994b900" => "ENTERPRISEPACK",
        "c7df2760-2c81-4ef7-b578-5b5392b571df" => "ENTERPRISEPREMIUM",
        "18181a46-0d4e-45cd-891e-60aabd171b4e" => "STANDARDPACK",
        "f245ecc8-75af-4f8e-b61f-27d8114de5f3" => "O365_BUSINESS_PREMIUM",
        "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46" => "SPB",
        "4b9405b0-7788-4568-add1-99614e613b69" => "EXCHANGESTANDARD",
        "19ec0d23-8335-4cbd-94ac-6050e30712fa" => "EXCHANGEENTERPRISE",
        "078d2b04-f1bd-4111-bbd4-b4b1b354cef4" => "AAD_PREMIUM",
        "84a661c4-e949-4bd2-a560-ed7766fcaf2b" => "AAD_PREMIUM_P2",
        "f30db892-07e9-47e9-837c-80727f46fd3d" => "FLOW_FREE",
        "a403ebcc-fae0-4ca2-8c8c-7a907fd6c235" => "POWER_BI_STANDARD",
        _ => return None,
    })
}

impl Tenant {
    /// Turns directory synchronisation of the whole tenant on or off (rule R2.7).
    ///
    /// Turning it off can't be called back: for [`DEACTIVATION_HOURS`] nothing more is taken from
    /// an engine, then every synced object belongs to the cloud; or at once, where the policy says
    /// so. Until the time is over, synchronisation can't be turned on again.
    pub fn set_sync_enabled(&mut self, enabled: bool, now: Timestamp) -> Result<(), Refusal> {
        if let Some(at) = self.organization.deactivated_at {
            // The cmdlets gave this text for both directions.
            let message = "You cannot turn off Active Directory synchronization.";
            let hint = format!(
                "directory synchronization is being turned off (PendingDisabled) and stays locked \
                 until {at}"
            );
            return Err(Refusal::bad_request(message, hint).by(RuleId::R2_7));
        }
        let was_on = self.organization.sync_enabled != Some(false);
        self.organization.sync_enabled = Some(enabled);
        if enabled || !was_on {
            return Ok(());
        }
        let lock = SignedDuration::from_hours(DEACTIVATION_HOURS);
        self.organization.deactivated_at = Some(now.saturating_add(lock).unwrap_or(Timestamp::MAX));
        if self.policy.sync_off_converts_at_once {
            self.convert_to_cloud();
        }
        Ok(())
    }

    /// Whether an engine may read and write: directory synchronisation was not turned off.
    pub fn is_synchronized(&self) -> bool {
        self.organization.sync_enabled != Some(false)
    }

    /// Brings turning off directory synchronisation to its end, where that is due. Gives the
    /// objects that belong to the cloud from now on.
    pub fn complete_deactivation(&mut self, now: Timestamp) -> Vec<CloudKey> {
        if self.organization.deactivated_at.is_none_or(|at| now < at) {
            return Vec::new();
        }
        self.organization.deactivated_at = None;
        self.convert_to_cloud()
    }

    /// Every synced object becomes one of the cloud. The ImmutableId stays: a later match needs it.
    fn convert_to_cloud(&mut self) -> Vec<CloudKey> {
        let synced: Vec<CloudKey> = self
            .objects()
            .filter(|(_, object)| {
                object.is_live() && (object.is_synced() || object.on_premises.cloud_managed)
            })
            .map(|(key, _)| key)
            .collect();
        for key in &synced {
            let Some(object) = self.object(*key) else {
                continue;
            };
            let mut after = DirectoryObject::clone(object);
            let facts = &mut after.on_premises;
            facts.sync_enabled = Some(false);
            facts.cloud_managed = false;
            facts.shadow = None;
            if self.policy.sync_off_clears_on_premises_facts {
                facts.distinguished_name = None;
                facts.domain_name = None;
                facts.sam_account_name = None;
                facts.security_identifier = None;
                facts.user_principal_name = None;
            }
            self.replace(*key, after);
        }
        synced
    }

    /// The products that the tenant has: those it was given, and those that somebody holds.
    ///
    /// Of a product that only an assignment tells of, as many units are assumed as are consumed
    /// and 25 more.
    pub fn subscribed_skus(&self) -> Vec<(Sku, u32)> {
        let mut consumed: std::collections::BTreeMap<&Text, u32> =
            self.skus.iter().map(|sku| (&sku.id, 0)).collect();
        for (_, object) in self.objects().filter(|(_, object)| object.is_live()) {
            for licence in object.licences.iter() {
                *consumed.entry(licence).or_default() += 1;
            }
        }
        let describe = |(id, consumed): (&Text, u32)| {
            let known = self.skus.iter().find(|sku| sku.id == *id).cloned();
            let sku = known.unwrap_or_else(|| Sku {
                id: id.clone(),
                part_number: Text::from(part_number(id).unwrap_or(id)),
                enabled: consumed + 25,
            });
            (sku, consumed)
        };
        consumed.into_iter().map(describe).collect()
    }
}
