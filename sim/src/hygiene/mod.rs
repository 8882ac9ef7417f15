//! What is wrong with the values of a forest before anything is synchronised.
//!
//! In the spirit of IdFix, which is no longer there: the same checks of each value (`single`), in
//! its words, and what it never looked at: a value on two attributes, two types of object, two
//! forests, on an account of the tenant that is somebody else's, in the recycle bin, and suffixes
//! that the tenant has not verified. Both owners are named, and the rule that makes it matter.

pub mod csv;
mod shared;
mod single;
#[cfg(test)]
mod tests;

use std::fmt;

use mock_ad::directory::{AttributeId, Directory, Object, ObjectId, ObjectKind};
use mock_cloud::{CloudKey, RuleId, Tenant};

use crate::engine::Source;
use crate::ownership::Ownership;

/// What is wrong, in the words of IdFix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Another object has the value as well.
    Duplicate,
    /// The suffix is none that is known on the internet, so no tenant can verify it.
    TopLevelDomain,
    /// The suffix could be verified and is not, or is no domain name.
    DomainPart,
    /// What stands before the `@` is no such thing.
    LocalPart,
    /// There are characters that are refused.
    Character,
    /// It is no address at all.
    Format,
    /// There is more than is taken.
    Length,
    /// There is nothing, where something is needed.
    Blank,
}

impl Fault {
    /// All faults.
    pub const ALL: [Self; 8] = [
        Self::Duplicate,
        Self::TopLevelDomain,
        Self::DomainPart,
        Self::LocalPart,
        Self::Character,
        Self::Format,
        Self::Length,
        Self::Blank,
    ];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Duplicate => "Duplicate",
            Self::TopLevelDomain => "TopLevelDomain",
            Self::DomainPart => "DomainPart",
            Self::LocalPart => "LocalPart",
            Self::Character => "Character",
            Self::Format => "Format",
            Self::Length => "Length",
            Self::Blank => "Blank",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Who else has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Other {
    /// An object of Active Directory, in this attribute.
    Object(Source, AttributeId),
    /// An object of the tenant, live or in its recycle bin.
    Account(CloudKey),
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub place: Source,
    /// In which attribute.
    pub attribute: AttributeId,
    /// What.
    pub fault: Fault,
    /// The value as it stands there.
    pub value: String,
    /// What it could be instead.
    pub update: Option<String>,
    /// Who else has it.
    pub other: Option<Other>,
    /// The rule that makes it matter, where the catalogue has one.
    pub rule: Option<RuleId>,
}

/// Looks at everything; the findings stand in the order of the objects.
pub fn check(forests: &[Directory], tenant: &Tenant, ownership: &Ownership) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut shared = shared::Shared::default();
    for (forest, directory) in forests.iter().enumerate() {
        for (id, object) in directory.objects() {
            if !is_checked(directory, id, object) {
                continue;
            }
            let place = Source { forest, object: id };
            let subject = Subject {
                place,
                object,
                kind: directory.kind(id),
            };
            single::check(&subject, tenant, &mut findings);
            shared.add(&subject);
        }
    }
    shared.check(tenant, ownership, &mut findings);
    findings.sort_by(|one, other| {
        let key = |it: &Finding| (it.place, it.attribute, it.fault);
        key(one)
            .cmp(&key(other))
            .then_with(|| one.value.cmp(&other.value))
    });
    findings
}

/// An object that is looked at.
pub(super) struct Subject<'a> {
    place: Source,
    object: &'a Object,
    kind: ObjectKind,
}

impl Subject<'_> {
    fn is_user(&self) -> bool {
        matches!(self.kind, ObjectKind::User | ObjectKind::InetOrgPerson)
    }

    fn is_recipient(&self) -> bool {
        let has = |id| self.object.get(id).is_some();
        has(AttributeId::MAIL)
            || has(AttributeId::PROXY_ADDRESSES)
            || has(AttributeId::MAIL_NICKNAME)
    }

    fn finding(&self, attribute: AttributeId, fault: Fault, value: &str) -> Finding {
        Finding {
            place: self.place,
            attribute,
            fault,
            value: value.to_owned(),
            update: None,
            other: None,
            rule: None,
        }
    }
}

/// What IdFix leaves out by name: accounts that the system or Exchange made for themselves.
const SKIPPED: [&str; 14] = [
    "Admini",
    "CAS_{",
    "DiscoverySearchMailbox",
    "Exchange Online-ApplicationAccount",
    "FederatedEmail",
    "Guest",
    "HealthMailbox",
    "HTTPConnector",
    "iusr_",
    "iwam",
    "krbtgt",
    "msol",
    "support_",
    "SystemMailbox",
];

/// Users, groups and contacts that could be synchronised.
fn is_checked(directory: &Directory, id: ObjectId, object: &Object) -> bool {
    let name = object.name();
    let is_system = object.get(AttributeId::IS_CRITICAL_SYSTEM_OBJECT).is_some()
        || name.ends_with('$')
        || SKIPPED.iter().any(|start| {
            name.get(..start.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(start))
        });
    let is_kind = match directory.kind(id) {
        ObjectKind::User | ObjectKind::InetOrgPerson | ObjectKind::Contact => true,
        ObjectKind::Group => {
            object.get(AttributeId::MAIL).is_some()
                || object.get(AttributeId::PROXY_ADDRESSES).is_some()
        }
        _ => false,
    };
    is_kind && !is_system && !object.is_deleted()
}
