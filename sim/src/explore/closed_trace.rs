//! A counterexample of a closed loop as people read it, and as a scenario that runs.

use std::collections::{BTreeMap, BTreeSet};

use mock_cloud::{CloudKey, RuleId};

use super::closed::{Happening, Loop, Turn};
use super::fingerprint::Memo;
use super::search::Model;
use super::trace::{TraceStep, choices, chosen};
use super::{Counterexample, View, written};
use crate::engine::{EngineEvent, Source};
use crate::judge::{Property, Violation};
use crate::repair::{Next, PlannedStep, What};
use crate::run::Runner;
use crate::scenario::model::{
    CloudUserChange, CloudUserRemoved, CloudUserRestored, Expectation, Expectations, Feature,
    FeatureSet, ImmutableIdSet, Moved, OnPremisesIdentifierCleared, Provisioned, Refused, Role,
    RunProfile, RunStep, Scenario, SourceOfAuthority, Step, SyncPolicy,
};
use crate::scenario::value::{Connector, Duration};
use crate::scenario::{Name, OneOrMany, Spanned};
use crate::world::{Event, World};

pub(super) fn counterexample(
    model: &Loop,
    runner: &Runner<'static>,
    scenario: &Scenario,
    start: Turn,
    moves: &[Happening],
    violation: Violation,
) -> Counterexample {
    let mut turn = start;
    let mut steps = Steps::new(runner, &turn);
    let mut trace = Vec::new();
    let mut places = Vec::new();
    let first = View::of(&turn.world);
    let shown = match violation.property {
        Property::NoTrap | Property::Settles => on_and_on(model, &turn, moves),
        _ => moves.to_vec(),
    };
    for go in &shown {
        let all = model.moves(&turn, false);
        places.extend(all.iter().position(|other| other == go));
        let before = turn.clone();
        let (planned, events) = turn.happen(*go);
        let planned = planned.as_deref().and_then(Next::step);
        steps.add(*go, planned, &before, &turn, &events);
        trace.push(told(&before, &turn, *go, planned, &events));
    }
    if let Some(missing) = model.missing(&mut turn) {
        trace.push(TraceStep {
            text: format!("at the end: {missing}"),
            why: None,
            note: None,
            rules: Vec::new(),
            view: View::of(&turn.world),
        });
    }
    let mut scenario = scenario.clone();
    scenario.steps = steps.list;
    scenario.explore = None;
    let converged = Spanned::derived(Expectation::Converged);
    if !scenario.check.finally.contains(&converged) {
        scenario.check.finally.push(converged);
    }
    let path: Vec<String> = places.iter().map(ToString::to_string).collect();
    Counterexample {
        violation,
        trace,
        start: first,
        path: path.join("/"),
        scenario: written(&scenario),
    }
}

/// The moves, and after them what the planner does until it does something a second time.
fn on_and_on(model: &Loop, start: &Turn, moves: &[Happening]) -> Vec<Happening> {
    let mut turn = start.clone();
    let mut shown = moves.to_vec();
    for go in moves {
        turn.happen(*go);
    }
    let mut memo = Memo::default();
    let mut seen = BTreeSet::new();
    while !model.ended(&turn) && seen.insert(model.fingerprint(&turn, &mut memo).0) {
        turn.happen(Happening::Step);
        shown.push(Happening::Step);
    }
    shown
}

pub(super) fn replay(model: &Loop, start: Turn, path: &str) -> Result<Vec<TraceStep>, String> {
    let mut turn = start;
    let mut trace = Vec::new();
    for (place, choice) in choices(path) {
        let go = chosen(&model.moves(&turn, false), place, choice)?;
        let before = turn.clone();
        let (planned, events) = turn.happen(go);
        let planned = planned.as_deref().and_then(Next::step);
        trace.push(told(&before, &turn, go, planned, &events));
    }
    Ok(trace)
}

/// One move in an administrator's words.
fn told(
    before: &Turn,
    after: &Turn,
    go: Happening,
    planned: Option<&PlannedStep>,
    events: &[Event],
) -> TraceStep {
    let step = planned.map_or_else(String::new, |step| step.text(&before.world));
    let text = match go {
        Happening::Step => step,
        Happening::Late => {
            format!("{step}, decided before the scheduler runs a delta cycle and done after it")
        }
        Happening::LostReply => format!("{step}; it is carried out, but the reply is lost"),
        Happening::Nothing(kind) => match kind {
            crate::scenario::model::FaultKind::Throttled => format!("{step}; too many requests"),
            crate::scenario::model::FaultKind::ScriptRestart => {
                format!("before `{step}` the script is killed and started again")
            }
            _ => format!("{step}; the call fails"),
        },
        Happening::Scheduler => "the scheduler runs a delta cycle".to_owned(),
        Happening::Broken => {
            "the scheduler runs a delta cycle; it ends before its exports".to_owned()
        }
        Happening::HalfExport => {
            "the scheduler runs a delta cycle; its export breaks off after one object".to_owned()
        }
        Happening::AdLags => {
            "the scheduler runs a delta cycle; its domain controller has not got the latest changes"
                .to_owned()
        }
        Happening::TenantLags => {
            "the scheduler runs a delta cycle; it does not see the latest changes of the tenant"
                .to_owned()
        }
    };
    let rules: BTreeSet<RuleId> = events.iter().flat_map(Event::rules).collect();
    let refused = events.iter().find_map(refusal);
    TraceStep {
        text,
        why: planned.map(|step| step.why.clone()),
        note: refused.or_else(|| failures(events)),
        rules: rules.into_iter().collect(),
        view: View::of(&after.world),
    }
}

fn refusal(event: &Event) -> Option<String> {
    match event {
        Event::AdRefused(refusal) => Some(format!("refused: {}", refusal.message)),
        Event::CloudRefused(refusal) => {
            Some(format!("refused: {} {}", refusal.status, refusal.message))
        }
        _ => None,
    }
}

fn failures(events: &[Event]) -> Option<String> {
    let codes: BTreeSet<&str> = events
        .iter()
        .filter_map(|event| match event {
            Event::Engine(EngineEvent::Exported(exported)) => exported
                .answer
                .result
                .as_ref()
                .err()
                .map(|error| error.code.name()),
            _ => None,
        })
        .collect();
    let codes: Vec<&str> = codes.into_iter().collect();
    (!codes.is_empty()).then(|| format!("export errors: {}", codes.join(", ")))
}

/// The steps of a scenario that does the same.
#[derive(Debug)]
pub(crate) struct Steps {
    pub(crate) list: Vec<Spanned<Step>>,
    cloud: BTreeMap<CloudKey, String>,
    ad: BTreeMap<Source, String>,
}

fn name(text: &str) -> Name {
    Spanned::derived(text.to_owned())
}

impl Steps {
    fn new(runner: &Runner<'static>, start: &Turn) -> Self {
        let mut steps = Self::of(runner.cloud_by_name(), runner.ad_by_name());
        for _ in 0..start.settled_in {
            steps.push(Step::Sync(SyncPolicy::Initial));
        }
        steps.introduce(&start.world);
        steps
    }

    /// No steps yet, with what accounts and objects are called.
    pub(crate) const fn of(
        cloud: BTreeMap<CloudKey, String>,
        ad: BTreeMap<Source, String>,
    ) -> Self {
        Self {
            list: Vec::new(),
            cloud,
            ad,
        }
    }

    pub(crate) fn push(&mut self, step: Step) {
        self.list.push(Spanned::derived(step));
    }

    fn expect(&mut self, expectation: Expectation) {
        let one = OneOrMany(vec![Spanned::derived(expectation)]);
        self.push(Step::Expect(Expectations(one)));
    }

    /// Gives names to accounts that a cycle has made.
    pub(crate) fn introduce(&mut self, world: &World) {
        let engine = world.engine();
        let sources: Vec<(Source, String)> = self
            .ad
            .iter()
            .map(|(source, name)| (*source, name.clone()))
            .collect();
        for (source, person) in sources {
            let entry = engine
                .forest(source.forest)
                .and_then(|it| it.entry(source.object));
            let mv = entry.and_then(|entry| engine.metaverse().get(entry.metaverse?));
            let export = mv.and_then(|mv| engine.entra().get(mv.connector?));
            let key = export.filter(|it| !it.deleted).and_then(|it| it.cloud);
            let Some(key) = key.filter(|key| !self.cloud.contains_key(key)) else {
                continue;
            };
            let made = format!("{person}-made-{}", key.0);
            self.cloud.insert(key, made.clone());
            self.expect(Expectation::Provisioned(Provisioned {
                r#for: name(&person),
                r#as: name(&made),
            }));
        }
    }

    fn add(
        &mut self,
        go: Happening,
        planned: Option<&PlannedStep>,
        before: &Turn,
        after: &Turn,
        events: &[Event],
    ) {
        match go {
            Happening::Late | Happening::Scheduler => self.push(Step::Sync(SyncPolicy::Delta)),
            Happening::Broken
            | Happening::HalfExport
            | Happening::AdLags
            | Happening::TenantLags => {
                for step in broken(go) {
                    self.push(step);
                }
            }
            _ => {}
        }
        let done = matches!(go, Happening::Step | Happening::Late | Happening::LostReply);
        if let Some(step) = planned.filter(|_| done)
            && let Some(step) = self.step(step, &before.world)
        {
            self.push(step);
            if events.iter().any(|event| refusal(event).is_some()) {
                self.expect(Expectation::Refused(Refused::default()));
            }
        }
        self.introduce(&after.world);
    }

    fn account(&self, key: CloudKey) -> Name {
        name(self.cloud.get(&key).map_or("?", String::as_str))
    }

    /// A planned step as a step of a scenario; `before` is the world that it is taken in.
    pub(crate) fn step(&self, step: &PlannedStep, before: &World) -> Option<Step> {
        let person = |source: &Source| name(self.ad.get(source).map_or("?", String::as_str));
        Some(match &step.what {
            What::MoveOut {
                person: source,
                to: Some(to),
                ..
            }
            | What::MoveBack {
                person: source,
                to: Some(to),
            } => {
                let directory = before.forests().get(source.forest)?;
                let path = directory.dn(*to).to_string();
                let base = format!(",{}", directory.base());
                let path = path.strip_suffix(&base).unwrap_or(&path);
                Step::Move(Moved {
                    user: person(source),
                    to: Spanned::derived(path.parse().ok()?),
                })
            }
            What::MoveOut { person: source, .. } => {
                Step::Set(crate::scenario::model::AttributeSet {
                    user: person(source),
                    attribute: name("adminDescription"),
                    to: OneOrMany(vec![name("User_NotSynced")]),
                })
            }
            What::MoveBack { person: source, .. } => {
                Step::Clear(crate::scenario::model::AttributeCleared {
                    user: person(source),
                    attribute: name("adminDescription"),
                })
            }
            What::Cycle(crate::engine::CyclePolicy::Delta) => Step::Sync(SyncPolicy::Delta),
            What::Cycle(crate::engine::CyclePolicy::Initial) => Step::Sync(SyncPolicy::Initial),
            What::Wait => Step::Wait(Spanned::derived(Duration::from_secs(3_600))),
            What::WaitUntilOff => Step::Wait(Spanned::derived(Duration::from_secs(72 * 3_600))),
            What::SetSynchronized(on) => {
                Step::SetOnPremisesSync(crate::scenario::model::OnPremisesSync { enabled: *on })
            }
            What::BlockTakeover(on) => Step::SetFeature(FeatureSet {
                feature: Spanned::derived(Feature::BlockCloudObjectTakeoverThroughHardMatch),
                enabled: *on,
            }),
            what => return self.cloud_step(what, &person),
        })
    }

    fn cloud_step(&self, what: &What, person: &dyn Fn(&Source) -> Name) -> Option<Step> {
        let id = |key: &CloudKey, from: Option<Name>| {
            let clear = from.is_none();
            Step::SetImmutableId(ImmutableIdSet {
                user: self.account(*key),
                from,
                value: None,
                clear,
                byte_order: None,
            })
        };
        let removed = |key: &CloudKey, purge: bool| {
            let user = self.account(*key);
            Step::RemoveCloudUser(CloudUserRemoved { user, purge })
        };
        let changed = |key: &CloudKey, upn: Option<Name>, smtp: Option<OneOrMany<Name>>| {
            Step::SetCloudUser(CloudUserChange {
                user: self.account(*key),
                upn,
                smtp,
                mail: None,
                mail_nickname: None,
                display_name: None,
                attributes: crate::scenario::Named::default(),
            })
        };
        let role = |key: &CloudKey, role: &mock_cloud::tenant::Role| Role {
            user: self.account(*key),
            role: name(&role.0),
            eligible: false,
        };
        Some(match what {
            What::Delete(key) => removed(key, false),
            What::Purge(key) => removed(key, true),
            What::Restore(key, options) => Step::RestoreCloudUser(CloudUserRestored {
                user: self.account(*key),
                new_upn: options.new_user_principal_name.as_deref().map(name),
                auto_reconcile_proxy_conflicts: options.auto_reconcile_proxy_conflicts,
            }),
            What::SetImmutableId(key, source, _) => id(key, Some(person(source))),
            What::ClearImmutableId(key) => id(key, None),
            What::RemoveRole(key, held) => Step::RemoveRole(role(key, held)),
            What::AssignRole(key, held) => Step::AssignRole(role(key, held)),
            What::ClearObjectIdentifier(key) => {
                let user = self.account(*key);
                Step::ClearOnPremisesObjectIdentifier(OnPremisesIdentifierCleared { user })
            }
            What::ClearSecurityIdentifier(key) => {
                let user = self.account(*key);
                Step::ClearOnPremisesSecurityIdentifier(OnPremisesIdentifierCleared { user })
            }
            What::SetUpn(key, upn) => changed(key, Some(name(upn)), None),
            What::SetAddresses(key, addresses) => {
                let list = addresses.iter().map(|it| name(it.as_str())).collect();
                changed(key, None, Some(OneOrMany(list)))
            }
            What::SetCloudManaged(key, cloud_managed) => {
                Step::ConvertToCloudManaged(SourceOfAuthority {
                    user: self.account(*key),
                    cloud_managed: *cloud_managed,
                })
            }
            _ => return None,
        })
    }
}

/// A cycle without some of its steps, as steps of a scenario.
fn broken(go: Happening) -> Vec<Step> {
    use RunStep::{DeltaImport, DeltaSynchronization, Export};
    let (ad, entra) = (Connector::Ad(None), Connector::Entra);
    let mut runs = Vec::new();
    if go != Happening::AdLags {
        runs.push((ad.clone(), DeltaImport));
    }
    if go != Happening::TenantLags {
        runs.push((entra.clone(), DeltaImport));
    }
    runs.push((ad.clone(), DeltaSynchronization));
    runs.push((entra.clone(), DeltaSynchronization));
    if go != Happening::Broken {
        runs.push((entra, Export));
    }
    if matches!(go, Happening::AdLags | Happening::TenantLags) {
        runs.push((ad, Export));
    }
    let step = |(connector, run)| {
        let half = go == Happening::HalfExport && run == Export;
        Step::RunProfile(RunProfile {
            connector: Spanned::derived(connector),
            run,
            objects: half.then_some(1),
        })
    };
    runs.into_iter().map(step).collect()
}
