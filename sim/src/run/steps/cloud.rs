//! Steps in the tenant.

use std::collections::BTreeMap;

use mock_cloud::tenant::administer::{ObjectUpdate, RestoreOptions};
use mock_cloud::tenant::{Authentication, Domain, FEATURES, Role};
use mock_cloud::{CloudKey, Property, ProxyAddress, SourceAnchor};

use super::{Done, unknown};
use crate::run::{Impossible, Runner, build, shared};
use crate::scenario::Name;
use crate::scenario::model::{self, ByteOrder, CloudUserChange, ImmutableIdSet, Step};
use crate::world::{Action, CloudChange, Event};

impl Runner<'_> {
    pub(super) fn cloud_step(&mut self, step: &Step) -> Done {
        let change = match step {
            Step::RemoveCloudUser(removed) if removed.purge => {
                CloudChange::Purge(self.cloud(&removed.user)?)
            }
            Step::RemoveCloudUser(removed) => CloudChange::Delete(self.cloud(&removed.user)?),
            Step::RestoreCloudUser(restored) => {
                let options = RestoreOptions {
                    new_user_principal_name: restored.new_upn.as_ref().map(|upn| shared(upn)),
                    auto_reconcile_proxy_conflicts: restored.auto_reconcile_proxy_conflicts,
                };
                CloudChange::Restore(self.cloud(&restored.user)?, options)
            }
            Step::SetImmutableId(set) => {
                CloudChange::SetImmutableId(self.cloud(&set.user)?, self.immutable_id(set)?)
            }
            Step::SetCloudUser(change) => {
                let key = self.cloud(&change.user)?;
                CloudChange::Update(key, Box::new(update(change)))
            }
            Step::CreateCloudUser(created) => return self.create_cloud_user(created),
            Step::AssignLicence(licence) => {
                CloudChange::AssignLicence(self.cloud(&licence.user)?, shared(&licence.licence))
            }
            Step::RemoveLicence(licence) => {
                CloudChange::RemoveLicence(self.cloud(&licence.user)?, shared(&licence.licence))
            }
            Step::AssignRole(role) => {
                CloudChange::AssignRole(self.cloud(&role.user)?, Role(shared(&role.role)))
            }
            Step::RemoveRole(role) => {
                CloudChange::RemoveRole(self.cloud(&role.user)?, Role(shared(&role.role)))
            }
            Step::SetFeature(set) => {
                let name = set.feature.value.name();
                let known = FEATURES.iter().find(|feature| feature.name == name);
                let known = known.ok_or_else(|| unknown(&set.feature.at))?;
                CloudChange::SetFeature(known.name, set.enabled)
            }
            Step::ConvertToCloudManaged(set) => {
                CloudChange::SetCloudManaged(self.cloud(&set.user)?, set.cloud_managed)
            }
            Step::ClearOnPremisesObjectIdentifier(cleared) => {
                CloudChange::ClearObjectIdentifier(self.cloud(&cleared.user)?)
            }
            Step::SetOnPremisesSync(set) => CloudChange::SetSyncEnabled(set.enabled),
            Step::VerifyDomain(verified) => CloudChange::ChangeDomain(Domain {
                name: shared(&verified.domain.to_lowercase()),
                initial: false,
                verified: true,
                authentication: if verified.federated {
                    Authentication::Federated
                } else {
                    Authentication::Managed
                },
            }),
            _ => return Ok(()),
        };
        self.apply(&Action::Cloud(change));
        Ok(())
    }

    fn create_cloud_user(
        &mut self,
        created: &crate::scenario::Introduced<model::CloudObject>,
    ) -> Done {
        let mut anchors = BTreeMap::new();
        if let Some(of) = &created.object.anchor_of {
            anchors.insert(of.value.clone(), self.guid_bytes(of)?);
        }
        let now = self.world.now();
        let mut fresh = store::Entropy::new(0);
        let mut made = build::cloud_object(&created.object, &anchors, now, &mut fresh)?;
        made.id = self.world.fresh_cloud_id();
        let count = self.world.tenant().objects().len() as u32;
        let events = self.act(&Action::Cloud(CloudChange::Create(Box::new(made))));
        for event in events {
            if let Event::CloudChanged { object: Some(key) } = event {
                debug_assert_eq!(key, CloudKey(count));
                self.names.add_cloud(&created.name, key);
                for role in &created.object.roles {
                    let role = Role(shared(role));
                    self.apply(&Action::Cloud(CloudChange::AssignRole(key, role)));
                }
            }
        }
        Ok(())
    }

    pub(in crate::run) fn immutable_id(
        &self,
        set: &ImmutableIdSet,
    ) -> Result<Option<SourceAnchor>, Impossible> {
        if let Some(value) = &set.value {
            return Ok(Some(SourceAnchor::from_text(value)));
        }
        let Some(from) = &set.from else {
            return Ok(None);
        };
        let bytes = self.guid_bytes(from)?;
        let big_endian = set.byte_order.as_ref().map(|it| it.value) == Some(ByteOrder::BigEndian);
        let bytes = if big_endian {
            *uuid::Uuid::from_bytes_le(bytes).as_bytes()
        } else {
            bytes
        };
        Ok(Some(SourceAnchor::from_guid_bytes(bytes)))
    }
}

fn update(change: &CloudUserChange) -> ObjectUpdate {
    let text = |name: &Option<Name>| name.as_ref().map(|name| shared(name));
    let addresses = change.smtp.as_ref().map(|list| {
        let all = crate::scenario::proxy_addresses(list);
        all.iter()
            .map(|value| ProxyAddress::new(shared(value)))
            .collect()
    });
    let mut properties: Vec<_> = change
        .attributes
        .iter()
        .filter_map(|(name, values)| Some((Property::from_name(name)?, shared(values.first()?))))
        .collect();
    properties.sort_unstable_by_key(|(property, _)| *property);
    ObjectUpdate {
        user_principal_name: text(&change.upn),
        display_name: text(&change.display_name),
        mail: text(&change.mail),
        mail_nickname: text(&change.mail_nickname),
        proxy_addresses: addresses,
        properties: (!properties.is_empty()).then(|| properties.into()),
        ..ObjectUpdate::default()
    }
}
