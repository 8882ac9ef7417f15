//! Whatever clients do, the journal that was kept of it gives the same world.

use std::sync::{Arc, Mutex};

use mock_cloud::server::{Request, Service, Settings, Tokens, respond};
use serde_json::{Value, json};

use super::Keep;
use crate::control;
use crate::doors::{GraphDoor, LdapDoor};
use crate::lab::Lab;
use crate::workbench::lab_of;

#[derive(Debug, Default)]
struct Memory(Mutex<Vec<Value>>);

impl Keep for Memory {
    fn keep(&self, number: u64, entry: &Value) -> Result<(), String> {
        let mut kept = self.0.lock().expect("nobody panics");
        assert_eq!(number, kept.len() as u64 + 1);
        // Through text, as a file has it.
        kept.push(serde_json::from_str(&entry.to_string()).expect("JSON"));
        Ok(())
    }
}

#[derive(Debug)]
struct Full;

impl Keep for Full {
    fn keep(&self, _: u64, _: &Value) -> Result<(), String> {
        Err("the disk is full".to_owned())
    }
}

const WORLD: &str = "\
scenario: One person
world:
  profile: entra-2026
  ous: [OU=Park]
  engine: { scope: [OU=Staff] }
  tenant: { initial-domain: contoso.onmicrosoft.com, verified: [contoso.com] }
  ad: { ann: { ou: OU=Staff, upn: ann@contoso.com } }
  cloud: { bob: { upn: bob@contoso.com, licences: [E3], mailbox: true } }
check: { finally: [converged] }
";

struct Client {
    service: Service,
}

impl Client {
    fn new() -> Self {
        let settings = Settings {
            tokens: Tokens::Any,
            ..Settings::default()
        };
        Self {
            service: Service::new(settings),
        }
    }

    #[track_caller]
    fn graph(&mut self, lab: &mut Lab, method: &str, path: &str, body: &Value) -> Value {
        let request = Request::new(method, path).header("Authorization", "Bearer any");
        let request = if body.is_null() {
            request
        } else {
            request.json(body)
        };
        let response = respond(
            &mut self.service,
            &mut GraphDoor {
                lab,
                from: crate::Origin::Graph,
            },
            &request,
        );
        lab.finish_request();
        let said = response.body_json();
        assert!(response.status < 300, "{method} {path}: {said:#}");
        said
    }
}

fn control(lab: &mut Lab, path: &str, body: &Value) {
    let request = Request::new("POST", path).header("Authorization", "Bearer t");
    let response = control::respond(lab, "t", &request.json(body));
    assert_eq!(response.status, 200, "{}", response.body_json());
}

/// One request of every kind that writes.
fn write_everything(lab: &mut Lab) {
    let mut client = Client::new();
    let user = json!({
        "accountEnabled": true, "displayName": "Cleo", "mailNickname": "cleo",
        "userPrincipalName": "cleo@contoso.com", "usageLocation": "DE", "jobTitle": "Clerk",
        "onPremisesImmutableId": "Oywdb1lKh06bDB0uP0BRYg==", "city": "Zürich",
        "passwordProfile": { "password": "Correct-Horse-9" },
    });
    let cleo = client.graph(lab, "POST", "/v1.0/users", &user);
    let cleo = cleo["id"].as_str().expect("an id").to_owned();
    let bob = lab
        .world()
        .tenant()
        .find_user_by_upn("bob@contoso.com")
        .expect("Bob");
    let bob = lab
        .world()
        .tenant()
        .object(bob)
        .expect("Bob")
        .id
        .to_string();
    let reference = |id: &str| {
        let address = format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}");
        json!({ "@odata.id": address })
    };
    let group = json!({
        "displayName": "All", "mailEnabled": false, "mailNickname": "all", "securityEnabled": true,
    });
    let group = client.graph(lab, "POST", "/v1.0/groups", &group);
    let group = format!("/v1.0/groups/{}", group["id"].as_str().expect("an id"));
    let add = format!("{group}/members/$ref");
    client.graph(lab, "POST", &add, &reference(&cleo));
    client.graph(lab, "POST", &add, &reference(&bob));
    client.graph(
        lab,
        "DELETE",
        &format!("{group}/members/{bob}/$ref"),
        &Value::Null,
    );
    let cleo = format!("/v1.0/users/{cleo}");
    client.graph(
        lab,
        "PUT",
        &format!("{cleo}/manager/$ref"),
        &reference(&bob),
    );
    let change = json!({ "jobTitle": null, "userType": "Guest", "mail": "c@contoso.com" });
    client.graph(lab, "PATCH", &cleo, &change);
    client.graph(
        lab,
        "PATCH",
        &cleo,
        &json!({ "onPremisesImmutableId": null }),
    );
    client.graph(lab, "DELETE", &cleo, &Value::Null);
    let deleted = cleo.replace("/users/", "/directory/deletedItems/");
    client.graph(lab, "POST", &format!("{deleted}/restore"), &json!({}));
    client.graph(lab, "DELETE", &cleo, &Value::Null);
    client.graph(lab, "DELETE", &deleted, &Value::Null);
    write_ad(lab);
    control(lab, "/sync", &json!({ "policy": "initial" }));
    control(lab, "/snapshot/save", &json!({ "name": "x" }));
    control(lab, "/clock/advance", &json!({ "by": "90m" }));
    control(lab, "/snapshot/restore", &json!({ "name": "x" }));
    control(lab, "/sync", &json!({}));
}

fn write_ad(lab: &mut Lab) {
    use mock_ad::directory::{AttributeId, Change, ForestSetting, Modification, Value};
    use mock_ad::ldap::Host as _;
    let mut door = LdapDoor {
        lab,
        forest: 0,
        was_asked: false,
    };
    let base = door.directory().base().clone();
    let dn = format!("CN=Dora \\, D,OU=Staff,{base}")
        .parse()
        .expect("a name");
    let attributes = vec![
        (AttributeId::OBJECT_CLASS, vec!["user".into()]),
        (AttributeId::SAM_ACCOUNT_NAME, vec!["dora".into()]),
        (AttributeId::USER_ACCOUNT_CONTROL, vec![Value::Integer(512)]),
        (
            AttributeId::MS_DS_CONSISTENCY_GUID,
            vec![Value::Bytes([7u8; 16].as_slice().into())],
        ),
    ];
    let guid = None;
    let object = door
        .change(&Change::Add {
            dn,
            attributes,
            guid,
        })
        .expect("Dora");
    let park = format!("OU=Park,{base}").parse().expect("a name");
    let parent = door.directory().find(&park);
    let changes = vec![
        Modification::add(AttributeId::PROXY_ADDRESSES, ["SMTP:dora@contoso.com"]),
        Modification::replace(AttributeId::DISPLAY_NAME, ["Dora"]),
    ];
    for change in [
        Change::Modify { object, changes },
        Change::Move {
            object,
            name: None,
            parent,
        },
        Change::Move {
            object,
            name: Some("Dora".into()),
            parent: None,
        },
        Change::Authenticate {
            object,
            accepted: false,
        },
        Change::Delete { object },
        Change::Restore {
            object,
            parent: None,
            name: None,
        },
        Change::Configure {
            setting: ForestSetting::TombstoneLifetime(60),
        },
        Change::Configure {
            setting: ForestSetting::DeletedObjectLifetime(None),
        },
    ] {
        door.change(&change)
            .unwrap_or_else(|refusal| panic!("{change:?}: {refusal:?}"));
    }
    lab.finish_request();
}

#[test]
fn a_journal_that_was_kept_gives_the_same_world() {
    let memory = Arc::new(Memory::default());
    let mut lab = lab_of(WORLD);
    lab.reopen(std::iter::empty(), memory.clone())
        .expect("nothing to read");
    write_everything(&mut lab);
    assert!(!lab.is_frozen());
    let kept = memory.0.lock().expect("nobody panics").clone();
    assert_eq!(kept.len(), lab.journal().len());
    let mut again = self::lab_of(WORLD);
    let other = Arc::new(Memory::default());
    again
        .reopen(kept.into_iter(), other)
        .expect("all entries are read");
    assert_eq!(again.world().fingerprint(), lab.world().fingerprint());
    assert_eq!(again.journal().len(), lab.journal().len());
    assert_ne!(
        again.fresh_id(),
        lab.fresh_id(),
        "an id is never drawn twice"
    );
}

#[test]
fn what_is_done_to_the_engine_is_kept() {
    use crate::lab::Origin;
    use mock_ad::directory::ObjectId;
    use sim::engine::{AnchorAttribute, Condition, ConnectorId, CyclePolicy, Scope, Source, Step};
    use sim::world::{Action, EngineChange};
    let unread = Source {
        forest: 0,
        object: ObjectId(3),
    };
    let park = "OU=Park,DC=contoso,DC=com".parse().expect("a name");
    let scope = Scope {
        include: Vec::new(),
        exclude: vec![park],
        group: None,
    };
    let run = |connector, step| Action::Run { connector, step };
    let actions = [
        Action::Configure(EngineChange::Anchor(AnchorAttribute::ConsistencyGuid)),
        Action::Configure(EngineChange::Schedule(None)),
        Action::Configure(EngineChange::DeletionThreshold(None)),
        Action::Configure(EngineChange::Scope(0, scope)),
        run(ConnectorId::Ad(0), Step::FullImport),
        run(ConnectorId::Ad(0), Step::FullSynchronization),
        Action::BrokenExport(1),
        run(ConnectorId::Entra, Step::Export),
        Action::Configure(EngineChange::DeletionThreshold(Some(7))),
        Action::Configure(EngineChange::Schedule(Some(
            jiff::SignedDuration::from_mins(30),
        ))),
        Action::Configure(EngineChange::Staging(true)),
        Action::Configure(EngineChange::Condition(
            ConnectorId::Ad(0),
            Condition::Unreachable,
        )),
        Action::Configure(EngineChange::Readable(unread, false)),
        Action::Cycle(CyclePolicy::Delta),
        Action::Configure(EngineChange::Condition(
            ConnectorId::Entra,
            Condition::CredentialsInvalid,
        )),
    ];
    let memory = Arc::new(Memory::default());
    let mut lab = lab_of(WORLD);
    lab.reopen(std::iter::empty(), memory.clone())
        .expect("nothing to read");
    for action in actions {
        lab.act(Origin::Console, action);
        assert!(!lab.is_frozen());
    }
    let kept = memory.0.lock().expect("nobody panics").clone();
    let mut again = lab_of(WORLD);
    again
        .reopen(kept.into_iter(), Arc::new(Memory::default()))
        .expect("all entries are read");
    assert_eq!(again.world().fingerprint(), lab.world().fingerprint());
    let (one, other) = (again.world().engine(), lab.world().engine());
    assert_eq!(
        format!("{:?}", one.config()),
        format!("{:?}", other.config())
    );
    assert!(one.config().staging);
    assert_eq!(one.config().conditions.len(), 2);
    assert!(one.config().unreadable.contains(&unread));
}

#[test]
fn the_last_actions_are_taken_back() {
    use crate::lab::Origin;
    use sim::engine::CyclePolicy;
    use sim::world::Action;
    let mut lab = lab_of(WORLD);
    let start = lab.world().fingerprint();
    lab.act(Origin::Console, Action::Cycle(CyclePolicy::Delta));
    let once = lab.world().fingerprint();
    lab.remember();
    lab.act(Origin::Console, Action::Cycle(CyclePolicy::Delta));
    lab.act(Origin::Console, Action::Cycle(CyclePolicy::Delta));
    assert_eq!(lab.take_back(2), 2);
    assert_eq!((lab.world().fingerprint(), lab.journal().len()), (once, 1));
    lab.act(Origin::Console, Action::Cycle(CyclePolicy::Delta));
    let before = lab.world_after(1).map(|world| world.fingerprint());
    assert_eq!(before, Some(once));
    assert_eq!(lab.take_back(9), 2);
    assert_eq!((lab.world().fingerprint(), lab.journal().len()), (start, 0));
    lab.act(Origin::Console, Action::Cycle(CyclePolicy::Delta));
    lab.reset(Origin::Console);
    assert_eq!(lab.take_back(1), 0, "what was set back is not undone");
}

#[test]
fn what_cannot_be_kept_is_not_acknowledged() {
    let mut lab = lab_of(WORLD);
    lab.reopen(std::iter::empty(), Arc::new(Full))
        .expect("nothing to read");
    control(&mut lab, "/sync", &json!({}));
    assert!(lab.is_frozen());
}

#[test]
fn entries_that_are_damaged_are_refused_with_their_number() {
    for entry in [
        json!({}),
        json!({ "from": "control", "happening": { "sync": 1 } }),
        json!({ "from": "nobody", "happening": "reset" }),
        json!({ "from": { "ldap": 0 }, "happening": { "ad": { "forest": 9, "change": {} } } }),
        json!({ "from": "graph", "happening": { "cloud": { "purge": [-1] } } }),
        json!({ "from": "graph", "happening": { "cloud": { "feature": ["no-such", true] } } }),
        json!({ "from": "control", "happening": { "advance": ["soon"] } }),
    ] {
        let mut lab = lab_of(WORLD);
        let found = lab.reopen(std::iter::once(entry), Arc::new(Memory::default()));
        let found = found.expect_err("it is damaged");
        assert!(found.starts_with("entry 1: "), "{found}");
    }
}
