//! What the service knows besides the tenant: its clients, tokens and limits.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::{SignedDuration, Timestamp};
use store::Entropy;
use uuid::Uuid;

use super::key::SigningKey;
use super::sign_in::Certificate;
use super::throttle::Throttle;
use crate::ids::CloudKey;

/// How many tokens and codes are remembered.
const TOKENS_MAX: usize = 20_000;

/// How long an access token is good for, in seconds.
pub(super) const TOKEN_SECONDS: i64 = 3_599;

/// Which bearer tokens are believed, besides those that the token endpoint gave.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Tokens {
    /// None.
    #[default]
    Issued,
    /// This one.
    Fixed(String),
    /// Any.
    Any,
}

/// An application that may sign in as itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// `client_id`.
    pub id: String,
    /// `client_secret`.
    pub secret: String,
    /// The certificates that it may prove itself by.
    pub certificates: Vec<Certificate>,
    /// Its application permissions, such as `User.ReadWrite.All`.
    pub roles: Vec<String>,
}

impl Client {
    /// An application whose id and secret come from a seed, with the permissions that
    /// administering a directory takes.
    pub fn for_seed(seed: u64) -> Self {
        let mut entropy = Entropy::new(seed ^ 0x636c_6965_6e74);
        let id = Uuid::from_bytes(entropy.next_uuid()).to_string();
        let secret = Uuid::from_bytes(entropy.next_uuid()).simple().to_string();
        let roles = [
            "Directory.ReadWrite.All",
            "Domain.ReadWrite.All",
            "Group.ReadWrite.All",
            "GroupMember.ReadWrite.All",
            "LicenseAssignment.ReadWrite.All",
            "OnPremDirectorySynchronization.ReadWrite.All",
            "Organization.ReadWrite.All",
            "OrgContact.Read.All",
            "RoleManagement.ReadWrite.Directory",
            "User-OnPremisesSyncBehavior.ReadWrite.All",
            "User.DeleteRestore.All",
            "User.ReadWrite.All",
        ];
        Self {
            id,
            secret: format!("mock~{secret}"),
            certificates: Vec::new(),
            roles: roles.map(str::to_owned).to_vec(),
        }
    }
}

/// How the service is set up.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Which bearer tokens are believed.
    pub tokens: Tokens,
    /// The applications that may sign in as themselves.
    pub clients: Vec<Client>,
    /// The password of every user that has none of its own.
    pub password: String,
    /// The UPN of the user that a fixed or arbitrary token stands for; none means an application.
    pub me: Option<String>,
    /// Whether permissions and roles are checked.
    pub permissions: bool,
    /// Where the seed of request ids and tokens starts.
    pub seed: u64,
}

/// Who sends a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// Somebody with a token that says nothing: may do everything.
    Anybody,
    /// An application, as itself.
    Application {
        /// Its id.
        client: String,
        /// Its application permissions.
        roles: BTreeSet<String>,
    },
    /// A user, through an application.
    User {
        /// The application's id.
        client: String,
        /// The user.
        user: CloudKey,
        /// The delegated permissions.
        scopes: BTreeSet<String>,
    },
}

impl Identity {
    /// The application whose limits a request counts against.
    pub(super) fn client(&self) -> &str {
        match self {
            Self::Anybody => "",
            Self::Application { client, .. } | Self::User { client, .. } => client,
        }
    }

    /// The signed-in user.
    pub const fn user(&self) -> Option<CloudKey> {
        match self {
            Self::User { user, .. } => Some(*user),
            _ => None,
        }
    }
}

/// A code that can be turned into tokens.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    pub(super) identity: Identity,
    pub(super) scope: String,
    pub(super) until: Timestamp,
    pub(super) asked: Asked,
}

/// What an authorization code was asked for with; of other codes nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    /// The challenge that the verifier has to answer, and whether it is hashed.
    pub(super) challenge: Option<(String, bool)>,
    pub(super) nonce: Option<String>,
    /// Where the code was sent.
    pub(super) redirect: Option<String>,
}

/// Everything the service remembers between requests.
#[derive(Debug)]
pub struct Service {
    /// How it is set up.
    pub settings: Settings,
    pub(super) entropy: Entropy,
    pub(super) key: SigningKey,
    pub(super) grants: BTreeMap<String, Grant>,
    pub(super) throttle: Throttle,
    tokens: BTreeMap<String, (Identity, Timestamp)>,
    order: VecDeque<String>,
}

impl Service {
    /// A service that nobody has signed in to.
    pub fn new(settings: Settings) -> Self {
        Self {
            entropy: Entropy::new(settings.seed),
            key: SigningKey::new(settings.seed),
            settings,
            grants: BTreeMap::new(),
            throttle: Throttle::default(),
            tokens: BTreeMap::new(),
            order: VecDeque::new(),
        }
    }

    pub(super) fn next_uuid(&mut self) -> Uuid {
        Uuid::from_bytes(self.entropy.next_uuid())
    }

    /// Something that nobody guesses by chance.
    pub(super) fn next_secret(&mut self) -> String {
        format!("{}{}", self.next_uuid().simple(), self.next_uuid().simple())
    }

    /// Remembers a token; of too many, the oldest are forgotten.
    pub(super) fn remember(
        &mut self,
        token: &str,
        identity: Identity,
        now: Timestamp,
    ) -> Timestamp {
        let lifetime = SignedDuration::from_secs(TOKEN_SECONDS);
        let until = now.saturating_add(lifetime).unwrap_or(Timestamp::MAX);
        self.tokens.insert(token.to_owned(), (identity, until));
        self.order.push_back(token.to_owned());
        while self.order.len() > TOKENS_MAX {
            if let Some(oldest) = self.order.pop_front() {
                self.tokens.remove(&oldest);
            }
        }
        until
    }

    /// Who a token belongs to, and until when.
    pub(super) fn holder(&self, token: &str) -> Option<&(Identity, Timestamp)> {
        self.tokens.get(token)
    }

    /// Remembers something that can be turned into tokens; of too many, those that end first are
    /// forgotten.
    pub(super) fn keep_grant(&mut self, code: String, grant: Grant, now: Timestamp) {
        self.grants.retain(|_, grant| grant.until > now);
        while self.grants.len() >= TOKENS_MAX {
            self.grants.pop_first();
        }
        self.grants.insert(code, grant);
    }
}
