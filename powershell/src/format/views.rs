//! The default views of types.

use crate::value::Object;

/// A column of a view: its label, the property, its width and its alignment.
pub(crate) struct ViewColumn {
    /// What stands above it, and the property where that is not said.
    pub(crate) label: &'static str,
    /// The property.
    pub(crate) property: &'static str,
    /// Its width; 0 is what is left, or what is needed.
    pub(crate) width: usize,
    /// Whether it is aligned right.
    pub(crate) right: bool,
}

/// How objects of a type are shown.
pub(crate) struct View {
    /// The type.
    pub(crate) kind: &'static str,
    /// Whether it is a list.
    pub(crate) list: bool,
    /// Its columns or lines.
    pub(crate) columns: &'static [ViewColumn],
}

const fn column(label: &'static str, width: usize, right: bool) -> ViewColumn {
    ViewColumn {
        label,
        property: label,
        width,
        right,
    }
}

const fn plain(label: &'static str) -> ViewColumn {
    column(label, 0, false)
}

const fn list(kind: &'static str, columns: &'static [ViewColumn]) -> View {
    View {
        kind,
        list: true,
        columns,
    }
}

const fn table(kind: &'static str, columns: &'static [ViewColumn]) -> View {
    View {
        kind,
        list: false,
        columns,
    }
}

static VIEWS: &[View] = &[
    table(
        "Microsoft.Online.Administration.User",
        &[
            plain("UserPrincipalName"),
            plain("DisplayName"),
            plain("isLicensed"),
        ],
    ),
    table(
        "Microsoft.Online.Administration.Group",
        &[
            plain("ObjectId"),
            plain("DisplayName"),
            plain("GroupType"),
            plain("Description"),
        ],
    ),
    table(
        "Microsoft.Online.Administration.Domain",
        &[plain("Name"), plain("Status"), plain("Authentication")],
    ),
    table(
        "Microsoft.Open.AzureAD.Model.User",
        &[
            plain("ObjectId"),
            plain("DisplayName"),
            plain("UserPrincipalName"),
            plain("UserType"),
        ],
    ),
    table(
        "Microsoft.Open.AzureAD.Model.Group",
        &[
            plain("ObjectId"),
            plain("DisplayName"),
            plain("Description"),
        ],
    ),
    table(
        "Microsoft.Graph.PowerShell.Models.MicrosoftGraphUser",
        &[
            plain("DisplayName"),
            plain("Id"),
            plain("Mail"),
            plain("UserPrincipalName"),
        ],
    ),
    table(
        "Microsoft.Graph.PowerShell.Models.MicrosoftGraphGroup",
        &[
            plain("DisplayName"),
            plain("Id"),
            plain("MailNickname"),
            plain("Description"),
            plain("GroupTypes"),
        ],
    ),
    table(
        "Microsoft.Graph.PowerShell.Models.MicrosoftGraphDirectoryObject",
        &[plain("Id"), plain("DeletedDateTime")],
    ),
    table(
        "System.Collections.DictionaryEntry",
        &[column("Name", 30, false), plain("Value")],
    ),
    table("System.Guid", &[plain("Guid")]),
    table(
        "System.Version",
        &[
            column("Major", 6, false),
            column("Minor", 6, false),
            column("Build", 6, false),
            column("Revision", 8, false),
        ],
    ),
    list(
        "System.TimeSpan",
        &[
            plain("Days"),
            plain("Hours"),
            plain("Minutes"),
            plain("Seconds"),
            plain("Milliseconds"),
            plain("Ticks"),
            plain("TotalDays"),
            plain("TotalHours"),
            plain("TotalMinutes"),
            plain("TotalSeconds"),
            plain("TotalMilliseconds"),
        ],
    ),
    table(
        "System.RuntimeType",
        &[
            column("IsPublic", 8, false),
            ViewColumn {
                label: "IsSerial",
                property: "IsSerializable",
                width: 8,
                right: false,
            },
            column("Name", 40, false),
            plain("BaseType"),
        ],
    ),
    table(
        "System.IO.FileInfo",
        &[
            column("Mode", 7, false),
            column("LastWriteTime", 25, true),
            column("Length", 14, true),
            plain("Name"),
        ],
    ),
    table(
        "System.Management.Automation.PSVariable",
        &[column("Name", 30, false), plain("Value")],
    ),
    table(
        "System.Management.Automation.CommandInfo",
        &[
            column("CommandType", 15, false),
            column("Name", 50, false),
            column("Version", 10, false),
            plain("Source"),
        ],
    ),
    table(
        "System.Management.Automation.PSModuleInfo",
        &[
            column("ModuleType", 10, false),
            column("Version", 10, false),
            column("Name", 35, false),
            plain("ExportedCommands"),
        ],
    ),
    table(
        "Microsoft.PowerShell.Commands.GroupInfo",
        &[
            column("Count", 5, true),
            column("Name", 25, false),
            plain("Group"),
        ],
    ),
    table(
        "System.Management.Automation.Runspaces.PSSession",
        &[
            column("Id", 3, true),
            column("Name", 15, false),
            column("ComputerName", 15, false),
            column("ComputerType", 15, false),
            column("State", 13, false),
            column("ConfigurationName", 21, false),
            column("Availability", 13, true),
        ],
    ),
    table(
        "System.Management.Automation.PSCredential",
        &[column("UserName", 50, true), plain("Password")],
    ),
    table(
        "Microsoft.PowerShell.Commands.MemberDefinition",
        &[plain("Name"), plain("MemberType"), plain("Definition")],
    ),
    table(
        "Microsoft.PowerShell.Commands.HistoryInfo",
        &[column("Id", 4, true), plain("CommandLine")],
    ),
];

/// The view of an object, by the first of its types that has one.
pub(crate) fn of(object: &Object) -> Option<&'static View> {
    let names = object.type_names();
    // What Select-Object made has the properties it has.
    if names.first().is_some_and(|it| it.starts_with("Selected.")) {
        return None;
    }
    names.iter().find_map(|it| named(it))
}

/// The view of a type.
pub(crate) fn named(kind: &str) -> Option<&'static View> {
    let kind = if kind == "System.IO.DirectoryInfo" {
        "System.IO.FileInfo"
    } else {
        kind
    };
    VIEWS.iter().find(|it| it.kind == kind)
}
