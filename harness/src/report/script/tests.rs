use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Source, script};
use crate::log::{BodyText, Event, Exchange, Role, StepIndex};
use crate::testing::samples::{REQUEST, answer, exchange};

const NAME: &str = "kinesis-conformance-0badf00d-0007";

fn sent(role: Role, operation: &str, body: &str, at: u64) -> Arc<Exchange> {
    let Event::Exchange(exchange) =
        exchange("a/b", role, at, answer(200, r#"{"ShardIterator":"AAAAAAAAAAAAAAAAAAAAAAAA"}"#))
    else {
        unreachable!("an exchange")
    };
    let mut exchange = Arc::unwrap_or_clone(exchange);
    exchange.request.operation = operation.to_owned();
    exchange.request.target = Some(format!("Kinesis_20131202.{operation}"));
    exchange.request.body = BodyText::Text(body.to_owned());
    Arc::new(exchange)
}

fn made(exchanges: &[Arc<Exchange>], shared: &[&str]) -> Result<String, String> {
    let shared: BTreeSet<String> = shared.iter().map(|name| (*name).to_owned()).collect();
    script(&Source {
        endpoint: "http://127.0.0.1:4567",
        about: ("a/b", "A title\nrm -rf /"),
        exchanges,
        shared: &shared,
        last: Some(StepIndex::whole(0)),
    })
}

fn body(more: &str) -> String {
    format!(r#"{{"StreamName":"{NAME}"{more}}}"#)
}

#[test]
fn the_setup_of_a_trial_comes_first_and_its_stream_goes_last() {
    let exchanges = [
        sent(Role::Setup, "CreateStream", &body(r#","ShardCount":2"#), 1),
        sent(Role::Setup, "DescribeStreamSummary", &body(""), 10_000),
        sent(Role::Setup, "StartStreamEncryption", &body(""), 20_000),
        sent(REQUEST, "PutRecord", &body(r#","Data":"YQ==""#), 30_000),
        sent(Role::Request(StepIndex::whole(1)), "GetRecords", "{}", 40_000),
    ];
    let text = made(&exchanges, &[]).expect("a script");
    let steps: Vec<&str> = text.lines().skip(10).collect();
    assert_eq!(
        steps,
        [
            &format!("call CreateStream '{}'", body(r#","ShardCount":2"#)),
            &format!("settle {NAME}"),
            // The run did not wait after it: the trial is about a stream that is UPDATING.
            &format!("call StartStreamEncryption '{}'", body("")),
            steps[3],
            &format!("call DeleteStream '{}' > /dev/null", body("")),
        ]
    );
    assert!(steps[3].starts_with("curl -sS -i 'http://127.0.0.1:4567'"), "{text}");
    assert!(steps[3].contains("Kinesis_20131202.PutRecord"), "{text}");
    assert_eq!(text.lines().nth(1), Some(r"# a/b: A title\nrm -rf /"), "a title makes no line of its own");
}

#[test]
fn a_stream_that_trials_share_is_made_first() {
    let exchanges = [sent(REQUEST, "PutRecord", &body(""), 1)];
    let text = made(&exchanges, &[NAME]).expect("a script");
    assert!(
        text.contains(&format!("call CreateStream '{}'\nsettle {NAME}\n", body(r#","ShardCount":1"#))),
        "{text}"
    );
    let text = made(&exchanges, &[]).expect("a script");
    assert!(!text.contains("CreateStream"), "a name that no stream had: {text}");
}

#[test]
fn a_value_that_the_target_made_is_said() {
    let repeated = r#"{"ShardIterator":"AAAAAAAAAAAAAAAAAAAAAAAA"}"#;
    let first = sent(REQUEST, "GetShardIterator", "{}", 1);
    let second = sent(REQUEST, "GetRecords", repeated, 10_000);
    let text = made(&[first.clone(), second], &[]).expect("a script");
    assert!(text.contains("# A value below is from a response of the run"), "{text}");
    let text = made(&[first], &[]).expect("a script");
    assert!(!text.contains("# A value"), "{text}");
}

#[test]
fn a_log_of_somebody_else_makes_no_command() {
    let setup = sent(Role::Setup, "CreateStream; rm -rf /", &body(""), 1);
    let request = sent(REQUEST, "PutRecord", &body(""), 10_000);
    assert!(made(&[setup, request], &[]).is_err());
    assert!(made(&[], &[]).is_err(), "nothing to send");
}
