//! Names, counters and states as the tool shows them.

use mock_cloud::Profile;

use super::Notice;
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

/// What the steps of a scenario write to the application log and mail, in order.
fn notices(source: &str) -> Vec<Notice> {
    let scenario = load("notices.yaml", source, &known()).unwrap();
    let verdict = run("notices.yaml", &scenario, Profile::Entra2025);
    assert!(verdict.passed(), "{:?}", verdict.failures);
    let records = verdict.history.into_iter();
    records.flat_map(|record| record.notices).collect()
}

/// Rules R3.6 and R6.13, table 2.9: an error is told at every export, a withheld value once.
#[test]
fn errors_are_logged_and_mailed_and_withheld_values_mailed_once() {
    let told = notices(
        "\
scenario: One value is withheld, one object fails
world:
  profile: entra-2025
  engine: { scope: [OU=Sync] }
  tenant: { verified: [contoso.com] }
  ad:
    ann: { ou: OU=Sync, upn: ann@contoso.com }
    bo: { ou: OU=Sync, upn: bo@contoso.com, attributes: { userCertificate:
      [a1, a2, a3, a4, a5, a6, a7, a8, a9, b1, b2, b3, b4, b5, b6, b7] } }
  cloud:
    holder: { upn: ann@contoso.com, immutable-id: wany410LfkqcEP7cuph2VA==, synced: formerly }
steps:
  - sync: delta
  - sync: delta
",
    );
    let event = |notice: &Notice| matches!(notice, Notice::Event { id: 6941, .. });
    let log: Vec<&Notice> = told.iter().filter(|notice| event(notice)).collect();
    assert_eq!(log.len(), 2);
    assert_eq!(log[0].title(), "event 6941, ADSync, Error");
    let text = log[0].text();
    assert_eq!(text[0], "ECMA2 MA export run caused an error.");
    assert_eq!(text[1], "Error Name: LargeObject");
    assert!(text[2].starts_with("Error Detail: The provisioned object is too large."));
    let mails: Vec<&Notice> = told.iter().filter(|notice| !event(notice)).collect();
    let title = "mail from MSOnlineServicesTeam@MicrosoftOnline.com: Directory Synchronization \
                 Error Report";
    assert_eq!(mails.len(), 2);
    assert!(mails.iter().all(|mail| mail.title() == title));
    let withheld = |mail: &Notice| {
        let entries = mail.text();
        let of_ann = |entry: &&&str| entry.contains("[UserPrincipalName ann@contoso.com]");
        entries.iter().filter(of_ann).count()
    };
    assert_eq!((mails[0].text().len(), withheld(mails[0])), (2, 1));
    assert_eq!((mails[1].text().len(), withheld(mails[1])), (1, 0));
}

/// Rules R6.12 and R6.20, with their texts.
#[test]
fn too_many_deletions_and_invalid_credentials_are_told() {
    let told = notices(
        "\
scenario: Two leave where one may, then the account of the connector can't sign in
world:
  profile: entra-2025
  engine: { scope: [OU=Sync], deletion-threshold: 1 }
  tenant: { verified: [contoso.com] }
  ad:
    clerk: { ou: OU=Sync, count: 2, upn: 'clerk#@contoso.com' }
steps:
  - sync: delta
  - sync: delta
  - move: { user: clerk, to: OU=Park }
  - sync: delta
  - set-connector: { connector: ad, state: credentials-invalid }
  - run-profile: { connector: ad, run: delta-import }
",
    );
    let titles: Vec<String> = told.iter().map(Notice::title).collect();
    assert_eq!(
        titles,
        [
            "event 116, Directory Synchronization, Warning",
            "mail: Export to Microsoft Entra ID was Stopped. Accidental delete threshold was \
             reached.",
            "event 6000, ADSync, Error",
        ]
    );
    assert_eq!(
        told[0].text(),
        [
            "Prevent Accidental Deletes: The number of deletions for this sync cycle (2 pending \
          deletes) has exceeded the current threshold of 1 objects. Deletions will be suppressed \
          for this sync cycle."
        ]
    );
    let failed = "The management agent \"contoso.test\" failed to run because the credentials \
                  were invalid.";
    assert_eq!(told[2].text(), [failed]);
}
