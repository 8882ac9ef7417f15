//! The functions of the language, by name.

use super::binary as bin;
use super::evaluate::{Evaluate, special};
use super::lists;
use super::words;

/// A function: what it is called, how many arguments it takes, whether it is evaluated.
#[derive(Debug)]
pub struct Function {
    /// Its name; case matters.
    pub name: &'static str,
    /// It takes at least so many arguments.
    pub least: usize,
    /// It takes at most so many.
    pub most: usize,
    pub(super) how: Option<Evaluate>,
}

impl Function {
    /// Whether its value is computed; else a flow that calls it is reported and gives nothing.
    pub const fn is_evaluated(&self) -> bool {
        self.how.is_some()
    }

    /// Whether its first argument is the name of an attribute, in quotes.
    pub(super) fn names_an_attribute(&self) -> bool {
        matches!(self.name, "ImportedValue" | "ValueCount")
    }

    /// How many arguments it takes, in words.
    pub(super) fn arguments(&self) -> String {
        match (self.least, self.most) {
            (1, 1) => "1 argument".to_owned(),
            (least, most) if least == most => format!("{least} arguments"),
            (least, usize::MAX) => format!("{least} arguments or more"),
            (least, most) => format!("{least} to {most} arguments"),
        }
    }
}

pub(super) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

const MANY: usize = usize::MAX;

macro_rules! functions {
    ($($name:literal $least:tt $most:tt $how:expr;)*) => {
        /// Every function of the Functions Reference, and `ImportedValue` and `ValueCount`, which
        /// the shipped rules use besides.
        pub static FUNCTIONS: &[Function] = &[$(Function {
            name: $name,
            least: $least,
            most: $most,
            how: $how,
        }),*];
    };
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "beside functions that are not evaluated"
)]
const fn plain(function: fn(&[super::RuleValue], &[&'static str]) -> Outcome) -> Option<Evaluate> {
    Some(Evaluate::Plain(function))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "beside functions that are not evaluated"
)]
const fn own(function: special::Own) -> Option<Evaluate> {
    Some(Evaluate::Own(function))
}

/// The value of a function, or why there is none.
pub(super) type Outcome = Result<super::RuleValue, super::Failure>;

functions! {
    "BitAnd" 2 2 plain(bin::bit_and);
    "BitOr" 2 2 plain(bin::bit_or);
    "CBool" 1 1 plain(bin::cbool);
    "CDate" 1 1 plain(bin::cdate);
    "CertExtensionOids" 1 1 None;
    "CertFormat" 1 1 None;
    "CertFriendlyName" 1 1 None;
    "CertHashString" 1 1 None;
    "CertIssuer" 1 1 None;
    "CertIssuerDN" 1 1 None;
    "CertIssuerOid" 1 1 None;
    "CertKeyAlgorithm" 1 1 None;
    "CertKeyAlgorithmParams" 1 1 None;
    "CertNameInfo" 3 3 None;
    "CertNotAfter" 1 1 None;
    "CertNotBefore" 1 1 None;
    "CertPublicKeyOid" 1 1 None;
    "CertPublicKeyParametersOid" 1 1 None;
    "CertSerialNumber" 1 1 None;
    "CertSignatureAlgorithmOid" 1 1 None;
    "CertSubject" 1 1 None;
    "CertSubjectNameDN" 1 1 None;
    "CertSubjectNameOid" 1 1 None;
    "CertThumbprint" 1 1 None;
    "CertVersion" 1 1 None;
    "CBin" 1 2 None;
    "CGuid" 1 1 plain(bin::cguid);
    "CNum" 1 1 plain(bin::cnum);
    "CRef" 1 1 plain(bin::cref);
    "CStr" 1 1 plain(bin::cstr);
    "Contains" 2 3 plain(lists::contains);
    "ConvertFromBase64" 1 2 plain(bin::from_base64);
    "ConvertFromUTF8Hex" 1 1 plain(bin::from_utf8_hex);
    "ConvertToBase64" 1 1 plain(bin::to_base64);
    "ConvertToUTF8Hex" 1 1 plain(bin::to_utf8_hex);
    "Count" 1 1 plain(lists::count);
    "DNComponent" 2 2 plain(words::dn_component);
    "DNComponentRev" 2 3 plain(words::dn_component_rev);
    "DateAdd" 3 3 None;
    "DateFromNum" 1 1 plain(bin::date_from_num);
    "Error" 1 1 own(special::error);
    "EscapeDNComponent" 1 1 plain(words::escape_dn_component);
    "FormatDateTime" 2 2 plain(bin::format_date);
    "Guid" 0 0 None;
    "IIF" 3 3 own(special::iif);
    "ImportedValue" 1 1 own(special::imported);
    "InStr" 2 4 plain(words::in_str);
    "InStrRev" 2 4 plain(words::in_str_rev);
    "IsBitSet" 2 2 plain(bin::is_bit_set);
    "IsCert" 1 1 None;
    "IsDate" 1 1 plain(bin::is_date);
    "IsEmpty" 1 1 plain(bin::is_empty);
    "IsGuid" 1 1 plain(bin::is_guid);
    "IsNull" 1 1 plain(bin::is_null);
    "IsNullOrEmpty" 1 1 plain(bin::is_null_or_empty);
    "IsNumeric" 1 1 plain(bin::is_numeric);
    "IsPresent" 1 1 plain(bin::is_present);
    "IsString" 1 1 plain(bin::is_string);
    "Item" 2 2 plain(lists::item);
    "ItemOrNull" 2 2 plain(lists::item_or_null);
    "Join" 1 2 plain(lists::join);
    "LCase" 1 1 plain(words::lower);
    "LTrim" 1 1 plain(words::trim_start);
    "Left" 2 2 plain(words::left);
    "Len" 1 1 plain(words::length);
    "Mid" 2 3 plain(words::mid);
    "Now" 0 0 None;
    "NumFromDate" 1 1 plain(bin::num_from_date);
    "PCase" 1 1 plain(words::proper);
    "PadLeft" 3 3 plain(words::pad_left);
    "PadRight" 3 3 plain(words::pad_right);
    "RTrim" 1 1 plain(words::trim_end);
    "RandomNum" 2 2 None;
    "RemoveDuplicates" 1 1 plain(lists::remove_duplicates);
    "Replace" 3 3 plain(words::replace);
    "ReplaceChars" 2 2 plain(words::replace_chars);
    "Right" 2 2 plain(words::right);
    "Select" 3 3 own(special::select);
    "Split" 2 3 plain(lists::split);
    "StringFromGuid" 1 1 plain(bin::string_from_guid);
    "StringFromSid" 1 1 plain(bin::string_from_sid);
    "Switch" 2 MANY own(special::switch);
    "Thumbprint" 1 1 None;
    "Trim" 1 1 plain(words::trim);
    "UCase" 1 1 plain(words::upper);
    "ValueCount" 1 1 own(special::value_count);
    "Where" 3 3 own(special::filter);
    "With" 3 3 own(special::with);
    "Word" 3 3 plain(words::word);
}
