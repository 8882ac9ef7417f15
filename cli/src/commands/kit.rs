//! `kit`: the commands that export what `import` needs.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};

use crate::capture::read::{GROUP, USER};
use crate::exit::Exit;
use crate::report;

/// Print the commands that export everything `import` needs, to copy and paste.
///
/// They read only. Where a command line ends in a backtick, PowerShell goes on in the next.
#[derive(Debug, Args)]
pub(crate) struct Kit {
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// The domain, as a distinguished name.
    #[arg(long, value_name = "DN", default_value = "DC=contoso,DC=com")]
    domain: mock_ad::directory::Dn,
}

/// How to print the commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: what to run where, and why.
    Human,
    /// One PowerShell script that stops at the first error.
    Ps1,
}

/// A group of commands that run in one place.
struct Section {
    /// Where, and with which rights.
    place: &'static str,
    /// Why it matters, and the command.
    commands: Vec<(&'static str, String)>,
}

impl Kit {
    pub(super) fn run(&self) -> Exit {
        let sections = sections(&self.domain.to_string());
        report::print(&match self.format {
            Format::Human => human(&sections),
            Format::Ps1 => script(&sections),
        });
        Exit::Success
    }
}

fn sections(domain: &str) -> Vec<Section> {
    let filter = "(|(objectCategory=person)(objectClass=group)(objectClass=contact)\
                  (objectClass=organizationalUnit)(objectClass=domainDNS))";
    vec![
        Section {
            place: "on a domain controller, or any member server with RSAT (a plain user may read)",
            commands: vec![(
                "users, groups, contacts, with anchors and addresses",
                format!("ldifde -f ad.ldf -u -d \"{domain}\" -r \"{filter}\""),
            )],
        },
        Section {
            place: "on a workstation with the Microsoft.Graph module",
            commands: of_tenant(),
        },
        Section {
            place: "on the sync server (optional: its own rules and scope)",
            commands: vec![(
                "the configuration",
                "Get-ADSyncServerConfiguration -Path .\\adsync".to_owned(),
            )],
        },
    ]
}

/// What exports the tenant.
fn of_tenant() -> Vec<(&'static str, String)> {
    let graph = |path: &str, file: &str| {
        format!("Invoke-MgGraphRequest -Method GET -Uri '/v1.0{path}' -OutputFilePath {file}")
    };
    // `-InputObject @(...)` gives a list also of one object or of none.
    let json = |objects: &str, file: &str| {
        format!(
            "ConvertTo-Json -Depth 6 -InputObject @({objects}) | Set-Content -Encoding utf8 {file}"
        )
    };
    let list = |command: &str, properties: &str, file: &str| {
        json(&format!("{command} -All -Property '{properties}'"), file)
    };
    vec![
        (
            "sign in, to read only",
            "New-Item -ItemType Directory -Force cloud | Out-Null\nConnect-MgGraph -Scopes \
                     'Directory.Read.All','OrgContact.Read.All',\
                     'OnPremDirectorySynchronization.Read.All','RoleManagement.Read.Directory'"
                .to_owned(),
        ),
        ("the accounts", list("Get-MgUser", USER, "cloud/users.json")),
        (
            "addresses that groups own",
            list("Get-MgGroup", GROUP, "cloud/groups.json"),
        ),
        (
            "addresses that contacts own",
            json("Get-MgContact -All", "cloud/contacts.json"),
        ),
        (
            "the recycle bin, from which accounts come back",
            list(
                "Get-MgDirectoryDeletedItemAsUser",
                USER,
                "cloud/deleted.json",
            ),
        ),
        (
            "administrators, who are never soft-matched",
            json(
                "Get-MgDirectoryRole -All | ForEach-Object {\n  @{ displayName = \
                         $_.DisplayName; members = @(Get-MgDirectoryRoleMember -All \
                         -DirectoryRoleId $_.Id |\n    Select-Object Id) } }",
                "cloud/roles.json",
            ),
        ),
        (
            "who may activate a role (a tenant with Entra ID P2)",
            json(
                "Get-MgRoleManagementDirectoryRoleEligibilitySchedule -All -ExpandProperty \
                         RoleDefinition |\n  Select-Object PrincipalId, RoleDefinitionId, \
                         RoleDefinition",
                "cloud/eligible-roles.json",
            ),
        ),
        (
            "which object has taken an account (the Microsoft.Graph.Beta.Users module)",
            list(
                "Get-MgBetaUser",
                "id,onPremisesObjectIdentifier",
                "cloud/identifiers.json",
            ),
        ),
        (
            "who is in which group",
            json(
                "Get-MgGroup -All -Property id | ForEach-Object {\n  @{ id = $_.Id; \
                         members = @(Get-MgGroupMember -All -GroupId $_.Id |\n    Select-Object \
                         Id) } }",
                "cloud/members.json",
            ),
        ),
        (
            "who is whose manager",
            json(
                "Get-MgUser -All -Property id -ExpandProperty 'manager($select=id)' |\n  \
                         Select-Object Id, Manager",
                "cloud/managers.json",
            ),
        ),
        (
            "which UPN suffixes are verified",
            graph("/domains", "cloud/domains.json"),
        ),
        (
            "the last synchronisation",
            graph("/organization", "cloud/organization.json"),
        ),
        (
            "the tenant's feature flags",
            graph(
                "/directory/onPremisesSynchronization",
                "cloud/features.json",
            ),
        ),
    ]
}

const NEXT: &str = "dirsync-lab import --ad ad.ldf --cloud cloud -o snapshot";
const MORE: &str =
    "`--config adsync` takes the configuration, `--pseudonymise KEY` hides all names";

fn human(sections: &[Section]) -> String {
    let mut text = String::from("What `dirsync-lab import` needs. Everything here only reads.\n");
    for section in sections {
        let _ = write!(text, "\n{}\n", capital(section.place));
        for (why, command) in &section.commands {
            let _ = write!(text, "\n  # {why}\n");
            for line in command.lines() {
                let _ = writeln!(text, "  {line}");
            }
        }
    }
    let _ = write!(text, "\nThen\n\n  {NEXT}\n\n{MORE}.\n");
    text.push_str(
        "Without these cmdlets, `dirsync-lab capture ad` and `dirsync-lab capture cloud` read both \
         sides.
",
    );
    text
}

fn script(sections: &[Section]) -> String {
    let mut text = String::from(
        "# Exports what dirsync-lab import needs. Everything here only reads.\n\
         # Each part runs where its heading says; split the file if no machine can do all.\n\
         Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n",
    );
    for section in sections {
        let _ = write!(text, "\n# {}\n", capital(section.place));
        for (why, command) in &section.commands {
            let _ = write!(text, "\n# {why}\n{command}\n");
        }
    }
    let _ = write!(text, "\n# Then: {NEXT}\n# {MORE}.\n");
    text
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters
        .next()
        .map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + characters.as_str()
}
