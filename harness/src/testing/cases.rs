//! What the tests of this module share: cases from text, exchanges made by hand.

use std::sync::Arc;

use crate::case::ast::{Answer, ExpectedState, FixtureName, Library, Node, Reference, Tree};
use crate::case::{Source, Style, draw};
use crate::model::Value;

use crate::log::{BodyText, Exchange, RequestText, ResponseText, Role};
use crate::plan::bind::Bindings;
use crate::plan::{Manifest, PlannedTrial};

/// The trials of one suite file, `start/it` by name, whose `cases:` are given.
pub(crate) fn manifest(cases: &str) -> Manifest {
    manifest_with(cases, "questions: {}\n", false)
}

/// The same with a file of open questions, and with the product of all axes if `full_product`.
pub(crate) fn manifest_with(cases: &str, questions: &str, full_product: bool) -> Manifest {
    let text = format!("format: 1\noperation: StartStreamEncryption\ncases:\n{cases}");
    let questions = format!("format: 1\n{questions}");
    let sources = vec![
        Source::new("cases/start/it.yaml", text.clone()),
        Source::new("cases/questions.yaml", questions),
    ];
    match Library::from_sources(sources) {
        Ok(library) => Manifest::of(Arc::new(library), full_product),
        Err(found) => {
            let reported: Vec<String> =
                found.iter().map(|diagnostic| draw(diagnostic, Style::default())).collect();
            panic!("the test's case is wrong:\n{}", reported.join("\n"))
        }
    }
}

/// The only trial of a suite.
pub(crate) fn only(manifest: &Manifest) -> Arc<PlannedTrial> {
    let [trial] = manifest.trials.as_slice() else { panic!("{} trials", manifest.trials.len()) };
    Arc::clone(trial)
}

/// The lines of a list of states, each a line in the flow style of YAML.
pub(crate) fn states(lines: &[&str]) -> Vec<ExpectedState> {
    let mut text = "  a:\n    title: A\n    level: core\n    kills-nothing: a test\n    given: {stream: {encryption: none}}\n    steps:\n      - with: {}\n        expect: accepted\n        because: [SSE-001]\n      - observe: stream\n        because: [SSE-010]\n        states:\n".to_owned();
    for line in lines {
        text.push_str("          - ");
        text.push_str(line);
        text.push('\n');
    }
    let trial = only(&manifest(&text));
    trial.steps[0].observe().expect("the step observes").states.clone()
}

/// A tree as it stands in an expectation, in the flow style of YAML.
pub(crate) fn tree(text: &str) -> Tree {
    let case = format!(
        "  a:\n    title: A\n    kills-nothing: a test\n    given: {{stream: shared}}\n    steps:\n      with: {{}}\n      expect: {{accepted: {{Member: {text}}}}}\n      because: [SSE-001]\n"
    );
    let trial = only(&manifest(&case));
    let (call, _) = trial.calls().next().expect("one call");
    match &call.expect.answer {
        Answer::Accepted { members: Some(Tree { node: Node::Map(members), .. }) } => {
            members["Member"].clone()
        }
        answer => panic!("members are stated, not {answer:?}"),
    }
}

/// Names as one trial has them.
pub(crate) fn bindings() -> Bindings {
    let mut bindings = Bindings::default();
    bindings.set(Reference::Key("managed".to_owned()), "alias/aws/kinesis");
    bindings.set(Reference::StreamName(FixtureName::Stream), "kinesis-conformance-1-0001");
    let arn = "arn:aws:kinesis:us-east-1:123456789012:stream/kinesis-conformance-1-0001";
    bindings.set(Reference::StreamArn(FixtureName::Stream), arn);
    let before = Value::from([("StreamStatus", "ACTIVE".into()), ("EncryptionType", "NONE".into())]);
    bindings.set_before(FixtureName::Stream, before);
    bindings
}

/// An answer in JSON.
pub(crate) fn answer(status: u16, body: &str) -> ResponseText {
    ResponseText::Answer {
        status,
        headers: vec![("content-type".to_owned(), "application/x-amz-json-1.1".to_owned())],
        body: BodyText::Text(body.to_owned()),
        as_it_came: None,
    }
}

/// One exchange of the first attempt, sent and answered at these microseconds.
pub(crate) fn exchange(
    role: Role,
    operation: &str,
    (sent_us, received_us): (u64, u64),
    response: ResponseText,
) -> Exchange {
    Exchange {
        trial: Some("start/it/a".to_owned()),
        role,
        attempt: 0,
        repetition: 0,
        sent_us,
        received_us,
        request: RequestText {
            operation: operation.to_owned(),
            target: Some(format!("Kinesis_20131202.{operation}")),
            content_type: "application/x-amz-json-1.1".to_owned(),
            signed: true,
            body: BodyText::Text(r#"{"StreamName":"kinesis-conformance-1-0001"}"#.to_owned()),
            overrides: None,
        },
        response,
    }
}
