//! The names of a scenario: what they stand for, and from where on.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::diagnostic::Diagnostic;
use super::super::model::{AdType, CloudType, Expectation, Scenario, Step};
use super::super::spanned::Name;
use super::super::suggest;
use super::Checker;

/// The directory in which an object lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Active Directory.
    Ad,
    /// The tenant.
    Cloud,
    /// Either will do.
    Either,
}

impl Side {
    /// The kind of object, with its article.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Ad => "an Active Directory object",
            Self::Cloud => "a cloud account",
            Self::Either => "an object",
        }
    }

    fn declared_under(self) -> &'static str {
        match self {
            Self::Ad => "under `world.ad`",
            Self::Cloud => "under `world.cloud`",
            Self::Either => "under `world.ad` or `world.cloud`",
        }
    }
}

/// What a name stands for.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) side: Side,
    /// What is known about its type; nothing about an account that the engine creates.
    pub(super) kind: Option<&'static str>,
    pub(super) at: Range<usize>,
    /// The step that introduces it; none for what is there from the start.
    pub(super) step: Option<usize>,
}

/// All names of a scenario.
pub(super) struct Names {
    known: BTreeMap<String, Named>,
}

impl Names {
    /// Collects the names; a name that is introduced twice is reported.
    pub(super) fn collect(checker: &mut Checker<'_>) -> Self {
        let mut names = Self {
            known: BTreeMap::new(),
        };
        let scenario = checker.scenario;
        for (name, object) in scenario.world.ad.iter() {
            let kind = Some(ad_kind(object.kind));
            names.introduce(checker, name, Side::Ad, kind, None);
            let copies = object
                .count
                .as_ref()
                .map_or(0, |count| count.value.min(COPIES_MAX));
            for number in 1..=copies {
                let copy = Name::new(format!("{name}-{number}"), name.at.clone());
                names.introduce(checker, &copy, Side::Ad, kind, None);
            }
        }
        for (name, object) in scenario.world.cloud.iter() {
            names.introduce(
                checker,
                name,
                Side::Cloud,
                Some(cloud_kind(object.kind)),
                None,
            );
        }
        names.collect_from_steps(checker, scenario);
        names
    }

    fn collect_from_steps(&mut self, checker: &mut Checker<'_>, scenario: &Scenario) {
        for (number, step) in scenario.steps.iter().enumerate() {
            let at = Some(number);
            match &step.value {
                Step::Add(new) => {
                    let kind = Some(ad_kind(new.object.kind));
                    self.introduce(checker, &new.name, Side::Ad, kind, at);
                }
                Step::CreateCloudUser(new) => {
                    let kind = Some(cloud_kind(new.object.kind));
                    self.introduce(checker, &new.name, Side::Cloud, kind, at);
                }
                Step::Expect(expectations) => {
                    for expectation in expectations.iter() {
                        if let Expectation::Provisioned(new) = &expectation.value {
                            self.introduce(checker, &new.r#as, Side::Cloud, None, at);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn introduce(
        &mut self,
        checker: &mut Checker<'_>,
        name: &Name,
        side: Side,
        kind: Option<&'static str>,
        step: Option<usize>,
    ) {
        if name.trim().is_empty() {
            checker.add(checker.problem("unknown-object", "a name is empty", &name.at));
            return;
        }
        if let Some(first) = self.known.get(&name.value) {
            let message = format!("the name `{name}` is given twice");
            let problem = checker
                .problem("duplicate-name", message, &name.at)
                .label("given again here")
                .also(
                    first.at.clone(),
                    format!("first given here, to {}", first.side.noun()),
                )
                .help("names are shared by both directories: choose another one");
            checker.add(problem);
            return;
        }
        let named = Named {
            side,
            kind,
            at: name.at.clone(),
            step,
        };
        self.known.insert(name.value.clone(), named);
    }

    /// Looks at one use of a name: at a step, or with `None` after all steps.
    pub(super) fn look_up(
        &self,
        checker: &mut Checker<'_>,
        name: &Name,
        side: Side,
        step: Option<usize>,
    ) -> Option<&Named> {
        let Some(named) = self.known.get(&name.value) else {
            let problem = self.unknown(checker, name, side);
            checker.add(problem);
            return None;
        };
        if side != Side::Either && named.side != side {
            let problem = wrong_side(checker, name, named, side);
            checker.add(problem);
            return None;
        }
        if let (Some(used), Some(introduced)) = (step, named.step)
            && introduced > used
        {
            let message = format!("`{name}` does not exist yet at this step");
            let problem = checker
                .problem("used-too-early", message, &name.at)
                .label("used here")
                .also(named.at.clone(), "introduced here");
            checker.add(problem);
        }
        Some(named)
    }

    fn unknown(&self, checker: &Checker<'_>, name: &Name, side: Side) -> Diagnostic {
        let fits = |named: &Named| side == Side::Either || named.side == side;
        let of_side = self.known.iter().filter(|(_, named)| fits(named));
        let names: Vec<&str> = of_side.map(|(known, _)| known.as_str()).collect();
        let problem = checker
            .problem(
                "unknown-object",
                format!("no object is named `{name}`"),
                &name.at,
            )
            .label(format!("no such name {}", side.declared_under()));
        match suggest::nearest(name, names.iter().copied()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None if (1..=8).contains(&names.len()) => {
                problem.help(format!("the names there are {}", suggest::listed(names)))
            }
            None => problem,
        }
    }
}

fn wrong_side(checker: &Checker<'_>, name: &Name, named: &Named, wanted: Side) -> Diagnostic {
    let message = format!("`{name}` is {}", named.side.noun());
    let problem = checker
        .problem("wrong-side", message, &name.at)
        .label(format!("{} is needed here", wanted.noun()))
        .also(named.at.clone(), "it is declared here");
    let belongs = &checker.scenario.world.belongs;
    let partner = match wanted {
        Side::Cloud => belongs.get(name),
        _ => belongs
            .iter()
            .find(|(_, cloud)| cloud.value == name.value)
            .map(|(ad, _)| ad),
    };
    match partner {
        Some(partner) if wanted == Side::Cloud => {
            problem.help(format!("its account is `{partner}`"))
        }
        Some(partner) => problem.help(format!("it belongs to `{partner}`")),
        None => problem,
    }
}

/// Copies beyond this have no names; their number is refused elsewhere.
pub(super) const COPIES_MAX: u32 = 100_000;

fn ad_kind(kind: AdType) -> &'static str {
    match kind {
        AdType::User => "user",
        AdType::Group => "group",
        AdType::Contact => "contact",
        AdType::Computer => "computer",
    }
}

fn cloud_kind(kind: CloudType) -> &'static str {
    match kind {
        CloudType::User => "user",
        CloudType::Contact => "contact",
        CloudType::Device => "device",
        CloudType::Group | CloudType::M365Group | CloudType::SecurityGroup => "group",
    }
}
