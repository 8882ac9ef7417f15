//! The domains of a tenant.

use store::{Text, eq_fold};

/// How a domain signs its users in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authentication {
    /// Entra checks the password.
    Managed,
    /// Another identity provider does.
    Federated,
}

/// A domain that the tenant has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// The DNS name.
    pub name: Text,
    /// Whether it is the `*.onmicrosoft.com` domain that the tenant was born with.
    pub initial: bool,
    /// Whether the tenant has proved that it owns it.
    pub verified: bool,
    /// How it signs users in.
    pub authentication: Authentication,
}

/// The domains of a tenant; exactly one is initial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domains {
    all: Vec<Domain>,
    initial: Text,
    /// The domain that was made the default one, where somebody did.
    default: Option<Text>,
    /// Subdomains that were made roots.
    promoted: Vec<Text>,
}

impl Domains {
    /// The domains of a new tenant: just the initial one.
    pub fn new(initial: impl Into<Text>) -> Self {
        let initial = initial.into();
        let domain = Domain {
            name: initial.clone(),
            initial: true,
            verified: true,
            authentication: Authentication::Managed,
        };
        Self {
            all: vec![domain],
            initial,
            default: None,
            promoted: Vec::new(),
        }
    }

    /// The initial domain's name.
    pub const fn initial(&self) -> &Text {
        &self.initial
    }

    /// The domain that new users get: the one that was made the default, else the first that was
    /// added and verified, else the initial one.
    pub fn default(&self) -> &Text {
        let chosen = self.default.as_ref().filter(|name| self.is_verified(name));
        let mut added = self.all.iter().filter(|it| it.verified && !it.initial);
        chosen
            .or_else(|| added.next().map(|domain| &domain.name))
            .unwrap_or(&self.initial)
    }

    /// The domain that a domain lies in, unless it was made a root of its own.
    pub fn parent(&self, name: &str) -> Option<&Domain> {
        if self.is_promoted(name) {
            return None;
        }
        let is_above = |other: &&Domain| {
            let start = name.len().checked_sub(other.name.len());
            let split = start.and_then(|start| name.split_at_checked(start));
            split.is_some_and(|(below, above)| {
                below.len() > 1 && below.ends_with('.') && eq_fold(above, &other.name)
            })
        };
        self.all.iter().find(is_above)
    }

    /// The domain of a name, whatever its case.
    pub fn find(&self, name: &str) -> Option<&Domain> {
        self.all.iter().find(|domain| eq_fold(&domain.name, name))
    }

    /// The domain that somebody made the default one.
    pub(crate) const fn chosen_default(&self) -> Option<&Text> {
        self.default.as_ref()
    }

    /// Whether somebody made a subdomain a root of its own.
    pub(crate) fn is_promoted(&self, name: &str) -> bool {
        self.promoted.iter().any(|promoted| eq_fold(promoted, name))
    }

    pub(crate) fn make_default(&mut self, name: &Text) {
        self.default = Some(name.clone());
    }

    pub(crate) fn promote(&mut self, name: &Text) {
        self.promoted.push(name.clone());
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.all.retain(|domain| !eq_fold(&domain.name, name));
        self.promoted.retain(|promoted| !eq_fold(promoted, name));
        self.default = self.default.take().filter(|it| !eq_fold(it, name));
    }

    /// All domains, the initial one first.
    pub fn iter(&self) -> impl Iterator<Item = &Domain> {
        self.all.iter()
    }

    /// Adds a domain, or replaces the one of that name. The initial domain stays what it is.
    pub fn insert(&mut self, domain: Domain) {
        match self
            .all
            .iter_mut()
            .find(|known| eq_fold(&known.name, &domain.name))
        {
            Some(known) if known.initial => {}
            Some(known) => *known = domain,
            None => self.all.push(domain),
        }
    }

    /// Adds a verified domain.
    pub fn verify(&mut self, name: impl Into<Text>, authentication: Authentication) {
        self.insert(Domain {
            name: name.into(),
            initial: false,
            verified: true,
            authentication,
        });
    }

    /// Whether the tenant has proved that it owns a domain.
    pub fn is_verified(&self, name: &str) -> bool {
        self.find(name).is_some_and(|domain| domain.verified)
    }

    /// Whether users of a domain sign in at another identity provider.
    pub fn is_federated(&self, name: &str) -> bool {
        self.find(name)
            .is_some_and(|domain| domain.authentication == Authentication::Federated)
    }
}
