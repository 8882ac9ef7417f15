//! What LDAP messages hold (RFC 4511, section 4).

use crate::search::{Control, Entry, Outcome, SearchRequest};

/// A request of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The messageID, which all responses carry.
    pub id: i32,
    /// What is asked for.
    pub request: Request,
    /// The controls, in order and as they came.
    pub controls: Vec<Control>,
}

/// What a client asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Who the client is.
    Bind {
        /// The LDAP version, 3 for all that is told here.
        version: i64,
        /// The name, in any of the forms of MS-ADTS 5.1.1.1.1.
        name: String,
        /// How it is proven.
        authentication: Authentication,
    },
    /// The connection is over.
    Unbind,
    /// Objects are looked for.
    Search(SearchRequest),
    /// Attributes of an object are changed.
    Modify {
        /// The object.
        dn: String,
        /// The changes, in order.
        changes: Vec<Modification>,
    },
    /// An object is added.
    Add(Addition),
    /// An object is deleted.
    Delete(String),
    /// An object is renamed or moved.
    ModifyDn(Renaming),
    /// A value is compared with those of an attribute.
    Compare {
        /// The object.
        dn: String,
        /// The attribute.
        attribute: String,
        /// The value.
        value: Vec<u8>,
    },
    /// An earlier request is given up.
    Abandon(i32),
    /// Something that an OID names.
    Extended {
        /// The OID.
        oid: String,
        /// What goes with it.
        value: Option<Vec<u8>>,
    },
}

/// How a client proves who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authentication {
    /// A password in the clear.
    Simple(Vec<u8>),
    /// SASL (RFC 4513, section 5.2).
    Sasl {
        /// The mechanism, such as `GSS-SPNEGO`.
        mechanism: String,
        /// What the mechanism says.
        credentials: Option<Vec<u8>>,
    },
    /// Sicily, Microsoft's way before SASL (MS-ADTS 5.1.1.1.3): tag 9, 10 or 11.
    Sicily(u8, Vec<u8>),
}

/// One change of a modify request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modification {
    /// What is done.
    pub operation: Change,
    /// The attribute.
    pub attribute: String,
    /// With which values.
    pub values: Vec<Vec<u8>>,
}

/// What a change does with values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// 0: values are added.
    Add,
    /// 1: values are removed, or all if none are given.
    Delete,
    /// 2: values take the place of those that are there.
    Replace,
    /// 3: a number is added to the values (RFC 4525).
    Increment,
    /// Any other number.
    Other(i64),
}

/// An add request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    /// The name of the new object.
    pub dn: String,
    /// Its attributes.
    pub attributes: Vec<(String, Vec<Vec<u8>>)>,
}

/// A modify DN request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renaming {
    /// The object.
    pub dn: String,
    /// Its new RDN.
    pub new_rdn: String,
    /// Whether the old RDN goes.
    pub delete_old_rdn: bool,
    /// The new parent, if it changes.
    pub new_superior: Option<String>,
}

/// The kinds of request, of which all but three are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A bind request.
    Bind,
    /// An unbind request, which is not answered.
    Unbind,
    /// A search request.
    Search,
    /// A modify request.
    Modify,
    /// An add request.
    Add,
    /// A delete request.
    Delete,
    /// A modify DN request.
    ModifyDn,
    /// A compare request.
    Compare,
    /// An abandon request, which is not answered.
    Abandon,
    /// An extended request.
    Extended,
}

impl Request {
    /// The name of the object that it would change; empty for those that change none.
    pub fn target(&self) -> &str {
        match self {
            Self::Modify { dn, .. } | Self::Delete(dn) => dn,
            Self::Add(addition) => &addition.dn,
            Self::ModifyDn(renaming) => &renaming.dn,
            _ => "",
        }
    }

    /// The kind of request that this is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Bind { .. } => Kind::Bind,
            Self::Unbind => Kind::Unbind,
            Self::Search(_) => Kind::Search,
            Self::Modify { .. } => Kind::Modify,
            Self::Add(_) => Kind::Add,
            Self::Delete(_) => Kind::Delete,
            Self::ModifyDn(_) => Kind::ModifyDn,
            Self::Compare { .. } => Kind::Compare,
            Self::Abandon(_) => Kind::Abandon,
            Self::Extended { .. } => Kind::Extended,
        }
    }
}

impl Kind {
    /// The kind of request of a tag, class and construction bits included.
    pub(super) fn of_tag(tag: u8) -> Option<Self> {
        Some(match tag {
            0x60 => Self::Bind,
            0x42 => Self::Unbind,
            0x63 => Self::Search,
            0x66 => Self::Modify,
            0x68 => Self::Add,
            0x4A => Self::Delete,
            0x6C => Self::ModifyDn,
            0x6E => Self::Compare,
            0x50 => Self::Abandon,
            0x77 => Self::Extended,
            _ => return None,
        })
    }

    /// Whether the request changes the directory.
    pub const fn is_write(self) -> bool {
        matches!(
            self,
            Self::Modify | Self::Add | Self::Delete | Self::ModifyDn
        )
    }
}

/// A response of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The messageID of the request; 0 for an unsolicited notification.
    pub id: i32,
    /// What is said.
    pub body: Body,
    /// The controls that go with it.
    pub controls: Vec<Control>,
}

/// What a response says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// An object that was found.
    Entry(Entry),
    /// Where more may be found.
    Reference(Vec<String>),
    /// The result of a request; for an extended one without a name and a value.
    Result(Kind, Outcome),
    /// The result of an extended request, or an unsolicited notification.
    Extended {
        /// How it went.
        outcome: Outcome,
        /// What it answers.
        oid: Option<String>,
        /// What goes with it.
        value: Option<Vec<u8>>,
    },
}
