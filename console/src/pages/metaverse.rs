//! Metaverse search: clauses above, a grid below.

use maud::{Markup, html};
use sim::engine::{ConnectorId, MvId, MvObject};
use sim::manager::connector_name;
use store::eq_fold;

use crate::desk::{Desk, describe_metaverse};
use crate::equal::quoted;
use crate::frame::Page;
use crate::rows::{PAGE, Shown};
use crate::scene::{Scene, Thing};
use crate::words;

const ATTRIBUTES: [&str; 7] = [
    "displayName",
    "userPrincipalName",
    "mail",
    "proxyAddresses",
    "accountName",
    "sourceAnchor",
    "cloudFiltered",
];
const OPERATORS: [&str; 5] = [
    "contains",
    "equals",
    "starts with",
    "is present",
    "is not present",
];

/// The values of one attribute, one after the other.
fn each(object: &MvObject, attribute: &str, see: &mut dyn FnMut(&str)) {
    let Some(attributes) = &object.attributes else {
        if attribute == "cloudFiltered" && object.filtered.is_some() {
            see("true");
        }
        return;
    };
    let text = match attribute {
        "displayName" => attributes.display_name.as_ref(),
        "userPrincipalName" => attributes.user_principal_name.as_ref(),
        "mail" => attributes.mail.as_ref(),
        "accountName" => attributes.sam_account_name.as_ref(),
        "sourceAnchor" => return see(&attributes.source_anchor.to_string()),
        "proxyAddresses" => {
            let all = attributes.proxy_addresses.iter();
            return all.for_each(|value| see(value.as_str()));
        }
        _ => None,
    };
    if let Some(text) = text {
        see(text);
    }
}

fn values(object: &MvObject, attribute: &str) -> Vec<String> {
    let mut all = Vec::new();
    each(object, attribute, &mut |value| all.push(value.to_owned()));
    all
}

/// A clause of the search, its value folded once.
struct Clause<'a> {
    attribute: &'a str,
    operator: &'a str,
    value: &'a str,
    folded: store::Text,
}

impl Clause<'_> {
    fn is_met_by(&self, object: &MvObject) -> bool {
        let (mut present, mut met) = (false, false);
        each(object, self.attribute, &mut |one| {
            present = true;
            met |= match self.operator {
                "equals" => eq_fold(one, self.value),
                "starts with" => store::fold(one).starts_with(self.folded.as_str()),
                "contains" | "" => holds(one, &self.folded),
                _ => false,
            };
        });
        match self.operator {
            "is present" => present,
            "is not present" => !present,
            _ => met,
        }
    }
}

/// Whether a text holds a folded one, in any case; plain text is compared where it stands.
fn holds(text: &str, folded: &str) -> bool {
    if !text.is_ascii() || folded.is_empty() {
        return store::fold(text).contains(folded);
    }
    let wanted = folded.as_bytes();
    let mut windows = text.as_bytes().windows(wanted.len());
    windows.any(|window| window.eq_ignore_ascii_case(wanted))
}

/// The search and what it finds.
pub(super) fn page(scene: &Scene<'_>, desk: &mut Desk) -> Page {
    let rows = desk.metaverse(scene);
    let metaverse = scene.world.engine().metaverse();
    let from: usize = scene.query.number("from").unwrap_or(0);
    let (attribute, operator) = (scene.query.text("attribute"), scene.query.text("operator"));
    let value = scene.query.text("value");
    let clause = !value.is_empty() || operator.ends_with("present");
    let shown = if clause {
        let asked = Clause {
            attribute,
            operator,
            value,
            folded: store::fold(value),
        };
        let mut found: Vec<u32> = rows.ids().to_vec();
        found.retain(|id| {
            let object = metaverse.get(MvId(*id));
            object.is_some_and(|object| asked.is_met_by(object))
        });
        Shown {
            total: found.len(),
            ids: found.into_iter().skip(from).take(PAGE).collect(),
            from,
        }
    } else {
        rows.show(scene.query.text("q"), from, |id, add| {
            describe_metaverse(&scene.world, MvId(id), add);
        })
    };
    let body = html! {
        (words::search(scene, "Any attribute", &[]))
        (clauses(scene))
        div id="results" {
            (words::pager(scene, &shown))
            (grid(scene, &shown.ids))
        }
    };
    let first = shown.ids.first().and_then(|id| metaverse.get(MvId(*id)));
    let command = first.map(|object| {
        let name = connector_name(&scene.world, ConnectorId::Ad(object.source.forest));
        let dn = scene.dn(object.source.forest, object.source.object);
        format!(
            "Get-ADSyncCSObject -ConnectorName {} -DistinguishedName {} | \
             ForEach-Object {{ Get-ADSyncMVObject -Identifier $_.ConnectedMVObjectId }}",
            quoted(&name),
            quoted(&dn)
        )
    });
    let command = command.unwrap_or_else(|| "Get-ADSyncConnector".to_owned());
    Page::new("Metaverse search", body, &[command])
}

fn clauses(scene: &Scene<'_>) -> Markup {
    let chosen = |field: &str, option: &str| scene.query.text(field) == option;
    html! {
        form.inline.clause action="/metaverse" {
            label for="attribute" { "Attribute" }
            select id="attribute" name="attribute" {
                @for name in ATTRIBUTES {
                    option selected[chosen("attribute", name)] { (name) }
                }
            }
            label for="operator" { "Operator" }
            select id="operator" name="operator" {
                @for name in OPERATORS { option selected[chosen("operator", name)] { (name) } }
            }
            label for="value" { "Value" }
            input id="value" name="value" value=(scene.query.text("value"));
            input type="hidden" name="at" value=(scene.at.to_string());
            button { "Search" }
        }
    }
}

fn grid(scene: &Scene<'_>, ids: &[u32]) -> Markup {
    let metaverse = scene.world.engine().metaverse();
    html! {
        @if ids.is_empty() { (words::none("No metaverse object is found.")) } @else {
            div.scroll role="group" tabindex="0" aria-label="Table" {
                table {
                    caption { "Metaverse objects" }
                    thead {
                        tr {
                            th { "displayName" } th { "Object type" } th { "userPrincipalName" }
                            th { "sourceAnchor" } th { "cloudFiltered" } th { "Contributes" }
                        }
                    }
                    tbody {
                        @for id in ids {
                            @if let Some(object) = metaverse.get(MvId(*id)) {
                                (row(scene, MvId(*id), object))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn row(scene: &Scene<'_>, id: MvId, object: &MvObject) -> Markup {
    let one = |name: &str| values(object, name).join(", ");
    let kind = object
        .attributes
        .as_ref()
        .map_or("person", |it| it.kind.name());
    let name = one("displayName");
    let name = if name.is_empty() {
        scene.ad_label(object.source)
    } else {
        name
    };
    html! {
        tr {
            td { a href=(scene.thing(Thing::Metaverse(id))) { (name) } }
            td { (kind) }
            td.mono { (one("userPrincipalName")) }
            td.mono { (one("sourceAnchor")) }
            td { (one("cloudFiltered")) }
            td.mono { (scene.dn(object.source.forest, object.source.object)) }
        }
    }
}
