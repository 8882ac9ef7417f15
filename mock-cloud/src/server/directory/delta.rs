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
use super::roles::role_json;
use super::{Answer, Exchange};
use crate::CloudKey;
use crate::ids::CloudId;
use crate::odata::{EntityType, Resource};
use crate::tenant::{Aspects, DirectoryObject, State};

/// How many objects a page holds, unless `Prefer: odata.maxpagesize` says otherwise.
const PAGE: usize = 200;
/// How many ids a filter may name.
const FILTER_MAX: usize = 50;

/// How long a token is good for, in seconds: seven days, as the documentation of directory objects
/// has it.
const TOKEN_SECONDS: i64 = 7 * 24 * 60 * 60;

/// What a token remembers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Token {
    /// One more than the count after which changes are to be told; zero means everything that is
    /// there.
    since: u64,
    /// The same for the count up to which changes belong to this round.
    until: u64,
    /// Where the next page begins.
    next: u32,
    /// `$select`, as it was asked for at first.
    select: Option<String>,
    /// The ids of the filter.
    ids: Vec<CloudId>,
    /// The types of the filter, by name.
    types: Vec<String>,
    /// When it was given out, in seconds.
    given: i64,
}

impl Token {
    fn to_text(&self) -> String {
        let ids: Vec<String> = self.ids.iter().map(CloudId::to_string).collect();
        let Self {
            since,
            until,
            next,
            select,
            types,
            given,
            ..
        } = self;
        let body = json!([since, until, next, select, ids, types, given]);
        URL_SAFE_NO_PAD.encode(body.to_string())
    }

    fn from_text(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let kept: Kept = serde_json::from_slice(&bytes).ok()?;
        let (since, until, next, select, ids, types, given) = kept;
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
            types,
            given,
        })
    }

    /// What of an object a change has to be about to be told: all that was selected, or anything.
    fn wanted(&self) -> Option<Aspects> {
        let select = self.select.as_deref().filter(|select| !select.is_empty())?;
        let names = select.split(',').map(str::trim);
        Some(names.fold(Aspects::EXISTENCE, |all, name| {
            all | Aspects::of_property(name)
        }))
    }

    /// Whether the filter lets an object through.
    fn admits(&self, object: &DirectoryObject) -> bool {
        let name = EntityType::of(object).name();
        (self.ids.is_empty() || self.ids.contains(&object.id))
            && (self.types.is_empty() || self.types.iter().any(|known| known == name))
    }

    /// The token of the next round.
    fn next_round(self) -> Self {
        Self {
            since: self.until,
            until: 0,
            next: 0,
            ..self
        }
    }
}

/// What a token's text holds.
type Kept = (u64, u64, u32, Option<String>, Vec<String>, Vec<String>, i64);

impl Exchange<'_> {
    /// `/{users, groups, contacts, directoryObjects}/delta`.
    pub(super) fn delta(&mut self, resource: &Resource) -> Answer {
        let entity = resource.entity_type();
        let token = self.delta_token(entity)?;
        let tenant = self.tenant();
        let mut token = self.round(token, tenant.change_count() + 1, entity)?;
        let is_meant = |key: &CloudKey| {
            let object = tenant.object(*key);
            object.is_some_and(|object| entity.admits(object) && token.admits(object))
        };
        let is_first = token.since == 0;
        let page = self.page_size();
        let mut keys: Vec<(CloudKey, Aspects)> = if is_first {
            let all = tenant.objects().filter(|(_, object)| object.is_live());
            let all = all.map(|(key, _)| (key, Aspects::EXISTENCE));
            all.filter(|(key, _)| is_meant(key)).collect()
        } else {
            let wanted = token.wanted();
            let is_told = |about: Aspects| wanted.is_none_or(|wanted| about.touches(wanted));
            let all = tenant.changed_since(token.since - 1).into_iter();
            all.filter(|(key, about)| is_meant(key) && is_told(*about))
                .collect()
        };
        keys.sort_unstable_by_key(|(key, _)| *key);
        let mut keys = keys.into_iter().skip_while(|(key, _)| key.0 < token.next);
        let here: Vec<(CloudKey, Aspects)> = keys.by_ref().take(page).collect();
        let more = keys.next().map(|(key, _)| key);
        let mut items = Vec::with_capacity(here.len());
        for (key, about) in here {
            let mut item = self.delta_item(key, &token, about)?;
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
            ("@odata.deltaLink", "$deltatoken", token.next_round())
        };
        Ok(self.delta_page(entity, &token, (name, option), items))
    }

    /// `/directoryRoles/delta`: the roles, and who got and lost them. Never in pages, as little as
    /// the roles themselves.
    pub(super) fn roles_delta(&mut self) -> Answer {
        let entity = EntityType::DirectoryRole;
        let token = self.delta_token(entity)?;
        let tenant = self.tenant();
        let token = self.round(token, tenant.roles.change_count() + 1, entity)?;
        let is_first = token.since == 0;
        let select = token.select.as_deref().unwrap_or_default();
        let plain = without_relations(select);
        let mut items = Vec::new();
        for role in tenant.directory_roles() {
            let id = role.id(tenant.organization.id);
            let mut last = std::collections::BTreeMap::new();
            if is_first {
                last.extend(tenant.roles.holders(&role).map(|member| (member, true)));
            } else {
                let changes = tenant.roles.changes_since(token.since - 1);
                let own = changes.filter(|change| change.role == role);
                last.extend(own.map(|change| (change.member, change.added)));
            }
            let is_named = token.ids.is_empty() || token.ids.contains(&id);
            if !is_named || !is_first && last.is_empty() {
                continue;
            }
            let mut item = role_json(tenant, &role);
            if let Some(map) = item.as_object_mut() {
                let is_wanted = |name: &str| name == "id" || wants(&plain, name);
                map.retain(|name, value| !value.is_null() && is_wanted(name));
            }
            if wants(select, "members") && !last.is_empty() {
                let last = last.into_iter();
                let members = last.filter_map(|(key, added)| self.linked(key, added));
                item["members@delta"] = members.collect();
            }
            items.push(item);
        }
        let link = ("@odata.deltaLink", "$deltatoken");
        Ok(self.delta_page(entity, &token.next_round(), link, items))
    }

    /// The token of a round that ends with the change `latest`, where it is not of another tenant
    /// and not too old. What is given out in its place begins to age now.
    fn round(&self, mut token: Token, latest: u64, entity: EntityType) -> Result<Token, Problem> {
        let now = self.host.now().as_second();
        let is_old = now - token.given > TOKEN_SECONDS && self.policy().delta_tokens_expire;
        if token.since > latest || token.until > latest || is_old {
            return Err(self.resync(entity));
        }
        if token.until == 0 {
            token.until = latest;
        }
        token.given = now;
        Ok(token)
    }

    fn delta_page(
        &self,
        entity: EntityType,
        token: &Token,
        (name, option): (&str, &str),
        items: Vec<Value>,
    ) -> Response {
        let set = entity.entity_set();
        let selected = token.select.as_ref();
        let selected = selected.map(|it| format!("({it})")).unwrap_or_default();
        let address = format!("{}/{set}/delta?{option}={}", self.base, token.to_text());
        let mut body = Map::new();
        let context = self.context(&format!("{set}{selected}"));
        body.insert("@odata.context".to_owned(), context.into());
        body.insert(name.to_owned(), address.into());
        body.insert("value".to_owned(), items.into());
        let response = Response::graph(200, &Value::Object(body));
        if self.wants_minimal() {
            return response.with_header("Preference-Applied", "return=minimal");
        }
        response
    }

    /// Whether items are to hold what changed and nothing else.
    fn wants_minimal(&self) -> bool {
        let prefer = self.request.header_value("prefer").unwrap_or_default();
        let mut all = prefer.split([',', ';']).map(str::trim);
        all.any(|one| one.eq_ignore_ascii_case("return=minimal"))
    }

    /// 410 with the address to begin anew at.
    fn resync(&self, entity: EntityType) -> Problem {
        let set = entity.entity_set();
        let text = "The sync state is not known here. Start again without a token.";
        let code = if self.policy().resync_is_sync_state_not_found {
            "syncStateNotFound"
        } else {
            "resyncRequired"
        };
        Problem::new(410, code, text).header(
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

    fn delta_token(&self, entity: EntityType) -> Result<Token, Problem> {
        let mut token = Token {
            given: self.host.now().as_second(),
            ..Token::default()
        };
        for (name, value) in pairs(&self.request.query) {
            let name = name.strip_prefix('$').unwrap_or(&name).to_ascii_lowercase();
            match name.as_str() {
                "deltatoken" if value == "latest" => {
                    token.since = 1 + match entity {
                        EntityType::DirectoryRole => self.tenant().roles.change_count(),
                        _ => self.tenant().change_count(),
                    };
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
                "filter" => filter(&value, entity, &mut token)?,
                "expand" | "top" | "orderby" | "search" | "count" | "skip" => {
                    let text = format!("The query option '${name}' is not supported for delta.");
                    return Err(Problem::new(400, "Request_UnsupportedQuery", text));
                }
                _ => {}
            }
        }
        Ok(token)
    }

    fn delta_item(&self, key: CloudKey, token: &Token, about: Aspects) -> Result<Value, Problem> {
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
        let query = if select.is_empty() {
            String::new()
        } else if plain.is_empty() {
            "$select=id".to_owned()
        } else {
            format!("$select={plain}")
        };
        let item = self.item(key, &query)?;
        let Value::Object(map) = item else {
            return Ok(item);
        };
        // What was never set is left out; what was emptied since the last round is told.
        let is_empty =
            |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        let is_new = about.touches(Aspects::EXISTENCE);
        let is_minimal = self.wants_minimal() && !is_new;
        let has_changed = |name: &str| about.touches(Aspects::of_property(name));
        let is_told = |(name, value): &(String, Value)| {
            if is_empty(value) {
                !is_new && has_changed(name)
            } else {
                !is_minimal || has_changed(name)
            }
        };
        let mut item: Map<String, Value> = map.into_iter().filter(is_told).collect();
        item.insert("id".to_owned(), id.into());
        if EntityType::of(object) == EntityType::Group && wants(select, "members") {
            let members = self.members_delta(key, object, token);
            if !members.is_empty() {
                item.insert("members@delta".to_owned(), members.into());
            }
        }
        if wants(select, "manager")
            && !select.is_empty()
            && (!is_minimal || has_changed("manager"))
            && let Some(manager) = object.extras().manager.and_then(|key| tenant.object(key))
        {
            let manager =
                json!({ "@odata.type": "#microsoft.graph.user", "id": manager.id.to_string() });
            item.insert("manager@delta".to_owned(), json!([manager]));
        }
        Ok(Value::Object(item))
    }

    /// An entry of `members@delta`.
    fn linked(&self, member: CloudKey, added: bool) -> Option<Value> {
        let object = self.tenant().object(member)?;
        let entity = EntityType::of(object);
        let mut one = json!({
            "@odata.type": format!("#microsoft.graph.{}", entity.name()),
            "id": object.id.to_string(),
        });
        if !added {
            one["@removed"] = json!({ "reason": "deleted" });
        }
        Some(one)
    }

    /// Who is in a group, or who entered and left it since.
    fn members_delta(&self, key: CloudKey, group: &DirectoryObject, token: &Token) -> Vec<Value> {
        let tenant = self.tenant();
        if token.since == 0 {
            let members = group.members.iter();
            return members
                .filter_map(|member| self.linked(*member, true))
                .collect();
        }
        // Of a member that entered and left, the last is what counts.
        let mut last = std::collections::BTreeMap::new();
        for change in tenant.membership_changes_since(token.since - 1) {
            if change.group == key {
                last.insert(change.member, change.added);
            }
        }
        let changes = last.into_iter();
        changes
            .filter_map(|(member, added)| self.linked(member, added))
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

/// `id eq '…' or id eq '…'`, and of directoryObjects `isof('microsoft.graph.user') or …`: the only
/// filters that delta takes.
fn filter(filter: &str, entity: EntityType, token: &mut Token) -> Result<(), Problem> {
    let refuse = || {
        let types = match entity {
            EntityType::DirectoryObject => " or 'isof' clauses",
            _ => "",
        };
        let text = format!(
            "Only 'id eq' clauses{types} joined by 'or', at most {FILTER_MAX} of them, are \
             supported in the filter of a delta query."
        );
        Problem::new(400, "Request_UnsupportedQuery", text)
    };
    for clause in filter.split(" or ") {
        let clause = clause.trim();
        if let Some(named) = type_of(clause).filter(|_| entity == EntityType::DirectoryObject) {
            token.types.push(named.name().to_owned());
            continue;
        }
        let value = clause
            .trim_matches(['(', ')'])
            .trim()
            .strip_prefix("id eq ");
        let value = value.map(str::trim).and_then(|it| it.strip_prefix('\''));
        let id = value.and_then(|it| it.strip_suffix('\'')?.parse().ok());
        token.ids.push(id.ok_or_else(refuse)?);
    }
    if token.ids.len() + token.types.len() > FILTER_MAX
        || !(token.ids.is_empty() || token.types.is_empty())
    {
        return Err(refuse());
    }
    Ok(())
}

/// The type of `isof('microsoft.graph.user')`, with or without the quotes.
fn type_of(clause: &str) -> Option<EntityType> {
    let name = clause
        .get(..5)
        .filter(|name| name.eq_ignore_ascii_case("isof("))?;
    let inner = clause[name.len()..].strip_suffix(')')?.trim();
    let quoted = inner
        .strip_prefix('\'')
        .and_then(|it| it.strip_suffix('\''));
    EntityType::from_cast(quoted.unwrap_or(inner))
}
