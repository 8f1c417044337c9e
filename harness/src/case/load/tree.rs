//! Trees of values: bodies of calls, rows of tables, members of answers.

use indexmap::IndexMap;

use crate::case::ast::{FixtureName, Node, Reference, Tree};
use crate::case::reader::{Reader, kind};
use crate::case::span::Span;
use crate::case::variants::by_name;
use crate::case::yaml::{Entry, Scalar, Yaml, YamlNode};
use crate::model::Value;

/// Where a tree stands, which decides what it may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a request: values only.
    Request,
    /// In an expectation: values and patterns.
    Expectation,
    /// In a row: what the place that uses it may hold, but no other column.
    Row,
    /// In a call of `resources.yaml`: values, those of the resource and of `given` included.
    Resource,
    /// In a state that `resources.yaml` awaits: values and patterns.
    Awaited,
}

impl Place {
    const fn takes_patterns(self) -> bool {
        match self {
            Self::Request | Self::Resource => false,
            Self::Expectation | Self::Row | Self::Awaited => true,
        }
    }
}

/// A tree.
pub(super) fn tree(reader: &mut Reader, yaml: &Yaml, place: Place) -> Option<Tree> {
    let node = match &yaml.node {
        YamlNode::Scalar(scalar) => self::scalar(reader, scalar, yaml.span, place)?,
        YamlNode::List(elements) => Node::List(trees(reader, elements, place)),
        YamlNode::Map(entries) => match entries.as_slice() {
            [entry] if entry.key.value.starts_with('$') && !entry.key.value.starts_with("$$") => {
                special(reader, entry, place)?
            }
            entries => Node::Map(members(reader, entries, place)),
        },
    };
    Some(Tree { span: yaml.span, node })
}

/// The members of a structure or a map.
pub(super) fn members(reader: &mut Reader, entries: &[Entry], place: Place) -> IndexMap<String, Tree> {
    let mut members = IndexMap::new();
    for Entry { key, value } in entries {
        let name = match key.value.strip_prefix('$') {
            Some(rest) if rest.starts_with('$') => rest.to_owned(),
            Some(_) => {
                reader.error_with_help(
                    key.span,
                    format!("`{}` among the members of a structure", key.value),
                    "a form such as this stands alone in its mapping",
                    "a member whose name starts with `$` is written with `$$`",
                );
                continue;
            }
            None => key.value.clone(),
        };
        if let Some(tree) = tree(reader, value, place) {
            members.insert(name, tree);
        }
    }
    members
}

fn trees(reader: &mut Reader, elements: &[Yaml], place: Place) -> Vec<Tree> {
    elements.iter().filter_map(|element| tree(reader, element, place)).collect()
}

fn scalar(reader: &mut Reader, scalar: &Scalar, span: Span, place: Place) -> Option<Node> {
    Some(Node::Literal(match scalar {
        Scalar::Null => Value::Null,
        Scalar::Bool(truth) => Value::Bool(*truth),
        Scalar::Integer(number) => Value::Integer(*number),
        Scalar::Float(number) => Value::Float(*number),
        Scalar::Text(text) => match text.strip_prefix('$') {
            Some(rest) if rest.starts_with('$') => Value::String(rest.to_owned()),
            Some(name) => return reference(reader, name, span, place).map(Node::Reference),
            None => Value::String(text.clone()),
        },
    }))
}

/// What a whole `$name` stands for, from the name without the `$`.
fn reference(reader: &mut Reader, name: &str, span: Span, place: Place) -> Option<Reference> {
    let (head, rest) = name.split_once('.').unwrap_or((name, ""));
    let found = match (head, rest) {
        ("absent", "") => Some(Reference::Absent),
        ("present", "") => Some(Reference::Present),
        ("stream", "name") => Some(Reference::StreamName(FixtureName::Stream)),
        ("stream", "arn") => Some(Reference::StreamArn(FixtureName::Stream)),
        ("other", "name") => Some(Reference::StreamName(FixtureName::Other)),
        ("other", "arn") => Some(Reference::StreamArn(FixtureName::Other)),
        ("stream", change) => {
            by_name(change).map(|change| Reference::ChangedArn(FixtureName::Stream, change))
        }
        ("other", change) => by_name(change).map(|change| Reference::ChangedArn(FixtureName::Other, change)),
        ("key", rest) if !rest.is_empty() => Some(match rest.strip_suffix(".arn") {
            Some(key) => Reference::KeyArn(key.to_owned()),
            None => Reference::Key(rest.to_owned()),
        }),
        ("run", "tags") => Some(Reference::RunTags),
        ("resource", "name") => Some(Reference::ResourceName),
        ("given", "shards") => Some(Reference::GivenShards),
        ("given", "encryption") => Some(Reference::GivenEncryption),
        ("each", rest) if !rest.is_empty() => Some(Reference::Each(rest.to_owned())),
        ("open", rest) if !rest.is_empty() => Some(Reference::Open(rest.to_owned())),
        ("got", rest) if !rest.is_empty() => Some(Reference::Got(rest.to_owned())),
        _ => None,
    };
    let Some(found) = found else {
        reader.error_with_help(
            span,
            format!("`${name}` stands for nothing"),
            "not known",
            "one of $key.<name>, $key.<name>.arn, $stream.name, $stream.arn, $stream.arn-in-account, \
             $stream.arn-in-region, $stream.arn-in-partition, $stream.consumer-arn, the same of $other, \
             $run.tags, $each.<column>, $open.<question>, $got.<name>, $absent, $present; text that starts with `$` is \
             written with `$$`",
        );
        return None;
    };
    if place == Place::Resource || place == Place::Awaited {
        return in_resources(reader, name, span, found);
    }
    match &found {
        Reference::ResourceName | Reference::GivenShards | Reference::GivenEncryption => {
            reader.error(span, format!("`${name}` in a case"), "only for the file of resources");
            None
        }
        Reference::Open(_) | Reference::Present if !place.takes_patterns() => {
            reader.error(span, format!("`${name}` in a request"), "only for expectations");
            None
        }
        Reference::RunTags if place.takes_patterns() => {
            reader.error(span, format!("`${name}` in an expectation"), "only for requests");
            None
        }
        Reference::Each(_) if place == Place::Row => {
            reader.error(span, format!("`${name}` in a row"), "a row can't use another column");
            None
        }
        Reference::Key(_)
        | Reference::StreamName(_)
        | Reference::StreamArn(_)
        | Reference::KeyArn(_)
        | Reference::ChangedArn(..)
        | Reference::RunTags
        | Reference::Each(_)
        | Reference::Open(_)
        | Reference::Got(_)
        | Reference::Absent
        | Reference::Present => Some(found),
    }
}

/// What `resources.yaml` may refer to: what is known before the first step of a trial.
fn in_resources(reader: &mut Reader, name: &str, span: Span, found: Reference) -> Option<Reference> {
    match found {
        Reference::Key(_)
        | Reference::StreamName(_)
        | Reference::StreamArn(_)
        | Reference::RunTags
        | Reference::ResourceName
        | Reference::GivenShards
        | Reference::GivenEncryption
        | Reference::Absent => Some(found),
        Reference::KeyArn(_)
        | Reference::ChangedArn(..)
        | Reference::Each(_)
        | Reference::Open(_)
        | Reference::Got(_)
        | Reference::Present => {
            reader.error(span, format!("`${name}` in the file of resources"), "only for cases");
            None
        }
    }
}

/// A single-key mapping whose key starts with `$`.
fn special(reader: &mut Reader, entry: &Entry, place: Place) -> Option<Node> {
    let Entry { key, value } = entry;
    match key.value.as_str() {
        "$utf8" => {
            let text = match repeated(value) {
                Some(parts) => repeat(reader, parts, LONGEST_BLOB)?,
                None => reader.text(value, "`$utf8`")?.value,
            };
            Some(Node::Literal(Value::Blob(text.into_bytes())))
        }
        "$bytes" => bytes(reader, value, "`$bytes`").map(|bytes| Node::Literal(Value::Blob(bytes))),
        "$time" => {
            if let YamlNode::Scalar(Scalar::Integer(millis)) = value.node {
                return Some(Node::Literal(Value::Time(millis)));
            }
            reader.error(
                value.span,
                "`$time` is a whole number of milliseconds",
                format!("this is {}", kind(value)),
            );
            None
        }
        "$repeat" => match &value.node {
            YamlNode::List(parts) if matches!(parts.first(), Some(Yaml { node: YamlNode::Map(_), .. })) => {
                repeated_structure(reader, value, place)
            }
            YamlNode::List(_) | YamlNode::Scalar(_) | YamlNode::Map(_) => {
                let text = repeat(reader, value, LONGEST_REPEAT)?;
                Some(Node::Literal(Value::String(text)))
            }
        },
        "$one-of" | "$matches" | "$above" if !place.takes_patterns() => {
            reader.error(key.span, format!("`{}` in a request", key.value), "only for expectations");
            None
        }
        "$one-of" => {
            let elements = reader.list(value, "`$one-of`")?;
            if elements.len() < 2 {
                reader.error(value.span, "`$one-of` with fewer than two values", "nothing to choose from");
                return None;
            }
            Some(Node::OneOf(trees(reader, elements, place)))
        }
        "$above" => {
            let bound = tree(reader, value, place)?;
            if !matches!(
                bound.node,
                Node::Literal(Value::Integer(_) | Value::String(_))
                    | Node::Reference(Reference::Got(_) | Reference::Each(_))
            ) {
                reader.error(
                    value.span,
                    "`$above` is a whole number or a text of digits",
                    "such as 0, or `$got.first`",
                );
                return None;
            }
            Some(Node::Above(Box::new(bound)))
        }
        "$matches" => {
            let pattern = reader.text(value, "`$matches`")?;
            if let Err(error) = regex::Regex::new(&pattern.value) {
                let reason = error.to_string().lines().last().unwrap_or_default().to_owned();
                reader.error(pattern.span, "`$matches` with a pattern that can't be read", reason);
                return None;
            }
            Some(Node::Matches(pattern.value))
        }
        other => {
            reader.error_with_help(
                key.span,
                format!("`{other}` stands for nothing"),
                "not known",
                "one of $utf8, $bytes, $time, $repeat, $one-of, $matches, $above; a member whose name starts with `$` is \
                 written with `$$`",
            );
            None
        }
    }
}

/// `{$repeat: [<structure>, <times>]}`: a list of that many structures.
fn repeated_structure(reader: &mut Reader, yaml: &Yaml, place: Place) -> Option<Node> {
    let YamlNode::List(parts) = &yaml.node else { return None };
    let [structure, times] = parts.as_slice() else {
        reader.error(yaml.span, "`$repeat` is a structure and a number", "write `{$repeat: [{Key: a}, 50]}`");
        return None;
    };
    let structure = tree(reader, structure, place)?;
    let times = reader.number(times, "the number of `$repeat`", 1, LONGEST_LIST)?.value;
    Some(Node::List(vec![structure; usize::try_from(times).unwrap_or_default()]))
}

/// `{$repeat: [<text>, <times>]}`: a text of a length that nobody wants to count.
fn repeat(reader: &mut Reader, yaml: &Yaml, longest: u64) -> Option<String> {
    let parts = match &yaml.node {
        YamlNode::List(parts) => parts.as_slice(),
        YamlNode::Scalar(_) | YamlNode::Map(_) => &[],
    };
    let [text, times] = parts else {
        reader.error(yaml.span, "`$repeat` is a text and a number", "write `{$repeat: [a, 129]}`");
        return None;
    };
    let text = reader.text(text, "the text of `$repeat`")?.value;
    let times = reader.number(times, "the number of `$repeat`", 1, longest)?.value;
    Some(text.repeat(usize::try_from(times).unwrap_or_default()))
}

/// The parts of a `$repeat` that stands in another form.
fn repeated(yaml: &Yaml) -> Option<&Yaml> {
    let YamlNode::Map(entries) = &yaml.node else { return None };
    match entries.as_slice() {
        [Entry { key, value }] if key.value == "$repeat" => Some(value),
        _ => None,
    }
}

/// More than any limit on a text that the model has.
const LONGEST_REPEAT: u64 = 100_000;

/// More than any limit on a list that a client may reach.
const LONGEST_LIST: u64 = 1_000;

/// As long as the largest record that a stream may be set to take, and one more (PUT-001).
const LONGEST_BLOB: u64 = 10 * 1024 * 1024 + 1;

/// Bytes in hexadecimal; blanks between bytes are allowed.
pub(super) fn bytes(reader: &mut Reader, yaml: &Yaml, what: &str) -> Option<Vec<u8>> {
    // A run of digits is a number to YAML, and a short one prints back as it was written.
    let text = match &yaml.node {
        YamlNode::Scalar(Scalar::Integer(number)) => number.to_string(),
        YamlNode::Scalar(Scalar::Null | Scalar::Bool(_) | Scalar::Float(_) | Scalar::Text(_))
        | YamlNode::List(_)
        | YamlNode::Map(_) => reader.text(yaml, what)?.value,
    };
    let digits: Vec<u32> =
        text.chars().filter(|c| !c.is_whitespace()).map_while(|c| c.to_digit(16)).collect();
    let wanted = text.chars().filter(|c| !c.is_whitespace()).count();
    if digits.len() != wanted || wanted % 2 != 0 {
        reader.error(yaml.span, format!("{what} is bytes in hexadecimal"), "two digits for each byte");
        return None;
    }
    Some(digits.chunks_exact(2).filter_map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok()).collect())
}
