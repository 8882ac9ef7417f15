//! A learner at work, without a directory on disk.

use std::sync::{Arc, Mutex};

use serde_json::Value;
use sim::lab::{Session, load};
use sim::rehearse::Happening;

use super::*;
use crate::{Note, Practice, Terms};

const LAB: &str = "lab: T1
title: Twins
goal: Tell twins apart.
brief: Somebody is there `twice`, <<b>she<</b> says.
world:
  profile: entra-2026
  ous: [OU=NotSynced]
  engine: { scope: [OU=Staff], schedule: every 30m }
  tenant: { initial-domain: contoso.onmicrosoft.com, verified: [contoso.com] }
  ad: { ann: { ou: OU=Staff, upn: ann@contoso.com } }
  cloud: { ann-mailbox: { upn: ann@contoso.onmicrosoft.com, mailbox: true } }
  belongs: { ann: ann-mailbox }
picture: { text: One., rows: [{ ad: ann, cloud: ann-mailbox }] }
win: [{ name: link, met: made, expect: [joined: { ad: ann, cloud: ann-mailbox }] }]
predict: [{ cycle: 1, about: ann }]
hints: [{ stage: Anchor, concept: The anchor., object: ann-mailbox, command: set-immutable-id }]
par: { commands: 1, cycles: 1 }
solve:
  - set-immutable-id: { user: ann-mailbox, from: ann }
  - sync: delta
debrief: [{ says: An anchor matches first., rules: [R2.4] }]
";

/// What was done in the world of a lab, as a learner's directory keeps it.
#[derive(Debug, Clone, Default)]
struct Kept(Arc<Mutex<Vec<Value>>>);

impl host::Keep for Kept {
    fn keep(&self, _: u64, entry: &Value) -> Result<(), String> {
        self.0.lock().expect("nobody panics").push(entry.clone());
        Ok(())
    }
}

/// A session in memory, which hears of the lab's journal.
#[derive(Debug)]
struct Learner {
    session: Session,
    terms: Terms,
    notes: Vec<Note>,
    kept: Kept,
}

impl Practice for Learner {
    fn session(&self) -> &Session {
        &self.session
    }

    fn terms(&self) -> Terms {
        self.terms.clone()
    }

    fn follow(&mut self) -> Result<(), String> {
        let entries = std::mem::take(&mut *self.kept.0.lock().expect("nobody panics"));
        for entry in entries {
            if let (_, Happening::Act(action)) = host::read_entry(self.session.world(), &entry)? {
                self.session.act(&action);
            }
        }
        Ok(())
    }

    fn note(&mut self, note: &Note) -> Result<(), String> {
        match note {
            Note::Predict { object, outcome } => {
                self.session.announce(object, outcome.parse()?)?;
            }
            Note::Hint(place) => drop(self.session.hint(Some(*place))),
            Note::Undo(count) => drop(self.session.undo(*count)),
            Note::Solution => self.session.show_solution(),
        }
        self.notes.push(note.clone());
        Ok(())
    }
}

fn learner(exam: bool, incident: bool) -> Browser {
    let words = sim::run::known();
    let lab = load("t1.yaml", LAB, 1, &words).expect("a lab");
    let settings = LabSettings::default();
    let session = Session::begin("t1.yaml", &lab, Profile::Entra2026, &mut settings.arrange());
    let session = session.expect("a world");
    let mut world = Lab::new(session.rehearsal(), settings);
    let kept = Kept::default();
    let keeper = Arc::new(kept.clone());
    let reopened = world.reopen(std::iter::empty(), keeper);
    reopened.expect("nothing was kept yet");
    let terms = Terms {
        seed: 1,
        learner: Some("Ada".to_owned()),
        exam,
        incident,
    };
    let practice = Learner {
        session,
        terms,
        notes: Vec::new(),
        kept,
    };
    Browser {
        lab: world,
        console: Console::new(Settings::local(KEY)).with_practice(Box::new(practice)),
    }
}

#[track_caller]
fn led_to(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> String {
    let response = browser.post(path, fields);
    assert_eq!(response.status, 303, "{path}");
    let to = response.header_value("Location");
    crate::query::decode(to.unwrap_or_default())
}

#[test]
fn the_goal_stands_beside_the_present() {
    let mut browser = learner(false, false);
    let page = browser.page("/labs");
    for expected in [
        "T1 Twins",
        "0 of 1 of the goal",
        "&lt;b&gt;she&lt;/b&gt; says",
        "The goal beside the present",
        "What will the next cycle do to <b>ann</b>?",
        "Take a hint (concept, 3 points)",
    ] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    assert!(
        browser
            .page("/cloud/users")
            .contains("href=\"/labs\">T1 Twins</a>")
    );
}

#[test]
fn the_page_of_an_object_does_not_say_what_the_next_cycle_will_do() {
    let mut browser = learner(false, false);
    browser.act(&[("do", "run"), ("connector", "ad0"), ("step", "full-import")]);
    let synchronise = [
        ("do", "run"),
        ("connector", "ad0"),
        ("step", "full-synchronization"),
    ];
    browser.act(&synchronise);
    let person = browser.object("/onprem", "ann");
    let page = browser.page(&person);
    assert!(
        page.contains("no link yet: the next export decides"),
        "{page}"
    );
    for told in ["at the next export", "creates an account", "blocked by"] {
        assert!(!page.contains(told), "{told}: {page}");
    }
    assert_eq!(led_to(&mut browser, "/labs/solution", &[]), "/labs");
    let page = browser.page(&person);
    assert!(
        page.contains("the next export creates an account"),
        "{page}"
    );
}

#[test]
fn answers_are_closed_until_the_solution_was_shown() {
    let mut browser = learner(false, false);
    assert!(browser.page("/plan").contains("Closed while you learn"));
    assert!(
        browser
            .page("/preview/objects")
            .contains("Closed while you learn")
    );
    assert_eq!(browser.post("/preview", &[("policy", "delta")]).status, 403);
    assert_eq!(browser.post("/plan", &[]).status, 403);
    assert_eq!(
        browser
            .post("/timeline/branch", &[("insert", "delta")])
            .status,
        403
    );
    assert!(!browser.page("/timeline").contains("What if"));
    assert_eq!(led_to(&mut browser, "/labs/solution", &[]), "/labs");
    let page = browser.page("/labs");
    assert!(page.contains("set-immutable-id") && page.contains("An anchor matches first."));
    assert!(!browser.page("/plan").contains("Closed while you learn"));
    assert!(browser.page("/timeline").contains("What if"));
}

#[test]
fn a_cycle_waits_for_its_prediction() {
    let mut browser = learner(false, false);
    let cycle = [("do", "cycle"), ("policy", "delta")];
    let to = led_to(&mut browser, "/act", &cycle);
    assert!(
        to.contains("problem=predict first what this does to ann"),
        "{to}"
    );
    // Neither by time that passes nor by a run profile of its own.
    for way in [
        &[("do", "advance"), ("by", "1h")][..],
        &[("do", "run"), ("connector", "entra"), ("step", "export")],
    ] {
        let to = led_to(&mut browser, "/act", way);
        assert!(to.contains("problem=predict first"), "{way:?}: {to}");
    }
    assert_eq!(browser.lab.journal().len(), 0);
    let import = [("do", "run"), ("connector", "ad0"), ("step", "full-import")];
    assert!(!led_to(&mut browser, "/act", &import).contains("problem"));
    let to = led_to(
        &mut browser,
        "/labs/predict",
        &[("object", "ann"), ("outcome", "no")],
    );
    assert!(to.contains("`no` is no prediction"), "{to}");
    let fields = [("object", "ann"), ("outcome", "create")];
    assert_eq!(led_to(&mut browser, "/labs/predict", &fields), "/labs");
    assert!(!led_to(&mut browser, "/act", &cycle).contains("problem"));
    assert_eq!(browser.lab.journal().len(), 2);
}

#[test]
fn what_was_done_is_undone_in_the_world_too() {
    let mut browser = learner(false, false);
    let before = browser.lab.world().fingerprint();
    browser.act(&[("do", "advance"), ("by", "1m")]);
    browser.act(&[("do", "advance"), ("by", "1m")]);
    assert_eq!(
        led_to(&mut browser, "/labs/undo", &[("count", "9")]),
        "/labs"
    );
    assert_eq!(browser.lab.world().fingerprint(), before);
    let to = led_to(&mut browser, "/labs/undo", &[]);
    assert!(to.contains("there is nothing to undo here"), "{to}");
}

#[test]
fn an_exam_allows_no_way_back_and_an_incident_tells_no_reason() {
    let mut exam = learner(true, false);
    exam.act(&[("do", "advance"), ("by", "1m")]);
    for path in ["/labs/undo", "/labs/hint", "/labs/solution"] {
        let to = led_to(&mut exam, path, &[]);
        assert!(to.contains("this is an exam"), "{path}: {to}");
    }
    let to = led_to(&mut exam, "/act", &[("do", "reset")]);
    assert!(to.contains("this is an exam"), "{to}");
    assert_eq!(exam.lab.journal().len(), 1);
    let mut incident = learner(false, true);
    let page = incident.page("/labs");
    assert!(!page.contains("The goal beside the present") && !page.contains("R2."));
    let person = incident.object("/onprem", "ann");
    assert!(!incident.page(&person).contains("class=\"chain\""));
    let mut open = learner(false, false);
    assert!(open.page(&person).contains("class=\"chain\""));
}

#[test]
fn nobody_works_on_a_lab_that_is_not_there() {
    let mut browser = Browser::new();
    assert_eq!(browser.post("/labs/hint", &[]).status, 404);
    assert!(browser.page("/labs").contains("It is no lab"));
}
