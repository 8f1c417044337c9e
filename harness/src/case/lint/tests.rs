//! Tests of the lint: the good fixtures have nothing wrong, and each rule finds its own mistake.

use std::path::Path;

use super::*;
use crate::case::diagnostic::{Style, draw};
use crate::case::span::Source;

const HEAD: &str = "format: 1\noperation: StartStreamEncryption\ncases:\n";
const CASE: &str = "  a-case:\n    title: A title\n    level: strict\n    kills: [skip-updating]\n    given: {stream: {encryption: none}}\n";
const STEPS: &str =
    "    steps: {with: {EncryptionType: KMS, KeyId: $key.managed}, expect: accepted, because: [SSE-008]}\n";

fn titles_of(files: &[(&str, &str)]) -> Vec<String> {
    let sources = files.iter().map(|(path, text)| Source::new(*path, *text)).collect();
    let library = Library::from_sources(sources).unwrap_or_else(|problems| {
        let drawn: Vec<_> = problems.iter().map(|problem| draw(problem, Style::default())).collect();
        panic!("{}", drawn.join("\n"))
    });
    lint(&library, Model::embedded(), Registry::embedded()).into_iter().map(|problem| problem.title).collect()
}

/// What the lint says of one suite with these cases.
fn titles(cases: &str) -> Vec<String> {
    titles_of(&[("cases/a/b.yaml", &format!("{HEAD}{cases}"))])
}

/// What it says of one case with these steps.
fn of_steps(steps: &str) -> Vec<String> {
    titles(&format!("{CASE}    steps:\n{steps}"))
}

#[test]
fn the_good_fixtures_have_nothing_wrong() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("harness/tests/fixtures/cases");
    let library = Library::read(&dir).expect("they load");
    let drawn: Vec<_> = lint(&library, Model::embedded(), Registry::embedded())
        .iter()
        .map(|problem| draw(problem, Style::default()))
        .collect();
    assert!(drawn.is_empty(), "{}", drawn.join("\n\n"));
}

#[test]
fn the_embedded_cases_load_and_have_nothing_wrong() {
    let problems = match Library::embedded() {
        Ok(library) => lint(&library, Model::embedded(), Registry::embedded()),
        Err(problems) => problems,
    };
    let drawn: Vec<_> = problems.iter().map(|problem| draw(problem, Style::default())).collect();
    assert!(drawn.is_empty(), "{}", drawn.join("\n\n"));
}

#[test]
fn an_unknown_operation_is_reported_once_although_every_call_names_it() {
    let text = format!("format: 1\noperation: StartStreamEncription\ncases:\n{CASE}{STEPS}");
    let titles = titles_of(&[("cases/a.yaml", &text)]);
    assert_eq!(
        titles,
        ["unknown operation `StartStreamEncription`", "the fact SSE-008 is about another operation"]
    );
}

#[test]
fn an_unknown_member_of_a_request_is_an_error_but_a_wrong_value_is_a_question() {
    let steps = "      {with: {EncryptionTyp: KMS, KeyId: 5}, expect: accepted, because: [SSE-008]}\n";
    assert_eq!(of_steps(steps), ["`EncryptionTyp` is no member of the input of StartStreamEncryption"]);
}

#[test]
fn members_are_followed_into_lists_and_answers() {
    let steps = "      - {call: PutRecords, with: {Records: [{Dat: x, PartitionKey: p}]}, expect: {accepted: {Recods: []}}, because: [WIRE-001]}\n";
    assert_eq!(
        of_steps(steps),
        ["`Dat` is no member of PutRecordsRequestEntry", "`Recods` is no member of the output of PutRecords"]
    );
}

#[test]
fn the_name_of_an_unknown_member_is_underlined_not_its_value() {
    let text = format!(
        "{HEAD}{CASE}    steps:\n      {{with: {{EncryptionTyp: KMS}}, expect: accepted, because: [SSE-008]}}\n"
    );
    let library = Library::from_sources(vec![Source::new("cases/a.yaml", text)]).expect("loads");
    let problems = lint(&library, Model::embedded(), Registry::embedded());
    let drawn = draw(&problems[0], Style::default());
    assert!(drawn.contains("^^^^^^^^^^^^^ not in the model"), "{drawn}");
}

#[test]
fn facts_must_be_known_and_about_the_operation_or_the_suites_own() {
    let steps = "      - {expect: accepted, because: [SSE-999]}\n      - {call: GetRecords, expect: accepted, because: [SSE-013, SSE-036]}\n      - {expect: accepted, because: [SSE-036]}\n";
    assert_eq!(of_steps(steps), ["unknown fact SSE-999", "the fact SSE-036 is about another operation"]);
}

#[test]
fn a_class_and_a_text_that_no_cited_fact_has_are_too_strong() {
    let steps = "      {expect: {error: ResourceNotFoundException, message: text, clauses: [[a, enum]]}, because: [SSE-008]}\n";
    assert_eq!(
        of_steps(steps),
        [
            "`ResourceNotFoundException` is stronger than its facts",
            "a message text is stronger than its facts",
            "clauses of `ResourceNotFoundException`",
        ]
    );
    let steps = "      {expect: {error: ValidationException, clauses: [[encryptionType, enum]]}, because: [VAL-025]}\n";
    assert!(of_steps(steps).is_empty(), "a fact without a class may name it in its text");
}

#[test]
fn a_class_that_nothing_names_is_unknown() {
    let steps = "      {expect: {error: ValidatonException}, because: [VAL-025]}\n";
    assert_eq!(
        of_steps(steps),
        ["unknown error class `ValidatonException`", "`ValidatonException` is stronger than its facts"]
    );
}

#[test]
fn an_expectation_without_a_fact_and_a_fact_cited_twice_are_reported() {
    let steps = "      - {expect: accepted}\n      - {expect: accepted, because: [SSE-008, SSE-008]}\n";
    assert_eq!(of_steps(steps), ["an expectation without a fact", "the fact SSE-008 is cited twice"]);
}

#[test]
fn a_create_carries_the_tags_by_which_sweep_knows_its_stream() {
    let create = |with: &str| {
        of_steps(&format!(
            "      - {{call: CreateStream, address: none, with: {{StreamName: $stream.name, ShardCount: 1{with}}}, \
             expect: accepted, because: [LIFE-001]}}\n"
        ))
    };
    assert_eq!(create(""), ["a create without the tags of the run"]);
    assert_eq!(create(", Tags: $run.tags"), [""; 0]);
}

#[test]
fn order_of_steps_is_held() {
    let steps = "      - {observe: stream, states: [{StreamStatus: ACTIVE}], because: [SSE-010]}
      - {expect: accepted, when: accepted, because: [SSE-008], with: {KeyId: $got.key}}
      - {expect: accepted, capture: {key: KeyId}, by: 5s after ACTIV, until: as-expected, because: [SSE-008]}
      - {call: DescribeStream, expect: accepted, because: [WIRE-001], with: {ExclusiveStartShardId: $got.key}}\n";
    assert_eq!(
        of_steps(steps),
        [
            "an observation without a call before it",
            "`when` on the first call",
            "`$got.key` before it is captured",
            "no stream shows the status `ACTIV`",
        ]
    );
}

#[test]
fn by_requires_an_observation_before_it() {
    let steps = "      {expect: accepted, by: 5s after ACTIVE, until: as-expected, because: [SSE-008]}\n";
    assert_eq!(of_steps(steps), ["`by` without an observation before it"]);
}

#[test]
fn calls_during_a_status_that_no_state_shows_are_reported() {
    let steps = "      - {expect: accepted, because: [SSE-008]}
      - observe: stream
        states: [{StreamStatus: ACTIVE, Encryption: NONE}]
        because: [SSE-010]
        during:
          UPDATING: [{call: DescribeStream, expect: accepted, because: [WIRE-001]}]\n";
    assert_eq!(
        of_steps(steps),
        ["`Encryption` is no member of the description of a stream", "no state shows `UPDATING`"]
    );
}

#[test]
fn titles_kills_and_ids_are_held_to_their_form() {
    let cases = format!(
        "{CASE}{STEPS}  b:\n    title: lower.\n    kills: [a, a, c, d, e, f]\n    given: {{stream: missing}}\n{STEPS}  c:\n    title: T\n    kills: []\n    given: {{stream: {{encryption: none}}}}\n    each: {{a-case: {{K: 1}}, d: {{K: 2}}}}\n    steps: {{with: {{KeyId: $each.K}}, expect: accepted, because: [SSE-008]}}\n"
    );
    assert_eq!(
        titles(&cases),
        [
            "a title is a sentence",
            "a title ends without a full stop",
            "a case is there for at most 5 faults",
            "`a` stands twice in `kills`",
            "a case that kills nothing",
            "the id `a-case` stands twice in this suite",
        ]
    );
}

#[test]
fn rows_have_the_same_columns_and_all_are_used() {
    let cases = format!(
        "{CASE}    each: {{one: {{A: 1, B: 2}}, two: {{A: 1}}, three: {{A: 1, B: 2, C: 3}}}}\n    steps: {{with: {{KeyId: $each.A, EncryptionType: $each.Z}}, expect: accepted, because: [SSE-008]}}\n"
    );
    assert_eq!(
        titles(&cases),
        [
            "`$each.Z` without such a column",
            "the rows of `a-case` differ in their columns",
            "the rows of `a-case` differ in their columns",
            "the column `B` is never used",
        ]
    );
}

#[test]
fn an_accepted_change_of_a_shared_stream_is_refused_and_a_read_is_not() {
    let shared = CASE.replace("{encryption: none}", "shared");
    assert_eq!(titles(&format!("{shared}{STEPS}")), ["steps that change a shared stream"]);
    let read = "    steps: {call: DescribeStream, expect: accepted, because: [WIRE-001]}\n";
    assert!(titles(&format!("{shared}{read}")).is_empty());
}

#[test]
fn a_stream_that_is_not_given_can_be_neither_addressed_nor_named_nor_observed() {
    let case = CASE.replace("    given: {stream: {encryption: none}}\n", "");
    let steps = "    steps:
      - {expect: accepted, because: [SSE-008]}
      - {observe: other, states: [{StreamStatus: ACTIVE}], because: [SSE-010]}
      - {address: none, with: {StreamName: $other.name, KeyId: $key.manged}, expect: accepted, because: [SSE-008]}\n";
    assert_eq!(
        titles(&format!("{case}{steps}")),
        [
            "a stream that is not given",
            "no environment has a key `manged`",
            "StartStreamEncryption names a stream, but none is given",
            "an observation of a stream that is not given",
        ]
    );
}

#[test]
fn questions_are_known_used_and_have_candidates_that_fit() {
    let questions = "format: 1
questions:
  unused: {question: A?, candidates: {a: {answer: accepted}}, facts: [NO-001]}
  whole: {question: B?, facts: [SSE-033], candidates: {a: {answer: accepted}, b: {answer: {error: X}}}}
  states: {question: C?, facts: [SSE-030], candidates: {a: {state: first}, b: {value: $absent}}}
";
    let suite = format!(
        "{HEAD}{CASE}    steps:
      - {{expect: $open.whole, because: [SSE-008]}}
      - {{expect: $open.hole, because: [SSE-008]}}
      - {{call: DescribeStreamSummary, expect: {{accepted: {{StreamDescriptionSummary: $open.states}}}}, because: [WIRE-001]}}\n"
    );
    assert_eq!(
        titles_of(&[("cases/questions.yaml", questions), ("cases/a.yaml", &suite)]),
        [
            "unknown open question `hole`",
            "the candidate `a` of `states` can't answer here",
            "the question `unused` is used by no case",
            "the question `unused` has fewer than two candidates",
            "unknown fact NO-001",
        ]
    );
}

#[test]
fn a_question_cites_a_fact() {
    let questions = |facts: &str| {
        let whole = "candidates: {a: {answer: accepted}, b: {answer: {error: X}}}";
        format!("format: 1\nquestions:\n  whole: {{question: B?, {whole}{facts}}}\n")
    };
    let suite = format!("{HEAD}{CASE}    steps: {{expect: $open.whole, because: [SSE-008]}}\n");
    let found = |facts| titles_of(&[("cases/questions.yaml", &questions(facts)), ("cases/a.yaml", &suite)]);
    assert_eq!(found(""), ["the question `whole` cites no fact"]);
    assert_eq!(found(", facts: []"), ["the question `whole` cites no fact"]);
    assert!(found(", facts: [SSE-033]").is_empty());
}

#[test]
fn a_step_may_wait_for_what_an_earlier_one_captures() {
    let steps = |when: &str| {
        format!(
            "      - {{call: DescribeStreamSummary, expect: accepted, because: [LIFE-018], capture: {{id: StreamDescriptionSummary.StreamId}}}}
      - {{when: $got.{when}, expect: accepted, because: [SSE-008]}}\n"
        )
    };
    assert!(of_steps(&steps("id")).is_empty());
    assert_eq!(of_steps(&steps("ib")), ["`$got.ib` before it is captured"]);
}

#[test]
fn a_refusal_whose_class_is_open_has_refusals_for_candidates_only_in_a_race_too() {
    let questions = "format: 1
questions:
  classes: {question: A?, facts: [SSE-033], candidates: {a: {answer: {error: X}}, b: {answer: [{error: Y}, {error: Z}]}}}
  either: {question: B?, facts: [SSE-033], candidates: {a: {answer: {error: X}}, b: {answer: accepted}}}
  mixed: {question: C?, facts: [SSE-033], candidates: {a: {answer: [{error: X}, accepted]}, b: {answer: {error: Y}}}}
";
    let suite = format!(
        "{HEAD}{CASE}    steps:
      - {{expect: {{refused: $open.classes}}, because: [SSE-008]}}
      - {{expect: {{refused: $open.mixed}}, because: [SSE-008]}}
      - race: [{{call: StartStreamEncryption}}, {{call: StartStreamEncryption}}]
        exactly-one: accepted
        others: {{refused: $open.either}}
        because: [SSE-008]
      - race: [{{call: StartStreamEncryption}}, {{call: StartStreamEncryption}}]
        exactly-one: accepted
        others: {{refused: $open.clases}}
        because: [SSE-008]\n"
    );
    assert_eq!(
        titles_of(&[("cases/questions.yaml", questions), ("cases/a.yaml", &suite)]),
        [
            "the candidate `a` of `mixed` is no refusal",
            "the candidate `b` of `either` is no refusal",
            "unknown open question `clases`",
        ]
    );
}

#[test]
fn a_repetition_states_what_ends_it_and_until_stands_beside_by() {
    let steps = "      - {repeat: 2, steps: {expect: accepted, because: [SSE-008]}}
      - {expect: accepted, until: as-expected, because: [SSE-008]}
      - {expect: accepted, by: 5s after answer, because: [SSE-008]}
      - {call: DescribeStream, expect: accepted, by: 5s after answer, until: {StreamDescription: {Shards: $present}}, because: [WIRE-001]}\n";
    assert_eq!(
        of_steps(steps),
        [
            "`repeat` without a condition that ends it",
            "`until` without `by`",
            "`by` without a condition that ends the repetition",
        ]
    );
}

#[test]
fn a_former_id_is_free_and_leads_to_a_case() {
    let drawn = |moved: &str| {
        let suite = Source::new(
            "cases/a/b.yaml",
            format!("format: 1\noperation: StartStreamEncryption\ncases:\n{CASE}{STEPS}"),
        );
        let moved = Source::new("cases/moved.yaml", format!("format: 1\nmoved:\n{moved}"));
        let problems = match Library::from_sources(vec![suite, moved]) {
            Ok(library) => lint(&library, Model::embedded(), Registry::embedded()),
            Err(problems) => problems,
        };
        let about = problems.iter().filter(|problem| problem.source.path == "cases/moved.yaml");
        about.map(|problem| draw(problem, Style::default())).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(drawn("  a/b/older: {to: a/b/a-case}\n  a/b/lost: {gone: nobody knows}\n"), "");
    for (moved, expected) in [
        ("  a/b/a-case: {gone: nobody knows}\n", "`a/b/a-case` is the id of a case that there is"),
        ("  a/b/older: {to: a/b/a-cake}\n", "did you mean `a/b/a-case`?"),
        ("  a/b/older: {to: a/b/a-case, gone: nobody knows}\n", "`gone` beside `to`"),
        ("  a/b/older: {}\n", "neither `to` nor `gone`"),
        ("  a/b/older: {too: a/b/a-case}\n", "`too`"),
    ] {
        let drawn = drawn(moved);
        assert!(drawn.contains(expected) && drawn.contains("cases/moved.yaml:3:"), "{moved}: {drawn}");
    }
}
