//! A deliberately naive second opinion: what the next export does to one AD object.
//!
//! Written from the behaviour catalogue alone and sharing no code or type with the engine and the
//! service, so that an agreement between them means something. Every question is answered by a
//! linear scan over the tenant as it stands before the run. Hence its domain: an object whose fate
//! depends on what happens to *another* object in the same run has no order-free verdict;
//! [`order::order_dependent`] and [`order::collides_with_other_new`] tell which those are.

use std::collections::BTreeSet;

#[cfg(test)]
mod checks;
pub(crate) mod lamplight;
pub(crate) mod model;
mod names;
pub(crate) mod order;
mod scope;

use model::{
    AdPerson, By, CloudThing, Features, GroupKind, Kind, Outcome, Profile, Tenant, Verdict,
    Withheld, anchor,
};
use names::{
    address, claimed, cloud_upn, expected_addresses, names_of, owner, primary_of, same, stated_upn,
};
use scope::filtered;

/// Everything one question needs.
struct Case<'a> {
    o: &'a AdPerson,
    anchor: String,
    things: &'a [CloudThing],
    tenant: &'a Tenant,
    profile: Profile,
    features: Features,
}

/// What the next export does to `o`, given the tenant as it is now.
///
/// `established` says that the engine has provisioned what the tenant calls synced; a fresh engine
/// knows of nothing and so deletes nothing.
pub(crate) fn verdict(
    o: &AdPerson,
    things: &[CloudThing],
    tenant: &Tenant,
    profile: Profile,
    established: bool,
) -> Verdict {
    let features = tenant.features.unwrap_or_else(|| profile.features());
    let case = Case {
        o,
        anchor: anchor(o),
        things,
        tenant,
        profile,
        features,
    };
    let ours = |t: &CloudThing| !t.deleted && t.kind == o.kind && case.holds_anchor(t);
    let synced = case.find(|t| ours(t) && t.sync_enabled == Some(true));
    let linked = synced.or_else(|| case.find(|t| ours(t) && t.cloud_managed));
    if !o.in_scope || filtered(o, profile) {
        // Leaving scope deletes what this engine provisioned, and nothing else (5.14, 6.22).
        return synced.filter(|_| established).map_or_else(
            || Verdict::of(Outcome::OutOfScope),
            |t| Verdict::of(Outcome::Delete).on(t),
        );
    }
    match linked {
        Some(t) if t.cloud_managed => Verdict::of(Outcome::Unchanged).on(t), // 2.30
        Some(t) => case.update(t),
        None => case.add(),
    }
}

impl<'a> Case<'a> {
    fn find(&self, wanted: impl Fn(&CloudThing) -> bool) -> Option<&'a CloudThing> {
        self.things.iter().find(|t| wanted(t))
    }

    fn holds_anchor(&self, t: &CloudThing) -> bool {
        t.immutable_id.as_ref() == Some(&self.anchor)
    }

    /// An object the service does not know yet: hard match, soft match, create (2.3).
    fn add(&self) -> Verdict {
        if self.o.kind == Kind::User {
            let user = |t: &CloudThing| t.kind == Kind::User && self.holds_anchor(t);
            let live = self.find(|t| user(t) && !t.deleted);
            if let Some(t) = live.or_else(|| self.find(user)) {
                return self.hard_match(t);
            }
        }
        if !self.features.block_soft_match
            && let Some(verdict) = self.soft_match()
        {
            return verdict;
        }
        self.apply_new(None, Outcome::Create, None)
    }

    fn hard_match(&self, t: &CloudThing) -> Verdict {
        if self.features.block_hard_match && t.sync_enabled != Some(true) {
            return Verdict::error("InvalidHardMatch", "sourceAnchor", Some(t)); // 2.7
        }
        if self.profile == Profile::Entra2026 {
            if t.admin || t.eligible_admin {
                return Verdict::error("InvalidHardMatch", "sourceAnchor", Some(t)); // 2.20
            }
            let mapped = t
                .on_prem_object_id
                .as_ref()
                .is_some_and(|id| *id != self.o.guid);
            if mapped && !self.features.allow_object_id_update {
                let attribute = "onPremisesObjectIdentifier";
                return Verdict::error("AttributeUpdateNotAllowed", attribute, Some(t)); // 2.21
            }
        }
        if !t.deleted {
            return self.apply_new(Some(t), Outcome::HardMatch, Some(By::HardMatch));
        }
        for (attribute, name) in names_of(t) {
            if let Some(other) = owner(&name, self.things, Some(t)) {
                return Verdict::error(UNIQUE, attribute, Some(other)); // 3.11d
            }
        }
        self.apply_new(Some(t), Outcome::Restore, Some(By::HardMatch))
    }

    /// The primary address first, the UPN only if that finds nothing (2.9).
    fn soft_match(&self) -> Option<Verdict> {
        let o = self.o;
        let live = |t: &CloudThing| !t.deleted;
        let by_address = primary_of(o).and_then(|wanted| {
            let holds = |t: &CloudThing| {
                live(t)
                    && t.proxies
                        .iter()
                        .any(|p| p.starts_with("SMTP:") && address(p) == wanted)
            };
            self.find(|t| t.kind == o.kind && holds(t))
                .or_else(|| self.find(holds))
        });
        let upn = (o.kind == Kind::User && self.features.soft_match_on_upn).then(|| stated_upn(o));
        let by_upn = upn.and_then(|upn| {
            self.find(|t| live(t) && t.upn.as_ref().is_some_and(|u| same(u, &upn)))
        });
        let found = [(by_address, By::SoftMatchSmtp), (by_upn, By::SoftMatchUpn)];
        for (t, by) in found.into_iter().filter_map(|(t, by)| Some((t?, by))) {
            let attribute = by.attribute();
            if t.kind != o.kind {
                return Some(Verdict::error("ObjectTypeMismatch", attribute, Some(t))); // 2.14d
            }
            if matches!(t.group, Some(GroupKind::Microsoft365 | GroupKind::Security)) || t.guest {
                continue; // 2.14g, 2.14h
            }
            let federated = t.upn.as_ref().is_some_and(|u| self.tenant.is_federated(u));
            if t.immutable_id.is_some() {
                return self.other_anchor(t, by); // 2.14a: whoever held the anchor was tried before
            }
            if federated || t.admin {
                let code = if federated {
                    "InvalidSoftMatch"
                } else {
                    UNIQUE
                }; // 2.14e, 2.14b
                let refused = self.profile == Profile::DirSync2013;
                return refused.then(|| Verdict::error(code, attribute, Some(t)));
            }
            return Some(self.apply_new(Some(t), Outcome::SoftMatch, Some(by)));
        }
        None
    }

    /// The account found by `by` belongs to another anchor (2.14a).
    fn other_anchor(&self, t: &CloudThing, by: By) -> Option<Verdict> {
        match self.profile {
            Profile::DirSync2013 => {
                Some(Verdict::error("InvalidSoftMatch", by.attribute(), Some(t)))
            }
            // Groups meet the quarantine in every era (3.11b).
            Profile::Entra2025 | Profile::Entra2026
                if by == By::SoftMatchSmtp && t.kind == Kind::User =>
            {
                let one_sid = self.o.sid.is_some() && self.o.sid == t.sid;
                let attribute = if one_sid { SID } else { "ProxyAddresses" };
                Some(Verdict::error(UNIQUE, attribute, Some(t)))
            }
            _ => None,
        }
    }

    /// A created or taken-over account gets its values; what others hold is withheld or an error.
    fn apply_new(&self, t: Option<&CloudThing>, outcome: Outcome, by: Option<By>) -> Verdict {
        let upn = cloud_upn(self.o, None, self.tenant);
        match self.collisions(t, upn.as_deref(), true) {
            Err(refused) => refused,
            Ok(withheld) => {
                let outcome = if withheld.is_empty() {
                    outcome
                } else {
                    Outcome::Quarantined
                };
                let id = t.map(|t| t.id.clone());
                Verdict {
                    by,
                    withheld,
                    cloud_id: id,
                    ..Verdict::of(outcome)
                }
            }
        }
    }

    /// A known account: does anything of it differ from what AD now says (section 4)?
    fn update(&self, t: &CloudThing) -> Verdict {
        let o = self.o;
        let wanted = cloud_upn(o, Some(t), self.tenant);
        let stated = Some(stated_upn(o));
        let licensed_managed =
            t.licensed && t.upn.as_ref().is_none_or(|u| !self.tenant.is_federated(u));
        let upn_stays = t.on_prem_upn.is_some() && t.on_prem_upn == stated // 4.4
            || licensed_managed && !self.features.synchronize_upn_for_managed_users; // 4.6
        let upn = if upn_stays { t.upn.clone() } else { wanted };
        let details_differ = [
            (
                o.display_name.as_ref().or(o.cn.as_ref()),
                t.display_name.as_ref(),
            ),
            (o.given_name.as_ref(), t.given_name.as_ref()),
            (o.surname.as_ref(), t.surname.as_ref()),
            (o.title.as_ref(), t.job_title.as_ref()),
            (o.department.as_ref(), t.department.as_ref()),
        ]
        .iter()
        .any(|(ad, cloud)| ad != cloud);
        let outcome = |upn: &Option<String>, withheld: &[Withheld]| {
            let addresses = expected_addresses(o, t, upn.as_deref(), withheld, self.tenant);
            let mail = addresses
                .iter()
                .find_map(|a| a.strip_prefix("SMTP:").map(str::to_owned));
            let current: BTreeSet<_> = t.proxies.iter().cloned().collect();
            // Where AD has no address at all, the cloud's own are left (2.25).
            let left = o.proxies.is_empty() && o.mail.is_none() && *upn == t.upn;
            let same_names = left || *upn == t.upn && mail == t.mail && addresses == current;
            if same_names && !details_differ {
                Outcome::Unchanged
            } else {
                Outcome::Update
            }
        };
        if outcome(&upn, &[]) == Outcome::Unchanged {
            return Verdict::of(Outcome::Unchanged).on(t); // nothing to export, nothing to collide
        }
        match self.collisions(Some(t), upn.as_deref(), false) {
            Err(refused) => refused,
            Ok(withheld) => {
                let lost = withheld.iter().any(|w| w.attribute == "UserPrincipalName");
                let upn = if lost && self.tenant.is_placeholder(t) {
                    t.upn.clone()
                } else {
                    upn
                };
                let outcome = outcome(&upn, &withheld);
                Verdict {
                    withheld,
                    ..Verdict::of(outcome).on(t)
                }
            }
        }
    }

    /// Values of `o` that somebody other than `t` holds: withheld, or the error that refuses it.
    fn collisions(
        &self,
        t: Option<&CloudThing>,
        upn: Option<&str>,
        is_new: bool,
    ) -> Result<Vec<Withheld>, Verdict> {
        let o = self.o;
        let another = |x: &CloudThing| !x.deleted && t.is_none_or(|t| t.id != x.id);
        if let Some(x) = self.find(|x| another(x) && o.sid.is_some() && x.sid == o.sid) {
            return Err(Verdict::error(UNIQUE, SID, Some(x))); // 3.11e
        }
        let sip = |p: &&String| p.to_lowercase().starts_with("sip:");
        for mine in o.proxies.iter().filter(sip) {
            let holds = |x: &CloudThing| another(x) && x.proxies.iter().any(|p| same(p, mine));
            if let Some(x) = self.find(holds) {
                return Err(Verdict::error(UNIQUE, "SipProxyAddress", Some(x))); // 3.11c
            }
        }
        let moves = |t: &CloudThing, upn: &str| {
            let old = t.upn.as_ref().filter(|_| t.sync_enabled == Some(true));
            old.is_some_and(|old| self.tenant.federation(old, upn))
        };
        if let (Some(t), Some(upn)) = (t, upn)
            && moves(t, upn)
            && owner(&address(upn), self.things, Some(t)).is_none()
        {
            let attribute = "FederatedUser.UserPrincipalName";
            return Err(Verdict::error(
                "FederatedDomainChangeError",
                attribute,
                None,
            )); // 4.7
        }
        let mut withheld = Vec::new();
        let calculated = upn.unwrap_or_default().to_lowercase();
        let upn = upn.map(|upn| ("UserPrincipalName", upn.to_owned()));
        let addresses = claimed(o, t, self.tenant)
            .into_iter()
            .map(|value| ("ProxyAddresses", value));
        for (attribute, value) in upn.into_iter().chain(addresses) {
            let Some(x) = owner(&address(&value), self.things, t) else {
                continue;
            };
            let mut groups_primary = x.proxies.iter().filter(|p| p.starts_with("SMTP:"));
            let upn_too = groups_primary.any(|p| address(p) == calculated);
            let group_case = is_new && x.kind == Kind::Group && o.kind == Kind::User && upn_too;
            if group_case && value.starts_with("smtp:") {
                return Err(Verdict::error(UNIQUE, "ProxyAddresses", Some(x))); // 3.11a
            }
            let quarantine = match attribute {
                "UserPrincipalName" => self.features.quarantine_upn,
                _ => self.features.quarantine_addresses,
            };
            if !quarantine {
                return Err(Verdict::error(UNIQUE, attribute, Some(x)));
            }
            withheld.push(Withheld {
                attribute,
                value,
                held_by: x.id.clone(),
            });
        }
        Ok(withheld)
    }
}

const UNIQUE: &str = "AttributeValueMustBeUnique";
const SID: &str = "OnPremiseSecurityIdentifier";
