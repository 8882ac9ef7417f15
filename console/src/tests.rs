//! The console as a browser sees it.

mod acting;
mod guarding;
mod labs;
mod pages;

use std::collections::{BTreeSet, VecDeque};

use host::{Lab, Settings as LabSettings};
use mock_cloud::Profile;
use mock_cloud::server::{Request, Response};
use sim::rehearse::{Prelude, Rehearsal};

use crate::{Console, Settings};

const KEY: &str = "form-key";
const HOST: &str = "127.0.0.1:8080";

/// A person with two accounts, somebody quarantined, and names that would run as a script.
const MESS: &str = r#"
scenario: "A <b>mess</b> & more"
world:
  profile: entra-2026
  ous: [OU=NotSynced]
  engine: { scope: [OU=Staff] }
  tenant: { initial-domain: contoso.onmicrosoft.com, verified: [contoso.com] }
  ad:
    j.doe: { ou: OU=Staff, upn: john.doe@contoso.com, smtp: [john.doe@contoso.com] }
    ann: { ou: OU=Staff, upn: ann@contoso.com, smtp: [ann@contoso.com],
      attributes: { displayName: "<script>alert(1)</script>", title: "\"><img src=x>" } }
  cloud:
    j.doe-mailbox: { upn: jdoe@contoso.onmicrosoft.com, smtp: [jdoe@contoso.com], mailbox: true,
      licences: [E3] }
    holder: { upn: holder@contoso.com, smtp: [ann@contoso.com], synced: formerly,
      immutable-id: "Oywdb1lKh06bDB0uP0BRYg==" }
  belongs: { j.doe: j.doe-mailbox }
steps:
  - sync: delta
check: { finally: [converged] }
"#;

/// A console over a lab, asked as a browser asks.
struct Browser {
    lab: Lab,
    console: Console,
}

impl Browser {
    fn over(source: &str, prelude: Prelude) -> Self {
        let words = sim::run::known();
        let scenario = sim::run::load("mess.yaml", source, &words).expect("a scenario");
        let settings = LabSettings::default();
        let rehearsal = Rehearsal::of_scenario(
            "mess.yaml",
            &scenario,
            Profile::Entra2026,
            prelude,
            &mut settings.arrange(),
        );
        Self {
            lab: Lab::new(rehearsal.expect("a world"), settings),
            console: Console::new(Settings::local(KEY)),
        }
    }

    fn new() -> Self {
        Self::over(MESS, Prelude::Steps(0))
    }

    fn ask(&mut self, request: &Request) -> Response {
        self.console.respond(&mut self.lab, request)
    }

    fn get(&mut self, target: &str) -> Response {
        let mut request = Request::new("GET", target);
        HOST.clone_into(&mut request.host);
        request.scheme = "http";
        self.ask(&request)
    }

    fn page(&mut self, target: &str) -> String {
        let response = self.get(target);
        assert_eq!(response.status, 200, "{target}");
        String::from_utf8(response.body).expect("a page is UTF-8")
    }

    fn form(target: &str, fields: &[(&str, &str)]) -> Request {
        let mut all = vec![("key", KEY)];
        all.extend_from_slice(fields);
        let body = crate::query::url("", &all);
        let mut request = Request::new("POST", target).bytes(body.trim_start_matches('?'));
        HOST.clone_into(&mut request.host);
        request.scheme = "http";
        request
    }

    fn post(&mut self, target: &str, fields: &[(&str, &str)]) -> Response {
        self.ask(&Self::form(target, fields))
    }

    /// Sends a form that has to be carried out, and gives where it leads.
    #[track_caller]
    fn act(&mut self, fields: &[(&str, &str)]) -> String {
        let response = self.post("/act", fields);
        let to = response
            .header_value("Location")
            .unwrap_or_default()
            .to_owned();
        assert_eq!(response.status, 303, "{fields:?}");
        assert!(!to.contains("problem="), "{fields:?}: {to}");
        to
    }

    /// The addresses that a page leads to, without what only forms send to.
    fn links(page: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for part in page.split("href=\"").skip(1) {
            let to = part.split('"').next().unwrap_or_default();
            found.insert(to.replace("&amp;", "&"));
        }
        found
    }

    /// Goes everywhere that links lead, and gives every address with its page.
    fn everywhere(&mut self, limit: usize) -> Vec<(String, String)> {
        let mut known: BTreeSet<String> = BTreeSet::new();
        let mut waiting: VecDeque<String> = VecDeque::from(["/operations".to_owned()]);
        let mut seen = Vec::new();
        while let Some(to) = waiting.pop_front() {
            if seen.len() == limit || !known.insert(to.clone()) {
                continue;
            }
            let page = self.page(&to);
            waiting.extend(
                Self::links(&page)
                    .into_iter()
                    .filter(|to| !to.starts_with('#')),
            );
            seen.push((to, page));
        }
        seen
    }

    /// The address of an object, by what a search for it finds first.
    fn object(&mut self, list: &str, wanted: &str) -> String {
        let page = self.page(&crate::query::url(list, &[("q", wanted)]));
        let results = page.split("id=\"results\"").nth(1).expect("results");
        let links = Self::links(results);
        let found = links.iter().find(|to| to.starts_with("/object/"));
        found
            .unwrap_or_else(|| panic!("{wanted} is not found"))
            .clone()
    }
}
