//! Shared addresses: who shares which address with whom, as a graph.

use maud::{Markup, html};
use mock_ad::directory::AttributeId;
use mock_cloud::{CloudKey, ProxyAddress, Upn};
use sim::engine::Source;
use sim::world::World;
use store::Text;

use super::preview::{SMALL, size};
use super::things;
use crate::desk::{Desk, is_person};
use crate::frame::{Page, captured, hidden};
use crate::rows::Shown;
use crate::scene::{Scene, Thing};
use crate::words;

/// So many addresses stand in one picture.
const DRAWN: usize = 12;
const ROW: usize = 30;

/// An address that several things have which are not one person.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    address: String,
    people: Vec<Source>,
    accounts: Vec<CloudKey>,
}

/// Who has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    Person(Source),
    Account(CloudKey),
}

/// All addresses that are shared, in their order.
pub(crate) fn shared(world: &World) -> Vec<Shared> {
    // One flat list of names and owners, sorted: a map of lists costs several times as much.
    let mut named: Vec<(u64, Owner)> = Vec::new();
    for (forest, directory) in world.forests().iter().enumerate() {
        for (object, it) in directory.objects() {
            if it.is_deleted() || !is_person(directory.kind(object)) {
                continue;
            }
            let owner = Owner::Person(Source { forest, object });
            named.extend(names_of(it).map(|name| (store::fold_hash(name), owner)));
        }
    }
    for (key, object) in world.tenant().objects().filter(|(_, it)| !is_gone(it)) {
        let upn = object.user_principal_name.as_ref().map(Upn::as_str);
        let addresses = object.proxy_addresses.iter().map(ProxyAddress::address);
        let all = upn.into_iter().chain(addresses);
        named.extend(all.map(|name| (store::fold_hash(name), Owner::Account(key))));
    }
    named.sort_unstable();
    named.dedup();
    let mut all = Vec::new();
    for same in named
        .chunk_by(|one, other| one.0 == other.0)
        .filter(|same| same.len() > 1)
    {
        let (mut people, mut accounts) = (Vec::new(), Vec::new());
        for (_, owner) in same {
            match owner {
                Owner::Person(source) => people.push(*source),
                Owner::Account(key) => accounts.push(*key),
            }
        }
        if !is_one_person(world, &people, &accounts) {
            let address = spelled(world, same[0].0, &people, &accounts);
            all.push(Shared {
                address,
                people,
                accounts,
            });
        }
    }
    all.sort_by(|one, other| one.address.cmp(&other.address));
    all
}

fn names_of(object: &mock_ad::directory::Object) -> impl Iterator<Item = &str> {
    let upn = object
        .text(AttributeId::USER_PRINCIPAL_NAME)
        .map(Text::as_str);
    let addresses = object.texts(AttributeId::PROXY_ADDRESSES);
    let addresses = addresses.map(|it| it.split_once(':').map_or(it.as_str(), |(_, bare)| bare));
    upn.into_iter().chain(addresses)
}

fn is_gone(object: &mock_cloud::DirectoryObject) -> bool {
    matches!(object.state, mock_cloud::tenant::State::Purged { .. })
}

/// Whether a person shares it with the own account only.
fn is_one_person(world: &World, people: &[Source], accounts: &[CloudKey]) -> bool {
    let ([person], [account]) = (people, accounts) else {
        return false;
    };
    let engine = world.engine();
    let connector = engine.forest(person.forest);
    let entry = connector.and_then(|it| it.entry(person.object));
    let joined = entry.and_then(|entry| engine.metaverse().get(entry.metaverse?));
    let space = joined.and_then(|joined| engine.entra().get(joined.connector?));
    space.is_some_and(|space| space.cloud == Some(*account))
}

fn spelled(world: &World, hash: u64, people: &[Source], accounts: &[CloudKey]) -> String {
    let in_ad = people.iter().filter_map(|source| {
        let directory = world.forests().get(source.forest)?;
        let object = directory.object(source.object)?;
        names_of(object)
            .find(|name| store::fold_hash(name) == hash)
            .map(str::to_owned)
    });
    let in_cloud = accounts.iter().filter_map(|key| {
        let object = world.tenant().object(*key)?;
        let upn = object.user_principal_name.as_ref().map(Upn::as_str);
        let addresses = object.proxy_addresses.iter().map(ProxyAddress::address);
        let mut names = upn.into_iter().chain(addresses);
        names
            .find(|name| store::fold_hash(name) == hash)
            .map(str::to_owned)
    });
    in_ad.chain(in_cloud).next().unwrap_or_default()
}

/// The graph, and the same as a table.
pub(super) fn page(scene: &Scene<'_>, desk: &mut Desk) -> Page {
    let title = "Shared addresses";
    let mut commands = captured().to_vec();
    commands.push("dirsync-lab hygiene snapshot".to_owned());
    let Some(all) = desk.shared(scene, size(scene) <= SMALL) else {
        let body = html! {
            p { "This world is large: comparing every address with every other takes a moment." }
            form method="post" action="/addresses" {
                (hidden(scene))
                input type="hidden" name="at" value=(scene.at.to_string());
                button { "Compare addresses" }
            }
        };
        return Page::new(title, body, &commands);
    };
    let from: usize = scene.query.number("from").unwrap_or(0);
    let page: Vec<&Shared> = all.iter().skip(from).take(DRAWN).collect();
    let shown = Shown {
        ids: (0..page.len() as u32).collect(),
        total: all.len(),
        from,
    };
    let body = html! {
        p.quiet {
            "An address or UPN that a person and another person, or a person and an account that \
             is not joined, both have: what a soft match finds, or stumbles over."
        }
        @if all.is_empty() { (words::none("No address is shared.")) } @else {
            (pager(scene, &shown))
            (graph(scene, &page))
            (table(scene, &page))
        }
    };
    Page::new(title, body, &commands)
}

fn pager(scene: &Scene<'_>, shown: &Shown) -> Markup {
    let first = if shown.ids.is_empty() {
        0
    } else {
        shown.from + 1
    };
    let last = shown.from + shown.ids.len();
    let to = |from: usize| scene.query.with(&scene.path, "from", &from.to_string());
    html! {
        nav.pager aria-label="Pages of this list" {
            span { (first) "–" (last) " of " (words::grouped(shown.total)) }
            @if shown.from > 0 { a href=(to(shown.from.saturating_sub(DRAWN))) { "Previous" } }
            @if last < shown.total { a href=(to(last)) { "Next" } }
        }
    }
}

/// Three columns: people, addresses, accounts; lines where one has the other.
fn graph(scene: &Scene<'_>, page: &[&Shared]) -> Markup {
    let mut people: Vec<Source> = page.iter().flat_map(|one| one.people.clone()).collect();
    people.sort_unstable();
    people.dedup();
    let mut accounts: Vec<CloudKey> = page.iter().flat_map(|one| one.accounts.clone()).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let rows = people.len().max(accounts.len()).max(page.len());
    let height = rows * ROW + 40;
    let y = |place: usize| place * ROW + 46;
    let person = |source: &Source| people.iter().position(|it| it == source).unwrap_or(0);
    let account = |key: &CloudKey| accounts.iter().position(|it| it == key).unwrap_or(0);
    html! {
        div.scroll role="group" tabindex="0" aria-label="Table" {
            svg.graph viewBox={ "0 0 960 " (height) } width="960" height=(height) role="group"
                aria-labelledby="graph-title" {
                title id="graph-title" { "Who shares which address with whom" }
                text.head x="10" y="18" { "Active Directory" }
                text.head x="400" y="18" { "Address or UPN" }
                text.head x="710" y="18" { "Cloud" }
                @for (place, one) in page.iter().enumerate() {
                    @for source in &one.people {
                        line.edge x1="250" y1=(y(person(source)) - 4) x2="395" y2=(y(place) - 4) {}
                    }
                    @for key in &one.accounts {
                        line.edge x1="645" y1=(y(place) - 4) x2="700" y2=(y(account(key)) - 4) {}
                    }
                    text x="400" y=(y(place)) { (short(&one.address)) title { (one.address) } }
                }
                @for (place, source) in people.iter().enumerate() {
                    a href=(scene.thing(Thing::Ad(*source))) {
                        circle.one cx="250" cy=(y(place) - 4) r="4" {}
                        text x="10" y=(y(place)) { (short(&scene.ad_label(*source))) }
                    }
                }
                @for (place, key) in accounts.iter().enumerate() {
                    a href=(scene.thing(Thing::Cloud(*key))) {
                        circle.two cx="700" cy=(y(place) - 4) r="4" {}
                        text x="710" y=(y(place)) { (short(&scene.cloud_label(*key))) }
                    }
                }
            }
        }
    }
}

/// The same, to be read.
fn table(scene: &Scene<'_>, page: &[&Shared]) -> Markup {
    html! {
        div.scroll role="group" tabindex="0" aria-label="Table" {
            table {
                caption { "Addresses and who has them" }
                thead {
                    tr {
                        th { "Address or UPN" } th { "In Active Directory" } th { "In the cloud" }
                    }
                }
                tbody {
                    @for one in page {
                        tr {
                            th.mono scope="row" { (one.address) }
                            td {
                                @for source in &one.people {
                                    div { (things::link(scene, Thing::Ad(*source))) }
                                }
                            }
                            td {
                                @for key in &one.accounts {
                                    div { (things::link(scene, Thing::Cloud(*key))) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn short(text: &str) -> String {
    const SHOWN: usize = 34;
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    let head: String = text.chars().take(SHOWN - 1).collect();
    format!("{head}…")
}
