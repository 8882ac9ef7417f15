//! What the head of the domain tells of the domain controller and of its containers.

use super::{AttributeId, Directory, Value};

/// The attributes of the domain itself that follow from what there is: its containers, and the one
/// domain controller, which holds every role.
pub(crate) const HEAD_ATTRIBUTES: [&str; 10] = [
    "wellKnownObjects",
    "otherWellKnownObjects",
    "fSMORoleOwner",
    "masteredBy",
    "msDs-masteredBy",
    "msDS-IsDomainFor",
    "rIDManagerReference",
    "msDS-Behavior-Version",
    "msDS-NcType",
    "systemFlags",
];

/// Managed Service Accounts, as otherWellKnownObjects names it (MS-ADTS 6.1.1.4).
const SERVICE_ACCOUNTS: &str = "1EB93889E40C45DF9F0C64D23BBB6237";

impl Directory {
    /// The values of one of the [`HEAD_ATTRIBUTES`]; none of what the domain does not have.
    pub(crate) fn head_values(&self, attribute: AttributeId) -> Vec<Value> {
        let name: &str = &self.schema().definition(attribute).name;
        let below = |path: &str| {
            let name = format!("{path},{}", self.base());
            let found = name.parse().ok().and_then(|dn| self.find(&dn));
            found.map(|id| self.dn_text(id))
        };
        let one = match name {
            "wellKnownObjects" => return self.well_known_objects(),
            "otherWellKnownObjects" => below("CN=Managed Service Accounts")
                .map(|dn| format!("B:32:{SERVICE_ACCOUNTS}:{dn}").into()),
            "rIDManagerReference" => below("CN=RID Manager$,CN=System").map(Value::Text),
            "msDS-Behavior-Version" => {
                let level = self.domain_controller().version.functional_level();
                Some(Value::Integer(i64::from(level)))
            }
            // It is the head of a domain, and nobody deletes, renames or moves it (MS-ADTS 2.2.10).
            "systemFlags" => Some(Value::Integer(-1_946_157_056)),
            "msDS-NcType" => Some(Value::Integer(0)),
            _ => Some(self.ds_service_name().into()),
        };
        one.into_iter().collect()
    }
}
