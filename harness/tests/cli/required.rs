//! What has to be there, what is not known to be there, and runs that judged nothing.

use std::collections::BTreeSet;

use super::support::{Ended, Hostile, HostileServer, QUICK, REFUSAL, Scratch, Served, run};

/// A server that knows `DescribeAccountSettings` and nothing else.
fn knows_one_operation(operation: &str) -> (u16, &'static str) {
    match operation {
        "DescribeAccountSettings" => (200, "{}"),
        _ => (400, r#"{"__type":"UnknownOperationException"}"#),
    }
}

/// A server that breaks at an operation that it does not know.
fn breaks_at_what_it_does_not_know(operation: &str) -> (u16, &'static str) {
    match operation {
        "ConformanceProbeOfNoOperation" => (500, "Internal Server Error"),
        "ListStreams" => (200, r#"{"HasMoreStreams":false,"StreamNames":[]}"#),
        _ => (400, r#"{"__type":"ValidationException"}"#),
    }
}

fn joined(ended: &Ended) -> String {
    ended.out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A profile of a served reference with these lines in it.
fn profile(scratch: &Scratch, served: &Served, lines: &str) -> String {
    let endpoint = &served.endpoint;
    let text = format!("format: 1\nname: mine\nabout: A test\nendpoint: {endpoint}\n{lines}");
    scratch.write("profile.yaml", &text)
}

#[test]
fn a_server_that_knows_one_operation_is_no_success() {
    let server = HostileServer::start(Hostile::Answers(knows_one_operation));
    let ended = run(&["run", "-q", "--endpoint", &server.endpoint]).expect(4);
    let reported = joined(&ended);
    assert!(reported.contains("what now no verdict ") && reported.contains(" unsupported ("), "{reported}");
    assert!(reported.contains("none was judged"), "{reported}");
    run(&["repeat", "-q", "--times", "2", "--endpoint", &server.endpoint, REFUSAL]).expect(4);
}

#[test]
fn what_has_no_verdict_is_said_before_anything_good_and_fails_where_it_is_required() {
    let scratch = Scratch::new();
    let served = Served::start(&[]);
    let lacks = "lacks: {operations: [StartStreamEncryption]}\n";
    let with = |lines: &str, filters: &[&str]| {
        let profile = profile(&scratch, &served, lines);
        run(&[&["run", "-q", "--target", &profile], filters].concat())
    };

    let ended = with(lacks, &[QUICK, REFUSAL]).expect(0);
    assert!(joined(&ended).contains("what now no verdict "), "{}", ended.out);
    with(lacks, &[REFUSAL]).expect(4);

    for requirement in [format!("trials: [\"{REFUSAL}\"]"), "trials: [\"**/lower-case\"]".to_owned()] {
        let ended = with(&format!("{lacks}requires: {{{requirement}}}\n"), &[QUICK, REFUSAL]).expect(1);
        let first = format!("required 1 required trial has no verdict: {REFUSAL} (unsupported: ");
        assert!(joined(&ended).contains(&first), "{}", ended.out);
        with(&format!("{lacks}requires: {{{requirement}}}\n"), &[REFUSAL]).expect(1);
        with(&format!("requires: {{{requirement}}}\n"), &[QUICK, REFUSAL]).expect(0);
    }
    let profile = profile(&scratch, &served, lacks);
    let repeated =
        ["repeat", "-q", "--times", "2", "--target", &profile, "--require", REFUSAL, QUICK, REFUSAL];
    run(&repeated).expect(1).says(&["required: 1 required trial has no verdict"]);
}

#[test]
fn a_case_that_is_larger_than_the_shard_budget_is_skipped_and_the_run_ends() {
    let scratch = Scratch::new();
    let served = Served::start(&["--limit", "shards=20"]);
    let cases = scratch.cases("given: {stream: shared}", "given: {stream: {shards: 10}}");
    let with = |lines: &str, filters: &[&str]| {
        let profile = profile(&scratch, &served, lines);
        run(&[&["run", "-q", "--cases", &cases, "--target", &profile, "--others"], filters].concat())
    };
    let why = "it needs 10 shards at once, and the budget of the target leaves 7: raise `shard-budget`";
    let ended = with("", &[REFUSAL]).expect(4);
    assert!(joined(&ended).contains(why), "{}", ended.out);
    // Room for the large stream, and for the one that others share.
    with("shard-budget: 11\n", &[REFUSAL]).expect(0).says(&["pass"]);
    // The smallest budget leaves room for a small case.
    let cases = scratch.cases("given: {stream: shared}", "given: {stream: {shards: 1}}");
    let profile = profile(&scratch, &served, "shard-budget: 1\n");
    run(&["run", "-q", "--cases", &cases, "--target", &profile, REFUSAL]).expect(0).says(&["pass"]);
}

#[test]
fn the_command_line_requires_operations_encodings_transports_and_trials() {
    let server = HostileServer::start(Hostile::Answers(knows_one_operation));
    let requires = |what: &str| run(&["run", "-q", "--endpoint", &server.endpoint, "--require", what, QUICK]);
    requires("PutRecord").expect(1).says(&["the required operation PutRecord is unsupported"]);
    requires("cbor").expect(1).says(&["the required encoding cbor is unsupported"]);
    requires("h2").expect(1).says(&["the required transport h2 is unsupported"]);
    let all = ["ListStreams", "json", "h1", QUICK].map(|what| ["--require", what]).concat();
    run(&[&["run", "-q"], all.as_slice(), &[QUICK]].concat()).expect(0);
}

#[test]
fn a_requirement_that_means_nothing_is_refused() {
    let requires = |what: &str| run(&["run", "-q", "--require", what, QUICK]);
    requires("PutRecrod")
        .expect(2)
        .complains(&["failed to require `PutRecrod`", "did you mean `PutRecord`?"]);
    requires("no-such-suite/**").expect(2).complains(&["the pattern describes no trial"]);

    let scratch = Scratch::new();
    let served = Served::start(&[]);
    let path = profile(&scratch, &served, "lacks: {operations: [PutRecord]}\n");
    run(&["run", "-q", "--target", &path, "--require", "PutRecord", QUICK])
        .expect(2)
        .complains(&["failed to require `PutRecord`: the target's profile lacks it"]);
    let path = profile(&scratch, &served, "requires: {trials: [\"no-such-suite/**\"]}\n");
    run(&["run", "-q", "--target", &path, QUICK])
        .expect(2)
        .complains(&["a required trial that there is not", "profile.yaml:5:21"]);
    run(&["check", "--no-faults", &path]).expect(2).complains(&["a required trial that there is not"]);
}

#[test]
fn where_a_made_up_operation_breaks_nothing_is_known_and_no_requirement_is_met() {
    let server = HostileServer::start(Hostile::Answers(breaks_at_what_it_does_not_know));
    let scratch = Scratch::new();
    let record = scratch.path("record.jsonl");
    let to = ["run", "-q", "--endpoint", &server.endpoint, "--record", &record];
    let ended = run(&[&to[..], &["--require", "PutRecord", QUICK]].concat()).expect(1);
    let ended = ended.says(&["0 of 57 operations; 57 unknown", "whose trials were run"]);
    assert!(
        joined(&ended).contains("what now required the required operation PutRecord is not known"),
        "{}",
        ended.out
    );
    let record = std::fs::read_to_string(&record).expect("a record");
    let header: serde_json::Value =
        serde_json::from_str(record.lines().next().expect("a line")).expect("JSON");
    assert_eq!(header["capabilities"]["unsupported"].as_array().map(Vec::len), Some(0));
    assert_eq!(header["capabilities"]["unknown"].as_array().map(Vec::len), Some(57));
}

#[test]
fn no_more_probes_are_in_flight_than_jobs_are_allowed() {
    let scratch = Scratch::new();
    let log = scratch.path("run.jsonl");
    run(&["run", "-q", "--jobs", "1", "--log", &log, QUICK]).expect(0);
    let text = std::fs::read_to_string(&log).expect("a log");
    let events = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    let probes: BTreeSet<(u64, u64)> = events
        .filter(|event| event["role"] == "capability")
        .map(|event| ["sent_us", "received_us"].map(|key| event[key].as_u64().expect("a time")))
        .map(|[sent, received]| (sent, received))
        .collect();
    assert!(probes.len() > 50, "{}", probes.len());
    for (earlier, later) in probes.iter().zip(probes.iter().skip(1)) {
        assert!(
            earlier.1 <= later.0,
            "a probe was sent before the one before it was answered: {earlier:?} {later:?}"
        );
    }
}
