//! Small parts of pages: times, badges, tables, pages of a list.

use jiff::Timestamp;
use maud::{Markup, html};
use mock_cloud::RuleId;

use crate::rows::{PAGE, Shown};
use crate::scene::Scene;

/// A time as an administrator reads it, in UTC.
pub(crate) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// A rule with its title, and how sure that is.
pub(crate) fn rule(rule: RuleId) -> Markup {
    let title = format!("{} ({})", rule.title(), rule.confidence());
    html! { abbr.rule title=(title) { (rule.number()) } }
}

/// The links to the other pages of a list.
pub(crate) fn pager(scene: &Scene<'_>, shown: &Shown) -> Markup {
    let first = if shown.ids.is_empty() {
        0
    } else {
        shown.from + 1
    };
    let last = shown.from + shown.ids.len();
    let to = |from: usize| scene.query.with(&scene.path, "from", &from.to_string());
    html! {
        nav.pager aria-label="Pages of this list" {
            span { (first) "–" (last) " of " (grouped(shown.total)) }
            @if shown.from > 0 {
                a rel="prev" href=(to(shown.from.saturating_sub(PAGE))) { "Previous" }
            }
            @if last < shown.total {
                a rel="next" href=(to(last)) { "Next" }
            }
        }
    }
}

/// A field that searches as somebody types.
pub(crate) fn search(scene: &Scene<'_>, label: &str, keep: &[&str]) -> Markup {
    html! {
        form.search role="search" action=(scene.path) {
            label for="q" { (label) }
            input id="q" name="q" type="search" autocomplete="off" data-live="#results"
                value=(scene.query.text("q"));
            @for name in keep.iter().chain(&["at"]) {
                @if let Some(value) = scene.query.get(name) {
                    input type="hidden" name=(name) value=(value);
                }
            }
            button { "Search" }
        }
    }
}

/// A number with its thousands set apart.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + 4);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A word in a box; the class says which colour.
pub(crate) fn badge(class: &str, text: &str) -> Markup {
    html! { span class={ "badge " (class) } { (text) } }
}

/// Something that is not there.
pub(crate) fn none(text: &str) -> Markup {
    html! { p.quiet { (text) } }
}

/// One field of a spreadsheet.
pub(crate) fn csv_field(text: &str) -> String {
    // A field that begins like a formula would be run by a spreadsheet.
    let guard = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if guard {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_fields_are_readable() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(12), "12");
        assert_eq!(csv_field("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(csv_field("=cmd()"), "'=cmd()");
    }
}
