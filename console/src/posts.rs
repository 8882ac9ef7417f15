//! What forms do.

use host::{Branch, Lab};
use mock_cloud::server::Response;
use sim::engine::CyclePolicy;

use crate::act;
use crate::answer;
use crate::at::At;
use crate::desk::Desk;
use crate::draft::Draft;
use crate::pages;
use crate::practice;
use crate::query::{Query, url};
use crate::scene::Scene;
use crate::{Around, scene};

/// So many branches are kept.
const BRANCHES_MAX: usize = 12;

/// Answers a form.
pub(crate) fn post(
    around: Around<'_>,
    desk: &mut Desk,
    lab: &mut Lab,
    path: &str,
    form: &Query,
) -> Response {
    match path {
        "/act" if around.settings.read_only => answer::refused(403, "this console only shows"),
        "/act" => action(around, desk, lab, form),
        "/preview" | "/addresses" | "/plan" | "/plan/order" | "/timeline/branch" => {
            let at = form.clone();
            let Some(scene) = scene(around, desk, lab, path, at) else {
                return answer::refused(404, "there is no such moment");
            };
            if path != "/addresses" && !scene.tells_answers() {
                return answer::refused(403, pages::CLOSED);
            }
            match path {
                "/timeline/branch" => {
                    drop(scene);
                    branch(desk, lab, form)
                }
                "/preview" => preview(&scene, desk, form),
                "/addresses" => {
                    desk.shared(&scene, true);
                    answer::redirect(back(form))
                }
                "/plan" => plan(&scene, desk),
                _ => order(&scene, desk, form),
            }
        }
        _ => answer::refused(404, "there is no such form"),
    }
}

/// Where to go back to: a path of this console, and nothing else.
fn back(form: &Query) -> &str {
    let back = form.text("back");
    let own =
        back.starts_with('/') && !back.starts_with("//") && !back.contains(['\\', '\n', '\r']);
    if own { back } else { "/operations" }
}

fn returning(form: &Query, name: &str, value: &str) -> Response {
    let (path, query) = back(form).split_once('?').unwrap_or((back(form), ""));
    answer::redirect(&Query::parse(query).with(path, name, value))
}

fn action(around: Around<'_>, desk: &mut Desk, lab: &mut Lab, form: &Query) -> Response {
    let fresh = (form.text("do") == "cloud-create").then(|| lab.fresh_id());
    let Some(scene) = scene(around, desk, lab, "/act", Query::default()) else {
        return answer::refused(404, "there is no such moment");
    };
    let wanted = act::wanted(&scene, form, fresh).and_then(|wanted| {
        let practice = around.practice;
        let objection = practice.and_then(|practice| practice::objection(practice, &wanted));
        objection.map_or(Ok(wanted), Err)
    });
    match wanted {
        Ok(wanted) => {
            drop(scene);
            match act::carry_out(lab, wanted) {
                Some(number) => {
                    desk.runs.follow(lab);
                    returning(form, "done", &number.to_string())
                }
                None => answer::redirect(back(form)),
            }
        }
        Err(problem) => returning(form, "problem", &problem),
    }
}

fn branch(desk: &mut Desk, lab: &Lab, form: &Query) -> Response {
    let from = form.number("from").unwrap_or(lab.journal().len());
    let Ok(inserted) = form.text("insert").parse() else {
        return answer::refused(400, "this can't be put in");
    };
    let follows = form.text("follow") == "yes";
    let Some(made) = Branch::of(lab, from, inserted, follows) else {
        return answer::refused(404, "there is no such moment");
    };
    let number = desk.branches.last().map_or(1, |(number, _)| number + 1);
    desk.branches.push((number, made));
    if desk.branches.len() > BRANCHES_MAX {
        desk.branches.remove(0);
    }
    let to = At::Branch(number).to_string();
    answer::redirect(&url("/timeline/compare", &[("a", "now"), ("b", &to)]))
}

fn preview(scene: &Scene<'_>, desk: &mut Desk, form: &Query) -> Response {
    let policy = match form.text("policy") {
        "initial" => CyclePolicy::Initial,
        _ => CyclePolicy::Delta,
    };
    desk.preview(scene, policy);
    answer::redirect(back(form))
}

fn plan(scene: &Scene<'_>, desk: &mut Desk) -> Response {
    desk.draft = Some(Draft::of(scene.lab, &scene.world, scene.moment()));
    answer::redirect(&scene.link("/plan", &[]))
}

/// A new order of the plan: answered with the list alone where a script asks for it.
fn order(scene: &Scene<'_>, desk: &mut Desk, form: &Query) -> Response {
    let moment = scene.moment();
    let Some(draft) = desk.draft.as_mut().filter(|draft| draft.moment == moment) else {
        return answer::refused(409, "the world has moved on: load the plan again");
    };
    let mut order: Vec<usize> = form
        .text("order")
        .split(',')
        .filter_map(|place| place.parse().ok())
        .collect();
    moved(&mut order, form.text("move"));
    if !draft.reorder(scene.lab, &scene.world, order) {
        return answer::refused(400, "this order does not name every step once");
    }
    if form.text("part") == "list" {
        return answer::html(200, pages::plan_list(scene, draft));
    }
    answer::redirect(&scene.link("/plan", &[]))
}

/// Moves one step up or down, as its buttons do.
fn moved(order: &mut [usize], button: &str) {
    if button == "as-planned" {
        order.sort_unstable();
        return;
    }
    let Some((way, place)) = button.split_once('-') else {
        return;
    };
    let place: Option<usize> = place.parse().ok();
    let Some(at) = order.iter().position(|it| Some(*it) == place) else {
        return;
    };
    let other = if way == "up" {
        at.checked_sub(1)
    } else {
        Some(at + 1)
    };
    if let Some(other) = other.filter(|other| *other < order.len()) {
        order.swap(at, other);
    }
}
