//! Taking in objects as an export describes them.

use std::collections::BTreeMap;

use ecow::EcoVec;
use jiff::Timestamp;
use store::{Text, fold};

use super::object::{ACCOUNT_DEFAULTS, account_default};
use super::{
    AttributeId, ClassId, Deletion, Directory, Object, ObjectGuid, ObjectId, Rdn, Settings, Sid,
    Value, Values, to_second,
};

/// An object that is being put together.
pub(crate) struct Draft {
    object: Object,
    is_account: bool,
    attributes: Vec<(AttributeId, Values)>,
}

impl Directory {
    /// Begins an object of a class at a place; the domain has none.
    pub(crate) fn draft(&self, class: ClassId, place: Option<(ObjectId, Rdn)>) -> Draft {
        let nil = ObjectGuid::from_bytes([0; 16]);
        let attribute = place
            .as_ref()
            .and_then(|(_, rdn)| self.schema.attribute(&rdn.attribute));
        let name = place.map(|(parent, rdn)| (parent, rdn.value));
        let mut object = self.bare_object(class, name, nil, Timestamp::UNIX_EPOCH);
        // An export is what it is: a class may be named by another attribute than is usual.
        object.rdn_attribute = attribute.unwrap_or(object.rdn_attribute);
        Draft {
            object,
            is_account: self.schema.kind(class).is_account(),
            attributes: Vec::new(),
        }
    }

    pub(crate) fn fill_links(&mut self, links: &[(AttributeId, ObjectId, ObjectId)]) {
        let mut forward = Vec::with_capacity(links.len());
        for link in links {
            if link.0 == AttributeId::LAST_KNOWN_PARENT {
                self.objects.update(link.1.0, |object| {
                    if let Some(deletion) = object.deleted.as_mut() {
                        deletion.last_known_parent = Some(link.2);
                    }
                });
            } else {
                forward.push(*link);
            }
        }
        self.links.fill(&forward);
    }

    /// Gives objects what they would have if they had been added: a SID, a sAMAccountName and
    /// other defaults, where they tell none.
    pub(crate) fn complete(&mut self, ids: &[ObjectId]) {
        let sid = Values::One(Value::from(self.settings.domain_sid.as_bytes()));
        self.objects.update(Self::DOMAIN.0, |domain| {
            if domain.get(AttributeId::OBJECT_SID).is_none() {
                domain.set(AttributeId::OBJECT_SID, Some(sid));
            }
        });
        for id in ids {
            if *id == Self::DOMAIN {
                continue;
            }
            let Some(mut object) = self.object(*id).map(|object| Object::clone(object)) else {
                continue;
            };
            self.unindex_accounts(*id, &object);
            if self.set_defaults(&mut object) {
                self.next_rid += 1;
            }
            self.index_accounts(*id, &object);
            self.objects.set(id.0, std::sync::Arc::new(object));
        }
    }

    /// Takes the SID of the domain and the next free RID from the accounts.
    pub(crate) fn settle_domain(&mut self) {
        let mut highest = 0;
        let mut domain_sid = None;
        for (id, object) in self.objects() {
            let sid = object.bytes(AttributeId::OBJECT_SID).map(Sid::from_bytes);
            let Some(Ok(sid)) = sid else { continue };
            if id == Self::DOMAIN {
                domain_sid = Some(sid);
            } else if sid.as_bytes().len() == 28 {
                highest = highest.max(sid.rid().unwrap_or_default());
                domain_sid = domain_sid.or_else(|| sid.domain());
            }
        }
        self.next_rid = self.next_rid.max(highest.saturating_add(1));
        if let Some(domain_sid) = domain_sid {
            self.settings = std::sync::Arc::new(Settings {
                domain_sid,
                ..(*self.settings).clone()
            });
        }
    }

    /// The account names that several live objects have, with those objects.
    pub(crate) fn shared_names(&self, attribute: AttributeId) -> Vec<(Text, Vec<ObjectId>)> {
        let mut shared: BTreeMap<Text, (Text, Vec<ObjectId>)> = BTreeMap::new();
        for (id, object) in self.objects() {
            let Some(name) = object.text(attribute).filter(|_| !object.is_deleted()) else {
                continue;
            };
            if self.other_owner(Some(id), attribute, name).is_some() {
                let first = || (name.clone(), Vec::new());
                shared.entry(fold(name)).or_insert_with(first).1.push(id);
            }
        }
        shared.into_values().collect()
    }
}

impl Draft {
    pub(crate) fn rdn_attribute(&self) -> AttributeId {
        self.object.rdn_attribute
    }

    /// Says who the object is and since when.
    pub(crate) fn identify(&mut self, guid: ObjectGuid, created: Timestamp, changed: Timestamp) {
        self.object.guid = guid;
        self.object.when_created = to_second(created);
        self.object.when_changed = to_second(changed);
    }

    pub(crate) fn stand_in(&mut self) {
        self.object.placeholder = true;
    }

    /// Marks the object as deleted; where from is told later.
    pub(crate) fn delete(&mut self, last_known_rdn: Option<Text>, stripped: bool) {
        let name = self.object.name();
        let last_known_rdn = last_known_rdn.unwrap_or_else(|| {
            let plain = name
                .split_once("\nDEL:")
                .map_or(&**name, |(plain, _)| plain);
            plain.into()
        });
        self.object.deleted = Some(Box::new(Deletion {
            at: self.object.when_changed,
            last_known_parent: None,
            last_known_rdn,
            stripped_at: stripped.then_some(self.object.when_changed),
            removed: false,
        }));
    }

    /// Stores the values of an attribute, if there are any.
    pub(crate) fn push(&mut self, attribute: AttributeId, values: Vec<Value>) {
        if let Some(values) = Values::from_vec(values) {
            self.attributes.push((attribute, values));
        }
    }

    /// The object, which does not store what all accounts have alike.
    pub(crate) fn finish(mut self) -> Object {
        self.attributes.sort_by_key(|(attribute, _)| *attribute);
        let attributes = &mut self.attributes;
        let has_all = ACCOUNT_DEFAULTS
            .iter()
            .all(|(id, _)| attributes.binary_search_by_key(id, |(id, _)| *id).is_ok());
        if self.is_account && has_all {
            attributes.retain(|(id, values)| account_default(*id) != Some(values));
            self.object.account_defaults = true;
        }
        self.object.ids = EcoVec::with_capacity(self.attributes.len());
        self.object.values = EcoVec::with_capacity(self.attributes.len());
        for (id, values) in self.attributes {
            self.object.ids.push(id);
            self.object.values.push(values);
        }
        self.object
    }
}
