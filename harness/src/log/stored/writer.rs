//! From events to stored lines.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::fold::{Folds, Taken};
use super::{
    AgainLine, AttemptLine, CaseLine, ExchangeLine, HeaderLine, LOG_FORMAT, LOG_MINOR, Line, NamesLine,
    RequestLine, TextLine, TrialLine,
};
use crate::facts::FactId;
use crate::log::event::{AttemptText, CaseText, Event, Evidence, Exchange, RequestText, TrialVerdict};
use crate::log::json::to_line;
use crate::model::Value;
use crate::wire::Encoding;

/// Names that many attempts share begin with one of these, up to the first dot.
const SHARED_NAMES: [&str; 3] = ["key", "stream", "other"];

/// Makes stored lines of the events of one log, in order.
#[derive(Debug, Default)]
pub(crate) struct Storing {
    /// Lines so far.
    lines: u64,
    /// The last text, which the next row of its table has too, and its line.
    last_text: Option<(Arc<str>, u64)>,
    /// Where texts and names are said, by their digest.
    said: HashMap<[u8; 32], u64>,
    facts: HashMap<FactId, Evidence>,
    folds: Folds,
    out: Vec<u8>,
}

impl Storing {
    /// The lines that an event adds to the log, with their ends; none if they are kept back for a while.
    pub(crate) fn event(&mut self, event: &Event) -> Result<Vec<u8>, serde_json::Error> {
        match event {
            Event::Header(header) => {
                let header = header.as_ref().clone();
                self.put(&Line::Header(Box::new(HeaderLine {
                    format: LOG_FORMAT,
                    minor: LOG_MINOR,
                    header,
                })))?;
            }
            Event::Case(case) => self.case(case)?,
            Event::Exchange(exchange) => self.exchange(exchange)?,
            Event::Timing(timing) => {
                self.put(&Line::Timing(timing.clone()))?;
            }
            Event::Trial(trial) => self.trial(trial)?,
            Event::Notice(notice) => {
                self.put(&Line::Notice(notice.clone()))?;
            }
            Event::Footer(footer) => {
                let kept = self.folds.all();
                self.put_again(kept)?;
                self.put(&Line::Footer(footer.clone()))?;
            }
        }
        Ok(std::mem::take(&mut self.out))
    }

    /// The lines that were kept back.
    pub(in crate::log) fn kept_back(&mut self) -> Result<Vec<u8>, serde_json::Error> {
        let kept = self.folds.all();
        self.put_again(kept)?;
        Ok(std::mem::take(&mut self.out))
    }

    /// The number of the line, from 1.
    fn put(&mut self, line: &Line) -> Result<u64, serde_json::Error> {
        self.out.extend(to_line(line)?);
        self.out.push(b'\n');
        self.lines += 1;
        Ok(self.lines)
    }

    fn put_again(&mut self, again: impl IntoIterator<Item = AgainLine>) -> Result<(), serde_json::Error> {
        again.into_iter().try_for_each(|again| self.put(&Line::Again(again)).map(drop))
    }

    fn case(&mut self, case: &CaseText) -> Result<(), serde_json::Error> {
        let text = self.text(&case.source)?;
        for fact in &case.facts {
            if self.facts.get(&fact.id) != Some(fact) {
                self.put(&Line::Fact(Box::new(fact.clone())))?;
                self.facts.insert(fact.id.clone(), fact.clone());
            }
        }
        self.put(&Line::Case(Box::new(CaseLine::of(case.clone(), text))))?;
        Ok(())
    }

    /// The line that has the text.
    fn text(&mut self, text: &Arc<str>) -> Result<u64, serde_json::Error> {
        if let Some((last, line)) = &self.last_text
            && Arc::ptr_eq(last, text)
        {
            return Ok(*line);
        }
        let line = self.said("text", text.as_bytes(), || Line::Text(TextLine { text: Arc::clone(text) }))?;
        self.last_text = Some((Arc::clone(text), line));
        Ok(line)
    }

    /// The line that says something; it is written if none does yet.
    fn said(
        &mut self,
        kind: &str,
        content: &[u8],
        line: impl FnOnce() -> Line,
    ) -> Result<u64, serde_json::Error> {
        let digest = Sha256::new().chain_update(kind).chain_update(content).finalize().into();
        if let Some(number) = self.said.get(&digest) {
            return Ok(*number);
        }
        let number = self.put(&line())?;
        self.said.insert(digest, number);
        Ok(number)
    }

    fn exchange(&mut self, exchange: &Exchange) -> Result<(), serde_json::Error> {
        match self.folds.take(exchange) {
            Taken::Again => {}
            Taken::Whole(before) => {
                self.put_again(before)?;
                let line = self.put(&Line::Exchange(Box::new(ExchangeLine::of(exchange.clone()))))?;
                let forgotten = self.folds.remember(line, exchange);
                self.put_again(forgotten)?;
            }
        }
        let due = self.folds.due(exchange.received_us);
        self.put_again(due)
    }

    fn trial(&mut self, trial: &TrialVerdict) -> Result<(), serde_json::Error> {
        let kept = self.folds.of_trial(&trial.id);
        self.put_again(kept)?;
        let attempts =
            trial.attempts.iter().map(|attempt| self.attempt(attempt)).collect::<Result<_, _>>()?;
        self.put(&Line::Trial(Box::new(TrialLine::of(trial.clone(), attempts))))?;
        Ok(())
    }

    fn attempt(&mut self, attempt: &AttemptText) -> Result<AttemptLine, serde_json::Error> {
        let AttemptText { outcome, void, disturbed, ended_early, bindings, began_us, process_ended } =
            attempt.clone();
        let (names, bindings) = self.names(bindings)?;
        Ok(AttemptLine { outcome, void, disturbed, ended_early, names, bindings, began_us, process_ended })
    }

    /// The lines that say what names stood for, and what all other names did.
    fn names(
        &mut self,
        bindings: BTreeMap<String, Value>,
    ) -> Result<(Vec<u64>, BTreeMap<String, Value>), serde_json::Error> {
        let mut groups: BTreeMap<&str, BTreeMap<String, Value>> = BTreeMap::new();
        let mut own = BTreeMap::new();
        for (name, value) in bindings {
            let first = name.split('.').next().unwrap_or_default();
            match SHARED_NAMES.into_iter().find(|shared| *shared == first) {
                Some(group) => {
                    groups.entry(group).or_default().insert(name, value);
                }
                None => {
                    own.insert(name, value);
                }
            }
        }
        let mut lines = Vec::new();
        for values in groups.into_values() {
            let content = to_line(&values)?;
            lines.push(self.said("names", &content, || Line::Names(NamesLine { values }))?);
        }
        Ok((lines, own))
    }
}

impl ExchangeLine {
    fn of(exchange: Exchange) -> Self {
        let Exchange { trial, role, attempt, repetition, sent_us, received_us, request, response } = exchange;
        let RequestText { operation, target, content_type, signed, body, overrides } = request;
        let plain = super::plain_target(&operation);
        let request = RequestLine {
            target: (target.as_deref() != Some(plain.as_str())).then_some(target),
            content_type: (content_type != Encoding::Json.content_type()).then_some(content_type),
            operation,
            signed,
            body,
            overrides,
        };
        Self { trial, role, attempt, repetition, sent_us, received_us, request, response }
    }
}
