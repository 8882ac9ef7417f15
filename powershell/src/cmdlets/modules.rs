//! Modules, commands and help.

use crate::command::{Call, Command, Parameter};
use crate::error::{Category, ErrorRecord, Outcome};
use crate::value::{Object, Value};

use super::common::{self, like};
use super::output::Nothing;
use super::{CORE, UTILITY, declare, simple};

/// Modules that are simulated, or whose absence would only be in the way.
pub const KNOWN_MODULES: &[&str] = &[
    "ActiveDirectory",
    "MSOnline",
    "AzureAD",
    "AzureADPreview",
    "ADSync",
    "ADSyncTools",
    "ADSyncConfig",
    "DirSync",
    "ExchangeOnlineManagement",
    "Microsoft.Graph",
    "Microsoft.Graph.Authentication",
    "Microsoft.Graph.Users",
    "Microsoft.Graph.Groups",
    "Microsoft.Graph.Beta",
    "Microsoft.Graph.Beta.Users",
    "Microsoft.Graph.Users.Actions",
    "Microsoft.Graph.Identity.DirectoryManagement",
    "Microsoft.Entra",
    "Microsoft.Entra.Users",
    "Microsoft.PowerShell.Utility",
    "Microsoft.PowerShell.Management",
    "PowerShellGet",
    "Microsoft.PowerShell.Security",
    "PackageManagement",
    "NuGet",
];

/// Whether a module is one of those, without case.
pub fn is_known_module(name: &str) -> bool {
    let bare = name.rsplit(['\\', '/']).next().unwrap_or(name);
    let bare = bare
        .strip_suffix(".psd1")
        .or_else(|| bare.strip_suffix(".psm1"))
        .unwrap_or(bare);
    KNOWN_MODULES.iter().any(|it| it.eq_ignore_ascii_case(bare))
}

fn any() -> Vec<Parameter> {
    let switches = [
        "Force",
        "AllowClobber",
        "ListAvailable",
        "DisableNameChecking",
        "Global",
        "PassThru",
        "SkipPublisherCheck",
        "AcceptLicense",
        "AllowPrerelease",
        "Refresh",
        "All",
        "UseWindowsPowerShell",
        "SkipEditionCheck",
        "AllVersions",
        "ForceBootstrap",
        "Online",
        "NoClobber",
        "IncludeDependencies",
        "Registered",
    ];
    let texts = [
        "Scope",
        "RequiredVersion",
        "MinimumVersion",
        "MaximumVersion",
        "Repository",
        "Prefix",
        "Version",
        "InstallationPolicy",
        "SourceLocation",
        "ProviderName",
        "Source",
    ];
    let objects = [
        "FullyQualifiedName",
        "PSSession",
        "Session",
        "Function",
        "Cmdlet",
        "Variable",
        "Alias",
        "ArgumentList",
        "Credential",
    ];
    let mut all = vec![Parameter::texts("Name").at(0).piped().piped_by_name()];
    all.extend(switches.iter().map(|it| Parameter::switch(it)));
    all.extend(texts.iter().map(|it| Parameter::text(it)));
    all.extend(objects.iter().map(|it| Parameter::object(it)));
    all
}

pub(crate) fn commands() -> Vec<Command> {
    let nothing = |name: &'static str, synopsis: &str| {
        declare(name, CORE, synopsis, any(), || Box::new(Nothing))
    };
    let mut all = vec![
        simple("Import-Module", CORE, "Loads a module.", any(), import),
        simple(
            "Install-Module",
            "PowerShellGet",
            "Installs a module.",
            any(),
            install,
        ),
        simple(
            "Get-Module",
            CORE,
            "Modules that are loaded or there.",
            any(),
            get,
        ),
        simple(
            "Get-InstalledModule",
            "PowerShellGet",
            "Modules that are installed.",
            any(),
            get,
        ),
        simple("Find-Module", "PowerShellGet", "Finds modules.", any(), get),
        nothing("Remove-Module", "Unloads a module."),
        nothing(
            "Export-ModuleMember",
            "Says what a module offers: everything, here.",
        ),
        nothing("Update-Module", "Updates a module."),
        nothing("Uninstall-Module", "Removes a module."),
        nothing("Install-PackageProvider", "Installs a package provider."),
        nothing("Set-PSRepository", "Changes a repository."),
        nothing("Add-PSSnapin", "Adds a snap-in."),
        nothing("Remove-PSSnapin", "Removes a snap-in."),
        nothing("Get-PSSnapin", "Snap-ins that are there."),
    ];
    all.extend(more());
    all
}

fn more() -> Vec<Command> {
    let nothing = |name: &'static str, synopsis: &str| {
        declare(name, CORE, synopsis, any(), || Box::new(Nothing))
    };
    vec![
        nothing("Add-WindowsCapability", "Adds a capability of Windows."),
        simple(
            "Get-PackageProvider",
            "PackageManagement",
            "Package providers.",
            any(),
            provider,
        ),
        simple(
            "Get-PSRepository",
            "PowerShellGet",
            "Repositories.",
            any(),
            repository,
        ),
        simple(
            "Get-Command",
            CORE,
            "Commands that are there.",
            {
                let mut all = any();
                all.extend([
                    Parameter::texts("Module"),
                    Parameter::texts("Verb"),
                    Parameter::texts("Noun"),
                    Parameter::object("CommandType"),
                ]);
                all
            },
            get_command,
        ),
        simple(
            "Get-Help",
            CORE,
            "Help on a command.",
            vec![
                Parameter::text("Name").at(0),
                Parameter::switch("Full"),
                Parameter::switch("Examples"),
                Parameter::switch("Detailed"),
                Parameter::switch("Online"),
                Parameter::text("Parameter"),
            ],
            get_help,
        ),
        declare(
            "Clear-Host",
            CORE,
            "Clears the console.",
            Vec::new(),
            || Box::new(Nothing),
        ),
        simple("Get-Host", UTILITY, "The console.", Vec::new(), |call| {
            call.write(common::object(
                "System.Management.Automation.Internal.Host.InternalHost",
                vec![
                    ("Name", Value::text("ConsoleHost")),
                    ("Version", Value::Version([5, 1, 17763, 1])),
                ],
            ))
        }),
        simple("Get-Culture", UTILITY, "The culture.", Vec::new(), |call| {
            call.write(
                crate::types::static_member("System.Globalization.CultureInfo", "CurrentCulture")
                    .unwrap_or_default(),
            )
        }),
    ]
}

fn import(call: &mut dyn Call) -> Outcome {
    for name in common::texts(call, "Name") {
        if is_known_module(&name) || common::is_pattern(&name) || name.starts_with("tmp_") {
            continue;
        }
        let message = format!(
            "The specified module '{name}' was not loaded because no valid module file was \
            found in any \
             module directory."
        );
        let record = ErrorRecord::new(
            message,
            "System.IO.FileNotFoundException",
            "Modules_ModuleNotFound",
            Category::ResourceUnavailable,
        );
        call.error(record.about(Value::from(name)))?;
    }
    Ok(())
}

fn install(call: &mut dyn Call) -> Outcome {
    for name in common::texts(call, "Name") {
        if !is_known_module(&name) {
            let message = format!(
                "No match was found for the specified search criteria and module name '{name}'. \
                Try \
                 Get-PSRepository to see all available registered module repositories."
            );
            let record = ErrorRecord::new(
                message,
                "System.Exception",
                "NoMatchFoundForCriteria",
                Category::ObjectNotFound,
            );
            call.error(record)?;
        }
    }
    Ok(())
}

fn get(call: &mut dyn Call) -> Outcome {
    let wanted = common::texts(call, "Name");
    if wanted.is_empty() && !call.switch("ListAvailable") {
        return Ok(());
    }
    for name in KNOWN_MODULES {
        if !wanted.is_empty() && !wanted.iter().any(|it| like(it, name)) {
            continue;
        }
        let members = [
            ("ModuleType", Value::text("Manifest")),
            ("Version", Value::Version([2, 0, 0, -1])),
            ("Name", Value::text(name)),
            (
                "ExportedCommands",
                Value::Table(crate::value::Table::new(false)),
            ),
        ];
        let kinds = ["System.Management.Automation.PSModuleInfo", "System.Object"];
        call.write(Value::Object(Object::typed(&kinds, members, Some(name))))?;
    }
    Ok(())
}

fn provider(call: &mut dyn Call) -> Outcome {
    call.write(Value::Object(Object::custom([
        ("Name", Value::text("NuGet")),
        ("Version", Value::Version([2, 8, 5, 208])),
    ])))
}

fn repository(call: &mut dyn Call) -> Outcome {
    call.write(Value::Object(Object::custom([
        ("Name", Value::text("PSGallery")),
        ("InstallationPolicy", Value::text("Trusted")),
        (
            "SourceLocation",
            Value::text("https://www.powershellgallery.com/api/v2"),
        ),
    ])))
}

fn get_command(call: &mut dyn Call) -> Outcome {
    let wanted = common::texts(call, "Name");
    let modules = call.modules();
    for name in &wanted {
        let exact = !common::is_pattern(name);
        if exact && !modules.iter().any(|it| it.find(name).is_some()) {
            let record = ErrorRecord::new(
                format!(
                    "The term '{name}' is not recognized as the name of a cmdlet, function, \
                    script file, \
                     or operable program. Check the spelling of the name, or if a path was \
                     included, \
                     verify that the path is correct and try again."
                ),
                "System.Management.Automation.CommandNotFoundException",
                "CommandNotFoundException",
                Category::ObjectNotFound,
            );
            call.error(record.about(Value::text(name)))?;
        }
    }
    let (from, verbs, nouns) = (
        common::texts(call, "Module"),
        common::texts(call, "Verb"),
        common::texts(call, "Noun"),
    );
    let fits =
        |all: &[String], it: &str| all.is_empty() || all.iter().any(|pattern| like(pattern, it));
    for module in &modules {
        for name in module.names() {
            let Some(command) = module.find(&name) else {
                continue;
            };
            let (verb, noun) = name.split_once('-').unwrap_or((&name, ""));
            if fits(&wanted, &name)
                && fits(&from, &command.module)
                && fits(&verbs, verb)
                && fits(&nouns, noun)
            {
                let members = [
                    ("CommandType", Value::text("Cmdlet")),
                    ("Name", Value::text(&name)),
                    ("Version", Value::text("3.1.0.0")),
                    ("Source", Value::text(&command.module)),
                    ("ModuleName", Value::text(&command.module)),
                ];
                let kinds = [
                    "System.Management.Automation.CmdletInfo",
                    "System.Management.Automation.CommandInfo",
                    "System.Object",
                ];
                call.write(Value::Object(Object::typed(&kinds, members, Some(&name))))?;
            }
        }
    }
    Ok(())
}

fn get_help(call: &mut dyn Call) -> Outcome {
    let name = common::text(call, "Name").unwrap_or_default();
    let found = call.modules().iter().find_map(|it| it.find(&name));
    let Some(command) = found else {
        let record = ErrorRecord::new(
            format!("Get-Help could not find {name} in a help file in this session."),
            "Microsoft.PowerShell.Commands.HelpNotFoundException",
            "HelpNotFound",
            Category::ResourceUnavailable,
        );
        return call.error(record);
    };
    let mut text = format!(
        "\nNAME\n    {}\n\nSYNOPSIS\n    {}\n\nSYNTAX\n    {}",
        command.name, command.synopsis, command.name
    );
    for parameter in &command.parameters {
        let kind = parameter
            .kind
            .rsplit('.')
            .next()
            .unwrap_or_default()
            .to_lowercase();
        let value = if parameter.is_switch() {
            String::new()
        } else {
            format!(" <{kind}>")
        };
        let part = format!("-{}{value}", parameter.name);
        let part = if parameter.mandatory {
            part
        } else {
            format!("[{part}]")
        };
        text = format!("{text} {part}");
    }
    call.write(Value::from(format!("{text} [<CommonParameters>]\n")))
}
