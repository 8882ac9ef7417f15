//! What the console remembers between requests: lists per moment, runs, branches, drafts.

mod kept_up;

use std::collections::BTreeMap;
use std::sync::Arc;

use host::Branch;
use mock_ad::directory::{AttributeId, Directory, Object, ObjectId, ObjectKind};
use mock_cloud::{CloudKey, DirectoryObject, SyncObjectType};
use sim::engine::{CsId, CyclePolicy, MvId, PendingExport, PendingImport, Source};
use sim::world::World;

use crate::at::At;
use crate::draft::Draft;
use crate::pages::{Shared, shared};
use crate::preview::Preview;
use crate::rows::Rows;
use crate::runs::{Counted, Run, Runs, counted};
use crate::scene::Scene;

/// So many moments are kept at hand.
const MOMENTS: usize = 6;

/// What the console remembers.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    /// The run history.
    pub(crate) runs: Runs,
    /// Branches that somebody has made, by their numbers.
    pub(crate) branches: Vec<(usize, Branch)>,
    /// The previews of the next cycle, by moment and policy.
    pub(crate) previews: Vec<Arc<Preview>>,
    /// The plan that somebody works on.
    pub(crate) draft: Option<Draft>,
    /// The objects behind the counters of the run that was looked at last.
    counted: Option<(u32, Arc<Counted>)>,
    lists: Vec<Lists>,
    latest: Latest,
}

/// The long lists as they were made last, each with the world then: whatever moment they are of,
/// the next is made of them.
#[derive(Debug, Default)]
struct Latest {
    cloud: Option<(World, Arc<CloudLists>)>,
    people: BTreeMap<usize, (World, Arc<Rows>)>,
    children: Option<(Source, World, Arc<Rows>)>,
    metaverse: Option<(World, Arc<Rows>)>,
}

/// What is known of one moment.
#[derive(Debug)]
struct Lists {
    moment: At,
    cloud: Option<Arc<CloudLists>>,
    space: Option<Arc<SpaceLists>>,
    shared: Option<Arc<Vec<Shared>>>,
    admin_conflicts: Option<Arc<Vec<CloudKey>>>,
    containers: BTreeMap<usize, Arc<Vec<ObjectId>>>,
    people: BTreeMap<usize, Arc<Rows>>,
    children: BTreeMap<Source, Arc<Rows>>,
    metaverse: Option<Arc<Rows>>,
}

/// The lists of the tenant.
#[derive(Debug, Default)]
pub(crate) struct CloudLists {
    /// Live users.
    pub(crate) users: Rows,
    /// Everything in the recycle bin, latest first.
    pub(crate) deleted: Rows,
    /// Live groups.
    pub(crate) groups: Rows,
    /// Live contacts.
    pub(crate) contacts: Rows,
    /// Live objects with `onPremisesSyncEnabled`.
    pub(crate) synced: usize,
}

/// What a connector space search finds, by its state; keys of the connector space or of objects.
#[derive(Debug, Default)]
pub(crate) struct SpaceLists {
    /// Of the connector of the tenant.
    pub(crate) entra: BTreeMap<&'static str, Vec<u32>>,
    /// Of the connector of each forest.
    pub(crate) forests: Vec<BTreeMap<&'static str, Vec<u32>>>,
    /// Objects whose last export failed.
    pub(crate) failures: Vec<CsId>,
    /// Objects whose rules could not be evaluated.
    pub(crate) unsynchronised: Vec<Source>,
}

impl Desk {
    /// A branch by its number.
    pub(crate) fn branch(&self, number: usize) -> Option<&Branch> {
        let mut all = self.branches.iter();
        all.find_map(|(known, branch)| (*known == number).then_some(branch))
    }

    fn lists(&mut self, scene: &Scene<'_>) -> &mut Lists {
        let moment = scene.moment();
        let place = self.lists.iter().position(|known| known.moment == moment);
        let entry = match place {
            Some(place) => self.lists.remove(place),
            None => Lists::at(moment),
        };
        self.lists.insert(0, entry);
        self.lists.truncate(MOMENTS);
        &mut self.lists[0]
    }

    /// Writes what is searched, so that the first search need not.
    pub(crate) fn warm(&mut self, scene: &Scene<'_>) {
        let world = &scene.world;
        for forest in 0..world.forests().len() {
            self.people(scene, forest).warm(|id, add| {
                let object = ObjectId(id);
                describe_ad(world, Source { forest, object }, add);
            });
        }
        let lists = self.cloud(scene);
        for rows in [&lists.users, &lists.groups, &lists.contacts] {
            rows.warm(|id, add| describe_cloud(world, CloudKey(id), add));
        }
        let describe = |id, add: &mut dyn FnMut(&str)| describe_metaverse(world, MvId(id), add);
        self.metaverse(scene).warm(describe);
    }

    /// The objects behind the counters of a run; found by running it again, and kept.
    pub(crate) fn counted(&mut self, scene: &Scene<'_>, run: &Run) -> Arc<Counted> {
        let number = run.record.run;
        match &self.counted {
            Some((known, counted)) if *known == number => Arc::clone(counted),
            _ => {
                let found = Arc::new(counted(scene.lab, run).unwrap_or_default());
                self.counted = Some((number, Arc::clone(&found)));
                found
            }
        }
    }

    /// Runs the next cycle on a copy, and keeps what comes of it.
    pub(crate) fn preview(&mut self, scene: &Scene<'_>, policy: CyclePolicy) -> Arc<Preview> {
        let made = Arc::new(Preview::of(&scene.world, scene.moment(), policy));
        self.previews.insert(0, Arc::clone(&made));
        self.previews.truncate(2);
        made
    }

    /// The lists of the tenant.
    pub(crate) fn cloud(&mut self, scene: &Scene<'_>) -> Arc<CloudLists> {
        if let Some(known) = &self.lists(scene).cloud {
            return Arc::clone(known);
        }
        let latest = self.latest.cloud.as_ref();
        let kept = latest.and_then(|(world, lists)| kept_up::cloud(world, &scene.world, lists));
        let made = Arc::new(kept.unwrap_or_else(|| cloud(&scene.world)));
        self.lists(scene).cloud = Some(Arc::clone(&made));
        self.latest.cloud = Some((scene.world.clone(), Arc::clone(&made)));
        made
    }

    /// What a connector space search finds.
    pub(crate) fn space(&mut self, scene: &Scene<'_>) -> Arc<SpaceLists> {
        let lists = self.lists(scene);
        let made = lists
            .space
            .get_or_insert_with(|| Arc::new(space(&scene.world)));
        Arc::clone(made)
    }

    /// Accounts that Connect Health lists under "Existing Admin Role Conflict".
    pub(crate) fn admin_conflicts(&mut self, scene: &Scene<'_>) -> Arc<Vec<CloudKey>> {
        let lists = self.lists(scene);
        let made = lists.admin_conflicts.get_or_insert_with(|| {
            let tenant = scene.world.tenant();
            let held = tenant
                .objects()
                .filter(|(_, it)| it.on_premises.admin_role_conflict);
            Arc::new(held.map(|(key, _)| key).collect())
        });
        Arc::clone(made)
    }

    /// Addresses that several have, if that was found out or the world is small.
    pub(crate) fn shared(&mut self, scene: &Scene<'_>, wanted: bool) -> Option<Arc<Vec<Shared>>> {
        let lists = self.lists(scene);
        if lists.shared.is_none() && wanted {
            lists.shared = Some(Arc::new(shared(&scene.world)));
        }
        lists.shared.clone()
    }

    /// The containers of a forest.
    pub(crate) fn containers(&mut self, scene: &Scene<'_>, forest: usize) -> Arc<Vec<ObjectId>> {
        let lists = self.lists(scene);
        let made = lists.containers.entry(forest).or_insert_with(|| {
            let directory = scene.world.forests().get(forest);
            let all = directory.map(|directory| {
                let holds = |id: &ObjectId| {
                    use ObjectKind::{Container, Domain, OrganizationalUnit};
                    let kind = directory.kind(*id);
                    matches!(kind, Container | Domain | OrganizationalUnit)
                };
                let live = directory
                    .objects()
                    .filter(|(_, object)| !object.is_deleted());
                live.map(|(id, _)| id).filter(holds).collect()
            });
            Arc::new(all.unwrap_or_default())
        });
        Arc::clone(made)
    }

    /// Users, groups and contacts of a forest.
    pub(crate) fn people(&mut self, scene: &Scene<'_>, forest: usize) -> Arc<Rows> {
        if let Some(known) = self.lists(scene).people.get(&forest) {
            return Arc::clone(known);
        }
        let latest = self.latest.people.get(&forest);
        let kept = latest.and_then(|(world, rows)| {
            kept_up::forest(world, &scene.world, forest, rows, &is_listed)
        });
        let made = Arc::new(kept.unwrap_or_else(|| {
            let directory = scene.world.forests().get(forest);
            directory.map_or_else(Rows::default, |directory| {
                let all = directory.objects();
                let listed = all.filter(|(id, object)| is_listed(directory, *id, object));
                Rows::sorted(listed.map(|(id, object)| (id.0, object.name().as_str())))
            })
        }));
        let lists = self.lists(scene);
        lists.people.insert(forest, Arc::clone(&made));
        let latest = (scene.world.clone(), Arc::clone(&made));
        self.latest.people.insert(forest, latest);
        made
    }

    /// The objects right below a container.
    pub(crate) fn children(&mut self, scene: &Scene<'_>, place: Source) -> Arc<Rows> {
        if let Some(known) = self.lists(scene).children.get(&place) {
            return Arc::clone(known);
        }
        let latest = self
            .latest
            .children
            .as_ref()
            .filter(|known| known.0 == place);
        let kept = latest.and_then(|(_, world, rows)| {
            let below =
                |_: &Directory, _: ObjectId, object: &Object| object.parent == Some(place.object);
            kept_up::forest(world, &scene.world, place.forest, rows, &below)
        });
        let made = Arc::new(kept.unwrap_or_else(|| {
            let directory = scene.world.forests().get(place.forest);
            directory.map_or_else(Rows::default, |directory| {
                let below = directory.children(place.object).filter_map(|id| {
                    let object = directory.object(id)?;
                    Some((id.0, object.name().as_str()))
                });
                Rows::sorted(below)
            })
        }));
        let lists = self.lists(scene);
        lists.children.insert(place, Arc::clone(&made));
        self.latest.children = Some((place, scene.world.clone(), Arc::clone(&made)));
        made
    }

    /// All metaverse objects.
    pub(crate) fn metaverse(&mut self, scene: &Scene<'_>) -> Arc<Rows> {
        if let Some(known) = &self.lists(scene).metaverse {
            return Arc::clone(known);
        }
        let latest = self.latest.metaverse.as_ref();
        let kept = latest.and_then(|(world, rows)| kept_up::metaverse(world, &scene.world, rows));
        let made = Arc::new(kept.unwrap_or_else(|| {
            let all = scene.world.engine().metaverse().iter();
            Rows::sorted(all.map(|(MvId(id), object)| (id, kept_up::mv_name(object))))
        }));
        self.lists(scene).metaverse = Some(Arc::clone(&made));
        self.latest.metaverse = Some((scene.world.clone(), Arc::clone(&made)));
        made
    }
}

impl Lists {
    fn at(moment: At) -> Self {
        Self {
            moment,
            cloud: None,
            space: None,
            shared: None,
            admin_conflicts: None,
            containers: BTreeMap::new(),
            people: BTreeMap::new(),
            children: BTreeMap::new(),
            metaverse: None,
        }
    }
}

/// Whether an object is listed among the people of a forest.
fn is_listed(directory: &Directory, id: ObjectId, object: &Object) -> bool {
    !object.is_deleted() && !object.placeholder && is_person(directory.kind(id))
}

/// What a metaverse object is found by.
pub(crate) fn describe_metaverse(world: &World, id: MvId, add: &mut dyn FnMut(&str)) {
    let object = world.engine().metaverse().get(id);
    let Some(attributes) = object.and_then(|object| object.attributes.as_ref()) else {
        return;
    };
    let texts = [
        &attributes.display_name,
        &attributes.user_principal_name,
        &attributes.mail,
        &attributes.sam_account_name,
    ];
    for text in texts.into_iter().flatten() {
        add(text);
    }
    for address in attributes.proxy_addresses.iter() {
        add(address.as_str());
    }
    add(&attributes.source_anchor.to_string());
}

/// Whether an object of a forest is one that is synced.
pub(crate) const fn is_person(kind: ObjectKind) -> bool {
    use ObjectKind::{Contact, Group, InetOrgPerson, User};
    matches!(kind, User | InetOrgPerson | Group | Contact)
}

/// What an object of a forest is found by.
pub(crate) fn describe_ad(world: &World, source: Source, add: &mut dyn FnMut(&str)) {
    let directory = world.forests().get(source.forest);
    let Some(object) = directory.and_then(|it| it.object(source.object)) else {
        return;
    };
    add(object.name());
    for attribute in [
        AttributeId::DISPLAY_NAME,
        AttributeId::SAM_ACCOUNT_NAME,
        AttributeId::USER_PRINCIPAL_NAME,
        AttributeId::MAIL,
    ] {
        if let Some(text) = object.text(attribute) {
            add(text);
        }
    }
    for address in object.texts(AttributeId::PROXY_ADDRESSES) {
        add(address);
    }
}

/// What an account is found by.
pub(crate) fn describe_cloud(world: &World, key: CloudKey, add: &mut dyn FnMut(&str)) {
    let Some(object) = world.tenant().object(key) else {
        return;
    };
    if let Some(upn) = &object.user_principal_name {
        add(upn.as_str());
    }
    for text in [&object.display_name, &object.mail].into_iter().flatten() {
        add(text);
    }
    for address in object.proxy_addresses.iter() {
        add(address.as_str());
    }
}

fn cloud(world: &World) -> CloudLists {
    let (mut users, mut groups, mut contacts) = (Vec::new(), Vec::new(), Vec::new());
    let mut synced = 0;
    for (key, object) in world.tenant().objects().filter(|(_, it)| it.is_live()) {
        synced += usize::from(object.is_synced());
        let name = cloud_name(object);
        match object.kind.sync_type() {
            SyncObjectType::User => users.push((key.0, name)),
            SyncObjectType::Group => groups.push((key.0, name)),
            SyncObjectType::Contact => contacts.push((key.0, name)),
            // The portals that the pages follow list devices elsewhere.
            SyncObjectType::Device => {}
        }
    }
    CloudLists {
        users: Rows::sorted(users.into_iter()),
        groups: Rows::sorted(groups.into_iter()),
        contacts: Rows::sorted(contacts.into_iter()),
        deleted: deleted(world),
        synced,
    }
}

fn deleted(world: &World) -> Rows {
    let all = world.tenant().deleted().map(|(key, _)| key.0);
    let mut all: Vec<u32> = all.collect();
    all.reverse();
    Rows::in_order(all)
}

/// What an account is sorted by.
fn cloud_name(object: &DirectoryObject) -> &str {
    let upn = object.user_principal_name.as_ref();
    let name = object.display_name.as_ref();
    name.or_else(|| upn.map(mock_cloud::Upn::text))
        .map_or("", |name| name.as_str())
}

const fn pending_import(pending: PendingImport) -> Option<&'static str> {
    match pending {
        PendingImport::None => None,
        PendingImport::Add => Some("pending-import-add"),
        PendingImport::Update => Some("pending-import-modify"),
        PendingImport::Delete => Some("pending-import-delete"),
    }
}

fn space(world: &World) -> SpaceLists {
    let mut all = SpaceLists::default();
    for (id, entry) in world.engine().entra().iter() {
        let export = match entry.pending_export {
            PendingExport::None => None,
            PendingExport::Add => Some("pending-export-add"),
            PendingExport::Update => Some("pending-export-modify"),
            PendingExport::Delete => Some("pending-export-delete"),
        };
        let failed = entry.failure.as_ref().map(|_| "export-errors");
        let lone = entry.metaverse.is_none().then_some("disconnectors");
        let joined = entry.metaverse.map(|_| "connectors");
        let import = pending_import(entry.pending_import);
        for state in [import, export, failed, lone, joined].into_iter().flatten() {
            all.entra.entry(state).or_default().push(id.0);
        }
        if failed.is_some() {
            all.failures.push(id);
        }
    }
    for (forest, directory) in world.forests().iter().enumerate() {
        let mut found: BTreeMap<&'static str, Vec<u32>> = BTreeMap::new();
        let connector = world.engine().forest(forest);
        for id in 0..directory.places() as u32 {
            let object = ObjectId(id);
            let Some(entry) = connector.and_then(|it| it.entry(object)) else {
                continue;
            };
            let error = entry.error.as_ref().map(|_| "synchronization-errors");
            let write_back = entry.write_back.then_some("pending-export-modify");
            let staged = entry.image.is_some();
            let joined = entry.metaverse.map(|_| "connectors");
            let lone = (staged && joined.is_none()).then_some("disconnectors");
            let import = pending_import(entry.pending);
            for state in [import, error, write_back, joined, lone]
                .into_iter()
                .flatten()
            {
                found.entry(state).or_default().push(id);
            }
            if error.is_some() {
                all.unsynchronised.push(Source { forest, object });
            }
        }
        all.forests.push(found);
    }
    all
}
