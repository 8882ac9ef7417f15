//! `$select`, `$orderby`, `$search`, `$top`, `$count`, `$expand` and how they combine.

use super::{advanced, answer, column, get, small};
use crate::odata::{EntityType, QueryOptions, Resource, count};

fn refusal(query: &str) -> (u16, &'static str, String) {
    let (bench, _) = small();
    let error = get(&bench.tenant, &Resource::Users, query).expect_err("it is refused");
    (error.status, error.code, error.message)
}

fn advanced_refusal(query: &str) -> String {
    let (bench, _) = small();
    let error = advanced(&bench.tenant, &Resource::Users, query).expect_err("it is refused");
    error.message
}

/// graph.md sections 2 and 4.
#[test]
fn select_knows_properties_whatever_their_case() {
    let (bench, _) = small();
    let page = get(
        &bench.tenant,
        &Resource::Users,
        "$select=Id,%20UserPrincipalName",
    )
    .unwrap();
    assert_eq!(
        page["@odata.context"],
        "https://graph.microsoft.com/v1.0/$metadata#users(id,userPrincipalName)"
    );
    let keys: Vec<_> = page["value"][0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "userPrincipalName"]);
    let (status, code, message) = refusal("$select=a");
    assert_eq!((status, code), (400, "Request_UnsupportedQuery"));
    assert_eq!(
        message,
        "Property 'a' does not exist as a declared property or extension property."
    );
    let (status, code, message) = refusal("$select=id,skills");
    assert_eq!((status, code), (501, "NotImplemented"));
    assert_eq!(message, "This operation target is not yet supported.");
    assert!(QueryOptions::parse_one(EntityType::User, "$select=skills").is_ok());
    let error = QueryOptions::parse(&Resource::Domains, "$select=foo", None).unwrap_err();
    assert_eq!(
        error.message,
        "Parsing OData Select and Expand failed: Could not find a property named 'foo' on type \
         'microsoft.graph.domain'."
    );
}

/// graph.md section 4, error 22; msgraph-metadata#135 for `$skip`.
#[test]
fn page_sizes_and_skips_are_checked() {
    for size in ["0", "1000"] {
        let (_, code, message) = refusal(&format!("$top={size}"));
        assert_eq!(code, "Request_UnsupportedQuery");
        assert_eq!(
            message,
            format!("Invalid page size specified: '{size}'. Must be between 1 and 999 inclusive.")
        );
    }
    let (_, code, message) = refusal("$skip=1");
    assert_eq!(code, "Request_BadRequest");
    assert_eq!(message, "'$skip' is not supported by the service.");
    assert_eq!(
        refusal("$top=1&%24top=2").2,
        "Query option '$top' was specified more than once, but it must be specified at most once."
    );
}

/// docs-contrib#1354 and #1338 of 2023-03, #3145 of 2021-08, #1361 of 2023-02.
#[test]
fn sorting_is_gated() {
    let (bench, _) = small();
    let tenant = &bench.tenant;
    let page = get(tenant, &Resource::Users, "$orderby=displayName%20desc").unwrap();
    assert_eq!(
        column(&page, "displayName"),
        ["Zoë Ünit", "Guest One", "Bob O'Neil", "Ann Lee"]
    );
    assert_eq!(
        refusal("$orderby=createdDateTime").2,
        "Unsupported sort property 'createdDateTime' for 'User'."
    );
    assert_eq!(
        refusal("$orderby=displayName&$filter=userType eq 'Guest'").2,
        "Sorting not supported for current query."
    );
    assert_eq!(
        advanced_refusal("$orderby=employeeHireDate"),
        "An unsupported property was specified."
    );
    let page = advanced(
        tenant,
        &Resource::Users,
        "$orderby=createdDateTime,displayName&$filter=userType eq 'Member'",
    );
    assert_eq!(
        column(&page.unwrap(), "displayName"),
        ["Ann Lee", "Bob O'Neil", "Zoë Ünit"]
    );
    let deleted = Resource::DeletedItems(EntityType::User);
    let error = get(tenant, &deleted, "$orderby=deletedDateTime").unwrap_err();
    assert_eq!(
        error.message,
        "Unsupported sort property 'deletedDateTime' for 'User'."
    );
}

/// graph.md section 4, errors 18 and 19; section 5 for the words.
#[test]
fn search_needs_the_header_and_finds_words() {
    let (bench, _) = small();
    let tenant = &bench.tenant;
    assert_eq!(
        refusal("$search=\"displayName:ann\"").2,
        "Request with $search query parameter only works through MSGraph with a special request \
         header: 'ConsistencyLevel: eventual'"
    );
    let found = |resource: &Resource, search: &str| {
        let query = format!("$search={search}");
        let page = answer(tenant, resource, &query, Some("eventual")).unwrap();
        column(&page, "displayName")
    };
    let groups = Resource::Groups;
    assert_eq!(found(&groups, "\"displayName:world\""), ["HelloWorld 24"]);
    assert_eq!(
        found(&groups, "\"displayName:helloworld\""),
        ["HelloWorld 24"]
    );
    assert_eq!(
        found(&groups, "\"displayName:hello-world\""),
        ["HelloWorld 24"]
    );
    assert_eq!(found(&groups, "\"displayName:orld\"").len(), 0);
    let users = Resource::Users;
    assert_eq!(
        found(&users, "\"mail:ann\" OR \"displayName:guest\""),
        ["Ann Lee", "Guest One"]
    );
    assert_eq!(
        found(
            &users,
            "(\"mail:ann\" OR \"mail:bob\") AND \"displayName:neil\""
        ),
        ["Bob O'Neil"]
    );
    let error = answer(tenant, &users, "$search=displayName:ann", Some("eventual")).unwrap_err();
    assert_eq!(
        error.message,
        "Syntax error: character ':' is not valid at position 11 in 'displayName:ann'."
    );
}

#[test]
fn counts_come_with_the_header_alone() {
    let (bench, _) = small();
    let tenant = &bench.tenant;
    let page = get(tenant, &Resource::Users, "$count=true").unwrap();
    assert!(
        page.get("@odata.count").is_none(),
        "it is ignored without the header"
    );
    let page = advanced(tenant, &Resource::Users, "$top=1").unwrap();
    assert_eq!(page["@odata.count"], 4);
    let page = advanced(tenant, &Resource::Users, "$filter=userType eq 'Guest'").unwrap();
    assert_eq!(page["@odata.count"], 1);
    let error = QueryOptions::parse_count(&Resource::Users, "", None).unwrap_err();
    assert_eq!(
        (error.code, &*error.message),
        ("Request_BadRequest", "$count is not currently supported.")
    );
    for (resource, expected) in [
        (Resource::Users, 4),
        (Resource::Groups, 2),
        (Resource::Contacts, 1),
    ] {
        let options = QueryOptions::parse_count(&resource, "", Some("Eventual")).unwrap();
        assert_eq!(count(tenant, &resource, &options), expected);
    }
    let options = QueryOptions::parse_count(
        &Resource::Users,
        "$filter=userType ne 'Guest'",
        Some("eventual"),
    );
    assert_eq!(count(tenant, &Resource::Users, &options.unwrap()), 3);
}

#[test]
fn unknown_options_are_refused_and_foreign_parameters_are_not() {
    assert_eq!(
        refusal("$foo=1").2,
        "Unrecognized query argument specified: '$foo'."
    );
    let (bench, _) = small();
    assert!(get(&bench.tenant, &Resource::Users, "foo=1&select=id&&=").is_ok());
}
