//! The bytes of a call: `wire:`, and what `expect:` asserts of bytes.

use indexmap::IndexMap;

use crate::case::ast::{Form, Node, Reference, Tree, WHOLE, Wire};
use crate::case::mapping::Mapping;
use crate::case::reader::{Fields, Reader};
use crate::case::yaml::{Entry, Yaml};
use crate::model::Value;

use super::tree::{Place, tree};

/// What an override may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// Text.
    Text,
    /// Text or nothing.
    Absent,
    /// Text, nothing, or texts.
    Many,
}

/// `wire:` of a call.
pub(super) fn wire(reader: &mut Reader, yaml: &Yaml) -> Wire {
    let Some(fields) = reader.fields(yaml, Mapping::Wire) else { return Wire::default() };
    let mut read = |key: &str, takes: Takes| {
        let yaml = fields.get(key)?;
        override_text(reader, yaml, key, takes)
    };
    let (method, path) = (read("method", Takes::Text), read("path", Takes::Text));
    let (target, content_type) = (read("target", Takes::Many), read("content-type", Takes::Absent));
    let mut headers = IndexMap::new();
    if let Some(yaml) = fields.get("headers") {
        for Entry { key, value } in reader.entries(yaml, "`headers`").unwrap_or_default() {
            header_name(reader, key);
            if let Some(tree) = override_text(reader, value, "headers", Takes::Many) {
                headers.insert(key.value.clone(), tree);
            }
        }
    }
    let auth = fields.get("auth").and_then(|yaml| reader.variant(yaml, "`auth`"));
    Wire {
        method,
        path,
        target,
        content_type,
        headers,
        auth: auth.map(|auth| auth.value).unwrap_or_default(),
    }
}

fn override_text(reader: &mut Reader, yaml: &Yaml, key: &str, takes: Takes) -> Option<Tree> {
    let tree = tree(reader, yaml, Place::Request)?;
    let fits = match &tree.node {
        Node::List(trees) => takes == Takes::Many && trees.iter().all(is_text),
        Node::Reference(Reference::Absent) => takes != Takes::Text,
        Node::Literal(_)
        | Node::Reference(_)
        | Node::Map(_)
        | Node::OneOf(_)
        | Node::Matches(_)
        | Node::Above(_) => is_text(&tree),
    };
    if !fits {
        let label = match takes {
            Takes::Text => "text, or `$each.<column>`",
            Takes::Absent => "text, `$absent`, or `$each.<column>`",
            Takes::Many => "text, `$absent`, a list of texts, or `$each.<column>`",
        };
        reader.error(tree.span, format!("`{key}` of `wire` can't be this"), label);
        return None;
    }
    Some(tree)
}

fn is_text(tree: &Tree) -> bool {
    match &tree.node {
        Node::Literal(Value::String(_)) => true,
        Node::Reference(reference) => match reference {
            Reference::Each(_)
            | Reference::Got(_)
            | Reference::StreamName(_)
            | Reference::StreamArn(_)
            | Reference::ChangedArn(_, _)
            | Reference::ResourceName => true,
            Reference::Key(_)
            | Reference::KeyArn(_)
            | Reference::RunTags
            | Reference::GivenShards
            | Reference::GivenEncryption
            | Reference::Open(_)
            | Reference::Absent
            | Reference::Present => false,
        },
        Node::Literal(_)
        | Node::List(_)
        | Node::Map(_)
        | Node::OneOf(_)
        | Node::Matches(_)
        | Node::Above(_) => false,
    }
}

fn header_name(reader: &mut Reader, key: &crate::case::span::Spanned<String>) {
    let token = |letter: char| letter.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(letter);
    if key.value.is_empty() || !key.value.chars().all(token) {
        reader.error(key.span, format!("`{}` is no name of a header", key.value), "letters, digits, hyphens");
    }
}

/// What `expect:` asserts of bytes.
pub(super) fn form(reader: &mut Reader, fields: &Fields<'_>) -> Form {
    let mut form = Form::default();
    if let Some(yaml) = fields.get("headers") {
        for Entry { key, value } in reader.entries(yaml, "`headers`").unwrap_or_default() {
            header_name(reader, key);
            if let Some(tree) = tree(reader, value, Place::Expectation) {
                form.headers.insert(key.value.to_ascii_lowercase(), tree);
            }
        }
    }
    form.body = fields.get("body").and_then(|yaml| reader.variant(yaml, "`body`"));
    form.http = fields.get("http").and_then(|yaml| reader.variant(yaml, "`http`"));
    form.encoding = fields.get("encoding").and_then(|yaml| reader.variant(yaml, "`encoding`"));
    if let Some(yaml) = fields.get("spelling") {
        for Entry { key, value } in reader.entries(yaml, "`spelling`").unwrap_or_default() {
            if key.value != WHOLE && key.value.split('.').any(str::is_empty) {
                let label = format!("write `Records.0.Data`, or `{WHOLE}`");
                reader.error(key.span, "a path with an empty part", label);
            }
            if let Some(spelling) = reader.variant(value, "a spelling") {
                form.spelling.insert(key.value.clone(), spelling);
            }
        }
    }
    form
}
