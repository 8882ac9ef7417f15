//! The properties of the module's objects: which attributes stand behind them.

/// How a property comes from attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// It is an attribute under a friendlier name.
    Attribute(&'static str),
    /// It is a bit of userAccountControl: set means `true`, or means `false`.
    Bit(u32, bool),
    /// A time that is stored as a file time; 0 and never are nothing.
    FileTime(&'static str),
    /// Whether the account is locked out.
    LockedOut,
    /// Whether the password has expired.
    PasswordExpired,
    /// The category or scope of a group.
    GroupCategory,
    /// The scope of a group.
    GroupScope,
    /// Whether deletion is forbidden.
    Protected,
}

macro_rules! names {
    ($($name:literal $source:expr;)*) => {
        const FRIENDLY: &[(&str, Source)] = &[$(($name, $source)),*];
    };
}

use Source::{
    Attribute, Bit, FileTime, GroupCategory, GroupScope, LockedOut, PasswordExpired, Protected,
};

names! {
    "AccountExpirationDate" FileTime("accountExpires");
    "AccountLockoutTime" FileTime("lockoutTime");
    "AccountNotDelegated" Bit(0x10_0000, true);
    "AllowReversiblePasswordEncryption" Bit(0x80, true);
    "BadLogonCount" Attribute("badPwdCount");
    "CanonicalName" Attribute("canonicalName");
    "Certificates" Attribute("userCertificate");
    "City" Attribute("l");
    "CN" Attribute("cn");
    "Company" Attribute("company");
    "Country" Attribute("c");
    "Created" Attribute("whenCreated");
    "Deleted" Attribute("isDeleted");
    "Department" Attribute("department");
    "Description" Attribute("description");
    "DisplayName" Attribute("displayName");
    "DistinguishedName" Attribute("distinguishedName");
    "Division" Attribute("division");
    "DNSHostName" Attribute("dNSHostName");
    "DoesNotRequirePreAuth" Bit(0x40_0000, true);
    "EmailAddress" Attribute("mail");
    "EmployeeID" Attribute("employeeID");
    "EmployeeNumber" Attribute("employeeNumber");
    "Enabled" Bit(2, false);
    "Fax" Attribute("facsimileTelephoneNumber");
    "GivenName" Attribute("givenName");
    "GroupCategory" GroupCategory;
    "GroupScope" GroupScope;
    "HomeDirectory" Attribute("homeDirectory");
    "HomedirRequired" Bit(8, true);
    "HomeDrive" Attribute("homeDrive");
    "HomePage" Attribute("wWWHomePage");
    "HomePhone" Attribute("homePhone");
    "Initials" Attribute("initials");
    "LastBadPasswordAttempt" FileTime("badPasswordTime");
    "LastKnownParent" Attribute("lastKnownParent");
    "LastLogonDate" FileTime("lastLogonTimestamp");
    "LinkedGroupPolicyObjects" Attribute("gPLink");
    "LockedOut" LockedOut;
    "LogonWorkstations" Attribute("userWorkstations");
    "ManagedBy" Attribute("managedBy");
    "Manager" Attribute("manager");
    "MemberOf" Attribute("memberOf");
    "Members" Attribute("member");
    "MNSLogonAccount" Bit(0x2_0000, true);
    "MobilePhone" Attribute("mobile");
    "Modified" Attribute("whenChanged");
    "Name" Attribute("name");
    "Notes" Attribute("info");
    "ObjectCategory" Attribute("objectCategory");
    "ObjectClass" Attribute("objectClass");
    "ObjectGUID" Attribute("objectGUID");
    "Office" Attribute("physicalDeliveryOfficeName");
    "OfficePhone" Attribute("telephoneNumber");
    "OperatingSystem" Attribute("operatingSystem");
    "OperatingSystemVersion" Attribute("operatingSystemVersion");
    "Organization" Attribute("o");
    "OtherName" Attribute("middleName");
    "PasswordExpired" PasswordExpired;
    "PasswordLastSet" FileTime("pwdLastSet");
    "PasswordNeverExpires" Bit(0x1_0000, true);
    "PasswordNotRequired" Bit(0x20, true);
    "POBox" Attribute("postOfficeBox");
    "PostalCode" Attribute("postalCode");
    "ProfilePath" Attribute("profilePath");
    "ProtectedFromAccidentalDeletion" Protected;
    "SamAccountName" Attribute("sAMAccountName");
    "ScriptPath" Attribute("scriptPath");
    "ServicePrincipalNames" Attribute("servicePrincipalName");
    "SID" Attribute("objectSid");
    "SIDHistory" Attribute("sIDHistory");
    "SmartcardLogonRequired" Bit(0x4_0000, true);
    "State" Attribute("st");
    "StreetAddress" Attribute("streetAddress");
    "Surname" Attribute("sn");
    "Title" Attribute("title");
    "TrustedForDelegation" Bit(0x8_0000, true);
    "UserPrincipalName" Attribute("userPrincipalName");
}

/// The property of a name, without case, with its usual spelling.
pub(super) fn friendly(name: &str) -> Option<(&'static str, Source)> {
    FRIENDLY
        .iter()
        .find(|(it, _)| it.eq_ignore_ascii_case(name))
        .copied()
}

/// All of them, for `-Properties *`.
pub(super) fn all_friendly() -> impl Iterator<Item = (&'static str, Source)> {
    FRIENDLY.iter().copied()
}

impl Source {
    /// The attributes that are needed.
    pub(super) const fn attributes(self) -> &'static [&'static str] {
        match self {
            Self::Attribute(_) | Self::FileTime(_) | Self::Protected => &[],
            Self::Bit(..) => &["userAccountControl"],
            Self::LockedOut => &["lockoutTime"],
            Self::PasswordExpired => &["msDS-User-Account-Control-Computed"],
            Self::GroupCategory | Self::GroupScope => &["groupType"],
        }
    }

    /// The one attribute that it stands for.
    pub(super) const fn attribute(self) -> Option<&'static str> {
        match self {
            Self::Attribute(name) | Self::FileTime(name) => Some(name),
            _ => None,
        }
    }
}

/// What a cmdlet of the module is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `ADUser`.
    User,
    /// `ADGroup`.
    Group,
    /// `ADComputer`.
    Computer,
    /// `ADOrganizationalUnit`.
    OrganizationalUnit,
    /// `ADObject`.
    Object,
}

impl Kind {
    /// Every kind.
    pub(super) const ALL: [Self; 5] = [
        Self::User,
        Self::Group,
        Self::Computer,
        Self::OrganizationalUnit,
        Self::Object,
    ];

    /// The noun.
    pub(super) const fn noun(self) -> &'static str {
        match self {
            Self::User => "ADUser",
            Self::Group => "ADGroup",
            Self::Computer => "ADComputer",
            Self::OrganizationalUnit => "ADOrganizationalUnit",
            Self::Object => "ADObject",
        }
    }

    /// The types of its objects, the most special one first.
    pub(super) const fn types(self) -> &'static [&'static str] {
        match self {
            Self::User => &[
                "Microsoft.ActiveDirectory.Management.ADUser",
                "Microsoft.ActiveDirectory.Management.ADAccount",
                "Microsoft.ActiveDirectory.Management.ADPrincipal",
                "Microsoft.ActiveDirectory.Management.ADObject",
                "Microsoft.ActiveDirectory.Management.ADEntity",
                "System.Object",
            ],
            Self::Group => &[
                "Microsoft.ActiveDirectory.Management.ADGroup",
                "Microsoft.ActiveDirectory.Management.ADPrincipal",
                "Microsoft.ActiveDirectory.Management.ADObject",
                "Microsoft.ActiveDirectory.Management.ADEntity",
                "System.Object",
            ],
            Self::Computer => &[
                "Microsoft.ActiveDirectory.Management.ADComputer",
                "Microsoft.ActiveDirectory.Management.ADAccount",
                "Microsoft.ActiveDirectory.Management.ADPrincipal",
                "Microsoft.ActiveDirectory.Management.ADObject",
                "Microsoft.ActiveDirectory.Management.ADEntity",
                "System.Object",
            ],
            Self::OrganizationalUnit => &[
                "Microsoft.ActiveDirectory.Management.ADOrganizationalUnit",
                "Microsoft.ActiveDirectory.Management.ADObject",
                "Microsoft.ActiveDirectory.Management.ADEntity",
                "System.Object",
            ],
            Self::Object => &[
                "Microsoft.ActiveDirectory.Management.ADObject",
                "Microsoft.ActiveDirectory.Management.ADEntity",
                "System.Object",
            ],
        }
    }

    /// What is given without `-Properties`.
    pub(super) const fn defaults(self) -> &'static [&'static str] {
        match self {
            Self::User => &[
                "DistinguishedName",
                "Enabled",
                "GivenName",
                "Name",
                "ObjectClass",
                "ObjectGUID",
                "SamAccountName",
                "SID",
                "Surname",
                "UserPrincipalName",
            ],
            Self::Group => &[
                "DistinguishedName",
                "GroupCategory",
                "GroupScope",
                "Name",
                "ObjectClass",
                "ObjectGUID",
                "SamAccountName",
                "SID",
            ],
            Self::Computer => &[
                "DistinguishedName",
                "DNSHostName",
                "Enabled",
                "Name",
                "ObjectClass",
                "ObjectGUID",
                "SamAccountName",
                "SID",
                "UserPrincipalName",
            ],
            Self::OrganizationalUnit => &[
                "City",
                "Country",
                "DistinguishedName",
                "LinkedGroupPolicyObjects",
                "ManagedBy",
                "Name",
                "ObjectClass",
                "ObjectGUID",
                "PostalCode",
                "State",
                "StreetAddress",
            ],
            Self::Object => &["DistinguishedName", "Name", "ObjectClass", "ObjectGUID"],
        }
    }

    /// The filter that every search of it is narrowed by.
    pub(super) const fn filter(self) -> &'static str {
        match self {
            Self::User => "(&(objectCategory=person)(objectClass=user))",
            Self::Group => "(objectCategory=group)",
            Self::Computer => "(objectCategory=computer)",
            Self::OrganizationalUnit => "(objectCategory=organizationalUnit)",
            Self::Object => "(objectClass=*)",
        }
    }

    /// Whether it may be named by its sAMAccountName or SID.
    pub(super) const fn has_account_name(self) -> bool {
        matches!(self, Self::User | Self::Group | Self::Computer)
    }

    /// The parameters of `New-` and `Set-` that are attributes.
    pub(super) const fn settable(self) -> &'static [&'static str] {
        match self {
            Self::User => &[
                "City",
                "Company",
                "Country",
                "Department",
                "Description",
                "DisplayName",
                "Division",
                "EmailAddress",
                "EmployeeID",
                "EmployeeNumber",
                "Fax",
                "GivenName",
                "HomeDirectory",
                "HomeDrive",
                "HomePage",
                "HomePhone",
                "Initials",
                "Manager",
                "MobilePhone",
                "Office",
                "OfficePhone",
                "Organization",
                "OtherName",
                "POBox",
                "PostalCode",
                "ProfilePath",
                "SamAccountName",
                "ScriptPath",
                "State",
                "StreetAddress",
                "Surname",
                "Title",
                "UserPrincipalName",
                "LogonWorkstations",
            ],
            Self::Group => &[
                "Description",
                "DisplayName",
                "HomePage",
                "ManagedBy",
                "SamAccountName",
            ],
            Self::Computer => &[
                "Description",
                "DisplayName",
                "DNSHostName",
                "HomePage",
                "ManagedBy",
                "OperatingSystem",
                "OperatingSystemVersion",
                "SamAccountName",
                "UserPrincipalName",
            ],
            Self::OrganizationalUnit => &[
                "City",
                "Country",
                "Description",
                "DisplayName",
                "ManagedBy",
                "PostalCode",
                "State",
                "StreetAddress",
            ],
            Self::Object => &["Description", "DisplayName"],
        }
    }

    /// The parameters of `New-` and `Set-` that are bits of userAccountControl.
    pub(super) const fn flags(self) -> &'static [&'static str] {
        match self {
            Self::User | Self::Computer => &[
                "AccountNotDelegated",
                "AllowReversiblePasswordEncryption",
                "Enabled",
                "PasswordNeverExpires",
                "PasswordNotRequired",
                "SmartcardLogonRequired",
                "TrustedForDelegation",
            ],
            _ => &[],
        }
    }
}
