//! Delta queries: what changed since the last round.
//!
//! A token says from which change on to read; the tenant's own count of changes is the log. So
//! tokens need no memory in the server, and survive as long as the tenant does.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::super::message::Response;
use super::super::path::pairs;
use super::super::problem::Problem;
use super::{Answer, Exchange};
use crate::CloudKey;
use crate::ids::CloudId;
use crate::odata::{EntityType, Resource};
use crate::tenant::{DirectoryObject, State};

/// How many objects a page holds, unless `Prefer: odata.maxpagesize` says otherwise.
const PAGE: usize = 200;
/// How many ids a filter may name.
const FILTER_MAX: usize = 50;

/// What a token remembers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Token {
    /// Changes after this count are to be told; zero means everything that is there.
    since: u64,
    /// Changes up to this count belong to this round.
    until: u64,
    /// Where the next page begins.
    next: u32,
    /// `$select`, as it was asked for at first.
    select: Option<String>,
    /// The ids of the filter.
    ids: Vec<CloudId>,
}

impl Token {
    fn to_text(&self) -> String {
        let ids: Vec<String> = self.ids.iter().map(CloudId::to_string).collect();
        let body = json!([self.since, self.until, self.next, self.select, ids]);
        URL_SAFE_NO_PAD.encode(body.to_string())
    }

    fn from_text(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (since, until, next, select, ids): (u64, u64, u32, Option<String>, Vec<String>) =
            serde_json::from_slice(&bytes).ok()?;
        let ids = ids
            .iter()
            .map(|id| id.parse().ok())
            .collect::<Option<_>>()?;
        Some(Self {
            since,
            until,
            next,
            select,
            ids,
        })
    }
}

impl Exchange<'_> {
    /// `/{users, groups, contacts, directoryObjects}/delta`.
    pub(super) fn delta(&mut self, resource: &Resource) -> Answer {
        let entity = resource.entity_type();
        let mut token = self.delta_token()?;
        let tenant = self.tenant();
        let latest = tenant.change_count();
        if token.since > latest || token.until > latest {
            return Err(self.resync(resource));
        }
        if token.until == 0 {
            token.until = latest;
        }
        let is_meant = |key: &CloudKey| {
            tenant.object(*key).is_some_and(|object| {
                entity.admits(object) && (token.ids.is_empty() || token.ids.contains(&object.id))
            })
        };
        let is_first = token.since == 0;
        let page = self.page_size();
        let mut keys: Vec<CloudKey> = if is_first {
            let all = tenant.objects().filter(|(_, object)| object.is_live());
            all.map(|(key, _)| key).filter(is_meant).collect()
        } else {
            tenant.changes_since(token.since).filter(is_meant).collect()
        };
        keys.sort_unstable();
        let mut keys = keys.into_iter().skip_while(|key| key.0 < token.next);
        let here: Vec<CloudKey> = keys.by_ref().take(page).collect();
        let more = keys.next();
        let mut items = Vec::with_capacity(here.len());
        for key in here {
            let mut item = self.delta_item(key, &token)?;
            if entity == EntityType::DirectoryObject {
                // Items of several types say which one each is.
                item["@odata.type"] = self.odata_type(key).into();
            }
            items.push(item);
        }
        let (name, option, token) = if let Some(next) = more {
            token.next = next.0;
            ("@odata.nextLink", "$skiptoken", token)
        } else {
            let after = Token {
                since: token.until.max(1),
                until: 0,
                next: 0,
                ..token
            };
            ("@odata.deltaLink", "$deltatoken", after)
        };
        let set = entity.entity_set();
        let selected = token
            .select
            .as_ref()
            .map(|it| format!("({it})"))
            .unwrap_or_default();
        let address = format!("{}/{set}/delta?{option}={}", self.base, token.to_text());
        let mut body = Map::new();
        body.insert(
            "@odata.context".to_owned(),
            self.context(&format!("{set}{selected}")).into(),
        );
        body.insert(name.to_owned(), address.into());
        body.insert("value".to_owned(), items.into());
        Ok(Response::graph(200, &Value::Object(body)))
    }

    /// 410 with the address to begin anew at.
    fn resync(&self, resource: &Resource) -> Problem {
        let set = resource.entity_type().entity_set();
        let text = "The sync state is not known here. Start again without a token.";
        Problem::new(410, "resyncRequired", text).header(
            "Location",
            format!("{}/{set}/delta?$deltatoken=", self.base),
        )
    }

    fn page_size(&self) -> usize {
        let prefer = self.request.header_value("prefer").unwrap_or_default();
        let wanted = prefer
            .split([',', ';'])
            .find_map(|one| one.trim().strip_prefix("odata.maxpagesize="))
            .and_then(|size| size.trim().parse::<usize>().ok());
        wanted.map_or(PAGE, |size| size.clamp(1, 999))
    }

    fn delta_token(&self) -> Result<Token, Problem> {
        let mut token = Token::default();
        for (name, value) in pairs(&self.request.query) {
            let name = name.strip_prefix('$').unwrap_or(&name).to_ascii_lowercase();
            match name.as_str() {
                "deltatoken" if value == "latest" => {
                    token.since = self.tenant().change_count().max(1);
                }
                "deltatoken" if value.is_empty() => {}
                "deltatoken" | "skiptoken" => {
                    return Token::from_text(&value).ok_or_else(|| {
                        let text = format!(
                            "Badly formed token: the value of ${name} is not one \
                                            that was given out here."
                        );
                        Problem::new(400, "Request_BadRequest", text)
                    });
                }
                "select" => token.select = Some(value),
                "filter" => token.ids = ids(&value)?,
                "expand" | "top" | "orderby" | "search" | "count" | "skip" => {
                    let text = format!("The query option '${name}' is not supported for delta.");
                    return Err(Problem::new(400, "Request_UnsupportedQuery", text));
                }
                _ => {}
            }
        }
        Ok(token)
    }

    fn delta_item(&self, key: CloudKey, token: &Token) -> Result<Value, Problem> {
        let tenant = self.tenant();
        let Some(object) = tenant.object(key) else {
            return Ok(Value::Null);
        };
        let id = object.id.to_string();
        match object.state {
            State::Live => {}
            State::SoftDeleted { .. } => {
                return Ok(json!({ "id": id, "@removed": { "reason": "changed" } }));
            }
            State::Purged { .. } => {
                return Ok(json!({ "id": id, "@removed": { "reason": "deleted" } }));
            }
        }
        let select = token.select.as_deref().unwrap_or_default();
        let plain = without_relations(select);
        let query = if plain.is_empty() {
            String::new()
        } else {
            format!("$select={plain}")
        };
        let item = self.item(key, &query)?;
        let Value::Object(map) = item else {
            return Ok(item);
        };
        // What was never set is left out.
        let is_empty =
            |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        let mut item: Map<String, Value> = map
            .into_iter()
            .filter(|(_, value)| !is_empty(value))
            .collect();
        item.insert("id".to_owned(), id.into());
        if EntityType::of(object) == EntityType::Group && wants(select, "members") {
            let members = self.members_delta(key, object, token);
            if !members.is_empty() {
                item.insert("members@delta".to_owned(), members.into());
            }
        }
        if wants(select, "manager")
            && !select.is_empty()
            && let Some(manager) = object.extras().manager.and_then(|key| tenant.object(key))
        {
            let manager =
                json!({ "@odata.type": "#microsoft.graph.user", "id": manager.id.to_string() });
            item.insert("manager@delta".to_owned(), json!([manager]));
        }
        Ok(Value::Object(item))
    }

    /// Who is in a group, or who entered and left it since.
    fn members_delta(&self, key: CloudKey, group: &DirectoryObject, token: &Token) -> Vec<Value> {
        let tenant = self.tenant();
        let describe = |member: CloudKey, added: bool| {
            let object = tenant.object(member)?;
            let entity = EntityType::of(object);
            let mut one = json!({
                "@odata.type": format!("#microsoft.graph.{}", entity.name()),
                "id": object.id.to_string(),
            });
            if !added {
                one["@removed"] = json!({ "reason": "deleted" });
            }
            Some(one)
        };
        if token.since == 0 {
            let members = group.members.iter();
            return members
                .filter_map(|member| describe(*member, true))
                .collect();
        }
        // Of a member that entered and left, the last is what counts.
        let mut last = std::collections::BTreeMap::new();
        for change in tenant.membership_changes_since(token.since) {
            if change.group == key {
                last.insert(change.member, change.added);
            }
        }
        let changes = last.into_iter();
        changes
            .filter_map(|(member, added)| describe(member, added))
            .collect()
    }
}

/// Whether a selection asks for a relation; no selection asks for all.
fn wants(select: &str, relation: &str) -> bool {
    select.is_empty()
        || select
            .split(',')
            .any(|name| name.trim().eq_ignore_ascii_case(relation))
}

/// A selection without what is no property of the object itself.
fn without_relations(select: &str) -> String {
    let relations = ["members", "owners", "manager"];
    let is_plain = |name: &&str| {
        let name = name.trim();
        !relations
            .iter()
            .any(|relation| relation.eq_ignore_ascii_case(name))
    };
    let plain: Vec<&str> = select.split(',').filter(is_plain).collect();
    plain.join(",")
}

/// `id eq '…' or id eq '…'`: the only filter that delta takes.
fn ids(filter: &str) -> Result<Vec<CloudId>, Problem> {
    let refuse = || {
        let text = "Only 'id eq' clauses joined by 'or', at most 50 of them, are supported in the \
                    filter of a delta query.";
        Problem::new(400, "Request_UnsupportedQuery", text)
    };
    let clause = |clause: &str| {
        let rest = clause.trim().trim_matches(['(', ')']).trim();
        let value = rest.strip_prefix("id eq ")?.trim();
        let value = value.strip_prefix('\'')?.strip_suffix('\'')?;
        value.parse().ok()
    };
    let all: Vec<CloudId> = filter
        .split(" or ")
        .map(|one| clause(one).ok_or_else(refuse))
        .collect::<Result<_, _>>()?;
    if all.len() > FILTER_MAX {
        return Err(refuse());
    }
    Ok(all)
}
