//! Labs: a mess to repair, judged as it is repaired.
//!
//! A lab is a file ([`Lab`]) in the style of a scenario. What it leaves open is drawn for a seed
//! ([`load`]), so that no two learners have the same names, addresses and anchors. A [`Session`]
//! is one learner at work: commands in, what came of them out, with everything that is scored
//! ([`Report`]). [`prove`] shows that a lab can be solved, that it is not solved already, and that
//! its wrong ways cost points.
//!
//! What is not here: files, and where a learner's commands are kept. Whoever keeps them goes
//! through them again, which gives the same session.

mod deeds;
mod hints;
mod model;
mod picture;
mod predict;
mod prove;
mod read;
mod schema;
mod score;
mod session;
#[cfg(test)]
mod tests;
mod vary;

pub use crate::run::learner::Refusal;
pub use deeds::{Deeds, Told};
pub use hints::{Hint, Level};
pub use model::{
    AccountState, Anything, Assertion, Between, HintCosts, Lab, Lesson, Loss, Message, Par,
    Picture, Question, Row, Stage, Trap, Vary,
};
pub use picture::{AccountView, Line, Present, Seen};
pub use predict::{Forecast, Predicted};
pub use prove::{Proof, prove};
pub use read::{check_file, is_lab, load};
pub use schema::schema_json;
pub use score::{Finding, Item, Report};
pub use session::{Came, Session};
