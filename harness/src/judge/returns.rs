//! Whether a call returns before what it begins is over.

use crate::case::Span;
use crate::log::{MismatchKind, StepIndex};
use crate::observe::states;
use crate::plan::PlannedStep;

use super::{Basis, Facet, Found, Judge};

impl<'run> Judge<'run> {
    /// The response comes at once if it was there before the stream was seen to have settled, give or
    /// take the slowest description of this attempt. A transition that is shorter than that says nothing.
    pub(super) fn returned(&mut self, index: usize, step: &'run PlannedStep, span: Span) {
        let (samples, call) = states::of_step(self.kind_observed(index), &self.course.used, index);
        let Some((sent_us, answered_us)) = call else { return };
        let slowest_us =
            samples.iter().map(|sample| sample.received_us.saturating_sub(sample.sent_us)).max().unwrap_or(0);
        let mut since_call = samples.iter().filter(|sample| sample.received_us >= sent_us);
        let moved = since_call.any(|sample| sample.snapshot.is_transient());
        let settled = since_call
            .find(|sample| sample.snapshot.status().is_some() && !sample.snapshot.is_transient())
            .filter(|_| moved);
        let Some(settled) =
            settled.filter(|settled| settled.received_us.saturating_sub(sent_us) >= slowest_us)
        else {
            self.unobserved.push("the transition is shorter than a description takes".to_owned());
            return;
        };
        if answered_us > settled.received_us.saturating_add(slowest_us) {
            self.add(Found {
                kind: MismatchKind::Timing,
                facet: Facet::Behaviour,
                basis: Basis::of(step),
                index: StepIndex::whole(index),
                span,
                expected: "a response before the stream has settled".to_owned(),
                actual: "a response after the stream had settled".to_owned(),
                diff: None,
            });
        }
    }
}
