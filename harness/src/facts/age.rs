//! When a fact was seen, and whether that is long ago.

use jiff::civil::Date;

use super::registry::{Fact, Operations, Strength};

/// A recording older than this is *old*: it proves little about today's service.
const OLD_AFTER_MONTHS: i32 = 36;

impl Fact {
    /// True if the fact speaks of that operation.
    pub fn covers(&self, operation: &str) -> bool {
        match &self.operations {
            Operations::All => true,
            Operations::These(names) => names.iter().any(|name| name == operation),
        }
    }

    /// The year and month (1 to 12) in which the fact was seen, by its `as_of`.
    ///
    /// A year alone counts from its January, the oldest that it can mean. Of several dates and of
    /// a span the newest counts; a remark in parentheses is about the fact's fate, not about when
    /// it was seen. `None` without a date, and for `before 2018-03`, which says only what the date
    /// is not.
    pub fn recorded_year_month(&self) -> Option<(i16, i8)> {
        let dates = without_remarks(self.as_of.as_deref()?);
        dates.split(';').map(|date| newest(date.trim())).collect::<Option<Vec<_>>>()?.into_iter().max()
    }

    /// True for a recording that is more than three years old on that day, or that has no date.
    pub fn is_old_recording(&self, today: Date) -> bool {
        if self.strength != Strength::Recorded {
            return false;
        }
        self.recorded_year_month().is_none_or(|(year, month)| {
            let months = |year: i16, month: i8| i32::from(year) * 12 + i32::from(month);
            months(today.year(), today.month()) - months(year, month) > OLD_AFTER_MONTHS
        })
    }
}

/// The text without what stands in parentheses.
fn without_remarks(text: &str) -> String {
    let mut depth = 0_usize;
    text.chars()
        .filter(|letter| match letter {
            '(' => {
                depth += 1;
                false
            }
            ')' => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth == 0,
        })
        .collect()
}

/// `2018-03`, `2018`, or the later end of `2015-2017`.
fn newest(date: &str) -> Option<(i16, i8)> {
    match date.split_once('-') {
        None => Some((year(date)?, 1)),
        Some((from, to)) if to.len() == 4 => year(from).and(year(to)).map(|year| (year, 1)),
        Some((from, to)) => Some((year(from)?, month(to)?)),
    }
}

fn year(text: &str) -> Option<i16> {
    let digits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn month(text: &str) -> Option<i8> {
    let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().filter(|month| (1..=12).contains(month))
}

#[cfg(test)]
mod tests;
