//! Forms into actions: what an administrator may do, and nothing else.

mod ad;
mod cloud;

use std::time::Duration;

use host::{Lab, Origin};
use mock_ad::directory::{Dn, ObjectKind};
use mock_ad::ldap::PlannedFault as LdapFault;
use mock_cloud::CloudId;
use mock_cloud::server::{Fault, PlannedFault};
use sim::engine::{AnchorAttribute, ConnectorId, CyclePolicy, Scope, Step};
use sim::manager::connector_name;
use sim::scenario::value;
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
            connector: connector(scene, form.text("connector"))?,
            step: Step::from_name(form.text("step")).ok_or("there is no such run profile")?,
        }),
        "broken-export" => {
            let objects = form.number("objects").ok_or("after how many objects?")?;
            act(Action::BrokenExport(objects))
        }
        "scope" => engine(scope(scene, form)?),
        "anchor" => {
            let name = form.text("attribute");
            let attribute = AnchorAttribute::from_name(name);
            let attribute = attribute.ok_or_else(|| format!("`{name}` is no source anchor"))?;
            engine(EngineChange::Anchor(attribute))
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
            lab.set_chaos(Origin::Console, seed);
        }
        Wanted::Calm => {
            let before = lab.journal().len();
            lab.calm(Origin::Console);
            if lab.journal().len() == before {
                return None;
            }
        }
    }
    lab.journal().last().map(|entry| entry.number)
}

/// The connector of an address.
fn connector(scene: &Scene<'_>, name: &str) -> Result<ConnectorId, String> {
    ConnectorId::from_address(name)
        .filter(|it| !connector_name(&scene.world, *it).is_empty())
        .ok_or_else(|| format!("there is no connector `{name}`"))
}

/// The containers that a form selects, one a line.
fn scope(scene: &Scene<'_>, form: &Query) -> Result<EngineChange, String> {
    let forest = form.number("forest").unwrap_or(0);
    let directory = scene.world.forests().get(forest);
    let directory = directory.ok_or("there is no such forest")?;
    let containers = |field: &str| {
        let lines = form.text(field).lines().map(str::trim);
        let lines = lines.filter(|line| !line.is_empty());
        lines
            .map(|line| {
                let dn: Dn = line
                    .parse()
                    .map_err(|_| format!("`{line}` is no distinguished name"))?;
                match directory.find(&dn) {
                    Some(_) => Ok(dn),
                    None => Err(format!("there is no container `{line}`")),
                }
            })
            .collect::<Result<Vec<Dn>, String>>()
    };
    let scope = Scope {
        include: containers("include")?,
        exclude: containers("exclude")?,
        group: containers("group")?.pop().map_or(Ok(None), |group| {
            match directory.find(&group).map(|id| directory.kind(id)) {
                Some(ObjectKind::Group) => Ok(Some(group)),
                _ => Err(format!("`{group}` is no group")),
            }
        })?,
    };
    Ok(EngineChange::Scope(forest, scope))
}

fn length(text: &str) -> Result<value::Duration, String> {
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
    let every = form.number("every").unwrap_or(1);
    let graph = |fault| {
        Ok(Wanted::GraphFault(PlannedFault {
            fault,
            method: form.text("method").to_owned(),
            path_contains: form.text("path").to_owned(),
            every,
            at_most: times,
        }))
    };
    match form.text("kind") {
        "chaos" => Ok(Wanted::Chaos(form.number("seed").unwrap_or(1))),
        "graph-lose-reply" => graph(Fault::LoseReply),
        kind if kind.starts_with("graph-") => {
            let status = kind.trim_start_matches("graph-").parse().ok();
            let status = status.filter(|it| [429, 500, 502, 503, 504].contains(it));
            graph(Fault::Refuse {
                status: status.ok_or("there is no such fault")?,
                retry_after: form.number("retry-after"),
            })
        }
        kind => {
            let fault = match kind.trim_start_matches("ldap-") {
                "delayed" => {
                    let milliseconds = form.number("milliseconds").unwrap_or(1_000);
                    mock_ad::ldap::Fault::Delayed(Duration::from_millis(milliseconds))
                }
                word => word.parse()?,
            };
            let request = form.get("request").map(str::parse).transpose()?;
            let mut planned = LdapFault::new(fault, request, times);
            planned.every = every;
            Ok(Wanted::LdapFault(planned))
        }
    }
}

/// The thing that a field of a form names.
fn thing(scene: &Scene<'_>, form: &Query, field: &str) -> Result<Thing, String> {
    let name = form.text(field);
    scene
        .find(name)
        .ok_or_else(|| format!("`{name}` is not there any more"))
}
