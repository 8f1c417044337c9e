//! How wide a report is.

use kinesis_conformance::report::terminal::Style;

/// Columns where nobody says how many there are: in a file, in the output of a build.
const UNKNOWN: usize = 100;

/// The look of a report; `anstream` takes colours out again where they are not wanted.
pub(super) fn style() -> Style {
    Style { color: true, width: columns() }
}

/// Columns: those of `COLUMNS`, else those of the terminal.
fn columns() -> usize {
    let stated =
        std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok()).filter(|columns| *columns > 0);
    stated.or_else(of_terminal).unwrap_or(UNKNOWN)
}

#[cfg(unix)]
fn of_terminal() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

/// Elsewhere `COLUMNS` says it.
#[cfg(not(unix))]
const fn of_terminal() -> Option<usize> {
    None
}
