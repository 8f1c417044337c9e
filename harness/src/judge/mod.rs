//! From a question and what was observed to a verdict. Pure: the same observation always gets the
//! same verdict, and a stored one can be judged again under new expectations.

mod answer;
mod attempts;
mod clauses;
mod conduct;
mod form;
mod known;
mod output_form;
mod question;
mod race_and_repeat;
mod read;
mod rejudge;
mod returns;
mod states;
mod transient;

#[cfg(all(test, feature = "serve"))]
pub(crate) use conduct::in_order;
pub use conduct::{RunSettings, run};
pub use known::standing::{Finding, FindingKind, Standing};
pub use known::update::{FailureGroup, Updated, update};
pub use known::{KnownFailure, KnownList, today};
pub use rejudge::{LeftOut, Rejudged, rejudge};

use crate::case::ast::{Answer, FixtureName, Level, Resource};
use crate::case::{Span, Spanned};
use crate::facts::FactId;
use crate::log::{
    BodyDiff, Mismatch, MismatchKind, ObservedAnswer, Outcome, Place, ResponseText, Role, StepIndex, Timing,
    Trace,
};
use crate::model::{Model, Value};
use crate::observe::course::Course;
use crate::observe::describe::{Snapshot, before_of};
use crate::observe::machine::Reached;
use crate::observe::matching::value_text;
use crate::observe::{Observation, Observed};
use crate::plan::bind::Bindings;
use crate::plan::{Observe, PlannedStep, PlannedStepKind, PlannedTrial};

/// What a verdict is held to besides the case.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measure<'run> {
    /// The model.
    pub model: &'run Model,
    /// Mismatches at or below this level fail.
    pub level: Level,
    /// The times that steps and samples are held to.
    pub timing: &'run Timing,
}

/// The verdict on one observation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Judgement {
    /// The outcome, before known lists.
    pub outcome: Outcome,
    /// Why, where the outcome needs a reason.
    pub reason: Option<String>,
    /// All mismatches.
    pub mismatches: Vec<Mismatch>,
    /// Why the attempt does not count, where it does not.
    pub void: Option<String>,
    /// Answers to open questions.
    pub answers: Vec<ObservedAnswer>,
    /// What the samples showed.
    pub traces: Vec<Trace>,
    /// Differences of form that other cases judge.
    pub notes: Vec<String>,
}

/// Judges one observation.
pub(crate) fn judge(trial: &PlannedTrial, observation: &Observation, measure: Measure<'_>) -> Judgement {
    let course = Course::of(trial, observation, measure.timing);
    let mut judge = Judge {
        trial,
        observation,
        course: &course,
        measure,
        mismatches: Vec::new(),
        answers: Vec::new(),
        traces: Vec::new(),
        notes: Vec::new(),
        errors: Vec::new(),
        unobserved: Vec::new(),
    };
    for (index, (step, reached)) in trial.steps.iter().zip(&course.reached).enumerate() {
        match reached {
            Reached::Due => judge.step(index, step),
            Reached::No | Reached::NotDue => {}
        }
    }
    if !course.complete && observation.ended_early.is_none() {
        judge.errors.push("the trial was not carried out to its end".to_owned());
    }
    if course.stray {
        judge.errors.push("a call was sent that was not due: run the trial again".to_owned());
    }
    judge.unchanged();
    judge.process_ended();
    judge.verdict()
}

struct Judge<'run> {
    trial: &'run PlannedTrial,
    observation: &'run Observation,
    course: &'run Course<'run>,
    measure: Measure<'run>,
    mismatches: Vec<Mismatch>,
    answers: Vec<ObservedAnswer>,
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

    fn step(&mut self, index: usize, step: &'run PlannedStep) {
        match &step.kind {
            PlannedStepKind::Call { call, observe } => {
                self.call(StepIndex::whole(index), step, call);
                if let Some(observe) = observe {
                    self.observed(index, observe);
                }
                if let Some(returns) = &call.returns {
                    self.returned(index, step, returns.span);
                }
            }
            PlannedStepKind::Race(race) => self.race(index, step, race),
            PlannedStepKind::Repeat { times, steps, .. } => self.repeat(index, *times as usize, steps),
            PlannedStepKind::Clock(_) => {}
            PlannedStepKind::Read(read) => self.read(index, step, read),
        }
    }

    /// The exchanges of one role that count, in the order of sending.
    fn exchanges(&self, role: Role) -> Vec<&'run Observed> {
        let mut found: Vec<&Observed> =
            self.course.used.iter().copied().filter(|observed| observed.exchange.role == role).collect();
        found.sort_by_key(|observed| (observed.exchange.sent_us, observed.exchange.repetition));
        found
    }

    /// The response that stands: the last of those that were requested again and again.
    fn last(&self, role: Role) -> Option<&'run Observed> {
        self.exchanges(role).last().copied()
    }

    /// Every call of a step that counts.
    fn requests(&self) -> impl Iterator<Item = &'run Observed> {
        self.course.used.iter().copied().filter(|observed| observed.exchange.role.is_request())
    }

    fn level(&self, own: Option<Level>, facet: Facet) -> Level {
        let level = self.trial.level;
        match facet {
            Facet::Behaviour => own.unwrap_or(level),
            Facet::Shape => own.unwrap_or(level.max(Level::Extended)),
            Facet::Text => own.unwrap_or(Level::Strict).max(level),
        }
    }

    fn add(&mut self, found: Found<'_>) {
        let level = self.level(found.basis.level, found.facet).min(gravest(found.kind));
        self.mismatches.push(Mismatch {
            kind: found.kind,
            level,
            tolerated: level > self.measure.level,
            expected: found.expected,
            actual: found.actual,
            at: self.place(found.span),
            step: found.index,
            because: found.basis.cited(found.facet),
            diff: found.diff,
        });
    }

    fn place(&self, span: Span) -> Place {
        let source = self.trial.source();
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
        self.observation.exchanges.iter().any(|observed| {
            observed.exchange.role == Role::Health
                && matches!(observed.exchange.response, ResponseText::Answer { .. })
        })
    }

    /// The kind of resource that a step observes.
    fn kind_observed(&self, step: usize) -> &'run Resource {
        let observe = self.trial.steps.get(step).and_then(PlannedStep::observe);
        self.trial.kind(observe.map_or(FixtureName::Stream, |observe| observe.fixture.value))
    }

    /// "Refused means unchanged": the implied check at the end of a trial whose calls are all to
    /// be refused.
    fn unchanged(&mut self) {
        for observed in &self.observation.exchanges {
            let Role::Unchanged(fixture) = observed.exchange.role else { continue };
            let Some(before) = self.bindings().before(fixture) else { continue };
            let kind = self.trial.kind(fixture);
            let after = match Snapshot::of(kind, &observed.decoded) {
                Snapshot::State(state) => before_of(kind, &state.members),
                Snapshot::Gone => Value::empty(),
                Snapshot::Nothing => {
                    self.errors.push("no answer to the check that nothing has changed".to_owned());
                    continue;
                }
            };
            if after != *before {
                self.state_changed(before, &after);
            }
        }
    }

    /// The target's process ended over this trial: whoever sends the same gets no response.
    fn process_ended(&mut self) {
        let Some(how) = &self.observation.process_ended else { return };
        let Some(step) = self.trial.steps.first() else { return };
        // What was not carried out is no mistake of its own, and that the connection closed is the same
        // one: it may be seen before or after the end of the process is noticed.
        self.errors.clear();
        self.mismatches.retain(|mismatch| mismatch.kind != MismatchKind::NoAnswer);
        self.add(Found {
            kind: MismatchKind::NoAnswer,
            facet: Facet::Behaviour,
            basis: Basis::of(step),
            index: StepIndex::whole(0),
            span: step.call().map_or(step.span, |call| call.expect.span),
            expected: "a response".to_owned(),
            actual: how.clone(),
            diff: None,
        });
    }

    fn state_changed(&mut self, before: &Value, after: &Value) {
        let index = self.trial.steps.len().saturating_sub(1);
        let Some(step) = self.trial.steps.get(index) else { return };
        let span = step.call().map_or(step.span, |call| call.expect.span);
        let bindings = self.bindings();
        let state = |value: &Value| match value.as_map() {
            Some(members) if !members.is_empty() => {
                let all: Vec<String> = members.values().map(|member| value_text(member, bindings)).collect();
                all.join(" ").replace('`', "")
            }
            Some(_) | None => "no stream".to_owned(),
        };
        self.add(Found {
            kind: MismatchKind::StateChanged,
            facet: Facet::Behaviour,
            basis: Basis::of(step),
            index: StepIndex::whole(index),
            span,
            expected: format!("refused and unchanged: {}", state(before)),
            actual: state(after),
            diff: None,
        });
    }

    fn verdict(self) -> Judgement {
        let fails = self.mismatches.iter().any(|mismatch| !mismatch.tolerated);
        let first = self.trial.steps.first().and_then(PlannedStep::call);
        let first_is_open = first.is_some_and(|call| matches!(call.expect.answer, Answer::Open(_)));
        let void = match &self.observation.process_ended {
            Some(_) => None,
            None => self.observation.disturbed.clone().or_else(|| self.not_in_transient_state()),
        };
        let (outcome, reason) = if fails {
            (Outcome::Fail, None)
        } else if let Some(ended) = &self.observation.ended_early {
            let (outcome, reason) = ended.outcome();
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
        let void = void.or_else(|| reason.clone().filter(|_| outcome == Outcome::Unobserved));
        Judgement {
            outcome,
            reason,
            mismatches: self.mismatches,
            void,
            answers: self.answers,
            traces: self.traces,
            notes: self.notes,
        }
    }
}

/// The level that a mismatch of this kind has at most, whatever the case is about: who gets no
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
        | MismatchKind::States
        | MismatchKind::Timing
        | MismatchKind::Records
        | MismatchKind::StateChanged => Level::Strict,
    }
}

/// What an expectation rests on.
#[derive(Clone, Copy)]
struct Basis<'run> {
    because: &'run [Spanned<FactId>],
    form: &'run [Spanned<FactId>],
    level: Option<Level>,
}

impl<'run> Basis<'run> {
    fn of(step: &'run PlannedStep) -> Self {
        Self { because: &step.because, form: &step.form, level: step.level }
    }

    fn of_states(observe: &'run Observe) -> Self {
        Self { because: &observe.because, form: &observe.form, level: observe.level }
    }

    /// The facts that a mismatch names: those about the form only where the form is wrong.
    fn cited(self, facet: Facet) -> Vec<FactId> {
        let form = match facet {
            Facet::Behaviour => &[],
            Facet::Shape | Facet::Text => self.form,
        };
        self.because.iter().chain(form).map(|id| id.value.clone()).collect()
    }
}

/// A mismatch before it has a level.
struct Found<'run> {
    kind: MismatchKind,
    facet: Facet,
    basis: Basis<'run>,
    index: StepIndex,
    span: Span,
    expected: String,
    actual: String,
    diff: Option<BodyDiff>,
}

#[cfg(test)]
mod tests;
