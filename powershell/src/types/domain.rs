//! `System.DirectoryServices.ActiveDirectory`, as far as it names the domain of the machine.

use std::rc::Rc;

use super::typed;
use crate::error::ErrorRecord;
use crate::host::Host;
use crate::value::{Object, Value};

/// The distinguished name behind a domain or a forest of `System.DirectoryServices`.
struct DomainNative(String);

/// The domain of the machine, or its forest, which here has one domain.
pub(crate) fn current(kind: &str, method: &str, host: &dyn Host) -> Result<Value, ErrorRecord> {
    let Some((name, dn)) = host.domain() else {
        let reason = "Current security context is not associated with an Active Directory domain \
                      or forest.";
        let exception =
            "System.DirectoryServices.ActiveDirectory.ActiveDirectoryOperationException";
        return Err(super::failed(method, 0, reason, exception));
    };
    let mut members = vec![("Name", Value::text(&name))];
    if kind.ends_with("Domain") {
        members.push(("Forest", Value::text(&name)));
        members.push(("DomainMode", Value::text("Unknown")));
    } else {
        members.push(("RootDomain", Value::text(&name)));
        members.push(("Domains", Value::texts([name.as_str()])));
    }
    let object = typed(kind, members, Some(&name));
    Ok(Value::Object(object.with_native(Rc::new(DomainNative(dn)))))
}

/// The entry of a domain or a forest in the directory.
pub(crate) fn call(object: &Object, lower: &str) -> Option<Value> {
    let domain = object.native::<DomainNative>()?;
    if lower != "getdirectoryentry" {
        return None;
    }
    let members = vec![
        ("distinguishedName", Value::text(&domain.0)),
        ("Path", Value::from(format!("LDAP://{}", domain.0))),
    ];
    let entry = typed("System.DirectoryServices.DirectoryEntry", members, None);
    Some(Value::Object(entry))
}
