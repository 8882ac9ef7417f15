//! What a learner reads.

use std::fmt::Write as _;

use mock_cloud::RuleId;
use mock_cloud::rule::source_title;
use sim::engine::EngineEvent;
use sim::hazard::hazard;
use sim::lab::{Came, Hint, Item, Lab, Line, Present, Question, Report, Seen, Session};
use sim::manager::StepRecord;
use sim::world::Event;

use crate::error::Error;
use crate::labs::Begun;

/// How wide a paragraph may be.
const WIDTH: usize = 118;
/// How many objects are listed unless all are asked for.
const SHOWN_MAX: usize = 40;

/// What is said after a lab was started.
pub(crate) const FIRST_STEPS: &str = "\n\
    dirsync-lab lab show                 both directories, and the goal beside the present\n\
    dirsync-lab lab show --pending       what waits for the next export\n\
    dirsync-lab lab do \"VERB: { … }\"     do something; `dirsync-lab schema` lists the verbs\n\
    dirsync-lab lab sync                 run a cycle\n\
    dirsync-lab lab check                how each part of the goal stands\n\
    dirsync-lab lab hint                 when stuck; it costs points\n\
    dirsync-lab lab serve                work with LDAP and Graph clients instead\n";

/// A text in lines of a readable width, each with an indent. Lines stay lines.
pub(crate) fn wrapped(text: &str, indent: &str) -> String {
    let mut out = String::new();
    for line in text.trim_end().lines() {
        let lead: String = line.chars().take_while(|c| *c == ' ').collect();
        let mut column = 0;
        let mut current = String::new();
        for word in line.split_whitespace() {
            let length = word.chars().count();
            if column > 0 && column + 1 + length > WIDTH {
                let _ = writeln!(out, "{indent}{lead}{current}");
                current.clear();
                column = 0;
            }
            if column > 0 {
                current.push(' ');
                column += 1;
            }
            current.push_str(word);
            column += length;
        }
        // Tables keep their blanks.
        let narrow = line.chars().count() <= WIDTH;
        let last = if narrow { line.trim_start() } else { &current };
        let _ = writeln!(out, "{}", format!("{indent}{lead}{last}").trim_end());
    }
    out
}

/// Prose in lines of a readable width, whatever lines it was written in. A blank line ends a
/// paragraph.
fn prose(text: &str) -> String {
    let paragraphs = text.trim().split("\n\n");
    let joined = paragraphs.map(|one| one.split_whitespace().collect::<Vec<_>>().join(" "));
    wrapped(&joined.collect::<Vec<_>>().join("\n\n"), "")
}

/// The labs, one line each.
pub(crate) fn list(labs: &[(String, Lab)]) -> String {
    let mut text = String::new();
    for (_, lab) in labs {
        let _ = writeln!(text, "{:<5} {}", lab.lab.value, lab.title);
        text.push_str(&wrapped(&lab.goal, "      "));
    }
    let _ = writeln!(
        text,
        "\n{} labs; `dirsync-lab lab start {}` starts the first",
        labs.len(),
        labs.first().map_or("", |(_, lab)| lab.lab.as_str())
    );
    text
}

/// The labs as a table in Markdown.
pub(crate) fn table(labs: &[(String, Lab)]) -> String {
    let mut text = String::from(
        "| lab | what is learnt | traps that cost points | cases | eras | what it leaves out |\n\
         |---|---|---|---|---|---|\n",
    );
    for (_, lab) in labs {
        let cell = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let all = |names: &[sim::scenario::Name], between: &str| {
            let names: Vec<String> = names.iter().map(|name| cell(name)).collect();
            names.join(between)
        };
        let traps: Vec<String> = lab.traps.iter().map(|trap| cell(&trap.name)).collect();
        let eras: Vec<&str> = lab.profiles().iter().map(|it| it.name()).collect();
        let _ = writeln!(
            text,
            "| {} {} | {} | {} | {} | {} | {} |",
            lab.lab,
            lab.title,
            cell(&lab.goal),
            traps.join("; "),
            all(&lab.cases, ", "),
            eras.join(", "),
            all(&lab.not_carried, " "),
        );
    }
    text
}

/// What the learner is asked to do, and what arrived.
pub(crate) fn brief(session: &Session, begun: &Begun) -> String {
    let lab = session.lab();
    let mut text = format!("{}  {}\n", lab.lab, lab.title);
    let mode = match (begun.exam, begun.incident) {
        (true, true) => ", exam, incident",
        (true, false) => ", exam",
        (false, true) => ", incident",
        (false, false) => "",
    };
    let _ = writeln!(
        text,
        "       {}, seed {}{mode}\n",
        begun.profile, begun.seed
    );
    if !begun.incident {
        text.push_str(&wrapped(&format!("To learn: {}", lab.goal), ""));
        text.push('\n');
    }
    text.push_str(&prose(&lab.brief));
    for message in &lab.incident {
        let _ = write!(text, "\n  | From: {}\n", message.from);
        if let Some(subject) = &message.subject {
            let _ = writeln!(text, "  | Subject: {subject}");
        }
        text.push_str("  |\n");
        text.push_str(&wrapped(&message.text, "  | "));
    }
    if !begun.incident && !lab.picture.text.trim().is_empty() {
        text.push_str("\nThe goal: ");
        text.push_str(wrapped(&lab.picture.text, "").trim_end());
        text.push('\n');
    }
    text
}

/// Both directories, and the goal beside the present.
pub(crate) fn present(session: &Session, all: bool) -> String {
    let mut text = format!("It is {} in this world.\n\n", session.world().now());
    let seen = session.present();
    let told: Vec<[String; 3]> = seen.iter().map(columns).collect();
    let limit = if all { told.len() } else { SHOWN_MAX };
    let heads = ["Active Directory", "link", "Entra tenant"].map(str::to_owned);
    // What is wrong comes first where not everything fits.
    let mut places: Vec<usize> = (0..told.len()).collect();
    if told.len() > limit {
        places.sort_by_key(|place| (is_plain(&seen[*place]), *place));
    }
    let shown = places.iter().take(limit).map(|place| &told[*place]);
    let mut rows = vec![heads];
    rows.extend(shown.cloned());
    text.push_str(&aligned(&rows));
    if told.len() > limit {
        let more = told.len() - limit;
        let _ = writeln!(text, "  … and {more} more; --all lists them");
    }
    let lines = session.picture();
    if !lines.is_empty() {
        text.push_str("\nThe goal, and how it stands\n\n");
        let heads = ["", "goal", "present"].map(str::to_owned);
        let rows = lines.iter().map(goal_line);
        let rows: Vec<[String; 3]> = std::iter::once(heads).chain(rows).collect();
        text.push_str(&aligned(&rows));
    }
    text
}

/// What waits for the next export.
pub(crate) fn pending(session: &Session, all: bool) -> String {
    let waiting = session.pending();
    let limit = if all { waiting.len() } else { SHOWN_MAX };
    let mut text = String::new();
    for (whose, what) in waiting.iter().take(limit) {
        let _ = writeln!(text, "  {what:<7} {whose}");
    }
    if waiting.len() > limit {
        let more = waiting.len() - limit;
        let _ = writeln!(text, "  … and {more} more; --all lists them");
    }
    let count = |word: &str| waiting.iter().filter(|(_, what)| *what == word).count();
    let (adds, updates, deletes) = (count("add"), count("update"), count("delete"));
    let _ = writeln!(
        text,
        "Pending Export: {adds} Add, {updates} Modify, {deletes} Delete"
    );
    text
}

/// Whether there is nothing to say about a line: a pair without error, live.
fn is_plain(seen: &Seen) -> bool {
    let live = seen.account.as_ref().is_some_and(|it| it.state == "live");
    seen.ad.is_some() && live && seen.error.is_none()
}

fn columns(seen: &Seen) -> [String; 3] {
    let ad = match (&seen.ad, &seen.dn) {
        (Some(name), Some(dn)) => format!("{name}  {dn}"),
        _ => "-".to_owned(),
    };
    let link = match (&seen.ad, &seen.account, &seen.error) {
        (_, _, Some(error)) => error.split(':').next().unwrap_or_default().to_owned(),
        (Some(_), Some(_), None) => "====".to_owned(),
        _ => String::new(),
    };
    let cloud = seen.account.as_ref().map_or("-".to_owned(), |account| {
        let mut cloud = account.name.clone();
        if account.label != account.name {
            let _ = write!(cloud, "  {}", account.label);
        }
        if account.kind != "User" {
            let _ = write!(cloud, "  {}", account.kind);
        }
        if account.state != "live" {
            let _ = write!(cloud, "  {}", account.state);
        }
        if account.synced != "null" {
            let _ = write!(cloud, "  synced: {}", account.synced);
        }
        if !account.holds.is_empty() {
            let _ = write!(cloud, "  ({})", account.holds.join(", "));
        }
        cloud
    });
    [ad, link, cloud]
}

fn goal_line(line: &Line) -> [String; 3] {
    let mark = if line.reached { "[x]" } else { "[ ]" };
    let goal = match (&line.ad, &line.cloud) {
        (Some(ad), Some(cloud)) => format!("{ad} ==== {cloud}, {}", line.state.words()),
        (Some(ad), None) => format!("{ad} has no account"),
        (None, Some(cloud)) => format!("{cloud} alone, {}", line.state.words()),
        (None, None) => String::new(),
    };
    [mark.to_owned(), goal, line.found.clone()]
}

fn aligned(rows: &[[String; 3]]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let (first, second) = (width(0), width(1));
    let mut text = String::new();
    for [a, b, c] in rows {
        let line = format!("  {a:<first$}  {b:<second$}  {c}");
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// Everything about one object.
pub(crate) fn details(name: &str, found: &Present) -> String {
    let width = found
        .iter()
        .map(|(head, _)| head.chars().count())
        .max()
        .unwrap_or(0);
    let mut text = format!("{name}\n");
    for (head, value) in found {
        let _ = writeln!(text, "  {head:<width$}  {value}");
    }
    text
}

/// What came of a command.
pub(crate) fn came(came: &Came, session: &Session, begun: &Begun) -> String {
    let mut text = String::new();
    for told in &came.told {
        let _ = writeln!(text, "{}", told.what);
        let quiet = if came.runs.is_empty() {
            "done"
        } else {
            "nothing changed"
        };
        let outcome = if told.came.is_empty() {
            quiet
        } else {
            &told.came
        };
        if came.runs.is_empty() || !begun.incident {
            text.push_str(&wrapped(outcome, "  "));
        }
    }
    if let Some(refused) = &came.refused
        && !begun.incident
    {
        text.push_str(&wrapped(&refused.hint, "    "));
    }
    for record in &came.runs {
        if begun.incident || !record.errors.is_empty() || !is_success(record) {
            text.push_str(&run(record));
        }
    }
    if !begun.incident {
        text.push_str(&reasons(came, session));
        for (hazard, what) in &came.hazards {
            let _ = writeln!(text, "  ! {} {}: {what}", hazard.number, hazard.name);
        }
    }
    for one in &came.predicted {
        let said = one.said.map_or("nothing", |it| it.word());
        let verdict = if one.is_right() { "right" } else { "wrong" };
        let _ = writeln!(
            text,
            "  predicted for {}: {said}; it was {}: {verdict}",
            one.object, one.came
        );
        if !one.is_right() && !begun.incident {
            for reason in &one.because {
                let _ = writeln!(text, "      {reason}");
            }
        }
    }
    text
}

fn is_success(record: &StepRecord) -> bool {
    record.result.status.name() == "success"
}

/// A run, as Synchronization Service Manager lists it.
fn run(record: &StepRecord) -> String {
    let counters = record.counters();
    let counted = counters.iter().filter(|counter| counter.count > 0);
    let counted: Vec<String> = counted
        .map(|counter| format!("{} {}", counter.label, counter.count))
        .collect();
    let line = format!(
        "  {}  {}  {}  {}",
        record.connector,
        record.result.step.name(),
        record.result.status,
        counted.join(", ")
    );
    let mut text = format!("{}\n", line.trim_end());
    for error in &record.errors {
        let _ = writeln!(text, "      {}  {}", error.object, error.code);
        text.push_str(&wrapped(&error.detail, "        "));
    }
    text
}

/// Why exports failed or values were withheld.
fn reasons(came: &Came, session: &Session) -> String {
    let mut text = String::new();
    for event in &came.events {
        let Event::Engine(EngineEvent::Exported(one)) = event else {
            continue;
        };
        if one.answer.result.is_ok() && one.answer.withheld.is_empty() {
            continue;
        }
        let name = one
            .source
            .map(|it| session.labels().object(session.world(), it));
        let name = name.unwrap_or_else(|| "an object that is gone".to_owned());
        for withheld in &one.answer.withheld {
            let _ = writeln!(text, "  {name} goes without {}", withheld.value);
        }
        let _ = writeln!(text, "  {name}, because");
        for reason in &one.answer.why {
            let _ = writeln!(text, "      {:<7} {}", reason.rule.number(), reason.text());
        }
    }
    text
}

/// That something has to be predicted.
pub(crate) fn predict_first(open: &[&Question]) -> Error {
    let asked = open.iter().map(|question| {
        let usual = || format!("what will this cycle do to `{}`?", question.about);
        question
            .ask
            .as_ref()
            .map_or_else(usual, |ask| ask.trim().to_owned())
    });
    let first = open
        .first()
        .map_or("NAME", |question| question.about.as_str());
    Error::Usage {
        message: format!("predict first: {}", asked.collect::<Vec<_>>().join(" ")),
        help: format!(
            "`dirsync-lab lab predict {first}=OUTCOME`, where OUTCOME is hard-match, soft-match, \
             create, restore, update, delete, quarantined, error or unchanged; --unpredicted runs \
             it all the same and counts as wrong"
        ),
    }
}

/// A hint.
pub(crate) fn hint(hint: &Hint, stages: usize) -> String {
    let costs = match hint.costs {
        0 => "taken before".to_owned(),
        costs => format!("{costs} points"),
    };
    let place = hint.place + 1;
    let mut text = format!(
        "Stage {place} of {stages}: {}  ({}, {costs})\n",
        hint.stage.trim(),
        hint.level.word()
    );
    text.push_str(&wrapped(&hint.text, "  "));
    text
}

/// How each part of the goal stands, and the score.
pub(crate) fn check(session: &Session, begun: &Begun, standing: &Report) -> String {
    let lab = session.lab();
    let mut text = format!("{}  {}\n\n", lab.lab, lab.title);
    for finding in &standing.findings {
        let mark = if finding.met { "[x]" } else { "[ ]" };
        let _ = writeln!(text, "  {mark} {}: {}", finding.name, finding.words);
        if !begun.incident {
            for reason in &finding.why {
                let _ = writeln!(text, "        {reason}");
            }
        }
    }
    text.push('\n');
    text.push_str(&score(standing));
    if standing.passed() {
        text.push_str("\nThe goal is reached.\n\n");
        text.push_str(&debrief(session));
    } else {
        let (met, all) = (standing.met(), standing.findings.len());
        let _ = writeln!(text, "\nNot yet: {met} of {all} hold.");
    }
    text
}

/// What a score is made of.
pub(crate) fn score(standing: &Report) -> String {
    let mut text = String::new();
    for Item {
        kind,
        points,
        because,
    } in &standing.items
    {
        let because = because.split_whitespace().collect::<Vec<_>>().join(" ");
        let line = wrapped(&because, "                              ");
        let _ = writeln!(text, "  {points:>5}  {kind:<22} {}", line.trim());
    }
    let _ = writeln!(text, "  {:>5}  score, of 100", standing.score);
    if standing.predicted > 0 {
        let (right, all) = (standing.predicted_right, standing.predicted);
        let _ = writeln!(text, "  {right:>5}  of {all} predictions right");
    }
    text
}

/// What there was to learn.
fn debrief(session: &Session) -> String {
    let lab = session.lab();
    let mut text = String::from("What there was to learn\n");
    for lesson in &lab.debrief {
        text.push('\n');
        text.push_str(&wrapped(&lesson.says, "  "));
        for rule in lesson.rules.iter().filter_map(|it| RuleId::parse(it)) {
            let sources: Vec<&str> = rule.sources().collect();
            let _ = writeln!(
                text,
                "    {} {} ({}; {})",
                rule.number(),
                rule.title(),
                rule.confidence(),
                sources.join(", ")
            );
        }
        for one in lesson.hazards.iter().filter_map(|it| hazard(it)) {
            let _ = writeln!(text, "    {} {}: {}", one.number, one.name, one.cost);
        }
        for source in lesson.sources.iter() {
            let title = source_title(source).unwrap_or(source);
            let _ = writeln!(text, "    {title}");
        }
    }
    if !lab.traps.is_empty() {
        text.push_str("\nWhat costs points here\n\n");
        for trap in &lab.traps {
            text.push_str(&wrapped(&format!("- {}", trap.name.trim()), "  "));
        }
    }
    if !lab.not_carried.is_empty() {
        text.push_str("\nWhat this lab leaves out\n\n");
        for one in &lab.not_carried {
            text.push_str(&wrapped(&format!("- {}", one.trim()), "  "));
        }
    }
    let met = &session.deeds().hazards;
    if !met.is_empty() {
        text.push_str("\nWhat you met on the way\n\n");
        for (hazard, what) in met {
            let line = format!(
                "{} {}: {what}; instead: {}",
                hazard.number, hazard.name, hazard.instead
            );
            text.push_str(&wrapped(&line, "  "));
        }
    }
    text
}

/// A solution, step by step, and what there was to learn.
pub(crate) fn solution(session: &Session) -> String {
    let mut text = String::from("A solution\n\n");
    for (place, step) in session.solution().iter().enumerate() {
        let _ = writeln!(text, "  {:>2}  {step}", place + 1);
    }
    text.push('\n');
    text.push_str(&debrief(session));
    text
}

/// What was done so far.
pub(crate) fn status(session: &Session, begun: &Begun) -> String {
    let lab = session.lab();
    let deeds = session.deeds();
    let standing = session.report();
    let mut text = format!(
        "{}  {}  {}, seed {}\n",
        lab.lab, lab.title, begun.profile, begun.seed
    );
    let _ = writeln!(
        text,
        "  {} of {} of the goal, {} points",
        standing.met(),
        standing.findings.len(),
        standing.score
    );
    let _ = writeln!(
        text,
        "  {} commands (par {}), {} cycles (par {}), {} refused, {} undone",
        deeds.commands,
        lab.par.commands,
        deeds.cycles,
        lab.par.cycles,
        deeds.refused,
        session.undone()
    );
    for (name, forecast) in session.announced() {
        let _ = writeln!(text, "  predicted for the next cycle: {name} {forecast}");
    }
    if let Some(stage) = session.stage().and_then(|place| lab.hints.get(place))
        && !begun.exam
        && !standing.passed()
    {
        let _ = writeln!(text, "  next: {}", stage.stage.trim());
    }
    for (place, told) in deeds.told.iter().enumerate() {
        let came = if told.came.is_empty() {
            "done"
        } else {
            &told.came
        };
        let _ = writeln!(text, "  {:>3}  {}\n         {came}", place + 1, told.what);
    }
    text
}
