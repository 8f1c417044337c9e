//! Times as signatures write them. All in whole epoch seconds.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Epoch seconds; 0 for times before the epoch.
pub(super) fn seconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// ISO 8601 basic form: `20180920T174101Z`. Out of the calendar's range: the epoch.
pub(super) fn basic(seconds: i64) -> String {
    let time = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    time.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Reads the basic form of `x-amz-date`, or that of an HTTP `date` (`Thu, 20 Sep 2018 17:41:01
/// GMT`).
pub(super) fn parse(text: &str) -> Option<i64> {
    parse_basic(text).or_else(|| {
        let time = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
        Some(time.as_second())
    })
}

/// By hand, as every request has one: eight digits, `T`, six digits, `Z`.
fn parse_basic(text: &str) -> Option<i64> {
    let (day, time) = text.strip_suffix('Z')?.split_once('T')?;
    let digits = |text: &str, len: usize| text.len() == len && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(day, 8) || !digits(time, 6) {
        return None;
    }
    let pair = |text: &str, at: usize| text[at..at + 2].parse::<i8>().ok();
    let time = DateTime::new(
        day[..4].parse().ok()?,
        pair(day, 4)?,
        pair(day, 6)?,
        pair(time, 0)?,
        pair(time, 2)?,
        pair(time, 4)?,
        0,
    );
    Some(TimeZone::UTC.to_timestamp(time.ok()?).ok()?.as_second())
}
