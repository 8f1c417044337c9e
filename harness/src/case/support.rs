//! What a target is said not to support, and what it is required to support.

use serde::{Deserialize, Serialize};

use crate::model::Model;

use super::ast::EncodingAxis;
use super::glob::Glob;
use super::mapping::{Mapping, nearest};
use super::reader::{Fields, Reader};
use super::span::Spanned;
use super::transport::Transport;
use super::variants::{by_name, names};
use super::yaml::Yaml;

/// What is not sent to a target, whatever its capabilities.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lacks {
    /// Operations by name.
    pub operations: Vec<String>,
    /// Encodings.
    pub encodings: Vec<EncodingAxis>,
}

/// What a target is required to support, and the trials that are required to have a verdict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requires {
    /// Operations by name: each has to be supported, and every trial about it has to have a verdict.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<String>,
    /// Encodings: each has to be supported, and every trial in it has to have a verdict.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub encodings: Vec<EncodingAxis>,
    /// Versions of HTTP that have to be supported.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transports: Vec<Transport>,
    /// Patterns of the ids of trials that have to have a verdict.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trials: Vec<Glob>,
}

/// Why a text states no requirement: a fragment that fits after "failed to", and what to try.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("require `{text}`: it is no operation, no encoding, no transport and no pattern of trial ids")]
pub struct NoRequirement {
    text: String,
    /// What to try.
    pub help: String,
}

impl Requires {
    /// True if nothing is required.
    pub const fn is_empty(&self) -> bool {
        self.operations.is_empty()
            && self.encodings.is_empty()
            && self.transports.is_empty()
            && self.trials.is_empty()
    }

    /// Adds what one text states: an operation, an encoding, a version of HTTP, or, with a `/` or
    /// an `*` in it, a pattern of trial ids.
    ///
    /// # Errors
    ///
    /// If it states none of them.
    pub fn add(&mut self, text: &str) -> Result<(), NoRequirement> {
        if Model::embedded().operation(text).is_some() {
            push_once(&mut self.operations, text.to_owned());
        } else if let Some(encoding) = by_name(text) {
            push_once(&mut self.encodings, encoding);
        } else if let Some(transport) = by_name(text) {
            push_once(&mut self.transports, transport);
        } else if text.contains(['/', '*'])
            && let Some(glob) = Glob::new(text)
        {
            push_once(&mut self.trials, glob);
        } else {
            let kinds =
                "an operation, `json`, `cbor`, `h1`, `h2`, or a pattern of trial ids such as `put-record/**`";
            let help = nearest(text, known_names()).map_or_else(
                || format!("name {kinds}"),
                |meant| format!("did you mean `{meant}`? (one of: {kinds})"),
            );
            return Err(NoRequirement { text: text.to_owned(), help });
        }
        Ok(())
    }

    /// What is required here and lacking there, as text.
    pub fn contradicted_by(&self, lacks: &Lacks) -> Vec<String> {
        let operations = self.operations.iter().filter(|name| lacks.operations.contains(name)).cloned();
        let encodings = self.encodings.iter().filter(|encoding| lacks.encodings.contains(encoding));
        operations.chain(encodings.map(|encoding| <&str>::from(*encoding).to_owned())).collect()
    }
}

/// Every name that a requirement may be, patterns aside.
fn known_names() -> impl Iterator<Item = &'static str> {
    let operations = Model::embedded().operations.keys().map(String::as_str);
    operations.chain(names::<EncodingAxis>()).chain(names::<Transport>())
}

fn push_once<T: PartialEq>(list: &mut Vec<T>, value: T) {
    if !list.contains(&value) {
        list.push(value);
    }
}

/// What a profile says of support, with the places that later checks draw on.
#[derive(Clone, Debug, Default)]
pub(super) struct Support {
    pub(super) lacks: Lacks,
    pub(super) requires: Requires,
    /// The patterns of `requires`, in the file's order.
    pub(super) trials: Vec<Spanned<Glob>>,
}

/// Reads `lacks:` and `requires:` of a profile, and holds them against each other.
pub(super) fn support(reader: &mut Reader, profile: &Fields<'_>) -> Support {
    let mut support = Support::default();
    let mut lacking = Vec::new();
    if let Some(fields) = profile.get("lacks").and_then(|yaml| reader.fields(yaml, Mapping::Lacks)) {
        let operations = fields.get("operations").map_or_else(Vec::new, |yaml| operations(reader, yaml));
        let encodings = fields
            .get("encodings")
            .map_or_else(Vec::new, |yaml| reader.variants::<EncodingAxis>(yaml, "`encodings`"));
        lacking.extend(operations.iter().cloned());
        lacking.extend(
            encodings.iter().map(|found| Spanned::new(<&str>::from(found.value).to_owned(), found.span)),
        );
        support.lacks = Lacks { operations: values(operations), encodings: values(encodings) };
    }
    if let Some(fields) = profile.get("requires").and_then(|yaml| reader.fields(yaml, Mapping::Requires)) {
        let operations = fields.get("operations").map_or_else(Vec::new, |yaml| operations(reader, yaml));
        let encodings = fields
            .get("encodings")
            .map_or_else(Vec::new, |yaml| reader.variants::<EncodingAxis>(yaml, "`encodings`"));
        let transports =
            fields.get("transports").map_or_else(Vec::new, |yaml| reader.variants(yaml, "`transports`"));
        support.trials = fields.get("trials").map_or_else(Vec::new, |yaml| globs(reader, yaml));
        for name in &operations {
            contradiction(reader, &lacking, name);
        }
        for found in &encodings {
            contradiction(reader, &lacking, &Spanned::new(<&str>::from(found.value).to_owned(), found.span));
        }
        support.requires = Requires {
            operations: values(operations),
            encodings: values(encodings),
            transports: values(transports),
            trials: support.trials.iter().map(|glob| glob.value.clone()).collect(),
        };
    }
    support
}

/// Names of operations that the model has.
fn operations(reader: &mut Reader, yaml: &Yaml) -> Vec<Spanned<String>> {
    let mut names = reader.texts(yaml, "`operations`");
    names.retain(|name| is_operation(reader, name));
    names
}

/// True if the model has an operation of that name; it is refused otherwise.
pub(super) fn is_operation(reader: &mut Reader, name: &Spanned<String>) -> bool {
    let model = Model::embedded();
    if model.operation(&name.value).is_some() {
        return true;
    }
    let help = nearest(&name.value, model.operations.keys().map(String::as_str)).map_or_else(
        || "names are spelled as in the API, such as `StartStreamEncryption`".to_owned(),
        |meant| format!("did you mean `{meant}`?"),
    );
    let title = format!("the API has no operation `{}`", name.value);
    reader.error_with_help(name.span, title, "not known", help);
    false
}

/// Patterns of one profile, at most: each is held against every id.
const MOST_PATTERNS: usize = 1_000;

fn globs(reader: &mut Reader, yaml: &Yaml) -> Vec<Spanned<Glob>> {
    let mut globs = Vec::new();
    let texts = reader.texts(yaml, "`trials`");
    if let Some(one_too_many) = texts.get(MOST_PATTERNS) {
        let title = format!("`trials` has at most {MOST_PATTERNS} patterns");
        reader.error(one_too_many.span, title, "one too many");
        return globs;
    }
    for text in texts {
        match Glob::new(&text.value) {
            Some(glob) => globs.push(Spanned::new(glob, text.span)),
            None => reader.error(
                text.span,
                "a pattern of trial ids has 1 to 256 bytes",
                format!("this has {}", text.value.len()),
            ),
        }
    }
    globs
}

/// Refuses what is required although the same file says that the target lacks it.
fn contradiction(reader: &mut Reader, lacking: &[Spanned<String>], required: &Spanned<String>) {
    let Some(lacked) = lacking.iter().find(|lacked| lacked.value == required.value) else { return };
    reader.error_with_context(
        required.span,
        format!("`{}` is required and said to be lacking", required.value),
        "required here",
        (lacked.span, "lacking here"),
        "delete it from one of the two",
    );
}

fn values<T>(spanned: Vec<Spanned<T>>) -> Vec<T> {
    spanned.into_iter().map(|found| found.value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_text_requires_is_reported_by_its_form() {
        let mut requires = Requires::default();
        for text in ["PutRecord", "cbor", "h2", "put-record/**", "*", "PutRecord"] {
            requires.add(text).expect("a requirement");
        }
        assert_eq!(requires.operations, ["PutRecord"]);
        assert_eq!(
            (requires.encodings, requires.transports),
            (vec![EncodingAxis::Cbor], vec![Transport::H2])
        );
        let trials: Vec<&str> = requires.trials.iter().map(Glob::as_str).collect();
        assert_eq!(trials, ["put-record/**", "*"]);
    }

    #[test]
    fn a_name_that_is_nothing_is_refused_with_the_nearest_one() {
        let mut requires = Requires::default();
        let wrong = requires.add("PutRecrod").expect_err("no operation");
        assert!(wrong.to_string().starts_with("require `PutRecrod`: it is no operation"), "{wrong}");
        assert!(wrong.help.contains("did you mean `PutRecord`?"), "{}", wrong.help);
        assert!(requires.add("").is_err() && requires.is_empty());
    }
}
