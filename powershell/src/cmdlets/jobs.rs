//! Jobs: they run at once, when they are started, so that the order of what happens is one.

use std::cell::RefCell;
use std::rc::Rc;

use crate::command::{Call, Cmdlet, Command, Parameter, Request};
use crate::convert::{number, to_text};
use crate::error::{Category, ErrorRecord, Outcome, Unwind};
use crate::value::{Object, Value};

use super::common::{self, input, like};
use super::{CORE, declare};

/// What a job has written and not handed out yet, and the error that ended it.
struct Job {
    written: RefCell<Vec<Value>>,
    error: RefCell<Option<Rc<ErrorRecord>>>,
}

/// The jobs of a session.
type Jobs = Rc<RefCell<Vec<Object>>>;

struct Run {
    jobs: Jobs,
    run: fn(&Jobs, &mut dyn Call) -> Outcome,
}

impl Cmdlet for Run {
    fn process(&mut self, call: &mut dyn Call) -> Outcome {
        (self.run)(&self.jobs, call)
    }
}

pub(crate) fn commands() -> Vec<Command> {
    let jobs = Jobs::default();
    let made = |name: &str, about: &str, parameters, run: fn(&Jobs, &mut dyn Call) -> Outcome| {
        let jobs = Rc::clone(&jobs);
        declare(name, CORE, about, parameters, move || {
            Box::new(Run {
                jobs: Rc::clone(&jobs),
                run,
            })
        })
    };
    let which = |more: Vec<Parameter>| {
        let mut all = vec![
            Parameter::object("Job").at(0).piped(),
            Parameter::object("Id"),
            Parameter::texts("Name"),
            Parameter::text("State"),
        ];
        all.extend(more);
        all
    };
    let started = vec![
        Parameter::new("ScriptBlock", "System.Management.Automation.ScriptBlock")
            .or(&["Command"])
            .at(0)
            .mandatory(),
        Parameter::new("ArgumentList", "System.Object[]").or(&["Args"]),
        Parameter::text("Name"),
        Parameter::new(
            "InitializationScript",
            "System.Management.Automation.ScriptBlock",
        ),
        Parameter::object("Credential"),
        Parameter::switch("RunAs32"),
        input(),
    ];
    let mut threads = started.clone();
    threads.push(Parameter::int("ThrottleLimit"));
    let remark = "jobs run at once, one after the other";
    vec![
        made("Start-Job", "Starts a job.", started, start).but(remark),
        made("Start-ThreadJob", "Starts a job.", threads, start).but(remark),
        made("Get-Job", "Shows jobs.", which(Vec::new()), get),
        made(
            "Wait-Job",
            "Waits for jobs.",
            which(vec![
                Parameter::switch("Any"),
                Parameter::int("Timeout").or(&["TimeoutSec"]),
                Parameter::switch("Force"),
            ]),
            get,
        ),
        made(
            "Receive-Job",
            "Takes what jobs have written.",
            which(vec![
                Parameter::switch("Keep"),
                Parameter::switch("Wait"),
                Parameter::switch("AutoRemoveJob"),
            ]),
            receive,
        ),
        made("Stop-Job", "Ends jobs.", which(Vec::new()), |_, _| Ok(())),
        made(
            "Remove-Job",
            "Forgets jobs.",
            which(vec![Parameter::switch("Force")]),
            remove,
        ),
    ]
}

fn start(jobs: &Jobs, call: &mut dyn Call) -> Outcome {
    let Some(Value::Block(block)) = call.argument("ScriptBlock") else {
        return Ok(());
    };
    let arguments = call.argument("ArgumentList").map(|it| it.enumerate());
    if let Some(Value::Block(first)) = call.argument("InitializationScript") {
        call.session(Request::Block(first, Vec::new(), true))?;
    }
    let number = jobs.borrow().len() * 2 + 1;
    let name = common::text(call, "Name").unwrap_or_else(|| format!("Job{number}"));
    let request = Request::Block(block.clone(), arguments.unwrap_or_default(), false);
    let (written, error) = match call.session(request) {
        Ok(written) => (written, None),
        Err(Unwind::Error(record)) => (Vec::new(), Some(record)),
        Err(other) => return Err(other),
    };
    let state = if error.is_some() {
        "Failed"
    } else {
        "Completed"
    };
    let kind = "System.Management.Automation.PSRemotingJob";
    let members = [
        ("Id", number::length(number)),
        ("Name", Value::from(name)),
        ("PSJobTypeName", Value::text("BackgroundJob")),
        ("State", Value::text(state)),
        ("HasMoreData", Value::Bool(!written.is_empty())),
        ("Location", Value::text("localhost")),
        ("Command", Value::Text(Rc::clone(&block.text))),
        ("ChildJobs", Value::array([])),
    ];
    let types = [kind, "System.Management.Automation.Job", "System.Object"];
    let job = Object::typed(&types, members, Some(kind)).with_native(Rc::new(Job {
        written: RefCell::new(written),
        error: RefCell::new(error),
    }));
    jobs.borrow_mut().push(job.clone());
    call.write(Value::Object(job))
}

/// The jobs that are meant: all where nothing is said.
fn meant(jobs: &Jobs, call: &dyn Call) -> Vec<Object> {
    if let Some(given) = call.argument("Job") {
        let objects = given.enumerate().into_iter().filter_map(|it| match it {
            Value::Object(object) => Some(object),
            _ => None,
        });
        return objects.collect();
    }
    let names = common::texts(call, "Name");
    let ids: Vec<String> = call
        .argument("Id")
        .map(|it| it.enumerate().iter().map(to_text).collect())
        .unwrap_or_default();
    let state = common::text(call, "State");
    let text = |job: &Object, name: &str| to_text(&job.get(name).unwrap_or_default());
    let is_meant = |job: &&Object| {
        (names.is_empty() || names.iter().any(|it| like(it, &text(job, "Name"))))
            && (ids.is_empty() || ids.contains(&text(job, "Id")))
            && state
                .as_ref()
                .is_none_or(|it| it.eq_ignore_ascii_case(&text(job, "State")))
    };
    jobs.borrow().iter().filter(is_meant).cloned().collect()
}

fn get(jobs: &Jobs, call: &mut dyn Call) -> Outcome {
    for job in meant(jobs, call) {
        call.write(Value::Object(job))?;
    }
    Ok(())
}

fn receive(jobs: &Jobs, call: &mut dyn Call) -> Outcome {
    let keep = call.switch("Keep");
    for job in meant(jobs, call) {
        let Some(native) = job.native::<Job>() else {
            let message = "The command cannot find the job.";
            let id = "JobWithSpecifiedNameNotFound";
            let exception = "System.Management.Automation.PSArgumentException";
            let record = ErrorRecord::new(message, exception, id, Category::ObjectNotFound);
            call.error(record)?;
            continue;
        };
        let written = native.written.borrow().clone();
        for value in written {
            call.write_whole(value)?;
        }
        let error = native.error.borrow().clone();
        if let Some(record) = error {
            call.error((*record).clone())?;
        }
        if !keep {
            native.written.borrow_mut().clear();
            native.error.borrow_mut().take();
            job.set("HasMoreData", Value::Bool(false));
        }
        if call.switch("AutoRemoveJob") {
            jobs.borrow_mut().retain(|it| !it.is(&job));
        }
    }
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "what runs has one signature")]
fn remove(jobs: &Jobs, call: &mut dyn Call) -> Outcome {
    let gone = meant(jobs, call);
    let is_gone = |it: &Object| gone.iter().any(|gone| gone.is(it));
    jobs.borrow_mut().retain(|it| !is_gone(it));
    Ok(())
}
