//! Many messes in one search: what was visited for one need not be visited for another.

use std::collections::{BTreeMap, BTreeSet};

use mock_cloud::Profile;

use super::closed::{Loop, Turn};
use super::search::Search;
use super::{Answer, Bounds, Exploration, explore};
use crate::judge::Property;
use crate::mess::Mess;
use crate::repair::Next;
use crate::scenario::Diagnostic;

/// What a campaign of repairs should have met somewhere, under the words of [`Tally::reached`],
/// with what each is: a campaign that never met them proves less than it seems to.
pub const SIGHTS: [(&str, &str); 8] = [
    (
        "InvalidSoftMatch",
        "a soft match refused over another anchor",
    ),
    ("created", "a duplicate made"),
    ("hard-match", "an account taken over by its anchor"),
    (
        "soft-match by primary-smtp",
        "an account taken over by its address",
    ),
    ("soft-match by upn", "an account taken over by its UPN"),
    ("quarantine", "a value withheld"),
    ("restored", "an account given back by an export"),
    ("throttled", "a call put off"),
];

/// What came of some messes in one profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many messes were looked at.
    pub messes: usize,
    /// How many of them converge.
    pub converge: usize,
    /// How many hit a bound.
    pub inconclusive: usize,
    /// How many states were visited.
    pub states: usize,
    /// How many moves were made.
    pub transitions: usize,
    /// How many of them were carried out on a World. Of the others it is known what they come to.
    pub carried_out: usize,
    /// How much memory the visited states and their moves took.
    pub bytes: usize,
    /// What really happened on some way.
    pub reached: BTreeSet<&'static str>,
    /// How many messes of each number of converged ends that people can tell apart.
    pub ends: BTreeMap<usize, usize>,
    /// A mess that ends in several ways, with the lines that only the first and only the second of
    /// them has.
    pub apart: Option<(Mess, [Vec<String>; 2])>,
    /// How many messes show each pattern.
    pub patterns: BTreeMap<&'static str, usize>,
    /// Messes that the planner leaves to a person before it takes a step, with its reason.
    pub refused: Vec<(Mess, String)>,
    /// Messes that do not converge, with what shows it.
    pub failures: Vec<Failure>,
}

/// A mess that does not converge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The mess as it was found.
    pub mess: Mess,
    /// The least mess in which the same property fails.
    pub least: Mess,
    /// The era.
    pub profile: Profile,
    /// The exploration of the least mess.
    pub exploration: Exploration,
}

impl Tally {
    /// Takes in what came of other messes.
    pub fn add(&mut self, other: Self) {
        self.messes += other.messes;
        self.converge += other.converge;
        self.inconclusive += other.inconclusive;
        self.states += other.states;
        self.transitions += other.transitions;
        self.carried_out += other.carried_out;
        self.bytes += other.bytes;
        self.reached.extend(other.reached);
        for (ends, count) in other.ends {
            *self.ends.entry(ends).or_insert(0) += count;
        }
        self.apart = self.apart.take().or(other.apart);
        for (pattern, count) in other.patterns {
            *self.patterns.entry(pattern).or_insert(0) += count;
        }
        self.refused.extend(other.refused);
        self.failures.extend(other.failures);
    }

    /// The answer for all messes together.
    pub fn word(&self) -> &'static str {
        match (self.failures.len(), self.inconclusive) {
            (0, 0) => "converges",
            (0, _) => "inconclusive",
            _ => "counterexample",
        }
    }
}

/// Explores the repair of some messes in a closed loop, with the scheduler in between and at most
/// so many faults in each run.
///
/// # Errors
///
/// The diagnostic of a mess whose world can't be built.
pub fn messes(
    messes: &[Mess],
    profile: Profile,
    faults: u32,
    states_max: usize,
) -> Result<Tally, Box<Diagnostic>> {
    let mut tally = Tally::default();
    let mut starts = Vec::with_capacity(messes.len());
    for mess in messes {
        for pattern in mess.patterns().into_keys() {
            *tally.patterns.entry(pattern).or_insert(0) += 1;
        }
        let start = start(mess, profile, faults)?;
        match &**start.next() {
            Next::Stuck(troubles) => {
                tally.messes += 1;
                let texts: Vec<&str> = troubles.iter().map(|one| one.text.as_str()).collect();
                tally.refused.push((mess.clone(), texts.join("; ")));
            }
            _ => starts.push((mess, start)),
        }
    }
    if together(&starts, profile, faults, states_max, &mut tally) {
        return Ok(tally);
    }
    for one in &starts {
        if together(
            std::slice::from_ref(one),
            profile,
            faults,
            states_max,
            &mut tally,
        ) {
            continue;
        }
        let (mess, _) = *one;
        tally.messes += 1;
        let bounds = Bounds {
            states: states_max,
            ..Bounds::default()
        };
        let found = explored(mess, profile, faults, bounds)?;
        match &found.answer {
            Answer::Counterexample(bad) => {
                let property = bad.violation.property;
                let least = least(mess, profile, property, faults, bounds)?;
                let exploration = explored(&least, profile, faults, bounds)?;
                tally.failures.push(Failure {
                    mess: mess.clone(),
                    least,
                    profile,
                    exploration,
                });
            }
            Answer::Converges => tally.converge += 1,
            Answer::Inconclusive => tally.inconclusive += 1,
        }
    }
    Ok(tally)
}

fn explored(
    mess: &Mess,
    profile: Profile,
    faults: u32,
    bounds: Bounds,
) -> Result<Exploration, Box<Diagnostic>> {
    explore(
        "mess.yaml",
        &mess.scenario(profile, faults),
        profile,
        bounds,
    )
}

/// Searches all messes with one memory. Says whether all converge; where they do not, or a bound
/// was hit, nothing is taken down.
fn together(
    starts: &[(&Mess, Turn)],
    profile: Profile,
    faults: u32,
    states_max: usize,
    tally: &mut Tally,
) -> bool {
    let Some((first, _)) = starts.first() else {
        return true;
    };
    let model = Loop::new(&first.scenario(profile, faults), None);
    let mut search = Search::new(&model, u32::MAX, states_max.saturating_mul(starts.len()));
    let mut ends = BTreeMap::new();
    let mut apart = None;
    for (mess, start) in starts {
        search.ends.clear();
        if search.run(start.clone()).is_some() {
            return false;
        }
        *ends.entry(search.ends.len()).or_insert(0) += 1;
        let mut several = search.ends.iter();
        if let (None, Some(one), Some(other)) = (&apart, several.next(), several.next()) {
            let only = |one: &[String], other: &[String]| -> Vec<String> {
                let lines = one.iter().filter(|line| !other.contains(line));
                lines.cloned().collect()
            };
            apart = Some(((*mess).clone(), [only(one, other), only(other, one)]));
        }
    }
    if search.cut || search.trap().is_some() {
        return false;
    }
    tally.add(Tally {
        messes: starts.len(),
        converge: starts.len(),
        states: search.graph.len(),
        transitions: search.graph.transitions(),
        carried_out: search.carried_out,
        bytes: search.graph.bytes(),
        reached: std::mem::take(&mut search.reached),
        ends,
        apart,
        ..Tally::default()
    });
    true
}

fn start(mess: &Mess, profile: Profile, faults: u32) -> Result<Turn, Box<Diagnostic>> {
    let scenario = mess.scenario(profile, faults);
    Ok(Loop::settled("mess.yaml", &scenario, profile)?.2)
}

/// The mess with as little odd about it as still breaks the property: everything else does not
/// matter.
fn least(
    mess: &Mess,
    profile: Profile,
    property: Property,
    faults: u32,
    bounds: Bounds,
) -> Result<Mess, Box<Diagnostic>> {
    let mut least = mess.clone();
    'again: loop {
        for simpler in least.simpler() {
            let found = explored(&simpler, profile, faults, bounds)?;
            if let Answer::Counterexample(bad) = &found.answer
                && bad.violation.property == property
            {
                least = simpler;
                continue 'again;
            }
        }
        return Ok(least);
    }
}
