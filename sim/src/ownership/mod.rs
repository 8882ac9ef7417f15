//! Who is whose: which account of the tenant belongs to which user of Active Directory.
//!
//! No export says so, and a tenant in a mess says it wrongly: the anchor of a person may sit on a
//! duplicate, the address on the account with the mailbox. [`infer`] weighs what both sides share
//! and gives each person a [`Confidence`]. Where two accounts have something for them, a person
//! decides, in the file that [`file::write`] makes and [`file::read`] takes back.
//!
//! | | |
//! |---|---|
//! | exact | one account has the anchor (R1.1), SID or GUID, and no other anything |
//! | likely | none has those; one has the UPN or an address, and is nobody else's |
//! | ambiguous | several accounts or several people claim, or only the name agrees |

mod claims;
pub mod file;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use mock_ad::directory::{AttributeId, Directory, ObjectKind};
use mock_cloud::{CloudKey, Tenant};

use claims::{Claims, People};

use crate::engine::Source;
use crate::world::World;

/// How sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// What ties accounts together technically says so, and nothing contradicts.
    Exact,
    /// Names or addresses say so, and nothing contradicts.
    Likely,
    /// Somebody has to look.
    Ambiguous,
}

/// What an account has in common with a person, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// `onPremisesImmutableId` is the sourceAnchor (rule R1.1).
    Anchor,
    /// `onPremisesObjectIdentifier` is the objectGUID (rule R2.20).
    ObjectIdentifier,
    /// `onPremisesSecurityIdentifier` is the objectSid.
    SecurityIdentifier,
    /// The UPN.
    UserPrincipalName,
    /// The primary SMTP address.
    PrimaryAddress,
    /// Any other address, or a UPN on one side that is an address on the other.
    Address,
    /// The display name.
    Name,
}

impl Evidence {
    /// Whether it ties the two technically.
    pub const fn is_strong(self) -> bool {
        matches!(
            self,
            Self::Anchor | Self::ObjectIdentifier | Self::SecurityIdentifier
        )
    }

    /// In the words of the field.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Anchor => "sourceAnchor",
            Self::ObjectIdentifier => "objectGUID",
            Self::SecurityIdentifier => "SID",
            Self::UserPrincipalName => "UPN",
            Self::PrimaryAddress => "primary address",
            Self::Address => "address",
            Self::Name => "display name",
        }
    }
}

/// An account that may be a person's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The account.
    pub account: CloudKey,
    /// What the two share, the strongest first.
    pub evidence: Vec<Evidence>,
}

impl Claim {
    fn is_strong(&self) -> bool {
        self.evidence.first().is_some_and(|it| it.is_strong())
    }

    /// Whether nothing but the display name is shared, which many people may have.
    pub fn is_name_only(&self) -> bool {
        self.evidence.first() == Some(&Evidence::Name)
    }
}

/// A user of Active Directory, and the accounts that may be the user's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The user.
    pub object: Source,
    /// How sure it is that the first claim is right.
    pub confidence: Confidence,
    /// The accounts, the likeliest first; never empty.
    pub claims: Vec<Claim>,
    /// Others who share an account with this person.
    pub rivals: Vec<Source>,
}

/// All users that any account has something in common with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ownership {
    /// The people, in the order of the forests and their objects.
    pub people: Vec<Person>,
    /// How many users have nothing in common with any account.
    pub without: usize,
}

impl Ownership {
    /// The people of one confidence.
    pub fn of(&self, confidence: Confidence) -> impl Iterator<Item = &Person> {
        self.people
            .iter()
            .filter(move |it| it.confidence == confidence)
    }

    /// Whose account is whose, where nobody has to look.
    pub fn settled(&self) -> BTreeMap<Source, CloudKey> {
        let sure = self
            .people
            .iter()
            .filter(|it| it.confidence != Confidence::Ambiguous);
        sure.map(|person| (person.object, person.claims[0].account))
            .collect()
    }
}

/// Infers whose account is whose; `anchor` gives the sourceAnchor of a user.
pub fn infer(
    forests: &[Directory],
    tenant: &Tenant,
    anchor: impl Fn(Source) -> Option<mock_cloud::SourceAnchor>,
) -> Ownership {
    let claims = Claims::of(tenant);
    let mut people = People::default();
    for (forest, directory) in forests.iter().enumerate() {
        for (object, image) in directory.objects() {
            let kind = directory.kind(object);
            let is_user = matches!(kind, ObjectKind::User | ObjectKind::InetOrgPerson);
            let is_critical = image.get(AttributeId::IS_CRITICAL_SYSTEM_OBJECT).is_some();
            if is_user && !image.is_deleted() && !is_critical {
                let source = Source { forest, object };
                people.add(source, claims.for_user(image, anchor(source).as_ref()));
            }
        }
    }
    people.decide(tenant)
}

/// Infers whose account is whose in a world; its engine computes the anchors.
pub fn infer_in(world: &World) -> Ownership {
    infer(world.forests(), world.tenant(), |source| {
        world.engine().source_anchor(world.forests(), source)
    })
}
