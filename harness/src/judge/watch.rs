//! One watch: its samples held to its ladder, and the calls sent meanwhile.

use crate::case::Span;
use crate::case::ast::{Meanwhile, Rung, Step, Watch};

use crate::judge::{Facet, Found, Judge};
use crate::log::{MismatchKind, Role, Sample, StepIndex, Trace};
use crate::observe::describe::Seen;
use crate::observe::ladder;
use crate::observe::ladder::{Climb, Misstep, Moment};
use crate::observe::matching::literal_text;
use crate::observe::reading::Reading;

impl<'run> Judge<'run> {
    pub(crate) fn watch(&mut self, step_index: usize, step: &'run Step, watch: &'run Watch) {
        let exchanges = &self.observation.exchanges;
        let moments = ladder::moments(self.measure.model, exchanges, step_index);
        let Some(call) = ladder::call_window(exchanges, step_index) else { return };
        let index = StepIndex { step: step_index, within: None };
        if !self.call_before_was_accepted(step_index) {
            // Told already: the call that should start the transition was not accepted.
            return;
        }
        let (bindings, row) = (self.bindings(), self.trial.row());
        let climb = ladder::climb(&watch.ladder, &moments, call, self.measure.shortest_us, bindings, row);
        self.traces.push(trace(step_index, watch, &moments, call, &climb, self));
        // What nobody could see at the end says nothing of where the stream got to.
        let blind = moments.last().is_some_and(|moment| moment.seen == Seen::Nothing);
        for misstep in &climb.missteps {
            match misstep {
                Misstep::NeverReached { .. } if blind => self.blind(index, step, watch),
                Misstep::NeverReached { .. }
                | Misstep::NotShown { .. }
                | Misstep::Back { .. }
                | Misstep::Unexpected { .. }
                | Misstep::Gone { .. }
                | Misstep::Member { .. } => self.misstep(index, step, watch, misstep),
            }
        }
        for missing in &climb.unobserved {
            self.unobserved.push(format!(
                "{} may have lasted up to {} and was not seen",
                rung_status(&watch.ladder[missing.rung]),
                in_time(missing.gap_us)
            ));
        }
        for (_, asked) in &climb.asked {
            self.choose_value(asked, &watch.ladder);
        }
        for (block, meanwhile) in watch.meanwhile.iter().enumerate() {
            self.meanwhile(step_index, block, meanwhile, &moments);
        }
    }

    fn call_before_was_accepted(&self, watch: usize) -> bool {
        let Some(step) = watch.checked_sub(1) else { return false };
        let calls = self.exchanges(Role::Ask, StepIndex { step, within: None });
        calls.last().is_some_and(|exchange| self.reading(exchange).is_success())
    }

    fn misstep(&mut self, index: StepIndex, step: &'run Step, watch: &'run Watch, misstep: &Misstep) {
        let ladder = &watch.ladder;
        let (kind, span, expected, actual) = match misstep {
            // Times differ from run to run and would split groups of one cause; the trace shows
            // them.
            Misstep::NotShown { rung, .. } => (
                MismatchKind::Ladder,
                status_span(&ladder[*rung]),
                rung_status(&ladder[*rung]).to_owned(),
                format!("no {}", rung_status(&ladder[*rung])),
            ),
            Misstep::Back { from, to } => (
                MismatchKind::Ladder,
                status_span(&ladder[*from]),
                format!("{} stays", rung_status(&ladder[*from])),
                format!("back to {}", rung_status(&ladder[*to])),
            ),
            Misstep::Unexpected { rung, status } => {
                (MismatchKind::Ladder, status_span(&ladder[*rung]), self.ladder_words(watch), status.clone())
            }
            Misstep::Gone { rung } => (
                MismatchKind::Ladder,
                status_span(&ladder[*rung]),
                self.ladder_words(watch),
                "the stream is gone".to_owned(),
            ),
            Misstep::Member { rung, difference } => (
                MismatchKind::Ladder,
                difference.span,
                format!("{} {} while {}", difference.path, difference.expected, rung_status(&ladder[*rung])),
                format!("{} {}", difference.path, difference.actual),
            ),
            Misstep::NeverReached { rung, status, .. } => (
                MismatchKind::Ladder,
                status_span(ladder.last().unwrap_or(&ladder[*rung])),
                self.ladder_words(watch),
                format!("{status} to the end of the watch"),
            ),
        };
        self.add(Found { kind, facet: Facet::Behaviour, step, index, span, expected, actual, diff: None });
    }

    /// The last look was not answered with a description: without any answer, or with one that asks
    /// for patience, the watch is an error; any other answer is the target's own mistake.
    fn blind(&mut self, index: StepIndex, step: &'run Step, watch: &'run Watch) {
        let Some(last) = self.exchanges(Role::Sample, index).last().copied() else { return };
        let reading = self.reading(last);
        if matches!(reading, Reading::None(_)) || reading.is_throttled() {
            self.errors.push(format!("the stream could not be watched to the end: {}", reading.in_words()));
            return;
        }
        let span = watch.ladder.last().map_or(step.span, status_span);
        self.add(Found {
            kind: MismatchKind::Ladder,
            facet: Facet::Behaviour,
            step,
            index,
            span,
            expected: self.ladder_words(watch),
            actual: format!("no description at the end of the watch: {}", reading.in_words()),
            diff: None,
        });
    }

    fn ladder_words(&self, watch: &Watch) -> String {
        ladder::in_words(&watch.ladder, self.bindings(), self.trial.row())
    }

    fn meanwhile(&mut self, step_index: usize, block: usize, meanwhile: &'run Meanwhile, moments: &[Moment]) {
        let status = &meanwhile.status.value;
        for (position, inner) in meanwhile.steps.iter().enumerate() {
            let Some(call) = inner.call() else { continue };
            let index = StepIndex { step: step_index, within: Some((block, position)) };
            let Some(exchange) = self.exchanges(Role::Meanwhile, index).last().copied() else {
                self.unobserved
                    .push(format!("{status} was not seen, so no {} was sent in it", call.operation.value));
                continue;
            };
            if ladder::still_shows(moments, status, exchange.received_us) {
                self.answer(index, inner, call, exchange);
            } else {
                self.unobserved.push(format!("{status} ended before {} was answered", call.operation.value));
            }
        }
    }
}

fn trace(
    step: usize,
    watch: &Watch,
    moments: &[Moment],
    call: (u64, u64),
    climb: &Climb,
    judge: &Judge<'_>,
) -> Trace {
    let mut samples: Vec<Sample> = Vec::new();
    let mut repeats = false;
    for moment in moments {
        let Seen::State(state) = &moment.seen else { continue };
        let sample = Sample {
            sent_us: moment.sent_us,
            received_us: moment.received_us,
            state: ladder::spoken_of(&watch.ladder, state),
        };
        // Runs of equal states keep their first and last.
        if samples.last().is_some_and(|last| last.state == sample.state) {
            if repeats {
                samples.pop();
            }
            repeats = true;
        } else {
            repeats = false;
        }
        samples.push(sample);
    }
    Trace {
        step,
        call_us: Some(call),
        expected: judge.ladder_words(watch),
        samples,
        longest_gap_us: climb.longest_gap_us,
    }
}

/// The rung's status; rungs that state none are refused by the lint.
fn rung_status(rung: &Rung) -> &str {
    rung.members.get("StreamStatus").and_then(literal_text).unwrap_or("a state")
}

fn status_span(rung: &Rung) -> Span {
    rung.members.get("StreamStatus").map_or(rung.span, |tree| tree.span)
}

fn in_time(us: u64) -> String {
    if us < 10_000 { format!("{}.{} ms", us / 1000, us % 1000 / 100) } else { format!("{} ms", us / 1000) }
}
