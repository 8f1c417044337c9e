//! `questions.yaml`: what no source settles.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::case::ast::{Answer, Candidate, Expectation, Question};
use crate::case::diagnostic::Diagnostic;
use crate::case::mapping::Mapping;
use crate::case::reader::Reader;
use crate::case::span::Source;
use crate::case::yaml::{Entry, Yaml, YamlNode};

use super::expect::expectation;
use super::step::facts;
use super::suite::id;
use super::tree::{Place, tree};

/// Reads the file of open questions.
pub(super) fn questions(source: &Arc<Source>) -> (IndexMap<String, Question>, Vec<Diagnostic>) {
    let (mut reader, tree) = Reader::open(source);
    let mut read = IndexMap::new();
    let fields = tree.as_ref().and_then(|tree| reader.fields(tree, Mapping::Questions));
    if let Some(fields) = fields {
        reader.format(&fields, Mapping::Questions);
        let entries = reader
            .required(&fields, Mapping::Questions, "questions")
            .and_then(|yaml| reader.entries(yaml, "`questions`"));
        for entry in entries.unwrap_or_default() {
            if let Some(question) = question(&mut reader, entry) {
                read.insert(entry.key.value.clone(), question);
            }
        }
    }
    (read, reader.problems)
}

fn question(reader: &mut Reader, entry: &Entry) -> Option<Question> {
    id(reader, &entry.key);
    let fields = reader.fields(&entry.value, Mapping::Question)?;
    let question = reader
        .required(&fields, Mapping::Question, "question")
        .and_then(|yaml| reader.text(yaml, "`question`"));
    let affects = match fields.get("affects") {
        Some(yaml) => reader.variants(yaml, "`affects`"),
        None => Vec::new(),
    };
    let facts = match fields.get("facts") {
        Some(yaml) => facts(reader, yaml, "`facts`"),
        None => Vec::new(),
    };
    let mut candidates = IndexMap::new();
    let entries = reader
        .required(&fields, Mapping::Question, "candidates")
        .and_then(|yaml| reader.entries(yaml, "`candidates`"));
    for entry in entries.unwrap_or_default() {
        id(reader, &entry.key);
        if let Some(candidate) = candidate(reader, &entry.value) {
            candidates.insert(entry.key.value.clone(), candidate);
        }
    }
    let source = Arc::clone(&reader.source);
    Some(Question { id: entry.key.clone(), source, question: question?.value, affects, facts, candidates })
}

fn candidate(reader: &mut Reader, yaml: &Yaml) -> Option<Candidate> {
    let fields = reader.fields(yaml, Mapping::Candidate)?;
    let stream = fields.get("stream").and_then(|yaml| reader.variant(yaml, "`stream`"));
    match (fields.get("answer"), fields.get("value"), fields.get("state")) {
        (Some(yaml), None, None) => {
            Some(Candidate::Answer { any: answers(reader, yaml)?, stream: stream.map(|name| name.value) })
        }
        (None, Some(yaml), None) => tree(reader, yaml, Place::Expectation).map(Candidate::Value),
        (None, None, Some(yaml)) => reader.variant(yaml, "`state`").map(|end| Candidate::State(end.value)),
        (None, None, None) | (Some(_), Some(_), _) | (Some(_), _, Some(_)) | (_, Some(_), Some(_)) => {
            reader.error(
                yaml.span,
                "a candidate is one of `answer`, `value`, `state`",
                "exactly one of them",
            );
            None
        }
    }
}

/// One answer or a list of answers.
fn answers(reader: &mut Reader, yaml: &Yaml) -> Option<Vec<Expectation>> {
    let any: Vec<Expectation> = match &yaml.node {
        YamlNode::List(elements) => {
            elements.iter().filter_map(|element| expectation(reader, element)).collect()
        }
        YamlNode::Scalar(_) | YamlNode::Map(_) => expectation(reader, yaml).into_iter().collect(),
    };
    if any.iter().any(|answer| matches!(answer.answer, Answer::Open(_) | Answer::RefusedOpen(_))) {
        reader.error(yaml.span, "an open question as the answer to one", "name a class or `accepted`");
        return None;
    }
    (!any.is_empty()).then_some(any)
}
