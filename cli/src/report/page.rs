//! A self-contained page for a browser: counterexamples with both directories at each step.

use std::fmt::Write as _;

use sim::explore::{Counterexample, Row, TraceStep, View};

const STYLE: &str = "body{font:14px/1.4 system-ui,sans-serif;margin:2em;color:#222}\
    table{border-collapse:collapse;width:100%;font-size:12px}\
    th,td{border:1px solid #ccc;padding:2px 6px;text-align:left;vertical-align:top;\
    overflow-wrap:anywhere}th{background:#f2f2f2}.changed td{background:#fff3c4}\
    .sides{display:grid;grid-template-columns:2fr 3fr;gap:1em}section{margin:1.5em 0}\
    .why,.rules{color:#555}.note,.bad{color:#a40000}\
    pre{background:#f6f6f6;padding:1em;overflow:auto}caption{text-align:left;font-weight:600}";

/// A page that is being written.
#[derive(Debug)]
pub(crate) struct Page(String);

impl Page {
    /// An empty page with a title.
    pub(crate) fn new(title: &str) -> Self {
        let title = escaped(title);
        Self(format!(
            "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\
             <style>{STYLE}</style>\n<h1>{title}</h1>\n"
        ))
    }

    /// Text as it would be printed.
    pub(crate) fn text(&mut self, text: &str) {
        let _ = writeln!(self.0, "<pre>{}</pre>", escaped(text));
    }

    /// What the following is about.
    pub(crate) fn heading(&mut self, title: &str, facts: &str) {
        let _ = writeln!(
            self.0,
            "<h2>{}</h2><p>{}</p>",
            escaped(title),
            escaped(facts)
        );
    }

    /// A counterexample step by step.
    pub(crate) fn counterexample(&mut self, bad: &Counterexample) {
        let property = bad.violation.property;
        let _ = writeln!(
            self.0,
            "<p class=\"bad\"><b>{}</b> does not hold: {}. {}</p>",
            property.name(),
            property.statement(),
            escaped(&bad.violation.found)
        );
        self.0.push_str("<section><h3>0. the beginning</h3>");
        self.sides(&bad.start, None);
        self.0.push_str("</section>\n");
        let mut before = &bad.start;
        for (place, step) in bad.trace.iter().enumerate() {
            self.step(place + 1, step, before);
            before = &step.view;
        }
        let _ = writeln!(
            self.0,
            "<details><summary>the same as a scenario</summary><pre>{}</pre></details>",
            escaped(&bad.scenario)
        );
    }

    fn step(&mut self, number: usize, step: &TraceStep, before: &View) {
        let _ = write!(
            self.0,
            "<section><h3>{number}. {}</h3>",
            escaped(&step.text)
        );
        if let Some(why) = &step.why {
            let _ = write!(self.0, "<p class=\"why\">because {}</p>", escaped(why));
        }
        if let Some(note) = &step.note {
            let _ = write!(self.0, "<p class=\"note\">{}</p>", escaped(note));
        }
        if !step.rules.is_empty() {
            let rules: Vec<String> = step.rules.iter().map(ToString::to_string).collect();
            let _ = write!(self.0, "<p class=\"rules\">rules {}</p>", rules.join(" "));
        }
        self.sides(&step.view, Some(before));
        self.0.push_str("</section>\n");
    }

    fn sides(&mut self, view: &View, before: Option<&View>) {
        self.0.push_str("<div class=\"sides\">");
        let ad = before.map(|view| view.ad.as_slice());
        self.table("Active Directory", &View::AD, &view.ad, ad);
        let cloud = before.map(|view| view.cloud.as_slice());
        self.table("Microsoft Entra ID", &View::CLOUD, &view.cloud, cloud);
        self.0.push_str("</div>");
    }

    fn table(&mut self, title: &str, columns: &[&str], rows: &[Row], before: Option<&[Row]>) {
        let _ = write!(self.0, "<div><table><caption>{title}</caption><tr>");
        for column in columns {
            let _ = write!(self.0, "<th>{column}</th>");
        }
        self.0.push_str("</tr>");
        for row in rows {
            let changed = before.is_some_and(|before| !before.contains(row));
            self.0.push_str(if changed {
                "<tr class=\"changed\">"
            } else {
                "<tr>"
            });
            for cell in &row.cells {
                let _ = write!(self.0, "<td>{}</td>", escaped(cell));
            }
            self.0.push_str("</tr>");
        }
        self.0.push_str("</table></div>");
    }

    /// The whole page.
    pub(crate) fn finish(mut self) -> String {
        self.0.push_str("</html>\n");
        self.0
    }
}

/// Text that a browser shows as it is.
/// Text that stands for nothing but itself in HTML.
pub(crate) fn escaped(text: &str) -> String {
    let mut all = String::with_capacity(text.len());
    for one in text.chars() {
        match one {
            '&' => all.push_str("&amp;"),
            '<' => all.push_str("&lt;"),
            '>' => all.push_str("&gt;"),
            '"' => all.push_str("&quot;"),
            _ => all.push(one),
        }
    }
    all
}
