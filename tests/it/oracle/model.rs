//! Plain structures of the second opinion: an AD object, a cloud object, a tenant, a verdict.

/// Class of an object, the same word in AD and in the cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    User,
    Group,
    Contact,
}

/// What a cloud group is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GroupKind {
    Microsoft365,
    MailEnabled,
    Security,
}

/// The dated behaviour of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Profile {
    DirSync2013,
    AadConnect2017,
    Entra2025,
    Entra2026,
}

impl Profile {
    pub(crate) const ALL: [Self; 4] = [
        Self::DirSync2013,
        Self::AadConnect2017,
        Self::Entra2025,
        Self::Entra2026,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::DirSync2013 => "dirsync-2013",
            Self::AadConnect2017 => "aadconnect-2017",
            Self::Entra2025 => "entra-2025",
            Self::Entra2026 => "entra-2026",
        }
    }

    /// Quarantine, UPN matching and UPN updates came with the second era; blocks are off.
    pub(crate) fn features(self) -> Features {
        let modern = self > Self::DirSync2013;
        Features {
            quarantine_upn: modern,
            quarantine_addresses: modern,
            soft_match_on_upn: modern,
            synchronize_upn_for_managed_users: modern,
            ..Features::default()
        }
    }
}

/// The tenant's switches that decide a verdict.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Features {
    pub quarantine_upn: bool,
    pub quarantine_addresses: bool,
    pub soft_match_on_upn: bool,
    pub synchronize_upn_for_managed_users: bool,
    pub block_soft_match: bool,
    pub block_hard_match: bool,
    pub allow_object_id_update: bool,
}

/// Domains and switches; without switches of its own the profile's defaults decide.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tenant {
    pub initial: String,
    pub verified: Vec<String>,
    pub federated: Vec<String>,
    pub features: Option<Features>,
}

impl Tenant {
    pub(crate) fn is_verified(&self, name: &str) -> bool {
        let domain = domain(name);
        self.verified
            .iter()
            .chain([&self.initial])
            .any(|v| v.eq_ignore_ascii_case(domain))
    }

    pub(crate) fn is_federated(&self, name: &str) -> bool {
        self.federated
            .iter()
            .any(|f| f.eq_ignore_ascii_case(domain(name)))
    }

    /// A move from one federated domain to another.
    pub(crate) fn federation(&self, old: &str, new: &str) -> bool {
        let moved = !domain(old).eq_ignore_ascii_case(domain(new));
        moved && self.is_federated(old) && self.is_federated(new)
    }

    pub(crate) fn is_placeholder(&self, t: &CloudThing) -> bool {
        let upn = t.upn.as_deref().unwrap_or_default();
        let local = upn.split('@').next().unwrap_or_default();
        let digits = local.chars().rev().take_while(char::is_ascii_digit).count();
        domain(upn).eq_ignore_ascii_case(&self.initial) && digits >= 4
    }
}

fn domain(name: &str) -> &str {
    name.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// One object of the forest, as an administrator sees it.
#[derive(Debug, Clone)]
pub(crate) struct AdPerson {
    /// The sixteen bytes of objectGUID as AD stores them.
    pub guid: [u8; 16],
    /// mS-DS-ConsistencyGuid, where it is the anchor's source.
    pub consistency_guid: Option<[u8; 16]>,
    pub dn: String,
    pub in_scope: bool,
    pub kind: Kind,
    pub upn: Option<String>,
    pub sam: Option<String>,
    pub domain_fqdn: String,
    pub cn: Option<String>,
    pub display_name: Option<String>,
    pub given_name: Option<String>,
    pub surname: Option<String>,
    pub title: Option<String>,
    pub department: Option<String>,
    pub mail: Option<String>,
    pub mail_nickname: Option<String>,
    pub proxies: Vec<String>,
    pub sid: Option<String>,
    pub admin_description: Option<String>,
    pub critical: bool,
    pub recipient_type: Option<u64>,
    pub security_group: bool,
}

/// One object of the tenant, live or in the recycle bin.
#[derive(Debug, Clone)]
pub(crate) struct CloudThing {
    pub id: String,
    pub kind: Kind,
    pub group: Option<GroupKind>,
    pub upn: Option<String>,
    pub on_prem_upn: Option<String>,
    pub proxies: Vec<String>,
    pub mail: Option<String>,
    pub mail_nickname: Option<String>,
    pub display_name: Option<String>,
    pub given_name: Option<String>,
    pub surname: Option<String>,
    pub job_title: Option<String>,
    pub department: Option<String>,
    pub sid: Option<String>,
    pub immutable_id: Option<String>,
    pub on_prem_object_id: Option<[u8; 16]>,
    /// True: synced; false: was synced; none: never.
    pub sync_enabled: Option<bool>,
    pub deleted: bool,
    pub admin: bool,
    pub eligible_admin: bool,
    pub licensed: bool,
    pub guest: bool,
    pub cloud_managed: bool,
}

/// The words of the prediction report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    HardMatch,
    SoftMatch,
    Create,
    Update,
    Unchanged,
    Delete,
    Restore,
    OutOfScope,
    Quarantined,
    Error,
}

impl Outcome {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::HardMatch => "hard-match",
            Self::SoftMatch => "soft-match",
            Self::Create => "create",
            Self::Update => "update",
            Self::Unchanged => "unchanged",
            Self::Delete => "delete",
            Self::Restore => "restore",
            Self::OutOfScope => "out-of-scope",
            Self::Quarantined => "quarantined",
            Self::Error => "error",
        }
    }
}

/// What joined a new AD object to an existing account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum By {
    HardMatch,
    SoftMatchSmtp,
    SoftMatchUpn,
}

impl By {
    /// The attribute the comparison was about.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::HardMatch => "sourceAnchor",
            Self::SoftMatchSmtp => "ProxyAddresses",
            Self::SoftMatchUpn => "UserPrincipalName",
        }
    }
}

/// An export error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub code: &'static str,
    pub attribute: &'static str,
    /// The cloud object that stands in the way.
    pub conflicts_with: Option<String>,
}

/// A value kept back because somebody else holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Withheld {
    pub attribute: &'static str,
    pub value: String,
    pub held_by: String,
}

/// What the next export does to one AD object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub outcome: Outcome,
    pub by: Option<By>,
    pub error: Option<Fault>,
    pub withheld: Vec<Withheld>,
    /// The existing account that is acted on; none for a new account and for an error.
    pub cloud_id: Option<String>,
}

impl Verdict {
    pub(super) fn of(outcome: Outcome) -> Self {
        Self {
            outcome,
            by: None,
            error: None,
            withheld: Vec::new(),
            cloud_id: None,
        }
    }

    pub(super) fn on(self, t: &CloudThing) -> Self {
        Self {
            cloud_id: Some(t.id.clone()),
            ..self
        }
    }

    pub(super) fn error(
        code: &'static str,
        attribute: &'static str,
        with: Option<&CloudThing>,
    ) -> Self {
        let conflicts_with = with.map(|t| t.id.clone());
        let error = Some(Fault {
            code,
            attribute,
            conflicts_with,
        });
        Self {
            error,
            ..Self::of(Outcome::Error)
        }
    }
}

/// The anchor as the cloud writes it: Base64 of the sixteen bytes (1.1, 1.2, 1.7, 1.8).
pub(crate) fn anchor(o: &AdPerson) -> String {
    let bytes = o
        .consistency_guid
        .filter(|_| o.kind == Kind::User)
        .unwrap_or(o.guid);
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for position in 0..=chunk.len() {
            let digit = bits >> (18 - 6 * position) & 63;
            text.push(char::from(digits[digit as usize]));
        }
    }
    text + "=="
}
