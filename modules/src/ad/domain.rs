//! The domain, the forest and its domain controllers.

use mock_ad::directory::Directory;
use powershell::command::{Call, Impact, Parameter};
use powershell::error::Outcome;
use powershell::value::{Array, ArrayKind, Object, Value};
use std::rc::Rc;

use super::error::bad_argument;
use super::get::common;
use super::object::security_identifier;
use super::store::{forest, look};
use crate::declare::{Offer, Plan};
use crate::stage::Stage;

const COLLECTION: &str = "Microsoft.ActiveDirectory.Management.ADPropertyValueCollection";

/// Makes an object of a domain and its UPN suffixes.
type Make = fn(&Directory, Vec<String>) -> Value;

pub(super) fn declare(offer: &mut Offer, stage: &Stage) {
    let with = |mut parameters: Vec<Parameter>| {
        parameters.extend(common());
        parameters
    };
    let identity = || Parameter::object("Identity").at(0).piped().nullable();
    let current = || Parameter::text("Current").one_of(&["LocalComputer", "LoggedOnUser"]);
    let simple: [(&str, &str, Make); 3] = [
        ("Get-ADDomain", "Gets a domain.", domain),
        ("Get-ADForest", "Gets a forest.", forest_object),
        (
            "Get-ADRootDSE",
            "Gets the root of a directory server's tree.",
            root,
        ),
    ];
    for (name, about, make) in simple {
        let parameters = with(vec![identity(), current(), Parameter::texts("Properties")]);
        let on = stage.clone();
        offer.offer(Plan::new(name, parameters, about), move |call| {
            let place = named(&on, call)?;
            let suffixes = on.suffixes(place);
            let value = look(&on, place, |directory| make(directory, suffixes));
            call.write_whole(value)
        });
    }
    let parameters = with(vec![
        identity(),
        Parameter::object("Filter"),
        Parameter::switch("Discover"),
        Parameter::text("DomainName"),
        Parameter::text("SiteName"),
        Parameter::texts("Service"),
        Parameter::switch("NextClosestSite"),
        Parameter::switch("ForceDiscover"),
        Parameter::switch("Writable"),
        Parameter::switch("AvoidSelf"),
    ]);
    let plan = Plan::new(
        "Get-ADDomainController",
        parameters,
        "Gets domain controllers.",
    );
    let on = stage.clone();
    offer.offer(plan, move |call| {
        let place = forest(&on, call)?;
        let value = look(&on, place, controller);
        call.write_whole(value)
    });
    let parameters = with(vec![
        identity().mandatory(),
        Parameter::new("UPNSuffixes", "System.Object"),
        Parameter::new("SPNSuffixes", "System.Object"),
        Parameter::switch("PassThru"),
    ]);
    let plan = Plan::new("Set-ADForest", parameters, "Changes a forest.").asking(Impact::Medium);
    let on = stage.clone();
    offer.offer(plan, move |call| set_forest(&on, call));
    let parameters = with(vec![identity(), Parameter::object("Filter")]);
    let plan = Plan::new(
        "Get-ADOptionalFeature",
        parameters,
        "Gets optional features.",
    );
    let on = stage.clone();
    offer.offer(plan, move |call| {
        let place = forest(&on, call)?;
        let value = look(&on, place, recycle_bin);
        call.write_whole(value)
    });
}

/// The forest that the identity or `-Server` names.
fn named(stage: &Stage, call: &dyn Call) -> Outcome<usize> {
    let Some(identity) = call.argument("Identity").filter(|it| !it.is_null()) else {
        return forest(stage, call);
    };
    let name = crate::text(&identity).to_lowercase();
    let found = stage.read(|world| {
        world.forests().iter().position(|it| {
            it.dns_name().to_lowercase() == name
                || it.netbios_name().to_lowercase() == name
                || it.base().to_string().to_lowercase() == name
        })
    });
    found.ok_or_else(|| {
        let message = format!("Cannot find an object with identity: '{name}' under: ''.");
        bad_argument(call, message).into()
    })
}

fn list<T: AsRef<str>>(values: impl IntoIterator<Item = T>) -> Value {
    let kind = ArrayKind::Named(Rc::from(COLLECTION));
    Value::Array(Array::new(kind, values.into_iter().map(Value::text)))
}

fn partitions(directory: &Directory) -> String {
    format!("CN=Partitions,CN=Configuration,{}", directory.base())
}

/// The container of partitions, which has the UPN suffixes of a forest: all that is here of the
/// configuration.
pub(super) fn partitions_object(stage: &Stage, place: usize, name: &str) -> Option<Value> {
    let dn = look(stage, place, partitions);
    if !dn.eq_ignore_ascii_case(name) {
        return None;
    }
    let properties = [
        ("DistinguishedName", Value::text(&dn)),
        ("Name", Value::text("Partitions")),
        ("ObjectClass", Value::text("crossRefContainer")),
        ("uPNSuffixes", list(stage.suffixes(place))),
    ];
    let types = [
        "Microsoft.ActiveDirectory.Management.ADObject",
        "Microsoft.ActiveDirectory.Management.ADEntity",
        "System.Object",
    ];
    Some(Value::Object(Object::typed(&types, properties, Some(&dn))))
}

fn domain(directory: &Directory, suffixes: Vec<String>) -> Value {
    let base = directory.base();
    let dns = directory.dns_name();
    let host = directory.dns_host_name();
    let properties = [
        ("AllowedDNSSuffixes", list(suffixes)),
        ("ChildDomains", list::<&str>([])),
        (
            "ComputersContainer",
            Value::text(format!("CN=Computers,{base}")),
        ),
        (
            "DeletedObjectsContainer",
            Value::text(format!("CN=Deleted Objects,{base}")),
        ),
        ("DistinguishedName", Value::text(base.to_string())),
        ("DNSRoot", Value::text(dns)),
        (
            "DomainControllersContainer",
            Value::text(format!("OU=Domain Controllers,{base}")),
        ),
        ("DomainMode", Value::text("Windows2016Domain")),
        (
            "DomainSID",
            security_identifier(&directory.domain_sid().to_string()),
        ),
        ("Forest", Value::text(dns)),
        ("InfrastructureMaster", Value::text(&host)),
        ("Name", Value::text(dns.split('.').next().unwrap_or(dns))),
        ("NetBIOSName", Value::text(directory.netbios_name())),
        ("ObjectClass", Value::text("domainDNS")),
        ("ParentDomain", Value::Null),
        ("PDCEmulator", Value::text(&host)),
        ("ReplicaDirectoryServers", list([&host])),
        ("RIDMaster", Value::text(&host)),
        ("SystemsContainer", Value::text(format!("CN=System,{base}"))),
        ("UsersContainer", Value::text(format!("CN=Users,{base}"))),
    ];
    let types = [
        "Microsoft.ActiveDirectory.Management.ADDomain",
        "System.Object",
    ];
    Value::Object(Object::typed(&types, properties, Some(&base.to_string())))
}

fn forest_object(directory: &Directory, suffixes: Vec<String>) -> Value {
    let dns = directory.dns_name();
    let host = directory.dns_host_name();
    let properties = [
        ("ApplicationPartitions", list::<&str>([])),
        ("CrossForestReferences", list::<&str>([])),
        ("DomainNamingMaster", Value::text(&host)),
        ("Domains", list([dns])),
        ("ForestMode", Value::text("Windows2016Forest")),
        ("GlobalCatalogs", list([&host])),
        ("Name", Value::text(dns)),
        ("PartitionsContainer", Value::text(partitions(directory))),
        ("RootDomain", Value::text(dns)),
        ("SchemaMaster", Value::text(&host)),
        ("Sites", list(["Default-First-Site-Name"])),
        ("SPNSuffixes", list::<&str>([])),
        ("UPNSuffixes", list(suffixes)),
    ];
    let types = [
        "Microsoft.ActiveDirectory.Management.ADForest",
        "System.Object",
    ];
    Value::Object(Object::typed(&types, properties, Some(dns)))
}

fn root(directory: &Directory, _suffixes: Vec<String>) -> Value {
    let base = directory.base();
    let properties = [
        (
            "configurationNamingContext",
            Value::text(format!("CN=Configuration,{base}")),
        ),
        ("defaultNamingContext", Value::text(base.to_string())),
        ("dnsHostName", Value::text(directory.dns_host_name())),
        (
            "highestCommittedUSN",
            Value::text(directory.highest_committed_usn().0.to_string()),
        ),
        ("rootDomainNamingContext", Value::text(base.to_string())),
        (
            "schemaNamingContext",
            Value::text(format!("CN=Schema,CN=Configuration,{base}")),
        ),
    ];
    let types = [
        "Microsoft.ActiveDirectory.Management.ADRootDSE",
        "System.Object",
    ];
    Value::Object(Object::typed(&types, properties, Some("")))
}

fn controller(directory: &Directory) -> Value {
    let host = directory.dns_host_name();
    let name = host.split('.').next().unwrap_or_default().to_uppercase();
    let properties = [
        ("Domain", Value::text(directory.dns_name())),
        ("Forest", Value::text(directory.dns_name())),
        ("HostName", Value::text(&host)),
        ("IPv4Address", Value::text("127.0.0.1")),
        ("IsGlobalCatalog", Value::Bool(true)),
        ("IsReadOnly", Value::Bool(false)),
        ("LdapPort", Value::Int(389)),
        ("Name", Value::text(&name)),
        ("Site", Value::text("Default-First-Site-Name")),
        ("SslPort", Value::Int(636)),
    ];
    let types = [
        "Microsoft.ActiveDirectory.Management.ADDomainController",
        "System.Object",
    ];
    Value::Object(Object::typed(&types, properties, Some(&name)))
}

fn recycle_bin(directory: &Directory) -> Value {
    let on = directory.has_recycle_bin();
    let scopes = if on {
        list([partitions(directory)])
    } else {
        list::<&str>([])
    };
    let properties = [
        ("EnabledScopes", scopes),
        ("FeatureScope", Value::text("ForestOrConfigurationSet")),
        ("Name", Value::text("Recycle Bin Feature")),
    ];
    let types = [
        "Microsoft.ActiveDirectory.Management.ADOptionalFeature",
        "System.Object",
    ];
    Value::Object(Object::typed(
        &types,
        properties,
        Some("Recycle Bin Feature"),
    ))
}

fn set_forest(stage: &Stage, call: &mut dyn Call) -> Outcome {
    let place = named(stage, call)?;
    let dn = look(stage, place, partitions);
    if !call.should_process(&dn, "Set")? {
        return Ok(());
    }
    let Some(Value::Table(table)) = call.argument("UPNSuffixes") else {
        return Ok(());
    };
    for (key, value) in table.borrow().clone() {
        let values: Vec<String> = value.enumerate().iter().map(crate::text).collect();
        let among = |it: &String| values.iter().any(|other| other.eq_ignore_ascii_case(it));
        match crate::text(&key).to_lowercase().as_str() {
            "add" => stage.change_suffixes(place, |all| {
                all.retain(|it| !among(it));
                all.extend(values.clone());
            }),
            "remove" => stage.change_suffixes(place, |all| all.retain(|it| !among(it))),
            _ => stage.change_suffixes(place, |all| all.clone_from(&values)),
        }
    }
    Ok(())
}
