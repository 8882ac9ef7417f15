//! Every line of the table, tried out.

use super::{advanced, get, small};
use crate::odata::schema::{
    EdmKind, FilterUse, Gate, PropertyFacts, Returned, properties, properties_of,
};
use crate::odata::{EntityType, GraphError, QueryOptions, Resource};

fn resources() -> [(Resource, &'static str, &'static str); 6] {
    [
        (Resource::Users, "user", "User"),
        (Resource::Groups, "group", "Group"),
        (Resource::Contacts, "orgContact", "Contact"),
        (Resource::DeletedItems(EntityType::User), "user", "User"),
        (Resource::DeletedItems(EntityType::Group), "group", "Group"),
        (Resource::DirectoryRoles, "directoryRole", "DirectoryRole"),
    ]
}

/// A filter that uses a property so; `None` where the use makes no sense for its type.
fn filter(facts: &PropertyFacts, what: FilterUse) -> Option<String> {
    let constant = match facts.edm.kind {
        EdmKind::String if facts.name == "id" => "'01010101-0101-0101-0101-010101010101'",
        EdmKind::String => "'a'",
        EdmKind::Boolean => "true",
        EdmKind::DateTimeOffset => "2026-01-01T00:00:00Z",
        EdmKind::Guid => "05e9a617-0261-4cee-bb44-138d3ef5d965",
        EdmKind::Int32 => "1",
        EdmKind::Duration => "duration'PT1S'",
        EdmKind::Named(_) => {
            let counts = matches!(what, FilterUse::Count0 | FilterUse::Count1);
            return counts.then(|| count(facts, what)).flatten();
        }
    };
    let (list, member) = match facts.name.split_once('/') {
        Some((whole, member)) => {
            let mut all = properties_of(facts.owner);
            let whole = all.find(|it| it.name == whole)?;
            (whole.edm.collection, format!("{}/{member}", whole.name))
        }
        None => (facts.edm.collection, facts.name.to_owned()),
    };
    let member = member.replace('*', "extensionAttribute7");
    let left = match (list, member.split_once('/')) {
        (false, _) => member.clone(),
        (true, None) => "x".to_owned(),
        (true, Some((_, part))) => format!("x/{part}"),
    };
    let test = match what {
        FilterUse::Eq | FilterUse::Not => format!("{left} eq {constant}"),
        FilterUse::Ne => format!("{left} ne {constant}"),
        FilterUse::Ge => format!("{left} ge {constant}"),
        FilterUse::Le => format!("{left} le {constant}"),
        FilterUse::In => format!("{left} in ({constant},{constant})"),
        FilterUse::StartsWith if facts.edm.kind == EdmKind::String => {
            format!("startsWith({left},'a')")
        }
        FilterUse::EndsWith if facts.edm.kind == EdmKind::String => {
            format!("endsWith({left},'a')")
        }
        FilterUse::StartsWith | FilterUse::EndsWith => return None,
        FilterUse::Null => format!("{left} eq null"),
        FilterUse::Count0 | FilterUse::Count1 => return count(facts, what),
    };
    let test = if list {
        format!("{}/any(x:{test})", member.split('/').next()?)
    } else {
        test
    };
    Some(match what {
        FilterUse::Not => format!("not ({test})"),
        _ => test,
    })
}

fn count(facts: &PropertyFacts, what: FilterUse) -> Option<String> {
    let number = i32::from(what != FilterUse::Count0);
    let countable = facts.edm.collection && !facts.name.contains('/');
    countable.then(|| format!("{}/$count eq {number}", facts.name))
}

/// How a filter does by default and with the advanced parameters, against what the table says.
fn expect(
    facts: &PropertyFacts,
    what: FilterUse,
    resource: &Resource,
    owner: &str,
) -> Option<(Result<(), GraphError>, Result<(), GraphError>)> {
    let (bench, _) = small();
    let query = format!("$filter={}&$top=1", filter(facts, what)?);
    let default = get(&bench.tenant, resource, &query).map(drop);
    let with = advanced(&bench.tenant, resource, &query).map(drop);
    let mut gate = facts.filter.gate(what);
    if what == FilterUse::Not && facts.filter.gate(FilterUse::Eq) == Gate::Never {
        // Without `eq` there is nothing simple to negate.
        return None;
    }
    if what == FilterUse::Not {
        gate = gate.max(Gate::Never.min(facts.filter.gate(FilterUse::Eq)));
    }
    let line = format!("{owner} {} {}: {query}", facts.name, what.name());
    match gate {
        Gate::Default => {
            assert_eq!(default, Ok(()), "{line}");
            assert_eq!(with, Ok(()), "{line}");
        }
        Gate::Advanced => {
            assert!(default.is_err(), "{line}");
            assert_eq!(with, Ok(()), "{line}");
        }
        Gate::Never => {
            assert!(default.is_err(), "{line}");
            assert!(with.is_err(), "{line}");
        }
    }
    Some((default, with))
}

#[test]
fn filters_work_as_every_line_says() {
    let mut tried = 0;
    for (resource, owner, shown) in resources() {
        for facts in properties_of(owner).filter(|it| !it.edm.navigation || it.filter.is_any()) {
            for (what, _) in FilterUse::ALL {
                let Some((default, with)) = expect(facts, what, &resource, owner) else {
                    continue;
                };
                tried += 1;
                let whole = facts.name.split('/').next().unwrap_or_default();
                let clause = format!(
                    "Unsupported or invalid query filter clause specified for property '{whole}' \
                     of resource '{shown}'."
                );
                let by_default = default.err().map(|error| error.message);
                if let Some(error) = with.err() {
                    assert_eq!(
                        (error.status, error.code),
                        (400, "Request_UnsupportedQuery")
                    );
                    assert_eq!(error.message, clause);
                } else if let Some(message) = by_default {
                    let operators = ["ne", "not", "endsWith", "$count"];
                    let told = operators
                        .iter()
                        .any(|it| message.starts_with(&format!("Operator '{it}' ")));
                    assert!(told || message == clause, "{message}");
                }
            }
        }
    }
    assert!(tried > 1000, "{tried} uses were tried");
}

#[test]
fn sorting_works_as_every_line_says() {
    let (bench, _) = small();
    for (resource, owner, _) in resources() {
        for facts in properties_of(owner).filter(|it| !it.name.contains('/')) {
            let query = format!("$orderby={}", facts.name);
            let default = get(&bench.tenant, &resource, &query).is_ok();
            let with = advanced(&bench.tenant, &resource, &query).is_ok();
            let expected = match facts.orderby {
                Gate::Default => (true, true),
                Gate::Advanced => (false, true),
                Gate::Never => (false, false),
            };
            assert_eq!((default, with), expected, "{owner} {}", facts.name);
        }
    }
}

#[test]
fn every_property_can_be_selected_as_its_line_says() {
    for (resource, owner, _) in resources() {
        for facts in properties_of(owner).filter(|it| !it.name.contains('/')) {
            let query = format!("$select={}", facts.name.to_uppercase());
            let status = QueryOptions::parse(&resource, &query, None).map_err(|error| error.status);
            match facts.returned {
                Returned::Single => assert_eq!(status.err(), Some(501), "{}", facts.name),
                _ => assert!(status.is_ok(), "{}", facts.name),
            }
        }
    }
}

#[test]
fn the_table_is_well_formed() {
    let lines = include_str!("../properties.tsv").lines().skip(1);
    assert_eq!(
        lines.clone().count(),
        properties().len(),
        "every line was read"
    );
    for line in lines {
        assert_eq!(line.split('\t').count(), 9, "{line}");
    }
    let mut names: Vec<_> = properties().iter().map(|it| (it.owner, it.name)).collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all, "no property is there twice");
    for entity in EntityType::ALL {
        assert!(
            properties_of(entity.name()).any(|it| it.name == "id"),
            "{entity:?}"
        );
    }
}
