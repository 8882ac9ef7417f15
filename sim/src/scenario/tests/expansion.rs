//! What `check --expand` prints.

use super::super::model::Profile;
use super::super::{expand, expanded, load};
use super::{known, scenario};

#[test]
fn defaults_are_written_out() {
    let source = scenario(
        "profile: dirsync-2013
engine: { scope: [OU=Staff] }
ad: { ann: { smtp: [ann@contoso.com, a@contoso.com] } }
cloud: { ann-mailbox: { smtp: ann@contoso.com } }",
        "- sync: full",
    );
    let read = load("s.yaml", &source, &known()).expect("a scenario");
    assert_eq!(expand(&read), include_str!("expanded.yaml"));
}

#[test]
fn expanding_twice_changes_nothing_and_reads_back() {
    let everything = include_str!("everything.yaml");
    let read = load("s.yaml", everything, &known()).expect("a scenario");
    let text = expand(&read);
    let again = load("s.yaml", &text, &known()).expect("an expanded scenario is a scenario");
    assert_eq!(again, expanded(&read));
    assert_eq!(expand(&again), text);
}

#[test]
fn profiles_differ_in_their_defaults() {
    let source = scenario("profiles: [dirsync-2013, entra-2026]", "- sync: delta");
    let read = load("s.yaml", &source, &known()).expect("a scenario");
    assert_eq!(expanded(&read).world.engine.deletion_threshold, None);
    let old = expanded(&read.in_profile(Profile::Dirsync2013)).world;
    let new = expanded(&read.in_profile(Profile::Entra2026)).world;
    assert_eq!(old.tenant.features.soft_match_on_upn, Some(false));
    assert_eq!(new.tenant.features.soft_match_on_upn, Some(true));
    assert_ne!(old.engine.deletion_threshold, new.engine.deletion_threshold);
}
