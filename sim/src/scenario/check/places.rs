//! Places in Active Directory: each lies in a forest of the scenario, in the one that is meant.

use super::super::derive::bases;
use super::super::diagnostic::Diagnostic;
use super::super::model::{AdObject, Scenario, Step};
use super::super::spanned::{Name, Spanned};
use super::super::suggest;
use super::super::value::OuPath;
use super::Checker;
use mock_ad::directory::Dn;

/// Reports every place that lies outside the forest it is meant in, and names that are none.
///
/// A scope that is dropped for lying elsewhere would leave the whole domain in scope.
pub(super) fn check(checker: &mut Checker<'_>) {
    let scenario = checker.scenario;
    let forests = Forests::of(scenario);
    // A domain that can't be read is reported where it is written.
    if forests.all.iter().any(|it| it.base.parse::<Dn>().is_err()) {
        return;
    }
    for (path, forest) in forests.places(scenario) {
        let problem = forests.problem(checker, path, forest);
        checker.found.extend(problem);
    }
}

/// A place, and the forest it has to be in, where only one will do.
type Place<'s> = (&'s Spanned<OuPath>, Option<usize>);

struct Forest {
    name: Option<Name>,
    base: String,
}

struct Forests {
    all: Vec<Forest>,
}

impl Forests {
    fn of(scenario: &Scenario) -> Self {
        let all = bases(&scenario.world).into_iter();
        Self {
            all: all.map(|(name, base)| Forest { name, base }).collect(),
        }
    }

    /// Every place that the scenario names.
    fn places<'s>(&self, scenario: &'s Scenario) -> Vec<Place<'s>> {
        let world = &scenario.world;
        let engine = world.engine.scope.iter().chain(&world.engine.exclude);
        let anywhere = engine.chain(&world.ous).map(|path| (path, None));
        let of_object = |object: &'s AdObject| Some((object.ou.as_ref()?, self.of_object(object)));
        let objects = world.ad.iter();
        let objects = objects.filter_map(|(_, object)| of_object(&object.value));
        let mut all: Vec<Place<'s>> = anywhere.chain(objects).collect();
        for step in &scenario.steps {
            match &step.value {
                Step::Move(moved) => {
                    all.push((&moved.to, self.of_name(scenario, &moved.user)));
                }
                Step::MoveOu(moved) => {
                    all.push((&moved.ou, None));
                    all.push((&moved.to, self.of_path(&moved.ou)));
                }
                Step::RenameOu(renamed) => all.push((&renamed.ou, None)),
                Step::Restore(restored) => {
                    let forest = self.of_name(scenario, &restored.user);
                    all.extend(restored.to.as_ref().map(|to| (to, forest)));
                }
                Step::Add(added) => all.extend(of_object(&added.object)),
                Step::SetEngine(change) => {
                    let lists = change.scope.iter().chain(&change.exclude);
                    all.extend(lists.flat_map(|list| list.iter()).map(|path| (path, None)));
                }
                _ => {}
            }
        }
        all
    }

    /// The forest of an object; none where its name is unknown.
    fn of_object(&self, object: &AdObject) -> Option<usize> {
        let Some(wanted) = &object.forest else {
            return Some(0);
        };
        let mut all = self.all.iter();
        all.position(|forest| {
            let name = forest.name.as_ref();
            name.is_some_and(|name| name.value == wanted.value)
        })
    }

    /// The forest of the object that a name stands for: of one of several copies too.
    fn of_name(&self, scenario: &Scenario, name: &Name) -> Option<usize> {
        let declared = |name: &str| {
            let object = scenario.world.ad.get(name);
            object.map(|object| &object.value)
        };
        let copied = || {
            let (name, _) = name.rsplit_once('-')?;
            declared(name).filter(|object| object.count.is_some())
        };
        let added = || {
            scenario.steps.iter().find_map(|step| match &step.value {
                Step::Add(added) if added.name.value == name.value => Some(&added.object),
                _ => None,
            })
        };
        let object = declared(name).or_else(copied).or_else(added);
        object.and_then(|object| self.of_object(object))
    }

    /// The forest of a place: the first, unless it names the domain of another.
    fn of_path(&self, path: &OuPath) -> Option<usize> {
        let mut all = self.all.iter();
        all.position(|forest| path.is_in_domain(&forest.base))
    }

    fn problem(
        &self,
        checker: &Checker<'_>,
        path: &Spanned<OuPath>,
        forest: Option<usize>,
    ) -> Option<Diagnostic> {
        let meant = match forest {
            Some(place) => self.all.get(place..=place)?,
            None => self.all.as_slice(),
        };
        if let Err(error) = path.within(&meant.first()?.base).parse::<Dn>() {
            let message = format!("`{path}` is no distinguished name: {error}");
            let problem = checker.problem("invalid-value", message, &path.at);
            return Some(
                problem.help("put `\\` before `,`, `+`, `\"`, `<`, `>` and `;` in a name"),
            );
        }
        if meant.iter().any(|it| path.is_in_domain(&it.base)) {
            return None;
        }
        let whose = match meant {
            [Forest { name: None, .. }] => "outside the forest".to_owned(),
            [only] => format!("outside the forest `{}`", only.name.as_ref()?),
            _ => "in none of the forests".to_owned(),
        };
        let bases: Vec<&str> = meant.iter().map(|it| it.base.as_str()).collect();
        let ends: Vec<String> = bases.iter().map(|base| format!("`{base}`")).collect();
        let ends = format!("expected a name that ends in {}", ends.join(" or "));
        let problem = checker
            .problem("outside-forest", format!("`{path}` lies {whose}"), &path.at)
            .label(ends);
        Some(problem.help(help(path, &bases)))
    }
}

/// What to write instead of a place in a domain that is not there.
fn help(path: &OuPath, bases: &[&str]) -> String {
    let below = path.below_domain().trim_end();
    let near = || suggest::nearest(path.domain()?, bases.iter().copied());
    let with = |base: &str| match below {
        "" => base.to_owned(),
        below => format!("{below},{base}"),
    };
    match (bases, near()) {
        (_, Some(near)) => format!("did you mean `{}`?", with(near)),
        ([only], None) if below.is_empty() => format!("the domain is `{only}`"),
        ([_], None) => format!("write `{below}`: the domain is added"),
        ([first, ..], None) => format!("write for example `{}`", with(first)),
        ([], None) => "declare the forest under `forests`".to_owned(),
    }
}
