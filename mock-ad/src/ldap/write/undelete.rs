//! Undeletion: a modify request that takes isDeleted away and gives a distinguishedName (MS-ADTS
//! 3.1.1.5.3.7).

use super::modify::Plan;
use super::{No, PERMISSIVE_MODIFY, Write};
use crate::directory::{AttributeId, Change, Dn, ObjectGuid, ObjectId, Refusal};
use crate::ldap::message::{Change as Operation, Modification};
use crate::ldap::values;

/// ERROR_DS_ILLEGAL_MOD_OPERATION.
const ILLEGAL: u32 = 0x2077;

/// The new name that a modify request undeletes an object under, and what else it changes;
/// `None` if it is no undeletion.
pub(super) struct Undeletion<'a> {
    name: String,
    pub(super) rest: Vec<&'a Modification>,
}

impl<'a> Undeletion<'a> {
    pub(super) fn of(changes: &'a [Modification]) -> Option<Self> {
        let is = |change: &&Modification, name: &str| change.attribute.eq_ignore_ascii_case(name);
        let revives = |change: &&Modification| {
            is(change, "isDeleted")
                && match change.operation {
                    Operation::Delete => true,
                    Operation::Replace => change.values.is_empty(),
                    _ => false,
                }
        };
        changes.iter().find(revives)?;
        let names = |change: &&Modification| {
            is(change, "distinguishedName") && change.operation == Operation::Replace
        };
        let name = changes.iter().find(names)?.values.first()?;
        let rest = changes
            .iter()
            .filter(|change| !is(change, "isDeleted") && !is(change, "distinguishedName"));
        Some(Self {
            name: String::from_utf8_lossy(name).into_owned(),
            rest: rest.collect(),
        })
    }
}

impl Write<'_> {
    /// The change that brings the object back.
    pub(super) fn undelete(
        &self,
        object: ObjectId,
        undeletion: &Undeletion<'_>,
    ) -> Result<Change, No> {
        let directory = self.directory();
        if directory.is_live(object) {
            let hint = format!("`{}` is not deleted", directory.dn_text(object));
            return Err(Refusal::unwilling(ILLEGAL, hint).into());
        }
        let text = &undeletion.name;
        let dn: Dn = text
            .parse()
            .map_err(|error| Refusal::bad_name(text, format!("`{text}` is no name: {error}")))?;
        let Some(rdn) = dn.rdn().cloned() else {
            return Err(Refusal::bad_name(text, "the new name is empty".to_owned()).into());
        };
        let parent = self.target(&dn.parent().unwrap_or_default().to_string(), false)?;
        Ok(Change::Restore {
            object,
            parent: Some(parent),
            name: Some(rdn.value),
        })
    }

    /// Whether the object comes back and takes what else is modified, on a fork of the directory:
    /// a request is carried out as a whole or not at all.
    pub(super) fn check_undeletion(
        &self,
        object: ObjectId,
        restore: &Change,
        rest: &[&Modification],
    ) -> Result<(), No> {
        let (mut fork, now) = (self.directory().clone(), self.host.now());
        fork.apply(restore, now, &mut || ObjectGuid::from_bytes([0; 16]))?;
        let mut plan = Plan::new(&fork, object, now);
        for change in rest {
            plan.take(change, self.has(PERMISSIVE_MODIFY))?;
        }
        let Plan { changes, .. } = plan;
        self.check_password(object, &changes)?;
        fork.modify(object, &changes, now)?;
        Ok(())
    }

    /// Whether attributes that come with an undeletion are ones that the schema has, before
    /// anything is done.
    pub(super) fn check_rest(&self, undeletion: &Undeletion<'_>) -> Result<(), No> {
        for change in &undeletion.rest {
            let attribute = values::attribute(self.directory(), &change.attribute)?;
            let definition = self.directory().schema().definition(attribute);
            if definition.system_only && attribute != AttributeId::IS_RECYCLED {
                let why = "only the directory itself writes it";
                return Err(Refusal::system_only(&definition.name, why).into());
            }
        }
        Ok(())
    }
}
