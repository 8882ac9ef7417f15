//! What is refused whatever the quarantine says (rules R3.11c, R3.11e, R3.11f and R4.7).

use store::{Text, eq_fold};

use super::{ErrorCode, ExportError};
use crate::address::{self, Upn};
use crate::ids::CloudKey;
use crate::reason::Reason;
use crate::rule::RuleId;
use crate::sync_object::SyncObject;
use crate::tenant::{ConflictProperty, DirectoryObject, Tenant};

/// The service refuses more values of `proxyAddresses` than this (table 2.9, `LargeObject`).
///
/// How many fit depends on what else the object holds: 332, 329 and 311 are documented; this is the
/// largest of them, beyond which no object is taken.
const PROXY_ADDRESSES_MAX: usize = 332;
/// The service refuses more values of `userCertificate` than this (table 2.9, `LargeObject`).
const USER_CERTIFICATES_MAX: u16 = 15;

impl Tenant {
    /// Size and form first, then the values that are unique and never quarantined.
    pub(super) fn validate(
        &self,
        key: Option<CloudKey>,
        object: &SyncObject,
        why: &mut Vec<Reason>,
    ) -> Result<(), ExportError> {
        validate_size(object, why)?;
        let upn = object.user_principal_name.as_deref().unwrap_or_default();
        if self.policy.invalid_upn_is_error && !upn.is_empty() && !Upn::new(upn).is_well_formed() {
            why.push(Reason::one(RuleId::R4_2, "{0} is no valid UPN", upn));
            return Err(ExportError::about(
                ErrorCode::IdentityDataValidationFailed,
                ConflictProperty::UserPrincipalName,
                upn,
                None,
            ));
        }
        self.validate_security_identifier(key, object, why)?;
        self.validate_sip_addresses(key, object, why)
    }

    fn validate_security_identifier(
        &self,
        key: Option<CloudKey>,
        object: &SyncObject,
        why: &mut Vec<Reason>,
    ) -> Result<(), ExportError> {
        let Some(sid) = &object.security_identifier else {
            return Ok(());
        };
        let mut owners = self.find_by_security_identifier(sid);
        let Some(owner) = owners.find(|owner| Some(*owner) != key) else {
            return Ok(());
        };
        let text = "another account stems from the same security identifier {0}";
        let sid = Text::from(sid.to_string());
        why.push(Reason::one(RuleId::R3_11E, text, &sid));
        Err(ExportError::about(
            ErrorCode::AttributeValueMustBeUnique,
            ConflictProperty::OnPremiseSecurityIdentifier,
            sid,
            Some(owner),
        ))
    }

    fn validate_sip_addresses(
        &self,
        key: Option<CloudKey>,
        object: &SyncObject,
        why: &mut Vec<Reason>,
    ) -> Result<(), ExportError> {
        for sip in object.sip_addresses() {
            let mut owners = self.owners_of_sip(sip);
            if let Some(owner) = owners.find(|owner| Some(*owner) != key) {
                let text = "{0} is another account's SIP address, and those are not quarantined";
                why.push(Reason::one(RuleId::R3_11C, text, sip));
                return Err(ExportError::about(
                    ErrorCode::AttributeValueMustBeUnique,
                    ConflictProperty::SipProxyAddress,
                    format!("sip:{sip}"),
                    Some(owner),
                ));
            }
        }
        Ok(())
    }

    /// Rule R4.7: the UPN of a synced user would move between federated domains.
    pub(super) fn validate_federation(
        &self,
        previous: Option<&DirectoryObject>,
        upn: Option<&Upn>,
        why: &mut Vec<Reason>,
    ) -> Result<(), ExportError> {
        let before = previous.filter(|object| object.is_synced());
        let before = before.and_then(|object| object.user_principal_name.as_ref());
        let (Some(before), Some(upn)) = (before, upn) else {
            return Ok(());
        };
        let federated = |upn: &Upn| self.domains.is_federated(upn.suffix());
        if eq_fold(before.suffix(), upn.suffix()) || !federated(before) || !federated(upn) {
            return Ok(());
        }
        let text = "the UPN can't change from one federated domain to another";
        why.push(Reason::plain(RuleId::R4_7, text));
        Err(ExportError::about(
            ErrorCode::FederatedDomainChangeError,
            ConflictProperty::UserPrincipalName,
            upn.text().clone(),
            None,
        ))
    }
}

fn validate_size(object: &SyncObject, why: &mut Vec<Reason>) -> Result<(), ExportError> {
    let (property, count, text) = if object.user_certificates > USER_CERTIFICATES_MAX {
        let text = "the object has more than 15 values of userCertificate";
        (
            ConflictProperty::UserCertificate,
            object.user_certificates as usize,
            text,
        )
    } else if object.proxy_addresses.len() > PROXY_ADDRESSES_MAX {
        let text = "the object has more values of proxyAddresses than fit into it";
        (
            ConflictProperty::ProxyAddresses,
            object.proxy_addresses.len(),
            text,
        )
    } else {
        return Ok(());
    };
    why.push(Reason::plain(RuleId::R3_11F, text));
    Err(ExportError::about(
        ErrorCode::LargeObject,
        property,
        count.to_string(),
        None,
    ))
}

/// Tells why the UPN is not the one that Active Directory has (rule R4.2).
pub(super) fn explain_upn(
    wanted: Option<&Text>,
    derived: Option<&Upn>,
    domains: &crate::tenant::Domains,
    why: &mut Vec<Reason>,
) {
    let (Some(wanted), Some(derived)) = (wanted, derived) else {
        return;
    };
    let suffix = address::suffix(wanted);
    if !domains.is_verified(suffix) {
        let text = "the suffix {0} is not verified in the tenant: the UPN becomes {1}";
        why.push(Reason::two(RuleId::R4_2, text, suffix, derived.text()));
    } else if !Upn::new(wanted.clone()).is_well_formed() {
        let text = "{0} has characters that a UPN can't have: it becomes {1}";
        why.push(Reason::two(RuleId::R4_2, text, wanted, derived.text()));
    }
}
