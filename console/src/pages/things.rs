//! Lists of objects, as several pages show them.

use maud::{Markup, html};
use mock_ad::directory::{AttributeId, ObjectKind};
use mock_cloud::CloudKey;
use mock_cloud::tenant::State;
use sim::engine::Source;

use crate::scene::{Scene, Thing};
use crate::words;

/// The word for an object of a forest.
pub(super) const fn kind_word(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Domain => "domain",
        ObjectKind::OrganizationalUnit => "OU",
        ObjectKind::Container => "container",
        ObjectKind::User => "user",
        ObjectKind::InetOrgPerson => "inetOrgPerson",
        ObjectKind::Contact => "contact",
        ObjectKind::Group => "group",
        ObjectKind::Computer => "computer",
        ObjectKind::Other => "object",
    }
}

/// A link to a thing, with what it is called.
pub(super) fn link(scene: &Scene<'_>, thing: Thing) -> Markup {
    let label = match thing {
        Thing::Ad(source) => scene.ad_label(source),
        Thing::Cloud(key) => scene.cloud_label(key),
        Thing::Metaverse(id) => {
            let person = scene.world.engine().metaverse().get(id);
            let attributes = person.and_then(|person| person.attributes.as_ref());
            let name = attributes.and_then(|it| it.display_name.clone());
            name.map_or_else(
                || format!("metaverse object {}", id.0),
                |name| name.to_string(),
            )
        }
    };
    let label = if label.is_empty() {
        "(no name)".to_owned()
    } else {
        label
    };
    html! { a href=(scene.thing(thing)) { (label) } }
}

/// A table of objects of any kind.
pub(super) fn table(scene: &Scene<'_>, caption: &str, things: &[Thing]) -> Markup {
    html! {
        div.scroll role="group" tabindex="0" aria-label="Table" {
            table {
                caption { (caption) }
                thead { tr { th { "Object" } th { "Where" } th { "Name there" } } }
                tbody {
                    @for thing in things {
                        tr {
                            td { (link(scene, *thing)) }
                            @match thing {
                                Thing::Ad(source) => {
                                    td { "Active Directory" }
                                    td.mono { (scene.dn(source.forest, source.object)) }
                                }
                                Thing::Cloud(key) => {
                                    td { "Cloud" }
                                    td.mono { (scene.cloud_label(*key)) }
                                }
                                Thing::Metaverse(id) => {
                                    td { "Metaverse" }
                                    td.mono { (id.0) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A table of accounts, with the columns of "All users".
pub(super) fn accounts(scene: &Scene<'_>, caption: &str, keys: &[CloudKey]) -> Markup {
    let tenant = scene.world.tenant();
    html! {
        div.scroll role="group" tabindex="0" aria-label="Table" {
            table {
                caption { (caption) }
                thead {
                    tr {
                        th { "Display name" } th { "User principal name or mail" } th { "Type" }
                        th { "On-premises sync enabled" } th { "Licences" } th { "State" }
                    }
                }
                tbody {
                    @for key in keys {
                        @if let Some(object) = tenant.object(*key) {
                            tr {
                                td {
                                    a href=(scene.thing(Thing::Cloud(*key))) {
                                        (object.display_name.as_deref().unwrap_or("(no name)"))
                                    }
                                }
                                td.mono { (object.label()) }
                                td { (object.kind.word()) }
                                td { @if object.is_synced() { "Yes" } @else { "No" } }
                                td {
                                    @for licence in object.licences.iter() {
                                        (words::badge("plain", licence)) " "
                                    }
                                    @if object.mailbox.is_some() {
                                        (words::badge("plain", "mailbox"))
                                    }
                                }
                                td { (state(&object.state)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Whether an account is there, in the recycle bin, or gone.
pub(super) fn state(state: &State) -> Markup {
    match state {
        State::Live => words::badge("good", "live"),
        State::SoftDeleted { at } => html! {
            (words::badge("warn", "deleted")) " " span.quiet { (words::time(*at)) }
        },
        State::Purged { .. } => words::badge("bad", "gone"),
    }
}

/// A table of objects of a forest.
pub(super) fn people(scene: &Scene<'_>, caption: &str, sources: &[Source]) -> Markup {
    html! {
        div.scroll role="group" tabindex="0" aria-label="Table" {
            table {
                caption { (caption) }
                thead {
                    tr {
                        th { "Name" } th { "Type" } th { "User logon name" } th { "E-mail" }
                        th { "Metaverse" }
                    }
                }
                tbody {
                    @for source in sources { (person(scene, *source)) }
                }
            }
        }
    }
}

fn person(scene: &Scene<'_>, source: Source) -> Markup {
    let Some(directory) = scene.world.forests().get(source.forest) else {
        return html! {};
    };
    let Some(object) = directory.object(source.object) else {
        return html! {};
    };
    let kind = directory.kind(source.object);
    let text = |attribute| object.text(attribute).map(ToString::to_string);
    let connector = scene.world.engine().forest(source.forest);
    let entry = connector.and_then(|it| it.entry(source.object));
    let joined = entry.is_some_and(|entry| entry.metaverse.is_some());
    html! {
        tr {
            td {
                a href=(scene.thing(Thing::Ad(source))) { (object.name()) }
            }
            td { (kind_word(kind)) }
            td.mono { (text(AttributeId::USER_PRINCIPAL_NAME).unwrap_or_default()) }
            td.mono { (text(AttributeId::MAIL).unwrap_or_default()) }
            td {
                @if joined { (words::badge("good", "joined")) }
                @else if crate::desk::is_person(kind) {
                    span.quiet { "not joined" }
                }
            }
        }
    }
}
