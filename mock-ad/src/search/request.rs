//! What goes into a search and what comes out.

use jiff::Timestamp;
use store::Text;

use super::paged::Open;
use super::{Filter, ResultCode};
use crate::directory::{ObjectId, Value, Values};

/// How far below its base a search looks (RFC 4511, section 4.5.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The base alone.
    Base,
    /// What is right below the base, without the base.
    OneLevel,
    /// The base and all below it.
    Subtree,
}

/// A search request (RFC 4511, section 4.5.1), without its dereferencing of aliases, of which
/// Active Directory has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchRequest {
    /// Where to look: a distinguished name, `<GUID=…>`, `<SID=…>`, `<WKGUID=…,…>`, or nothing for
    /// the rootDSE.
    pub base: String,
    /// How far to look.
    pub scope: Scope,
    /// What to look for.
    pub filter: Filter,
    /// Which attributes to give back; none means all that are not operational.
    pub attributes: Vec<String>,
    /// Whether to give back the names of attributes alone.
    pub types_only: bool,
    /// The most entries wanted, 0 for as many as the server gives.
    pub size_limit: u32,
    /// The most seconds to spend, 0 for as many as the server takes.
    pub time_limit: u32,
}

impl SearchRequest {
    /// A search for all attributes of what a filter finds, without limits.
    pub fn new(base: impl Into<String>, scope: Scope, filter: Filter) -> Self {
        Self {
            base: base.into(),
            scope,
            filter,
            attributes: Vec::new(),
            types_only: false,
            size_limit: 0,
            time_limit: 0,
        }
    }

    /// This request for certain attributes only.
    #[must_use]
    pub fn for_attributes<N: Into<String>>(
        mut self,
        attributes: impl IntoIterator<Item = N>,
    ) -> Self {
        self.attributes = attributes.into_iter().map(Into::into).collect();
        self
    }
}

/// A control of a request or of a response (RFC 4511, section 4.1.11).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// Which control, as a dotted OID.
    pub oid: String,
    /// Whether the request shall fail if the control is not known.
    pub critical: bool,
    /// The BER value that the control defines.
    pub value: Option<Vec<u8>>,
}

impl Control {
    /// A critical control without a value.
    pub fn critical(oid: impl Into<String>) -> Self {
        Self {
            oid: oid.into(),
            critical: true,
            value: None,
        }
    }
}

/// Who is bound to a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Bound {
    /// Nobody: only the rootDSE may be read.
    #[default]
    Anonymous,
    /// An account of the directory.
    Account(ObjectId),
    /// Somebody who may do everything and is no object, such as a test.
    Administrator,
}

/// What a search depends on beside the directory and the request.
#[derive(Debug, Clone)]
pub struct Context {
    /// The time.
    pub now: Timestamp,
    /// Who asks.
    pub bound: Bound,
    /// Whether `bound` may replicate changes and read what only administrators may.
    pub privileged: bool,
    /// Whether the connection is encrypted.
    pub encrypted: bool,
    /// Whether the request came to the port of the global catalog.
    pub global_catalog: bool,
    /// How many objects may be looked at before the time of the search is up, whatever the request
    /// allows; no limit of its own if `None`.
    pub visits_max: Option<u64>,
    /// The SASL mechanisms that the server knows, for the rootDSE.
    pub mechanisms: &'static [&'static str],
}

impl Context {
    /// An administrator's own connection, unencrypted, to the LDAP port.
    pub fn administrator(now: Timestamp) -> Self {
        Self {
            now,
            bound: Bound::Administrator,
            privileged: true,
            encrypted: false,
            global_catalog: false,
            visits_max: None,
            mechanisms: &[],
        }
    }
}

/// What a connection remembers between two searches: the cookies it has given out.
#[derive(Debug, Clone, Default)]
pub struct SearchState {
    pub(super) serial: u64,
    pub(super) open: Vec<Open>,
}

/// One object as a search gives it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its distinguished name, in the extended form if that was asked for.
    pub dn: Text,
    /// Its attributes under the names of the schema, with their values: none where only the names
    /// were asked for.
    pub attributes: Vec<(Text, Values)>,
}

impl Entry {
    /// The values under a name as the answer spells it; none if it is not there.
    pub fn values(&self, name: &str) -> &[Value] {
        let found = self.attributes.iter().find(|(label, _)| label == name);
        found.map_or(&[][..], |(_, values)| values.as_slice())
    }
}

/// The result at the end of a search (RFC 4511, section 4.1.9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How it went.
    pub code: ResultCode,
    /// What exists of a name that does not; otherwise empty.
    pub matched_dn: String,
    /// The text of a domain controller, with its closing line feed and NUL; empty on success.
    pub diagnostic: String,
    /// Where else to ask, if the code is `referral`.
    pub referrals: Vec<String>,
}

impl Default for Outcome {
    fn default() -> Self {
        Self {
            code: ResultCode::SUCCESS,
            matched_dn: String::new(),
            diagnostic: String::new(),
            referrals: Vec::new(),
        }
    }
}

/// The answer to a search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    /// What was found, in order.
    pub entries: Vec<Entry>,
    /// Continuation references, each with its alternative URLs; they follow the entries.
    pub references: Vec<Vec<String>>,
    /// How it went.
    pub result: Outcome,
    /// The controls that go with the result.
    pub controls: Vec<Control>,
}
