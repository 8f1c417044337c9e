//! Runs that end early. After SIGINT and SIGTERM nothing is left on the target; after SIGKILL
//! `sweep` finds exactly what is left, and touches nothing else.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use kinesis_conformance::model::Value;
use kinesis_conformance::wire::{
    Auth, Client, ClientSettings, Credentials, Encoding, Endpoint, Request, encode,
};

use super::support::{PROGRAM, Rude, RudeServer, Scratch, Served, command, run, signal, until, wait};

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
        let (status, body) = self.ask(operation, input);
        assert_eq!(status, 200, "{operation}: {body}");
        body
    }

    /// Status and body of the answer, whatever it is.
    fn ask(&self, operation: &str, input: &Value) -> (u16, String) {
        let request = Request {
            target: Some(format!("Kinesis_20131202.{operation}")),
            content_type: Encoding::Json.content_type().to_owned(),
            body: Bytes::from(encode(Encoding::Json, input)),
            auth: Auth::Signed,
        };
        let sent = self.runtime.block_on(self.client.send(&request));
        let response = sent.outcome.expect("an answer");
        (response.status, String::from_utf8(response.body.to_vec()).expect("text"))
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
fn repeated_runs_end_at_the_first_signal_and_leave_nothing() {
    let served = Served::start(&[]);
    let mut child = command(&["repeat", "--times", "100", "--endpoint", &served.endpoint, "transition"])
        .spawn()
        .expect("a child");
    let other = Other::of(&served.endpoint);
    until("the run has streams", || !other.streams().is_empty());
    signal(&child, "TERM");
    assert_eq!(wait(&mut child).code(), Some(5));
    until("nothing is left", || other.streams().is_empty());
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
    // Deletions that were under way are carried out: a transition of the server takes 500 ms.
    std::thread::sleep(Duration::from_millis(700));
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
    // All that was observed is there, also of trials that got no verdict.
    for name in &left {
        assert!(text.contains(name.as_str()), "the log says nothing of {name}, which was made");
    }
}

/// A stream that carries our tag, as a killed run leaves it.
fn leave(other: &Other, name: &str) {
    other.call(
        "CreateStream",
        &Value::from([
            ("StreamName", Value::from(name)),
            ("ShardCount", Value::from(1_i64)),
            ("Tags", Value::from([("kinesis-conformance", Value::from("0badf00d"))])),
        ]),
    );
}

#[test]
fn sweep_looks_beyond_the_first_page_and_minds_tags_alone_as_little_as_names_alone() {
    let served = Served::start(&[]);
    let other = Other::of(&served.endpoint);
    for number in 0..101 {
        other.create(&format!("a-{number:03}"));
    }
    let ours = "kinesis-conformance-0badf00d-0001";
    leave(&other, ours);
    // Our tag on a name that is not ours: somebody has copied it.
    leave(&other, "tagged-by-somebody");
    let swept = run(&["sweep", "--yes", "--endpoint", &served.endpoint]).expect(0).says(&["deleted 1"]);
    assert!(!swept.out.contains("tagged-by-somebody"), "{}", swept.out);
    let exists = |name: &str| {
        let input = Value::from([("StreamName", Value::from(name))]);
        other.ask("DescribeStreamSummary", &input).0 == 200
    };
    until("ours is gone", || !exists(ours));
    for theirs in ["a-000", "a-100", "tagged-by-somebody"] {
        assert!(exists(theirs), "{theirs} is gone");
    }
}

#[test]
fn sweep_asks_on_a_terminal_and_takes_only_yes_for_yes() {
    let served = Served::start(&[]);
    let other = Other::of(&served.endpoint);
    let ours = "kinesis-conformance-0badf00d-0001";
    leave(&other, ours);
    for (answer, code, is_there) in [("n", 1, true), ("", 1, true), ("y", 0, false)] {
        let line = format!("'{PROGRAM}' sweep --endpoint {}", served.endpoint);
        // `script` gives the program a terminal.
        let mut child = Command::new("script")
            .args(["-qec", &line, "/dev/null"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("`script` is there");
        writeln!(child.stdin.take().expect("a pipe"), "{answer}").expect("written");
        let mut out = String::new();
        child.stdout.take().expect("a pipe").read_to_string(&mut out).expect("text");
        assert_eq!(wait(&mut child).code(), Some(code), "{out}");
        assert!(out.contains(ours) && out.contains("delete 1 of") && out.contains("[y/N]"), "{out}");
        assert!(!is_there || other.streams() == [ours], "`{answer}` is no consent");
    }
    until("ours is gone", || other.streams().is_empty());
}
