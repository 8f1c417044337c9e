//! Judged scenes: exchanges made by hand, held to cases from text.

mod attempts;
mod mismatches;
mod races;
mod states;
mod transient;

use std::sync::Arc;

use super::*;
use crate::case::ast::FixtureName;
use crate::log::{Exchange, Lengths};
use crate::testing::cases::{answer, bindings, exchange, manifest_with, only};
use crate::wire::{NoAnswer, NoAnswerKind};

const QUESTIONS: &str = "\
questions:
  key-then:
    question: Which key does it show while it is UPDATING?
    affects: [producers]
    facts: [SSE-030]
    candidates:
      before: {state: first}
      after: {state: last}
      absent: {value: $absent}
  either:
    question: Which class refuses it?
    affects: [security]
    facts: [SSE-005]
    candidates:
      validation: {answer: {error: ValidationException}}
      argument: {answer: {error: InvalidArgumentException}}
";

const REFUSED: &str = "
  a:
    title: A start is refused
    level: core
    kills-nothing: a test
    given: {stream: shared}
    steps:
      with: {EncryptionType: kms, KeyId: $key.managed}
      expect: {error: ValidationException, status: 400, clauses: [[encryptionType, enum]]}
      because: [SSE-005]
";

const ACCEPTED: &str = "
  a:
    title: A stream is described
    level: core
    kills-nothing: a test
    given: {stream: shared}
    steps:
      call: DescribeStreamSummary
      with: {}
      expect: {accepted: {StreamDescriptionSummary: {StreamStatus: ACTIVE}}}
      because: [SSE-026]
";

const DOCUMENT: &str = "
  a:
    title: The error is bare
    level: core
    kills-nothing: a test
    steps:
      call: ListStreams
      wire: {target: Kinesis_20131202.Nothing}
      expect: {error: UnknownOperationException, document: {__type: UnknownOperationException}}
      because: [WIRE-010]
";

const OPEN: &str = "
  a:
    title: Which class refuses it is open
    level: core
    kills-nothing: a test
    given: {stream: shared}
    steps:
      with: {EncryptionType: NONE, KeyId: $key.managed}
      expect: $open.either
      because: [SSE-005]
";

const OBSERVED: &str = "
  a:
    title: A start moves the stream
    level: core
    kills-nothing: a test
    given: {stream: {encryption: none}}
    steps:
      - with: {EncryptionType: KMS, KeyId: $key.managed}
        expect: accepted
        because: [SSE-001]
      - observe: stream
        states:
          - {StreamStatus: ACTIVE, EncryptionType: NONE, optional: true}
          - {StreamStatus: UPDATING}
          - {StreamStatus: ACTIVE, EncryptionType: KMS}
        because: [SSE-010]
        during:
          UPDATING:
            - call: PutRecord
              address: name
              with: {Data: {$utf8: during}, PartitionKey: p}
              expect: accepted
              because: [SSE-012]
      - call: PutRecord
        address: name
        with: {Data: {$utf8: after}, PartitionKey: p}
        by: 5s after ACTIVE
        until: as-expected
        expect: {accepted: {EncryptionType: KMS}}
        because: [SSE-013]
";

const READ: &str = "
  a:
    title: A record is read back
    level: core
    kills-nothing: a test
    given: {stream: {encryption: none}}
    steps:
      - call: PutRecord
        with: {Data: {$utf8: put}, PartitionKey: p}
        expect: accepted
        because: [SSE-013]
      - read: stream
        within: 5s
        records: [{Data: {$utf8: put}}]
        because: [SSE-013]
";

const FORM: &str = "
  a:
    title: The answer has a form
    level: core
    kills-nothing: a test
    steps:
      call: ListStreams
      with: {}
      expect: {error: ValidationException, encoding: json, headers: {x-amzn-errortype: ValidationException}}
      because: [WIRE-010]
";

const OUT_OF_ENUM: &str = r#"{"__type":"ValidationException","message":"1 validation error detected: Value 'kms' at 'encryptionType' failed to satisfy constraint: Member must satisfy enum value set: [KMS, NONE]"}"#;

const UNCHANGED: &str = r#"{"StreamDescriptionSummary":{"StreamStatus":"ACTIVE","EncryptionType":"NONE"}}"#;

/// The times of the scenes here: a transient state that lasts 400 µs, samples every 200 µs.
fn timing() -> Timing {
    Timing {
        quiet_us: 200,
        deadline_us: 10_000_000,
        deadline_stated: true,
        patience_us: u64::MAX,
        lengths: Lengths { stated_us: Some(400), ..Lengths::default() },
        ..Timing::default()
    }
}

const REQUEST: Role = Role::Request(StepIndex::whole(0));

const AFTER: Role = Role::Request(StepIndex::whole(1));

const DURING: Role = Role::During(StepIndex::within(0, 0, 0));

const SAMPLE: Role = Role::Sample { step: 0, stream: FixtureName::Stream };

fn judged_at(level: Level, case: &str, exchanges: Vec<Exchange>) -> Judgement {
    judged_in(level, case, exchanges, &timing())
}

fn judged_in(level: Level, case: &str, exchanges: Vec<Exchange>, timing: &Timing) -> Judgement {
    let trial = only(&manifest_with(case, QUESTIONS, false));
    let observed = |exchange| Observed::of(Model::embedded(), Arc::new(exchange));
    let exchanges = exchanges.into_iter().map(observed).collect();
    let observation = Observation { bindings: bindings(), exchanges, ..Observation::default() };
    judge(&trial, &observation, Measure { model: Model::embedded(), level, timing })
}

fn judged(case: &str, exchanges: Vec<Exchange>) -> Judgement {
    judged_at(Level::Extended, case, exchanges)
}

fn kinds(judgement: &Judgement) -> Vec<MismatchKind> {
    judgement.mismatches.iter().map(|mismatch| mismatch.kind).collect()
}

fn exchange_of(operation: &str, response: ResponseText) -> Exchange {
    exchange(REQUEST, operation, (100, 200), response)
}

fn start(status: u16, body: &str) -> Exchange {
    exchange_of("StartStreamEncryption", answer(status, body))
}

fn unchanged(body: &str) -> Exchange {
    exchange(Role::Unchanged(FixtureName::Stream), "DescribeStreamSummary", (300, 400), answer(200, body))
}

fn healthy() -> Exchange {
    exchange(Role::Health, "ListStreams", (210, 220), answer(200, "{}"))
}

fn none() -> ResponseText {
    ResponseText::None(NoAnswer { kind: NoAnswerKind::Closed, text: "closed".to_owned() })
}

fn put(role: Role, sent_us: u64, body: &str) -> Exchange {
    exchange(role, "PutRecord", (sent_us, sent_us + 10), answer(200, body))
}

/// The records of a stream with one shard, which end there.
fn read_back(body: &str) -> Vec<Exchange> {
    let shards = r#"{"StreamDescription":{"Shards":[{"ShardId":"shardId-000000000000"}]}}"#;
    let iterator = r#"{"ShardIterator":"a"}"#;
    let read = |within, operation, at, body| {
        exchange(Role::Read(within), operation, (at, at + 10), answer(200, body))
    };
    vec![
        read(StepIndex::whole(1), "DescribeStream", 300, shards),
        read(StepIndex::within(1, 0, 0), "GetShardIterator", 320, iterator),
        read(StepIndex::within(1, 0, 1), "GetRecords", 340, body),
    ]
}

/// Samples of a stream, one each 200 µs from 0 on; the call is sent at 300 and answered at 350.
fn samples_of(states: &[(&str, &str)]) -> Vec<Exchange> {
    let mut all = vec![exchange(REQUEST, "StartStreamEncryption", (300, 350), answer(200, "{}"))];
    for ((status, encryption), at) in states.iter().zip(0..) {
        let body = format!(
            r#"{{"StreamDescriptionSummary":{{"StreamStatus":"{status}","EncryptionType":"{encryption}"}}}}"#
        );
        let times = (at * 200, at * 200 + 100);
        all.push(exchange(SAMPLE, "DescribeStreamSummary", times, answer(200, &body)));
    }
    all
}

/// A start that goes as it should, with a record during and one after it.
fn well() -> Vec<Exchange> {
    let mut all = samples_of(&[
        ("ACTIVE", "NONE"),
        ("ACTIVE", "NONE"),
        ("UPDATING", "NONE"),
        ("UPDATING", "NONE"),
        ("UPDATING", "NONE"),
        ("ACTIVE", "KMS"),
        ("ACTIVE", "KMS"),
    ]);
    all.push(put(DURING, 510, r#"{"ShardId":"s","SequenceNumber":"1"}"#));
    all.push(put(AFTER, 1_400, r#"{"ShardId":"s","SequenceNumber":"2","EncryptionType":"KMS"}"#));
    all
}
