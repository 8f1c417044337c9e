use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::case::ast::Resources;
use crate::testing::cases;

/// Microseconds.
type Us = u64;

/// A target that does as it should, and somebody who looks at it.
///
/// It shows the old state until the call takes effect, then the transient one for at least
/// `shortest`, then the new one.
#[derive(Clone, Debug)]
struct Scene {
    samples: Vec<TimedSnapshot>,
    call: (Us, Us),
    shortest: Us,
    /// When the call took effect, and when the transient state ended.
    turns: (Us, Us),
}

/// How one sample goes: the pause before it, the way there, the way back, and whether it is answered.
type Glance = (Us, Us, Us, bool);

fn glance() -> impl Strategy<Value = Glance> {
    (0..8_000_u64, 1..3_000_u64, 1..3_000_u64, prop::bool::weighted(0.95))
}

/// A description with these members.
fn state(status: &str, encryption: &str) -> Snapshot {
    Snapshot::of_stream(Value::from([("StreamStatus", status.into()), ("EncryptionType", encryption.into())]))
}

/// What is shown before, during and after.
#[derive(Clone, Copy, Debug)]
struct States {
    old: (&'static str, &'static str),
    transient: (&'static str, &'static str),
    new: (&'static str, &'static str),
}

const STARTED: States =
    States { old: ("ACTIVE", "NONE"), transient: ("UPDATING", "KMS"), new: ("ACTIVE", "KMS") };

/// The end is like the beginning: only the transient state shows that anything happened.
const REPEATED: States =
    States { old: ("ACTIVE", "KMS"), transient: ("UPDATING", "KMS"), new: ("ACTIVE", "KMS") };

impl States {
    fn expected(self) -> Vec<ExpectedState> {
        let line = |(status, encryption): (&str, &str), rest: &str| {
            format!("{{StreamStatus: {status}, EncryptionType: {encryption}{rest}}}")
        };
        let lines = [line(self.old, ", optional: true"), line(self.transient, ""), line(self.new, "")];
        cases::states(&lines.each_ref().map(String::as_str))
    }
}

/// Samples of a target that shows `shown` at each time; the last sample sees the state in the end.
fn sampled(glances: &[Glance], until: Us, shown: impl Fn(Us) -> Snapshot) -> Vec<TimedSnapshot> {
    let mut at = 0;
    let mut samples = Vec::new();
    let last = (1_000, 500, 500, true);
    for (pause, there, back, answered) in glances.iter().copied() {
        let sent_us = at + pause;
        let seen = if answered { shown(sent_us + there) } else { Snapshot::Nothing };
        at = sent_us + there + back;
        samples.push(TimedSnapshot { sent_us, received_us: at, snapshot: seen });
    }
    let sent_us = at.max(until) + last.0;
    samples.push(TimedSnapshot {
        sent_us,
        received_us: sent_us + last.1 + last.2,
        snapshot: shown(sent_us + last.1),
    });
    samples
}

/// The states, the call's times from its sending to its effect and to its answer, how long the
/// transient state lasts, and how much of that is due.
fn scene(states: States) -> impl Strategy<Value = Scene> {
    let times = (0..10_000_u64, 0..5_000_u64, 0..5_000_u64, 1..60_000_u64, 0.05..=1.0_f64);
    (times, vec(glance(), 1..40)).prop_map(move |((pause, effect, answer, lasts, due), glances)| {
        // The first sample is back before the call is sent.
        let first = glances[0].0 + glances[0].1 + glances[0].2;
        let sent = first + pause;
        let turns = (sent + effect, sent + effect + lasts);
        let show = |at: Us| {
            let (status, encryption) = if at < turns.0 {
                states.old
            } else if at < turns.1 {
                states.transient
            } else {
                states.new
            };
            state(status, encryption)
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a part of some milliseconds"
        )]
        let shortest = ((lasts as f64 * due) as Us).max(1);
        Scene {
            samples: sampled(&glances, turns.1.max(sent + effect + answer), show),
            call: (sent, sent + effect + answer),
            shortest,
            turns,
        }
    })
}

fn found_in(states: States, scene: &Scene) -> StatesFound {
    found(
        &Resources::embedded().stream,
        &states.expected(),
        &scene.samples,
        scene.call,
        scene.shortest,
        &Bindings::default(),
    )
}

/// The longest time from the sending of a sample, or of the call, to the answer of the next sample that
/// was answered.
fn longest_gap_after(samples: &[TimedSnapshot], call: Us) -> Us {
    let mut from = call;
    let mut longest = 0;
    for sample in samples.iter().filter(|sample| sample.snapshot != Snapshot::Nothing) {
        longest = longest.max(sample.received_us.saturating_sub(from));
        from = sample.sent_us.max(call);
    }
    longest
}

/// The same samples at a target that shows something else.
fn as_shown(scene: &Scene, shown: impl Fn(Us) -> Snapshot) -> Vec<TimedSnapshot> {
    // Any time between sending and answer may be the one that was shown.
    let middle = |sample: &TimedSnapshot| u64::midpoint(sample.sent_us, sample.received_us);
    scene
        .samples
        .iter()
        .map(|sample| TimedSnapshot {
            snapshot: if sample.snapshot == Snapshot::Nothing {
                Snapshot::Nothing
            } else {
                shown(middle(sample))
            },
            ..*sample
        })
        .collect()
}

fn has(found: &StatesFound, wanted: impl Fn(&StatesViolation) -> bool) -> bool {
    found.violations.iter().any(wanted)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn a_correct_target_violates_nothing(
        started in scene(STARTED),
        repeated in scene(REPEATED),
    ) {
        for (states, scene) in [(STARTED, started), (REPEATED, repeated)] {
            let found = found_in(states, &scene);
            prop_assert_eq!(&found.violations, &vec![], "{:?}", found);
        }
    }

    #[test]
    fn a_state_is_unobserved_only_where_samples_were_too_far_apart(
        started in scene(STARTED),
        repeated in scene(REPEATED),
    ) {
        for (states, scene) in [(STARTED, started), (REPEATED, repeated)] {
            let found = found_in(states, &scene);
            let longest = longest_gap_after(&scene.samples, scene.call.0);
            for missing in found.unobserved {
                prop_assert!(missing.gap_us >= scene.shortest);
                prop_assert!(longest >= missing.gap_us, "{longest} µs");
            }
        }
    }

    #[test]
    fn a_skipped_state_never_passes_and_fails_where_samples_were_close(scene in scene(STARTED)) {
        let shown = |at: Us| if at < scene.turns.0 { state("ACTIVE", "NONE") } else { state("ACTIVE", "KMS") };
        let samples = as_shown(&scene, shown);
        let skipped = Scene { samples, ..scene };
        let found = found_in(STARTED, &skipped);
        prop_assert!(!(found.violations.is_empty() && found.unobserved.is_empty()));
        if longest_gap_after(&skipped.samples, skipped.call.0) < skipped.shortest {
            prop_assert!(has(&found, |violation| matches!(violation, StatesViolation::NotShown { position: 1, .. })), "{:?}", found);
        }
    }

    #[test]
    fn a_call_that_does_nothing_never_passes_for_one_that_repeats(scene in scene(REPEATED)) {
        let skipped = Scene { samples: as_shown(&scene, |_| state("ACTIVE", "KMS")), ..scene };
        let found = found_in(REPEATED, &skipped);
        let close = longest_gap_after(&skipped.samples, skipped.call.0) < skipped.shortest;
        prop_assert_eq!(has(&found, |violation| matches!(violation, StatesViolation::NotShown { position: 1, .. })), close);
        prop_assert_eq!(found.unobserved.is_empty(), close);
    }

    #[test]
    fn a_stream_that_goes_back_is_always_found(scene in scene(STARTED), late in 1..20_000_u64) {
        // Snapshot at the end, after the new state has been seen.
        let mut samples = scene.samples.clone();
        let end = samples.last().unwrap().received_us;
        for (pause, seen) in [(0, state("ACTIVE", "NONE")), (late, state("ACTIVE", "KMS"))] {
            let sent_us = end + pause;
            samples.push(TimedSnapshot { sent_us, received_us: sent_us + 1, snapshot: seen });
        }
        let found = found_in(STARTED, &Scene { samples, ..scene });
        prop_assert!(has(&found, |violation| *violation == StatesViolation::Back { from: 2, to: 0 }), "{:?}", found);
    }

    #[test]
    fn a_stream_that_is_transient_again_is_always_found(scene in scene(STARTED)) {
        let mut samples = scene.samples.clone();
        let end = samples.last().unwrap().received_us;
        samples.push(TimedSnapshot { sent_us: end, received_us: end + 1, snapshot: state("UPDATING", "KMS") });
        let found = found_in(STARTED, &Scene { samples, ..scene });
        prop_assert!(has(&found, |violation| *violation == StatesViolation::Back { from: 2, to: 1 }), "{:?}", found);
    }

    #[test]
    fn an_unexpected_status_is_always_found(scene in scene(STARTED), at in any::<prop::sample::Index>()) {
        let mut samples = scene.samples.clone();
        let at = at.index(samples.len());
        samples[at].snapshot = state("DELETING", "NONE");
        let found = found_in(STARTED, &Scene { samples, ..scene });
        let wanted = |violation: &StatesViolation| match violation {
            StatesViolation::Unexpected { status, .. } => status == "DELETING",
            StatesViolation::NotShown { .. }
            | StatesViolation::Back { .. }
            | StatesViolation::Gone { .. }
            | StatesViolation::Member { .. }
            | StatesViolation::NeverReached { .. } => false,
        };
        prop_assert!(has(&found, wanted), "{:?}", found);
    }

    #[test]
    fn a_stream_that_vanishes_is_always_found(scene in scene(STARTED), at in any::<prop::sample::Index>()) {
        let mut samples = scene.samples.clone();
        let at = at.index(samples.len());
        samples[at].snapshot = Snapshot::Gone;
        let found = found_in(STARTED, &Scene { samples, ..scene });
        prop_assert!(has(&found, |violation| matches!(violation, StatesViolation::Gone { .. })), "{:?}", found);
    }

    #[test]
    fn a_wrong_member_of_the_end_is_always_found(scene in scene(STARTED)) {
        let turns = scene.turns;
        let shown = |at: Us| {
            if at < turns.0 {
                state("ACTIVE", "NONE")
            } else if at < turns.1 {
                state("UPDATING", "KMS")
            } else {
                state("ACTIVE", "AES")
            }
        };
        let samples = as_shown(&scene, shown);
        let found = found_in(STARTED, &Scene { samples, ..scene });
        let wanted = |violation: &StatesViolation| match violation {
            StatesViolation::Member { difference, .. } => {
                difference.path == "EncryptionType" && difference.actual == "`AES`"
            }
            StatesViolation::NotShown { .. }
            | StatesViolation::Back { .. }
            | StatesViolation::Unexpected { .. }
            | StatesViolation::Gone { .. }
            | StatesViolation::NeverReached { .. } => false,
        };
        prop_assert!(has(&found, wanted), "{:?}", found);
    }

    #[test]
    fn a_transition_that_never_ends_or_never_begins_is_always_found(scene in scene(STARTED)) {
        let turns = scene.turns;
        let stuck = |at: Us| if at < turns.0 { state("ACTIVE", "NONE") } else { state("UPDATING", "KMS") };
        let still = |_: Us| state("ACTIVE", "NONE");
        for samples in [as_shown(&scene, stuck), as_shown(&scene, still)] {
            let found = found_in(STARTED, &Scene { samples, ..scene.clone() });
            prop_assert!(has(&found, |violation| matches!(violation, StatesViolation::NeverReached { .. })), "{:?}", found);
        }
    }

    #[test]
    fn a_deadline_never_counts_from_before_the_end_was_there(
        started in scene(STARTED),
        repeated in scene(REPEATED),
    ) {
        for scene in [started, repeated] {
            let origin = origin(&scene.samples, scene.call, "ACTIVE");
            // The last sample comes after the end, so there always is one.
            let origin = origin.expect("the end was seen");
            prop_assert!(origin > scene.turns.1, "{origin} of {:?}", scene.turns);
        }
    }

    #[test]
    fn what_counts_as_during_was_answered_before_the_end(scene in scene(STARTED), answered in 0..90_000_u64) {
        if shows_after(&scene.samples, "UPDATING", answered) {
            prop_assert!(answered < scene.turns.1);
        }
        let seen_later = scene
            .samples
            .iter()
            .any(|sample| sample.sent_us >= answered && sample.snapshot.status() == Some("UPDATING"));
        prop_assert_eq!(shows_after(&scene.samples, "UPDATING", answered), seen_later);
    }
}

#[test]
fn a_sample_in_flight_when_the_call_was_sent_may_show_either_side() {
    for encryption in ["NONE", "KMS"] {
        let samples: Vec<TimedSnapshot> = [
            (0, 10, state("ACTIVE", "NONE")),
            (10, 30, state("ACTIVE", encryption)),
            (30, 40, state("UPDATING", "KMS")),
            (40, 50, state("ACTIVE", "KMS")),
        ]
        .into_iter()
        .map(|(sent_us, received_us, seen)| TimedSnapshot { sent_us, received_us, snapshot: seen })
        .collect();
        let found = found(
            &Resources::embedded().stream,
            &STARTED.expected(),
            &samples,
            (15, 25),
            5,
            &Bindings::default(),
        );
        let back = has(&found, |violation| matches!(violation, StatesViolation::Back { .. }));
        assert_eq!(back, encryption == "KMS", "UPDATING after the end is back, before it is not");
    }
}

#[test]
fn an_open_member_is_recorded_once_for_each_answer() {
    let expected = cases::states(&[
        "{StreamStatus: ACTIVE, EncryptionType: NONE, optional: true}",
        "{StreamStatus: UPDATING, EncryptionType: $open.type-while-updating}",
        "{StreamStatus: ACTIVE, EncryptionType: KMS}",
    ]);
    let samples: Vec<TimedSnapshot> = [
        state("UPDATING", "NONE"),
        state("UPDATING", "NONE"),
        state("UPDATING", "KMS"),
        state("ACTIVE", "KMS"),
    ]
    .into_iter()
    .zip(0..)
    .map(|(seen, at)| TimedSnapshot { sent_us: 10 * at, received_us: 10 * at + 5, snapshot: seen })
    .collect();
    let found = found(&Resources::embedded().stream, &expected, &samples, (0, 1), 5, &Bindings::default());
    assert_eq!(found.violations, vec![]);
    let answers: Vec<_> = found
        .open_values
        .iter()
        .map(|(position, open_value)| (*position, open_value.actual.clone()))
        .collect();
    assert_eq!(answers, [(1, Some(Value::from("NONE"))), (1, Some(Value::from("KMS")))]);
}

/// What samples of those snapshots, ten microseconds apart, say of a list of states; the call is the first thing.
fn said(states: &[ExpectedState], shown: &[Snapshot]) -> Vec<StatesViolation> {
    let sample = |(at, seen): (u64, &Snapshot)| TimedSnapshot {
        sent_us: 10 * at,
        received_us: 10 * at + 5,
        snapshot: seen.clone(),
    };
    let samples: Vec<_> = (0..).zip(shown).map(sample).collect();
    found(&Resources::embedded().stream, states, &samples, (0, 1), 50, &Bindings::default()).violations
}

#[test]
fn a_stream_that_is_not_there_is_the_state_without_a_status() {
    let (creating, active, deleting) =
        (state("CREATING", "NONE"), state("ACTIVE", "NONE"), state("DELETING", "NONE"));
    let gone = Snapshot::Gone;
    let created = cases::states(&[
        "{StreamStatus: $absent, optional: true}",
        "{StreamStatus: CREATING}",
        "{StreamStatus: ACTIVE}",
    ]);
    assert_eq!(said(&created, &[gone.clone(), creating.clone(), active.clone()]), vec![]);
    assert_eq!(said(&created, &[creating.clone(), active.clone()]), vec![]);
    let at_once = said(&created, &[gone.clone(), active.clone(), active.clone()]);
    assert_eq!(at_once, vec![StatesViolation::NotShown { position: 1, shorter_than_us: 15 }]);
    let away = said(&created, &[creating, gone.clone(), active.clone()]);
    assert_eq!(away, vec![StatesViolation::Back { from: 1, to: 0 }]);

    let deleted = cases::states(&[
        "{StreamStatus: ACTIVE, optional: true}",
        "{StreamStatus: DELETING}",
        "{StreamStatus: $absent}",
    ]);
    assert_eq!(said(&deleted, &[active.clone(), deleting.clone(), gone.clone(), gone.clone()]), vec![]);
    let at_once = said(&deleted, &[active.clone(), gone.clone()]);
    assert_eq!(at_once, vec![StatesViolation::NotShown { position: 1, shorter_than_us: 15 }]);
    let back = said(&deleted, &[deleting, gone, active.clone()]);
    assert_eq!(back, vec![StatesViolation::Back { from: 2, to: 0 }]);
    let never = said(&deleted, &[active.clone(), active]);
    assert!(matches!(never.as_slice(), [StatesViolation::NeverReached { position: 0, .. }]), "{never:?}");
}
