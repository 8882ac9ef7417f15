//! The cmdlets of `Microsoft.Graph.*` as nouns over the paths of Graph.

/// What a cmdlet does to the resource of a noun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    /// `Get-`: a collection, or one of it by its id.
    Get,
    /// `Get-`: a collection only.
    List,
    /// `Get-`: the resource that the path ends at.
    One,
    /// `New-`: POST to the collection.
    New,
    /// `Update-`: PATCH.
    Update,
    /// `Remove-`: DELETE.
    Remove,
    /// `Restore-`: POST to `restore`.
    Restore,
    /// `New-…ByRef`: POST of a reference.
    AddRef,
    /// `Set-…ByRef`: PUT of a reference.
    SetRef,
    /// `Remove-…ByRef`: DELETE of a reference.
    RemoveRef,
    /// `Get-…Count`: the number of a collection, as text.
    Count,
    /// An action: POST, with a body of the parameters.
    Act,
}

/// A noun: what follows the hyphen, after `Mg` or `MgBeta`.
#[expect(clippy::struct_field_names, reason = "a noun is what it is called")]
pub(super) struct Noun {
    /// The noun without `Mg`.
    pub(super) noun: &'static str,
    /// The type of what it stands for, in Graph.
    pub(super) entity: &'static str,
    /// The path, with `{Parameter}` for ids. The last one may be left out of `Get`.
    pub(super) path: &'static str,
    /// What can be done.
    pub(super) verbs: &'static [Verb],
}

use Verb::{AddRef, Count, Get, List, New, One, Remove, RemoveRef, Restore, SetRef, Update};

macro_rules! nouns {
    ($($noun:literal $entity:literal $path:literal [$($verb:ident)*];)*) => {
        /// Every noun.
        pub(super) const NOUNS: &[Noun] = &[$(Noun {
            noun: $noun,
            entity: $entity,
            path: $path,
            verbs: &[$($verb),*],
        }),*];
    };
}

nouns! {
    "User" "user" "/users/{UserId}" [Get New Update Remove];
    "UserCount" "user" "/users/$count" [Count];
    "UserDelta" "user" "/users/delta()" [List];
    "UserMemberOf" "directoryObject" "/users/{UserId}/memberOf" [List];
    "UserTransitiveMemberOf" "directoryObject" "/users/{UserId}/transitiveMemberOf" [List];
    "UserDirectReport" "directoryObject" "/users/{UserId}/directReports" [List];
    "UserManager" "directoryObject" "/users/{UserId}/manager" [One];
    "UserManagerByRef" "directoryObject" "/users/{UserId}/manager/$ref" [SetRef RemoveRef];
    "UserLicenseDetail" "licenseDetails" "/users/{UserId}/licenseDetails" [List];
    "UserOnPremiseSyncBehavior" "onPremisesSyncBehavior" "/users/{UserId}/onPremisesSyncBehavior"
        [One Update];
    "Group" "group" "/groups/{GroupId}" [Get New Update Remove];
    "GroupCount" "group" "/groups/$count" [Count];
    "GroupDelta" "group" "/groups/delta()" [List];
    "GroupMember" "directoryObject" "/groups/{GroupId}/members" [List];
    "GroupMemberByRef" "directoryObject" "/groups/{GroupId}/members" [AddRef RemoveRef];
    "GroupMemberDirectoryObjectByRef" "directoryObject" "/groups/{GroupId}/members" [RemoveRef];
    "GroupTransitiveMember" "directoryObject" "/groups/{GroupId}/transitiveMembers" [List];
    "GroupMemberOf" "directoryObject" "/groups/{GroupId}/memberOf" [List];
    "GroupOwner" "directoryObject" "/groups/{GroupId}/owners" [List];
    "GroupOwnerByRef" "directoryObject" "/groups/{GroupId}/owners" [AddRef RemoveRef];
    "GroupOwnerDirectoryObjectByRef" "directoryObject" "/groups/{GroupId}/owners" [RemoveRef];
    "GroupOnPremiseSyncBehavior" "onPremisesSyncBehavior"
        "/groups/{GroupId}/onPremisesSyncBehavior" [One Update];
    "Contact" "orgContact" "/contacts/{OrgContactId}" [Get];
    "ContactCount" "orgContact" "/contacts/$count" [Count];
    "ContactDelta" "orgContact" "/contacts/delta()" [List];
    "ContactMemberOf" "directoryObject" "/contacts/{OrgContactId}/memberOf" [List];
    "Domain" "domain" "/domains/{DomainId}" [Get New Update Remove];
    "DomainNameReference" "directoryObject" "/domains/{DomainId}/domainNameReferences" [List];
    "Organization" "organization" "/organization/{OrganizationId}" [Get Update];
    "SubscribedSku" "subscribedSku" "/subscribedSkus/{SubscribedSkuId}" [Get];
    "DirectoryObject" "directoryObject" "/directoryObjects/{DirectoryObjectId}" [Get Remove];
    "DirectoryDeletedItem" "directoryObject" "/directory/deletedItems/{DirectoryObjectId}"
        [One Remove Restore];
    "DirectoryDeletedItemAsUser" "user" "/directory/deletedItems/microsoft.graph.user" [List];
    "DirectoryDeletedItemAsGroup" "group" "/directory/deletedItems/microsoft.graph.group" [List];
    "DirectoryDeletedItemCountAsUser" "user"
        "/directory/deletedItems/microsoft.graph.user/$count" [Count];
    "DirectoryOnPremiseSynchronization" "onPremisesDirectorySynchronization"
        "/directory/onPremisesSynchronization/{OnPremisesDirectorySynchronizationId}"
        [Get Update];
    "DirectoryRole" "directoryRole" "/directoryRoles/{DirectoryRoleId}" [Get New];
    "DirectoryRoleMember" "directoryObject" "/directoryRoles/{DirectoryRoleId}/members" [List];
    "DirectoryRoleMemberByRef" "directoryObject" "/directoryRoles/{DirectoryRoleId}/members"
        [AddRef RemoveRef];
    "DirectoryRoleMemberDirectoryObjectByRef" "directoryObject"
        "/directoryRoles/{DirectoryRoleId}/members" [RemoveRef];
    "DirectoryRoleTemplate" "directoryRoleTemplate"
        "/directoryRoleTemplates/{DirectoryRoleTemplateId}" [Get];
    "RoleManagementDirectoryRoleAssignment" "unifiedRoleAssignment"
        "/roleManagement/directory/roleAssignments/{UnifiedRoleAssignmentId}" [Get New Remove];
    "RoleManagementDirectoryRoleEligibilitySchedule" "unifiedRoleEligibilitySchedule"
        "/roleManagement/directory/roleEligibilitySchedules" [List];
    "RoleManagementDirectoryRoleDefinition" "unifiedRoleDefinition"
        "/roleManagement/directory/roleDefinitions/{UnifiedRoleDefinitionId}" [Get];
}

/// Links whose ends can be asked for by type and counted: `…AsUser`, `…CountAsUser`, `…Count`.
macro_rules! links {
    ($($noun:literal $path:literal;)*) => {
        /// Nouns that follow from links.
        pub(super) const CASTS: &[&[Noun]] = &[$(&[
            cast!($noun, "AsUser", "user", $path, "/microsoft.graph.user"),
            cast!($noun, "AsGroup", "group", $path, "/microsoft.graph.group"),
            cast!($noun, "AsDevice", "device", $path, "/microsoft.graph.device"),
            cast!(
                $noun, "AsOrgContact", "orgContact", $path, "/microsoft.graph.orgContact"
            ),
            cast!(
                $noun, "AsDirectoryRole", "directoryRole", $path, "/microsoft.graph.directoryRole"
            ),
            Noun {
                noun: concat!($noun, "Count"),
                entity: "directoryObject",
                path: concat!($path, "/$count"),
                verbs: &[Count],
            },
            Noun {
                noun: concat!($noun, "CountAsUser"),
                entity: "user",
                path: concat!($path, "/microsoft.graph.user/$count"),
                verbs: &[Count],
            },
            Noun {
                noun: concat!($noun, "CountAsGroup"),
                entity: "group",
                path: concat!($path, "/microsoft.graph.group/$count"),
                verbs: &[Count],
            },
        ]),*];
    };
}

macro_rules! cast {
    ($noun:literal, $suffix:literal, $entity:literal, $path:literal, $type:literal) => {
        Noun {
            noun: concat!($noun, $suffix),
            entity: $entity,
            path: concat!($path, $type),
            verbs: &[List],
        }
    };
}

links! {
    "UserMemberOf" "/users/{UserId}/memberOf";
    "UserTransitiveMemberOf" "/users/{UserId}/transitiveMemberOf";
    "UserDirectReport" "/users/{UserId}/directReports";
    "GroupMember" "/groups/{GroupId}/members";
    "GroupTransitiveMember" "/groups/{GroupId}/transitiveMembers";
    "GroupMemberOf" "/groups/{GroupId}/memberOf";
    "GroupOwner" "/groups/{GroupId}/owners";
    "DirectoryRoleMember" "/directoryRoles/{DirectoryRoleId}/members";
    "ContactMemberOf" "/contacts/{OrgContactId}/memberOf";
}

/// Actions: the whole name after `Mg`, with its path and the parameters that make its body.
pub(super) struct Action {
    /// The verb and the noun around `Mg`.
    pub(super) verb: &'static str,
    pub(super) noun: &'static str,
    /// The path, with `{Parameter}` for ids.
    pub(super) path: &'static str,
    /// The parameters of its body: name in Graph and type.
    pub(super) body: &'static [(&'static str, &'static str)],
    /// The type of what it gives; empty for nothing.
    pub(super) entity: &'static str,
}

const NONE: &[(&str, &str)] = &[];
const OBJECTS: &str = "System.Object[]";
const STRING: &str = "System.String";
const STRINGS: &str = "System.String[]";
const SWITCH: &str = "System.Management.Automation.SwitchParameter";

/// Every action.
pub(super) const ACTIONS: &[Action] = &[
    Action {
        verb: "Set",
        noun: "UserLicense",
        path: "/users/{UserId}/assignLicense",
        body: &[("addLicenses", OBJECTS), ("removeLicenses", STRINGS)],
        entity: "user",
    },
    Action {
        verb: "Set",
        noun: "GroupLicense",
        path: "/groups/{GroupId}/assignLicense",
        body: &[("addLicenses", OBJECTS), ("removeLicenses", STRINGS)],
        entity: "group",
    },
    Action {
        verb: "Revoke",
        noun: "UserSignInSession",
        path: "/users/{UserId}/revokeSignInSessions",
        body: NONE,
        entity: "",
    },
    Action {
        verb: "Invoke",
        noun: "RetryUserServiceProvisioning",
        path: "/users/{UserId}/retryServiceProvisioning",
        body: NONE,
        entity: "",
    },
    Action {
        verb: "Get",
        noun: "UserMemberGroup",
        path: "/users/{UserId}/getMemberGroups",
        body: &[("securityEnabledOnly", SWITCH)],
        entity: "text",
    },
    Action {
        verb: "Get",
        noun: "DirectoryObjectById",
        path: "/directoryObjects/getByIds",
        body: &[("ids", STRINGS), ("types", STRINGS)],
        entity: "directoryObject",
    },
    Action {
        verb: "Confirm",
        noun: "Domain",
        path: "/domains/{DomainId}/verify",
        body: NONE,
        entity: "domain",
    },
    Action {
        verb: "Invoke",
        noun: "PromoteDomain",
        path: "/domains/{DomainId}/promote",
        body: NONE,
        entity: "",
    },
    Action {
        verb: "New",
        noun: "GroupMember",
        path: "/groups/{GroupId}/members/$ref",
        body: &[("directoryObjectId", STRING)],
        entity: "",
    },
    Action {
        verb: "New",
        noun: "GroupOwner",
        path: "/groups/{GroupId}/owners/$ref",
        body: &[("directoryObjectId", STRING)],
        entity: "",
    },
];

impl Verb {
    /// The word before the hyphen.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Get | Self::List | Self::One | Self::Count => "Get",
            Self::New | Self::AddRef => "New",
            Self::Update => "Update",
            Self::Remove | Self::RemoveRef => "Remove",
            Self::Restore => "Restore",
            Self::SetRef => "Set",
            Self::Act => "Invoke",
        }
    }
}
