//! `$filter`: meaning and refusals.

use std::fmt::Write as _;

use super::{advanced, column, get, small};
use crate::odata::{GraphError, Resource};

fn names(query: &str) -> Vec<String> {
    let (bench, _) = small();
    let page = get(&bench.tenant, &Resource::Users, &format!("$filter={query}"));
    column(&page.expect("the filter works by default"), "displayName")
}

fn advanced_names(query: &str) -> Vec<String> {
    let (bench, _) = small();
    let page = advanced(&bench.tenant, &Resource::Users, &format!("$filter={query}"));
    column(
        &page.expect("the filter works in advanced queries"),
        "displayName",
    )
}

fn refusal(query: &str) -> GraphError {
    let (bench, _) = small();
    let page = get(&bench.tenant, &Resource::Users, &format!("$filter={query}"));
    page.expect_err("the filter is refused")
}

fn message(query: &str) -> String {
    refusal(query).message
}

#[test]
fn comparisons_functions_and_lambdas_find_what_they_say() {
    assert_eq!(names("displayName eq 'ann lee'"), ["Ann Lee"]);
    assert_eq!(names("displayName eq 'Bob O''Neil'"), ["Bob O'Neil"]);
    assert_eq!(names("startswith(displayName,'ZO%C3%8B')"), ["Zoë Ünit"]);
    assert_eq!(names("userType eq 'Guest'"), ["Guest One"]);
    assert_eq!(
        names("givenName in ('Ann', 'Zoë') and accountEnabled eq true"),
        ["Ann Lee", "Zoë Ünit"]
    );
    assert_eq!(
        names("proxyAddresses/any(p:p eq 'SMTP:n2@lamplight.onmicrosoft.com')"),
        ["Bob O'Neil"]
    );
    assert_eq!(
        names("mail ge 'guest' and mail le 'zz'"),
        ["Zoë Ünit", "Guest One"]
    );
    assert_eq!(
        names("$it/displayName eq 'Ann Lee' OR mailNickname eq 'bob'").len(),
        2
    );
    let id = "01010101-0101-0101-0101-010101010101";
    assert_eq!(names(&format!("id eq '{id}'")), ["Ann Lee"]);
}

#[test]
fn negation_and_suffixes_need_the_advanced_parameters() {
    assert_eq!(advanced_names("userType ne 'Guest'").len(), 3);
    assert_eq!(advanced_names("not(startswith(displayName,'a'))").len(), 3);
    assert_eq!(
        advanced_names("endsWith(mail,'.ÜNIT@lamplight.example')"),
        ["Zoë Ünit"]
    );
    assert_eq!(advanced_names("companyName eq 'lamplight'").len(), 4);
    assert_eq!(advanced_names("companyName eq null").len(), 0);
    assert_eq!(advanced_names("assignedLicenses/$count eq 0").len(), 4);
    assert_eq!(
        advanced_names("NOT(proxyAddresses/any(p:startsWith(p,'smtp:ann')))").len(),
        3
    );
}

/// graph.md section 4, error 20.
#[test]
fn what_lacks_the_advanced_parameters_is_told_so() {
    for (query, operator) in [
        ("endsWith(mail,'@x')", "endsWith"),
        ("displayName ne 'x'", "ne"),
        ("not (displayName eq 'x')", "not"),
        ("assignedLicenses/$count ne 0", "$count"),
    ] {
        let expected = format!(
            "Operator '{operator}' is not supported because the required parameters might be \
             missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header. \
             Refer to https://aka.ms/graph-docs/advanced-queries for more information"
        );
        assert_eq!(message(query), expected, "{query}");
        assert_eq!(refusal(query).code, "Request_UnsupportedQuery");
    }
}

/// graph.md section 4, errors 21 and 23.
#[test]
fn what_is_not_indexed_and_what_does_not_exist_is_refused() {
    let clause = |name: &str| {
        format!(
            "Unsupported or invalid query filter clause specified for property '{name}' of \
             resource 'User'."
        )
    };
    assert_eq!(message("companyName eq 'x'"), clause("companyName"));
    assert_eq!(message("contains(displayName,'x')"), clause("displayName"));
    assert_eq!(
        message("tolower(displayName) eq 'x'"),
        clause("displayName")
    );
    assert_eq!(message("displayName gt 'x'"), clause("displayName"));
    assert_eq!(
        message("onPremisesDistinguishedName eq 'x'"),
        clause("onPremisesDistinguishedName")
    );
    assert_eq!(
        message("proxyAddresses/all(p:p eq 'x')"),
        clause("proxyAddresses")
    );
    assert_eq!(message("manager/id eq 'x'"), clause("manager"));
    assert_eq!(
        message("extensionAttribute15 eq 'x'"),
        "Property 'extensionAttribute15' does not exist as a declared property or extension \
         property."
    );
}

/// The words are those of Microsoft's OData library; "Invalid filter clause: …" with code
/// BadRequest was recorded in 2024 (Microsoft365DSC#5417) and 2026.
#[test]
fn what_cannot_be_read_says_where() {
    for (query, detail) in [
        (
            "displayName eqq 'a'",
            "Syntax error at position 15 in 'displayName eqq 'a''.",
        ),
        (
            "displayName eq 'a",
            "There is an unterminated string literal at position 17 in 'displayName eq 'a'.",
        ),
        (
            "(displayName eq 'a'",
            "')' or operator expected at position 19 in '(displayName eq 'a''.",
        ),
        (
            "displayName eq",
            "Expression expected at position 14 in 'displayName eq'.",
        ),
        (
            "displayName eq \"a\"",
            "Syntax error: character '\"' is not valid at position 15 in 'displayName eq \"a\"'.",
        ),
        (
            "foo(displayName)",
            "An unknown function with name 'foo' was found. This may also be a function \
             import or a key lookup on a navigation property, which is not allowed.",
        ),
        (
            "accountEnabled eq 'true'",
            "A binary operator with incompatible types was detected. Found operand types \
             'Edm.Boolean' and 'Edm.String' for operator kind 'Equal'.",
        ),
        (
            "assignedLicenses/any(l:l/foo eq 1)",
            "Could not find a property named 'foo' on type 'microsoft.graph.assignedLicense'.",
        ),
        (
            "'a'",
            "The $filter expression must evaluate to a single boolean value.",
        ),
        (
            "mail/any(m:m eq 'x')",
            "Any/All may only be used following a collection.",
        ),
        (
            "createdDateTime ge 2024-01-01T00:00",
            "The DateTimeOffset text '2024-01-01T00:00' should be in format \
             'yyyy-mm-ddThh:mm:ss('.'s+)?(zzzzzz)?' and each field value is within valid \
             range.",
        ),
    ] {
        let error = refusal(query);
        assert_eq!(
            error.message,
            format!("Invalid filter clause: {detail}"),
            "{query}"
        );
        assert_eq!((error.status, error.code), (400, "BadRequest"));
    }
}

#[test]
fn hostile_filters_are_refused_quickly() {
    let deep = format!("{}displayName eq 'a'{}", "(".repeat(3000), ")".repeat(3000));
    assert_eq!(
        message(&deep),
        "Invalid filter clause: Recursion depth exceeded allowed limit."
    );
    let long = "not ".repeat(5000);
    assert_eq!(
        message(&long),
        "Invalid filter clause: Recursion depth exceeded allowed limit."
    );
    let list = vec!["'a'"; 16].join(",");
    assert_eq!(
        message(&format!("displayName in ({list})")),
        "Too many child clauses specified in search filter expression containing 'OR' operators: \
         16. Max allowed: 15."
    );
    let or = vec!["displayName eq 'a'"; 18].join(" or ");
    assert_eq!(
        message(&or),
        "Too many child clauses specified in search filter expression containing 'OR' operators: \
         18. Max allowed: 15."
    );
}

/// graph.md section 7, pair 4: sent by Entra PowerShell without the header, on all three types.
#[test]
fn withheld_values_are_found_without_the_header() {
    let (bench, _) = small();
    for resource in [Resource::Users, Resource::Groups, Resource::Contacts] {
        let query = "$filter=onPremisesProvisioningErrors/any(o:o/category ne null)\
                     &$select=Id,UserPrincipalName,DisplayName,Mail,ProxyAddresses,\
                     onPremisesProvisioningErrors,onPremisesSyncEnabled&$top=999";
        let page = get(&bench.tenant, &resource, query).expect("it is answered");
        assert_eq!(column(&page, "id").len(), 0);
    }
}

/// What comes of a filter: how many are found, or the words of the refusal.
fn outcome(query: &str) -> String {
    let (bench, _) = small();
    let query = format!("$filter={query}&$select=displayName");
    match advanced(&bench.tenant, &Resource::Users, &query) {
        Ok(page) => format!("{} found", column(&page, "displayName").len()),
        Err(error) => error.message,
    }
}

#[test]
fn corners_of_the_grammar_are_read_or_refused_in_words() {
    let mut told = String::new();
    for query in include_str!("grammar.txt")
        .lines()
        .filter_map(|line| line.strip_prefix("? "))
    {
        let _ = writeln!(told, "? {query}\n  {}", outcome(query));
    }
    let expected = include_str!("grammar.txt").replace('\r', "");
    assert_eq!(told, expected, "{told}");
}
