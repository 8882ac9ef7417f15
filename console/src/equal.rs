//! What an action equals: the PowerShell that an administrator would type, the Graph call, the
//! command of this program.

mod cloud;

use host::Entry;
use jiff::SignedDuration;
use maud::{Markup, html};
use mock_ad::directory::{
    AttributeId, Directory, Dn, ForestSetting, Modification, ObjectId, Operation, Value,
};
use sim::engine::CyclePolicy;
use sim::manager::connector_name;
use sim::rehearse::Happening;
use sim::scenario::value::Duration;
use sim::world::{Action, AdChange, EngineChange, World};

use crate::runs::profile_name;
use crate::scene::Scene;

/// The same in other tools; empty where a tool has nothing for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Equal {
    /// PowerShell.
    pub(crate) powershell: String,
    /// The request of Microsoft Graph.
    pub(crate) graph: String,
    /// This program.
    pub(crate) command: String,
}

impl Equal {
    fn powershell(text: String) -> Self {
        Self {
            powershell: text,
            ..Self::default()
        }
    }

    fn command(text: impl Into<String>) -> Self {
        Self {
            command: text.into(),
            ..Self::default()
        }
    }

    fn and_command(mut self, text: impl Into<String>) -> Self {
        self.command = text.into();
        self
    }
}

/// What an entry of the journal equals.
pub(crate) fn entry(scene: &Scene<'_>, entry: &Entry) -> Equal {
    match &entry.happening {
        Happening::Act(action) => {
            let before = (entry.number as usize).checked_sub(1);
            let world = before.and_then(|entries| scene.lab.world_after(entries));
            world.map_or_else(Equal::default, |world| of(&world, action))
        }
        Happening::Reset => Equal::command("dirsync-lab reset"),
        Happening::Save(name) => Equal::command(format!("dirsync-lab snapshot save {name}")),
        Happening::Restore(name) => Equal::command(format!("dirsync-lab snapshot restore {name}")),
        Happening::Conduct(conduct) => Equal::command(host::conduct_commands(conduct).join("; ")),
    }
}

/// What an action equals, on the world as it is before.
pub(crate) fn of(world: &World, action: &Action) -> Equal {
    match action {
        Action::Ad { forest, change } => {
            let directory = world.forests().get(*forest);
            Equal::powershell(directory.map_or_else(String::new, |it| ad(it, change)))
        }
        Action::Cloud(change) => cloud::of(world, change),
        Action::Run { connector, step } => Equal::powershell(format!(
            "Invoke-ADSyncRunProfile -ConnectorName {} -RunProfileName {}",
            quoted(&connector_name(world, *connector)),
            quoted(profile_name(*step))
        ))
        .and_command(format!(
            "dirsync-lab engine run {} {}",
            connector.address(),
            step.name()
        )),
        Action::BrokenExport(objects) => {
            let wizard = "# the connection breaks while the export runs";
            Equal::powershell(wizard.to_owned()).and_command(format!(
                "dirsync-lab engine run entra export --broken-after {objects}"
            ))
        }
        Action::Cycle(CyclePolicy::Delta) => {
            Equal::powershell("Start-ADSyncSyncCycle -PolicyType Delta".to_owned())
                .and_command("dirsync-lab sync delta")
        }
        Action::Cycle(CyclePolicy::Initial) => {
            Equal::powershell("Start-ADSyncSyncCycle -PolicyType Initial".to_owned())
                .and_command("dirsync-lab sync initial")
        }
        Action::Advance(length) => {
            Equal::command(format!("dirsync-lab clock advance {}", written(*length)))
        }
        Action::Configure(change) => configure(world, change),
    }
}

fn written(length: SignedDuration) -> String {
    Duration::from_secs(u64::try_from(length.as_secs()).unwrap_or_default()).to_string()
}

fn configure(world: &World, change: &EngineChange) -> Equal {
    let (powershell, command) = match change {
        EngineChange::Scope(forest, scope) => {
            let manager = "# Synchronization Service Manager, Connectors, Properties, Configure \
                           Directory Partitions, Containers";
            let name = |dn: &Dn| quoted(&dn.to_string());
            let mut words = vec!["--scope".to_owned()];
            words.extend(scope.include.iter().map(name));
            if !scope.exclude.is_empty() {
                words.push("--exclude".to_owned());
                words.extend(scope.exclude.iter().map(name));
            }
            let known = world.engine().config().scopes.get(*forest);
            let pilot = known.is_some_and(|known| known.group.is_some());
            if scope.group.is_some() || pilot {
                words.push("--group".to_owned());
                words.push(
                    scope
                        .group
                        .as_ref()
                        .map_or_else(|| "everybody".to_owned(), name),
                );
            }
            if world.forests().len() > 1 {
                words.push(format!("--forest {forest}"));
            }
            let command = words.join(" ");
            (manager.to_owned(), command)
        }
        EngineChange::Staging(on) => (
            "# Microsoft Entra Connect wizard, Configure staging mode".to_owned(),
            format!("--staging {}", if *on { "on" } else { "off" }),
        ),
        EngineChange::DeletionThreshold(None) => (
            "Disable-ADSyncExportDeletionThreshold".to_owned(),
            "--deletion-threshold off".to_owned(),
        ),
        EngineChange::DeletionThreshold(Some(count)) => (
            format!("Enable-ADSyncExportDeletionThreshold -DeletionThreshold {count}"),
            format!("--deletion-threshold {count}"),
        ),
        EngineChange::Schedule(None) => (
            "Set-ADSyncScheduler -SyncCycleEnabled $false".to_owned(),
            "--schedule off".to_owned(),
        ),
        EngineChange::Schedule(Some(length)) => (scheduled(*length), {
            let length = written(*length);
            format!("--schedule {length}")
        }),
        EngineChange::Anchor(attribute) => (
            "# Microsoft Entra Connect wizard, chosen when the engine is installed".to_owned(),
            format!("--anchor {}", attribute.name()),
        ),
        EngineChange::Condition(..) => {
            return Equal::powershell(
                "# the account, the network or the domain controllers of a connector".to_owned(),
            );
        }
        EngineChange::Readable(..) => {
            return Equal::powershell(
                "# permissions of the connector's account on the object".to_owned(),
            );
        }
        EngineChange::Rules(_) => {
            return Equal::powershell(
                "# Synchronization Rules Editor, or Add-ADSyncRule".to_owned(),
            );
        }
    };
    Equal::powershell(powershell).and_command(format!("dirsync-lab engine set {command}"))
}

fn scheduled(length: SignedDuration) -> String {
    let seconds = length.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let days = if days > 0 {
        format!("{days}.")
    } else {
        String::new()
    };
    format!(
        "Set-ADSyncScheduler -SyncCycleEnabled $true -CustomizedSyncCycleInterval \
         {days}{hours:02}:{minutes:02}:00"
    )
}

fn ad(directory: &Directory, change: &AdChange) -> String {
    let guid = |object: &ObjectId| {
        let object = directory.object(*object);
        quoted(&object.map_or_else(String::new, |object| object.guid.to_string()))
    };
    let dn = |object: &ObjectId| quoted(&directory.dn_text(*object));
    match change {
        AdChange::Add { dn, attributes, .. } => {
            let rdn = dn.rdn().map_or("", |rdn| rdn.value.as_str());
            let path = dn
                .parent()
                .map_or_else(String::new, |parent| parent.to_string());
            let mut class = "user";
            let mut others = Vec::new();
            for (attribute, values) in attributes {
                let name = directory.schema().name(*attribute);
                if name == "objectClass" {
                    let last = values.iter().rev().find_map(Value::as_text);
                    class = last.map_or(class, |text| text.as_str());
                } else {
                    others.push(format!("{}={}", key(name), list(values)));
                }
            }
            format!(
                "New-ADObject -Type {class} -Name {} -Path {} -OtherAttributes @{{{}}}",
                quoted(rdn),
                quoted(&path),
                others.join("; ")
            )
        }
        AdChange::Modify { object, changes }
            if changes
                .iter()
                .any(|it| it.attribute == AttributeId::UNICODE_PWD) =>
        {
            format!(
                "Set-ADAccountPassword -Identity {} -Reset -NewPassword \
                 (ConvertTo-SecureString '…' -AsPlainText -Force)",
                guid(object)
            )
        }
        AdChange::Modify { object, changes } => {
            let all = changes.iter().map(|one| modified(directory, one));
            let all: Vec<String> = all.collect();
            format!("Set-ADObject -Identity {} {}", guid(object), all.join(" "))
        }
        AdChange::Move {
            object,
            name,
            parent,
        } => {
            let mut lines = Vec::new();
            if let Some(name) = name {
                lines.push(format!(
                    "Rename-ADObject -Identity {} -NewName {}",
                    guid(object),
                    quoted(name)
                ));
            }
            if let Some(parent) = parent {
                lines.push(format!(
                    "Move-ADObject -Identity {} -TargetPath {}",
                    guid(object),
                    dn(parent)
                ));
            }
            lines.join("; ")
        }
        AdChange::Delete { object } => format!(
            "Remove-ADObject -Identity {} -Recursive -Confirm:$false",
            guid(object)
        ),
        AdChange::Restore {
            object,
            parent,
            name,
        } => {
            let to = parent.as_ref().map(|it| format!(" -TargetPath {}", dn(it)));
            let name = name
                .as_ref()
                .map(|it| format!(" -NewName {}", quoted(it.as_str())));
            format!(
                "Restore-ADObject -Identity {}{}{}",
                guid(object),
                to.unwrap_or_default(),
                name.unwrap_or_default()
            )
        }
        AdChange::Configure { setting } => configure_forest(directory, *setting),
        AdChange::Authenticate { .. } => "# a bind, which no cmdlet makes".to_owned(),
    }
}

fn configure_forest(directory: &Directory, setting: ForestSetting) -> String {
    let configuration = directory.configuration().base();
    let service = format!("CN=Directory Service,CN=Windows NT,CN=Services,{configuration}");
    let set = |change: String| format!("Set-ADObject -Identity {} {change}", quoted(&service));
    match setting {
        ForestSetting::RecycleBin => format!(
            "Enable-ADOptionalFeature -Identity 'Recycle Bin Feature' -Scope \
             ForestOrConfigurationSet -Target {} -Confirm:$false",
            quoted(directory.dns_name())
        ),
        ForestSetting::TombstoneLifetime(days) => {
            set(format!("-Replace @{{tombstoneLifetime={days}}}"))
        }
        ForestSetting::DeletedObjectLifetime(Some(days)) => {
            set(format!("-Replace @{{'msDS-DeletedObjectLifetime'={days}}}"))
        }
        ForestSetting::DeletedObjectLifetime(None) => {
            set("-Clear msDS-DeletedObjectLifetime".to_owned())
        }
    }
}

fn modified(directory: &Directory, one: &Modification) -> String {
    let name = directory.schema().name(one.attribute);
    if one.values.is_empty() {
        return format!("-Clear {name}");
    }
    let verb = match one.operation {
        Operation::Add => "-Add",
        Operation::Delete => "-Remove",
        Operation::Replace => "-Replace",
    };
    format!("{verb} @{{{}={}}}", key(name), list(&one.values))
}

/// The name of an attribute as a key of a hash table.
fn key(name: &str) -> String {
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        name.to_owned()
    } else {
        quoted(name)
    }
}

fn list(values: &[Value]) -> String {
    use base64::Engine as _;
    let one = |value: &Value| match value {
        Value::Text(text) => quoted(text),
        Value::Integer(number) => number.to_string(),
        Value::Boolean(on) => format!("${on}"),
        Value::Bytes(bytes) => {
            let text = base64::engine::general_purpose::STANDARD.encode(bytes);
            format!("[Convert]::FromBase64String({})", quoted(&text))
        }
    };
    let all: Vec<String> = values.iter().map(one).collect();
    all.join(",")
}

/// Text in single quotes, as PowerShell reads it.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Shows what an action equals.
pub(crate) fn shown(equal: &Equal) -> Markup {
    let all = [
        ("PowerShell", &equal.powershell),
        ("Microsoft Graph", &equal.graph),
        ("dirsync-lab", &equal.command),
    ];
    html! {
        dl.equal {
            @for (tool, text) in all.iter().filter(|(_, text)| !text.is_empty()) {
                dt { (tool) }
                dd { code { (text) } }
            }
        }
    }
}
