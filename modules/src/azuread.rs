//! `AzureAD`, which Microsoft has retired, and the cmdlets of `Microsoft.Entra` that took its
//! place: nouns over Graph under the names that properties had in Azure AD Graph.

mod values;

use std::rc::Rc;

use powershell::command::{Call, Module, Parameter};
use powershell::error::{Category, ErrorRecord, Outcome};
use powershell::value::Value;
use serde_json::json;

use values::{class_of, get, object, remove, set_licence, write};

use crate::declare::{Offer, Plan};
use crate::stage::{CloudError, Remote, Stage};

/// The names of properties here, and in Graph.
const RENAMED: &[(&str, &str)] = &[
    ("ObjectId", "id"),
    ("DeletionTimestamp", "deletedDateTime"),
    ("ImmutableId", "onPremisesImmutableId"),
    ("DirSyncEnabled", "onPremisesSyncEnabled"),
    ("LastDirSyncTime", "onPremisesLastSyncDateTime"),
    (
        "OnPremisesSecurityIdentifier",
        "onPremisesSecurityIdentifier",
    ),
    ("ProvisioningErrors", "onPremisesProvisioningErrors"),
    ("MailNickName", "mailNickname"),
    ("Mobile", "mobilePhone"),
    ("PhysicalDeliveryOfficeName", "officeLocation"),
    ("FacsimileTelephoneNumber", "faxNumber"),
    ("UserStateChangedOn", "externalUserStateChangeDateTime"),
    ("UserState", "externalUserState"),
    (
        "RefreshTokensValidFromDateTime",
        "signInSessionsValidFromDateTime",
    ),
    ("CreatedDateTime", "createdDateTime"),
    ("TelephoneNumber", "businessPhones"),
];

/// What is read of a user.
const USER: &str = "id,accountEnabled,assignedLicenses,city,companyName,country,creationType,\
    department,displayName,faxNumber,givenName,onPremisesImmutableId,jobTitle,mail,mailNickname,\
    mobilePhone,onPremisesSecurityIdentifier,otherMails,passwordPolicies,officeLocation,\
    postalCode,preferredLanguage,onPremisesProvisioningErrors,proxyAddresses,state,streetAddress,\
    surname,businessPhones,usageLocation,userPrincipalName,userType,onPremisesSyncEnabled,\
    onPremisesLastSyncDateTime,deletedDateTime,createdDateTime";

/// What a cmdlet does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Get,
    New,
    Set,
    Remove,
    Restore,
    Add,
    RemoveLink,
    /// Sets the only link.
    SetLink,
    /// Takes the only link away.
    Unset,
}

#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_field_names, reason = "a noun is what it is called")]
struct Noun {
    /// Without `AzureAD`.
    noun: &'static str,
    /// The same without `Entra`, where it differs; `-` where there is none.
    entra: &'static str,
    /// The type of object.
    class: &'static str,
    /// Collection; with `{}` for `-ObjectId` if it belongs to an object.
    path: &'static str,
    verbs: &'static [Verb],
}

const NOUNS: &[Noun] = &[
    Noun {
        noun: "User",
        entra: "User",
        class: "User",
        path: "/users",
        verbs: &[Verb::Get, Verb::New, Verb::Set, Verb::Remove],
    },
    Noun {
        noun: "Group",
        entra: "Group",
        class: "Group",
        path: "/groups",
        verbs: &[Verb::Get, Verb::New, Verb::Set, Verb::Remove],
    },
    Noun {
        noun: "Contact",
        entra: "Contact",
        class: "Contact",
        path: "/contacts",
        verbs: &[Verb::Get],
    },
    Noun {
        noun: "Domain",
        entra: "Domain",
        class: "Domain",
        path: "/domains",
        verbs: &[Verb::Get, Verb::Remove],
    },
    Noun {
        noun: "TenantDetail",
        entra: "TenantDetail",
        class: "TenantDetail",
        path: "/organization",
        verbs: &[Verb::Get],
    },
    Noun {
        noun: "SubscribedSku",
        entra: "SubscribedSku",
        class: "SubscribedSku",
        path: "/subscribedSkus",
        verbs: &[Verb::Get],
    },
    Noun {
        noun: "DirectoryRole",
        entra: "DirectoryRole",
        class: "DirectoryRole",
        path: "/directoryRoles",
        verbs: &[Verb::Get],
    },
    Noun {
        noun: "DirectoryRoleMember",
        entra: "DirectoryRoleMember",
        class: "DirectoryObject",
        path: "/directoryRoles/{}/members",
        verbs: &[Verb::Get, Verb::Add, Verb::RemoveLink],
    },
    Noun {
        noun: "GroupMember",
        entra: "GroupMember",
        class: "DirectoryObject",
        path: "/groups/{}/members",
        verbs: &[Verb::Get, Verb::Add, Verb::RemoveLink],
    },
    Noun {
        noun: "GroupOwner",
        entra: "GroupOwner",
        class: "DirectoryObject",
        path: "/groups/{}/owners",
        verbs: &[Verb::Get, Verb::Add, Verb::RemoveLink],
    },
    Noun {
        noun: "UserMembership",
        entra: "UserMembership",
        class: "DirectoryObject",
        path: "/users/{}/memberOf",
        verbs: &[Verb::Get],
    },
    Noun {
        noun: "UserManager",
        entra: "UserManager",
        class: "User",
        path: "/users/{}/manager",
        verbs: &[Verb::Get, Verb::SetLink, Verb::Unset],
    },
    Noun {
        noun: "MSGroup",
        entra: "-",
        class: "Group",
        path: "/groups",
        verbs: &[Verb::Get, Verb::New, Verb::Set, Verb::Remove],
    },
    Noun {
        noun: "UserDirectReport",
        entra: "UserDirectReport",
        class: "DirectoryObject",
        path: "/users/{}/directReports",
        verbs: &[Verb::Get],
    },
    Noun {
        noun: "UserLicenseDetail",
        entra: "UserLicenseDetail",
        class: "LicenseDetail",
        path: "/users/{}/licenseDetails",
        verbs: &[Verb::Get],
    },
    Noun {
        noun: "MSDeletedDirectoryObject",
        entra: "DeletedDirectoryObject",
        class: "DirectoryObject",
        path: "/directory/deletedItems",
        verbs: &[Verb::Get, Verb::Remove, Verb::Restore],
    },
    Noun {
        noun: "MSDeletedGroup",
        entra: "DeletedGroup",
        class: "Group",
        path: "/directory/deletedItems/microsoft.graph.group",
        verbs: &[Verb::Get],
    },
    Noun {
        noun: "-",
        entra: "DeletedUser",
        class: "User",
        path: "/directory/deletedItems/microsoft.graph.user",
        verbs: &[Verb::Get],
    },
];

/// Whose cmdlets they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Era {
    AzureAd,
    Entra,
}

/// The module of old.
pub(crate) fn module(stage: &Stage) -> Rc<dyn Module> {
    let mut offer = Offer::new("AzureAD", "Microsoft.Open.AzureAD16.PowerShell.");
    declare_session(&mut offer, stage);
    declare_nouns(&mut offer, stage, Era::AzureAd);
    let nouns = ["Application", "DeletedApplication", "ServicePrincipal"];
    let on = stage.clone();
    offer.offer_none("AzureAD", &nouns, move |call| {
        signed_in(&on, call, Era::AzureAd)
    });
    Rc::new(offer)
}

/// The module of now.
pub(crate) fn entra(stage: &Stage) -> Rc<dyn Module> {
    let mut offer = Offer::new("Microsoft.Entra", "Microsoft.Entra.PowerShell.");
    declare_nouns(&mut offer, stage, Era::Entra);
    Rc::new(offer)
}

fn declare_session(offer: &mut Offer, stage: &Stage) {
    let parameters = vec![
        Parameter::object("Credential").at(0),
        Parameter::text("TenantId").or(&["Domain", "TenantDomain"]),
        Parameter::text("AccountId"),
        Parameter::text("ApplicationId"),
        Parameter::text("CertificateThumbprint"),
        Parameter::text("AadAccessToken"),
        Parameter::text("MsAccessToken"),
        Parameter::text("AzureEnvironmentName").or(&["EnvironmentName"]),
        Parameter::text("LogLevel"),
    ];
    let on = stage.clone();
    let plan = Plan::new("Connect-AzureAD", parameters, "Signs in to Azure AD.");
    offer.offer(plan, move |call| {
        on.connect(Remote::AzureAd, true);
        let value = session(&on);
        call.write_whole(value)
    });
    offer.alias("Connect-AzureRmAD", "Connect-AzureAD");
    let on = stage.clone();
    let plan = Plan::new("Disconnect-AzureAD", Vec::new(), "Signs out of Azure AD.");
    offer.offer(plan, move |_| {
        on.connect(Remote::AzureAd, false);
        Ok(())
    });
    let on = stage.clone();
    let plan = Plan::new(
        "Get-AzureADCurrentSessionInfo",
        Vec::new(),
        "Shows the session.",
    );
    offer.offer(plan, move |call| {
        signed_in(&on, call, Era::AzureAd)?;
        let value = session(&on);
        call.write_whole(value)
    });
}

fn session(stage: &Stage) -> Value {
    let (domain, tenant) = stage.read(|world| {
        let tenant = world.tenant();
        (
            tenant.domains.initial().to_string(),
            tenant.organization.id.to_string(),
        )
    });
    let properties = [
        ("Account", Value::text(format!("admin@{domain}"))),
        ("Environment", Value::text("AzureCloud")),
        ("TenantId", Value::text(tenant)),
        ("TenantDomain", Value::text(domain)),
        ("AccountType", Value::text("User")),
    ];
    crate::typed(
        "Microsoft.Open.Azure.AD.CommonLibrary.PSAzureContext",
        properties,
    )
}

fn declare_nouns(offer: &mut Offer, stage: &Stage, era: Era) {
    for noun in NOUNS {
        for verb in noun.verbs {
            let name = match era {
                Era::AzureAd if noun.noun != "-" => format!("AzureAD{}", noun.noun),
                Era::Entra if noun.entra != "-" => format!("Entra{}", noun.entra),
                _ => continue,
            };
            declare(offer, stage, era, *noun, *verb, &name);
        }
    }
    let licences = vec![
        Parameter::text("ObjectId")
            .mandatory()
            .piped_by_name()
            .or(&["UserId"]),
        Parameter::object("AssignedLicenses").mandatory(),
    ];
    let on = stage.clone();
    let name = if era == Era::Entra {
        "Set-EntraUserLicense"
    } else {
        "Set-AzureADUserLicense"
    };
    let plan = Plan::new(name, licences, "Gives and takes licences.");
    offer.offer(plan, move |call| set_licence(&on, era, call));
    declare_sessions_ended(offer, stage, era);
    let ids = vec![
        Parameter::texts("ObjectIds")
            .mandatory()
            .or(&["DirectoryObjectId"]),
        Parameter::texts("Types").ignored(),
    ];
    let on = stage.clone();
    let name = if era == Era::Entra {
        "Get-EntraObjectByObjectId"
    } else {
        "Get-AzureADObjectByObjectId"
    };
    offer.offer(
        Plan::new(name, ids, "Gets objects by their ids."),
        move |call| {
            signed_in(&on, call, era)?;
            let ids: Vec<String> = call
                .texts("ObjectIds")
                .iter()
                .map(ToString::to_string)
                .collect();
            let body = json!({ "ids": ids });
            let target = "/v1.0/directoryObjects/getByIds";
            match on.graph(call, "POST", target, Some(&body), &[])? {
                Ok(answer) => {
                    let all = answer["value"].as_array().cloned().unwrap_or_default();
                    all.iter().try_for_each(|it| {
                        call.write_whole(object(it, class_of(it, "DirectoryObject")))
                    })
                }
                Err(error) => fail(call, era, &error),
            }
        },
    );
}

/// Cmdlets that end the sessions of a user, and those that set a password.
fn declare_sessions_ended(offer: &mut Offer, stage: &Stage, era: Era) {
    let id = || {
        Parameter::text("ObjectId")
            .mandatory()
            .piped_by_name()
            .or(&["UserId", "Id"])
    };
    let name = match era {
        Era::AzureAd => "Revoke-AzureADUserAllRefreshToken",
        Era::Entra => "Revoke-EntraUserAllRefreshToken",
    };
    let on = stage.clone();
    let plan = Plan::new(name, vec![id()], "Ends the sessions of a user.");
    offer.offer(plan, move |call| {
        signed_in(&on, call, era)?;
        let id = crate::graph::encode(&crate::given(call, "ObjectId"));
        let target = format!("/v1.0/users/{id}/revokeSignInSessions");
        match on.graph(call, "POST", &target, None, &[])? {
            Ok(_) => Ok(()),
            Err(error) => fail(call, era, &error),
        }
    });
    let name = match era {
        Era::AzureAd => "Set-AzureADUserPassword",
        Era::Entra => "Set-EntraUserPassword",
    };
    let parameters = vec![
        id(),
        Parameter::object("Password").mandatory(),
        Parameter::object("ForceChangePasswordNextLogin"),
        Parameter::object("EnforceChangePasswordPolicy"),
    ];
    let on = stage.clone();
    let plan = Plan::new(name, parameters, "Sets the password of a user.");
    offer.offer(plan, move |call| {
        signed_in(&on, call, era)?;
        let id = crate::graph::encode(&crate::given(call, "ObjectId"));
        let password = match call.argument("Password") {
            Some(Value::Secure(text)) => text.to_string(),
            other => other.map(|it| crate::text(&it)).unwrap_or_default(),
        };
        let body = json!({ "passwordProfile": { "password": password } });
        let target = format!("/v1.0/users/{id}");
        match on.graph(call, "PATCH", &target, Some(&body), &[])? {
            Ok(_) => Ok(()),
            Err(error) => fail(call, era, &error),
        }
    });
}

fn properties(class: &str) -> Vec<Parameter> {
    let names: &[(&str, &str)] = match class {
        "User" => &[
            ("AccountEnabled", "System.Boolean"),
            ("City", ""),
            ("CompanyName", ""),
            ("Country", ""),
            ("Department", ""),
            ("DisplayName", ""),
            ("FacsimileTelephoneNumber", ""),
            ("GivenName", ""),
            ("ImmutableId", ""),
            ("JobTitle", ""),
            ("MailNickName", ""),
            ("Mobile", ""),
            ("OtherMails", "System.Object"),
            ("PasswordPolicies", ""),
            ("PasswordProfile", "System.Object"),
            ("PhysicalDeliveryOfficeName", ""),
            ("PostalCode", ""),
            ("PreferredLanguage", ""),
            ("State", ""),
            ("StreetAddress", ""),
            ("Surname", ""),
            ("TelephoneNumber", ""),
            ("UsageLocation", ""),
            ("UserPrincipalName", ""),
            ("UserType", ""),
        ],
        _ => &[
            ("Description", ""),
            ("DisplayName", ""),
            ("MailEnabled", "System.Boolean"),
            ("MailNickName", ""),
            ("SecurityEnabled", "System.Boolean"),
        ],
    };
    let parameter = |(name, kind): &(&str, &str)| {
        let kind = if kind.is_empty() {
            "System.String"
        } else {
            kind
        };
        Parameter::new(name, kind).nullable()
    };
    names.iter().map(parameter).collect()
}

fn declare(offer: &mut Offer, stage: &Stage, era: Era, noun: Noun, verb: Verb, name: &str) {
    let nested = noun.path.contains("{}");
    let aliases: &[&str] = match noun.class {
        "User" => &["UserId", "Id", "DeletedUserId"],
        "Group" => &["GroupId", "Id", "DeletedGroupId"],
        "Domain" => &["Name", "DomainId"],
        _ => &[
            "Id",
            "UserId",
            "GroupId",
            "DirectoryRoleId",
            "DirectoryObjectId",
            "OrgContactId",
        ],
    };
    let id = Parameter::text("ObjectId").piped_by_name().or(aliases);
    let word = match verb {
        Verb::Get => "Get",
        Verb::New => "New",
        Verb::Set | Verb::SetLink => "Set",
        Verb::Remove | Verb::RemoveLink | Verb::Unset => "Remove",
        Verb::Restore => "Restore",
        Verb::Add => "Add",
    };
    let about = format!("{word} {} of the tenant.", noun.path);
    let mut parameters = match verb {
        Verb::Get => vec![
            if nested { id.mandatory() } else { id },
            Parameter::text("Filter"),
            Parameter::text("SearchString").or(&["Search"]),
            Parameter::object("All"),
            Parameter::int("Top").or(&["Limit"]),
            Parameter::texts("Property").or(&["Select"]),
        ],
        Verb::New => Vec::new(),
        Verb::Set | Verb::Remove | Verb::Unset => vec![id.mandatory()],
        Verb::Restore => vec![
            id.mandatory(),
            Parameter::switch("AutoReconcileProxyConflict"),
            Parameter::text("NewUserPrincipalName"),
        ],
        Verb::Add | Verb::RemoveLink | Verb::SetLink => vec![
            id.mandatory(),
            Parameter::text("RefObjectId").or(&["MemberId", "OwnerId", "ManagerId"]),
        ],
    };
    if matches!(verb, Verb::New | Verb::Set) {
        parameters.extend(properties(noun.class));
    }
    let plan = Plan::new(format!("{word}-{name}"), parameters, &about);
    let plan = if era == Era::AzureAd {
        let class = format!("{word}{}", noun.noun);
        plan.class(format!("Microsoft.Open.AzureAD16.PowerShell.{class}"))
    } else {
        plan
    };
    let stage = stage.clone();
    offer.offer(plan, move |call| {
        signed_in(&stage, call, era)?;
        match verb {
            Verb::Get => get(&stage, era, noun, call),
            Verb::New | Verb::Set => write(&stage, era, noun, verb, call),
            _ => remove(&stage, era, noun, verb, call),
        }
    });
}

fn signed_in(stage: &Stage, call: &dyn Call, era: Era) -> Outcome {
    stage.alive()?;
    let (remote, message) = match era {
        Era::AzureAd => (
            Remote::AzureAd,
            "You must call the Connect-AzureAD cmdlet before calling any other cmdlets.",
        ),
        Era::Entra => (
            Remote::Graph,
            "Authentication needed. Please call Connect-Entra.",
        ),
    };
    if stage.is_connected(remote) {
        return Ok(());
    }
    let exception = "Microsoft.Open.Azure.AD.CommonLibrary.AadNeedAuthenticationException";
    let mut record = ErrorRecord::new(message, exception, exception, Category::AuthenticationError);
    record.activity = call.name();
    Err(record.into())
}

/// A refusal, as the cmdlets of the era report it: those of old end the statement.
fn fail(call: &mut dyn Call, era: Era, error: &CloudError) -> Outcome {
    if era == Era::Entra {
        let record = crate::graph::cloud_error(call, error);
        return call.error(record);
    }
    let action: String = call.name().replace("-AzureAD", "").replace('-', "");
    let message = format!(
        "Error occurred while executing {action} \nCode: {}\nMessage: {}\nHttpStatusCode: {}\n\
         HttpStatusDescription: {}\nHttpResponseStatus: Completed",
        error.code,
        error.message,
        error.status_name(),
        error.status_name(),
    );
    let exception = "Microsoft.Open.AzureAD16.Client.ApiException";
    let mut record = ErrorRecord::new(message, exception, exception, Category::NotSpecified);
    record.activity = call.name();
    let status = i32::from(error.status);
    record
        .properties
        .push(("ErrorCode".into(), Value::Int(status)));
    Err(record.into())
}
