//! Runs that end early. After SIGINT and SIGTERM nothing is left on the target; after SIGKILL
//! `sweep` finds exactly what is left, and touches nothing else.

use std::process::Child;
use std::time::Duration;

use bytes::Bytes;
use kinesis_conformance::model::Value;
use kinesis_conformance::wire::{
    Auth, Client, ClientSettings, Credentials, Encoding, Endpoint, Request, encode,
};

use super::support::{Rude, RudeServer, Scratch, Served, command, run, signal, until, wait};

/// Calls the target as anybody else would.
struct Other {
    runtime: tokio::runtime::Runtime,
    client: Client,
}

impl Other {
    fn of(endpoint: &str) -> Self {
        let client = Client::new(ClientSettings {
            endpoint: Endpoint::parse(endpoint).expect("an endpoint"),
            credentials: Credentials::dummy(),
            region: "us-east-1".to_owned(),
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(10),
        });
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        Self { runtime, client: client.expect("a client") }
    }

    fn call(&self, operation: &str, input: &Value) -> String {
        let request = Request {
            target: Some(format!("Kinesis_20131202.{operation}")),
            content_type: Encoding::Json.content_type().to_owned(),
            body: Bytes::from(encode(Encoding::Json, input)),
            auth: Auth::Signed,
        };
        let sent = self.runtime.block_on(self.client.send(&request));
        let response = sent.outcome.expect("an answer");
        assert_eq!(response.status, 200, "{operation}: {:?}", response.body);
        String::from_utf8(response.body.to_vec()).expect("text")
    }

    fn create(&self, name: &str) {
        self.call(
            "CreateStream",
            &Value::from([("StreamName", Value::from(name)), ("ShardCount", Value::from(1_i64))]),
        );
    }

    /// The names of all streams.
    fn streams(&self) -> Vec<String> {
        let answer = self.call("ListStreams", &Value::empty());
        let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
        let names = answer["StreamNames"].as_array().expect("a list");
        names.iter().map(|name| name.as_str().expect("a name").to_owned()).collect()
    }
}

/// A run that has streams on the target and verdicts in its log.
fn under_way(endpoint: &str, log: &str) -> Child {
    let child =
        command(&["run", "--quiet", "--jobs", "2", "--endpoint", endpoint, "--log", log, "transition"])
            .spawn()
            .expect("a child");
    let mut other = None;
    until("the run has a verdict and streams", || {
        let verdict = std::fs::read_to_string(log).is_ok_and(|text| text.contains("{\"event\":\"trial\""));
        let other = other.get_or_insert_with(|| Other::of(endpoint));
        verdict && !other.streams().is_empty()
    });
    child
}

#[test]
fn after_sigint_and_sigterm_nothing_is_left_on_the_target() {
    for name in ["INT", "TERM"] {
        let served = Served::start(&[]);
        let scratch = Scratch::new();
        let log = scratch.path("run.jsonl");
        let mut child = under_way(&served.endpoint, &log);
        signal(&child, name);
        assert_eq!(wait(&mut child).code(), Some(5), "after SIG{name}");
        let other = Other::of(&served.endpoint);
        // The last deletions were accepted; the target takes its time to carry them out.
        until("nothing is left", || other.streams().is_empty());
        let text = std::fs::read_to_string(&log).expect("a log");
        let footer = text.lines().last().expect("a line");
        assert!(footer.contains("\"complete\":false"), "after SIG{name}: {footer}");
        run(&["judge", &log]).expect(5).says(&["incomplete"]);
    }
}

#[test]
fn a_signal_before_the_target_has_answered_ends_at_once() {
    let server = RudeServer::start(Rude::Hangs);
    let mut child =
        command(&["run", "--endpoint", &server.endpoint, "--timeout", "300"]).spawn().expect("a child");
    until("the first question is put", || server.accepted() > 0);
    signal(&child, "INT");
    assert_eq!(wait(&mut child).code(), Some(5));
}

#[test]
fn after_sigkill_sweep_finds_what_is_left_and_nothing_else() {
    let served = Served::start(&[]);
    let other = Other::of(&served.endpoint);
    // Somebody's own, and somebody's whose name looks like ours.
    let theirs = ["kinesis-conformance-of-somebody", "orders"];
    let scratch = Scratch::new();
    let log = scratch.path("run.jsonl");
    for name in theirs {
        other.create(name);
    }
    let mut child = under_way(&served.endpoint, &log);
    until("streams of ours", || other.streams().len() > theirs.len());
    child.kill().expect("a child");
    wait(&mut child);
    // Deletions that were under way are carried out.
    std::thread::sleep(Duration::from_millis(200));
    let left: Vec<String> =
        other.streams().into_iter().filter(|name| !theirs.contains(&name.as_str())).collect();
    assert!(!left.is_empty(), "the run was killed with streams open");

    let asked = run(&["sweep", "--endpoint", &served.endpoint]).expect(1);
    let asked = asked.says(&["left alone: kinesis-conformance-of-somebody", "nothing was deleted", "--yes"]);
    let found: Vec<&str> = asked.out.lines().filter(|line| left.iter().any(|name| name == line)).collect();
    assert_eq!(found, left, "{}", asked.out);
    assert!(!asked.out.contains("orders"), "{}", asked.out);

    run(&["sweep", "--yes", "--endpoint", &served.endpoint])
        .expect(0)
        .says(&[&format!("deleted {}", left.len())]);
    until("only theirs are there", || other.streams() == theirs);
    run(&["sweep", "--endpoint", &served.endpoint]).expect(0).says(&["nothing to delete"]);

    let text = std::fs::read_to_string(&log).expect("a log");
    assert!(!text.contains("{\"event\":\"footer\""), "a killed run writes no footer");
    run(&["judge", &log]).expect(5).says(&["incomplete"]);
}
