//! Writing what was sent onto the object it belongs to (catalogue Appendix A, `apply`).

use std::sync::Arc;

use store::{Text, eq_fold};

use super::matching::address_of;
use super::{Answer, Context, ErrorCode, ExportError, Outcome, SoftMatchField};
use crate::address::{self, Upn};
use crate::ids::CloudKey;
use crate::reason::Reason;
use crate::rule::RuleId;
use crate::sync_object::{Properties, Property, SyncObject, SyncObjectType};
use crate::tenant::{
    Addresses, ConflictProperty, DirectoryObject, Input, Kind, ProvisioningError, Recalculate,
    State, Tenant, calculate,
};

/// The service refuses more values of `userCertificate` than this (table 2.9, `LargeObject`).
const USER_CERTIFICATES_MAX: u16 = 15;

/// How an exported object came to its cloud object.
#[derive(Debug, Clone, Copy)]
pub(super) enum Takeover {
    Update(CloudKey),
    Hard(CloudKey),
    Restore(CloudKey),
    Soft(CloudKey, SoftMatchField),
    Create { admin_role_conflict: bool },
}

impl Takeover {
    const fn key(self) -> Option<CloudKey> {
        match self {
            Self::Update(key) | Self::Hard(key) | Self::Restore(key) | Self::Soft(key, _) => {
                Some(key)
            }
            Self::Create { .. } => None,
        }
    }

    const fn outcome(self) -> Outcome {
        match self {
            Self::Update(_) => Outcome::Updated,
            Self::Hard(_) => Outcome::HardMatched,
            Self::Restore(_) => Outcome::Restored,
            Self::Soft(_, field) => Outcome::SoftMatched(field),
            Self::Create { .. } => Outcome::Created,
        }
    }
}

impl Tenant {
    /// Brings an object up to date, or refuses and changes nothing.
    pub(super) fn apply(
        &mut self,
        takeover: Takeover,
        object: &Arc<SyncObject>,
        context: &mut Context<'_>,
        mut why: Vec<Reason>,
    ) -> Answer {
        let key = takeover.key();
        let previous = key.and_then(|key| self.object(key)).cloned();
        if let Err(error) = self.validate(key, object, previous.as_deref(), &mut why) {
            return Answer {
                key,
                ..Answer::failed(error, why)
            };
        }
        let (sent, recalculate) =
            self.what_changes(takeover, object, previous.as_deref(), &mut why);
        let input = Input {
            shadow: &sent,
            previous: previous.as_deref(),
            domains: &self.domains,
            recalculate,
            recipient: previous.as_deref().is_some_and(is_recipient),
        };
        let is_taken = |address: &str| self.owners_of(address).any(|owner| Some(owner) != key);
        let entropy = &mut *context.entropy;
        let addresses = calculate(input, &is_taken, &mut || entropy.next_four_digits());
        explain_upn(&sent, &addresses, recalculate, &self.domains, &mut why);
        if let Err(error) =
            self.refuse_conflicts(takeover, object, &addresses, context.run, &mut why)
        {
            return Answer {
                key,
                ..Answer::failed(error, why)
            };
        }
        let withheld = self.withhold(
            &addresses,
            previous.as_deref(),
            recalculate,
            context,
            &mut why,
        );
        let mut after = match &previous {
            Some(previous) => DirectoryObject::clone(previous),
            None => {
                let id = self.fresh_id(context.entropy);
                DirectoryObject::new(id, new_kind(object), context.now)
            }
        };
        self.write(&mut after, takeover, &sent, addresses, context, &mut why);
        after.on_premises.provisioning_errors = withheld.clone().into();
        let key = match key {
            Some(key) => {
                self.replace(key, after);
                key
            }
            None => self.insert(after),
        };
        Answer {
            key: Some(key),
            result: Ok(takeover.outcome()),
            withheld,
            why,
        }
    }

    /// What is refused whatever the quarantine says (rules R3.11c, R3.11e, R3.11f and R4.7).
    fn validate(
        &self,
        key: Option<CloudKey>,
        object: &SyncObject,
        previous: Option<&DirectoryObject>,
        why: &mut Vec<Reason>,
    ) -> Result<(), ExportError> {
        if object.user_certificates > USER_CERTIFICATES_MAX {
            let text = "the object has more than 15 values of userCertificate";
            why.push(Reason::plain(RuleId::R3_11F, text));
            let property = ConflictProperty::UserCertificate;
            let count = object.user_certificates.to_string();
            return Err(ExportError::about(
                ErrorCode::LargeObject,
                property,
                count,
                None,
            ));
        }
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
        if let Some(sid) = &object.security_identifier
            && let Some(owner) = self
                .find_by_security_identifier(sid)
                .find(|o| Some(*o) != key)
        {
            let text = "another account stems from the same security identifier {0}";
            why.push(Reason::one(
                RuleId::R3_11E,
                text,
                Text::from(sid.to_string()),
            ));
            let property = ConflictProperty::OnPremiseSecurityIdentifier;
            let code = ErrorCode::AttributeValueMustBeUnique;
            return Err(ExportError::about(
                code,
                property,
                sid.to_string(),
                Some(owner),
            ));
        }
        for sip in object.sip_addresses() {
            if let Some(owner) = self.owners_of_sip(sip).find(|owner| Some(*owner) != key) {
                let text = "{0} is another account's SIP address, and those are not quarantined";
                why.push(Reason::one(RuleId::R3_11C, text, sip));
                let property = ConflictProperty::SipProxyAddress;
                let code = ErrorCode::AttributeValueMustBeUnique;
                return Err(ExportError::about(
                    code,
                    property,
                    format!("sip:{sip}"),
                    Some(owner),
                ));
            }
        }
        let before = previous.filter(|object| object.is_synced());
        let before = before.and_then(|object| object.user_principal_name.as_ref());
        if let Some(before) = before
            && !eq_fold(before.suffix(), address::suffix(upn))
            && self.domains.is_federated(before.suffix())
            && self.domains.is_federated(address::suffix(upn))
        {
            let text = "the UPN can't change from one federated domain to another";
            why.push(Reason::plain(RuleId::R4_7, text));
            let property = ConflictProperty::UserPrincipalName;
            let code = ErrorCode::FederatedDomainChangeError;
            return Err(ExportError::about(code, property, upn, None));
        }
        Ok(())
    }

    /// Which parts are derived anew, and what is taken of the UPN (rules R4.3 to R4.6).
    fn what_changes(
        &self,
        takeover: Takeover,
        object: &Arc<SyncObject>,
        previous: Option<&DirectoryObject>,
        why: &mut Vec<Reason>,
    ) -> (Arc<SyncObject>, Recalculate) {
        let is_new = !matches!(takeover, Takeover::Update(_));
        let Some(previous) = previous else {
            let all = Recalculate {
                upn: true,
                nickname: true,
                keep_addresses: false,
            };
            return (Arc::clone(object), all);
        };
        let shadow = previous.on_premises.shadow.as_deref();
        let known_upn = shadow
            .and_then(|shadow| shadow.user_principal_name.as_ref())
            .or(previous.on_premises.user_principal_name.as_ref());
        let mut upn = is_new || known_upn != object.user_principal_name.as_ref();
        let mut sent = Arc::clone(object);
        let gated = !is_new || self.policy.healthy_takeover_obeys_upn_gate;
        if upn && gated && self.upn_is_held_back(previous) {
            why.push(Reason::plain(
                RuleId::R4_6,
                "the account is licensed and managed, and synchronizeUpnForManagedUsers is off: \
                 the new UPN is ignored without an error",
            ));
            upn = false;
            Arc::make_mut(&mut sent).user_principal_name = known_upn.cloned();
        }
        let known_nickname = match shadow {
            Some(shadow) => shadow.mail_nickname.as_ref(),
            None => previous.mail_nickname.as_ref(),
        };
        let nickname = previous.mail_nickname.is_none()
            || object.mail_nickname.is_some() && object.mail_nickname.as_ref() != known_nickname;
        let no_address =
            |object: &SyncObject| object.mail.is_none() && object.proxy_addresses.is_empty();
        let keep_addresses = no_address(object)
            && if is_new {
                !self.policy.match_clears_absent
            } else {
                shadow.is_none_or(no_address) && !(upn && is_recipient(previous))
            };
        (
            sent,
            Recalculate {
                upn,
                nickname,
                keep_addresses,
            },
        )
    }

    /// Rule R4.6: the feature is off, and the account is licensed and not federated.
    fn upn_is_held_back(&self, previous: &DirectoryObject) -> bool {
        let suffix = previous
            .user_principal_name
            .as_ref()
            .map(Upn::suffix)
            .unwrap_or_default();
        !self.features.synchronize_upn_for_managed_users
            && !previous.licences.is_empty()
            && !self.domains.is_federated(suffix)
    }

    /// Values that another object owns fail the export, unless the tenant quarantines them
    /// (rules R3.4, R3.5, R3.11a and R3.11b).
    fn refuse_conflicts(
        &self,
        takeover: Takeover,
        object: &SyncObject,
        addresses: &Addresses,
        run: u32,
        why: &mut Vec<Reason>,
    ) -> Result<(), ExportError> {
        let withheld = &addresses.withheld;
        if withheld.is_empty() {
            return Ok(());
        }
        let key = takeover.key();
        let owner = |value: &str| {
            let mut owners = self.owners_of(address_of(value));
            owners.find(|owner| Some(*owner) != key)
        };
        let owned_by_group = |value: &str| {
            let owner = owner(value).and_then(|owner| self.object(owner));
            owner
                .filter(|owner| owner.kind.sync_type() == SyncObjectType::Group)
                .cloned()
        };
        let is_upn = |property| property == ConflictProperty::UserPrincipalName;
        let mut refused: Vec<(ConflictProperty, Text)> = withheld
            .iter()
            .filter(|(property, _)| match is_upn(*property) {
                true => !self.features.quarantine_upon_upn_conflict,
                false => !self.features.quarantine_upon_proxy_addresses_conflict,
            })
            .cloned()
            .collect();
        if matches!(takeover, Takeover::Create { .. }) && refused.is_empty() {
            let proxies = || withheld.iter().filter(|(property, _)| !is_upn(*property));
            let groups_upn = withheld
                .iter()
                .any(|(property, v)| is_upn(*property) && owned_by_group(v).is_some());
            let twice = groups_upn && proxies().any(|(_, value)| owned_by_group(value).is_some());
            let same_run = object.kind == SyncObjectType::Group
                && proxies().any(|(_, value)| {
                    let owner = owned_by_group(value);
                    owner.is_some_and(|owner| owner.on_premises.created_in_run == Some(run))
                });
            if twice {
                let text =
                    "UPN and address both belong to a group: an error in spite of quarantine";
                why.push(Reason::plain(RuleId::R3_11A, text));
                refused = proxies().cloned().collect();
            } else if same_run {
                let text = "another new group of this export has the address: an error at first";
                why.push(Reason::plain(RuleId::R3_11B, text));
                refused = proxies().cloned().collect();
            }
        }
        let Some((_, first)) = refused.first() else {
            return Ok(());
        };
        let in_conflict_with = owner(first);
        if why
            .iter()
            .all(|reason| !matches!(reason.rule, RuleId::R3_11A | RuleId::R3_11B))
        {
            let label = in_conflict_with
                .and_then(|owner| self.object(owner))
                .map(|owner| owner.label())
                .unwrap_or_default();
            why.push(Reason::two(
                RuleId::R3_2,
                "{0} belongs to {1}",
                first,
                label,
            ));
        }
        let code = ErrorCode::AttributeValueMustBeUnique;
        Err(ExportError {
            code,
            conflicts: refused,
            in_conflict_with,
        })
    }

    /// The entries of `onPremisesProvisioningErrors` after this export.
    fn withhold(
        &self,
        addresses: &Addresses,
        previous: Option<&DirectoryObject>,
        recalculate: Recalculate,
        context: &Context<'_>,
        why: &mut Vec<Reason>,
    ) -> Vec<ProvisioningError> {
        let known = previous.map(|object| &*object.on_premises.provisioning_errors);
        let known = known.unwrap_or_default();
        let since = |property: ConflictProperty, value: &Text| {
            let same = known
                .iter()
                .find(|one| one.property == property && one.value == *value);
            same.map_or(context.now, |one| one.occurred)
        };
        let mut withheld: Vec<ProvisioningError> = known
            .iter()
            .filter(|one| {
                one.property == ConflictProperty::UserPrincipalName && !recalculate.upn
                    || one.property == ConflictProperty::ProxyAddresses
                        && recalculate.keep_addresses
            })
            .cloned()
            .collect();
        for (property, value) in &addresses.withheld {
            let (rule, text) = match property {
                ConflictProperty::UserPrincipalName => (
                    RuleId::R3_4,
                    "the UPN {0} belongs to another object: a placeholder stands in ({1})",
                ),
                _ => (
                    RuleId::R3_5,
                    "{0} belongs to another object: the value is withheld",
                ),
            };
            let placeholder = addresses.user_principal_name.as_ref();
            let placeholder = placeholder
                .map(|upn| upn.text().clone())
                .unwrap_or_default();
            why.push(Reason::two(rule, text, value, placeholder));
            withheld.push(ProvisioningError {
                property: *property,
                value: value.clone(),
                occurred: since(*property, value),
            });
        }
        withheld
    }

    /// Rules R2.6, R2.15, R2.24, R2.25, R2.28 and R2.32.
    fn write(
        &self,
        after: &mut DirectoryObject,
        takeover: Takeover,
        sent: &Arc<SyncObject>,
        addresses: Addresses,
        context: &Context<'_>,
        why: &mut Vec<Reason>,
    ) {
        let is_update = matches!(takeover, Takeover::Update(_));
        if !is_update && takeover.key().is_some() {
            let text = "what Active Directory has a value for replaces the cloud's value";
            why.push(Reason::plain(RuleId::R2_24, text));
        }
        let shadow = after.on_premises.shadow.take();
        after.user_principal_name = addresses.user_principal_name;
        after.mail_nickname = addresses.mail_nickname;
        after.mail = addresses.mail;
        after.proxy_addresses = addresses.proxy_addresses;
        let clears = is_update || self.policy.match_clears_absent;
        if sent.display_name.is_some() || clears {
            after.display_name.clone_from(&sent.display_name);
        }
        let before = shadow.as_ref().map(|shadow| &shadow.properties);
        after.properties = merge(&after.properties, before, &sent.properties, clears);
        if let Some(enabled) = sent.account_enabled {
            after.account_enabled = enabled;
        }
        if let Kind::Group { .. } = after.kind {
            after.kind = new_kind(sent);
        }
        if after.kind.sync_type() == SyncObjectType::Group {
            after.members = self.members(sent);
        }
        after.state = State::Live;
        let facts = &mut after.on_premises;
        facts.immutable_id = Some(sent.source_anchor.clone());
        facts.sync_enabled = Some(true);
        facts.last_sync = Some(context.now);
        facts
            .security_identifier
            .clone_from(&sent.security_identifier);
        facts
            .user_principal_name
            .clone_from(&sent.user_principal_name);
        facts.sam_account_name.clone_from(&sent.sam_account_name);
        facts.distinguished_name = None;
        facts.domain_name = Some(sent.domain_name.clone());
        facts.shadow = Some(Arc::clone(sent));
        if self.policy.hard_match_hardening && sent.kind == SyncObjectType::User {
            facts.object_identifier = Some(sent.object_guid);
        }
        if let Takeover::Create {
            admin_role_conflict,
        } = takeover
        {
            facts.created_in_run = Some(context.run);
            facts.admin_role_conflict = admin_role_conflict;
        }
    }

    fn members(&self, sent: &SyncObject) -> Arc<[CloudKey]> {
        use SyncObjectType::{Contact, Group, User};
        sent.members
            .iter()
            .filter_map(|anchor| {
                [User, Group, Contact]
                    .into_iter()
                    .flat_map(|kind| self.find_by_anchor(anchor, kind))
                    .find(|key| self.object(*key).is_some_and(|object| object.is_live()))
            })
            .collect()
    }
}

/// Whether the object is, or ever was, a recipient of Exchange Online.
pub(crate) fn is_recipient(object: &DirectoryObject) -> bool {
    object.was_recipient || !object.licences.is_empty() || object.mailbox.is_some()
}

const fn new_kind(object: &SyncObject) -> Kind {
    match object.kind {
        SyncObjectType::User => Kind::User,
        SyncObjectType::Contact => Kind::Contact,
        SyncObjectType::Group => Kind::Group {
            mail_enabled: object.mail_enabled,
            security_enabled: object.security_enabled,
        },
    }
}

fn explain_upn(
    sent: &SyncObject,
    addresses: &Addresses,
    recalculate: Recalculate,
    domains: &crate::tenant::Domains,
    why: &mut Vec<Reason>,
) {
    let Some(wanted) = sent
        .user_principal_name
        .as_ref()
        .filter(|_| recalculate.upn)
    else {
        return;
    };
    let suffix = address::suffix(wanted);
    if !domains.is_verified(suffix)
        && let Some(upn) = &addresses.user_principal_name
    {
        why.push(Reason::two(
            RuleId::R4_2,
            "the suffix {0} is not verified in the tenant: the UPN becomes {1}",
            suffix,
            upn.text(),
        ));
    }
}

/// The text attributes after an export: an update clears what was synced and is gone, a match
/// leaves what Active Directory has no value for (rule R2.25).
fn merge(
    cloud: &Properties,
    shadow: Option<&Properties>,
    sent: &Properties,
    clears: bool,
) -> Properties {
    let unchanged = shadow.is_some_and(|shadow| Arc::ptr_eq(shadow, cloud) || shadow == cloud);
    if cloud.is_empty() || (clears && unchanged) || cloud == sent {
        return Arc::clone(sent);
    }
    let was_synced = |property: Property| match shadow {
        Some(shadow) => crate::sync_object::property(shadow, property).is_some(),
        // An export of a tenant does not say what was synced; all of it is synced data.
        None => true,
    };
    Property::all()
        .filter_map(|property| {
            let value = crate::sync_object::property(sent, property).or_else(|| {
                let kept = crate::sync_object::property(cloud, property)?;
                (!clears || !was_synced(property)).then_some(kept)
            })?;
            Some((property, value.clone()))
        })
        .collect()
}
