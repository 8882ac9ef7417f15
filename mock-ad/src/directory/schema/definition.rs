//! What a schema says of one attribute and of one class.

use store::Text;

use super::{AttributeId, ClassId};
use crate::directory::ObjectGuid;

/// How the values of an attribute are written and compared (attributeSyntax 2.5.5.x).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// The name of an object: 2.5.5.1.
    DistinguishedName,
    /// An OID or the name of a class or attribute: 2.5.5.2.
    ObjectIdentifier,
    /// Text in which case counts: 2.5.5.3, and 2.5.5.5 for printable and IA5 text.
    CaseExactText,
    /// Text in which case does not count: 2.5.5.4 and 2.5.5.12.
    Text,
    /// Digits: 2.5.5.6.
    NumericText,
    /// Bytes and the name of an object: 2.5.5.7.
    DnWithBinary,
    /// TRUE or FALSE: 2.5.5.8.
    Boolean,
    /// A 32-bit integer or enumeration: 2.5.5.9.
    Integer,
    /// Bytes: 2.5.5.10.
    OctetString,
    /// A UTC or generalized time: 2.5.5.11.
    Time,
    /// An OSI presentation address: 2.5.5.13.
    PresentationAddress,
    /// Text and the name of an object: 2.5.5.14.
    DnWithText,
    /// A security descriptor: 2.5.5.15.
    SecurityDescriptor,
    /// A 64-bit integer: 2.5.5.16.
    LargeInteger,
    /// A security identifier: 2.5.5.17.
    Sid,
}

impl Syntax {
    /// The syntax of a number x in 2.5.5.x.
    pub(super) fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::DistinguishedName,
            2 => Self::ObjectIdentifier,
            3 | 5 => Self::CaseExactText,
            4 | 12 => Self::Text,
            6 => Self::NumericText,
            7 => Self::DnWithBinary,
            8 => Self::Boolean,
            9 => Self::Integer,
            10 => Self::OctetString,
            11 => Self::Time,
            13 => Self::PresentationAddress,
            14 => Self::DnWithText,
            15 => Self::SecurityDescriptor,
            16 => Self::LargeInteger,
            17 => Self::Sid,
            _ => return None,
        })
    }

    /// Whether values are bytes rather than text.
    pub fn is_binary(self) -> bool {
        matches!(
            self,
            Self::OctetString | Self::SecurityDescriptor | Self::Sid
        )
    }

    /// Whether case counts when two values are compared.
    pub fn is_case_exact(self) -> bool {
        matches!(self, Self::CaseExactText | Self::PresentationAddress)
    }
}

/// The end of a link that an attribute is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkDirection {
    /// The attribute is written, such as `member`.
    Forward,
    /// The attribute follows from the forward one of other objects, such as `memberOf`.
    Back,
}

/// The linkID of an attribute: even numbers are forward, the next odd one is the way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkId(pub u32);

impl LinkId {
    /// Which end of the link this is.
    pub fn direction(self) -> LinkDirection {
        if self.0.is_multiple_of(2) {
            LinkDirection::Forward
        } else {
            LinkDirection::Back
        }
    }

    /// The linkID of the other end.
    #[must_use]
    pub fn partner(self) -> Self {
        Self(self.0 ^ 1)
    }
}

/// What the schema says of one attribute.
#[derive(Debug, Clone)]
pub struct AttributeDefinition {
    /// The lDAPDisplayName.
    pub name: Text,
    /// The attributeID, where it is known.
    pub oid: Option<Text>,
    /// How values are written and compared.
    pub syntax: Syntax,
    /// Whether an object has at most one value.
    pub single_valued: bool,
    /// Whether only the directory itself writes it.
    pub system_only: bool,
    /// Whether it is left out of replication, and so out of DirSync.
    pub not_replicated: bool,
    /// Whether it is worked out when it is asked for.
    pub constructed: bool,
    /// Whether a tombstone keeps it.
    pub preserved_on_deletion: bool,
    /// Whether ambiguous name resolution looks at it.
    pub ambiguous_name_resolution: bool,
    /// The link that it is an end of.
    pub link: Option<LinkId>,
    /// The most characters or bytes a value has, or the largest number.
    pub range_upper: Option<u32>,
    /// The fewest characters or bytes a value has, or the smallest number.
    pub range_lower: Option<u32>,
    /// The common name of its object in the schema, where it is known.
    pub common_name: Option<Text>,
    /// The oMSyntax, which tells apart what attributeSyntax does not.
    pub om_syntax: u8,
    /// The number x of its attributeSyntax 2.5.5.x.
    pub syntax_number: u8,
    /// The searchFlags: 1 for an index, 4 for ambiguous name resolution, 8 for preservation on
    /// deletion, and others (MS-ADTS 2.2.10).
    pub search_flags: u32,
    /// Whether the global catalog holds it.
    pub in_global_catalog: bool,
    /// The schemaIDGUID, where it is known.
    pub schema_id_guid: Option<ObjectGuid>,
    /// Whether it is not of the standard table but was added for one forest.
    pub extension: bool,
}

impl AttributeDefinition {
    pub(super) fn extension(name: &str) -> Self {
        Self {
            name: name.into(),
            oid: None,
            syntax: Syntax::Text,
            single_valued: false,
            system_only: false,
            not_replicated: false,
            constructed: false,
            preserved_on_deletion: false,
            ambiguous_name_resolution: false,
            link: None,
            range_upper: None,
            range_lower: None,
            common_name: None,
            om_syntax: 64,
            syntax_number: 12,
            search_flags: 0,
            in_global_catalog: false,
            schema_id_guid: None,
            extension: true,
        }
    }

    /// Whether this is the written end of a link.
    pub fn is_forward_link(&self) -> bool {
        self.link
            .is_some_and(|link| link.direction() == LinkDirection::Forward)
    }

    /// Whether this is the end of a link that follows from the other.
    pub fn is_back_link(&self) -> bool {
        self.link
            .is_some_and(|link| link.direction() == LinkDirection::Back)
    }
}

/// What a class is for (objectClassCategory).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClassCategory {
    /// Objects are made of it.
    Structural,
    /// Only other classes are made of it.
    Abstract,
    /// It adds attributes to objects of other classes.
    Auxiliary,
}

/// What the schema says of one class.
#[derive(Debug, Clone)]
pub struct ClassDefinition {
    /// The lDAPDisplayName.
    pub name: Text,
    /// The governsID, where it is known.
    pub oid: Option<Text>,
    /// The class above; `top` is its own.
    pub superclass: ClassId,
    /// What the class is for.
    pub category: ClassCategory,
    /// The attribute that names objects of the class.
    pub rdn_attribute: AttributeId,
    /// The common name of the class that objectCategory points to.
    pub object_category: Text,
    /// The names of the classes whose objects may hold one of this class.
    pub possible_superiors: Vec<Text>,
    /// The kind of object that it makes.
    pub kind: ObjectKind,
    /// The common name of its object in the schema.
    pub common_name: Text,
    /// The attributes that its objects must have, those of other classes apart.
    pub must_contain: Vec<AttributeId>,
    /// The attributes that its objects may have, those of other classes apart.
    pub may_contain: Vec<AttributeId>,
    /// The names of the auxiliary classes that come with it.
    pub auxiliary: Vec<Text>,
    /// The schemaIDGUID, where it is known.
    pub schema_id_guid: Option<ObjectGuid>,
}

/// The kinds of object that synchronisation tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    /// The root of a domain.
    Domain,
    /// An organizational unit.
    OrganizationalUnit,
    /// A container such as CN=Users.
    Container,
    /// A user.
    User,
    /// An inetOrgPerson, which Active Directory treats as a user.
    InetOrgPerson,
    /// A contact.
    Contact,
    /// A group.
    Group,
    /// A computer or a managed service account.
    Computer,
    /// Anything else.
    Other,
}

impl ObjectKind {
    /// Whether objects are accounts: they carry userAccountControl and may sign in.
    pub fn is_account(self) -> bool {
        matches!(self, Self::User | Self::InetOrgPerson | Self::Computer)
    }

    /// Whether objects carry an objectSid and a sAMAccountName.
    pub fn is_security_principal(self) -> bool {
        self.is_account() || self == Self::Group
    }
}
