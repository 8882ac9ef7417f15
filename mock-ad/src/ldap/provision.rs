//! What a domain has that nobody loads: an administrator and the groups of administrators.

use jiff::Timestamp;

use crate::directory::{
    AttributeId, Change, Directory, Dn, Modification, ObjectGuid, ObjectId, Rdn, Sid, Value,
};

/// The administrator of a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Administrator {
    /// The account.
    pub account: ObjectId,
    /// The name to bind with: `Administrator@example.test`.
    pub bind_dn: String,
}

/// The RID of the built-in administrator.
const ADMINISTRATOR: u32 = 500;
/// groupType of a global security group.
const GLOBAL: i64 = -2_147_483_646;
/// groupType of a built-in local security group.
const BUILTIN_LOCAL: i64 = -2_147_483_643;

/// Gives a domain the account Administrator with a password, and the groups that make it one,
/// unless it has them.
pub fn provision(
    directory: &mut Directory,
    password: &str,
    now: Timestamp,
    guids: &mut dyn FnMut() -> ObjectGuid,
) -> Administrator {
    let mut adder = Adder {
        directory,
        now,
        guids,
    };
    adder.containers();
    adder.password_policy();
    let control = Value::Integer(0x200 | 0x1_0000);
    let user = vec![
        (AttributeId::OBJECT_CLASS, vec!["user".into()]),
        (AttributeId::USER_ACCOUNT_CONTROL, vec![control]),
    ];
    let account = adder.ensure("CN=Users", "Administrator", ADMINISTRATOR, user);
    for (container, name, rid, kind) in [
        ("CN=Users", "Domain Users", 513, GLOBAL),
        ("CN=Users", "Domain Admins", 512, GLOBAL),
        ("CN=Users", "Enterprise Admins", 519, GLOBAL),
        ("CN=Builtin", "Administrators", 544, BUILTIN_LOCAL),
    ] {
        let group = vec![
            (AttributeId::OBJECT_CLASS, vec!["group".into()]),
            (AttributeId::GROUP_TYPE, vec![Value::Integer(kind)]),
        ];
        let group = adder.ensure(container, name, rid, group);
        if let (Some(group), Some(account), true) = (group, account, rid != 513) {
            adder.join(group, account);
        }
    }
    let account = account.unwrap_or_else(|| directory.domain());
    directory.set_password(account, password);
    Administrator {
        account,
        bind_dn: format!("Administrator@{}", directory.dns_name()),
    }
}

struct Adder<'a> {
    directory: &'a mut Directory,
    now: Timestamp,
    guids: &'a mut dyn FnMut() -> ObjectGuid,
}

impl Adder<'_> {
    /// Adds the well-known containers that an export left out.
    fn containers(&mut self) {
        const CONTAINERS: [(&str, &str, &str); 7] = [
            ("container", "CN", "Users"),
            ("container", "CN", "Computers"),
            ("builtinDomain", "CN", "Builtin"),
            ("organizationalUnit", "OU", "Domain Controllers"),
            ("container", "CN", "System"),
            ("lostAndFound", "CN", "LostAndFound"),
            ("container", "CN", "ForeignSecurityPrincipals"),
        ];
        for (class, attribute, name) in CONTAINERS {
            let dn = self.directory.base().child(Rdn::new(attribute, name));
            let change = Change::Add {
                dn,
                attributes: vec![
                    (AttributeId::OBJECT_CLASS, vec![class.into()]),
                    (AttributeId::IS_CRITICAL_SYSTEM_OBJECT, vec![true.into()]),
                ],
                guid: None,
            };
            // One that is there already stays as it is.
            let _ = self.directory.apply(&change, self.now, self.guids);
        }
    }

    /// Gives the domain the default policy on passwords, as far as it has none: ages are negative
    /// counts of 100 nanoseconds (MS-ADTS 3.1.1.1.10; the values are those of a new domain).
    fn password_policy(&mut self) {
        const DAY: i64 = -864_000_000_000;
        const POLICY: [(&str, i64); 8] = [
            ("maxPwdAge", 42 * DAY),
            ("minPwdAge", DAY),
            ("minPwdLength", 7),
            ("pwdHistoryLength", 24),
            ("pwdProperties", 1),
            ("lockoutDuration", DAY / 48),
            ("lockOutObservationWindow", DAY / 48),
            ("lockoutThreshold", 0),
        ];
        let domain = self.directory.domain();
        for (name, value) in POLICY {
            let attribute = self.directory.schema().attribute(name);
            let missing = attribute.filter(|attribute| {
                let object = self.directory.object(domain);
                object.is_some_and(|object| object.get(*attribute).is_none())
            });
            if let Some(attribute) = missing {
                let change = Change::Modify {
                    object: domain,
                    changes: vec![Modification::replace(attribute, [value])],
                };
                // A schema in which the attribute cannot be written leaves the policy out.
                let _ = self.directory.apply(&change, self.now, self.guids);
            }
        }
    }

    /// The account of a name, added if it is not there.
    fn ensure(
        &mut self,
        container: &str,
        name: &str,
        rid: u32,
        mut attributes: Vec<(AttributeId, Vec<Value>)>,
    ) -> Option<ObjectId> {
        if let Some(found) = self.directory.find_by_sam_account_name(name) {
            return Some(found);
        }
        let sid = match rid {
            544 => builtin(rid)?,
            rid => self.directory.domain_sid().with_rid(rid),
        };
        attributes.extend([
            (AttributeId::SAM_ACCOUNT_NAME, vec![name.into()]),
            (AttributeId::OBJECT_SID, vec![sid.as_bytes().into()]),
            (AttributeId::IS_CRITICAL_SYSTEM_OBJECT, vec![true.into()]),
        ]);
        let container: Dn = format!("{container},{}", self.directory.base())
            .parse()
            .ok()?;
        let dn = container.child(Rdn::new("CN", name));
        let change = Change::Add {
            dn,
            attributes,
            guid: None,
        };
        self.directory.apply(&change, self.now, self.guids).ok()
    }

    fn join(&mut self, group: ObjectId, account: ObjectId) {
        if self.directory.has_link(group, AttributeId::MEMBER, account) {
            return;
        }
        let member = self.directory.dn_text(account);
        let changes = vec![Modification::add(AttributeId::MEMBER, [member])];
        let change = Change::Modify {
            object: group,
            changes,
        };
        // A member that was there already is no harm.
        let _ = self.directory.apply(&change, self.now, self.guids);
    }
}

/// S-1-5-32-…, the SID of a built-in group.
fn builtin(rid: u32) -> Option<Sid> {
    format!("S-1-5-32-{rid}").parse().ok()
}
