//! The steps.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::collect::Introduced;
use super::super::spanned::Spanned;
use super::super::value::Duration;
use super::{
    AdObject, AddedMember, AttributeCleared, AttributeSet, AttributeValue, CloudObject,
    CloudUserChange, CloudUserRemoved, CloudUserRestored, ConnectorChange, ConsistencyGuidSet,
    Deleted, DomainVerified, EngineChange, Expectations, FeatureSet, ImmutableIdSet, Licence,
    Moved, OnPremisesIdentifierCleared, OnPremisesSync, OuMoved, OuRenamed, Renamed, Restored,
    Role, RunProfile, SourceOfAuthority, SyncPolicy,
};

/// One step: a verb, and what it needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Active Directory: moves an object to another organizational unit.
    Move(Moved),
    /// Active Directory: renames an object, which changes its distinguished name.
    Rename(Renamed),
    /// Active Directory: moves an organizational unit with everything in it.
    MoveOu(OuMoved),
    /// Active Directory: renames an organizational unit.
    RenameOu(OuRenamed),
    /// Active Directory: replaces all values of an attribute.
    Set(AttributeSet),
    /// Active Directory: removes all values of an attribute.
    Clear(AttributeCleared),
    /// Active Directory: adds one value to an attribute.
    AddValue(AttributeValue),
    /// Active Directory: removes one value from an attribute.
    RemoveValue(AttributeValue),
    /// Active Directory: puts an object into a group.
    AddMember(AddedMember),
    /// Active Directory: takes an object out of a group.
    RemoveMember(AddedMember),
    /// Active Directory: writes mS-DS-ConsistencyGuid.
    SetConsistencyGuid(ConsistencyGuidSet),
    /// Active Directory: creates an object.
    Add(Introduced<AdObject>),
    /// Active Directory: deletes an object.
    Delete(Deleted),
    /// Active Directory: restores a deleted object from the AD recycle bin.
    Restore(Restored),

    /// Tenant: deletes an account (`Remove-MsolUser`, `Remove-MgUser`), or with `purge` removes
    /// it from the recycle bin.
    RemoveCloudUser(CloudUserRemoved),
    /// Tenant: restores an account from the recycle bin.
    RestoreCloudUser(CloudUserRestored),
    /// Tenant: writes an account's ImmutableID.
    SetImmutableId(ImmutableIdSet),
    /// Tenant: changes an account.
    SetCloudUser(CloudUserChange),
    /// Tenant: creates an account.
    CreateCloudUser(Introduced<CloudObject>),
    /// Tenant: assigns a licence.
    AssignLicence(Licence),
    /// Tenant: takes a licence away.
    RemoveLicence(Licence),
    /// Tenant: assigns a directory role.
    AssignRole(Role),
    /// Tenant: takes a directory role away.
    RemoveRole(Role),
    /// Tenant: turns a directory synchronization feature on or off.
    SetFeature(FeatureSet),
    /// Tenant: moves an account's source of authority to the cloud, or back.
    ConvertToCloudManaged(SourceOfAuthority),
    /// Tenant: clears an account's onPremisesObjectIdentifier.
    ClearOnPremisesObjectIdentifier(OnPremisesIdentifierCleared),
    /// Tenant: clears an account's onPremisesSecurityIdentifier; it is not synced.
    ClearOnPremisesSecurityIdentifier(OnPremisesIdentifierCleared),
    /// Tenant: turns directory synchronization on or off for the whole tenant.
    SetOnPremisesSync(OnPremisesSync),
    /// Tenant: verifies a domain.
    VerifyDomain(DomainVerified),

    /// Engine: runs one cycle of imports, synchronizations and exports on all connectors.
    Sync(SyncPolicy),
    /// Engine: runs one run profile on one connector.
    RunProfile(RunProfile),
    /// Engine: changes how the engine is set up.
    SetEngine(EngineChange),
    /// Engine: what a connector can do: sign in, reach its directory, read an object.
    SetConnector(ConnectorChange),
    /// Engine: stops the scheduler.
    StopScheduler,
    /// Engine: starts the scheduler.
    StartScheduler,
    /// Lets virtual time pass; timers that are due fire on the way.
    Wait(Spanned<Duration>),

    /// What must hold at this point: one expectation or a list.
    Expect(Expectations),
}

/// Where a step acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In Active Directory.
    ActiveDirectory,
    /// In the tenant.
    Tenant,
    /// On the sync engine, or on the clock.
    Engine,
    /// Nowhere: it only looks.
    Nowhere,
}

impl Step {
    /// The verb, as it is written.
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Move(_) => "move",
            Self::Rename(_) => "rename",
            Self::MoveOu(_) => "move-ou",
            Self::RenameOu(_) => "rename-ou",
            Self::Set(_) => "set",
            Self::Clear(_) => "clear",
            Self::AddValue(_) => "add-value",
            Self::RemoveValue(_) => "remove-value",
            Self::AddMember(_) => "add-member",
            Self::RemoveMember(_) => "remove-member",
            Self::SetConsistencyGuid(_) => "set-consistency-guid",
            Self::Add(_) => "add",
            Self::Delete(_) => "delete",
            Self::Restore(_) => "restore",
            Self::RemoveCloudUser(_) => "remove-cloud-user",
            Self::RestoreCloudUser(_) => "restore-cloud-user",
            Self::SetImmutableId(_) => "set-immutable-id",
            Self::SetCloudUser(_) => "set-cloud-user",
            Self::CreateCloudUser(_) => "create-cloud-user",
            Self::AssignLicence(_) => "assign-licence",
            Self::RemoveLicence(_) => "remove-licence",
            Self::AssignRole(_) => "assign-role",
            Self::RemoveRole(_) => "remove-role",
            Self::SetFeature(_) => "set-feature",
            Self::ConvertToCloudManaged(_) => "convert-to-cloud-managed",
            Self::ClearOnPremisesObjectIdentifier(_) => "clear-on-premises-object-identifier",
            Self::ClearOnPremisesSecurityIdentifier(_) => "clear-on-premises-security-identifier",
            Self::SetOnPremisesSync(_) => "set-on-premises-sync",
            Self::VerifyDomain(_) => "verify-domain",
            Self::Sync(_) => "sync",
            Self::RunProfile(_) => "run-profile",
            Self::SetEngine(_) => "set-engine",
            Self::SetConnector(_) => "set-connector",
            Self::StopScheduler => "stop-scheduler",
            Self::StartScheduler => "start-scheduler",
            Self::Wait(_) => "wait",
            Self::Expect(_) => "expect",
        }
    }

    /// Where the step acts. Only a step in a directory can be refused by it.
    pub const fn place(&self) -> Place {
        match self {
            Self::Move(_)
            | Self::Rename(_)
            | Self::MoveOu(_)
            | Self::RenameOu(_)
            | Self::Set(_)
            | Self::Clear(_)
            | Self::AddValue(_)
            | Self::RemoveValue(_)
            | Self::AddMember(_)
            | Self::RemoveMember(_)
            | Self::SetConsistencyGuid(_)
            | Self::Add(_)
            | Self::Delete(_)
            | Self::Restore(_) => Place::ActiveDirectory,
            Self::RemoveCloudUser(_)
            | Self::RestoreCloudUser(_)
            | Self::SetImmutableId(_)
            | Self::SetCloudUser(_)
            | Self::CreateCloudUser(_)
            | Self::AssignLicence(_)
            | Self::RemoveLicence(_)
            | Self::AssignRole(_)
            | Self::RemoveRole(_)
            | Self::SetFeature(_)
            | Self::ConvertToCloudManaged(_)
            | Self::ClearOnPremisesObjectIdentifier(_)
            | Self::ClearOnPremisesSecurityIdentifier(_)
            | Self::SetOnPremisesSync(_)
            | Self::VerifyDomain(_) => Place::Tenant,
            Self::Sync(_)
            | Self::RunProfile(_)
            | Self::SetEngine(_)
            | Self::SetConnector(_)
            | Self::StopScheduler
            | Self::StartScheduler
            | Self::Wait(_) => Place::Engine,
            Self::Expect(_) => Place::Nowhere,
        }
    }
}
