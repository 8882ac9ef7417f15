//! One object of a directory.

use ecow::EcoVec;
use jiff::Timestamp;
use store::Text;

use super::schema::{AttributeId, ClassId};
use super::value::{Value, Values};
use super::{ObjectGuid, ObjectId, Usn};

/// What a directory stores of one object.
///
/// Attributes that follow from other data are not stored: ask
/// [`Directory::attribute_values`](super::Directory::attribute_values) for objectClass,
/// distinguishedName, objectCategory, the links and their ways back.
#[derive(Debug, Clone)]
pub struct Object {
    /// What the object is called for ever.
    pub guid: ObjectGuid,
    /// The most specific class.
    pub class: ClassId,
    /// The object above; the domain itself has none.
    pub parent: Option<ObjectId>,
    /// The change that made the object.
    pub usn_created: Usn,
    /// The last change of the object.
    pub usn_changed: Usn,
    /// When the object was made, to the second.
    pub when_created: Timestamp,
    /// When the object was last changed, to the second.
    pub when_changed: Timestamp,
    /// Set while the object is deleted.
    pub deleted: Option<Box<Deletion>>,
    /// Whether the object stands in for one that an export names but does not contain.
    pub placeholder: bool,
    /// Whether the attributes that every new account has are present without being stored.
    pub(super) account_defaults: bool,
    pub(super) rdn_attribute: AttributeId,
    pub(super) name: Values,
    /// Sorted; objects with the same attributes share one list.
    pub(super) ids: EcoVec<AttributeId>,
    /// Beside `ids`.
    pub(super) values: EcoVec<Values>,
}

/// What a directory remembers of where a deleted object was.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Deletion {
    /// When it was deleted.
    pub at: Timestamp,
    /// The object that was above it.
    pub last_known_parent: Option<ObjectId>,
    /// What it was called there.
    pub last_known_rdn: Text,
    /// Since when most attributes and all links are gone for good: it is a tombstone, or with the
    /// recycle bin on a recycled object, which nothing brings back.
    pub stripped_at: Option<Timestamp>,
    /// Whether garbage collection has removed it, and only its place is left.
    pub(super) removed: bool,
}

static ZERO: Values = Values::One(Value::Integer(0));
static NEVER: Values = Values::One(Value::Integer(i64::MAX));
static DOMAIN_USERS: Values = Values::One(Value::Integer(513));

/// The attributes that Active Directory sets on every new account, and to what.
pub(super) static ACCOUNT_DEFAULTS: [(AttributeId, &Values); 10] = [
    (AttributeId::COUNTRY_CODE, &ZERO),
    (AttributeId::PWD_LAST_SET, &ZERO),
    (AttributeId::ACCOUNT_EXPIRES, &NEVER),
    (AttributeId::BAD_PWD_COUNT, &ZERO),
    (AttributeId::CODE_PAGE, &ZERO),
    (AttributeId::BAD_PASSWORD_TIME, &ZERO),
    (AttributeId::LAST_LOGOFF, &ZERO),
    (AttributeId::LAST_LOGON, &ZERO),
    (AttributeId::PRIMARY_GROUP_ID, &DOMAIN_USERS),
    (AttributeId::LOGON_COUNT, &ZERO),
];

pub(super) fn account_default(id: AttributeId) -> Option<&'static Values> {
    ACCOUNT_DEFAULTS
        .iter()
        .find(|(default, _)| *default == id)
        .map(|(_, values)| *values)
}

impl Object {
    /// The value of the RDN: the `name` attribute.
    pub fn name(&self) -> &Text {
        static EMPTY: Text = Text::new();
        match &self.name {
            Values::One(Value::Text(name)) => name,
            _ => &EMPTY,
        }
    }

    /// The attribute that names the object, such as `cn` or `ou`.
    pub fn rdn_attribute(&self) -> AttributeId {
        self.rdn_attribute
    }

    /// Whether the object is deleted.
    pub fn is_deleted(&self) -> bool {
        self.deleted.is_some()
    }

    /// Whether garbage collection has removed the object.
    pub(super) fn is_removed(&self) -> bool {
        self.deleted
            .as_ref()
            .is_some_and(|deletion| deletion.removed)
    }

    /// The values of an attribute that the object itself stores, its name included.
    pub fn get(&self, id: AttributeId) -> Option<&Values> {
        if let Ok(at) = self.ids.binary_search(&id) {
            return self.values.get(at);
        }
        if id == AttributeId::NAME || id == self.rdn_attribute {
            return Some(&self.name);
        }
        account_default(id).filter(|_| self.account_defaults)
    }

    /// The first value of an attribute, if it is text.
    pub fn text(&self, id: AttributeId) -> Option<&Text> {
        self.get(id)?.first()?.as_text()
    }

    /// All values of an attribute that are text.
    pub fn texts(&self, id: AttributeId) -> impl Iterator<Item = &Text> {
        let values = self.get(id).map_or(&[][..], Values::as_slice);
        values.iter().filter_map(Value::as_text)
    }

    /// The first value of an attribute, if it is a number.
    pub fn integer(&self, id: AttributeId) -> Option<i64> {
        self.get(id)?.first()?.as_integer()
    }

    /// The first value of an attribute, if it is a truth value.
    pub fn boolean(&self, id: AttributeId) -> Option<bool> {
        self.get(id)?.first()?.as_boolean()
    }

    /// The first value of an attribute, if it is bytes; objectGUID included.
    pub fn bytes(&self, id: AttributeId) -> Option<&[u8]> {
        if id == AttributeId::OBJECT_GUID {
            return Some(self.guid.as_bytes());
        }
        self.get(id)?.first()?.as_bytes()
    }

    /// All attributes that [`Object::get`] answers to, but for `name` and the one of the RDN.
    pub fn attributes(&self) -> impl Iterator<Item = (AttributeId, &Values)> {
        let stored = self.stored_attributes();
        let defaults = ACCOUNT_DEFAULTS
            .iter()
            .filter(|(id, _)| self.account_defaults && self.ids.binary_search(id).is_err())
            .map(|(id, values)| (*id, *values));
        stored.chain(defaults)
    }

    /// The attributes that are stored with this very object, in the order of the table, beyond
    /// what every new account has; all text is there.
    pub fn stored_attributes(&self) -> impl Iterator<Item = (AttributeId, &Values)> {
        self.ids.iter().copied().zip(&self.values)
    }

    /// Stores or removes the values of one attribute.
    pub(crate) fn set(&mut self, id: AttributeId, values: Option<Values>) {
        if values.is_none() && self.account_defaults && account_default(id).is_some() {
            self.store_account_defaults();
        }
        match (self.ids.binary_search(&id), values) {
            (Ok(at), Some(values)) => self.values.make_mut()[at] = values,
            (Ok(at), None) => {
                self.ids.remove(at);
                self.values.remove(at);
            }
            (Err(at), Some(values)) => {
                self.ids.insert(at, id);
                self.values.insert(at, values);
            }
            (Err(_), None) => {}
        }
    }

    /// Gives room back that was taken for attributes that did not come.
    pub(super) fn compact(&mut self) {
        if self.values.capacity() == self.values.len() {
            return;
        }
        let mut exact = EcoVec::with_capacity(self.values.len());
        exact.extend(std::mem::take(&mut self.values));
        self.values = exact;
    }

    /// Makes the defaults ordinary attributes, so that single ones can be removed.
    fn store_account_defaults(&mut self) {
        self.account_defaults = false;
        for (id, values) in &ACCOUNT_DEFAULTS {
            if let Err(at) = self.ids.binary_search(id) {
                self.ids.insert(at, *id);
                self.values.insert(at, (*values).clone());
            }
        }
    }
}
