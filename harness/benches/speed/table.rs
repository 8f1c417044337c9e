//! The table of figures, in Markdown.

use std::fmt;

/// Rows in the order of measuring.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<[String; 3]>,
}

impl Table {
    /// Adds a figure. `aim` is empty where nothing is promised.
    pub(crate) fn row(&mut self, what: impl Into<String>, figure: impl Into<String>, aim: &str) {
        self.rows.push([what.into(), figure.into(), aim.to_owned()]);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "| what | measured | aim |")?;
        writeln!(formatter, "|---|---|---|")?;
        for [what, figure, aim] in &self.rows {
            writeln!(formatter, "| {what} | {figure} | {aim} |")?;
        }
        Ok(())
    }
}
