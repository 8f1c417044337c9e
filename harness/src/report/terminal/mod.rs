//! The report that people read, and the progress before it.
//!
//! [`render`] is pure: the same summary, style and options give the same text. Examples of the first
//! causes come first, then what was requested beside them. The end, which is what a terminal shows when
//! the run is over, says what to do now: the counts, the causes as a table, and the commands that show more. Whether a terminal wants colour is the caller's to know.

mod causes;
mod page;
mod picture;
#[cfg(feature = "cli")]
mod progress;
mod sections;
pub(super) mod trace;

#[cfg(test)]
mod tests;

#[cfg(feature = "cli")]
pub use progress::{Progress, ProgressMode};

pub use super::options::{Again, Options, Pictures, RightAnswers, Sections};
use super::summary::Summary;
use super::view::{self, Picture, View};

/// How the text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// With ANSI colours.
    pub color: bool,
    /// Columns, held between 60 and 200.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: false, width: 100 }
    }
}

/// The report of a run, ending in a line break.
pub fn render(summary: &Summary, style: Style, options: &Options) -> String {
    render_view(&View::of(summary, options), style, options)
}

/// The report of a run that is there as plain data, ending in a line break.
pub fn render_view(view: &View, style: Style, options: &Options) -> String {
    sections::report(view, style, options)
}

/// The picture of one trial without colour, as it stands in JUnit. Empty if there is no such trial.
pub fn render_trial(summary: &Summary, id: &str, style: Style, options: &Options) -> String {
    view::picture(summary, id, options).map_or_else(String::new, |picture| render_picture(&picture, style))
}

/// A trial in full.
pub fn render_picture(picture: &Picture, style: Style) -> String {
    let mut page = page::Page::new(style);
    picture::draw(&mut page, picture);
    page.into_text()
}
