//! Forms into actions: what an administrator may do, and nothing else.

mod ad;
mod cloud;

use host::{Chaos, Lab, Origin};
use mock_ad::ldap::PlannedFault as LdapFault;
use mock_cloud::CloudId;
use mock_cloud::server::{Fault, PlannedFault};
use sim::engine::{ConnectorId, CyclePolicy, Step};
use sim::scenario::value::Duration;
use sim::world::{Action, EngineChange};

use crate::query::Query;
use crate::scene::{Scene, Thing};

/// Something that a form asks for.
#[derive(Debug)]
pub(crate) enum Wanted {
    /// An action on the world.
    Act(Box<Action>),
    /// The world as it was at the beginning.
    Reset,
    /// The world kept under a name.
    Save(String),
    /// The world that was kept under a name.
    Restore(String),
    /// A fault of Graph.
    GraphFault(PlannedFault),
    /// A fault of LDAP.
    LdapFault(LdapFault),
    /// Faults as a seed decides.
    Chaos(u64),
    /// No faults any more.
    Calm,
}

/// What a form asks for, or what is wrong with it. A new account takes the id that is fresh.
pub(crate) fn wanted(
    scene: &Scene<'_>,
    form: &Query,
    fresh: Option<CloudId>,
) -> Result<Wanted, String> {
    let act = |action| Ok(Wanted::Act(Box::new(action)));
    let engine = |change| act(Action::Configure(change));
    match form.text("do") {
        "cycle" => act(Action::Cycle(match form.text("policy") {
            "initial" => CyclePolicy::Initial,
            _ => CyclePolicy::Delta,
        })),
        "run" => act(Action::Run {
            connector: connector(form.text("connector"))?,
            step: Step::from_name(form.text("step")).ok_or("there is no such run profile")?,
        }),
        "broken-export" => {
            let objects = form.number("objects").ok_or("after how many objects?")?;
            act(Action::BrokenExport(objects))
        }
        "advance" => act(Action::Advance(length(form.text("by"))?.signed())),
        "staging" => engine(EngineChange::Staging(form.text("on") == "yes")),
        "engine-threshold" => engine(EngineChange::DeletionThreshold(threshold(form)?)),
        "schedule" => engine(EngineChange::Schedule(match form.get("every") {
            None => None,
            Some(text) => Some(length(text)?.signed()),
        })),
        "reset" => Ok(Wanted::Reset),
        "save" => Ok(Wanted::Save(
            form.get("name").unwrap_or("default").to_owned(),
        )),
        "restore" => {
            let name = form.text("name");
            if scene.lab.kept().any(|known| known == name) {
                Ok(Wanted::Restore(name.to_owned()))
            } else {
                Err(format!("nothing is kept as `{name}`"))
            }
        }
        "fault" => fault(form),
        "calm" => Ok(Wanted::Calm),
        what if what.starts_with("ad-") => act(ad::action(scene, form)?),
        _ => act(Action::Cloud(cloud::change(scene, form, fresh)?)),
    }
}

/// Carries out what a form asks for; gives the number of the entry, where the journal has one.
pub(crate) fn carry_out(lab: &mut Lab, wanted: Wanted) -> Option<u64> {
    match wanted {
        Wanted::Act(action) => {
            lab.act(Origin::Console, *action);
        }
        Wanted::Reset => lab.reset(Origin::Console),
        Wanted::Save(name) => lab.save(Origin::Console, &name),
        Wanted::Restore(name) => {
            lab.restore(Origin::Console, &name);
        }
        Wanted::GraphFault(fault) => {
            lab.faults.plan_graph(fault);
            return None;
        }
        Wanted::LdapFault(fault) => {
            lab.faults.plan_ldap(fault);
            return None;
        }
        Wanted::Chaos(seed) => {
            lab.faults.set_chaos(Some(Chaos::new(seed)));
            return None;
        }
        Wanted::Calm => {
            lab.faults.clear();
            return None;
        }
    }
    lab.journal().last().map(|entry| entry.number)
}

/// The connector of its name in addresses.
pub(crate) fn connector(name: &str) -> Result<ConnectorId, String> {
    if name == "entra" {
        return Ok(ConnectorId::Entra);
    }
    let place = name.strip_prefix("ad").and_then(|place| place.parse().ok());
    place
        .map(ConnectorId::Ad)
        .ok_or_else(|| format!("there is no connector `{name}`"))
}

fn length(text: &str) -> Result<Duration, String> {
    text.parse().map_err(|why: String| why.replace('\n', ": "))
}

fn threshold(form: &Query) -> Result<Option<u32>, String> {
    match form.get("count") {
        None => Ok(None),
        Some(text) => {
            let count = text.parse().map_err(|_| format!("`{text}` is no number"))?;
            Ok(Some(count))
        }
    }
}

fn fault(form: &Query) -> Result<Wanted, String> {
    let times = form.number("times").unwrap_or(1);
    match form.text("kind") {
        "chaos" => Ok(Wanted::Chaos(form.number("seed").unwrap_or(1))),
        "graph-lose-reply" => Ok(Wanted::GraphFault(graph(Fault::LoseReply, times))),
        kind if kind.starts_with("graph-") => {
            let status = kind.trim_start_matches("graph-").parse().ok();
            let status = status.filter(|it| [429, 500, 502, 503, 504].contains(it));
            let fault = Fault::Refuse {
                status: status.ok_or("there is no such fault")?,
                retry_after: form.number("retry-after"),
            };
            Ok(Wanted::GraphFault(graph(fault, times)))
        }
        kind => {
            let kind = kind.trim_start_matches("ldap-");
            let fault: mock_ad::ldap::Fault = kind.parse()?;
            Ok(Wanted::LdapFault(LdapFault::new(fault, None, times)))
        }
    }
}

const fn graph(fault: Fault, at_most: u32) -> PlannedFault {
    PlannedFault {
        fault,
        method: String::new(),
        path_contains: String::new(),
        every: 1,
        at_most,
    }
}

/// The thing that a field of a form names.
fn thing(scene: &Scene<'_>, form: &Query, field: &str) -> Result<Thing, String> {
    let name = form.text(field);
    scene
        .find(name)
        .ok_or_else(|| format!("`{name}` is not there any more"))
}
