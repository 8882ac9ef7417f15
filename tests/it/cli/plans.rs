//! What `plan` says.

use std::path::Path;

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
    // Nothing that anybody is called by leads to an account.
    let nobody = MESS
        .replace("  belongs: { ann: ann-mailbox }\n", "")
        .replace("  - sync: delta\n", "  - expect: no-errors\n");
    desk.put("nobody.yaml", nobody);
    let ran = desk.run(&["plan", "nobody.yaml"]);
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.stderr.contains("whose account is whose"), "{ran:?}");
}

#[test]
fn whose_account_is_whose_is_inferred_where_nothing_else_can_be_meant() {
    let desk = Desk::new();
    let likely = MESS
        .replace("  belongs: { ann: ann-mailbox }\n", "")
        .replace(
            "      mailbox: true\n",
            "      mailbox: true\n      smtp: ['SMTP:a.lee@contoso.com', 'smtp:ann@contoso.com']\n",
        );
    desk.put("mess.yaml", likely);
    let ran = desk.run(&["plan", "mess.yaml", "--format", "json"]);
    assert_eq!(ran.output(4), "");
    let offer = "--infer likely would take 1";
    assert!(ran.stderr.contains(offer), "{}", ran.stderr);
    let ran = desk.run(&["plan", "mess.yaml", "--infer", "likely", "--format", "json"]);
    let plan: serde_json::Value = serde_json::from_str(ran.output(0)).expect("the plan is JSON");
    assert_eq!(plan["end"], "done", "{plan:#}");
    assert_eq!(plan["belongs"]["inferred"], 1);
}

/// What is emitted, with the kind that it is emitted as.
fn emitted(kind: &str) -> String {
    let desk = Desk::new();
    desk.put("mess.yaml", MESS);
    let ran = desk.run(&["plan", "mess.yaml", "--emit", kind]);
    ran.output(0).to_owned()
}

#[test]
fn a_plan_is_written_as_a_script() {
    for kind in ["powershell", "msonline"] {
        let script = emitted(kind);
        // What does not depend on the plan is in the sources.
        let steps = script.find("# ---- CN=").expect("the steps");
        insta::assert_snapshot!(format!("script-{kind}"), &script[steps..]);
        assert!(script.contains("Set-StrictMode"), "{script}");
        assert!(!script.contains("@PLAN@"), "{script}");
    }
}

/// Everything that has a plan, among the scenarios.
#[test]
fn what_is_emitted_is_what_was_proven() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
    let mut run = 0;
    let mut wrong = Vec::new();
    for folder in ["founding", "cases"] {
        let files = std::fs::read_dir(root.join(folder)).expect("the scenarios");
        for file in files.flatten() {
            for kind in ["powershell", "msonline"] {
                let desk = Desk::new();
                let scenario = file.path().display().to_string();
                let mut ran = desk.run(&["plan", &scenario, "--emit", kind, "-o", "plan.ps1"]);
                // Nothing to plan, or nothing that this module can do.
                if ran.code != Some(0) {
                    continue;
                }
                let rehearsal = ["rehearse", &scenario, "--script", "plan.ps1"];
                let agreed = ["--allow", "scoped-deletes", "--", "-AcceptIrreversible"];
                ran = desk.run(&[rehearsal.as_slice(), &agreed].concat());
                run += 1;
                let out = String::from_utf8_lossy(&ran.stdout);
                let ended = out.contains("Everything that was planned is done.");
                // What a scenario expects of its mess is another matter.
                if !ended || out.contains("not converged") || !out.contains("lost: no mailbox") {
                    wrong.push(format!("{kind} for {scenario}: {out}{}", ran.stderr));
                }
            }
        }
    }
    assert!(run > 30, "{run} scripts were emitted and run");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn an_emitted_script_may_be_killed_after_each_of_its_writes() {
    let desk = Desk::new();
    desk.put("mess.yaml", MESS);
    for kind in ["powershell", "msonline"] {
        desk.run(&["plan", "mess.yaml", "--emit", kind, "-o", "plan.ps1"])
            .output(0);
        let ran = desk.run(&[
            "rehearse",
            "mess.yaml",
            "--every-crash=writes",
            "--script",
            "plan.ps1",
            "--",
            "-AcceptIrreversible",
        ]);
        let out = ran.output(0);
        assert!(
            out.contains("Summary 7 runs passed, 0 failed"),
            "{kind}: {out}"
        );
        let ran = desk.run(&[
            "rehearse",
            "mess.yaml",
            "--every-crash",
            "--script",
            "plan.ps1",
            "--",
            "-AcceptIrreversible",
        ]);
        assert!(ran.output(0).contains("runs passed, 0 failed"), "{kind}");
        // Without the word, it stops before the first step that cannot be undone.
        let ran = desk.run(&["rehearse", "mess.yaml", "--script", "plan.ps1"]);
        let out = String::from_utf8_lossy(&ran.stdout);
        assert!(out.contains("Stopped before step 3"), "{kind}: {out}");
        assert!(!out.contains("gone for good"), "{kind}: {out}");
    }
}

#[test]
fn a_plan_is_written_as_a_table_and_as_a_page() {
    insta::assert_snapshot!(emitted("csv"));
    let page = emitted("html");
    for needed in [
        "prefers-color-scheme",
        "@media print",
        "what they notice",
        "cannot be undone",
    ] {
        assert!(page.contains(needed), "{needed}");
    }
    // The page needs nothing from elsewhere.
    for outside in ["http://", "https://", "src=", "<script"] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn what_msonline_cannot_do_is_refused() {
    let desk = Desk::new();
    let mapped = MESS.replace(
        "      mailbox: true\n",
        "      mailbox: true\n      on-premises-object-identifier: \
         0a5f7b0c-9f6e-4d7c-8a3b-0123456789ab\n",
    );
    desk.put("mess.yaml", mapped);
    let ran = desk.run(&["plan", "mess.yaml", "--emit", "msonline"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("MSOnline has no command"), "{ran:?}");
}

/// The first place that the grammar of PowerShell does not take.
fn not_powershell(script: &str) -> Option<String> {
    let mut parser = tree_sitter::Parser::new();
    let language = tree_sitter_powershell::LANGUAGE.into();
    parser.set_language(&language).expect("the grammar");
    let tree = parser.parse(script, None).expect("a tree");
    let mut all = vec![tree.root_node()];
    while let Some(node) = all.pop() {
        if node.is_error() || node.is_missing() {
            let line = node.start_position().row;
            return Some(script.lines().nth(line).unwrap_or_default().to_owned());
        }
        all.extend(
            (0..node.child_count() as u32)
                .rev()
                .filter_map(|at| node.child(at)),
        );
    }
    None
}

#[test]
fn what_is_to_be_run_is_powershell() {
    let kit = Desk::new().run(&["kit", "--format", "ps1"]);
    let kit = kit.output(0).to_owned();
    for script in [emitted("powershell"), emitted("msonline"), kit] {
        assert_eq!(not_powershell(&script), None);
    }
    assert!(not_powershell("Step 1 'a' { Remove-Account -Account @{ Id = 'x }").is_some());
}
