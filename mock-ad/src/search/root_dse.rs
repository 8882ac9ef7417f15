//! The rootDSE: what a server says of itself to anybody (MS-ADTS 3.1.1.3.2).

use store::Text;

use super::controls::oid;
use super::{Bound, Context, Entry, SearchRequest, constructed};
use crate::directory::{AttributeId, Directory, ServerVersion, Value, Values, generalized_time};

/// The controls that requests may carry, in the order in which domain controllers list them.
///
/// Those that only writes know are here because the rootDSE lists them beside the others.
pub const SUPPORTED_CONTROLS: [&str; 21] = [
    oid::PAGED_RESULTS,
    oid::SD_FLAGS,
    oid::SORT,
    oid::NOTIFICATION,
    oid::SHOW_DELETED,
    // LDAP_SERVER_LAZY_COMMIT_OID.
    "1.2.840.113556.1.4.619",
    oid::DIRSYNC,
    oid::EXTENDED_DN,
    // LDAP_SERVER_TREE_DELETE_OID.
    "1.2.840.113556.1.4.805",
    oid::SORT_RESPONSE,
    oid::DOMAIN_SCOPE,
    oid::SEARCH_OPTIONS,
    // LDAP_SERVER_PERMISSIVE_MODIFY_OID.
    "1.2.840.113556.1.4.1413",
    oid::VLV,
    oid::VLV_RESPONSE,
    oid::ATTRIBUTE_SCOPED_QUERY,
    // LDAP_SERVER_RANGE_OPTION_OID.
    "1.2.840.113556.1.4.802",
    oid::RANGE_NO_ERROR,
    oid::SHOW_RECYCLED,
    oid::SHOW_DEACTIVATED_LINK,
    // LDAP_SERVER_POLICY_HINTS_OID.
    "1.2.840.113556.1.4.2239",
];

/// LDAP_CAP_…_OID (MS-ADTS 3.1.1.3.4.3).
const CAPABILITIES: [&str; 6] = [
    "1.2.840.113556.1.4.800",
    "1.2.840.113556.1.4.1670",
    "1.2.840.113556.1.4.1791",
    "1.2.840.113556.1.4.1935",
    "1.2.840.113556.1.4.2080",
    "1.2.840.113556.1.4.2237",
];

/// The policies, MaxDirSyncDuration and SecurityDescriptorWarningSize at the end (MS-ADTS
/// 3.1.1.3.4.6).
const POLICIES: [&str; 21] = [
    "MaxPoolThreads",
    "MaxPercentDirSyncRequests",
    "MaxDatagramRecv",
    "MaxReceiveBuffer",
    "InitRecvTimeout",
    "MaxConnections",
    "MaxConnIdleTime",
    "MaxPageSize",
    "MaxBatchReturnMessages",
    "MaxQueryDuration",
    "MaxDirSyncDuration",
    "MaxTempTableSize",
    "MaxResultSetSize",
    "MinResultSets",
    "MaxResultSetsPerConn",
    "MaxNotificationPerConn",
    "MaxValRange",
    "MaxValRangeTransitive",
    "ThreadMemoryLimit",
    "SystemMemoryLimitPercent",
    "SecurityDescriptorWarningSize",
];

/// Extended operations: StartTLS, fast bind and "Who am I?".
const EXTENSIONS: [&str; 3] = [
    "1.3.6.1.4.1.1466.20037",
    "1.2.840.113556.1.4.1781",
    "1.3.6.1.4.1.4203.1.11.3",
];

/// The attributes that have to be asked for by name.
const ON_REQUEST: [&str; 3] = ["supportedExtension", "msDS-PortLDAP", TOKEN_GROUPS];

/// Not even `+` asks for it.
const TOKEN_GROUPS: &str = "tokenGroups";

fn attributes(directory: &Directory, context: &Context) -> Vec<(&'static str, Vec<String>)> {
    let base = directory.base();
    let configuration = format!("CN=Configuration,{base}");
    let schema = format!("CN=Schema,{configuration}");
    let controller = directory.domain_controller();
    let level = vec![controller.version.functional_level().to_string()];
    let host = directory.dns_host_name();
    let site = &controller.site;
    let one = |value: String| vec![value];
    let list = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    let policies = match controller.version {
        ServerVersion::WindowsServer2012R2 => POLICIES
            .into_iter()
            .filter(|name| {
                !matches!(
                    *name,
                    "MaxDirSyncDuration" | "SecurityDescriptorWarningSize"
                )
            })
            .map(str::to_owned)
            .collect(),
        _ => list(&POLICIES),
    };
    let realm = directory.dns_name().to_uppercase();
    let account = format!("{}$@{realm}", controller.name.to_lowercase());
    vec![
        ("domainFunctionality", level.clone()),
        ("forestFunctionality", level.clone()),
        ("domainControllerFunctionality", level),
        ("rootDomainNamingContext", one(base.to_string())),
        (
            "ldapServiceName",
            one(format!("{}:{account}", directory.dns_name())),
        ),
        ("isGlobalCatalogReady", one("TRUE".to_owned())),
        (
            "supportedSASLMechanisms",
            context
                .mechanisms
                .iter()
                .map(|name| (*name).to_owned())
                .collect(),
        ),
        ("supportedLDAPVersion", list(&["3", "2"])),
        ("supportedLDAPPolicies", policies),
        ("supportedControl", list(&SUPPORTED_CONTROLS)),
        ("supportedCapabilities", list(&CAPABILITIES)),
        ("subschemaSubentry", one(format!("CN=Aggregate,{schema}"))),
        (
            "serverName",
            one(format!(
                "CN={},CN=Servers,CN={site},CN=Sites,{configuration}",
                controller.name
            )),
        ),
        ("schemaNamingContext", one(schema.clone())),
        (
            "namingContexts",
            vec![base.to_string(), configuration.clone(), schema],
        ),
        ("isSynchronized", one("TRUE".to_owned())),
        (
            "highestCommittedUSN",
            one(directory.highest_committed_usn().to_string()),
        ),
        ("dsServiceName", one(directory.ds_service_name())),
        ("dnsHostName", one(host)),
        ("defaultNamingContext", one(base.to_string())),
        (
            "currentTime",
            one(generalized_time(context.now).to_string()),
        ),
        ("configurationNamingContext", one(configuration)),
        ("supportedExtension", list(&EXTENSIONS)),
        ("msDS-PortLDAP", one("389".to_owned())),
    ]
}

/// The SIDs of whoever is bound: their own first, then those of their groups (MS-ADTS 3.1.1.3.2).
fn token_groups(directory: &Directory, context: &Context) -> Vec<Value> {
    let Bound::Account(id) = context.bound else {
        return Vec::new();
    };
    let Some(object) = directory.object(id) else {
        return Vec::new();
    };
    let own = object.bytes(AttributeId::OBJECT_SID).map(Value::from);
    let groups = constructed::token_groups(directory, id, object, false);
    let groups = groups.iter().map(|sid| Value::from(sid.as_bytes()));
    own.into_iter().chain(groups).collect()
}

/// The rootDSE, with the attributes that a request asks for; the filter does not count ("measured
/// on Samba 4.17"). Nothing if it is `netlogon`, a ping that has to say whom it looks for, and
/// that is not modelled.
pub(super) fn entry(
    directory: &Directory,
    context: &Context,
    request: &SearchRequest,
) -> Option<Entry> {
    let is_ping = |name: &String| name.eq_ignore_ascii_case("netlogon");
    if request.attributes.iter().any(is_ping) {
        return None;
    }
    let asked = &request.attributes;
    let all = asked.is_empty() || asked.iter().any(|name| name == "*");
    let operational = asked.iter().any(|name| name == "+");
    let wanted = |name: &str| {
        let by_name = asked.iter().any(|asked| asked.eq_ignore_ascii_case(name));
        let every = operational && name != TOKEN_GROUPS;
        by_name || every || (all && !ON_REQUEST.contains(&name))
    };
    let texts = attributes(directory, context).into_iter();
    let texts = texts.map(|(name, values)| (name, values.into_iter().map(Value::from).collect()));
    let groups = (TOKEN_GROUPS, token_groups(directory, context));
    let attributes = texts
        .chain([groups])
        .filter(|(name, values): &(_, Vec<Value>)| wanted(name) && !values.is_empty());
    let attributes = attributes.map(|(name, values)| {
        let values = if request.types_only {
            Vec::new()
        } else {
            values
        };
        (Text::from(name), Values::answer(values))
    });
    Some(Entry {
        dn: Text::new(),
        attributes: attributes.collect(),
    })
}
