//! The objects of both directories.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::derive::INITIAL_DOMAIN;
use super::super::model::{AdObject, AdType, CloudObject, CloudType, Step};
use super::super::spanned::Name;
use super::super::suggest;
use super::names::{COPIES_MAX, Names, Side};
use super::{Checker, world};

/// Checks the objects that are there from the start and those that steps bring.
pub(super) fn check(checker: &mut Checker<'_>, names: &Names) {
    let scenario = checker.scenario;
    for (name, object) in scenario.world.ad.iter() {
        ad_object(checker, name, object);
        for other in object.members.iter().chain(&object.manager) {
            names.look_up(checker, other, Side::Ad, None);
        }
    }
    if let Some(group) = &scenario.world.engine.group {
        let found = names.look_up(checker, group, Side::Ad, None);
        if let Some(kind) = found.and_then(|it| it.kind).filter(|kind| *kind != "group") {
            let message = format!("`{group}` is a {kind}, and a pilot needs a group");
            checker.add(checker.problem("does-not-fit", message, &group.at));
        }
    }
    for name in scenario.explore.iter().flat_map(|it| &it.may_delete) {
        names.look_up(checker, name, Side::Cloud, Some(scenario.steps.len()));
    }
    for (name, object) in scenario.world.cloud.iter() {
        cloud_object(checker, name, object);
        user_domain(checker, object.upn.as_ref().filter(|_| !object.guest), &[]);
        for member in &object.members {
            names.look_up(checker, member, Side::Cloud, None);
        }
        if let Some(anchor) = &object.anchor_of {
            names.look_up(checker, anchor, Side::Ad, None);
        }
    }
    for step in &scenario.steps {
        match &step.value {
            Step::Add(new) => ad_object(checker, &new.name, &new.object),
            Step::CreateCloudUser(new) => cloud_object(checker, &new.name, &new.object),
            _ => {}
        }
    }
    unique(checker);
}

fn ad_object(checker: &mut Checker<'_>, name: &Name, object: &AdObject) {
    if let Some(forest) = &object.forest {
        world::forest(checker, forest, &forest.at);
    }
    let is_user = object.kind == AdType::User;
    let is_group = object.kind == AdType::Group;
    let noun = match object.kind {
        AdType::User => "user",
        AdType::Group => "group",
        AdType::Contact => "contact",
        AdType::Computer => "computer",
    };
    let user_only = [
        ("upn", object.upn.as_ref().map(|value| &value.at)),
        (
            "manager",
            object
                .manager
                .as_ref()
                .filter(|_| is_group)
                .map(|value| &value.at),
        ),
        (
            "sip",
            object
                .sip
                .as_ref()
                .filter(|_| is_group)
                .map(|value| &value.at),
        ),
        ("enabled", object.enabled.map(|_| &name.at)),
    ];
    for (key, at) in user_only {
        does_not_fit(checker, key, noun, at.filter(|_| !is_user));
    }
    let group_only = [
        ("members", object.members.first().map(|member| &member.at)),
        ("category", object.category.map(|_| &name.at)),
    ];
    for (key, at) in group_only {
        does_not_fit(checker, key, noun, at.filter(|_| !is_group));
    }
    copies(checker, object);
    for (attribute, _) in object.attributes.iter() {
        let problem = checker.known.attribute(checker.file, attribute);
        checker.found.extend(problem);
    }
}

fn copies(checker: &mut Checker<'_>, object: &AdObject) {
    let Some(count) = &object.count else { return };
    if !(1..=COPIES_MAX).contains(&count.value) {
        let message = format!("`count` is between 1 and {COPIES_MAX}");
        checker.add(checker.problem("invalid-value", message, &count.at));
    }
    let guid = object.guid.as_ref().map(|guid| &guid.at);
    for (key, at) in [
        ("guid", guid),
        ("sid", object.sid.as_ref().map(|sid| &sid.at)),
    ] {
        let Some(at) = at else { continue };
        let problem = checker
            .problem(
                "contradiction",
                format!("several objects cannot share one `{key}`"),
                at,
            )
            .also(count.at.clone(), "there are several of them");
        checker.add(problem);
    }
}

fn cloud_object(checker: &mut Checker<'_>, name: &Name, object: &CloudObject) {
    let noun = match object.kind {
        CloudType::User => "user",
        CloudType::Group => "group",
        CloudType::M365Group => "Microsoft 365 group",
        CloudType::SecurityGroup => "security group",
        CloudType::Contact => "contact",
        CloudType::Device => "device",
    };
    let is_user = object.kind == CloudType::User;
    let user_only = [
        ("upn", object.upn.as_ref().map(|value| &value.at)),
        ("guest", object.guest.then_some(&name.at)),
        ("mailbox", object.mailbox.then_some(&name.at)),
        ("licences", object.licences.first().map(|value| &value.at)),
        ("roles", object.roles.first().map(|value| &value.at)),
        (
            "eligible-roles",
            object.eligible_roles.first().map(|value| &value.at),
        ),
        (
            "immutable-id",
            object.immutable_id.as_ref().map(|value| &value.at),
        ),
    ];
    for (key, at) in user_only {
        does_not_fit(checker, key, noun, at.filter(|_| !is_user));
    }
    let members = object.members.first().map(|member| &member.at);
    does_not_fit(
        checker,
        "members",
        noun,
        members.filter(|_| !object.kind.is_group()),
    );
    let has_no_mail = object.kind == CloudType::SecurityGroup;
    let smtp = object.smtp.first().map(|address| &address.at);
    does_not_fit(checker, "smtp", noun, smtp.filter(|_| has_no_mail));
    if let (Some(text), Some(anchor)) = (&object.immutable_id, &object.anchor_of) {
        let message = "`immutable-id` and `anchor-of` exclude one another";
        let problem = checker
            .problem("contradiction", message, &anchor.at)
            .label("the ImmutableID is derived here")
            .also(text.at.clone(), "and written here");
        checker.add(problem);
    }
    for (property, _) in object.attributes.iter() {
        let problem = checker.known.property(checker.file, property);
        checker.found.extend(problem);
    }
    for role in object.roles.iter().chain(&object.eligible_roles) {
        let problem = checker.known.role(checker.file, role);
        checker.found.extend(problem);
    }
    if let Some(upn) = &object.upn {
        looks_like_upn(checker, upn);
    }
}

fn does_not_fit(checker: &mut Checker<'_>, key: &str, noun: &str, at: Option<&Range<usize>>) {
    if let Some(at) = at {
        let message = format!("a {noun} has no `{key}`");
        checker.add(checker.problem("does-not-fit", message, at));
    }
}

/// Reports a UPN without `@`, which no directory accepts.
pub(super) fn looks_like_upn(checker: &mut Checker<'_>, upn: &Name) {
    let is_one = upn.split_once('@').is_some_and(|(prefix, suffix)| {
        !prefix.is_empty() && !suffix.is_empty() && !suffix.contains('@')
    });
    if !is_one {
        let message = format!("`{upn}` is no user principal name");
        let problem = checker
            .problem("invalid-value", message, &upn.at)
            .help("write for example `ann@contoso.com`");
        checker.add(problem);
    }
}

/// Reports a cloud user's UPN whose domain the tenant has not verified.
pub(super) fn user_domain(checker: &mut Checker<'_>, upn: Option<&Name>, also: &[&str]) {
    let Some((upn, (_, domain))) = upn.and_then(|upn| Some((upn, upn.split_once('@')?))) else {
        return;
    };
    let tenant = &checker.scenario.world.tenant;
    let initial = tenant
        .initial_domain
        .as_ref()
        .map_or(INITIAL_DOMAIN, |name| name.as_str());
    let domains: Vec<&str> = std::iter::once(initial)
        .chain(
            tenant
                .verified
                .iter()
                .chain(&tenant.federated)
                .map(|name| name.as_str()),
        )
        .chain(also.iter().copied())
        .collect();
    if domain.is_empty()
        || domains
            .iter()
            .any(|known| known.eq_ignore_ascii_case(domain))
    {
        return;
    }
    let message = format!("the tenant has not verified the domain `{domain}`");
    let problem = checker
        .problem("unverified-domain", message, &upn.at)
        .label("no cloud user can have this UPN");
    let help = match suggest::nearest(domain, domains.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!(
            "verified are {}; add others to `tenant.verified`",
            suggest::listed(domains)
        ),
    };
    checker.add(problem.help(help));
}

/// Reports values that two objects of one directory cannot share.
fn unique(checker: &mut Checker<'_>) {
    let scenario = checker.scenario;
    let added = scenario.steps.iter().filter_map(|step| match &step.value {
        Step::Add(new) => Some(&new.object),
        _ => None,
    });
    let at_start = scenario.world.ad.iter().map(|(_, object)| &object.value);
    let mut guids = BTreeMap::new();
    for guid in at_start
        .chain(added)
        .filter_map(|object| object.guid.as_ref())
    {
        first_use(
            checker,
            &mut guids,
            guid.value.to_string(),
            "GUID",
            &guid.at,
        );
    }
    let mut upns = BTreeMap::new();
    for (_, object) in scenario.world.ad.iter() {
        if let Some(upn) = &object.upn {
            let forest = object.forest.as_ref().map_or("", |forest| forest.as_str());
            let key = format!("{forest}\n{}", upn.to_lowercase());
            first_use(checker, &mut upns, key, "UPN in one forest", &upn.at);
        }
    }
    let mut cloud = BTreeMap::new();
    for (_, object) in scenario.world.cloud.iter() {
        if let Some(upn) = object.upn.as_ref().filter(|_| object.deleted.is_none()) {
            first_use(
                checker,
                &mut cloud,
                upn.to_lowercase(),
                "UPN in the tenant",
                &upn.at,
            );
        }
    }
}

fn first_use(
    checker: &mut Checker<'_>,
    seen: &mut BTreeMap<String, Range<usize>>,
    key: String,
    what: &str,
    at: &Range<usize>,
) {
    let Some(first) = seen.get(&key) else {
        seen.insert(key, at.clone());
        return;
    };
    let problem = checker
        .problem(
            "duplicate-value",
            format!("two objects cannot have one {what}"),
            at,
        )
        .label("used again here")
        .also(first.clone(), "first used here");
    checker.add(problem);
}
