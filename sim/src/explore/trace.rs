//! A counterexample as people read it, and as a scenario that runs.

use mock_cloud::RuleId;

use super::search::Model;
use super::stage::{Move, Stage, Subject};
use super::{Counterexample, View};
use crate::judge::Violation;
use crate::run::staged::Done;
use crate::scenario::Spanned;
use crate::scenario::model::{FaultKind, RunProfile, RunStep, Step, SyncPolicy};
use crate::scenario::value::Connector;

/// One thing that happens in a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceStep {
    /// What, in an administrator's words.
    pub text: String,
    /// Why the planner does it.
    pub why: Option<String>,
    /// What came of it, where it did not simply work.
    pub note: Option<String>,
    /// The rules that fired.
    pub rules: Vec<RuleId>,
    /// Both directories afterwards.
    pub view: View,
}

pub(super) fn counterexample(
    subject: &Subject,
    start: Stage,
    moves: &[Move],
    violation: Violation,
) -> Counterexample {
    let mut stage = start;
    let before = View::of(stage.runner.world());
    let mut places = Vec::new();
    let mut trace = Vec::new();
    let mut steps = leading_looks(subject, 0, stage.at);
    for go in moves {
        let all = subject.can_happen(&stage, true);
        places.extend(all.iter().position(|other| other == go));
        steps.extend(runnable(subject, stage.at, *go));
        let before = stage.at;
        trace.push(take(subject, &mut stage, *go));
        let from = before + usize::from(stage.at > before);
        for look in leading_looks(subject, from.min(stage.at), stage.at) {
            // A second run looks again, but a name is given only once.
            if !steps.contains(&look) {
                steps.push(look);
            }
        }
    }
    if let Some(missing) = subject.lacks(&mut stage)
        && subject.step(stage.at).is_none()
    {
        trace.push(TraceStep {
            text: format!("at the end: {missing}"),
            why: None,
            note: None,
            rules: Vec::new(),
            view: View::of(stage.runner.world()),
        });
    }
    let mut scenario = subject.scenario.clone();
    scenario.steps = steps;
    scenario.explore = None;
    let path: Vec<String> = places.iter().map(ToString::to_string).collect();
    Counterexample {
        violation,
        trace,
        start: before,
        path: path.join("/"),
        scenario: super::written(&scenario),
    }
}

/// The choices of a replay path, each with its place from 1.
pub(super) fn choices(path: &str) -> impl Iterator<Item = (usize, &str)> {
    let all = path.split('/').filter(|one| !one.is_empty());
    (1..).zip(all)
}

/// What a choice of a path stands for among everything that can happen.
pub(super) fn chosen<M: Copy>(all: &[M], place: usize, choice: &str) -> Result<M, String> {
    let go = choice.parse::<usize>().ok().and_then(|at| all.get(at));
    go.copied().ok_or_else(|| {
        let count = all.len();
        format!("`{choice}`, at place {place} of the trace, is no choice: there are {count}")
    })
}

pub(super) fn replay(
    subject: &Subject,
    start: Stage,
    path: &str,
) -> Result<Vec<TraceStep>, String> {
    let mut stage = start;
    let mut trace = Vec::new();
    for (place, choice) in choices(path) {
        let go = chosen(&subject.can_happen(&stage, true), place, choice)?;
        trace.push(take(subject, &mut stage, go));
        if let Some(violation) = subject.violation(&stage) {
            trace.push(TraceStep {
                text: format!("{}: {}", violation.property.name(), violation.found),
                why: None,
                note: None,
                rules: Vec::new(),
                view: View::of(stage.runner.world()),
            });
            break;
        }
    }
    Ok(trace)
}

fn take(subject: &Subject, stage: &mut Stage, go: Move) -> TraceStep {
    let at = stage.at;
    stage.runner.take_rules();
    let done = stage.go(subject, go);
    TraceStep {
        text: text(subject, at, go),
        why: None,
        note: match done {
            Done::Carried => None,
            Done::Refused(why) => Some(format!("refused: {why}")),
            Done::Absent(why) => Some(format!("nothing to do: {why}")),
        },
        rules: stage.runner.take_rules().into_iter().collect(),
        view: View::of(stage.runner.world()),
    }
}

fn text(subject: &Subject, at: usize, go: Move) -> String {
    let step = subject
        .step(at)
        .map_or_else(String::new, |step| words(&step.value));
    match go {
        Move::Step => step,
        Move::Scheduler => "the scheduler runs a delta cycle".to_owned(),
        Move::Again => "the procedure is run again from its first step".to_owned(),
        Move::Faulty(FaultKind::LostReply) => {
            format!("{step}; it is carried out, but the reply is lost, so it will be repeated")
        }
        Move::Faulty(FaultKind::Refused) => {
            format!("{step}; the call fails, and the script goes on")
        }
        Move::Faulty(FaultKind::Throttled) => {
            format!("{step}; too many requests: it has to be repeated")
        }
        Move::Faulty(FaultKind::ScriptRestart) => {
            format!("before `{step}` the script is killed and started again")
        }
        Move::Faulty(kind) => format!("{step}; {}", broken(kind)),
        Move::FaultyScheduler(kind) => {
            format!("the scheduler runs a delta cycle; {}", broken(kind))
        }
    }
}

const fn broken(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::ReplicationLag => "its domain controller has not got the latest changes",
        _ => "it ends before its exports",
    }
}

/// A step in an administrator's words.
pub(super) fn words(step: &Step) -> String {
    match step {
        Step::Move(moved) => format!("move `{}` to {}", moved.user, moved.to),
        Step::RemoveCloudUser(removed) if removed.purge => {
            format!("remove `{}` from the recycle bin", removed.user)
        }
        Step::RemoveCloudUser(removed) => format!("delete the account `{}`", removed.user),
        Step::RestoreCloudUser(restored) => format!("restore the account `{}`", restored.user),
        Step::SetImmutableId(set) => match (&set.from, &set.value) {
            (Some(from), _) => format!("set the ImmutableID of `{}` from `{from}`", set.user),
            (None, Some(value)) => format!("set the ImmutableID of `{}` to {value}", set.user),
            (None, None) => format!("clear the ImmutableID of `{}`", set.user),
        },
        Step::Sync(SyncPolicy::Delta) => "run a delta cycle".to_owned(),
        Step::Sync(SyncPolicy::Initial) => "run a full cycle".to_owned(),
        Step::StopScheduler => "stop the scheduler".to_owned(),
        Step::StartScheduler => "start the scheduler".to_owned(),
        Step::AssignRole(role) => format!("give `{}` the role {}", role.user, role.role),
        Step::RemoveRole(role) => format!("take the role {} from `{}`", role.role, role.user),
        Step::Delete(deleted) => format!("delete `{}` in Active Directory", deleted.user),
        other => {
            let value = serde_json::to_value(other).unwrap_or_default();
            let inner = value.get(other.verb()).map(ToString::to_string);
            format!("{} {}", other.verb(), inner.unwrap_or_default())
        }
    }
}

/// The expectations that were passed, because they introduce names.
fn leading_looks(subject: &Subject, from: usize, to: usize) -> Vec<Spanned<Step>> {
    let steps = subject.scenario.steps.get(from..to).unwrap_or_default();
    let looks = steps.iter().filter(|step| introduces(&step.value));
    looks.cloned().collect()
}

fn introduces(step: &Step) -> bool {
    use crate::scenario::model::Expectation::Provisioned;
    matches!(step, Step::Expect(all) if all.iter().any(|one| matches!(one.value, Provisioned(_))))
}

/// A move as steps of a scenario without faults.
fn runnable(subject: &Subject, at: usize, go: Move) -> Vec<Spanned<Step>> {
    let made = |step| vec![Spanned::new(step, 0..0)];
    match go {
        Move::Step | Move::Faulty(FaultKind::LostReply) => {
            subject.step(at).cloned().into_iter().collect()
        }
        Move::Scheduler => made(Step::Sync(SyncPolicy::Delta)),
        Move::Faulty(FaultKind::ReplicationLag | FaultKind::PartialBatch)
        | Move::FaultyScheduler(_) => broken_cycle(go),
        Move::Again | Move::Faulty(_) => Vec::new(),
    }
}

fn broken_cycle(go: Move) -> Vec<Spanned<Step>> {
    use RunStep::{DeltaImport, DeltaSynchronization, Export};
    let lag = matches!(
        go,
        Move::Faulty(FaultKind::ReplicationLag) | Move::FaultyScheduler(FaultKind::ReplicationLag)
    );
    let (ad, entra) = (Connector::Ad(None), Connector::Entra);
    let mut runs = Vec::new();
    if !lag {
        runs.push((ad.clone(), DeltaImport));
    }
    runs.push((entra.clone(), DeltaImport));
    runs.push((ad.clone(), DeltaSynchronization));
    runs.push((entra.clone(), DeltaSynchronization));
    if lag {
        runs.extend([(entra, Export), (ad, Export)]);
    }
    let step = |(connector, run)| {
        let connector = Spanned::new(connector, 0..0);
        let objects = None;
        let run = RunProfile {
            connector,
            run,
            objects,
        };
        Spanned::new(Step::RunProfile(run), 0..0)
    };
    runs.into_iter().map(step).collect()
}
