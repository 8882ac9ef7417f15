//! Names, counters and states as the tool shows them.

use mock_cloud::Profile;

use crate::run::{Verdict, known, load, run};

const SCENARIO: &str = "\
scenario: Two people, one of them fails
world:
  profiles: [dirsync-2013, entra-2025]
  engine: { scope: [OU=Sync] }
  tenant: { verified: [contoso.com] }
  ad:
    ann: { ou: OU=Sync, upn: ann@contoso.com }
    bo: { ou: OU=Sync, upn: bo@contoso.com, attributes: { userCertificate:
      [a1, a2, a3, a4, a5, a6, a7, a8, a9, b1, b2, b3, b4, b5, b6, b7] } }
steps:
  - sync: delta
  - move: { user: ann, to: OU=Park }
  - run-profile: { connector: ad, run: delta-import-delta-synchronization }
";

fn verdict(profile: Profile) -> Verdict {
    let scenario = load("two.yaml", SCENARIO, &known()).unwrap();
    let verdict = run("two.yaml", &scenario, profile);
    assert!(verdict.passed(), "{:?}", verdict.failures);
    verdict
}

/// Rule R6.10.
#[test]
fn connectors_are_called_as_the_product_of_the_era_calls_them() {
    let names = |profile| -> Vec<String> {
        let history = verdict(profile).history;
        let mut names: Vec<String> = history.into_iter().map(|it| it.connector).collect();
        names.sort();
        names.dedup();
        names
    };
    assert_eq!(
        names(Profile::DirSync2013),
        [
            "Active Directory Connector",
            "Windows Azure Active Directory Connector"
        ]
    );
    assert_eq!(
        names(Profile::Entra2025),
        ["contoso.onmicrosoft.com - AAD", "contoso.test"]
    );
}

/// Rules R6.3, R6.9 and R6.12.
#[test]
fn a_cycle_is_six_runs_with_counters_and_errors() {
    let history = verdict(Profile::Entra2025).history;
    let told: Vec<String> = history
        .iter()
        .map(|record| {
            let counted: Vec<String> = record
                .counters()
                .iter()
                .filter(|it| it.count > 0)
                .map(|it| format!("{} {}", it.label, it.count))
                .collect();
            format!(
                "{} {} {}: {}",
                record.run,
                record.result.step.name(),
                record.result.status,
                counted.join(", ")
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "1 delta-import success: Adds 2",
            "2 delta-import success: ",
            "3 delta-synchronization success: Projections 2, Provisioning Adds 2",
            "4 delta-synchronization success: ",
            "5 export completed-export-errors: Adds 1, Export Errors 1",
            "6 export success: ",
            "7 delta-import success: Deletes 1",
            "8 delta-synchronization success: Deleted Connectors 1, Metaverse Object Deletes 1, \
             Provisioning Disconnects 1",
        ]
    );
    assert_eq!(history[4].errors.len(), 1);
    assert_eq!(history[4].errors[0].code, "LargeObject");
    assert!(history[4].errors[0].object.starts_with("CN={"));
}

/// Rules R1.11 and R6.14.
#[test]
fn a_search_finds_what_is_pending_and_what_failed() {
    let verdict = verdict(Profile::Entra2025);
    let mut states: Vec<Vec<&str>> = verdict
        .connector_space
        .iter()
        .map(|object| object.states.clone())
        .collect();
    states.sort();
    assert_eq!(
        states,
        [
            vec!["Pending Export + Add", "Export Error"],
            vec!["Pending Export + Delete", "Disconnector"]
        ]
    );
    let bo = &verdict.lineage["bo"];
    assert_eq!(bo.ad, "CN=bo,OU=Sync,DC=contoso,DC=test");
    assert!(bo.metaverse.is_some() && bo.connector_space.is_some());
    assert_eq!(bo.account, None);
    assert_eq!(verdict.lineage["ann"].metaverse, None);
}
