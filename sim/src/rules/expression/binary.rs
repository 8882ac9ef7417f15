//! Functions on bits, bytes, dates and kinds of values.

#![expect(
    clippy::unnecessary_wraps,
    reason = "functions of the language are alike"
)]

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ecow::EcoVec;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use mock_cloud::SecurityIdentifier;
use store::Text;
use uuid::Uuid;

use super::evaluate::{condition, each_of, number, text, wrong};
use super::function::Outcome;
use super::{Failure, RuleValue};

type Choices<'a> = &'a [&'static str];

#[expect(
    clippy::unnecessary_wraps,
    reason = "the end of functions that can fail"
)]
fn truth(value: bool) -> Outcome {
    Ok(RuleValue::Boolean(value))
}

pub(super) fn bit_and(values: &[RuleValue], _: Choices<'_>) -> Outcome {
    let bits = number(&values[0], "BitAnd")? & number(&values[1], "BitAnd")?;
    Ok(RuleValue::Number(bits))
}

pub(super) fn bit_or(values: &[RuleValue], _: Choices<'_>) -> Outcome {
    let bits = number(&values[0], "BitOr")? | number(&values[1], "BitOr")?;
    Ok(RuleValue::Number(bits))
}

pub(super) fn is_bit_set(values: &[RuleValue], _: Choices<'_>) -> Outcome {
    let flag = number(&values[1], "IsBitSet")?;
    truth(flag != 0 && number(&values[0], "IsBitSet")? & flag == flag)
}

pub(super) fn cbool(values: &[RuleValue], _: Choices<'_>) -> Outcome {
    truth(condition(&values[0])?)
}

pub(super) fn cnum(values: &[RuleValue], _: Choices<'_>) -> Outcome {
    match &values[0] {
        RuleValue::Null => Ok(RuleValue::Null),
        value => Ok(RuleValue::Number(number(value, "CNum")?)),
    }
}

/// References are kept as their distinguished names.
pub(super) fn cref(values: &[RuleValue], _: Choices<'_>) -> Outcome {
    Ok(values[0].clone())
}

pub(super) fn cstr(values: &[RuleValue], _: Choices<'_>) -> Outcome {
    match &values[0] {
        RuleValue::Null => Ok(RuleValue::Null),
        RuleValue::Many(each) => each_of(each, |one| cstr(std::slice::from_ref(one), &[])),
        RuleValue::Date(date) => Ok(RuleValue::Text(written(*date, "yyyy-MM-dd HH:mm:ss"))),
        value => Ok(RuleValue::Text(text(value, "CStr")?)),
    }
}

pub(super) fn is_present(values: &[RuleValue], _: Choices<'_>) -> Outcome {
    truth(values[0].is_present())
}

pub(super) fn is_null_or_empty(values: &[RuleValue], _: Choices<'_>) -> Outcome {
    truth(!values[0].is_present())
}

pub(super) fn is_null(values: &[RuleValue], _: Choices<'_>) -> Outcome {
    truth(values[0].values().is_empty())
}

pub(super) fn is_empty(values: &[RuleValue], _: Choices<'_>) -> Outcome {
    truth(!values[0].values().is_empty() && !values[0].is_present())
}

pub(super) fn is_string(values: &[RuleValue], _: Choices<'_>) -> Outcome {
    truth(matches!(values[0], RuleValue::Text(_)))
}

pub(super) fn is_numeric(values: &[RuleValue], _: Choices<'_>) -> Outcome {
    let reads = matches!(values[0], RuleValue::Number(_) | RuleValue::Text(_));
    truth(reads && values[0].as_number().is_some())
}

pub(super) fn is_date(values: &[RuleValue], _: Choices<'_>) -> Outcome {
    truth(match &values[0] {
        RuleValue::Date(_) => true,
        RuleValue::Text(text) => read_date(text).is_some(),
        _ => false,
    })
}

fn guid(text: &str) -> Option<Uuid> {
    let bare = text
        .strip_prefix('{')
        .and_then(|it| it.strip_suffix('}'))
        .unwrap_or(text);
    Uuid::try_parse(bare).ok().filter(|_| bare.len() == 36)
}

pub(super) fn is_guid(values: &[RuleValue], _: Choices<'_>) -> Outcome {
    truth(matches!(&values[0], RuleValue::Text(text) if guid(text).is_some()))
}

pub(super) fn cguid(values: &[RuleValue], _: Choices<'_>) -> Outcome {
    let written = text(&values[0], "CGuid")?;
    let guid = guid(&written)
        .ok_or_else(|| Failure::Type(format!("`CGuid` got `{written}`, which is no GUID")))?;
    Ok(RuleValue::Bytes(EcoVec::from(guid.to_bytes_le())))
}

pub(super) fn string_from_guid(values: &[RuleValue], _: Choices<'_>) -> Outcome {
    match &values[0] {
        RuleValue::Null => Ok(RuleValue::Null),
        RuleValue::Bytes(bytes) if bytes.len() == 16 => {
            let guid = <[u8; 16]>::try_from(bytes.as_slice()).unwrap_or_default();
            Ok(RuleValue::text(Uuid::from_bytes_le(guid).to_string()))
        }
        other => Err(wrong(other, "a GUID of 16 bytes", "StringFromGuid")),
    }
}

pub(super) fn string_from_sid(values: &[RuleValue], _: Choices<'_>) -> Outcome {
    match &values[0] {
        RuleValue::Null => Ok(RuleValue::Null),
        RuleValue::Bytes(bytes) => {
            let sid = SecurityIdentifier::from_bytes(bytes.clone());
            Ok(RuleValue::text(sid.to_string()))
        }
        other => Err(wrong(other, "the bytes of a SID", "StringFromSid")),
    }
}

/// Bytes as they are, text as UTF-16.
pub(super) fn to_base64(values: &[RuleValue], _: Choices<'_>) -> Outcome {
    match &values[0] {
        RuleValue::Null => Ok(RuleValue::Null),
        RuleValue::Many(each) => each_of(each, |one| to_base64(std::slice::from_ref(one), &[])),
        RuleValue::Bytes(bytes) => Ok(RuleValue::text(STANDARD.encode(bytes))),
        one => {
            let text = text(one, "ConvertToBase64")?;
            let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            Ok(RuleValue::text(STANDARD.encode(bytes)))
        }
    }
}

pub(super) fn from_base64(values: &[RuleValue], choices: Choices<'_>) -> Outcome {
    let written = text(&values[0], "ConvertFromBase64")?;
    let refuse = || Failure::Type(format!("`ConvertFromBase64` can't read `{written}`"));
    let bytes = STANDARD.decode(written.as_bytes()).map_err(|_| refuse())?;
    if choices
        .iter()
        .any(|choice| matches!(*choice, "UTF8" | "ASCII"))
    {
        return String::from_utf8(bytes)
            .map(RuleValue::text)
            .map_err(|_| refuse());
    }
    let words: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    String::from_utf16(&words)
        .map(RuleValue::text)
        .map_err(|_| refuse())
}

pub(super) fn to_utf8_hex(values: &[RuleValue], _: Choices<'_>) -> Outcome {
    let bytes = text(&values[0], "ConvertToUTF8Hex")?;
    let mut hex = String::with_capacity(bytes.len() * 2);
    for byte in bytes.bytes() {
        let _ = write!(hex, "{byte:02X}");
    }
    Ok(RuleValue::text(hex))
}

pub(super) fn from_utf8_hex(values: &[RuleValue], _: Choices<'_>) -> Outcome {
    let written = text(&values[0], "ConvertFromUTF8Hex")?;
    let pairs = written.as_bytes().chunks(2);
    let bytes: Option<Vec<u8>> = pairs
        .map(|pair| std::str::from_utf8(pair).ok().filter(|it| it.len() == 2))
        .map(|pair| u8::from_str_radix(pair?, 16).ok())
        .collect();
    bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .map(RuleValue::text)
        .ok_or_else(|| Failure::Type(format!("`ConvertFromUTF8Hex` can't read `{written}`")))
}

/// Seconds between 1601, from which Active Directory counts, and 1970.
const EPOCH: i64 = 11_644_473_600;

fn of_seconds(seconds: i64) -> i64 {
    (seconds + EPOCH).saturating_mul(10_000_000)
}

fn moment(date: i64) -> Option<DateTime> {
    let seconds = date.div_euclid(10_000_000) - EPOCH;
    let moment = Timestamp::from_second(seconds).ok()?;
    Some(Offset::UTC.to_datetime(moment))
}

/// `2013-01-10`, with a time of day, with or without a `T` and a `Z`.
fn read_date(text: &str) -> Option<i64> {
    let text = text.trim();
    let civil = |text: &str| {
        let civil: DateTime = text.parse().ok()?;
        Offset::UTC.to_timestamp(civil).ok()
    };
    let moment: Timestamp = text.parse().ok().or_else(|| civil(text))?;
    Some(of_seconds(moment.as_second()))
}

pub(super) fn cdate(values: &[RuleValue], _: Choices<'_>) -> Outcome {
    match &values[0] {
        RuleValue::Null => Ok(RuleValue::Null),
        date @ RuleValue::Date(_) => Ok(date.clone()),
        one => {
            let written = text(one, "CDate")?;
            read_date(&written).map(RuleValue::Date).ok_or_else(|| {
                Failure::Type(format!(
                    "`CDate` reads dates such as 2013-01-10, not `{written}`"
                ))
            })
        }
    }
}

pub(super) fn date_from_num(values: &[RuleValue], _: Choices<'_>) -> Outcome {
    match &values[0] {
        RuleValue::Null => Ok(RuleValue::Null),
        one => Ok(RuleValue::Date(number(one, "DateFromNum")?)),
    }
}

pub(super) fn num_from_date(values: &[RuleValue], _: Choices<'_>) -> Outcome {
    match &values[0] {
        RuleValue::Null => Ok(RuleValue::Null),
        RuleValue::Date(date) => Ok(RuleValue::Number(*date)),
        other => Err(wrong(other, "a date", "NumFromDate")),
    }
}

pub(super) fn format_date(values: &[RuleValue], _: Choices<'_>) -> Outcome {
    match &values[0] {
        RuleValue::Null => Ok(RuleValue::Null),
        RuleValue::Date(date) => {
            let format = text(&values[1], "FormatDateTime")?;
            Ok(RuleValue::Text(written(*date, &format)))
        }
        other => Err(wrong(other, "a date", "FormatDateTime")),
    }
}

/// Runs of `y M d H m s` become numbers of that many digits; all else stays.
fn written(date: i64, format: &str) -> Text {
    let Some(moment) = moment(date) else {
        return Text::new();
    };
    let mut text = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|it| it != first).unwrap_or(rest.len());
        let number = match first {
            'y' => Some(i64::from(moment.year())),
            'M' => Some(i64::from(moment.month())),
            'd' => Some(i64::from(moment.day())),
            'H' => Some(i64::from(moment.hour())),
            'm' => Some(i64::from(moment.minute())),
            's' => Some(i64::from(moment.second())),
            _ => None,
        };
        match number {
            Some(number) => {
                let _ = write!(text, "{number:0>width$}", width = end.min(9));
            }
            None => text.push_str(&rest[..end]),
        }
        rest = &rest[end..];
    }
    Text::from(text)
}
