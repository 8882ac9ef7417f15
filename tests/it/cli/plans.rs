//! What `plan` says.

use super::program::Desk;

const MESS: &str = "\
scenario: A duplicate
world:
  profile: entra-2026
  engine: { scope: [OU=Staff] }
  tenant: { initial-domain: contoso.onmicrosoft.com, verified: [contoso.com] }
  ad:
    ann: { ou: OU=Staff, upn: ann@contoso.com, smtp: [ann@contoso.com] }
  cloud:
    ann-mailbox:
      upn: a.lee@contoso.onmicrosoft.com
      mailbox: true
      roles: [Helpdesk Administrator]
  belongs: { ann: ann-mailbox }
steps:
  - sync: delta
";

#[test]
fn a_duplicate_is_planned_away_step_by_step() {
    let desk = Desk::new();
    desk.put("mess.yaml", MESS);
    let ran = desk.run(&["plan", "mess.yaml"]);
    insta::assert_snapshot!(ran.output(0));
}

#[test]
fn programs_read_the_same_plan() {
    let desk = Desk::new();
    desk.put("mess.yaml", MESS);
    let ran = desk.run(&["plan", "mess.yaml", "--format", "json"]);
    let plan: serde_json::Value = serde_json::from_str(ran.output(0)).expect("the plan is JSON");
    assert_eq!(plan["end"], "done");
    let steps = plan["steps"].as_array().expect("steps");
    let irreversible = steps.iter().filter(|step| step["irreversible"] == true);
    assert_eq!(irreversible.count(), 1, "{steps:#?}");
    let matched = steps.iter().any(|step| step["comesOfIt"] == "1 hard-match");
    assert!(matched, "{steps:#?}");
}

#[test]
fn what_ends_no_plan_has_a_code_of_its_own() {
    let desk = Desk::new();
    desk.put("mess.yaml", MESS);
    let ran = desk.run(&["plan", "mess.yaml", "--steps-max", "2"]);
    assert!(ran.output(3).contains("No end was reached"), "{ran:?}");
    desk.put(
        "nobody.yaml",
        MESS.replace("  belongs: { ann: ann-mailbox }\n", ""),
    );
    let ran = desk.run(&["plan", "nobody.yaml"]);
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.stderr.contains("whose account is whose"), "{ran:?}");
}
