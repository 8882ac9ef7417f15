//! `Send-MailMessage`: nothing leaves, and that is said before a script runs.

use crate::command::{Command, Parameter};

use super::{UTILITY, simple};

pub(crate) fn commands() -> Vec<Command> {
    let parameters = vec![
        Parameter::texts("Attachments").or(&["PsPath"]).piped(),
        Parameter::texts("Bcc"),
        Parameter::text("Body").at(2),
        Parameter::switch("BodyAsHtml").or(&["BAH"]),
        Parameter::object("Encoding").or(&["BE"]),
        Parameter::texts("Cc"),
        Parameter::new("DeliveryNotificationOption", "System.Object").or(&["DNO"]),
        Parameter::text("From").mandatory(),
        Parameter::text("SmtpServer").or(&["ComputerName"]).at(3),
        Parameter::text("Priority").one_of(&["Normal", "Low", "High"]),
        Parameter::text("Subject").or(&["sub"]).at(1),
        Parameter::texts("To").at(0).mandatory(),
        Parameter::object("Credential"),
        Parameter::switch("UseSsl"),
        Parameter::int("Port"),
        Parameter::texts("ReplyTo"),
    ];
    vec![
        simple(
            "Send-MailMessage",
            UTILITY,
            "Sends a mail.",
            parameters,
            |_| Ok(()),
        )
        .but("no mail is sent"),
    ]
}
