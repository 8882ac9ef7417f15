//! Modify DN requests.

use store::eq_fold;

use super::{No, Write};
use crate::directory::{Change, Dn, ObjectKind, Refusal, ResultCode};
use crate::ldap::message::Renaming;

impl Write<'_> {
    pub(super) fn rename(self, renaming: &Renaming) -> Result<(), No> {
        let object = self.target(&renaming.dn, false)?;
        self.check_access(&renaming.dn)?;
        let name = new_rdn(&renaming.new_rdn)?;
        if !renaming.delete_old_rdn {
            let hint = "the old RDN cannot be kept: an object has one name only".to_owned();
            return Err(Refusal::unwilling(0x2035, hint).into());
        }
        let directory = self.directory();
        let named_by = directory
            .object(object)
            .map(|object| object.rdn_attribute());
        let named_by = named_by.map_or("CN", |attribute| directory.schema().name(attribute));
        if !eq_fold(named_by, &name.attribute) {
            let hint = format!("the object is named by `{named_by}`");
            return Err(Refusal::naming(hint, &directory.dn_text(object)).into());
        }
        let fixed = !matches!(
            directory.kind(object),
            ObjectKind::User | ObjectKind::Group | ObjectKind::Computer
        );
        if fixed && self.is_critical(object) {
            let dn = directory.dn_text(object);
            let hint = format!("`{dn}` can be neither moved nor renamed");
            return Err(Refusal::unwilling(0x2035, hint).into());
        }
        let parent = match &renaming.new_superior {
            Some(superior) => Some(self.target(superior, false)?),
            None => None,
        };
        let change = Change::Move {
            object,
            name: Some(name.value),
            parent,
        };
        self.host.change(&change)?;
        Ok(())
    }
}

/// The one RDN that a name is.
fn new_rdn(text: &str) -> Result<crate::directory::Rdn, No> {
    let dn: Option<Dn> = text.parse().ok();
    let single = dn.filter(|dn| dn.len() == 1);
    if let Some(rdn) = single.and_then(|dn| dn.rdn().cloned()) {
        return Ok(rdn);
    }
    let hint = format!("`{text}` is no RDN such as `CN=Ann`");
    let refusal = Refusal::bad_name(text, hint);
    debug_assert_eq!(refusal.code, ResultCode::INVALID_DN_SYNTAX);
    Err(refusal.into())
}
