//! Passwords: kept beside the objects, so that no search and no export ever shows one.
//!
//! They are kept as they were given, for this is a mock whose passwords are test data: a replay of
//! the same changes gives the same directory, and a bind costs a comparison.

use jiff::Timestamp;
use store::Text;

use super::{
    AttributeId, Directory, Modification, Object, ObjectId, Operation, Refusal, Value, Values,
};

/// The Default Domain Policy, for what a domain does not tell: the fewest characters of a
/// password, that it must be complex, and how many may not come again.
const LENGTH_MIN: i64 = 7;
const PROPERTIES: i64 = DOMAIN_PASSWORD_COMPLEX;
const HISTORY: i64 = 24;

/// pwdProperties: passwords must be complex (MS-SAMR 2.2.3.4).
const DOMAIN_PASSWORD_COMPLEX: i64 = 0x1;

/// userAccountControl: the password does not expire, for a smart card is required, or that was
/// said, or the account is one of a trust or a computer (MS-ADTS 3.1.1.4.5.17).
const DOES_NOT_EXPIRE: i64 = 0x4_0000 | 0x1_0000 | 0x2000 | 0x1000 | 0x800;

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
        match (set, self.password_expiry(object)) {
            (_, i64::MAX) => PasswordState::Good,
            (None, _) => PasswordState::NeverSet,
            (Some(0), _) => PasswordState::MustChange,
            (_, expiry) if expiry < file_time(now) => PasswordState::Expired,
            _ => PasswordState::Good,
        }
    }

    /// When a password expires, or did: 0 for one that must be changed, and the largest number for
    /// one that never does (MS-ADTS 3.1.1.4.5.36).
    pub(crate) fn password_expiry(&self, object: &Object) -> i64 {
        let control = object.integer(AttributeId::USER_ACCOUNT_CONTROL);
        if control.unwrap_or_default() & DOES_NOT_EXPIRE != 0 {
            return i64::MAX;
        }
        let set = object
            .integer(AttributeId::PWD_LAST_SET)
            .unwrap_or_default();
        // The age is kept as a negative number of steps; the smallest number means none.
        let age_max = self
            .policy("maxPwdAge")
            .filter(|age| *age != 0 && *age != i64::MIN);
        match (set, age_max) {
            (0, _) => 0,
            (_, None) => i64::MAX,
            (set, Some(age)) => set.saturating_sub(age),
        }
    }

    /// The password of an account, if it has one that is known.
    pub fn password(&self, id: ObjectId) -> Option<&str> {
        let passwords = self.passwords.get(&id.0)?;
        passwords.first().map(|password| &**password)
    }

    /// The passwords that an account had before, the last first.
    pub(super) fn former_passwords(&self, id: ObjectId) -> impl Iterator<Item = &Text> {
        let passwords = self.passwords.get(&id.0).map_or(&[][..], |all| all);
        passwords.iter().skip(1)
    }

    /// Gives an account a password, whatever it is, without counting as a change.
    pub fn set_password(&mut self, id: ObjectId, password: &str) {
        self.passwords.insert(id.0, [password.into()].into());
    }

    /// Gives an account a password and remembers those before, as many as pwdHistoryLength says
    /// and no fewer than what a lockout passes over.
    pub(super) fn take_password(&mut self, id: ObjectId, password: Text) {
        const REMEMBERED_MIN: usize = 3;
        let length = usize::try_from(self.history_length()).unwrap_or_default();
        let known = self.passwords.get(&id.0).map_or(&[][..], |all| all);
        let all = std::iter::once(password).chain(known.iter().cloned());
        let all = all.take(length.max(REMEMBERED_MIN)).collect();
        self.passwords.insert(id.0, all);
    }

    fn history_length(&self) -> i64 {
        self.policy("pwdHistoryLength").unwrap_or(HISTORY)
    }

    /// The password that modifications of unicodePwd lead to (MS-ADTS 3.1.1.3.1.5.1): one replace
    /// resets it, and one delete of the old with one add of the new changes it.
    pub(super) fn new_password(
        &self,
        id: ObjectId,
        object: &Object,
        modifications: &[Modification],
        now: Timestamp,
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
                let password = second.map(one).transpose()?.unwrap_or_default();
                self.check_change(id, object, &password, now)?;
                password
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

    /// Whether a password may be changed by who has it: not before minPwdAge has passed, and not
    /// to one that pwdHistoryLength remembers. A reset is bound by neither (MS-SAMR 3.1.1.7.1).
    fn check_change(
        &self,
        id: ObjectId,
        object: &Object,
        password: &str,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let set = object
            .integer(AttributeId::PWD_LAST_SET)
            .unwrap_or_default();
        // Ages are negative, and a password that must be changed may be changed.
        let age_min = self.policy("minPwdAge").unwrap_or_default();
        let length = usize::try_from(self.history_length()).unwrap_or_default();
        let current = self.password(id).into_iter();
        let former = self.former_passwords(id).map(Text::as_str);
        let why = if set > 0 && file_time(now) < set.saturating_sub(age_min) {
            "it was set too recently"
        } else if current
            .chain(former)
            .take(length)
            .any(|known| known == password)
        {
            "the account had it before"
        } else {
            return Ok(());
        };
        let definition = self.schema.definition(AttributeId::UNICODE_PWD);
        Err(Refusal::password_policy(definition, why))
    }

    /// Whether the policy of the domain takes a password: long enough, and if that is asked for of
    /// three kinds of characters and without the names of the account (MS-SAMR 3.1.1.7.2).
    fn check_password(&self, object: &Object, password: &str) -> Result<(), Refusal> {
        let length = i64::try_from(password.encode_utf16().count()).unwrap_or(i64::MAX);
        let length_min = self.policy("minPwdLength").unwrap_or(LENGTH_MIN);
        let properties = self.policy("pwdProperties").unwrap_or(PROPERTIES);
        let complex = properties & DOMAIN_PASSWORD_COMPLEX != 0;
        let why = if length < length_min {
            format!("it has fewer than {length_min} characters")
        } else if complex && kinds(password) < 3 {
            "it has fewer than three of: capitals, small letters, digits, other characters"
                .to_owned()
        } else if let Some(name) = name_within(object, password).filter(|_| complex) {
            format!("it contains `{name}` of the names of the account")
        } else {
            return Ok(());
        };
        let definition = self.schema.definition(AttributeId::UNICODE_PWD);
        Err(Refusal::password_policy(definition, &why))
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

/// How many kinds of characters a password has.
fn kinds(password: &str) -> usize {
    let is = |kind: fn(char) -> bool| usize::from(password.chars().any(kind));
    is(char::is_uppercase)
        + is(char::is_lowercase)
        + is(|c| c.is_ascii_digit())
        + is(|c| c.is_ascii() && !c.is_ascii_alphanumeric())
        + is(|c| c.is_alphabetic() && !c.is_uppercase() && !c.is_lowercase())
}

/// The part of the names of an account that a password contains: the whole sAMAccountName, or a
/// word of displayName, if it has three characters.
fn name_within(object: &Object, password: &str) -> Option<String> {
    const PART_MIN: usize = 3;
    let lower = password.to_lowercase();
    let account = object.text(AttributeId::SAM_ACCOUNT_NAME).map(Text::as_str);
    let display = object
        .text(AttributeId::DISPLAY_NAME)
        .map_or("", Text::as_str);
    let words = display.split([',', '.', '-', '_', ' ', '#', '\t']);
    let mut parts = account.into_iter().chain(words).map(str::to_lowercase);
    parts.find(|part| part.chars().count() >= PART_MIN && lower.contains(&**part))
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
