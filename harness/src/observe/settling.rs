//! When an observed resource has settled: the default stop condition of observed calls. Pure, and blind
//! to what is expected.

use crate::model::Value;

use super::describe::Snapshot;
use super::states::TimedSnapshot;
use crate::log::Timing;

/// Decides, sample by sample, whether a stream has settled after an accepted call.
#[derive(Clone, Debug)]
pub(crate) struct Settling {
    before: Option<Snapshot>,
    sent_us: u64,
    answered_us: u64,
    transient_seen: bool,
    /// The settled snapshot that may be the last state, and when it was first received.
    candidate: Option<(u64, Snapshot)>,
    /// When the first of the latest samples without a description was sent.
    blind_since_us: Option<u64>,
}

impl Settling {
    /// `before` = the last sample that came back before the call was sent; `call` = when the call was
    /// sent and its response received.
    pub(crate) fn new(before: Option<Snapshot>, call: (u64, u64)) -> Self {
        Self {
            before,
            sent_us: call.0,
            answered_us: call.1,
            transient_seen: false,
            candidate: None,
            blind_since_us: None,
        }
    }

    /// True once the samples up to this one show that the stream has settled, that nothing will
    /// change, or that it has been observed for long enough. Samples come in the order of sending.
    pub(crate) fn take(&mut self, sample: &TimedSnapshot, timing: &Timing) -> bool {
        if sample.received_us < self.sent_us {
            return false;
        }
        if sample.received_us >= self.answered_us.saturating_add(timing.deadline_us) {
            return true;
        }
        if sample.snapshot == Snapshot::Nothing {
            let since = *self.blind_since_us.get_or_insert(sample.sent_us);
            return sample.sent_us >= since.max(self.answered_us).saturating_add(timing.quiet_us);
        }
        self.blind_since_us = None;
        if sample.snapshot.is_transient() {
            self.transient_seen = true;
            self.candidate = None;
            return false;
        }
        let changed = self.before.as_ref().is_none_or(|before| !alike(before, &sample.snapshot));
        if !(self.transient_seen || changed) {
            self.candidate = None;
            return sample.sent_us >= self.answered_us.saturating_add(timing.quiet_us);
        }
        match &self.candidate {
            Some((since, first)) if alike(first, &sample.snapshot) => {
                sample.sent_us >= since.saturating_add(timing.settle_us) && sample.sent_us >= self.answered_us
            }
            Some(_) | None => {
                self.candidate = Some((sample.received_us, sample.snapshot.clone()));
                false
            }
        }
    }
}

/// True if two snapshots differ in counters and times alone, or not at all.
pub(crate) fn alike(one: &Snapshot, other: &Snapshot) -> bool {
    match (one, other) {
        (Snapshot::State(one), Snapshot::State(other)) => {
            let members = |state: &Value| -> Vec<(String, Value)> {
                let all = state.as_map().into_iter().flatten();
                let mut kept: Vec<_> = all
                    .filter(|(_, value)| {
                        !matches!(value, Value::Integer(_) | Value::Float(_) | Value::Time(_))
                    })
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect();
                kept.sort_by(|one, other| one.0.cmp(&other.0));
                kept
            };
            members(&one.members) == members(&other.members)
        }
        (Snapshot::Gone, Snapshot::Gone) | (Snapshot::Nothing, Snapshot::Nothing) => true,
        (Snapshot::State(_) | Snapshot::Gone | Snapshot::Nothing, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: (u64, u64) = (10_000, 12_000);

    fn state(status: &str, kind: &str) -> Snapshot {
        Snapshot::of_stream(Value::from([("StreamStatus", status.into()), ("EncryptionType", kind.into())]))
    }

    fn timing() -> Timing {
        Timing { settle_us: 50_000, quiet_us: 1_000_000, deadline_us: 20_000_000, ..Timing::default() }
    }

    /// The number of the sample that ends the observation, each being sent and received in 1 ms.
    fn ends(samples: &[(u64, Snapshot)]) -> Option<usize> {
        let mut settling = Settling::new(Some(state("ACTIVE", "NONE")), CALL);
        samples.iter().position(|(sent_us, snapshot)| {
            let sample =
                TimedSnapshot { sent_us: *sent_us, received_us: sent_us + 1_000, snapshot: snapshot.clone() };
            settling.take(&sample, &timing())
        })
    }

    #[test]
    fn a_transient_state_and_then_the_same_settled_one_twice_ends_it() {
        let samples = [
            (11_000, state("ACTIVE", "NONE")),
            (13_000, state("UPDATING", "NONE")),
            (20_000, state("ACTIVE", "KMS")),
            (30_000, state("ACTIVE", "KMS")),
            (71_000, state("ACTIVE", "KMS")),
        ];
        assert_eq!(ends(&samples), Some(4));
        let back = [
            (13_000, state("UPDATING", "NONE")),
            (20_000, state("ACTIVE", "KMS")),
            (80_000, state("UPDATING", "KMS")),
            (90_000, state("ACTIVE", "KMS")),
        ];
        assert_eq!(ends(&back), None, "what settled moved again");
    }

    #[test]
    fn a_change_without_a_transient_state_ends_it_once_it_lasts() {
        let samples = [(13_000, state("ACTIVE", "KMS")), (40_000, state("ACTIVE", "KMS"))];
        assert_eq!(ends(&samples), None);
        let samples = [(13_000, state("ACTIVE", "KMS")), (64_000, state("ACTIVE", "KMS"))];
        assert_eq!(ends(&samples), Some(1));
        let gone = [(13_000, Snapshot::Gone), (64_000, Snapshot::Gone)];
        assert_eq!(ends(&gone), Some(1));
    }

    #[test]
    fn nothing_for_long_enough_ends_it_and_so_does_the_deadline() {
        let still = state("ACTIVE", "NONE");
        assert_eq!(ends(&[(900_000, still.clone()), (1_012_000, still)]), Some(1));
        let updating = state("UPDATING", "NONE");
        assert_eq!(ends(&[(1_100_000, updating.clone()), (20_100_000, updating)]), Some(1));
        assert_eq!(ends(&[(13_000, Snapshot::Nothing), (1_014_000, Snapshot::Nothing)]), Some(1));
    }

    #[test]
    fn counters_and_times_change_nothing() {
        let with = |count: i64| {
            Snapshot::of_stream(Value::from([
                ("StreamStatus", Value::from("ACTIVE")),
                ("ConsumerCount", Value::from(count)),
            ]))
        };
        assert!(alike(&with(0), &with(1)));
        assert!(!alike(&with(0), &state("ACTIVE", "KMS")));
    }
}
