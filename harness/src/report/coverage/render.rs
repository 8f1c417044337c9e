//! Coverage as plain tables of at most 80 columns, and as Markdown.

use std::fmt::Write as _;

use strum::VariantArray as _;

use super::{Coverage, Covered, EvidenceBasis};
use crate::case::ast::Level;

/// The headings under which evidence is counted, each with the bases that it sums.
const BASES: [(&str, &[EvidenceBasis]); 6] = [
    ("recorded", &[EvidenceBasis::Recorded]),
    ("old recording", &[EvidenceBasis::OldRecording]),
    ("documented", &[EvidenceBasis::Documented]),
    ("reported", &[EvidenceBasis::Reported]),
    ("model", &[EvidenceBasis::Model]),
    ("inferred", &[EvidenceBasis::Inferred, EvidenceBasis::Nothing]),
];

impl Covered {
    /// As in the table.
    const fn as_text(self) -> &'static str {
        match self {
            Self::ByCases => "cases",
            Self::ByGenerated => "generated only",
            Self::Not => "nothing",
        }
    }
}

impl Coverage {
    /// Plain tables of at most 80 columns.
    pub fn text(&self) -> String {
        let operations = self.operations.iter().map(|(name, operation)| {
            let trials = [operation.of_cases, operation.generated];
            let [of_cases, generated] = trials.map(|count| count.to_string());
            vec![name.clone(), operation.covered().as_text().to_owned(), of_cases, generated]
        });
        let mut text = format!("operations: {}\n\n", self.operations_line());
        text.push_str(&table(&["operation", "has", "trials of cases", "generated"], operations.collect()));
        let sum = self.all_facts();
        let _ = write!(text, "\nfacts in use: {} of {}\n\n", sum.cited, sum.all);
        let facts = self.facts.iter().map(|(prefix, facts)| {
            let counts = [facts.cited, facts.all, facts.old].map(|count| count.to_string());
            std::iter::once(prefix.clone()).chain(counts).collect()
        });
        let headings = ["prefix", "cited", "all", "cited recordings older than three years"];
        text.push_str(&table(&headings, facts.collect()));
        text.push_str("\nexpectations, by level and by the strength of what they claim\n\n");
        let levels = Level::VARIANTS.iter().map(|level| {
            let counts = BASES.iter().map(|(_, bases)| self.expectations_of(*level, bases).to_string());
            std::iter::once(<&str>::from(*level).to_owned()).chain(counts).collect()
        });
        let headings: Vec<&str> =
            std::iter::once("level").chain(BASES.iter().map(|(name, _)| *name)).collect();
        text.push_str(&table(&headings, levels.collect()));
        text
    }

    /// The same for a document. A recording counts as recorded, however old: which are old changes from day
    /// to day.
    pub fn markdown(&self) -> String {
        let named = |covered: Covered| {
            let names = self.operations_that_are(covered).map(|(name, operation)| match covered {
                Covered::ByCases => format!("{name} {}", operation.of_cases),
                Covered::ByGenerated => format!("{name} {}", operation.generated),
                Covered::Not => name.to_owned(),
            });
            let names: Vec<String> = names.collect();
            if names.is_empty() { "none".to_owned() } else { names.join(", ") }
        };
        let sum = self.all_facts();
        let facts: Vec<String> = self
            .facts
            .iter()
            .map(|(prefix, facts)| format!("{prefix} {}/{}", facts.cited, facts.all))
            .collect();
        let mut text = String::from("| | |\n|---|---|\n");
        for (heading, covered) in [
            ("operations with cases (trials)", Covered::ByCases),
            ("operations with generated trials only", Covered::ByGenerated),
            ("operations with nothing", Covered::Not),
        ] {
            let count = self.operations_that_are(covered).count();
            let _ = writeln!(text, "| {count} {heading} | {} |", named(covered));
        }
        let _ =
            writeln!(text, "| {} of {} facts cited (of all) | {} |", sum.cited, sum.all, facts.join(", "));
        text.push_str(
            "\n| expectations whose claim is | recorded | documented | reported | model | inferred |\n",
        );
        text.push_str("|---|--:|--:|--:|--:|--:|\n");
        let [recorded, old, others @ ..] = BASES;
        let recorded = [recorded.1, old.1].concat();
        for level in Level::VARIANTS {
            let _ =
                write!(text, "| {} | {} |", <&str>::from(*level), self.expectations_of(*level, &recorded));
            for (_, bases) in others {
                let _ = write!(text, " {} |", self.expectations_of(*level, bases));
            }
            text.push('\n');
        }
        text
    }

    /// `16 of 57 with cases, 0 with generated trials only, 41 with nothing`.
    fn operations_line(&self) -> String {
        let count = |covered| self.operations_that_are(covered).count();
        format!(
            "{} of {} with cases, {} with generated trials only, {} with nothing",
            count(Covered::ByCases),
            self.operations.len(),
            count(Covered::ByGenerated),
            count(Covered::Not)
        )
    }
}

/// Rows under headings. Words stand to the left, numbers to the right.
fn table(headings: &[&str], rows: Vec<Vec<String>>) -> String {
    let is_number =
        |column: usize| rows.iter().all(|row| row[column].bytes().all(|byte| byte.is_ascii_digit()));
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].len());
        cells.chain([headings[column].len()]).max().unwrap_or_default()
    };
    let columns: Vec<(usize, bool)> =
        (0..headings.len()).map(|column| (width(column), is_number(column))).collect();
    let line = |cells: &[&str]| {
        let cells = cells.iter().zip(&columns).map(|(cell, (width, is_number))| {
            if *is_number { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        });
        format!("  {}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    let body = rows.iter().map(|row| line(&row.iter().map(String::as_str).collect::<Vec<_>>()));
    std::iter::once(line(headings)).chain(body).collect()
}
