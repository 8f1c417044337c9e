use std::sync::Arc;

use super::*;
use crate::log::{Exchange, ResponseText};
use crate::model::Model;
use crate::testing::cases::{answer, bindings, exchange, manifest, only};

fn trial(steps: &str) -> Arc<PlannedTrial> {
    only(&manifest(&format!(
        "  a:\n    title: A\n    kills-nothing: a test\n    given: {{stream: {{encryption: none}}}}\n    steps:\n{steps}"
    )))
}

fn timing() -> Timing {
    Timing {
        settle_us: 10,
        quiet_us: 1_000,
        deadline_us: 1_000_000,
        patience_us: u64::MAX,
        ..Timing::default()
    }
}

fn at(role: Role, operation: &str, times: (u64, u64), response: ResponseText) -> Observed {
    let exchange: Exchange = exchange(role, operation, times, response);
    Observed::of(Model::embedded(), Arc::new(exchange))
}

fn sends(machine: &mut Machine<'_>) -> Vec<Role> {
    let role = |action: &DueAction<'_>| match action {
        DueAction::Send { role, .. } => Some(*role),
        DueAction::Sample { step, stream, .. } => Some(Role::Sample { step: *step, stream: *stream }),
        DueAction::MoveClock(_) => None,
    };
    machine.due().iter().filter_map(role).collect()
}

const RACE: &str = "      - race: [{with: {EncryptionType: KMS, KeyId: $key.managed}}, {with: {EncryptionType: KMS, KeyId: $key.managed}}]
        exactly-one: accepted
        others: {error: ResourceInUseException}
        because: [SSE-024]
      - {call: DescribeStreamSummary, when: accepted, expect: {error: ResourceNotFoundException}, because: [SSE-026]}
";

const CLOCK: &str = "      - clock: 24h
      - {call: ListStreams, expect: accepted, because: [WIRE-005]}
      - {call: DescribeStreamSummary, when: accepted, expect: accepted, because: [SSE-026]}
";

#[test]
fn a_step_behind_a_race_is_due_if_a_call_of_the_race_was_accepted_and_not_else() {
    for (second, due) in [(200, true), (400, false)] {
        let trial = trial(RACE);
        let timing = timing();
        let mut machine = Machine::new(&trial, &timing, bindings());
        let racer = |index| Role::Request(StepIndex::within(0, 0, index));
        assert_eq!(sends(&mut machine), [racer(0), racer(1)]);
        let refused = answer(400, r#"{"__type":"ResourceInUseException"}"#);
        let last = if second == 200 { answer(200, "{}") } else { refused.clone() };
        assert!(machine.take(&at(racer(1), "StartStreamEncryption", (1, 5), refused)));
        assert!(!machine.is_over(), "one response is missing");
        assert!(machine.take(&at(racer(0), "StartStreamEncryption", (1, 6), last)));
        let next = Role::Request(StepIndex::whole(1));
        assert_eq!(sends(&mut machine), if due { vec![next] } else { vec![] });
        let wanted = if due { Reached::Due } else { Reached::NotDue };
        assert_eq!(machine.reached(), [Reached::Due, wanted]);
    }
}

#[test]
fn a_step_behind_a_clock_waits_for_the_first_call_and_not_for_the_clock() {
    let trial = trial(CLOCK);
    let timing = timing();
    let mut machine = Machine::new(&trial, &timing, bindings());
    let actions = machine.due();
    assert!(
        matches!(actions.as_slice(), [DueAction::MoveClock(86_400_000), DueAction::Send { .. }]),
        "{actions:?}"
    );
    machine.take(&at(Role::Request(StepIndex::whole(1)), "ListStreams", (1, 5), answer(200, "{}")));
    assert_eq!(sends(&mut machine), [Role::Request(StepIndex::whole(2))]);
    assert_eq!(machine.reached()[2], Reached::Due);
}

const OBSERVED: &str = "      - with: {EncryptionType: KMS, KeyId: $key.managed}
        expect: accepted
        because: [SSE-001]
      - observe: stream
        because: [SSE-010]
        states: [{StreamStatus: ACTIVE, optional: true}, {StreamStatus: UPDATING}, {StreamStatus: ACTIVE}]
";

fn sample(status: &str, at_us: u64) -> Observed {
    let role = Role::Sample { step: 0, stream: FixtureName::Stream };
    let body = format!(r#"{{"StreamDescriptionSummary":{{"StreamStatus":"{status}"}}}}"#);
    at(role, "DescribeStreamSummary", (at_us, at_us + 5), answer(200, &body))
}

#[test]
fn samples_behind_the_stop_are_cut_off() {
    let trial = trial(OBSERVED);
    let timing = timing();
    let mut machine = Machine::new(&trial, &timing, bindings());
    let call = Role::Request(StepIndex::whole(0));
    assert_eq!(sends(&mut machine), [Role::Sample { step: 0, stream: FixtureName::Stream }]);
    assert!(machine.take(&sample("ACTIVE", 0)));
    assert!(machine.take(&at(call, "StartStreamEncryption", (10, 20), answer(200, "{}"))));
    for (status, at_us) in [("UPDATING", 30), ("ACTIVE", 50), ("ACTIVE", 70)] {
        assert!(machine.take(&sample(status, at_us)), "{status} at {at_us}");
    }
    assert!(machine.is_over(), "the same settled state came twice");
    assert!(!machine.take(&sample("DELETING", 90)), "what lies behind the stop does not count");
}

#[test]
fn the_samples_of_a_refused_call_end_with_its_response() {
    let trial = trial(OBSERVED);
    let timing = timing();
    let mut machine = Machine::new(&trial, &timing, bindings());
    machine.take(&sample("ACTIVE", 0));
    let refused = answer(400, r#"{"__type":"ResourceInUseException"}"#);
    machine.take(&at(Role::Request(StepIndex::whole(0)), "StartStreamEncryption", (10, 20), refused));
    assert!(machine.is_over());
}

#[test]
fn a_repeated_call_is_sent_once_more_after_its_deadline_and_then_no_more() {
    let steps = "      - {call: ListStreams, expect: accepted, because: [WIRE-005]}
      - call: DescribeStreamSummary
        by: 1s after answer
        until: {StreamDescriptionSummary: {StreamStatus: UPDATING}}
        expect: accepted
        because: [SSE-026]
";
    let trial = trial(steps);
    let timing = timing();
    let mut machine = Machine::new(&trial, &timing, bindings());
    machine.take(&at(Role::Request(StepIndex::whole(0)), "ListStreams", (1, 100), answer(200, "{}")));
    let role = Role::Request(StepIndex::whole(1));
    let active = r#"{"StreamDescriptionSummary":{"StreamStatus":"ACTIVE"}}"#;
    let describe = |sent_us| at(role, "DescribeStreamSummary", (sent_us, sent_us + 10), answer(200, active));
    machine.due();
    machine.take(&describe(200));
    assert_eq!(sends(&mut machine), [role], "the deadline is ahead");
    machine.take(&describe(1_000_099));
    assert_eq!(sends(&mut machine), [role], "the last one was sent before the deadline");
    machine.take(&describe(1_000_100));
    assert!(machine.is_over());
}

#[test]
fn a_call_that_is_repeated_for_long_is_sent_less_and_less_often() {
    let steps = "      - {call: ListStreams, expect: accepted, because: [WIRE-005]}
      - call: DescribeStreamSummary
        by: 5min after answer
        until: {StreamDescriptionSummary: {StreamStatus: UPDATING}}
        expect: accepted
        because: [SSE-026]
";
    let trial = trial(steps);
    let timing = timing();
    let mut machine = Machine::new(&trial, &timing, bindings());
    machine.take(&at(Role::Request(StepIndex::whole(0)), "ListStreams", (1, 100), answer(200, "{}")));
    let active = r#"{"StreamDescriptionSummary":{"StreamStatus":"ACTIVE"}}"#;
    machine.due();
    let mut pauses = Vec::new();
    for received_us in [200, 5_000_100, 200_000_100] {
        let role = Role::Request(StepIndex::whole(1));
        machine.take(&at(
            role,
            "DescribeStreamSummary",
            (received_us - 10, received_us),
            answer(200, active),
        ));
        for action in machine.due() {
            if let DueAction::Send { pause_us, .. } = action {
                pauses.push(pause_us);
            }
        }
    }
    assert_eq!(pauses, [20_000, 100_000, 1_000_000]);
}

#[test]
fn a_create_waits_for_the_streams_of_others_and_another_call_does_not() {
    let limit = || answer(400, r#"{"__type":"LimitExceededException","message":"at once"}"#);
    for (operation, with, again) in [
        ("CreateStream", "{ShardCount: 1, StreamName: a}", true),
        ("AddTagsToStream", "{StreamName: a, Tags: {a: b}}", false),
    ] {
        let trial = trial(&format!(
            "      - {{call: {operation}, address: none, with: {with}, expect: accepted, because: [WIRE-005]}}\n"
        ));
        let timing = timing();
        let mut machine = Machine::new(&trial, &timing, bindings());
        let role = Role::Request(StepIndex::whole(0));
        assert_eq!(sends(&mut machine), [role]);
        machine.take(&at(role, operation, (10, 20), limit()));
        assert_eq!(!machine.is_over(), again, "{operation}");
    }
}

#[test]
fn a_step_that_waits_for_a_captured_member_is_sent_only_where_the_member_was_there() {
    let steps = "      - call: DescribeStreamSummary
        expect: accepted
        because: [SSE-026]
        capture: {id: StreamDescriptionSummary.StreamId}
      - call: ListShards
        when: $got.id
        with: {StreamId: $got.id}
        expect: accepted
        because: [SSE-026]
";
    let role = Role::Request(StepIndex::whole(0));
    for (summary, due) in [
        (r#"{"StreamDescriptionSummary":{"StreamId":"aaaaaaaaaaaaaaaaaaaa-000"}}"#, true),
        (r#"{"StreamDescriptionSummary":{"StreamName":"a"}}"#, false),
        (r#"{"StreamDescriptionSummary":{"StreamId":null}}"#, false),
    ] {
        let trial = trial(steps);
        let timing = timing();
        let mut machine = Machine::new(&trial, &timing, bindings());
        machine.due();
        machine.take(&at(role, "DescribeStreamSummary", (1, 5), answer(200, summary)));
        let next = sends(&mut machine);
        assert_eq!(
            next,
            if due { vec![Role::Request(StepIndex::whole(1))] } else { Vec::new() },
            "{summary}"
        );
        assert_eq!(machine.is_over(), !due, "{summary}");
    }
}
