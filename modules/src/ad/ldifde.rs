//! `ldifde`, as far as it exports: what old procedures read an object's GUID from.

use std::fmt::Write as _;

use mock_ad::ldif::write_value;
use mock_ad::search::{Filter, Scope};
use powershell::command::{Call, Parameter};
use powershell::error::{Category, ErrorRecord, Outcome};
use powershell::value::Value;

use super::store::{Query, find, look};
use crate::declare::{Offer, Plan};
use crate::stage::Stage;

/// The options that take a value.
const VALUED: &str = "fdrplstbcjoaqv";

pub(super) fn declare(offer: &mut Offer, stage: &Stage) {
    let on = stage.clone();
    let plan = Plan::new(
        "ldifde.exe",
        vec![Parameter::texts("Arguments").rest()],
        "Exports objects of Active Directory to a file.",
    );
    offer.offer(plan, move |call| run(&on, call));
    offer.alias("ldifde", "ldifde.exe");
    let plan = Plan::new(
        "repadmin.exe",
        vec![Parameter::texts("Arguments").rest()],
        "Lets domain controllers replicate.",
    )
    .but("there is one domain controller, and nothing to replicate");
    let on = stage.clone();
    offer.offer(plan, move |call| {
        on.alive()?;
        call.write(Value::text("SyncAll terminated with no errors."))
    });
    offer.alias("repadmin", "repadmin.exe");
}

fn run(stage: &Stage, call: &mut dyn Call) -> Outcome {
    let words: Vec<String> = call
        .argument("Arguments")
        .map(|it| it.enumerate().iter().map(crate::text).collect())
        .unwrap_or_default();
    let mut words = words.into_iter();
    let (mut file, mut base, mut filter, mut scope, mut names) = (None, None, None, None, None);
    while let Some(word) = words.next() {
        let option = word.trim_start_matches(['-', '/']).to_lowercase();
        match option.as_str() {
            "f" => file = words.next(),
            "d" => base = words.next(),
            "r" => filter = words.next(),
            "p" => scope = words.next(),
            "l" => names = words.next(),
            "i" => return Err(refused("ldifde -i is not simulated: use Set-ADUser.").into()),
            other if other.len() == 1 && VALUED.contains(other) => drop(words.next()),
            _ => {}
        }
    }
    let Some(file) = file else {
        return Err(refused("Invalid Parameters: Input/Output file name required.").into());
    };
    let filter = filter.unwrap_or_else(|| "(objectClass=*)".to_owned());
    let Ok(filter) = Filter::parse(&filter) else {
        return Err(refused("Search filter is invalid.").into());
    };
    let query = Query {
        base: base.unwrap_or_else(|| look(stage, 0, |it| it.base().to_string())),
        scope: match scope.map(|it| it.to_lowercase()).as_deref() {
            Some("base") => Scope::Base,
            Some("onelevel") => Scope::OneLevel,
            _ => Scope::Subtree,
        },
        filter,
        deleted: false,
        limit: None,
    };
    let attributes: Vec<String> = match names {
        Some(names) => names.split(',').map(|it| it.trim().to_owned()).collect(),
        None => vec!["*".to_owned()],
    };
    let entries = find(stage, call, 0, &query, &attributes)?;
    let mut text = String::new();
    for entry in &entries {
        write_value(&mut text, "dn", &entry.dn.as_str().into());
        text.push_str("changetype: add\n");
        for (name, values) in &entry.attributes {
            for value in values {
                write_value(&mut text, name, value);
            }
        }
        text.push('\n');
    }
    let host = look(stage, 0, |it| it.dns_host_name().clone());
    let mut said = format!("Connecting to \"{host}\"\nLogging in as current user using SSPI\n");
    let _ = writeln!(
        said,
        "Exporting directory to file {file}\nSearching for entries..."
    );
    if entries.is_empty() {
        said.push_str("No Entries found\n\nThe command has completed successfully");
        return call.write(Value::text(said));
    }
    let path = call.path(&file);
    let bytes = text.replace('\n', "\r\n").into_bytes();
    if call.host().replace(&path, &bytes).is_err() {
        return Err(refused(&format!("Unable to open output file {file}")).into());
    }
    let _ = write!(
        said,
        "Writing out entries\n{} entries exported\n\nThe command has completed successfully",
        entries.len()
    );
    call.write(Value::text(said))
}

/// What the program says on its error stream.
fn refused(message: &str) -> ErrorRecord {
    ErrorRecord::new(
        message,
        "System.Management.Automation.RemoteException",
        "NativeCommandError",
        Category::NotSpecified,
    )
}
