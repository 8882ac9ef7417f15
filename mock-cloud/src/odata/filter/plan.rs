//! Which objects may pass a filter, where an index of the tenant knows.

use store::Text;

use super::Comparison;
use super::check::{Constant, Target, Test};
use crate::address::ProxyAddress;
use crate::ids::{CloudKey, SourceAnchor};
use crate::odata::read::Reader;
use crate::odata::schema::PropertyFacts;
use crate::sync_object::SyncObjectType;
use crate::tenant::Tenant;

/// The live objects among which all that pass are, in the order of their keys; `None` where only
/// looking at everything tells.
pub(in crate::odata) fn candidates(test: &Test, tenant: &Tenant) -> Option<Vec<CloudKey>> {
    let mut found = find(test, tenant)?;
    found.sort_unstable();
    found.dedup();
    Some(found)
}

fn find(test: &Test, tenant: &Tenant) -> Option<Vec<CloudKey>> {
    match test {
        Test::And(parts) => {
            let all = parts.iter().filter_map(|part| find(part, tenant));
            all.min_by_key(Vec::len)
        }
        Test::Or(parts) => {
            let all: Option<Vec<_>> = parts.iter().map(|part| find(part, tenant)).collect();
            all.map(|all| all.concat())
        }
        Test::Compare(Target::Property(facts), Comparison::Eq, constants) => {
            let each = constants.iter().map(|one| equal(facts, one, tenant));
            each.collect::<Option<Vec<_>>>().map(|all| all.concat())
        }
        // Only objects with withheld values have an entry that could pass.
        Test::Any(facts, _) if facts.reader == Reader::OnPremisesProvisioningErrors => {
            Some(tenant.quarantined().collect())
        }
        Test::Any(facts, body) if facts.reader == Reader::ProxyAddresses => addresses(body, tenant),
        _ => None,
    }
}

fn equal(facts: &PropertyFacts, constant: &Constant, tenant: &Tenant) -> Option<Vec<CloudKey>> {
    let Constant::Text(text, _) = constant else {
        return None;
    };
    match facts.reader {
        Reader::Id => {
            let id = text.parse().ok();
            Some(
                id.and_then(|id| tenant.find_by_id(id))
                    .into_iter()
                    .collect(),
            )
        }
        Reader::UserPrincipalName | Reader::Mail => Some(tenant.owners_of(text).collect()),
        // Only users show an anchor, and every user with it is in the index.
        Reader::OnPremisesImmutableId => {
            let anchor = SourceAnchor::from_text(text);
            Some(tenant.find_by_anchor(&anchor, SyncObjectType::User))
        }
        Reader::OnPremisesSecurityIdentifier => {
            let sid = text.parse().ok()?;
            Some(tenant.find_by_security_identifier(&sid).collect())
        }
        _ => None,
    }
}

fn addresses(body: &Test, tenant: &Tenant) -> Option<Vec<CloudKey>> {
    let one = |text: &Text| -> Option<Vec<CloudKey>> {
        let value = ProxyAddress::new(text.clone());
        if value.is_smtp() {
            Some(tenant.owners_of(value.address()).collect())
        } else if value.is_sip() {
            Some(tenant.owners_of_sip(value.address()).collect())
        } else {
            None
        }
    };
    match body {
        Test::Compare(Target::Element, Comparison::Eq, constants) => {
            let each = constants.iter().map(|constant| match constant {
                Constant::Text(text, _) => one(text),
                _ => None,
            });
            each.collect::<Option<Vec<_>>>().map(|all| all.concat())
        }
        Test::Or(parts) => {
            let each = parts.iter().map(|part| addresses(part, tenant));
            each.collect::<Option<Vec<_>>>().map(|all| all.concat())
        }
        _ => None,
    }
}
