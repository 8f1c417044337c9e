//! Tests of the loader: on the fixtures that load, on the folder of those that don't, on any text.

use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;

use crate::case::ast::{
    Address, Answer, Body, CallAddress, EncodingAxis, Fixture, FixtureName, Library, Node, Reference,
    StepKind, Tree,
};
use crate::case::diagnostic::{Diagnostic, Style, draw};
use crate::case::lint::lint;
use crate::case::span::{Source, Span};
use crate::facts::Registry;
use crate::model::{Model, Value};

fn fixtures(folder: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("harness/tests/fixtures").join(folder)
}

fn drawn(problems: &[Diagnostic]) -> String {
    problems.iter().map(|problem| draw(problem, Style::default())).collect::<Vec<_>>().join("\n\n")
}

fn good() -> Library {
    Library::read(&fixtures("cases")).unwrap_or_else(|problems| panic!("{}", drawn(&problems)))
}

fn one(text: &str) -> Result<Library, Vec<Diagnostic>> {
    Library::from_sources(vec![Source::new("cases/a/b.yaml", text)])
}

fn text_at(source: &Source, span: Span) -> &str {
    let start = usize::try_from(span.offset).expect("32 bits fit");
    &source.text[start..start + usize::try_from(span.len).expect("32 bits fit")]
}

#[test]
fn the_fixtures_load_as_they_read() {
    let library = good();
    let names: Vec<_> = library.suites.iter().map(|suite| suite.name.as_str()).collect();
    assert_eq!(names, ["start-stream-encryption/document", "start-stream-encryption/transition"]);
    let suite = &library.suites[1];
    let case = &suite.cases[0];
    assert_eq!(case.id.value, "active-updating-active");
    assert_eq!(case.over.encoding, [EncodingAxis::Json, EncodingAxis::Cbor]);
    assert_eq!(case.over.address, [Address::Name, Address::Arn, Address::Both]);
    assert_eq!(
        case.given[&FixtureName::Stream].value,
        Fixture::Own { status: Default::default(), encryption: None, setups: Vec::new(), shards: 1 }
    );
    let StepKind::Call(call) = &case.steps[0].kind else { panic!("the first step is a call") };
    assert_eq!(call.address, CallAddress::Axis);
    let Body::Tree(tree) = &call.with else { panic!("a tree") };
    let Node::Map(members) = &tree.node else { panic!("a map") };
    assert_eq!(members["KeyId"].node, Node::Reference(Reference::Key("managed".to_owned())));
    let StepKind::Observe(observation) = &case.steps[1].kind else {
        panic!("the second step is an observation")
    };
    assert!(observation.states[0].optional);
    assert!(!observation.states[1].optional);
    assert_eq!(observation.during[0].status.value, "UPDATING");
    let StepKind::Call(put) = &case.steps[2].kind else { panic!("the third step is a call") };
    let by = put.by.as_ref().expect("a deadline");
    assert_eq!((by.value.within.millis(), by.value.from.to_string().as_str()), (5_000, "ACTIVE"));
    let family = &suite.cases[1];
    assert_eq!(
        family.each[1].title.as_ref().map(|title| title.value.as_str()),
        Some("A made-up type is refused")
    );
    assert_eq!(family.each[0].columns["EncryptionType"].node, Node::Literal(Value::from("kms")));
}

#[test]
fn a_case_spans_its_key_to_its_last_line_and_spans_slice_the_file() {
    let library = good();
    let suite = &library.suites[1];
    let case = &suite.cases[0];
    let text = text_at(&suite.source, case.span);
    assert!(text.starts_with("active-updating-active:"));
    assert!(text.ends_with("because: [SSE-013, SSE-036]"), "{text}");
    assert_eq!(case.span.line, 4);
    let StepKind::Call(call) = &case.steps[2].kind else { panic!("a call") };
    assert_eq!(text_at(&suite.source, call.expect.span), "{accepted: {EncryptionType: KMS}}");
    assert_eq!(text_at(&suite.source, case.steps[0].because[1].span), "SSE-010");
    let Answer::Accepted { members: Some(members) } = &call.expect.answer else { panic!("members") };
    let Node::Map(members) = &members.node else { panic!("a map") };
    assert_eq!(text_at(&suite.source, members["EncryptionType"].span), "KMS");
}

#[test]
fn exact_text_keeps_its_line_breaks_and_starts_where_the_text_does() {
    let library = good();
    let suite = &library.suites[0];
    let StepKind::Call(call) = &suite.cases[0].steps[0].kind else { panic!("a call") };
    let Body::Json(text) = &call.with else { panic!("exact text") };
    let Node::Literal(value) = &text.node else { panic!("literal text") };
    assert_eq!(value.as_str().unwrap(), "{\"StreamName\": \"x\",\n \"KeyId\": }\n");
    assert!(text_at(&suite.source, text.span).starts_with("{\"StreamName\""));
    assert!(text_at(&suite.source, text.span).ends_with("\"KeyId\": }"));
}

#[test]
fn the_errors_of_all_files_are_collected() {
    let sources: Vec<Arc<Source>> = vec![
        Source::new("cases/a.yaml", "format: 2\ncases: {}\n"),
        Source::new("cases/b.yaml", "format: 1\ncases: []\nfoo: 1\n"),
    ];
    let problems = Library::from_sources(sources).expect_err("both are wrong");
    let paths: Vec<_> = problems.iter().map(|problem| problem.source.path.as_str()).collect();
    assert_eq!(paths, ["cases/a.yaml", "cases/b.yaml", "cases/b.yaml"]);
}

#[test]
fn a_byte_order_mark_and_crlf_move_no_column() {
    let unix = "format: 1\ncases:\n  a:\n    titel: A\n";
    let dos = format!("\u{feff}{}", unix.replace('\n', "\r\n"));
    let place = |text: &str| one(text).expect_err("wrong")[0].labels[0].span;
    let (a, b) = (place(unix), place(&dos));
    assert_eq!((a.line, a.column, a.len), (4, 5, 5));
    assert_eq!((b.line, b.column, b.len), (4, 5, 5));
}

#[test]
fn a_file_that_is_not_utf8_is_named_with_its_line() {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("a.yaml"), b"format: 1\ncases: \xff\n").expect("written");
    let problems = Library::read(dir.path()).expect_err("not text");
    assert_eq!(problems[0].title, "the file is not UTF-8 (line 2, byte 17)");
}

#[test]
fn a_doubled_dollar_is_one_and_a_single_one_must_stand_for_something() {
    let steps = |key: &str| {
        format!(
            "format: 1\noperation: X\ncases:\n  a:\n    title: T\n    kills: [k]\n    steps: {{with: {{K: {key}}}, expect: accepted}}\n"
        )
    };
    let library = one(&steps("$$key")).unwrap_or_else(|problems| panic!("{}", drawn(&problems)));
    let StepKind::Call(call) = &library.suites[0].cases[0].steps[0].kind else { panic!("a call") };
    let Body::Tree(tree) = &call.with else { panic!("a tree") };
    let Node::Map(members) = &tree.node else { panic!("a map") };
    assert_eq!(members["K"].node, Node::Literal(Value::from("$key")));
    for wrong in ["$key", "$stream.id", "$open.x", "$present", "{$one-of: [a, b]}"] {
        assert!(one(&steps(wrong)).is_err(), "{wrong}");
    }
}

#[test]
fn what_is_repeated_is_as_long_as_it_says() {
    let value = |value: &str| {
        let file = format!(
            "format: 1\noperation: X\ncases:\n  a:\n    title: T\n    kills: [k]\n    steps: {{with: {{K: {value}}}, expect: accepted}}\n"
        );
        let library = one(&file).map_err(|problems| problems[0].title.clone())?;
        let StepKind::Call(call) = &library.suites[0].cases[0].steps[0].kind else { panic!("a call") };
        let Body::Tree(Tree { node: Node::Map(members), .. }) = &call.with else { panic!("a map") };
        Ok::<Node, String>(members["K"].node.clone())
    };
    assert_eq!(value("{$repeat: [ab, 2]}"), Ok(Node::Literal(Value::from("abab"))));
    let blob = Value::Blob(vec![b'a'; 1_048_577]);
    assert_eq!(value("{$utf8: {$repeat: [a, 1048577]}}"), Ok(Node::Literal(blob)));
    let Ok(Node::List(records)) = value("{$repeat: [{D: {$utf8: a}}, 501]}") else { panic!("a list") };
    assert_eq!(records.len(), 501);
    assert!(matches!(&records[500].node, Node::Map(members) if members.contains_key("D")));
    for (wrong, title) in [
        ("{$repeat: [a, 100001]}", "the number of `$repeat`"),
        ("{$repeat: [{D: a}, 1001]}", "the number of `$repeat`"),
        ("{$repeat: [{D: a}]}", "`$repeat` is a structure and a number"),
        ("{$above: 1}", "`$above` in a request"),
    ] {
        let refusal = value(wrong).expect_err(wrong);
        assert!(refusal.starts_with(title), "{wrong}: {refusal}");
    }
}

#[test]
fn a_bound_is_a_number_or_a_text_of_an_earlier_answer() {
    let file = |bound: &str| {
        format!(
            "format: 1\noperation: X\ncases:\n  a:\n    title: T\n    kills: [k]\n    steps: {{expect: {{accepted: {{N: {{$above: {bound}}}}}}}}}\n"
        )
    };
    for good in ["0", "'12'", "$got.first", "$each.bound"] {
        assert!(one(&file(good)).is_ok(), "{good}");
    }
    for wrong in ["1.5", "[1]", "$stream.name", "{$above: 1}", "$present"] {
        let problems = one(&file(wrong)).expect_err(wrong);
        assert_eq!(problems[0].title, "`$above` is a whole number or a text of digits", "{wrong}");
    }
}

#[test]
fn scalars_that_readers_disagree_about_want_quotes() {
    let steps = |value: &str| {
        format!(
            "format: 1\noperation: X\ncases:\n  a:\n    title: T\n    kills: [k]\n    steps: {{with: {{K: {value}}}, expect: accepted}}\n"
        )
    };
    let long = "1".repeat(56);
    for unclear in [
        "1e3", "0x10", "0o17", "no", "Yes", "012", "1_000", "+1", "-0", ".5", "1.10", "1:30", ".inf", "~",
        &long,
    ] {
        let problems = one(&steps(unclear)).expect_err(unclear);
        assert!(problems[0].title.contains("unclear without quotes"), "{unclear}: {}", problems[0].title);
        assert!(one(&steps(&format!("\"{unclear}\""))).is_ok(), "quoted {unclear}");
    }
    for clear in
        ["1", "-5", "1.5", "1.0", "true", "null", "2014-02-01", "shardId-000000000000", "a1b2", "n", "e3"]
    {
        assert!(one(&steps(clear)).is_ok(), "{clear}");
    }
}

#[test]
fn each_broken_fixture_is_drawn_as_its_snapshot_says() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut files: Vec<_> = std::fs::read_dir(fixtures("bad-cases"))
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    assert!(files.len() >= 10, "the folder holds broken files");
    for file in files {
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let bytes = std::fs::read(&file).expect("a file");
        let source = Source::new(format!("cases/{name}.yaml"), String::from_utf8_lossy(&bytes));
        let problems = match Library::from_sources(vec![source]) {
            Ok(library) => lint(&library, Model::embedded(), Registry::embedded()),
            Err(problems) => problems,
        };
        assert!(!problems.is_empty(), "{name} has nothing wrong");
        settings.bind(|| insta::assert_snapshot!(format!("bad-case-{name}"), drawn(&problems)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn any_text_is_loaded_or_refused_and_every_refusal_can_be_drawn(text in any::<String>()) {
        if let Err(problems) = one(&text) {
            prop_assert!(!drawn(&problems).is_empty());
        }
    }

    #[test]
    fn a_good_file_with_one_stretch_replaced_is_loaded_or_refused(
        at in 0usize..1600, len in 0usize..40, with in "[-\\[\\]{}:,$&*!|>'\"%@ \\n\\t\\ra-z0-9\u{1b}é界]{0,12}"
    ) {
        let source = &good().suites[1].source.text.clone();
        let start = source.floor_char_boundary(at);
        let end = source.floor_char_boundary(at + len);
        let text = format!("{}{with}{}", &source[..start], &source[end.max(start)..]);
        if let Err(problems) = one(&text) {
            prop_assert!(!problems.is_empty());
            let escapes = drawn(&problems).contains('\u{1b}');
            prop_assert!(!escapes, "an escape character reaches the terminal");
        }
    }
}

#[test]
fn an_override_takes_text_and_only_a_target_or_a_header_may_stand_twice() {
    let wire = |wire: &str| {
        let head = "format: 1\noperation: ListStreams\ncases:\n  c:\n    title: T\n    kills-nothing: x\n    steps: {expect: accepted, wire: ";
        one(&format!("{head}{{{wire}}}}}\n"))
    };
    for good in [
        "target: [a, b]",
        "target: $absent",
        "content-type: $absent",
        "headers: {X-A: [a, b], x-b: $each.b}",
        "method: $each.m",
        "auth: bad-session-token",
    ] {
        wire(good).unwrap_or_else(|problems| panic!("{good}: {}", drawn(&problems)));
    }
    for (bad, title) in [
        ("method: $absent", "`method` of `wire` can't be this"),
        ("path: 5", "`path` of `wire` can't be this"),
        ("content-type: [a, b]", "`content-type` of `wire` can't be this"),
        ("target: {a: b}", "`target` of `wire` can't be this"),
        ("headers: {\"a b\": c}", "`a b` is no name of a header"),
        ("auth: wrong", "wrong"),
    ] {
        let problems = drawn(&wire(bad).expect_err(bad));
        assert!(problems.contains(title), "{problems}");
    }
}

#[test]
fn cases_facts_and_questions_of_another_folder_stand_beside_ours() {
    let dir = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).expect("written");
    let fact = |id: &str| {
        format!(
            "{{\"id\": \"{id}\", \"topic\": \"ours\", \"operation\": \"ListStreams\", \"fact\": \"A list.\", \"error\": null, \
             \"message\": null, \"strength\": \"documented\", \"source\": \"our documents\"}}\n"
        )
    };
    write("facts.jsonl", &fact("OURS-001"));
    write(
        "questions.yaml",
        "format: 1\nquestions:\n  ours:\n    question: What is it?\n    affects: [producers]\n    facts: [OURS-001]\n    \
         candidates: {taken: {answer: accepted}, refused: {answer: {error: ValidationException}}}\n",
    );
    write(
        "our-list.yaml",
        "format: 1\noperation: ListStreams\ncases:\n  given:\n    title: A list is given\n    kills-nothing: a test\n    \
         steps: {expect: accepted, because: [OURS-001]}\n",
    );
    let read = || Library::read_all(None, &[dir.path().to_owned()]);
    let ours = Library::embedded().expect("ours");
    let both = read().unwrap_or_else(|problems| panic!("{}", drawn(&problems)));
    assert_eq!(both.suites.len(), ours.suites.len() + 1);
    assert_eq!(both.questions.len(), ours.questions.len() + 1);
    assert!(both.questions.contains_key("ours"));
    let found = lint(&both, Model::embedded(), &both.registry());
    let unknown = found.iter().filter(|problem| problem.title.contains("OURS-001")).count();
    assert_eq!(unknown, 0, "{}", drawn(&found));
    let alone = lint(&both, Model::embedded(), Registry::embedded());
    assert!(alone.len() > found.len(), "without the folder's facts they are unknown");
    write("facts.jsonl", &fact("SSE-010"));
    assert!(drawn(&read().expect_err("ours")).contains("the fact `SSE-010` is there already"));
    write("facts.jsonl", "{");
    assert!(drawn(&read().expect_err("no fact")).contains("failed to read the facts at line 1"));
    write("facts.jsonl", "");
    write("operations.yaml", "format: 1\noperations: {}\n");
    assert!(drawn(&read().expect_err("the API")).contains("the API is not described"));
}
