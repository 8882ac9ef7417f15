//! The directory: objects, their names, their links and their changes.
//!
//! A [`Directory`] is a value. A clone of it is a fork that shares everything with its original
//! until one of the two changes, so that a world can be tried out and thrown away.
//!
//! - [`Schema`], [`AttributeId`], [`ClassId`]: what may be stored.
//! - [`Dn`], [`ObjectGuid`], [`Sid`], [`ObjectId`], [`Usn`]: what things are called.
//! - [`Object`], [`Value`], [`Values`]: what is stored.
//! - [`AddRequest`], [`Modification`], [`Refusal`]: what is asked for, and the answer no.

mod add;
mod attributes;
mod change;
mod changes;
mod classes;
mod computed;
mod controller;
mod delete;
mod dn;
mod extract;
mod forest;
mod garbage;
mod head;
mod identity;
mod import;
mod links;
mod lockout;
mod lookup;
mod metadata;
mod modify;
mod moves;
mod names;
mod new;
mod object;
mod password;
mod refusal;
mod schema;
mod service_names;
mod sid;
mod time;
mod unique;
mod validate;
mod value;
mod values_index;

use std::sync::{Arc, OnceLock};

use ecow::EcoVec;
use imbl::{OrdSet, Vector};
use jiff::Timestamp;
use store::{Index, Table, Text, fold_hash, hash_bytes, mix};

pub use add::AddRequest;
pub use change::Change;
pub use controller::{DomainController, ServerVersion};
pub use dn::{Dn, DnError, Rdn};
pub use garbage::ForestSetting;
pub use identity::{GuidError, ObjectGuid, ObjectId, Usn};
pub use modify::{Modification, Operation};
pub use names::ObjectName;
pub use new::DirectoryOptions;
pub use object::{Deletion, Object};
pub(crate) use password::PasswordState;
pub use refusal::{Refusal, ResultCode};
pub use schema::{
    AttributeDefinition, AttributeId, ClassCategory, ClassDefinition, ClassId, LinkDirection,
    LinkId, ObjectKind, Schema, Syntax,
};
pub use sid::{Sid, SidError};
pub use time::{generalized_time, parse_time};
pub use value::{Value, Values};

pub(crate) use add::most_specific;
pub(crate) use computed::{EXPORTED, is_computed};
pub(crate) use forest::RECYCLE_BIN_FEATURE;
pub(crate) use head::HEAD_ATTRIBUTES;
pub(crate) use import::Draft;
pub(crate) use links::LinkSight;
pub(crate) use metadata::{LinkStamp, Stamp};
pub(crate) use new::Settings;
pub(crate) use password::file_time;
pub(crate) use schema::attribute_number;
pub(crate) use validate::{boolean, fits, same};

/// One domain of a forest.
///
/// Cloning is a fork: it takes microseconds whatever the size.
#[derive(Debug, Clone)]
pub struct Directory {
    schema: Schema,
    settings: Arc<Settings>,
    objects: Table<Object>,
    by_guid: Index,
    by_name: Index,
    by_sam_account_name: Index,
    by_user_principal_name: Index,
    /// Pairs of parent and child.
    children: OrdSet<(u32, u32)>,
    links: links::Links,
    /// The object that each change was made to: change number n is at place n - 1.
    changes: Vector<u32>,
    next_rid: u32,
    deleted_objects: Option<ObjectId>,
    /// When garbage was last collected.
    collected: Option<Timestamp>,
    /// The passwords of accounts, by the place of the account: the present one, then those before.
    passwords: imbl::OrdMap<u32, Arc<[Text]>>,
    metadata: metadata::Metadata,
    /// Made when a server asks for them.
    value_indexes: Option<Box<values_index::ValueIndexes>>,
    /// The configuration of the forest, made when somebody looks at it.
    configuration: Arc<OnceLock<Self>>,
    /// The attribute lists of recently added objects, so that like objects share one.
    shapes: [EcoVec<AttributeId>; 4],
}

impl Directory {
    pub(crate) const DOMAIN: ObjectId = ObjectId(0);

    /// Takes an object in as it is: the caller has made sure that its names are free.
    pub(crate) fn insert(&mut self, mut object: Object) -> ObjectId {
        let id = ObjectId(self.objects.len());
        self.share_shape(&mut object);
        Self::share_text(&mut object);
        object.compact();
        self.by_guid
            .insert(hash_bytes(object.guid.as_bytes()), id.0);
        if let Some(parent) = object.parent {
            self.children.insert((parent.0, id.0));
            self.by_name.insert(name_hash(parent, object.name()), id.0);
        }
        self.index_accounts(id, &object);
        self.changes.push_back(id.0);
        let usn = self.highest_committed_usn();
        object.usn_created = usn;
        object.usn_changed = usn;
        self.reindex(id, None, &object);
        self.objects.push(Arc::new(object));
        id
    }

    /// Makes a change to an object and gives it the next USN.
    fn change(&mut self, id: ObjectId, now: Timestamp, change: impl FnOnce(&mut Object)) {
        self.changes.push_back(id.0);
        let usn = self.highest_committed_usn();
        let when = to_second(now);
        let indexed = self.value_indexes.is_some();
        let before = self.object(id).filter(|_| indexed).cloned();
        self.objects.update(id.0, |object| {
            change(object);
            object.usn_changed = usn;
            object.when_changed = when;
        });
        if let Some(after) = self.object(id).filter(|_| indexed).cloned() {
            self.reindex(id, before.as_deref(), &after);
        }
    }

    /// Puts a changed object in the place of what it was and gives it the next USN.
    fn change_to(&mut self, id: ObjectId, now: Timestamp, mut after: Object) {
        self.changes.push_back(id.0);
        after.usn_changed = self.highest_committed_usn();
        after.when_changed = to_second(now);
        if let Some(before) = self.object(id).cloned() {
            self.reindex(id, Some(&before), &after);
            self.stamp_differences(id, &before, &after);
        }
        self.objects.set(id.0, Arc::new(after));
    }

    /// Enters the account names of an object into their indexes, unless it is deleted.
    fn index_accounts(&mut self, id: ObjectId, object: &Object) {
        if object.is_deleted() {
            return;
        }
        if let Some(name) = object.text(AttributeId::SAM_ACCOUNT_NAME) {
            self.by_sam_account_name.insert(fold_hash(name), id.0);
        }
        if let Some(name) = object.text(AttributeId::USER_PRINCIPAL_NAME) {
            self.by_user_principal_name.insert(fold_hash(name), id.0);
        }
    }

    /// Takes the account names of an object out of their indexes.
    fn unindex_accounts(&mut self, id: ObjectId, object: &Object) {
        if let Some(name) = object.text(AttributeId::SAM_ACCOUNT_NAME) {
            self.by_sam_account_name.remove(fold_hash(name), id.0);
        }
        if let Some(name) = object.text(AttributeId::USER_PRINCIPAL_NAME) {
            self.by_user_principal_name.remove(fold_hash(name), id.0);
        }
    }

    /// Lets the mail address share the text of the userPrincipalName, and the display name that of
    /// the name, which they mostly are.
    fn share_text(object: &mut Object) {
        if object.text(AttributeId::DISPLAY_NAME) == Some(object.name()) {
            object.set(AttributeId::DISPLAY_NAME, Some(object.name.clone()));
        }
        if let Some(upn) = object.text(AttributeId::USER_PRINCIPAL_NAME).cloned()
            && object.text(AttributeId::MAIL) == Some(&upn)
        {
            object.set(AttributeId::MAIL, Some(Values::One(Value::Text(upn))));
        }
    }

    fn share_shape(&mut self, object: &mut Object) {
        if let Some(known) = self.shapes.iter().find(|shape| **shape == object.ids) {
            object.ids = known.clone();
        } else {
            self.shapes.rotate_right(1);
            self.shapes[0] = object.ids.clone();
        }
    }
}

/// The key of an object among its siblings.
fn name_hash(parent: ObjectId, name: &str) -> u64 {
    mix(fold_hash(name), u64::from(parent.0))
}

/// Active Directory keeps whenCreated and whenChanged to the second.
pub(crate) fn to_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

#[cfg(test)]
mod tests;
