//! Every page, wherever links lead.

use super::Browser;

/// So many pages are looked at.
const LIMIT: usize = 400;

fn busy() -> Browser {
    let mut browser = Browser::new();
    browser.act(&[("do", "cycle"), ("policy", "delta")]);
    browser.act(&[("do", "advance"), ("by", "30m")]);
    browser.act(&[("do", "cycle"), ("policy", "initial")]);
    let branch = [("from", "1"), ("insert", "31d"), ("follow", "yes")];
    assert_eq!(browser.post("/timeline/branch", &branch).status, 303);
    browser
}

#[test]
fn every_link_leads_to_a_page_with_title_heading_and_landmarks() {
    let mut browser = busy();
    let seen = browser.everywhere(LIMIT);
    assert!(seen.len() > 60, "{}", seen.len());
    for (to, page) in &seen {
        if !page.starts_with("<!DOCTYPE html>") {
            continue;
        }
        for wanted in [
            "<html lang=\"en\">",
            "<title>",
            "<main id=\"main\"",
            "<nav",
            "<header",
        ] {
            assert!(page.contains(wanted), "{to}: {wanted}");
        }
        assert_eq!(page.matches("<h1>").count(), 1, "{to}");
        assert!(!page.contains("<title> - "), "{to} has no title");
        assert!(
            !page.contains("style=\""),
            "{to}: the policy lets no style in"
        );
        assert!(!page.contains(" onclick"), "{to}");
        assert_ids_are_unique(to, page);
    }
}

fn assert_ids_are_unique(to: &str, page: &str) {
    let ids = page.split(" id=\"").skip(1);
    let mut ids: Vec<&str> = ids.filter_map(|part| part.split('"').next()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "{to}: an id is there twice");
    for label in page.split("<label ").skip(1) {
        let Some(named) = label
            .split("for=\"")
            .nth(1)
            .and_then(|part| part.split('"').next())
        else {
            continue;
        };
        let at = label.find('>').unwrap_or(0);
        let own = label.find("for=\"").is_some_and(|place| place < at);
        assert!(
            !own || ids.contains(&named),
            "{to}: nothing is labelled {named}"
        );
    }
}

#[test]
fn no_value_is_read_as_html() {
    let mut browser = busy();
    let nasty = "\"><script>x</script>";
    for (to, page) in browser.everywhere(LIMIT) {
        assert!(!page.contains("<script>"), "{to}");
        assert!(!page.contains("<img"), "{to}");
        assert!(!page.contains("<b>mess"), "{to}");
    }
    for path in [
        "/search",
        "/cloud/users",
        "/onprem",
        "/metaverse",
        "/people",
        "/operations",
        "/errors",
    ] {
        for field in [
            "q",
            "attribute",
            "value",
            "ou",
            "category",
            "problem",
            "from",
            "state",
        ] {
            let page = browser.page(&crate::query::url(path, &[(field, nasty)]));
            assert!(!page.contains("<script>"), "{path} {field}");
        }
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let mut browser = busy();
    for target in [
        "/nowhere",
        "/object/ad0-zzz",
        "/object/ad9-0",
        "/object/mv-99999",
        "/object/",
        "/cloud/x",
        "/connectors/ad7",
        "/connectors/x",
        "/timeline/0",
        "/timeline/99",
        "/timeline/-1",
        "/operations?at=99",
        "/operations?at=b9",
        "/operations?at=zz",
        "/operations/objects?run=0",
        "/timeline/compare?a=now&b=b9",
        "/onprem?forest=9",
        "/%ff%fe",
        "/cloud/x.csv",
    ] {
        assert_eq!(browser.get(target).status, 404, "{target}");
    }
    assert_eq!(browser.post("/nowhere", &[]).status, 404);
    for target in [
        "/cloud/users?from=99999999999999999999",
        "/people?from=18446744073709551615",
    ] {
        browser.page(target);
    }
}

#[test]
fn an_error_is_shown_with_both_objects() {
    let mut browser = busy();
    let page = browser.page("/errors");
    assert!(page.contains("AttributeValueMustBeUnique"));
    assert!(page.contains("Object being exported") && page.contains("in conflict"));
    assert!(page.contains("R2.14a"));
    let ann = browser.object("/onprem", "ann@contoso.com");
    let page = browser.page(&ann);
    assert!(
        page.contains("blocked by AttributeValueMustBeUnique"),
        "{page}"
    );
}

#[test]
fn counters_lead_to_objects() {
    let mut browser = busy();
    let page = browser.page("/operations?run=5");
    assert!(page.contains("Export Errors"));
    let links = Browser::links(&page);
    let adds = links
        .iter()
        .find(|to| to.contains("counter=Adds"))
        .expect("a link");
    let page = browser.page(adds);
    assert!(page.contains(">j.doe<"), "{page}");
    let errors = links
        .iter()
        .find(|to| to.contains("counter=Export%20Errors"));
    let page = browser.page(errors.expect("a link"));
    assert!(page.contains("&lt;script&gt;"), "{page}");
}

#[test]
fn a_moment_of_the_past_is_shown_as_it_was() {
    let mut browser = busy();
    let then = browser.page("/cloud/users?at=0");
    assert!(then.contains("1–2 of 2") && then.contains("Back to now"));
    assert!(!then.contains("action=\"/act\""));
    assert!(browser.page("/cloud/users").contains("1–3 of 3"));
    assert!(
        browser
            .page("/cloud/users?at=b1")
            .contains("end of branch 1")
    );
}

#[test]
fn news_come_as_soon_as_there_are_any() {
    let mut browser = Browser::new();
    assert!(browser.get("/live?since=0").again.is_some());
    browser.act(&[("do", "cycle")]);
    let news = browser.get("/live?since=0");
    assert_eq!(news.header_value("Content-Type"), Some("text/event-stream"));
    let text = String::from_utf8_lossy(&news.body).into_owned();
    assert!(
        text.contains("id: 1\nevent: moved\ndata: 1 run a delta cycle"),
        "{text}"
    );
}
