//! The numbered chain of rules: scope, join, anchor, hard, soft, uniqueness, guard.

use maud::{Markup, html};
use mock_cloud::rule::source_title;
use mock_cloud::{Reason, RuleId};

use crate::scene::Scene;
use crate::triple::{Link, Triple, in_scope};
use crate::words;

/// One link of the chain.
struct Told {
    stage: &'static str,
    rule: RuleId,
    text: String,
}

/// The chain of a person.
pub(super) fn shown(scene: &Scene<'_>, triple: &Triple) -> Markup {
    let mut all = before(scene, triple);
    all.extend(triple.why.iter().map(|why| Told {
        stage: stage(why.rule),
        rule: why.rule,
        text: why.text(),
    }));
    let title = if triple.taken || triple.why.is_empty() {
        "The rules that led here"
    } else {
        "The rules as the next export would meet them"
    };
    html! {
        section aria-label="Chain of rules" {
            h2 { (title) }
            ol.chain {
                @for told in &all {
                    li {
                        span.stage { (told.stage) }
                        (words::rule(told.rule))
                        span { (told.text) }
                        span.quiet title=(sources(told.rule)) { (told.rule.title()) }
                    }
                }
            }
            @if triple.link == Link::Hard && triple.why.is_empty() {
                p.quiet { "They were joined before the journal begins." }
            }
        }
    }
}

fn sources(rule: RuleId) -> String {
    let all = rule
        .sources()
        .map(|source| source_title(source).unwrap_or(source));
    format!(
        "{}: {}",
        rule.confidence(),
        all.collect::<Vec<_>>().join("; ")
    )
}

/// What comes before the service decides.
fn before(scene: &Scene<'_>, triple: &Triple) -> Vec<Told> {
    let mut all = Vec::new();
    let Some(source) = triple.source else {
        return all;
    };
    let world = &scene.world;
    let text = if in_scope(world, source) {
        "it is in a container that is synced"
    } else {
        "it is not in a container that is synced"
    };
    all.push(Told {
        stage: "scope",
        rule: RuleId::R5_12,
        text: text.to_owned(),
    });
    let connector = world.engine().forest(source.forest);
    let entry = connector.and_then(|it| it.entry(source.object));
    if let Some(error) = entry.and_then(|entry| entry.error.as_ref()) {
        all.push(reason("rules", error));
    }
    let person = triple
        .metaverse
        .and_then(|id| world.engine().metaverse().get(id));
    if let Some(person) = person {
        let others = person.joined.len();
        let text = match others {
            0 => "it was projected: no other object joined it".to_owned(),
            _ => format!("{others} more objects joined it"),
        };
        all.push(Told {
            stage: "join",
            rule: RuleId::R5_5,
            text,
        });
        let known = triple
            .why
            .iter()
            .any(|why| Some(why) == person.filtered.as_deref());
        if let Some(filtered) = person.filtered.as_ref().filter(|_| !known) {
            all.push(reason("scope", filtered));
        }
    }
    let anchor = world.engine().source_anchor(world.forests(), source);
    if let Some(anchor) = anchor {
        let name = world.engine().config().anchor.name();
        all.push(Told {
            stage: "anchor",
            rule: RuleId::R1_2,
            text: format!("its sourceAnchor is {anchor}, made of {name}"),
        });
    }
    all
}

fn reason(stage: &'static str, reason: &Reason) -> Told {
    Told {
        stage,
        rule: reason.rule,
        text: reason.text(),
    }
}

/// Where in the chain a rule stands.
fn stage(rule: RuleId) -> &'static str {
    let number = rule.number();
    let part = number.trim_start_matches('R');
    let digits: String = part
        .chars()
        .take_while(|letter| letter.is_ascii_digit() || *letter == '.')
        .collect();
    let (chapter, section) = digits.split_once('.').unwrap_or((&digits, "0"));
    let section: u32 = section.parse().unwrap_or(0);
    match (chapter, section) {
        ("1", _) => "anchor",
        ("2", 1..=3) => "match",
        ("2", 4..=7 | 20..=23) => "hard",
        ("2", 8..=19) => "soft",
        ("2", _) => "guard",
        ("3", _) => "uniqueness",
        ("4", _) => "values",
        ("5", 1..=16) => "scope",
        ("5", _) => "deletion",
        _ => "engine",
    }
}
