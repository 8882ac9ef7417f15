//! Several forests: one person with several accounts (rules R5.4 and R5.5).
//!
//! Every account that has joined contributes. The identity (anchor, UPN, SID, whether it may sign
//! in) is that of the first enabled account; every other value is that of the first forest that
//! has one. A linked mailbox lends values and never the identity (rule R1.12).

use std::sync::Arc;

use mock_ad::directory::{AttributeId, Object, ObjectId};
use mock_cloud::{Reason, RuleId, SourceAnchor, SyncObject, SyncObjectType};

use super::data_flow::{Wanted, joins};
use super::flow::sync_type;
use super::metaverse::{Contribution, MvId, MvObject, Source};
use super::references::References;
use super::sync::Pass;
use super::{Engine, EngineEvent, Sink};

impl Engine {
    /// What a metaverse object is made of, now that an account contributes this; nothing while no
    /// account gives it an identity.
    pub(super) fn combined(
        &mut self,
        mv: MvId,
        source: Source,
        attributes: Arc<SyncObject>,
        lends: bool,
    ) -> Option<Arc<SyncObject>> {
        let known = self.metaverse.get_mut(mv)?;
        if known.contributions.is_empty()
            && known.source != source
            && let Some(attributes) = &known.attributes
        {
            // An engine that has been running remembers the whole and not the parts.
            known.contributions.push(Contribution {
                source: known.source,
                attributes: Arc::clone(attributes),
                lends: false,
            });
        }
        known.contributions.retain(|it| it.source != source);
        known.contributions.push(Contribution {
            source,
            attributes,
            lends,
        });
        known.contributions.sort_by_key(|it| it.source);
        merged(known)
    }

    /// The same once an account no longer contributes.
    pub(super) fn without(&mut self, mv: MvId, source: Source) -> Option<Arc<SyncObject>> {
        let known = self.metaverse.get_mut(mv)?;
        known.contributions.retain(|it| it.source != source);
        merged(known)
    }

    /// A linked mailbox joins the person whose account it is for, and lends its values; alone it
    /// waits.
    pub(super) fn lend(
        &mut self,
        source: Source,
        attributes: SyncObject,
        image: &Object,
        pass: &mut Pass<'_>,
        sink: Sink<'_>,
    ) {
        let entry = self.forests[source.forest].entry(source.object);
        let mut mv = entry.and_then(|entry| entry.metaverse);
        if mv.is_none() && self.forests.len() > 1 {
            mv = self.owner_of(image, source.object, pass);
            if let Some(mv) = mv {
                self.note_joined(mv, source, pass, sink);
            }
        }
        let entry = self.forests[source.forest].entry_mut(source.object);
        entry.metaverse = mv;
        entry.lends = mv.is_none()
            && image
                .bytes(AttributeId::MS_EXCH_MASTER_ACCOUNT_SID)
                .is_some();
        let whole = match mv {
            Some(mv) if self.forests.len() > 1 => {
                self.combined(mv, source, Arc::new(attributes), true)
            }
            _ => None,
        };
        let Some(mv) = mv.filter(|_| whole.is_some()) else {
            self.keep_lender_in(mv, source, pass, sink);
            return;
        };
        let known = self.metaverse.get(mv);
        if known.and_then(|it| it.attributes.as_ref()) != whole.as_ref() {
            self.set_attributes(mv, whole, None);
            self.provision(mv, &mut pass.counters, sink);
        }
    }

    /// A linked mailbox that nobody gives an identity is not exported, or not any more.
    fn keep_lender_in(
        &mut self,
        mv: Option<MvId>,
        source: Source,
        pass: &mut Pass<'_>,
        sink: Sink<'_>,
    ) {
        pass.counters.filtered_connectors += u64::from(mv.is_some());
        pass.counters.filtered_disconnectors += u64::from(mv.is_none());
        let text = "a linked mailbox account has no sourceAnchor, so it is never exported";
        let why = Reason::plain(RuleId::R1_12, text);
        if let Some(mv) = mv {
            pass.moved.insert(source.object);
            self.set_attributes(mv, None, Some(Arc::new(why.clone())));
            self.provision(mv, &mut pass.counters, sink);
        }
        sink(EngineEvent::Filtered { source, why });
    }

    /// The person that an account belongs to: by its SID or that of the account it is for, a
    /// contact by its mail, a group by its GUID, and by the join rules where the rules are data
    /// (rules R5.1 and R5.5).
    pub(super) fn owner_of(
        &self,
        image: &Object,
        id: ObjectId,
        pass: &mut Pass<'_>,
    ) -> Option<MvId> {
        if let Some(rules) = &self.config.rules {
            let place = self.place(image, pass);
            let references = References {
                groups: self.forests[pass.forest].groups_of(id),
                ..References::default()
            };
            let groups = joins(rules, image, &place, &references, &pass.around);
            return groups
                .iter()
                .find_map(|group| self.only_match(group, pass.forest));
        }
        match sync_type(pass.around.schema.kind(image.class))? {
            SyncObjectType::User => {
                let originator = pass.around.schema.attribute("msRTCSIP-OriginatorSid");
                let sids = [
                    Some(AttributeId::OBJECT_SID),
                    Some(AttributeId::MS_EXCH_MASTER_ACCOUNT_SID),
                    originator,
                ];
                let mut sids = sids.into_iter().flatten();
                sids.find_map(|sid| {
                    self.metaverse
                        .find_by_security_identifier(image.bytes(sid)?)
                })
            }
            SyncObjectType::Device => None,
            SyncObjectType::Contact => {
                let mail = image.text(AttributeId::MAIL)?;
                let found = self.metaverse.find_by_mail(mail.trim());
                let people = found.filter(|(_, known)| {
                    let attributes = known.attributes.as_ref();
                    is_of_others(known, pass.forest)
                        && attributes.is_some_and(|it| it.kind != SyncObjectType::Group)
                });
                only(people.map(|(mv, _)| mv))
            }
            SyncObjectType::Group => {
                let anchor = SourceAnchor::from_guid_bytes(*image.guid.as_bytes());
                self.metaverse.find_by_anchor(&anchor)
            }
        }
    }

    /// The one object of other forests that meets all conditions; none where several do.
    fn only_match(&self, group: &[Wanted], forest: usize) -> Option<MvId> {
        let found = self.metaverse.iter().filter(|(_, object)| {
            let attributes = object.attributes.as_ref();
            let attributes = attributes.filter(|_| is_of_others(object, forest));
            attributes.is_some_and(|known| group.iter().all(|wanted| wanted.is_met_by(known)))
        });
        only(found.map(|(mv, _)| mv))
    }

    pub(super) fn note_joined(
        &mut self,
        mv: MvId,
        source: Source,
        pass: &mut Pass<'_>,
        sink: Sink<'_>,
    ) {
        pass.counters.joins += 1;
        if let Some(known) = self.metaverse.get_mut(mv) {
            known.joined.push(source);
        }
        let text = match self.config.rules {
            None => "joined to the object of another forest with the same SID, mail or GUID",
            Some(_) => "joined to the account of another forest that a join rule finds",
        };
        sink(EngineEvent::Joined {
            source,
            why: Reason::plain(RuleId::R5_5, text),
        });
    }
}

/// Whether no account of a forest is part of a person yet.
fn is_of_others(object: &MvObject, forest: usize) -> bool {
    let sources = object.joined.iter().chain([&object.source]);
    sources.into_iter().all(|source| source.forest != forest)
}

/// The only one; none where there are several, since nobody could say which is meant.
fn only(mut found: impl Iterator<Item = MvId>) -> Option<MvId> {
    let only = found.next()?;
    found.next().is_none().then_some(only)
}

/// Puts the parts together, and makes the account that gives the identity the first.
fn merged(known: &mut MvObject) -> Option<Arc<SyncObject>> {
    let parts = &known.contributions;
    let own = || parts.iter().filter(|it| !it.lends);
    let leader = own()
        .find(|it| it.attributes.account_enabled == Some(true))
        .or_else(|| own().next())?;
    if leader.source != known.source {
        known.joined.retain(|it| *it != leader.source);
        known.joined.push(known.source);
        known.source = leader.source;
    }
    if let [only] = parts.as_slice() {
        return Some(Arc::clone(&only.attributes));
    }
    let mut whole = SyncObject::clone(&leader.attributes);
    let all = || parts.iter().map(|it| &it.attributes);
    whole.mail = all().find_map(|it| it.mail.clone());
    whole.mail_nickname = all().find_map(|it| it.mail_nickname.clone());
    whole.sip_address = all().find_map(|it| it.sip_address.clone());
    whole.display_name = all().find_map(|it| it.display_name.clone());
    whole.manager = all().find_map(|it| it.manager.clone());
    whole.usage_location = all().find_map(|it| it.usage_location.clone());
    let addresses = all().find(|it| !it.proxy_addresses.is_empty());
    if let Some(first) = addresses {
        whole.proxy_addresses = Arc::clone(&first.proxy_addresses);
    }
    let mut properties = Vec::new();
    for part in all() {
        for (property, value) in part.properties.iter() {
            if !properties.iter().any(|(known, _)| known == property) {
                properties.push((*property, value.clone()));
            }
        }
    }
    properties.sort_unstable_by_key(|(property, _)| *property);
    whole.properties = properties.into();
    Some(Arc::new(whole))
}
