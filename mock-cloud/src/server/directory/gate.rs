//! Permissions: which token may do what, where that is checked at all.

use super::super::problem::Problem;
use super::super::service::Identity;
use super::Exchange;
use crate::CloudKey;

/// Roles that may change sensitive properties of administrators.
const PRIVILEGED: [&str; 2] = [
    "Global Administrator",
    "Privileged Authentication Administrator",
];
/// Properties that are sensitive on administrators, and the actions that are (Microsoft's "Who can
/// perform sensitive actions").
const SENSITIVE: [&str; 10] = [
    "accountEnabled",
    "businessPhones",
    "mobilePhone",
    "onPremisesImmutableId",
    "otherMails",
    "passwordProfile",
    "userPrincipalName",
    "delete",
    "restore",
    "passwordMethod",
];

/// The roles of which a signed-in user holds one to write, by display name: those that the
/// documentation of the operations lists, as far as they exist here. A role with less than that
/// reads.
fn roles_to_write(names: &[&str]) -> &'static [&'static str] {
    let second = names.get(1).copied().unwrap_or_default();
    let last = names.last().copied().unwrap_or_default();
    match names.first().copied().unwrap_or_default() {
        _ if last == "onpremisessyncbehavior" => {
            &["Global Administrator", "Hybrid Identity Administrator"]
        }
        "users" if last == "assignlicense" => &[
            "Global Administrator",
            "License Administrator",
            "User Administrator",
        ],
        "users" => &[
            "Global Administrator",
            "Privileged Authentication Administrator",
            "User Administrator",
        ],
        "groups" => &[
            "Global Administrator",
            "Groups Administrator",
            "User Administrator",
        ],
        "directory" if second == "deleteditems" => &[
            "Global Administrator",
            "Groups Administrator",
            "Privileged Authentication Administrator",
            "User Administrator",
        ],
        "directoryroles" | "rolemanagement" => {
            &["Global Administrator", "Privileged Role Administrator"]
        }
        "domains" => &["Domain Name Administrator", "Global Administrator"],
        _ => &["Global Administrator"],
    }
}

/// The permissions of which one is needed to write.
fn needed_to_write(names: &[&str]) -> &'static [&'static str] {
    let second = names.get(1).copied().unwrap_or_default();
    let last = names.last().copied().unwrap_or_default();
    match names.first().copied().unwrap_or_default() {
        "users" if last == "onpremisessyncbehavior" => {
            &["User-OnPremisesSyncBehavior.ReadWrite.All"]
        }
        "groups" if last == "onpremisessyncbehavior" => {
            &["Group-OnPremisesSyncBehavior.ReadWrite.All"]
        }
        "contacts" if last == "onpremisessyncbehavior" => {
            &["Contacts-OnPremisesSyncBehavior.ReadWrite.All"]
        }
        "users" if last == "assignlicense" => &[
            "LicenseAssignment.ReadWrite.All",
            "User.ReadWrite.All",
            "Directory.ReadWrite.All",
        ],
        "users" | "me" => &["User.ReadWrite.All", "Directory.ReadWrite.All"],
        "groups" => &[
            "Group.ReadWrite.All",
            "GroupMember.ReadWrite.All",
            "Group.Create",
            "Directory.ReadWrite.All",
        ],
        "directory" if second == "deleteditems" => &[
            "User.DeleteRestore.All",
            "User.ReadWrite.All",
            "Group.ReadWrite.All",
            "Directory.ReadWrite.All",
        ],
        "directory" => &["OnPremDirectorySynchronization.ReadWrite.All"],
        "directoryroles" | "rolemanagement" | "directoryroletemplates" => {
            &["RoleManagement.ReadWrite.Directory"]
        }
        "domains" => &["Domain.ReadWrite.All"],
        "organization" => &["Organization.ReadWrite.All"],
        "subscribedskus" => &[
            "LicenseAssignment.Read.All",
            "Organization.Read.All",
            "Organization.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
        _ => &["Directory.ReadWrite.All"],
    }
}

/// The permissions of which one is needed to read.
fn needed_to_read(names: &[&str]) -> &'static [&'static str] {
    let second = names.get(1).copied().unwrap_or_default();
    match names.first().copied().unwrap_or_default() {
        "me" => &[
            "User.Read",
            "User.ReadWrite",
            "User.Read.All",
            "User.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
        "users" => &[
            "User.Read.All",
            "User.ReadWrite.All",
            "User.ReadBasic.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
        "groups" => &[
            "GroupMember.Read.All",
            "GroupMember.ReadWrite.All",
            "Group.Read.All",
            "Group.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
        "devices" => &[
            "Device.Read.All",
            "Device.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
        "contacts" => &[
            "OrgContact.Read.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
        "directory" if second == "deleteditems" => &[
            "User.Read.All",
            "User.ReadWrite.All",
            "User.DeleteRestore.All",
            "Group.Read.All",
            "Group.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
        "directory" => &[
            "OnPremDirectorySynchronization.Read.All",
            "OnPremDirectorySynchronization.ReadWrite.All",
        ],
        "directoryroles" | "rolemanagement" | "directoryroletemplates" => &[
            "RoleManagement.Read.Directory",
            "RoleManagement.ReadWrite.Directory",
            "RoleManagement.Read.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
        "domains" => &[
            "Domain.Read.All",
            "Domain.ReadWrite.All",
            "Directory.Read.All",
        ],
        "organization" => &[
            "Organization.Read.All",
            "Organization.ReadWrite.All",
            "User.Read",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
        "subscribedskus" => &[
            "LicenseAssignment.Read.All",
            "Organization.Read.All",
            "Organization.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
        _ => &["Directory.Read.All", "Directory.ReadWrite.All"],
    }
}

impl Exchange<'_> {
    /// Whether the token may do this at all.
    pub(super) fn check_permission(&self, names: &[&str]) -> Result<(), Problem> {
        if !self.service.settings.permissions {
            return Ok(());
        }
        let is_write = self.path.is_write(self.method());
        let needed = if is_write {
            needed_to_write(names)
        } else {
            needed_to_read(names)
        };
        match &self.identity {
            Identity::Anybody => Ok(()),
            Identity::Application { roles, .. } => {
                // Documented as not supported for applications.
                let is_settings = names.get(1) == Some(&"onpremisessynchronization");
                let has = needed.iter().any(|one| roles.contains(*one));
                if has && !(is_write && is_settings) {
                    Ok(())
                } else {
                    Err(Problem::denied())
                }
            }
            Identity::User { user, scopes, .. } => {
                let has = needed.iter().any(|one| scopes.contains(*one))
                    || scopes.contains("Directory.AccessAsUser.All");
                let own = names.first() == Some(&"me");
                let may = !is_write || own || self.holds(*user, roles_to_write(names));
                if has && may {
                    Ok(())
                } else {
                    Err(Problem::denied())
                }
            }
        }
    }

    /// Whether the token may do something sensitive to an object: on an administrator, only the
    /// most privileged may.
    pub(super) fn check_sensitive<'a>(
        &self,
        target: CloudKey,
        mut what: impl Iterator<Item = &'a str>,
    ) -> Result<(), Problem> {
        if !self.service.settings.permissions {
            return Ok(());
        }
        let is_administrator = self.host.tenant().roles.is_administrator(target);
        if !is_administrator || !what.any(|name| SENSITIVE.contains(&name)) {
            return Ok(());
        }
        match &self.identity {
            Identity::Anybody => Ok(()),
            Identity::User { user, .. } if self.holds(*user, &PRIVILEGED) => Ok(()),
            Identity::User { .. } | Identity::Application { .. } => Err(Problem::denied()),
        }
    }

    /// Whether the token is the user's own, where permissions are checked at all: nobody else
    /// changes a password by saying what it is.
    pub(super) fn check_own(&self, target: CloudKey) -> Result<(), Problem> {
        let is_own = match &self.identity {
            Identity::Anybody => true,
            Identity::User { user, .. } => *user == target,
            Identity::Application { .. } => false,
        };
        if is_own || !self.service.settings.permissions {
            Ok(())
        } else {
            Err(Problem::denied())
        }
    }

    fn holds(&self, user: CloudKey, wanted: &[&str]) -> bool {
        let held = self.host.tenant().roles.held(user);
        held.iter().any(|role| wanted.contains(&role.0.as_str()))
    }
}
