//! `/groups`.

use serde_json::{Map, Value, json};

use super::super::message::Response;
use super::super::problem::Problem;
use super::body::{self, GROUP, Given};
use super::write::Draft;
use super::{Answer, Exchange};
use crate::CloudKey;
use crate::address::ProxyAddress;
use crate::odata::{EntityType, Navigation, Resource};
use crate::tenant::{Change, DirectoryObject, Kind, LINKS_PER_REQUEST_MAX, Link};

const GROUP_TYPE: EntityType = EntityType::Group;
/// What `POST /groups` needs, in the order in which it is missed.
const NEEDED: [&str; 4] = [
    "displayName",
    "mailEnabled",
    "mailNickname",
    "securityEnabled",
];

impl Exchange<'_> {
    pub(super) fn groups(&mut self, rest: &[&str]) -> Answer {
        match rest {
            [] => match self.method() {
                "GET" => self.collection(&Resource::Groups),
                "POST" => self.create_group(),
                _ => Err(Problem::method_not_allowed()),
            },
            ["$count"] => self.only_get(|this| this.count(&Resource::Groups)),
            ["delta"] => self.only_get(|this| this.delta(&Resource::Groups)),
            ["getbyids"] => self.only_post(Self::get_by_ids),
            [_] => match self.method() {
                "GET" => self.one(GROUP_TYPE, self.find(1, GROUP_TYPE)?),
                "PATCH" => self.update_group(),
                "DELETE" => self.delete_object(GROUP_TYPE),
                _ => Err(Problem::method_not_allowed()),
            },
            [_, "onpremisessyncbehavior"] => self.sync_behavior(GROUP_TYPE),
            [_, "retryserviceprovisioning" | "renew"] => self.only_post(|this| {
                this.find_to_write(1, GROUP_TYPE)?;
                Ok(Response::empty(204))
            }),
            [_, name, rest @ ..] => match Navigation::from_name(name) {
                Some(navigation) => self.related(GROUP_TYPE, navigation, rest),
                None => self.object_action_or_property(GROUP_TYPE, name, rest),
            },
        }
    }

    fn create_group(&mut self) -> Answer {
        let map = body::object(&self.request.body)?;
        let given = body::properties(&map, GROUP, "Group", self.policy())?;
        let has = |name: &str| {
            given
                .iter()
                .any(|one| one.name == name && !one.value.is_null())
        };
        if let Some(missing) = NEEDED.into_iter().find(|name| !has(name)) {
            return Err(Problem::required(missing, "Group"));
        }
        let kind = kind(&given)?;
        let draft = Draft::of_group(&given)?;
        let nickname = draft.update.mail_nickname.clone().unwrap_or_default();
        let is_unified = kind == Kind::Microsoft365Group;
        if is_unified {
            self.refuse_taken_nickname(&nickname, None)?;
        }
        let flag = |name: &str| {
            given
                .iter()
                .any(|one| one.name == name && *one.value == true)
        };
        if flag("isAssignableToRole") {
            return Err(Problem::not_modelled("groups that roles are given to"));
        }
        let visibility = given.iter().find(|one| one.name == "visibility");
        let visibility = visibility.and_then(|one| one.value.as_str());
        if visibility.is_some_and(is_hidden) && !is_unified {
            return Err(Problem::invalid_value("visibility", "Group"));
        }
        let (id, now) = (self.host.fresh_id(), self.host.now());
        let mut object = DirectoryObject::new(id, kind, now);
        draft.fill(&mut object);
        object.kind = kind;
        if is_unified {
            let address = format!("{nickname}@{}", self.host.tenant().domains.default());
            object.proxy_addresses = [ProxyAddress::primary(&address)].into();
            object.mail = Some(address.into());
        }
        object.members = self.bound(&map, Link::Member)?.into();
        let mut owners = self.bound(&map, Link::Owner)?;
        if let Some(user) = self.identity.user().filter(|user| !owners.contains(user)) {
            owners.push(user);
        }
        object.change_extras(|extras| extras.owners = owners);
        self.create(object, "groups")
    }

    /// The alias of a group of Microsoft 365 is its own among them.
    fn refuse_taken_nickname(&self, wanted: &str, own: Option<CloudKey>) -> Result<(), Problem> {
        let is_taken = |(key, group): (CloudKey, &std::sync::Arc<DirectoryObject>)| {
            let alias = group.mail_nickname.as_deref();
            group.kind == Kind::Microsoft365Group
                && Some(key) != own
                && alias.is_some_and(|alias| store::eq_fold(alias, wanted))
        };
        if self.host.tenant().groups().any(is_taken) {
            return Err(Problem::value_taken("mailNickname", None));
        }
        Ok(())
    }

    /// The objects that a body binds to a list; all or none.
    fn bound(&self, map: &Map<String, Value>, link: Link) -> Result<Vec<CloudKey>, Problem> {
        let name = format!("{}@odata.bind", link.name());
        let Some(list) = body::member(map, &name) else {
            return Ok(Vec::new());
        };
        let Some(list) = list.as_array() else {
            return Err(body::wrong_type(list, "Collection(Edm.String)"));
        };
        if list.len() > LINKS_PER_REQUEST_MAX {
            return Err(Problem::bad_request(format!(
                "The number of references in '{name}' exceeds the limit of \
                 {LINKS_PER_REQUEST_MAX} per request."
            )));
        }
        list.iter().map(|one| self.referenced(one)).collect()
    }

    fn update_group(&mut self) -> Answer {
        let key = self.find_to_write(1, GROUP_TYPE)?;
        let map = body::object(&self.request.body)?;
        let given = body::properties(&map, GROUP, "Group", self.policy())?;
        let mut draft = Draft::of_group(&given)?;
        let Some(object) = self.host.tenant().object(key).cloned() else {
            return Err(Problem::not_found(self.path.raw(1)));
        };
        refuse_fixed(&given, object.kind)?;
        let nickname = draft.update.mail_nickname.as_deref();
        if let Some(nickname) = nickname.filter(|_| object.kind == Kind::Microsoft365Group) {
            self.refuse_taken_nickname(nickname, Some(key))?;
        }
        let secured = given.iter().find(|one| one.name == "securityEnabled");
        if let (Some(secured), Kind::Group { mail_enabled, .. }) = (secured, object.kind) {
            draft.update.kind = Some(Kind::Group {
                mail_enabled,
                security_enabled: secured.value.as_bool().unwrap_or_default(),
            });
        }
        let mut changes = draft.into_changes(key, &object, self.host.tenant())?;
        for link in [Link::Member, Link::Owner] {
            let bound = self.bound(&map, link)?;
            if !bound.is_empty() {
                changes.push(Change::AddLinks(key, link, bound));
            }
        }
        self.apply_all(changes)?;
        Ok(Response::empty(204))
    }
}

fn is_hidden(visibility: &str) -> bool {
    visibility.eq_ignore_ascii_case("HiddenMembership")
}

/// Refuses to change what is decided once, when a group is made: what kind it is, whether roles are
/// given to it, whether its members are hidden. Whoever sends what it is already changes nothing.
fn refuse_fixed(given: &[Given<'_>], kind: Kind) -> Result<(), Problem> {
    let is_unified = kind == Kind::Microsoft365Group;
    let is_mail_enabled = match kind {
        Kind::Group { mail_enabled, .. } => mail_enabled,
        _ => is_unified,
    };
    for one in given {
        match one.name {
            "mailEnabled" if *one.value != is_mail_enabled => {
                return Err(Problem::not_modelled("a change of mailEnabled"));
            }
            "groupTypes" => {
                let words = one.value.as_array().into_iter().flatten();
                let words: Vec<&str> = words.filter_map(Value::as_str).collect();
                let same = match words[..] {
                    [] => !is_unified,
                    [word] => is_unified && word.eq_ignore_ascii_case("Unified"),
                    _ => false,
                };
                if !same {
                    return Err(Problem::not_modelled("a change of groupTypes"));
                }
            }
            "isAssignableToRole" => return Err(Problem::read_only("isAssignableToRole")),
            "visibility" if one.value.as_str().is_some_and(is_hidden) => {
                return Err(Problem::invalid_value("visibility", "Group"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// What kind of group a body asks for.
fn kind(given: &[Given<'_>]) -> Result<Kind, Problem> {
    let flag = |name: &str| {
        let found = given.iter().find(|one| one.name == name);
        found
            .and_then(|one| one.value.as_bool())
            .unwrap_or_default()
    };
    let types = given.iter().find(|one| one.name == "groupTypes");
    let types = types
        .and_then(|one| one.value.as_array())
        .cloned()
        .unwrap_or_default();
    let mut unified = false;
    for one in types.iter().filter_map(Value::as_str) {
        match one.to_ascii_lowercase().as_str() {
            "unified" => unified = true,
            "dynamicmembership" => return Err(Problem::not_modelled("dynamic membership")),
            _ => return Err(Problem::invalid_value("groupTypes", "Group")),
        }
    }
    if unified {
        return Ok(Kind::Microsoft365Group);
    }
    if flag("mailEnabled") || !flag("securityEnabled") {
        return Err(Problem::bad_request(
            "The service does not currently support writes of mail-enabled groups. Please ensure \
             that the mail-enablement property is unset and the security-enablement property is \
             set.",
        ));
    }
    Ok(Kind::Group {
        mail_enabled: false,
        security_enabled: true,
    })
}

impl Exchange<'_> {
    /// `/{set}/{id}/{action or property}`.
    pub(super) fn object_action_or_property(
        &mut self,
        entity: EntityType,
        name: &str,
        rest: &[&str],
    ) -> Answer {
        match (name, rest) {
            ("getmembergroups" | "getmemberobjects", []) => {
                self.only_post(|this| this.get_member_groups(entity, name == "getmemberobjects"))
            }
            ("checkmembergroups" | "checkmemberobjects", []) => {
                self.only_post(|this| this.check_member_groups(entity))
            }
            (_, [] | ["$value"]) => self.only_get(|this| this.property(entity, !rest.is_empty())),
            _ => Err(self.no_segment(2)),
        }
    }

    /// `/{set}/{id}/{property}`, bare with `$value`.
    fn property(&self, entity: EntityType, is_bare: bool) -> Answer {
        let key = self.find(1, entity)?;
        let name = self.path.raw(2);
        let item = self
            .item(key, &format!("$select={name}"))
            .map_err(|_| self.no_segment(2))?;
        let map = item.as_object().cloned().unwrap_or_default();
        let Some(value) = body::member(&map, name) else {
            return Err(self.no_segment(2));
        };
        if value.is_null() {
            return Ok(Response::empty(204));
        }
        if is_bare {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            return Ok(Response::text(200, text));
        }
        let id = self
            .tenant()
            .object(key)
            .map(|it| it.id.to_string())
            .unwrap_or_default();
        let context = self.context(&format!("{}('{id}')/{name}", entity.entity_set()));
        Ok(Response::graph(
            200,
            &json!({ "@odata.context": context, "value": value }),
        ))
    }
}
