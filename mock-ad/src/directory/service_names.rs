//! Service principal names: their form, whose they are, and that they follow their computer.

use store::{Text, eq_fold};

use super::{AttributeId, Directory, Object, ObjectId, ObjectKind, Refusal, Value, Values};

impl Directory {
    /// Whether the service principal names that an object did not have before are well formed and
    /// free; the same switch of the forest decides on them as on user principal names (MS-ADTS
    /// 3.1.1.5.1.3).
    pub(super) fn check_service_names(
        &self,
        id: Option<ObjectId>,
        before: Option<&Object>,
        after: &Object,
    ) -> Result<(), Refusal> {
        let Some(attribute) = self.schema.attribute("servicePrincipalName") else {
            return Ok(());
        };
        let definition = self.schema.definition(attribute);
        let had = |name: &str| {
            before.is_some_and(|object| object.texts(attribute).any(|own| eq_fold(own, name)))
        };
        for name in after.texts(attribute).filter(|name| !had(name)) {
            if !is_well_formed(name) {
                let hint = format!("`{name}` is not of the form service/host or service/host/name");
                // ERROR_DS_NAME_REFERENCE_INVALID.
                return Err(Refusal::constraint(definition, 0x20B5, hint));
            }
            if !self.settings.enforce_unique_upn {
                continue;
            }
            let others = self.live_with_text(attribute, name);
            if let Some(owner) = others.into_iter().find(|found| Some(*found) != id) {
                return Err(Refusal::spn_exists(definition, name, &self.dn_text(owner)));
            }
        }
        Ok(())
    }

    /// Renames the host in the service principal names of a computer that gets another
    /// dNSHostName or sAMAccountName, as domain controllers do (Samba's `ldap_spn.py` and
    /// `sam.py`, which were run against Windows, say so).
    pub(super) fn follow_host_names(&self, before: &Object, after: &mut Object) {
        let attribute = |name| self.schema.attribute(name);
        let (Some(services), Some(host)) =
            (attribute("servicePrincipalName"), attribute("dNSHostName"))
        else {
            return;
        };
        if self.schema.kind(after.class) != ObjectKind::Computer {
            return;
        }
        for naming in [host, AttributeId::SAM_ACCOUNT_NAME] {
            let (Some(old), Some(new)) = (before.text(naming), after.text(naming)) else {
                continue;
            };
            let (old, new) = (host_name(old), host_name(new));
            if eq_fold(old, new) {
                continue;
            }
            let mut renamed: Vec<Text> = Vec::new();
            for name in after.texts(services) {
                let name = with_host(name, old, new);
                // It may have had the new name besides.
                if !renamed.iter().any(|known| eq_fold(known, &name)) {
                    renamed.push(name);
                }
            }
            let renamed = renamed.into_iter().map(Value::Text).collect();
            after.set(services, Values::from_vec(renamed));
        }
    }
}

/// The name of a computer without the `$` of its account.
fn host_name(name: &str) -> &str {
    name.strip_suffix('$').unwrap_or(name)
}

/// A service principal name with another host, if it has this one.
fn with_host(name: &str, old: &str, new: &str) -> Text {
    let mut parts: Vec<&str> = name.split('/').collect();
    if let Some(host) = parts.get_mut(1)
        && eq_fold(host, old)
    {
        *host = new;
    }
    parts.join("/").into()
}

/// Whether a name has two or three parts, of which the first may be empty only before two others
/// (Samba's `ldap_spn.py`: so does Windows; what follows a NUL does not count).
fn is_well_formed(name: &str) -> bool {
    let name = name.split('\0').next().unwrap_or_default();
    match name.split('/').collect::<Vec<_>>()[..] {
        [service, _] => !service.is_empty(),
        [service, host, _] => !service.is_empty() || !host.is_empty(),
        _ => false,
    }
}
