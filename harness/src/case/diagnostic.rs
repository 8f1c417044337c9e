//! What is wrong with a file, and the one function that draws it.
//!
//! A diagnostic keeps spans, not lines of text; the look (rustc's) is decided here and nowhere
//! else. Which things are wrong is decided by the loader and the lint.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::masked::masked;
use super::span::{Source, Span};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth a look; nothing stops.
    Warning,
    /// The file can't be used.
    Error,
}

/// Something wrong in a file that a person wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in lower case, without a full stop.
    pub title: String,
    /// The file.
    pub source: Arc<Source>,
    /// Where in the file, none where the file as a whole is meant.
    pub labels: Vec<Label>,
    /// What else there is to know.
    pub notes: Vec<String>,
    /// What to do about it.
    pub help: Option<String>,
}

/// A stretch of the file with a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The stretch.
    pub span: Span,
    /// The label; may be empty.
    pub text: String,
    /// True for the place that is wrong, false for a place that explains why.
    pub primary: bool,
}

/// How a diagnostic is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// With ANSI colours.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
}

impl Default for Style {
    /// No colours, 110 columns.
    fn default() -> Self {
        Self { color: false, width: 110 }
    }
}

/// A place in an excerpt, by the numbers of the file that it was taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExcerptLabel {
    /// 1-based line in the file.
    pub line: u32,
    /// 1-based column, in characters.
    pub column: u32,
    /// Length in characters, on that line.
    pub length: u32,
    /// The label; may be empty.
    pub text: String,
    /// True for the place that is wrong.
    pub primary: bool,
}

impl Diagnostic {
    /// An error with one label.
    pub fn error(
        source: &Arc<Source>,
        span: Span,
        title: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Error,
            title: title.into(),
            source: Arc::clone(source),
            labels: vec![Label { span, text: label.into(), primary: true }],
            notes: Vec::new(),
            help: None,
        }
    }

    /// An error about the file as a whole.
    pub fn of_file(source: &Arc<Source>, title: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            title: title.into(),
            source: Arc::clone(source),
            labels: Vec::new(),
            notes: Vec::new(),
            help: None,
        }
    }

    /// The same as a warning.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// The same with a place that explains why.
    #[must_use]
    pub fn with_context(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into(), primary: false });
        self
    }

    /// The same with one more note.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The same with advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Draws a diagnostic on its file, as rustc would. Ends without a line break.
///
/// Control characters of the file and of every text are made visible instead of being sent to the
/// terminal.
pub fn draw(diagnostic: &Diagnostic, style: Style) -> String {
    let source = &diagnostic.source;
    let labels: Vec<Placed> = diagnostic
        .labels
        .iter()
        .map(|label| Placed {
            range: byte_range(&source.text, label.span),
            text: fit(&label.text),
            primary: label.primary,
        })
        .collect();
    let path = fit(&source.path);
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(fit(&diagnostic.title)));
    group = if labels.is_empty() {
        group.element(Origin::path(path.as_ref()))
    } else {
        group.element(snippet(quiet(&source.text), &path, 1, labels))
    };
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(fit(note)));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(fit(help)));
    }
    renderer(style).render(&[group])
}

/// Draws labels on a stored excerpt of a file, whose first line has number `first_line` there.
/// Labels outside of the excerpt are drawn at its nearest end. Ends without a line break.
pub fn draw_excerpt(
    path: &str,
    first_line: u32,
    excerpt: &str,
    labels: &[ExcerptLabel],
    title: &str,
    style: Style,
) -> String {
    let placed: Vec<Placed> = labels
        .iter()
        .map(|label| Placed {
            range: excerpt_range(excerpt, first_line, label),
            text: fit(&label.text),
            primary: label.primary,
        })
        .collect();
    let path = fit(path);
    let first_line = usize::try_from(first_line).unwrap_or(1);
    let group = Group::with_title(Level::ERROR.primary_title(fit(title))).element(snippet(
        quiet(excerpt),
        &path,
        first_line,
        placed,
    ));
    renderer(style).render(&[group])
}

/// A text that may quote a file, fit to be shown.
fn fit(text: &str) -> Cow<'_, str> {
    match masked(text) {
        Cow::Borrowed(text) => plain(text),
        Cow::Owned(text) => Cow::Owned(plain(&text).into_owned()),
    }
}

/// The text with control characters made visible, fit for any terminal. Line breaks stay.
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| c != '\n' && is_control(c)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().fold(String::with_capacity(text.len()), |mut shown, c| {
        if c != '\n' && is_control(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
        shown
    }))
}

struct Placed<'a> {
    range: Range<usize>,
    text: Cow<'a, str>,
    primary: bool,
}

fn snippet<'a>(
    text: Cow<'a, str>,
    path: &'a str,
    first_line: usize,
    labels: Vec<Placed<'a>>,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let annotations = labels.into_iter().map(|label| {
        let kind = if label.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let annotation = kind.span(label.range);
        if label.text.is_empty() { annotation } else { annotation.label(label.text) }
    });
    Snippet::source(text).path(path).line_start(first_line).annotations(annotations)
}

fn renderer(style: Style) -> Renderer {
    let base = if style.color { Renderer::styled() } else { Renderer::plain() };
    base.hyperlink(false).decor_style(DecorStyle::Ascii).term_width(style.width)
}

/// C0 is left to the drawing crate, which shows each as its picture; C1, which some terminals obey,
/// and passwords in URLs are covered by characters of the same length so that offsets stay right.
fn quiet(text: &str) -> Cow<'_, str> {
    let text = masked(text);
    if !text.chars().any(|c| ('\u{80}'..='\u{9f}').contains(&c)) {
        return text;
    }
    Cow::Owned(text.chars().map(|c| if ('\u{80}'..='\u{9f}').contains(&c) { '\u{bf}' } else { c }).collect())
}

fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The bytes of a span, cut to what the text has and widened to whole characters.
fn byte_range(text: &str, span: Span) -> Range<usize> {
    let start = usize::try_from(span.offset).unwrap_or(usize::MAX);
    let end = start.saturating_add(usize::try_from(span.len).unwrap_or(0));
    let start = text.floor_char_boundary(start);
    start..text.ceil_char_boundary(end).max(start)
}

fn excerpt_range(excerpt: &str, first_line: u32, label: &ExcerptLabel) -> Range<usize> {
    let skipped = usize::try_from(label.line.saturating_sub(first_line)).unwrap_or(usize::MAX);
    let lines = excerpt.split_inclusive('\n').count();
    let wanted = skipped.min(lines.saturating_sub(1));
    let line_start: usize = excerpt.split_inclusive('\n').take(wanted).map(str::len).sum();
    let line = excerpt[line_start..].lines().next().unwrap_or_default();
    let column = usize::try_from(label.column.saturating_sub(1)).unwrap_or(usize::MAX);
    let length = usize::try_from(label.length).unwrap_or(usize::MAX);
    let start = nth_char(line, column);
    let end = nth_char(line, column.saturating_add(length)).max(start);
    line_start + start..line_start + end
}

fn nth_char(line: &str, n: usize) -> usize {
    line.char_indices().nth(n).map_or(line.len(), |(index, _)| index)
}

#[cfg(test)]
mod tests;
