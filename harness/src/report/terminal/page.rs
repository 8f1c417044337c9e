//! The page that a report is written on: colours, labels, line lengths.

use anstyle::{AnsiColor, Effects};

use super::Style;
use crate::report::text::{shortened, wrapped};

/// Columns that a label takes, its indent and the gap after it included.
pub(super) const LABEL: usize = 12;

/// What a text means, from which its colour follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// A mismatch, or missing.
    Bad,
    /// As it should be.
    Good,
    /// A warning.
    Warn,
    /// A section's name.
    Title,
    /// Helps to find one's way.
    Label,
    /// Beside the point.
    Dim,
    /// The text itself.
    Plain,
}

/// A text in the making. All that is written on it has been made safe before.
pub(super) struct Page {
    text: String,
    style: Style,
}

impl Page {
    pub(super) fn new(style: Style) -> Self {
        let width = style.width.clamp(60, 200);
        Self { text: String::new(), style: Style { width, ..style } }
    }

    pub(super) const fn width(&self) -> usize {
        self.style.width
    }

    pub(super) const fn color(&self) -> bool {
        self.style.color
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// The text in the colour of its tone.
    pub(super) fn paint(&self, tone: Tone, text: &str) -> String {
        if !self.style.color || text.is_empty() {
            return text.to_owned();
        }
        let style = match tone {
            Tone::Bad => AnsiColor::BrightRed.on_default().effects(Effects::BOLD),
            Tone::Good => AnsiColor::Green.on_default(),
            Tone::Warn => AnsiColor::Yellow.on_default(),
            Tone::Title => anstyle::Style::new().effects(Effects::BOLD),
            Tone::Label => AnsiColor::Cyan.on_default(),
            Tone::Dim => anstyle::Style::new().effects(Effects::DIMMED),
            Tone::Plain => return text.to_owned(),
        };
        format!("{style}{text}{style:#}")
    }

    /// One line as it is, without blanks at its end.
    pub(super) fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    /// An empty line, unless there is one already or nothing precedes it.
    pub(super) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A section's name, after an empty line.
    pub(super) fn section(&mut self, name: &str) {
        self.gap();
        for line in wrapped(name, self.style.width) {
            let line = self.paint(Tone::Title, &line);
            self.line(&line);
        }
    }

    /// Columns left beside a label.
    pub(super) const fn beside_label(&self) -> usize {
        self.style.width - LABEL
    }

    /// A label with lines beside it, which must fit [`Page::beside_label`] where they can.
    pub(super) fn labelled(&mut self, label: &str, lines: &[(Tone, String)]) {
        for (index, (tone, line)) in lines.iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let padding = " ".repeat((LABEL - 2).saturating_sub(label.chars().count()));
            let line = format!("  {}{padding}{}", self.paint(Tone::Label, label), self.paint(*tone, line));
            self.line(&line);
        }
    }

    /// A label with a text beside it, broken into lines.
    pub(super) fn entry(&mut self, label: &str, tone: Tone, text: &str) {
        let lines: Vec<_> = wrapped(text, self.beside_label()).into_iter().map(|line| (tone, line)).collect();
        self.labelled(label, &lines);
    }

    /// A number in front of a text that is broken into lines.
    pub(super) fn counted(&mut self, count: usize, tone: Tone, text: &str) {
        let number = format!("{count:>6}");
        for (index, line) in wrapped(text, self.style.width - 8).into_iter().enumerate() {
            let number = if index == 0 { number.as_str() } else { "      " };
            let line = format!("{}  {}", self.paint(tone, number), line);
            self.line(&line);
        }
    }

    /// A text in a list without numbers.
    pub(super) fn item(&mut self, text: &str) {
        for line in wrapped(text, self.style.width - 8) {
            self.line(&format!("        {line}"));
        }
    }

    /// Something to do or to know: a label with a text beside it, broken into lines.
    pub(super) fn advice(&mut self, label: &str, tone: Tone, text: &str) {
        const BESIDE: usize = 17;
        for (index, line) in wrapped(text, self.style.width - BESIDE - 2).into_iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let padding = " ".repeat(BESIDE.saturating_sub(label.chars().count()));
            let line = format!("  {}{padding}{line}", self.paint(tone, label));
            self.line(&line);
        }
    }

    /// A text under a counted one.
    pub(super) fn under(&mut self, text: &str) {
        for line in wrapped(text, self.style.width - 8) {
            let line = format!("        {}", self.paint(Tone::Dim, &line));
            self.line(&line);
        }
    }

    /// A rule across the page with a text in it.
    pub(super) fn ruled(&mut self, text: &str) {
        self.gap();
        let text = shortened(text, self.style.width - 4);
        let tail = self.style.width.saturating_sub(text.chars().count() + 4);
        let line = format!(
            "{} {} {}",
            self.paint(Tone::Dim, "──"),
            self.paint(Tone::Title, &text),
            self.paint(Tone::Dim, &"─".repeat(tail))
        );
        self.line(&line);
    }
}
