//! What came of a rehearsal, for people, programs, test reports and GitHub.

mod data;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use host::{Freeze, Origin};
use sim::hazard::Severity;
use sim::rehearse::{AccountChange, At, HazardMet, Health, Judgement};
use sim::scenario::render as render_diagnostics;

use crate::commands::rehearse::Ran;
use crate::commands::run::Format;
use crate::lab::Loaded;

/// How many lines of one kind are printed.
const SHOWN_MAX: usize = 40;
/// How many hazards of one number are printed.
const HAZARDS_MAX: usize = 3;

/// All runs in one format.
pub(crate) fn render(format: Format, loaded: &Loaded, command: &[String], runs: &[Ran]) -> String {
    match format {
        Format::Human => human(loaded, command, runs),
        Format::Json => data::json(loaded, command, runs),
        Format::Junit => data::junit(loaded, command, runs),
        Format::Github => data::github(loaded, runs),
    }
}

/// What was done to a run, for its heading.
pub(crate) fn title(ran: &Ran) -> String {
    ran.killed.map_or_else(
        || "as it is".to_owned(),
        |kill| format!("{}, started again", killed(kill)),
    )
}

/// After what a command is killed.
pub(crate) fn killed(kill: Freeze) -> String {
    let (what, count) = match kill {
        Freeze::AfterRequest(count) => ("request", count),
        Freeze::AfterWrite(count) => ("write", count),
    };
    if count == 1 {
        return format!("killed after its first {what}");
    }
    format!("killed after {what} {count}")
}

fn human(loaded: &Loaded, command: &[String], runs: &[Ran]) -> String {
    let mut text = String::new();
    let several = runs.len() > 1;
    for (place, ran) in runs.iter().enumerate() {
        let word = if ran.passed() { "PASSED" } else { "FAILED" };
        let profile = ran.judgement.profile;
        let _ = writeln!(
            text,
            "{word:>9} {}  {profile}  `{}` {}",
            loaded.name,
            command.join(" "),
            title(ran)
        );
        // Of runs that went well the first tells enough.
        if place == 0 || !ran.passed() {
            one(&mut text, loaded, ran);
        }
    }
    if several {
        let failed = runs.iter().filter(|ran| !ran.passed()).count();
        let passed = runs.len() - failed;
        let _ = writeln!(text, "\n  Summary {passed} runs passed, {failed} failed");
    }
    text
}

fn one(text: &mut String, loaded: &Loaded, ran: &Ran) {
    let judgement = &ran.judgement;
    happened(text, ran);
    faults(text, ran);
    changed(text, &judgement.changes);
    let _ = writeln!(text, "\n  The two directories");
    let _ = writeln!(text, "      before  {}", health(judgement.before));
    let _ = writeln!(text, "      after   {}", health(judgement.after));
    let _ = writeln!(text, "      {}", settled(judgement));
    match &judgement.missing {
        None => text.push_str("      converged\n"),
        Some(missing) => {
            let _ = writeln!(text, "      not converged: {missing}");
        }
    }
    lost(text, ran);
    hazards(text, ran);
    for met in &judgement.violations {
        let property = met.violation.property;
        let _ = writeln!(
            text,
            "\nerror[{}]: {}",
            property.name(),
            met.violation.found,
        );
        script_line(text, ran, met.at);
        let _ = writeln!(text, "  = {}: {}", at(ran, met.at), property.statement());
    }
    if !judgement.failures.is_empty() {
        let drawn = render_diagnostics(&judgement.failures, &loaded.source);
        let _ = write!(text, "\n{drawn}\n");
    }
    if !ran.end.is_success() {
        let _ = writeln!(text, "\nerror: the command {}", ran.end.words());
    }
    coverage(text, ran);
    text.push('\n');
}

/// When, in words: the number of what happened, and the line of the script that did it.
pub(crate) fn at(ran: &Ran, at: At) -> String {
    match at {
        At::Happening(place) => match ran.line(at) {
            Some((name, line, _)) => format!("with {} ({name}:{line})", place + 1),
            None => format!("with {}", place + 1),
        },
        At::Settling => "in the cycles after the command".to_owned(),
    }
}

/// The line of the script that something was done by, drawn below a message.
fn script_line(text: &mut String, ran: &Ran, at: At) {
    if let Some((name, line, source)) = ran.line(at) {
        let width = line.to_string().len();
        let _ = writeln!(
            text,
            "  {:>width$}--> {name}:{line}\n  {:>width$} |\n  {line} | {}",
            "",
            "",
            source.trim_end()
        );
    }
}

fn happened(text: &mut String, ran: &Ran) {
    let told = &ran.judgement.told;
    if told.is_empty() {
        text.push_str("\n  Nothing was written and no cycle run\n");
        return;
    }
    text.push_str("\n  What happened\n");
    for (place, (one, from)) in told.iter().zip(&ran.origins).enumerate() {
        if place >= SHOWN_MAX {
            let _ = writeln!(text, "      … and {} more", told.len() - SHOWN_MAX);
            break;
        }
        let refused = if one.refused { "refused: " } else { "" };
        let came = match one.came.as_str() {
            "" => String::new(),
            came => format!("  ({refused}{})", came.trim()),
        };
        let number = place + 1;
        let from = match from {
            Origin::Script(line) => format!("line {line}"),
            other => other.word().to_owned(),
        };
        let _ = writeln!(text, "  {number:>4}  {from:<8} {}{came}", one.what);
    }
}

/// Which lines of the script were reached.
fn coverage(text: &mut String, ran: &Ran) {
    let Some(script) = &ran.script else { return };
    let missed: Vec<u32> = script.missed().collect();
    let all = script.statements.len();
    let _ = writeln!(
        text,
        "\n  Coverage of {}: {} of {all} lines with statements ran",
        script.name,
        all - missed.len()
    );
    if !missed.is_empty() {
        let lines = missed.iter().take(SHOWN_MAX).map(ToString::to_string);
        let more = if missed.len() > SHOWN_MAX { " …" } else { "" };
        let lines = lines.collect::<Vec<_>>().join(", ");
        let _ = writeln!(text, "      not reached: {lines}{more}");
    }
}

fn faults(text: &mut String, ran: &Ran) {
    match ran.faults {
        0 => {}
        1 => text.push_str("        one request met a fault\n"),
        faults => {
            let _ = writeln!(text, "        {faults} requests met a fault");
        }
    }
}

fn changed(text: &mut String, changes: &[AccountChange]) {
    if changes.is_empty() {
        text.push_str("\n  Nothing has changed in the tenant\n");
        return;
    }
    text.push_str("\n  What has changed in the tenant\n");
    for change in changes.iter().take(SHOWN_MAX) {
        let word = change.fate.word();
        let _ = writeln!(text, "      {word:<9} {}  {}", change.label, change.id);
        for one in &change.changes {
            let join = |values: &[store::Text]| match values {
                [] => "nothing".to_owned(),
                values => values.join(", "),
            };
            let (from, to) = (join(&one.from), join(&one.to));
            let _ = writeln!(text, "                {}: {from} -> {to}", one.property);
        }
    }
    if changes.len() > SHOWN_MAX {
        let _ = writeln!(text, "      … and {} more", changes.len() - SHOWN_MAX);
    }
}

fn health(health: Health) -> String {
    let Health {
        in_scope,
        joined,
        errors,
        quarantined,
        pending,
    } = health;
    format!(
        "{in_scope} in scope, {joined} joined, {errors} errors, {quarantined} quarantined, \
         {pending} exports pending"
    )
}

fn settled(judgement: &Judgement) -> String {
    match judgement.settled {
        Some(0) => "at rest: one more cycle changes nothing".to_owned(),
        Some(1) => "at rest after one more cycle".to_owned(),
        Some(cycles) => format!("at rest after {cycles} more cycles"),
        None => "NOT at rest: cycles go on changing it".to_owned(),
    }
}

fn lost(text: &mut String, ran: &Ran) {
    let judgement = &ran.judgement;
    let lost: Vec<String> = judgement.lost().map(|it| it.label.to_string()).collect();
    let values: usize = judgement.changes.iter().map(|it| it.loses.len()).sum();
    let _ = writeln!(
        text,
        "      lost: {}{}",
        match lost.as_slice() {
            [] => "no mailbox and no licence".to_owned(),
            lost => lost.join(", "),
        },
        match values {
            0 => String::new(),
            1 => "; one value of an account".to_owned(),
            values => format!("; {values} values of accounts"),
        }
    );
    if let Some(first) = judgement.irreversible.first() {
        let _ = writeln!(
            text,
            "      can't be undone from here on, {}: {}",
            at(ran, first.at),
            first.what
        );
        script_line(text, ran, first.at);
    }
}

fn hazards(text: &mut String, ran: &Ran) {
    let (anyway, met): (Vec<_>, Vec<_>) = ran.judgement.hazards.iter().partition(|met| met.anyway);
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    for met in met {
        let hazard = met.hazard;
        let count = counted.entry(hazard.number).or_default();
        *count += 1;
        if *count <= HAZARDS_MAX {
            hazard_met(text, ran, met);
        }
    }
    for (number, count) in counted
        .into_iter()
        .filter(|(_, count)| *count > HAZARDS_MAX)
    {
        let more = count - HAZARDS_MAX;
        let _ = writeln!(
            text,
            "\n… and {more} more of {number} (--format json lists all)"
        );
    }
    if !anyway.is_empty() {
        let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
        for met in &anyway {
            *counted.entry(met.hazard.number).or_default() += 1;
        }
        let counted: Vec<String> = counted
            .iter()
            .map(|(number, count)| format!("{count} {number}"))
            .collect();
        let counted = counted.join(", ");
        let _ = writeln!(
            text,
            "\nnote: the next cycles meet these hazards anyway: {counted}"
        );
    }
}

fn hazard_met(text: &mut String, ran: &Ran, met: &HazardMet) {
    let HazardMet {
        hazard,
        what,
        acknowledged,
        ..
    } = met;
    let word = match hazard.severity {
        _ if *acknowledged => "note",
        Severity::Danger => "error",
        Severity::Warning => "warning",
    };
    let _ = writeln!(
        text,
        "\n{word}[{}]: {}: {what}, {}",
        hazard.number,
        hazard.name,
        at(ran, met.at),
    );
    script_line(text, ran, met.at);
    let _ = writeln!(
        text,
        "  = {}\n  = help: instead: {}",
        hazard.cost, hazard.instead
    );
}
