//! The clock of .NET: ticks of 100 nanoseconds since the year 1.

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::Offset;

use crate::value::{DateTime, DateTimeKind, Value};

/// The ticks of 1970-01-01.
const EPOCH: i64 = 621_355_968_000_000_000;
/// The ticks of 1601-01-01, where file times begin.
const FILE_EPOCH: i64 = 504_911_232_000_000_000;
/// Ticks in a second.
pub(crate) const SECOND: i64 = 10_000_000;
/// Ticks in a minute.
pub(crate) const MINUTE: i64 = 60 * SECOND;
/// Ticks in an hour.
pub(crate) const HOUR: i64 = 60 * MINUTE;
/// Ticks in a day.
pub(crate) const DAY: i64 = 24 * HOUR;

/// The ticks of a point in time.
pub(crate) fn ticks(time: &DateTime) -> i64 {
    let ticks = time.clock.as_nanosecond() / 100;
    i64::try_from(ticks).unwrap_or(0).saturating_add(EPOCH)
}

/// The point in time of ticks; `None` before the year 1 or after 9999.
pub(crate) fn from_ticks(ticks: i64, kind: DateTimeKind) -> Option<DateTime> {
    if ticks < 0 {
        return None;
    }
    let nanoseconds = i128::from(ticks.checked_sub(EPOCH)?) * 100;
    let clock = Timestamp::from_nanosecond(nanoseconds).ok()?;
    Some(DateTime { clock, kind })
}

/// The first moment of the year 1.
pub(crate) fn min() -> DateTime {
    from_ticks(0, DateTimeKind::Unspecified).unwrap_or(DateTime {
        clock: Timestamp::UNIX_EPOCH,
        kind: DateTimeKind::Unspecified,
    })
}

/// The last moment there is.
pub(crate) const fn max() -> DateTime {
    DateTime {
        clock: Timestamp::MAX,
        kind: DateTimeKind::Unspecified,
    }
}

/// The time of the host, as local time.
pub(crate) const fn local(clock: Timestamp) -> DateTime {
    DateTime {
        clock,
        kind: DateTimeKind::Local,
    }
}

/// The fields of a point in time.
pub(crate) fn fields(time: &DateTime) -> civil::DateTime {
    Offset::UTC.to_datetime(time.clock)
}

/// The point in time of fields.
pub(crate) fn from_fields(fields: civil::DateTime, kind: DateTimeKind) -> Option<DateTime> {
    let clock = Offset::UTC.to_timestamp(fields).ok()?;
    Some(DateTime { clock, kind })
}

/// The same point some ticks later.
pub(crate) fn later(time: &DateTime, by: i64) -> Option<DateTime> {
    from_ticks(ticks(time).checked_add(by)?, time.kind)
}

/// Its ticks as a file time.
pub(crate) fn file_time(time: &DateTime) -> i64 {
    ticks(time).saturating_sub(FILE_EPOCH)
}

/// The point in time of a file time.
pub(crate) fn from_file_time(file_time: i64, kind: DateTimeKind) -> Option<DateTime> {
    from_ticks(file_time.checked_add(FILE_EPOCH)?, kind)
}

/// A date without time.
pub(crate) fn date_of(time: &DateTime) -> DateTime {
    let all = ticks(time);
    from_ticks(all - all.rem_euclid(DAY), time.kind).unwrap_or(*time)
}

/// A point in time as a value, where there is one.
pub(crate) fn value(time: Option<DateTime>) -> Option<Value> {
    time.map(Value::DateTime)
}
