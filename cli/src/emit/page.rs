//! A plan for those who have to agree to it, on one page that needs nothing else.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sim::engine::EngineConfig;
use sim::explore::Proof;
use sim::plan::{Case, Length, Plan, Step, display_name, notices};
use sim::repair::{What, dn};

use crate::report::page::escaped;
use crate::report::planned::{Asked, counted, marks, stopped};

const STYLE: &str = include_str!("page.css");
/// With more rows than this, a table is folded.
const OPEN_MAX: usize = 40;

/// The page.
pub(super) fn render(asked: &Asked<'_>, plan: &Plan) -> String {
    let title = format!("Account repair: {}", asked.name);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\">\n<title>{0}</title>\n\
         <style>\n{STYLE}</style>\n<h1>{0}</h1>\n",
        escaped(&title)
    );
    let _ = writeln!(
        page,
        "<p class=\"soft\">Behaviour of the service: {}. Rehearsed on a copy of both \
         directories.</p>",
        asked.profile.name()
    );
    if let Some(deletes) = plan.stopped {
        let _ = writeln!(
            page,
            "<p class=\"bad\">{}</p>",
            escaped(stopped(deletes).trim())
        );
    }
    cards(&mut page, plan);
    short(&mut page, plan);
    decisions(&mut page, plan);
    people(&mut page, plan);
    timetable(&mut page, asked, plan);
    risks(&mut page, plan);
    stopping(&mut page, plan);
    steps(&mut page, plan);
    page.push_str(
        "<footer>Made by dirsync-lab from exports of both directories. It holds for the \
         directories as they were exported: export again shortly before, and plan anew where \
         anything has changed.</footer>\n</html>\n",
    );
    page
}

fn count(plan: &Plan, is_meant: impl Fn(&Step) -> bool) -> usize {
    plan.steps.iter().filter(|step| is_meant(step)).count()
}

fn cards(page: &mut String, plan: &Plan) {
    let troubled: usize = plan.cases.iter().map(|case| case.troubled.len()).sum();
    let cards = [
        (troubled, format!("of {} people affected", plan.people)),
        (plan.cycles, "synchronisation cycles".to_owned()),
        (
            count(plan, |it| {
                it.step.is_destructive() && !it.step.is_irreversible()
            }),
            "duplicate accounts deleted, recoverable for 30 days".to_owned(),
        ),
        (
            count(plan, |it| it.step.is_irreversible()),
            "steps that cannot be undone".to_owned(),
        ),
    ];
    page.push_str("<ul class=\"cards\">\n");
    for (number, text) in cards {
        let _ = writeln!(
            page,
            "<li><b>{number}</b><span>{}</span></li>",
            escaped(&text)
        );
    }
    page.push_str("</ul>\n");
}

fn short(page: &mut String, plan: &Plan) {
    let lost = plan.steps.iter().any(|step| step.harm.is_some());
    let left: usize = plan.cases.iter().map(|case| case.left.len()).sum();
    let verdict = match (lost, left) {
        (true, _) => {
            "<p class=\"bad\">On the copy, this plan does harm. Do not carry it out: the steps \
             below say where.</p>"
        }
        (false, 0) => {
            "<p class=\"good\">On the copy, everybody has the right account in the end, and no \
             mailbox or licence is lost.</p>"
        }
        (false, _) => {
            "<p class=\"warn\">On the copy, nothing is lost, but some people still need a decision \
             (below).</p>"
        }
    };
    page.push_str(verdict);
    page.push('\n');
    if plan
        .steps
        .iter()
        .any(|it| it.step.what == What::WaitUntilOff)
    {
        page.push_str(
            "<p><b>Synchronisation is off for the whole tenant for up to three days.</b> Nobody \
             gets an account, a change or a new password from Active Directory meanwhile. \
             Accounts, mailboxes and licences stay as they are.</p>\n",
        );
    }
}

fn decisions(page: &mut String, plan: &Plan) {
    let mut all = plan.decisions().peekable();
    if all.peek().is_none() {
        return;
    }
    page.push_str("<h2>Decisions needed first</h2>\n<ul>\n");
    for (_, trouble) in all {
        let who = trouble.person.map(|person| display_name(plan, person));
        let who = who.unwrap_or_else(|| "The tenant".to_owned());
        let _ = writeln!(
            page,
            "<li><b>{}</b>: {}</li>",
            escaped(&who),
            escaped(&trouble.text)
        );
    }
    page.push_str("</ul>\n");
}

/// A table that is folded where it is long.
fn table(page: &mut String, head: &[&str], rows: &[String], what: &str) {
    let folded = rows.len() > OPEN_MAX;
    if folded {
        let _ = writeln!(page, "<details><summary>{} {what}</summary>", rows.len());
    }
    page.push_str("<div class=\"wide\"><table><thead><tr>");
    for cell in head {
        let _ = write!(page, "<th>{cell}</th>");
    }
    page.push_str("</tr></thead><tbody>\n");
    for row in rows {
        page.push_str(row);
    }
    page.push_str("</tbody></table></div>\n");
    if folded {
        page.push_str("</details>\n");
    }
}

fn people(page: &mut String, plan: &Plan) {
    page.push_str("<h2>Who is affected, and what they notice</h2>\n");
    let mut span: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for step in &plan.steps {
        if let Some(case) = step.case {
            let known = span.entry(case).or_insert((step.cycle, step.cycle));
            known.1 = step.cycle;
        }
    }
    let mut rows = Vec::new();
    for place in 0..plan.cases.len() {
        for (source, all) in notices(plan, place) {
            let notice = if all.is_empty() {
                "<span class=\"soft\">nothing</span>".to_owned()
            } else {
                let items = all.iter().map(|it| format!("<li>{}</li>", escaped(it)));
                format!("<ul>{}</ul>", items.collect::<String>())
            };
            let when = match span.get(&place) {
                None => "no step".to_owned(),
                Some((first, last)) if first == last => format!("cycle {first}"),
                Some((first, last)) => format!("cycles {first} to {last}"),
            };
            rows.push(format!(
                "<tr><td><b>{}</b><br><code class=\"soft\">{}</code></td><td>{notice}</td>\
                 <td class=\"n\">{when}</td></tr>\n",
                escaped(&display_name(plan, source)),
                escaped(&dn(&plan.start, source)),
            ));
        }
    }
    table(page, &["Person", "Notices", "When"], &rows, "people");
}

fn timetable(page: &mut String, asked: &Asked<'_>, plan: &Plan) {
    let every = EngineConfig::default_interval(asked.profile).as_mins();
    let _ = writeln!(
        page,
        "<h2>When</h2>\n<p>The steps stand between synchronisation cycles, which run every {every} \
         minutes by themselves or are started by hand. With the usual schedule this takes about \
         {} hours; nobody has to watch in between.</p>",
        (i64::try_from(plan.cycles).unwrap_or(i64::MAX / 60) * every + 59) / 60
    );
    let mut rows = Vec::new();
    let last = plan
        .steps
        .iter()
        .map(|step| step.cycle)
        .max()
        .unwrap_or_default();
    for cycle in 1..=last {
        let here = |step: &Step| step.cycle == cycle && !matches!(step.step.what, What::Cycle(_));
        let came = plan
            .steps
            .iter()
            .find(|step| step.cycle == cycle && matches!(step.step.what, What::Cycle(_)));
        let name = if came.is_some() {
            format!("before cycle {cycle}")
        } else {
            "afterwards".to_owned()
        };
        rows.push(format!(
            "<tr><td class=\"n\">{name}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>\
             <td class=\"n\">{}</td><td>{}</td></tr>\n",
            count(plan, here),
            count(plan, |it| here(it) && it.step.is_destructive()),
            count(plan, |it| here(it) && it.step.is_irreversible()),
            escaped(came.map_or("", |step| step.came.as_str())),
        ));
    }
    let head = [
        "",
        "Steps",
        "Delete",
        "Cannot be undone",
        "The cycle then does",
    ];
    table(page, &head, &rows, "cycles");
}

fn risks(page: &mut String, plan: &Plan) {
    page.push_str("<h2>What was checked</h2>\n<ul>\n");
    let proven = |case: &&Case| case.proven.is_some();
    let (mut safe, mut cut, mut alone, mut bad) = (0, 0, 0, 0);
    for case in plan.cases.iter().filter(proven) {
        let proof = case.proven.as_ref().map(|it| &it.proof);
        let is_list = !matches!(case.solution.length, None | Some(Length::Loop));
        match proof {
            Some(Proof {
                violation: Some(_), ..
            }) if !is_list => bad += 1,
            Some(Proof {
                complete: false, ..
            }) if !is_list => cut += 1,
            _ if is_list => safe += 1,
            _ => alone += 1,
        }
    }
    let groups = |count: usize| counted(count, "group", "groups");
    let mut say = |class: &str, text: String| {
        let _ = writeln!(page, "<li{class}>{text}</li>");
    };
    say(
        "",
        format!(
            "{} of people who share names were tried with a synchronisation at every possible \
             moment in between: all end well.",
            groups(safe)
        ),
    );
    let warn = " class=\"warn\"";
    if alone > 0 {
        say(
            warn,
            format!(
                "For {} a synchronisation in between can change what is to be done: the script \
                 stops there, and a new plan is made.",
                groups(alone)
            ),
        );
    }
    if cut > 0 {
        say(warn, format!("For {} this was cut short.", groups(cut)));
    }
    if bad > 0 {
        let text = "a synchronisation at the wrong moment does harm.";
        say(" class=\"bad\"", format!("For {} {text}", groups(bad)));
    }
    let mut met: BTreeMap<&str, (&str, &str, Vec<&str>)> = BTreeMap::new();
    for one in plan.steps.iter().flat_map(|step| &step.hazards) {
        let hazard = one.hazard;
        let entry = met.entry(hazard.number);
        let entry = entry.or_insert((hazard.cost, hazard.instead, Vec::new()));
        entry.2.push(&one.what);
    }
    for (number, (cost, instead, what)) in met {
        let shown: Vec<String> = what.iter().take(3).map(|it| escaped(it)).collect();
        let more = what.len().saturating_sub(3);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let _ = writeln!(
            page,
            "<li class=\"warn\">{number}: {}. To avoid it: {}. <span class=\"soft\">{}{more}\
             </span></li>",
            escaped(cost),
            escaped(instead),
            shown.join("; ")
        );
    }
    for guard in &plan.left_open {
        let _ = writeln!(
            page,
            "<li class=\"warn\">{} stays off.</li>",
            escaped(guard)
        );
    }
    page.push_str("</ul>\n");
}

fn stopping(page: &mut String, plan: &Plan) {
    page.push_str(
        "<h2>How to stop, and how to go back</h2>\n<ul>\n<li>The script can be stopped at any \
         moment (Ctrl+C) and started again: it looks before each step, does nothing twice, and \
         stops by itself where something is not as planned.</li>\n<li>People who are out of scope \
         at that moment keep their own account and mailbox; what waits is their link to Active \
         Directory.</li>\n<li>A deleted account stays in the recycle bin for 30 days and can be \
         restored from there.</li>\n",
    );
    let first = plan.steps.iter().position(|it| it.step.is_irreversible());
    let _ = match first {
        Some(place) => writeln!(
            page,
            "<li>Up to step {place} everything can be undone. Step {} is the first that cannot: \
             {}. The script asks for <code>-AcceptIrreversible</code> before it.</li>",
            place + 1,
            escaped(&plan.steps[place].text)
        ),
        None => writeln!(page, "<li>Every step can be undone.</li>"),
    };
    page.push_str("</ul>\n");
}

fn steps(page: &mut String, plan: &Plan) {
    let _ = writeln!(
        page,
        "<h2>All steps</h2>\n<details><summary>{}, for those who carry them out</summary>\n\
         <div class=\"wide\"><table><thead><tr><th>#</th><th>Step</th><th>Why, and what comes of \
         it</th></tr></thead><tbody>",
        counted(plan.steps.len(), "step", "steps")
    );
    for (number, step) in (1u32..).zip(&plan.steps) {
        let class = if step.step.is_irreversible() {
            " class=\"bad\""
        } else if step.step.is_destructive() {
            " class=\"warn\""
        } else {
            ""
        };
        let came = match step.came.as_str() {
            "" => String::new(),
            came => format!("<br>{}", escaped(came)),
        };
        let marks = marks(step)
            .into_iter()
            .fold(String::new(), |mut all, mark| {
                let _ = write!(all, "<br><span class=\"soft\">{}</span>", escaped(&mark));
                all
            });
        let _ = writeln!(
            page,
            "<tr><td class=\"n\">{number}</td><td{class}>{}</td><td>{}{came}{marks}</td></tr>",
            escaped(&step.text),
            escaped(&step.step.why)
        );
    }
    page.push_str("</tbody></table></div></details>\n");
}
