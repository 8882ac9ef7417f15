//! What a directory answers when it refuses a request.
//!
//! The texts are those that domain controllers send: eight hexadecimal digits of a Win32 code,
//! then prose that scripts and sync engines nevertheless parse. The DSIDs in them differ between
//! builds of Windows; these are of one build each, as captured.

use super::schema::{AttributeDefinition, attribute_number};

/// An LDAP result code (RFC 4511, section 4.1.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResultCode(pub u32);

impl ResultCode {
    /// success.
    pub const SUCCESS: Self = Self(0);
    /// operationsError.
    pub const OPERATIONS_ERROR: Self = Self(1);
    /// protocolError.
    pub const PROTOCOL_ERROR: Self = Self(2);
    /// timeLimitExceeded.
    pub const TIME_LIMIT_EXCEEDED: Self = Self(3);
    /// sizeLimitExceeded.
    pub const SIZE_LIMIT_EXCEEDED: Self = Self(4);
    /// compareFalse.
    pub const COMPARE_FALSE: Self = Self(5);
    /// compareTrue.
    pub const COMPARE_TRUE: Self = Self(6);
    /// authMethodNotSupported.
    pub const AUTH_METHOD_NOT_SUPPORTED: Self = Self(7);
    /// strongerAuthRequired.
    pub const STRONGER_AUTH_REQUIRED: Self = Self(8);
    /// referral.
    pub const REFERRAL: Self = Self(10);
    /// adminLimitExceeded.
    pub const ADMIN_LIMIT_EXCEEDED: Self = Self(11);
    /// unavailableCriticalExtension.
    pub const UNAVAILABLE_CRITICAL_EXTENSION: Self = Self(12);
    /// confidentialityRequired.
    pub const CONFIDENTIALITY_REQUIRED: Self = Self(13);
    /// saslBindInProgress.
    pub const SASL_BIND_IN_PROGRESS: Self = Self(14);
    /// noSuchAttribute.
    pub const NO_SUCH_ATTRIBUTE: Self = Self(16);
    /// undefinedAttributeType.
    pub const UNDEFINED_ATTRIBUTE_TYPE: Self = Self(17);
    /// inappropriateMatching.
    pub const INAPPROPRIATE_MATCHING: Self = Self(18);
    /// constraintViolation.
    pub const CONSTRAINT_VIOLATION: Self = Self(19);
    /// attributeOrValueExists.
    pub const ATTRIBUTE_OR_VALUE_EXISTS: Self = Self(20);
    /// invalidAttributeSyntax.
    pub const INVALID_ATTRIBUTE_SYNTAX: Self = Self(21);
    /// noSuchObject.
    pub const NO_SUCH_OBJECT: Self = Self(32);
    /// invalidDNSyntax.
    pub const INVALID_DN_SYNTAX: Self = Self(34);
    /// invalidCredentials.
    pub const INVALID_CREDENTIALS: Self = Self(49);
    /// insufficientAccessRights.
    pub const INSUFFICIENT_ACCESS_RIGHTS: Self = Self(50);
    /// busy.
    pub const BUSY: Self = Self(51);
    /// unavailable.
    pub const UNAVAILABLE: Self = Self(52);
    /// unwillingToPerform.
    pub const UNWILLING_TO_PERFORM: Self = Self(53);
    /// sortControlMissing (Active Directory's own name for 60).
    pub const SORT_CONTROL_MISSING: Self = Self(60);
    /// offsetRangeError (Active Directory's own name for 61).
    pub const OFFSET_RANGE_ERROR: Self = Self(61);
    /// namingViolation.
    pub const NAMING_VIOLATION: Self = Self(64);
    /// objectClassViolation.
    pub const OBJECT_CLASS_VIOLATION: Self = Self(65);
    /// notAllowedOnNonLeaf.
    pub const NOT_ALLOWED_ON_NON_LEAF: Self = Self(66);
    /// notAllowedOnRDN.
    pub const NOT_ALLOWED_ON_RDN: Self = Self(67);
    /// entryAlreadyExists.
    pub const ENTRY_ALREADY_EXISTS: Self = Self(68);
    /// affectsMultipleDSAs.
    pub const AFFECTS_MULTIPLE_DSAS: Self = Self(71);
    /// virtualListViewError.
    pub const VIRTUAL_LIST_VIEW_ERROR: Self = Self(76);
    /// other.
    pub const OTHER: Self = Self(80);
}

/// A request that the directory refused: data, as a client would receive it, and a hint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{hint} (LDAP {}: {message})", code.0)]
pub struct Refusal {
    /// The LDAP result code.
    pub code: ResultCode,
    /// The Win32 code at the front of the message.
    pub win32: u32,
    /// The diagnostic message of a domain controller, without its closing line feed and NUL.
    pub message: String,
    /// What exists of a name that does not; otherwise empty.
    pub matched_dn: String,
    /// What it means, in plain words.
    pub hint: String,
}

impl Refusal {
    pub(crate) fn new(code: ResultCode, win32: u32, detail: &str, hint: String) -> Self {
        Self {
            code,
            win32,
            message: format!("{win32:08X}: {detail}"),
            matched_dn: String::new(),
            hint,
        }
    }

    /// An error about the values of one attribute, in the two-line form of such messages.
    fn attribute(
        code: ResultCode,
        win32: u32,
        dsid: &str,
        problem: &str,
        definition: &AttributeDefinition,
        hint: String,
    ) -> Self {
        let number = attribute_number(definition.oid.as_ref()).unwrap_or_default();
        let detail = format!(
            "AtrErr: DSID-{dsid}, #1:\n\t0: {win32:08X}: DSID-{dsid}, problem {problem}, data 0, \
             Att {number:x} ({})",
            definition.name
        );
        Self::new(code, win32, &detail, hint)
    }

    pub(crate) fn no_object(dn: &str, best_match: &str) -> Self {
        let detail = format!(
            "NameErr: DSID-03100238, problem 2001 (NO_OBJECT), data 0, best match of:\n\t\
             '{best_match}'"
        );
        let hint = format!("there is no object `{dn}`; what exists of that path is `{best_match}`");
        Self {
            matched_dn: best_match.to_owned(),
            ..Self::new(ResultCode::NO_SUCH_OBJECT, 0x208D, &detail, hint)
        }
    }

    pub(super) fn name_exists(dn: &str) -> Self {
        let detail = "UpdErr: DSID-030503CF, problem 6005 (ENTRY_EXISTS), data 0";
        let hint = format!("there already is an object `{dn}`");
        Self::new(ResultCode::ENTRY_ALREADY_EXISTS, 0x2071, detail, hint)
    }

    pub(super) fn guid_exists(guid: &str) -> Self {
        let detail = "UpdErr: DSID-030503CF, problem 6005 (ENTRY_EXISTS), data 0";
        let hint = format!("another object already has the objectGUID {guid}");
        Self::new(ResultCode::ENTRY_ALREADY_EXISTS, 0x2071, detail, hint)
    }

    pub(super) fn sam_account_name_exists(name: &str, for_group: bool, owner: &str) -> Self {
        let (win32, dsid) = if for_group {
            (0x526, "031A11DA")
        } else {
            (0x524, "031A1261")
        };
        let detail = format!("UpdErr: DSID-{dsid}, problem 6005 (ENTRY_EXISTS), data 0");
        let hint = format!("sAMAccountName `{name}` belongs to `{owner}`; a domain has it once");
        Self::new(ResultCode::ENTRY_ALREADY_EXISTS, win32, &detail, hint)
    }

    pub(super) fn sam_account_name_invalid(name: &str, why: &str) -> Self {
        let detail = "SysErr: DSID-031A120C, problem 22 (Invalid argument), data 0";
        let hint = format!("sAMAccountName `{name}` is not allowed: {why}");
        Self::new(ResultCode::OTHER, 0x523, detail, hint)
    }

    pub(super) fn upn_exists(definition: &AttributeDefinition, upn: &str, owner: &str) -> Self {
        let hint = format!("userPrincipalName `{upn}` belongs to `{owner}`; a forest has it once");
        let code = ResultCode::CONSTRAINT_VIOLATION;
        let problem = "1005 (CONSTRAINT_ATT_TYPE)";
        Self::attribute(code, 0x21C8, "03200BBA", problem, definition, hint)
    }

    pub(super) fn spn_exists(definition: &AttributeDefinition, spn: &str, owner: &str) -> Self {
        let hint =
            format!("servicePrincipalName `{spn}` belongs to `{owner}`; a forest has it once");
        let code = ResultCode::CONSTRAINT_VIOLATION;
        let problem = "1005 (CONSTRAINT_ATT_TYPE)";
        Self::attribute(code, 0x21C7, "03200BBA", problem, definition, hint)
    }

    pub(crate) fn constraint(definition: &AttributeDefinition, win32: u32, hint: String) -> Self {
        let code = ResultCode::CONSTRAINT_VIOLATION;
        let problem = "1005 (CONSTRAINT_ATT_TYPE)";
        Self::attribute(code, win32, "03151D0C", problem, definition, hint)
    }

    pub(super) fn single_valued(definition: &AttributeDefinition) -> Self {
        let hint = format!("`{}` takes one value only", definition.name);
        Self::constraint(definition, 0x2081, hint)
    }

    /// The front end cannot convert a description or a value; the build is that of the server.
    fn conversion(code: ResultCode, build: u32, hint: String) -> Self {
        let detail = format!(
            "LdapErr: DSID-0C090D8A, comment: Error in attribute conversion operation, data 0, \
             v{build:x}"
        );
        Self::new(code, 0x57, &detail, hint)
    }

    /// A value has not the form of its syntax (documented for empty values of inbound
    /// provisioning; captured for numbers and truth values).
    pub(crate) fn bad_syntax(build: u32, hint: String) -> Self {
        Self::conversion(ResultCode::INVALID_ATTRIBUTE_SYNTAX, build, hint)
    }

    /// An operation of the rootDSE with a value that means nothing: ERROR_INVALID_PARAMETER
    /// (MS-ADTS 3.1.1.3.3.28), worded as other errors of that kind.
    pub(crate) fn bad_parameter(hint: String) -> Self {
        let detail = "SvcErr: DSID-031A1254, problem 5012 (DIR_ERROR), data 0";
        Self::new(ResultCode::OPERATIONS_ERROR, 0x57, detail, hint)
    }

    /// The recycle bin is on already (MS-ADTS 3.1.1.3.3.28); no capture is known.
    pub(super) fn feature_is_on() -> Self {
        let hint = "the recycle bin is on already".to_owned();
        let detail = "SvcErr: DSID-031A1254, problem 5003 (WILL_NOT_PERFORM), data 0";
        Self::new(ResultCode::ATTRIBUTE_OR_VALUE_EXISTS, 0x2083, detail, hint)
    }

    /// A value that should name an object is no name (captured with code 34).
    pub(crate) fn bad_name_value(build: u32, hint: String) -> Self {
        Self::conversion(ResultCode::INVALID_DN_SYNTAX, build, hint)
    }

    pub(super) fn value_exists(definition: &AttributeDefinition, value: &str) -> Self {
        let hint = format!("`{}` already has the value `{value}`", definition.name);
        let code = ResultCode::ATTRIBUTE_OR_VALUE_EXISTS;
        let problem = "1006 (ATT_OR_VALUE_EXISTS)";
        Self::attribute(code, 0x2083, "03151904", problem, definition, hint)
    }

    pub(crate) fn no_value(definition: &AttributeDefinition, value: Option<&str>) -> Self {
        let name = &definition.name;
        let hint = match value {
            Some(value) => format!("`{name}` has no value `{value}` to delete"),
            None => format!("`{name}` has no value to delete"),
        };
        let code = ResultCode::NO_SUCH_ATTRIBUTE;
        let problem = "1001 (NO_ATTRIBUTE_OR_VAL)";
        Self::attribute(code, 0x2076, "030F1BC2", problem, definition, hint)
    }

    pub(super) fn already_member(dn: &str) -> Self {
        let detail = "UpdErr: DSID-031A11DA, problem 6005 (ENTRY_EXISTS), data 0";
        let hint = format!("`{dn}` is a member already");
        Self::new(ResultCode::ENTRY_ALREADY_EXISTS, 0x562, detail, hint)
    }

    pub(super) fn not_a_member(dn: &str) -> Self {
        let detail = "SvcErr: DSID-031A11E5, problem 5003 (WILL_NOT_PERFORM), data 0";
        let hint = format!("`{dn}` is not a member");
        Self::new(ResultCode::UNWILLING_TO_PERFORM, 0x561, detail, hint)
    }

    pub(crate) fn system_only(name: &str, why: &str) -> Self {
        let detail = "SvcErr: DSID-031A10E7, problem 5003 (WILL_NOT_PERFORM), data 0";
        let hint = format!("`{name}` cannot be written: {why}");
        Self::new(ResultCode::UNWILLING_TO_PERFORM, 0x209A, detail, hint)
    }

    /// The directory alone writes the attribute: ERROR_DS_CANT_MOD_SYSTEM_ONLY.
    pub(super) fn not_modifiable(definition: &AttributeDefinition) -> Self {
        let hint = format!("only the directory itself writes `{}`", definition.name);
        let code = ResultCode::CONSTRAINT_VIOLATION;
        let problem = "1005 (CONSTRAINT_ATT_TYPE)";
        Self::attribute(code, 0x20B1, "030F112A", problem, definition, hint)
    }

    pub(super) fn on_rdn(name: &str) -> Self {
        let detail = "UpdErr: DSID-030F1357, problem 6004 (CANT_ON_RDN), data 0";
        let hint = format!("`{name}` names the object; rename the object instead");
        Self::new(ResultCode::NOT_ALLOWED_ON_RDN, 0x20B1, detail, hint)
    }

    /// A violation of classes: the number after `data` is that of the attribute, where the error
    /// is about one.
    fn class_violation(win32: u32, dsid: &str, data: u32, hint: String) -> Self {
        let detail =
            format!("UpdErr: DSID-{dsid}, problem 6002 (OBJ_CLASS_VIOLATION), data {data}");
        Self::new(ResultCode::OBJECT_CLASS_VIOLATION, win32, &detail, hint)
    }

    /// ERROR_DS_OBJECT_CLASS_REQUIRED, as captured in lsc#400.
    pub(super) fn no_class() -> Self {
        let hint = "there is no objectClass".to_owned();
        Self::class_violation(0x207B, "030515C6", 0, hint)
    }

    /// ERROR_DS_MISSING_REQUIRED_ATT, as captured on an undeletion.
    pub(super) fn required_missing(class: &str, attribute: &str) -> Self {
        let hint = format!("a {class} must have `{attribute}`");
        Self::class_violation(0x207C, "03151CEB", 0, hint)
    }

    /// ERROR_DS_ATT_NOT_DEF_FOR_CLASS; a capture for dNSHostName has `data 590443`.
    pub(super) fn not_of_class(class: &str, definition: &AttributeDefinition) -> Self {
        let number = attribute_number(definition.oid.as_ref()).unwrap_or_default();
        let hint = format!("a {class} has no `{}`", definition.name);
        Self::class_violation(0x207D, "03151D04", number, hint)
    }

    /// ERROR_DS_OBJ_CLASS_NOT_SUBCLASS (MS-ADTS 3.1.1.5.2.2); no capture is known, so the DSID is
    /// that of another class violation.
    pub(super) fn class_not_subclass(class: &str, structural: &str) -> Self {
        let hint = format!("an object is no {class} and {structural} at once");
        Self::class_violation(0x20B4, "0315119D", 0, hint)
    }

    /// ERROR_DS_ILLEGAL_MOD_OPERATION (MS-ADTS 3.1.1.5.3.5), without a capture as well.
    pub(super) fn class_fixed(from: &str, to: &str) -> Self {
        let hint = format!("the structural class of an object stays: a {from} becomes no {to}");
        Self::class_violation(0x2077, "0315119D", 0, hint)
    }

    /// ERROR_DS_CLASS_MUST_BE_CONCRETE (MS-ADTS 3.1.1.5.2.2).
    pub(super) fn class_not_concrete() -> Self {
        let hint = "objectClass must name a class that objects are made of, such as `user`";
        Self::unwilling(0x20A7, hint.to_owned())
    }

    /// A class that the schema does not have fails like any value that cannot be converted.
    pub(crate) fn unknown_class(name: &str, build: u32) -> Self {
        let hint = format!("the schema has no class `{name}`");
        Self::conversion(ResultCode::NO_SUCH_ATTRIBUTE, build, hint)
    }

    /// ERROR_DS_NAME_REFERENCE_INVALID, as Exchange's setup meets it for homeMDB.
    pub(super) fn bad_reference(definition: &AttributeDefinition, dn: &str) -> Self {
        let hint = format!("`{}` names `{dn}`, which does not exist", definition.name);
        let code = ResultCode::CONSTRAINT_VIOLATION;
        let problem = "1005 (CONSTRAINT_ATT_TYPE)";
        Self::attribute(code, 0x20B5, "03152392", problem, definition, hint)
    }

    pub(crate) fn naming(hint: String, best_match: &str) -> Self {
        let detail = format!(
            "NameErr: DSID-0305109C, problem 2005 (NAMING_VIOLATION), data 0, best match of:\n\t\
             '{best_match}'"
        );
        Self::new(ResultCode::NAMING_VIOLATION, 0x2099, &detail, hint)
    }

    pub(crate) fn not_a_leaf(dn: &str) -> Self {
        let detail = "UpdErr: DSID-030A0493, problem 6003 (CANT_ON_NON_LEAF), data 0";
        let hint = format!("`{dn}` has objects below it; delete the tree or empty it first");
        Self::new(ResultCode::NOT_ALLOWED_ON_NON_LEAF, 0x208C, detail, hint)
    }

    /// A request that the server will not carry out, with the Windows error behind it.
    pub fn unwilling(win32: u32, hint: String) -> Self {
        let detail = "SvcErr: DSID-031A1254, problem 5003 (WILL_NOT_PERFORM), data 0";
        Self::new(ResultCode::UNWILLING_TO_PERFORM, win32, detail, hint)
    }

    /// A value of unicodePwd that is no password in quotation marks, or one over a connection that
    /// is not encrypted.
    pub(crate) fn password_form() -> Self {
        let hint = "a password is set over TLS, as UTF-16 within quotation marks, by one replace \
                    or by one delete of the old and one add of the new"
            .to_owned();
        let detail = "SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0";
        Self::new(ResultCode::UNWILLING_TO_PERFORM, 0x1F, detail, hint)
    }

    pub(super) fn password_policy(definition: &AttributeDefinition, why: &str) -> Self {
        let hint = format!("the policy of the domain refuses the password: {why}");
        let code = ResultCode::CONSTRAINT_VIOLATION;
        let problem = "1005 (CONSTRAINT_ATT_TYPE)";
        Self::attribute(code, 0x52D, "03191083", problem, definition, hint)
    }

    pub(super) fn password_wrong(definition: &AttributeDefinition) -> Self {
        let hint = "the old password is not this one".to_owned();
        let code = ResultCode::CONSTRAINT_VIOLATION;
        let problem = "1005 (CONSTRAINT_ATT_TYPE)";
        Self::attribute(code, 0x56, "03191083", problem, definition, hint)
    }

    /// An account that is to be enabled has no password.
    pub(crate) fn no_password() -> Self {
        let hint = "an account needs a password before it is enabled".to_owned();
        Self::unwilling(0x52D, hint)
    }

    /// The attribute is not one that the schema has.
    pub(crate) fn unknown_attribute(name: &str, build: u32) -> Self {
        let hint = format!("the schema has no `{name}`");
        Self::conversion(ResultCode::NO_SUCH_ATTRIBUTE, build, hint)
    }

    /// A client may not do that.
    pub fn access_denied(hint: String) -> Self {
        let detail = "SecErr: DSID-03150F94, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0";
        Self::new(ResultCode::INSUFFICIENT_ACCESS_RIGHTS, 0x2098, detail, hint)
    }

    /// A name, or the value of an attribute that holds names, that is no distinguished name.
    pub(crate) fn bad_name(text: &str, hint: String) -> Self {
        let detail = format!(
            "NameErr: DSID-03050EB3, problem 2003 (BAD_ATT_SYNTAX), data 0, best match of:\n\t\
             '{text}'"
        );
        Self::new(ResultCode::INVALID_DN_SYNTAX, 0x2081, &detail, hint)
    }
}
