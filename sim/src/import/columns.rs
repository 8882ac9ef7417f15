//! What columns are called: the names that programs give, and those of a file of one's own.

use std::collections::BTreeMap;

use mock_ad::directory::Schema;

use super::tenant;
use crate::scenario::{Name, nearest, read_document};
use crate::snapshot::{Problem, position, problems_of};

/// Headers of one's own, by their lower-case form; the target is an attribute of Active Directory,
/// a property of Graph, or `ignore`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns(BTreeMap<String, String>);

impl Columns {
    /// Reads a mapping file: YAML, one `Header: attribute` a line.
    ///
    /// ```
    /// use sim::import::columns::Columns;
    /// let columns = Columns::read("columns.yaml", "Anmeldename: sAMAccountName\n").unwrap();
    /// assert_eq!(columns.target("ANMELDENAME"), Some("sAMAccountName"));
    /// ```
    pub fn read(file: &str, source: &str) -> Result<Self, Vec<Problem>> {
        let written: BTreeMap<String, Name> =
            read_document(file, source).map_err(|found| problems_of(&found, source, EXAMPLE))?;
        let schema = Schema::standard();
        let mut all = BTreeMap::new();
        let mut problems = Vec::new();
        for (header, target) in written {
            if is_known(&target, &schema) {
                let is_ignored = target.eq_ignore_ascii_case(IGNORE);
                let target = if is_ignored { IGNORE } else { &target };
                all.insert(header.to_lowercase(), target.to_owned());
                continue;
            }
            let (line, column) = position(source, &target.at);
            problems.push(Problem {
                file: file.to_owned(),
                line,
                column,
                message: format!(
                    "`{target}` is neither an attribute of Active Directory nor a property of Graph"
                ),
                help: match meant(&target, &schema) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("{EXAMPLE}; `{IGNORE}` leaves a column out"),
                },
            });
        }
        if problems.is_empty() {
            Ok(Self(all))
        } else {
            problems.sort_by_key(|it| (it.line, it.column));
            Err(problems)
        }
    }

    /// What a header stands for.
    pub fn target(&self, header: &str) -> Option<&str> {
        self.0.get(&header.to_lowercase()).map(String::as_str)
    }
}

/// What a line of the file looks like.
const EXAMPLE: &str = "one header a line and what it means, such as `Anmeldename: sAMAccountName`";

/// What a row says of an account besides its attributes.
const ENABLED: &str = "enabled";

/// Whether one of the two halves reads it.
fn is_known(target: &str, schema: &Schema) -> bool {
    let mut others = tenant::properties().chain([IGNORE, ENABLED]);
    schema.attribute(target).is_some() || others.any(|it| it.eq_ignore_ascii_case(target))
}

/// The attribute or property that is probably meant.
fn meant<'a>(written: &str, schema: &'a Schema) -> Option<&'a str> {
    let lower = written.to_lowercase();
    let mut aliases = DIRECTORY.iter().chain(TENANT);
    if let Some((_, meant)) = aliases.find(|(alias, _)| *alias == lower) {
        return Some(meant);
    }
    let attributes = schema.attributes();
    let names: Vec<&str> = attributes.map(|(_, it)| it.name.as_str()).collect();
    let others: Vec<&str> = tenant::properties().chain([IGNORE, ENABLED]).collect();
    nearest(written, [names, others].concat())
}

/// What is written for a column that is to be left out.
pub(super) const IGNORE: &str = "ignore";

/// Properties of `Get-ADUser` and its sisters that are another name of an attribute.
pub(super) const DIRECTORY: &[(&str, &str)] = &[
    ("dn", "distinguishedName"),
    ("objectguid", "objectGUID"),
    ("guid", "objectGUID"),
    ("sid", "objectSid"),
    ("emailaddress", "mail"),
    ("email", "mail"),
    ("upn", "userPrincipalName"),
    ("samaccountname", "sAMAccountName"),
    ("surname", "sn"),
    ("lastname", "sn"),
    ("firstname", "givenName"),
    ("city", "l"),
    ("state", "st"),
    ("country", "c"),
    ("office", "physicalDeliveryOfficeName"),
    ("officephone", "telephoneNumber"),
    ("homephone", "homePhone"),
    ("mobilephone", "mobile"),
    ("fax", "facsimileTelephoneNumber"),
    ("pobox", "postOfficeBox"),
    ("organization", "o"),
    ("homepage", "wWWHomePage"),
    ("othername", "middleName"),
    ("logonworkstations", "userWorkstations"),
    ("created", "whenCreated"),
    ("modified", "whenChanged"),
    ("members", "member"),
    ("deleted", "isDeleted"),
];

/// Properties that cmdlets compute from others, or that are about the object in PowerShell.
pub(super) const COMPUTED: &[&str] = &[
    "accountexpirationdate",
    "accountlockouttime",
    "accountnotdelegated",
    "addedproperties",
    "allowreversiblepasswordencryption",
    "authenticationpolicy",
    "authenticationpolicysilo",
    "badlogoncount",
    "cannotchangepassword",
    "canonicalname",
    "certificates",
    "compoundidentitysupported",
    "createtimestamp",
    "doesnotrequirepreauth",
    "dscorepropagationdata",
    "groupcategory",
    "groupscope",
    "homedirrequired",
    "immutableid",
    "kerberosencryptiontype",
    "lastbadpasswordattempt",
    "lastlogondate",
    "lockedout",
    "memberof",
    "mnslogonaccount",
    "modifiedproperties",
    "modifytimestamp",
    "name",
    "ntsecuritydescriptor",
    "objectcategory",
    "passwordexpired",
    "passwordlastset",
    "passwordneverexpires",
    "passwordnotrequired",
    "primarygroup",
    "principalsallowedtodelegatetoaccount",
    "propertycount",
    "propertynames",
    "protectedfromaccidentaldeletion",
    "pscomputername",
    "removedproperties",
    "runspaceid",
    "sdrightseffective",
    "serviceprincipalnames",
    "sidhistory",
    "smartcardlogonrequired",
    "trustedfordelegation",
    "trustedtoauthfordelegation",
    "usedeskeyonly",
    "usnchanged",
    "usncreated",
];

/// Columns of the portal and of MSOnline, and what Graph calls them.
pub(super) const TENANT: &[(&str, &str)] = &[
    ("objectid", "id"),
    ("immutableid", "onPremisesImmutableId"),
    ("sourceanchor", "onPremisesImmutableId"),
    ("lastdirsynctime", "onPremisesLastSyncDateTime"),
    ("directorysynced", "onPremisesSyncEnabled"),
    ("dirsyncenabled", "onPremisesSyncEnabled"),
    ("whencreated", "createdDateTime"),
    ("createdtime", "createdDateTime"),
    ("softdeletiontimestamp", "deletedDateTime"),
    ("firstname", "givenName"),
    ("lastname", "surname"),
    ("title", "jobTitle"),
    ("office", "officeLocation"),
    ("physicaldeliveryofficename", "officeLocation"),
    ("telephonenumber", "businessPhones"),
    ("phonenumber", "businessPhones"),
    ("mobile", "mobilePhone"),
    ("fax", "faxNumber"),
    ("emailaddress", "mail"),
    ("alias", "mailNickname"),
    ("licenses", "assignedLicenses"),
    ("upn", "userPrincipalName"),
    ("userprincipalname", "userPrincipalName"),
];
