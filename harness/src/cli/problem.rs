//! The report when a command cannot go on: one message with cause and next step, and
//! the exit code.

use kinesis_conformance::case::{Diagnostic, Style, draw, masked};
use kinesis_conformance::report::clean;

use super::args::ColorWhen;
use super::exit::Exit;
use super::output::warn;

/// Why a command cannot go on.
#[derive(Debug)]
pub(crate) struct Problem {
    /// How the program ends.
    pub(crate) exit: Exit,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// A fragment that fits after "failed to", and what to try.
    Message { message: String, help: Option<String> },
    /// Drawn on files.
    Drawn(Vec<Diagnostic>),
}

impl Problem {
    /// A fragment that fits after "failed to".
    pub(crate) fn new(exit: Exit, message: impl std::fmt::Display) -> Self {
        Self { exit, kind: Kind::Message { message: message.to_string(), help: None } }
    }

    /// A mistake in what the user gave.
    pub(crate) fn usage(message: impl std::fmt::Display) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// With what to try.
    pub(crate) fn with_help(mut self, text: impl Into<String>) -> Self {
        if let Kind::Message { help, .. } = &mut self.kind {
            *help = Some(text.into());
        }
        self
    }

    /// The fragment, without what to try.
    pub(crate) fn message(&self) -> String {
        match &self.kind {
            Kind::Message { message, .. } => message.clone(),
            Kind::Drawn(diagnostics) => format!("read {} files", diagnostics.len()),
        }
    }

    /// Prints it on the error stream.
    pub(crate) fn report(&self, color: ColorWhen) {
        match &self.kind {
            Kind::Message { message, help } => {
                warn(format_args!("error: failed to {}", safe(message)));
                if let Some(help) = help {
                    warn(format_args!("  try: {}", safe(help)));
                }
            }
            Kind::Drawn(diagnostics) => {
                for diagnostic in diagnostics {
                    warn(draw(diagnostic, style(color)));
                }
                let count = diagnostics.len();
                let things = if count == 1 { "thing" } else { "things" };
                warn(format_args!("{count} {things} to mend; nothing was sent"));
            }
        }
    }
}

/// The lines of a text that may quote a target or a file, without passwords in URLs and with nothing in
/// them that a terminal obeys.
fn safe(text: &str) -> String {
    masked(text).split('\n').map(|line| clean(&line.replace('\t', "  "))).collect::<Vec<_>>().join("\n")
}

impl From<Vec<Diagnostic>> for Problem {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self { exit: Exit::Usage, kind: Kind::Drawn(diagnostics) }
    }
}

/// The look of drawn diagnostics; `anstream` takes colours out again where they are not wanted.
pub(crate) fn style(color: ColorWhen) -> Style {
    Style { color: color != ColorWhen::Never, ..Style::default() }
}
