//! Schemathesis against the description that mock-cloud gives of itself.
//!
//! A bounded run with a fixed seed: requests that the description allows and requests that it
//! does not. None may meet a server error but 501, Graph's status for what is not modelled, and
//! every answer has to be of a status, a type and a shape that the description names.

use std::process::Command;

use crate::served::Served;
use crate::tools::tool;

/// Cases for each operation and phase.
const EXAMPLES: &str = "12";

const CONFIGURATION: &str = r#"
[checks]
not_a_server_error.expected-statuses = ["2xx", "4xx", 501]
"#;

/// A user that the run knows the id of, so that it gets further than to 404.
const USER: &str = "11111111-aaaa-4bbb-8ccc-000000000001";

#[test]
fn no_request_of_the_description_meets_a_server_error() {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let cloud = directory.path().join("cloud");
    std::fs::create_dir_all(&cloud).expect("a directory");
    let users = format!(
        "[{{\"id\": \"{USER}\", \"displayName\": \"Ann\", \
         \"userPrincipalName\": \"ann@contoso.onmicrosoft.com\"}}]"
    );
    std::fs::write(cloud.join("users.json"), users).expect("the users");
    let arguments = [
        "--load",
        "cloud",
        "--graph",
        "127.0.0.1:0",
        "--token",
        "secret",
    ];
    let served = Served::start("mock-cloud", directory, &arguments);
    let graph = served.said("graph");
    let configuration = served.path("schemathesis.toml");
    let known = format!("[parameters]\n\"path.user\" = \"{USER}\"\n{CONFIGURATION}");
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
            // The user that is known has to stay.
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
