//! From two exports to a plan that is proven: the thousand people of the lamplight example.

use std::path::Path;

use mock_cloud::Profile;
use serde_json::Value;

use super::program::Desk;

fn example(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/lamplight");
    root.join(name).display().to_string()
}

#[test]
fn lamplight_is_imported_predicted_planned_and_rehearsed_in_every_profile() {
    let desk = Desk::new();
    let (ad, cloud) = (example("ad.ldif"), example("cloud"));
    let scope = "OU=Sync,DC=example,DC=test";
    let ran = desk.run(&[
        "import",
        "--ad",
        &ad,
        "--cloud",
        &cloud,
        "--scope",
        scope,
        "-o",
        "lamplight",
    ]);
    ran.output(0);
    for profile in Profile::ALL {
        let name = profile.name();
        let ran = desk.run(&["predict", "lamplight", "--profile", name, "--exit-zero"]);
        ran.output(0);
        let ran = desk.run(&[
            "plan",
            "lamplight",
            "--profile",
            name,
            "--infer",
            "likely",
            "--format",
            "json",
            "--emit",
            "yaml",
            "-o",
            "plan.yaml",
        ]);
        let plan: Value = serde_json::from_slice(&ran.stdout)
            .unwrap_or_else(|error| panic!("{name}: {error}: {}", ran.stderr));
        let steps = plan["steps"].as_array().expect("steps");
        let harm: Vec<&Value> = steps.iter().filter(|it| !it["harm"].is_null()).collect();
        assert!(harm.is_empty(), "{name}: {harm:#?}");
        assert!(!steps.is_empty(), "{name}");
        // What is left is left to a person, and said: before 2025 nothing makes an account
        // editable that is synced from an object that is gone.
        let decide = plan["decide"].as_array().expect("decisions");
        let known = |it: &Value| it["text"].to_string().contains("no forest has");
        assert!(decide.iter().all(known), "{name}: {decide:#?}");
        let modern = matches!(profile, Profile::Entra2025 | Profile::Entra2026);
        assert!(decide.is_empty() || !modern, "{name}: {decide:#?}");
        let ran = desk.run(&["run", "plan.yaml"]);
        assert_eq!(
            ran.code,
            Some(0),
            "{name}: {}",
            String::from_utf8_lossy(&ran.stdout)
        );
        emitted_scripts_do_what_was_planned(&desk, profile, decide.len(), &[]);
    }
    for profile in [Profile::DirSync2013, Profile::AadConnect2017] {
        nobody_is_left_where_synchronisation_may_be_turned_off(&desk, profile);
    }
}

/// Before 2025 there is a way for those as well that are left to a person: the whole tenant off and
/// on again.
fn nobody_is_left_where_synchronisation_may_be_turned_off(desk: &Desk, profile: Profile) {
    let name = profile.name();
    let plan = ["plan", "lamplight", "--profile", name, "--infer", "likely"];
    let ran = desk.run(&[plan.as_slice(), &["--format", "json", "--turn-off-sync"]].concat());
    let told: Value = serde_json::from_str(ran.output(0)).expect("JSON");
    assert_eq!(told["decide"], Value::Array(Vec::new()), "{name}");
    let steps = told["steps"].as_array().expect("steps");
    let harm: Vec<&Value> = steps.iter().filter(|it| !it["harm"].is_null()).collect();
    assert!(harm.is_empty(), "{name}: {harm:#?}");
    let texts = steps.iter().filter_map(|it| it["text"].as_str());
    let tenant: Vec<&str> = texts.filter(|it| it.contains("synchronisation")).collect();
    assert_eq!(
        tenant,
        [
            "turn directory synchronisation off for the whole tenant",
            "turn directory synchronisation on again for the whole tenant",
        ],
        "{name}"
    );
    let emit = ["--emit", "yaml", "-o", "plan.yaml", "--turn-off-sync"];
    desk.run(&[plan.as_slice(), &emit].concat()).output(0);
    desk.run(&["run", "plan.yaml"]).output(0);
    emitted_scripts_do_what_was_planned(desk, profile, 0, &["--turn-off-sync"]);
}

/// The plan as PowerShell, run as it is written.
fn emitted_scripts_do_what_was_planned(
    desk: &Desk,
    profile: Profile,
    left: usize,
    options: &[&str],
) {
    let name = profile.name();
    let plan = ["plan", "lamplight", "--profile", name, "--infer", "likely"];
    for kind in ["powershell", "msonline"] {
        let ran = desk.run(
            &[
                plan.as_slice(),
                &["--emit", kind, "-o", "plan.ps1"],
                options,
            ]
            .concat(),
        );
        let modern = matches!(profile, Profile::Entra2025 | Profile::Entra2026);
        if kind == "msonline" && modern {
            assert!(ran.stderr.contains("MSOnline has no command"), "{ran:?}");
            continue;
        }
        let rehearsal = ["rehearse", "lamplight", "--profile", name, "--script"];
        let script = ["plan.ps1", "--", "-AcceptIrreversible"];
        let ran = desk.run(&[rehearsal.as_slice(), &script].concat());
        let out = String::from_utf8_lossy(&ran.stdout);
        let says = |text: &str| assert!(out.contains(text), "{name}, {kind}: {text}: {out}");
        says("Everything that was planned is done.");
        says("lost: no mailbox and no licence");
        // What nobody has decided stays as it is: refused in 2013, quarantined since.
        if profile == Profile::DirSync2013 {
            says(&format!("{left} errors, 0 quarantined"));
        } else {
            says(&format!("0 errors, {left} quarantined"));
        }
    }
}
