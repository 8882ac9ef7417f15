//! What is refused, with the line and what to do about it.

use super::{read, tenant};
use crate::graph::{GraphError, Part, load};

const ID: &str = "3f9e3f61-8599-5d63-a85a-40cf745ed0d2";

fn refused(part: Part, text: &str) -> GraphError {
    let error = load(&mut tenant(), part, text.as_bytes()).expect_err(text);
    assert!(!error.message.is_empty() && !error.help.is_empty());
    assert!(!error.message.contains("struct"), "{}", error.message);
    error
}

#[test]
fn lists_that_powershell_flattened() {
    for (name, lost) in [
        ("proxyAddresses", "System.String[]"),
        ("ProxyAddresses", "System.Object[]"),
        ("assignedLicenses", "System.Object[]"),
        (
            "onPremisesProvisioningErrors",
            "@{Category=PropertyConflict}",
        ),
    ] {
        let text = format!("[\n {{\n  \"id\": \"{ID}\",\n  \"{name}\": \"{lost}\"\n }}\n]");
        let error = refused(Part::Users, &text);
        assert_eq!(error.line, 4, "{name}");
        let lost = format!(
            "the values of this list are lost: the export holds the text `{lost}` in their place"
        );
        assert_eq!(error.message, lost);
        assert!(
            error.help.contains("ConvertTo-Json -Depth 6"),
            "{}",
            error.help
        );
    }
    let roles = r#"[{"displayName": "x", "members": "System.Object[]"}]"#;
    assert!(refused(Part::Roles, roles).help.contains("-Depth 6"));
}

#[test]
fn nested_objects_that_powershell_flattened() {
    for (part, text) in [
        (Part::Users, r#"{"assignedLicenses": ["@{SkuId=05e9}"]}"#),
        (
            Part::Users,
            r#"{"OnPremisesExtensionAttributes": "Microsoft.Graph.PowerShell"}"#,
        ),
        (
            Part::Users,
            r#"["Microsoft.Graph.PowerShell.Models.MicrosoftGraphUser"]"#,
        ),
        (
            Part::Roles,
            r#"[{"displayName": "x", "members": ["@{Id=1}"]}]"#,
        ),
        (Part::Features, r#"{"features": "Microsoft.Graph"}"#),
    ] {
        let error = refused(part, text);
        assert!(
            error.message.starts_with("invalid type: string"),
            "{}",
            error.message
        );
        assert!(error.help.contains("-Depth 6"), "{text}: {}", error.help);
    }
}

#[test]
fn files_that_end_too_early() {
    let whole = format!(r#"{{"value": [{{"id": "{ID}", "displayName": "Ann"}}]}}"#);
    assert!(read(Part::Users, &whole).is_ok());
    for end in 1..whole.len() {
        let error = refused(Part::Users, &whole[..end]);
        assert!(
            error.help.starts_with("the file ends too early"),
            "{end}: {}",
            error.help
        );
    }
    for empty in ["", " \n\t", "\u{feff}"] {
        let error = refused(Part::Contacts, empty);
        assert_eq!((error.line, &*error.message), (0, "the file is empty"));
    }
    assert_eq!(refused(Part::Users, &format!("{whole}\n\nrest")).line, 3);
}

#[test]
fn objects_that_are_there_twice() {
    let one = format!(r#"{{"id": "{ID}"}}"#);
    let error = refused(Part::Users, &format!("[{one}, {one}]"));
    assert_eq!(error.message, format!("the object {ID} is there twice"));
    let mut tenant = tenant();
    load(&mut tenant, Part::Users, one.as_bytes()).expect("it is one");
    let error = load(&mut tenant, Part::Groups, one.as_bytes()).expect_err("it is there");
    assert_eq!(error.message, format!("the object {ID} is there twice"));
    let twice = format!(r#"{{"id": "{ID}", "mail": "a", "Mail": "b"}}"#);
    assert!(
        refused(Part::Users, &twice)
            .message
            .starts_with("duplicate field")
    );
}

#[test]
fn values_of_the_wrong_type() {
    for (text, message) in [
        (
            r#"{"id": 7}"#,
            "invalid type: integer `7`, expected a string",
        ),
        (r#"{"id": "x"}"#, "`x` is no object id"),
        (r#"{"mail": "a"}"#, "an object has no `id`"),
        (
            r#"{"accountEnabled": "True"}"#,
            "invalid type: string \"True\", expected a boolean",
        ),
        (
            r#"{"proxyAddresses": {"a": 1}}"#,
            "invalid type: map, expected a list",
        ),
        (
            r#"{"proxyAddresses": [1]}"#,
            "invalid type: integer `1`, expected a string",
        ),
        (
            "[7]",
            "invalid type: integer `7`, expected an object of the directory",
        ),
        (
            "7",
            "invalid type: integer `7`, expected a Graph response with `value`, or an array",
        ),
        (
            "null",
            "invalid type: null, expected a Graph response with `value`, or an array",
        ),
        (r#"{"value": {}}"#, "invalid type: map, expected a sequence"),
    ] {
        let error = refused(Part::Users, text);
        assert!(
            error.message.starts_with(message),
            "{text}: {}",
            error.message
        );
        assert!(
            error.line == 1 && error.help.starts_with("expected the JSON"),
            "{text}"
        );
    }
    for (name, value) in [
        ("createdDateTime", "yesterday"),
        ("createdDateTime", "/Date(x)/"),
        ("createdDateTime", "/Date(99999999999999999)/"),
        ("deletedDateTime", "2026-13-01T00:00:00Z"),
        ("onPremisesSecurityIdentifier", "X-1"),
        ("onPremisesObjectIdentifier", "x"),
    ] {
        let error = refused(
            Part::Users,
            &format!(r#"{{"id": "{ID}", "{name}": "{value}"}}"#),
        );
        assert!(
            error.message.starts_with(&format!("`{value}` is no ")),
            "{}",
            error.message
        );
    }
}

#[test]
fn a_page_of_a_longer_list() {
    let link = "https://graph.microsoft.com/v1.0/users?$skiptoken=abc";
    for text in [
        format!(r#"{{"@odata.nextLink": "{link}", "value": []}}"#),
        format!("{{\"value\": [{{\"id\": \"{ID}\"}}],\n\"@odata.nextLink\": \"{link}\"}}"),
    ] {
        for part in [Part::Users, Part::Groups, Part::Contacts, Part::Deleted] {
            let dated = text.replace(
                &format!("\"{ID}\""),
                &format!("\"{ID}\", \"deletedDateTime\": \"2026-01-01T00:00:00Z\""),
            );
            let error = refused(part, &dated);
            assert!(
                error.message.contains("only one page of several"),
                "{}",
                error.message
            );
            assert!(error.message.contains(link) && error.help.contains("-All"));
            assert_eq!(error.line, text.lines().count());
        }
    }
}

#[test]
fn the_body_of_an_error() {
    let body = r#"{"error": {"code": "Authorization_RequestDenied",
        "message": "Insufficient privileges to complete the operation."}}"#;
    for part in Part::ALL {
        let error = refused(part, body);
        assert_eq!(
            error.message,
            "the file holds an error of Graph instead of objects: Authorization_RequestDenied: \
             Insufficient privileges to complete the operation."
        );
        assert!(error.help.contains("permission"), "{}", error.help);
    }
    assert!(
        refused(Part::Features, r#"{"error": "x"}"#)
            .message
            .contains("an error of Graph")
    );
}

#[test]
fn parts_that_lack_what_they_are_read_for() {
    let users = format!(r#"[{{"id": "{ID}"}}]"#);
    assert!(
        refused(Part::Deleted, &users)
            .message
            .contains("has no `deletedDateTime`")
    );
    assert!(
        refused(Part::Features, &users)
            .help
            .contains("onPremisesSynchronization")
    );
    let roles = r#"[{"displayName": "x", "members": [{"id": "y"}]}]"#;
    assert_eq!(refused(Part::Roles, roles).message, "`y` is no object id");
    let domains = r#"[{"id": "contoso.example"}]"#;
    assert_eq!(
        refused(Part::Domains, domains).message,
        "no domain is the initial one"
    );
    let feature = r#"{"features": {"blockSoftMatchEnabled": "True"}}"#;
    let message = "the feature `blockSoftMatchEnabled` is neither true nor false";
    assert_eq!(refused(Part::Features, feature).message, message);
    let errors = r#"{"onPremisesProvisioningErrors": [{"propertyCausingError": "Shoe"}]}"#;
    let errors = errors.replacen('{', &format!(r#"{{"id": "{ID}","#), 1);
    assert_eq!(
        refused(Part::Users, &errors).message,
        "`Shoe` is no property that is quarantined"
    );
}
