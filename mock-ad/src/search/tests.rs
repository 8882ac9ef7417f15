//! Searches over a small domain, rule by rule.

mod controls;
mod dirsync;
mod filters;
mod forest;
mod laws;
mod names;
mod replication;
mod selection;

use jiff::Timestamp;

use super::*;
use crate::directory::{
    AddRequest, AttributeId, Directory, DirectoryOptions, Modification, ObjectGuid, ObjectId, Value,
};

pub(super) const BASE: &str = "DC=example,DC=test";

/// A domain under test, with a clock and GUIDs of its own.
pub(super) struct Lab {
    pub(super) directory: Directory,
    pub(super) state: SearchState,
    guid: u128,
    seconds: i64,
}

impl Lab {
    pub(super) fn new() -> Self {
        let options = DirectoryOptions::new(BASE.parse().unwrap());
        Self::with(options)
    }

    pub(super) fn with(options: DirectoryOptions) -> Self {
        let mut guid = 0x10_u128;
        let mut guids = || {
            guid += 1;
            ObjectGuid::from_bytes(guid.to_be_bytes())
        };
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        let directory = Directory::new(options, now, &mut guids);
        Self {
            directory,
            state: SearchState::default(),
            guid,
            seconds: 1_700_000_000,
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        Timestamp::from_second(self.seconds).unwrap()
    }

    /// Adds an object; values of attributes are given as text, numbers included.
    pub(super) fn add(&mut self, rdns: &str, class: &str, attributes: &[(&str, &str)]) -> ObjectId {
        self.guid += 1;
        self.seconds += 60;
        let mut given: Vec<(AttributeId, Vec<Value>)> =
            vec![(AttributeId::OBJECT_CLASS, vec![class.into()])];
        for (name, value) in attributes {
            let id = self.directory.schema().attribute(name).unwrap();
            let value = self.value(id, value);
            match given.iter_mut().find(|(known, _)| *known == id) {
                Some((_, values)) => values.push(value),
                None => given.push((id, vec![value])),
            }
        }
        let request = AddRequest {
            dn: format!("{rdns},{BASE}").parse().unwrap(),
            attributes: given,
            guid: ObjectGuid::from_bytes(self.guid.to_be_bytes()),
        };
        let now = self.now();
        self.directory.add(request, now).unwrap()
    }

    fn value(&self, id: AttributeId, text: &str) -> Value {
        use crate::directory::Syntax;
        let definition = self.directory.schema().definition(id);
        match definition.syntax {
            Syntax::Integer | Syntax::LargeInteger => Value::Integer(text.parse().unwrap()),
            Syntax::Boolean => Value::Boolean(text == "TRUE"),
            syntax if syntax.is_binary() => text.as_bytes().into(),
            _ => text.into(),
        }
    }

    pub(super) fn modify(&mut self, id: ObjectId, change: Modification) {
        self.seconds += 60;
        let now = self.now();
        self.directory.modify(id, &[change], now).unwrap();
    }

    pub(super) fn delete(&mut self, id: ObjectId) {
        self.seconds += 60;
        let now = self.now();
        self.directory.delete(id, now).unwrap();
    }

    pub(super) fn run(&mut self, request: &SearchRequest, controls: &[Control]) -> Reply {
        let context = Context::administrator(self.now());
        search(
            &self.directory,
            &context,
            &mut self.state,
            request,
            controls,
        )
    }

    /// The names, without the domain's, of what a filter finds below the domain.
    pub(super) fn found(&mut self, filter: &str) -> Vec<String> {
        self.found_with(filter, &[])
    }

    pub(super) fn found_with(&mut self, filter: &str, controls: &[Control]) -> Vec<String> {
        let request = request(BASE, Scope::Subtree, filter);
        let reply = self.run(&request, controls);
        assert_eq!(reply.result.code, ResultCode::SUCCESS, "{:?}", reply.result);
        names(&reply)
    }
}

pub(super) fn request(base: &str, scope: Scope, filter: &str) -> SearchRequest {
    SearchRequest::new(base, scope, Filter::parse(filter).unwrap())
}

/// The first names of the entries, in order.
pub(super) fn names(reply: &Reply) -> Vec<String> {
    let first = |entry: &Entry| {
        let dn = entry.dn.rsplit(';').next().unwrap_or_default();
        dn.split(',').next().unwrap_or_default()[3..].to_owned()
    };
    reply.entries.iter().map(first).collect()
}

/// The values of an attribute of an entry, as text.
pub(super) fn values(entry: &Entry, name: &str) -> Vec<String> {
    let text = |value: &Value| String::from_utf8_lossy(&value.ldap_bytes()).into_owned();
    entry.values(name).iter().map(text).collect()
}

pub(super) fn control(oid: &str, value: &[u8]) -> Control {
    Control {
        oid: oid.to_owned(),
        critical: true,
        value: (!value.is_empty()).then(|| value.to_vec()),
    }
}

/// Bytes as digits, each byte after a mark.
pub(super) fn hex(bytes: &[u8], mark: &str) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{mark}{byte:02x}").unwrap();
        text
    })
}

/// Ann and Bob in OU=Staff, groups that nest, and a computer.
pub(super) fn staffed() -> Lab {
    staff(true)
}

/// The same, where every search looks at every object.
pub(super) fn staffed_without_indexes() -> Lab {
    staff(false)
}

fn staff(indexed: bool) -> Lab {
    let mut lab = Lab::new();
    if indexed {
        lab.directory.index_values();
    }
    lab.add("OU=Staff", "organizationalUnit", &[]);
    lab.add(
        "CN=Ann,OU=Staff",
        "user",
        &[
            ("sAMAccountName", "ann"),
            ("givenName", "Ann"),
            ("sn", "Frey"),
            ("displayName", "Ann Frey"),
            ("mail", "ann@example.test"),
            ("userPrincipalName", "ann@example.test"),
            ("proxyAddresses", "SMTP:ann@example.test"),
            ("proxyAddresses", "smtp:a.frey@example.test"),
            ("userAccountControl", "512"),
        ],
    );
    lab.add(
        "CN=Bob,OU=Staff",
        "user",
        &[
            ("sAMAccountName", "bob"),
            ("givenName", "Bob"),
            ("sn", "Ann"),
            ("userAccountControl", "514"),
            ("description", "Zoë (temp)*"),
            ("manager", "CN=Ann,OU=Staff,DC=example,DC=test"),
        ],
    );
    lab.add("CN=PC1,OU=Staff", "computer", &[("sAMAccountName", "PC1$")]);
    lab.add("CN=Inner", "group", &[("sAMAccountName", "Inner")]);
    lab.add(
        "CN=Outer",
        "group",
        &[
            ("sAMAccountName", "Outer"),
            ("member", "CN=Inner,DC=example,DC=test"),
            ("member", "CN=Bob,OU=Staff,DC=example,DC=test"),
        ],
    );
    let inner = lab
        .directory
        .find(&format!("CN=Inner,{BASE}").parse().unwrap());
    lab.modify(
        inner.unwrap(),
        Modification::add(AttributeId::MEMBER, [format!("CN=Ann,OU=Staff,{BASE}")]),
    );
    lab
}
