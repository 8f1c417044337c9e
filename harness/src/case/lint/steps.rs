//! Steps: their order, what they capture, what they refer to.

use std::collections::BTreeSet;

use super::{Lint, Use, trees};
use crate::case::ast::{
    Answer, Body, Call, Case, DeadlineFrom, Expectation, Node, ObserveStep, Reference, Resource, Step,
    StepKind, Suite, Tree, When,
};
use crate::case::mapping::nearest;
use crate::case::span::Span;
use crate::facts::FactId;
use crate::model::Value;

/// What is known when a step is reached.
#[derive(Default)]
struct Before<'c> {
    calls: usize,
    last_was_call: bool,
    observed: bool,
    captured: BTreeSet<&'c str>,
}

impl<'l> Lint<'l> {
    pub(super) fn steps(&mut self, suite: &'l Suite, case: &'l Case) {
        let mut before = Before::default();
        let mut operation = suite.operation.as_ref().map(|operation| operation.value.as_str());
        for step in &case.steps {
            self.because(suite, step);
            self.level(suite, case, step);
            match &step.kind {
                StepKind::Call(call) => {
                    self.call(suite, step, call, &mut before, operation);
                    before.last_was_call = true;
                    operation = operation.or(Some(&call.operation.value));
                }
                StepKind::Observe(observation) => {
                    if !before.last_was_call {
                        let title = "an observation without a call before it";
                        self.error(
                            suite,
                            observation.fixture.span,
                            title,
                            "observes what the step before did",
                        );
                    }
                    self.observation(suite, step, observation, case, &mut before, operation);
                    before.last_was_call = false;
                    before.observed = true;
                }
                StepKind::Race(race) => {
                    for call in &race.calls {
                        self.call(suite, step, call, &mut before, operation);
                    }
                    self.strength(suite, step, &race.others);
                    self.open_question(suite, &race.others);
                    before.last_was_call = false;
                }
                StepKind::Repeat(repeat) => {
                    if repeat.until.is_none() {
                        let title = "`repeat` without a condition that ends it";
                        self.error(suite, repeat.times.span, title, "write `until: as-expected` beside it");
                    }
                    for inner in &repeat.steps {
                        self.because(suite, inner);
                        self.level(suite, case, inner);
                        if let Some(call) = inner.call() {
                            self.call(suite, inner, call, &mut before, operation);
                        }
                    }
                    before.last_was_call = false;
                }
                StepKind::Clock(_) => before.last_was_call = false,
                StepKind::Read(read) => {
                    if !case.given.contains_key(&read.fixture.value) {
                        let title = "a read of a stream that is not given";
                        self.error(suite, read.fixture.span, title, "see `given`");
                    }
                    self.cited(suite, step, &[operation, Some("GetRecords"), Some("PutRecord")]);
                    for tree in &read.records {
                        self.references(suite, tree, &before, Use::Value);
                        self.record(suite, tree);
                    }
                    before.last_was_call = false;
                }
            }
        }
    }

    fn because(&mut self, suite: &Suite, step: &Step) {
        // These expect nothing of their own.
        let expects = match &step.kind {
            StepKind::Repeat(_) | StepKind::Clock(_) => false,
            StepKind::Call(_) | StepKind::Observe(_) | StepKind::Race(_) | StepKind::Read(_) => true,
        };
        if expects && step.because.is_empty() {
            let at = super::cases::first_line(step);
            self.error(suite, at, "an expectation without a fact", "write `because: [<fact>]` beside it");
        }
        let cited: Vec<_> = step.because.iter().chain(&step.form).collect();
        for (index, id) in cited.iter().enumerate() {
            if cited[..index].iter().any(|earlier| earlier.value == id.value) {
                self.error(suite, id.span, format!("the fact {} is cited twice", id.value), "again here");
            }
        }
    }

    /// A stream that a call may make carries the tags by which `sweep` knows it, also where the target is to
    /// refuse the call: it may not.
    fn marked(&mut self, suite: &Suite, call: &Call) {
        let Body::Tree(tree) = &call.with else { return };
        let Node::Map(members) = &tree.node else { return };
        let created = self
            .library
            .resources
            .kinds
            .values()
            .find(|kind| kind.tags.is_some() && kind.create.operation.value == call.operation.value);
        let marked = created.is_none_or(|kind| match &kind.create.with.node {
            Node::Map(create) => create
                .iter()
                .filter(|(_, tree)| tree.node == Node::Reference(Reference::RunTags))
                .all(|(member, _)| members.contains_key(member)),
            Node::Literal(_)
            | Node::Reference(_)
            | Node::List(_)
            | Node::OneOf(_)
            | Node::Matches(_)
            | Node::Above(_) => true,
        });
        if !marked {
            let title = "a create without the tags of the run";
            self.error(suite, tree.span, title, "write `Tags: $run.tags`");
        }
    }

    fn call(
        &mut self,
        suite: &'l Suite,
        step: &'l Step,
        call: &'l Call,
        before: &mut Before<'l>,
        operation: Option<&str>,
    ) {
        if call.wire.target.is_none() {
            self.operation(suite, &call.operation);
            self.input(suite, call);
        }
        self.output(suite, call);
        self.marked(suite, call);
        if let Some(http) = &call.expect.form.http
            && call.wire.is_plain()
        {
            let title = "`http` of a call without `wire`";
            self.error(
                suite,
                http.span,
                title,
                "only the answer to a call with `wire` is kept byte for byte",
            );
        }
        self.cited(suite, step, &[Some(&call.operation.value), operation]);
        self.strength(suite, step, &call.expect);
        if let Some(by) = &call.by {
            match &by.value.from {
                DeadlineFrom::Answer => {
                    if before.calls == 0 {
                        let title = "`by` counts from an answer, and no call comes before";
                        self.error(suite, by.span, title, "counts from the answer before");
                    }
                }
                DeadlineFrom::Status(status) => {
                    if !before.observed {
                        let title = "`by` without an observation before it";
                        self.error(suite, by.span, title, "counts from a sample of an observation");
                    }
                    self.status(suite, &self.library.resources.stream, status, by.span);
                }
            }
        }
        if let Some(when) = call.when.as_ref().filter(|_| before.calls == 0) {
            self.error(
                suite,
                when.span,
                "`when` on the first call",
                "it depends on the first call's response",
            );
        }
        if let Some(when) = &call.when
            && let When::Captured(name) = &when.value
        {
            self.captured(suite, name, when.span, before);
        }
        self.open_question(suite, &call.expect);
        self.stop(suite, call);
        for tree in trees::of_call(call) {
            self.references(suite, tree, before, Use::Value);
        }
        before.captured.extend(call.capture.keys().map(String::as_str));
        before.calls += 1;
    }

    /// The open question of an expectation, if it has one.
    fn open_question(&mut self, suite: &Suite, expect: &Expectation) {
        match &expect.answer {
            Answer::Open(question) => self.open(suite, &question.value, question.span, Use::Answer),
            Answer::RefusedOpen(question) => {
                self.open(suite, &question.value, question.span, Use::Answer);
                self.refuses(suite, question);
            }
            Answer::Accepted { .. } | Answer::Refused(_) => {}
        }
    }

    /// A call that is repeated says what ends the repetition.
    fn stop(&mut self, suite: &Suite, call: &Call) {
        match (&call.by, &call.until) {
            (Some(by), None) => {
                let title = "`by` without a condition that ends the repetition";
                self.error(suite, by.span, title, "write `until: as-expected` or `until: {…}` beside it");
            }
            (None, Some(until)) => {
                self.error(suite, until.span, "`until` without `by`", "until when at the latest?");
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
    }

    fn observation(
        &mut self,
        suite: &'l Suite,
        step: &'l Step,
        observation: &'l ObserveStep,
        case: &Case,
        before: &mut Before<'l>,
        operation: Option<&str>,
    ) {
        if !case.given.contains_key(&observation.fixture.value) {
            self.error(
                suite,
                observation.fixture.span,
                "an observation of a stream that is not given",
                "see `given`",
            );
        }
        let given = case.given.get(&observation.fixture.value).map(|given| &given.value);
        let kind = self.library.resources.kind(given);
        let describe = kind.describe.iter().map(|description| Some(description.operation.value.as_str()));
        let about: Vec<Option<&str>> = std::iter::once(operation).chain(describe).collect();
        self.cited(suite, step, &about);
        for state in &observation.states {
            self.expected_state(suite, kind, state);
            for tree in state.members.values() {
                self.references(suite, tree, before, Use::State);
            }
            if let Some(Tree { node: Node::Literal(Value::String(status)), span }) =
                state.members.get(&kind.status.value)
            {
                self.status(suite, kind, status, *span);
            }
        }
        for during in &observation.during {
            self.status(suite, kind, &during.status.value, during.status.span);
            let shown = observation.states.iter().any(|state| {
                matches!(&state.members.get(&kind.status.value).map(|tree| &tree.node),
                    Some(Node::Literal(Value::String(status))) if *status == during.status.value)
            });
            if !shown {
                let title = format!("no state shows `{}`", during.status.value);
                self.error(suite, during.status.span, title, "these calls would never be sent");
            }
            for step in &during.steps {
                self.because(suite, step);
                self.level(suite, case, step);
                if let Some(call) = step.call() {
                    self.call(suite, step, call, before, operation);
                }
            }
        }
    }

    fn references(&mut self, suite: &Suite, tree: &'l Tree, before: &Before<'l>, used: Use) {
        let mut found = Vec::new();
        trees::references(tree, &mut |at, reference| found.push((at.span, reference)));
        for (span, reference) in found {
            match reference {
                Reference::Open(question) => self.open(suite, question, span, used),
                Reference::Got(name) => self.captured(suite, name, span, before),
                Reference::Key(_)
                | Reference::StreamName(_)
                | Reference::StreamArn(_)
                | Reference::KeyArn(_)
                | Reference::ChangedArn(..)
                | Reference::RunTags
                | Reference::ResourceName
                | Reference::GivenShards
                | Reference::GivenEncryption
                | Reference::Each(_)
                | Reference::Absent
                | Reference::Present => {}
            }
        }
    }

    /// Holds a name of what is captured to an earlier step.
    fn captured(&mut self, suite: &Suite, name: &str, span: Span, before: &Before<'_>) {
        if before.captured.contains(name) {
            return;
        }
        let label = nearest(name, before.captured.iter().copied()).map_or_else(
            || "no earlier step captures it".to_owned(),
            |meant| format!("did you mean `{meant}`?"),
        );
        self.error(suite, span, format!("`$got.{name}` before it is captured"), label);
    }

    /// Holds a status to those of the kind of resource, in the order of the model.
    fn status(&mut self, suite: &Suite, kind: &Resource, status: &str, span: Span) {
        if !kind.is_transient(status) && !kind.is_settled(status) {
            let label = format!("one of: {}", self.statuses(kind).join(", "));
            let title = format!("no {} shows the status `{status}`", kind.name.value);
            self.error(suite, span, title, label);
        }
    }

    /// Holds the cited facts to be known, and each to speak of one of these operations.
    fn cited(&mut self, suite: &Suite, step: &Step, operations: &[Option<&str>]) {
        for id in step.because.iter().chain(&step.form) {
            let Some(fact) = self.registry.get(&id.value) else {
                self.unknown_fact(suite, &id.value, id.span);
                continue;
            };
            if !operations.iter().flatten().any(|operation| fact.covers(operation)) {
                let about = super::evidence::operations(&fact.operations);
                let title = format!("the fact {} is about another operation", id.value);
                self.error(suite, id.span, title, format!("about {about}"));
            }
        }
    }

    fn unknown_fact(&mut self, suite: &Suite, id: &FactId, span: Span) {
        let label = "not among the facts";
        self.error(suite, span, format!("unknown fact {id}"), label);
    }
}
