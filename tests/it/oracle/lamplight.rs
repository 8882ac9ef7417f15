//! The lamplight example read with the oracle's own eyes: a line parser and plain JSON values.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::model::{AdPerson, CloudThing, Features, GroupKind, Kind, Tenant};

/// One LDIF record: attribute (lower-case) and its values.
type Record = BTreeMap<String, Vec<Vec<u8>>>;

/// Where the example lives.
pub(crate) fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/lamplight")
}

/// Forest and tenant of the example; the engine's scope is the container Sync.
pub(crate) fn load(own_features: bool) -> (Vec<AdPerson>, Vec<CloudThing>, Tenant) {
    let (ldif, cloud) = (example().join("ad.ldif"), example().join("cloud"));
    let people = load_people(&ldif, "OU=Sync,DC=example,DC=test", "example.test");
    (
        people,
        load_things(&cloud),
        load_tenant(&cloud, own_features),
    )
}

fn text_of(path: &Path) -> String {
    let text = fs::read_to_string(path);
    text.unwrap_or_else(|error| panic!("failed to read {}: {error}", path.display()))
}

/// Lines unfolded, records split at blank lines, `::` values decoded.
fn records(ldif: &str) -> Vec<Record> {
    let unfolded = ldif.replace("\r\n", "\n").replace("\n ", "");
    let mut all = Vec::new();
    for block in unfolded.split("\n\n") {
        let mut record = Record::new();
        for line in block.lines().filter(|line| !line.starts_with('#')) {
            let Some((name, value)) = line.split_once(':') else {
                continue;
            };
            let value = match value.strip_prefix(':') {
                Some(encoded) => base64(encoded.trim()),
                None => value.trim_start().as_bytes().to_vec(),
            };
            record.entry(name.to_lowercase()).or_default().push(value);
        }
        if record.contains_key("dn") {
            all.push(record);
        }
    }
    all
}

fn base64(encoded: &str) -> Vec<u8> {
    let digit = |c: u8| match c {
        b'A'..=b'Z' => u32::from(c - b'A'),
        b'a'..=b'z' => u32::from(c - b'a') + 26,
        b'0'..=b'9' => u32::from(c - b'0') + 52,
        b'+' => 62,
        _ => 63,
    };
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0_u32, 0);
    for c in encoded.bytes().filter(|&c| c != b'=') {
        bits = bits << 6 | digit(c);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    bytes
}

/// Users, groups and contacts of an LDIF file; `scope` is the container that is synchronised.
pub(crate) fn load_people(ldif: &Path, scope: &str, domain_fqdn: &str) -> Vec<AdPerson> {
    let person = |record: &Record| {
        let all = |name: &str| -> Vec<String> {
            let values = record
                .get(&name.to_lowercase())
                .cloned()
                .unwrap_or_default();
            values
                .iter()
                .map(|v| String::from_utf8_lossy(v).into_owned())
                .collect()
        };
        let one = |name: &str| all(name).into_iter().next();
        let bytes = |name: &str| record.get(name).and_then(|values| values.first().cloned());
        let guid = |name: &str| bytes(name).and_then(|b| <[u8; 16]>::try_from(b).ok());
        let class = |name: &str| {
            all("objectClass")
                .iter()
                .any(|c| c.eq_ignore_ascii_case(name))
        };
        let kind = match () {
            () if class("group") => Kind::Group,
            () if class("contact") => Kind::Contact,
            () if class("user") && !class("computer") => Kind::User,
            () => return None,
        };
        let dn = one("dn")?;
        let below = format!(",{}", scope.to_lowercase());
        let group_type = one("groupType").and_then(|t| t.parse::<i64>().ok());
        Some(AdPerson {
            guid: guid("objectguid")?,
            consistency_guid: guid("ms-ds-consistencyguid"),
            in_scope: dn.to_lowercase().ends_with(&below),
            dn,
            kind,
            upn: one("userPrincipalName"),
            sam: one("sAMAccountName"),
            domain_fqdn: domain_fqdn.to_owned(),
            cn: one("cn"),
            display_name: one("displayName"),
            given_name: one("givenName"),
            surname: one("sn"),
            title: one("title"),
            department: one("department"),
            mail: one("mail"),
            mail_nickname: one("mailNickname"),
            proxies: all("proxyAddresses"),
            sid: bytes("objectsid").map(|sid| sid_text(&sid)),
            admin_description: one("adminDescription"),
            critical: one("isCriticalSystemObject").is_some(),
            recipient_type: one("msExchRecipientTypeDetails").and_then(|t| t.parse().ok()),
            security_group: group_type.is_some_and(|t| t < 0),
        })
    };
    records(&text_of(ldif)).iter().filter_map(person).collect()
}

/// `S-1-5-21-…`: revision, six bytes of authority, little-endian sub-authorities.
fn sid_text(sid: &[u8]) -> String {
    let [revision, _, authority @ ..] = sid else {
        return String::new();
    };
    let (authority, parts) = authority.split_at(authority.len().min(6));
    let authority = authority
        .iter()
        .fold(0_u64, |sum, &byte| sum << 8 | u64::from(byte));
    let parts = parts.chunks(4).map(|four| {
        let number = four
            .iter()
            .rev()
            .fold(0_u64, |sum, &byte| sum << 8 | u64::from(byte));
        format!("-{number}")
    });
    format!("S-{revision}-{authority}{}", parts.collect::<String>())
}

fn list(directory: &Path, file: &str) -> Vec<Value> {
    let value: Value = serde_json::from_str(&text_of(&directory.join(file))).expect(file);
    value["value"].as_array().cloned().unwrap_or_default()
}

fn string(value: &Value, name: &str) -> Option<String> {
    value[name].as_str().map(str::to_owned)
}

/// Users, groups and contacts of a tenant's Graph export, live and deleted.
pub(crate) fn load_things(directory: &Path) -> Vec<CloudThing> {
    let roles = list(directory, "roles.json");
    let members = roles
        .iter()
        .flat_map(|role| role["members"].as_array().into_iter().flatten());
    let admins: Vec<String> = members.filter_map(|member| string(member, "id")).collect();
    let files = [
        ("users.json", Kind::User, false),
        ("groups.json", Kind::Group, false),
        ("contacts.json", Kind::Contact, false),
        ("deleted.json", Kind::User, true),
    ];
    let mut things = Vec::new();
    for (file, kind, deleted) in files {
        let thing = |value: &Value| thing(value, kind, deleted, &admins);
        things.extend(list(directory, file).iter().map(thing));
    }
    things
}

fn thing(value: &Value, kind: Kind, deleted: bool, admins: &[String]) -> CloudThing {
    let s = |name: &str| string(value, name);
    let array = |name: &str| value[name].as_array().cloned().unwrap_or_default();
    let id = s("id").expect("every object has an id");
    let unified = array("groupTypes").iter().any(|t| t == "Unified");
    let group = match value["mailEnabled"].as_bool() {
        _ if unified => GroupKind::Microsoft365,
        Some(true) => GroupKind::MailEnabled,
        _ => GroupKind::Security,
    };
    CloudThing {
        admin: admins.contains(&id),
        id,
        kind,
        group: (kind == Kind::Group).then_some(group),
        upn: s("userPrincipalName"),
        on_prem_upn: s("onPremisesUserPrincipalName"),
        proxies: array("proxyAddresses")
            .iter()
            .filter_map(Value::as_str)
            .map(Into::into)
            .collect(),
        mail: s("mail"),
        mail_nickname: s("mailNickname"),
        display_name: s("displayName"),
        given_name: s("givenName"),
        surname: s("surname"),
        job_title: s("jobTitle"),
        department: s("department"),
        sid: s("onPremisesSecurityIdentifier"),
        immutable_id: s("onPremisesImmutableId"),
        on_prem_object_id: None,
        sync_enabled: value["onPremisesSyncEnabled"].as_bool(),
        deleted,
        eligible_admin: false,
        licensed: !array("assignedLicenses").is_empty(),
        guest: s("userType").is_some_and(|t| t == "Guest"),
        cloud_managed: value["onPremisesSyncBehavior"]["isCloudManaged"] == true,
    }
}

/// Domains of a tenant's Graph export, with its own switches if `own_features`.
pub(crate) fn load_tenant(directory: &Path, own_features: bool) -> Tenant {
    let domains = list(directory, "domains.json");
    let those = |test: &dyn Fn(&Value) -> bool| -> Vec<String> {
        domains
            .iter()
            .filter(|d| test(d))
            .filter_map(|d| string(d, "id"))
            .collect()
    };
    let flags = list(directory, "features.json")
        .first()
        .map(|f| f["features"].clone());
    let features = flags.map(|flags| {
        let on = |name: &str| flags[name] == true;
        Features {
            quarantine_upn: on("quarantineUponUpnConflictEnabled"),
            quarantine_addresses: on("quarantineUponProxyAddressesConflictEnabled"),
            soft_match_on_upn: on("softMatchOnUpnEnabled"),
            synchronize_upn_for_managed_users: on("synchronizeUpnForManagedUsersEnabled"),
            block_soft_match: on("blockSoftMatchEnabled"),
            block_hard_match: on("blockCloudObjectTakeoverThroughHardMatchEnabled"),
            allow_object_id_update: on("allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled"),
        }
    });
    Tenant {
        initial: those(&|d| d["isInitial"] == true)
            .into_iter()
            .next()
            .unwrap_or_default(),
        verified: those(&|d| d["isVerified"] == true),
        federated: those(&|d| d["authenticationType"] == "Federated"),
        features: features.filter(|_| own_features),
    }
}
