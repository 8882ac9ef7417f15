//! A scenario with everything filled in that it leaves out.

use super::derive::{
    BASE, INITIAL_DOMAIN, bases, default_base, guid_of, proxy_addresses, sid_of, text,
};
use super::model::{
    AdObject, AdType, CloudObject, CloudType, Feature, Forest, GroupCategory, InitialWorld,
    Profile, Scenario, Step,
};
use super::spanned::{Name, Spanned};
use super::value::{OuPath, Threshold};
use super::yaml;

/// The scenario as YAML with its defaults written out, as `check --expand` prints it.
///
/// Of a scenario that runs in several profiles, what differs between them is left out.
pub fn expand(scenario: &Scenario) -> String {
    let head = "# yaml-language-server: $schema=../scenario.schema.json\n";
    format!("{head}{}", yaml::write(&expanded(scenario)))
}

/// The scenario with its defaults written out.
pub fn expanded(scenario: &Scenario) -> Scenario {
    let mut scenario = scenario.clone();
    let profiles = scenario.profiles();
    let world = &mut scenario.world;
    if let [profile] = profiles.as_slice() {
        world
            .engine
            .deletion_threshold
            .get_or_insert(threshold(*profile));
        for feature in Feature::ALL {
            let default = feature.default_in(*profile);
            world.tenant.features.slot(feature).get_or_insert(default);
        }
    }
    forests(world);
    let initial = world
        .tenant
        .initial_domain
        .get_or_insert_with(|| text(INITIAL_DOMAIN))
        .clone();
    for (name, object) in &mut world.cloud.0 {
        cloud_object(name, &mut object.value, &initial);
    }
    let bases = bases(world);
    let scope: Vec<OuPath> = world
        .engine
        .scope
        .iter()
        .map(|it| it.value.clone())
        .collect();
    for (name, object) in &mut world.ad.0 {
        ad_object(name, &mut object.value, &scope, &bases);
    }
    for step in &mut scenario.steps {
        match &mut step.value {
            Step::Add(new) => ad_object(&new.name, &mut new.object, &scope, &bases),
            Step::CreateCloudUser(new) => cloud_object(&new.name, &mut new.object, &initial),
            _ => {}
        }
    }
    scenario
}

impl Scenario {
    /// The scenario as it runs in one of its profiles.
    #[must_use]
    pub fn in_profile(&self, profile: Profile) -> Self {
        let mut scenario = self.clone();
        scenario.world.profile = Some(Spanned::derived(profile));
        scenario.world.profiles.clear();
        scenario
    }
}

fn threshold(profile: Profile) -> Threshold {
    // Builds of that era had no protection against accidental deletions.
    if profile == Profile::Dirsync2013 {
        Threshold::Off
    } else {
        Threshold::Above(500)
    }
}

fn forests(world: &mut InitialWorld) {
    let fill = |forest: &mut Forest, base: &str| {
        if forest.base.is_none() {
            forest.base = base.parse().ok().map(Spanned::derived);
        }
        forest.recycle_bin.get_or_insert(true);
    };
    if world.forests.is_empty() {
        fill(&mut world.forest.get_or_insert_default().value, BASE);
    }
    for (name, forest) in &mut world.forests.0 {
        fill(forest, &default_base(name));
    }
}

fn ad_object(
    name: &Name,
    object: &mut AdObject,
    scope: &[OuPath],
    bases: &[(Option<Name>, String)],
) {
    if object.forest.is_none() {
        object.forest = bases.first().and_then(|(forest, _)| forest.clone());
    }
    let base = bases.iter().find(|(forest, _)| *forest == object.forest);
    let base = base.map_or(BASE, |(_, base)| base);
    if object.ou.is_none() {
        let ou = scope.iter().find(|ou| ou.is_in_domain(base));
        let place = ou.cloned().or_else(|| "CN=Users".parse().ok());
        object.ou = place.map(Spanned::derived);
    }
    if object.kind == AdType::Group {
        object.category.get_or_insert(GroupCategory::Security);
    }
    if matches!(object.kind, AdType::User | AdType::Computer) {
        object.enabled.get_or_insert(true);
    }
    object.smtp.0 = proxy_addresses(&object.smtp)
        .into_iter()
        .map(text)
        .collect();
    if object.count.is_some() {
        // What is derived from the name is derived from each copy's own.
        return;
    }
    object
        .guid
        .get_or_insert_with(|| Spanned::derived(guid_of(name)));
    if object.kind != AdType::Contact {
        object.sam.get_or_insert_with(|| text(name.value.clone()));
        object.sid.get_or_insert_with(|| text(sid_of(name, base)));
    }
}

fn cloud_object(name: &Name, object: &mut CloudObject, initial: &Name) {
    object
        .display_name
        .get_or_insert_with(|| text(name.value.clone()));
    object.smtp.0 = proxy_addresses(&object.smtp)
        .into_iter()
        .map(text)
        .collect();
    if object.mail.is_none() {
        let primary = object
            .smtp
            .iter()
            .find_map(|address| address.strip_prefix("SMTP:"));
        object.mail = primary.map(text);
    }
    if object.kind == CloudType::User {
        let upn = object
            .upn
            .get_or_insert_with(|| text(format!("{name}@{initial}")));
        let prefix = upn.split('@').next().unwrap_or_default();
        object.mail_nickname.get_or_insert_with(|| text(prefix));
    }
}
