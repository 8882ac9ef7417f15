//! A folder that `Get-ADSyncServerConfiguration` wrote, and rules of one's own beside lamplight.

use std::fs;
use std::path::{Path, PathBuf};

use sim::engine::CyclePolicy;
use sim::rules::configuration::Configuration;
use sim::snapshot::{EngineMemory, Snapshot, SourceFile};
use sim::world::Action;

use crate::examples::lamplight;

/// The folder that the tests read: our own, in the shape that the cmdlet writes.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/adsync")
}

fn configuration() -> Configuration {
    let mut paths = Vec::new();
    for part in ["Connectors", "GlobalSettings", "SynchronizationRules"] {
        let entries = fs::read_dir(folder().join(part)).expect("a folder");
        paths.extend(entries.map(|entry| entry.expect("a file").path()));
    }
    paths.sort();
    let files: Vec<SourceFile> = paths
        .iter()
        .map(|path| SourceFile {
            name: path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned(),
            bytes: fs::read(path).expect("a file"),
        })
        .collect();
    Configuration::read(&files).unwrap_or_else(|found| panic!("{}", found[0]))
}

/// What a cycle of an engine that has been running makes of every object.
fn tenant_after(snapshot: &Snapshot) -> String {
    let mut world = snapshot.world(None, EngineMemory::Established);
    world.apply(&Action::Cycle(CyclePolicy::Initial));
    let parts = mock_cloud::graph::written_parts();
    parts
        .map(|part| mock_cloud::graph::write_part(world.tenant(), part))
        .collect()
}

/// All rules of the folder, evaluated as data, do to a thousand people what the compiled ones do.
#[test]
fn the_rules_of_the_folder_do_what_the_installed_rules_do() {
    let mut plain = lamplight();
    let mut snapshot = lamplight();
    snapshot.lab.scope.clear();
    snapshot
        .configure(&configuration())
        .expect("the domain is there");
    let names: Vec<String> = snapshot.lab.scope.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["OU=Sync,DC=example,DC=test"]);
    // The two rules of its own are left out here: what they do is the business of another test.
    let rules = snapshot.rules.as_ref().expect("the folder has rules");
    let own = ["In from AD - User Badge", "In from AD - User Leavers"];
    let rules = rules
        .rules()
        .iter()
        .filter(|rule| !own.contains(&rule.name.as_str()));
    snapshot.rules = Some(std::sync::Arc::new(sim::rules::RuleSet::new(
        rules.cloned().collect(),
    )));
    plain.lab.anchor = snapshot.lab.anchor;
    // The folder also says that password hashes are synchronised.
    plain.tenant.features = snapshot.tenant.features;
    assert!(
        tenant_after(&plain) == tenant_after(&snapshot),
        "another tenant comes of it"
    );
}

#[test]
fn a_rule_of_the_folder_that_is_its_own_counts() {
    let mut snapshot = lamplight();
    snapshot
        .configure(&configuration())
        .expect("the domain is there");
    let plain = tenant_after(&lamplight());
    let ruled = tenant_after(&snapshot);
    let company = "\"companyName\": \"Lamplight & Sons\"";
    assert_eq!(plain.matches(company).count(), 0);
    assert!(
        ruled.matches(company).count() > 500,
        "a constant flows to everybody in scope"
    );
}

#[test]
fn what_the_folder_uses_and_nobody_evaluates_is_said() {
    let mut snapshot = lamplight();
    let mut notes = snapshot
        .configure(&configuration())
        .expect("the domain is there");
    notes.push(String::new());
    insta::assert_snapshot!("configuration", notes.join("\n"));
}
