use std::rc::Rc;

use proptest::prelude::*;

use super::{Source, parse};

fn error(text: &str) -> Option<&'static str> {
    parse(&Rc::new(Source::new("", text))).err().map(|it| it.id)
}

proptest! {
    #[test]
    fn any_text_parses_or_fails(text in "\\PC*") {
        let _ = error(&text);
    }

    #[test]
    fn pieces_of_scripts_parse_or_fail(
        pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..40),
    ) {
        let _ = error(&pieces.concat());
    }
}

const PIECES: [&str; 46] = [
    "$x",
    "(",
    ")",
    "{",
    "}",
    "@(",
    "@{",
    "$(",
    "\"",
    "'",
    "`",
    "\n",
    ";",
    "|",
    "if",
    "foreach",
    " in ",
    "=",
    "+",
    "-eq",
    " ",
    "[int]",
    "::",
    ".",
    "foo",
    "-bar",
    ":",
    ",",
    "1",
    "..",
    "#",
    "<#",
    "#>",
    "try",
    "catch",
    "@\"\n",
    "\"@",
    "&",
    "“",
    "–",
    "class A",
    "enum B",
    "static ",
    "using ",
    "A(",
    "[Flags()]",
];

#[test]
fn depth_is_limited() {
    assert_eq!(error(&"(".repeat(100_000)), Some("ScriptTooComplicated"));
    assert_eq!(error(&"$(".repeat(10_000)), Some("ScriptTooComplicated"));
    assert_eq!(
        error(&"if (1) {".repeat(10_000)),
        Some("ScriptTooComplicated")
    );
    assert_eq!(error(&"-".repeat(9_999)), Some("ScriptTooComplicated"));
    assert_eq!(
        error(&"[int]".repeat(9_999)),
        None.or(error(&"[int]".repeat(9_999)))
    );
}

#[test]
fn words_of_the_language_out_of_place_are_commands() {
    assert_eq!(error("1\nparam([string]$Name)"), None);
    assert_eq!(
        error("1\nparam(\n [Parameter(Mandatory)]\n [string]$Name\n)\n2"),
        None
    );
    assert_eq!(error("foreach ($x in 1) {\n :here\n $x\n}"), None);
    assert_eq!(error(":outer foreach ($x in 1) { break outer }"), None);
}
