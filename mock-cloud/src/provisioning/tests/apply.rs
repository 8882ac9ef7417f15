//! What a match or an update writes: rules R2.24 to R2.29, R2.32, R4.2, R4.7, R4.11 and R5.8.

use std::sync::Arc;

use store::Text;

use crate::profile::Profile;
use crate::provisioning::ErrorCode;
use crate::sync_object::{Property, SyncObject, property};
use crate::tenant::DirectoryObject;
use crate::tenant::administer::ObjectUpdate;
use crate::workbench::{Workbench, account, anchor, eras, group, line, list, person};

fn titled(mut person: SyncObject, title: &str) -> SyncObject {
    let known = Property::from_name("title").expect("it flows");
    person.properties = [(known, Text::from(title))].into();
    person
}

fn text<'a>(object: &'a DirectoryObject, name: &str) -> Option<&'a str> {
    let known = Property::from_name(name).expect("it flows");
    property(&object.properties, known).map(|text| &**text)
}

fn worked_on(name: &str) -> DirectoryObject {
    let mut account = account(1, name).with(&["SMTP:ann", "smtp:cloud.only"]);
    let mut properties: Vec<(Property, Text)> = ["title", "department"]
        .map(|name| Property::from_name(name).expect("it flows"))
        .map(|property| (property, Text::from("cloud")))
        .into();
    properties.sort_unstable();
    account.properties = properties.into();
    account.usage_location = Some("NL".into());
    account.licences = [Text::from("EXCHANGESTANDARD")].into();
    account.mailbox = Some("MB1".into());
    account
}

/// Rules R2.24, R2.25, R2.27 and R2.29.
#[test]
fn a_match_overwrites_what_ad_has_and_keeps_the_rest() {
    let mut bench = Workbench::new(Profile::Entra2025);
    let key = bench.add(worked_on("ann"));
    let role = crate::tenant::Role("Reports Reader".into());
    let before = bench.get(key).clone();
    bench.sync(&titled(person(9, "ann").with(&["SMTP:ann"]), "Clerk"));
    bench
        .tenant
        .assign_role(key, role.clone())
        .expect("it is live");
    let after = bench.get(key);
    assert_eq!(after.id, before.id);
    assert_eq!(
        (text(after, "title"), text(after, "department")),
        (Some("Clerk"), Some("cloud"))
    );
    assert_eq!(after.usage_location, before.usage_location);
    assert_eq!(
        (&after.licences, &after.mailbox),
        (&before.licences, &before.mailbox)
    );
    // The alias that only the cloud had is lost (rule R2.25); what a recipient needs is made.
    assert_eq!(
        bench.names(key),
        "ann@ | ann@ | ann | {SMTP:ann@ smtp:ann@INI}"
    );
    bench.sync(&person(9, "ann").with(&["SMTP:ann"]));
    let after = bench.get(key);
    assert_eq!(
        (text(after, "title"), text(after, "department")),
        (None, Some("cloud"))
    );
    assert_eq!(bench.tenant.roles.of(key), [role]);
}

/// Rule R2.25: without any address in Active Directory the cloud's stay.
#[test]
fn a_match_without_addresses_leaves_the_clouds() {
    let mut bench = Workbench::new(Profile::Entra2025);
    let key = bench.add(worked_on("ann"));
    assert!(line(&bench.send(&person(9, "ann"))).starts_with("soft-upn"));
    assert_eq!(
        bench.names(key),
        "ann@ | ann@ | ann | {SMTP:ann@ smtp:cloud.only@}"
    );
    let unrelated = titled(person(9, "ann"), "Clerk");
    bench.sync(&unrelated);
    assert_eq!(
        bench.names(key),
        "ann@ | ann@ | ann | {SMTP:ann@ smtp:cloud.only@}"
    );
    // Rule R4.5: a new UPN joins the addresses; the one it replaces goes.
    bench.sync(&person(9, "ann.k"));
    assert_eq!(
        bench.names(key),
        "ann.k@ | ann.k@ | ann | {SMTP:ann.k@ smtp:ann@INI smtp:cloud.only@}"
    );
}

#[test]
fn whether_a_match_clears_is_a_switch() {
    let mut bench = Workbench::new(Profile::Entra2025);
    bench.tenant.policy.match_clears_absent = true;
    let key = bench.add(worked_on("ann"));
    let mut sent = person(9, "ann");
    sent.display_name = None;
    bench.sync(&sent);
    let after = bench.get(key);
    assert_eq!((text(after, "title"), &after.display_name), (None, &None));
    assert_eq!(
        bench.names(key),
        "ann@ | ann@ | ann | {SMTP:ann@ smtp:ann@INI}"
    );
    assert_eq!(after.usage_location.as_deref(), Some("NL"));
}

/// Rule R2.32.
#[test]
fn a_matched_group_has_the_members_of_ad() {
    let mut bench = Workbench::new(Profile::Entra2025);
    let cloud_member = bench.add(account(1, "cloud"));
    let mut crew = list(2, &["SMTP:crew"]);
    crew.members = [cloud_member].into();
    let key = bench.add(crew);
    let ann = bench.sync(&person(7, "ann"));
    let mut sent = group(9, &["SMTP:crew"]);
    sent.members = [7, 6].map(anchor).into();
    assert_eq!(line(&bench.send(&sent)), "soft-smtp : R2.10 R2.24");
    assert_eq!(*bench.get(key).members, [ann]);
}

/// Rule R5.8: a reference to an object that is not there yet follows at the end of the export.
#[test]
fn a_manager_of_ad_is_that_of_the_account() {
    let mut bench = Workbench::new(Profile::Entra2025);
    let managed = |by: Option<u8>| {
        let mut sent = person(9, "ann");
        sent.manager = by.map(anchor);
        sent
    };
    let ann = bench.sync(&managed(Some(7)));
    assert_eq!(bench.get(ann).extras().manager, None);
    let boss = bench.sync(&person(7, "boss"));
    bench.tenant.resolve_references();
    assert_eq!(bench.get(ann).extras().manager, Some(boss));
    assert_eq!(bench.tenant.direct_reports(boss), [ann]);
    let before = bench.tenant.change_count();
    bench.tenant.resolve_references();
    assert_eq!(bench.tenant.change_count(), before);
    bench.sync(&managed(Some(9)));
    assert_eq!(bench.get(ann).extras().manager, Some(ann));
    bench.sync(&managed(None));
    assert_eq!(bench.get(ann).extras, None);
    // The cloud knows no owners of a synced group, and a group is nobody's manager.
    let mut crew = group(8, &["SMTP:crew"]);
    crew.manager = Some(anchor(7));
    let crew = bench.sync(&crew);
    assert_eq!(bench.get(crew).extras, None);
    bench.sync(&managed(Some(8)));
    bench.tenant.resolve_references();
    assert_eq!(bench.get(ann).extras, None);
}

/// Rule R2.25, and the switch that goes with it.
#[test]
fn a_match_leaves_a_manager_that_ad_does_not_name() {
    for clears in [false, true] {
        let mut bench = Workbench::new(Profile::Entra2025);
        bench.tenant.policy.match_clears_absent = clears;
        let boss = bench.add(account(1, "boss"));
        let mut cloud = account(2, "ann");
        cloud.change_extras(|extras| extras.manager = Some(boss));
        let ann = bench.add(cloud);
        let kept = (!clears).then_some(boss);
        for title in ["Clerk", "Chief"] {
            assert_eq!(bench.sync(&titled(person(9, "ann"), title)), ann);
            assert_eq!(bench.get(ann).extras().manager, kept);
        }
        let other = bench.sync(&person(7, "other"));
        let mut sent = person(9, "ann");
        sent.manager = Some(anchor(7));
        bench.sync(&sent);
        assert_eq!(bench.get(ann).extras().manager, Some(other));
    }
}

/// Rule R2.29.
#[test]
fn a_usage_location_of_ad_replaces_and_is_never_cleared() {
    let mut bench = Workbench::new(Profile::Entra2025);
    let key = bench.add(worked_on("ann"));
    let from = |location: Option<&str>| {
        let mut sent = person(9, "ann");
        sent.usage_location = location.map(|it| Box::new(Text::from(it)));
        sent
    };
    for (given, found) in [(None, "NL"), (Some("DE"), "DE"), (None, "DE")] {
        bench.sync(&from(given));
        assert_eq!(bench.get(key).usage_location.as_deref(), Some(found));
    }
}

/// Case P03 and rule R4.11, step 1.
#[test]
fn what_is_no_address_is_dropped_silently() {
    let mut bench = Workbench::new(Profile::AadConnect2017);
    let values = [
        "SMTP: wren",
        "noprefix@lamplight.example",
        "X400:c=nl",
        "MSMAIL:a/b",
        "smtp:two@at@lamplight.example",
        "smtp:wren@INI",
        "smtp:wren@mail.microsoftonline.com",
        "x500:/o=lamplight/cn=wren",
        "smtp:w",
    ];
    let answer = bench.send(&person(9, "wren").with(&values));
    assert_eq!(line(&answer), "created : R2.4 R2.9 R2.9 R2.3");
    let key = answer.key.expect("it is made");
    let kept = "wren@ | - | wren | {smtp:w@ x500:/o=lamplight/cn=wren@}";
    assert_eq!(bench.names(key), kept);
}

/// Question Q9.9, case V02.
#[test]
fn invalid_characters_in_a_upn_are_recalculated_or_refused() {
    let mut bench = Workbench::new(Profile::Entra2025);
    let sent = person(9, "wr en").with_nickname("wren");
    let answer = bench.send(&sent);
    assert_eq!(line(&answer), "created : R2.4 R2.10 R2.9 R2.3 R4.2");
    assert_eq!(
        bench.names(answer.key.expect("it is made")),
        "wren@INI | - | wren | {}"
    );
    let answer = bench.send(&person(8, "br own"));
    let made = bench.names(answer.key.expect("it is made"));
    assert!(made.starts_with("brown@INI | "), "{made}");
    let mut strict = Workbench::new(Profile::Entra2025);
    strict.tenant.policy.invalid_upn_is_error = true;
    let answer = strict.send(&sent);
    assert_eq!(
        line(&answer),
        "error IdentityDataValidationFailed UserPrincipalName=wr en@ : R2.4 R2.10 R2.9 R2.3 R4.2"
    );
    assert_eq!(
        answer.result.expect_err("it is refused").message(),
        "Unable to update this object in Azure Active Directory, because the attribute \
         [UserPrincipalName], is not valid. Update the value in your local directory services."
    );
}

#[test]
fn r4_7_federated_domains_are_not_changed_directly() {
    let lines = eras(|bench| {
        bench.sync(&person(9, "ann@fed.lamplight.example"));
        let before = bench.everything();
        let answer = bench.send(&person(9, "ann@fed2.lamplight.example"));
        assert_eq!(bench.everything(), before);
        let error = answer.result.clone().expect_err("both are federated");
        assert_eq!(error.code, ErrorCode::FederatedDomainChangeError);
        assert!(
            error
                .message()
                .contains("[FederatedUser.UserPrincipalName]")
        );
        answer
    });
    let refused = "error FederatedDomainChangeError \
                   UserPrincipalName=ann@fed2.lamplight.example : R2.1 R4.7";
    assert_eq!(lines, [refused; 4]);
    for step in ["ann", "ann@INI"] {
        let detour = eras(|bench| {
            bench.sync(&person(9, "ann@fed.lamplight.example"));
            bench.sync(&person(9, step));
            bench.send(&person(9, "ann@fed2.lamplight.example"))
        });
        assert_eq!(detour, ["updated : R2.1"; 4]);
    }
}

/// An administrator's change of the cloud UPN does not make unrelated updates fail.
#[test]
fn r4_7_concerns_a_changed_upn_only() {
    let lines = eras(|bench| {
        let key = bench.sync(&person(9, "ann@fed.lamplight.example"));
        let update = ObjectUpdate {
            user_principal_name: Some("ann@fed2.lamplight.example".into()),
            ..ObjectUpdate::default()
        };
        bench
            .tenant
            .update_object(key, &update)
            .expect("its domain is verified");
        bench.send(&titled(person(9, "ann@fed.lamplight.example"), "Clerk"))
    });
    assert_eq!(lines, ["updated : R2.1"; 4]);
}

/// Rule R2.28: the identifier is stamped by the era that asks for it.
#[test]
fn where_an_account_comes_from_is_recorded() {
    for profile in Profile::ALL {
        let mut bench = Workbench::new(profile);
        let mut sent = person(9, "ann");
        sent.sam_account_name = Some("ann".into());
        let place = Arc::make_mut(&mut sent.distinguished_name.place);
        place.domain_name = "corp.lamplight.local".into();
        sent.security_identifier = "S-1-5-21-1-2-3-4".parse().ok();
        let key = bench.sync(&sent);
        let facts = &bench.get(key).on_premises;
        assert_eq!(facts.sam_account_name, sent.sam_account_name);
        assert_eq!(facts.domain_name.as_deref(), Some("corp.lamplight.local"));
        assert_eq!(facts.security_identifier, sent.security_identifier);
        let stamped = (profile == Profile::Entra2026).then_some([9; 16]);
        assert_eq!(facts.object_identifier, stamped, "{profile}");
    }
}
