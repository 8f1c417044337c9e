//! Calls at the same time, of which exactly one wins.

use std::collections::BTreeMap;

use super::*;
use crate::log::{Change, Length};

const RACE: &str = "
  a:
    title: Of two stops at the same time exactly one is accepted
    level: core
    kills-nothing: a test
    given: {stream: {encryption: $key.managed}}
    steps:
      - race:
          - {call: StopStreamEncryption, with: {EncryptionType: KMS, KeyId: $key.managed}}
          - {call: StopStreamEncryption, with: {EncryptionType: KMS, KeyId: $key.managed}}
        exactly-one: accepted
        others: {error: ResourceInUseException}
        because: [LIFE-025]
";

const ACCEPTED: (u16, &str) = (200, "");
const IN_USE: (u16, &str) = (400, r#"{"__type":"ResourceInUseException"}"#);
const NOT_ENCRYPTED: (u16, &str) = (400, r#"{"__type":"InvalidArgumentException"}"#);

/// The judgement on two calls that were sent at 1,000; the second response came at that time. A
/// transition lasts 1,000 at least.
fn raced(first: (u16, &str), second: (u16, &str), done_us: u64) -> Judgement {
    let trial = only(&manifest_with(RACE, QUESTIONS, false));
    let length = Length { at_least_us: Some(1_000), at_most_us: 2_000, longest_gap_us: 10 };
    let lengths = Lengths { measured: BTreeMap::from([(Change::Stop, length)]), stated_us: None };
    let timing = Timing { lengths, ..timing() };
    let call = |index, (status, body): (u16, &str), received_us| {
        let role = Role::Request(StepIndex::within(0, 0, index));
        let response = answer(status, body);
        let exchange = exchange(role, "StopStreamEncryption", (1_000, received_us), response);
        Observed::of(Model::embedded(), Arc::new(exchange))
    };
    let observation = Observation {
        bindings: bindings(),
        exchanges: vec![call(0, first, 1_100), call(1, second, done_us)],
        ..Observation::default()
    };
    judge(&trial, &observation, Measure { model: Model::embedded(), level: Level::Core, timing: &timing })
}

#[test]
fn exactly_one_call_wins_while_none_can_have_come_after_the_transition_of_another() {
    let kinds_of = |first, second| {
        let judgement = raced(first, second, 1_499);
        assert_eq!(judgement.void, None, "{judgement:#?}");
        (judgement.outcome, kinds(&judgement))
    };
    assert_eq!(kinds_of(ACCEPTED, IN_USE), (Outcome::Pass, vec![]));
    assert_eq!(kinds_of(IN_USE, ACCEPTED), (Outcome::Pass, vec![]));
    assert_eq!(kinds_of(ACCEPTED, ACCEPTED), (Outcome::Fail, vec![MismatchKind::Status]));
    assert_eq!(kinds_of(IN_USE, IN_USE), (Outcome::Fail, vec![MismatchKind::Status]));
    assert_eq!(kinds_of(ACCEPTED, NOT_ENCRYPTED), (Outcome::Fail, vec![MismatchKind::ErrorClass]));
}

#[test]
fn calls_that_may_have_come_one_after_the_other_are_no_race() {
    for second in [ACCEPTED, NOT_ENCRYPTED] {
        let judgement = raced(ACCEPTED, second, 1_500);
        assert_eq!((judgement.outcome, kinds(&judgement)), (Outcome::Unobserved, vec![]));
        assert!(judgement.void.is_some(), "the attempt is repeated");
    }
    // What holds in any order is judged at any speed.
    assert_eq!(raced(ACCEPTED, IN_USE, 9_000).outcome, Outcome::Pass);
    assert_eq!(raced(IN_USE, IN_USE, 9_000).outcome, Outcome::Fail);
}
