//! What columns are called: the names that programs give, and those of a file of one's own.

use std::collections::BTreeMap;

use crate::snapshot::Problem;

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
        let written: BTreeMap<String, String> = crate::scenario::read_document(file, source)
            .map_err(|found| crate::snapshot::problems_of(&found, source))?;
        let all = written
            .into_iter()
            .map(|(header, target)| (header.to_lowercase(), target));
        Ok(Self(all.collect()))
    }

    /// What a header stands for.
    pub fn target(&self, header: &str) -> Option<&str> {
        self.0.get(&header.to_lowercase()).map(String::as_str)
    }
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
