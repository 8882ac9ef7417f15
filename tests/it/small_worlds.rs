//! Random small worlds in which collisions are frequent, as the oracle's plain structures and as
//! a World.

mod build;
mod settle;

use proptest::prelude::*;

use crate::oracle::model::{
    AdPerson, CloudThing, Features, GroupKind, Kind, Profile as Era, Tenant,
};

pub(crate) use build::world_of;
use settle::{RawThing, settle};

const VERIFIED: &str = "v.example";
/// Two verified domains whose users sign in elsewhere.
const FEDERATED: [&str; 2] = ["fed.example", "fed2.example"];
const INITIAL: &str = "v.onmicrosoft.com";
const UNVERIFIED: &str = "u.local";
const FOREST: &str = "small.test";
const BASE: &str = "DC=small,DC=test";

/// One world, as the oracle sees it.
#[derive(Debug, Clone)]
pub(crate) struct SmallWorld {
    pub(crate) people: Vec<AdPerson>,
    pub(crate) things: Vec<CloudThing>,
    pub(crate) tenant: Tenant,
    pub(crate) era: Era,
    pub(crate) established: bool,
    /// Whether anchors are made from mS-DS-ConsistencyGuid where there is one.
    pub(crate) consistency_guids: bool,
}

fn local() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["ann", "bo", "cy", "di"])
}

/// Mostly at the verified domain, rarely with a capital letter.
fn name() -> impl Strategy<Value = String> {
    let suffix = prop_oneof![
        8 => Just(VERIFIED),
        1 => Just(FEDERATED[0]),
        1 => Just(FEDERATED[1]),
        2 => Just(UNVERIFIED),
        1 => Just(INITIAL),
    ];
    (local(), suffix, prop::bool::weighted(0.1)).prop_map(|(local, suffix, capital)| {
        let local = if capital {
            local.to_uppercase()
        } else {
            local.to_owned()
        };
        format!("{local}@{suffix}")
    })
}

/// At most one primary address, none twice.
fn proxies() -> impl Strategy<Value = Vec<String>> {
    let primary = prop::option::weighted(0.6, name().prop_map(|name| format!("SMTP:{name}")));
    let alias = || prop::option::weighted(0.25, name().prop_map(|name| format!("smtp:{name}")));
    let sip = prop::option::weighted(0.05, local().prop_map(|it| format!("sip:{it}@{VERIFIED}")));
    (primary, alias(), alias(), sip).prop_map(|(primary, one, two, sip)| {
        let mut kept: Vec<String> = Vec::new();
        for value in [primary, one, two, sip].into_iter().flatten() {
            if !kept.iter().any(|known| known.eq_ignore_ascii_case(&value)) {
                kept.push(value);
            }
        }
        kept
    })
}

fn rarely<T: std::fmt::Debug>(
    strategy: impl Strategy<Value = T>,
) -> impl Strategy<Value = Option<T>> {
    prop::option::weighted(0.2, strategy)
}

fn person(number: u8) -> impl Strategy<Value = AdPerson> {
    let kind = prop_oneof![6 => Just(Kind::User), 2 => Just(Kind::Group), 1 => Just(Kind::Contact)];
    let flags = (
        prop::bool::weighted(0.8),
        prop::bool::weighted(0.04),
        prop::bool::weighted(0.04),
        prop::bool::weighted(0.04),
        prop::bool::weighted(0.6),
    );
    let names = (
        prop::option::weighted(0.85, name()),
        prop::option::of(name()),
        rarely(local()),
        rarely(local()),
    );
    let details = (
        rarely(Just("Display")),
        rarely(Just("Clerk")),
        any::<bool>(),
    );
    (kind, flags, names, proxies(), details).prop_map(
        move |(kind, flags, (upn, mail, nickname, sam), proxies, (display, title, own))| {
            let (in_scope, critical, hidden, linked, security_group) = flags;
            let unit = if in_scope { "Sync" } else { "Park" };
            let user = kind == Kind::User;
            let marker = match kind {
                Kind::User => "User_",
                Kind::Group => "Group_",
                Kind::Contact => "Contact_",
            };
            AdPerson {
                guid: [number + 1; 16],
                consistency_guid: (own && user).then_some([number + 51; 16]),
                dn: format!("CN=p{number},OU={unit},{BASE}"),
                in_scope,
                kind,
                upn: upn.filter(|_| user),
                sam: (kind != Kind::Contact)
                    .then(|| sam.map_or_else(|| format!("p{number}"), str::to_owned)),
                domain_fqdn: FOREST.to_owned(),
                cn: Some(format!("p{number}")),
                display_name: display.map(str::to_owned),
                given_name: None,
                surname: None,
                // The schema has groups without a title.
                title: title.filter(|_| kind != Kind::Group).map(str::to_owned),
                department: None,
                mail,
                mail_nickname: nickname.map(str::to_owned),
                proxies,
                sid: (kind != Kind::Contact).then(|| settle::sid(number)),
                admin_description: hidden.then(|| format!("{marker}hidden")),
                critical,
                recipient_type: (linked && user).then_some(2),
                security_group: security_group && kind == Kind::Group,
            }
        },
    )
}

fn thing(number: u8) -> impl Strategy<Value = RawThing> {
    let kind = prop_oneof![
        10 => Just((Kind::User, None)),
        2 => Just((Kind::Group, Some(GroupKind::MailEnabled))),
        1 => Just((Kind::Group, Some(GroupKind::Microsoft365))),
        1 => Just((Kind::Group, Some(GroupKind::Security))),
        1 => Just((Kind::Contact, None)),
    ];
    let ties = (
        prop::option::weighted(0.6, 0usize..8),
        prop::sample::select(vec![None, Some(false), Some(true), Some(true)]),
        prop::option::weighted(0.3, 0usize..8),
        prop::option::weighted(0.3, any::<bool>()),
        any::<bool>(),
    );
    let states = (
        prop::bool::weighted(0.15),
        prop::bool::weighted(0.12),
        prop::bool::weighted(0.12),
        prop::bool::weighted(0.08),
        prop::bool::weighted(0.08),
        any::<bool>(),
    );
    let names = (
        name(),
        prop::option::of(name()),
        rarely(name()),
        rarely(local()),
        proxies(),
    );
    (kind, ties, states, names).prop_map(move |((kind, group), ties, states, names)| {
        let (anchor_of, sync_enabled, sid_of, mapped_to_own, mirrors) = ties;
        let (deleted, admin, eligible_admin, guest, cloud_managed, licensed) = states;
        let (upn, mail, on_prem_upn, nickname, proxies) = names;
        RawThing {
            number,
            kind,
            group,
            anchor_of,
            sync_enabled,
            sid_of,
            mapped_to_own,
            mirrors,
            deleted,
            admin,
            eligible_admin,
            guest,
            cloud_managed,
            licensed,
            upn,
            mail,
            on_prem_upn,
            nickname: nickname.map(str::to_owned),
            proxies,
        }
    })
}

fn features() -> impl Strategy<Value = Features> {
    let block = || prop::bool::weighted(0.15);
    (prop::array::uniform5(any::<bool>()), block(), block()).prop_map(
        |([a, b, c, d, e], block_soft_match, block_hard_match)| Features {
            quarantine_upn: a,
            quarantine_addresses: b,
            soft_match_on_upn: c,
            synchronize_upn_for_managed_users: d,
            block_soft_match,
            block_hard_match,
            allow_object_id_update: e,
        },
    )
}

/// Worlds of any profile.
pub(crate) fn small_worlds() -> impl Strategy<Value = SmallWorld> {
    prop::sample::select(Era::ALL.to_vec()).prop_flat_map(small_worlds_of)
}

/// Worlds of one to six objects in the forest and up to six in the cloud, in one profile.
pub(crate) fn small_worlds_of(era: Era) -> impl Strategy<Value = SmallWorld> {
    let people = (1u8..7).prop_flat_map(|count| (0..count).map(person).collect::<Vec<_>>());
    let things = (0u8..7).prop_flat_map(|count| (0..count).map(thing).collect::<Vec<_>>());
    let setting = (prop::option::of(features()), any::<bool>());
    let anchors = (prop::bool::weighted(0.2), prop::bool::weighted(0.2));
    (people, things, setting, anchors).prop_map(
        move |(people, things, (features, established), (forest_verified, consistency_guids))| {
            let mut verified: Vec<String> = [VERIFIED, FEDERATED[0], FEDERATED[1]]
                .map(str::to_owned)
                .to_vec();
            verified.extend(forest_verified.then(|| FOREST.to_owned()));
            let tenant = Tenant {
                initial: INITIAL.to_owned(),
                verified,
                federated: FEDERATED.map(str::to_owned).to_vec(),
                features,
            };
            let (people, things) = settle(people, things, &tenant, consistency_guids);
            SmallWorld {
                people,
                things,
                tenant,
                era,
                established,
                consistency_guids,
            }
        },
    )
}
