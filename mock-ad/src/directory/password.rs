//! Passwords: kept beside the objects, so that no search and no export ever shows one.
//!
//! They are kept as they were given, for this is a mock whose passwords are test data: a replay of
//! the same changes gives the same directory, and a bind costs a comparison.

use jiff::Timestamp;
use store::Text;

use super::{
    AttributeId, Directory, Modification, Object, ObjectId, Operation, Refusal, Value, Values,
};

/// The fewest characters of a password (the Default Domain Policy).
const LENGTH_MIN: usize = 7;

/// userAccountControl: the password does not expire.
const DONT_EXPIRE_PASSWORD: i64 = 0x1_0000;

/// How a password is by its age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PasswordState {
    /// It is good.
    Good,
    /// Nobody has set one yet.
    NeverSet,
    /// It has to be changed at the next sign-in: pwdLastSet is 0.
    MustChange,
    /// It is older than maxPwdAge of the domain allows.
    Expired,
}

impl Directory {
    /// How old a password is by the policy of the domain, if it has one.
    pub(crate) fn password_state(&self, object: &Object, now: Timestamp) -> PasswordState {
        let set = object.integer(AttributeId::PWD_LAST_SET);
        let control = object.integer(AttributeId::USER_ACCOUNT_CONTROL);
        if control.unwrap_or_default() & DONT_EXPIRE_PASSWORD != 0 {
            return PasswordState::Good;
        }
        let age_max = self
            .schema
            .attribute("maxPwdAge")
            .and_then(|id| self.object(self.domain())?.integer(id))
            // The age is kept as a negative number of steps; the smallest number means none.
            .filter(|age| *age != 0 && *age != i64::MIN);
        match (set, age_max) {
            (None, _) => PasswordState::NeverSet,
            (Some(0), _) => PasswordState::MustChange,
            (Some(set), Some(age)) if set.saturating_sub(age) < file_time(now) => {
                PasswordState::Expired
            }
            _ => PasswordState::Good,
        }
    }

    /// The password of an account, if it has one that is known.
    pub fn password(&self, id: ObjectId) -> Option<&str> {
        self.passwords.get(&id.0).map(|password| &**password)
    }

    /// Gives an account a password, whatever it is, without counting as a change.
    pub fn set_password(&mut self, id: ObjectId, password: &str) {
        self.passwords.insert(id.0, password.into());
    }

    pub(super) fn take_password(&mut self, id: ObjectId, password: Text) {
        self.passwords.insert(id.0, password);
    }

    /// The password that modifications of unicodePwd lead to (MS-ADTS 3.1.1.3.1.5.1): one replace
    /// resets it, and one delete of the old with one add of the new changes it.
    pub(super) fn new_password(
        &self,
        id: ObjectId,
        object: &Object,
        modifications: &[Modification],
    ) -> Result<Option<Text>, Refusal> {
        let attribute = AttributeId::UNICODE_PWD;
        let mut found = modifications
            .iter()
            .filter(|modification| modification.attribute == attribute);
        let Some(first) = found.next() else {
            return Ok(None);
        };
        let second = found.next();
        let one = |modification: &Modification| match &*modification.values {
            [value] => unquoted(value),
            _ => Err(Refusal::password_form()),
        };
        let password = match (first.operation, second.map(|second| second.operation)) {
            (Operation::Replace, None) => one(first)?,
            (Operation::Delete, Some(Operation::Add)) if found.next().is_none() => {
                let old = one(first)?;
                if self.password(id).is_some_and(|known| known != old) {
                    let definition = self.schema.definition(attribute);
                    return Err(Refusal::password_wrong(definition));
                }
                second.map(one).transpose()?.unwrap_or_default()
            }
            _ => return Err(Refusal::password_form()),
        };
        self.check_password(object, &password)?;
        Ok(Some(password))
    }

    /// The password that a new account comes with.
    pub(super) fn first_password(
        &self,
        object: &Object,
        values: &[Value],
    ) -> Result<Text, Refusal> {
        let [value] = values else {
            return Err(Refusal::password_form());
        };
        let password = unquoted(value)?;
        self.check_password(object, &password)?;
        Ok(password)
    }

    /// Whether the Default Domain Policy takes a password: seven characters of three kinds, and
    /// not the name of the account.
    fn check_password(&self, object: &Object, password: &str) -> Result<(), Refusal> {
        let is = |kind: fn(char) -> bool| usize::from(password.chars().any(kind));
        let kinds = is(char::is_uppercase)
            + is(char::is_lowercase)
            + is(|c| c.is_ascii_digit())
            + is(|c| c.is_ascii() && !c.is_ascii_alphanumeric())
            + is(|c| c.is_alphabetic() && !c.is_uppercase() && !c.is_lowercase());
        let lower = password.to_lowercase();
        let account = object.text(AttributeId::SAM_ACCOUNT_NAME);
        let named = account
            .is_some_and(|name| name.chars().count() > 2 && lower.contains(&*name.to_lowercase()));
        let why = if password.chars().count() < LENGTH_MIN {
            "it has fewer than seven characters"
        } else if kinds < 3 {
            "it has fewer than three of: capitals, small letters, digits, other characters"
        } else if named {
            "it contains the sAMAccountName"
        } else {
            return Ok(());
        };
        let definition = self.schema.definition(AttributeId::UNICODE_PWD);
        Err(Refusal::password_policy(definition, why))
    }

    /// Whether an account may be enabled: it has a password, or needs none, or came with an export
    /// that tells when its password was set.
    pub(crate) fn may_be_enabled(&self, id: Option<ObjectId>, object: &Object) -> bool {
        const PASSWORD_NOT_REQUIRED: i64 = 0x20;
        let control = object.integer(AttributeId::USER_ACCOUNT_CONTROL);
        let needs_none = control.is_none_or(|control| control & PASSWORD_NOT_REQUIRED != 0);
        let set = object
            .integer(AttributeId::PWD_LAST_SET)
            .unwrap_or_default()
            != 0;
        needs_none || set || id.is_some_and(|id| self.password(id).is_some())
    }
}

/// The password in a value of unicodePwd: UTF-16, little-endian, within quotation marks.
fn unquoted(value: &Value) -> Result<Text, Refusal> {
    let bytes = value.as_bytes().ok_or_else(Refusal::password_form)?;
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
    let quote = u16::from(b'"');
    let inner = match &*units {
        [first, inner @ .., last] if *first == quote && *last == quote => inner,
        _ => return Err(Refusal::password_form()),
    };
    if !rest.is_empty() {
        return Err(Refusal::password_form());
    }
    let text = String::from_utf16(inner).map_err(|_| Refusal::password_form())?;
    Ok(text.into())
}

/// Notes on an object that its password was set.
pub(super) fn stamp(object: &mut Object, now: Timestamp) {
    let when = Values::One(Value::Integer(file_time(now)));
    object.set(AttributeId::PWD_LAST_SET, Some(when));
}

/// A time as Active Directory counts it: in steps of 100 nanoseconds since the year 1601.
pub(crate) fn file_time(time: Timestamp) -> i64 {
    const EPOCH_SECONDS: i64 = 11_644_473_600;
    let steps = i64::from(time.subsec_nanosecond()) / 100;
    (time.as_second() + EPOCH_SECONDS) * 10_000_000 + steps
}
