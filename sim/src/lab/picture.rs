//! The goal beside the present, and both directories as they are.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mock_ad::directory::{AttributeId, Value};
use mock_cloud::tenant::State;
use mock_cloud::{CloudKey, DirectoryObject};

use super::model::{AccountState, Row};
use super::session::Session;
use crate::engine::{PendingExport, Source};
use crate::hazard::Labels as _;

/// One line of the goal, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The object of Active Directory.
    pub ad: Option<String>,
    /// The cloud account.
    pub cloud: Option<String>,
    /// Where the account should be.
    pub state: AccountState,
    /// Whether it is so.
    pub reached: bool,
    /// How it is.
    pub found: String,
}

/// An account as the portal shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountView {
    /// The name to use in commands.
    pub name: String,
    /// Its UPN, or what stands for it.
    pub label: String,
    /// User, group or contact.
    pub kind: &'static str,
    /// `live`, `in the recycle bin` or `gone for good`.
    pub state: &'static str,
    /// Whether Active Directory masters it.
    pub synced: &'static str,
    /// What it holds: mailbox, licences, roles, and values that are withheld.
    pub holds: Vec<String>,
}

/// One line of what there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The name of the object of Active Directory, to use in commands.
    pub ad: Option<String>,
    /// Its distinguished name.
    pub dn: Option<String>,
    /// The account that it is joined to, or one that nothing is joined to.
    pub account: Option<AccountView>,
    /// Its error, with the message as it is shown.
    pub error: Option<String>,
}

/// Everything about one name, as pairs of a heading and a value.
pub type Present = Vec<(String, String)>;

impl Session {
    /// The goal beside the present.
    pub fn picture(&self) -> Vec<Line> {
        let rows = self.lab.picture.rows.iter();
        rows.map(|row| self.line(row)).collect()
    }

    fn line(&self, row: &Row) -> Line {
        let runner = &self.now().runner;
        let source = row.ad.as_ref().and_then(|name| runner.names().ad(name));
        let joined = source.and_then(|source| runner.joined_account(source));
        let wanted = row
            .cloud
            .as_ref()
            .and_then(|name| runner.names().cloud(name));
        let state = wanted.and_then(|key| self.object(key)).map(state_of);
        let name = |key: CloudKey| self.name_of(key);
        let (reached, found) = match (&row.ad, &row.cloud) {
            (Some(_), Some(cloud)) => {
                let there = state == Some(row.state);
                let found = match joined {
                    None => "no account".to_owned(),
                    Some(key) if Some(key) == wanted => {
                        let state = state.map_or("nowhere", AccountState::words);
                        format!("`{cloud}`, {state}")
                    }
                    Some(key) => format!("`{}`", name(key)),
                };
                (there && joined == wanted && joined.is_some(), found)
            }
            (Some(_), None) => {
                let found =
                    joined.map_or("no account".to_owned(), |key| format!("`{}`", name(key)));
                (joined.is_none(), found)
            }
            (None, _) => {
                let owner = wanted.and_then(|key| self.owner(key));
                let words = state.map_or("nowhere", AccountState::words);
                let found = match owner {
                    Some(owner) if state == Some(AccountState::Live) => {
                        format!("{words}, joined to `{owner}`")
                    }
                    _ => words.to_owned(),
                };
                let free = owner.is_none() || row.state != AccountState::Live;
                (free && state == Some(row.state), found)
            }
        };
        Line {
            ad: row.ad.as_ref().map(|name| name.value.clone()),
            cloud: row.cloud.as_ref().map(|name| name.value.clone()),
            state: row.state,
            reached,
            found,
        }
    }

    /// What there is: every named object with its account, then accounts that stand alone.
    pub fn present(&self) -> Vec<Seen> {
        let runner = self.named();
        let mut all = Vec::new();
        let mut joined: BTreeSet<CloudKey> = BTreeSet::new();
        for (name, sources) in runner.names().ad_names() {
            for (place, source) in sources.iter().enumerate() {
                let directory = self.world().forests().get(source.forest);
                let Some(directory) = directory.filter(|it| it.object(source.object).is_some())
                else {
                    continue;
                };
                let key = runner.joined_account(*source);
                joined.extend(key);
                let several = sources.len() > 1;
                all.push(Seen {
                    ad: Some(if several {
                        format!("{name} ({})", place + 1)
                    } else {
                        name.to_owned()
                    }),
                    dn: Some(directory.dn_text(source.object).to_string()),
                    account: key.and_then(|key| self.account(key)),
                    error: runner.error_text(*source),
                });
            }
        }
        for (key, _) in self.world().tenant().objects() {
            if !joined.contains(&key) {
                let account = self.account(key);
                all.extend(account.map(|account| Seen {
                    ad: None,
                    dn: None,
                    account: Some(account),
                    error: None,
                }));
            }
        }
        all
    }

    /// What waits for the next export to the tenant, in words: whose, and what. In staging mode,
    /// all of it.
    pub fn pending(&self) -> Vec<(String, &'static str)> {
        let engine = self.world().engine();
        let runner = self.named();
        let waiting = engine.entra().iter().filter_map(|(_, entry)| {
            let what = match entry.pending_export {
                PendingExport::None => return None,
                PendingExport::Add => "add",
                PendingExport::Update => "update",
                PendingExport::Delete => "delete",
            };
            let account = entry
                .cloud
                .map(|key| runner.names().account(self.world(), key));
            let source = || {
                let person = engine.metaverse().get(entry.metaverse?)?;
                Some(runner.names().object(self.world(), person.source))
            };
            let whose = account.or_else(source);
            Some((whose.unwrap_or_else(|| entry.anchor.to_string()), what))
        });
        waiting.collect()
    }

    fn account(&self, key: CloudKey) -> Option<AccountView> {
        let object = self.object(key)?;
        let mut holds = Vec::new();
        holds.extend(object.mailbox.as_ref().map(|_| "mailbox".to_owned()));
        holds.extend(object.licences.iter().map(ToString::to_string));
        let roles = self.world().tenant().roles.held(key).into_iter();
        holds.extend(roles.map(|role| role.0.to_string()));
        let withheld = object.on_premises.provisioning_errors.iter();
        holds.extend(withheld.map(|one| format!("withheld: {}", one.value)));
        Some(AccountView {
            name: self.name_of(key),
            label: object.label().to_string(),
            kind: object.kind.sync_type().name(),
            state: state_of(object).words(),
            synced: synced(object),
            holds,
        })
    }

    fn object(&self, key: CloudKey) -> Option<&DirectoryObject> {
        self.world().tenant().object(key).map(|object| &**object)
    }

    fn name_of(&self, key: CloudKey) -> String {
        let known = self.now().runner.names().name_of(key).map(str::to_owned);
        let given = || self.named().names().name_of(key).map(str::to_owned);
        known.or_else(given).unwrap_or_default()
    }

    /// The object that is joined to an account.
    fn owner(&self, key: CloudKey) -> Option<&str> {
        let runner = &self.now().runner;
        let mut all = runner.names().ad_names();
        let found = all.find(|(_, sources)| {
            let mut sources = sources.iter();
            sources.any(|source| runner.joined_account(*source) == Some(key))
        });
        found.map(|(name, _)| name)
    }

    /// Everything about a name in either directory; nothing where nobody has it.
    pub fn details(&self, name: &str) -> Option<Present> {
        let runner = self.named();
        let names = runner.names();
        if let Some(source) = names.ad(name) {
            return self.details_of_object(source);
        }
        self.details_of_account(names.cloud(name)?)
    }

    /// All names that can be used in commands.
    pub fn names(&self) -> Vec<String> {
        let runner = self.named();
        let ad = runner.names().ad_names().map(|(name, _)| name.to_owned());
        let cloud = runner.cloud_by_name().into_values();
        ad.chain(cloud).collect()
    }

    fn details_of_object(&self, source: Source) -> Option<Present> {
        let directory = self.world().forests().get(source.forest)?;
        let object = directory.object(source.object)?;
        let mut found = vec![
            (
                "distinguishedName".to_owned(),
                directory.dn_text(source.object).to_string(),
            ),
            ("objectGUID".to_owned(), guid_text(object.guid.as_bytes())),
            (
                "as ImmutableId".to_owned(),
                STANDARD.encode(object.guid.as_bytes()),
            ),
        ];
        if object.is_deleted() {
            found.push(("isDeleted".to_owned(), "TRUE".to_owned()));
        }
        let dull = [AttributeId::OBJECT_CLASS, AttributeId::OBJECT_GUID];
        for (id, values) in object.attributes() {
            let name = directory.schema().definition(id).name.to_string();
            let shown = SHOWN.iter().any(|it| it.eq_ignore_ascii_case(&name));
            if !dull.contains(&id) && shown {
                let values: Vec<String> = values.as_slice().iter().map(value_text).collect();
                found.push((name, values.join(", ")));
            }
        }
        for link in ["member", "memberOf", "manager"] {
            let id = directory.schema().attribute(link);
            let values = id.map(|id| directory.attribute_values(source.object, id));
            let values: Vec<String> = values.iter().flatten().map(value_text).collect();
            if !values.is_empty() {
                found.push((link.to_owned(), values.join("; ")));
            }
        }
        let runner = &self.now().runner;
        let key = runner.joined_account(source);
        let account = key.map_or("none".to_owned(), |key| self.name_of(key));
        found.push(("joined to".to_owned(), account));
        found.extend(runner.error_text(source).map(|it| ("error".to_owned(), it)));
        let said = runner.said_of(source).iter();
        found.extend(said.map(|it| ("because".to_owned(), format!("{} {}", it.rule, it.text()))));
        Some(found)
    }

    fn details_of_account(&self, key: CloudKey) -> Option<Present> {
        let object = self.object(key)?;
        let view = self.account(key)?;
        let text = |text: Option<&store::Text>| text.map(ToString::to_string);
        let premises = &object.on_premises;
        let addresses: Vec<String> = object
            .proxy_addresses
            .iter()
            .map(ToString::to_string)
            .collect();
        let upn = object.user_principal_name.as_ref().map(ToString::to_string);
        let members = object.members.iter().map(|key| self.name_of(*key));
        let members = members.collect::<Vec<_>>().join(", ");
        let identifier = premises.object_identifier.map(|bytes| guid_text(&bytes));
        let all = [
            ("id", Some(object.id.to_string())),
            ("state", Some(view.state.to_owned())),
            ("userPrincipalName", upn),
            ("displayName", text(object.display_name.as_ref())),
            ("mail", text(object.mail.as_ref())),
            ("proxyAddresses", Some(addresses.join(", "))),
            ("onPremisesSyncEnabled", Some(view.synced.to_owned())),
            (
                "onPremisesImmutableId",
                premises.immutable_id.as_ref().map(ToString::to_string),
            ),
            ("onPremisesObjectIdentifier", identifier),
            ("members", Some(members)),
            ("holds", Some(view.holds.join(", "))),
            ("source", self.owner(key).map(str::to_owned)),
        ];
        let given = all
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        let given = given.filter(|(_, value)| !value.is_empty());
        Some(
            given
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    }
}

/// The attributes of Active Directory that matter to a synchronisation.
const SHOWN: [&str; 13] = [
    "userPrincipalName",
    "sAMAccountName",
    "mail",
    "mailNickname",
    "proxyAddresses",
    "displayName",
    "mS-DS-ConsistencyGuid",
    "adminDescription",
    "msExchMailboxGuid",
    "targetAddress",
    "msExchRemoteRecipientType",
    "msExchRecipientTypeDetails",
    "userAccountControl",
];

fn guid_text(bytes: &[u8; 16]) -> String {
    uuid::Uuid::from_bytes_le(*bytes).to_string()
}

fn value_text(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Boolean(flag) => flag.to_string().to_uppercase(),
        Value::Bytes(bytes) => match <[u8; 16]>::try_from(bytes.as_slice()) {
            Ok(guid) => format!(
                "{} (as ImmutableId {})",
                guid_text(&guid),
                STANDARD.encode(guid)
            ),
            Err(_) => format!("{} bytes", bytes.len()),
        },
    }
}

const fn state_of(object: &DirectoryObject) -> AccountState {
    match object.state {
        State::Live => AccountState::Live,
        State::SoftDeleted { .. } => AccountState::RecycleBin,
        State::Purged { .. } => AccountState::Gone,
    }
}

const fn synced(object: &DirectoryObject) -> &'static str {
    match object.on_premises.sync_enabled {
        None => "null",
        Some(true) => "true",
        Some(false) => "false",
    }
}
