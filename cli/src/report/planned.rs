//! Plans, for people and programs.

use std::fmt::Write as _;

use mock_cloud::Profile;
use serde_json::{Value, json};
use sim::repair::{End, Plan, Taken, Trouble, dn};

use crate::commands::plan::Format;

/// A plan in one format.
pub(crate) fn render(format: Format, name: &str, profile: Profile, plan: &Plan) -> String {
    match format {
        Format::Human => human(name, profile, plan),
        Format::Json => format!("{:#}\n", value(name, profile, plan)),
    }
}

fn human(name: &str, profile: Profile, plan: &Plan) -> String {
    let mut text = format!("Plan for {name}  {}\n\n", profile.name());
    if !plan.before.is_empty() {
        let _ = writeln!(
            text,
            "  The scheduler's own cycles come first: {}.\n",
            plan.before
        );
    }
    if plan.steps.is_empty() && plan.end == End::Done {
        text.push_str("  Nothing to do: everything is as it should be.\n");
        return text;
    }
    let mut told = None;
    for (number, taken) in (1..).zip(&plan.steps) {
        if taken.person.is_some() && taken.person != told {
            told.clone_from(&taken.person);
            let _ = writeln!(text, "  {}", told.as_deref().unwrap_or_default());
        }
        let came = match taken.came.as_str() {
            "" => String::new(),
            came => format!("  ({came})"),
        };
        let _ = writeln!(text, "  {number:>4}  {}{came}", taken.text);
        let _ = writeln!(text, "        because {}", taken.step.why);
        for mark in marks(taken) {
            let _ = writeln!(text, "        {mark}");
        }
    }
    text.push('\n');
    text.push_str(&ending(plan));
    text
}

fn marks(taken: &Taken) -> Vec<String> {
    let step = &taken.step;
    let mut marks = Vec::new();
    if step.is_irreversible() {
        marks.push("! cannot be undone".to_owned());
    } else if step.is_destructive() {
        marks.push("! deletes an account, which stays in the recycle bin for 30 days".to_owned());
    }
    if step.waits_for_cycle() {
        marks.push("nothing comes of it before a cycle has run".to_owned());
    }
    if let Some(harm) = &taken.harm {
        marks.push(format!("! `{}`: {}", harm.property.name(), harm.found));
    }
    marks
}

fn ending(plan: &Plan) -> String {
    let first = plan.steps.iter().position(|it| it.step.is_irreversible());
    let mut text = match first {
        Some(place) => format!("  The first step without a way back is {}.\n", place + 1),
        None => "  Every step can be undone.\n".to_owned(),
    };
    match &plan.end {
        End::Done => text.push_str("  In the end everything is as it should be.\n"),
        End::TooLong => text.push_str("  No end was reached; try a larger --steps-max.\n"),
        End::Stuck(troubles) => {
            text.push_str("  Here somebody has to decide:\n");
            for trouble in troubles {
                let who = who(plan, trouble);
                let _ = writeln!(text, "      {who}: {}", trouble.text);
            }
        }
    }
    text
}

fn who(plan: &Plan, trouble: &Trouble) -> String {
    let person = trouble.person.map(|person| dn(&plan.after, person));
    person.unwrap_or_else(|| "the tenant".to_owned())
}

fn value(name: &str, profile: Profile, plan: &Plan) -> Value {
    let steps = (1..).zip(&plan.steps).map(|(number, taken): (u32, _)| {
        let step = &taken.step;
        let harm = taken.harm.as_ref();
        json!({
            "number": number,
            "text": taken.text,
            "person": taken.person,
            "why": step.why,
            "destructive": step.is_destructive(),
            "irreversible": step.is_irreversible(),
            "waitsForCycle": step.waits_for_cycle(),
            "comesOfIt": taken.came,
            "harm": harm.map(|it| json!({ "property": it.property.name(), "found": it.found })),
        })
    });
    let troubles = match &plan.end {
        End::Stuck(troubles) => troubles.as_slice(),
        End::Done | End::TooLong => &[],
    };
    let troubles = troubles.iter();
    json!({
        "world": name,
        "profile": profile.name(),
        "before": plan.before,
        "end": match &plan.end {
            End::Done => "done",
            End::Stuck(_) => "stuck",
            End::TooLong => "too-long",
        },
        "steps": steps.collect::<Vec<_>>(),
        "decide": troubles
            .map(|it| json!({ "who": who(plan, it), "text": it.text }))
            .collect::<Vec<_>>(),
    })
}
