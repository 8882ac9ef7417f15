//! `ADSync` and what came before it: the synchronisation engine of the World.

use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};
use powershell::command::{Call, Impact, Module, Parameter};
use powershell::error::{Category, ErrorRecord, Outcome};
use powershell::value::{DateTime, DateTimeKind, Object, Value};
use sim::engine::{ConnectorId, CyclePolicy, EngineConfig, Step, StepResult};
use sim::manager::{History, connector_name};
use sim::world::{Action, EngineChange, Event, World};

use crate::declare::{Offer, Plan};
use crate::stage::Stage;

/// What a connector is told by, whatever the world: one for each place, and the tenant's own.
const ENTRA_IDENTIFIER: &str = "b891884f-051e-4a83-95af-2544101c9083";

/// The module.
pub(crate) fn module(stage: &Stage) -> Rc<dyn Module> {
    let mut offer = Offer::new("ADSync", "Microsoft.IdentityManagement.PowerShell.Cmdlet.");
    declare_cycle(&mut offer, stage);
    declare_scheduler(&mut offer, stage);
    declare_threshold(&mut offer, stage);
    declare_connectors(&mut offer, stage);
    super::adsync_objects::declare(&mut offer, stage);
    declare_dirsync(&mut offer, stage);
    Rc::new(offer)
}

fn declare_cycle(offer: &mut Offer, stage: &Stage) {
    let policies = ["Delta", "Initial", "Unspecified"];
    let parameters = vec![
        Parameter::text("PolicyType")
            .at(0)
            .one_of(&policies)
            .piped_by_name(),
        Parameter::switch("InteractiveMode"),
    ];
    let on = stage.clone();
    let plan = Plan::new(
        "Start-ADSyncSyncCycle",
        parameters,
        "Starts a synchronisation cycle.",
    );
    offer.offer(plan, move |call| {
        let initial = call
            .text("PolicyType")
            .is_some_and(|it| it.eq_ignore_ascii_case("Initial"));
        cycle(&on, call, initial)?;
        let types = [
            "Microsoft.IdentityManagement.PowerShell.ObjectModel.SynchronizationResult",
            "System.Object",
        ];
        let result = Object::typed(&types, [("Result", Value::text("Success"))], None);
        call.write_whole(Value::Object(result))
    });
    let plan = Plan::new("Stop-ADSyncSyncCycle", Vec::new(), "Stops a running cycle.");
    offer.offer(plan, |_| Ok(()));
    let parameters = vec![Parameter::object("ConnectorName").at(0).piped_by_name()];
    let about = "Gets the connectors that are running; a cycle is over when its cmdlet returns.";
    let plan = Plan::new("Get-ADSyncConnectorRunStatus", parameters, about);
    offer.offer(plan, |_| Ok(()));
}

/// Runs a cycle. It is over when the cmdlet returns: nothing else runs meanwhile.
pub(crate) fn cycle(stage: &Stage, call: &dyn Call, initial: bool) -> Outcome<Vec<Event>> {
    let policy = if initial {
        CyclePolicy::Initial
    } else {
        CyclePolicy::Delta
    };
    stage.act(call, Action::Cycle(policy))
}

fn utc(time: Timestamp) -> Value {
    Value::DateTime(DateTime {
        clock: time,
        kind: DateTimeKind::Utc,
    })
}

fn span(duration: SignedDuration) -> Value {
    Value::TimeSpan(i64::try_from(duration.as_nanos() / 100).unwrap_or(i64::MAX))
}

fn declare_scheduler(offer: &mut Offer, stage: &Stage) {
    let on = stage.clone();
    let plan = Plan::new(
        "Get-ADSyncScheduler",
        Vec::new(),
        "Gets how the scheduler is set.",
    );
    offer.offer(plan, move |call| {
        on.alive()?;
        let value = on.read(scheduler);
        call.write_whole(value)
    });
    let parameters = vec![
        Parameter::object("CustomizedSyncCycleInterval").nullable(),
        Parameter::new("SyncCycleEnabled", "System.Boolean"),
        Parameter::text("NextSyncCyclePolicyType")
            .ignored()
            .one_of(&["Delta", "Initial", "Unspecified"]),
        Parameter::object("PurgeRunHistoryInterval").ignored(),
        Parameter::new("MaintenanceEnabled", "System.Boolean"),
        Parameter::new("SchedulerSuspended", "System.Boolean"),
        Parameter::switch("Force"),
    ];
    let on = stage.clone();
    let plan = Plan::new("Set-ADSyncScheduler", parameters, "Sets the scheduler.");
    offer.offer(plan, move |call| set_scheduler(&on, call));
}

fn scheduler(world: &World) -> Value {
    let config = world.engine().config();
    let default = EngineConfig::default_interval(world.profile);
    let interval = config.schedule.unwrap_or(default);
    let next = world
        .now()
        .saturating_add(interval)
        .unwrap_or(Timestamp::MAX);
    let properties = [
        ("AllowedSyncCycleInterval", span(default)),
        ("CurrentlyEffectiveSyncCycleInterval", span(interval)),
        (
            "CustomizedSyncCycleInterval",
            config
                .schedule
                .filter(|it| *it != default)
                .map_or(Value::Null, span),
        ),
        ("NextSyncCyclePolicyType", Value::text("Delta")),
        ("NextSyncCycleStartTimeInUTC", utc(next)),
        (
            "PurgeRunHistoryInterval",
            span(SignedDuration::from_hours(168)),
        ),
        ("SyncCycleEnabled", Value::Bool(config.schedule.is_some())),
        ("MaintenanceEnabled", Value::Bool(true)),
        ("StagingModeEnabled", Value::Bool(config.staging)),
        ("SchedulerSuspended", Value::Bool(false)),
        ("SyncCycleInProgress", Value::Bool(false)),
    ];
    crate::typed(
        "Microsoft.IdentityManagement.PowerShell.ObjectModel.SchedulerConfiguration",
        properties,
    )
}

fn set_scheduler(stage: &Stage, call: &mut dyn Call) -> Outcome {
    let custom = match call.argument("CustomizedSyncCycleInterval") {
        Some(Value::TimeSpan(ticks)) => Some(SignedDuration::from_nanos(ticks.saturating_mul(100))),
        Some(Value::Text(text)) => parse_span(&text),
        _ => None,
    };
    let enabled = match call.argument("SyncCycleEnabled") {
        Some(Value::Bool(on)) => Some(on),
        _ => None,
    };
    let (now, default) = stage.read(|world| {
        (
            world.engine().config().schedule,
            EngineConfig::default_interval(world.profile),
        )
    });
    let schedule = match (enabled, custom) {
        (Some(false), _) => None,
        (_, Some(interval)) => Some(interval.max(default)),
        (Some(true), None) => Some(now.unwrap_or(default)),
        (None, None) => return stage.alive(),
    };
    stage
        .act(call, Action::Configure(EngineChange::Schedule(schedule)))
        .map(drop)
}

/// A time such as `03:00:00` or `1.00:00:00`.
fn parse_span(text: &str) -> Option<SignedDuration> {
    let (days, rest) = match text.split_once('.') {
        Some((days, rest)) if rest.contains(':') => (days.parse::<i64>().ok()?, rest),
        _ => (0, text),
    };
    let parts: Vec<i64> = rest
        .split(':')
        .map(|it| it.parse().ok())
        .collect::<Option<_>>()?;
    let [hours, minutes, seconds] = match parts[..] {
        [hours, minutes] => [hours, minutes, 0],
        [hours, minutes, seconds] => [hours, minutes, seconds],
        _ => return None,
    };
    Some(SignedDuration::from_secs(
        ((days * 24 + hours) * 60 + minutes) * 60 + seconds,
    ))
}

fn declare_threshold(offer: &mut Offer, stage: &Stage) {
    let with = |more: Vec<Parameter>| {
        let mut all = more;
        all.extend([
            Parameter::object("AADCredential"),
            Parameter::text("AADUserName"),
            Parameter::switch("Force"),
        ]);
        all
    };
    let on = stage.clone();
    let name = "Get-ADSyncExportDeletionThreshold";
    let plan = Plan::new(name, with(Vec::new()), "Gets the deletion threshold.");
    offer.offer(plan, move |call| {
        on.alive()?;
        let value = on.read(threshold);
        call.write_whole(value)
    });
    let on = stage.clone();
    let parameters = with(vec![
        Parameter::new("DeletionThreshold", "System.UInt32")
            .at(0)
            .mandatory()
            .piped_by_name(),
    ]);
    let name = "Enable-ADSyncExportDeletionThreshold";
    let plan = Plan::new(name, parameters, "Turns the deletion threshold on.");
    offer.offer(plan.asking(Impact::Medium), move |call| {
        let number = call
            .argument("DeletionThreshold")
            .map(|it| crate::text(&it));
        let number = number.and_then(|it| it.parse().ok()).unwrap_or(500);
        if !call.should_process("ADSync", "Enable the export deletion threshold")? {
            return Ok(());
        }
        on.act(
            call,
            Action::Configure(EngineChange::DeletionThreshold(Some(number))),
        )?;
        let value = on.read(threshold);
        call.write_whole(value)
    });
    let on = stage.clone();
    let name = "Disable-ADSyncExportDeletionThreshold";
    let plan = Plan::new(name, with(Vec::new()), "Turns the deletion threshold off.");
    offer.offer(plan.asking(Impact::Medium), move |call| {
        if !call.should_process("ADSync", "Disable the export deletion threshold")? {
            return Ok(());
        }
        on.act(
            call,
            Action::Configure(EngineChange::DeletionThreshold(None)),
        )?;
        let value = on.read(threshold);
        call.write_whole(value)
    });
}

fn threshold(world: &World) -> Value {
    let threshold = world.engine().config().deletion_threshold;
    let number = threshold
        .and_then(|it| i32::try_from(it).ok())
        .unwrap_or_default();
    let prevention = i32::from(threshold.is_some());
    let properties = [
        ("DeletionPrevention", Value::Int(prevention)),
        ("ThresholdCount", Value::Int(number)),
    ];
    Value::Object(Object::custom(properties))
}

/// The connectors of a world.
fn connectors(world: &World) -> Vec<ConnectorId> {
    let forests = (0..world.forests().len()).map(ConnectorId::Ad);
    forests.chain([ConnectorId::Entra]).collect()
}

/// What a connector is told by.
pub(crate) fn identifier(connector: ConnectorId) -> String {
    match connector {
        ConnectorId::Entra => ENTRA_IDENTIFIER.to_owned(),
        ConnectorId::Ad(place) => format!("5f1b0a9e-7c34-4d0b-8a51-{:012x}", place + 1),
    }
}

/// The connector that a name or an identifier means.
pub(crate) fn find_connector(world: &World, name: &str) -> Option<ConnectorId> {
    let name = name.trim_matches(['{', '}']);
    connectors(world).into_iter().find(|it| {
        connector_name(world, *it).eq_ignore_ascii_case(name)
            || identifier(*it).eq_ignore_ascii_case(name)
    })
}

/// The error for a connector that is not there.
pub(crate) fn no_connector(call: &dyn Call, name: &str) -> ErrorRecord {
    let message = format!("The specified connector '{name}' was not found.");
    let exception = "System.ArgumentException";
    let mut record = ErrorRecord::new(message, exception, exception, Category::ObjectNotFound);
    record.activity = call.name();
    record
}

fn connector_object(world: &World, connector: ConnectorId) -> Value {
    let (kind, sub) = match connector {
        ConnectorId::Ad(_) => ("AD", ""),
        ConnectorId::Entra => ("Extensible2", "Windows Azure Active Directory (Microsoft)"),
    };
    let name = connector_name(world, connector);
    let id = identifier(connector)
        .parse()
        .map_or(Value::Null, Value::Guid);
    let properties = [
        ("Name", Value::text(&name)),
        ("Identifier", id),
        ("Type", Value::text(kind)),
        ("ConnectorTypeName", Value::text(kind)),
        ("Subtype", Value::text(sub)),
        ("Description", Value::text("")),
    ];
    let types = [
        "Microsoft.IdentityManagement.PowerShell.ObjectModel.Connector",
        "System.Object",
    ];
    Value::Object(Object::typed(&types, properties, Some(&name)))
}

fn declare_connectors(offer: &mut Offer, stage: &Stage) {
    let parameters = vec![
        Parameter::text("Name").at(0).piped_by_name(),
        Parameter::object("Identifier").piped_by_name(),
    ];
    let on = stage.clone();
    let plan = Plan::new("Get-ADSyncConnector", parameters, "Gets the connectors.");
    offer.offer(plan, move |call| {
        on.alive()?;
        let name = call
            .argument("Name")
            .or_else(|| call.argument("Identifier"));
        let Some(name) = name.map(|it| crate::text(&it)).filter(|it| !it.is_empty()) else {
            let all: Vec<Value> = on.read(|world| {
                connectors(world)
                    .into_iter()
                    .map(|it| connector_object(world, it))
                    .collect()
            });
            return all.into_iter().try_for_each(|it| call.write_whole(it));
        };
        let found =
            on.read(|world| find_connector(world, &name).map(|it| connector_object(world, it)));
        if let Some(found) = found {
            call.write_whole(found)
        } else {
            let record = no_connector(call, &name);
            call.error(record)
        }
    });
    let parameters = vec![
        Parameter::object("ConnectorName").at(0).piped_by_name(),
        Parameter::object("ConnectorIdentifier"),
        Parameter::text("RunProfileName").at(1).mandatory(),
    ];
    let on = stage.clone();
    let plan = Plan::new("Invoke-ADSyncRunProfile", parameters, "Runs a run profile.");
    offer.offer(plan, move |call| run_profile(&on, call));
    let parameters = vec![
        Parameter::object("ConnectorId"),
        Parameter::object("ConnectorName"),
        Parameter::object("RunHistoryId"),
        Parameter::int("NumberRequested"),
        Parameter::switch("RunStepDetails").ignored(),
    ];
    for name in ["Get-ADSyncRunProfileResult", "Get-ADSyncRunStepResult"] {
        let on = stage.clone();
        let plan = Plan::new(
            name,
            parameters.clone(),
            "Gets what runs came to, newest first.",
        );
        offer.offer(plan, move |call| results(&on, call));
    }
}

/// The steps of a run profile, by its name in any of the tools.
fn steps(name: &str) -> Option<Vec<Step>> {
    use Step::{DeltaImport, DeltaSynchronization, Export, FullImport, FullSynchronization};
    let plain: String = name
        .to_lowercase()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    Some(match plain.as_str() {
        "fullimport" | "fullimportstageonly" => vec![FullImport],
        "deltaimport" | "deltaimportstageonly" => vec![DeltaImport],
        "fullsynchronization" | "fullsync" => vec![FullSynchronization],
        "deltasynchronization" | "deltasync" => vec![DeltaSynchronization],
        "export" => vec![Export],
        // The combined ones of DirSync.
        "fullimportfullsync" => vec![FullImport, FullSynchronization],
        "fullimportdeltasync" => vec![FullImport, DeltaSynchronization],
        "deltaimportdeltasync" => vec![DeltaImport, DeltaSynchronization],
        _ => return None,
    })
}

fn run_profile(stage: &Stage, call: &mut dyn Call) -> Outcome {
    let name = call
        .argument("ConnectorName")
        .or_else(|| call.argument("ConnectorIdentifier"));
    let name = name.map(|it| crate::text(&it)).unwrap_or_default();
    let profile = crate::given(call, "RunProfileName");
    let Some(connector) = stage.read(|world| find_connector(world, &name)) else {
        return Err(no_connector(call, &name).into());
    };
    let Some(steps) = steps(&profile) else {
        let message = format!("The run profile '{profile}' was not found.");
        let exception = "System.ArgumentException";
        let mut record = ErrorRecord::new(message, exception, exception, Category::ObjectNotFound);
        record.activity = call.name();
        return Err(record.into());
    };
    let mut last = None;
    for step in steps {
        let events = stage.act(call, Action::Run { connector, step })?;
        last = status(&events).or(last);
    }
    let properties = [
        ("ConnectorName", Value::text(&name)),
        ("RunProfileName", Value::text(&profile)),
        ("Result", Value::text(last.unwrap_or("success"))),
    ];
    call.write_whole(crate::typed(
        "Microsoft.IdentityManagement.PowerShell.ObjectModel.RunProfileResult",
        properties,
    ))
}

/// How the last step ended.
fn status(events: &[Event]) -> Option<&'static str> {
    let finished = |event: &Event| match event {
        Event::Engine(sim::engine::EngineEvent::Finished(result)) => Some(result.status.name()),
        _ => None,
    };
    events.iter().filter_map(finished).next_back()
}

/// The run history of everything that has happened.
pub(crate) fn history(stage: &Stage) -> History {
    let mut history = History::default();
    stage.with(|lab| {
        for entry in lab.journal() {
            for event in &entry.events {
                history.note(event, lab.world());
            }
        }
    });
    history
}

fn results(stage: &Stage, call: &mut dyn Call) -> Outcome {
    stage.alive()?;
    let wanted = call
        .argument("ConnectorId")
        .or_else(|| call.argument("ConnectorName"));
    let wanted = wanted.map(|it| crate::text(&it));
    let connector = wanted.and_then(|name| stage.read(|world| find_connector(world, &name)));
    let most = call
        .int("NumberRequested")
        .and_then(|it| usize::try_from(it).ok());
    let history = history(stage);
    let records = history.records().iter().rev();
    let chosen = records.filter(|it| connector.is_none_or(|id| it.result.connector == id));
    for record in chosen.take(most.unwrap_or(usize::MAX)) {
        let result: &StepResult = &record.result;
        let mut properties = vec![
            (
                "RunHistoryId".to_owned(),
                Value::text(record.run.to_string()),
            ),
            (
                "RunNumber".to_owned(),
                Value::Int(i32::try_from(record.run).unwrap_or(i32::MAX)),
            ),
            ("ConnectorName".to_owned(), Value::text(&record.connector)),
            ("RunProfileName".to_owned(), Value::text(result.step.name())),
            ("Result".to_owned(), Value::text(result.status.name())),
            ("StartDate".to_owned(), utc(record.at)),
            ("EndDate".to_owned(), utc(record.at)),
        ];
        for counter in record.counters() {
            let count = i32::try_from(counter.count).unwrap_or(i32::MAX);
            properties.push((counter.property.to_owned(), Value::Int(count)));
        }
        call.write_whole(crate::typed(
            "Microsoft.IdentityManagement.PowerShell.ObjectModel.RunHistory",
            properties,
        ))?;
    }
    Ok(())
}

/// What DirSync of 2013 had instead: a cmdlet, a program, and a console to run it in.
fn declare_dirsync(offer: &mut Offer, stage: &Stage) {
    let on = stage.clone();
    let plan = Plan::new(
        "Start-OnlineCoexistenceSync",
        vec![Parameter::switch("FullSync")],
        "Starts a synchronisation of DirSync.",
    );
    offer.offer(plan, move |call| {
        let full = call.switch("FullSync");
        cycle(&on, call, full).map(drop)
    });
    let on = stage.clone();
    let plan = Plan::new(
        "DirectorySyncClientCmd.exe",
        vec![Parameter::texts("Arguments").rest()],
        "Runs a cycle: `initial` or `delta`.",
    );
    offer.offer(plan, move |call| {
        let first = call.texts("Arguments").first().map(|it| it.to_lowercase());
        cycle(&on, call, first.as_deref() == Some("initial")).map(drop)
    });
    offer.alias("DirectorySyncClientCmd", "DirectorySyncClientCmd.exe");
    for name in [
        "miisclient.exe",
        "missclient.exe",
        "DirSyncConfigShell.psc1",
    ] {
        let plan = Plan::new(
            name,
            vec![Parameter::texts("Arguments").rest()],
            "Opens a window, which does nothing here.",
        );
        offer.offer(plan, |_| Ok(()));
    }
    offer.alias("miisclient", "miisclient.exe");
}
