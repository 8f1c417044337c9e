use crate::judge::RunSettings;
use crate::log::{Event, Exchange, MismatchKind, Outcome, Role, TrialVerdict};
use crate::plan::Select;
use crate::reference::Fault;
use crate::testing::against::run_against;
use crate::testing::cases::{manifest, manifest_with};

/// One call that the fault accepts, among others that borrow the same stream.
fn cases() -> String {
    let case = |id: &str, kind: &str| {
        format!(
            "  {id}:\n    title: A start is refused\n    level: core\n    kills-nothing: a test\n    given: {{stream: shared}}\n    steps:\n      with: {{EncryptionType: {kind}, KeyId: $key.managed}}\n      expect: {{error: ValidationException}}\n      because: [SSE-005]\n"
        )
    };
    let others = (0..30).map(|number| case(&format!("other-{number:02}"), &format!("kms-{number}")));
    case("lower-case", "kms") + &others.collect::<String>()
}

fn of_trial<'run>(events: &'run [Event], id: &str) -> (Vec<&'run Exchange>, &'run TrialVerdict) {
    let exchanges = events.iter().filter_map(|event| match event {
        Event::Exchange(exchange) if exchange.trial.as_deref() == Some(id) => Some(&**exchange),
        Event::Exchange(_)
        | Event::Header(_)
        | Event::Timing(_)
        | Event::Case(_)
        | Event::Trial(_)
        | Event::Notice(_)
        | Event::Footer(_) => None,
    });
    let trial = trials(events).find(|trial| trial.id == id);
    (exchanges.collect(), trial.expect("a verdict"))
}

fn trials(events: &[Event]) -> impl Iterator<Item = &TrialVerdict> {
    events.iter().filter_map(|event| if let Event::Trial(trial) = event { Some(&**trial) } else { None })
}

/// The streams that the calls of an attempt are about.
fn streams(exchanges: &[&Exchange], attempt: u32) -> Vec<String> {
    let sent = exchanges.iter().filter(|exchange| exchange.attempt == attempt && exchange.role.is_request());
    let body = |exchange: &&Exchange| {
        serde_json::from_slice::<serde_json::Value>(&exchange.request.body.bytes()).expect("a body in JSON")
    };
    sent.map(|exchange| body(exchange)["StreamName"].to_string()).collect()
}

#[test]
fn a_call_that_changes_the_shared_stream_retires_it_and_makes_attempts_beside_it_void() {
    let manifest = manifest(&cases());
    let faults = [Fault::EncryptionTypeKmsAccepted];
    for jobs in [1, 32] {
        let settings = RunSettings { jobs, ..RunSettings::default() };
        let events = run_against(&faults, &manifest, &Select::default(), settings);
        let retired = events
            .iter()
            .filter(|event| matches!(event, Event::Notice(notice) if notice.text.starts_with("retired the shared")))
            .count();
        assert!(retired >= 1, "at {jobs} jobs");

        let (exchanges, verdict) = of_trial(&events, "start/it/lower-case");
        assert_eq!(verdict.outcome, Outcome::Fail);
        assert_eq!(verdict.mismatches[0].kind, MismatchKind::Status);
        let changed = streams(&exchanges, 0);

        // An attempt that used the stream at the same time is void, whatever it came to, and the
        // next one has a stream of its own.
        for trial in trials(&events).filter(|trial| trial.id != "start/it/lower-case") {
            let (exchanges, _) = of_trial(&events, &trial.id);
            if trial.attempts[0].void.is_some() {
                assert_eq!(streams(&exchanges, 0), changed, "{}", trial.id);
                assert_ne!(streams(&exchanges, trial.attempt), changed, "{}", trial.id);
                assert!(trial.attempt >= 1, "{}", trial.id);
            } else {
                assert_eq!(trial.attempt, 0, "{}", trial.id);
            }
        }
        // It is blamed on no other trial.
        let blamed: Vec<&str> = trials(&events)
            .filter(|trial| trial.outcome != Outcome::Pass)
            .map(|trial| trial.id.as_str())
            .collect();
        assert_eq!(blamed, ["start/it/lower-case"], "at {jobs} jobs");
    }
}

/// One trial changes the stream, and goes on for long enough that all others have borrowed it.
#[test]
fn a_pass_and_an_answer_on_a_stream_that_another_trial_changed_are_void_and_come_from_another_attempt() {
    let cases = "
  changes:
    title: A start is refused
    level: core
    kills-nothing: a test
    given: {stream: shared}
    steps:
      - with: {EncryptionType: kms, KeyId: $key.managed}
        expect: {error: ValidationException}
        because: [SSE-005]
      - call: DescribeStreamSummary
        with: {}
        by: 500ms after answer
        until: {StreamDescriptionSummary: {StreamStatus: DELETING}}
        expect: accepted
        because: [SSE-026]
  passes:
    title: A start is refused
    level: core
    kills-nothing: a test
    given: {stream: shared}
    steps:
      - with: {EncryptionType: Kms, KeyId: $key.managed}
        expect: {error: ValidationException}
        because: [SSE-005]
      - call: DescribeStreamSummary
        with: {}
        expect: accepted
        because: [SSE-026]
  open:
    title: Which class refuses it is open
    level: core
    kills-nothing: a test
    given: {stream: shared}
    steps:
      - with: {EncryptionType: AES, KeyId: $key.managed}
        expect: $open.either
        because: [SSE-005]
      - call: DescribeStreamSummary
        with: {}
        expect: accepted
        because: [SSE-026]
";
    let questions = "
questions:
  either:
    question: Which class refuses it?
    affects: [security]
    facts: [SSE-005]
    candidates:
      validation: {answer: {error: ValidationException}}
      argument: {answer: {error: InvalidArgumentException}}
";
    let manifest = manifest_with(cases, questions, false);
    let faults = [Fault::EncryptionTypeKmsAccepted];
    let events = run_against(&faults, &manifest, &Select::default(), RunSettings::default());
    for (id, outcome) in [("start/it/passes", Outcome::Pass), ("start/it/open", Outcome::Open)] {
        let (exchanges, trial) = of_trial(&events, id);
        assert_eq!((trial.outcome, trial.attempt), (outcome, 1), "{id}");
        let (first, second) = (&trial.attempts[0], &trial.attempts[1]);
        assert_eq!((first.outcome, second.outcome), (outcome, outcome), "{id}");
        assert_eq!(
            first.disturbed.as_deref(),
            Some("another trial may have changed the stream that both used")
        );
        assert_eq!((&first.void, &second.void), (&first.disturbed, &None), "{id}");
        assert_ne!(streams(&exchanges, 0), streams(&exchanges, 1), "{id}");
    }
}

#[test]
fn a_shared_stream_that_nothing_changes_is_made_once_and_kept() {
    let manifest = manifest(&cases());
    let events = run_against(&[], &manifest, &Select::default(), RunSettings::default());
    let created = events.iter().filter(|event| match event {
        Event::Exchange(exchange) => {
            exchange.request.operation == "CreateStream" && exchange.role == Role::Setup
        }
        Event::Header(_)
        | Event::Case(_)
        | Event::Timing(_)
        | Event::Trial(_)
        | Event::Notice(_)
        | Event::Footer(_) => false,
    });
    assert_eq!(created.count(), 1);
    assert!(trials(&events).all(|trial| trial.outcome == Outcome::Pass && trial.attempt == 0));
}

/// A trial that waits for the next shared stream must not keep those from ending who still hold
/// the last one.
#[test]
fn asks_that_all_change_the_shared_stream_do_not_wait_for_each_other() {
    // Every put is accepted, so that every trial retires the stream that it borrowed.
    let put = |number: usize| {
        format!(
            "  put-{number:02}:\n    title: A put is refused\n    level: core\n    kills-nothing: a test\n    given: {{stream: shared}}\n    steps:\n      call: PutRecord\n      with: {{Data: {{$utf8: d}}, PartitionKey: p}}\n      expect: {{error: ResourceNotFoundException}}\n      because: [SSE-012]\n"
        )
    };
    let manifest = manifest(&(0..40).map(put).collect::<String>());
    let (sender, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let settings = RunSettings { jobs: 8, ..RunSettings::default() };
        let events = run_against(&[], &manifest, &Select::default(), settings);
        sender.send(trials(&events).filter(|trial| trial.outcome == Outcome::Fail).count())
    });
    let failed = ended.recv_timeout(std::time::Duration::from_secs(60));
    assert_eq!(failed, Ok(40), "the run ends, and every trial has its verdict");
}
