//! What an administrator may do.

use mock_cloud::tenant::State;

use super::Browser;

fn named(address: &str) -> String {
    address.trim_start_matches("/object/").to_owned()
}

#[test]
fn the_founding_procedure_repairs_the_duplicate() {
    let mut browser = Browser::new();
    browser.act(&[("do", "cycle")]);
    let person = named(&browser.object("/onprem", "john.doe"));
    let twin = named(&browser.object("/cloud/users", "john.doe"));
    let original = named(&browser.object("/cloud/users", "jdoe@"));
    let out = "OU=NotSynced,DC=contoso,DC=test";
    browser.act(&[("do", "ad-move"), ("object", &person), ("to", out)]);
    let preview = browser.page("/preview");
    assert!(
        preview.contains("1 to be deleted in the cloud"),
        "{preview}"
    );
    browser.act(&[("do", "cycle")]);
    browser.act(&[("do", "cloud-purge"), ("object", &twin)]);
    let to = browser.act(&[
        ("do", "cloud-anchor"),
        ("object", &original),
        ("value", &person),
    ]);
    let told = browser.page(&to);
    assert!(told.contains("Update-MgUser -UserId"), "{told}");
    let back = "OU=Staff,DC=contoso,DC=test";
    browser.act(&[("do", "ad-move"), ("object", &person), ("to", back)]);
    browser.act(&[("do", "cycle")]);
    let page = browser.page(&format!("/object/{person}"));
    assert!(page.contains("hard: joined by sourceAnchor"), "{page}");
    assert!(
        page.contains("R2.6"),
        "the chain tells of the hard match: {page}"
    );
    let tenant = browser.lab.world().tenant();
    let purged = tenant
        .objects()
        .filter(|(_, it)| matches!(it.state, State::Purged { .. }));
    assert_eq!(purged.count(), 1);
}

/// What a form is sent with, and what the page then says that it equals.
type Form = (&'static [(&'static str, &'static str)], &'static str);

const FORMS: &[Form] = &[
    (
        &[("do", "run"), ("connector", "ad0"), ("step", "full-import")],
        "Full Import",
    ),
    (
        &[("do", "advance"), ("by", "1d")],
        "dirsync-lab clock advance 1d",
    ),
    (
        &[("do", "staging"), ("on", "yes")],
        "dirsync-lab engine set --staging on",
    ),
    (
        &[("do", "engine-threshold"), ("count", "7")],
        "DeletionThreshold 7",
    ),
    (&[("do", "schedule"), ("every", "30m")], "00:30:00"),
    (
        &[("do", "save"), ("name", "before")],
        "snapshot save before",
    ),
    (
        &[
            ("do", "ad-modify"),
            ("object", "PERSON"),
            ("attribute", "title"),
            ("operation", "replace"),
            ("value", "Clerk"),
        ],
        "-Replace @{title=&#39;Clerk&#39;}",
    ),
    (
        &[
            ("do", "ad-add"),
            ("name", "New"),
            ("to", "OU=Staff,DC=contoso,DC=test"),
            ("upn", "new@contoso.com"),
        ],
        "New-ADObject",
    ),
    (
        &[
            ("do", "cloud-update"),
            ("object", "ACCOUNT"),
            ("property", "displayName"),
            ("value", "J"),
        ],
        "PATCH /v1.0/users/",
    ),
    (
        &[
            ("do", "licence"),
            ("object", "ACCOUNT"),
            ("sku", "06ebc4ee-1bb5-47dd-8120-11324bc54e06"),
            ("on", "yes"),
        ],
        "assignLicense",
    ),
    (
        &[
            ("do", "role"),
            ("object", "ACCOUNT"),
            ("role", "Global Administrator"),
            ("on", "yes"),
        ],
        "roleAssignments",
    ),
    (
        &[
            ("do", "feature"),
            ("name", "blockSoftMatchEnabled"),
            ("on", "yes"),
        ],
        "blockSoftMatch",
    ),
    (
        &[("do", "cloud-create"), ("upn", "x@contoso.com")],
        "POST /v1.0/users",
    ),
    (
        &[("do", "cloud-delete"), ("object", "ACCOUNT")],
        "DELETE /v1.0/users/",
    ),
    (
        &[("do", "cloud-restore"), ("object", "ACCOUNT")],
        "/restore",
    ),
    (
        &[("do", "ad-delete"), ("object", "PERSON")],
        "Remove-ADObject",
    ),
    (
        &[("do", "ad-restore"), ("object", "PERSON")],
        "Restore-ADObject",
    ),
    (
        &[("do", "restore"), ("name", "before")],
        "snapshot restore before",
    ),
    (&[("do", "reset")], "dirsync-lab reset"),
];

#[test]
fn everything_has_its_form_and_its_equal() {
    let mut browser = Browser::new();
    browser.act(&[("do", "cycle")]);
    let person = named(&browser.object("/onprem", "john.doe"));
    let account = named(&browser.object("/cloud/users", "jdoe@"));
    for (fields, equal) in FORMS {
        let meant = fields.iter().map(|(name, value)| match *value {
            "PERSON" => (*name, person.as_str()),
            "ACCOUNT" => (*name, account.as_str()),
            other => (*name, other),
        });
        let to = browser.act(&meant.collect::<Vec<_>>());
        let page = browser.page(&to);
        let page = page.replace("&quot;", "\"");
        let wanted = equal.replace("&#39;", "'");
        assert!(
            page.contains(&wanted),
            "{fields:?} shows no {equal}: {page}"
        );
    }
}

#[test]
fn what_makes_no_sense_is_told_and_changes_nothing() {
    let mut browser = Browser::new();
    for fields in [
        &[("do", "nonsense")][..],
        &[("do", "ad-move"), ("object", "ad0-nobody")],
        &[("do", "run"), ("connector", "zz"), ("step", "export")],
        &[("do", "run"), ("connector", "ad0"), ("step", "zz")],
        &[("do", "advance"), ("by", "a while")],
        &[("do", "engine-threshold"), ("count", "-3")],
        &[("do", "restore"), ("name", "never kept")],
        &[("do", "feature"), ("name", "zz")],
        &[("do", "fault"), ("kind", "graph-999")],
        &[("do", "ad-add"), ("name", "x"), ("to", "nowhere")],
    ] {
        let response = browser.post("/act", fields);
        let to = response
            .header_value("Location")
            .unwrap_or_default()
            .to_owned();
        assert!(to.contains("problem="), "{fields:?}: {to}");
        assert!(browser.page(&to).contains("role=\"alert\""));
    }
    assert!(browser.lab.journal().is_empty());
}

#[test]
fn another_order_of_the_plan_is_judged_anew() {
    let mut browser = Browser::new();
    browser.act(&[("do", "cycle")]);
    let page = browser.page("/plan");
    let count = page.matches("data-place=").count();
    assert!(count > 4, "{page}");
    assert!(page.contains(", 0 refused"), "{page}");
    let mut order: Vec<String> = (0..count).map(|place| place.to_string()).collect();
    order.reverse();
    let order = order.join(",");
    let answer = browser.post("/plan/order", &[("order", &order), ("part", "list")]);
    let list = String::from_utf8_lossy(&answer.body).into_owned();
    assert_eq!(answer.status, 200);
    assert!(!list.contains(", 0 refused"), "{list}");
    for wrong in ["", "0", "0,0,0,0,0", "9,8,7", "x"] {
        assert_eq!(
            browser.post("/plan/order", &[("order", wrong)]).status,
            400,
            "{wrong}"
        );
    }
    browser.act(&[("do", "advance"), ("by", "1h")]);
    assert_eq!(
        browser.post("/plan/order", &[("order", &order)]).status,
        409
    );
}

#[test]
fn faults_are_planned_and_forgotten() {
    let mut browser = Browser::new();
    browser.act(&[("do", "fault"), ("kind", "graph-429")]);
    browser.act(&[("do", "fault"), ("kind", "ldap-busy")]);
    browser.act(&[("do", "fault"), ("kind", "chaos")]);
    assert_eq!(browser.lab.faults.planned(), 3);
    browser.act(&[("do", "calm")]);
    assert_eq!(browser.lab.faults.planned(), 0);
}
