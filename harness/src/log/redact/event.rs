//! Which members of an event may hold what a target or a user said. Every member is named, so that a
//! new one has to be thought about.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Redactor;
use crate::log::{
    AsItCame, AttemptText, BodyDiff, BodyText, CutBody, EndedEarly, Event, Exchange, Footer, Header,
    Mismatch, Notice, ObservedAnswer, OverrideText, RequestText, ResponseText, Sample, TargetText, Trace,
    TrialVerdict,
};
use crate::model::Value;
use crate::wire::NoAnswer;

impl Redactor {
    /// The event without secrets, signatures and account ids.
    pub fn event(&self, event: Event) -> Event {
        if self.0.is_none() {
            return event;
        }
        match event {
            Event::Header(header) => Event::Header(Box::new(self.header(*header))),
            // Of our own making, from files that everybody has.
            Event::Case(case) => Event::Case(case),
            Event::Exchange(exchange) => {
                Event::Exchange(Arc::new(self.exchange(Arc::unwrap_or_clone(exchange))))
            }
            // Numbers alone.
            Event::Timing(timing) => Event::Timing(timing),
            Event::Trial(trial) => Event::Trial(Box::new(self.trial(*trial))),
            Event::Notice(Notice { at_us, trial, text }) => {
                Event::Notice(Notice { at_us, trial, text: self.text(&text) })
            }
            Event::Footer(footer) => {
                let left_behind = self.texts(&footer.left_behind);
                let stopped_early = footer.stopped_early.as_ref().map(|why| self.text(why));
                Event::Footer(Box::new(Footer { left_behind, stopped_early, ..*footer }))
            }
        }
    }

    fn header(&self, header: Header) -> Header {
        let TargetText { name, version, endpoint } = header.target;
        let target = TargetText { name, version: version.map(|version| self.text(&version)), endpoint };
        // A command that is spawned may have the pair in its environment.
        Header { target, target_arguments: self.texts(&header.target_arguments), ..header }
    }

    fn exchange(&self, exchange: Exchange) -> Exchange {
        let RequestText { operation, target, content_type, signed, body, overrides } = exchange.request;
        let request = RequestText {
            operation,
            target: target.map(|target| self.text(&target)),
            content_type: self.text(&content_type),
            signed,
            body: self.body(body),
            overrides: overrides
                .map(|OverrideText { head, corrupted }| OverrideText { head: self.text(&head), corrupted }),
        };
        Exchange { request, response: self.response(exchange.response), ..exchange }
    }

    /// The response without secrets, signatures and account ids.
    pub fn response(&self, response: ResponseText) -> ResponseText {
        match response {
            ResponseText::None(NoAnswer { kind, text }) => {
                ResponseText::None(NoAnswer { kind, text: self.text(&text) })
            }
            ResponseText::Answer { status, headers, body, as_it_came } => ResponseText::Answer {
                status,
                headers: headers.iter().map(|(name, value)| (self.text(name), self.text(value))).collect(),
                body: self.body(body),
                as_it_came: as_it_came.map(|came| {
                    let AsItCame { head, faults, body } = *came;
                    Box::new(AsItCame {
                        head: head.map(|head| self.text(&head)),
                        faults: self.texts(&faults),
                        body: body.map(|body| self.body(body)),
                    })
                }),
            },
        }
    }

    fn body(&self, body: BodyText) -> BodyText {
        match body {
            BodyText::Text(text) => BodyText::Text(self.text(&text)),
            BodyText::Base64(_) => BodyText::Base64(STANDARD.encode(self.bytes(&body.bytes()))),
            BodyText::Cut(cut) => BodyText::Cut(CutBody { begins: self.text(&cut.begins), ..cut }),
        }
    }

    fn trial(&self, trial: TrialVerdict) -> TrialVerdict {
        let TrialVerdict {
            id,
            case,
            operation,
            level,
            outcome,
            reason,
            flags,
            required,
            mismatches,
            evidence,
            question_digest,
            stops,
            attempt,
            attempts,
            answers,
            traces,
            notes,
            started_us,
            ms,
        } = trial;
        TrialVerdict {
            id,
            case,
            operation,
            level,
            outcome,
            reason: reason.map(|reason| self.text(&reason)),
            flags,
            required,
            mismatches: mismatches.into_iter().map(|mismatch| self.mismatch(mismatch)).collect(),
            evidence,
            question_digest,
            stops,
            attempt,
            attempts: attempts.into_iter().map(|attempt| self.attempt(attempt)).collect(),
            answers: answers
                .into_iter()
                .map(|ObservedAnswer { question, candidate, actual }| ObservedAnswer {
                    question,
                    candidate,
                    actual: self.text(&actual),
                })
                .collect(),
            traces: traces.into_iter().map(|trace| self.trace(trace)).collect(),
            notes: self.texts(&notes),
            started_us,
            ms,
        }
    }

    fn attempt(&self, attempt: AttemptText) -> AttemptText {
        let AttemptText { outcome, void, disturbed, ended_early, bindings, began_us, process_ended } =
            attempt;
        AttemptText {
            outcome,
            void: void.map(|why| self.text(&why)),
            disturbed: disturbed.map(|why| self.text(&why)),
            ended_early: ended_early.map(|ended| match ended {
                EndedEarly::Unsupported(why) => EndedEarly::Unsupported(self.text(&why)),
                EndedEarly::Skipped(why) => EndedEarly::Skipped(self.text(&why)),
                EndedEarly::Blocked(why) => EndedEarly::Blocked(self.text(&why)),
                EndedEarly::Error(why) => EndedEarly::Error(self.text(&why)),
            }),
            bindings: bindings.into_iter().map(|(name, value)| (name, self.value(value))).collect(),
            began_us,
            process_ended: process_ended.map(|how| self.text(&how)),
        }
    }

    fn mismatch(&self, mismatch: Mismatch) -> Mismatch {
        Mismatch {
            expected: self.text(&mismatch.expected),
            actual: self.text(&mismatch.actual),
            diff: mismatch.diff.map(|BodyDiff { expected, actual }| BodyDiff {
                expected: self.text(&expected),
                actual: self.text(&actual),
            }),
            ..mismatch
        }
    }

    fn trace(&self, trace: Trace) -> Trace {
        let Trace { step, call_us, expected, samples, longest_gap_us } = trace;
        let sample = |Sample { sent_us, received_us, state }| Sample {
            sent_us,
            received_us,
            state: state
                .into_iter()
                .map(|(name, value): (String, Value)| (name, self.value(value)))
                .collect(),
        };
        let samples = samples.into_iter().map(sample).collect();
        Trace { step, call_us, expected: self.text(&expected), samples, longest_gap_us }
    }

    fn value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(&text)),
            Value::Blob(bytes) => Value::Blob(self.bytes(&bytes)),
            Value::List(elements) => {
                Value::List(elements.into_iter().map(|element| self.value(element)).collect())
            }
            Value::Map(members) => Value::Map(
                members.into_iter().map(|(name, member)| (self.text(&name), self.value(member))).collect(),
            ),
            plain @ (Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Time(_)) => {
                plain
            }
        }
    }

    fn texts(&self, texts: &[String]) -> Vec<String> {
        texts.iter().map(|text| self.text(text)).collect()
    }
}
