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
        }
    }

    /// The initial domain's name.
    pub const fn initial(&self) -> &Text {
        &self.initial
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

    fn find(&self, name: &str) -> Option<&Domain> {
        self.all.iter().find(|domain| eq_fold(&domain.name, name))
    }
}
