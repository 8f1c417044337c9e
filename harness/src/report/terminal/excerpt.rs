//! Labels drawn on lines of a case file, as rustc would.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::Style;
use crate::report::text::{clean, is_unsafe};

/// A place in an excerpt, by the numbers of the file that it was taken from.
pub(super) struct ExcerptLabel {
    /// 1-based line in the file.
    pub(super) line: u32,
    /// 1-based column, in characters.
    pub(super) column: u32,
    /// Length in characters, on that line.
    pub(super) length: u32,
    /// The word; may be empty.
    pub(super) text: String,
    /// True for the place that is wrong.
    pub(super) primary: bool,
}

/// Draws labels on an excerpt whose first line has number `first_line` in its file. Labels outside
/// of the excerpt are left out. The title and the labels' texts have been made safe before.
pub(super) fn draw_excerpt(
    path: &str,
    first_line: u32,
    excerpt: &str,
    labels: &[ExcerptLabel],
    title: &str,
    style: Style,
) -> String {
    // One character for one, so that columns stay true.
    let safe =
        |character: char| if character != '\n' && is_unsafe(character) { '\u{fffd}' } else { character };
    let source: String = excerpt.chars().map(safe).collect();
    let path = clean(path);
    let annotations = labels.iter().filter_map(|label| {
        let kind = if label.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        Some(kind.span(stretch(&source, first_line, label)?).label(label.text.as_str()))
    });
    let snippet = Snippet::source(source.as_str())
        .path(path.as_str())
        .line_start(usize::try_from(first_line).unwrap_or(1).max(1))
        .annotations(annotations);
    let report: &[Group<'_>] = &[Level::ERROR.primary_title(title).element(snippet)];
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    renderer.hyperlink(false).term_width(style.width).render(report)
}

/// The bytes of the excerpt that a label is about; `None` if it lies outside.
fn stretch(source: &str, first_line: u32, label: &ExcerptLabel) -> Option<std::ops::Range<usize>> {
    let index = usize::try_from(label.line.checked_sub(first_line)?).ok()?;
    let before: usize = source.split_inclusive('\n').take(index).map(str::len).sum();
    let line = source.split_inclusive('\n').nth(index)?.trim_end_matches(['\n', '\r']);
    let byte = |column: usize| line.char_indices().nth(column).map_or(line.len(), |(byte, _)| byte);
    let column = usize::try_from(label.column).ok()?.saturating_sub(1);
    let length = usize::try_from(label.length).ok()?.max(1);
    let (start, end) = (byte(column), byte(column.saturating_add(length)));
    (start < end).then_some(before + start..before + end)
}
