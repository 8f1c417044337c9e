//! Generated text in a document that people write: it stands between two marks.

/// A text that the program keeps current in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marked {
    /// The line before the text.
    pub begin: &'static str,
    /// The line after the text.
    pub end: &'static str,
}

/// The figures of run records.
pub const FIGURES: Marked = Marked { begin: "<!-- figures: begin -->", end: "<!-- figures: end -->" };

/// What the cases cover.
pub const COVERAGE: Marked = Marked { begin: "<!-- coverage: begin -->", end: "<!-- coverage: end -->" };

impl Marked {
    /// The document with the text between its marks, or `None` if it has no such marks.
    pub fn put_into(self, document: &str, text: &str) -> Option<String> {
        let Self { begin, end } = self;
        let (before, rest) = document.split_once(begin)?;
        let (_, after) = rest.split_once(end)?;
        Some(format!("{before}{begin}\n{text}{end}{after}"))
    }
}

#[cfg(test)]
mod tests {
    use super::{COVERAGE, FIGURES};

    #[test]
    fn a_text_takes_the_place_of_the_one_before() {
        let (begin, end) = (FIGURES.begin, FIGURES.end);
        let document = format!("text\n{begin}\nold\n{end}\nmore\n");
        let fresh = FIGURES.put_into(&document, "new\n").expect("marks");
        assert_eq!(fresh, format!("text\n{begin}\nnew\n{end}\nmore\n"));
        assert_eq!(FIGURES.put_into(&fresh, "new\n").as_deref(), Some(fresh.as_str()));
        assert_eq!(FIGURES.put_into("no marks", "new\n"), None);
        assert_eq!(COVERAGE.put_into(&document, "new\n"), None, "each text has marks of its own");
    }
}
