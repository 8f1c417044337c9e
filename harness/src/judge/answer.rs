//! One call: its answer held to its expectation.

use serde_json::json;

use crate::case::Span;
use crate::case::ast::{
    Answer, Call, Candidate, Expectation, FixtureName, Node, Refusal, Resource, Tree, Within,
};
use crate::model::Value;
use crate::plan::PlannedStep;
use crate::wire::{ErrorAnswer, ErrorPlace, Misfit, parse};

use super::output_form::Deviation;
use super::question::Ends;
use super::{Basis, Facet, Found, Judge, clauses, output_form};
use crate::log::{BodyDiff, Exchange, MismatchKind, ResponseText, Role, StepIndex};
use crate::observe::Observed;
use crate::observe::decoded::DecodedResponse;
use crate::observe::describe::description;
use crate::observe::matching;
use crate::observe::matching::{Members, tree_text, without_names};

impl<'run> Judge<'run> {
    /// Judges a call of a step. Of one that was repeated until a condition held, and once more after
    /// its deadline, the last response decides either way.
    pub(crate) fn call(&mut self, index: StepIndex, step: &'run PlannedStep, call: &'run Call) {
        if let Some(observed) = self.last(Role::Request(index)) {
            self.answer(index, step, call, observed);
        }
    }

    /// Holds one answer to its expectation.
    pub(crate) fn answer(
        &mut self,
        index: StepIndex,
        step: &'run PlannedStep,
        call: &'run Call,
        observed: &'run Observed,
    ) {
        self.answer_to(index, step, call, &call.expect, observed);
    }

    /// Holds one answer to an expectation.
    pub(crate) fn answer_to(
        &mut self,
        index: StepIndex,
        step: &'run PlannedStep,
        call: &'run Call,
        expectation: &'run Expectation,
        observed: &'run Observed,
    ) {
        let Observed { exchange, decoded } = observed;
        let span = expectation_span(expectation);
        if decoded.throttles(&call.operation.value)
            && !wants_class(expectation, decoded.class())
            && !self.is_candidate(expectation, decoded.class())
        {
            self.errors.push(format!("the target kept throttling the call: {}", decoded.as_text()));
            return;
        }
        let troubled = match decoded {
            DecodedResponse::None(_) => true,
            // Where a 5xx is expected another one is reported by its class; where the answer is open, no fact
            // rules one out that names a class: the service itself answers some bad requests by one
            // (WIRE-011).
            DecodedResponse::ServerError { .. } => {
                let is_answer = wants_server_error(expectation)
                    || wants_class(expectation, decoded.class())
                    || is_open(expectation) && decoded.class().is_some();
                !is_answer
            }
            DecodedResponse::Accepted { .. }
            | DecodedResponse::Undecodable { .. }
            | DecodedResponse::Refused { .. } => false,
        };
        if troubled && !self.is_healthy() {
            self.errors.push(format!("{}, and a health request got no answer either", decoded.as_text()));
            return;
        }
        let one = One { index, basis: Basis::of(step), exchange, span };
        match decoded {
            DecodedResponse::None(_) => {
                self.found(
                    &one,
                    MismatchKind::NoAnswer,
                    Facet::Behaviour,
                    expected_text(expectation),
                    decoded,
                );
                return;
            }
            DecodedResponse::ServerError { .. } if troubled => {
                self.found(
                    &one,
                    MismatchKind::ServerError,
                    Facet::Behaviour,
                    expected_text(expectation),
                    decoded,
                );
                return;
            }
            DecodedResponse::Accepted { .. }
            | DecodedResponse::Undecodable { .. }
            | DecodedResponse::Refused { .. }
            | DecodedResponse::ServerError { .. } => {}
        }
        match &expectation.answer {
            Answer::Accepted { members } => self.accepted(&one, call, members.as_ref(), decoded),
            Answer::Refused(refusal) => self.refused(&one, refusal, decoded),
            Answer::RefusedOpen(question) => self.refused_open(&one, &question.value, decoded),
            Answer::Open(question) => self.record_response(index.step, &question.value, decoded),
        }
        self.status_and_document(&one, expectation, decoded);
        self.form(&one, &expectation.form);
        self.take_notes(call, expectation, decoded, exchange);
    }

    fn accepted(
        &mut self,
        one: &One<'run>,
        call: &Call,
        members: Option<&'run Tree>,
        decoded: &DecodedResponse,
    ) {
        match decoded {
            DecodedResponse::Accepted { output, misfits, duplicates, .. } => {
                // Some clients take the first of them, some the last, some neither.
                for path in duplicates {
                    let (expected, actual) =
                        (format!("{path}: a member once"), format!("{path}: the same member again"));
                    self.add(one.found(MismatchKind::Body, Facet::Shape, one.span, expected, actual));
                }
                let reported = members.map(|tree| self.members(one, call, tree, output)).unwrap_or_default();
                for deviation in self.deviations(call, output, misfits) {
                    // The member was reported to be another one already.
                    if output_form::is_about(members, &deviation.path) && !reported.contains(&deviation.path)
                    {
                        self.deviation(one, &deviation);
                    }
                }
            }
            DecodedResponse::Undecodable { why, .. } => {
                let actual = format!("a body that does not decode: {why}");
                self.add(one.found(MismatchKind::Body, Facet::Behaviour, one.span, "accepted", actual));
            }
            DecodedResponse::Refused { .. } | DecodedResponse::ServerError { .. } => {
                self.found(one, MismatchKind::Status, Facet::Behaviour, "accepted".to_owned(), decoded);
            }
            DecodedResponse::None(_) => {}
        }
    }

    /// The members that are not as the model has them.
    fn deviations(&self, call: &Call, output: &Value, misfits: &[Misfit]) -> Vec<Deviation> {
        let model = self.measure.model;
        output_form::deviations(model, model.operation(&call.operation.value), output, misfits)
    }

    fn deviation(&mut self, one: &One<'run>, deviation: &Deviation) {
        let expected = format!("{}: {}", deviation.path, deviation.expected);
        let actual = format!("{}: {}", deviation.path, deviation.actual);
        self.add(one.found(MismatchKind::Body, Facet::Shape, one.span, expected, actual));
    }

    /// True if an open question has the class among its candidates.
    fn is_candidate(&self, expectation: &Expectation, class: Option<&str>) -> bool {
        let (Answer::RefusedOpen(question) | Answer::Open(question)) = &expectation.answer else {
            return false;
        };
        let candidates = self.trial.question(&question.value).map(|question| &question.candidates);
        candidates.into_iter().flatten().any(|(_, candidate)| match candidate {
            Candidate::Answer { any, .. } => any.iter().any(|answer| wants_class(answer, class)),
            Candidate::Value(_) | Candidate::State(_) => false,
        })
    }

    /// Notes that a transition went on when the run stopped waiting for it.
    pub(super) fn still_in_transition(&mut self, status: &str) {
        let seconds = self.measure.timing.deadline_us / 1_000_000;
        self.unobserved.push(format!("the stream was still {status} after {seconds} s"));
    }

    /// Compares the members that the expectation names, and returns the paths that differ.
    fn members(&mut self, one: &One<'run>, call: &Call, tree: &Tree, output: &Value) -> Vec<String> {
        let found = matching::compare(tree, Some(output), Members::AtLeast, self.bindings());
        let differ = found.differences.iter().map(|difference| difference.path.clone()).collect();
        let seconds = self.measure.timing.deadline_us / 1_000_000;
        // A transition may take longer than the deadline of a target that states none.
        if call.by.as_ref().is_some_and(|by| by.value.within == Within::Transition)
            && !self.measure.timing.deadline_stated
            && !found.differences.is_empty()
            && let Some(status) = transient_status(self.trial.kind(FixtureName::Stream), output)
        {
            self.still_in_transition(status);
            return differ;
        }
        for difference in found.differences {
            let within = call.by.as_ref().map_or_else(String::new, |by| match by.value.within {
                Within::Millis(millis) => format!(" within {} s after {}", millis / 1000, by.value.from),
                Within::Transition => format!(" within {seconds} s after {}", by.value.from),
            });
            let kind = if call.by.is_some() { MismatchKind::Timing } else { MismatchKind::Body };
            let expected = format!("{} {}{within}", difference.path, difference.expected);
            let actual = format!("{} {}", difference.path, difference.actual);
            let mut found = one.found(kind, Facet::Behaviour, difference.span, expected, actual);
            found.diff = self.diff(one.exchange, tree_document(tree, self));
            self.add(found);
        }
        for open_value in found.open_values {
            self.record_value(&open_value, Ends::default());
        }
        differ
    }

    /// That the call is refused is judged, its class is noted.
    fn refused_open(&mut self, one: &One<'run>, question: &str, decoded: &DecodedResponse) {
        match decoded {
            DecodedResponse::Refused { .. } | DecodedResponse::ServerError { .. } => {
                self.record_response(one.index.step, question, decoded);
            }
            DecodedResponse::Accepted { .. } | DecodedResponse::Undecodable { .. } => {
                self.found(one, MismatchKind::Status, Facet::Behaviour, "refused".to_owned(), decoded);
            }
            DecodedResponse::None(_) => {}
        }
    }

    fn refused(&mut self, one: &One<'run>, refusal: &'run Refusal, decoded: &DecodedResponse) {
        let expected = refusal.classes_text();
        let (status, error) = match decoded {
            DecodedResponse::Refused { status, error } | DecodedResponse::ServerError { status, error } => {
                (*status, error)
            }
            DecodedResponse::Accepted { .. } | DecodedResponse::Undecodable { .. } => {
                self.found(one, MismatchKind::Status, Facet::Behaviour, expected, decoded);
                return;
            }
            DecodedResponse::None(_) => return,
        };
        match error.class.as_deref() {
            Some(class) if refusal.is(Some(class)) => self.refused_rightly(one, refusal, error),
            Some(class) => {
                let mut found = one.found(
                    MismatchKind::ErrorClass,
                    Facet::Behaviour,
                    refusal.classes.span,
                    expected.clone(),
                    class.to_owned(),
                );
                found.diff = self.diff(one.exchange, json!({"__type": expected}));
                self.add(found);
            }
            None => {
                let mut found = one.found(
                    MismatchKind::ErrorShape,
                    Facet::Behaviour,
                    refusal.classes.span,
                    expected.clone(),
                    format!("{status} without an error class"),
                );
                found.diff = self.diff(one.exchange, json!({"__type": expected}));
                self.add(found);
            }
        }
    }

    fn refused_rightly(&mut self, one: &One<'run>, refusal: &'run Refusal, error: &ErrorAnswer) {
        if !refusal.clauses.is_empty()
            && let Some((expected, actual)) = clauses::compare(&refusal.clauses, error.message.as_deref())
        {
            let span = refusal.clauses.first().map_or(one.span, |clause| clause.span);
            self.add(one.found(MismatchKind::ErrorText, Facet::Text, span, expected, actual));
        }
        if let Some(tree) = &refusal.message {
            let message = error.message.clone().map(Value::from);
            let found = matching::compare(tree, message.as_ref(), Members::Exactly, self.bindings());
            for difference in found.differences {
                self.add(one.found(
                    MismatchKind::ErrorText,
                    Facet::Text,
                    difference.span,
                    difference.expected,
                    difference.actual,
                ));
            }
        }
    }

    fn status_and_document(
        &mut self,
        one: &One<'run>,
        expectation: &'run Expectation,
        decoded: &DecodedResponse,
    ) {
        let ResponseText::Answer { status, .. } = &one.exchange.response else { return };
        if let Some(stated) = &expectation.status
            && stated.value != *status
            // Reported already: accepted where a refusal is expected, or the other way round.
            && !(decoded.is_success() && stated.value >= 300)
        {
            let (expected, actual) = (stated.value.to_string(), status.to_string());
            self.add(one.found(MismatchKind::Status, Facet::Shape, stated.span, expected, actual));
        }
        // Of an answer that is no refusal at all every member would be reported.
        let reported =
            decoded.is_success() && matches!(expectation.answer, Answer::Refused(_) | Answer::RefusedOpen(_));
        if let Some(tree) = &expectation.document
            && !reported
        {
            self.document(one, tree);
        }
    }

    fn document(&mut self, one: &One<'run>, tree: &'run Tree) {
        let Some(response) = one.exchange.response.response() else { return };
        let document = match parse(response.encoding(), &response.body) {
            Ok(document) => document.value,
            Err(error) => {
                let expected = "a body that is one document".to_owned();
                self.add(one.found(
                    MismatchKind::ErrorShape,
                    Facet::Shape,
                    tree.span,
                    expected,
                    error.to_string(),
                ));
                return;
            }
        };
        let found = matching::compare(tree, Some(&document), Members::Exactly, self.bindings());
        for difference in found.differences {
            let expected = format!("{} {}", difference.path, difference.expected);
            let actual = format!("{} {}", difference.path, difference.actual);
            let mut found =
                one.found(MismatchKind::ErrorShape, Facet::Shape, difference.span, expected, actual);
            found.diff = self.diff(one.exchange, tree_document(tree, self));
            self.add(found);
        }
    }

    /// Differences of form, which cases of the suites `protocol` and `form` judge once each.
    fn take_notes(
        &mut self,
        call: &Call,
        expectation: &Expectation,
        decoded: &DecodedResponse,
        exchange: &Exchange,
    ) {
        if let DecodedResponse::Refused { error, .. } = decoded
            && error.class.is_some()
            && !error.places.contains(&ErrorPlace::BodyType)
        {
            self.note("the class of the error is not in the member __type of the body".to_owned());
        }
        if let DecodedResponse::Accepted { output, misfits, nulls, .. } = decoded {
            for path in nulls {
                self.note(format!("{path} is null; the service leaves out an absent member"));
            }
            let members = match &expectation.answer {
                Answer::Accepted { members } => members.as_ref(),
                Answer::Refused(_) | Answer::RefusedOpen(_) | Answer::Open(_) => None,
            };
            let model = self.measure.model;
            let operation = model.operation(&call.operation.value);
            // The answer to another method, OPTIONS for one, is no output of the operation.
            if exchange.request.is_post() {
                for deviation in self.deviations(call, output, misfits) {
                    if !output_form::is_about(members, &deviation.path) {
                        self.note(output_form::note(model, operation, &deviation));
                    }
                }
            }
        }
        let ResponseText::Answer { status, headers, body, as_it_came: _ } = &exchange.response else {
            return;
        };
        let takes_output = self
            .measure
            .model
            .operation(&exchange.request.operation)
            .is_some_and(|operation| operation.output.is_some());
        if (200..300).contains(status) && !takes_output && !body.bytes().is_empty() {
            self.note(format!("{} is answered with a body", exchange.request.operation));
        }
        let media = headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value.as_str());
        let named = media.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        // What an overridden request is answered with, its own case says.
        let plain = exchange.request.overrides.is_none();
        if plain && !body.bytes().is_empty() && named != exchange.request.content_type {
            self.note(format!("a body of content type `{named}`"));
        }
    }

    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// An answer of another kind than the one expected.
    fn found(
        &mut self,
        one: &One<'run>,
        kind: MismatchKind,
        facet: Facet,
        expected: String,
        decoded: &DecodedResponse,
    ) {
        let mut found = one.found(kind, facet, one.span, expected, decoded.as_text());
        found.diff = match kind {
            MismatchKind::Status if decoded.is_success() => {
                self.diff(one.exchange, json!({"__type": found.expected}))
            }
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
            | MismatchKind::StateChanged
            | MismatchKind::NoAnswer
            | MismatchKind::ServerError => None,
        };
        self.add(found);
    }

    /// The answer's body beside a document, if the body is JSON with something in it.
    fn diff(&self, exchange: &Exchange, expected: serde_json::Value) -> Option<BodyDiff> {
        let ResponseText::Answer { body, .. } = &exchange.response else { return None };
        if body.size() > LONGEST_DIFF {
            return None;
        }
        let actual: serde_json::Value = serde_json::from_slice(&body.bytes()).ok()?;
        let pretty = |value: &serde_json::Value| serde_json::to_string_pretty(value).unwrap_or_default();
        let (expected, actual) = (pretty(&expected), pretty(&actual));
        Some(BodyDiff { expected, actual: without_names(&actual, self.bindings()) })
    }
}

/// Bytes of a body that is drawn beside what was expected. Nobody reads a longer one, and the verdict
/// would hold all of it once more.
const LONGEST_DIFF: u64 = 64 << 10;

/// One answer under judgement.
pub(crate) struct One<'run> {
    index: StepIndex,
    basis: Basis<'run>,
    pub(crate) exchange: &'run Exchange,
    span: Span,
}

impl<'run> One<'run> {
    pub(crate) fn found(
        &self,
        kind: MismatchKind,
        facet: Facet,
        span: Span,
        expected: impl Into<String>,
        actual: String,
    ) -> Found<'run> {
        Found {
            kind,
            facet,
            basis: self.basis,
            index: self.index,
            span,
            expected: expected.into(),
            actual,
            diff: None,
        }
    }
}

fn wants_server_error(expectation: &Expectation) -> bool {
    expectation.status.as_ref().is_some_and(|status| status.value >= 500)
}

const fn is_open(expectation: &Expectation) -> bool {
    match &expectation.answer {
        Answer::Open(_) => true,
        Answer::Accepted { .. } | Answer::Refused(_) | Answer::RefusedOpen(_) => false,
    }
}

/// The status that an output describes, if it passes by itself.
fn transient_status<'output>(kind: &Resource, output: &'output Value) -> Option<&'output str> {
    let status = description(kind, output)?.get(&kind.status.value)?.as_str()?;
    kind.is_transient(status).then_some(status)
}

fn wants_class(expectation: &Expectation, class: Option<&str>) -> bool {
    match &expectation.answer {
        Answer::Refused(refusal) => refusal.is(class),
        Answer::Accepted { .. } | Answer::RefusedOpen(_) | Answer::Open(_) => false,
    }
}

fn expected_text(expectation: &Expectation) -> String {
    match &expectation.answer {
        Answer::Accepted { .. } => "accepted".to_owned(),
        Answer::Refused(refusal) => refusal.classes_text(),
        Answer::RefusedOpen(_) => "refused".to_owned(),
        Answer::Open(question) => format!("an answer to `{}`", question.value),
    }
}

/// Where a reader should look: the class of a refusal, else the whole expectation.
fn expectation_span(expectation: &Expectation) -> Span {
    match &expectation.answer {
        Answer::Refused(refusal) => refusal.classes.span,
        Answer::Accepted { .. } | Answer::RefusedOpen(_) | Answer::Open(_) => expectation.span,
    }
}

/// What a tree states, as JSON for a diff.
fn tree_document(tree: &Tree, judge: &Judge<'_>) -> serde_json::Value {
    match &tree.node {
        Node::Map(trees) => trees
            .iter()
            .map(|(name, tree)| (name.clone(), tree_document(tree, judge)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Node::List(trees) => trees.iter().map(|tree| tree_document(tree, judge)).collect(),
        Node::Literal(value) => match value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(truth) => json!(truth),
            Value::Integer(number) => json!(number),
            Value::Float(number) => json!(number),
            Value::String(text) => json!(text),
            Value::Blob(_) | Value::Time(_) | Value::List(_) | Value::Map(_) => {
                json!(tree_text(tree, judge.bindings()))
            }
        },
        Node::Reference(reference) => {
            let bound = judge.bindings().text(reference);
            bound.map_or_else(
                || json!(tree_text(tree, judge.bindings())),
                |text| json!(without_names(text, judge.bindings())),
            )
        }
        Node::OneOf(_) | Node::Matches(_) | Node::Above(_) => json!(tree_text(tree, judge.bindings())),
    }
}
