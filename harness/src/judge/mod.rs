//! From a question and what was observed to a verdict. Pure: the same observation always gets the
//! same verdict, and a stored one can be judged again under new expectations.

mod answer;
mod clauses;
mod conduct;
mod form;
mod known;
mod more;
mod question;
mod read;
mod rejudge;
mod still;
mod watch;

#[cfg(test)]
pub(crate) use conduct::in_order;
pub use conduct::{RunSettings, run};
pub use known::KnownList;
pub use rejudge::{LeftOut, Rejudged, rejudge};

use crate::case::Span;
use crate::case::ast::{Answer, FixtureName, Level, Step, StepKind, When};
use crate::model::{Model, Value};

use crate::log::{
    BodyDiff, Choice, Exchange, Mismatch, MismatchKind, Outcome, Place, ResponseText, Role, StepIndex, Trace,
};
use crate::observe::Observation;
use crate::observe::describe::{Seen, before_of};
use crate::observe::matching::words;
use crate::observe::reading::Reading;
use crate::plan::PlannedTrial;
use crate::plan::bind::{Bindings, fixture_word};
use still::Held;

/// What a verdict is held to besides the case.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measure<'run> {
    /// The model.
    pub model: &'run Model,
    /// Mismatches at or below this level fail.
    pub level: Level,
    /// The shortest time that a correct target stays in a transient state, in microseconds.
    pub shortest_us: u64,
}

/// The verdict on one observation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Judgement {
    /// The outcome, before known lists.
    pub outcome: Outcome,
    /// Why, where the outcome needs a word.
    pub reason: Option<String>,
    /// All deviations.
    pub mismatches: Vec<Mismatch>,
    /// False if chance may have a part in a failure, so that it should happen again to count.
    pub firm: bool,
    /// Answers to open questions.
    pub chose: Vec<Choice>,
    /// What the watches saw.
    pub traces: Vec<Trace>,
    /// Deviations of form that other cases judge.
    pub notes: Vec<String>,
}

/// Judges one observation.
pub(crate) fn judge(trial: &PlannedTrial, observation: &Observation, measure: Measure<'_>) -> Judgement {
    let mut judge = Judge {
        trial,
        observation,
        measure,
        mismatches: Vec::new(),
        chose: Vec::new(),
        traces: Vec::new(),
        notes: Vec::new(),
        errors: Vec::new(),
        unobserved: Vec::new(),
    };
    let steps = &trial.case().ask;
    let first_accepted = judge.first_accepted();
    for (index, step) in steps.iter().enumerate() {
        match &step.kind {
            StepKind::Call(call) => {
                let due = match call.when.as_ref().map(|when| when.value) {
                    None => true,
                    Some(When::Accepted) => first_accepted == Some(true),
                    Some(When::Refused) => first_accepted == Some(false),
                };
                if due {
                    judge.call(StepIndex { step: index, within: None }, step, call);
                }
            }
            StepKind::Watch(watch) => judge.watch(index, step, watch),
            StepKind::Race(race) => judge.race(index, step, race),
            StepKind::Repeat(repeat) => {
                if !judge.repeat(index, repeat) {
                    // Nothing more was sent.
                    break;
                }
            }
            StepKind::Clock(_) => {}
            StepKind::Read(read) => judge.read(index, step, read),
        }
    }
    judge.unchanged();
    judge.verdict()
}

struct Judge<'run> {
    trial: &'run PlannedTrial,
    observation: &'run Observation,
    measure: Measure<'run>,
    mismatches: Vec<Mismatch>,
    chose: Vec<Choice>,
    traces: Vec<Trace>,
    notes: Vec<String>,
    errors: Vec<String>,
    unobserved: Vec<String>,
}

/// Which part of an answer an expectation is about; decides its level where the case says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Facet {
    /// What the service does.
    Behaviour,
    /// Which members an answer has, and where an error's class stands.
    Shape,
    /// What an error says.
    Text,
}

impl<'run> Judge<'run> {
    fn bindings(&self) -> &'run Bindings {
        &self.observation.bindings
    }

    /// The exchanges of one step, in the order of sending.
    fn exchanges(&self, role: Role, step: StepIndex) -> Vec<&'run Exchange> {
        let mut found: Vec<&Exchange> = self
            .observation
            .exchanges
            .iter()
            .filter(|exchange| exchange.role == role && exchange.step == Some(step))
            .collect();
        found.sort_by_key(|exchange| (exchange.sent_us, exchange.attempt));
        found
    }

    fn reading(&self, exchange: &Exchange) -> Reading {
        Reading::of(self.measure.model, exchange)
    }

    fn first_accepted(&self) -> Option<bool> {
        let first = self.exchanges(Role::Ask, StepIndex { step: 0, within: None });
        first.last().map(|exchange| self.reading(exchange).is_success())
    }

    fn level(&self, step: &Step, facet: Facet) -> Level {
        let case = self.trial.case().level;
        match facet {
            Facet::Behaviour => step.level.unwrap_or(case),
            Facet::Shape => step.level.unwrap_or(case.max(Level::Extended)),
            Facet::Text => step.level.unwrap_or(Level::Strict).max(case),
        }
    }

    fn add(&mut self, found: Found<'_>) {
        let level = self.level(found.step, found.facet).min(gravest(found.kind));
        self.mismatches.push(Mismatch {
            kind: found.kind,
            level,
            tolerated: level > self.measure.level,
            expected: found.expected,
            actual: found.actual,
            at: self.place(found.span),
            step: found.index,
            because: found.step.because.iter().map(|id| id.value.clone()).collect(),
            diff: found.diff,
        });
    }

    fn place(&self, span: Span) -> Place {
        let source = &self.trial.suite().source;
        let from = (span.offset as usize).min(source.text.len());
        let to = (from + span.len as usize).min(source.text.len());
        let text = source.text.get(from..to).unwrap_or_default();
        let line = text.lines().next().unwrap_or_default().trim_end();
        Place {
            file: source.path.clone(),
            line: span.line,
            column: span.column,
            length: u32::try_from(line.chars().count()).unwrap_or(1).max(1),
        }
    }

    /// True if the target answered a health request right after trouble.
    fn is_healthy(&self) -> bool {
        self.observation.exchanges.iter().any(|exchange| {
            exchange.role == Role::Health && matches!(exchange.response, ResponseText::Answer { .. })
        })
    }

    /// True if a connection was closed before the answer came. A server may close one that was idle at
    /// the very moment at which it is used again, which is nobody's mistake unless it goes on.
    fn cut_short(&self) -> bool {
        self.observation.exchanges.iter().any(|exchange| match exchange.role {
            Role::Ask | Role::Meanwhile | Role::Unchanged | Role::Still | Role::Read => {
                exchange.response.was_cut_short()
            }
            Role::Sample | Role::Health | Role::Cleanup | Role::Capability | Role::Setup => false,
        })
    }

    /// "Refused means unchanged": the implied check at the end of a trial whose calls are all to
    /// be refused.
    fn unchanged(&mut self) {
        if !self.trial.implies_unchanged() {
            return;
        }
        let looks: Vec<&Exchange> =
            self.observation.exchanges.iter().filter(|exchange| exchange.role == Role::Unchanged).collect();
        for look in looks {
            for fixture in [FixtureName::Stream, FixtureName::Other] {
                let word = fixture_word(fixture);
                let Some(name) = self.bindings().text(&format!("{word}.name")) else { continue };
                let Some(before) = self.bindings().get(&format!("{word}.before")) else { continue };
                let about =
                    String::from_utf8_lossy(&look.request.body.bytes()).contains(&format!("\"{name}\""));
                if !about {
                    continue;
                }
                let after = match Seen::of(self.measure.model, look) {
                    Seen::State(state) => before_of(&state),
                    Seen::Gone => Value::empty(),
                    Seen::Nothing => {
                        self.errors.push("no answer to the check that nothing has changed".to_owned());
                        continue;
                    }
                };
                if after != *before {
                    self.state_changed(before, &after);
                }
            }
        }
    }

    fn state_changed(&mut self, before: &Value, after: &Value) {
        let index = self.trial.case().ask.len().saturating_sub(1);
        let Some(step) = self.trial.case().ask.get(index) else { return };
        let span = step.call().map_or(step.span, |call| call.expect.span);
        let bindings = self.bindings();
        let state = |value: &Value| match value.as_map() {
            Some(members) if !members.is_empty() => {
                let all: Vec<String> = members.values().map(|member| words(member, bindings)).collect();
                all.join(" ").replace('`', "")
            }
            Some(_) | None => "no stream".to_owned(),
        };
        self.add(Found {
            kind: MismatchKind::StateChanged,
            facet: Facet::Behaviour,
            step,
            index: StepIndex { step: index, within: None },
            span,
            expected: format!("refused and unchanged: {}", state(before)),
            actual: state(after),
            diff: None,
        });
    }

    fn verdict(self) -> Judgement {
        let fails = self.mismatches.iter().any(|mismatch| !mismatch.tolerated);
        let first = self.trial.case().ask.first().and_then(Step::call);
        let first_is_open = first.is_some_and(|call| matches!(call.expect.answer, Answer::Open(_)));
        let held = self.held();
        let cut_short = self.cut_short();
        // What was answered as it should be counts all the same.
        let counts = fails || !self.chose.is_empty();
        let (outcome, reason) = if counts && let Held::NotSeen(status) = held {
            let reason = format!("{status} may have been over before the answer was given");
            return Judgement {
                outcome: Outcome::Unobserved,
                reason: Some(reason),
                mismatches: Vec::new(),
                firm: false,
                chose: Vec::new(),
                traces: self.traces,
                notes: self.notes,
            };
        } else if fails {
            (Outcome::Fail, None)
        } else if let Some((outcome, reason)) = self.observation.stopped_by.clone() {
            (outcome, Some(reason))
        } else if let Some(reason) = self.errors.first() {
            (Outcome::Error, Some(reason.clone()))
        } else if let Some(reason) = self.unobserved.first() {
            (Outcome::Unobserved, Some(reason.clone()))
        } else if !self.mismatches.is_empty() {
            (Outcome::Tolerated, None)
        } else if first_is_open {
            (Outcome::Open, None)
        } else {
            (Outcome::Pass, None)
        };
        Judgement {
            outcome,
            reason,
            mismatches: self.mismatches,
            firm: held != Held::JustBefore && !cut_short,
            chose: self.chose,
            traces: self.traces,
            notes: self.notes,
        }
    }
}

/// The level that a deviation of this kind has at most, whatever the case is about: who gets no
/// answer hangs, and who gets a 5xx sends again what will fail again.
const fn gravest(kind: MismatchKind) -> Level {
    match kind {
        MismatchKind::NoAnswer => Level::Core,
        MismatchKind::ServerError => Level::Extended,
        MismatchKind::Status
        | MismatchKind::ErrorClass
        | MismatchKind::ErrorShape
        | MismatchKind::ErrorText
        | MismatchKind::Body
        | MismatchKind::Header
        | MismatchKind::Encoding
        | MismatchKind::Ladder
        | MismatchKind::Timing
        | MismatchKind::Records
        | MismatchKind::StateChanged => Level::Strict,
    }
}

/// A deviation before it has a level.
struct Found<'run> {
    kind: MismatchKind,
    facet: Facet,
    step: &'run Step,
    index: StepIndex,
    span: Span,
    expected: String,
    actual: String,
    diff: Option<BodyDiff>,
}

#[cfg(test)]
mod tests;
