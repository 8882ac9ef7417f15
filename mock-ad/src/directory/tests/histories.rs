//! Laws that hold after any history of requests.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

/// One request, on objects that are picked by number.
#[derive(Debug, Clone)]
enum Step {
    Add(u8, u8),
    Describe(u8, String),
    Join(u8, u8),
    Leave(u8, u8),
    Report(u8, u8),
    Move(u8, u8),
    Rename(u8, u8),
    Delete(u8),
    Restore(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (a, b) = (any::<u8>(), any::<u8>());
    let step = prop_oneof![
        (a, b).prop_map(|(a, b)| Step::Add(a, b)),
        (a, "[ab]{0,2}").prop_map(|(a, text)| Step::Describe(a, text)),
        (a, b).prop_map(|(a, b)| Step::Join(a, b)),
        (a, b).prop_map(|(a, b)| Step::Leave(a, b)),
        (a, b).prop_map(|(a, b)| Step::Report(a, b)),
        (a, b).prop_map(|(a, b)| Step::Move(a, b)),
        (a, b).prop_map(|(a, b)| Step::Rename(a, b)),
        a.prop_map(Step::Delete),
        a.prop_map(Step::Restore),
    ];
    prop::collection::vec(step, 0..40)
}

fn pick(directory: &Directory, number: u8) -> ObjectId {
    ObjectId(u32::from(number) % directory.places() as u32)
}

fn run(lab: &mut Lab, step: &Step) -> Result<(), Refusal> {
    lab.clock += 1;
    let now = at(lab.clock);
    let d = &lab.directory;
    match step {
        Step::Add(a, b) => {
            let parent = d.dn(pick(d, *b));
            let class = ["organizationalUnit", "user", "group"][usize::from(a % 3)];
            let by = if a % 3 == 0 { "OU" } else { "CN" };
            let request = AddRequest {
                dn: parent.child(Rdn::new(by, format!("n{}", a % 16))),
                attributes: vec![(AttributeId::OBJECT_CLASS, vec![class.into()])],
                guid: (lab.guids)(),
            };
            lab.directory.add(request, now).map(drop)
        }
        Step::Describe(a, text) => {
            let id = pick(d, *a);
            let changes = [
                Modification::replace(AttributeId::DESCRIPTION, [text.as_str()]),
                Modification::clear(AttributeId::COUNTRY_CODE),
            ];
            lab.directory.modify(id, &changes, now)
        }
        Step::Join(a, b) => {
            let change = Modification::add(AttributeId::MEMBER, [d.dn_text(pick(d, *b))]);
            let id = pick(d, *a);
            lab.directory.modify(id, &[change], now)
        }
        Step::Leave(a, b) => {
            let change = Modification::delete(AttributeId::MEMBER, [d.dn_text(pick(d, *b))]);
            let id = pick(d, *a);
            lab.directory.modify(id, &[change], now)
        }
        Step::Report(a, b) => {
            let change = Modification::replace(AttributeId::MANAGER, [d.dn_text(pick(d, *b))]);
            let id = pick(d, *a);
            lab.directory.modify(id, &[change], now)
        }
        Step::Move(a, b) => {
            let (id, parent) = (pick(d, *a), pick(d, *b));
            lab.directory.move_or_rename(id, None, Some(parent), now)
        }
        Step::Rename(a, b) => {
            let id = pick(d, *a);
            let name = format!("n{}", b % 16).into();
            lab.directory.move_or_rename(id, Some(name), None, now)
        }
        Step::Delete(a) => {
            let id = pick(d, *a);
            lab.directory.delete(id, now)
        }
        Step::Restore(a) => {
            let id = pick(d, *a);
            lab.directory.restore(id, None, now)
        }
    }
}

/// All that can be asked of a directory, as text.
fn picture(directory: &Directory) -> String {
    let mut all = format!("{:?}", directory.highest_committed_usn());
    for (id, object) in directory.objects() {
        let links = [AttributeId::MEMBER, AttributeId::MANAGER]
            .map(|attribute| directory.link_targets(id, attribute));
        writeln!(all, "{:?} {object:?} {links:?}", directory.dn_text(id)).unwrap();
    }
    all
}

fn check(directory: &Directory) -> Result<(), TestCaseError> {
    let mut latest = Vec::new();
    for (id, object) in directory.objects() {
        latest.push((object.usn_changed, id));
        prop_assert_eq!(directory.find(&directory.dn(id)), Some(id));
        prop_assert_eq!(directory.find_by_guid(&object.guid), Some(id));
        let text: Dn = directory.dn_text(id).parse().unwrap();
        prop_assert_eq!(text, directory.dn(id));
        if let Some(parent) = object.parent {
            prop_assert!(directory.children(parent).any(|child| child == id));
        }
        let mut children = directory.children(id);
        let is_parent = |child| directory.object(child).unwrap().parent == Some(id);
        prop_assert!(children.all(is_parent));
        for (forward, back) in [
            (AttributeId::MEMBER, AttributeId::MEMBER_OF),
            (AttributeId::MANAGER, AttributeId::DIRECT_REPORTS),
        ] {
            for target in directory.link_targets(id, forward) {
                prop_assert!(directory.back_links(target, back).contains(&id));
            }
            for source in directory.back_links(id, back) {
                prop_assert!(directory.link_targets(source, forward).contains(&id));
            }
        }
        prop_assert!(directory.link_targets(id, AttributeId::MANAGER).len() <= 1);
    }
    latest.sort();
    for seen in [
        0,
        latest.len() as u64 / 2,
        directory.highest_committed_usn().0,
    ] {
        let expected = latest
            .iter()
            .filter(|(usn, _)| usn.0 > seen)
            .map(|(_, id)| *id);
        prop_assert!(directory.changes_since(Usn(seen)).eq(expected));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_laws_hold_after_any_history(steps in steps(), recycle_bin in any::<bool>()) {
        let mut lab = Lab::new(recycle_bin);
        for step in &steps {
            let fork = lab.directory.clone();
            let before = picture(&fork);
            let usn = fork.highest_committed_usn();
            if run(&mut lab, step).is_err() {
                prop_assert_eq!(&picture(&lab.directory), &before, "a refusal changes nothing");
            } else {
                prop_assert!(lab.directory.highest_committed_usn() > usn);
            }
            prop_assert_eq!(&picture(&fork), &before, "a fork notices nothing");
            check(&lab.directory)?;
        }
    }
}
