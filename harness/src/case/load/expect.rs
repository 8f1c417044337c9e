//! What an answer is held to.

use crate::case::ast::{Answer, Clause, Expectation, Refusal};
use crate::case::mapping::Mapping;
use crate::case::reader::{Fields, Reader};
use crate::case::span::{Span, Spanned};
use crate::case::yaml::{Entry, Scalar, Yaml, YamlNode};

use super::tree::{Place, tree};
use super::wire;

/// `expect:` of a call, `answer:` of a candidate.
pub(super) fn expectation(reader: &mut Reader, yaml: &Yaml) -> Option<Expectation> {
    match &yaml.node {
        YamlNode::Scalar(Scalar::Text(text)) => {
            let answer = if text == "accepted" {
                Answer::Accepted { members: None }
            } else if let Some(question) = text.strip_prefix("$open.") {
                Answer::Open(Spanned::new(question.to_owned(), yaml.span))
            } else {
                wrong_value(reader, text, yaml.span);
                return None;
            };
            Some(Expectation { span: yaml.span, answer, status: None, document: None, form: Box::default() })
        }
        YamlNode::Map(_) => from_fields(reader, yaml),
        YamlNode::Scalar(Scalar::Null | Scalar::Bool(_) | Scalar::Integer(_) | Scalar::Float(_))
        | YamlNode::List(_) => {
            reader.wrong_kind(yaml, "`expect`", "`accepted`, `$open.<question>` or a mapping");
            None
        }
    }
}

fn wrong_value(reader: &mut Reader, text: &str, span: Span) {
    let title = format!("`{text}` is no expectation");
    let help = if text.ends_with("Exception") {
        format!("write `{{error: {text}}}`")
    } else {
        "one of `accepted`, `$open.<question>`, `{accepted: {…}}`, `{error: <class>}`".to_owned()
    };
    reader.error_with_help(span, title, "not known here", help);
}

fn from_fields(reader: &mut Reader, yaml: &Yaml) -> Option<Expectation> {
    let fields = reader.fields(yaml, Mapping::Expect)?;
    let status = fields
        .get("status")
        .and_then(|yaml| reader.number(yaml, "`status`", 100, 599))
        .and_then(|status| u16::try_from(status.value).ok().map(|value| Spanned::new(value, status.span)));
    let document = fields.get("document").and_then(|yaml| tree(reader, yaml, Place::Expectation));
    let form = Box::new(wire::form(reader, &fields));
    let answer = match (fields.get("accepted"), fields.get("error"), fields.get("refused")) {
        (Some(members), None, None) => accepted(reader, &fields, members)?,
        (None, Some(error), None) => Answer::Refused(refusal(reader, &fields, error)?),
        (None, None, Some(question)) => refused_open(reader, &fields, question)?,
        (Some(_), Some(other), _) | (Some(_), None, Some(other)) => {
            reader.error(other.span, "an answer that is accepted and refused", "one of both");
            return None;
        }
        (None, Some(_), Some(question)) => {
            reader.error(question.span, "a refusal whose class is stated and open", "one of both");
            return None;
        }
        (None, None, None) => {
            reader.error_with_help(
                first_line_of(&fields, yaml.span),
                "`expect` without `accepted` or `error`",
                "is the answer accepted or refused?",
                "members of an accepted answer stand below `accepted`: `{accepted: {…}}`",
            );
            return None;
        }
    };
    Some(Expectation { span: yaml.span, answer, status, document, form })
}

fn accepted(reader: &mut Reader, fields: &Fields<'_>, members: &Yaml) -> Option<Answer> {
    for key in ["clauses", "message"] {
        if let Some(entry) = fields.entry(key) {
            reader.error(entry.key.span, format!("`{key}` beside `accepted`"), "only for refusals");
        }
    }
    reader.entries(members, "`accepted`")?;
    Some(Answer::Accepted { members: Some(tree(reader, members, Place::Expectation)?) })
}

/// `refused: $open.<question>`.
fn refused_open(reader: &mut Reader, fields: &Fields<'_>, yaml: &Yaml) -> Option<Answer> {
    for key in ["clauses", "message"] {
        if let Some(entry) = fields.entry(key) {
            reader.error(
                entry.key.span,
                format!("`{key}` beside `refused`"),
                "only where the class is stated",
            );
        }
    }
    let text = reader.text(yaml, "`refused`")?;
    let Some(question) = text.value.strip_prefix("$open.") else {
        reader.error_with_help(
            text.span,
            "`refused` names an open question",
            "write `$open.<question>`",
            "a class that is known stands beside `error`",
        );
        return None;
    };
    Some(Answer::RefusedOpen(Spanned::new(question.to_owned(), text.span)))
}

fn refusal(reader: &mut Reader, fields: &Fields<'_>, error: &Yaml) -> Option<Refusal> {
    let classes = classes(reader, error)?;
    let clauses = match fields.get("clauses") {
        Some(yaml) => {
            let elements = reader.list(yaml, "`clauses`").unwrap_or_default();
            elements.iter().filter_map(|element| clause(reader, element)).collect()
        }
        None => Vec::new(),
    };
    let message = fields.get("message").and_then(|yaml| tree(reader, yaml, Place::Expectation));
    Some(Refusal { classes, clauses, message })
}

/// A class, or `{$one-of: […]}` of several.
fn classes(reader: &mut Reader, yaml: &Yaml) -> Option<Spanned<Vec<String>>> {
    let classes = match &yaml.node {
        YamlNode::Map(entries) => {
            let [Entry { key, value }] = entries.as_slice() else {
                reader.wrong_kind(yaml, "`error`", "a class or `{$one-of: […]}`");
                return None;
            };
            if key.value != "$one-of" {
                reader.error(key.span, "`error` is a class or `{$one-of: […]}`", "not known here");
                return None;
            }
            reader.texts(value, "`$one-of`")
        }
        YamlNode::Scalar(_) | YamlNode::List(_) => vec![reader.text(yaml, "`error`")?],
    };
    if classes.is_empty() {
        reader.error(yaml.span, "`$one-of` without a class", "at least one");
        return None;
    }
    for class in &classes {
        if class.value.is_empty() || !class.value.chars().all(|c| c.is_ascii_alphanumeric()) {
            reader.error(class.span, "`error` is the bare name of a class", "letters and digits only");
        }
    }
    Some(Spanned::new(classes.into_iter().map(|class| class.value).collect(), yaml.span))
}

fn clause(reader: &mut Reader, yaml: &Yaml) -> Option<Clause> {
    let [member, rule] = reader.list(yaml, "a clause")? else {
        reader.error(yaml.span, "a clause is a member's path and a rule", "write `[encryptionType, enum]`");
        return None;
    };
    let member = reader.text(member, "a member's path");
    let rule = reader.variant(rule, "a clause's rule");
    Some(Clause { span: yaml.span, member: member?.value, rule: rule?.value })
}

/// The first key, or all of it where there is none.
fn first_line_of(fields: &Fields<'_>, span: Span) -> Span {
    Mapping::Expect.keys().iter().find_map(|key| fields.entry(key)).map_or(span, |entry| entry.key.span)
}
