//! Noticing hazards while the steps of a scenario are played.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use mock_ad::directory::{AttributeId, Value};
use mock_cloud::provisioning::{ErrorCode, Outcome};
use mock_cloud::tenant::FEATURES;
use mock_cloud::{CloudKey, DirectoryObject, RuleId, SourceAnchor, SyncObjectType};

use super::{Runner, build, known};
use crate::engine::{EngineEvent, Exported, PendingExport, Source};
use crate::hazard::{self, Hazard};
use crate::scenario::model::{Profile, Scenario, Step};
use crate::scenario::{Diagnostic, Severity, Spanned, expanded};
use crate::world::{Event, World};

/// Everything that hazards are noticed by, besides the world itself.
#[derive(Debug, Default, Clone)]
pub(super) struct Watch {
    found: Vec<(&'static Hazard, Range<usize>, String)>,
    /// Who had each name at the last export.
    holders: BTreeMap<String, Source>,
    /// Guards that a step has lifted, and where.
    lifted: BTreeMap<&'static str, Range<usize>>,
    /// What happened in the step that is being played.
    pub(super) events: Vec<Event>,
}

/// Plays a scenario in all its profiles and says which steps commit a hazard that the file does
/// not acknowledge, and which acknowledgements are of no use.
pub fn hazards(file: &str, scenario: &Scenario) -> Vec<Diagnostic> {
    let mut all: Vec<(&'static Hazard, Range<usize>, String)> = Vec::new();
    for profile in scenario.profiles() {
        for one in hazards_in(file, scenario, profile) {
            // What is tried again at each cycle is committed once.
            if !all.iter().any(|known| known.0 == one.0 && known.2 == one.2) {
                all.push(one);
            }
        }
    }
    all.sort_by_key(|(hazard, at, _)| (at.start, hazard.number));
    let committed: BTreeSet<&str> = all.iter().map(|one| one.0.number).collect();
    let is_meant = |hazard: &Hazard| {
        let mut meant = scenario.hazards.iter();
        meant.any(|name| hazard::hazard(name) == Some(hazard))
    };
    let mut found: Vec<Diagnostic> = Vec::new();
    for (hazard, at, what) in &all {
        if is_meant(hazard) {
            continue;
        }
        let message = format!("{} {}: {what}", hazard.number, hazard.name);
        let severity = match hazard.severity {
            hazard::Severity::Danger => Severity::Error,
            hazard::Severity::Warning => Severity::Warning,
        };
        let problem = Diagnostic::new(hazard.number, message, file, at.clone())
            .severity(severity)
            .label(hazard.cost)
            .help(format!("instead: {}", hazard.instead))
            .help(format!(
                "where it is meant, write `hazards: [{}]` at the top of the file",
                hazard.number
            ));
        found.push(problem);
    }
    for name in &scenario.hazards {
        let known = hazard::hazard(name);
        if known.is_some_and(|hazard| !committed.contains(hazard.number)) {
            let message = format!("no step commits the hazard `{name}`");
            let problem = Diagnostic::new("unused-acknowledgement", message, file, name.at.clone());
            found.push(problem.severity(Severity::Warning));
        }
    }
    found
}

fn hazards_in(
    file: &str,
    scenario: &Scenario,
    profile: Profile,
) -> Vec<(&'static Hazard, Range<usize>, String)> {
    let scenario = expanded(&scenario.in_profile(known::model_profile(profile.into())));
    let Ok((world, names)) = build::world(&scenario, profile.into()) else {
        return Vec::new();
    };
    let mut runner = Runner::new(file, world, names);
    runner.watch = Some(Watch::default());
    runner.remember_holders();
    runner.run(&scenario);
    let watch = runner.watch.take().unwrap_or_default();
    let mut found = watch.found;
    for (guard, at) in watch.lifted {
        found.push((&hazard::W09, at, format!("{guard} stays off")));
    }
    found
}

impl Runner<'_> {
    fn hazard(&mut self, hazard: &'static Hazard, at: &Range<usize>, what: String) {
        if let Some(watch) = &mut self.watch {
            watch.found.push((hazard, at.clone(), what));
        }
    }

    /// What a step is about to do wrong, seen before it is carried out.
    pub(super) fn foresee(&mut self, step: &Spanned<Step>) {
        let at = &step.at;
        match &step.value {
            Step::RemoveCloudUser(removed) if removed.purge => {
                let account = self.account_named(&removed.user);
                let holds = account.is_some_and(|(_, it)| holds_something(it));
                if holds && account.is_some_and(|(_, it)| it.is_soft_deleted()) {
                    let what = format!("`{}` holds a mailbox or a licence", removed.user);
                    self.hazard(&hazard::W01, at, what);
                }
            }
            Step::SetImmutableId(set) => self.foresee_anchor(set, at),
            Step::RestoreCloudUser(restored) => {
                let key = self.names.cloud(&restored.user);
                let entra = self.world.engine().entra();
                let known = key.and_then(|key| entra.find_by_cloud(key));
                let known = known.and_then(|id| entra.get(id));
                if known.is_some_and(|known| known.deleted) {
                    let what = format!("the deletion of `{}` is not confirmed", restored.user);
                    self.hazard(&hazard::W05, at, what);
                }
            }
            Step::AssignLicence(licence) => self.foresee_licence(&licence.user, at),
            Step::SetFeature(set) => {
                let name = set.feature.value.name();
                let guard = name.starts_with("block-");
                let known = FEATURES.iter().find(|feature| feature.name == name);
                if let Some(feature) = known.filter(|_| guard) {
                    let was_on = (feature.get)(&self.world.tenant().features);
                    self.guard(feature.name, was_on, set.enabled, at);
                }
            }
            Step::SetEngine(change) => {
                if let Some(threshold) = change.deletion_threshold {
                    let was_on = self.world.engine().config().deletion_threshold.is_some();
                    let on = build::threshold(threshold).is_some();
                    self.guard("the deletion threshold", was_on, on, at);
                }
            }
            _ => {}
        }
    }

    fn guard(&mut self, name: &'static str, was_on: bool, on: bool, at: &Range<usize>) {
        let Some(watch) = &mut self.watch else { return };
        if on {
            watch.lifted.remove(name);
        } else if was_on {
            watch.lifted.insert(name, at.clone());
        }
    }

    fn foresee_anchor(&mut self, set: &crate::scenario::model::ImmutableIdSet, at: &Range<usize>) {
        let Some((key, account)) = self.account_named(&set.user) else {
            return;
        };
        let (live, synced) = (account.is_live(), account.on_premises.sync_enabled);
        let mapped = account.on_premises.object_identifier;
        if live && synced == Some(true) {
            let what = format!("`{}` is synced", set.user);
            self.hazard(&hazard::W02, at, what);
            return;
        }
        let Ok(Some(anchor)) = self.immutable_id(set) else {
            return;
        };
        let tenant = self.world.tenant();
        let holders = tenant.find_by_anchor(&anchor, SyncObjectType::User);
        let deleted = holders.into_iter().find(|holder| {
            *holder != key
                && tenant
                    .object(*holder)
                    .is_some_and(|it| it.is_soft_deleted())
        });
        if let Some(deleted) = deleted {
            let what = format!("{} is deleted and holds the id", self.label(deleted));
            self.hazard(&hazard::W03, at, what);
        }
        let hardened = self.world.tenant().policy.hard_match_hardening;
        let other = mapped.is_some_and(|mapped| Some(&mapped) != anchor.guid_bytes());
        if hardened && other {
            let what = format!("`{}` is mapped to another object", set.user);
            self.hazard(&hazard::W15, at, what);
        }
    }

    /// Whose mailbox on-premises nobody has told the tenant of.
    fn foresee_licence(&mut self, name: &str, at: &Range<usize>) {
        let owner = self.names.belongs.iter().find(|(_, cloud)| *cloud == name);
        let Some(source) = owner.and_then(|(ad, _)| self.names.ad(ad)) else {
            return;
        };
        let directory = &self.world.forests()[source.forest];
        let attribute = directory.schema().attribute("msExchMailboxGuid");
        let has =
            attribute.is_some_and(|id| !directory.attribute_values(source.object, id).is_empty());
        let joined = self.account_of(source);
        if has && (joined.is_none() || joined != self.names.cloud(name)) {
            let what = format!("`{name}` has a mailbox on-premises that is not synchronised");
            self.hazard(&hazard::W11, at, what);
        }
    }

    fn account_named(&self, name: &str) -> Option<(CloudKey, &DirectoryObject)> {
        let key = self.names.cloud(name)?;
        Some((key, self.cloud_object(key)?))
    }

    /// What a step has done wrong, seen from what happened.
    pub(super) fn look_back(&mut self, step: &Spanned<Step>, before: &World) {
        let Some(watch) = &mut self.watch else { return };
        let events = std::mem::take(&mut watch.events);
        let mut exported = false;
        for event in &events {
            match event {
                Event::Engine(EngineEvent::Exported(one)) => {
                    exported = true;
                    self.look_at_export(one, before, &step.at);
                }
                Event::Engine(EngineEvent::Finished(result)) => {
                    exported |= result.step == crate::engine::Step::Export;
                }
                Event::Expired(key) => {
                    let held = before.tenant().object(*key);
                    if held.is_some_and(|it| holds_something(it)) {
                        let what = format!("{} is removed", self.label(*key));
                        self.hazard(&hazard::W13, &step.at, what);
                    }
                }
                _ => {}
            }
        }
        self.look_at_swap(step);
        self.look_at_move(step);
        if exported {
            self.remember_holders();
        }
    }

    fn look_at_export(&mut self, one: &Exported, before: &World, at: &Range<usize>) {
        let has = |rule: RuleId| one.answer.why.iter().any(|reason| reason.rule == rule);
        let (key, result) = (one.answer.key, &one.answer.result);
        let name = one.source.map(|source| self.source_label(source));
        let name = name.unwrap_or_else(|| "an object".to_owned());
        if one.pending == PendingExport::Delete && result.is_ok() {
            let gone = key.and_then(|key| before.tenant().object(key));
            if gone.is_some_and(|it| it.kind.sync_type() == SyncObjectType::Group) {
                let what = format!("{} is deleted", key.map_or(name, |key| self.label(key)));
                self.hazard(&hazard::W12, at, what);
            }
            return;
        }
        if has(RuleId::R2_14B) || has(RuleId::R2_20) {
            self.hazard(&hazard::W08, at, format!("{name} meets an administrator"));
        } else if has(RuleId::R2_14A) {
            self.hazard(
                &hazard::W07,
                at,
                format!("{name} meets an account of another id"),
            );
        }
        if let Err(error) = result
            && error.code == ErrorCode::AttributeUpdateNotAllowed
        {
            self.hazard(
                &hazard::W15,
                at,
                format!("{name} is not the object it is mapped to"),
            );
        }
        match result {
            Ok(Outcome::SoftMatched(_) | Outcome::HardMatched) => {
                self.look_at_match(key, before, &name, at);
            }
            Ok(Outcome::Created) if has(RuleId::R4_2) => {
                self.look_at_first_export(key, one.source, &name, at);
            }
            _ => {}
        }
    }

    /// Which addresses a match took away.
    fn look_at_match(
        &mut self,
        key: Option<CloudKey>,
        before: &World,
        name: &str,
        at: &Range<usize>,
    ) {
        let addresses = |world: &World| -> BTreeSet<String> {
            let object = key.and_then(|key| world.tenant().object(key));
            let listed = object.into_iter().flat_map(|it| it.proxy_addresses.iter());
            listed
                .filter(|it| it.is_smtp())
                .map(|it| it.address().to_lowercase())
                .filter(|it| !it.ends_with(".onmicrosoft.com"))
                .collect()
        };
        let after = addresses(&self.world);
        let lost: Vec<String> = addresses(before).difference(&after).cloned().collect();
        if !lost.is_empty() {
            let what = format!(
                "{name} takes an account over that loses {}",
                lost.join(", ")
            );
            self.hazard(&hazard::W10, at, what);
        }
    }

    /// Whether an account of the same name was there, and the suffix kept them apart.
    fn look_at_first_export(
        &mut self,
        key: Option<CloudKey>,
        source: Option<Source>,
        name: &str,
        at: &Range<usize>,
    ) {
        let Some(source) = source else { return };
        let directory = &self.world.forests()[source.forest];
        let upn = directory.attribute_values(source.object, AttributeId::USER_PRINCIPAL_NAME);
        let Some(Value::Text(upn)) = upn.first() else {
            return;
        };
        let prefix = upn.split('@').next().unwrap_or_default();
        let namesake = self.world.tenant().objects().any(|(other, object)| {
            let known = object.user_principal_name.as_ref();
            let known = known.and_then(|known| known.as_str().split('@').next());
            Some(other) != key
                && object.is_live()
                && !object.is_synced()
                && known.is_some_and(|known| store::eq_fold(known, prefix))
        });
        if namesake {
            let what = format!("{name} goes out with a suffix that is not verified");
            self.hazard(&hazard::W14, at, what);
        }
    }

    /// Who has which name in Active Directory.
    fn holders_now(&self) -> BTreeMap<String, Source> {
        let mut all = BTreeMap::new();
        for (forest, directory) in self.world.forests().iter().enumerate() {
            for (id, object) in directory.objects() {
                if object.is_deleted() {
                    continue;
                }
                let source = Source { forest, object: id };
                for attribute in [
                    AttributeId::PROXY_ADDRESSES,
                    AttributeId::USER_PRINCIPAL_NAME,
                ] {
                    for value in object.texts(attribute) {
                        let lower = value.to_lowercase();
                        let plain = lower.strip_prefix("smtp:").unwrap_or(&lower);
                        all.entry(plain.to_owned()).or_insert(source);
                    }
                }
            }
        }
        all
    }

    pub(super) fn remember_holders(&mut self) {
        let now = self.holders_now();
        if let Some(watch) = &mut self.watch {
            watch.holders = now;
        }
    }

    /// Whether the step has moved a name from one object to another since the last export.
    fn look_at_swap(&mut self, step: &Spanned<Step>) {
        let writes = matches!(
            step.value,
            Step::Set(_) | Step::Clear(_) | Step::AddValue(_) | Step::RemoveValue(_)
        );
        if !writes {
            return;
        }
        let now = self.holders_now();
        let Some(watch) = &mut self.watch else { return };
        let forests = self.world.forests();
        let mut moved = Vec::new();
        for (name, source) in now {
            let known = watch.holders.get(&name).copied();
            let known = known.filter(|known| forests[known.forest].is_live(known.object));
            if known.is_some_and(|known| known != source) {
                watch.holders.insert(name.clone(), source);
                moved.push(name);
            }
        }
        for name in moved {
            let what = format!("{name} moves from one object to another in one cycle");
            self.hazard(&hazard::W04, &step.at, what);
        }
    }

    /// Whether the step brings an object into scope whose account another one has lost.
    fn look_at_move(&mut self, step: &Spanned<Step>) {
        let Step::Move(moved) = &step.value else {
            return;
        };
        let Some(source) = self.names.ad(&moved.user) else {
            return;
        };
        let engine = self.world.engine();
        let directory = &self.world.forests()[source.forest];
        let Some(object) = directory.object(source.object) else {
            return;
        };
        let scope = engine.config().scopes.get(source.forest);
        let container = object.parent.map(|parent| directory.dn(parent));
        let comes = scope
            .zip(container)
            .is_some_and(|(scope, container)| scope.contains(&container));
        let anchor = object.bytes(AttributeId::MS_DS_CONSISTENCY_GUID);
        let anchor = anchor.and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
        let Some(anchor) = anchor.filter(|anchor| comes && anchor != object.guid.as_bytes()) else {
            return;
        };
        let anchor = SourceAnchor::from_guid_bytes(anchor);
        let tenant = self.world.tenant();
        let holders = tenant.find_by_anchor(&anchor, SyncObjectType::User);
        let deleted = holders
            .into_iter()
            .find(|key| tenant.object(*key).is_some_and(|it| it.is_soft_deleted()));
        if let Some(deleted) = deleted {
            let what = format!("{} was deleted in an earlier cycle", self.label(deleted));
            self.hazard(&hazard::W06, &step.at, what);
        }
    }

    fn source_label(&self, source: Source) -> String {
        let mut named = self.names.ad_names();
        let name = named.find(|(_, sources)| sources.contains(&source));
        name.map_or_else(|| "an object".to_owned(), |(name, _)| format!("`{name}`"))
    }
}

fn holds_something(object: &DirectoryObject) -> bool {
    object.mailbox.is_some() || !object.licences.is_empty()
}
