//! The shapes of Graph's objects, as far as they decide something here.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::Text;

use super::body::List;

/// One entry of `onPremisesProvisioningErrors`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", expecting = "a provisioning error")]
pub(super) struct GraphProvisioningError {
    #[serde(default, alias = "Category")]
    pub(super) category: Option<Text>,
    #[serde(default, alias = "OccurredDateTime")]
    pub(super) occurred_date_time: Option<Text>,
    #[serde(default, alias = "PropertyCausingError")]
    pub(super) property_causing_error: Option<Text>,
    #[serde(default, alias = "Value")]
    pub(super) value: Option<Text>,
}

/// One entry of `assignedLicenses`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", expecting = "a licence")]
pub(super) struct GraphLicence {
    #[serde(default, alias = "DisabledPlans")]
    pub(super) disabled_plans: List<Text>,
    #[serde(alias = "SkuId")]
    pub(super) sku_id: Text,
}

macro_rules! graph_object {
    ($($field:ident: $type:ty = $camel:literal | $pascal:literal;)*) => {
        /// A user, group or contact, with every property that is read; all but the id may be
        /// missing.
        #[derive(Debug, Clone, Default, Deserialize, Serialize)]
        #[serde(default, expecting = "an object of the directory")]
        pub(super) struct GraphObject {
            /// `#microsoft.graph.user` and the like, where lists are mixed.
            #[serde(rename = "@odata.type", skip_serializing_if = "Option::is_none")]
            pub(super) odata_type: Option<Text>,
            $(
                #[serde(rename = $camel, alias = $pascal)]
                pub(super) $field: $type,
            )*
        }
    };
}

graph_object! {
    id: Option<Text> = "id" | "Id";
    user_principal_name: Option<Text> = "userPrincipalName" | "UserPrincipalName";
    display_name: Option<Text> = "displayName" | "DisplayName";
    given_name: Option<Text> = "givenName" | "GivenName";
    surname: Option<Text> = "surname" | "Surname";
    mail: Option<Text> = "mail" | "Mail";
    mail_nickname: Option<Text> = "mailNickname" | "MailNickname";
    mail_enabled: Option<bool> = "mailEnabled" | "MailEnabled";
    security_enabled: Option<bool> = "securityEnabled" | "SecurityEnabled";
    group_types: List<Text> = "groupTypes" | "GroupTypes";
    proxy_addresses: List<Text> = "proxyAddresses" | "ProxyAddresses";
    user_type: Option<Text> = "userType" | "UserType";
    account_enabled: Option<bool> = "accountEnabled" | "AccountEnabled";
    usage_location: Option<Text> = "usageLocation" | "UsageLocation";
    created_date_time: Option<Text> = "createdDateTime" | "CreatedDateTime";
    deleted_date_time: Option<Text> = "deletedDateTime" | "DeletedDateTime";
    job_title: Option<Text> = "jobTitle" | "JobTitle";
    department: Option<Text> = "department" | "Department";
    company_name: Option<Text> = "companyName" | "CompanyName";
    office_location: Option<Text> = "officeLocation" | "OfficeLocation";
    mobile_phone: Option<Text> = "mobilePhone" | "MobilePhone";
    street_address: Option<Text> = "streetAddress" | "StreetAddress";
    city: Option<Text> = "city" | "City";
    state: Option<Text> = "state" | "State";
    postal_code: Option<Text> = "postalCode" | "PostalCode";
    country: Option<Text> = "country" | "Country";
    preferred_language: Option<Text> = "preferredLanguage" | "PreferredLanguage";
    fax_number: Option<Text> = "faxNumber" | "FaxNumber";
    description: Option<Text> = "description" | "Description";
    business_phones: List<Text> = "businessPhones" | "BusinessPhones";
    on_premises_extension_attributes: Option<Map<String, Value>> =
        "onPremisesExtensionAttributes" | "OnPremisesExtensionAttributes";
    on_premises_immutable_id: Option<Text> = "onPremisesImmutableId" | "OnPremisesImmutableId";
    on_premises_sync_enabled: Option<bool> = "onPremisesSyncEnabled" | "OnPremisesSyncEnabled";
    on_premises_last_sync_date_time: Option<Text> =
        "onPremisesLastSyncDateTime" | "OnPremisesLastSyncDateTime";
    on_premises_distinguished_name: Option<Text> =
        "onPremisesDistinguishedName" | "OnPremisesDistinguishedName";
    on_premises_sam_account_name: Option<Text> =
        "onPremisesSamAccountName" | "OnPremisesSamAccountName";
    on_premises_domain_name: Option<Text> = "onPremisesDomainName" | "OnPremisesDomainName";
    on_premises_user_principal_name: Option<Text> =
        "onPremisesUserPrincipalName" | "OnPremisesUserPrincipalName";
    on_premises_security_identifier: Option<Text> =
        "onPremisesSecurityIdentifier" | "OnPremisesSecurityIdentifier";
    on_premises_object_identifier: Option<Text> =
        "onPremisesObjectIdentifier" | "OnPremisesObjectIdentifier";
    on_premises_provisioning_errors: List<GraphProvisioningError> =
        "onPremisesProvisioningErrors" | "OnPremisesProvisioningErrors";
    assigned_licenses: List<GraphLicence> = "assignedLicenses" | "AssignedLicenses";
    is_cloud_managed: Option<bool> = "isCloudManaged" | "IsCloudManaged";
}

impl GraphObject {
    /// The plain text properties, by their names in Graph.
    pub(super) fn texts(&mut self) -> [(&'static str, &mut Option<Text>); 15] {
        [
            ("givenName", &mut self.given_name),
            ("surname", &mut self.surname),
            ("jobTitle", &mut self.job_title),
            ("department", &mut self.department),
            ("companyName", &mut self.company_name),
            ("officeLocation", &mut self.office_location),
            ("mobilePhone", &mut self.mobile_phone),
            ("streetAddress", &mut self.street_address),
            ("city", &mut self.city),
            ("state", &mut self.state),
            ("postalCode", &mut self.postal_code),
            ("country", &mut self.country),
            ("preferredLanguage", &mut self.preferred_language),
            ("faxNumber", &mut self.fax_number),
            ("description", &mut self.description),
        ]
    }
}

/// A directory role with its members.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", expecting = "a directory role")]
pub(super) struct GraphRole {
    #[serde(alias = "DisplayName")]
    pub(super) display_name: Text,
    #[serde(default, alias = "Members")]
    pub(super) members: List<GraphReference>,
}

/// Somebody who may activate a role.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(
    rename_all = "camelCase",
    expecting = "a role that somebody is eligible for"
)]
pub(super) struct GraphEligible {
    #[serde(alias = "PrincipalId")]
    pub(super) principal_id: Option<Text>,
    #[serde(alias = "RoleDefinitionId")]
    pub(super) role_definition_id: Text,
    #[serde(default, alias = "RoleDefinition")]
    pub(super) role_definition: Option<GraphRoleDefinition>,
}

/// What a role is called.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", expecting = "a role with its name")]
pub(super) struct GraphRoleDefinition {
    #[serde(default, alias = "DisplayName")]
    pub(super) display_name: Option<Text>,
}

/// An account and the object that it was taken by.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(
    rename_all = "camelCase",
    expecting = "a user with its `onPremisesObjectIdentifier`"
)]
pub(super) struct GraphIdentified {
    #[serde(alias = "Id")]
    pub(super) id: Option<Text>,
    #[serde(default, alias = "OnPremisesObjectIdentifier")]
    pub(super) on_premises_object_identifier: Option<Text>,
}

/// An object, named by its id.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(expecting = "an object with its `id`")]
pub(super) struct GraphReference {
    #[serde(alias = "Id")]
    pub(super) id: Option<Text>,
}

/// A user and who is above it.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(expecting = "a user with its `manager`")]
pub(super) struct GraphManaged {
    #[serde(alias = "Id")]
    pub(super) id: Option<Text>,
    #[serde(default, alias = "Manager")]
    pub(super) manager: Option<GraphReference>,
}

/// A group and its members.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(expecting = "a group with its `members`")]
pub(super) struct GraphGroupMembers {
    #[serde(alias = "Id")]
    pub(super) id: Option<Text>,
    #[serde(default, alias = "Members")]
    pub(super) members: List<GraphReference>,
}

/// A domain.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", expecting = "a domain")]
pub(super) struct GraphDomain {
    #[serde(alias = "Id", alias = "name", alias = "Name")]
    pub(super) id: Text,
    #[serde(default, alias = "IsInitial")]
    pub(super) is_initial: bool,
    #[serde(default, alias = "IsDefault")]
    pub(super) is_default: bool,
    #[serde(default, alias = "IsRoot")]
    pub(super) is_root: bool,
    #[serde(default = "yes", alias = "IsVerified")]
    pub(super) is_verified: bool,
    #[serde(default, alias = "AuthenticationType", alias = "type", alias = "Type")]
    pub(super) authentication_type: Option<Text>,
}

const fn yes() -> bool {
    true
}

/// The organisation.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, expecting = "an organisation")]
pub(super) struct GraphOrganization {
    #[serde(rename = "verifiedDomains", alias = "VerifiedDomains")]
    pub(super) verified_domains: List<GraphDomain>,
    #[serde(
        rename = "onPremisesLastSyncDateTime",
        alias = "OnPremisesLastSyncDateTime"
    )]
    pub(super) last_sync: Option<Text>,
    #[serde(rename = "onPremisesSyncEnabled", alias = "OnPremisesSyncEnabled")]
    pub(super) sync_enabled: Option<bool>,
}

/// `directory/onPremisesSynchronization`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, expecting = "the settings of directory synchronisation")]
pub(super) struct GraphSynchronization {
    #[serde(alias = "Features")]
    pub(super) features: Option<Map<String, Value>>,
    #[serde(alias = "Configuration")]
    pub(super) configuration: Option<Map<String, Value>>,
}
