//! Collection after collection, page after page.
//!
//! Every page is kept as it comes, together with the link to the next one. So whoever stops, by
//! hand or by an expired token, goes on behind the last page that came.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::judge::{Answer, Decision, judge};

/// What sends requests and waits.
pub(crate) trait Transport {
    /// Sends `GET` to this address.
    fn get(&mut self, url: &str) -> Answer;

    /// Waits so many seconds.
    fn wait(&mut self, seconds: u64);
}

/// Where pages and progress are kept between runs.
pub(crate) trait Keep {
    /// Why something can't be kept.
    type Error;

    /// Keeps a page under a name; an older one of that name is replaced.
    fn page(&mut self, name: &str, items: &[Value]) -> Result<(), Self::Error>;

    /// Keeps how far it went; called after the page it speaks of.
    fn progress(&mut self, progress: &Progress) -> Result<(), Self::Error>;
}

/// A collection of the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Collection {
    /// The file it goes to, without `.json`; several may go to one.
    pub(crate) part: &'static str,
    /// Its address behind the version.
    pub(crate) path: String,
    /// Whether a tenant may refuse it or have none.
    pub(crate) optional: bool,
    /// Whether only the beta version has it.
    pub(crate) is_beta: bool,
    /// What each object is marked with where Graph does not say it.
    pub(crate) odata_type: Option<&'static str>,
}

/// The properties that are asked for.
pub(crate) const USER: &str = "id,userPrincipalName,displayName,givenName,surname,mail,\
    mailNickname,\
    proxyAddresses,userType,accountEnabled,usageLocation,createdDateTime,deletedDateTime,jobTitle,\
    department,companyName,officeLocation,mobilePhone,streetAddress,city,state,postalCode,country,\
    preferredLanguage,faxNumber,businessPhones,onPremisesExtensionAttributes,\
    onPremisesImmutableId,onPremisesSyncEnabled,onPremisesLastSyncDateTime,\
    onPremisesDistinguishedName,onPremisesSamAccountName,onPremisesDomainName,\
    onPremisesUserPrincipalName,onPremisesSecurityIdentifier,onPremisesProvisioningErrors,\
    assignedLicenses";
pub(crate) const GROUP: &str = "id,displayName,mail,mailNickname,mailEnabled,securityEnabled,\
    groupTypes,\
    proxyAddresses,createdDateTime,deletedDateTime,description,onPremisesSyncEnabled,\
    onPremisesLastSyncDateTime,onPremisesSamAccountName,onPremisesDomainName,\
    onPremisesSecurityIdentifier,onPremisesProvisioningErrors";

/// What is read of a tenant, in this order. A capture that stopped counts in it: what is new comes
/// last.
pub(crate) fn collections() -> Vec<Collection> {
    let plain = |part, path: String| Collection {
        part,
        path,
        optional: false,
        is_beta: false,
        odata_type: None,
    };
    let optional = |part, path: &str| Collection {
        optional: true,
        ..plain(part, path.to_owned())
    };
    let deleted = |kind: &str, properties: &str, odata_type| Collection {
        odata_type: Some(odata_type),
        ..plain(
            "deleted",
            format!("/directory/deletedItems/microsoft.graph.{kind}?$select={properties}&$top=999"),
        )
    };
    vec![
        plain("domains", "/domains".to_owned()),
        plain("organization", "/organization".to_owned()),
        optional("features", "/directory/onPremisesSynchronization"),
        plain("users", format!("/users?$select={USER}&$top=999")),
        plain("groups", format!("/groups?$select={GROUP}&$top=999")),
        optional("contacts", "/contacts?$top=999"),
        deleted("user", USER, "#microsoft.graph.user"),
        deleted("group", GROUP, "#microsoft.graph.group"),
        plain("roles", "/directoryRoles".to_owned()),
        plain(
            "managers",
            "/users?$select=id&$expand=manager($select=id)&$top=999".to_owned(),
        ),
        // Few on a page: each group is asked for its members, and a capture goes on by pages.
        plain("members", "/groups?$select=id&$top=50".to_owned()),
        optional(
            "eligible-roles",
            "/roleManagement/directory/roleEligibilitySchedules?$expand=roleDefinition",
        ),
        // Version 1.0 does not know the property (rule R2.22 clears it over beta, too).
        Collection {
            is_beta: true,
            ..optional(
                "identifiers",
                "/users?$select=id,onPremisesObjectIdentifier&$top=999",
            )
        },
    ]
}

/// How far a capture went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// The base address: another tenant's pages must never be mixed in.
    pub(crate) base: String,
    /// How many collections are complete.
    pub(crate) done: usize,
    /// How many pages of the next one are kept.
    pub(crate) pages: u32,
    /// Where that goes on; at its beginning where there is none.
    pub(crate) next: Option<String>,
    /// The names of all pages kept so far, by part.
    pub(crate) kept: BTreeMap<String, Vec<String>>,
}

/// Why a capture stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stopped<E> {
    /// The service does not give the rest.
    #[error("{address}: {why}")]
    Refused {
        /// What was asked for.
        address: String,
        /// Why it is not to be had.
        why: String,
    },
    /// A page can't be kept.
    #[error("a page can't be kept")]
    Keep(E),
}

/// How often a collection is read from its beginning because a page token expired.
const STARTS_MAX: u32 = 3;

/// Reads what is missing.
pub(crate) fn read<K: Keep>(
    transport: &mut impl Transport,
    keep: &mut K,
    progress: &mut Progress,
) -> Result<(), Stopped<K::Error>> {
    let all = collections();
    let mut starts = 1;
    while let Some(collection) = all.get(progress.done) {
        let base = match progress.base.strip_suffix("/v1.0") {
            Some(service) if collection.is_beta => format!("{service}/beta"),
            _ => progress.base.clone(),
        };
        let first = format!("{base}{}", collection.path);
        let address = progress.next.clone().unwrap_or_else(|| first.clone());
        let refused = |why: String| Stopped::Refused {
            address: address.clone(),
            why,
        };
        if !is_same_service(&progress.base, &address) {
            let why = "the link to the next page leads to another service; the token is not sent";
            return Err(refused(why.to_owned()));
        }
        match ask(transport, &address, collection.optional) {
            Decision::Page { mut items, next } => {
                complete(transport, collection, &progress.base, &mut items).map_err(&refused)?;
                let name = format!("{}-{}-{}", collection.part, progress.done, progress.pages);
                keep.page(&name, &items).map_err(Stopped::Keep)?;
                let part = progress.kept.entry(collection.part.to_owned());
                part.or_default().push(name);
                progress.pages += 1;
                progress.next = next;
                if progress.next.is_none() {
                    finish(progress);
                    starts = 1;
                }
            }
            Decision::Nothing => finish(progress),
            Decision::StartOver if progress.next.is_some() && starts < STARTS_MAX => {
                starts += 1;
                forget(progress, collection.part);
            }
            Decision::StartOver => {
                return Err(refused(format!(
                    "page tokens expired {starts} times before the end came"
                )));
            }
            Decision::GiveUp(why) => return Err(refused(why)),
            Decision::Again(_) => {}
        }
        keep.progress(progress).map_err(Stopped::Keep)?;
    }
    Ok(())
}

/// Asks until there is an answer that says something else than to ask again.
fn ask(transport: &mut impl Transport, address: &str, optional: bool) -> Decision {
    let mut attempt = 1;
    loop {
        match judge(&transport.get(address), attempt, optional) {
            Decision::Again(seconds) => transport.wait(seconds),
            decision => return decision,
        }
        attempt += 1;
    }
}

fn finish(progress: &mut Progress) {
    progress.done += 1;
    progress.pages = 0;
    progress.next = None;
}

/// Drops the pages of the collection that has to be read again.
fn forget(progress: &mut Progress, part: &str) {
    let collection = format!("{part}-{}-", progress.done);
    if let Some(names) = progress.kept.get_mut(part) {
        names.retain(|name| !name.starts_with(&collection));
    }
    progress.pages = 0;
    progress.next = None;
}

/// Adds what a list does not say of its objects: their type, who holds a role and who is in a
/// group. Graph expands no more than 20 members, so each is asked for its own.
fn complete(
    transport: &mut impl Transport,
    collection: &Collection,
    base: &str,
    items: &mut [Value],
) -> Result<(), String> {
    for item in items {
        if let Some(name) = collection.odata_type {
            item["@odata.type"] = json!(name);
        }
        let of = match collection.part {
            "roles" => "directoryRoles",
            "members" => "groups",
            _ => continue,
        };
        let id = item["id"].as_str().unwrap_or_default().to_owned();
        let mut members: Vec<Value> = Vec::new();
        let mut next = Some(format!("{base}/{of}/{id}/members?$select=id"));
        while let Some(address) = next.take() {
            if !is_same_service(base, &address) {
                return Err(format!("the members of {of}/{id} lead to another service"));
            }
            match ask(transport, &address, false) {
                Decision::Page { items, next: more } => {
                    let ids = items.into_iter().map(|one| json!({ "id": one["id"] }));
                    members.extend(ids);
                    next = more;
                }
                Decision::GiveUp(why) => return Err(why),
                // A group that was deleted since the list was read.
                Decision::Nothing => {}
                _ => return Err(format!("the members of {of}/{id} can't be read")),
            }
        }
        item["members"] = Value::Array(members);
    }
    Ok(())
}

/// Whether an address belongs to the service that the token is for.
fn is_same_service(base: &str, address: &str) -> bool {
    let origin = |url: &str| {
        let (scheme, rest) = url.split_once("://")?;
        let host = rest.split(['/', '?', '#']).next()?;
        Some((scheme.to_ascii_lowercase(), host.to_ascii_lowercase()))
    };
    origin(base).is_some() && origin(base) == origin(address)
}
