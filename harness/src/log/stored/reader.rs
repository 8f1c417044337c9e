//! From stored lines to events.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::fold::{is_poll, repeated, step};
use super::{
    AgainLine, AttemptLine, CaseLine, ExchangeLine, Kind, NamesLine, RequestLine, Tag, TextLine, TrialLine,
};
use crate::facts::FactId;
use crate::log::event::{
    AttemptText, CaseText, Event, Evidence, Exchange, Footer, RequestText, TrialVerdict,
};
use crate::model::Value;
use crate::wire::Encoding;

/// Why a line could not be used.
#[derive(Debug)]
pub(in crate::log) enum Unusable {
    /// It is no line of a log.
    Form(serde_json::Error),
    /// It refers to what is not there, or contradicts itself.
    Reference(String),
    /// It adds more to the log, by referring to other lines, than is worth reading.
    TooMuch,
}

impl From<serde_json::Error> for Unusable {
    fn from(error: serde_json::Error) -> Self {
        Self::Form(error)
    }
}

/// Makes events of the stored lines of one log, in order.
#[derive(Debug, Default)]
pub(in crate::log) struct Restoring {
    texts: HashMap<u64, Arc<str>>,
    facts: HashMap<FactId, Said<Evidence>>,
    names: HashMap<u64, Said<BTreeMap<String, Value>>>,
    /// Where among the events the exchanges are that others may repeat.
    exchanges: HashMap<u64, Said<usize>>,
    events: Vec<Restored>,
    /// Bytes that the log would have more if no line referred to another one.
    referred: u64,
    /// When the latest exchange was received.
    latest_us: u64,
    /// True once an event was restored that belongs before others.
    unordered: bool,
}

/// What a line said, and how long the line is.
#[derive(Debug)]
struct Said<T> {
    what: T,
    bytes: u64,
}

/// An event and its place: events are in the order of these, and those with equal ones in the order of
/// their lines.
#[derive(Debug)]
struct Restored {
    order_us: u64,
    event: Event,
}

/// What a line is.
#[derive(Debug)]
pub(in crate::log) enum Read {
    /// A header.
    Header,
    /// A footer.
    Footer(Box<Footer>),
    /// A line of that kind, which stands between the two.
    Between(&'static str),
}

impl Restoring {
    /// Takes a line. No more than `most` bytes may be added by referring to other lines.
    pub(in crate::log) fn line(&mut self, number: u64, line: &[u8], most: u64) -> Result<Read, Unusable> {
        // Reads the tag first and the rest then: read at once, a tagged enum loses the columns of errors.
        let Tag { event: kind } = serde_json::from_slice(line)?;
        let bytes = line.len() as u64;
        match kind {
            Kind::Header => return Ok(Read::Header),
            Kind::Footer => return Ok(Read::Footer(serde_json::from_slice(line)?)),
            Kind::Text => {
                let TextLine { text } = serde_json::from_slice(line)?;
                self.texts.insert(number, text);
            }
            Kind::Fact => {
                let what: Evidence = serde_json::from_slice(line)?;
                self.facts.insert(what.id.clone(), Said { what, bytes });
            }
            Kind::Names => {
                let NamesLine { values } = serde_json::from_slice(line)?;
                self.names.insert(number, Said { what: values, bytes });
            }
            Kind::Again => self.again(&serde_json::from_slice(line)?, most)?,
            Kind::Case => {
                let case = self.case(serde_json::from_slice(line)?, most)?;
                self.push(Event::Case(Box::new(case)));
            }
            Kind::Exchange => {
                let exchange = serde_json::from_slice::<ExchangeLine>(line)?.exchange();
                self.latest_us = self.latest_us.max(exchange.received_us);
                if is_poll(exchange.role) {
                    self.exchanges.insert(number, Said { what: self.events.len(), bytes });
                }
                self.push(Event::Exchange(Arc::new(exchange)));
            }
            Kind::Trial => {
                let trial = self.trial(serde_json::from_slice(line)?, most)?;
                self.push(Event::Trial(Box::new(trial)));
            }
            Kind::Timing => self.push(Event::Timing(serde_json::from_slice(line)?)),
            Kind::Notice => self.push(Event::Notice(serde_json::from_slice(line)?)),
        }
        Ok(Read::Between(kind.into()))
    }

    /// The events in their order.
    pub(in crate::log) fn events(mut self) -> Vec<Event> {
        if self.unordered {
            self.events.sort_by_key(|restored| restored.order_us);
        }
        self.events.into_iter().map(|restored| restored.event).collect()
    }

    fn push(&mut self, event: Event) {
        self.events.push(Restored { order_us: self.latest_us, event });
    }

    /// Counts what is added by referring to a line of so many bytes.
    fn refer(&mut self, bytes: u64, most: u64) -> Result<(), Unusable> {
        self.referred = self.referred.saturating_add(bytes);
        if self.referred > most { Err(Unusable::TooMuch) } else { Ok(()) }
    }

    /// Restores exchanges where they were received, so that a log reads as if each had a line of its own.
    fn again(&mut self, again: &AgainLine, most: u64) -> Result<(), Unusable> {
        let AgainLine { line, repetition, count, times } = again;
        let Some(Said { what: index, bytes }) = self.exchanges.get(line) else {
            return Err(Unusable::Reference(format!("line {line} holds no exchange that others repeat")));
        };
        if *count != times.len() as u64 {
            let stated = format!("`count` is {count}, and there are {} times", times.len());
            return Err(Unusable::Reference(stated));
        }
        let Some(Restored { event: Event::Exchange(stored), .. }) = self.events.get(*index) else {
            return Err(Unusable::Reference(format!("line {line} holds no exchange")));
        };
        let stored = stored.clone();
        self.refer(bytes.saturating_mul(*count), most)?;
        self.unordered = true;
        for (index, times) in (0..).zip(times) {
            let repetition = repetition.saturating_add(step(stored.role).saturating_mul(index));
            let event = Event::Exchange(Arc::new(repeated(&stored, repetition, *times)));
            self.events.push(Restored { order_us: times.1, event });
            // What has a later line came after them.
            self.latest_us = self.latest_us.max(times.1);
        }
        Ok(())
    }

    fn case(&mut self, case: CaseLine, most: u64) -> Result<CaseText, Unusable> {
        let CaseLine {
            id,
            title,
            operation,
            level,
            affects,
            file,
            first_line,
            text,
            cites,
            claims,
            questions,
            source,
            mut facts,
        } = case;
        let source = match (text, source) {
            (Some(line), None) => self
                .texts
                .get(&line)
                .cloned()
                .ok_or_else(|| Unusable::Reference(format!("line {line} holds no text")))?,
            (None, Some(source)) => source,
            (None, None) | (Some(_), Some(_)) => {
                return Err(Unusable::Reference("a case has either `text` or `source`".to_owned()));
            }
        };
        for id in cites {
            let Some(Said { what, bytes }) = self.facts.get(&id) else {
                return Err(Unusable::Reference(format!("no line before this one holds the fact {id}")));
            };
            facts.push(what.clone());
            let bytes = *bytes;
            self.refer(bytes, most)?;
        }
        Ok(CaseText {
            id,
            title,
            operation,
            level,
            affects,
            file,
            first_line,
            source,
            facts,
            claims,
            questions,
        })
    }

    fn trial(&mut self, mut trial: TrialLine, most: u64) -> Result<TrialVerdict, Unusable> {
        let attempts = std::mem::take(&mut trial.attempts);
        let attempts =
            attempts.into_iter().map(|attempt| self.attempt(attempt, most)).collect::<Result<_, _>>()?;
        Ok(trial.verdict(attempts))
    }

    fn attempt(&mut self, attempt: AttemptLine, most: u64) -> Result<AttemptText, Unusable> {
        let AttemptLine {
            outcome,
            void,
            disturbed,
            ended_early,
            names,
            mut bindings,
            began_us,
            process_ended,
        } = attempt;
        for line in names {
            let Some(Said { what: values, bytes }) = self.names.get(&line) else {
                return Err(Unusable::Reference(format!("line {line} holds no names")));
            };
            bindings.extend(values.iter().map(|(name, value)| (name.clone(), value.clone())));
            let bytes = *bytes;
            self.refer(bytes, most)?;
        }
        Ok(AttemptText { outcome, void, disturbed, ended_early, bindings, began_us, process_ended })
    }
}

impl ExchangeLine {
    fn exchange(self) -> Exchange {
        let Self { trial, role, attempt, repetition, sent_us, received_us, request, response } = self;
        let RequestLine { operation, target, content_type, signed, body, overrides } = request;
        let request = RequestText {
            target: target.unwrap_or_else(|| Some(super::plain_target(&operation))),
            content_type: content_type.unwrap_or_else(|| Encoding::Json.content_type().to_owned()),
            operation,
            signed,
            body,
            overrides,
        };
        Exchange { trial, role, attempt, repetition, sent_us, received_us, request, response }
    }
}
