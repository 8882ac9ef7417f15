//! `/users` and `/me`.

use serde_json::{Value, json};

use super::super::message::Response;
use super::super::path::Path;
use super::super::problem::Problem;
use super::body::{self, USER};
use super::write::Draft;
use super::{Answer, Exchange};
use crate::CloudKey;
use crate::odata::{EntityType, Navigation, Resource};
use crate::tenant::{Change, DirectoryObject, Kind};

const USER_TYPE: EntityType = EntityType::User;

/// What `POST /users` needs, in the order in which it is missed.
const NEEDED: [&str; 4] = [
    "accountEnabled",
    "displayName",
    "mailNickname",
    "userPrincipalName",
];

/// Properties that only live in stores that the directory does not have.
const ELSEWHERE: [&str; 11] = [
    "aboutMe",
    "birthday",
    "hireDate",
    "interests",
    "mySite",
    "pastProjects",
    "preferredName",
    "responsibilities",
    "schools",
    "skills",
    "mailboxSettings",
];

impl Exchange<'_> {
    pub(super) fn users(&mut self, rest: &[&str]) -> Answer {
        match rest {
            [] => match self.method() {
                "GET" => self.collection(&Resource::Users),
                "POST" => self.create_user(),
                _ => Err(Problem::method_not_allowed()),
            },
            ["$count"] => self.only_get(|this| this.count(&Resource::Users)),
            ["delta"] => self.only_get(|this| this.delta(&Resource::Users)),
            ["getbyids"] => self.only_post(Self::get_by_ids),
            [_, rest @ ..] => self.user(rest),
        }
    }

    /// `/me`: as `/users/{id}` of the signed-in user.
    pub(super) fn me(&mut self, rest: &[&str]) -> Answer {
        let tenant = self.host.visible_tenant();
        let user = self.identity.user().and_then(|key| tenant.object(key));
        let Some(user) = user else {
            let text = "/me request is only valid with delegated authentication flow.";
            return Err(Problem::bad_request(text));
        };
        let mut segments = vec!["users".to_owned(), user.id.to_string()];
        segments.extend(self.path.segments.iter().skip(1).cloned());
        let path = Path::of(self.path.beta, &segments);
        let mut inner = Exchange {
            service: self.service,
            host: self.host,
            request: self.request,
            path: &path,
            identity: self.identity.clone(),
            base: self.base.clone(),
        };
        inner.user(rest)
    }

    /// `/users/{id}` and what is below it.
    fn user(&mut self, rest: &[&str]) -> Answer {
        match rest {
            [] => match self.method() {
                "GET" => self.one(USER_TYPE, self.find(1, USER_TYPE)?),
                "PATCH" => self.update_user(),
                "DELETE" => self.delete_object(USER_TYPE),
                _ => Err(Problem::method_not_allowed()),
            },
            ["onpremisessyncbehavior"] => self.sync_behavior(USER_TYPE),
            ["manager", rest @ ..] => self.manager(rest),
            ["assignlicense"] => self.only_post(Self::assign_license),
            ["licensedetails"] => self.only_get(Self::license_details),
            ["changepassword"] => self.only_post(Self::change_password),
            ["revokesigninsessions"] => self.only_post(|this| {
                this.find_to_write(1, USER_TYPE)?;
                let context = this.context("Edm.Boolean");
                let body = json!({ "@odata.context": context, "value": true });
                Ok(Response::graph(200, &body))
            }),
            ["retryserviceprovisioning" | "reprocesslicenseassignment"] => self.only_post(|this| {
                this.find_to_write(1, USER_TYPE)?;
                Ok(Response::empty(204))
            }),
            ["authentication", "methods", _, "resetpassword"] => {
                self.only_post(Self::reset_password)
            }
            // The route that Restore-MgUser takes: it finds no deleted user.
            ["restore"] => self.only_post(|this| {
                this.find_to_write(1, USER_TYPE)?;
                Err(Problem::not_found(this.path.raw(1)))
            }),
            [name, rest @ ..] => match Navigation::from_name(name) {
                Some(navigation) => self.related(USER_TYPE, navigation, rest),
                None => self.object_action_or_property(USER_TYPE, name, rest),
            },
        }
    }

    fn create_user(&mut self) -> Answer {
        let map = body::object(&self.request.body)?;
        refuse_elsewhere(&map)?;
        let given = body::properties(&map, USER, "User", self.policy())?;
        let has = |name: &str| {
            given
                .iter()
                .any(|one| one.name == name && !one.value.is_null())
        };
        if let Some(missing) = NEEDED.into_iter().find(|name| !has(name)) {
            return Err(Problem::required(missing, "User"));
        }
        let draft = Draft::of_user(&given)?;
        if draft.update.password.is_none() {
            let text = "A password must be specified to create a new user.";
            return Err(Problem::bad_request(text).detail("InvalidValue", "passwordProfile"));
        }
        draft.check(self.host.tenant())?;
        let tenant = self.host.tenant();
        let upn = draft
            .update
            .user_principal_name
            .as_deref()
            .unwrap_or_default();
        let is_federated = tenant.domains.is_federated(crate::address::suffix(upn));
        let anchor = draft.anchor.set().cloned();
        if is_federated && anchor.is_none() {
            let text = "One or more property values specified are invalid.";
            return Err(
                Problem::bad_request(text).detail("PropertyRequired", "onPremisesImmutableId")
            );
        }
        if anchor.is_some_and(|anchor| anchor.to_string().contains(['$', '_'])) {
            return Err(Problem::invalid_value("onPremisesImmutableId", "User"));
        }
        let manager = match body::member(&map, "manager@odata.bind") {
            Some(reference) => Some(self.referenced(reference)?),
            None => None,
        };
        let (id, now) = (self.host.fresh_id(), self.host.now());
        let mut object = DirectoryObject::new(id, Kind::User, now);
        draft.fill(&mut object);
        object.change_extras(|extras| extras.manager = manager);
        self.create(object, "users")
    }

    /// Makes an object and answers 201 with it.
    pub(super) fn create(&mut self, object: DirectoryObject, set: &str) -> Answer {
        let id = object.id;
        let key = self.apply(&Change::Create(Box::new(object)))?;
        let key = key.ok_or_else(|| Problem::not_found(&id.to_string()))?;
        let location = format!("{}/{set}/{id}", self.base);
        Ok(self.written(201, key).with_header("Location", location))
    }

    fn update_user(&mut self) -> Answer {
        let key = self.find_to_write(1, USER_TYPE)?;
        let map = body::object(&self.request.body)?;
        refuse_elsewhere(&map)?;
        let given = body::properties(&map, USER, "User", self.policy())?;
        self.check_sensitive(key, given.iter().map(|one| one.name))?;
        let draft = Draft::of_user(&given)?;
        draft.check(self.host.tenant())?;
        let Some(object) = self.host.tenant().object(key).cloned() else {
            return Err(Problem::not_found(self.path.raw(1)));
        };
        let mut changes = draft.into_changes(key, &object, self.host.tenant())?;
        if let Some(reference) = body::member(&map, "manager@odata.bind") {
            changes.push(Change::SetManager(key, Some(self.referenced(reference)?)));
        }
        self.apply_all(changes)?;
        Ok(Response::empty(204))
    }

    /// Carries out changes as one; none is fine, too.
    pub(super) fn apply_all(&mut self, mut changes: Vec<Change>) -> Result<(), Problem> {
        match changes.len() {
            0 => {}
            1 => drop(self.apply(&changes.remove(0))?),
            _ => drop(self.apply(&Change::All(changes))?),
        }
        Ok(())
    }

    /// `DELETE` of a user or group, to the recycle bin where it has one.
    pub(super) fn delete_object(&mut self, entity: EntityType) -> Answer {
        let key = self.find_to_write(1, entity)?;
        self.check_sensitive(key, ["delete"].into_iter())?;
        self.apply(&Change::Delete(key))?;
        Ok(Response::empty(204))
    }

    fn change_password(&mut self) -> Answer {
        let key = self.find_to_write(1, USER_TYPE)?;
        self.check_own(key)?;
        let map = body::object(&self.request.body)?;
        let Some(new) = body::member(&map, "newPassword") else {
            return Err(Problem::required("newPassword", "User"));
        };
        self.set_password(key, new)?;
        Ok(Response::empty(204))
    }

    fn reset_password(&mut self) -> Answer {
        let key = self.find_to_write(1, USER_TYPE)?;
        self.check_sensitive(key, ["passwordProfile"].into_iter())?;
        let map = body::optional_object(&self.request.body)?;
        let given = body::member(&map, "newPassword");
        let drawn = self.service.next_secret();
        let drawn = Value::from(format!("Mock-{}", drawn.get(..12).unwrap_or_default()));
        self.set_password(key, given.unwrap_or(&drawn))?;
        let context = self.context("microsoft.graph.passwordResetResponse");
        let mut body = json!({ "@odata.context": context });
        if given.is_none() {
            body["newPassword"] = drawn;
        }
        Ok(Response::graph(202, &body))
    }

    fn set_password(&mut self, key: CloudKey, password: &Value) -> Result<(), Problem> {
        let profile = json!({ "password": password });
        let given = body::Given {
            name: "passwordProfile",
            value: &profile,
        };
        let draft = Draft::of_user(&[given])?;
        let Some(object) = self.host.tenant().object(key).cloned() else {
            return Err(Problem::not_found(self.path.raw(1)));
        };
        let changes = draft.into_changes(key, &object, self.host.tenant())?;
        self.apply_all(changes)
    }
}

fn refuse_elsewhere(map: &serde_json::Map<String, Value>) -> Result<(), Problem> {
    let is_elsewhere = |name: &str| {
        ELSEWHERE
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
    };
    if map.keys().any(|name| is_elsewhere(name)) {
        let text = "This operation target is not yet supported.";
        return Err(Problem::new(501, "NotImplemented", text));
    }
    Ok(())
}
