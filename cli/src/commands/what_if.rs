//! `what-if`: another way it could have gone on a running server.

use clap::Args;
use serde_json::{Value, json};

use super::control::Where;
use crate::error::Error;
use crate::exit::Exit;
use crate::report;

/// Say what would have happened on a running server, had something come between: the same entries
/// of its journal are gone through on a copy, and its end is compared with the present. The world
/// itself stays as it is.
#[derive(Debug, Args)]
pub(crate) struct WhatIf {
    /// What comes between: delta or initial (a cycle), nothing, or a length of time such as 30m.
    #[arg(default_value = "delta")]
    insert: String,
    /// After which entry of the journal, 0 for the beginning [default: the last].
    #[arg(long, value_name = "N")]
    after: Option<u64>,
    /// Then go on with the entries behind it, as they were.
    #[arg(long)]
    follow: bool,
    #[command(flatten)]
    place: Where,
}

impl WhatIf {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let body = json!({ "insert": self.insert, "after": self.after, "follow": self.follow });
        let answer = self.place.ask("POST", "/what-if", &body)?;
        if self.place.json() {
            report::print(&format!("{answer:#}\n"));
        } else {
            report::print(&told(&answer));
        }
        Ok(Exit::Success)
    }
}

/// A branch as a text: what happens on it, and which accounts end otherwise.
fn told(answer: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut lines = vec![text(&answer["branch"])];
    for one in all(&answer["happened"]) {
        let mark = if one["inserted"] == true { '+' } else { ' ' };
        let came = match text(&one["came"]) {
            came if came.is_empty() => String::new(),
            came => format!(": {came}"),
        };
        lines.push(format!(
            "{mark} {}  {}{came}",
            text(&one["at"]),
            text(&one["what"])
        ));
    }
    let differs = all(&answer["differs"]);
    lines.push(String::new());
    lines.push(match differs.len() {
        0 => "in the cloud it ends as it is now".to_owned(),
        1 => "1 account ends otherwise:".to_owned(),
        count if answer["more"] == true => {
            format!("more than {count} accounts end otherwise; these are the first:")
        }
        count => format!("{count} accounts end otherwise:"),
    });
    for one in differs {
        lines.push(format!("  {}", text(&one["account"])));
        for (side, facts) in [("now", &one["present"]), ("branch", &one["branch"])] {
            let facts: Vec<String> = all(facts).iter().map(text).collect();
            let facts = if facts.is_empty() {
                "not there".to_owned()
            } else {
                facts.join("; ")
            };
            lines.push(format!("    {side:<6}  {facts}"));
        }
    }
    lines.push(String::new());
    lines.join("\n")
}
