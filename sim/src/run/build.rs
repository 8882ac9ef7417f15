//! From a scenario's words to a World.

mod ad;
mod cloud;
mod engine;

use std::collections::BTreeMap;

use jiff::Timestamp;
use mock_ad::directory::{
    AddRequest, AttributeId, Directory, DirectoryOptions, Dn, ObjectGuid, ObjectId, Value,
};
use mock_cloud::{CloudKey, Profile};
use store::Entropy;

pub(super) use ad::{ad_request, forest_of};
pub(super) use cloud::{assign_roles, cloud_object};
pub(super) use engine::{anchor, filtering_group, rules, schedule, scope, threshold};

use super::names::{ForestName, Names};
use super::{Impossible, shared};
use crate::scenario::model::{self, Scenario, Step};
use crate::scenario::value::OuPath;
use crate::scenario::{BASE, Spanned, copies};
use crate::world::World;

/// Builds the world of an expanded scenario.
pub(super) fn world(scenario: &Scenario, profile: Profile) -> Result<(World, Names), Impossible> {
    let initial = &scenario.world;
    let start = initial.start.0;
    let mut entropy = Entropy::new(initial.seed);
    let mut names = Names::of(forests(initial)?);
    let belongs = initial.belongs.iter();
    names.belongs = belongs
        .map(|(ad, cloud)| (ad.value.clone(), cloud.value.clone()))
        .collect();
    let mut directories: Vec<Directory> = (0..names.forests.len())
        .map(|place| directory(scenario, &names, place, &mut entropy, start))
        .collect();
    make_units(scenario, &names, &mut directories, &mut entropy, start);
    let mut anchors = BTreeMap::new();
    for (name, object) in initial.ad.iter() {
        for (own, copy) in copies(name, &object.value) {
            let added = ad::add_ad(&own, &copy, &names, &mut directories, start)?;
            names.add_ad(name, added);
            let guid = directories[added.forest]
                .object(added.object)
                .map(|object| object.guid);
            anchors.extend(guid.map(|guid| (own, *guid.as_bytes())));
        }
    }
    ad::link_members(initial, &names, &mut directories, start)?;
    let mut tenant = cloud::tenant(scenario, profile)?;
    // Keys are given in order, so those of members are known before the members are there.
    let keys: BTreeMap<&str, CloudKey> = initial
        .cloud
        .iter()
        .zip(0u32..)
        .map(|((name, _), place)| (name.as_str(), CloudKey(place)))
        .collect();
    for (name, object) in initial.cloud.iter() {
        let mut made = cloud_object(&object.value, &anchors, start, &mut entropy)?;
        let members = object.value.members.iter();
        made.members = members
            .filter_map(|member| keys.get(member.as_str()).copied())
            .collect();
        let key = tenant.insert(made);
        assign_roles(&mut tenant, key, &object.value);
        names.add_cloud(name, key);
    }
    let config = engine::config(scenario, profile, &names, &directories);
    let mut world = World::new(profile, directories, tenant, config, start, entropy);
    world.establish();
    Ok((world, names))
}

fn forests(world: &model::InitialWorld) -> Result<Vec<ForestName>, Impossible> {
    let make = |name: Option<String>, forest: &model::Forest| {
        let base = forest
            .base
            .as_ref()
            .map_or(BASE, |base| base.value.as_str());
        let at = forest
            .base
            .as_ref()
            .map(|base| base.at.clone())
            .unwrap_or_default();
        let base = base.parse::<Dn>().map_err(|error| {
            let message = format!("`{base}` is no domain: {error}");
            Impossible::new(at, message, "write for example `DC=contoso,DC=test`")
        })?;
        Ok(ForestName { name, base })
    };
    if world.forests.is_empty() {
        let only = world
            .forest
            .as_ref()
            .map(|forest| forest.value.clone())
            .unwrap_or_default();
        return Ok(vec![make(None, &only)?]);
    }
    world
        .forests
        .iter()
        .map(|(name, forest)| make(Some(name.value.clone()), forest))
        .collect()
}

fn directory(
    scenario: &Scenario,
    names: &Names,
    place: usize,
    entropy: &mut Entropy,
    start: Timestamp,
) -> Directory {
    let forest = &names.forests[place];
    let written = match &forest.name {
        Some(name) => scenario.world.forests.get(name).cloned(),
        None => scenario
            .world
            .forest
            .as_ref()
            .map(|forest| forest.value.clone()),
    };
    let mut options = DirectoryOptions::new(forest.base.clone());
    options.recycle_bin = written
        .and_then(|forest| forest.recycle_bin)
        .unwrap_or(true);
    let mut guids = || ObjectGuid::from_bytes(entropy.next_uuid());
    Directory::new(options, start, &mut guids)
}

/// Units need not be declared: those that anything names are there.
fn make_units(
    scenario: &Scenario,
    names: &Names,
    directories: &mut [Directory],
    entropy: &mut Entropy,
    start: Timestamp,
) {
    let world = &scenario.world;
    let mut paths: Vec<&OuPath> = world.ous.iter().map(|ou| &ou.value).collect();
    paths.extend(
        world
            .engine
            .scope
            .iter()
            .chain(&world.engine.exclude)
            .map(|ou| &ou.value),
    );
    paths.extend(
        world
            .ad
            .iter()
            .filter_map(|(_, object)| Some(&object.value.ou.as_ref()?.value)),
    );
    for step in &scenario.steps {
        match &step.value {
            Step::Move(moved) => paths.push(&moved.to.value),
            Step::MoveOu(moved) => paths.extend([&moved.ou.value, &moved.to.value]),
            Step::RenameOu(renamed) => paths.push(&renamed.ou.value),
            Step::Add(added) => paths.extend(added.object.ou.as_ref().map(|ou| &ou.value)),
            Step::Restore(restored) => paths.extend(restored.to.as_ref().map(|ou| &ou.value)),
            Step::SetEngine(change) => {
                let lists = [&change.scope, &change.exclude];
                let lists = lists.into_iter().flatten();
                paths.extend(lists.flat_map(|list| list.iter()).map(|ou| &ou.value));
            }
            _ => {}
        }
    }
    let renamed: Vec<String> = scenario.steps.iter().filter_map(renamed_to).collect();
    let comes_later = |path: &OuPath| {
        let path = path.to_string().to_lowercase();
        let mut later = renamed.iter().map(|name| name.to_lowercase());
        later.any(|name| path == name || path.ends_with(&format!(",{name}")))
    };
    for path in paths {
        if comes_later(path) {
            continue;
        }
        for (place, directory) in directories.iter_mut().enumerate() {
            let Some(dn) = names.place(path, place) else {
                continue;
            };
            if dn.is_within(directory.base()) {
                make_unit(directory, &dn, entropy, start);
            }
        }
    }
}

/// What a container is called once a step has renamed or moved it.
fn renamed_to(step: &Spanned<Step>) -> Option<String> {
    if let Step::MoveOu(moved) = &step.value {
        let (ou, to) = (moved.ou.value.to_string(), moved.to.value.to_string());
        let own = ou.split_once(',').map_or(ou.as_str(), |(own, _)| own);
        let is_top = to
            .get(..3)
            .is_some_and(|start| start.eq_ignore_ascii_case("dc="));
        return Some(if is_top {
            own.to_owned()
        } else {
            format!("{own},{to}")
        });
    }
    let Step::RenameOu(renamed) = &step.value else {
        return None;
    };
    let old = renamed.ou.value.to_string();
    let above = old.split_once(',').map(|(_, above)| above);
    Some(match above {
        Some(above) => format!("OU={},{above}", renamed.to),
        None => format!("OU={}", renamed.to),
    })
}

fn make_unit(directory: &mut Directory, dn: &Dn, entropy: &mut Entropy, start: Timestamp) {
    if directory.find(dn).is_some() || !dn.is_within(directory.base()) {
        return;
    }
    if let Some(parent) = dn.parent() {
        make_unit(directory, &parent, entropy, start);
    }
    let is_unit = dn
        .rdn()
        .is_some_and(|rdn| rdn.attribute.eq_ignore_ascii_case("ou"));
    let class = if is_unit {
        "organizationalUnit"
    } else {
        "container"
    };
    let request = AddRequest {
        dn: dn.clone(),
        attributes: vec![(AttributeId::OBJECT_CLASS, vec![Value::Text(shared(class))])],
        guid: ObjectGuid::from_bytes(entropy.next_uuid()),
    };
    // A unit that can't be made is missed, and named, by what wants to stand in it.
    let _ = directory.add(request, start);
}

/// The object of a path in one forest.
pub(super) fn find_place(
    directory: &Directory,
    names: &Names,
    path: &OuPath,
    forest: usize,
) -> Option<ObjectId> {
    directory.find(&names.place(path, forest)?)
}
