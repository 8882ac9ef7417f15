//! What an administrator does in the tenant.

use mock_cloud::tenant::administer::{ObjectUpdate, RestoreOptions};
use mock_cloud::tenant::{
    Authentication, DirectoryObject, Domain, FEATURES, Kind, Link, OTHER_FEATURES, part_number,
};
use mock_cloud::{CloudId, CloudKey, ProxyAddress, SourceAnchor, Upn};
use sim::world::CloudChange;
use store::Text;

use super::{thing, threshold};
use crate::query::Query;
use crate::scene::{Scene, Thing};

/// The change that a form asks for.
pub(super) fn change(
    scene: &Scene<'_>,
    form: &Query,
    fresh: Option<CloudId>,
) -> Result<CloudChange, String> {
    let on = form.text("on") == "yes";
    match form.text("do") {
        "feature" => return feature(form.text("name"), on),
        "tenant-threshold" => return Ok(CloudChange::SetDeletionThreshold(threshold(form)?)),
        "sync-enabled" => return Ok(CloudChange::SetSyncEnabled(on)),
        "cloud-create" => return create(scene, form, fresh),
        what if what.starts_with("domain-") => return domain(scene, form),
        _ => {}
    }
    let key = account(scene, form, "object")?;
    Ok(match form.text("do") {
        "cloud-delete" => CloudChange::Delete(key),
        "cloud-purge" => CloudChange::Purge(key),
        "cloud-restore" => CloudChange::Restore(
            key,
            RestoreOptions {
                new_user_principal_name: form.get("upn").map(Text::from),
                auto_reconcile_proxy_conflicts: form.text("reconcile") == "yes",
            },
        ),
        "cloud-anchor" => CloudChange::SetImmutableId(key, anchor(scene, form)?),
        "licence" => {
            let sku = licence(scene, form.get("sku").ok_or("which licence?")?)?;
            if on {
                CloudChange::AssignLicence(key, sku)
            } else {
                CloudChange::RemoveLicence(key, sku)
            }
        }
        "role" => {
            let name = form.text("role");
            let role = scene.world.tenant().find_role(name);
            let role = role.ok_or_else(|| format!("there is no role `{name}`"))?;
            if on {
                CloudChange::AssignRole(key, role)
            } else {
                CloudChange::RemoveRole(key, role)
            }
        }
        "cloud-update" => CloudChange::Update(key, Box::new(update(form)?)),
        "cloud-password" => {
            let password = form.get("password").ok_or("the password is missing")?;
            let update = ObjectUpdate {
                password: Some(Text::from(password)),
                ..ObjectUpdate::default()
            };
            CloudChange::Update(key, Box::new(update))
        }
        "manager" => {
            let manager = form.get("manager").map(|_| account(scene, form, "manager"));
            CloudChange::SetManager(key, manager.transpose()?)
        }
        "managed" => CloudChange::SetCloudManaged(key, on),
        "clear-object-identifier" => CloudChange::ClearObjectIdentifier(key),
        "clear-security-identifier" => {
            CloudChange::ClearOnPremisesFacts(key, vec!["onPremisesSecurityIdentifier"])
        }
        list @ ("member" | "owner") => {
            let link = if list == "owner" {
                Link::Owner
            } else {
                Link::Member
            };
            let target = account(scene, form, list)?;
            if on {
                CloudChange::AddLinks(key, link, vec![target])
            } else {
                CloudChange::RemoveLink(key, link, target)
            }
        }
        other => return Err(format!("`{other}` is not known")),
    })
}

fn account(scene: &Scene<'_>, form: &Query, field: &str) -> Result<CloudKey, String> {
    match thing(scene, form, field)? {
        Thing::Cloud(key) => Ok(key),
        _ => Err("this is no object of the tenant".to_owned()),
    }
}

/// The ImmutableId that a form gives: as text, or that of an object of Active Directory.
fn anchor(scene: &Scene<'_>, form: &Query) -> Result<Option<SourceAnchor>, String> {
    let Some(value) = form.get("value") else {
        return Ok(None);
    };
    if let Some(Thing::Ad(source)) = scene.find(value) {
        let engine = scene.world.engine();
        let made = engine.source_anchor(scene.world.forests(), source);
        return made
            .map(Some)
            .ok_or_else(|| "that object has no source anchor".to_owned());
    }
    Ok(Some(SourceAnchor::from_text(value)))
}

fn feature(name: &str, on: bool) -> Result<CloudChange, String> {
    let known = FEATURES.iter().find(|feature| feature.graph_name == name);
    if let Some(feature) = known {
        return Ok(CloudChange::SetFeature(feature.name, on));
    }
    let other = OTHER_FEATURES.iter().find(|other| **other == name);
    other
        .map(|name| CloudChange::SetOtherFeature(name, on))
        .ok_or_else(|| format!("there is no feature `{name}`"))
}

fn update(form: &Query) -> Result<ObjectUpdate, String> {
    let value = form.text("value");
    let text = || Some(Text::from(value));
    let mut update = ObjectUpdate::default();
    match form.text("property") {
        "userPrincipalName" => update.user_principal_name = text(),
        "displayName" => update.display_name = text(),
        "mail" => update.mail = text(),
        "mailNickname" => update.mail_nickname = text(),
        "usageLocation" if value.is_empty() => update.clear_usage_location = true,
        "usageLocation" => update.usage_location = text(),
        "accountEnabled" => update.account_enabled = Some(value.eq_ignore_ascii_case("true")),
        "proxyAddresses" => {
            let lines = value.lines().map(str::trim).filter(|line| !line.is_empty());
            update.proxy_addresses = Some(lines.map(ProxyAddress::new).collect());
        }
        other => return Err(format!("`{other}` can't be set here")),
    }
    Ok(update)
}

/// A licence by its id, or by the name of its product.
fn licence(scene: &Scene<'_>, name: &str) -> Result<Text, String> {
    let all = scene.world.tenant().subscribed_skus();
    let is = |text: &Text| store::eq_fold(text, name);
    let found = all
        .iter()
        .find(|(sku, _)| is(&sku.id) || is(&sku.part_number));
    match found {
        Some((sku, _)) => Ok(sku.id.clone()),
        None if part_number(&name.to_lowercase()).is_some() => Ok(Text::from(name.to_lowercase())),
        None => Err(format!(
            "License {name} does not correspond to a valid company License."
        )),
    }
}

/// A change of the domains of the tenant.
fn domain(scene: &Scene<'_>, form: &Query) -> Result<CloudChange, String> {
    let name = form
        .get("name")
        .ok_or("the name of the domain is missing")?;
    let domains = &scene.world.tenant().domains;
    let known = domains.iter().find(|it| store::eq_fold(&it.name, name));
    if form.text("do") == "domain-add" {
        if known.is_some() {
            return Err(format!("{name} is there already"));
        }
        return Ok(CloudChange::ChangeDomain(Domain {
            name: Text::from(name),
            initial: false,
            verified: false,
            authentication: Authentication::Managed,
        }));
    }
    let known = known.ok_or_else(|| format!("there is no domain {name}"))?;
    let name = known.name.clone();
    Ok(match form.text("do") {
        "domain-verify" => CloudChange::ChangeDomain(Domain {
            verified: true,
            ..known.clone()
        }),
        "domain-default" => CloudChange::MakeDefaultDomain(name),
        "domain-remove" => CloudChange::RemoveDomain(name),
        "domain-authentication" => CloudChange::ChangeDomain(Domain {
            authentication: match known.authentication {
                Authentication::Managed => Authentication::Federated,
                Authentication::Federated => Authentication::Managed,
            },
            ..known.clone()
        }),
        other => return Err(format!("`{other}` is not known")),
    })
}

fn create(scene: &Scene<'_>, form: &Query, fresh: Option<CloudId>) -> Result<CloudChange, String> {
    let id = fresh.ok_or("no id was drawn")?;
    let now = scene.world.now();
    if form.text("kind") == "group" {
        let name = form.get("name").ok_or("the name is missing")?;
        let kind = Kind::Group {
            mail_enabled: false,
            security_enabled: true,
        };
        let mut object = DirectoryObject::new(id, kind, now);
        object.display_name = Some(Text::from(name));
        let plain = name.chars().filter(char::is_ascii_alphanumeric);
        let nickname: String = plain.collect();
        object.mail_nickname = Some(Text::from(nickname.as_str()));
        return Ok(CloudChange::Create(Box::new(object)));
    }
    let upn = form.get("upn").ok_or("the UPN is missing")?;
    let mut object = DirectoryObject::new(id, Kind::User, now);
    object.user_principal_name = Some(Upn::new(upn));
    object.display_name = Some(Text::from(form.get("name").unwrap_or(upn)));
    let nickname = upn.split_once('@').map_or(upn, |(prefix, _)| prefix);
    object.mail_nickname = Some(Text::from(nickname));
    Ok(CloudChange::Create(Box::new(object)))
}
