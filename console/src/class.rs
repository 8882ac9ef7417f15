//! A class at work: the page of its instructor.

use maud::{DOCTYPE, Markup, html};
use mock_cloud::server::{Request, Response};

use crate::query::Query;
use crate::{SCRIPT, STYLE, Settings, answer, frame, guard, words};

/// A learner of a class, as an instructor sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// Who learns.
    pub learner: String,
    /// The address of their console, with what they sign in by.
    pub console: String,
    /// Whether the goal is reached.
    pub passed: bool,
    /// How many parts of the goal hold, and how many there are.
    pub parts: (usize, usize),
    /// The score.
    pub score: u32,
    /// Commands.
    pub commands: u32,
    /// Cycles.
    pub cycles: u32,
    /// Hints that were taken.
    pub hints: usize,
    /// How many predictions were right, and how many there were.
    pub predicted: (usize, usize),
    /// What was done last.
    pub last: String,
    /// How far the journal has got: another number after whatever was done.
    pub progress: u64,
}

/// Answers a request to the page of an instructor.
pub fn class(settings: &Settings, title: &str, seats: &[Seat], request: &Request) -> Response {
    if let Err(refused) = guard::admit(settings, request) {
        return refused;
    }
    match (request.method.as_str(), request.path.as_str()) {
        ("GET" | "HEAD", "/console.css") => answer::file("text/css; charset=utf-8", STYLE),
        ("GET" | "HEAD", "/console.js") => answer::file("text/javascript; charset=utf-8", SCRIPT),
        ("GET" | "HEAD", "/icon.svg") => answer::file("image/svg+xml", frame::ICON),
        ("GET", "/live") => live(seats, request),
        ("GET" | "HEAD", "/") => answer::html(200, page(title, seats)),
        _ => answer::refused(404, "there is no such page"),
    }
}

/// Another number after whatever somebody did.
fn position(seats: &[Seat]) -> u64 {
    seats.iter().map(|seat| seat.progress).sum()
}

fn live(seats: &[Seat], request: &Request) -> Response {
    let query = Query::parse(&request.query);
    let last = request.header_value("last-event-id");
    let seen = last
        .and_then(|id| id.parse().ok())
        .or(query.number("since"));
    let position = position(seats);
    if seen.is_none_or(|seen: u64| seen == position) {
        return Response {
            again: Some(std::time::Duration::from_secs(1)),
            ..Response::default()
        };
    }
    answer::event(format!(
        "retry: 1000\nid: {position}\nevent: moved\ndata: {position} somebody is at work\n\n"
    ))
}

fn page(title: &str, seats: &[Seat]) -> Markup {
    let passed = seats.iter().filter(|seat| seat.passed).count();
    html! {
        (DOCTYPE)
        html lang="en" {
            (frame::head(title))
            body.alone.wide data-position=(position(seats)) data-now {
                main id="main" {
                    h1 { (title) }
                    p { (passed) " of " (seats.len()) " have reached the goal." }
                    div.scroll role="group" tabindex="0" aria-label="Table" { (table(seats)) }
                    p.quiet {
                        "A score is explained by " code { "dirsync-lab lab report DIR" }
                        ", as CSV and as JUnit too."
                    }
                }
                div id="moved" role="status" aria-live="polite" {}
            }
        }
    }
}

fn table(seats: &[Seat]) -> Markup {
    html! {
        table {
            caption.hidden { "Learners" }
            thead { tr {
                th scope="col" { "Learner" }
                th scope="col" { "Goal" }
                th.number scope="col" { "Score" }
                th.number scope="col" { "Commands" }
                th.number scope="col" { "Cycles" }
                th.number scope="col" { "Hints" }
                th.number scope="col" { "Predicted" }
                th scope="col" { "Did last" }
                th scope="col" { "Console" }
            } }
            tbody {
                @for seat in seats {
                    @let (met, all) = seat.parts;
                    tr {
                        th scope="row" { (seat.learner) }
                        td {
                            @if seat.passed { (words::badge("good", "reached")) }
                            @else { (words::badge("plain", &format!("{met} of {all}"))) }
                        }
                        td.number { (seat.score) }
                        td.number { (seat.commands) }
                        td.number { (seat.cycles) }
                        td.number { (seat.hints) }
                        td.number { (seat.predicted.0) " of " (seat.predicted.1) }
                        td { (seat.last) }
                        td {
                            a href=(seat.console) { "open" span.hidden { " of " (seat.learner) } }
                        }
                    }
                }
            }
        }
    }
}
