//! Finding objects and naming them.

use std::sync::Arc;

use store::{eq_fold, fold_hash, hash_bytes};

use super::{
    AttributeId, Directory, Dn, Object, ObjectGuid, ObjectId, ObjectKind, Rdn, Schema, Sid, Text,
    dn::write_escaped, name_hash,
};

impl Directory {
    /// What may be stored.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The distinguished name of the domain.
    pub fn base(&self) -> &Dn {
        &self.settings.base
    }

    /// The distinguished name of the domain, also of the domain that a configuration belongs to.
    pub(crate) fn forest_root(&self) -> &Dn {
        &self.settings.forest_root
    }

    /// The DNS name of the domain, such as `example.test`.
    pub fn dns_name(&self) -> &str {
        &self.settings.dns_name
    }

    /// The NetBIOS name of the domain: the first label of the DNS name, in capitals.
    pub fn netbios_name(&self) -> &str {
        &self.settings.netbios_name
    }

    /// The SID that the accounts of the domain extend.
    pub fn domain_sid(&self) -> &Sid {
        &self.settings.domain_sid
    }

    /// Whether the recycle bin is on.
    pub fn has_recycle_bin(&self) -> bool {
        self.settings.recycle_bin
    }

    /// The domain object, the root of all others.
    pub fn domain(&self) -> ObjectId {
        Self::DOMAIN
    }

    /// An object by its place.
    pub fn object(&self, id: ObjectId) -> Option<&Arc<Object>> {
        self.objects.get(id.0).filter(|object| !object.is_removed())
    }

    /// All objects in the order of their places, deleted ones included.
    pub fn objects(&self) -> impl Iterator<Item = (ObjectId, &Arc<Object>)> {
        self.objects
            .iter()
            .filter(|(_, object)| !object.is_removed())
            .map(|(id, object)| (ObjectId(id), object))
    }

    /// How many places there are, those of objects that are gone for good included: an
    /// [`ObjectId`] is smaller.
    pub fn places(&self) -> usize {
        self.objects.len() as usize
    }

    /// The kind of an object; `Other` for one that does not exist.
    pub fn kind(&self, id: ObjectId) -> ObjectKind {
        self.object(id)
            .map_or(ObjectKind::Other, |object| self.schema.kind(object.class))
    }

    /// Whether there is such an object and it is not deleted.
    pub fn is_live(&self, id: ObjectId) -> bool {
        self.object(id).is_some_and(|object| !object.is_deleted())
    }

    /// The distinguished name of an object; empty for one that does not exist.
    pub fn dn(&self, id: ObjectId) -> Dn {
        let mut leaf_first = Vec::new();
        for object in self.path(id) {
            leaf_first.push(Rdn {
                attribute: self.rdn_attribute_text(object),
                value: object.name().clone(),
            });
        }
        leaf_first.extend(self.base_of(id).components().cloned());
        Dn::from_components(leaf_first)
    }

    /// The distinguished name of an object as text; empty for one that does not exist.
    pub fn dn_text(&self, id: ObjectId) -> Text {
        let mut text = Text::with_capacity(64);
        // Writing to text cannot fail.
        for object in self.path(id) {
            text.push_str(&self.rdn_attribute_text(object));
            text.push('=');
            let _ = write_escaped(object.name(), &mut text);
            text.push(',');
        }
        if self.object(id).is_some() {
            text.push_str(&self.settings.base_text);
        }
        text
    }

    /// An object and those above it, without the domain.
    fn path(&self, id: ObjectId) -> impl Iterator<Item = &Arc<Object>> {
        let above = |object: &&Arc<Object>| self.object(object.parent?);
        std::iter::successors(self.object(id), above).take_while(|object| object.parent.is_some())
    }

    fn base_of(&self, id: ObjectId) -> Dn {
        self.object(id)
            .map(|_| self.settings.base.clone())
            .unwrap_or_default()
    }

    /// The naming attribute as it is printed in names: in capitals.
    pub(super) fn rdn_attribute_text(&self, object: &Object) -> Text {
        match object.rdn_attribute {
            AttributeId::CN => Text::from_static_str("CN"),
            AttributeId::OU => Text::from_static_str("OU"),
            AttributeId::DC => Text::from_static_str("DC"),
            other => self.schema.name(other).to_ascii_uppercase().into(),
        }
    }

    /// The object of a distinguished name; deleted ones are found under their mangled name.
    pub fn find(&self, dn: &Dn) -> Option<ObjectId> {
        self.find_closest(dn).ok()
    }

    /// The object of a name, or else the lowest of those above it that exists.
    pub(crate) fn find_closest(&self, dn: &Dn) -> Result<ObjectId, Option<ObjectId>> {
        let path = dn.below(&self.settings.base).ok_or(None)?;
        let mut found = Self::DOMAIN;
        for rdn in path {
            found = self.child(found, rdn).ok_or(Some(found))?;
        }
        Ok(found)
    }

    /// The child of an object that an RDN names.
    pub(crate) fn child(&self, parent: ObjectId, rdn: &Rdn) -> Option<ObjectId> {
        let mut candidates = self.by_name.candidates(name_hash(parent, &rdn.value));
        candidates.find_map(|id| {
            let object = self.objects.get(id)?;
            let found = object.parent == Some(parent)
                && eq_fold(object.name(), &rdn.value)
                && eq_fold(self.schema.name(object.rdn_attribute), &rdn.attribute);
            found.then_some(ObjectId(id))
        })
    }

    /// The object of an objectGUID, deleted or not.
    pub fn find_by_guid(&self, guid: &ObjectGuid) -> Option<ObjectId> {
        self.by_guid
            .candidates(hash_bytes(guid.as_bytes()))
            .find(|id| self.objects.get(*id).is_some_and(|o| o.guid == *guid))
            .map(ObjectId)
    }

    /// The live object of a sAMAccountName, in any case; the first, if an import brought several.
    pub fn find_by_sam_account_name(&self, name: &str) -> Option<ObjectId> {
        self.by_sam_account_name
            .candidates(fold_hash(name))
            .map(ObjectId)
            .find(|id| self.has_text(*id, AttributeId::SAM_ACCOUNT_NAME, name))
    }

    /// The live object of a userPrincipalName, in any case; the first, if there are several.
    pub fn find_by_user_principal_name(&self, name: &str) -> Option<ObjectId> {
        self.by_user_principal_name
            .candidates(fold_hash(name))
            .map(ObjectId)
            .find(|id| self.has_text(*id, AttributeId::USER_PRINCIPAL_NAME, name))
    }

    pub(super) fn has_text(&self, id: ObjectId, attribute: AttributeId, text: &str) -> bool {
        self.object(id)
            .and_then(|object| object.text(attribute))
            .is_some_and(|found| eq_fold(found, text))
    }

    /// The objects right below an object, in the order of their places.
    pub fn children(&self, id: ObjectId) -> impl Iterator<Item = ObjectId> + '_ {
        self.children
            .range((id.0, 0)..=(id.0, u32::MAX))
            .map(|(_, child)| ObjectId(*child))
    }

    /// Whether an object is `ancestor` or somewhere below it.
    pub fn is_within(&self, id: ObjectId, ancestor: ObjectId) -> bool {
        let above = |at: &ObjectId| self.object(*at)?.parent;
        std::iter::successors(Some(id), above).any(|at| at == ancestor)
    }
}
