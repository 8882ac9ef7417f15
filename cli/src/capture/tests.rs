//! The whole client against servers that misbehave, and against the mock tenant.

use std::collections::BTreeMap;

use mock_cloud::graph::{self, Part};
use mock_cloud::server::{
    Clock, Fault, Listen, MockCloud, PlannedFault, Settings, StandaloneHost, Tokens,
};
use mock_cloud::{CloudId, Profile, Tenant};
use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::judge::Answer;
use super::read::{Keep, Progress, Stopped, Transport, collections, read};
use super::wire::Wire;

/// Pages in memory.
#[derive(Debug, Default)]
struct Shelf {
    pages: BTreeMap<String, Vec<Value>>,
    progress: Progress,
}

impl Keep for Shelf {
    type Error = ();

    fn page(&mut self, name: &str, items: &[Value]) -> Result<(), ()> {
        self.pages.insert(name.to_owned(), items.to_vec());
        Ok(())
    }

    fn progress(&mut self, progress: &Progress) -> Result<(), ()> {
        self.progress = progress.clone();
        Ok(())
    }
}

impl Shelf {
    /// The objects of a part, in the order in which they came.
    fn part(&self, part: &str) -> Vec<Value> {
        let names = self.progress.kept.get(part).into_iter().flatten();
        names.flat_map(|name| self.pages[name].clone()).collect()
    }
}

/// The real client, with a clock that only counts.
struct Counting {
    wire: Wire,
    waits: Vec<u64>,
    asked: usize,
}

impl Transport for Counting {
    fn get(&mut self, url: &str) -> Answer {
        self.asked += 1;
        self.wire.get(url)
    }

    fn wait(&mut self, seconds: u64) {
        self.waits.push(seconds);
    }
}

fn client() -> Counting {
    let wire = Wire::new("secret".to_owned(), None, |_| {});
    Counting {
        wire: wire.expect("a client can be made"),
        waits: Vec::new(),
        asked: 0,
    }
}

fn begin(base: &str) -> Progress {
    Progress {
        base: base.to_owned(),
        ..Progress::default()
    }
}

fn list(items: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({ "value": items }))
}

/// A service in which every collection is empty, but what is mounted before.
struct Service {
    runtime: tokio::runtime::Runtime,
    server: MockServer,
}

impl Service {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let server = runtime.block_on(MockServer::start());
        Self { runtime, server }
    }

    fn mount(&self, mock: Mock) {
        self.runtime.block_on(mock.mount(&self.server));
    }

    fn base(&self) -> String {
        format!("{}/v1.0", self.server.uri())
    }

    /// Everything that was not mounted is empty.
    fn rest_is_empty(&self) {
        self.mount(
            Mock::given(method("GET"))
                .respond_with(list(&json!([])))
                .with_priority(200),
        );
    }

    fn once(&self, at: &str, response: ResponseTemplate) {
        let mock = Mock::given(method("GET")).and(path(format!("/v1.0{at}")));
        self.mount(
            mock.respond_with(response)
                .up_to_n_times(1)
                .with_priority(1),
        );
    }
}

#[test]
fn throttled_requests_wait_as_long_as_they_are_told() {
    let service = Service::start();
    service.once(
        "/users",
        ResponseTemplate::new(429).insert_header("Retry-After", "17"),
    );
    service.once("/groups", ResponseTemplate::new(429));
    service.once("/contacts", ResponseTemplate::new(503));
    service.rest_is_empty();
    let (mut client, mut shelf) = (client(), Shelf::default());
    let mut progress = begin(&service.base());
    read(&mut client, &mut shelf, &mut progress).expect("it goes on");
    assert_eq!(client.waits, [17, 1, 1]);
    assert_eq!(client.asked, collections().len() + 3);
}

#[test]
fn a_service_that_never_answers_is_given_up_and_gone_on_with_later() {
    let service = Service::start();
    let down = Mock::given(method("GET")).and(path("/v1.0/users"));
    let down = down.respond_with(ResponseTemplate::new(503));
    service.mount(down.up_to_n_times(8).with_priority(1));
    service.rest_is_empty();
    let (mut client, mut shelf) = (client(), Shelf::default());
    let mut progress = begin(&service.base());
    let stopped = read(&mut client, &mut shelf, &mut progress);
    let Err(Stopped::Refused { address, why }) = stopped else {
        panic!("it should have stopped");
    };
    assert!(address.contains("/users?"), "{address}");
    assert_eq!(why, "status 503, 8 times in a row");
    assert_eq!(client.waits, [1, 2, 4, 8, 16, 32, 60]);
    let mut progress = shelf.progress.clone();
    let before = client.asked;
    read(&mut client, &mut shelf, &mut progress).expect("the service is up again");
    let left = collections().len() - 3;
    assert_eq!(
        client.asked - before,
        left,
        "what was read is not read again"
    );
}

#[test]
fn a_page_that_is_cut_off_is_asked_for_again() {
    let service = Service::start();
    let cut = ResponseTemplate::new(200).set_body_string("{\"value\":[{\"id\":\"1\"");
    service.once("/users", cut);
    service.once("/users", list(&json!([{ "id": "1" }])));
    service.rest_is_empty();
    let (mut client, mut shelf) = (client(), Shelf::default());
    let mut progress = begin(&service.base());
    read(&mut client, &mut shelf, &mut progress).expect("it goes on");
    assert_eq!(client.waits, [1]);
    assert_eq!(shelf.part("users"), [json!({ "id": "1" })]);
}

#[test]
fn an_expired_page_token_starts_the_collection_over_and_keeps_nothing_twice() {
    let service = Service::start();
    let base = service.base();
    let first = ResponseTemplate::new(200).set_body_json(json!({
        "value": [{ "id": "1" }],
        "@odata.nextLink": format!("{base}/users?$skiptoken=old"),
    }));
    let whole = list(&json!([{ "id": "1" }, { "id": "2" }]));
    let expired = json!({ "error": { "code": "Directory_ExpiredPageToken", "message": "-" } });
    let users = || Mock::given(method("GET")).and(path("/v1.0/users"));
    service.mount(
        users()
            .and(query_param("$skiptoken", "old"))
            .respond_with(ResponseTemplate::new(400).set_body_json(expired))
            .with_priority(1),
    );
    service.mount(
        users()
            .respond_with(first)
            .up_to_n_times(1)
            .with_priority(2),
    );
    service.mount(users().respond_with(whole).with_priority(3));
    service.rest_is_empty();
    let (mut client, mut shelf) = (client(), Shelf::default());
    read(&mut client, &mut shelf, &mut begin(&base)).expect("it goes on");
    assert_eq!(
        shelf.part("users"),
        [json!({ "id": "1" }), json!({ "id": "2" })]
    );
}

#[test]
fn the_token_goes_to_no_other_service() {
    let service = Service::start();
    let elsewhere = ResponseTemplate::new(200).set_body_json(json!({
        "value": [],
        "@odata.nextLink": "https://elsewhere.example/v1.0/domains?$skiptoken=x",
    }));
    service.once("/domains", elsewhere);
    service.rest_is_empty();
    let (mut client, mut shelf) = (client(), Shelf::default());
    let stopped = read(&mut client, &mut shelf, &mut begin(&service.base()));
    assert!(
        matches!(&stopped, Err(Stopped::Refused { why, .. }) if why.contains("another service")),
        "{stopped:?}"
    );
    assert_eq!(client.asked, 1);
}

/// The tenant of the example, as its files have it.
fn example() -> Tenant {
    let place = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/lamplight/cloud");
    let mut tenant = Tenant::new("nobody.onmicrosoft.com", Profile::Entra2026);
    for part in Part::ALL {
        let file = std::path::Path::new(place).join(part.file_name());
        if let Ok(bytes) = std::fs::read(file) {
            graph::load(&mut tenant, part, &bytes).expect("the example can be read");
        }
    }
    tenant
}

/// What can be seen of a tenant, part by part, with objects in the order of their ids.
fn shown(tenant: &Tenant) -> Vec<(Part, Vec<Value>)> {
    let parts = graph::written_parts();
    parts
        .map(|part| {
            let text = graph::write_part(tenant, part);
            let mut value: Value = serde_json::from_str(&text).expect("JSON");
            let all = value["value"].as_array_mut().expect("a list");
            all.sort_by_key(|one| one["id"].to_string());
            (part, all.clone())
        })
        .collect()
}

/// Puts everybody into one group, and all but the first below the first.
fn linked(mut tenant: Tenant) -> Tenant {
    let live = tenant.objects().filter(|(_, it)| it.is_live());
    let id = |value: &CloudId| json!({ "id": value.to_string() });
    let users: Vec<CloudId> = live
        .filter(|(_, it)| it.kind.is_user())
        .map(|(_, it)| it.id)
        .collect();
    let group = tenant.groups().next().map(|(_, group)| group.id);
    let members = users.iter().map(id).collect::<Vec<_>>();
    let members = json!([{ "id": group.map(|it| it.to_string()), "members": members }]);
    let managed = users.iter().skip(1);
    let managers = managed.map(|it| json!({ "id": it.to_string(), "manager": id(&users[0]) }));
    let managers = Value::Array(managers.collect());
    for (part, links) in [(Part::Managers, managers), (Part::Members, members)] {
        let read = graph::load(&mut tenant, part, links.to_string().as_bytes());
        assert!(read.is_ok_and(|count| count > 100), "{part:?}");
    }
    tenant
}

#[test]
fn what_is_captured_of_a_tenant_is_that_tenant() {
    let tenant = linked(example());
    let clock = Clock::default();
    let mut host = StandaloneHost::new(tenant.clone(), clock.now(), 1);
    // On the way it is throttled, and every fifth answer is an error.
    host.plan_fault(PlannedFault {
        fault: Fault::Refuse {
            status: 429,
            retry_after: Some(3),
        },
        method: "GET".to_owned(),
        path_contains: "users".to_owned(),
        every: 1,
        at_most: 1,
    });
    host.plan_fault(PlannedFault {
        fault: Fault::Refuse {
            status: 503,
            retry_after: None,
        },
        method: String::new(),
        path_contains: String::new(),
        every: 5,
        at_most: 100,
    });
    let settings = Settings {
        tokens: Tokens::Fixed("secret".to_owned()),
        ..Settings::default()
    };
    let cloud = MockCloud::start_with(host, settings, clock, &Listen::default());
    let cloud = cloud.expect("the server starts");
    let (mut client, mut shelf) = (client(), Shelf::default());
    let mut progress = begin(&cloud.graph_url());
    read(&mut client, &mut shelf, &mut progress).expect("the capture comes to its end");
    assert!(client.waits.contains(&3), "{:?}", client.waits);
    let mut read = Tenant::new("nobody.onmicrosoft.com", Profile::Entra2026);
    for part in Part::ALL {
        let name = part.file_name().trim_end_matches(".json");
        let body = json!({ "value": shelf.part(name) }).to_string();
        graph::load(&mut read, part, body.as_bytes()).expect("what was captured can be read");
    }
    for ((part, was), (_, is)) in shown(&tenant).iter().zip(shown(&read)) {
        for (was, is) in was.iter().zip(&is) {
            assert_eq!(was, is, "{part:?}");
        }
        assert_eq!(was.len(), is.len(), "{part:?}");
    }
    // Nothing was changed on the way.
    assert_eq!(shown(&cloud.tenant()), shown(&tenant));
}
