//! What a learner has reached, and what it cost.

use std::collections::BTreeMap;

use super::hints::Level;
use super::model::Assertion;
use super::session::Session;
use crate::hazard::Labels as _;

/// What the whole goal is worth.
const GOAL: i32 = 100;
/// What an account with a mailbox or a licence costs that is gone for good.
const ACCOUNT: i32 = 25;
/// What an address costs that nobody has any more.
const ADDRESS: i32 = 10;
/// What a step without a way back costs that was not needed.
const IRREVERSIBLE: i32 = 5;
/// What a command over par costs.
const COMMAND: i32 = 1;
/// What a cycle over par costs.
const CYCLE: i32 = 2;
/// What a moment without any Global Administrator costs.
const LEADERLESS: i32 = 40;
/// What a guard costs that is left open.
const GUARD: i32 = 15;

/// How one assertion stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub name: String,
    /// Whether it holds.
    pub met: bool,
    /// What is said about it.
    pub words: String,
    /// Why it does not hold, rule by rule, as far as that is known.
    pub why: Vec<String>,
}

/// One item of a score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What kind of item: `goal`, `data`, `administrators`, `irreversible`, `commands`, `cycles`,
    /// `guards`, `hints`, `solution`, `exam`, or the name of one of the file's losses.
    pub kind: String,
    /// Points.
    pub points: i32,
    /// Why.
    pub because: String,
}

/// How a learner stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The assertions in the order of the file.
    pub findings: Vec<Finding>,
    /// What the score is made of.
    pub items: Vec<Item>,
    /// The sum of it, 0 at least.
    pub score: u32,
    /// How many predictions were right.
    pub predicted_right: usize,
    /// How many predictions were asked for or made.
    pub predicted: usize,
}

impl Report {
    /// Whether the goal is reached.
    pub fn passed(&self) -> bool {
        self.findings.iter().all(|finding| finding.met)
    }

    /// How many assertions hold.
    pub fn met(&self) -> usize {
        self.findings.iter().filter(|finding| finding.met).count()
    }

    /// What items of a kind come to.
    pub fn points_of(&self, kind: &str) -> i32 {
        let items = self.items.iter().filter(|item| item.kind == kind);
        items.map(|item| item.points).sum()
    }
}

impl Session {
    /// How the learner stands now.
    pub fn report(&self) -> Report {
        let findings = self.findings();
        let mut items = vec![goal(&findings)];
        self.add_losses(&mut items);
        self.add_data(&mut items);
        self.add_administrators(&mut items);
        self.add_over_par(&mut items);
        for guard in self.now().runner.guards_open() {
            items.push(Item {
                kind: "guards".to_owned(),
                points: -GUARD,
                because: format!("{guard} was lifted and is not what it was (W09)"),
            });
        }
        self.add_hints(&mut items);
        let sum: i32 = items.iter().map(|item| item.points).sum();
        let predicted = self.predicted();
        Report {
            score: sum.max(0).unsigned_abs(),
            findings,
            items,
            predicted_right: predicted.iter().filter(|it| it.is_right()).count(),
            predicted: predicted.len(),
        }
    }

    fn findings(&self) -> Vec<Finding> {
        let win = self.lab.win.iter();
        win.map(|assertion| self.finding(&assertion.value))
            .collect()
    }

    fn finding(&self, assertion: &Assertion) -> Finding {
        let mut runner = self.now().runner.clone();
        let mut missed = assertion.expect.iter();
        let missed = missed.find_map(|one| runner.holds(&one.value).err());
        let name = assertion.name.value.clone();
        match missed {
            None => Finding {
                name,
                met: true,
                words: assertion.met.value.clone(),
                why: Vec::new(),
            },
            Some(missed) => {
                let why = missed.why.iter();
                let own = assertion.missed.as_ref().map(|words| words.value.clone());
                let found = format!("{}, {}", missed.expected, missed.found);
                Finding {
                    name,
                    met: false,
                    words: own.unwrap_or(found),
                    why: why.map(|it| format!("{} {}", it.rule, it.text())).collect(),
                }
            }
        }
    }

    fn add_losses(&self, items: &mut Vec<Item>) {
        let mut runner = self.now().runner.clone();
        for (place, loss) in self.lab.losses.iter().enumerate() {
            let on_the_way = self.deeds().broken.get(&place).cloned();
            let now = || {
                let mut missed = loss.expect.iter();
                missed.find_map(|one| runner.holds(&one.value).err().map(|it| it.found))
            };
            if let Some(found) = on_the_way.or_else(now) {
                items.push(Item {
                    kind: loss.name.value.clone(),
                    points: -points(loss.costs),
                    because: format!("{} ({found})", loss.because.trim()),
                });
            }
        }
    }

    fn add_data(&self, items: &mut Vec<Item>) {
        let data = |points: i32, because| Item {
            kind: "data".to_owned(),
            points: -points,
            because,
        };
        let first = &self.stands[0].runner;
        let before: Vec<_> = first.lost_valuables().collect();
        let runner = &self.now().runner;
        for key in runner.lost_valuables().filter(|key| !before.contains(key)) {
            let name = runner.names().account(runner.world(), key);
            let because = format!("{name} is gone for good, with its mailbox or licences");
            items.push(data(ACCOUNT, because));
        }
        for lost in self.addresses.all_lost(runner.world()) {
            items.push(data(ADDRESS, format!("{lost}: mail to it comes back")));
        }
    }

    fn add_administrators(&self, items: &mut Vec<Item>) {
        if self.deeds().leaderless {
            items.push(Item {
                kind: "administrators".to_owned(),
                points: -LEADERLESS,
                because: "there was a moment without any Global Administrator: nobody could have \
                          given a role back"
                    .to_owned(),
            });
        }
    }

    fn add_over_par(&self, items: &mut Vec<Item>) {
        let (deeds, par) = (self.deeds(), &self.lab.par);
        let irreversible = deeds.irreversible.len() as u32;
        let counts = [
            ("irreversible", irreversible, par.irreversible, IRREVERSIBLE),
            ("commands", deeds.commands, par.commands, COMMAND),
            ("cycles", deeds.cycles, par.cycles, CYCLE),
        ];
        for (kind, done, par, each) in counts {
            let over = done.saturating_sub(par);
            if over == 0 {
                continue;
            }
            let because = match kind {
                "irreversible" => {
                    format!(
                        "{done} steps without a way back: {}",
                        deeds.irreversible.join("; ")
                    )
                }
                kind => format!("{done} {kind}, par is {par}"),
            };
            items.push(Item {
                kind: kind.to_owned(),
                points: -points(over).saturating_mul(each),
                because,
            });
        }
    }

    fn add_hints(&self, items: &mut Vec<Item>) {
        let mut costs: BTreeMap<usize, (u32, Vec<&str>)> = BTreeMap::new();
        for (place, level) in &self.aside.hints {
            let Some(stage) = self.lab.hints.get(*place) else {
                continue;
            };
            let entry = costs.entry(*place).or_default();
            entry.0 += match level {
                Level::Concept => stage.costs.concept,
                Level::Object => stage.costs.object,
                Level::Command => stage.costs.command,
            };
            entry.1.push(level.word());
        }
        for (place, (cost, levels)) in costs {
            let stage = self.lab.hints.get(place).map(|it| it.stage.value.as_str());
            items.push(Item {
                kind: "hints".to_owned(),
                points: -points(cost),
                because: format!(
                    "hints on \"{}\": {}",
                    stage.unwrap_or_default(),
                    levels.join(", ")
                ),
            });
        }
        if let Some(why) = &self.aside.void {
            items.push(Item {
                kind: "exam".to_owned(),
                points: -GOAL,
                because: format!("the exam does not count: {why}"),
            });
        }
        if self.aside.was_shown {
            items.push(Item {
                kind: "solution".to_owned(),
                points: -GOAL,
                because: "the solution was shown".to_owned(),
            });
        }
    }
}

fn goal(findings: &[Finding]) -> Item {
    let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX / GOAL);
    let met = count(findings.iter().filter(|it| it.met).count());
    let all = count(findings.len().max(1));
    Item {
        kind: "goal".to_owned(),
        points: GOAL * met / all,
        because: format!("{met} of {all} of what has to hold"),
    }
}

fn points(costs: u32) -> i32 {
    i32::try_from(costs).unwrap_or(GOAL * GOAL)
}
