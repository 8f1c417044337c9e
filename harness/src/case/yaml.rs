//! From YAML text to a tree with a place for every key and value.
//!
//! The only user of the YAML crate. A strict dialect: one document; no anchors, aliases, tags,
//! directives or merge keys; no key twice; and no plain scalar that one reader takes for a number
//! or a truth value and the next for text. What the keys mean is not known here.

mod scalar;

use std::collections::HashMap;
use std::sync::Arc;

use granit_parser::{Event, Marker, Options, Parser, ScalarStyle, Span as YamlSpan};

use super::diagnostic::Diagnostic;
use super::span::{Source, Span, Spanned};
pub(super) use scalar::Scalar;

/// Bytes in a file, at most.
pub(super) const MAX_BYTES: usize = 1 << 20;
/// Nodes in a file, at most.
const MAX_NODES: usize = 100_000;
/// Collections within collections, at most.
const MAX_DEPTH: usize = 64;

/// A node of the tree.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Yaml {
    /// From its first character to its last.
    pub(super) span: Span,
    /// What stands there.
    pub(super) node: YamlNode,
}

/// What stands at a node.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum YamlNode {
    /// One scalar.
    Scalar(Scalar),
    /// A list.
    List(Vec<Yaml>),
    /// A mapping, in the file's order; keys differ.
    Map(Vec<Entry>),
}

/// An entry of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    /// The key.
    pub(super) key: Spanned<String>,
    /// The value.
    pub(super) value: Yaml,
}

impl Entry {
    /// From the key to the end of the value.
    pub(super) fn span(&self) -> Span {
        join(self.key.span, self.value.span)
    }
}

/// A span from the start of one to the end of the other.
pub(super) fn join(first: Span, last: Span) -> Span {
    let end = last.offset + last.len;
    Span { len: end.saturating_sub(first.offset).max(first.len), ..first }
}

/// Reads one document. Problems that leave a tree (a key twice, an unclear scalar) come with the
/// tree; after the others there is none.
pub(super) fn parse(source: &Arc<Source>) -> (Option<Yaml>, Vec<Diagnostic>) {
    if source.text.len() > MAX_BYTES {
        let title = format!("the file is longer than {MAX_BYTES} bytes");
        return (None, vec![Diagnostic::of_file(source, title)]);
    }
    let mut options = Options::default();
    options.strict_indentation = true;
    options.disallow_directives = true;
    options.emit_comments = false;
    options.flow_nesting_limit = MAX_DEPTH;
    options.block_nesting_limit = MAX_DEPTH;
    let mut builder = Builder {
        source,
        parser: Parser::new_from_str_with_options(&source.text, options),
        problems: Vec::new(),
        nodes: 0,
        depth: 0,
    };
    let tree = builder.document();
    (tree.ok(), builder.problems)
}

/// The tree can't be finished; the reason is among the problems.
struct Stop;

struct Builder<'s> {
    source: &'s Arc<Source>,
    parser: Parser<'s, granit_parser::StrInput<'s>>,
    problems: Vec<Diagnostic>,
    nodes: usize,
    depth: usize,
}

impl<'s> Builder<'s> {
    fn document(&mut self) -> Result<Yaml, Stop> {
        let mut tree = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentEnd => {}
                Event::StreamEnd => break,
                Event::DocumentStart(..) if tree.is_some() => {
                    return Err(self.stop(span, "a second document begins", "one document per file"));
                }
                Event::DocumentStart(..) => {
                    let (event, span) = self.next()?;
                    tree = Some(self.node(event, span)?);
                }
                Event::Alias(_)
                | Event::Anchor(..)
                | Event::UnresolvedAlias(_)
                | Event::Comment(..)
                | Event::Scalar(..)
                | Event::SequenceStart(..)
                | Event::SequenceEnd
                | Event::MappingStart(..)
                | Event::MappingEnd => return Err(self.stop(span, "a node outside of the document", "")),
                other => return Err(self.unforeseen(&other, span)),
            }
        }
        tree.ok_or_else(|| {
            self.problems.push(Diagnostic::of_file(self.source, "the file is empty"));
            Stop
        })
    }

    fn next(&mut self) -> Result<(Event<'s>, YamlSpan), Stop> {
        match self.parser.next() {
            Some(Ok(pair)) => Ok(pair),
            Some(Err(error)) => {
                let at = self.point(*error.marker());
                let reason = error.info().to_string();
                self.problems.push(Diagnostic::error(self.source, at, "the file is no YAML", reason));
                Err(Stop)
            }
            None => {
                self.problems.push(Diagnostic::of_file(self.source, "the file ends too early"));
                Err(Stop)
            }
        }
    }

    fn node(&mut self, event: Event<'s>, span: YamlSpan) -> Result<Yaml, Stop> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(self.stop(span, "the file holds too many values", "the budget ends here"));
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_properties(anchor, tag.is_some(), span);
                let at = self.scalar_span(span, style);
                let scalar = if style == ScalarStyle::Plain {
                    self.plain(&text, at)
                } else {
                    Scalar::Text(text.into_owned())
                };
                Ok(Yaml { span: at, node: YamlNode::Scalar(scalar) })
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse_properties(anchor, tag.is_some(), span);
                self.enter(span)?;
                let list = self.list(span);
                self.depth -= 1;
                list
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_properties(anchor, tag.is_some(), span);
                self.enter(span)?;
                let map = self.map(span);
                self.depth -= 1;
                map
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                Err(self.stop(span, "an alias", "write the value out: there are no aliases in this format"))
            }
            Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(..)
            | Event::DocumentEnd
            | Event::Anchor(..)
            | Event::Comment(..)
            | Event::SequenceEnd
            | Event::MappingEnd => Err(self.stop(span, "the file is no YAML", "a value is missing here")),
            other => Err(self.unforeseen(&other, span)),
        }
    }

    fn enter(&mut self, span: YamlSpan) -> Result<(), Stop> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let title = format!("more than {MAX_DEPTH} collections within each other");
            return Err(self.stop(span, &title, "too deep"));
        }
        Ok(())
    }

    fn list(&mut self, start: YamlSpan) -> Result<Yaml, Stop> {
        let mut elements: Vec<Yaml> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                let at = self.collection_span(start, span, elements.last().map(|element| element.span));
                return Ok(Yaml { span: at, node: YamlNode::List(elements) });
            }
            elements.push(self.node(event, span)?);
        }
    }

    fn map(&mut self, start: YamlSpan) -> Result<Yaml, Stop> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen: HashMap<String, Span> = HashMap::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                let first = entries.first().map(|entry| entry.key.span);
                let mut at = self.collection_span(start, span, entries.last().map(|entry| entry.value.span));
                // A block mapping has no opening character: it starts with its first key.
                if let Some(first) = first.filter(|first| first.offset > at.offset && at.len == 0) {
                    at = join(first, at);
                }
                return Ok(Yaml { span: at, node: YamlNode::Map(entries) });
            }
            let key = self.key(event, span)?;
            let (event, span) = self.next()?;
            let value = self.node(event, span)?;
            if let Some(first) = seen.get(&key.value) {
                self.problems.push(
                    Diagnostic::error(
                        self.source,
                        key.span,
                        format!("the key `{}` stands twice", key.value),
                        "again here",
                    )
                    .with_context(*first, "first here"),
                );
            } else {
                seen.insert(key.value.clone(), key.span);
                entries.push(Entry { key, value });
            }
        }
    }

    fn key(&mut self, event: Event<'s>, span: YamlSpan) -> Result<Spanned<String>, Stop> {
        let key = self.node(event, span)?;
        match key.node {
            YamlNode::Scalar(Scalar::Text(text)) if text == "<<" => Err(self.stop(
                span,
                "a merge key",
                "write the members out: there are no merge keys in this format",
            )),
            YamlNode::Scalar(Scalar::Text(text)) => Ok(Spanned::new(text, key.span)),
            YamlNode::Scalar(Scalar::Integer(_) | Scalar::Bool(_) | Scalar::Float(_)) => {
                Ok(Spanned::new(slice(self.source, key.span).to_owned(), key.span))
            }
            YamlNode::Scalar(Scalar::Null) | YamlNode::List(_) | YamlNode::Map(_) => {
                Err(self.stop(span, "a key that is no text", "keys are names"))
            }
        }
    }

    fn plain(&mut self, text: &str, at: Span) -> Scalar {
        scalar::resolve(text).unwrap_or_else(|other_reading| {
            self.problems.push(
                Diagnostic::error(
                    self.source,
                    at,
                    format!("`{text}` is unclear without quotes"),
                    format!("some readers take it for {other_reading}"),
                )
                .with_help(format!("write \"{text}\" for the text, or the value in its plainest form")),
            );
            Scalar::Text(text.to_owned())
        })
    }

    fn refuse_properties(&mut self, anchor: usize, tagged: bool, span: YamlSpan) {
        if anchor != 0 {
            let at = self.span(span);
            self.problems.push(Diagnostic::error(
                self.source,
                at,
                "a value with an anchor",
                "there are no anchors and aliases in this format",
            ));
        }
        if tagged {
            let at = span.tag_span().map_or_else(|| self.span(span), |tag| self.span(tag));
            self.problems.push(
                Diagnostic::error(self.source, at, "a value with a tag", "there are no tags in this format")
                    .with_help("bytes are written `{$bytes: <hex>}` or `{$utf8: <text>}`"),
            );
        }
    }

    fn stop(&mut self, span: YamlSpan, title: &str, label: &str) -> Stop {
        let at = self.span(span);
        self.problems.push(Diagnostic::error(self.source, at, title, label));
        Stop
    }

    fn unforeseen(&mut self, event: &Event<'s>, span: YamlSpan) -> Stop {
        self.stop(span, "something that this format does not know", &format!("{event:?}"))
    }

    fn point(&self, marker: Marker) -> Span {
        // Where the crate knows no byte offset (it does for text in memory), the end is meant.
        let offset = marker.byte_offset().unwrap_or(self.source.text.len()).min(self.source.text.len());
        Span { line: number(marker.line()), column: number(marker.col() + 1), offset: number(offset), len: 0 }
    }

    fn span(&self, span: YamlSpan) -> Span {
        let start = self.point(span.start);
        let end = self.point(span.end);
        Span { len: end.offset.saturating_sub(start.offset), ..start }
    }

    /// The scalar without the line breaks and blanks that the parser counts to a block scalar.
    fn scalar_span(&self, span: YamlSpan, style: ScalarStyle) -> Span {
        let at = self.span(span);
        match style {
            ScalarStyle::Literal | ScalarStyle::Folded | ScalarStyle::Plain => {
                let len = slice(self.source, at).trim_end().len();
                Span { len: number(len), ..at }
            }
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => at,
        }
    }

    /// A block collection ends with its last value, a flow collection with its closing bracket.
    fn collection_span(&self, start: YamlSpan, end: YamlSpan, last: Option<Span>) -> Span {
        let start = self.span(start);
        let end = self.span(end);
        if slice(self.source, start).starts_with(['[', '{']) {
            return join(start, end);
        }
        last.map_or(start, |last| join(Span { len: 0, ..start }, last))
    }
}

/// The text of a span, empty where it doesn't fit the file.
pub(super) fn slice(source: &Source, span: Span) -> &str {
    let start = usize::try_from(span.offset).unwrap_or(usize::MAX);
    let end = start.saturating_add(usize::try_from(span.len).unwrap_or(0));
    source.text.get(start..end).unwrap_or_default()
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
