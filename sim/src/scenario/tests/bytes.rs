//! No input makes the reader panic.

use std::fmt::Write;

use proptest::prelude::*;

use super::super::{check, load, parse, render, text_of};
use super::known;

/// Reads whatever it is and draws what is said about it.
fn read(bytes: &[u8]) {
    match text_of("s.yaml", bytes) {
        Err(problem) => drop(render(&[problem], "")),
        Ok(source) => match load("s.yaml", source, &known()) {
            Ok(scenario) => assert!(check("s.yaml", &scenario, &known()).is_empty()),
            Err(found) => {
                assert!(!found.is_empty());
                drop(render(&found, source));
            }
        },
    }
}

/// Pieces of scenarios, put together at random.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "scenario: ",
        "world:",
        "steps:",
        "check:",
        "\n",
        "\n  ",
        "\n    ",
        "- ",
        ": ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "ad",
        "cloud",
        "ann",
        "&a ",
        "*a",
        "!!str ",
        "|",
        ">",
        "'",
        "\"",
        "#",
        "é",
        "\u{1b}",
        "\t",
        "\r\n",
        "---",
        "...",
        "? ",
        "move",
        "user",
        "expect",
        "refused",
        "any-of",
        "\u{feff}",
        "null",
        "name",
        "add",
        "31d",
        "<<",
        "%YAML 1.2\n",
        "profile: entra-2025",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// The scenario with every word, with one piece of it replaced.
fn damaged() -> impl Strategy<Value = String> {
    let whole = include_str!("everything.yaml");
    (0..whole.len(), 0_usize..40, pieces()).prop_map(move |(at, length, piece)| {
        let end = (at + length).min(whole.len());
        let middle = piece.chars().take(12).collect::<String>();
        let (head, tail) = (whole.get(..at), whole.get(end..));
        format!(
            "{}{middle}{}",
            head.unwrap_or_default(),
            tail.unwrap_or_default()
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read(&bytes);
    }

    #[test]
    fn arbitrary_text(text in ".{0,200}") {
        read(text.as_bytes());
    }

    #[test]
    fn pieces_of_scenarios(text in pieces()) {
        read(text.as_bytes());
    }

    #[test]
    fn damaged_scenarios(text in damaged()) {
        read(text.as_bytes());
    }
}

#[test]
fn other_encodings_are_named() {
    let utf16 = [0xff, 0xfe, b's', 0, b'c', 0];
    assert_eq!(
        text_of("s.yaml", &utf16)
            .expect_err("UTF-16")
            .message
            .as_ref(),
        "the file is UTF-16"
    );
    let latin = b"scenario: M\xfcller";
    assert_eq!(text_of("s.yaml", latin).expect_err("Latin-1").span, 11..11);
    let marked = "\u{feff}scenario: A\nworld: { profile: entra-2025 }\nsteps: [sync: delta]\n";
    let scenario = parse("s.yaml", marked).expect("a byte order mark is fine");
    assert_eq!(&marked[scenario.scenario.at.clone()], "A");
}

#[test]
fn nesting_and_repetition_have_limits() {
    read("[".repeat(100_000).as_bytes());
    read("- ".repeat(100_000).as_bytes());
    let mut bomb = "a: &a0 [x, x]\n".to_owned();
    for level in 1..40 {
        let last = level - 1;
        writeln!(bomb, "b{level}: &a{level} [*a{last}, *a{last}]").expect("text");
    }
    let found = parse("s.yaml", &bomb).expect_err("too many values");
    assert!(
        found
            .iter()
            .any(|problem| problem.message.contains("more than 500000 values"))
    );
}
