//! From the text of a file to a lab for one seed, or to everything that is wrong with it.

use std::collections::BTreeSet;
use std::ops::Range;

use mock_cloud::RuleId;

use super::model::{Lab, Loss, Vary};
use super::vary::draw;
use crate::hazard;
use crate::run::Words;
use crate::scenario::model::{Check, Expectation, Scenario, Step};
use crate::scenario::{
    Diagnostic, Filled, Known, Name, Named, Spanned, Template, check, nearest_help,
};

/// What a wrong way may cost, besides the losses that a file names.
pub(super) const COSTS: [&str; 7] = [
    "goal",
    "data",
    "administrators",
    "irreversible",
    "commands",
    "cycles",
    "guards",
];

/// Whether a file is a lab: its first key is `lab`.
pub fn is_lab(source: &str) -> bool {
    let mut lines = source.lines().map(str::trim_end);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with(['#', '%']));
    first.is_some_and(|line| line.starts_with("lab:"))
}

/// Reads a lab and draws what its file leaves open. The same seed gives the same lab.
pub fn load(file: &str, source: &str, seed: u64, words: &Words) -> Result<Lab, Vec<Diagnostic>> {
    let template = Template::read(file, source, "lab")?;
    let count = template.length("variants") as u64;
    // Neighbouring seeds have different defects, so that as many seeds as defects meet them all.
    let variant = (count > 0).then(|| (seed % count) as usize);
    instance(file, template, variant, seed, words)
}

/// Everything that is wrong with a file, whichever of its variants is drawn.
pub fn check_file(file: &str, source: &str, words: &Words) -> Vec<Diagnostic> {
    let template = match Template::read(file, source, "lab") {
        Ok(template) => template,
        Err(found) => return found,
    };
    let count = template.length("variants");
    let mut all: Vec<Diagnostic> = Vec::new();
    for variant in 0..count.max(1) {
        let chosen = (count > 0).then_some(variant);
        if let Err(found) = instance(file, template.clone(), chosen, 1, words) {
            let new = found.into_iter().filter(|one| !all.contains(one));
            let new: Vec<Diagnostic> = new.collect();
            all.extend(new);
        }
    }
    all.sort_by_key(|problem| problem.span.start);
    all
}

fn instance(
    file: &str,
    mut template: Template,
    variant: Option<usize>,
    seed: u64,
    words: &Words,
) -> Result<Lab, Vec<Diagnostic>> {
    if let Some(place) = variant {
        template.overlay("variants", place, &["name"]);
    }
    let vary: Named<Spanned<Vary>> = template.part("vary");
    template.fill(&draw(&vary, seed), &["vary", "variants"]);
    let Filled {
        value,
        mut found,
        is_partial,
    } = template.finish::<Lab>();
    // What was drawn by reading `vary` twice is reported once.
    let mut told: Vec<Diagnostic> = Vec::new();
    found.retain(|one| {
        let is_new = !told.contains(one);
        told.push(one.clone());
        is_new
    });
    let Some(mut lab) = value else {
        return Err(in_order(found));
    };
    lab.world.seed = lab.world.seed.wrapping_mul(1 << 32).wrapping_add(seed);
    if !is_partial {
        words.with(|known| meaning(file, &lab, known, &mut found));
    }
    if found.is_empty() {
        Ok(lab)
    } else {
        Err(in_order(found))
    }
}

fn in_order(mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    found.sort_by_key(|problem| problem.span.start);
    found
}

impl Lab {
    /// The lab's world and some steps as a scenario.
    pub(super) fn scenario(&self, steps: Vec<Spanned<Step>>, check: Check) -> Scenario {
        Scenario {
            scenario: self.title.clone(),
            about: None,
            source: None,
            tags: Vec::new(),
            hazards: Vec::new(),
            world: self.world.clone(),
            steps,
            check,
            explore: None,
        }
    }

    /// What has happened before, and then these steps.
    pub(super) fn after_before(&self, steps: &[Spanned<Step>]) -> Vec<Spanned<Step>> {
        self.before.iter().chain(steps).cloned().collect()
    }

    /// The profiles that it is played in.
    pub fn profiles(&self) -> Vec<mock_cloud::Profile> {
        let scenario = self.scenario(Vec::new(), Check::default());
        scenario.profiles().into_iter().map(Into::into).collect()
    }

    /// Everything that is expected once the learner has come.
    fn expectations(&self) -> Vec<Spanned<Expectation>> {
        let mut all: Vec<Spanned<Expectation>> = Vec::new();
        all.extend(self.win.iter().flat_map(|it| it.expect.iter().cloned()));
        all.extend(self.losses.iter().flat_map(|it| it.expect.iter().cloned()));
        all.extend(self.hints.iter().flat_map(|it| it.until.iter().cloned()));
        let object =
            |name: &Name| Spanned::new(Expectation::NoError(name.clone()), name.at.clone());
        all.extend(self.predict.iter().map(|it| object(&it.about)));
        for row in &self.picture.rows {
            all.extend(row.ad.iter().map(object));
            all.extend(
                row.cloud
                    .iter()
                    .map(|name| Spanned::new(Expectation::Kept(name.clone()), name.at.clone())),
            );
        }
        all
    }
}

/// Looks at names and meaning, all at once.
fn meaning(file: &str, lab: &Lab, known: &Known<'_>, found: &mut Vec<Diagnostic>) {
    let first = Check {
        always: Vec::new(),
        finally: lab.expectations(),
    };
    let mut scenarios = vec![lab.scenario(lab.before.clone(), first)];
    let ways = std::iter::once(&lab.solve).chain(lab.traps.iter().map(|trap| &trap.steps));
    scenarios.extend(ways.map(|way| lab.scenario(lab.after_before(way), Check::default())));
    for scenario in &scenarios {
        for problem in check(file, scenario, known) {
            if !found.contains(&problem) {
                found.push(problem);
            }
        }
    }
    let mut complain = Complaints { file, found };
    complain.about_what_is_missing(lab);
    complain.about_words(lab);
    complain.about_draws(lab);
}

struct Complaints<'c> {
    file: &'c str,
    found: &'c mut Vec<Diagnostic>,
}

impl Complaints<'_> {
    fn add(&mut self, code: &'static str, message: String, at: &Range<usize>, help: String) {
        let problem = Diagnostic::new(code, message, self.file, at.clone());
        self.found.push(problem.help(help));
    }

    fn about_what_is_missing(&mut self, lab: &Lab) {
        let lists = [
            ("win", lab.win.is_empty(), "what has to hold in the end"),
            ("solve", lab.solve.is_empty(), "the steps of a solution"),
        ];
        for (key, is_missing, what) in lists {
            if is_missing {
                let message = format!("the lab has no `{key}`");
                let help = format!("write {what}");
                self.add("missing-key", message, &lab.lab.at, help);
            }
        }
        for trap in lab.traps.iter().filter(|trap| trap.steps.is_empty()) {
            let message = format!("the trap `{}` has no steps", trap.name);
            let help = "write what is done wrong".to_owned();
            self.add("missing-key", message, &trap.name.at, help);
        }
    }

    fn about_words(&mut self, lab: &Lab) {
        let losses: BTreeSet<&str> = lab.losses.iter().map(|it| it.name.as_str()).collect();
        let costs: Vec<&str> = COSTS.into_iter().chain(losses).collect();
        for cost in lab.traps.iter().flat_map(|trap| trap.costs.iter()) {
            if !costs.contains(&cost.as_str()) {
                let message = format!("nothing is scored as `{cost}`");
                let help = nearest_help("cost", cost, &costs);
                self.add("unknown-cost", message, &cost.at, help);
            }
        }
        for lesson in &lab.debrief {
            for rule in lesson.rules.iter() {
                if RuleId::parse(rule).is_none() {
                    let message = format!("there is no rule `{rule}`");
                    let numbers: Vec<&str> = RuleId::all().map(RuleId::number).collect();
                    let near = crate::scenario::nearest(rule, numbers.iter().copied());
                    let help = near.map_or_else(
                        || "docs/rules.md lists them".to_owned(),
                        |near| format!("did you mean `{near}`?"),
                    );
                    self.add("unknown-rule", message, &rule.at, help);
                }
            }
        }
        let of_losses = lab.losses.iter().filter_map(|loss| loss.hazard.as_ref());
        let hazards = lab.debrief.iter().flat_map(|lesson| lesson.hazards.iter());
        for name in hazards.chain(of_losses) {
            if hazard::hazard(name).is_none() {
                let message = format!("there is no hazard `{name}`");
                let help = "they are called W01 to W15".to_owned();
                self.add("unknown-hazard", message, &name.at, help);
            }
        }
        let nothing = |loss: &&Spanned<Loss>| loss.expect.is_empty() && loss.hazard.is_none();
        for loss in lab.losses.iter().filter(nothing) {
            let message = format!("nothing is said about `{}`", loss.name);
            let help = "write `expect`, or `hazard`".to_owned();
            self.add("missing-key", message, &loss.name.at, help);
        }
    }

    fn about_draws(&mut self, lab: &Lab) {
        for (name, vary) in lab.vary.iter() {
            match &vary.value {
                Vary::OneOf(texts) if texts.is_empty() => {
                    let message = format!("there is nothing to draw `{name}` from");
                    let help = "write at least one text".to_owned();
                    self.add("nothing-to-do", message, &vary.at, help);
                }
                Vary::Number(between) if between.from > between.to => {
                    let message =
                        format!("no number is between {} and {}", between.from, between.to);
                    let help = "write the smaller one first".to_owned();
                    self.add("contradiction", message, &vary.at, help);
                }
                _ => {}
            }
        }
    }
}
