//! Writing what was sent onto the object it belongs to (catalogue Appendix A, `apply`).

use std::sync::Arc;

use store::Text;

use super::conflict::explain_withheld;
use super::validate::explain_upn;
use super::{Answer, Context, ExportError, Outcome, SoftMatchField};
use crate::address::Upn;
use crate::ids::{CloudKey, SourceAnchor};
use crate::reason::Reason;
use crate::rule::RuleId;
use crate::sync_object::{Properties, Property, SyncObject, SyncObjectType};
use crate::tenant::{
    Addresses, Addressing, DirectoryObject, Input, Kind, Recalculate, State, Tenant, calculate,
};

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
    pub(super) const fn key(self) -> Option<CloudKey> {
        match self {
            Self::Update(key) | Self::Hard(key) | Self::Restore(key) | Self::Soft(key, _) => {
                Some(key)
            }
            Self::Create { .. } => None,
        }
    }

    pub(super) const fn is_update(self) -> bool {
        matches!(self, Self::Update(_))
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

/// What will be written, once nothing speaks against it.
struct Derived {
    sent: Arc<SyncObject>,
    recalculate: Recalculate,
    addresses: Addresses,
}

impl Tenant {
    /// Brings an object up to date, or refuses and changes nothing.
    pub(super) fn carry_out(
        &mut self,
        takeover: Takeover,
        object: &Arc<SyncObject>,
        context: &mut Context<'_>,
        mut why: Vec<Reason>,
    ) -> Answer {
        let key = takeover.key();
        let previous = key.and_then(|key| self.object(key)).cloned();
        let previous = previous.as_deref();
        let derived = match self.derive(takeover, object, previous, context, &mut why) {
            Ok(derived) => derived,
            Err(error) => {
                return Answer {
                    key,
                    ..Answer::failed(error, why)
                };
            }
        };
        explain_withheld(&derived.addresses, &mut why);
        let upn_is_derived = derived.recalculate.upn;
        let withheld =
            self.provisioning_errors(previous, &derived.addresses, upn_is_derived, context.now);
        let mut after = if let Some(previous) = previous {
            DirectoryObject::clone(previous)
        } else {
            let id = self.fresh_id(context.entropy);
            DirectoryObject::new(id, new_kind(object), context.now)
        };
        self.write(&mut after, takeover, object, derived, context, &mut why);
        after.on_premises.provisioning_errors = withheld.clone().into();
        let key = if let Some(key) = key {
            self.replace(key, after);
            key
        } else {
            self.insert(after)
        };
        Answer {
            key: Some(key),
            result: Ok(takeover.outcome()),
            withheld,
            why,
        }
    }

    fn derive(
        &self,
        takeover: Takeover,
        object: &Arc<SyncObject>,
        previous: Option<&DirectoryObject>,
        context: &mut Context<'_>,
        why: &mut Vec<Reason>,
    ) -> Result<Derived, ExportError> {
        let key = takeover.key();
        self.validate(key, object, why)?;
        let (sent, recalculate) = self.what_changes(takeover, object, previous, why);
        let input = Input {
            shadow: &sent,
            previous,
            domains: &self.domains,
            recalculate,
            recipient: previous.is_some_and(is_recipient),
            moera_begins_with_upn: self.policy.moera_begins_with_upn,
        };
        let is_taken = |address: &str| self.owners_of(address).any(|owner| Some(owner) != key);
        let entropy = &mut *context.entropy;
        let addresses = match object.kind {
            // A device has no names but its own.
            SyncObjectType::Device => Addresses::default(),
            _ => calculate(input, &is_taken, &mut || entropy.next_four_digits()),
        };
        if recalculate.upn {
            let derived = addresses.user_principal_name.as_ref();
            self.validate_federation(previous, derived, why)?;
            explain_upn(
                sent.user_principal_name.as_ref(),
                derived,
                &self.domains,
                why,
            );
        }
        self.refuse_conflicts(takeover, object, &addresses, context.run, why)?;
        Ok(Derived {
            sent,
            recalculate,
            addresses,
        })
    }

    /// Which parts are derived anew, and what is taken of the UPN (rules R4.3 to R4.6).
    fn what_changes(
        &self,
        takeover: Takeover,
        object: &Arc<SyncObject>,
        previous: Option<&DirectoryObject>,
        why: &mut Vec<Reason>,
    ) -> (Arc<SyncObject>, Recalculate) {
        let is_new = !takeover.is_update();
        let Some(previous) = previous else {
            return (Arc::clone(object), Recalculate::EVERYTHING);
        };
        let facts = &previous.on_premises;
        let shadow = facts.shadow.as_deref();
        // What was sent last; the shadow holds the value that was last taken.
        let known_upn = match &object.on_premises_user_principal_name {
            None => facts.user_principal_name.as_ref(),
            // The account records the UPN of Active Directory, which is not what was sent.
            Some(_) => shadow.and_then(|shadow| shadow.user_principal_name.as_ref()),
        };
        let mut upn = is_new || known_upn != object.user_principal_name.as_ref();
        let mut sent = Arc::clone(object);
        let taken = shadow.and_then(|shadow| shadow.user_principal_name.as_ref());
        let gated = !is_new || self.policy.healthy_takeover_obeys_upn_gate;
        if gated && (upn || taken.is_some() && taken != object.user_principal_name.as_ref()) {
            let held_back = self.upn_is_held_back(previous);
            if held_back && upn {
                why.push(Reason::plain(
                    RuleId::R4_6,
                    "the account is licensed and managed, and synchronizeUpnForManagedUsers is \
                     off: the new UPN is ignored without an error",
                ));
            }
            // Turning the feature on does not bring back what was ignored: only a new value does.
            upn &= !held_back;
            if !upn {
                let in_cloud = previous.user_principal_name.as_ref().map(Upn::text);
                let kept = taken.or(known_upn).or(in_cloud).cloned();
                Arc::make_mut(&mut sent).user_principal_name = kept;
            }
        }
        let known_nickname = match shadow {
            Some(shadow) => shadow.mail_nickname.as_ref(),
            None => previous.mail_nickname.as_ref(),
        };
        let nickname = is_new
            || previous.mail_nickname.is_none()
            || object.mail_nickname.is_some() && object.mail_nickname.as_ref() != known_nickname;
        let keeps = !object.has_address()
            && if is_new {
                !self.policy.match_clears_absent
            } else {
                shadow.is_none_or(|shadow| !shadow.has_address())
            };
        let addresses = if keeps {
            Addressing::Keep
        } else {
            Addressing::Derive
        };
        let recalculate = Recalculate {
            upn,
            nickname,
            addresses,
        };
        (sent, recalculate)
    }

    /// Rule R4.6: the feature is off, and the account is licensed and not federated.
    pub(crate) fn upn_is_held_back(&self, previous: &DirectoryObject) -> bool {
        let suffix = previous.user_principal_name.as_ref().map(Upn::suffix);
        !self.features.synchronize_upn_for_managed_users
            && !previous.licences.is_empty()
            && !self.domains.is_federated(suffix.unwrap_or_default())
    }

    /// Rules R2.6, R2.15, R2.24, R2.25, R2.28 and R2.32. What is not written stays with the
    /// account: its id, licences, roles and mailbox (rule R2.27), and the usage location where
    /// Active Directory has none (rule R2.29).
    fn write(
        &self,
        after: &mut DirectoryObject,
        takeover: Takeover,
        object: &SyncObject,
        derived: Derived,
        context: &Context<'_>,
        why: &mut Vec<Reason>,
    ) {
        let Derived {
            sent, addresses, ..
        } = derived;
        let upn = addresses.user_principal_name.as_ref().map(Upn::as_str);
        if let Takeover::Soft(_, SoftMatchField::PrimarySmtp) = takeover
            && after.user_principal_name.as_ref().map(Upn::as_str) != upn
            && sent.user_principal_name.as_deref() == upn
        {
            let text = "matched by address, the account takes the UPN of Active Directory";
            why.push(Reason::plain(RuleId::R2_16, text));
        }
        if !takeover.is_update() && takeover.key().is_some() {
            let text = "what Active Directory has a value for replaces the cloud's value";
            why.push(Reason::plain(RuleId::R2_24, text));
        }
        let shadow = after.on_premises.shadow.take();
        after.user_principal_name = addresses.user_principal_name;
        after.mail_nickname = addresses.mail_nickname;
        after.mail = addresses.mail;
        after.proxy_addresses = addresses.proxy_addresses;
        let clears = takeover.is_update() || self.policy.match_clears_absent;
        if sent.display_name.is_some() || clears {
            after.display_name.clone_from(&sent.display_name);
        }
        let before = shadow.as_ref().map(|shadow| &shadow.properties);
        after.properties = merge(&after.properties, before, &sent.properties, clears);
        if let Some(enabled) = sent.account_enabled {
            after.account_enabled = enabled;
        }
        if let Kind::Group { .. } = after.kind {
            after.kind = new_kind(&sent);
        }
        if let Some(location) = &sent.usage_location {
            after.usage_location = Some(Text::clone(location));
        }
        if after.kind.sync_type() == SyncObjectType::Group {
            after.members = self.members(&sent);
        } else {
            // As with text: a match leaves what Active Directory has no value for.
            let was_synced = shadow.as_ref().is_none_or(|it| it.manager.is_some());
            if sent.manager.is_some() || clears && was_synced {
                self.write_manager(after, &sent);
            }
        }
        let signs_in = sent.kind == SyncObjectType::User && !takeover.is_update();
        if signs_in && self.features.password_sync {
            if takeover.key().is_some() {
                let text = "password hash synchronization is on: the password is that of Active \
                            Directory from now on";
                why.push(Reason::plain(RuleId::R2_26, text));
            }
            after.change_extras(|extras| {
                extras.password = None;
                extras.password_is_on_premises = true;
            });
        }
        after.state = State::Live;
        let facts = &mut after.on_premises;
        facts.immutable_id = Some(sent.source_anchor.clone());
        facts.sync_enabled = Some(true);
        facts.cloud_managed = false;
        facts.last_sync = Some(context.now);
        facts
            .security_identifier
            .clone_from(&sent.security_identifier);
        facts.user_principal_name = match &object.on_premises_user_principal_name {
            Some(real) => Some(Text::clone(real)),
            None => object.user_principal_name.clone(),
        };
        facts.sam_account_name.clone_from(&sent.sam_account_name);
        facts.distinguished_name = None;
        facts.domain_name = Some(sent.domain_name().clone()).filter(|name| !name.is_empty());
        if self.policy.hard_match_hardening && sent.kind == SyncObjectType::User {
            facts.object_identifier = Some(self.policy.object_identifier_of(&sent));
        }
        if let Takeover::Create {
            admin_role_conflict,
        } = takeover
        {
            facts.created_in_run = Some(context.run);
            facts.admin_role_conflict = admin_role_conflict;
        }
        facts.shadow = Some(sent);
    }

    /// Puts members into groups and managers above users that were sent before the other was
    /// there: an export sends references after the objects that they refer to.
    pub fn resolve_references(&mut self) {
        let incomplete: Vec<CloudKey> = self
            .objects()
            .filter(|(_, object)| {
                object.is_live() && object.is_synced() && self.lacks_references(object)
            })
            .map(|(key, _)| key)
            .collect();
        for key in incomplete {
            let Some(object) = self.object(key).map(Arc::clone) else {
                continue;
            };
            let Some(sent) = &object.on_premises.shadow else {
                continue;
            };
            let mut after = DirectoryObject::clone(&object);
            if object.kind.sync_type() == SyncObjectType::Group {
                after.members = self.members(sent);
            } else {
                self.write_manager(&mut after, sent);
            }
            if after.members != object.members || after.extras != object.extras {
                self.replace(key, after);
            }
        }
    }

    fn lacks_references(&self, object: &DirectoryObject) -> bool {
        let Some(sent) = &object.on_premises.shadow else {
            return false;
        };
        if object.kind.sync_type() == SyncObjectType::Group {
            return object.members.len() < sent.members.len();
        }
        let is_there = |key| self.object(key).is_some_and(|manager| manager.is_live());
        sent.manager.is_some() && !object.extras().manager.is_some_and(is_there)
    }

    /// Takes the manager over that was sent: a user or contact, or nobody while there is none.
    fn write_manager(&self, after: &mut DirectoryObject, sent: &SyncObject) {
        let is_person = |key: &CloudKey| {
            let found = self.object(*key);
            let kind = found.map(|it| it.kind.sync_type());
            matches!(kind, Some(SyncObjectType::User | SyncObjectType::Contact))
        };
        let manager = sent.manager.as_ref().and_then(|it| self.with_anchor(it));
        let manager = manager.filter(is_person);
        if after.extras().manager != manager {
            after.change_extras(|extras| extras.manager = manager);
        }
    }

    fn members(&self, sent: &SyncObject) -> Arc<[CloudKey]> {
        let members = sent.members.iter();
        members.filter_map(|it| self.with_anchor(it)).collect()
    }

    /// The live object that an anchor refers to.
    fn with_anchor(&self, anchor: &SourceAnchor) -> Option<CloudKey> {
        use SyncObjectType::{Contact, Device, Group, User};
        [User, Group, Contact, Device]
            .into_iter()
            .flat_map(|kind| self.find_by_anchor(anchor, kind))
            .find(|key| self.object(*key).is_some_and(|object| object.is_live()))
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
        SyncObjectType::Device => Kind::Device,
        SyncObjectType::Group => Kind::Group {
            mail_enabled: object.mail_enabled,
            security_enabled: object.security_enabled,
        },
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
    let value = |property: Property| -> Option<(Property, Text)> {
        let value = crate::sync_object::property(sent, property).or_else(|| {
            let kept = crate::sync_object::property(cloud, property)?;
            (!clears || !was_synced(property)).then_some(kept)
        })?;
        Some((property, value.clone()))
    };
    Property::all().filter_map(value).collect()
}
