//! Schemathesis against the description that mock-cloud gives of itself.
//!
//! A bounded run with a fixed seed: requests that the description allows and requests that it
//! does not. None may meet a server error but 501, Graph's status for what is not modelled, and
//! every answer has to be of a status, a type and a shape that the description names.

use std::process::Command;

use crate::served::Served;
use crate::tools::{root, tool};

/// Cases for each operation and phase.
const EXAMPLES: &str = "12";

const CONFIGURATION: &str = r#"
[checks]
not_a_server_error.expected-statuses = ["2xx", "4xx", 501]
"#;

/// What the second run knows the ids of, so that it gets further than to 404: a synced user, a
/// group, a contact and somebody in the recycle bin.
const KNOWN: &str = r#"
[parameters]
"path.user" = "d5f1709f-5ed7-52e4-a0ea-53c12bd2c2dd"
"path.group" = "c0fb69d9-4773-581b-957d-750f20327973"
"path.contact" = "0d433c50-ccda-5f70-9aed-98a8a60f92ea"
"path.deleted" = "3f9e3f61-8599-5d63-a85a-40cf745ed0d2"
"path.member" = "d5f1709f-5ed7-52e4-a0ea-53c12bd2c2dd"
"path.owner" = "d5f1709f-5ed7-52e4-a0ea-53c12bd2c2dd"
"path.domain" = "lamplight.example"
"#;

#[test]
fn no_request_of_the_description_meets_a_server_error() {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    // A thousand people with correlated defects: synced, withheld, twice, deleted.
    let lamplight = root().join("examples/lamplight/cloud");
    let lamplight = lamplight.display().to_string();
    let arguments = [
        "--load",
        &lamplight,
        "--graph",
        "127.0.0.1:0",
        "--token",
        "secret",
    ];
    let served = Served::start("mock-cloud", directory, &arguments);
    let graph = served.said("graph");
    let configuration = served.path("schemathesis.toml");
    let known = format!("{KNOWN}{CONFIGURATION}");
    std::fs::write(&configuration, known).expect("the configuration");
    for (name, configuration) in [("any", None), ("known", Some(configuration))] {
        let mut command = Command::new(tool("python/bin/schemathesis"));
        command.current_dir(served.path(""));
        let configuration = configuration.unwrap_or_else(|| {
            let plain = served.path("plain.toml");
            std::fs::write(&plain, CONFIGURATION).expect("the configuration");
            plain
        });
        command.arg("--config-file").arg(configuration);
        command.args(["run", &format!("{graph}/openapi.json")]);
        command.args(["--header", "Authorization: Bearer secret"]);
        command.args(["--seed", "1", "--max-examples", EXAMPLES, "--no-shrink"]);
        command.args([
            "--phases",
            "coverage,fuzzing",
            "--suppress-health-check",
            "all",
        ]);
        command.args([
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance,\
             response_schema_conformance",
        ]);
        command.args(["--request-timeout", "10", "--warnings", "off"]);
        if name == "known" {
            // What is known has to stay.
            command.args(["--exclude-method", "DELETE"]);
        }
        let output = command.output().expect("schemathesis starts");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said.contains("No issues found"),
            "{name}: {}\n{said}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

/// Microsoft's client library is made from the same published metadata as the service's types: what
/// it knows of a type and the table does not has to be among the paths that are refused by name.
#[test]
fn the_table_of_properties_is_that_of_the_client_library() {
    let mut command = Command::new(tool("python/bin/python"));
    command.arg(root().join("tests/clients/python/properties_check.py"));
    let output = command.current_dir(root()).output().expect("Python starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complained}");
    assert_eq!(
        said.trim(),
        // Documented for the beta, and what the engine writes.
        "user: onPremisesObjectIdentifier is only here",
        "{complained}"
    );
}
