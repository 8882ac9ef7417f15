//! The difference that a synchronisation makes to one account.

use mock_cloud::sync_object::property;
use mock_cloud::{DirectoryObject, Property};
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

/// All differences, in a fixed order of properties.
pub(crate) fn changes(before: &DirectoryObject, after: &DirectoryObject) -> Vec<Change> {
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
    all.extend(manager(before, after));
    if before.members != after.members {
        let count = |object: &DirectoryObject| {
            vec![Text::from(format!("{} members", object.members.len()))]
        };
        all.push(Change {
            property: "members",
            from: count(before),
            to: count(after),
        });
    }
    all
}

/// Who is above somebody, without names: an account alone does not tell them.
fn manager(before: &DirectoryObject, after: &DirectoryObject) -> Option<Change> {
    let (from, to) = (before.extras().manager, after.extras().manager);
    // An export of a tenant tells no managers. Of an account that nothing was sent to here, one
    // that is not known is none that is missing.
    if from.is_none() && before.on_premises.shadow.is_none() {
        return None;
    }
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

    #[test]
    fn a_manager_that_no_export_tells_is_none_that_changes() {
        let id = CloudId::from_bytes([1; 16]);
        let exported = DirectoryObject::new(id, Kind::User, Timestamp::UNIX_EPOCH);
        let managed = |before: &DirectoryObject| {
            let mut after = before.clone();
            after.change_extras(|extras| extras.manager = Some(CloudKey(7)));
            after
        };
        assert_eq!(changes(&exported, &managed(&exported)), []);
        let mut sent = exported.clone();
        let anchor = SourceAnchor::from_text("x");
        sent.on_premises.shadow = Some(Arc::new(SyncObject::user(anchor, "ann@a.test")));
        let found = changes(&sent, &managed(&sent));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].property, "manager");
        assert_eq!(found[0].to, ["a manager"]);
        let lost = changes(&managed(&exported), &exported);
        assert_eq!(lost.len(), 1, "one that was known is gone");
    }
}
