//! `sweep` deletes what killed runs left, and never what anybody uses.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use kinesis_conformance::model::Value;

use super::other_user::{Other, leave, leave_tagged};
use super::support::{Hostile, HostileServer, PROGRAM, Scratch, Served, command, run, until, wait};

#[test]
fn sweep_reads_beyond_the_first_page_and_uses_tags_alone_as_little_as_names_alone() {
    let served = Served::start(&[]);
    let other = Other::of(&served.endpoint);
    for number in 0..101 {
        other.create(&format!("a-{number:03}"));
    }
    let ours = "kinesis-conformance-0badf00d-0001";
    leave(&other, ours);
    // Our tag on a name that is not ours: somebody has copied it.
    leave(&other, "tagged-by-somebody");
    let swept =
        run(&["sweep", "--yes", "--all", "--endpoint", &served.endpoint]).expect(0).says(&["deleted 1"]);
    assert!(!swept.out.contains("tagged-by-somebody"), "{}", swept.out);
    let exists = |name: &str| {
        let input = Value::from([("StreamName", Value::from(name))]);
        other.request("DescribeStreamSummary", &input).0 == 200
    };
    until("ours is gone", || !exists(ours));
    for theirs in ["a-000", "a-100", "tagged-by-somebody"] {
        assert!(exists(theirs), "{theirs} is gone");
    }
}

#[test]
fn sweep_prompts_on_a_terminal_and_takes_only_yes_for_yes() {
    let served = Served::start(&[]);
    let other = Other::of(&served.endpoint);
    let ours = "kinesis-conformance-0badf00d-0001";
    leave(&other, ours);
    for (answer, code, is_there) in [("n", 1, true), ("", 1, true), ("y", 0, false)] {
        let line = format!("'{PROGRAM}' sweep --all --endpoint {}", served.endpoint);
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

#[test]
fn sweep_leaves_young_streams_alone_and_distinguishes_runs() {
    let served = Served::start(&[]);
    let other = Other::of(&served.endpoint);
    let names = ["kinesis-conformance-0badcafe-0001", "kinesis-conformance-0badf00d-0001"];
    for name in names {
        leave(&other, name);
    }
    let sweep = |flags: &[&str]| {
        run(&[&["sweep", "--yes", "--endpoint", &served.endpoint], flags].concat()).expect(0)
    };
    for flags in [&[][..], &["--older-than", "10m"], &["--run", "0badf00d", "--older-than", "10m"]] {
        sweep(flags).says(&[
            "left alone: kinesis-conformance-0badf00d-0001 (run 0badf00d, created",
            "nothing to delete at",
            "a run in progress may be using",
        ]);
    }
    assert_eq!(other.streams(), names);
    sweep(&["--run", "0badf00d"]).says(&["kinesis-conformance-0badf00d-0001 (run 0badf00d", "deleted 1"]);
    until("one run's stream is gone", || other.streams() == names[..1]);
    sweep(&["--run", "0badf00d"]).says(&["nothing to delete"]);
    sweep(&["--older-than", "0s"]).says(&["deleted 1"]);
    until("all are gone", || other.streams().is_empty());
}

#[test]
fn sweep_refuses_ages_and_runs_that_are_none() {
    let sweep =
        |flags: &[&str]| run(&[&["sweep", "--endpoint", "http://127.0.0.1:1"], flags].concat()).expect(2);
    sweep(&["--older-than", "yesterday"]).complains(&["--older-than", "a time from 0s to a year"]);
    sweep(&["--older-than=-2h"]).complains(&["--older-than", "a time from 0s to a year"]);
    sweep(&["--older-than", "400000h"]).complains(&["a time from 0s to a year"]);
    sweep(&["--run", ""]).complains(&["--run"]);
    sweep(&["--run", "a b"]).complains(&["the id that is part of the streams' names"]);
    sweep(&["--all", "--run", "0badf00d"]).complains(&["--all", "--run"]);
}

const OURS: &str = r#"{"StreamNames":["kinesis-conformance-0badf00d-0001"],"HasMoreStreams":false}"#;
const TAGGED: &str = r#"{"Tags":[{"Key":"kinesis-conformance","Value":"0badf00d"}],"HasMoreTags":false}"#;
const GONE: &str = r#"{"__type":"ResourceNotFoundException","message":"Stream not found"}"#;
/// Made in 1970.
const OLD: &str = r#"{"StreamDescriptionSummary":{"StreamCreationTimestamp":1.5}}"#;

const DELETING: &str =
    r#"{"StreamDescriptionSummary":{"StreamCreationTimestamp":1.5,"StreamStatus":"DELETING"}}"#;

/// Describes a stream of 1970 until it was deleted.
fn old_until_deleted(deleted: &AtomicBool, operation: &str) -> (u16, &'static str) {
    match operation {
        "ListStreams" => (200, OURS),
        "ListTagsForStream" => (200, TAGGED),
        "DescribeStreamSummary" if deleted.load(Ordering::SeqCst) => (400, GONE),
        "DescribeStreamSummary" => (200, OLD),
        _ => {
            deleted.store(true, Ordering::SeqCst);
            (200, "")
        }
    }
}

/// A profile of a target on which no transition takes longer than this.
fn profile(scratch: &Scratch, endpoint: &str, deadline_ms: u32) -> String {
    let text = format!(
        "format: 1\nname: mine\nabout: One\nendpoint: {endpoint}\ntransition-deadline-ms: {deadline_ms}\n"
    );
    scratch.write("profile.yaml", &text)
}

/// A target that answers each operation in its own way.
fn sweep_at(answer: fn(&str) -> (u16, &'static str)) -> super::support::Ended {
    run(&["sweep", "--yes", "--endpoint", &HostileServer::start(Hostile::Answers(answer)).endpoint])
}

#[test]
fn sweep_deletes_what_is_older_than_an_hour() {
    static DELETED: AtomicBool = AtomicBool::new(false);
    sweep_at(|operation| old_until_deleted(&DELETED, operation)).expect(0).says(&[
        "(run 0badf00d, created",
        "days ago)",
        "deleted 1",
    ]);
}

#[test]
fn an_accepted_deletion_that_does_not_happen_is_reported() {
    let never = |operation: &str| match operation {
        "ListStreams" => (200, OURS),
        "ListTagsForStream" => (200, TAGGED),
        "DescribeStreamSummary" => (200, DELETING),
        _ => (200, ""),
    };
    let server = HostileServer::start(Hostile::Answers(never));
    let scratch = Scratch::new();
    let profile = profile(&scratch, &server.endpoint, 50);
    run(&["sweep", "--yes", "--target", &profile]).expect(1).says(&[
        "could not delete kinesis-conformance-0badf00d-0001",
        "still described: DELETING",
        "deleted 0",
    ]);
}

#[test]
fn a_server_that_closes_used_connections_is_swept() {
    static DELETED: AtomicBool = AtomicBool::new(false);
    let answer = |operation: &str| old_until_deleted(&DELETED, operation);
    let server = HostileServer::start(Hostile::AnswersOnce(answer));
    run(&["sweep", "--yes", "--endpoint", &server.endpoint]).expect(0).says(&["deleted 1"]);
}

#[test]
fn each_deletion_has_the_time_of_a_transition_however_many_there_are() {
    let served = Served::start(&["--transition", "400ms"]);
    let other = Other::of(&served.endpoint);
    for number in 0..16 {
        let name = format!("kinesis-conformance-0badf00d-{number:04}");
        leave_tagged(&other, &name, "0badf00d until 20200101T000000Z");
    }
    let scratch = Scratch::new();
    let profile = profile(&scratch, &served.endpoint, 1_200);
    run(&["sweep", "--yes", "--target", &profile]).expect(0).says(&["deleted 16"]);
    assert!(other.streams().is_empty());
}

#[test]
fn sweep_keeps_what_has_no_age() {
    let swept = sweep_at(|operation| match operation {
        "ListStreams" => (200, OURS),
        "ListTagsForStream" => (200, TAGGED),
        _ => (400, r#"{"__type":"UnknownOperationException"}"#),
    });
    swept.expect(0).says(&[
        "left alone:",
        "the target does not state its creation time",
        "nothing to delete",
    ]);
}

#[test]
fn a_list_that_does_not_end_ends_the_sweep() {
    // The same page again and again, and a new name on every page.
    let same = sweep_at(|_| (200, r#"{"StreamNames":["orders"],"HasMoreStreams":true}"#));
    let fresh = sweep_at(|_| {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let page = format!(r#"{{"StreamNames":["orders-{number:09}"],"HasMoreStreams":true}}"#);
        (200, Box::leak(page.into_boxed_str()))
    });
    for swept in [same, fresh] {
        swept.expect(1).says(&["the list of streams does not end", "nothing to delete"]);
    }
}

#[test]
fn a_stream_that_vanishes_is_no_error() {
    for vanishes_at in ["ListTagsForStream", "DescribeStreamSummary"] {
        let answer: fn(&str) -> (u16, &'static str) = match vanishes_at {
            "ListTagsForStream" => |operation| match operation {
                "ListStreams" => (200, OURS),
                _ => (400, GONE),
            },
            _ => |operation| match operation {
                "ListStreams" => (200, OURS),
                "ListTagsForStream" => (200, TAGGED),
                _ => (400, GONE),
            },
        };
        sweep_at(answer).expect(0).says(&["nothing to delete"]);
    }
}

#[test]
fn tags_that_can_not_be_read_are_reported_and_the_stream_is_left_alone() {
    let swept = sweep_at(|operation| match operation {
        "ListStreams" => (200, OURS),
        _ => (400, r#"{"__type":"AccessDeniedException"}"#),
    });
    swept.expect(1).says(&["left alone: kinesis-conformance-0badf00d-0001", "400 AccessDeniedException"]);
}

fn tags_without_end(operation: &str) -> (u16, &'static str) {
    match operation {
        "ListStreams" => {
            (200, r#"{"HasMoreStreams":false,"StreamNames":["kinesis-conformance-0badf00d-0001"]}"#)
        }
        _ => (200, r#"{"HasMoreTags":true,"Tags":[{"Key":"a","Value":"b"}]}"#),
    }
}

#[test]
fn a_list_of_tags_that_does_not_end_can_not_be_read() {
    let server = HostileServer::start(Hostile::Answers(tags_without_end));
    run(&["sweep", "--yes", "--endpoint", &server.endpoint])
        .expect(1)
        .says(&["left alone: kinesis-conformance-0badf00d-0001 (its tags can't be read", "does not end"]);
}

#[test]
fn a_service_that_lists_no_streams_is_not_taken_for_a_clean_one() {
    for answer in
        [|_: &str| (200, "{}"), |_: &str| (200, "null"), |_: &str| (200, r#"{"StreamNames":"none"}"#)]
    {
        let server = HostileServer::start(Hostile::Answers(answer));
        run(&["sweep", "--yes", "--endpoint", &server.endpoint]).expect(3);
    }
}

#[test]
fn the_tag_is_looked_for_on_every_page() {
    let swept = sweep_at(|operation| {
        static PAGES: AtomicUsize = AtomicUsize::new(0);
        static DELETED: AtomicBool = AtomicBool::new(false);
        match operation {
            "ListTagsForStream" => match PAGES.fetch_add(1, Ordering::SeqCst) {
                0 => (200, r#"{"Tags":[{"Key":"a","Value":"b"}],"HasMoreTags":true}"#),
                1 => (200, r#"{"Tags":[{"Key":"i","Value":"j"}],"HasMoreTags":true}"#),
                _ => (200, TAGGED),
            },
            _ => old_until_deleted(&DELETED, operation),
        }
    });
    swept.expect(0).says(&["deleted 1"]);
}

#[test]
fn a_deletion_that_is_refused_for_a_while_is_sent_again() {
    let swept = sweep_at(|operation| {
        static TRIES: AtomicUsize = AtomicUsize::new(0);
        match operation {
            "ListStreams" => (200, OURS),
            "ListTagsForStream" => (200, TAGGED),
            "DescribeStreamSummary" if TRIES.load(Ordering::SeqCst) > 4 => (400, GONE),
            "DescribeStreamSummary" => (200, OLD),
            _ => match TRIES.fetch_add(1, Ordering::SeqCst) {
                0 => (400, r#"{"__type":"ResourceInUseException"}"#),
                1 => (400, r#"{"__type":"LimitExceededException"}"#),
                2 => (500, r#"{"__type":"InternalFailure"}"#),
                3 => (400, r#"{"__type":"ThrottlingException"}"#),
                _ => (200, ""),
            },
        }
    });
    swept.expect(0).says(&["deleted 1"]);
}

#[test]
fn sweep_deletes_what_has_expired_by_its_tag_and_keeps_what_has_not() {
    let served = Served::start(&[]);
    let other = Other::of(&served.endpoint);
    let [expired, in_use] = ["kinesis-conformance-0badf00d-0001", "kinesis-conformance-0badcafe-0001"];
    leave_tagged(&other, expired, "0badf00d until 20200101T000000Z");
    leave_tagged(&other, in_use, "0badcafe until 2999-01-01T00:00:00Z");
    run(&["sweep", "--yes", "--endpoint", &served.endpoint]).expect(0).says(&[
        &format!("{expired} (run 0badf00d, created"),
        ", expired)",
        &format!("left alone: {in_use} (run 0badcafe, created"),
        ", expires in",
        "deleted 1",
    ]);
    until("the expired stream is gone", || other.streams() == [in_use]);
    run(&["sweep", "--yes", "--run", "0badcafe", "--endpoint", &served.endpoint])
        .expect(0)
        .says(&["deleted 1"]);
    until("nothing is left", || other.streams().is_empty());
}

/// The value of the tag of a stream.
fn tag_of(other: &Other, name: &str) -> Option<String> {
    let (status, body) =
        other.request("ListTagsForStream", &Value::from([("StreamName", Value::from(name))]));
    let body: serde_json::Value = serde_json::from_str(&body).ok().filter(|_| status == 200)?;
    let tags = body["Tags"].as_array()?;
    let ours = tags.iter().find(|tag| tag["Key"] == "kinesis-conformance")?;
    ours["Value"].as_str().map(str::to_owned)
}

#[test]
fn the_tag_of_a_stream_names_its_run_and_expires_after_the_budget_of_the_run() {
    for (budget, least) in [(&[][..], 3_500), (&["--budget", "3h"], 3 * 3_600)] {
        let served = Served::start(&[]);
        let other = Other::of(&served.endpoint);
        let mut child = command(&["run", "-q", "--endpoint", &served.endpoint, "transition"])
            .args(budget)
            .spawn()
            .expect("a child");
        let mut found = None;
        until("a stream of the run has a tag", || {
            found = other.streams().iter().find_map(|name| Some((name.clone(), tag_of(&other, name)?)));
            found.is_some()
        });
        child.kill().expect("a child");
        wait(&mut child);
        let (name, value) = found.expect("a stream");
        let (run, expiry) = value.split_once(" until ").expect("an expiry");
        assert!(name.contains(run), "{name}: {value}");
        let expiry: jiff::Timestamp = expiry.parse().expect("a time");
        let seconds = expiry.duration_since(jiff::Timestamp::now()).as_secs();
        assert!((least - 60..least + 200).contains(&seconds), "{budget:?}: {seconds} s");
    }
}
