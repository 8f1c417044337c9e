//! Reading values out of a tree, collecting what is wrong on the way.
//!
//! Every method that returns an `Option` has reported why it is `None`.

use std::sync::Arc;

use super::diagnostic::Diagnostic;
use super::former;
use super::mapping::{Mapping, nearest};
use super::span::{Source, Span, Spanned};
use super::variants::{Named, by_name, names};
use super::yaml::{Entry, Scalar, Yaml, YamlNode, parse, slice};

/// A file being read.
pub(super) struct Reader {
    pub(super) source: Arc<Source>,
    pub(super) problems: Vec<Diagnostic>,
}

/// The entries of a mapping with fixed keys.
pub(super) struct Fields<'y> {
    pub(super) span: Span,
    entries: &'y [Entry],
}

impl<'y> Fields<'y> {
    /// The entry of that key.
    pub(super) fn entry(&self, key: &str) -> Option<&'y Entry> {
        self.entries.iter().find(|entry| entry.key.value == key)
    }

    /// The value of that key.
    pub(super) fn get(&self, key: &str) -> Option<&'y Yaml> {
        self.entry(key).map(|entry| &entry.value)
    }
}

impl Reader {
    /// Parses a file.
    pub(super) fn open(source: &Arc<Source>) -> (Self, Option<Yaml>) {
        let (tree, problems) = parse(source);
        (Self { source: Arc::clone(source), problems }, tree)
    }

    /// Reports one problem.
    pub(super) fn error(&mut self, span: Span, title: impl Into<String>, label: impl Into<String>) {
        let problem = Diagnostic::error(&self.source, span, title, label);
        self.problems.push(problem);
    }

    /// Reports one problem and what to do about it.
    pub(super) fn error_with_help(
        &mut self,
        span: Span,
        title: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        let problem = Diagnostic::error(&self.source, span, title, label).with_help(help);
        self.problems.push(problem);
    }

    /// Reports one problem, a place that explains why it is one, and what to do about it.
    pub(super) fn error_with_context(
        &mut self,
        span: Span,
        title: impl Into<String>,
        label: impl Into<String>,
        (context, why): (Span, &str),
        help: impl Into<String>,
    ) {
        let problem = Diagnostic::error(&self.source, span, title, label);
        self.problems.push(problem.with_context(context, why).with_help(help));
    }

    /// The fields of a mapping; keys that it doesn't have are reported one by one.
    pub(super) fn fields<'y>(&mut self, yaml: &'y Yaml, mapping: Mapping) -> Option<Fields<'y>> {
        let entries = self.entries(yaml, mapping.name())?;
        for entry in entries {
            if !mapping.keys().contains(&entry.key.value.as_str()) {
                self.unknown_key(&entry.key, mapping);
            }
        }
        Some(Fields { span: yaml.span, entries })
    }

    fn unknown_key(&mut self, key: &Spanned<String>, mapping: Mapping) {
        let title = format!("unknown key `{}` in {}", key.value, mapping.name());
        if let Some(present) = former::present_key(mapping, &key.value) {
            self.error(key.span, title, format!("is called `{present}:` now"));
            return;
        }
        let mut problem = Diagnostic::error(&self.source, key.span, title, "not known here");
        if let Some(home) = mapping.home_of(&key.value) {
            let help =
                format!("`{}` belongs in {}: is it indented as far as it should be?", key.value, home.name());
            problem = problem.with_help(help);
        } else if let Some(meant) = nearest(&key.value, mapping.keys().iter().copied()) {
            problem = problem.with_help(format!("did you mean `{meant}`?"));
        } else {
            problem = problem.with_note(format!("known here: {}", mapping.keys().join(", ")));
        }
        self.problems.push(problem);
    }

    /// The value of a key that has to be there.
    pub(super) fn required<'y>(
        &mut self,
        fields: &Fields<'y>,
        mapping: Mapping,
        key: &str,
    ) -> Option<&'y Yaml> {
        let value = fields.get(key);
        if value.is_none() {
            self.missing(fields, mapping, key);
        }
        value
    }

    /// Reports that a key is missing.
    pub(super) fn missing(&mut self, fields: &Fields<'_>, mapping: Mapping, key: &str) {
        // A misspelled key, or one by its former name, has been reported with the right one.
        let misspelled = fields.entries.iter().map(|entry| entry.key.value.as_str());
        if misspelled.filter(|found| !mapping.keys().contains(found)).any(|found| {
            former::present_key(mapping, found) == Some(key)
                || nearest(found, mapping.keys().iter().copied()) == Some(key)
        }) {
            return;
        }
        let at = fields.entries.first().map_or(fields.span, |entry| entry.key.span);
        let title = format!("{} without `{key}`", mapping.name());
        let problem = Diagnostic::error(&self.source, at, title, format!("`{key}` is missing beside this"))
            .with_help(format!("where `{key}` is there, is it indented as far as its neighbours?"));
        self.problems.push(problem);
    }

    /// The entries of a mapping whose keys are free.
    pub(super) fn entries<'y>(&mut self, yaml: &'y Yaml, what: &str) -> Option<&'y [Entry]> {
        match &yaml.node {
            YamlNode::Map(entries) => Some(entries),
            YamlNode::List(_) | YamlNode::Scalar(_) => {
                self.wrong_kind(yaml, what, "a mapping");
                None
            }
        }
    }

    /// The elements of a list.
    pub(super) fn list<'y>(&mut self, yaml: &'y Yaml, what: &str) -> Option<&'y [Yaml]> {
        match &yaml.node {
            YamlNode::List(elements) => Some(elements),
            YamlNode::Map(_) | YamlNode::Scalar(_) => {
                self.wrong_kind(yaml, what, "a list");
                None
            }
        }
    }

    /// Text, with its place.
    pub(super) fn text(&mut self, yaml: &Yaml, what: &str) -> Option<Spanned<String>> {
        match &yaml.node {
            YamlNode::Scalar(Scalar::Text(text)) => Some(Spanned::new(text.clone(), yaml.span)),
            YamlNode::Scalar(Scalar::Bool(_) | Scalar::Integer(_) | Scalar::Float(_)) => {
                let written = slice(&self.source, yaml.span).to_owned();
                self.error_with_help(
                    yaml.span,
                    format!("{what} is text"),
                    format!("this is {}", kind(yaml)),
                    format!("write \"{written}\" for the text"),
                );
                None
            }
            YamlNode::Scalar(Scalar::Null) | YamlNode::List(_) | YamlNode::Map(_) => {
                self.wrong_kind(yaml, what, "text");
                None
            }
        }
    }

    /// A list of texts.
    pub(super) fn texts(&mut self, yaml: &Yaml, what: &str) -> Vec<Spanned<String>> {
        let elements = self.list(yaml, what).unwrap_or_default();
        elements.iter().filter_map(|element| self.text(element, what)).collect()
    }

    /// A variant of an enum.
    pub(super) fn variant<T: Named>(&mut self, yaml: &Yaml, what: &str) -> Option<Spanned<T>> {
        let text = self.text(yaml, what)?;
        self.variant_of(&text, what).map(|value| Spanned::new(value, yaml.span))
    }

    /// A variant of an enum, from text that is read already.
    pub(super) fn variant_of<T: Named>(&mut self, text: &Spanned<String>, what: &str) -> Option<T> {
        if let Some(value) = by_name(&text.value) {
            return Some(value);
        }
        let known: Vec<_> = names::<T>().collect();
        let title = format!("`{}` is no value of {what}", text.value);
        if let Some(present) = former::present_value(&text.value).filter(|present| known.contains(present)) {
            self.error(text.span, title, format!("is called `{present}` now"));
            return None;
        }
        let help = nearest(&text.value, known.iter().copied()).map_or_else(
            || format!("one of: {}", known.join(", ")),
            |meant| format!("did you mean `{meant}`? (one of: {})", known.join(", ")),
        );
        self.error_with_help(text.span, title, "not known here", help);
        None
    }

    /// A list of variants of an enum, each at most once.
    pub(super) fn variants<T: Named>(&mut self, yaml: &Yaml, what: &str) -> Vec<Spanned<T>> {
        let mut read: Vec<Spanned<T>> = Vec::new();
        for element in self.list(yaml, what).unwrap_or_default() {
            let Some(variant) = self.variant::<T>(element, what) else { continue };
            if read.iter().any(|earlier| earlier.value == variant.value) {
                self.error(variant.span, format!("a value of {what} stands twice"), "again here");
            } else {
                read.push(variant);
            }
        }
        read
    }

    /// The values under a key that may be left out; empty if it is.
    pub(super) fn variants_under<T: Named>(&mut self, fields: &Fields<'_>, key: &str) -> Vec<Spanned<T>> {
        fields.get(key).map(|yaml| self.variants(yaml, &format!("`{key}`"))).unwrap_or_default()
    }

    /// A whole number within bounds.
    pub(super) fn number(&mut self, yaml: &Yaml, what: &str, min: u64, max: u64) -> Option<Spanned<u64>> {
        if let YamlNode::Scalar(Scalar::Integer(number)) = &yaml.node
            && let Ok(number) = u64::try_from(*number)
            && (min..=max).contains(&number)
        {
            return Some(Spanned::new(number, yaml.span));
        }
        let title = format!("{what} is a whole number from {min} to {max}");
        self.error(yaml.span, title, format!("this is {}", kind(yaml)));
        None
    }

    /// `true` or `false`.
    pub(super) fn truth(&mut self, yaml: &Yaml, what: &str) -> Option<bool> {
        if let YamlNode::Scalar(Scalar::Bool(truth)) = &yaml.node {
            return Some(*truth);
        }
        self.wrong_kind(yaml, what, "`true` or `false`");
        None
    }

    /// Holds `format:` to the version that is read here.
    pub(super) fn format(&mut self, fields: &Fields<'_>, mapping: Mapping) {
        let Some(yaml) = self.required(fields, mapping, "format") else { return };
        if yaml.node != YamlNode::Scalar(Scalar::Integer(1)) {
            let label = format!("this is {}", slice(&self.source, yaml.span));
            self.error(yaml.span, "the format that is read here is 1", label);
        }
    }

    /// Reports a value of the wrong kind.
    pub(super) fn wrong_kind(&mut self, yaml: &Yaml, what: &str, wanted: &str) {
        // A whole mapping underlined hides what is wrong with it: its first line is enough.
        let at = Span { len: first_line(slice(&self.source, yaml.span)), ..yaml.span };
        self.error(at, format!("{what} is {wanted}"), format!("this is {}", kind(yaml)));
    }
}

fn first_line(text: &str) -> u32 {
    u32::try_from(text.lines().next().unwrap_or_default().len()).unwrap_or(u32::MAX)
}

/// What a node is, for messages.
pub(super) fn kind(yaml: &Yaml) -> &'static str {
    match &yaml.node {
        YamlNode::Scalar(Scalar::Null) => "nothing",
        YamlNode::Scalar(Scalar::Bool(_)) => "a truth value",
        YamlNode::Scalar(Scalar::Integer(_)) => "a whole number",
        YamlNode::Scalar(Scalar::Float(_)) => "a number with a fraction",
        YamlNode::Scalar(Scalar::Text(_)) => "text",
        YamlNode::List(_) => "a list",
        YamlNode::Map(_) => "a mapping",
    }
}
