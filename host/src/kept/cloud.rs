//! Changes of the tenant.

mod object;

use mock_cloud::tenant::administer::RestoreOptions;
use mock_cloud::tenant::{Authentication, Domain, FEATURES, Link, OTHER_FEATURES, Role};
use mock_cloud::{CloudKey, SourceAnchor};
use serde_json::{Value, json};
use sim::world::CloudChange;
use store::Text;

use super::read::{Broken, get, list, maybe, maybe_text, number, only, text, truth};

/// What [`CloudChange::ClearOnPremisesFacts`] can clear.
const FACTS: [&str; 5] = [
    "onPremisesDistinguishedName",
    "onPremisesDomainName",
    "onPremisesSamAccountName",
    "onPremisesSecurityIdentifier",
    "onPremisesUserPrincipalName",
];

pub(super) fn write(change: &CloudChange) -> Value {
    match change {
        CloudChange::Create(made) => json!({ "create": object::write(made) }),
        CloudChange::Update(key, update) => json!({ "update": [key.0, object::updated(update)] }),
        CloudChange::Delete(key) => json!({ "delete": [key.0] }),
        CloudChange::Purge(key) => json!({ "purge": [key.0] }),
        CloudChange::Restore(key, options) => json!({ "restore": [key.0, {
            "userPrincipalName": options.new_user_principal_name,
            "reconcile": options.auto_reconcile_proxy_conflicts,
        }] }),
        CloudChange::SetImmutableId(key, anchor) => {
            json!({ "immutableId": [key.0, anchor.as_ref().map(ToString::to_string)] })
        }
        CloudChange::AssignLicence(key, sku) => json!({ "assignLicence": [key.0, sku] }),
        CloudChange::RemoveLicence(key, sku) => json!({ "removeLicence": [key.0, sku] }),
        CloudChange::AssignRole(key, role) => json!({ "assignRole": [key.0, role.0] }),
        CloudChange::RemoveRole(key, role) => json!({ "removeRole": [key.0, role.0] }),
        CloudChange::SetFeature(name, on) => json!({ "feature": [name, on] }),
        CloudChange::SetOtherFeature(name, on) => json!({ "otherFeature": [name, on] }),
        CloudChange::SetDeletionThreshold(count) => json!({ "deletionThreshold": [count] }),
        CloudChange::SetCloudManaged(key, on) => json!({ "cloudManaged": [key.0, on] }),
        CloudChange::ClearObjectIdentifier(key) => json!({ "clearObjectIdentifier": [key.0] }),
        CloudChange::ClearOnPremisesFacts(key, facts) => json!({ "clearFacts": [key.0, facts] }),
        CloudChange::AddLinks(key, link, targets) => {
            let targets: Vec<u32> = targets.iter().map(|target| target.0).collect();
            json!({ "addLinks": [key.0, link.name(), targets] })
        }
        CloudChange::RemoveLink(key, link, target) => {
            json!({ "removeLink": [key.0, link.name(), target.0] })
        }
        CloudChange::SetManager(key, manager) => {
            json!({ "manager": [key.0, manager.map(|manager| manager.0)] })
        }
        CloudChange::SetSyncEnabled(on) => json!({ "syncEnabled": [on] }),
        CloudChange::ChangeDomain(domain) => json!({ "domain": {
            "name": domain.name,
            "initial": domain.initial,
            "verified": domain.verified,
            "federated": domain.authentication == Authentication::Federated,
        } }),
        CloudChange::MakeDefaultDomain(name) => json!({ "defaultDomain": [name] }),
        CloudChange::PromoteDomain(name) => json!({ "promoteDomain": [name] }),
        CloudChange::RemoveDomain(name) => json!({ "removeDomain": [name] }),
        CloudChange::All(changes) => {
            json!({ "all": changes.iter().map(write).collect::<Vec<_>>() })
        }
    }
}

pub(super) fn read(change: &Value) -> Result<CloudChange, Broken> {
    let (kind, value) = only(change)?;
    let key = || Ok(CloudKey(number(&value[0])?));
    let word = || Ok(Text::from(text(&value[1])?));
    let switch = || truth(&value[1]);
    Ok(match kind {
        "create" => CloudChange::Create(Box::new(object::read(value)?)),
        "update" => CloudChange::Update(key()?, Box::new(object::read_update(&value[1])?)),
        "delete" => CloudChange::Delete(key()?),
        "purge" => CloudChange::Purge(key()?),
        "restore" => {
            let options = RestoreOptions {
                new_user_principal_name: maybe_text(&value[1], "userPrincipalName")?,
                auto_reconcile_proxy_conflicts: truth(get(&value[1], "reconcile")?)?,
            };
            CloudChange::Restore(key()?, options)
        }
        "immutableId" => {
            let anchor = Some(&value[1]).filter(|anchor| !anchor.is_null());
            let anchor = anchor.map(text).transpose()?.map(SourceAnchor::from_text);
            CloudChange::SetImmutableId(key()?, anchor)
        }
        "assignLicence" => CloudChange::AssignLicence(key()?, word()?),
        "removeLicence" => CloudChange::RemoveLicence(key()?, word()?),
        "assignRole" => CloudChange::AssignRole(key()?, Role(word()?)),
        "removeRole" => CloudChange::RemoveRole(key()?, Role(word()?)),
        "feature" => {
            let names = FEATURES.iter().map(|feature| feature.name);
            CloudChange::SetFeature(known(names, &value[0])?, switch()?)
        }
        "otherFeature" => {
            let names = OTHER_FEATURES.iter().copied();
            CloudChange::SetOtherFeature(known(names, &value[0])?, switch()?)
        }
        "deletionThreshold" => {
            let count = Some(&value[0]).filter(|count| !count.is_null());
            CloudChange::SetDeletionThreshold(count.map(number).transpose()?)
        }
        "cloudManaged" => CloudChange::SetCloudManaged(key()?, switch()?),
        "clearObjectIdentifier" => CloudChange::ClearObjectIdentifier(key()?),
        "clearFacts" => {
            let facts = list(&value[1])?.iter();
            let facts = facts.map(|fact| known(FACTS.into_iter(), fact));
            CloudChange::ClearOnPremisesFacts(key()?, facts.collect::<Result<_, _>>()?)
        }
        _ => return read_more(change),
    })
}

fn read_more(change: &Value) -> Result<CloudChange, Broken> {
    let (kind, value) = only(change)?;
    let key = |place: usize| Ok(CloudKey(number(&value[place])?));
    let link = || match text(&value[1])? {
        "members" => Ok(Link::Member),
        "owners" => Ok(Link::Owner),
        _ => Err(Broken::of("a list of links", &value[1])),
    };
    Ok(match kind {
        "addLinks" => {
            let targets = list(&value[2])?.iter();
            let targets = targets.map(|target| Ok(CloudKey(number(target)?)));
            CloudChange::AddLinks(key(0)?, link()?, targets.collect::<Result<_, Broken>>()?)
        }
        "removeLink" => CloudChange::RemoveLink(key(0)?, link()?, key(2)?),
        "manager" if value[1].is_null() => CloudChange::SetManager(key(0)?, None),
        "manager" => CloudChange::SetManager(key(0)?, Some(key(1)?)),
        "syncEnabled" => CloudChange::SetSyncEnabled(truth(&value[0])?),
        "domain" => CloudChange::ChangeDomain(Domain {
            name: text(get(value, "name")?)?.into(),
            initial: truth(get(value, "initial")?)?,
            verified: truth(get(value, "verified")?)?,
            authentication: if maybe(value, "federated") == Some(&Value::Bool(true)) {
                Authentication::Federated
            } else {
                Authentication::Managed
            },
        }),
        "defaultDomain" => CloudChange::MakeDefaultDomain(text(&value[0])?.into()),
        "promoteDomain" => CloudChange::PromoteDomain(text(&value[0])?.into()),
        "removeDomain" => CloudChange::RemoveDomain(text(&value[0])?.into()),
        "all" => {
            let changes = list(value)?.iter().map(read);
            CloudChange::All(changes.collect::<Result<_, _>>()?)
        }
        _ => return Err(Broken::of("a change of the tenant", change)),
    })
}

/// The name as the program itself has it.
fn known(
    mut names: impl Iterator<Item = &'static str>,
    wanted: &Value,
) -> Result<&'static str, Broken> {
    let word = text(wanted)?;
    let found = names.find(|name| *name == word);
    found.ok_or_else(|| Broken::of("a known name", wanted))
}
