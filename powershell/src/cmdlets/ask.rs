//! Questions to whoever runs the script, and secrets.

use std::rc::Rc;

use crate::command::{Call, Command, Parameter};
use crate::convert::to_text;
use crate::error::{Category, ErrorRecord, Outcome, Stop, Unwind};
use crate::types;
use crate::value::Value;

use super::common::{self, input, like, rendered};
use super::output::WIDTH;
use super::{SECURITY, UTILITY, collecting, simple};

pub(crate) fn commands() -> Vec<Command> {
    vec![
        simple(
            "Read-Host",
            UTILITY,
            "Asks for a line.",
            vec![
                Parameter::object("Prompt").at(0).rest().nullable(),
                Parameter::switch("AsSecureString"),
            ],
            read_host,
        ),
        simple(
            "Get-Credential",
            SECURITY,
            "Asks for a name and a password.",
            vec![
                Parameter::object("Credential")
                    .at(0)
                    .nullable()
                    .in_sets(&["CredentialSet"]),
                Parameter::text("Message").in_sets(&["MessageSet"]),
                Parameter::text("UserName").at(0).in_sets(&["MessageSet"]),
                Parameter::text("Title").in_sets(&["MessageSet"]),
            ],
            get_credential,
        )
        .by_default("CredentialSet"),
        simple(
            "ConvertTo-SecureString",
            SECURITY,
            "Makes a secure string of a string.",
            vec![
                Parameter::text("String").at(0).mandatory().piped(),
                Parameter::switch("AsPlainText"),
                Parameter::switch("Force"),
                Parameter::object("Key"),
                Parameter::object("SecureKey"),
            ],
            to_secure,
        ),
        simple(
            "ConvertFrom-SecureString",
            SECURITY,
            "Makes an encrypted string of a secure one.",
            vec![
                Parameter::new("SecureString", "System.Security.SecureString")
                    .at(0)
                    .mandatory()
                    .piped(),
                Parameter::object("Key"),
                Parameter::object("SecureKey"),
                Parameter::switch("AsPlainText"),
            ],
            from_secure,
        ),
        simple("pause", UTILITY, "Waits for Enter.", Vec::new(), |call| {
            ask(call, "Press Enter to continue...: ", false).map(|_| ())
        }),
        collecting(
            "Out-GridView",
            UTILITY,
            "Shows objects, and lets one choose.",
            vec![
                input(),
                Parameter::text("Title"),
                Parameter::switch("PassThru"),
                Parameter::text("OutputMode").one_of(&["None", "Single", "Multiple"]),
                Parameter::switch("Wait"),
            ],
            grid,
        ),
    ]
}

/// Asks; where nobody can answer the script ends, or it would ask for ever.
pub(crate) fn ask(call: &mut dyn Call, prompt: &str, secret: bool) -> Outcome<String> {
    let answer = call.host().ask(prompt, secret);
    answer.ok_or_else(|| Unwind::Stopped(Stop::Unanswered(prompt.trim().to_owned())))
}

fn read_host(call: &mut dyn Call) -> Outcome {
    let prompt = match call.argument("Prompt") {
        Some(value) => {
            let texts: Vec<String> = value.enumerate().iter().map(to_text).collect();
            format!("{}: ", texts.join(" "))
        }
        None => String::new(),
    };
    let secret = call.switch("AsSecureString");
    let answer = ask(call, &prompt, secret)?;
    call.write(if secret {
        Value::Secure(Rc::from(answer))
    } else {
        Value::from(answer)
    })
}

fn get_credential(call: &mut dyn Call) -> Outcome {
    let given = call
        .argument("Credential")
        .or_else(|| call.argument("UserName"));
    if let Some(Value::Object(credential)) = &given
        && credential.get("Password").is_some()
    {
        return call.write(Value::Object(credential.clone()));
    }
    if let Some(message) = common::text(call, "Message") {
        let text = format!("\nWindows PowerShell credential request\n{message}\n");
        call.host()
            .write(crate::host::Stream::Information, &text, None);
    }
    let user = match given.filter(|it| !it.is_null()) {
        Some(value) => to_text(&value),
        None => ask(call, "User: ", false)?,
    };
    let password = ask(call, &format!("Password for user {user}: "), true)?;
    call.write(types::net::credential(
        &user,
        &Value::Secure(Rc::from(password)),
    ))
}

/// What an encrypted string of ours begins with: there is no key, so nothing is hidden.
const MARK: &str = "01000000d08c9ddf0115d1118c7a00c04fc297eb";

fn to_secure(call: &mut dyn Call) -> Outcome {
    let text = common::text(call, "String").unwrap_or_default();
    if call.switch("AsPlainText") {
        if !call.switch("Force") {
            let record = ErrorRecord::new(
                "The system cannot protect plain text input. To suppress this warning and \
                convert the \
                 plain text to a SecureString, reissue the command specifying the Force \
                 parameter. For \
                 more information ,type: get-help ConvertTo-SecureString.",
                "System.ArgumentException",
                "ImportSecureString_ForceRequired",
                Category::InvalidArgument,
            );
            return Err(record.into());
        }
        return call.write(Value::Secure(Rc::from(text)));
    }
    let hex = text.strip_prefix(MARK).unwrap_or("x");
    let bytes: Option<Vec<u8>> = (0..hex.len())
        .step_by(2)
        .map(|at| {
            hex.get(at..at + 2)
                .and_then(|it| u8::from_str_radix(it, 16).ok())
        })
        .collect();
    if let Some(text) = bytes.and_then(|it| String::from_utf8(it).ok()) {
        call.write(Value::Secure(Rc::from(text)))
    } else {
        let record = ErrorRecord::new(
            "Input string was not in a correct format.",
            "System.FormatException",
            "ImportSecureString_InvalidArgument",
            Category::InvalidArgument,
        );
        call.error(record)
    }
}

fn from_secure(call: &mut dyn Call) -> Outcome {
    let Some(Value::Secure(text)) = call.argument("SecureString") else {
        return Ok(());
    };
    if call.switch("AsPlainText") {
        return call.write(Value::Text(text));
    }
    let hex: Vec<String> = text.bytes().map(|it| format!("{it:02x}")).collect();
    let hex = hex.concat();
    call.write(Value::from(format!("{MARK}{hex}")))
}

#[expect(clippy::needless_pass_by_value, reason = "these have one signature")]
fn grid(items: Vec<Value>, call: &mut dyn Call) -> Outcome {
    let mut text = rendered(call, &items, WIDTH)?;
    if let Some(title) = common::text(call, "Title") {
        text = format!("{title}\n{text}");
    }
    call.host()
        .write(crate::host::Stream::Information, &text, None);
    let mode = common::text(call, "OutputMode").unwrap_or_default();
    let many = call.switch("PassThru") || mode.eq_ignore_ascii_case("Multiple");
    if !many && !mode.eq_ignore_ascii_case("Single") {
        return Ok(());
    }
    let prompt = if many {
        "Rows to choose (numbers, or text): "
    } else {
        "Row to choose (number, or text): "
    };
    let answer = ask(call, prompt, false)?;
    for item in chosen(&items, &answer, many) {
        call.write_whole(item)?;
    }
    Ok(())
}

/// The rows that an answer means: by number from 1, by `*`, or by what is in them.
fn chosen(items: &[Value], answer: &str, many: bool) -> Vec<Value> {
    let mut all = Vec::new();
    for part in answer
        .split([',', ';'])
        .map(str::trim)
        .filter(|it| !it.is_empty())
    {
        if part == "*" || part.eq_ignore_ascii_case("all") {
            all.extend(items.iter().cloned());
        } else if let Ok(number) = part.parse::<usize>() {
            all.extend(number.checked_sub(1).and_then(|it| items.get(it)).cloned());
        } else {
            let pattern = format!("*{part}*");
            all.extend(
                items
                    .iter()
                    .filter(|it| like(&pattern, &to_text(it)))
                    .cloned(),
            );
        }
    }
    if !many {
        all.truncate(1);
    }
    all
}
