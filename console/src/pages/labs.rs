//! Labs: the goal beside the present, hints, predictions, the score.

use maud::{Markup, html};
use mock_cloud::RuleId;
use sim::hazard::hazard;
use sim::lab::{Forecast, Line, Report, Session};

use crate::frame::{Page, hidden};
use crate::practice::{Offer, Practice, Terms};
use crate::scene::Scene;
use crate::words;

/// The lab that is worked on, or those that can be started.
pub(super) fn page(scene: &Scene<'_>) -> Page {
    match scene.practice {
        Some(practice) => at_work(scene, practice),
        None => offers(scene),
    }
}

fn offers(scene: &Scene<'_>) -> Page {
    let body = html! {
        @if let Some(title) = scene.lab.rehearsal().title() {
            p { "This world comes from the scenario " b { (title) } ". It is no lab." }
        }
        p {
            "A lab is a mess with a goal, hints and a score. Start one in an empty directory and \
             open its console; names, addresses and defects are drawn anew each time."
        }
        @if !scene.offers.is_empty() {
            div.scroll role="group" tabindex="0" aria-label="Table" {
                table {
                    caption.hidden { "Labs that come with the program" }
                    thead { tr {
                        th scope="col" { "Lab" } th scope="col" { "What is learnt" }
                        th scope="col" { "Command" }
                    } }
                    tbody { @for offer in scene.offers { (offered(offer)) } }
                }
            }
        }
    };
    let commands = [
        "dirsync-lab lab list",
        "dirsync-lab lab start L02",
        "dirsync-lab lab serve --console",
    ];
    Page::new("Labs", body, &commands.map(str::to_owned))
}

fn offered(offer: &Offer) -> Markup {
    html! {
        tr {
            th scope="row" { (offer.name) " " (offer.title) }
            td { (offer.goal) }
            td.mono { "dirsync-lab lab start " (offer.name) }
        }
    }
}

fn at_work(scene: &Scene<'_>, practice: &dyn Practice) -> Page {
    let (session, terms) = (practice.session(), practice.terms());
    let lab = session.lab();
    let standing = session.report();
    let told = standing.passed() || session.was_shown();
    let body = html! {
        (heading(session, &terms, &standing))
        (brief(session))
        @if !terms.incident { (picture(session)) }
        section.lab-cards aria-label="How it stands" {
            div.card { (parts(&standing, &terms)) }
            div.card { (score(&standing)) }
            div.card { (predictions(scene, session, &terms)) }
            @if !terms.exam { div.card { (hints(scene, session, told)) } }
        }
        (deeds(scene, session, &terms))
        @if told { (debrief(session)) }
    };
    let commands = [
        "dirsync-lab lab brief",
        "dirsync-lab lab show",
        "dirsync-lab lab check",
        "dirsync-lab lab hint",
        "dirsync-lab lab predict NAME=OUTCOME",
    ];
    let title = format!("{} {}", lab.lab, lab.title);
    Page::new(title, body, &commands.map(str::to_owned))
}

fn heading(session: &Session, terms: &Terms, standing: &Report) -> Markup {
    let (met, all) = (standing.met(), standing.findings.len());
    html! {
        p {
            @if standing.passed() { (words::badge("good", "the goal is reached")) }
            @else { (words::badge("warn", &format!("{met} of {all} of the goal"))) }
            " " (words::badge("plain", &format!("{} of 100 points", standing.score)))
            @if terms.exam { " " (words::badge("bad", "exam")) }
            @if terms.incident { " " (words::badge("plain", "incident")) }
            " " span.quiet {
                @if let Some(learner) = &terms.learner { (learner) ", " }
                "seed " (terms.seed) ", par " (session.lab().par.commands) " commands and "
                (session.lab().par.cycles) " cycles"
            }
        }
    }
}

/// A text in which names stand between backticks.
fn ticked(text: &str) -> Markup {
    html! {
        @for (place, part) in text.split('`').enumerate() {
            @if place % 2 == 1 { b { (part) } } @else { (part) }
        }
    }
}

fn paragraphs(text: &str) -> Markup {
    html! { @for one in text.trim().split("\n\n") { p { (one) } } }
}

fn brief(session: &Session) -> Markup {
    let lab = session.lab();
    html! {
        section aria-label="Brief" {
            h2 { "Brief" }
            (paragraphs(&lab.brief))
            @for message in &lab.incident {
                details.conflict open {
                    summary {
                        b { (message.from.value) }
                        @if let Some(subject) = &message.subject { " " (subject.value) }
                    }
                    pre { (message.text.trim_end()) }
                }
            }
        }
    }
}

/// The goal beside the present.
fn picture(session: &Session) -> Markup {
    let lines = session.picture();
    html! {
        section aria-label="The goal beside the present" {
            h2 { "The goal beside the present" }
            (paragraphs(&session.lab().picture.text))
            @if !lines.is_empty() {
                div.scroll role="group" tabindex="0" aria-label="Table" {
                    table.goal {
                        caption.hidden { "The goal beside the present" }
                        thead { tr {
                            th scope="col" { "Goal" }
                            th scope="col" { "Present" }
                            th scope="col" { "Reached" }
                        } }
                        tbody { @for line in &lines { (goal(line)) } }
                    }
                }
            }
        }
    }
}

fn goal(line: &Line) -> Markup {
    let class = if line.reached {
        "link-hard"
    } else {
        "link-none"
    };
    html! {
        tr.differs[!line.reached] {
            td {
                @match (&line.ad, &line.cloud) {
                    (Some(ad), Some(cloud)) => {
                        b { (ad) } " "
                        svg class={ "line " (class) } width="48" height="10" role="img"
                            aria-label="joined to" {
                            line x1="5" y1="5" x2="43" y2="5" {}
                            circle cx="5" cy="5" r="4" {} circle cx="43" cy="5" r="4" {}
                        }
                        " " b { (cloud) } ", " (line.state.words())
                    }
                    (Some(ad), None) => { b { (ad) } " has no account" }
                    (None, Some(cloud)) => { b { (cloud) } " alone, " (line.state.words()) }
                    (None, None) => {}
                }
            }
            td { (ticked(&line.found)) }
            td {
                @if line.reached { (words::badge("good", "yes")) }
                @else { (words::badge("warn", "not yet")) }
            }
        }
    }
}

fn parts(standing: &Report, terms: &Terms) -> Markup {
    html! {
        h2 { "Parts of the goal" }
        ul.parts {
            @for finding in &standing.findings {
                li {
                    @if finding.met { (words::badge("good", "holds")) }
                    @else { (words::badge("warn", "not yet")) }
                    " " b { (finding.name) } ": " (ticked(&finding.words))
                    @if !terms.incident && !finding.why.is_empty() {
                        ul { @for why in &finding.why { li.quiet { (ticked(why)) } } }
                    }
                }
            }
        }
    }
}

fn score(standing: &Report) -> Markup {
    html! {
        h2 { "Score" }
        table.statistics {
            caption.hidden { "What the score is made of" }
            tbody {
                @for item in &standing.items {
                    tr {
                        th scope="row" { (item.kind) }
                        td.number { (item.points) }
                        td { (item.because) }
                    }
                }
                tr {
                    th scope="row" { "score" } td.number { b { (standing.score) } }
                    td { "of 100" }
                }
            }
        }
    }
}

fn predictions(scene: &Scene<'_>, session: &Session, terms: &Terms) -> Markup {
    let open = session.questions_before_cycle();
    let mut names: Vec<String> = open.iter().map(|it| it.about.value.clone()).collect();
    let present = session.present().into_iter().filter_map(|seen| seen.ad);
    for name in present.take(200) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    html! {
        h2 id="predict" { "Predict before you sync" }
        @for question in &open {
            p.past role="note" {
                @match &question.ask {
                    Some(ask) => (ask.value.trim()),
                    None => { "What will the next cycle do to " b { (question.about.value) } "?" }
                }
            }
        }
        @for (name, forecast) in session.announced() {
            p { (name) ": " b { (forecast.word()) } span.quiet { ", the next cycle decides" } }
        }
        @if scene.can_act() && !names.is_empty() {
            form.inline method="post" action="/labs/predict" {
                (hidden(scene))
                label.hidden for="object" { "Object" }
                select id="object" name="object" {
                    @for name in &names { option value=(name) { (name) } }
                }
                label.hidden for="outcome" { "Outcome" }
                select id="outcome" name="outcome" {
                    @for forecast in Forecast::ALL {
                        option value=(forecast.word()) { (forecast.word()) }
                    }
                }
                button { "Predict" }
            }
        }
        ul {
            @for one in session.predicted() {
                li {
                    @if one.is_right() { (words::badge("good", "right")) }
                    @else { (words::badge("bad", "wrong")) }
                    " " (one.object) ": "
                    (one.said.map_or("nothing was said", Forecast::word)) ", it was " (one.came)
                    @if !one.is_right() && !terms.incident {
                        ul { @for why in &one.because { li.quiet { (why) } } }
                    }
                }
            }
        }
    }
}

fn hints(scene: &Scene<'_>, session: &Session, told: bool) -> Markup {
    let next = session.next_hint();
    html! {
        h2 { "Hints" }
        ul {
            @for hint in session.hints() {
                li { b { (hint.stage.trim()) } " (" (hint.level.word()) "): "
                    (ticked(hint.text.trim())) }
            }
        }
        @if scene.can_act() {
            @if let Some(hint) = next.filter(|_| !told) {
                form.inline method="post" action="/labs/hint" {
                    (hidden(scene))
                    button { "Take a hint (" (hint.level.word()) ", " (hint.costs) " points)" }
                }
            }
            @if !told {
                form.inline method="post" action="/labs/solution" {
                    (hidden(scene))
                    button.danger data-confirm="The solution costs all points. Show it?" {
                        "Show the solution"
                    }
                }
            }
        }
        @if session.was_shown() {
            h3 { "A solution" }
            ol { @for step in session.solution() { li.mono { (step) } } }
        }
    }
}

fn deeds(scene: &Scene<'_>, session: &Session, terms: &Terms) -> Markup {
    let deeds = session.deeds();
    html! {
        h2 { "What you have done" }
        p.quiet {
            (deeds.commands) " commands, " (deeds.cycles) " cycles, " (deeds.refused)
            " refused, " (session.undone()) " undone"
        }
        @if !deeds.told.is_empty() {
            ol {
                @for told in &deeds.told {
                    li { (ticked(&told.what))
                        @if !told.came.is_empty() { span.quiet { " - " (told.came) } } }
                }
            }
        }
        @if scene.can_act() && !terms.exam && session.length() > 0 {
            form.inline method="post" action="/labs/undo" {
                (hidden(scene))
                input type="hidden" name="count" value="1";
                button { "Undo the last" }
            }
            form.inline method="post" action="/labs/undo" {
                (hidden(scene))
                input type="hidden" name="count" value=(session.length());
                button data-confirm="Undo everything that was done?" { "Undo everything" }
            }
        }
        @if !terms.incident && !deeds.hazards.is_empty() {
            h3 { "Hazards that were met" }
            ul {
                @for (hazard, what) in &deeds.hazards {
                    li { (hazard.number) " " (hazard.name) ": " (what) }
                }
            }
        }
    }
}

fn debrief(session: &Session) -> Markup {
    let lab = session.lab();
    html! {
        h2 { "What there was to learn" }
        @for lesson in &lab.debrief {
            (paragraphs(&lesson.says))
            ul {
                @for rule in lesson.rules.iter().filter_map(|it| RuleId::parse(it)) {
                    li { (words::rule(rule)) " " (rule.title()) " "
                        span.quiet { "(" (rule.confidence()) ")" } }
                }
                @for one in lesson.hazards.iter().filter_map(|it| hazard(it)) {
                    li { (one.number) " " (one.name) ": " (one.cost) }
                }
                @for source in lesson.sources.iter() {
                    li.quiet { (mock_cloud::rule::source_title(source).unwrap_or(source)) }
                }
            }
        }
        @if !lab.not_carried.is_empty() {
            h3 { "What this lab leaves out" }
            ul { @for one in &lab.not_carried { li { (one.trim()) } } }
        }
    }
}
