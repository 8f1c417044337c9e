//! The figures of several records as one Markdown table.
//!
//! Every number stands in a record, whose footer counts the trials of a complete run; nothing is
//! rounded, weighed or made into a grade.

use super::record::Record;
use crate::log::Outcome;

#[cfg(test)]
mod tests;

/// The figures of records as a Markdown table: one line each, by name and version.
pub fn markdown(records: &[Record]) -> String {
    let mut rows: Vec<(String, String, String)> = records
        .iter()
        .map(|record| {
            let header = &record.header;
            let version = header.version.clone().unwrap_or_else(|| "–".to_owned());
            (header.target.clone(), version, row(record))
        })
        .collect();
    rows.sort();
    let mut text = "| target | version | run on | trials | pass | fail | open | unsupported | other |\n\
                    |---|---|---|--:|--:|--:|--:|--:|--:|\n"
        .to_owned();
    for (target, version, row) in rows {
        text.push_str(&format!("| {} | {} | {row} |\n", cell(&target), cell(&version)));
    }
    text
}

fn row(record: &Record) -> String {
    let count = |outcomes: &[Outcome]| -> usize {
        outcomes.iter().filter_map(|outcome| record.footer.counts.get(outcome)).sum()
    };
    let all: usize = record.footer.counts.values().sum();
    let pass = count(&[Outcome::Pass]);
    // A failure that somebody has listed is a failure.
    let fail = count(&[Outcome::Fail, Outcome::Known]);
    let open = count(&[Outcome::Open]);
    let unsupported = count(&[Outcome::Unsupported]);
    let other = all - pass - fail - open - unsupported;
    format!("{} | {all} | {pass} | {fail} | {open} | {unsupported} | {other}", cell(&record.header.date))
}

/// Text that stays within its cell and is shown as it is, not taken for HTML.
fn cell(text: &str) -> String {
    super::text::clean(text).replace('&', "&amp;").replace('<', "&lt;").replace('|', "\\|")
}
