//! How often an operation may be called: `5/s`, `30/min`, `10/h`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use strum::{EnumString, IntoStaticStr, VariantNames};

/// Calls in a unit of time, 1 to 100000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    calls: u32,
    per: Unit,
}

/// The time in which the calls are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantNames)]
enum Unit {
    #[strum(serialize = "s")]
    Second,
    #[strum(serialize = "min")]
    Minute,
    #[strum(serialize = "h")]
    Hour,
}

/// What a rate looks like, as text.
pub const RATE_FORM: &str = "1 to 100000 calls in a second, a minute or an hour, such as 5/s, 30/min or 10/h";

/// A text that is no rate: a fragment that fits after "failed to".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("read the rate `{0}`: a rate is {RATE_FORM}")]
pub struct NoRate(String);

impl Rate {
    /// The time from one call to the next.
    pub fn interval(self) -> Duration {
        let unit = match self.per {
            Unit::Second => Duration::from_secs(1),
            Unit::Minute => Duration::from_secs(60),
            Unit::Hour => Duration::from_secs(3_600),
        };
        unit / self.calls
    }
}

impl FromStr for Rate {
    type Err = NoRate;

    fn from_str(text: &str) -> Result<Self, NoRate> {
        let rate = text.split_once('/').and_then(|(calls, per)| {
            let digits = calls.bytes().all(|byte| byte.is_ascii_digit());
            let calls = calls.parse().ok().filter(|calls| digits && (1..=100_000).contains(calls))?;
            Some(Self { calls, per: per.parse().ok()? })
        });
        rate.ok_or_else(|| NoRate(text.to_owned()))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.calls, <&str>::from(self.per))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_calls_in_a_unit_of_time() {
        let interval = |text: &str| text.parse::<Rate>().map(Rate::interval);
        assert_eq!(interval("5/s"), Ok(Duration::from_millis(200)));
        assert_eq!(interval("30/min"), Ok(Duration::from_secs(2)));
        assert_eq!(interval("10/h"), Ok(Duration::from_secs(360)));
        assert_eq!("5/s".parse::<Rate>().map(|rate| rate.to_string()), Ok("5/s".to_owned()));
        for text in ["", "5", "0/s", "+5/s", "-1/s", "100001/s", "5/d", "5/", "/s", "5/s/s", "5 /s", "0.5/s"]
        {
            assert_eq!(text.parse::<Rate>(), Err(NoRate(text.to_owned())), "{text}");
        }
    }
}
