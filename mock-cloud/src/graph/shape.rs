//! The shapes of Graph's objects, as far as they decide something here.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use store::Text;

/// A list of objects: `{"value": [...]}`, an array, or one object.
#[derive(Debug)]
pub(super) struct Body<T>(pub(super) Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Body<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BodyVisitor(PhantomData))
    }
}

struct BodyVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for BodyVisitor<T> {
    type Value = Body<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a Graph response with `value`, or an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Body<T>, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = list.next_element()? {
            all.push(item);
        }
        Ok(Body(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Body<T>, A::Error> {
        let mut first: Option<(String, serde_json::Value)> = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == "value" || key == "Value" {
                let all = map.next_value::<Vec<T>>()?;
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                return Ok(Body(all));
            }
            if key.starts_with('@') {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            first = Some((key, map.next_value()?));
            break;
        }
        // A single object: put what was read back in front of the rest.
        let one = T::deserialize(MapAccessDeserializer::new(Rejoined {
            first,
            value: None,
            rest: map,
        }))?;
        Ok(Body(vec![one]))
    }
}

struct Rejoined<A> {
    first: Option<(String, serde_json::Value)>,
    value: Option<serde_json::Value>,
    rest: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Rejoined<A> {
    type Error = A::Error;

    fn next_key_seed<K: serde::de::DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        if let Some((key, value)) = self.first.take() {
            self.value = Some(value);
            return seed
                .deserialize(serde::de::value::StringDeserializer::new(key))
                .map(Some);
        }
        self.rest.next_key_seed(seed)
    }

    fn next_value_seed<V: serde::de::DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, A::Error> {
        match self.value.take() {
            Some(value) => seed.deserialize(value).map_err(A::Error::custom),
            None => self.rest.next_value_seed(seed),
        }
    }
}

/// A list that PowerShell may have flattened to text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> List<T> {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<List<T>, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = list.next_element()? {
            all.push(item);
        }
        Ok(List(all))
    }

    fn visit_unit<E: Error>(self) -> Result<List<T>, E> {
        Ok(List::new())
    }

    fn visit_none<E: Error>(self) -> Result<List<T>, E> {
        Ok(List::new())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<List<T>, E> {
        if text.is_empty() {
            return Ok(List::new());
        }
        Err(E::custom(format_args!(
            "the values of this list are lost: the export holds the text `{text}` in their place"
        )))
    }
}

/// One entry of `onPremisesProvisioningErrors`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
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
#[serde(rename_all = "camelCase")]
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
        #[serde(default)]
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
    business_phones: List<Text> = "businessPhones" | "BusinessPhones";
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

/// A directory role with its members.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GraphRole {
    #[serde(alias = "DisplayName")]
    pub(super) display_name: Text,
    #[serde(default, alias = "Members")]
    pub(super) members: List<GraphMember>,
}

/// A member of a role.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(super) struct GraphMember {
    #[serde(alias = "Id")]
    pub(super) id: Text,
}

/// A domain.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GraphDomain {
    #[serde(alias = "Id", alias = "name", alias = "Name")]
    pub(super) id: Text,
    #[serde(default, alias = "IsInitial")]
    pub(super) is_initial: bool,
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
#[serde(default)]
pub(super) struct GraphOrganization {
    #[serde(rename = "verifiedDomains", alias = "VerifiedDomains")]
    pub(super) verified_domains: List<GraphDomain>,
    #[serde(
        rename = "onPremisesLastSyncDateTime",
        alias = "OnPremisesLastSyncDateTime"
    )]
    pub(super) last_sync: Option<Text>,
}

/// `directory/onPremisesSynchronization`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct GraphSynchronization {
    #[serde(alias = "Features")]
    pub(super) features: serde_json::Map<String, serde_json::Value>,
    #[serde(alias = "Configuration")]
    pub(super) configuration: serde_json::Map<String, serde_json::Value>,
}
