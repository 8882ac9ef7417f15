//! Plans, for people and programs.

use std::fmt::Write as _;

use mock_cloud::Profile;
use serde_json::{Value, json};
use sim::plan::{Case, Length, Plan, Proven, Step};
use sim::repair::{End, Trouble, dn};

use crate::commands::plan::{Format, Known};

/// What was asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The world, as it was given.
    pub(crate) name: &'a str,
    /// The era.
    pub(crate) profile: Profile,
    /// Whose account is whose.
    pub(crate) known: &'a Known,
}

/// A plan in one format.
pub(crate) fn render(format: Format, asked: &Asked<'_>, plan: &Plan) -> String {
    match format {
        Format::Human => human(asked, plan),
        Format::Json => format!("{:#}\n", value(asked, plan)),
    }
}

/// With more cases than this, one of each pattern is shown.
const SHOWN_MAX: usize = 12;

fn human(asked: &Asked<'_>, plan: &Plan) -> String {
    let mut text = format!("Plan for {}  {}\n\n", asked.name, asked.profile.name());
    if !plan.before.is_empty() {
        let _ = writeln!(
            text,
            "  The scheduler's own cycles come first: {}.\n",
            plan.before
        );
    }
    if let Some(deletes) = plan.stopped {
        let _ = writeln!(text, "{}", stopped(deletes));
        return text;
    }
    if plan.cases.is_empty() {
        text.push_str("  Nothing to do: everything is as it should be.\n");
        text.push_str(&unknown(asked, plan));
        return text;
    }
    if plan.cases.len() <= SHOWN_MAX {
        list(&mut text, plan, plan.steps.iter().enumerate(), true);
    } else {
        let _ = writeln!(text, "  {}\n", overview(plan));
        for (number, places) in (1..).zip(plan.patterns()) {
            pattern(&mut text, plan, number, &places);
        }
    }
    text.push('\n');
    text.push_str(&ending(plan));
    text.push_str(&unknown(asked, plan));
    text
}

/// That more deletions wait than the service lets pass.
pub(crate) fn stopped(deletes: u64) -> String {
    format!(
        "  Nothing can be planned: {deletes} deletions wait for the next export, more than the \
         deletion threshold\n  lets pass. Somebody has to decide whether they are meant; predict \
         lists them."
    )
}

/// The plan in one sentence.
pub(crate) fn overview(plan: &Plan) -> String {
    let troubled: usize = plan.cases.iter().map(|case| case.troubled.len()).sum();
    format!(
        "{troubled} of {} people need something done, in {} that share no name, address or anchor; \
         {}, {}.",
        plan.people,
        counted(plan.cases.len(), "group", "groups"),
        counted(plan.steps.len(), "step", "steps"),
        counted(plan.cycles, "cycle", "cycles"),
    )
}

/// A number with its noun.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn pattern(text: &mut String, plan: &Plan, number: usize, places: &[usize]) {
    let first = places[0];
    let case = &plan.cases[first];
    let _ = writeln!(
        text,
        "  Pattern {number}: {}, such as {}",
        counted(places.len(), "group", "groups"),
        who(plan, case)
    );
    for (_, wrong) in case.troubled.iter().take(3) {
        let _ = writeln!(text, "        {wrong}");
    }
    let own = plan.steps.iter().enumerate();
    let own = own.filter(|(_, step)| step.case == Some(first));
    list(text, plan, own, false);
    let _ = writeln!(text, "{}", proof(case));
}

/// The people of a case, by the first of them.
pub(crate) fn who(plan: &Plan, case: &Case) -> String {
    let first = case.troubled.first().map(|(source, _)| *source);
    let first = first.or_else(|| case.solution.component.objects.first().copied());
    first.map_or_else(String::new, |source| dn(&plan.start, source))
}

fn list<'a>(
    text: &mut String,
    plan: &Plan,
    steps: impl Iterator<Item = (usize, &'a Step)>,
    names: bool,
) {
    let mut told = None;
    for (place, step) in steps {
        let person = step.step.person.map(|person| dn(&plan.start, person));
        if names && person.is_some() && person != told {
            told.clone_from(&person);
            let _ = writeln!(text, "  {}", told.as_deref().unwrap_or_default());
        }
        let came = match step.came.as_str() {
            "" => String::new(),
            came => format!("  ({came})"),
        };
        let _ = writeln!(text, "  {:>4}  {}{came}", place + 1, step.text);
        let _ = writeln!(text, "        because {}", step.step.why);
        for mark in marks(step) {
            let _ = writeln!(text, "        {mark}");
        }
    }
}

/// What to know of a step besides what it does.
pub(crate) fn marks(step: &Step) -> Vec<String> {
    let mut marks = Vec::new();
    let planned = &step.step;
    if planned.is_irreversible() {
        marks.push("! cannot be undone".to_owned());
    } else if planned.is_destructive() {
        marks.push("! deletes an account, which stays in the recycle bin for 30 days".to_owned());
    }
    if planned.waits_for_cycle() {
        marks.push("nothing comes of it before a cycle has run".to_owned());
    }
    for met in &step.hazards {
        let hazard = met.hazard;
        marks.push(format!(
            "! {} {}: {}: {}",
            hazard.number, hazard.name, met.what, hazard.cost
        ));
    }
    if let Some(refused) = &step.refused {
        marks.push(format!("! refused: {refused}"));
    }
    if let Some(harm) = &step.harm {
        marks.push(format!("! `{}`: {}", harm.property.name(), harm.found));
    }
    for state in &step.state {
        marks.push(format!("then {state}"));
    }
    marks
}

/// What was found out about the pattern of a case, one sentence a line.
fn proof(case: &Case) -> String {
    let mut text = String::new();
    let Some(proven) = &case.proven else {
        return text;
    };
    let found = &proven.proof;
    let states = counted(found.states, "state", "states");
    let is_list = !matches!(case.solution.length, None | Some(Length::Loop));
    let verdict = match &found.violation {
        Some(bad) if is_list => format!(
            "whenever the scheduler runs in between, these steps end well; deciding anew before \
             each would not: `{}`: {}",
            bad.property.name(),
            bad.found
        ),
        Some(bad) => format!(
            "! not safe where the scheduler runs in between: `{}`: {}",
            bad.property.name(),
            bad.found
        ),
        None if found.complete => {
            format!("whenever the scheduler runs in between, it ends well ({states} visited)")
        }
        None => format!(
            "not proven: after {states} the search was cut short; try a larger --states-max"
        ),
    };
    let _ = writeln!(text, "        {verdict}");
    if let Some(length) = case.solution.length {
        let _ = writeln!(text, "        {}", told(length, proven));
    }
    for other in &proven.alternatives {
        let loses = match other.loses.as_slice() {
            [] => "nothing would be lost".to_owned(),
            some => some.join("; "),
        };
        let _ = writeln!(text, "        or {}: {loses}", other.text);
    }
    text
}

/// How the list of steps compares with all others.
fn told(length: Length, proven: &Proven) -> String {
    let searched = counted(proven.shorter.searched, "action", "actions");
    match length {
        Length::Shortest => format!(
            "no shorter list does it without touching, deleting or waiting for more ({searched} \
             tried)"
        ),
        Length::Unknown => format!(
            "whether a shorter list does it is not known ({searched} tried; a larger --states-max \
             helps where the search was cut short)"
        ),
        Length::Loop => "not shown to be safe as a list where the scheduler runs in between: a \
                         script stops at a surprise; then export again and plan anew"
            .to_owned(),
    }
}

fn ending(plan: &Plan) -> String {
    let first = plan.steps.iter().position(|it| it.step.is_irreversible());
    let mut text = match first {
        Some(place) => format!("  The first step without a way back is {}.\n", place + 1),
        None if plan.steps.is_empty() => String::new(),
        None => "  Every step can be undone.\n".to_owned(),
    };
    if plan.cases.len() <= SHOWN_MAX {
        for case in &plan.cases {
            let found = proof(case);
            if !found.is_empty() {
                let _ = write!(text, "  {}\n{found}", who(plan, case));
            }
        }
    }
    for guard in &plan.left_open {
        let _ = writeln!(text, "  ! W09 guard-left-open: {guard} stays off");
    }
    let mut decisions = plan.decisions().peekable();
    if decisions.peek().is_some() {
        text.push_str("  Here somebody has to decide:\n");
        for (_, trouble) in decisions {
            let _ = writeln!(text, "      {}: {}", whom(plan, trouble), trouble.text);
        }
        let locked = plan
            .cases
            .iter()
            .filter(|it| it.locked().next().is_some())
            .count();
        if locked > 0 {
            let _ = writeln!(
                text,
                "  `--turn-off-sync` plans {locked} of these groups as well: it turns \
                 synchronisation off for the whole\n  tenant and on again. For up to three days \
                 nobody gets an account, a change or a password."
            );
        }
    } else if plan.cases.iter().any(|it| it.solution.end == End::TooLong) {
        text.push_str("  No end was reached; try a larger --steps-max.\n");
    }
    let left: Vec<&Case> = plan.cases.iter().filter(|it| !it.left.is_empty()).collect();
    if left.is_empty() {
        text.push_str("  In the end everything is as it should be.\n");
    } else {
        text.push_str("  In the end this is still not as it should be:\n");
        for (_, wrong) in left.into_iter().flat_map(|case| &case.left) {
            let _ = writeln!(text, "      {wrong}");
        }
    }
    text
}

/// Whose account is not known, and what to write to say so.
fn unknown(asked: &Asked<'_>, plan: &Plan) -> String {
    const NAMED_MAX: usize = 10;
    let known = asked.known;
    let mut text = String::new();
    let world = &plan.start;
    let account = |key: &mock_cloud::CloudKey| {
        let account = world.tenant().object(*key);
        account.map_or_else(String::new, |it| format!("{} ({})", it.id, it.label()))
    };
    if known.inferred > 0 {
        let _ = writeln!(
            text,
            "\n  Whose account is whose: {} told by `belongs`, {} inferred from anchors and names.",
            known.told, known.inferred
        );
    }
    if !known.likely.is_empty() {
        let _ = writeln!(
            text,
            "\n  {} likely and not taken (--infer likely takes it); confirm under `belongs`:",
            counted(known.likely.len(), "account is", "accounts are")
        );
        for (source, key) in known.likely.iter().take(NAMED_MAX) {
            let _ = writeln!(text, "      {}: {}", dn(world, *source), account(key));
        }
        rest(&mut text, known.likely.len(), NAMED_MAX);
    }
    if !known.ambiguous.is_empty() {
        let _ = writeln!(
            text,
            "\n  {} several accounts to choose from; say which under `belongs`:",
            counted(known.ambiguous.len(), "person has", "people have")
        );
        for (source, keys) in known.ambiguous.iter().take(NAMED_MAX) {
            let keys: Vec<String> = keys.iter().map(account).collect();
            let _ = writeln!(text, "      {}: {}", dn(world, *source), keys.join(" or "));
        }
        rest(&mut text, known.ambiguous.len(), NAMED_MAX);
    }
    text
}

fn rest(text: &mut String, count: usize, shown: usize) {
    if count > shown {
        let _ = writeln!(
            text,
            "      and {} more; --format json lists all",
            count - shown
        );
    }
}

fn whom(plan: &Plan, trouble: &Trouble) -> String {
    let person = trouble.person.map(|person| dn(&plan.start, person));
    person.unwrap_or_else(|| "the tenant".to_owned())
}

fn value(asked: &Asked<'_>, plan: &Plan) -> Value {
    let world = &plan.start;
    let id = |key: &mock_cloud::CloudKey| {
        let account = world.tenant().object(*key);
        account.map(|it| it.id.to_string())
    };
    let known = asked.known;
    let likely = known.likely.iter();
    let ambiguous = known.ambiguous.iter();
    json!({
        "world": asked.name,
        "profile": asked.profile.name(),
        "people": plan.people,
        "before": plan.before,
        "end": end(plan),
        "cycles": plan.cycles,
        "steps": plan.steps.iter().enumerate().map(|(place, step)| step_value(plan, place, step))
            .collect::<Vec<_>>(),
        "cases": plan.cases.iter().map(|case| case_value(plan, case)).collect::<Vec<_>>(),
        "decide": plan.decisions()
            .map(|(case, it)| json!({ "case": case, "who": whom(plan, it), "text": it.text }))
            .collect::<Vec<_>>(),
        "leftOpen": plan.left_open,
        "belongs": {
            "told": known.told,
            "inferred": known.inferred,
            "likely": likely.map(|(source, key)| json!({ "dn": dn(world, *source), "id": id(key) }))
                .collect::<Vec<_>>(),
            "ambiguous": ambiguous.map(|(source, keys)| json!({
                "dn": dn(world, *source),
                "ids": keys.iter().filter_map(id).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
        },
    })
}

fn end(plan: &Plan) -> &'static str {
    if plan.stopped.is_some() {
        "stopped"
    } else if plan.decisions().next().is_some() {
        "stuck"
    } else if plan.cases.iter().any(|it| it.solution.end == End::TooLong) {
        "too-long"
    } else if plan.cases.iter().any(|it| !it.left.is_empty()) {
        "left"
    } else {
        "done"
    }
}

fn step_value(plan: &Plan, place: usize, step: &Step) -> Value {
    let planned = &step.step;
    let harm = step.harm.as_ref();
    let hazards = step.hazards.iter();
    json!({
        "number": place + 1,
        "text": step.text,
        "person": planned.person.map(|person| dn(&plan.start, person)),
        "case": step.case,
        "beforeCycle": step.cycle,
        "why": planned.why,
        "destructive": planned.is_destructive(),
        "irreversible": planned.is_irreversible(),
        "waitsForCycle": planned.waits_for_cycle(),
        "comesOfIt": step.came,
        "refused": step.refused,
        "stateAfter": step.state,
        "hazards": hazards.map(|it| json!({ "hazard": it.hazard.number, "what": it.what }))
            .collect::<Vec<_>>(),
        "harm": harm.map(|it| json!({ "property": it.property.name(), "found": it.found })),
    })
}

fn case_value(plan: &Plan, case: &Case) -> Value {
    let named = |one: &(sim::engine::Source, String)| {
        let (source, text) = one;
        json!({ "dn": dn(&plan.start, *source), "text": text })
    };
    let proof = case.proven.as_ref().map(|it| {
        let found = &it.proof;
        json!({
            "answer": match (&found.violation, found.complete) {
                (Some(_), _) => "counterexample",
                (None, true) => "converges",
                (None, false) => "inconclusive",
            },
            "states": found.states,
            "transitions": found.transitions,
            "violation": found.violation.as_ref().map(|it| json!({
                "property": it.property.name(), "found": it.found,
            })),
        })
    });
    let length = case.solution.length.map(|length| {
        let proven = case.proven.as_ref();
        json!({
            "answer": match length {
                Length::Shortest => "shortest",
                Length::Unknown => "unknown",
                Length::Loop => "loop",
            },
            "actions": proven.map(|it| it.shorter.searched),
        })
    });
    let alternatives = case.proven.iter().flat_map(|it| &it.alternatives);
    json!({
        "pattern": format!("{:032x}", case.solution.pattern),
        "troubled": case.troubled.iter().map(named).collect::<Vec<_>>(),
        "left": case.left.iter().map(named).collect::<Vec<_>>(),
        "proof": proof,
        "length": length,
        "alternatives": alternatives
            .map(|it| json!({ "text": it.text, "loses": it.loses }))
            .collect::<Vec<_>>(),
    })
}
