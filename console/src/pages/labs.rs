//! Labs: the door to them.

use maud::html;

use crate::frame::Page;
use crate::scene::Scene;

/// Where labs are found.
pub(super) fn page(scene: &Scene<'_>) -> Page {
    let title = scene.lab.rehearsal().title();
    let body = html! {
        @if let Some(title) = title {
            p { "This world comes from the scenario " b { (title) } "." }
        }
        p {
            "Any scenario is something to practise on: the console shows the mess, you repair it, \
             and the timeline shows what each step did. Setting the world back is on "
            a href="/clock" { "Clock and faults" } "."
        }
    };
    let commands = ["dirsync-lab serve scenarios/founding/duplicate-account.yaml --console".into()];
    Page::new("Labs", body, &commands)
}
