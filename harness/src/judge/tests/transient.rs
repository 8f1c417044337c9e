//! Calls that are sent in a transient state: which of them count.

use std::collections::BTreeMap;

use super::*;
use crate::log::{Change, Length};

/// A call in a state that the call before it began.
fn case(status: &str, expect: &str) -> String {
    format!(
        "
  a:
    title: A start in that state is answered
    level: core
    kills-nothing: a test
    given: {{stream: {{status: {status}}}}}
    steps:
      with: {{EncryptionType: KMS, KeyId: $key.managed}}
      expect: {expect}
      because: [SSE-005]
"
    )
}

const IN_USE: &str = r#"{"__type":"ResourceInUseException"}"#;
const REFUSAL: &str = "{error: ResourceInUseException}";

/// A description that was requested after the last response.
fn described_after(status: &str, sent_us: u64) -> Exchange {
    let body = format!(r#"{{"StreamDescriptionSummary":{{"StreamStatus":"{status}"}}}}"#);
    let times = (sent_us, sent_us + 100);
    exchange(Role::ConfirmTransient, "DescribeStreamSummary", times, answer(200, &body))
}

/// A call that was answered at that time.
fn answered(at_us: u64, (status, body): (u16, &str)) -> Exchange {
    Exchange { sent_us: at_us - 50, received_us: at_us, ..start(status, body) }
}

/// The judgement on a trial whose state was begun at 1,000 and lasts 1,000 at least, if `measured`.
fn judged_in(
    (status, expect): (&str, &str),
    exchanges: Vec<Exchange>,
    (measured, describe_lag_us): (bool, u64),
) -> Judgement {
    let trial = only(&manifest_with(&case(status, expect), QUESTIONS, false));
    let change = match status {
        "creating" => Change::Create,
        "deleting" => Change::Delete,
        _ => Change::Start,
    };
    let length = Length { at_least_us: Some(1_000), at_most_us: 2_000, longest_gap_us: 10 };
    let measured = if measured { BTreeMap::from([(change, length)]) } else { BTreeMap::new() };
    let lengths = Lengths { measured, stated_us: None };
    let timing = Timing { describe_lag_us, lengths, ..timing() };
    let observed = |exchange| Observed::of(Model::embedded(), Arc::new(exchange));
    let observation = Observation {
        bindings: bindings(),
        exchanges: exchanges.into_iter().map(observed).collect(),
        began_us: Some(1_000),
        ..Observation::default()
    };
    judge(&trial, &observation, Measure { model: Model::embedded(), level: Level::Core, timing: &timing })
}

const MEASURED: (bool, u64) = (true, 0);
const UNMEASURED: (bool, u64) = (false, 0);

#[test]
fn a_response_counts_that_came_before_the_state_could_be_over() {
    for status in ["creating", "updating", "deleting"] {
        for (body, expect) in [((400, IN_USE), REFUSAL), ((200, ""), "accepted")] {
            let judged = |at_us, timing| {
                let judgement = judged_in((status, expect), vec![answered(at_us, body)], timing);
                assert_eq!(judgement.outcome, Outcome::Pass, "{judgement:#?}");
                judgement.void
            };
            // Half of the shortest length after the call that began the state was sent.
            assert_eq!(judged(1_499, MEASURED), None, "{status} {expect}");
            let void = judged(1_500, MEASURED).expect("an attempt that does not count");
            assert!(void.starts_with(&status.to_uppercase()), "{void}");
            assert!(judged(1_100, UNMEASURED).is_some(), "where no length is known nothing is sure");
        }
    }
}

#[test]
fn a_later_refusal_counts_if_a_description_that_was_sent_after_it_still_shows_the_state() {
    let judged = |sample: Exchange, timing| {
        judged_in(("updating", REFUSAL), vec![answered(5_000, (400, IN_USE)), sample], timing).void
    };
    for timing in [MEASURED, UNMEASURED] {
        assert_eq!(judged(described_after("UPDATING", 5_000), timing), None);
        assert!(
            judged(described_after("UPDATING", 4_999), timing).is_some(),
            "it was sent before the response came"
        );
        assert!(judged(described_after("ACTIVE", 5_000), timing).is_some(), "the state was over");
        let silent = Exchange { response: none(), ..described_after("UPDATING", 5_000) };
        assert!(judged(silent, timing).is_some(), "nobody saw the state");
    }
    // A description may show for so long what was before.
    assert!(judged(described_after("UPDATING", 5_099), (false, 100)).is_some());
    assert_eq!(judged(described_after("UPDATING", 5_100), (false, 100)), None);
}

#[test]
fn an_accepted_call_never_counts_because_the_state_is_still_shown() {
    let exchanges = |at_us| vec![answered(at_us, (200, "")), described_after("UPDATING", at_us)];
    let late = judged_in(("updating", "accepted"), exchanges(5_000), MEASURED);
    assert!(late.void.is_some(), "the call may have begun the state anew");
    assert_eq!(judged_in(("updating", "accepted"), exchanges(1_400), MEASURED).void, None);
    // Nor does one that should have been refused: it is no failure then.
    let late = judged_in(("updating", REFUSAL), exchanges(5_000), MEASURED);
    assert_eq!(late.outcome, Outcome::Fail);
    assert!(late.void.is_some());
}

#[test]
fn an_open_question_is_answered_by_no_attempt_that_does_not_count() {
    let exchanges = vec![answered(5_000, (400, IN_USE)), described_after("ACTIVE", 5_000)];
    let judgement = judged_in(("updating", "$open.either"), exchanges, MEASURED);
    assert_eq!(judgement.outcome, Outcome::Open);
    assert!(judgement.void.is_some());
}

#[test]
fn a_trial_in_no_transient_state_needs_no_proof() {
    let judgement = judged_in(("active", REFUSAL), vec![answered(5_000, (400, IN_USE))], UNMEASURED);
    assert_eq!((judgement.outcome, judgement.void), (Outcome::Pass, None));
}
