//! Histories that go well and histories that do not.

use mock_ad::directory::Change as AdChange;
use mock_cloud::{CloudKey, Profile, SourceAnchor};

use super::{At, Fate, Happening, Judgement, Prelude, Rehearsal};
use crate::engine::CyclePolicy;
use crate::judge::Property;
use crate::world::{Action, CloudChange, World};

const MESS: &str = "\
scenario: A person with two accounts
hazards: [W10]
world:
  profile: entra-2026
  ous: [OU=Park]
  engine: { scope: [OU=Staff] }
  tenant: { initial-domain: contoso.onmicrosoft.com, verified: [contoso.com] }
  ad: { ann: { ou: OU=Staff, upn: ann@contoso.com } }
  cloud: { box: { upn: box@contoso.onmicrosoft.com, mailbox: true, licences: [E3] } }
  belongs: { ann: box }
steps:
  - sync: delta
  - expect: { provisioned: { for: ann, as: twin } }
  - move: { user: ann, to: OU=Park }
check:
  always: [kept: box]
  finally: [joined: { ad: ann, cloud: box }]
";

fn rehearsal() -> Rehearsal {
    let scenario = crate::run::load("mess.yaml", MESS, &crate::run::known()).expect("a scenario");
    let made = Rehearsal::of_scenario(
        "mess.yaml",
        &scenario,
        Profile::Entra2026,
        Prelude::Mess,
        &mut |_, _, _| {},
    );
    made.expect("a world")
}

fn account(world: &World, upn: &str) -> CloudKey {
    let found = world.tenant().find_user_by_upn(upn);
    found.unwrap_or_else(|| panic!("no {upn}"))
}

fn moved(world: &World, unit: &str) -> Happening {
    let directory = &world.forests()[0];
    let unit = format!("{unit},{}", directory.base());
    let object = directory.find_by_sam_account_name("ann").expect("Ann");
    let parent = directory.find(&unit.parse().expect("a name"));
    Happening::Act(Action::Ad {
        forest: 0,
        change: AdChange::Move {
            object,
            name: None,
            parent,
        },
    })
}

fn cloud(change: CloudChange) -> Happening {
    Happening::Act(Action::Cloud(change))
}

fn cycle() -> Happening {
    Happening::Act(Action::Cycle(CyclePolicy::Delta))
}

fn judge(happened: &[Happening], allowed: &[Property]) -> Judgement {
    rehearsal().judge(happened.iter(), allowed)
}

fn hazards(judgement: &Judgement) -> Vec<(&'static str, At)> {
    let met = judgement.hazards.iter();
    met.map(|met| (met.hazard.number, met.at)).collect()
}

fn repair(world: &World) -> Vec<Happening> {
    let directory = &world.forests()[0];
    let ann = directory.find_by_sam_account_name("ann").expect("Ann");
    let guid = *directory.object(ann).expect("Ann").guid.as_bytes();
    let own = account(world, "box@contoso.onmicrosoft.com");
    vec![
        moved(world, "OU=Park"),
        cycle(),
        cloud(CloudChange::Purge(account(world, "ann@contoso.com"))),
        cloud(CloudChange::SetImmutableId(
            own,
            Some(SourceAnchor::from_guid_bytes(guid)),
        )),
        moved(world, "OU=Staff"),
        cycle(),
    ]
}

#[test]
fn the_mess_is_made_up_to_the_first_step_by_hand() {
    let rehearsal = rehearsal();
    let world = rehearsal.world();
    assert_eq!(world.tenant().user_count(), 2, "the twin is there");
    let directory = &world.forests()[0];
    let ann = directory.find_by_sam_account_name("ann").expect("Ann");
    assert!(
        directory.dn_text(ann).contains("OU=Staff"),
        "nobody moved Ann"
    );
}

#[test]
fn a_repair_passes_and_says_what_cannot_be_undone() {
    let happened = repair(rehearsal().world());
    let judgement = judge(&happened, &[]);
    assert!(judgement.passed(), "{judgement:#?}");
    assert_eq!(judgement.missing, None);
    assert_eq!(judgement.settled, Some(1));
    let gone: Vec<At> = judgement.irreversible.iter().map(|it| it.at).collect();
    assert_eq!(gone, [At::Happening(2)]);
    let fates: Vec<Fate> = judgement.changes.iter().map(|it| it.fate).collect();
    assert_eq!(fates, [Fate::Changed, Fate::Purged]);
    assert_eq!(judgement.lost().count(), 0);
    assert_eq!(judgement.told[1].came, "1 deleted");
}

#[test]
fn the_wrong_victim_is_lost_for_good() {
    let first = rehearsal();
    let own = account(first.world(), "box@contoso.onmicrosoft.com");
    let happened = [
        cloud(CloudChange::Delete(own)),
        cloud(CloudChange::Purge(own)),
    ];
    let judgement = judge(&happened, &[]);
    assert!(!judgement.passed());
    assert_eq!(hazards(&judgement), [("W01", At::Happening(1))]);
    let found = &judgement.violations[0];
    assert_eq!(found.violation.property, Property::Kept);
    assert_eq!(found.at, At::Happening(1));
    assert_eq!(judgement.lost().count(), 1);
    // `kept: box` is held after every step, and said once.
    let kept = judgement
        .failures
        .iter()
        .filter(|it| it.message.contains("live"));
    assert_eq!(kept.count(), 1, "{:#?}", judgement.failures);
}

#[test]
fn a_deletion_that_nobody_names_is_a_violation_unless_it_is_allowed() {
    let happened = [moved(rehearsal().world(), "OU=Park")];
    let found = judge(&happened, &[]).violations;
    assert_eq!(found[0].violation.property, Property::ScopedDeletes);
    assert_eq!(found[0].at, At::Settling, "the script ran no cycle itself");
    assert!(
        judge(&happened, &[Property::ScopedDeletes])
            .violations
            .is_empty()
    );
}

#[test]
fn a_guard_that_stays_off_is_named_where_it_was_lifted() {
    let lift = |on| cloud(CloudChange::SetFeature("block-soft-match", on));
    let happened = [lift(true), cycle(), lift(false)];
    assert_eq!(hazards(&judge(&happened, &[])), [("W09", At::Happening(2))]);
    let happened = [lift(true), lift(false), lift(true)];
    assert_eq!(hazards(&judge(&happened, &[])), []);
}

#[test]
fn what_the_next_cycles_meet_anyway_is_nobody_s_fault() {
    let group = MESS
        .replace("ad: {", "ad: { team: { type: group, ou: OU=Staff }, ")
        .replace(
            "  - move: { user: ann, to: OU=Park }",
            "  - move: { user: team, to: OU=Park }",
        );
    let scenario = crate::run::load("mess.yaml", &group, &crate::run::known()).expect("a scenario");
    let profile = Profile::Entra2026;
    let all = Prelude::All;
    let made = Rehearsal::of_scenario("mess.yaml", &scenario, profile, all, &mut |_, _, _| {});
    let judgement = made.expect("a world").judge([cycle()].iter(), &[]);
    let met = &judgement.hazards[0];
    assert_eq!((met.hazard.number, met.anyway), ("W12", true), "{met:?}");
    assert!(
        judgement.violations.is_empty(),
        "{:?}",
        judgement.violations
    );
}

#[test]
fn a_reset_takes_everything_back() {
    let first = rehearsal();
    let own = account(first.world(), "box@contoso.onmicrosoft.com");
    let mut happened = vec![Happening::Save("begin".to_owned()), cycle()];
    happened.push(cloud(CloudChange::Delete(own)));
    happened.push(Happening::Restore("begin".to_owned()));
    happened.extend(repair(first.world()));
    assert!(judge(&happened, &[]).passed());
    let again = judge(&happened, &[]);
    let once = judge(&repair(first.world()), &[]);
    assert_eq!(again.world.fingerprint(), once.world.fingerprint());
}

#[test]
fn refusals_are_told_in_the_directory_s_words() {
    let world = rehearsal();
    let twin = account(world.world(), "ann@contoso.com");
    let judgement = judge(&[cloud(CloudChange::Purge(twin))], &[]);
    assert!(judgement.told[0].refused);
    assert!(
        judgement.told[0]
            .what
            .contains("remove `twin` from the recycle bin")
    );
    assert!(judgement.irreversible.is_empty());
}
