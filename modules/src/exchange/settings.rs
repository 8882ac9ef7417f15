//! Settings of mailboxes that nothing here depends on: their cmdlets find the mailbox, and change
//! nothing.

use powershell::command::{Impact, Parameter};

use super::{Which, found, identity, not_found, signed_in};
use crate::declare::{Offer, Plan};
use crate::stage::Stage;

/// Cmdlets and their parameters besides `-Identity`. One that begins with `/` is a switch.
const SETTINGS: &[(&str, &[&str])] = &[
    (
        "Set-CASMailbox",
        &[
            "ActiveSyncEnabled",
            "EwsEnabled",
            "ImapEnabled",
            "MAPIEnabled",
            "OWAEnabled",
            "OWAforDevicesEnabled",
            "OutlookMobileEnabled",
            "PopEnabled",
            "SmtpClientAuthenticationDisabled",
            "UniversalOutlookEnabled",
        ],
    ),
    (
        "Add-MailboxPermission",
        &[
            "User",
            "AccessRights",
            "AutoMapping",
            "InheritanceType",
            "Owner",
            "/Deny",
        ],
    ),
    (
        "Remove-MailboxPermission",
        &["User", "AccessRights", "InheritanceType", "/Deny"],
    ),
    ("Add-RecipientPermission", &["Trustee", "AccessRights"]),
    ("Remove-RecipientPermission", &["Trustee", "AccessRights"]),
    (
        "Set-MailboxAutoReplyConfiguration",
        &[
            "AutoReplyState",
            "EndTime",
            "ExternalAudience",
            "ExternalMessage",
            "InternalMessage",
            "StartTime",
        ],
    ),
    (
        "Set-MailboxRegionalConfiguration",
        &[
            "DateFormat",
            "Language",
            "TimeFormat",
            "TimeZone",
            "/LocalizeDefaultFolderName",
        ],
    ),
    ("Enable-Mailbox", &["/Archive", "/AutoExpandingArchive"]),
    ("Start-ManagedFolderAssistant", &["/FullCrawl"]),
];

/// Properties of mailboxes that `Set-Mailbox` takes and nothing here keeps.
pub(super) fn of_mailboxes() -> Vec<Parameter> {
    let mut all = Vec::new();
    for name in [
        "DeliverToMailboxAndForward",
        "ForwardingAddress",
        "ForwardingSmtpAddress",
        "GrantSendOnBehalfTo",
        "IssueWarningQuota",
        "LitigationHoldDuration",
        "LitigationHoldEnabled",
        "MailTip",
        "MaxReceiveSize",
        "MaxSendSize",
        "MessageCopyForSendOnBehalfEnabled",
        "MessageCopyForSentAsEnabled",
        "ProhibitSendQuota",
        "ProhibitSendReceiveQuota",
        "RetainDeletedItemsFor",
        "RetentionComment",
        "RetentionHoldEnabled",
        "RetentionPolicy",
        "AuditEnabled",
        "SingleItemRecoveryEnabled",
    ] {
        all.push(Parameter::object(name).nullable().ignored());
    }
    for number in 1..=15 {
        let name = format!("CustomAttribute{number}");
        all.push(Parameter::object(&name).nullable().ignored());
    }
    for number in 1..=5 {
        let name = format!("ExtensionCustomAttribute{number}");
        all.push(Parameter::object(&name).nullable().ignored());
    }
    all
}

pub(super) fn declare(offer: &mut Offer, stage: &Stage) {
    for (name, others) in SETTINGS {
        let mut parameters = vec![Parameter::object("Identity").at(0).mandatory().piped()];
        parameters.extend(others.iter().map(|it| match it.strip_prefix('/') {
            Some(name) => Parameter::switch(name),
            None => Parameter::object(it).nullable(),
        }));
        let plan = Plan::new(*name, parameters, "Changes settings of a mailbox.")
            .asking(Impact::Medium)
            .but("the mailbox is looked for, and nothing is changed");
        let on = stage.clone();
        offer.offer(plan, move |call| {
            signed_in(&on, call)?;
            let name = identity(call).unwrap_or_default();
            let known =
                on.read(|world| !found(world.tenant(), Which::Any, Some(&name), false).is_empty());
            if known {
                call.should_process(&name, &call.name())?;
                return Ok(());
            }
            let record = not_found(call, &name);
            call.error(record)
        });
    }
}
