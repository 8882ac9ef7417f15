//! Wrong passwords.

use super::*;

const MINUTE: i64 = 60;
const STEPS: i64 = -10_000_000;

/// Ann with a password, in a domain that locks accounts after three wrong ones, for half an hour.
fn lab() -> (Lab, ObjectId) {
    let mut lab = Lab::new(true);
    let ann = lab.add("CN=Ann,CN=Users", "user");
    lab.directory.set_password(ann, "First-1");
    let domain = lab.directory.domain();
    for (name, value) in [
        ("lockoutThreshold", 3),
        ("lockoutDuration", 30 * MINUTE * STEPS),
        ("lockOutObservationWindow", 10 * MINUTE * STEPS),
    ] {
        let attribute = lab.directory.schema().attribute(name).unwrap();
        lab.modify(domain, Modification::replace(attribute, [value]))
            .unwrap();
    }
    (lab, ann)
}

fn number(lab: &Lab, id: ObjectId, attribute: AttributeId) -> i64 {
    let object = lab.directory.object(id).unwrap();
    object.integer(attribute).unwrap_or_default()
}

fn is_locked(lab: &Lab, id: ObjectId, second: i64) -> bool {
    let object = lab.directory.object(id).unwrap();
    lab.directory.is_locked_out(object, at(second))
}

#[test]
fn three_wrong_passwords_lock_for_half_an_hour() {
    let (mut lab, ann) = lab();
    let start = lab.directory.highest_committed_usn();
    for second in [1000, 1001] {
        lab.directory.authenticate(ann, false, at(second)).unwrap();
    }
    assert_eq!(number(&lab, ann, AttributeId::BAD_PWD_COUNT), 2);
    assert_eq!(
        lab.directory.highest_committed_usn(),
        start,
        "the count does not replicate"
    );
    assert!(!is_locked(&lab, ann, 1001));
    lab.directory.authenticate(ann, false, at(1002)).unwrap();
    assert!(is_locked(&lab, ann, 1002));
    assert!(
        lab.directory.changes_since(start).eq([ann]),
        "the lockout does"
    );
    lab.directory.authenticate(ann, false, at(1003)).unwrap();
    assert_eq!(
        number(&lab, ann, AttributeId::BAD_PWD_COUNT),
        3,
        "nothing counts while locked"
    );
    assert!(is_locked(&lab, ann, 1001 + 30 * MINUTE));
    assert!(!is_locked(&lab, ann, 1002 + 30 * MINUTE));
    lab.directory
        .authenticate(ann, true, at(1002 + 30 * MINUTE))
        .unwrap();
    assert_eq!(number(&lab, ann, AttributeId::BAD_PWD_COUNT), 0);
    assert_eq!(number(&lab, ann, AttributeId::LOCKOUT_TIME), 0);
}

#[test]
fn counts_begin_anew_after_the_window_and_an_administrator_unlocks() {
    let (mut lab, ann) = lab();
    for second in [1000, 1001, 1001 + 10 * MINUTE] {
        lab.directory.authenticate(ann, false, at(second)).unwrap();
    }
    assert_eq!(number(&lab, ann, AttributeId::BAD_PWD_COUNT), 1);
    for second in [2000, 2001] {
        lab.directory.authenticate(ann, false, at(second)).unwrap();
    }
    assert!(is_locked(&lab, ann, 2001));
    lab.modify(ann, Modification::replace(AttributeId::LOCKOUT_TIME, [0]))
        .unwrap();
    assert!(!is_locked(&lab, ann, 2001));
    assert_eq!(number(&lab, ann, AttributeId::BAD_PWD_COUNT), 0);

    let duration = lab.directory.schema().attribute("lockoutDuration").unwrap();
    let domain = lab.directory.domain();
    lab.modify(domain, Modification::replace(duration, [i64::MIN]))
        .unwrap();
    for second in [3000, 3001, 3002] {
        lab.directory.authenticate(ann, false, at(second)).unwrap();
    }
    assert!(is_locked(&lab, ann, 1_000_000_000), "for ever");
}
