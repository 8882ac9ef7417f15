//! The example scripts, rehearsed: each ends with the verdict that stands beside it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/scripts")
}

/// Runs the program in the directory of the examples.
fn rehearse(arguments: &[&str]) -> (i32, String, String) {
    let run = Command::new(super::program::program())
        .arg("rehearse")
        .args(arguments)
        .current_dir(examples())
        .output()
        .expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        run.status.code().unwrap_or(-1),
        text(&run.stdout),
        text(&run.stderr),
    )
}

fn list<'a>(value: &'a Value, key: &str) -> Vec<&'a str> {
    let all = value[key].as_array().into_iter().flatten();
    all.filter_map(Value::as_str).collect()
}

/// Whether one text contains another, however lines are broken and indented in it.
fn contains(text: &str, part: &str) -> bool {
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    flat(text).contains(&flat(part))
}

#[test]
fn each_example_script_ends_with_its_verdict() {
    let table = std::fs::read_to_string(examples().join("verdicts.json")).expect("the verdicts");
    let table: Value = serde_json::from_str(&table).expect("JSON");
    let mut wrong = Vec::new();
    let mut named = Vec::new();
    for row in table.as_array().expect("a list") {
        let script = row["script"].as_str().expect("a script");
        named.push(script.to_owned());
        let world = format!("worlds/{}", row["world"].as_str().expect("a world"));
        let mut arguments = vec![world.as_str(), "--script", script];
        arguments.extend(list(row, "options"));
        arguments.push("--");
        arguments.extend(list(row, "arguments"));
        let (code, out, err) = rehearse(&arguments);
        let all = format!("{out}\n{err}");
        let missing = list(row, "says").into_iter().chain(list(row, "shows"));
        let missing: Vec<&str> = missing.filter(|part| !contains(&all, part)).collect();
        if Some(i64::from(code)) != row["exit"].as_i64() || !missing.is_empty() {
            wrong.push(format!(
                "{arguments:?}: exit {code}, missing {missing:?}\n{all}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let files = std::fs::read_dir(examples())
        .expect("the examples")
        .flatten();
    let files = files.map(|it| it.file_name().to_string_lossy().into_owned());
    let unjudged: Vec<String> = files
        .filter(|it| it.to_lowercase().ends_with(".ps1") && !named.contains(it))
        .collect();
    assert!(unjudged.is_empty(), "without a verdict: {unjudged:?}");
}

#[test]
fn a_repair_holds_wherever_it_is_killed_and_started_again() {
    let arguments = ["worlds/duplicate.yaml", "--every-crash", "--script"];
    let run = |script| rehearse(&[arguments.as_slice(), &[script]].concat());
    let (code, out, err) = run("p10-repair.ps1");
    assert!(contains(&out, "runs passed, 0 failed"), "{out}\n{err}");
    assert_eq!(code, 0, "{out}\n{err}");
    // Started again after the move, this one takes the parked place for the home.
    let (code, out, err) = run("p10-purge-and-stamp.ps1");
    assert_eq!(code, 1, "{out}\n{err}");
}

/// What the founding document has people type, with the names of its placeholders filled in.
fn founding(world: &str, first: &str, account: &str) -> String {
    use std::io::Write as _;
    let lines = format!(
        "{first}\
         $guid = (get-Aduser j.doe).ObjectGuid\n\
         $immutableID = [System.Convert]::ToBase64String($guid.tobytearray())\n\
         Connect-MSOLService\n\
         Set-MSOLuser -UserPrincipalName {account} -ImmutableID $immutableID\n\
         Get-ADUser j.doe | Move-ADObject -TargetPath 'OU=Staff,DC=contoso,DC=test'\n\
         Start-OnlineCoexistenceSync\nStart-OnlineCoexistenceSync\nexit\n"
    );
    let mut child = Command::new(super::program::program())
        .args(["shell", world])
        .current_dir(examples())
        .stdin(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().expect("an input");
    input.write_all(lines.as_bytes()).expect("it reads");
    drop(input);
    let ended = child.wait_with_output().expect("it ends");
    String::from_utf8_lossy(&ended.stderr).into_owned()
}

#[test]
fn the_commands_of_the_founding_document_repair_its_two_messes() {
    let park = "Get-ADUser j.doe | Move-ADObject -TargetPath 'OU=NotSynced,DC=contoso,DC=test'\n\
                Start-OnlineCoexistenceSync\n\
                Remove-MSOLuser -UserPrincipalName john.doe@contoso.com -RemoveFromRecycleBin\nY\n";
    let verdict = founding(
        "worlds/duplicate.yaml",
        park,
        "jdoe@contoso.onmicrosoft.com",
    );
    assert!(
        contains(&verdict, "PASSED") && contains(&verdict, " converged"),
        "{verdict}"
    );
    let world = "worlds/invalid-soft-match.yaml";
    let verdict = founding(world, "", "jdoe@contoso.onmicrosoft.com");
    assert!(
        contains(&verdict, "PASSED") && contains(&verdict, " converged"),
        "{verdict}"
    );
}

const WORLD: &str = "\
scenario: One person
world:
  profile: entra-2026
  engine: { scope: [OU=Staff] }
  tenant: { initial-domain: contoso.onmicrosoft.com, verified: [contoso.com] }
  ad: { ann: { ou: OU=Staff, upn: ann@contoso.com } }
check: { finally: [no-errors] }
";

/// What comes of a script in one file, with another beside it.
fn rehearsed(script: &str, options: &[&str]) -> (Option<i32>, String) {
    let desk = super::program::Desk::new();
    desk.put("world.yaml", WORLD);
    desk.put("fix.ps1", script);
    desk.put(
        "lib.ps1",
        "function Set-Mark { Get-Thing; Set-ADUser ann -City Bern }",
    );
    let ran = desk.run(&[&["rehearse", "world.yaml", "--script", "fix.ps1"], options].concat());
    let out = String::from_utf8_lossy(&ran.stdout);
    (ran.code, format!("{out}\n{}", ran.stderr))
}

#[test]
fn what_a_script_loads_is_checked_in_its_own_file() {
    let (code, said) = rehearsed(". .\\lib.ps1\nSet-Mark", &[]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("--> C:\\lib.ps1:1:21"), "{said}");
    assert!(
        said.contains("The command 'Get-Thing' is not simulated."),
        "{said}"
    );
    assert!(!said.contains("Set-Mark' is not"), "{said}");
}

#[test]
fn a_script_that_is_run_anyway_ends_where_it_would_go_astray() {
    let script = "Set-ADUser ann -City Bern\n$id = Get-Thing\nSet-ADUser ann -City $id";
    let (code, said) = rehearsed(script, &["--run-anyway"]);
    assert_eq!(code, Some(1), "{said}");
    let stopped = "the script was stopped: the command 'Get-Thing', line 2, is not simulated";
    assert!(said.contains(stopped), "{said}");
    assert!(
        said.contains("line 1") && !said.contains("line 3"),
        "{said}"
    );
    // What can be no command anywhere is an error, and the script goes on, as it would.
    let (code, said) = rehearsed("Prose\nSet-ADUser ann -City Bern", &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("The term 'Prose' is not recognized"),
        "{said}"
    );
}

#[test]
fn a_question_without_an_answer_ends_a_script() {
    let (code, said) = rehearsed("while ($true) { Read-Host 'Go on' }", &[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("it asked `Go on:`"), "{said}");
    assert!(said.contains("--answers FILE"), "{said}");
}

#[test]
fn a_script_that_wants_seven_is_told_so() {
    let script = "if ($PSVersionTable.PSVersion -lt [version]'7.4') { exit 3 }\n\
                  Set-ADUser ann -City $PSVersionTable.PSEdition";
    let (code, said) = rehearsed(script, &[]);
    assert_eq!(code, Some(1), "{said}");
    let (code, said) = rehearsed(script, &["--pwsh"]);
    assert_eq!(code, Some(0), "{said}");
}
