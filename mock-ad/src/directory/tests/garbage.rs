//! Deleted objects with time.

use super::*;

const DAY: i64 = 86_400;

/// Ann with a title, in a group G, deleted on day 0.
fn deleted(recycle_bin: bool) -> (Lab, ObjectId, ObjectId) {
    let mut lab = Lab::new(recycle_bin);
    let names = [
        (AttributeId::SAM_ACCOUNT_NAME, "ann"),
        (AttributeId::TITLE, "Clerk"),
    ];
    let ann = lab.try_add("CN=Ann,CN=Users", "user", &names).unwrap();
    let group = lab.add("CN=G,CN=Users", "group");
    let dn = lab.directory.dn_text(ann);
    lab.modify(group, Modification::add(AttributeId::MEMBER, [dn]))
        .unwrap();
    lab.directory.delete(ann, at(0)).unwrap();
    (lab, ann, group)
}

fn is_recycled(lab: &Lab, id: ObjectId) -> bool {
    let values = lab.directory.attribute_values(id, AttributeId::IS_RECYCLED);
    values == [true.into()]
}

#[test]
fn a_deleted_object_is_recycled_and_then_gone() {
    let (mut lab, ann, group) = deleted(true);
    let guid = lab.directory.object(ann).unwrap().guid;
    lab.directory.collect_garbage(at(180 * DAY - 1));
    assert!(!is_recycled(&lab, ann));
    let seen = lab.directory.highest_committed_usn();
    lab.directory.collect_garbage(at(180 * DAY + 3600));
    assert!(
        !is_recycled(&lab, ann),
        "garbage is collected every twelve hours"
    );
    lab.directory.collect_garbage(at(181 * DAY));
    assert!(is_recycled(&lab, ann));
    assert!(
        lab.directory.changes_since(seen).eq([ann]),
        "it is a change"
    );
    let object = lab.directory.object(ann).unwrap();
    assert_eq!(object.text(AttributeId::TITLE), None);
    assert_eq!(object.text(AttributeId::SAM_ACCOUNT_NAME).unwrap(), "ann");
    let refusal = lab.directory.restore(ann, None, at(181 * DAY)).unwrap_err();
    assert_eq!((refusal.code.0, refusal.win32), (53, 0x2077));
    assert_eq!(
        lab.directory.links().count(),
        0,
        "{group:?} has forgotten her"
    );

    // Recycled on day 180, whenever that was noticed.
    lab.directory.collect_garbage(at(360 * DAY - 1));
    assert!(lab.directory.object(ann).is_some());
    lab.directory.collect_garbage(at(361 * DAY));
    assert!(lab.directory.object(ann).is_none());
    assert_eq!(lab.directory.find_by_guid(&guid), None);
    assert!(lab.directory.objects().all(|(id, _)| id != ann));
    assert_eq!(lab.directory.dn_text(ann), "");
    let bob = lab.add("CN=Bob,CN=Users", "user");
    assert!(bob > ann, "places are never given twice");
}

#[test]
fn lifetimes_are_settings_of_the_forest() {
    let (mut lab, ann, _) = deleted(true);
    lab.directory
        .configure(ForestSetting::TombstoneLifetime(10))
        .unwrap();
    assert_eq!(
        lab.directory.deleted_object_lifetime(),
        10,
        "unless it is set"
    );
    lab.directory
        .configure(ForestSetting::DeletedObjectLifetime(Some(3)))
        .unwrap();
    let refused = lab
        .directory
        .configure(ForestSetting::TombstoneLifetime(1))
        .unwrap_err();
    assert_eq!(refused.code, ResultCode::UNWILLING_TO_PERFORM);
    let service = "CN=Directory Service,CN=Windows NT,CN=Services,CN=Configuration,\
                   DC=example,DC=test";
    let configuration = lab.directory.configuration();
    let service = configuration.find(&service.parse().unwrap()).unwrap();
    for (name, days) in [("tombstoneLifetime", 10), ("msDS-DeletedObjectLifetime", 3)] {
        let attribute = configuration.schema().attribute(name).unwrap();
        assert_eq!(
            configuration.attribute_values(service, attribute),
            [days.into()]
        );
    }
    lab.directory.collect_garbage(at(3 * DAY));
    assert!(is_recycled(&lab, ann));
    lab.directory.collect_garbage(at(13 * DAY));
    assert!(lab.directory.object(ann).is_none());
}

#[test]
fn tombstones_are_lost_once_the_recycle_bin_is_on() {
    let (mut lab, ann, _) = deleted(false);
    assert!(
        is_recycled(&lab, ann),
        "a tombstone is marked as well ([MS-ADA1] 2.340)"
    );
    let fork = lab.directory.clone();
    lab.directory.configure(ForestSetting::RecycleBin).unwrap();
    assert!(!fork.has_recycle_bin(), "a fork does not notice");
    let again = lab
        .directory
        .configure(ForestSetting::RecycleBin)
        .unwrap_err();
    assert_eq!((again.code.0, again.win32), (20, 0x2083));
    let lost = lab.directory.restore(ann, None, at(2)).unwrap_err();
    assert_eq!((lost.code.0, lost.win32), (53, 0x2077));
    let mut fork = fork;
    fork.restore(ann, None, at(2)).unwrap();
    assert!(fork.is_live(ann));
    fork.collect_garbage(at(400 * DAY));
    assert!(fork.is_live(ann), "what is not deleted is no garbage");
}

#[test]
fn what_is_deleted_twice_is_recycled() {
    let (mut lab, ann, _) = deleted(true);
    lab.directory.delete_tree(ann, at(5)).unwrap();
    assert!(is_recycled(&lab, ann));
    let more = lab.directory.delete(ann, at(6)).unwrap_err();
    assert_eq!(more.code, ResultCode::NO_SUCH_OBJECT);
    let (mut lab, ann, _) = deleted(false);
    assert!(
        lab.directory.delete(ann, at(5)).is_err(),
        "a tombstone stays one"
    );
}
