//! What a request is about: the collections of the tenant and the types in them.

use crate::ids::CloudKey;
use crate::tenant::{DirectoryObject, Kind, Tenant};

/// An entity type of Graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityType {
    /// `microsoft.graph.user`.
    User,
    /// `microsoft.graph.group`.
    Group,
    /// `microsoft.graph.orgContact`.
    OrgContact,
    /// `microsoft.graph.device`.
    Device,
    /// `microsoft.graph.directoryObject`: any of the four, or a role.
    DirectoryObject,
    /// `microsoft.graph.directoryRole`.
    DirectoryRole,
    /// `microsoft.graph.domain`.
    Domain,
    /// `microsoft.graph.organization`.
    Organization,
    /// `microsoft.graph.subscribedSku`.
    SubscribedSku,
}

impl EntityType {
    /// Every entity type.
    pub const ALL: [Self; 9] = [
        Self::User,
        Self::Group,
        Self::OrgContact,
        Self::Device,
        Self::DirectoryObject,
        Self::DirectoryRole,
        Self::Domain,
        Self::Organization,
        Self::SubscribedSku,
    ];

    /// The name without its namespace.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::OrgContact => "orgContact",
            Self::Device => "device",
            Self::DirectoryObject => "directoryObject",
            Self::DirectoryRole => "directoryRole",
            Self::Domain => "domain",
            Self::Organization => "organization",
            Self::SubscribedSku => "subscribedSku",
        }
    }

    /// The type of a path segment such as `microsoft.graph.user` or `graph.user`, whatever its
    /// case; the short form is what kiota's clients send.
    pub fn from_cast(segment: &str) -> Option<Self> {
        let (namespace, name) = segment.rsplit_once('.')?;
        let known = ["microsoft.graph", "graph"];
        if !known.iter().any(|one| one.eq_ignore_ascii_case(namespace)) {
            return None;
        }
        let mut all = Self::ALL.into_iter();
        all.find(|one| one.name().eq_ignore_ascii_case(name))
    }

    /// The entity set that a type of its own has: `users`, `contacts`.
    pub const fn entity_set(self) -> &'static str {
        match self {
            Self::User => "users",
            Self::Group => "groups",
            Self::OrgContact => "contacts",
            Self::Device => "devices",
            Self::DirectoryObject => "directoryObjects",
            Self::DirectoryRole => "directoryRoles",
            Self::Domain => "domains",
            Self::Organization => "organization",
            Self::SubscribedSku => "subscribedSkus",
        }
    }

    /// The type of an object.
    pub const fn of(object: &DirectoryObject) -> Self {
        match object.kind {
            Kind::User | Kind::Guest => Self::User,
            Kind::Microsoft365Group | Kind::Group { .. } => Self::Group,
            Kind::Contact => Self::OrgContact,
            Kind::Device => Self::Device,
        }
    }

    /// Whether an object is of this type.
    pub fn admits(self, object: &DirectoryObject) -> bool {
        self == Self::DirectoryObject || self == Self::of(object)
    }
}

/// A relation from one object to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Navigation {
    /// `members` of a group.
    Members,
    /// `transitiveMembers` of a group: also those of the groups in it.
    TransitiveMembers,
    /// `owners` of a group.
    Owners,
    /// `memberOf`: the groups and roles that an object is in.
    MemberOf,
    /// `transitiveMemberOf`: also the groups that those are in.
    TransitiveMemberOf,
    /// `manager` of a user or contact: one object.
    Manager,
    /// `directReports` of a user or contact.
    DirectReports,
}

impl Navigation {
    /// Every relation.
    pub const ALL: [Self; 7] = [
        Self::Members,
        Self::TransitiveMembers,
        Self::Owners,
        Self::MemberOf,
        Self::TransitiveMemberOf,
        Self::Manager,
        Self::DirectReports,
    ];

    /// The name in paths and in `$expand`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::TransitiveMembers => "transitiveMembers",
            Self::Owners => "owners",
            Self::MemberOf => "memberOf",
            Self::TransitiveMemberOf => "transitiveMemberOf",
            Self::Manager => "manager",
            Self::DirectReports => "directReports",
        }
    }

    /// The relation of that name, whatever its case.
    pub fn from_name(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|one| one.name().eq_ignore_ascii_case(name))
    }

    /// Whether it leads to at most one object.
    pub const fn is_single(self) -> bool {
        matches!(self, Self::Manager)
    }
}

/// A collection that can be listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// `/users`.
    Users,
    /// `/groups`.
    Groups,
    /// `/contacts`.
    Contacts,
    /// `/devices`.
    Devices,
    /// `/directoryObjects`.
    DirectoryObjects,
    /// `/directory/deletedItems/microsoft.graph.{user, group}`: the recycle bin, by type.
    DeletedItems(EntityType),
    /// `/{users, groups, contacts}/{id}/{relation}`, with or without a cast at the end.
    Related {
        /// The object whose relation it is.
        of: CloudKey,
        /// The relation.
        navigation: Navigation,
        /// The type behind it, as in `/members/microsoft.graph.user`.
        cast: Option<EntityType>,
    },
    /// `/directoryRoles`.
    DirectoryRoles,
    /// `/directoryRoles/{id}/members`, by the name of the role.
    RoleMembers(crate::tenant::Role),
    /// `/domains`.
    Domains,
    /// `/organization`.
    Organization,
    /// `/subscribedSkus`.
    SubscribedSkus,
}

impl Resource {
    /// The declared type of what is in it.
    pub const fn entity_type(&self) -> EntityType {
        match self {
            Self::Users => EntityType::User,
            Self::Groups => EntityType::Group,
            Self::Contacts => EntityType::OrgContact,
            Self::Devices => EntityType::Device,
            Self::DirectoryObjects | Self::RoleMembers(_) => EntityType::DirectoryObject,
            Self::DeletedItems(cast) => *cast,
            Self::Related { cast, .. } => match cast {
                Some(cast) => *cast,
                None => EntityType::DirectoryObject,
            },
            Self::DirectoryRoles => EntityType::DirectoryRole,
            Self::Domains => EntityType::Domain,
            Self::Organization => EntityType::Organization,
            Self::SubscribedSkus => EntityType::SubscribedSku,
        }
    }

    /// The path behind the version, with a slash in front: `/users`.
    pub fn path(&self, tenant: &Tenant) -> String {
        match self {
            Self::DeletedItems(cast) => {
                format!("/directory/deletedItems/microsoft.graph.{}", cast.name())
            }
            Self::Related {
                of,
                navigation,
                cast,
            } => {
                let owner = tenant.object(*of);
                let set = owner.map_or("directoryObjects", |it| EntityType::of(it).entity_set());
                let id = owner.map(|it| it.id.to_string()).unwrap_or_default();
                let mut path = format!("/{set}/{id}/{}", navigation.name());
                if let Some(cast) = cast {
                    path.push_str("/microsoft.graph.");
                    path.push_str(cast.name());
                }
                path
            }
            Self::RoleMembers(role) => format!("/directoryRoles/{}/members", role.0),
            _ => format!("/{}", self.entity_type().entity_set()),
        }
    }
}
