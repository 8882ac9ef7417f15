//! A lab that a learner works on in the console.

use std::fmt;

use host::Lab;
use mock_cloud::server::Response;
use sim::lab::Session;

use crate::act::Wanted;
use crate::answer;
use crate::desk::Desk;
use crate::query::Query;

/// A learner at work on a lab: what was done so far, and where it is kept.
///
/// The world of the console is the learner's. What is done to it reaches the session by
/// [`follow`](Practice::follow); what is no action on a world is [noted](Practice::note).
pub trait Practice: fmt::Debug + Send {
    /// The session, as far as it was followed.
    fn session(&self) -> &Session;

    /// How the lab is played.
    fn terms(&self) -> Terms;

    /// Takes in what was done since, here or elsewhere.
    ///
    /// # Errors
    ///
    /// What of it can't be read.
    fn follow(&mut self) -> Result<(), String>;

    /// Takes note of something, for good.
    ///
    /// # Errors
    ///
    /// Why it can't be: in a sentence for the learner.
    fn note(&mut self, note: &Note) -> Result<(), String>;
}

/// How a lab is played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// What names and the defect were drawn from.
    pub seed: u64,
    /// Who learns, where that is known.
    pub learner: Option<String>,
    /// No undoing, no hints, no solution.
    pub exam: bool,
    /// No rule and no reason is told.
    pub incident: bool,
}

/// What a learner does besides changing the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// Says what the next cycle will do to an object.
    Predict {
        /// The name of the object.
        object: String,
        /// The outcome, as `sim::lab::Forecast` writes it.
        outcome: String,
    },
    /// Takes the next hint on the stage of a place.
    Hint(usize),
    /// Undoes so many actions.
    Undo(usize),
    /// Is shown the solution.
    Solution,
}

/// A lab that can be started, for the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its short name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What is learnt.
    pub goal: String,
}

/// Why something is not for somebody who works on a lab; nothing where it is.
pub(crate) fn objection(practice: &dyn Practice, wanted: &Wanted) -> Option<String> {
    match wanted {
        Wanted::Reset | Wanted::Restore(_) if practice.terms().exam => {
            Some("this is an exam: the world is not set back".to_owned())
        }
        Wanted::Act(action) => {
            let open = practice.session().questions_before_action(action);
            let about: Vec<&str> = open.iter().map(|it| it.about.as_str()).collect();
            let first = format!(
                "predict first what this does to {}: on the page Labs",
                about.join(", ")
            );
            (!about.is_empty()).then_some(first)
        }
        _ => None,
    }
}

/// What a form of the page Labs asks for.
pub(crate) fn post(
    practice: &mut dyn Practice,
    desk: &mut Desk,
    lab: &mut Lab,
    path: &str,
    form: &Query,
) -> Response {
    let exam = practice.terms().exam;
    let done = match path {
        "/labs/predict" => practice.note(&Note::Predict {
            object: form.text("object").to_owned(),
            outcome: form.text("outcome").to_owned(),
        }),
        _ if exam => Err("this is an exam: nothing is undone, hinted at or shown".to_owned()),
        "/labs/hint" => match practice.session().next_hint() {
            Some(hint) => practice.note(&Note::Hint(hint.place)),
            None => Err("every hint of this stage was taken".to_owned()),
        },
        "/labs/undo" => undo(practice, desk, lab, form.number("count").unwrap_or(1)),
        "/labs/solution" => practice.note(&Note::Solution),
        _ => return answer::refused(404, "there is no such form"),
    };
    match done {
        Ok(()) => answer::redirect("/labs"),
        Err(problem) => answer::redirect(&crate::query::url("/labs", &[("problem", &problem)])),
    }
}

fn undo(
    practice: &mut dyn Practice,
    desk: &mut Desk,
    lab: &mut Lab,
    count: usize,
) -> Result<(), String> {
    let session = practice.session();
    let count = count.min(session.length());
    let actions = session.last_actions(count).len();
    // Tried on a copy, so that what is noted is what can be done.
    if count == 0 || lab.clone().take_back(actions) < actions {
        return Err("there is nothing to undo here".to_owned());
    }
    practice.note(&Note::Undo(count))?;
    lab.take_back(actions);
    // What was made of moments that are no more.
    *desk = Desk::default();
    Ok(())
}
