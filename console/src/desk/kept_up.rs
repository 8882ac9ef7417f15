//! Lists of another moment, kept up: objects that two worlds share have not changed.

use std::sync::Arc;

use mock_ad::directory::{Directory, Object, ObjectId};
use mock_cloud::{DirectoryObject, SyncObjectType};
use sim::engine::MvObject;
use sim::world::World;

use super::{CloudLists, cloud_name, deleted};
use crate::rows::Rows;

/// Where more has changed, a list is made anew.
const CHANGED_MAX: usize = 2_000;

/// Objects that are not the same in two tables, as they are in the second; `None` where they are
/// too many, or the second has fewer.
fn changed<'n, K: Copy, T>(
    then: impl Iterator<Item = (K, &'n Arc<T>)>,
    now: impl Iterator<Item = (K, &'n Arc<T>)>,
) -> Option<Vec<(K, Option<&'n T>, &'n T)>>
where
    T: 'n,
{
    let mut then = then.map(|(_, was)| was);
    let mut found = Vec::new();
    for (key, is) in now {
        let was = then.next();
        if was.is_some_and(|was| Arc::ptr_eq(was, is)) {
            continue;
        }
        found.push((key, was.map(|was| &**was), &**is));
        if found.len() > CHANGED_MAX {
            return None;
        }
    }
    then.next().is_none().then_some(found)
}

/// The lists of the tenant as they are now.
pub(super) fn cloud(then: &World, now: &World, lists: &CloudLists) -> Option<CloudLists> {
    let changed = changed(then.tenant().objects(), now.tenant().objects())?;
    let counts = |object: &DirectoryObject| usize::from(object.is_live() && object.is_synced());
    let left: usize = changed.iter().filter_map(|one| one.1.map(counts)).sum();
    let come: usize = changed.iter().map(|one| counts(one.2)).sum();
    let of = |wanted: SyncObjectType| -> Vec<(u32, Option<&str>)> {
        let all = changed.iter();
        all.map(|(key, _, object)| {
            let stays = object.is_live() && object.kind.sync_type() == wanted;
            (key.0, stays.then(|| cloud_name(object)))
        })
        .collect()
    };
    Some(CloudLists {
        users: lists.users.updated(&of(SyncObjectType::User)),
        groups: lists.groups.updated(&of(SyncObjectType::Group)),
        contacts: lists.contacts.updated(&of(SyncObjectType::Contact)),
        deleted: deleted(now),
        synced: (lists.synced + come).saturating_sub(left),
    })
}

/// Whether an object is in a list.
pub(super) type Listed<'a> = &'a dyn Fn(&Directory, ObjectId, &Object) -> bool;

/// A list of a forest as it is now.
pub(super) fn forest(
    then: &World,
    now: &World,
    forest: usize,
    rows: &Rows,
    is_listed: Listed<'_>,
) -> Option<Rows> {
    let (then, now) = (then.forests().get(forest)?, now.forests().get(forest)?);
    let changed = changed(then.objects(), now.objects())?;
    let all = changed.iter().map(|(id, _, object)| {
        let stays = is_listed(now, *id, object);
        (id.0, stays.then(|| object.name().as_str()))
    });
    Some(rows.updated(&all.collect::<Vec<_>>()))
}

/// The list of the metaverse as it is now.
pub(super) fn metaverse(then: &World, now: &World, rows: &Rows) -> Option<Rows> {
    let (then, now) = (then.engine().metaverse(), now.engine().metaverse());
    let mut changed: Vec<(u32, Option<&str>)> = Vec::new();
    for (id, object) in now.iter() {
        if !then.get(id).is_some_and(|was| is_same(was, object)) {
            changed.push((id.0, Some(mv_name(object))));
        }
        if changed.len() > CHANGED_MAX {
            return None;
        }
    }
    let gone = then.iter().filter(|(id, _)| now.get(*id).is_none());
    changed.extend(gone.take(CHANGED_MAX + 1).map(|(id, _)| (id.0, None)));
    changed.sort_unstable();
    (changed.len() <= CHANGED_MAX).then(|| rows.updated(&changed))
}

fn is_same(was: &MvObject, is: &MvObject) -> bool {
    match (&was.attributes, &is.attributes) {
        (Some(was), Some(is)) => Arc::ptr_eq(was, is),
        (None, None) => was.source == is.source,
        _ => false,
    }
}

/// What a metaverse object is sorted by.
pub(super) fn mv_name(object: &MvObject) -> &str {
    let attributes = object.attributes.as_ref();
    let name = attributes.and_then(|it| it.display_name.as_ref());
    name.map_or("", |name| name.as_str())
}
