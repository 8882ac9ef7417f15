//! One person in three panes, and the chain of rules that led there.

mod actions;
mod chain;

use maud::{Markup, html};
use mock_ad::directory::{AttributeId, Object};
use mock_cloud::sync_object::property;
use mock_cloud::{DirectoryObject, Property, SyncObject};

use super::things;
use crate::frame::Page;
use crate::scene::{Scene, Thing};
use crate::triple::{Link, Triple};
use crate::words;

/// The page of one thing.
pub(super) fn page(scene: &Scene<'_>, name: &str) -> Page {
    let Some(thing) = scene.find(name) else {
        return Page::missing("There is no such object at this moment.");
    };
    let triple = Triple::of(scene, thing);
    if triple.source.is_none() && triple.cloud.is_none() {
        return Page::missing("There is no such object at this moment.");
    }
    let title = match (triple.source, triple.cloud) {
        (Some(source), _) => scene.ad_label(source),
        (None, Some(key)) => scene.cloud_label(key),
        (None, None) => String::new(),
    };
    let body = html! {
        (panes(scene, &triple))
        @if scene.tells_reasons() { (chain::shown(scene, &triple)) }
        @if scene.can_act() { (actions::shown(scene, &triple)) }
        (history(scene, thing))
    };
    Page::new(title, body, &commands(scene, &triple))
}

fn commands(scene: &Scene<'_>, triple: &Triple) -> Vec<String> {
    let mut all = Vec::new();
    if let Some(source) = triple.source {
        let dn = scene.dn(source.forest, source.object);
        all.push(format!("Get-ADObject -Identity '{dn}' -Properties *"));
        all.push(format!("ldapsearch -H $DIRSYNC_LAB_LDAP -b '{dn}' -s base"));
    }
    let object = triple
        .cloud
        .and_then(|key| scene.world.tenant().object(key));
    if let Some(object) = object {
        all.push(format!(
            "curl -H \"Authorization: Bearer $DIRSYNC_LAB_TOKEN\" \
             \"$DIRSYNC_LAB_GRAPH/v1.0/directoryObjects/{}\"",
            object.id
        ));
    }
    all
}

/// One attribute in the three places.
struct Row {
    name: &'static str,
    /// Whether a match looks at it.
    compared: bool,
    ad: Vec<String>,
    metaverse: Vec<String>,
    cloud: Vec<String>,
}

impl Row {
    fn differs(&self) -> bool {
        let there = [&self.ad, &self.metaverse, &self.cloud];
        let mut there = there.into_iter().filter(|values| !values.is_empty());
        let first = there.next();
        there.any(|values| Some(values) != first)
    }

    fn is_empty(&self) -> bool {
        self.ad.is_empty() && self.metaverse.is_empty() && self.cloud.is_empty()
    }
}

fn panes(scene: &Scene<'_>, triple: &Triple) -> Markup {
    let rows = rows(scene, triple);
    html! {
        div.scroll role="group" tabindex="0" aria-label="Table" {
            table.panes {
                caption.hidden { "The object in Active Directory, metaverse and cloud" }
                thead {
                    tr {
                        th.attribute { span.hidden { "Attribute" } }
                        th scope="col" { (ad_head(scene, triple)) }
                        th scope="col" { (metaverse_head(triple)) }
                        th scope="col" { (cloud_head(scene, triple)) }
                    }
                    (link_row(scene, triple))
                }
                tbody {
                    @for row in &rows {
                        tr.compared[row.compared].differs[row.differs()] {
                            th scope="row" {
                                (row.name)
                                @if row.compared {
                                    " " span.mark title="a match compares this" { "≟" }
                                }
                                @if row.differs() { span.hidden { " (differs)" } }
                            }
                            (cell(&row.ad)) (cell(&row.metaverse)) (cell(&row.cloud))
                        }
                    }
                }
            }
        }
    }
}

fn cell(values: &[String]) -> Markup {
    html! {
        td.mono { @for value in values { div { (value) } } }
    }
}

fn ad_head(scene: &Scene<'_>, triple: &Triple) -> Markup {
    html! {
        div.place { "Active Directory" }
        @match triple.source {
            Some(source) => {
                a href=(scene.thing(Thing::Ad(source))) { (scene.ad_label(source)) }
                div.mono.quiet { (scene.dn(source.forest, source.object)) }
            }
            None => span.quiet { "no object" },
        }
    }
}

fn metaverse_head(triple: &Triple) -> Markup {
    html! {
        div.place { "Metaverse" }
        @match triple.metaverse {
            Some(id) => { "object " (id.0) }
            None => span.quiet { "no object" },
        }
    }
}

fn cloud_head(scene: &Scene<'_>, triple: &Triple) -> Markup {
    let object = triple
        .cloud
        .and_then(|key| scene.world.tenant().object(key));
    html! {
        div.place { "Cloud" }
        @match (triple.cloud, object) {
            (Some(key), Some(object)) => {
                a href=(scene.thing(Thing::Cloud(key))) { (object.label()) }
                div { (things::state(&object.state)) }
            }
            _ => span.quiet { "no account" },
        }
    }
}

/// The link, drawn between the panes.
fn link_row(scene: &Scene<'_>, triple: &Triple) -> Markup {
    let joined = triple.metaverse.is_some();
    let left = if joined { "link-hard" } else { "link-none" };
    html! {
        tr.links {
            td {}
            td colspan="3" {
                div.linkline {
                    (line(left))
                    span { @if joined { "projected, joined" } @else { "not in the metaverse" } }
                    (line(triple.link.class()))
                    strong class=(triple.link.class()) { (triple.link.text()) }
                    @if let Some(other) = triple.other {
                        span { " held by " (things::link(scene, Thing::Cloud(other))) }
                    }
                    @if matches!(triple.link, Link::Blocked(_)) {
                        a href=(scene.link("/errors", &[])) { "side by side" }
                    }
                }
            }
        }
    }
}

fn line(class: &str) -> Markup {
    html! {
        svg class={ "line " (class) } viewBox="0 0 80 12" width="80" height="12"
            aria-hidden="true" {
            line x1="2" y1="6" x2="78" y2="6" {}
            circle cx="4" cy="6" r="4" {}
            circle cx="76" cy="6" r="4" {}
        }
    }
}

fn rows(scene: &Scene<'_>, triple: &Triple) -> Vec<Row> {
    let world = &scene.world;
    let forest = triple.source.and_then(|it| world.forests().get(it.forest));
    let ad = forest
        .zip(triple.source)
        .and_then(|(forest, it)| forest.object(it.object));
    let ad = ad.map(|object| &**object);
    let person = triple
        .metaverse
        .and_then(|id| world.engine().metaverse().get(id));
    let attributes = person.and_then(|person| person.attributes.as_deref());
    let cloud = triple.cloud.and_then(|key| world.tenant().object(key));
    let cloud = cloud.map(|object| &**object);
    let mut rows = vec![anchor(scene, triple, attributes, cloud)];
    rows.extend(names(ad, attributes, cloud));
    rows.push(addresses(ad, attributes, cloud));
    rows.extend(on_premises(ad, attributes, cloud));
    rows.extend(properties(world, ad, attributes, cloud));
    rows.retain(|row| !row.is_empty());
    rows
}

fn one(text: Option<impl ToString>) -> Vec<String> {
    text.map(|text| text.to_string()).into_iter().collect()
}

fn anchor(
    scene: &Scene<'_>,
    triple: &Triple,
    attributes: Option<&SyncObject>,
    cloud: Option<&DirectoryObject>,
) -> Row {
    let engine = scene.world.engine();
    let made = triple
        .source
        .and_then(|it| engine.source_anchor(scene.world.forests(), it));
    Row {
        name: "sourceAnchor / ImmutableId",
        compared: true,
        ad: one(made),
        metaverse: one(attributes.map(|it| &it.source_anchor)),
        cloud: one(cloud.and_then(|it| it.on_premises.immutable_id.as_ref())),
    }
}

fn names(
    ad: Option<&Object>,
    attributes: Option<&SyncObject>,
    cloud: Option<&DirectoryObject>,
) -> Vec<Row> {
    let text = |attribute| one(ad.and_then(|object| object.text(attribute)));
    vec![
        Row {
            name: "userPrincipalName",
            compared: true,
            ad: text(AttributeId::USER_PRINCIPAL_NAME),
            metaverse: one(attributes.and_then(|it| it.user_principal_name.as_ref())),
            cloud: one(cloud
                .and_then(|it| it.user_principal_name.as_ref())
                .map(mock_cloud::Upn::text)),
        },
        Row {
            name: "displayName",
            compared: false,
            ad: text(AttributeId::DISPLAY_NAME),
            metaverse: one(attributes.and_then(|it| it.display_name.as_ref())),
            cloud: one(cloud.and_then(|it| it.display_name.as_ref())),
        },
        Row {
            name: "mail",
            compared: false,
            ad: text(AttributeId::MAIL),
            metaverse: one(attributes.and_then(|it| it.mail.as_ref())),
            cloud: one(cloud.and_then(|it| it.mail.as_ref())),
        },
        Row {
            name: "mailNickname",
            compared: false,
            ad: text(AttributeId::MAIL_NICKNAME),
            metaverse: one(attributes.and_then(|it| it.mail_nickname.as_ref())),
            cloud: one(cloud.and_then(|it| it.mail_nickname.as_ref())),
        },
    ]
}

fn addresses(
    ad: Option<&Object>,
    attributes: Option<&SyncObject>,
    cloud: Option<&DirectoryObject>,
) -> Row {
    let sorted = |mut values: Vec<String>| {
        values.sort();
        values
    };
    let texts = |list: &[mock_cloud::ProxyAddress]| {
        list.iter()
            .map(|value| value.as_str().to_owned())
            .collect::<Vec<_>>()
    };
    let in_ad = ad
        .into_iter()
        .flat_map(|it| it.texts(AttributeId::PROXY_ADDRESSES));
    Row {
        name: "proxyAddresses",
        compared: true,
        ad: sorted(in_ad.map(ToString::to_string).collect()),
        metaverse: sorted(
            attributes
                .map(|it| texts(&it.proxy_addresses))
                .unwrap_or_default(),
        ),
        cloud: sorted(
            cloud
                .map(|it| texts(&it.proxy_addresses))
                .unwrap_or_default(),
        ),
    }
}

fn on_premises(
    ad: Option<&Object>,
    attributes: Option<&SyncObject>,
    cloud: Option<&DirectoryObject>,
) -> Vec<Row> {
    let facts = cloud.map(|it| &it.on_premises);
    let yes_no = |on: bool| if on { "true" } else { "false" }.to_owned();
    let guid = |bytes: [u8; 16]| mock_ad::directory::ObjectGuid::from_bytes(bytes).to_string();
    let uac = ad.and_then(|it| it.integer(AttributeId::USER_ACCOUNT_CONTROL));
    let mut held: Vec<String> = cloud
        .into_iter()
        .flat_map(|it| it.licences.iter())
        .map(ToString::to_string)
        .collect();
    held.extend(
        cloud
            .and_then(|it| it.mailbox.as_ref())
            .map(|_| "mailbox".to_owned()),
    );
    let withheld = facts
        .into_iter()
        .flat_map(|it| it.provisioning_errors.iter());
    let cloud_only = |name, values| Row {
        name,
        compared: false,
        ad: Vec::new(),
        metaverse: Vec::new(),
        cloud: values,
    };
    vec![
        Row {
            name: "objectGUID / onPremisesObjectIdentifier",
            compared: false,
            ad: one(ad.map(|it| it.guid)),
            metaverse: one(attributes.map(|it| guid(it.object_guid))),
            cloud: one(facts.and_then(|it| it.object_identifier).map(guid)),
        },
        Row {
            name: "sAMAccountName",
            compared: false,
            ad: one(ad.and_then(|it| it.text(AttributeId::SAM_ACCOUNT_NAME))),
            metaverse: one(attributes.and_then(|it| it.sam_account_name.as_ref())),
            cloud: one(facts.and_then(|it| it.sam_account_name.as_ref())),
        },
        Row {
            name: "accountEnabled",
            compared: false,
            ad: one(uac.map(|bits| yes_no(bits & 2 == 0))),
            metaverse: one(attributes.and_then(|it| it.account_enabled).map(yes_no)),
            cloud: one(cloud.map(|it| yes_no(it.account_enabled))),
        },
        cloud_only(
            "onPremisesSyncEnabled",
            one(facts.and_then(|it| it.sync_enabled).map(yes_no)),
        ),
        cloud_only(
            "onPremisesLastSyncDateTime",
            one(facts.and_then(|it| it.last_sync).map(words::time)),
        ),
        cloud_only(
            "onPremisesProvisioningErrors",
            withheld
                .map(|one| format!("{} {}", one.property, one.value))
                .collect(),
        ),
        cloud_only("licences and mailbox", held),
    ]
}

fn properties(
    world: &sim::world::World,
    ad: Option<&Object>,
    attributes: Option<&SyncObject>,
    cloud: Option<&DirectoryObject>,
) -> Vec<Row> {
    let schema = world
        .forests()
        .first()
        .map(mock_ad::directory::Directory::schema);
    let row = |one_of: Property| {
        let attribute = schema.and_then(|schema| schema.attribute(one_of.name()));
        Row {
            name: one_of.name(),
            compared: false,
            ad: one(ad
                .zip(attribute)
                .and_then(|(ad, attribute)| ad.text(attribute))),
            metaverse: one(attributes.and_then(|it| property(&it.properties, one_of))),
            cloud: one(cloud.and_then(|it| property(&it.properties, one_of))),
        }
    };
    Property::all().map(row).collect()
}

/// What the journal tells of a thing.
fn history(scene: &Scene<'_>, thing: Thing) -> Markup {
    let label = match thing {
        Thing::Ad(source) => scene.dn(source.forest, source.object),
        Thing::Cloud(key) => scene.cloud_label(key),
        Thing::Metaverse(_) => return html! {},
    };
    let journal = scene.lab.journal().iter().rev();
    let told = journal.filter(|entry| !label.is_empty() && entry.what.contains(&label));
    let told: Vec<_> = told.take(10).collect();
    html! {
        @if !told.is_empty() {
            h2 { "In the journal" }
            ul {
                @for entry in told {
                    li {
                        a href=(scene.link(&format!("/timeline/{}", entry.number), &[])) {
                            (entry.number)
                        }
                        " " (entry.what)
                    }
                }
            }
        }
    }
}
