use mock_cloud::Profile;

use super::{Aim, Next, PlannedStep, What, missing, next};
use crate::engine::CyclePolicy;
use crate::mess::{Anchor, Mess, Of, Synced, Thing};
use crate::run::Runner;
use crate::world::{Action, World};

/// The world of a mess, as the engine leaves it.
fn settled(things: &[Thing], profile: Profile) -> (World, Aim) {
    let mess = Mess {
        people: vec![true],
        things: things.to_vec(),
    };
    let scenario = mess.scenario(profile, 0);
    let (runner, _) = Runner::start("mess.yaml", &scenario, profile).expect("a world");
    let mut world = runner.world().clone();
    for _ in 0..3 {
        world.apply(&Action::Cycle(CyclePolicy::Initial));
    }
    let aim = Aim::of(&world, runner.truth().belongs);
    (world, aim)
}

/// Every step until the planner is done.
fn repaired(world: &mut World, aim: &Aim) -> Vec<PlannedStep> {
    let mut steps = Vec::new();
    while let Next::Step(step) = next(world, aim) {
        world.apply(&step.action());
        steps.push(*step);
        assert!(steps.len() < 60, "{steps:#?}");
    }
    assert_eq!(next(world, aim), Next::Done);
    assert_eq!(missing(world, aim), None);
    steps
}

const OWN: Thing = Thing::plain(Some(0));

/// A step of the founding procedure in a word.
pub(crate) const fn verb(what: &What) -> &'static str {
    match what {
        What::MoveOut { .. } => "out",
        What::MoveBack { .. } => "back",
        What::Cycle(_) => "cycle",
        What::Purge(_) => "purge",
        What::SetImmutableId(..) => "id",
        _ => "other",
    }
}

#[test]
fn a_duplicate_is_taken_out_purged_and_replaced() {
    let (mut world, aim) = settled(&[OWN], Profile::Entra2025);
    let steps = repaired(&mut world, &aim);
    let verbs: Vec<&str> = steps.iter().map(|step| verb(&step.what)).collect();
    assert_eq!(
        verbs,
        ["out", "cycle", "cycle", "purge", "id", "back", "cycle"]
    );
}

#[test]
fn an_invalid_soft_match_needs_no_move_and_no_deletion() {
    let own = Thing {
        upn: Of::Person(0),
        primary: Some(Of::Person(0)),
        anchor: Anchor::Stale,
        synced: Synced::Formerly,
        ..OWN
    };
    let (mut world, aim) = settled(&[own], Profile::DirSync2013);
    let steps = repaired(&mut world, &aim);
    assert!(
        matches!(steps[0].what, What::SetImmutableId(..)),
        "{steps:#?}"
    );
    assert!(
        steps.iter().all(|step| !step.is_destructive()),
        "{steps:#?}"
    );
}

#[test]
fn roles_are_taken_away_only_where_they_stand_in_the_way() {
    let own = Thing { role: true, ..OWN };
    for profile in Profile::ALL {
        let (mut world, aim) = settled(&[own], profile);
        let steps = repaired(&mut world, &aim);
        let taken = steps
            .iter()
            .any(|step| matches!(step.what, What::RemoveRole(..)));
        assert_eq!(taken, profile == Profile::Entra2026, "{profile}");
    }
}

#[test]
fn a_twin_with_a_mailbox_is_never_purged() {
    let twin = Thing {
        anchor: Anchor::Person(0),
        synced: Synced::Yes,
        holds: true,
        ..Thing::plain(None)
    };
    let (mut world, aim) = settled(&[OWN, twin], Profile::Entra2025);
    let steps = repaired(&mut world, &aim);
    assert!(
        steps.iter().all(|step| !step.is_irreversible()),
        "{steps:#?}"
    );
    assert!(
        steps
            .iter()
            .any(|step| matches!(step.what, What::Restore(..))),
        "{steps:#?}"
    );
}

#[test]
fn a_script_killed_after_every_step_does_the_same() {
    let (mut world, aim) = settled(&[OWN], Profile::Entra2026);
    let mut other = world.clone();
    let steps = repaired(&mut world, &aim);
    for step in &steps {
        // Whoever looks twice plans the same.
        assert_eq!(next(&other, &aim), next(&other.clone(), &aim));
        other.apply(&step.action());
    }
    assert_eq!(world.fingerprint(), other.fingerprint());
}

#[test]
fn nothing_is_done_where_all_is_well() {
    let own = Thing {
        anchor: Anchor::Person(0),
        synced: Synced::Yes,
        ..OWN
    };
    let (world, aim) = settled(&[own], Profile::Entra2025);
    assert_eq!(next(&world, &aim), Next::Done);
}
