//! `Connect-MgGraph` and what belongs to a session.

use powershell::command::{Call, Parameter};
use powershell::host::Stream;
use powershell::value::Value;

use crate::declare::{Offer, Plan};
use crate::stage::{Remote, Stage};

const BANNER: &str = "Welcome to Microsoft Graph!\n\nConnected via delegated access using \
    14d82eec-204b-4c2f-b7e8-296a70dab67e\nReadme: https://aka.ms/graph/sdk/powershell\n\
    SDK Docs: https://aka.ms/graph/sdk/powershell/docs\nAPI Docs: https://aka.ms/graph/docs\n\n\
    NOTE: You can use the -NoWelcome parameter to suppress this message.\n";

/// The permissions of an administrator who may do everything.
const CONSENTED: [&str; 14] = [
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Domain.Read.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "Organization.Read.All",
    "RoleManagement.ReadWrite.Directory",
    "User.Read.All",
    "User.ReadWrite.All",
    "email",
    "openid",
    "profile",
];

pub(super) fn declare(offer: &mut Offer, stage: &Stage) {
    let parameters = || {
        vec![
            Parameter::texts("Scopes").at(1),
            Parameter::text("ClientId").or(&["AppId", "ApplicationId"]),
            Parameter::text("TenantId").or(&["Audience", "Tenant"]),
            Parameter::text("CertificateSubjectName").or(&["CertificateSubject"]),
            Parameter::text("CertificateThumbprint"),
            Parameter::object("Certificate"),
            Parameter::object("ClientSecretCredential"),
            Parameter::object("AccessToken"),
            Parameter::switch("Identity").or(&["ManagedIdentity", "ManagedServiceIdentity"]),
            Parameter::switch("EnvironmentVariable"),
            Parameter::switch("UseDeviceAuthentication").or(&[
                "UseDeviceCode",
                "DeviceCode",
                "DeviceAuth",
                "Device",
            ]),
            Parameter::text("Environment").or(&["EnvironmentName", "NationalCloud"]),
            Parameter::text("ContextScope"),
            Parameter::switch("NoWelcome"),
            Parameter::switch("SendCertificateChain"),
            Parameter::switch("Force"),
            Parameter::int("ClientTimeout"),
        ]
    };
    let on = stage.clone();
    let plan = Plan::new(
        "Connect-MgGraph",
        parameters(),
        "Signs in to Microsoft Graph.",
    );
    offer.offer(plan, move |call| {
        on.connect(Remote::Graph, true);
        let scopes = call.texts("Scopes");
        let each = scopes.iter().flat_map(|it| it.split([',', ' ']));
        let each = each.map(|it| it.trim().to_owned());
        on.ask_for(each.filter(|it| !it.is_empty()));
        if call.switch("NoWelcome") {
            return Ok(());
        }
        call.host().write(Stream::Information, BANNER, None);
        Ok(())
    });
    offer.alias("Connect-Graph", "Connect-MgGraph");
    let plan = Plan::new(
        "Connect-Entra",
        parameters(),
        "Signs in to Microsoft Entra.",
    );
    let on = stage.clone();
    offer.offer(plan, move |_| {
        on.connect(Remote::Graph, true);
        Ok(())
    });
    let off = stage.clone();
    let plan = Plan::new(
        "Disconnect-MgGraph",
        Vec::new(),
        "Signs out of Microsoft Graph.",
    );
    offer.offer(plan, move |call| {
        let context = context(&off, call);
        off.connect(Remote::Graph, false);
        call.write(context)
    });
    offer.alias("Disconnect-Graph", "Disconnect-MgGraph");
    offer.alias("Disconnect-Entra", "Disconnect-MgGraph");
    let of = stage.clone();
    let plan = Plan::new("Get-MgContext", Vec::new(), "Shows who is signed in.");
    offer.offer(plan, move |call| {
        let context = context(&of, call);
        if context.is_null() {
            Ok(())
        } else {
            call.write(context)
        }
    });
    offer.alias("Get-EntraContext", "Get-MgContext");
    declare_options(offer);
}

/// What chooses how requests are sent, which here is one way.
fn declare_options(offer: &mut Offer) {
    for (name, parameter, about) in [
        (
            "Select-MgProfile",
            "Name",
            "Chooses v1.0 or beta (of old versions of the module).",
        ),
        (
            "Set-MgRequestContext",
            "MaxRetry",
            "Sets how requests are sent.",
        ),
        (
            "Set-MgGraphOption",
            "EnableLoginByWAM",
            "Sets options of the module.",
        ),
    ] {
        let plan = Plan::new(name, vec![Parameter::object(parameter).at(0)], about);
        offer.offer(plan, |_| Ok(()));
    }
}

fn context(stage: &Stage, _call: &dyn Call) -> Value {
    if !stage.is_connected(Remote::Graph) {
        return Value::Null;
    }
    let domain = stage.read(|world| world.tenant().domains.initial().to_string());
    let tenant = stage.read(|world| world.tenant().organization.id.to_string());
    // An administrator has consented to these before, and to what was asked for since.
    let mut scopes: Vec<String> = CONSENTED.iter().map(|it| (*it).to_owned()).collect();
    let asked = stage.scopes();
    scopes.extend(
        asked
            .into_iter()
            .filter(|it| !CONSENTED.contains(&it.as_str())),
    );
    let properties = [
        (
            "ClientId",
            Value::text("14d82eec-204b-4c2f-b7e8-296a70dab67e"),
        ),
        ("TenantId", Value::text(tenant)),
        ("Scopes", Value::texts(scopes)),
        ("AuthType", Value::text("Delegated")),
        ("TokenCredentialType", Value::text("InteractiveBrowser")),
        ("CertificateThumbprint", Value::Null),
        ("CertificateSubjectName", Value::Null),
        ("Account", Value::text(format!("admin@{domain}"))),
        ("AppName", Value::text("Microsoft Graph Command Line Tools")),
        ("ContextScope", Value::text("CurrentUser")),
        ("Environment", Value::text("Global")),
    ];
    crate::typed(
        "Microsoft.Graph.PowerShell.Authentication.AuthContext",
        properties,
    )
}
