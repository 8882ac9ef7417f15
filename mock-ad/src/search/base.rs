//! Where a search looks: naming contexts, the forms of a base, and what lies elsewhere.

use store::Text;

use super::{Outcome, Scope, outcome};
use crate::directory::{Directory, Dn, DnError, ObjectId, ObjectName};

/// A part of the forest that is searched by itself (MS-ADTS 3.1.1.1.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NamingContext {
    Domain,
    Configuration,
    Schema,
}

/// An object to begin at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Base<'a> {
    /// The directory that holds it: the domain's or the configuration's.
    pub(crate) directory: &'a Directory,
    pub(crate) context: NamingContext,
    pub(crate) id: ObjectId,
}

impl<'a> Base<'a> {
    /// The naming contexts that a domain controller holds, with their objects at the top.
    pub(super) fn naming_contexts(domain: &'a Directory) -> Vec<Self> {
        let mut all = vec![Self {
            directory: domain,
            context: NamingContext::Domain,
            id: domain.domain(),
        }];
        let configuration = domain.configuration();
        all.push(Self {
            directory: configuration,
            context: NamingContext::Configuration,
            id: configuration.domain(),
        });
        if let Some(schema) = configuration.schema_container() {
            all.push(Self {
                directory: configuration,
                context: NamingContext::Schema,
                id: schema,
            });
        }
        all
    }

    /// Its distinguished name.
    pub(super) fn dn(self) -> Dn {
        self.directory.dn(self.id)
    }

    /// Whether the base is the top of its naming context.
    pub(super) fn is_head(self) -> bool {
        match self.context {
            NamingContext::Domain | NamingContext::Configuration => {
                self.id == self.directory.domain()
            }
            NamingContext::Schema => self.directory.schema_container() == Some(self.id),
        }
    }

    /// Whether an object of the same directory is of the same naming context.
    pub(super) fn holds(self, id: ObjectId) -> bool {
        match self.context {
            NamingContext::Domain => true,
            NamingContext::Configuration => !in_schema(self.directory, id),
            NamingContext::Schema => in_schema(self.directory, id),
        }
    }

    /// Whether an object is within a scope of the base.
    pub(super) fn covers(self, scope: Scope, id: ObjectId) -> bool {
        match scope {
            Scope::Base => id == self.id,
            Scope::OneLevel => self
                .directory
                .object(id)
                .is_some_and(|object| object.parent == Some(self.id)),
            Scope::Subtree => {
                self.id == self.directory.domain() || self.directory.is_within(id, self.id)
            }
        }
    }

    /// The continuation references of a search from here: one for each naming context that hangs
    /// right below this one and within the scope (MS-ADTS 3.1.1.4.6).
    pub(super) fn references(self, scope: Scope) -> Vec<Vec<String>> {
        let below = match self.context {
            NamingContext::Domain => "CN=Configuration",
            NamingContext::Configuration => "CN=Schema",
            NamingContext::Schema => return Vec::new(),
        };
        if !self.is_head() || scope == Scope::Base {
            return Vec::new();
        }
        let dn = format!("{below},{}", self.directory.base());
        let host = self.directory.root_dns_name();
        let url = format!("ldap://{host}/{}", outcome::url_escaped(&dn));
        // Below a search of one level the reference is to be followed at its base alone.
        let suffix = if scope == Scope::OneLevel {
            "??base"
        } else {
            ""
        };
        vec![vec![format!("{url}{suffix}")]]
    }
}

fn in_schema(configuration: &Directory, id: ObjectId) -> bool {
    configuration
        .schema_container()
        .is_some_and(|schema| configuration.is_within(id, schema))
}

/// The naming context of an object of the configuration.
fn configuration_base(configuration: &Directory, id: ObjectId) -> Base<'_> {
    let context = if in_schema(configuration, id) {
        NamingContext::Schema
    } else {
        NamingContext::Configuration
    };
    Base {
        directory: configuration,
        context,
        id,
    }
}

/// Finds the base of a search, which must not be empty.
pub(crate) fn find<'a>(
    domain: &'a Directory,
    text: &str,
    shows: &dyn Fn(&Directory, ObjectId) -> bool,
) -> Result<Base<'a>, Box<Outcome>> {
    let name: Result<ObjectName, DnError> = text.parse();
    let Ok(name) = name else {
        return Err(Box::new(outcome::bad_name(text)));
    };
    let found = match &name {
        ObjectName::Dn(dn) => return find_dn(domain, dn, text, shows),
        ObjectName::WellKnown(_, dn) if domain.find(dn).is_none() => {
            return find_dn(domain, dn, text, shows);
        }
        name => domain.resolve(name).map(|id| Base {
            directory: domain,
            context: NamingContext::Domain,
            id,
        }),
    };
    let found = found.or_else(|| {
        let configuration = domain.configuration();
        let id = configuration.resolve(&name)?;
        Some(configuration_base(configuration, id))
    });
    found
        .filter(|base| shows(base.directory, base.id))
        .ok_or_else(|| Box::new(outcome::no_such_object("")))
}

fn find_dn<'a>(
    domain: &'a Directory,
    dn: &Dn,
    text: &str,
    shows: &dyn Fn(&Directory, ObjectId) -> bool,
) -> Result<Base<'a>, Box<Outcome>> {
    let configuration = domain.configuration();
    let directory = if dn.is_within(configuration.base()) {
        configuration
    } else if dn.is_within(domain.base()) {
        domain
    } else {
        return Err(Box::new(foreign(dn, text)));
    };
    let missing = |nearest: Option<ObjectId>| {
        let id = nearest.unwrap_or_else(|| directory.domain());
        let lowest = std::iter::successors(Some(id), |id| directory.object(*id)?.parent)
            .find(|id| shows(directory, *id));
        let best: Text = lowest.map(|id| directory.dn_text(id)).unwrap_or_default();
        Err(Box::new(outcome::no_such_object(&best)))
    };
    match directory.find_closest(dn) {
        Ok(id) if shows(directory, id) || is_deleted_objects(directory, id) => {
            Ok(if std::ptr::eq(directory, configuration) {
                configuration_base(configuration, id)
            } else {
                Base {
                    directory,
                    context: NamingContext::Domain,
                    id,
                }
            })
        }
        Ok(id) => missing(directory.object(id).and_then(|object| object.parent)),
        Err(nearest) => missing(nearest),
    }
}

/// CN=Deleted Objects may be named by anyone; it merely gives nothing back ("measured on Samba
/// 4.17").
fn is_deleted_objects(directory: &Directory, id: ObjectId) -> bool {
    id == directory.deleted_objects() && id != directory.domain()
}

/// A name outside the forest: another server is asked, if the name can be made a host name.
fn foreign(dn: &Dn, text: &str) -> Outcome {
    let labels: Vec<&str> = dn
        .components()
        .filter(|rdn| store::eq_fold(&rdn.attribute, "DC"))
        .map(|rdn| &*rdn.value)
        .collect();
    if labels.is_empty() {
        return outcome::no_such_object("");
    }
    outcome::referral(&labels.join("."), text)
}
