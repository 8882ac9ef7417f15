//! What `explain` says, as people read it.

use sim::explain::{codes as known_codes, explain};

/// Every code, one after the other: what is said of an error is read by somebody in trouble.
#[test]
fn codes() {
    let mut text = String::new();
    for entry in known_codes() {
        text.push_str(&explain(&entry.code).expect("a code that is listed"));
        text.push_str("\n----\n\n");
    }
    insta::assert_snapshot!("codes", text);
}

#[test]
fn profiles() {
    insta::assert_snapshot!("profiles", explain("profiles").expect("the table"));
}

#[test]
fn rules() {
    let said: Vec<String> = ["R2.14a", "r6.19", "R5.11", "R4.6", "W04"]
        .into_iter()
        .map(|rule| explain(rule).expect("a rule"))
        .collect();
    insta::assert_snapshot!("rules", said.join("\n----\n\n"));
}

#[test]
fn unknown_words_are_answered_with_the_nearest() {
    let nearest = |word: &str| explain(word).expect_err("unknown").nearest;
    assert_eq!(
        nearest("InvalidSoftmach").as_deref(),
        Some("InvalidSoftMatch")
    );
    assert_eq!(nearest("profile").as_deref(), Some("profiles"));
    assert_eq!(nearest("one-cycle-swp").as_deref(), Some("one-cycle-swap"));
    assert_eq!(nearest("qqqqqqqqqqqq"), None);
}
