//! Delete requests.

use super::{No, TREE_DELETE, Write};
use crate::directory::{Change, ObjectId, Refusal};

/// ERROR_SPECIAL_ACCOUNT.
const SPECIAL_ACCOUNT: u32 = 0x55B;
/// ERROR_DS_ILLEGAL_MOD_OPERATION.
const ILLEGAL: u32 = 0x2077;

impl Write<'_> {
    pub(super) fn delete(self, dn: &str) -> Result<(), No> {
        let object = self.target(dn, self.shows_deleted())?;
        self.check_access(dn)?;
        let directory = self.directory();
        if !directory.is_live(object) {
            return self.recycle(object);
        }
        if self.is_critical(object) {
            return Err(self.protected(object).into());
        }
        let is_leaf = !directory
            .children(object)
            .any(|child| directory.is_live(child));
        if !is_leaf {
            if !self.has(TREE_DELETE) {
                return Err(Refusal::not_a_leaf(&directory.dn_text(object)).into());
            }
            if let Some(critical) = self.critical_below(object) {
                return Err(self.protected(critical).into());
            }
        }
        self.host.change(&Change::Delete { object })?;
        Ok(())
    }

    /// Deletes an object that is in the recycle bin for good (MS-ADTS 3.1.1.5.5).
    fn recycle(self, object: ObjectId) -> Result<(), No> {
        if !self.directory().is_restorable(object) || !self.directory().has_recycle_bin() {
            let hint = "what is deleted for good cannot be deleted once more".to_owned();
            return Err(Refusal::unwilling(ILLEGAL, hint).into());
        }
        self.host.change(&Change::Delete { object })?;
        Ok(())
    }

    fn protected(&self, object: ObjectId) -> Refusal {
        let directory = self.directory();
        let is_account = directory.kind(object).is_security_principal();
        let code = if is_account { SPECIAL_ACCOUNT } else { ILLEGAL };
        let hint = format!(
            "the domain cannot do without `{}`",
            directory.dn_text(object)
        );
        Refusal::unwilling(code, hint)
    }

    fn critical_below(&self, object: ObjectId) -> Option<ObjectId> {
        let mut open = vec![object];
        while let Some(at) = open.pop() {
            if self.is_critical(at) {
                return Some(at);
            }
            open.extend(self.directory().children(at));
        }
        None
    }
}
