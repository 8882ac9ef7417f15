//! `Microsoft.Graph.*` and `Microsoft.Graph.Beta.*`: cmdlets made from a table of paths, and
//! answered by the same function as the requests of any other client of Graph.

mod connect;
mod error;
mod object;
mod read;
mod request;
mod table;
mod web;
mod write;

use std::rc::Rc;

use powershell::command::{Impact, Module, Parameter};

pub(crate) use error::{cloud_error, connection_needed};
pub(crate) use object::entity_object;
pub(crate) use read::{encode, relative};

use crate::declare::{Offer, Plan};
use crate::stage::Stage;
use table::{ACTIONS, CASTS, NOUNS, Noun, Verb};

/// Which version of Graph a cmdlet speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// `Mg…`, over `/v1.0`.
    V1,
    /// `MgBeta…`, over `/beta`.
    Beta,
}

impl Version {
    const fn prefix(self) -> &'static str {
        match self {
            Self::V1 => "Mg",
            Self::Beta => "MgBeta",
        }
    }

    const fn root(self) -> &'static str {
        match self {
            Self::V1 => "/v1.0",
            Self::Beta => "/beta",
        }
    }
}

/// A cmdlet over a path.
#[derive(Clone)]
struct Route {
    stage: Stage,
    version: Version,
    /// The path, with `{Parameter}` for ids.
    path: &'static str,
    entity: &'static str,
    verb: Verb,
}

/// The module.
pub(crate) fn module(stage: &Stage) -> Rc<dyn Module> {
    let mut offer = Offer::new("Microsoft.Graph", "Microsoft.Graph.PowerShell.Cmdlets.");
    for version in [Version::V1, Version::Beta] {
        for noun in NOUNS.iter().chain(CASTS.iter().copied().flatten()) {
            for verb in noun.verbs {
                declare(&mut offer, stage, version, noun, *verb);
            }
        }
        for action in ACTIONS {
            write::declare_action(&mut offer, stage, version, action);
        }
    }
    connect::declare(&mut offer, stage);
    request::declare(&mut offer, stage);
    web::declare(&mut offer, stage);
    Rc::new(offer)
}

/// The parameters in the braces of a path.
fn ids(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
}

fn declare(offer: &mut Offer, stage: &Stage, version: Version, noun: &'static Noun, verb: Verb) {
    let name = format!("{}-{}{}", verb.word(), version.prefix(), noun.noun);
    let route = Route {
        stage: stage.clone(),
        version,
        path: noun.path,
        entity: noun.entity,
        verb,
    };
    let mut parameters = Vec::new();
    for id in ids(noun.path) {
        let optional = matches!(verb, Verb::Get | Verb::New);
        let of_last = noun.path.ends_with('}') && ids(noun.path).last() == Some(id);
        if verb == Verb::New && of_last {
            continue;
        }
        let parameter = Parameter::text(id).piped_by_name();
        parameters.push(if optional {
            parameter
        } else {
            parameter.mandatory()
        });
    }
    parameters.push(Parameter::object("InputObject").piped());
    let about = format!("{} {} of Microsoft Graph.", verb.word(), noun.path);
    let class = format!(
        "Microsoft.Graph.{}PowerShell.Cmdlets.{}{}{}_{}",
        if version == Version::Beta {
            "Beta."
        } else {
            ""
        },
        verb.word(),
        version.prefix(),
        noun.noun,
        variant(verb),
    );
    let plan = |parameters| Plan::new(name.clone(), parameters, &about).class(class.clone());
    match verb {
        Verb::Get | Verb::List | Verb::One | Verb::Count => {
            parameters.extend(read::parameters());
            let route = route.clone();
            offer.offer(plan(parameters), move |call| read::get(&route, call));
        }
        Verb::New | Verb::Update => {
            parameters.extend(write::body_parameters(noun.entity));
            let plan = plan(parameters).asking(Impact::Medium);
            offer.offer(plan, move |call| write::write(&route, call));
        }
        Verb::Remove | Verb::Restore => {
            parameters.push(Parameter::switch("PassThru"));
            if verb == Verb::Restore {
                parameters.push(Parameter::switch("AutoReconcileProxyConflict"));
                parameters.push(Parameter::object("BodyParameter"));
                parameters.push(Parameter::object("AdditionalProperties"));
            }
            parameters.extend(write::common());
            offer.offer(plan(parameters).asking(Impact::Medium), move |call| {
                write::write(&route, call)
            });
        }
        Verb::AddRef | Verb::SetRef | Verb::RemoveRef => {
            parameters.push(Parameter::text("OdataId"));
            if verb != Verb::RemoveRef {
                parameters.push(Parameter::object("BodyParameter"));
                parameters.push(Parameter::object("AdditionalProperties"));
            }
            parameters.push(Parameter::text("DirectoryObjectId").piped_by_name());
            parameters.extend(write::common());
            offer.offer(plan(parameters).asking(Impact::Medium), move |call| {
                write::reference(&route, call)
            });
        }
        Verb::Act => {}
    }
}

/// What the SDK calls the variant of a cmdlet that an error names.
const fn variant(verb: Verb) -> &'static str {
    match verb {
        Verb::Get | Verb::One => "Get",
        Verb::List | Verb::Count => "List",
        Verb::New | Verb::AddRef => "CreateExpanded",
        Verb::Update | Verb::SetRef => "UpdateExpanded",
        Verb::Remove | Verb::RemoveRef => "Delete",
        Verb::Restore => "Restore",
        Verb::Act => "Post",
    }
}
