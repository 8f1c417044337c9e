use super::*;
use crate::log::Outcome;
use crate::testing::cases;
use crate::wire::{Client, ClientSettings, Credentials, Endpoint};

/// A refusal: no transition, so the product of its axes.
const REFUSAL: &str = "
  refused:
    title: A start is refused
    kills-nothing: a test
    over: {encoding: [json, cbor], address: [name, arn, both]}
    given: {stream: shared}
    steps:
      with: {EncryptionType: kms, KeyId: $key.managed}
      expect: {error: ValidationException}
      because: [SSE-005, VAL-025]
";

const TRANSITION: &str = "
  moves:
    title: A start moves the stream
    kills-nothing: a test
    over: {encoding: [json, cbor], address: [name, arn, both]}
    given: {stream: {encryption: none}}
    steps:
      - with: {EncryptionType: KMS, KeyId: $key.alias}
        expect: accepted
        because: [SSE-001]
      - observe: stream
        states:
          - {StreamStatus: ACTIVE, optional: true}
          - {StreamStatus: UPDATING, EncryptionType: $open.type-while-updating}
          - {StreamStatus: ACTIVE, EncryptionType: KMS}
        because: [SSE-010]
        during:
          UPDATING:
            - call: PutRecord
              address: name
              with: {Data: {$utf8: during}, PartitionKey: p}
              expect: {accepted: {EncryptionType: $open.type-of-put}}
              because: [SSE-012, SSE-010]
";

const FAMILY: &str = "
  family:
    title: A family
    kills-nothing: a test
    cost: long
    given: {}
    each:
      one: {title: The first of a family, Limit: 1}
      two: {Limit: 2}
    steps:
      call: ListStreams
      with: {Limit: $each.Limit}
      expect: accepted
      because: [SSE-001]
";

fn ids(trials: &[Arc<PlannedTrial>]) -> Vec<&str> {
    trials.iter().map(|trial| trial.id.as_str()).collect()
}

fn target() -> Target {
    let endpoint = Endpoint::parse("http://127.0.0.1:1").unwrap();
    let second = std::time::Duration::from_secs(1);
    let client = Client::new(ClientSettings {
        endpoint: endpoint.clone(),
        credentials: Credentials::dummy(),
        region: "us-east-1".to_owned(),
        timeout: second,
        connect_timeout: second,
    });
    Target::bare("endpoint", &endpoint.to_string(), client.unwrap())
}

fn capabilities(encodings: &[Encoding], unsupported: &[&str]) -> Capabilities {
    Capabilities {
        encodings: encodings.to_vec(),
        transports: vec![crate::log::Transport::H1],
        unsupported: unsupported.iter().map(|name| (*name).to_owned()).collect(),
        unknown: vec!["PutRecords".to_owned()],
        shortest_transition_ms: 1_000,
        shortest_transition_stated: false,
    }
}

#[test]
fn a_refusal_takes_the_product_of_its_axes_and_defaults_are_not_printed() {
    let manifest = cases::manifest(REFUSAL);
    let wanted = [
        "start/it/refused",
        "start/it/refused[arn]",
        "start/it/refused[both]",
        "start/it/refused[cbor]",
        "start/it/refused[cbor,arn]",
        "start/it/refused[cbor,both]",
    ];
    assert_eq!(ids(&manifest.trials), wanted);
}

#[test]
fn a_stored_run_is_judged_under_the_manifest_that_it_had() {
    let full = cases::manifest_with(TRANSITION, "questions: {}\n", true);
    let of_run = |ids: &[&str]| Manifest::of_run(&full.library, ids.iter().copied()).digest();
    let plain = cases::manifest(TRANSITION).digest();
    assert_ne!(plain, full.digest());
    assert_eq!(of_run(&["start/it/moves", "start/it/moves[both]", "start/it/gone"]), plain);
    assert_eq!(of_run(&[]), plain);
    assert_eq!(of_run(&["start/it/moves", "start/it/moves[cbor]"]), full.digest());
}

#[test]
fn a_transition_takes_a_diagonal_that_covers_every_value_once() {
    let diagonal = cases::manifest(TRANSITION);
    assert_eq!(ids(&diagonal.trials), ["start/it/moves", "start/it/moves[cbor,arn]", "start/it/moves[both]"]);
    let full = cases::manifest_with(TRANSITION, "questions: {}\n", true);
    assert_eq!(full.trials.len(), 6);
    for trial in &diagonal.trials {
        assert!(full.trials.iter().any(|one| one.id == trial.id), "{} is in the product", trial.id);
    }
    let narrow = TRANSITION.replace("[name, arn, both]", "[arn]");
    assert_eq!(ids(&cases::manifest(&narrow).trials), ["start/it/moves[arn]", "start/it/moves[cbor,arn]"]);
}

#[test]
fn a_row_stands_in_place_of_its_case() {
    let manifest = cases::manifest(FAMILY);
    assert_eq!(ids(&manifest.trials), ["start/it/one", "start/it/two"]);
    let titles: Vec<&str> = manifest.trials.iter().map(|trial| trial.title.as_str()).collect();
    assert_eq!(titles, ["The first of a family", "A family"]);
    // The suite's operation is what the trial is about, whatever it calls.
    assert_eq!(manifest.trials[0].operation, "StartStreamEncryption");
}

#[test]
fn a_selection_is_by_part_of_an_id_by_operation_by_exact_id_and_leaves_out_what_is_long() {
    let manifest = cases::manifest(&format!("{REFUSAL}{TRANSITION}{FAMILY}"));
    let select = |select: &Select| manifest.select(select).len();
    assert_eq!(select(&Select::default()), 9);
    assert_eq!(select(&Select { long: true, ..Select::default() }), 11);
    let filters = vec!["cbor".to_owned(), "moves".to_owned()];
    assert_eq!(select(&Select { filters, ..Select::default() }), 6);
    let operations = vec!["ListStreams".to_owned()];
    assert_eq!(select(&Select { operations, ..Select::default() }), 0);
    let exact = vec!["start/it/refused".to_owned()];
    assert_eq!(select(&Select { ids: exact.clone(), ..Select::default() }), 1);
    let both = Select { ids: exact, filters: vec!["arn".to_owned()], ..Select::default() };
    assert_eq!(select(&both), 0, "every condition must hold");
}

#[test]
fn trials_that_wait_come_first_and_each_kind_goes_by_id() {
    let manifest = cases::manifest(&format!("{REFUSAL}{TRANSITION}"));
    let chosen = manifest.select(&Select::default());
    let order: Vec<bool> = chosen.iter().map(|trial| trial.has_transition()).collect();
    assert_eq!(order, [true, true, true, false, false, false, false, false, false]);
    for kind in [&chosen[..3], &chosen[3..]] {
        assert!(kind.is_sorted_by_key(|trial| &trial.id));
    }
}

#[test]
fn facts_and_questions_of_every_step_are_named_once() {
    let trial = &cases::manifest(TRANSITION).trials[0];
    let facts: Vec<String> = trial.facts().into_iter().map(|id| id.0).collect();
    assert_eq!(facts, ["SSE-001", "SSE-010", "SSE-012"]);
    assert_eq!(trial.questions(), ["type-of-put", "type-while-updating"]);
}

#[test]
fn what_a_target_lacks_is_reported_without_asking() {
    let both = [Encoding::Json, Encoding::Cbor];
    let trials = cases::manifest(TRANSITION).trials;
    let mut target = target();
    let reported = |trial: &PlannedTrial, target: &Target, capabilities: &Capabilities| {
        trial.without_asking(target, capabilities).map(|ended| ended.outcome().0)
    };
    // `alias` is none of the keys that a bare endpoint has.
    assert_eq!(reported(&trials[0], &target, &capabilities(&both, &[])), Some(Outcome::Skipped));
    target.keys.insert("alias".to_owned(), "alias/mine".to_owned());
    assert_eq!(reported(&trials[0], &target, &capabilities(&both, &[])), None);
    let json = capabilities(&[Encoding::Json], &[]);
    assert_eq!(reported(&trials[0], &target, &json), None);
    assert_eq!(reported(&trials[1], &target, &json), Some(Outcome::Unsupported));
    for operation in ["StartStreamEncryption", "PutRecord", "CreateStream"] {
        let without = capabilities(&both, &[operation]);
        assert_eq!(reported(&trials[0], &target, &without), Some(Outcome::Unsupported), "{operation}");
    }
    assert_eq!(reported(&trials[0], &target, &capabilities(&both, &["ListShards"])), None);
}

#[test]
fn a_trial_that_needs_more_shards_than_there_are_is_skipped_and_says_so() {
    let large = TRANSITION.replace("{encryption: none}", "{encryption: none, shards: 8}");
    let trial = cases::manifest(&large).trials[0].clone();
    let mut target = target();
    target.keys.insert("alias".to_owned(), "alias/mine".to_owned());
    let both = capabilities(&[Encoding::Json, Encoding::Cbor], &[]);
    let (outcome, why) = trial.without_asking(&target, &both).expect("it is too large").outcome();
    assert_eq!(outcome, Outcome::Skipped);
    assert_eq!(why, "it needs 8 shards at once, and the budget of the target leaves 7: raise `shard-budget`");
    target.shard_budget = 9;
    assert_eq!(trial.without_asking(&target, &both), None);
    target.shard_budget = 1;
    let small = cases::manifest(TRANSITION).trials[0].clone();
    assert_eq!(small.without_asking(&target, &both), None, "the smallest budget is enough for most trials");
}

#[test]
fn an_open_question_has_one_trial_for_each_value_of_an_axis() {
    let open = REFUSAL.replace("expect: {error: ValidationException}", "expect: $open.either");
    let questions = "questions:\n  either:\n    question: Which?\n    affects: [security]\n    facts: [SSE-005]\n    candidates:\n      one: {answer: {error: ValidationException}}\n      other: {answer: {error: InvalidArgumentException}}\n";
    let manifest = cases::manifest_with(&open, questions, false);
    assert_eq!(
        ids(&manifest.trials),
        ["start/it/refused", "start/it/refused[cbor,arn]", "start/it/refused[both]"]
    );
}
