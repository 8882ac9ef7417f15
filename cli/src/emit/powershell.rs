//! A plan as a PowerShell script: it looks before each step, does nothing twice, stops on surprise
//! and writes down what it did.

use std::fmt::Write as _;

use mock_cloud::{ProxyAddress, SyncObjectType};
use sim::plan::{AccountFacts, Plan, Step};
use sim::repair::{What, dn};

use crate::error::Error;
use crate::report::planned::{Asked, marks, overview};

const COMMON: &str = include_str!("common.ps1");
const GRAPH: &str = include_str!("graph.ps1");
const MSONLINE: &str = include_str!("msonline.ps1");

/// The module that reaches the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Module {
    /// Microsoft.Graph.
    Graph,
    /// MSOnline.
    MsOnline,
}

/// The script, or the steps that the module has no command for.
pub(super) fn render(module: Module, asked: &Asked<'_>, plan: &Plan) -> Result<String, Error> {
    lacking(module, plan)?;
    let mut body = String::new();
    let mut told = None;
    for (number, step) in (1..).zip(&plan.steps) {
        let person = step.step.person.map(|person| dn(&plan.start, person));
        if person.is_some() && person != told {
            let _ = writeln!(
                body,
                "\n# ---- {}",
                comment(person.as_deref().unwrap_or_default())
            );
            told = person;
        }
        body.push_str(&written(module, plan, number, step));
    }
    let name = format!("plan-{:08x}", store::hash_bytes(body.as_bytes()) as u32);
    let mut text = format!(
        "# Repair of {}, profile {}\n# {}\n#\n",
        comment(asked.name),
        asked.profile.name(),
        comment(&overview(plan)),
    );
    for (_, trouble) in plan.decisions() {
        let _ = writeln!(text, "# Left to a person: {}", comment(&trouble.text));
    }
    text.push_str(&COMMON.replace("@PLAN@", &name));
    text.push_str(match module {
        Module::Graph => GRAPH,
        Module::MsOnline => MSONLINE,
    });
    text.push_str(&body);
    text.push_str("\nWrite-Log 'Everything that was planned is done.'\n");
    Ok(text)
}

/// What a module cannot do is refused, and not left out.
fn lacking(module: Module, plan: &Plan) -> Result<(), Error> {
    for step in &plan.steps {
        let other = step.account.as_ref().filter(|it| !it.before.kind.is_user());
        let (message, help) = match (&step.step.what, other) {
            (
                What::ClearObjectIdentifier(_)
                | What::ClearSecurityIdentifier(_)
                | What::SetCloudManaged(..),
                _,
            ) if module == Module::MsOnline => (
                format!("MSOnline has no command to {}", step.text),
                "emit `powershell`, which uses Microsoft Graph",
            ),
            (What::Delete(_) | What::Purge(_) | What::Restore(..), Some(_))
                if module == Module::MsOnline =>
            {
                (
                    format!(
                        "MSOnline shows no deleted groups and contacts, and so cannot {}",
                        step.text
                    ),
                    "emit `powershell`, which uses Microsoft Graph",
                )
            }
            (_, Some(facts)) if plan.start.tenant().object(facts.key).is_none() => (
                format!(
                    "a script cannot find what to {}: it only comes about on the way, and groups \
                     and contacts show no anchor",
                    step.text
                ),
                "carry out the steps before it, export both directories again and plan anew",
            ),
            _ => continue,
        };
        let help = help.to_owned();
        return Err(Error::Usage { message, help });
    }
    Ok(())
}

fn written(module: Module, plan: &Plan, number: u32, step: &Step) -> String {
    let mut text = format!(
        "\n# {number}. {}\n#    because {}\n",
        comment(&step.text),
        comment(&step.step.why)
    );
    for mark in marks(step) {
        let _ = writeln!(text, "#    {}", comment(&mark));
    }
    let flag = if step.step.is_irreversible() {
        " -Irreversible"
    } else {
        ""
    };
    let _ = writeln!(
        text,
        "Step {number}{flag} {} {{\n    {}\n}}",
        quoted(&step.text),
        call(module, plan, step)
    );
    text
}

/// The call of the function that carries out a step.
fn call(module: Module, plan: &Plan, step: &Step) -> String {
    let guid = step.object.as_ref().map(|it| it.guid.to_string());
    let guid = quoted(&guid.unwrap_or_default());
    let on = |name: &str| {
        let facts = step.account.as_ref();
        let account = facts.map_or_else(String::new, |it| account(module, plan, step, it));
        format!("{name} {account}")
    };
    let value = |name: &str, text: &str| format!("{} -Value {}", on(name), quoted(text));
    match &step.step.what {
        What::MoveOut { to: Some(_), .. } | What::MoveBack { to: Some(_), .. } => {
            let from = step.object.as_ref().map_or("", |it| parent(&it.dn));
            let to = step.to.as_deref().unwrap_or_default();
            let (from, to) = (quoted(from), quoted(to));
            format!("Move-Person -Guid {guid} -From {from} -To {to}")
        }
        What::MoveOut { .. } => format!("Set-Mark -Guid {guid} -Value 'User_NotSynced'"),
        What::MoveBack { .. } => format!("Set-Mark -Guid {guid} -Value ''"),
        What::Cycle(policy) => format!("Invoke-Cycle {policy:?}"),
        What::Delete(_) => on("Remove-Account"),
        What::Purge(_) => on("Remove-AccountForGood"),
        What::Restore(_, options) => {
            let new = options.new_user_principal_name.as_deref();
            format!(
                "{} -NewUpn {}",
                on("Restore-Account"),
                quoted(new.unwrap_or_default())
            )
        }
        What::SetImmutableId(_, _, anchor) => value("Set-ImmutableId", &anchor.to_string()),
        What::ClearImmutableId(_) => value("Set-ImmutableId", ""),
        What::RemoveRole(_, role) => format!("{} -Role {}", on("Remove-Role"), quoted(&role.0)),
        What::AssignRole(_, role) => format!("{} -Role {}", on("Add-Role"), quoted(&role.0)),
        What::ClearObjectIdentifier(_) => on("Clear-ObjectIdentifier"),
        What::ClearSecurityIdentifier(_) => on("Clear-SecurityIdentifier"),
        What::SetUpn(_, upn) => value("Set-Upn", upn),
        What::SetAddresses(_, list) => {
            let list = list.iter().map(ProxyAddress::as_str).map(quoted);
            let list: Vec<String> = list.collect();
            format!("{} -Value @({})", on("Set-Addresses"), list.join(", "))
        }
        What::SetCloudManaged(_, on_off) => {
            format!("{} -Value {}", on("Set-CloudManaged"), truth(*on_off))
        }
        What::BlockTakeover(on) => format!("Set-TakeoverBlock {}", truth(*on)),
        What::SetSynchronized(on) => format!("Set-Synchronized {}", truth(*on)),
        What::WaitUntilOff => "Wait-UntilOff".to_owned(),
        What::Wait => "Wait-Hour".to_owned(),
    }
}

const fn truth(on: bool) -> &'static str {
    if on { "$true" } else { "$false" }
}

/// How an account is found, and what it should look like before the step.
fn account(module: Module, plan: &Plan, step: &Step, facts: &AccountFacts) -> String {
    let before = &facts.before;
    // No interface shows the anchor of a group or contact.
    let anchor = before.on_premises.immutable_id.as_ref();
    let anchor = anchor.filter(|_| before.kind.is_user());
    let anchor = anchor.map(ToString::to_string);
    let kind = match before.kind.sync_type() {
        SyncObjectType::Group => "group",
        SyncObjectType::Contact => "contact",
        SyncObjectType::Device => "device",
        SyncObjectType::User => "user",
    };
    // What only comes about on the way has an id that nobody can foretell.
    let known = plan.start.tenant().object(facts.key).is_some();
    let find = match &anchor {
        Some(anchor) if !known => format!("Anchor = {}", quoted(anchor)),
        _ => format!("Id = {}", quoted(&before.id.to_string())),
    };
    let state = if before.is_live() { "live" } else { "deleted" };
    let synced = match module {
        Module::Graph => before.is_synced(),
        // What MSOnline shows is the date of the last sync.
        Module::MsOnline => before.is_synced() && before.on_premises.last_sync.is_some(),
    };
    let mut expect = format!(
        "State = '{state}'; Synced = {}; ImmutableId = {}",
        truth(synced),
        quoted(&anchor.unwrap_or_default())
    );
    let holds = before.mailbox.is_some() || !before.licences.is_empty();
    let deletes = matches!(step.step.what, What::Delete(_) | What::Purge(_));
    if deletes && !holds {
        expect.push_str("; HoldsNothing = $true");
    }
    let name = quoted(&before.label());
    format!("-Account @{{ Kind = '{kind}'; {find}; Name = {name} }} -Expect @{{ {expect} }}")
}

/// The name of what is above, in a distinguished name.
fn parent(dn: &str) -> &str {
    let mut escaped = false;
    for (place, one) in dn.char_indices() {
        match one {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ',' => return &dn[place + 1..],
            _ => {}
        }
    }
    ""
}

/// A text in single quotes, in which nothing stands for anything but itself. PowerShell takes
/// typographic quotes for quotes.
fn quoted(text: &str) -> String {
    let mut all = String::with_capacity(text.len() + 2);
    all.push('\'');
    for one in text.chars() {
        if is_quote(one) {
            all.push(one);
        }
        all.push(one);
    }
    all.push('\'');
    all
}

const fn is_quote(one: char) -> bool {
    matches!(
        one,
        '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}'
    )
}

/// A text that stays in its comment.
fn comment(text: &str) -> String {
    let end = |one: char| one.is_control() || matches!(one, '\u{2028}' | '\u{2029}' | '\u{85}');
    text.chars()
        .map(|it| if end(it) { ' ' } else { it })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What PowerShell reads from a text in single quotes (language specification 2.3.5.2): a pair
    /// of quotes is one, a single one ends it. Gives the value and what follows.
    fn read(source: &str) -> Option<(String, &str)> {
        let mut value = String::new();
        let mut rest = source.strip_prefix(is_quote)?;
        loop {
            let one = rest.chars().next()?;
            rest = &rest[one.len_utf8()..];
            if !is_quote(one) {
                value.push(one);
            } else if let Some(after) = rest.strip_prefix(is_quote) {
                // Of a pair the first is taken; both are alike here.
                value.push(one);
                rest = after;
            } else {
                return Some((value, rest));
            }
        }
    }

    proptest! {
        #[test]
        fn every_value_comes_back_as_it_was(text in "\\PC*|.*|['‘’‚‛$`\"(){};\n\r]{0,12}") {
            let source = format!("{}; Remove-Item C:\\", quoted(&text));
            let (value, rest) = read(&source).expect("a quoted text");
            prop_assert_eq!(&value, &text);
            prop_assert_eq!(rest, "; Remove-Item C:\\");
        }

        #[test]
        fn a_comment_ends_no_line(text in ".*|[\\r\\n\u{2028}\u{85}#>a]{0,9}") {
            let ends = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];
            let broken = comment(&text).contains(ends);
            prop_assert!(!broken);
        }
    }

    #[test]
    fn the_name_above_begins_behind_the_first_bare_comma() {
        assert_eq!(parent(r"CN=Doe\, Jane,OU=Staff,DC=x"), "OU=Staff,DC=x");
        assert_eq!(parent("DC=x"), "");
    }
}
