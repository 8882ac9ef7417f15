//! Names that a domain or a forest gives only once.

use store::{eq_fold, fold_hash};

use super::{AttributeId, Directory, Object, ObjectId, ObjectKind, Refusal, validate};

impl Directory {
    /// Whether the account names of an object are allowed and free.
    ///
    /// Only names that differ from those of `before` are looked at: what an import brought in
    /// twice stays until somebody touches it.
    pub(super) fn check_account_names(
        &self,
        id: Option<ObjectId>,
        before: Option<&Object>,
        after: &Object,
    ) -> Result<(), Refusal> {
        let changed = |attribute| {
            let name = after.text(attribute)?;
            let same = before.and_then(|object| object.text(attribute)) == Some(name);
            (!same).then_some(name)
        };
        let kind = self.schema.kind(after.class);
        if let Some(name) = changed(AttributeId::SAM_ACCOUNT_NAME) {
            let for_user = matches!(kind, ObjectKind::User | ObjectKind::InetOrgPerson);
            validate::check_sam_account_name(name, for_user)?;
            if let Some(owner) = self.other_owner(id, AttributeId::SAM_ACCOUNT_NAME, name) {
                let owner = self.dn_text(owner);
                let for_group = kind == ObjectKind::Group;
                return Err(Refusal::sam_account_name_exists(name, for_group, &owner));
            }
        }
        if let Some(upn) = changed(AttributeId::USER_PRINCIPAL_NAME)
            && self.settings.enforce_unique_upn
            && let Some(owner) = self.other_owner(id, AttributeId::USER_PRINCIPAL_NAME, upn)
        {
            let definition = self.schema.definition(AttributeId::USER_PRINCIPAL_NAME);
            return Err(Refusal::upn_exists(definition, upn, &self.dn_text(owner)));
        }
        self.check_service_names(id, before, after)
    }

    /// The live objects that have a text among the values of an attribute.
    pub(crate) fn live_with_text(&self, attribute: AttributeId, text: &str) -> Vec<ObjectId> {
        let has = |id: &ObjectId| {
            let object = self.object(*id).filter(|object| !object.is_deleted());
            object.is_some_and(|object| object.texts(attribute).any(|found| eq_fold(found, text)))
        };
        match self.value_key(attribute, &text.into()) {
            Some(key) => self.of_key_from(key, ObjectId(0)).filter(has).collect(),
            None => self.objects().map(|(id, _)| id).filter(has).collect(),
        }
    }

    /// The live object other than `id` that has an account name.
    pub(super) fn other_owner(
        &self,
        id: Option<ObjectId>,
        attribute: AttributeId,
        name: &str,
    ) -> Option<ObjectId> {
        let index = if attribute == AttributeId::SAM_ACCOUNT_NAME {
            &self.by_sam_account_name
        } else {
            &self.by_user_principal_name
        };
        index
            .candidates(fold_hash(name))
            .map(ObjectId)
            .find(|found| Some(*found) != id && self.has_text(*found, attribute, name))
    }
}
