//! What an action equals: the PowerShell that an administrator would type, the Graph call, the
//! command of this program.

mod cloud;

use host::Entry;
use jiff::SignedDuration;
use maud::{Markup, html};
use mock_ad::directory::{Directory, Modification, ObjectId, Operation, Value};
use sim::engine::{ConnectorId, CyclePolicy};
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
        )),
        Action::BrokenExport(_) => Equal::powershell(format!(
            "Stop-ADSyncRunProfile -ConnectorName {}",
            quoted(&connector_name(world, ConnectorId::Entra))
        )),
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
        Action::Configure(change) => Equal::powershell(configure(change)),
    }
}

fn written(length: SignedDuration) -> String {
    Duration::from_secs(u64::try_from(length.as_secs()).unwrap_or_default()).to_string()
}

fn configure(change: &EngineChange) -> String {
    match change {
        EngineChange::Scope(..) => {
            "# containers: Synchronization Service Manager, Connectors, Properties, \
             Configure Directory Partitions"
                .to_owned()
        }
        EngineChange::Staging(on) => {
            format!("Set-ADSyncScheduler -StagingModeEnabled ${on}")
        }
        EngineChange::DeletionThreshold(None) => "Disable-ADSyncExportDeletionThreshold".to_owned(),
        EngineChange::DeletionThreshold(Some(count)) => {
            format!("Enable-ADSyncExportDeletionThreshold -DeletionThreshold {count}")
        }
        EngineChange::Schedule(None) => "Set-ADSyncScheduler -SyncCycleEnabled $false".to_owned(),
        EngineChange::Schedule(Some(length)) => {
            let seconds = length.as_secs();
            let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
            format!(
                "Set-ADSyncScheduler -SyncCycleEnabled $true -CustomizedSyncCycleInterval \
                 {hours:02}:{minutes:02}:00"
            )
        }
        EngineChange::Anchor(attribute) => {
            format!("# source anchor {}: chosen by the wizard", attribute.name())
        }
        EngineChange::Rules(_) => "# rules: Synchronization Rules Editor, or Add-ADSyncRule".into(),
    }
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
                    others.push(format!("{name}={}", list(values)));
                }
            }
            format!(
                "New-ADObject -Type {class} -Name {} -Path {} -OtherAttributes @{{{}}}",
                quoted(rdn),
                quoted(&path),
                others.join("; ")
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
        AdChange::Restore { object, parent, .. } => {
            let to = parent.as_ref().map(|it| format!(" -TargetPath {}", dn(it)));
            format!(
                "Restore-ADObject -Identity {}{}",
                guid(object),
                to.unwrap_or_default()
            )
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
    let secret = name.eq_ignore_ascii_case("unicodePwd");
    let values = if secret {
        "'…'".to_owned()
    } else {
        list(&one.values)
    };
    format!("{verb} @{{{name}={values}}}")
}

fn list(values: &[Value]) -> String {
    let one = |value: &Value| match value.as_text() {
        Some(text) => quoted(text),
        None => match value.as_integer() {
            Some(number) => number.to_string(),
            None => quoted(&String::from_utf8_lossy(&value.ldap_bytes())),
        },
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
