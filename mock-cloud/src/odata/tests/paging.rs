//! Pages and the links between them.

use serde_json::Value;

use super::{BASE, advanced, answer, column, get, small};
use crate::odata::{Resource, expired_page_token};

fn query_of(page: &Value) -> Option<String> {
    let link = page["@odata.nextLink"].as_str()?;
    assert!(link.starts_with(BASE), "{link}");
    Some(
        link.split_once('?')
            .expect("links have a query")
            .1
            .to_owned(),
    )
}

#[test]
fn a_link_keeps_every_option_as_it_was_sent() {
    let (bench, _) = small();
    let query = "%24top=2&$select=id,displayName&$filter=startswith(mail%2C%27%27)";
    let page = get(&bench.tenant, &Resource::Users, query).unwrap();
    let link = page["@odata.nextLink"].as_str().unwrap();
    assert!(
        link.starts_with(&format!("{BASE}/users?{query}&$skiptoken=")),
        "{link}"
    );
    let next = get(&bench.tenant, &Resource::Users, &query_of(&page).unwrap()).unwrap();
    assert_eq!(column(&next, "displayName"), ["Zoë Ünit", "Guest One"]);
    assert!(
        next.get("@odata.nextLink").is_none(),
        "the last page has no link"
    );
}

#[test]
fn the_count_is_on_the_first_page_alone() {
    let (bench, _) = small();
    let page = advanced(&bench.tenant, &Resource::Users, "$top=3").unwrap();
    assert_eq!(page["@odata.count"], 4);
    let next = answer(
        &bench.tenant,
        &Resource::Users,
        &query_of(&page).unwrap(),
        Some("eventual"),
    );
    assert!(next.unwrap().get("@odata.count").is_none());
}

/// msgraph-sdk-dotnet#2254.
#[test]
fn foreign_and_broken_tokens_are_refused() {
    let (bench, _) = small();
    let tenant = &bench.tenant;
    let page = get(tenant, &Resource::Users, "$top=1").unwrap();
    let query = query_of(&page).unwrap();
    assert_eq!(
        get(tenant, &Resource::Groups, &query).unwrap_err(),
        expired_page_token()
    );
    let other = format!("{query}&$filter=accountEnabled eq true");
    assert_eq!(
        get(tenant, &Resource::Users, &other).unwrap_err(),
        expired_page_token()
    );
    for end in 0..query.len() - "$top=1&$skiptoken=".len() {
        let cut = &query[..query.len() - 1 - end];
        assert_eq!(
            get(tenant, &Resource::Users, cut).unwrap_err(),
            expired_page_token()
        );
    }
    assert!(get(tenant, &Resource::Users, "$skiptoken=X'44'").is_err());
}

#[test]
fn sorted_pages_follow_on_each_other() {
    let (bench, _) = small();
    let mut query = "$top=1&$orderby=displayName desc".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = get(&bench.tenant, &Resource::Users, &query).unwrap();
        seen.extend(column(&page, "displayName"));
        match query_of(&page) {
            Some(next) => query = next,
            None => break,
        }
    }
    assert_eq!(seen, ["Zoë Ünit", "Guest One", "Bob O'Neil", "Ann Lee"]);
}
