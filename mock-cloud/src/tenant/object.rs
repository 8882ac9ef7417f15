//! The objects of a tenant.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use jiff::Timestamp;
use store::Text;

use crate::address::{ProxyAddress, Upn};
use crate::ids::{CloudId, CloudKey, SourceAnchor};
use crate::sync_object::{Properties, SecurityIdentifier, SyncObject, SyncObjectType};

/// What kind of object it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A member user.
    User,
    /// A guest user (rule R2.14h).
    Guest,
    /// A group of Microsoft 365 (rule R2.14g).
    Microsoft365Group,
    /// A security or distribution group.
    Group {
        /// Whether it has an e-mail address.
        mail_enabled: bool,
        /// Whether it grants access.
        security_enabled: bool,
    },
    /// A mail contact.
    Contact,
    /// A device that is joined to a domain, too.
    Device,
}

impl Kind {
    /// The type under which the engine would send such an object.
    pub const fn sync_type(self) -> SyncObjectType {
        match self {
            Self::User | Self::Guest => SyncObjectType::User,
            Self::Microsoft365Group | Self::Group { .. } => SyncObjectType::Group,
            Self::Contact => SyncObjectType::Contact,
            Self::Device => SyncObjectType::Device,
        }
    }

    /// Whether it is a user, member or guest.
    pub const fn is_user(self) -> bool {
        matches!(self, Self::User | Self::Guest)
    }

    /// The word for reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Guest => "guest",
            Self::Microsoft365Group => "Microsoft 365 group",
            Self::Group {
                mail_enabled: true, ..
            } => "mail-enabled group",
            Self::Group { .. } => "security group",
            Self::Contact => "contact",
            Self::Device => "device",
        }
    }
}

/// Whether the object is there, in the recycle bin, or gone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum State {
    /// It is there.
    Live,
    /// It is in the recycle bin, where it stays 30 days (rule R5.17).
    SoftDeleted {
        /// `deletedDateTime`.
        at: Timestamp,
    },
    /// It is gone for good.
    Purged {
        /// When.
        at: Timestamp,
    },
}

/// One entry of `onPremisesProvisioningErrors`: a value that is withheld (rule R3.7).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProvisioningError {
    /// Which attribute.
    pub property: ConflictProperty,
    /// The value, its prefix included.
    pub value: Text,
    /// Since when.
    pub occurred: Timestamp,
}

/// The attribute that a provisioning or export error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConflictProperty {
    /// `UserPrincipalName`.
    UserPrincipalName,
    /// `ProxyAddresses`, as tools print it.
    ProxyAddresses,
    /// `ProxyAddress`, as Graph's documentation has it (rule R3.7, question Q9.7).
    ProxyAddress,
    /// `SipProxyAddress`.
    SipProxyAddress,
    /// `OnPremiseSecurityIdentifier`, spelled as the service spells it.
    OnPremiseSecurityIdentifier,
    /// `onPremisesObjectIdentifier`.
    OnPremisesObjectIdentifier,
    /// `SourceAnchor`.
    SourceAnchor,
    /// `userCertificate`.
    UserCertificate,
    /// `DeviceId`.
    DeviceId,
}

impl ConflictProperty {
    /// The spelling of the service.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UserPrincipalName => "UserPrincipalName",
            Self::ProxyAddresses => "ProxyAddresses",
            Self::ProxyAddress => "ProxyAddress",
            Self::SipProxyAddress => "SipProxyAddress",
            Self::OnPremiseSecurityIdentifier => "OnPremiseSecurityIdentifier",
            Self::OnPremisesObjectIdentifier => "onPremisesObjectIdentifier",
            Self::SourceAnchor => "sourceAnchor",
            Self::UserCertificate => "userCertificate",
            Self::DeviceId => "deviceId",
        }
    }
}

impl fmt::Display for ConflictProperty {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// What the cloud knows of an object's on-premises side (rule R2.28).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OnPremises {
    /// `onPremisesImmutableId`. Groups and contacts have one too, but nobody sees it (rule R1.13).
    pub immutable_id: Option<SourceAnchor>,
    /// `onPremisesSyncEnabled`: true while synced, false when it was, `None` when it never was.
    pub sync_enabled: Option<bool>,
    /// `onPremisesLastSyncDateTime`.
    pub last_sync: Option<Timestamp>,
    /// `isCloudManaged` of `onPremisesSyncBehavior` (rule R2.30).
    pub cloud_managed: bool,
    /// `onPremisesObjectIdentifier`, in Active Directory's byte order (rule R2.20).
    pub object_identifier: Option<[u8; 16]>,
    /// `onPremisesSecurityIdentifier`.
    pub security_identifier: Option<SecurityIdentifier>,
    /// `onPremisesUserPrincipalName`.
    pub user_principal_name: Option<Text>,
    /// `onPremisesSamAccountName`.
    pub sam_account_name: Option<Text>,
    /// `onPremisesDistinguishedName`, as an export of a tenant says. What the engine has sent is
    /// in the shadow attributes, so few objects have one here.
    pub distinguished_name: Option<Arc<Text>>,
    /// `onPremisesDomainName`.
    pub domain_name: Option<Text>,
    /// What the engine sent last: the shadow attributes (rule R4.10). Unknown for an object that
    /// came from an export of a tenant.
    pub shadow: Option<Arc<SyncObject>>,
    /// `onPremisesProvisioningErrors`.
    pub provisioning_errors: Arc<[ProvisioningError]>,
    /// Whether Connect Health lists it under "Existing Admin Role Conflict" (rule R2.14b).
    pub admin_role_conflict: bool,
    /// The export run in which the service created it (rule R3.11b).
    pub created_in_run: Option<NonZeroU32>,
}

/// What only few objects have: links besides `members`, and properties that nothing here reads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extras {
    /// Groups: the owners.
    pub owners: Vec<CloudKey>,
    /// Users: the manager.
    pub manager: Option<CloudKey>,
    /// The password, where an administrator set one.
    pub password: Option<Text>,
    /// Whether the password is that of Active Directory (rule R2.26).
    pub password_is_on_premises: bool,
    /// Whether the id keeps its hyphens before the UPN once the user is deleted (question Q9.24).
    pub hyphens_in_deleted_upn: bool,
    /// Other properties that an administrator set, by their names in Graph.
    pub values: BTreeMap<Text, serde_json::Value>,
}

static NO_EXTRAS: Extras = Extras {
    owners: Vec::new(),
    manager: None,
    password: None,
    password_is_on_premises: false,
    hyphens_in_deleted_upn: false,
    values: BTreeMap::new(),
};

/// One user, group or contact of the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryObject {
    /// `id`.
    pub id: CloudId,
    /// What it is.
    pub kind: Kind,
    /// Live, in the recycle bin, or gone.
    pub state: State,
    /// `userPrincipalName`; users only. A deleted user keeps the name it had.
    pub user_principal_name: Option<Upn>,
    /// `displayName`.
    pub display_name: Option<Text>,
    /// `mail`.
    pub mail: Option<Text>,
    /// `mailNickname`.
    pub mail_nickname: Option<Text>,
    /// `proxyAddresses`.
    pub proxy_addresses: Arc<[ProxyAddress]>,
    /// All other text attributes.
    pub properties: Properties,
    /// `accountEnabled`.
    pub account_enabled: bool,
    /// `usageLocation`.
    pub usage_location: Option<Text>,
    /// `createdDateTime`.
    pub created: Timestamp,
    /// The licences, by the name or SKU id they were assigned under.
    pub licences: Arc<[Text]>,
    /// What marks the mailbox, where there is one.
    pub mailbox: Option<Text>,
    /// Whether it has ever been a recipient of Exchange Online (catalogue section 4.4, the note on
    /// case X4c).
    pub was_recipient: bool,
    /// Groups: the members.
    pub members: Arc<[CloudKey]>,
    /// What few objects have; read it through [`DirectoryObject::extras`].
    pub extras: Option<Arc<Extras>>,
    /// The on-premises side.
    pub on_premises: OnPremises,
    /// When it last changed, in the tenant's own count; delta import reads it.
    pub(crate) changed: u64,
}

impl DirectoryObject {
    /// A live object with nothing but an id.
    pub fn new(id: CloudId, kind: Kind, created: Timestamp) -> Self {
        Self {
            id,
            kind,
            state: State::Live,
            user_principal_name: None,
            display_name: None,
            mail: None,
            mail_nickname: None,
            proxy_addresses: Arc::default(),
            properties: Arc::default(),
            account_enabled: true,
            usage_location: None,
            created,
            licences: Arc::default(),
            mailbox: None,
            was_recipient: false,
            members: Arc::default(),
            extras: None,
            on_premises: OnPremises::default(),
            changed: 0,
        }
    }

    /// What only few objects have.
    pub fn extras(&self) -> &Extras {
        self.extras.as_deref().unwrap_or(&NO_EXTRAS)
    }

    /// Changes what only few objects have.
    pub fn change_extras(&mut self, change: impl FnOnce(&mut Extras)) {
        let mut extras = self.extras().clone();
        change(&mut extras);
        self.extras = (extras != NO_EXTRAS).then(|| Arc::new(extras));
    }

    /// One of the lists of a group.
    pub fn links(&self, link: super::Link) -> &[CloudKey] {
        match link {
            super::Link::Member => &self.members,
            super::Link::Owner => &self.extras().owners,
        }
    }

    pub(super) fn set_links(&mut self, link: super::Link, list: Vec<CloudKey>) {
        match link {
            super::Link::Member => self.members = list.into(),
            super::Link::Owner => self.change_extras(|extras| extras.owners = list),
        }
    }

    /// Whether it is there.
    pub const fn is_live(&self) -> bool {
        matches!(self.state, State::Live)
    }

    /// Whether it is in the recycle bin.
    pub const fn is_soft_deleted(&self) -> bool {
        matches!(self.state, State::SoftDeleted { .. })
    }

    /// Whether the engine is its source of authority.
    pub fn is_synced(&self) -> bool {
        self.on_premises.sync_enabled == Some(true)
    }

    /// The primary SMTP address: the value with an upper-case `SMTP:`, else `mail`.
    pub fn primary_smtp(&self) -> Option<&str> {
        self.proxy_addresses
            .iter()
            .find(|value| value.is_primary())
            .map(ProxyAddress::address)
            .or(self.mail.as_deref())
    }

    /// What people call it: the UPN, the address or the display name.
    pub fn label(&self) -> Text {
        match &self.user_principal_name {
            Some(upn) => upn.text().clone(),
            None => (self.mail.clone())
                .or_else(|| self.display_name.clone())
                .unwrap_or_else(|| Text::from(self.id.to_string())),
        }
    }

    /// The name as Graph prints it: a deleted user's stands behind its id, mostly without hyphens
    /// (rule R5.18).
    pub fn graph_user_principal_name(&self) -> Option<Text> {
        let upn = self.user_principal_name.as_ref()?;
        if self.is_live() {
            return Some(upn.text().clone());
        }
        let mut text = if self.extras().hyphens_in_deleted_upn {
            Text::from(self.id.to_string())
        } else {
            Text::from(self.id.simple())
        };
        text.push_str(upn.as_str());
        Some(text)
    }
}
