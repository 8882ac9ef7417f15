//! What a domain has that nobody loads: an administrator and the groups of administrators.

use jiff::Timestamp;

use crate::directory::{
    AttributeId, Change, Directory, Dn, Modification, ObjectGuid, ObjectId, Rdn, Sid, Value,
    file_time,
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
    adder.policies();
    let account = account.unwrap_or_else(|| directory.domain());
    directory.set_password(account, password);
    Administrator {
        account,
        bind_dn: format!("Administrator@{}", directory.dns_name()),
    }
}

/// Gives every account that has no password this one: exports contain none.
pub fn give_passwords(directory: &mut Directory, password: &str, now: Timestamp) {
    let accounts: Vec<_> = directory
        .objects()
        .map(|(id, _)| id)
        .filter(|id| directory.kind(*id).is_account() && directory.password(*id).is_none())
        .collect();
    for account in accounts {
        directory.set_password(account, password);
        let set = directory
            .object(account)
            .and_then(|object| object.integer(AttributeId::PWD_LAST_SET));
        if set.unwrap_or_default() == 0 {
            let time = Value::Integer(file_time(now));
            let change = Modification::replace(AttributeId::PWD_LAST_SET, [time]);
            // An account that the export left incomplete signs in no sooner than it is mended.
            let _ = directory.modify(account, &[change], now);
        }
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
        const CONTAINERS: [(&str, &str, &str); 9] = [
            ("container", "CN", "Users"),
            ("container", "CN", "Computers"),
            ("builtinDomain", "CN", "Builtin"),
            ("organizationalUnit", "OU", "Domain Controllers"),
            ("container", "CN", "System"),
            ("rIDManager", "CN", "RID Manager$"),
            ("lostAndFound", "CN", "LostAndFound"),
            ("container", "CN", "ForeignSecurityPrincipals"),
            ("container", "CN", "Managed Service Accounts"),
        ];
        for (class, attribute, name) in CONTAINERS {
            let mut above = self.directory.base().clone();
            if class == "rIDManager" {
                above = above.child(Rdn::new("CN", "System"));
            }
            let dn = above.child(Rdn::new(attribute, name));
            let mut attributes = vec![
                (AttributeId::OBJECT_CLASS, vec![class.into()]),
                (AttributeId::IS_CRITICAL_SYSTEM_OBJECT, vec![true.into()]),
            ];
            let pool = self.directory.schema().attribute("rIDAvailablePool");
            if let Some(pool) = pool.filter(|_| class == "rIDManager") {
                // From 1100 up to 2^30 - 1, the bounds in two halves (MS-ADTS 6.1.1.4.12).
                let bounds = (0x3FFF_FFFF_i64 << 32) + 1100;
                attributes.push((pool, vec![Value::Integer(bounds)]));
            }
            let change = Change::Add {
                dn,
                attributes,
                guid: None,
            };
            // One that is there already stays as it is.
            let _ = self.directory.apply(&change, self.now, self.guids);
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

    /// Gives the domain the policies of one that was just set up, where it tells none.
    fn policies(&mut self) {
        /// Days and minutes are counted backwards, in steps of 100 nanoseconds.
        const MINUTE: i64 = -600_000_000;
        const DAY: i64 = 1440 * MINUTE;
        const POLICIES: [(&str, i64); 19] = [
            ("maxPwdAge", 42 * DAY),
            ("minPwdAge", DAY),
            ("minPwdLength", 7),
            ("pwdHistoryLength", 24),
            ("pwdProperties", 1),
            ("lockoutThreshold", 0),
            ("lockoutDuration", 30 * MINUTE),
            ("lockOutObservationWindow", 30 * MINUTE),
            ("forceLogoff", i64::MIN),
            ("ms-DS-MachineAccountQuota", 10),
            ("msDS-AllUsersTrustQuota", 1000),
            ("msDS-PerUserTrustQuota", 1),
            ("msDS-PerUserTrustTombstonesQuota", 10),
            ("serverState", 1),
            ("nTMixedDomain", 0),
            ("uASCompat", 1),
            ("modifiedCount", 1),
            ("modifiedCountAtLastProm", 0),
            ("nextRid", 1000),
        ];
        let domain = self.directory.domain();
        let created = self.directory.object(domain).map(|head| head.when_created);
        // The policy that every domain is born with.
        let policy = format!(
            "[LDAP://CN={{31B2F340-016D-11D2-945F-00C04FB984F9}},CN=Policies,CN=System,{};0]",
            self.directory.base()
        );
        let others = [
            ("auditingPolicy", Value::from([0u8, 1].as_slice())),
            ("gPLink", policy.into()),
            ("isCriticalSystemObject", true.into()),
            (
                "creationTime",
                Value::Integer(file_time(created.unwrap_or(self.now))),
            ),
        ];
        let policies = POLICIES.map(|(name, value)| (name, Value::Integer(value)));
        for (name, value) in policies.into_iter().chain(others) {
            let Some(attribute) = self.directory.schema().attribute(name) else {
                continue;
            };
            if !self
                .directory
                .attribute_values(domain, attribute)
                .is_empty()
            {
                continue;
            }
            let changes = vec![Modification::replace(attribute, [value])];
            let change = Change::Modify {
                object: domain,
                changes,
            };
            // A policy that the domain's own schema has otherwise is left out.
            let _ = self.directory.apply(&change, self.now, self.guids);
        }
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
