//! The difference that a synchronisation makes to one account.

use std::collections::BTreeSet;

use mock_cloud::sync_object::property;
use mock_cloud::{DirectoryObject, Property, Tenant};
use store::{Text, eq_fold};

/// One property that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its name in Graph.
    pub property: &'static str,
    /// The value before; empty where there was none.
    pub from: Vec<Text>,
    /// The value after.
    pub to: Vec<Text>,
}

/// A value that the account has and will not have any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// The property in Graph.
    pub property: &'static str,
    /// The value.
    pub value: Text,
}

/// Which links an export of a tenant tells. Of an account that nothing was sent to here, a link of
/// a kind that no export tells is none that is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    managers: bool,
    members: bool,
}

impl Told {
    /// What a tenant tells: a kind of link that no object at all has, was not exported.
    pub(crate) fn of(tenant: &Tenant) -> Self {
        Self {
            managers: tenant
                .objects()
                .any(|(_, it)| it.extras().manager.is_some()),
            members: tenant.groups().any(|(_, it)| !it.members.is_empty()),
        }
    }
}

/// All differences, in a fixed order of properties.
pub(crate) fn changes(
    before: &DirectoryObject,
    after: &DirectoryObject,
    told: Told,
) -> Vec<Change> {
    let mut all = Vec::new();
    let mut note = |property, from: Option<&Text>, to: Option<&Text>| {
        if from != to {
            let list = |value: Option<&Text>| value.cloned().into_iter().collect();
            all.push(Change {
                property,
                from: list(from),
                to: list(to),
            });
        }
    };
    let upn = |object: &DirectoryObject| {
        object
            .user_principal_name
            .as_ref()
            .map(|upn| upn.text().clone())
    };
    note(
        "userPrincipalName",
        upn(before).as_ref(),
        upn(after).as_ref(),
    );
    note(
        "displayName",
        before.display_name.as_ref(),
        after.display_name.as_ref(),
    );
    note("mail", before.mail.as_ref(), after.mail.as_ref());
    note(
        "mailNickname",
        before.mail_nickname.as_ref(),
        after.mail_nickname.as_ref(),
    );
    note(
        "usageLocation",
        before.usage_location.as_ref(),
        after.usage_location.as_ref(),
    );
    if before.properties != after.properties {
        for one in Property::all() {
            note(
                one.graph_name(),
                property(&before.properties, one),
                property(&after.properties, one),
            );
        }
    }
    let enabled = |object: &DirectoryObject| {
        Text::from(if object.account_enabled {
            "true"
        } else {
            "false"
        })
    };
    if before.is_live() {
        note(
            "accountEnabled",
            Some(&enabled(before)),
            Some(&enabled(after)),
        );
    }
    let addresses = |object: &DirectoryObject| {
        let mut all: Vec<Text> = object
            .proxy_addresses
            .iter()
            .map(|value| Text::from(value.as_str()))
            .collect();
        all.sort();
        all
    };
    let (from, to) = if before.proxy_addresses == after.proxy_addresses {
        (Vec::new(), Vec::new())
    } else {
        (addresses(before), addresses(after))
    };
    if from != to {
        all.push(Change {
            property: "proxyAddresses",
            from,
            to,
        });
    }
    let sent_before = before.on_premises.shadow.is_some();
    if told.managers || sent_before {
        all.extend(manager(before, after));
    }
    if told.members || sent_before {
        all.extend(members(before, after));
    }
    all
}

/// Who joins and who leaves a group, in numbers.
fn members(before: &DirectoryObject, after: &DirectoryObject) -> Option<Change> {
    if before.members == after.members {
        return None;
    }
    let set = |object: &DirectoryObject| object.members.iter().copied().collect::<BTreeSet<_>>();
    let (from, to) = (set(before), set(after));
    let (join, leave) = (to.difference(&from).count(), from.difference(&to).count());
    (join + leave > 0).then(|| Change {
        property: "members",
        from: vec![Text::from(format!("{} members", from.len()))],
        to: vec![Text::from(format!(
            "{} members: {join} join, {leave} leave",
            to.len()
        ))],
    })
}

/// Who is above somebody, without names: an account alone does not tell them.
fn manager(before: &DirectoryObject, after: &DirectoryObject) -> Option<Change> {
    let (from, to) = (before.extras().manager, after.extras().manager);
    let told = |who: Option<_>, words| who.map(|_| Text::from(words)).into_iter().collect();
    (from != to).then(|| Change {
        property: "manager",
        from: told(from, "a manager"),
        to: told(
            to,
            if from.is_some() {
                "another manager"
            } else {
                "a manager"
            },
        ),
    })
}

/// Addresses that are gone, and text properties that are emptied.
pub(crate) fn losses(before: &DirectoryObject, after: &DirectoryObject) -> Vec<Loss> {
    let keeps = |address: &str| {
        after
            .proxy_addresses
            .iter()
            .any(|value| eq_fold(value.address(), address))
    };
    let addresses = before
        .proxy_addresses
        .iter()
        .filter(|value| value.is_smtp() && !keeps(value.address()))
        .map(|value| Loss {
            property: "proxyAddresses",
            value: Text::from(value.as_str()),
        });
    let emptied = Property::all().filter_map(|one| {
        let had = property(&before.properties, one)?;
        property(&after.properties, one).is_none().then(|| Loss {
            property: one.graph_name(),
            value: had.clone(),
        })
    });
    addresses.chain(emptied).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;
    use mock_cloud::tenant::Kind;
    use mock_cloud::{CloudId, CloudKey, SourceAnchor, SyncObject};

    use super::*;

    const NOTHING: Told = Told {
        managers: false,
        members: false,
    };

    fn exported(kind: Kind) -> DirectoryObject {
        DirectoryObject::new(CloudId::from_bytes([1; 16]), kind, Timestamp::UNIX_EPOCH)
    }

    fn with(before: &DirectoryObject, manager: u32, members: &[u32]) -> DirectoryObject {
        let mut after = before.clone();
        after.change_extras(|extras| extras.manager = Some(CloudKey(manager)));
        after.members = members.iter().copied().map(CloudKey).collect();
        after
    }

    #[test]
    fn links_that_no_export_tells_are_none_that_change() {
        let before = exported(Kind::User);
        assert_eq!(changes(&before, &with(&before, 7, &[3]), NOTHING), []);
        let mut sent = before.clone();
        let anchor = SourceAnchor::from_text("x");
        sent.on_premises.shadow = Some(Arc::new(SyncObject::user(anchor, "ann@a.test")));
        let managers = Told {
            managers: true,
            ..NOTHING
        };
        for (before, told) in [(&sent, NOTHING), (&before, managers)] {
            let found = changes(before, &with(before, 7, &[]), told);
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].property, "manager");
            assert_eq!(found[0].to, ["a manager"]);
        }
        let lost = changes(&with(&before, 7, &[]), &before, managers);
        assert_eq!(lost.len(), 1, "one that was known is gone");
    }

    #[test]
    fn members_that_change_places_are_the_same_members() {
        let group = exported(Kind::Group {
            mail_enabled: false,
            security_enabled: true,
        });
        let told = Told {
            members: true,
            ..NOTHING
        };
        let of = |members: &[u32]| with(&group, 1, members);
        assert_eq!(changes(&of(&[1, 2]), &of(&[2, 1]), told), []);
        let found = changes(&of(&[1, 2]), &of(&[2, 3, 4]), told);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].from, ["2 members"]);
        assert_eq!(found[0].to, ["3 members: 2 join, 1 leave"]);
    }
}
