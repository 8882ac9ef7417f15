//! The requests of LDAP as ASN.1 types (RFC 4511, appendix B), wide enough for what clients of
//! Active Directory send: every string is bytes, numbers are open, and so are the ways to bind.

use rasn::prelude::*;

/// A modification's or an addition's attribute; a SET OF keeps the order in which it came.
#[derive(AsnType, Decode, Debug)]
pub(super) struct Attribute {
    pub(super) description: OctetString,
    #[rasn(tag(universal, 17))]
    pub(super) values: SequenceOf<OctetString>,
}

#[derive(AsnType, Decode, Debug)]
pub(super) struct Control {
    pub(super) oid: OctetString,
    #[rasn(default)]
    pub(super) criticality: bool,
    pub(super) value: Option<OctetString>,
}

#[derive(AsnType, Decode, Debug)]
#[rasn(delegate, tag(0))]
pub(super) struct Controls(pub(super) SequenceOf<Control>);

#[derive(AsnType, Decode, Debug)]
#[rasn(tag(application, 0))]
pub(super) struct Bind {
    pub(super) version: i64,
    pub(super) name: OctetString,
    pub(super) authentication: Authentication,
}

#[derive(AsnType, Decode, Debug)]
#[rasn(choice)]
pub(super) enum Authentication {
    #[rasn(tag(0))]
    Simple(OctetString),
    #[rasn(tag(3))]
    Sasl(Sasl),
    #[rasn(tag(9))]
    SicilyPackageDiscovery(OctetString),
    #[rasn(tag(10))]
    SicilyNegotiate(OctetString),
    #[rasn(tag(11))]
    SicilyResponse(OctetString),
}

#[derive(AsnType, Decode, Debug)]
pub(super) struct Sasl {
    pub(super) mechanism: OctetString,
    pub(super) credentials: Option<OctetString>,
}

#[derive(AsnType, Decode, Debug)]
#[rasn(tag(application, 3))]
pub(super) struct Search {
    pub(super) base: OctetString,
    #[rasn(tag(universal, 10))]
    pub(super) scope: i64,
    #[rasn(tag(universal, 10))]
    #[expect(dead_code, reason = "Active Directory has no aliases to dereference")]
    pub(super) dereference: i64,
    pub(super) size_limit: i64,
    pub(super) time_limit: i64,
    pub(super) types_only: bool,
    pub(super) filter: Filter,
    pub(super) attributes: SequenceOf<OctetString>,
}

#[derive(AsnType, Decode, Debug)]
#[rasn(choice)]
pub(super) enum Filter {
    #[rasn(tag(0))]
    And(SequenceOf<Self>),
    #[rasn(tag(1))]
    Or(SequenceOf<Self>),
    #[rasn(tag(explicit(2)))]
    Not(Box<Self>),
    #[rasn(tag(3))]
    Equality(Assertion),
    #[rasn(tag(4))]
    Substrings(Substrings),
    #[rasn(tag(5))]
    GreaterOrEqual(Assertion),
    #[rasn(tag(6))]
    LessOrEqual(Assertion),
    #[rasn(tag(7))]
    Present(OctetString),
    #[rasn(tag(8))]
    Approx(Assertion),
    #[rasn(tag(9))]
    Extensible(Extensible),
}

#[derive(AsnType, Decode, Debug)]
pub(super) struct Assertion {
    pub(super) attribute: OctetString,
    pub(super) value: OctetString,
}

#[derive(AsnType, Decode, Debug)]
pub(super) struct Substrings {
    pub(super) attribute: OctetString,
    pub(super) pieces: SequenceOf<Piece>,
}

#[derive(AsnType, Decode, Debug)]
#[rasn(choice)]
pub(super) enum Piece {
    #[rasn(tag(0))]
    Initial(OctetString),
    #[rasn(tag(1))]
    Any(OctetString),
    #[rasn(tag(2))]
    Last(OctetString),
}

#[derive(AsnType, Decode, Debug)]
pub(super) struct Extensible {
    #[rasn(tag(1))]
    pub(super) rule: Option<OctetString>,
    #[rasn(tag(2))]
    pub(super) attribute: Option<OctetString>,
    #[rasn(tag(3))]
    pub(super) value: OctetString,
    #[rasn(tag(4), default)]
    pub(super) dn_attributes: bool,
}

#[derive(AsnType, Decode, Debug)]
#[rasn(tag(application, 6))]
pub(super) struct Modify {
    pub(super) dn: OctetString,
    pub(super) changes: SequenceOf<Change>,
}

#[derive(AsnType, Decode, Debug)]
pub(super) struct Change {
    #[rasn(tag(universal, 10))]
    pub(super) operation: i64,
    pub(super) attribute: Attribute,
}

#[derive(AsnType, Decode, Debug)]
#[rasn(tag(application, 8))]
pub(super) struct Add {
    pub(super) dn: OctetString,
    pub(super) attributes: SequenceOf<Attribute>,
}

#[derive(AsnType, Decode, Debug)]
#[rasn(tag(application, 12))]
pub(super) struct ModifyDn {
    pub(super) dn: OctetString,
    pub(super) new_rdn: OctetString,
    pub(super) delete_old_rdn: bool,
    #[rasn(tag(0))]
    pub(super) new_superior: Option<OctetString>,
}

#[derive(AsnType, Decode, Debug)]
#[rasn(tag(application, 14))]
pub(super) struct Compare {
    pub(super) dn: OctetString,
    pub(super) assertion: Assertion,
}

#[derive(AsnType, Decode, Debug)]
#[rasn(tag(application, 23))]
pub(super) struct Extended {
    #[rasn(tag(0))]
    pub(super) oid: OctetString,
    #[rasn(tag(1))]
    pub(super) value: Option<OctetString>,
}
