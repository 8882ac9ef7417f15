//! Operations: the run history, the statistics of a step, its errors.

use maud::{Markup, html};
use sim::engine::StepStatus;

use super::things;
use crate::desk::Desk;
use crate::equal::quoted;
use crate::frame::Page;
use crate::rows::{PAGE, Shown};
use crate::runs::Run;
use crate::scene::{Scene, Thing};
use crate::words;

/// The class of a status.
pub(super) const fn status_class(status: StepStatus) -> &'static str {
    match status {
        StepStatus::Success => "good",
        StepStatus::CompletedSyncErrors
        | StepStatus::CompletedExportErrors
        | StepStatus::CompletedWarnings
        | StepStatus::CompletedDiscoveryErrors
        | StepStatus::NotRunStagingMode => "warn",
        StepStatus::StoppedDeletionThresholdExceeded
        | StepStatus::DeleteThresholdExceeded
        | StepStatus::StoppedExtensionDllException
        | StepStatus::StoppedErrorLimit
        | StepStatus::StoppedConnectivity
        | StepStatus::NoStartCredentials
        | StepStatus::NoStartConnection => "bad",
    }
}

/// Runs newest first, and below the one that is chosen.
pub(super) fn page(scene: &Scene<'_>, desk: &mut Desk) -> Page {
    let runs = desk.runs.all();
    let from: usize = scene.query.number("from").unwrap_or(0);
    let newest: Vec<&Run> = runs.iter().rev().skip(from).take(PAGE).collect();
    let chosen = scene.query.number::<u32>("run");
    let chosen = chosen.and_then(|number| runs.iter().find(|run| run.record.run == number));
    let chosen = chosen.or(newest.first().copied());
    let shown = Shown {
        ids: newest.iter().map(|run| run.record.run).collect(),
        total: runs.len(),
        from,
    };
    let body = html! {
        @if runs.is_empty() {
            (words::none("No run profile has been run yet. Run a delta cycle, or one profile \
                          under Connectors."))
        } @else {
            div.master {
                (table(scene, &newest, chosen))
                (words::pager(scene, &shown))
            }
            @if let Some(run) = chosen { (detail(scene, run)) }
        }
    };
    let connector = chosen.map(|run| quoted(&run.record.connector));
    let command = connector.map_or_else(
        || "Get-ADSyncRunProfileResult".to_owned(),
        |name| format!("Get-ADSyncRunProfileResult -ConnectorName {name}"),
    );
    let commands = [
        command,
        "curl -H \"Authorization: Bearer $DIRSYNC_LAB_TOKEN\" \"$DIRSYNC_LAB_CONTROL/events\""
            .to_owned(),
    ];
    Page::new("Operations", body, &commands)
}

fn table(scene: &Scene<'_>, runs: &[&Run], chosen: Option<&Run>) -> Markup {
    let is_chosen = |run: &Run| chosen.is_some_and(|it| it.record.run == run.record.run);
    html! {
        div.scroll.tall role="group" tabindex="0" aria-label="Table" {
            table {
                caption { "Connector operations, newest first" }
                thead {
                    tr {
                        th { "Name" } th { "Profile name" } th { "Status" } th { "Start time" }
                        th { "End time" } th.number { "Run" }
                    }
                }
                tbody {
                    @for run in runs {
                        @let to = scene.link("/operations", &[
                            ("run", &run.record.run.to_string()),
                            ("from", scene.query.text("from")),
                        ]);
                        tr aria-current=[is_chosen(run).then_some("true")] {
                            td { a href=(to) { (run.record.connector) } }
                            td { (run.profile) }
                            td {
                                (words::badge(
                                    status_class(run.record.result.status),
                                    run.record.result.status.name(),
                                ))
                            }
                            td.mono.when { (words::time(run.record.at)) }
                            td.mono.when { (words::time(run.record.at)) }
                            td.number { (run.record.run) }
                        }
                    }
                }
            }
        }
    }
}

fn detail(scene: &Scene<'_>, run: &Run) -> Markup {
    let number = run.record.run.to_string();
    html! {
        section.split aria-label="The chosen run" {
            div {
                h2 { (run.profile) " on " (run.record.connector) }
                p.quiet {
                    "Step 1, partition default, in "
                    a href=(scene.link(&format!("/timeline/{}", run.entry), &[])) {
                        "entry " (run.entry) " of the journal"
                    }
                }
                table.statistics {
                    caption { "Synchronization Statistics" }
                    tbody {
                        @for counter in run.record.counters() {
                            tr.zero[counter.count == 0] {
                                th scope="row" { (counter.label) }
                                td.number {
                                    @if counter.count == 0 { "0" } @else {
                                        a href=(scene.link("/operations/objects", &[
                                            ("run", &number), ("counter", counter.label),
                                        ])) { (words::grouped(counter.count as usize)) }
                                    }
                                }
                                td.quiet.mono { (counter.property) }
                            }
                        }
                    }
                }
            }
            (errors(run))
        }
    }
}

fn errors(run: &Run) -> Markup {
    html! {
        div {
            h2 { "Synchronization and export errors" }
            @if run.record.errors.is_empty() { (words::none("None.")) } @else {
                ul.errors {
                    @for error in run.record.errors.iter().take(PAGE) {
                        li {
                            details {
                                summary {
                                    span.mono { (error.object) } " "
                                    (words::badge("bad", &error.code))
                                }
                                p { (error.detail) }
                            }
                        }
                    }
                }
                @if run.record.errors.len() > PAGE {
                    p.quiet { "and " (run.record.errors.len() - PAGE) " more" }
                }
                p { a href="/errors" { "All sync errors with the objects side by side" } }
            }
        }
    }
}

/// The objects behind a counter.
pub(super) fn objects(scene: &Scene<'_>, desk: &mut Desk) -> Page {
    let number = scene.query.number::<u32>("run");
    let found = desk
        .runs
        .all()
        .iter()
        .find(|run| Some(run.record.run) == number);
    let Some(run) = found.cloned() else {
        return Page::missing("There is no such run.");
    };
    let label = scene.query.text("counter").to_owned();
    let all = desk.counted(scene, &run);
    let things: Vec<Thing> = all
        .get(label.as_str())
        .into_iter()
        .flatten()
        .copied()
        .collect();
    let from: usize = scene.query.number("from").unwrap_or(0);
    let page: Vec<Thing> = things.iter().skip(from).take(PAGE).copied().collect();
    let shown = Shown {
        ids: (0..page.len() as u32).collect(),
        total: things.len(),
        from,
    };
    let title = format!("{label}: {} on {}", run.profile, run.record.connector);
    let body = html! {
        p {
            a href=(scene.link("/operations", &[("run", &run.record.run.to_string())])) {
                "Back to run " (run.record.run)
            }
        }
        @if things.is_empty() {
            (words::none("The objects behind this counter are not known any more."))
        } @else {
            (words::pager(scene, &shown))
            (things::table(scene, "Objects", &page))
        }
    };
    let command = format!(
        "Get-ADSyncRunStepResult -RunHistoryId {} | Format-List",
        run.record.run
    );
    Page::new(title, body, &[command])
}
