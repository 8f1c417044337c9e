use std::sync::Arc;

use super::*;
use crate::case::ast::Library;
use crate::judge::RunSettings;
use crate::log::{AttemptText, EndedEarly, MismatchKind, ResponseText, Role};
use crate::plan::Select;
use crate::testing::against::run_against;
use crate::testing::cases;
use crate::testing::samples::{events_of, lines};

const CASES: &str = "
  refused:
    title: A start is refused
    level: core
    kills-nothing: a test
    given: {stream: shared}
    steps:
      with: {EncryptionType: kms, KeyId: $key.managed}
      expect: {error: ValidationException}
      because: [SSE-005]
  other:
    title: Another start is refused
    level: core
    kills-nothing: a test
    given: {stream: shared}
    steps:
      with: {EncryptionType: AES, KeyId: $key.managed}
      expect: {error: ValidationException}
      because: [SSE-005]
";

/// Every kind of step, without those trials that take long.
fn some() -> Select {
    let filters =
        ["identification", "encryption/transition", "encryption/race", "encryption/records", "protocol/auth"];
    Select { filters: filters.map(str::to_owned).to_vec(), ..Select::default() }
}

/// What a reader gets of a log.
fn stored(events: &[Event]) -> Vec<Event> {
    events_of(&lines(events))
}

/// The events without the headers that are not stored of a response that repeats another one.
fn without_ids(events: &[Event]) -> Vec<Event> {
    let mut events = events.to_vec();
    for event in &mut events {
        if let Event::Exchange(exchange) = event
            && let ResponseText::Answer { headers, .. } = &mut Arc::make_mut(exchange).response
        {
            headers.retain(|(name, _)| !["date", "x-amzn-requestid", "x-amz-id-2"].contains(&name.as_str()));
        }
    }
    // Events of one microsecond may be in either order.
    events.sort_by_key(|event| match event {
        Event::Exchange(exchange) => (exchange.received_us, exchange.sent_us),
        Event::Header(_)
        | Event::Case(_)
        | Event::Timing(_)
        | Event::Trial(_)
        | Event::Notice(_)
        | Event::Footer(_) => (0, 0),
    });
    events
}

fn again(events: &[Event], manifest: &Manifest) -> Rejudged {
    let (Some(Event::Header(header)), Some(Event::Footer(footer))) = (events.first(), events.last()) else {
        panic!("a run begins with its header and ends with its footer")
    };
    rejudge(header, events, Some(footer), manifest, None, &KnownList::default())
}

fn verdicts(events: &[Event]) -> BTreeMap<String, TrialVerdict> {
    let trial = |event: &Event| if let Event::Trial(trial) = event { Some((**trial).clone()) } else { None };
    events.iter().filter_map(trial).map(|trial| (trial.id.clone(), trial)).collect()
}

#[test]
fn a_stored_run_gets_the_verdicts_that_it_got_live() {
    let manifest = Manifest::of(Arc::new(Library::embedded().unwrap()), false);
    let faults = vec!["skip-updating", "arn-ignored", "encryption-type-kms-accepted"];
    for faults in [vec![], faults] {
        let live = run_against(&faults, &manifest, &some(), RunSettings::default());
        let stored = stored(&live);
        assert_eq!(without_ids(&stored), without_ids(&live));
        let again = again(&stored, &manifest);
        assert_eq!((again.changed, again.left_out), (vec![], vec![]));
        let (again_by_id, live_by_id) = (verdicts(&again.events), verdicts(&live));
        assert!(again_by_id.keys().eq(live_by_id.keys()));
        for (id, verdict) in &live_by_id {
            assert_eq!(&again_by_id[id], verdict, "with {faults:?}");
        }
        assert_eq!(again.events.last(), live.last());
    }
}

#[test]
fn a_changed_expectation_changes_the_verdict_and_a_changed_question_is_left_out() {
    let manifest = cases::manifest(CASES);
    let live = run_against(&[], &manifest, &Select::default(), RunSettings::default());
    assert!(verdicts(&live).values().all(|trial| trial.outcome == Outcome::Pass));

    let stricter = CASES.replacen("error: ValidationException", "error: InvalidArgumentException", 1);
    let judged = again(&live, &cases::manifest(&stricter));
    let id = "start/it/refused".to_owned();
    assert_eq!(judged.changed, [(id.clone(), Outcome::Pass, Outcome::Fail)]);
    assert_eq!(judged.left_out, vec![]);
    let kinds: Vec<MismatchKind> =
        verdicts(&judged.events)[&id].mismatches.iter().map(|mismatch| mismatch.kind).collect();
    assert_eq!(kinds, [MismatchKind::ErrorClass]);

    let asked_otherwise = CASES.replacen("EncryptionType: kms", "EncryptionType: Kms", 1);
    let judged = again(&live, &cases::manifest(&asked_otherwise));
    assert_eq!(judged.left_out, [(id.clone(), LeftOut::QuestionChanged)]);
    assert_eq!(verdicts(&judged.events).into_keys().collect::<Vec<_>>(), ["start/it/other"]);
    assert!(matches!(judged.events.last(), Some(Event::Footer(footer)) if !footer.complete));

    let without = CASES.replace("  refused:", "  renamed:");
    let judged = again(&live, &cases::manifest(&without));
    assert_eq!(judged.left_out, [(id, LeftOut::Gone)]);
}

#[test]
fn a_log_with_times_beyond_all_bounds_is_judged_like_any_other() {
    let manifest = cases::manifest(CASES);
    let mut live = run_against(&[], &manifest, &Select::default(), RunSettings::default());
    for event in &mut live {
        if let Event::Trial(trial) = event {
            (trial.started_us, trial.ms) = (u64::MAX - 1, u64::MAX - 1);
        }
    }
    let judged = again(&live, &manifest);
    assert!(verdicts(&judged.events).values().all(|trial| trial.outcome == Outcome::Pass));
}

#[test]
fn another_level_is_taken_on_request() {
    let manifest = cases::manifest(CASES);
    let live = run_against(&[], &manifest, &Select::default(), RunSettings::default());
    let Some(Event::Header(header)) = live.first() else { panic!("a header") };
    let judged = rejudge(header, &live, None, &manifest, Some(Level::Strict), &KnownList::default());
    assert!(matches!(judged.events.first(), Some(Event::Header(header)) if header.level == Level::Strict));
    assert!(!matches!(judged.events.last(), Some(Event::Footer(_))), "no footer, no figure");
}

/// A stream that is started, and a description that is repeated until a status is shown.
const OBSERVED: &str = "
  a:
    title: A start moves the stream
    kills-nothing: a test
    given: {stream: {encryption: none}}
    steps:
      - with: {EncryptionType: KMS, KeyId: $key.managed}
        expect: accepted
        because: [SSE-001]
      - observe: stream
        because: [SSE-010]
        states:
          - {StreamStatus: ACTIVE, optional: true}
          - {StreamStatus: UPDATING}
      - call: DescribeStreamSummary
        by: 200ms after answer
        until: as-expected
        expect: {accepted: {StreamDescriptionSummary: {StreamStatus: ACTIVE}}}
        because: [SSE-026]
";

/// The same with all states that the stream goes through.
fn whole() -> String {
    OBSERVED.replace(
        "          - {StreamStatus: UPDATING}\n",
        "          - {StreamStatus: UPDATING}\n          - {StreamStatus: ACTIVE}\n",
    )
}

#[test]
fn a_stored_observation_gets_the_verdict_of_a_fresh_run_under_other_states() {
    // The observation does not stop where the last expected state is reached, so that it holds what a
    // run under other expectations would have observed.
    let short = cases::manifest(OBSERVED);
    let stored = run_against(&[], &short, &Select::default(), RunSettings::default());
    let whole = cases::manifest(&whole());
    let fresh = run_against(&[], &whole, &Select::default(), RunSettings::default());
    let judged = again(&stored, &whole);
    assert_eq!(judged.left_out, vec![]);
    let outcomes = |events: &[Event]| -> Vec<Outcome> {
        verdicts(events).values().map(|verdict| verdict.outcome).collect()
    };
    assert_eq!(outcomes(&judged.events), outcomes(&fresh));
    assert_eq!(outcomes(&fresh), [Outcome::Pass]);
    assert_eq!(outcomes(&stored), [Outcome::Fail], "the stream does not stay UPDATING");
}

#[test]
fn a_repetition_that_would_end_otherwise_has_to_be_run_again() {
    let manifest = cases::manifest(OBSERVED);
    let stored = run_against(&[], &manifest, &Select::default(), RunSettings::default());
    let id = "start/it/a".to_owned();
    for (from, to) in [
        ("{StreamStatus: ACTIVE}}}", "{StreamStatus: UPDATING}}}"),
        ("by: 200ms after answer", "by: 300ms after answer"),
    ] {
        let other = OBSERVED.replace(from, to);
        let judged = again(&stored, &cases::manifest(&other));
        assert_eq!(judged.left_out, [(id.clone(), LeftOut::StopChanged)], "{from} → {to}");
    }
    let earlier = OBSERVED.replace("by: 200ms after answer", "by: 100ms after answer");
    assert_eq!(again(&stored, &cases::manifest(&earlier)).left_out, vec![], "what lies behind is cut off");
}

/// The stored run with the verdict of that trial changed by hand.
fn planted(events: &[Event], id: &str, change: impl Fn(&mut TrialVerdict)) -> Vec<Event> {
    let mut events = events.to_vec();
    for event in &mut events {
        if let Event::Trial(trial) = event
            && trial.id == id
        {
            change(trial);
        }
    }
    events
}

#[test]
fn a_violation_that_was_seen_once_has_to_be_run_again() {
    let stored = run_against(&[], &cases::manifest(&whole()), &Select::default(), RunSettings::default());
    let id = "start/it/a".to_owned();
    assert_eq!(verdicts(&stored)[&id].outcome, Outcome::Pass);

    let judged = again(&stored, &cases::manifest(OBSERVED));
    assert_eq!(judged.left_out, [(id.clone(), LeftOut::NeedsAttempt)]);
    assert_eq!((verdicts(&judged.events).len(), judged.changed), (0, vec![]));
    let reported =
        |event: &Event| matches!(event, Event::Notice(notice) if notice.text.contains("another attempt"));
    assert!(judged.events.iter().any(reported));
    let Some(Event::Footer(footer)) = judged.events.last() else { panic!("a footer") };
    assert!(!footer.complete && footer.counts.is_empty());
}

#[test]
fn what_the_run_could_not_confirm_stays_unobserved() {
    let manifest = cases::manifest(OBSERVED);
    let stored = run_against(&[], &manifest, &Select::default(), RunSettings::default());
    let id = "start/it/a".to_owned();
    assert_eq!(verdicts(&stored)[&id].attempts.len(), 2, "it was violated twice");
    // The run ended before the second attempt.
    let mut stored = planted(&stored, &id, |trial| {
        trial.attempts.truncate(1);
        trial.outcome = Outcome::Unobserved;
    });
    stored.retain(|event| !matches!(event, Event::Exchange(exchange) if exchange.attempt > 0));
    let judged = again(&stored, &manifest);
    assert_eq!((judged.left_out, judged.changed), (vec![], vec![]));
    assert_eq!(verdicts(&judged.events)[&id].outcome, Outcome::Unobserved);
}

#[test]
fn only_what_the_run_noticed_itself_makes_a_stored_attempt_void_again() {
    let manifest = cases::manifest(CASES);
    let live = run_against(&[], &manifest, &Select::default(), RunSettings::default());
    let id = "start/it/refused".to_owned();
    let void = |disturbed: Option<&str>| {
        planted(&live, &id, |trial| {
            trial.outcome = Outcome::Unobserved;
            trial.attempts[0].outcome = Outcome::Unobserved;
            trial.attempts[0].void = Some("it could not be observed".to_owned());
            trial.attempts[0].disturbed = disturbed.map(str::to_owned);
        })
    };
    // What an earlier judgement could not see may be no matter of what is expected today.
    let judged = again(&void(None), &manifest);
    assert_eq!(judged.changed, [(id.clone(), Outcome::Unobserved, Outcome::Pass)]);
    assert_eq!(verdicts(&judged.events)[&id].attempts[0].void, None);

    let judged = again(&void(Some("another trial may have changed the stream")), &manifest);
    assert_eq!(judged.changed, vec![]);
    let attempt = &verdicts(&judged.events)[&id].attempts[0];
    assert_eq!(attempt.void, attempt.disturbed);
    assert!(attempt.void.is_some());
}

#[test]
fn every_stored_attempt_ended_as_it_did_and_not_as_the_trial_did() {
    let manifest = cases::manifest(CASES);
    let live = run_against(&[], &manifest, &Select::default(), RunSettings::default());
    let id = "start/it/refused".to_owned();
    let outcomes = |trial: &TrialVerdict| -> Vec<Outcome> {
        trial.attempts.iter().map(|attempt| attempt.outcome).collect()
    };
    let cut_short = |attempt: &AttemptText| AttemptText {
        outcome: Outcome::Blocked,
        void: Some("the setup got no response".to_owned()),
        disturbed: Some("the setup got no response".to_owned()),
        ended_early: Some(EndedEarly::Blocked("CreateStream got no answer".to_owned())),
        ..attempt.clone()
    };
    // The second attempt got nowhere, and the first was not taken to count.
    let stored = planted(&live, &id, |trial| {
        trial.outcome = Outcome::Blocked;
        trial.reason = Some("CreateStream got no answer".to_owned());
        trial.attempts.push(cut_short(&trial.attempts[0]));
    });
    let judged = again(&stored, &manifest);
    assert_eq!(judged.changed, [(id.clone(), Outcome::Blocked, Outcome::Pass)]);
    assert_eq!(outcomes(&verdicts(&judged.events)[&id]), [Outcome::Pass, Outcome::Blocked]);

    // An attempt that the run broke off keeps the reason of the run.
    let stored = planted(&live, &id, |trial| {
        trial.outcome = Outcome::Error;
        trial.attempts[0].outcome = Outcome::Error;
        trial.attempts[0].ended_early = Some(EndedEarly::Error("the run was stopped".to_owned()));
    });
    let judged = again(&stored, &manifest);
    assert_eq!(judged.changed, vec![]);
    assert_eq!(verdicts(&judged.events)[&id].reason.as_deref(), Some("the run was stopped"));
}

/// A start with the key that the stream has: only what comes between shows that it was carried out.
const SAME_KEY: &str = "
  a:
    title: A start moves the stream
    kills-nothing: a test
    given: {stream: {encryption: $key.managed}}
    steps:
      - with: {EncryptionType: KMS, KeyId: $key.managed}
        expect: accepted
        because: [SSE-001]
      - observe: stream
        because: [SSE-010]
        states:
          - {StreamStatus: ACTIVE, optional: true}
          - {StreamStatus: UPDATING}
          - {StreamStatus: ACTIVE}
";

fn is_sample(event: &Event) -> bool {
    matches!(event, Event::Exchange(exchange) if matches!(exchange.role, Role::Sample { .. }))
}

/// The verdict on the events, which is the same on the log that has them.
fn verdict_of(events: &[Event], manifest: &Manifest) -> TrialVerdict {
    let judged = again(events, manifest);
    assert_eq!(judged.left_out, vec![]);
    let log = lines(events);
    assert!(log.contains("{\"event\":\"again\""), "samples share a line");
    assert!(
        log.matches("\"role\":{\"sample\"").count() * 4
            < events.iter().filter(|event| is_sample(event)).count()
    );
    assert_eq!(verdicts(&again(&events_of(&log), manifest).events), verdicts(&judged.events));
    verdicts(&judged.events).into_values().next().expect("one trial")
}

#[test]
fn samples_of_a_slow_transition_share_lines_that_end_where_the_state_changes() {
    let manifest = cases::manifest(&whole());
    let live = run_against(&[], &manifest, &Select::default(), RunSettings::default());
    let verdict = verdict_of(&live, &manifest);
    assert_eq!(verdict.outcome, Outcome::Pass);
    assert_eq!(verdict, verdicts(&live)["start/it/a"]);
    // No state of the stream shares a line with another one.
    let log = lines(&live);
    let shown = |status: &str| {
        log.lines().filter(|line| line.contains("\"sample\"") && line.contains(status)).count()
    };
    assert_eq!((shown("UPDATING"), shown("ACTIVE") >= 2), (1, true), "{log}");
}

#[test]
fn a_gap_between_samples_that_share_a_line_hides_what_it_hid() {
    let manifest = cases::manifest(SAME_KEY);
    let live = run_against(&["skip-updating"], &manifest, &Select::default(), RunSettings::default());
    assert_eq!(verdict_of(&live, &manifest).outcome, Outcome::Fail, "nothing hides UPDATING");
    // Nobody looked for a third of a second in each attempt.
    let mut blind = planted(&live, "start/it/a", |trial| trial.outcome = Outcome::Unobserved);
    blind.retain(|event| match event {
        Event::Exchange(exchange) => {
            let from = live.iter().find_map(|event| match event {
                Event::Exchange(call) if call.role.is_request() && call.attempt == exchange.attempt => {
                    Some(call.received_us + 300_000)
                }
                Event::Exchange(_)
                | Event::Header(_)
                | Event::Case(_)
                | Event::Timing(_)
                | Event::Trial(_)
                | Event::Notice(_)
                | Event::Footer(_) => None,
            });
            let gap = from.map_or(0..0, |from| from..from + 333_000);
            !(is_sample(event) && (gap.contains(&exchange.received_us) || gap.contains(&exchange.sent_us)))
        }
        Event::Header(_)
        | Event::Case(_)
        | Event::Timing(_)
        | Event::Trial(_)
        | Event::Notice(_)
        | Event::Footer(_) => true,
    });
    // The samples count on, as in a run that was held up.
    let mut next = BTreeMap::new();
    for event in &mut blind {
        if let Event::Exchange(exchange) = event
            && matches!(exchange.role, Role::Sample { .. })
        {
            let repetition: &mut u32 = next.entry(exchange.attempt).or_default();
            Arc::make_mut(exchange).repetition = *repetition;
            *repetition += 1;
        }
    }
    let verdict = verdict_of(&blind, &manifest);
    assert_eq!(verdict.outcome, Outcome::Unobserved);
    let reason = verdict.reason.expect("a reason");
    assert!(
        reason.starts_with("UPDATING may have lasted up to 3") && reason.ends_with("ms and was not seen"),
        "{reason}"
    );
}
