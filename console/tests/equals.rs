//! What the console says that an action equals does the same when somebody types it.

use std::collections::VecDeque;

use console::{Console, Settings};
use host::{Lab, Origin, Settings as LabSettings};
use mock_cloud::Profile;
use mock_cloud::server::{Request, Service, Settings as GraphSettings, Tokens};
use modules::Stage;
use powershell::host::MemoryHost;
use powershell::interpreter::{Interpreter, Limits};
use sim::rehearse::{Prelude, Rehearsal};

const KEY: &str = "form-key";

const WORLD: &str = "
scenario: Two people and a group
world:
  profile: entra-2026
  ous: [OU=NotSynced]
  engine: { scope: [OU=Staff] }
  tenant: { initial-domain: contoso.onmicrosoft.com, verified: [contoso.com] }
  ad:
    j.doe: { ou: OU=Staff, upn: john.doe@contoso.com, smtp: [john.doe@contoso.com] }
    ann: { ou: OU=Staff, upn: ann@contoso.com, smtp: [ann@contoso.com] }
    gone: { ou: OU=Staff, upn: gone@contoso.com }
  cloud:
    box: { upn: jdoe@contoso.onmicrosoft.com, smtp: [jdoe@contoso.com], mailbox: true,
      licences: [E3] }
    boss: { upn: boss@contoso.com }
    crew: { type: group, display-name: Crew, members: [box] }
  belongs: { j.doe: box }
steps:
  - sync: delta
  - sync: delta
check: { finally: [no-errors] }
";

/// Every form: what it does and its fields, and what keeps it from being typed elsewhere.
const FORMS: &str = r"
ad-modify&object=PERSON&attribute=department&operation=replace&value=Sales
cycle&policy=initial
cycle&policy=delta
run&connector=ad0&step=full-import
run&connector=entra&step=export
engine-threshold&count=7
engine-threshold&count=
schedule&every=3h
schedule&every=
staging&on=yes | a wizard
staging&on=no | a wizard
anchor&attribute=mS-DS-ConsistencyGuid | a wizard
anchor&attribute=objectGUID | a wizard
scope&forest=0
  &include=OU=Staff,DC=contoso,DC=test\nOU=NotSynced,DC=contoso,DC=test | a window
scope&forest=0&include=OU=Staff,DC=contoso,DC=test | a window
broken-export&objects=1 | an accident
ad-modify&object=PERSON&attribute=title&operation=replace&value=Clerk's
ad-modify&object=PERSON&attribute=proxyAddresses&operation=add
  &value=smtp:a@contoso.com\nsmtp:b@contoso.com
ad-modify&object=PERSON&attribute=proxyAddresses&operation=remove&value=smtp:a@contoso.com
ad-modify&object=PERSON&attribute=mS-DS-ConsistencyGuid&operation=replace
  &value=Oywdb1lKh06bDB0uP0BRYg==
ad-modify&object=PERSON&attribute=mS-DS-ConsistencyGuid&operation=clear&value=
ad-modify&object=PERSON&attribute=userAccountControl&operation=replace&value=514
ad-password&object=PERSON&password=N0t-told! | a secret
ad-rename&object=PERSON&name=Doe, John
ad-move&object=PERSON&to=OU=NotSynced,DC=contoso,DC=test
ad-delete&object=PERSON
ad-restore&object=PERSON&to=OU=Staff,DC=contoso,DC=test
ad-add&name=New One&account=new1&to=OU=Staff,DC=contoso,DC=test&upn=new@contoso.com
  &mail=new@contoso.com
ad-add&class=ou&name=Later&to=DC=contoso,DC=test
ad-add&class=group&name=Sales&account=sales&to=OU=Staff,DC=contoso,DC=test
cloud-update&object=ACCOUNT&property=displayName&value=J. 'Doe'
cloud-update&object=ACCOUNT&property=usageLocation&value=NO
cloud-update&object=ACCOUNT&property=accountEnabled&value=false
cloud-update&object=CREW&property=displayName&value=Crew 2
cloud-password&object=ACCOUNT&password=N0t-told! | a secret
cloud-anchor&object=ACCOUNT&value=Oywdb1lKh06bDB0uP0BRYg==
cloud-anchor&object=ACCOUNT&value=
licence&object=ACCOUNT&sku=06ebc4ee-1bb5-47dd-8120-11324bc54e06&on=yes
licence&object=ACCOUNT&sku=06ebc4ee-1bb5-47dd-8120-11324bc54e06&on=no
role&object=ACCOUNT&role=Global Administrator&on=yes
role&object=ACCOUNT&role=Global Administrator&on=no
manager&object=ACCOUNT&manager=BOSS
manager&object=ACCOUNT&manager=
member&object=CREW&member=BOSS&on=yes
member&object=CREW&member=BOSS&on=no
owner&object=CREW&owner=BOSS&on=yes
owner&object=CREW&owner=BOSS&on=no
managed&object=SYNCED&on=yes
clear-object-identifier&object=SYNCED
managed&object=SYNCED&on=no
feature&name=blockSoftMatchEnabled&on=yes
feature&name=blockSoftMatchEnabled&on=no
tenant-threshold&count=9
tenant-threshold&count=
domain-add&name=fabrikam.com
domain-verify&name=fabrikam.com
domain-default&name=fabrikam.com
domain-authentication&name=fabrikam.com | a federation
domain-default&name=contoso.com
domain-remove&name=fabrikam.com
cloud-create&upn=x@contoso.com&name=X | a secret
cloud-create&kind=group&name=Night shift
cloud-delete&object=BOSS
cloud-restore&object=BOSS&upn=chief@contoso.com&reconcile=yes
cloud-delete&object=BOSS
cloud-restore&object=BOSS
cloud-delete&object=BOSS
cloud-purge&object=BOSS
sync-enabled&on=no
clear-security-identifier&object=SYNCED
";

struct Browser {
    lab: Lab,
    console: Console,
}

impl Browser {
    fn new() -> Self {
        let scenario = sim::run::load("w.yaml", WORLD, &sim::run::known()).expect("a scenario");
        let settings = LabSettings::default();
        let rehearsal = Rehearsal::of_scenario(
            "w.yaml",
            &scenario,
            Profile::Entra2026,
            Prelude::All,
            &mut settings.arrange(),
        );
        Self {
            lab: Lab::new(rehearsal.expect("a world"), settings),
            console: Console::new(Settings::local(KEY)),
        }
    }

    fn ask(&mut self, mut request: Request) -> (u16, String, String) {
        "127.0.0.1:8080".clone_into(&mut request.host);
        request.scheme = "http";
        let response = self.console.respond(&mut self.lab, &request);
        let to = response.header_value("Location").unwrap_or_default();
        let to = to.to_owned();
        (
            response.status,
            to,
            String::from_utf8_lossy(&response.body).into_owned(),
        )
    }

    fn page(&mut self, target: &str) -> String {
        let (status, _, page) = self.ask(Request::new("GET", target));
        assert_eq!(status, 200, "{target}");
        page
    }

    fn act(&mut self, fields: &[(&str, String)]) {
        let mut body = format!("key={KEY}");
        for (name, value) in fields {
            body.push('&');
            body.push_str(name);
            body.push('=');
            let bytes = value.bytes().map(|byte| format!("%{byte:02X}"));
            body.extend(bytes);
        }
        let (status, to, _) = self.ask(Request::new("POST", "/act").bytes(body));
        assert_eq!(status, 303, "{fields:?}");
        assert!(!to.contains("problem="), "{fields:?}: {to}");
    }

    /// What forms call the first object that a list finds.
    fn name(&mut self, list: &str, wanted: &str) -> String {
        let page = self.page(&format!("{list}?q={wanted}"));
        let results = page.split("id=\"results\"").nth(1).expect("results");
        let (_, rest) = results.split_once("href=\"/object/").expect("somebody");
        rest.split(['"', '?']).next().unwrap_or_default().to_owned()
    }
}

/// A world with its settings, which are no part of its fingerprint.
fn state(lab: &Lab) -> String {
    let world = lab.world();
    let (config, tenant) = (world.engine().config(), world.tenant());
    let settings = (tenant.deletion_threshold, &tenant.features);
    format!("{} {config:?} {settings:?}", world.fingerprint())
}

fn unescaped(text: &str) -> String {
    let plain = text.replace("&lt;", "<").replace("&gt;", ">");
    plain.replace("&quot;", "\"").replace("&amp;", "&")
}

/// What a page says under one of the tools.
fn under(page: &str, tool: &str) -> String {
    let told = page
        .split("<dl class=\"equal\">")
        .nth(1)
        .unwrap_or_default();
    let told = told.split("</dl>").next().unwrap_or_default();
    let rest = told.split_once(&format!("<dt>{tool}</dt><dd><code>"));
    rest.map_or_else(String::new, |(_, rest)| {
        unescaped(rest.split("</code>").next().unwrap_or_default())
    })
}

/// The world after somebody has typed a line of PowerShell, and what was shown.
fn typed(lab: &Lab, line: &str) -> (Lab, String) {
    let stage = Stage::new(lab.clone(), true);
    let answers: VecDeque<&str> = VecDeque::from(["Y"; 9]);
    let host = MemoryHost::answering(&Vec::from(answers));
    let mut all = modules::all(&stage);
    all.push(powershell::cmdlets::core());
    let mut session = Interpreter::new(Box::new(host.clone()), all, Limits::default());
    session.run_script("/typed.ps1", line, Vec::new());
    drop(session);
    (stage.lab(), host.shown())
}

/// The world after a request of Graph, and the answer.
fn sent(lab: &Lab, call: &str) -> (Lab, String) {
    let mut lab = lab.clone();
    let mut service = Service::new(GraphSettings {
        tokens: Tokens::Any,
        seed: 1,
        ..GraphSettings::default()
    });
    let (first, body) = call.split_once('\n').unwrap_or((call, ""));
    let (method, path) = first.split_once(' ').expect("a method and a path");
    let request = Request::new(method, path).header("authorization", "Bearer x");
    let request = if body.is_empty() {
        request
    } else {
        let body: serde_json::Value = serde_json::from_str(body).expect("the body is JSON");
        request.json(&body)
    };
    let response = lab.graph_from(Origin::Graph, &mut service, &request);
    let told = String::from_utf8_lossy(&response.body).into_owned();
    (lab, format!("{} {told}", response.status))
}

#[test]
fn what_an_action_equals_does_the_same() {
    let mut browser = Browser::new();
    let person = browser.name("/onprem", "john.doe");
    let account = browser.name("/cloud/users", "jdoe@");
    let synced = browser.name("/cloud/users", "ann@");
    let boss = browser.name("/cloud/users", "boss@");
    let crew = browser.name("/cloud/groups", "Crew");
    let (mut lines, mut calls) = (0, 0);
    let mut problems = Vec::new();
    for form in FORMS.trim().replace("\n  ", "").lines() {
        let (form, elsewhere) = form.split_once(" | ").unwrap_or((form, ""));
        let form = format!("do={form}");
        let fields: Vec<(&str, String)> = form
            .split('&')
            .filter_map(|field| field.split_once('='))
            .map(|(name, value)| {
                let value = match value {
                    "PERSON" => &person,
                    "ACCOUNT" => &account,
                    "SYNCED" => &synced,
                    "BOSS" => &boss,
                    "CREW" => &crew,
                    other => other,
                };
                (name, value.replace("\\n", "\n"))
            })
            .collect();
        let before = browser.lab.clone();
        browser.act(&fields);
        let entry = browser.lab.journal().last().expect("an entry");
        assert!(!entry.is_refused(), "{fields:?}: {}", entry.came());
        let number = entry.number;
        let page = browser.page(&format!("/timeline/{number}"));
        let after = state(&browser.lab);
        // A run finds nothing new now and then; everything else has to change something.
        let runs = ["cycle", "run", "broken-export"].contains(&fields[0].1.as_str());
        let changes = state(&before) != after;
        assert!(runs || changes, "{fields:?} does nothing");
        let powershell = under(&page, "PowerShell");
        assert!(!powershell.is_empty(), "{fields:?} has no PowerShell");
        if !elsewhere.is_empty() {
            assert!(
                powershell.starts_with('#') || powershell.contains('…'),
                "{fields:?}: {powershell}"
            );
            continue;
        }
        let (lab, shown) = typed(&before, &powershell);
        if state(&lab) != after {
            problems.push(format!("{fields:?}: {powershell}\n{shown}"));
        }
        lines += 1;
        let graph = under(&page, "Microsoft Graph");
        if !graph.is_empty() {
            let (lab, told) = sent(&before, &graph);
            if state(&lab) != after {
                problems.push(format!("{fields:?}: {graph}\n{told}"));
            }
            calls += 1;
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
    assert!(lines > 50 && calls > 25, "{lines} lines, {calls} calls");
}

#[test]
fn what_a_page_says_for_powershell_can_be_typed() {
    let mut browser = Browser::new();
    browser.act(&[("do", "cycle".to_owned())]);
    let person = browser.name("/onprem", "john.doe");
    let account = browser.name("/cloud/users", "jdoe@");
    let mut pages: Vec<String> = [
        "/operations",
        "/operations?run=5",
        "/connectors",
        "/connectors/ad0",
        "/connectors/entra",
        "/metaverse",
        "/metaverse?attribute=mail&operator=contains&value=j",
        "/preview",
        "/onprem",
        "/cloud/users",
        "/cloud/deleted",
        "/cloud/groups",
        "/cloud/contacts",
        "/cloud/roles",
        "/cloud/settings",
        "/errors",
        "/plan",
        "/timeline",
        "/timeline/1",
        "/people",
        "/addresses",
        "/clock",
        "/labs",
        "/search?q=doe",
        "/cloud/users?at=0",
        "/timeline/compare?a=0&b=now",
    ]
    .map(str::to_owned)
    .to_vec();
    pages.push(format!("/object/{person}"));
    pages.push(format!("/object/{account}"));
    let mut lines = 0;
    for to in pages {
        let page = browser.page(&to);
        let told = page.split("<details class=\"commands\">").nth(1);
        let told = told.unwrap_or_else(|| panic!("{to} has no command line"));
        let (_, told) = told.split_once("<pre>").expect("a list");
        let told = unescaped(told.split("</pre>").next().unwrap_or_default());
        for line in told.lines() {
            let program = line.split(' ').next().unwrap_or_default();
            if ["curl", "ldapsearch", "dirsync-lab"].contains(&program) {
                continue;
            }
            let (lab, shown) = typed(&browser.lab, line);
            assert!(!shown.contains("At /typed.ps1"), "{to}: {line}\n{shown}");
            assert!(!shown.contains("Line |"), "{to}: {line}\n{shown}");
            assert_eq!(state(&lab), state(&browser.lab));
            lines += 1;
        }
    }
    assert!(lines > 15, "{lines}");
}
