//! Deleting objects, and what can be had back.

use jiff::Timestamp;
use store::Text;

use super::{
    AttributeId, Deletion, Directory, Object, ObjectId, ObjectKind, Rdn, Refusal, Value, Values,
    to_second,
};

/// The attributes that a deletion sets or takes away, and a restoration the other way round.
const DELETION: [AttributeId; 6] = [
    AttributeId::IS_DELETED,
    AttributeId::IS_RECYCLED,
    AttributeId::LAST_KNOWN_PARENT,
    AttributeId::MS_DS_LAST_KNOWN_RDN,
    AttributeId::OBJECT_CATEGORY,
    AttributeId::SAM_ACCOUNT_TYPE,
];

/// The bit of userAccountControl that disables an account.
const ACCOUNT_DISABLED: i64 = 0x2;

impl Directory {
    /// Deletes an object that has none below it.
    ///
    /// It moves to CN=Deleted Objects under a name that cannot be taken by another. With the
    /// recycle bin on it keeps its attributes, and its links rest; otherwise it becomes a
    /// tombstone that keeps little more than what it is. What is deleted once more while the
    /// recycle bin is on is recycled (MS-ADTS 3.1.1.5.5).
    pub fn delete(&mut self, id: ObjectId, now: Timestamp) -> Result<(), Refusal> {
        if self.settings.recycle_bin && self.is_restorable(id) {
            // Deleted once more, it is lost for good.
            self.recycle(id, now, now);
            return Ok(());
        }
        let object = self.live_object(id)?.clone();
        let Some(parent) = object.parent.filter(|_| id != self.deleted_objects()) else {
            let hint = format!("`{}` cannot be deleted", self.dn_text(id));
            return Err(Refusal::unwilling(0x2015, hint));
        };
        if self.children(id).next().is_some() {
            return Err(Refusal::not_a_leaf(&self.dn_text(id)));
        }
        let tombstone = !self.settings.recycle_bin;
        let at = to_second(now);
        let indexes = self.value_indexes.take();
        self.unindex_accounts(id, &object);
        if tombstone {
            self.drop_links(id);
        }
        let deletion = Deletion {
            at,
            last_known_parent: Some(parent),
            last_known_rdn: object.name().clone(),
            stripped_at: tombstone.then_some(at),
            removed: false,
        };
        let name = mangled_name(&object);
        let container = self.deleted_objects();
        let mut gone = Object::clone(&object);
        gone.deleted = Some(Box::new(deletion));
        if tombstone {
            self.strip(&mut gone);
        }
        self.objects.set(id.0, std::sync::Arc::new(gone));
        self.place(id, container, name, now);
        self.value_indexes = indexes;
        if let Some(after) = self.object(id).cloned() {
            self.reindex(id, Some(&object), &after);
            self.stamp_differences(id, &object, &after);
        }
        self.stamp(id, DELETION);
        Ok(())
    }

    /// Whether an object is deleted and keeps what it had: it is neither a tombstone nor recycled.
    pub fn is_restorable(&self, id: ObjectId) -> bool {
        let deletion = self.object(id).and_then(|object| object.deleted.as_ref());
        deletion.is_some_and(|deletion| deletion.stripped_at.is_none())
    }

    /// Deletes an object and all below it, the lowest first.
    pub fn delete_tree(&mut self, id: ObjectId, now: Timestamp) -> Result<(), Refusal> {
        if self.is_restorable(id) {
            return self.delete(id, now);
        }
        self.live_object(id)?;
        let protected = self.is_within(self.deleted_objects(), id);
        if protected || id == Self::DOMAIN {
            let hint = format!("`{}` cannot be deleted", self.dn_text(id));
            return Err(Refusal::unwilling(0x2015, hint));
        }
        let mut order = vec![id];
        let mut next = 0;
        while let Some(at) = order.get(next).copied() {
            order.extend(self.children(at));
            next += 1;
        }
        for id in order.into_iter().rev() {
            self.delete(id, now)?;
        }
        Ok(())
    }

    /// Brings a deleted object back, to where it was or below another parent.
    ///
    /// From the recycle bin it comes back whole, links included; a tombstone comes back bare, and
    /// an account then is disabled.
    pub fn restore(
        &mut self,
        id: ObjectId,
        new_parent: Option<ObjectId>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.restore_as(id, new_parent, None, now)
    }

    /// Brings a deleted object back under another name, if one is given.
    pub fn restore_as(
        &mut self,
        id: ObjectId,
        new_parent: Option<ObjectId>,
        new_name: Option<Text>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let Some((object, deletion)) = self
            .object(id)
            .and_then(|object| Some((Object::clone(object), object.deleted.clone()?)))
        else {
            let hint = format!("`{}` is not deleted", self.dn_text(id));
            return Err(Refusal::unwilling(0x2015, hint));
        };
        let tombstone = deletion.stripped_at.is_some();
        if tombstone && self.settings.recycle_bin {
            let hint = format!("`{}` is recycled and lost for good", self.dn_text(id));
            return Err(Refusal::unwilling(0x2077, hint));
        }
        let parent = new_parent
            .or(deletion.last_known_parent)
            .filter(|parent| self.is_live(*parent));
        let Some(parent) = parent else {
            let mut refusal = Refusal::no_object("", &self.settings.base_text);
            let hint = "the object above is deleted too; restore that first, or restore below \
                        another parent";
            hint.clone_into(&mut refusal.hint);
            return Err(refusal);
        };
        let rdn = Rdn::new(
            self.rdn_attribute_text(&object),
            new_name.unwrap_or_else(|| deletion.last_known_rdn.clone()),
        );
        if self.child(parent, &rdn).is_some() {
            return Err(Refusal::name_exists(
                &self.dn(parent).child(rdn).to_string(),
            ));
        }
        self.check_account_names(Some(id), None, &object)?;
        let kind = self.kind(id);
        let last_parent = deletion
            .last_known_parent
            .map(|parent| self.dn_text(parent));
        self.objects.update(id.0, |object| {
            object.deleted = None;
            if tombstone {
                revive(object, kind, last_parent);
            }
            let control = object.integer(AttributeId::USER_ACCOUNT_CONTROL);
            if let Some(control) = control.filter(|_| tombstone) {
                let disabled = Value::Integer(control | ACCOUNT_DISABLED);
                object.set(
                    AttributeId::USER_ACCOUNT_CONTROL,
                    Some(Values::One(disabled)),
                );
            }
        });
        self.place(id, parent, rdn.value, now);
        if let Some(after) = self.object(id).cloned() {
            self.index_accounts(id, &after);
            self.stamp_differences(id, &object, &after);
        }
        self.stamp(id, DELETION);
        Ok(())
    }

    /// Removes all links from and to an object.
    pub(super) fn drop_links(&mut self, id: ObjectId) {
        for attribute in self.used_links() {
            let targets: Vec<ObjectId> = self.links.targets(attribute, id).collect();
            for target in targets {
                self.links.remove(attribute, id, target);
            }
            let sources: Vec<ObjectId> = self.links.sources(attribute, id).collect();
            for source in sources {
                self.links.remove(attribute, source, id);
            }
        }
        // Every domain controller does that for itself; it does not replicate.
        self.links.take_changes();
    }

    /// Leaves an object the attributes that tombstones and recycled objects keep.
    pub(super) fn strip(&self, object: &mut Object) {
        let gone: Vec<AttributeId> = object
            .attributes()
            .map(|(attribute, _)| attribute)
            .filter(|attribute| !is_kept(&self.schema, *attribute))
            .collect();
        for attribute in gone {
            object.set(attribute, None);
        }
    }
}

/// Gives a tombstone that comes back what a new account or group has ("measured on Samba 4.17").
fn revive(object: &mut Object, kind: ObjectKind, last_parent: Option<Text>) {
    object.account_defaults |= kind.is_account();
    if let Some(parent) = last_parent {
        let parent = Values::One(Value::Text(parent));
        object.set(AttributeId::LAST_KNOWN_PARENT, Some(parent));
    }
    if kind.is_security_principal() {
        let zero = || Some(Values::One(Value::Integer(0)));
        object.set(AttributeId::ADMIN_COUNT, zero());
        object.set(AttributeId::OPERATOR_COUNT, zero());
    }
}

/// Whether a tombstone keeps an attribute.
fn is_kept(schema: &super::Schema, attribute: AttributeId) -> bool {
    const ALWAYS: [&str; 13] = [
        "dNSHostName",
        "flatName",
        "mS-DS-CreatorSID",
        "mSMQOwnerID",
        "nTSecurityDescriptor",
        "proxiedObjectName",
        "securityIdentifier",
        "sIDHistory",
        "systemFlags",
        "trustAttributes",
        "trustDirection",
        "trustPartner",
        "trustType",
    ];
    let definition = schema.definition(attribute);
    definition.preserved_on_deletion || ALWAYS.contains(&&*definition.name)
}

/// The name of a deleted object: its old one, as much as fits, and its GUID.
fn mangled_name(object: &Object) -> Text {
    const NAME_MAX: usize = 75;
    let name: String = object.name().chars().take(NAME_MAX).collect();
    format!("{name}\nDEL:{}", object.guid).into()
}
