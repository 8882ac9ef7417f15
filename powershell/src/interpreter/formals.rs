//! Parameters as the binder sees them, of cmdlets and of functions.

use std::rc::Rc;

use super::Interpreter;
use crate::command::{Command, Impact, Parameter};
use crate::convert;
use crate::error::Outcome;
use crate::syntax::ast::{self, Attribute, Block, Expression};
use crate::value::{ScriptBlock, Value};

/// What a parameter is in a parameter set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spec {
    /// The set; none for all.
    pub(crate) set: Option<Rc<str>>,
    pub(crate) position: Option<i64>,
    pub(crate) mandatory: bool,
    pub(crate) piped: bool,
    pub(crate) by_property: bool,
    pub(crate) remaining: bool,
}

/// What an argument has to fulfil.
#[derive(Debug, Clone)]
pub(crate) enum Check {
    Script(ScriptBlock),
    NotNull,
    NotNullOrEmpty,
    Range(Value, Value),
    Pattern(Rc<str>),
    Length(i64, i64),
    Count(i64, i64),
}

/// A parameter.
#[derive(Debug, Clone, Default)]
pub(crate) struct Formal {
    pub(crate) name: Rc<str>,
    pub(crate) aliases: Vec<Rc<str>>,
    pub(crate) kind: Rc<str>,
    pub(crate) specs: Vec<Spec>,
    pub(crate) values: Vec<Rc<str>>,
    pub(crate) values_case: bool,
    pub(crate) allow_null: bool,
    pub(crate) allow_empty: bool,
    pub(crate) checks: Vec<Check>,
    /// Whether every cmdlet has it.
    pub(crate) common: bool,
}

pub(crate) const SWITCH: &str = "System.Management.Automation.SwitchParameter";

impl Formal {
    pub(crate) fn is_switch(&self) -> bool {
        &*self.kind == SWITCH
    }

    /// What it is in a set; `None` if it is not in it.
    pub(crate) fn in_set(&self, set: &str) -> Option<&Spec> {
        let exact = |it: &&Spec| {
            it.set
                .as_ref()
                .is_some_and(|it| it.eq_ignore_ascii_case(set))
        };
        let found = self.specs.iter().find(exact);
        found.or_else(|| self.specs.iter().find(|it| it.set.is_none()))
    }

    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
            || self.aliases.iter().any(|it| it.eq_ignore_ascii_case(name))
    }
}

/// What is known of a function from its attributes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Traits {
    pub(crate) advanced: bool,
    pub(crate) default_set: Option<Rc<str>>,
    pub(crate) impact: Option<Impact>,
    pub(crate) no_positions: bool,
}

const COMMON: [(&str, &str, &str); 11] = [
    ("Verbose", "vb", SWITCH),
    ("Debug", "db", SWITCH),
    (
        "ErrorAction",
        "ea",
        "System.Management.Automation.ActionPreference",
    ),
    (
        "WarningAction",
        "wa",
        "System.Management.Automation.ActionPreference",
    ),
    (
        "InformationAction",
        "infa",
        "System.Management.Automation.ActionPreference",
    ),
    ("ErrorVariable", "ev", "System.String"),
    ("WarningVariable", "wv", "System.String"),
    ("InformationVariable", "iv", "System.String"),
    ("OutVariable", "ov", "System.String"),
    ("OutBuffer", "ob", "System.Int32"),
    ("PipelineVariable", "pv", "System.String"),
];

/// The parameters that every cmdlet has.
pub(crate) fn common(should_process: bool) -> Vec<Formal> {
    let more: &[(&str, &str, &str)] = if should_process {
        &[("WhatIf", "wi", SWITCH), ("Confirm", "cf", SWITCH)]
    } else {
        &[]
    };
    let all = COMMON.iter().chain(more);
    all.map(|(name, alias, kind)| Formal {
        name: Rc::from(*name),
        aliases: vec![Rc::from(*alias)],
        kind: Rc::from(*kind),
        specs: vec![Spec::default()],
        common: true,
        ..Formal::default()
    })
    .collect()
}

/// The parameters of a cmdlet.
pub(crate) fn of_command(command: &Command) -> Vec<Formal> {
    let mut formals: Vec<Formal> = command.parameters.iter().map(of_parameter).collect();
    let given: Vec<Rc<str>> = formals.iter().map(|it| Rc::clone(&it.name)).collect();
    let is_new = |it: &Formal| !given.iter().any(|name| it.is_named(name));
    formals.extend(
        common(command.should_process.is_some())
            .into_iter()
            .filter(is_new),
    );
    formals
}

fn of_parameter(parameter: &Parameter) -> Formal {
    let spec = |set: Option<Rc<str>>| Spec {
        set,
        position: parameter.position.map(i64::from),
        mandatory: parameter.mandatory,
        piped: parameter.from_pipeline,
        by_property: parameter.from_property,
        remaining: parameter.remaining,
    };
    let specs = if parameter.sets.is_empty() {
        vec![spec(None)]
    } else {
        parameter
            .sets
            .iter()
            .map(|set| spec(Some(Rc::clone(set))))
            .collect()
    };
    Formal {
        name: Rc::clone(&parameter.name),
        aliases: parameter.aliases.clone(),
        kind: Rc::clone(&parameter.kind),
        specs,
        values: parameter.values.clone(),
        allow_null: parameter.allow_null,
        allow_empty: parameter.allow_null,
        ..Formal::default()
    }
}

impl Interpreter<'_> {
    /// The parameters of a function, and what its attributes say.
    pub(crate) fn formals(&mut self, block: &Block) -> Outcome<(Vec<Formal>, Traits)> {
        let mut traits = Traits::default();
        for attribute in &block.attributes {
            if attribute
                .name
                .to_ascii_lowercase()
                .trim_end_matches("attribute")
                == "cmdletbinding"
            {
                self.cmdlet_binding(attribute, &mut traits)?;
            }
        }
        let mut formals = Vec::new();
        for parameter in &block.parameters {
            let is_parameter = |it: &Attribute| it.name.eq_ignore_ascii_case("parameter");
            traits.advanced |= parameter.attributes.iter().any(is_parameter);
            formals.push(self.formal(parameter)?);
        }
        let all_positions = !traits.no_positions
            && !formals
                .iter()
                .any(|it| it.specs.iter().any(|spec| spec.position.is_some()));
        if all_positions {
            let mut position = 0;
            for formal in &mut formals {
                if !formal.is_switch() {
                    for spec in &mut formal.specs {
                        spec.position = Some(position);
                    }
                    position += 1;
                }
            }
        }
        if traits.advanced {
            let given: Vec<Rc<str>> = formals
                .iter()
                .map(|it: &Formal| Rc::clone(&it.name))
                .collect();
            let more = common(traits.impact.is_some());
            formals.extend(
                more.into_iter()
                    .filter(|it| !given.iter().any(|name| it.is_named(name))),
            );
        }
        Ok((formals, traits))
    }

    fn cmdlet_binding(&mut self, attribute: &Attribute, traits: &mut Traits) -> Outcome {
        traits.advanced = true;
        for (name, value) in &attribute.named {
            let value = self.constant(value.as_ref())?;
            match name.to_ascii_lowercase().as_str() {
                "defaultparametersetname" => {
                    traits.default_set = Some(Rc::from(convert::to_text(&value)));
                }
                "supportsshouldprocess" if convert::to_bool(&value) => {
                    traits.impact.get_or_insert(Impact::Medium);
                }
                "confirmimpact" => {
                    let impact = match convert::to_text(&value).to_ascii_lowercase().as_str() {
                        "high" => Impact::High,
                        "low" => Impact::Low,
                        "none" => Impact::None,
                        _ => Impact::Medium,
                    };
                    if traits.impact.is_some() || supports(attribute) {
                        traits.impact = Some(impact);
                    }
                }
                "positionalbinding" => traits.no_positions = !convert::to_bool(&value),
                _ => {}
            }
        }
        Ok(())
    }

    /// An argument of an attribute; a name alone means `$true`.
    fn constant(&mut self, value: Option<&Expression>) -> Outcome<Value> {
        value.map_or(Ok(Value::Bool(true)), |value| self.expression(value))
    }

    pub(crate) fn formal(&mut self, parameter: &ast::Parameter) -> Outcome<Formal> {
        let mut formal = Formal {
            name: Rc::clone(&parameter.name),
            kind: Rc::from("System.Object"),
            ..Formal::default()
        };
        if let Some(name) = parameter.types.first() {
            let kind = self.resolve(name);
            formal.kind = self.located(kind, name.span)?;
        }
        for attribute in &parameter.attributes {
            let name = attribute.name.to_ascii_lowercase();
            match name.trim_end_matches("attribute") {
                "parameter" => {
                    let spec = self.spec(attribute)?;
                    formal.specs.push(spec);
                }
                _ => self.validation(attribute, &mut formal)?,
            }
        }
        if formal.specs.is_empty() {
            formal.specs.push(Spec::default());
        }
        Ok(formal)
    }

    fn spec(&mut self, attribute: &Attribute) -> Outcome<Spec> {
        let mut spec = Spec::default();
        for (name, value) in &attribute.named {
            let value = self.constant(value.as_ref())?;
            let holds = convert::to_bool(&value);
            match name.to_ascii_lowercase().as_str() {
                "mandatory" => spec.mandatory = holds,
                "position" => {
                    if let Ok(Value::Long(position)) = convert::cast(&value, "System.Int64") {
                        spec.position = Some(position);
                    }
                }
                "parametersetname" => spec.set = Some(Rc::from(convert::to_text(&value))),
                "valuefrompipeline" => spec.piped = holds,
                "valuefrompipelinebypropertyname" => spec.by_property = holds,
                "valuefromremainingarguments" => spec.remaining = holds,
                _ => {}
            }
        }
        Ok(spec)
    }

    fn validation(&mut self, attribute: &Attribute, formal: &mut Formal) -> Outcome {
        let mut values = Vec::new();
        for argument in &attribute.positional {
            let value = self.expression(argument)?;
            values.extend(match &value {
                Value::Array(_) => value.enumerate(),
                _ => vec![value],
            });
        }
        let number = |index: usize| match values
            .get(index)
            .map(|it| convert::cast(it, "System.Int64"))
        {
            Some(Ok(Value::Long(number))) => number,
            _ => 0,
        };
        let name = attribute.name.to_ascii_lowercase();
        match name.trim_end_matches("attribute") {
            "alias" => {
                let names = values.iter().map(|it| Rc::from(convert::to_text(it)));
                formal.aliases.extend(names);
            }
            "validateset" => {
                let texts = values.iter().map(|it| Rc::from(convert::to_text(it)));
                formal.values.extend(texts);
                for (name, value) in &attribute.named {
                    if name.eq_ignore_ascii_case("ignorecase") {
                        let value = self.constant(value.as_ref())?;
                        formal.values_case = !convert::to_bool(&value);
                    }
                }
            }
            "validatescript" => {
                if let Some(Value::Block(block)) = values.into_iter().next() {
                    formal.checks.push(Check::Script(block));
                }
            }
            "validatenotnull" => formal.checks.push(Check::NotNull),
            "validatenotnullorempty" | "validatenotnullorwhitespace" => {
                formal.checks.push(Check::NotNullOrEmpty);
            }
            "validaterange" => {
                if let [low, high] = values.as_slice() {
                    formal.checks.push(Check::Range(low.clone(), high.clone()));
                }
            }
            "validatepattern" => {
                if let Some(pattern) = values.first() {
                    let pattern = Rc::from(convert::to_text(pattern));
                    formal.checks.push(Check::Pattern(pattern));
                }
            }
            "validatelength" => formal.checks.push(Check::Length(number(0), number(1))),
            "validatecount" => formal.checks.push(Check::Count(number(0), number(1))),
            "allownull" => formal.allow_null = true,
            "allowemptystring" | "allowemptycollection" => formal.allow_empty = true,
            _ => {}
        }
        Ok(())
    }
}

fn supports(attribute: &Attribute) -> bool {
    let mut names = attribute.named.iter();
    names.any(|(name, _)| name.eq_ignore_ascii_case("supportsshouldprocess"))
}
