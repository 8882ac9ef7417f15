//! Somebody at the keyboard: one command after another, none of them known beforehand.

use std::ops::Range;

use mock_ad::directory::AttributeId;
use mock_cloud::tenant::{Kind, State};
use mock_cloud::{CloudKey, Reason};

use super::{Runner, known};
use crate::engine::Source;
use crate::scenario::model::{
    AdObject, AdType, Check, CloudObject, CloudType, Expectation, InitialWorld, Scenario, Step,
};
use crate::scenario::{Diagnostic, Name, Named, Spanned};
use crate::world::{Action, Event};

/// What was expected, what was found instead, and why.
#[derive(Debug, Clone)]
pub(crate) struct Shortfall {
    pub(crate) expected: String,
    pub(crate) found: String,
    pub(crate) why: Vec<Reason>,
}

/// How a directory refused a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status or the number of the LDAP result.
    pub status: u16,
    /// The code.
    pub code: String,
    /// The message.
    pub message: String,
    /// What that means here.
    pub hint: String,
}

impl Runner<'_> {
    /// Begins to write down everything that happens.
    pub(crate) fn listen(&mut self) {
        self.heard = Some(Vec::new());
        self.acted = Some(Vec::new());
    }

    /// The actions that were carried out since this was asked last.
    pub(crate) fn carried_out(&mut self) -> Vec<Action> {
        self.acted.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// What happened since this was asked last.
    pub(crate) fn heard(&mut self) -> Vec<Event> {
        self.heard.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Every step of a run profile that ran, as Synchronization Service Manager lists it.
    pub(crate) fn records(&self) -> &[crate::manager::StepRecord] {
        self.history.records()
    }

    /// Carries out one step. What a directory said stays known until the next one.
    pub(crate) fn command(
        &mut self,
        step: &Step,
        at: Range<usize>,
    ) -> Result<Option<Refusal>, Diagnostic> {
        self.refused = None;
        let result = self.step(step, at);
        self.note_valuables();
        result.map_err(|problem| {
            let no_such_unit = problem.message.starts_with("there is no `");
            let mut diagnostic = problem.diagnostic("");
            if no_such_unit {
                diagnostic.help = vec![format!("the containers are {}", self.containers())];
            }
            diagnostic
        })?;
        Ok(self.refusal_met())
    }

    /// How the last action was refused, in full.
    pub(crate) fn refusal_met(&self) -> Option<Refusal> {
        let refused = self.refused.clone()?;
        Some(Refusal {
            status: refused.status,
            code: refused.code,
            message: refused.message,
            hint: refused.hint,
        })
    }

    /// Looks whether an expectation holds; one that introduces a name introduces it.
    pub(crate) fn holds(&mut self, expectation: &Expectation) -> Result<(), Shortfall> {
        self.expect(expectation).map_err(|missed| Shortfall {
            expected: missed.expected,
            found: missed.found,
            why: missed.why,
        })
    }

    /// The account that an object is joined to.
    pub(crate) fn joined_account(&self, source: Source) -> Option<CloudKey> {
        self.account_of(source)
    }

    /// What an object was told by the last cycle.
    pub(crate) fn said_of(&self, source: Source) -> &[Reason] {
        self.said
            .get(&source)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// The error of an object in one line.
    pub(crate) fn error_text(&self, source: Source) -> Option<String> {
        self.error_of(source)
    }

    /// The accounts that held a mailbox or a licence at some time and are gone for good.
    pub(crate) fn lost_valuables(&self) -> impl Iterator<Item = CloudKey> + '_ {
        let all = self.valuable.iter().copied();
        all.filter(|key| {
            let object = self.cloud_object(*key);
            object.is_some_and(|object| matches!(object.state, State::Purged { .. }))
        })
    }

    /// Gives every account that has no name one: what it is called in the portal.
    pub(crate) fn name_accounts(&mut self) {
        let named: std::collections::BTreeSet<CloudKey> = self.names.cloud_keys().collect();
        let tenant = self.world.tenant();
        let nameless = tenant.objects().filter(|(key, _)| !named.contains(key));
        let nameless: Vec<(CloudKey, String)> = nameless
            .filter(|(_, object)| !matches!(object.state, State::Purged { .. }))
            .map(|(key, object)| (key, object.label().to_string()))
            .collect();
        for (key, label) in nameless {
            let taken =
                |name: &str| self.names.cloud(name).is_some() || self.names.ad(name).is_some();
            let mut name = label.clone();
            let mut number = 2;
            while taken(&name) {
                name = format!("{label}~{number}");
                number += 1;
            }
            self.names.add_cloud(&name, key);
        }
    }

    /// Everything that can be named now, with these steps, as a scenario to check them in.
    pub(crate) fn vocabulary(&self, like: &InitialWorld, steps: Vec<Spanned<Step>>) -> Scenario {
        let ad = self.names.ad_names().flat_map(|(name, sources)| {
            let kind = sources.last().map(|source| self.kind_of(*source));
            let kind = kind.unwrap_or_default();
            let forest = sources
                .last()
                .and_then(|source| self.names.forests.get(source.forest));
            let object = AdObject {
                kind,
                forest: forest.and_then(|it| it.name.as_deref()).map(derived),
                ..AdObject::default()
            };
            [(derived(name), Spanned::derived(object))]
        });
        let keys = self.cloud_by_name().into_iter();
        let cloud = keys.filter_map(|(key, name)| {
            let object = self.cloud_object(key)?;
            let kind = match object.kind {
                Kind::User | Kind::Guest => CloudType::User,
                Kind::Microsoft365Group => CloudType::M365Group,
                Kind::Group { .. } => CloudType::Group,
                Kind::Contact => CloudType::Contact,
                Kind::Device => CloudType::Device,
            };
            let object = CloudObject {
                kind,
                ..CloudObject::default()
            };
            Some((derived(&name), Spanned::derived(object)))
        });
        let domains = self.world.tenant().domains.iter();
        let mut world = InitialWorld {
            profile: Some(Spanned::derived(known::model_profile(self.world.profile))),
            profiles: Vec::new(),
            ad: Named(ad.collect()),
            cloud: Named(cloud.collect()),
            belongs: Named::default(),
            ..like.clone()
        };
        world.tenant.verified = domains.map(|domain| derived(&domain.name)).collect();
        world.tenant.federated.clear();
        Scenario {
            scenario: derived("a command"),
            about: None,
            source: None,
            tags: Vec::new(),
            hazards: Vec::new(),
            world,
            steps,
            check: Check::default(),
            explore: None,
        }
    }

    fn kind_of(&self, source: Source) -> AdType {
        let directory = self.world.forests().get(source.forest);
        let classes =
            directory.map(|it| it.attribute_values(source.object, AttributeId::OBJECT_CLASS));
        let classes = classes.unwrap_or_default();
        let is = |class: &str| {
            let mut texts = classes.iter().filter_map(|value| value.as_text());
            texts.any(|text| text.eq_ignore_ascii_case(class))
        };
        if is("group") {
            AdType::Group
        } else if is("contact") {
            AdType::Contact
        } else if is("computer") {
            AdType::Computer
        } else {
            AdType::User
        }
    }

    /// The organizational units, for somebody who has mistyped one.
    pub(crate) fn containers(&self) -> String {
        let mut found = Vec::new();
        for (place, directory) in self.world.forests().iter().enumerate() {
            let base = directory.base().to_string();
            for (id, object) in directory.objects() {
                let dn = directory.dn_text(id);
                let inside = dn.strip_suffix(&format!(",{base}"));
                let is_unit = !object.is_deleted() && dn.starts_with("OU=");
                let Some(inside) = inside.filter(|_| is_unit) else {
                    continue;
                };
                let several = self.world.forests().len() > 1;
                let forest = self
                    .names
                    .forests
                    .get(place)
                    .and_then(|it| it.name.as_deref());
                found.push(match forest.filter(|_| several) {
                    Some(forest) => format!("`{inside}` of {forest}"),
                    None => format!("`{inside}`"),
                });
            }
        }
        found.sort();
        found.dedup();
        found.join(", ")
    }
}

fn derived(text: &str) -> Name {
    Spanned::derived(text.to_owned())
}
