//! Sync errors: tiles with counts, a list, the two conflicting objects side by side.

use std::collections::BTreeMap;

use maud::{Markup, html};
use mock_cloud::provisioning::ErrorCode;
use mock_cloud::{CloudKey, DirectoryObject, SyncObject};
use sim::engine::{ConnectorId, CsEntry, CsId, ExportFailure, Source};
use sim::manager::connector_name;

use super::things;
use crate::desk::Desk;
use crate::equal::quoted;
use crate::frame::Page;
use crate::rows::{PAGE, Shown};
use crate::scene::{Scene, Thing};
use crate::words;

/// The categories of Connect Health.
fn category(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::AttributeValueMustBeUnique => "Duplicate Attribute",
        ErrorCode::InvalidSoftMatch
        | ErrorCode::InvalidHardMatch
        | ErrorCode::AttributeUpdateNotAllowed
        | ErrorCode::ObjectTypeMismatch => "Data Mismatch",
        ErrorCode::IdentityDataValidationFailed => "Data Validation Failure",
        ErrorCode::LargeObject => "Large Attribute",
        ErrorCode::FederatedDomainChangeError => "Federated Domain Change",
        ErrorCode::DeletingCloudOnlyObjectNotAllowed | ErrorCode::CdMissingObject => "Other",
    }
}

const CATEGORIES: [&str; 8] = [
    "Duplicate Attribute",
    "Data Mismatch",
    "Data Validation Failure",
    "Large Attribute",
    "Federated Domain Change",
    "Existing Admin Role Conflict",
    "Quarantined values",
    "Other",
];

/// One error of the list.
enum Found {
    Export(CsId),
    Rules(Source),
    Withheld(CloudKey),
    Admin(CloudKey),
}

fn collect(scene: &Scene<'_>, desk: &mut Desk) -> BTreeMap<&'static str, Vec<Found>> {
    let space = desk.space(scene);
    let entra = scene.world.engine().entra();
    let mut all: BTreeMap<&'static str, Vec<Found>> = BTreeMap::new();
    for id in &space.failures {
        let failure = entra.get(*id).and_then(|entry| entry.failure.as_ref());
        let category = failure.map_or("Other", |failure| category(failure.error.code));
        all.entry(category).or_default().push(Found::Export(*id));
    }
    for source in &space.unsynchronised {
        all.entry("Other").or_default().push(Found::Rules(*source));
    }
    for key in scene.world.tenant().quarantined() {
        all.entry("Quarantined values")
            .or_default()
            .push(Found::Withheld(key));
    }
    for key in desk.admin_conflicts(scene).iter() {
        all.entry("Existing Admin Role Conflict")
            .or_default()
            .push(Found::Admin(*key));
    }
    all
}

/// Tiles, list and cards.
pub(super) fn page(scene: &Scene<'_>, desk: &mut Desk) -> Page {
    let all = collect(scene, desk);
    let first = CATEGORIES
        .iter()
        .find(|name| all.contains_key(**name))
        .copied();
    let chosen = scene
        .query
        .get("category")
        .or(first)
        .unwrap_or("Duplicate Attribute");
    let found = all.get(chosen).map_or(&[][..], Vec::as_slice);
    let from: usize = scene.query.number("from").unwrap_or(0);
    let page = found.iter().skip(from).take(PAGE);
    let shown = Shown {
        ids: (0..page.len() as u32).collect(),
        total: found.len(),
        from,
    };
    let body = html! {
        ul.tiles {
            @for name in CATEGORIES {
                @let count = all.get(name).map_or(0, Vec::len);
                li {
                    a.tile.some[count > 0] href=(scene.link("/errors", &[("category", name)]))
                        aria-current=[(name == chosen).then_some("page")] {
                        b { (words::grouped(count)) } span { (name) }
                    }
                }
            }
        }
        h2 { (chosen) }
        p { a href=(scene.link("/errors.csv", &[])) { "Download all as CSV" } }
        @if found.is_empty() { (words::none("No error of this kind.")) } @else {
            (words::pager(scene, &shown))
            @for (place, one) in page.enumerate() { (card(scene, one, place == 0)) }
        }
    };
    let entra = scene.world.engine().entra();
    let first = found.iter().find_map(|one| match one {
        Found::Export(id) => entra.get(*id),
        _ => None,
    });
    let name = quoted(&connector_name(&scene.world, ConnectorId::Entra));
    let mut commands = vec![
        "Get-MgUser -All -Property displayName,onPremisesProvisioningErrors | Where-Object { \
         $_.OnPremisesProvisioningErrors }"
            .to_owned(),
    ];
    commands.extend(first.map(|entry| {
        let dn = quoted(&entry.anchor.connector_space_dn());
        format!("(Get-ADSyncCSObject -ConnectorName {name} -DistinguishedName {dn}).ExportError")
    }));
    Page::new("Sync errors", body, &commands)
}

/// All errors as a spreadsheet.
pub(crate) fn csv(scene: &Scene<'_>, desk: &mut Desk) -> String {
    let mut text = String::from("category,error,object,sourceAnchor,value,inConflictWith\n");
    let all = collect(scene, desk);
    for (category, found) in CATEGORIES.iter().filter_map(|it| all.get_key_value(it)) {
        for one in found {
            let fields = fields(scene, one).map(|field| words::csv_field(&field));
            text.push_str(category);
            text.push(',');
            text.push_str(&fields.join(","));
            text.push('\n');
        }
    }
    text
}

/// Error, object, source anchor, value, object in conflict.
fn fields(scene: &Scene<'_>, found: &Found) -> [String; 5] {
    let cloud = |key: &CloudKey| scene.cloud_label(*key);
    let none = String::new;
    match found {
        Found::Export(id) => {
            let entry = scene.world.engine().entra().get(*id);
            let failed = entry.and_then(|entry| Some((entry, entry.failure.as_deref()?)));
            let Some((entry, failure)) = failed else {
                return Default::default();
            };
            let person = entry
                .metaverse
                .and_then(|mv| scene.world.engine().metaverse().get(mv));
            let conflicts = failure.error.conflicts.iter();
            let values = conflicts.map(|(property, value)| format!("{} {value}", property.name()));
            [
                failure.error.code.name().to_owned(),
                person.map_or_else(none, |it| scene.dn(it.source.forest, it.source.object)),
                entry.anchor.to_string(),
                values.collect::<Vec<_>>().join("; "),
                failure
                    .error
                    .in_conflict_with
                    .as_ref()
                    .map_or_else(none, cloud),
            ]
        }
        Found::Rules(source) => {
            let connector = scene.world.engine().forest(source.forest);
            let entry = connector.and_then(|it| it.entry(source.object));
            let error = entry.and_then(|entry| entry.error.as_ref());
            [
                error.map_or_else(none, |error| error.text()),
                scene.dn(source.forest, source.object),
                none(),
                none(),
                none(),
            ]
        }
        Found::Withheld(key) => {
            let object = scene.world.tenant().object(*key);
            let withheld = object
                .map(|object| &object.on_premises.provisioning_errors[..])
                .unwrap_or_default();
            let values = withheld
                .iter()
                .map(|it| format!("{} {}", it.property, it.value));
            [
                "PropertyConflict".to_owned(),
                cloud(key),
                none(),
                values.collect::<Vec<_>>().join("; "),
                none(),
            ]
        }
        Found::Admin(key) => [
            "AdminRoleConflict".to_owned(),
            none(),
            none(),
            none(),
            cloud(key),
        ],
    }
}

fn card(scene: &Scene<'_>, found: &Found, open: bool) -> Markup {
    match found {
        Found::Export(id) => {
            let entry = scene.world.engine().entra().get(*id);
            let failed = entry.and_then(|entry| Some((entry, entry.failure.as_deref()?)));
            failed.map_or_else(Markup::default, |(entry, failure)| {
                export(scene, entry, failure, open)
            })
        }
        Found::Rules(source) => rules(scene, *source),
        Found::Withheld(key) => withheld(scene, *key, open),
        Found::Admin(key) => html! {
            p.conflict { (things::link(scene, Thing::Cloud(*key))) " holds a role: not matched" }
        },
    }
}

/// An object whose rules could not be evaluated.
fn rules(scene: &Scene<'_>, source: Source) -> Markup {
    let connector = scene.world.engine().forest(source.forest);
    let entry = connector.and_then(|it| it.entry(source.object));
    let error = entry.and_then(|entry| entry.error.as_ref());
    html! {
        div.conflict {
            (things::link(scene, Thing::Ad(source))) " "
            @if let Some(error) = error {
                @if scene.tells_reasons() { (words::rule(error.rule)) " " }
                (error.text())
            }
        }
    }
}

fn export(scene: &Scene<'_>, entry: &CsEntry, failure: &ExportFailure, open: bool) -> Markup {
    let person = entry
        .metaverse
        .and_then(|mv| scene.world.engine().metaverse().get(mv));
    let attributes = person.and_then(|person| person.attributes.as_deref());
    let name = attributes.and_then(|it| it.display_name.as_ref());
    let other = failure.error.in_conflict_with;
    let object = other.and_then(|key| scene.world.tenant().object(key));
    html! {
        details.conflict open[open] {
            summary {
                b { (name.map_or_else(|| entry.anchor.connector_space_dn(), ToString::to_string)) }
                " " (words::badge("bad", failure.error.code.name()))
                @for (property, value) in &failure.error.conflicts {
                    " " span.mono { (property.name()) " " (value) }
                }
                " " span.badge.plain { (status(object.map(|object| &**object))) }
            }
            p.message { (failure.error.message()) }
            div.sides {
                section aria-label="The object that is exported" {
                    h3 { "Object being exported" }
                    @if let Some(mv) = entry.metaverse {
                        p { (things::link(scene, Thing::Metaverse(mv))) }
                    }
                    (exported_facts(scene, entry, attributes))
                }
                section aria-label="The object in conflict" {
                    h3 { "Existing object in conflict" }
                    @match (other, object) {
                        (Some(key), Some(object)) => {
                            p { (things::link(scene, Thing::Cloud(key))) " "
                                (things::state(&object.state)) }
                            (facts(object))
                        }
                        _ => p.quiet { "The service names no other object." },
                    }
                }
            }
            @if scene.tells_reasons() {
                (diagnosis(object.map(|object| &**object)))
                ol.chain {
                    @for why in &failure.why {
                        li { span.stage {} (words::rule(why.rule)) span { (why.text()) } }
                    }
                }
            }
        }
    }
}

/// The diagnose status column.
fn status(other: Option<&DirectoryObject>) -> &'static str {
    match other {
        Some(other) if other.is_synced() => "Manual Fix Required",
        Some(_) => "Not Started",
        None => "Pending Sync",
    }
}

fn exported_facts(scene: &Scene<'_>, entry: &CsEntry, attributes: Option<&SyncObject>) -> Markup {
    let person = entry
        .metaverse
        .and_then(|mv| scene.world.engine().metaverse().get(mv));
    let addresses = attributes
        .map(|it| &it.proxy_addresses[..])
        .unwrap_or_default();
    html! {
        dl.facts {
            dt { "Type" } dd { (entry.kind.name()) }
            dt { "userPrincipalName" }
            dd.mono {
                (attributes.and_then(|it| it.user_principal_name.as_deref()).unwrap_or("none"))
            }
            dt { "proxyAddresses" }
            dd.mono { @for one in addresses { div { (one.as_str()) } } }
            dt { "sourceAnchor" } dd.mono { (entry.anchor.to_string()) }
            @if let Some(person) = person {
                dt { "Distinguished name" }
                dd.mono { (scene.dn(person.source.forest, person.source.object)) }
            }
        }
    }
}

fn facts(object: &DirectoryObject) -> Markup {
    let anchor = object.on_premises.immutable_id.as_ref();
    html! {
        dl.facts {
            dt { "Type" } dd { (object.kind.word()) }
            dt { "userPrincipalName" }
            dd.mono { (object.user_principal_name.as_ref().map_or("none", |it| it.as_str())) }
            dt { "proxyAddresses" }
            dd.mono { @for one in object.proxy_addresses.iter() { div { (one.as_str()) } } }
            dt { "ImmutableId" }
            dd.mono { (anchor.map_or_else(|| "none".to_owned(), ToString::to_string)) }
            dt { "On-premises sync enabled" }
            dd { @if object.is_synced() { "Yes" } @else { "No" } }
            dt { "Holds" }
            dd {
                (object.licences.join(", "))
                @if object.mailbox.is_some() { " mailbox" }
            }
        }
    }
}

/// What the two questions of the wizard come to.
fn diagnosis(other: Option<&DirectoryObject>) -> Markup {
    let text = match other {
        Some(other) if other.is_soft_deleted() => {
            "The object in conflict is soft-deleted: hard delete it before a retry."
        }
        Some(other) if other.is_synced() => {
            "The object in conflict is synced from another object of Active Directory: correct or \
             remove the value there, or decide which of the two is the person."
        }
        Some(_) => {
            "Are both the same user? Then give the existing object the source anchor of the one \
             that is exported, or clear the anchor it carries; else change the value in Active \
             Directory."
        }
        None => "The next export tries again.",
    };
    html! { p.diagnosis { b { "Diagnose: " } (text) } }
}

fn withheld(scene: &Scene<'_>, key: CloudKey, open: bool) -> Markup {
    let tenant = scene.world.tenant();
    let Some(object) = tenant.object(key) else {
        return html! {};
    };
    let owner = |value: &str| {
        let address = value.split_once(':').map_or(value, |(_, address)| address);
        let owners = tenant.owners_of(address);
        owners.filter(|owner| *owner != key).last()
    };
    html! {
        details.conflict open[open] {
            summary { b { (object.label()) } " " (words::badge("warn", "quarantined")) }
            @for error in object.on_premises.provisioning_errors.iter() {
                @let holder = owner(&error.value);
                p { b { (error.property.name()) } " " span.mono { (error.value) }
                    " withheld since " (words::time(error.occurred)) }
                div.sides {
                    section aria-label="The object that lacks the value" {
                        h3 { "Lacks it" } p { (things::link(scene, Thing::Cloud(key))) }
                        (facts(object))
                    }
                    section aria-label="The object that holds the value" {
                        h3 { "Holds it" }
                        @match holder.and_then(|it| Some((it, tenant.object(it)?))) {
                            Some((holder, object)) => {
                                p { (things::link(scene, Thing::Cloud(holder))) }
                                (facts(object))
                            }
                            None => p.quiet { "Nobody any more: the hourly sweep gives it back." },
                        }
                    }
                }
            }
        }
    }
}
