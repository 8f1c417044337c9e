//! Cases as a reader of the log wants to see them.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::case::ast::Question;
use crate::facts::Registry;
use crate::log::{CaseText, Evidence, QuestionText};

use super::PlannedTrial;

/// What the texts of several cases have in common.
#[derive(Debug, Default)]
pub struct TextCache {
    facts: HashMap<String, Evidence>,
    /// The lines of the last case, by its file and its place there: rows of a case come together.
    lines: Option<((String, usize), Arc<str>)>,
}

/// A case as a reader wants to see it.
pub fn case_text(trial: &PlannedTrial, cache: &mut TextCache) -> CaseText {
    let source = trial.source();
    let span = trial.span();
    let from = (span.offset as usize).min(source.text.len());
    let to = (from + span.len as usize).min(source.text.len());
    // Whole lines: an excerpt that starts in the middle of one would shift its columns.
    let from = source.text[..from].rfind('\n').map_or(0, |at| at + 1);
    let to = source.text[to..].find('\n').map_or(source.text.len(), |at| to + at);
    let place = (source.path.clone(), from);
    let lines = match &cache.lines {
        Some((known, lines)) if *known == place => Arc::clone(lines),
        Some(_) | None => Arc::from(&source.text[from..to]),
    };
    cache.lines = Some((place, Arc::clone(&lines)));
    let today = jiff::tz::TimeZone::UTC.to_datetime(Timestamp::now()).date();
    let added = trial.library().map(|library| &library.added_facts);
    let registry = Registry::embedded();
    let facts = trial
        .facts()
        .into_iter()
        .filter_map(|id| {
            if let Some(evidence) = cache.facts.get(&id.0) {
                return Some(evidence.clone());
            }
            let fact = added.and_then(|added| added.get(&id)).or_else(|| registry.get(&id))?;
            let evidence = Evidence {
                id: fact.id.clone(),
                strength: fact.strength,
                old: fact.is_old_recording(today),
                as_of: fact.as_of.clone(),
                fact: fact.fact.clone(),
                source: fact.source.clone(),
            };
            cache.facts.insert(id.0, evidence.clone());
            Some(evidence)
        })
        .collect();
    let mut questions = indexmap::IndexMap::new();
    for id in trial.questions() {
        if let Some(question) = trial.question(&id) {
            questions.insert(id, question_text(question));
        }
    }
    CaseText {
        id: trial.case_id.clone(),
        title: trial.title.clone(),
        operation: trial.operation.clone(),
        level: trial.level,
        affects: trial.affects.clone(),
        file: source.path.clone(),
        first_line: span.line,
        source: lines,
        facts,
        claims: trial.claims(),
        questions,
    }
}

fn question_text(question: &Question) -> QuestionText {
    QuestionText {
        question: question.question.clone(),
        candidates: question.candidates.keys().cloned().collect(),
    }
}
