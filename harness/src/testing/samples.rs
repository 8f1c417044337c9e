//! Synthetic runs for the tests of this module.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::case::Requires;
use crate::case::ast::{Audience, Level};
use crate::facts::{FactId, Strength};
use crate::log::stored::Storing;
use crate::log::{
    BodyDiff, BodyText, Capabilities, CaseText, Claim, Event, Evidence, Exchange, Flag, Footer, Header, Log,
    Mismatch, MismatchKind, Notice, ObservedAnswer, Outcome, Place, QuestionText, RequestText, ResponseText,
    Role, Sample, Selection, StepIndex, StopCondition, TargetText, Trace, TrialVerdict, read_log,
};
use crate::report::record::Record;
use crate::wire::{Encoding, NoAnswer, NoAnswerKind};

pub(crate) const REFUSALS: &str = "cases/start-stream-encryption/validation.yaml";
pub(crate) const TRANSITIONS: &str = "cases/start-stream-encryption/transition.yaml";

const REFUSAL_SOURCE: &str = "\
  bad-type:
    title: An encryption type outside the enum is refused
    given: {stream: missing}
    steps:
      with: {EncryptionType: kms, KeyId: $key.managed}
      expect: {error: ValidationException, status: 400}
      because: [VAL-025, SSE-005]
";

const TRANSITION_SOURCE: &str = "\
  active-updating-active:
    title: An accepted start shows UPDATING, then ACTIVE with the new key
    steps:
      - call: StartStreamEncryption
        expect: accepted
      - observe: stream
        states:
          - {StreamStatus: ACTIVE, EncryptionType: NONE, optional: true}
          - {StreamStatus: UPDATING, EncryptionType: $open.type-while-updating}
          - {StreamStatus: ACTIVE, EncryptionType: KMS, KeyId: $key.managed}
";

/// The first line, with as many trials selected.
pub(crate) fn header(trials: usize) -> Event {
    Event::Header(Box::new(Header {
        suite_version: "0.1.0".to_owned(),
        manifest_digest: "sha256:7d1a".to_owned(),
        started_at: "2026-11-24T03:12:00Z".to_owned(),
        target: TargetText {
            name: "imaginary".to_owned(),
            version: Some("1.2.3".to_owned()),
            endpoint: "http://127.0.0.1:4567/".to_owned(),
        },
        capabilities: Capabilities {
            encodings: vec![Encoding::Json, Encoding::Cbor],
            transports: vec![crate::log::Transport::H1],
            unsupported: vec!["SubscribeToShard".to_owned()],
            unknown: vec!["ListShards".to_owned()],
            shortest_transition_ms: 1_000,
            shortest_transition_stated: false,
        },
        requires: Requires::default(),
        selection: Selection {
            filters: Vec::new(),
            operations: vec!["StartStreamEncryption".to_owned()],
            trials,
            of: 27,
        },
        level: Level::Extended,
        seed: 7,
        jobs: 8,
        target_arguments: vec!["--endpoint".to_owned(), "http://127.0.0.1:4567/".to_owned()],
    }))
}

/// The last line.
pub(crate) fn footer(complete: bool) -> Event {
    Event::Footer(Box::new(Footer {
        complete,
        counts: BTreeMap::new(),
        requests: 412,
        ms: 3_240,
        left_behind: Vec::new(),
        target_ended: 0,
        stopped_early: None,
        budget_ms: None,
        max_fail: None,
    }))
}

pub(crate) fn fact(id: &str, strength: Strength, old: bool, fact: &str) -> Evidence {
    Evidence {
        id: FactId(id.to_owned()),
        strength,
        old,
        as_of: Some(if old { "2018-03" } else { "2026-10" }.to_owned()),
        fact: fact.to_owned(),
        source: "https://docs.example/API_StartStreamEncryption.html".to_owned(),
    }
}

/// What an expectation of that level claims.
pub(crate) fn claim(level: Level, facts: &[&str]) -> Claim {
    Claim { level, facts: facts.iter().map(|id| FactId((*id).to_owned())).collect() }
}

pub(crate) fn refusal_case() -> CaseText {
    CaseText {
        id: "start-stream-encryption/validation/bad-type".to_owned(),
        title: "An encryption type outside the enum is refused".to_owned(),
        operation: "StartStreamEncryption".to_owned(),
        level: Level::Core,
        affects: vec![Audience::SdkAuthors, Audience::Security],
        file: REFUSALS.to_owned(),
        first_line: 36,
        source: REFUSAL_SOURCE.into(),
        facts: vec![
            fact(
                "VAL-025",
                Strength::Recorded,
                true,
                "Input is validated before the stream is looked up, so that an invalid call on a missing stream is refused for what is invalid.",
            ),
            fact("SSE-005", Strength::Documented, false, "EncryptionType is one of NONE and KMS."),
        ],
        claims: vec![claim(Level::Core, &["VAL-025", "SSE-005"]), claim(Level::Strict, &["SSE-005"])],
        questions: IndexMap::new(),
    }
}

pub(crate) fn transition_case() -> CaseText {
    let question = QuestionText {
        question: "Which EncryptionType does a stream show while a start is under way?".to_owned(),
        candidates: vec!["old".to_owned(), "new".to_owned()],
    };
    CaseText {
        id: "start-stream-encryption/transition/active-updating-active".to_owned(),
        title: "An accepted start shows UPDATING, then ACTIVE with the new key".to_owned(),
        operation: "StartStreamEncryption".to_owned(),
        level: Level::Core,
        affects: vec![Audience::InfrastructureTools, Audience::Producers],
        file: TRANSITIONS.to_owned(),
        first_line: 5,
        source: TRANSITION_SOURCE.into(),
        facts: vec![fact(
            "SSE-010",
            Strength::Documented,
            false,
            "The status is UPDATING first and ACTIVE after.",
        )],
        claims: vec![claim(Level::Core, &["SSE-010"])],
        questions: IndexMap::from([("type-while-updating".to_owned(), question)]),
    }
}

pub(crate) fn trial(id: &str, case: &str, outcome: Outcome) -> TrialVerdict {
    TrialVerdict {
        id: id.to_owned(),
        case: case.to_owned(),
        operation: "StartStreamEncryption".to_owned(),
        level: Level::Core,
        outcome,
        reason: None,
        flags: Vec::new(),
        required: false,
        mismatches: Vec::new(),
        evidence: Vec::new(),
        question_digest: "sha256:00".to_owned(),
        stops: vec![StopCondition::Response],
        attempt: 0,
        attempts: Vec::new(),
        answers: Vec::new(),
        traces: Vec::new(),
        notes: Vec::new(),
        started_us: 1_000,
        ms: 12,
    }
}

pub(crate) fn because(trial: TrialVerdict, reason: &str) -> TrialVerdict {
    TrialVerdict { reason: Some(reason.to_owned()), ..trial }
}

/// The call of the first step.
pub(crate) const REQUEST: Role = Role::Request(step(0));

pub(crate) const fn step(step: usize) -> StepIndex {
    StepIndex { step, within: None }
}

pub(crate) fn mismatch(
    kind: MismatchKind,
    expected: &str,
    actual: &str,
    place: (&str, u32, u32, u32),
) -> Mismatch {
    let (file, line, column, length) = place;
    Mismatch {
        kind,
        level: Level::Core,
        tolerated: false,
        expected: expected.to_owned(),
        actual: actual.to_owned(),
        at: Place { file: file.to_owned(), line, column, length },
        step: step(0),
        because: vec![FactId("VAL-025".to_owned()), FactId("SSE-005".to_owned())],
        diff: None,
    }
}

pub(crate) fn wrong_class() -> Mismatch {
    let place = (REFUSALS, 41, 23, 19);
    mismatch(MismatchKind::ErrorClass, "ValidationException", "ResourceNotFoundException", place)
}

pub(crate) fn request(body: &str) -> RequestText {
    RequestText {
        operation: "StartStreamEncryption".to_owned(),
        target: Some("Kinesis_20131202.StartStreamEncryption".to_owned()),
        content_type: Encoding::Json.content_type().to_owned(),
        signed: true,
        body: BodyText::Text(body.to_owned()),
        overrides: None,
    }
}

pub(crate) fn answer(status: u16, body: &str) -> ResponseText {
    ResponseText::Answer {
        status,
        headers: vec![("content-type".to_owned(), Encoding::Json.content_type().to_owned())],
        body: BodyText::Text(body.to_owned()),
        as_it_came: None,
    }
}

pub(crate) fn refused() -> ResponseText {
    let text = "connect to 127.0.0.1:4567: connection refused".to_owned();
    ResponseText::None(NoAnswer { kind: NoAnswerKind::Refused, text })
}

pub(crate) fn exchange(trial: &str, role: Role, at: u64, response: ResponseText) -> Event {
    Event::Exchange(Arc::new(Exchange {
        trial: Some(trial.to_owned()),
        role,
        attempt: 0,
        repetition: 0,
        sent_us: at,
        received_us: at + 1_800,
        request: request(
            r#"{"StreamName":"conformance-1","EncryptionType":"kms","KeyId":"alias/aws/kinesis"}"#,
        ),
        response,
    }))
}

/// A refusal with the wrong class, its exchange before it.
pub(crate) fn wrong_refusal(axes: &str) -> [Event; 2] {
    let case = refusal_case().id;
    let id = format!("{case}{axes}");
    let not_found = r#"{"__type":"ResourceNotFoundException","message":"Stream conformance-1 not found"}"#;
    let failed = TrialVerdict { mismatches: vec![wrong_class()], ..trial(&id, &case, Outcome::Fail) };
    [exchange(&id, REQUEST, 5_000, answer(400, not_found)), Event::Trial(Box::new(failed))]
}

/// A transition that is too fast and ends in another key, its exchange before it.
pub(crate) fn wrong_transition() -> [Event; 2] {
    let case = transition_case().id;
    let id = format!("{case}[cbor,arn]");
    let state = |status: &str, encryption: &str| {
        BTreeMap::from([
            ("StreamStatus".to_owned(), status.into()),
            ("EncryptionType".to_owned(), encryption.into()),
        ])
    };
    let sample = |sent_us, status, encryption| Sample {
        sent_us,
        received_us: sent_us + 600,
        state: state(status, encryption),
    };
    let traces = vec![Trace {
        step: 1,
        call_us: Some((10_000, 11_200)),
        expected: "ACTIVE* UPDATING+ ACTIVE+".to_owned(),
        samples: vec![
            sample(8_800, "ACTIVE", "NONE"),
            sample(10_100, "ACTIVE", "NONE"),
            sample(12_400, "ACTIVE", "KMS"),
            sample(62_400, "ACTIVE", "KMS"),
        ],
        longest_gap_us: 2_300,
    }];
    let cited = vec![FactId("SSE-010".to_owned())];
    let place = (TRANSITIONS, 13, 14, 66);
    let lasted = mismatch(MismatchKind::States, "UPDATING", "no UPDATING", place);
    let key = mismatch(MismatchKind::Body, "KeyId $key.managed", "KeyId absent", (TRANSITIONS, 14, 51, 19));
    let diff = BodyDiff {
        expected: "{\n  \"EncryptionType\": \"KMS\",\n  \"KeyId\": \"alias/aws/kinesis\",\n  \"StreamStatus\": \"ACTIVE\"\n}".to_owned(),
        actual: "{\n  \"EncryptionType\": \"KMS\",\n  \"StreamStatus\": \"ACTIVE\"\n}".to_owned(),
    };
    let mismatches = vec![
        Mismatch { step: step(1), because: cited.clone(), diff: Some(diff), ..lasted },
        Mismatch { step: step(1), because: cited, level: Level::Strict, tolerated: true, ..key },
    ];
    let failed = because(trial(&id, &case, Outcome::Fail), "UPDATING lasted less than 2.3 ms");
    let failed = TrialVerdict { mismatches, traces, ..failed };
    let mut sent = exchange(&id, REQUEST, 10_000, answer(200, ""));
    if let Event::Exchange(exchange) = &mut sent {
        let exchange = Arc::make_mut(exchange);
        exchange.request.content_type = Encoding::Cbor.content_type().to_owned();
        exchange.request.body = BodyText::Base64("v2pTdHJlYW1OYW1lbWNvbmZvcm1hbmNlLTH/".to_owned());
    }
    [sent, Event::Trial(Box::new(failed))]
}

pub(crate) fn answered(trial: TrialVerdict, candidate: Option<&str>) -> TrialVerdict {
    let choice = ObservedAnswer {
        question: "type-while-updating".to_owned(),
        candidate: candidate.map(str::to_owned),
        actual: "EncryptionType PENDING".to_owned(),
    };
    TrialVerdict { answers: vec![choice], ..trial }
}

/// A run with one of everything, complete.
pub(crate) fn everything() -> Vec<Event> {
    let (refusal, transition) = (refusal_case(), transition_case());
    let (refusal_id, transition_id) = (refusal.id.clone(), transition.id.clone());
    let named = |name: &str, outcome| trial(&format!("start-stream-encryption/{name}"), &refusal_id, outcome);
    let resting = |name: &str, id: &str| TrialVerdict {
        evidence: vec![FactId(id.to_owned())],
        notes: vec!["an error of form: `Message` in place of `message`".to_owned()],
        ..named(name, Outcome::Pass)
    };
    let text = Mismatch {
        level: Level::Strict,
        tolerated: true,
        ..mismatch(
            MismatchKind::ErrorText,
            "1 validation error detected: …",
            "bad request",
            (REFUSALS, 41, 14, 50),
        )
    };
    let trials = [
        resting("passes/a", "VAL-025"),
        resting("passes/b", "SSE-005"),
        resting("passes/c", "SSE-010"),
        TrialVerdict { flags: vec![Flag::Fixed], ..resting("passes/fixed", "SSE-010") },
        TrialVerdict { flags: vec![Flag::Flaky], ..named("passes/flaky", Outcome::Pass) },
        TrialVerdict { mismatches: vec![text], ..named("texts/bad-type", Outcome::Tolerated) },
        TrialVerdict { mismatches: vec![wrong_class()], ..named("known/bad-type", Outcome::Known) },
        because(named("blocked/a", Outcome::Blocked), "create the stream: LimitExceededException (400)"),
        because(named("blocked/b", Outcome::Blocked), "create the stream: LimitExceededException (400)"),
        because(named("keys/denied", Outcome::Skipped), "the target's environment has no key `denied`"),
        because(named("protocol/subscribe", Outcome::Unsupported), "SubscribeToShard is not there"),
        because(
            named("transition/fast", Outcome::Unobserved),
            "UPDATING may have been shorter than the longest gap, 12.0 ms",
        ),
        answered(
            trial("start-stream-encryption/transition/open-a", &transition_id, Outcome::Open),
            Some("old"),
        ),
        answered(
            trial("start-stream-encryption/transition/open-b", &transition_id, Outcome::Open),
            Some("old"),
        ),
        answered(trial("start-stream-encryption/transition/open-c", &transition_id, Outcome::Open), None),
    ];
    let mut events = vec![
        header(19),
        Event::Case(Box::new(refusal)),
        Event::Case(Box::new(transition)),
        Event::Notice(Notice {
            at_us: 1,
            trial: None,
            text: "a shared stream was changed by a call that should have been refused; 2 trials ran again"
                .to_owned(),
        }),
    ];
    events.extend(wrong_refusal("[cbor]"));
    events.extend(wrong_refusal(""));
    events.extend(wrong_refusal("[arn]"));
    events.extend(wrong_transition());
    events.extend(trials.into_iter().map(|trial| Event::Trial(Box::new(trial))));
    events.push(footer(true));
    events
}

/// The lines of a log with these events.
pub(crate) fn lines(events: &[Event]) -> String {
    let mut storing = Storing::default();
    let lines = events.iter().flat_map(|event| storing.event(event).expect("an event has a JSON form"));
    String::from_utf8(lines.collect()).expect("JSON is text")
}

/// The events of a log with these lines.
pub(crate) fn events_of(lines: &str) -> Vec<Event> {
    let Log { header, events, footer, torn } = read_log(lines.as_bytes()).expect("a log");
    assert_eq!(torn, None);
    let header = Event::Header(Box::new(header));
    let footer = footer.map(|footer| Event::Footer(Box::new(footer)));
    [header].into_iter().chain(events).chain(footer).collect()
}

/// The record of [`everything`].
pub(crate) fn record() -> Record {
    let log = Log::of_events(everything()).expect("a header");
    Record::of_log(&log).expect("a complete log")
}

/// Compares with a snapshot in the top-level `snapshots/`.
pub(crate) fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}
