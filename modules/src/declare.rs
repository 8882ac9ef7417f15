//! How cmdlets are declared, and the modules that offer them.

use std::collections::BTreeMap;
use std::rc::Rc;

use powershell::command::{Call, Cmdlet, Command, Impact, Module, Parameter};
use powershell::error::{Category, ErrorRecord, Outcome};

/// A cmdlet that does the same for every object of the pipeline.
struct Each<F>(F);

impl<F: Fn(&mut dyn Call) -> Outcome> Cmdlet for Each<F> {
    fn process(&mut self, call: &mut dyn Call) -> Outcome {
        (self.0)(call)
    }
}

/// What a module is made of.
pub(crate) struct Offer {
    name: Rc<str>,
    /// What the classes of its cmdlets begin with, up to the last dot.
    classes: &'static str,
    commands: BTreeMap<String, Rc<Command>>,
    names: Vec<Rc<str>>,
}

/// What a cmdlet is, short of what it does.
pub(crate) struct Plan {
    pub(crate) name: String,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) default_set: Option<&'static str>,
    pub(crate) should_process: Option<Impact>,
    pub(crate) synopsis: String,
    /// The class behind it, where it does not follow from its name.
    pub(crate) class: Option<String>,
    /// In what it falls short of the real one.
    pub(crate) remark: Option<&'static str>,
}

impl Plan {
    pub(crate) fn new(name: impl Into<String>, parameters: Vec<Parameter>, about: &str) -> Self {
        Self {
            name: name.into(),
            parameters,
            default_set: None,
            should_process: None,
            synopsis: about.to_owned(),
            class: None,
            remark: None,
        }
    }

    pub(crate) const fn asking(mut self, impact: Impact) -> Self {
        self.should_process = Some(impact);
        self
    }

    pub(crate) const fn by_default(mut self, set: &'static str) -> Self {
        self.default_set = Some(set);
        self
    }

    pub(crate) const fn but(mut self, remark: &'static str) -> Self {
        self.remark = Some(remark);
        self
    }

    pub(crate) fn class(mut self, class: String) -> Self {
        self.class = Some(class);
        self
    }
}

impl Offer {
    pub(crate) fn new(name: &str, classes: &'static str) -> Self {
        Self {
            name: Rc::from(name),
            classes,
            commands: BTreeMap::new(),
            names: Vec::new(),
        }
    }

    /// Offers a cmdlet that does the same for every object of the pipeline.
    pub(crate) fn offer(
        &mut self,
        plan: Plan,
        run: impl Fn(&mut dyn Call) -> Outcome + Clone + 'static,
    ) {
        let make = move || -> Box<dyn Cmdlet> { Box::new(Each(run.clone())) };
        self.offer_made(plan, Rc::new(make));
    }

    pub(crate) fn offer_made(&mut self, plan: Plan, make: Rc<dyn Fn() -> Box<dyn Cmdlet>>) {
        let class = plan.class.unwrap_or_else(|| {
            let joined: String = plan.name.chars().filter(|it| *it != '-').collect();
            format!("{}{joined}", self.classes)
        });
        let command = Command {
            name: Rc::from(plan.name.as_str()),
            module: Rc::clone(&self.name),
            parameters: plan.parameters,
            default_set: plan.default_set.map(Rc::from),
            should_process: plan.should_process,
            class: Rc::from(class),
            synopsis: Rc::from(plan.synopsis),
            remark: plan.remark.map(Rc::from),
            make,
        };
        self.names.push(Rc::clone(&command.name));
        self.commands
            .insert(plan.name.to_lowercase(), Rc::new(command));
    }

    /// Offers nouns of which a tenant has none here: applications, service principals.
    pub(crate) fn offer_none(
        &mut self,
        prefix: &str,
        nouns: &[&str],
        ready: impl Fn(&dyn Call) -> Outcome + Clone + 'static,
    ) {
        const WHY: &str = "these are not simulated, and there are none";
        for noun in nouns {
            let parameters = vec![
                Parameter::text("ObjectId").piped_by_name(),
                Parameter::text("SearchString"),
                Parameter::text("Filter"),
                Parameter::object("All"),
                Parameter::int("Top"),
            ];
            let check = ready.clone();
            let plan = Plan::new(format!("Get-{prefix}{noun}"), parameters, "Gets none.");
            self.offer(plan.but(WHY), move |call| check(call));
            let parameters = vec![Parameter::text("ObjectId").mandatory().piped_by_name()];
            let check = ready.clone();
            let plan = Plan::new(format!("Remove-{prefix}{noun}"), parameters, "Finds none.");
            self.offer(plan.but(WHY), move |call| {
                check(call)?;
                let id = crate::given(call, "ObjectId");
                let message = format!(
                    "Resource '{id}' does not exist or one of its queried reference-property \
                     objects are not present."
                );
                let id = "Request_ResourceNotFound";
                call.error(ErrorRecord::new(
                    message,
                    "System.Exception",
                    id,
                    Category::NotSpecified,
                ))
            });
        }
    }

    /// Offers a cmdlet under a second name.
    pub(crate) fn alias(&mut self, name: &str, of: &str) {
        if let Some(command) = self.commands.get(&of.to_lowercase()).cloned() {
            self.commands.insert(name.to_lowercase(), command);
        }
    }
}

impl Module for Offer {
    fn name(&self) -> &str {
        &self.name
    }

    fn find(&self, name: &str) -> Option<Rc<Command>> {
        self.commands.get(&name.to_lowercase()).cloned()
    }

    fn names(&self) -> Vec<Rc<str>> {
        self.names.clone()
    }
}
