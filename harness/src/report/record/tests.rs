use std::io::Cursor;

use super::{Record, RecordError, read_record, write_record};
use crate::log::{Event, MismatchKind, Outcome, ReportError, TrialVerdict};
use crate::log::{Log, read_log};
use crate::report::Summary;
use crate::testing::samples::{
    because, events_of, everything, footer, header, lines, mismatch, snapshot, trial,
};

fn log(events: &[Event]) -> Log {
    read_log(Cursor::new(lines(events))).expect("a log")
}

fn record(events: &[Event]) -> String {
    Record::of_log(&log(events)).and_then(|record| record.to_json_lines()).expect("a record")
}

#[test]
fn a_record_keeps_what_is_no_plain_pass() {
    snapshot("record-everything", &record(&everything()));
}

#[test]
fn a_record_is_the_same_from_another_port_and_in_another_order() {
    let mut events = everything();
    let blocked = because(
        trial("z/z", "z/z", Outcome::Blocked),
        "connect to 127.0.0.1:4567: connection reset after 1.2 ms",
    );
    events.insert(1, Event::Trial(Box::new(blocked)));
    let mut elsewhere = events.clone();
    let last = elsewhere.len() - 1;
    elsewhere[1..last].reverse();
    let text = lines(&elsewhere).replace("127.0.0.1:4567", "[::1]:9999");
    let moved = events_of(&text.replace("\"ms\":12,", "\"ms\":99,").replace("\"ms\":12}", "\"ms\":99}"));
    assert_ne!(moved, events);
    assert_eq!(record(&moved), record(&events));
    assert!(record(&events).contains("connect to <endpoint>: connection reset after <time>"));
    assert!(!record(&events).contains("4567"));
}

#[test]
fn an_incomplete_log_gets_no_record() {
    let refused = Record::of_log(&log(&[header(1)])).expect_err("no footer");
    assert!(matches!(refused, ReportError::Incomplete("it has no footer")), "{refused}");
    let refused = Record::of_log(&log(&[header(1), footer(false)])).expect_err("gaps");
    assert!(matches!(refused, ReportError::Incomplete(_)), "{refused}");
}

#[test]
fn a_written_record_reads_back_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("1.2.3.jsonl");
    let log = log(&everything());
    write_record(&crate::report::Summary::of_log(&log), &path).expect("a file");
    let file = std::fs::File::open(&path).expect("the file");
    let read = read_record(std::io::BufReader::new(file)).expect("a record");
    assert_eq!(read, Record::of_log(&log).expect("a record"));
}

#[test]
fn every_trial_is_named_or_counted_as_passed() {
    let log = log(&everything());
    let record = Record::of_log(&log).expect("a record");
    assert_eq!(record.trials.len() + record.footer.passed, Summary::of_log(&log).trials.len());
}

#[test]
fn a_record_that_is_not_whole_is_refused() {
    let text = record(&everything());
    let lines: Vec<&str> = text.lines().collect();
    let without_footer = lines[..lines.len() - 1].join("\n");
    assert!(matches!(read_record(Cursor::new(without_footer)), Err(RecordError::Incomplete)));
    let without_header = lines[1..].join("\n");
    assert!(matches!(read_record(Cursor::new(without_header)), Err(RecordError::Form { line: 1, .. })));
    for (version, found) in [("\"format\":9", (9, 0)), ("\"format\":1,\"minor\":1", (1, 1))] {
        let newer = text.replacen("\"format\":1", version, 1);
        let error = read_record(Cursor::new(newer)).expect_err("a later version");
        assert!(matches!(error, RecordError::New { major, minor, .. } if (major, minor) == found), "{error}");
        assert!(error.to_string().ends_with("use kinesis-conformance 0.1.0, which wrote it, or a later one"));
    }
    let stated = text.replacen("\"format\":1", "\"format\":1,\"minor\":0", 1);
    assert_eq!(
        read_record(Cursor::new(stated)).expect("this version"),
        read_record(Cursor::new(&text)).expect("this version")
    );
    let older = text.replacen("\"format\":1", "\"format\":0", 1);
    let error = read_record(Cursor::new(older)).expect_err("an older version");
    assert!(
        error.to_string().ends_with("it has format 0, and this version reads format 1: run again"),
        "{error}"
    );
    assert!(matches!(read_record(Cursor::new("{\n")), Err(RecordError::Form { line: 1, .. })));
    let huge = format!("\"counts\":{{\"blocked\":{},\"error\":1,", usize::MAX);
    let (before, _) = text.split_once("\"counts\":{").expect("a footer");
    let footer = format!("{before}{huge}\"pass\":1}},\"passed\":1,\"statement\":\"\"}}\n");
    let refused = read_record(Cursor::new(footer)).expect_err("no sum");
    assert!(refused.to_string().contains("the counts are too large"), "{refused}");
}

#[test]
fn what_a_process_said_last_is_in_no_record() {
    let how =
        "the target's process ended by itself with exit status: 1\n  | /opt/emulator/index.js:255\n  | Error";
    let ended = TrialVerdict {
        mismatches: vec![mismatch(MismatchKind::NoAnswer, "a response", how, ("cases/a.yaml", 1, 1, 1))],
        ..trial("z/z", "z/z", Outcome::Fail)
    };
    let mut events = everything();
    events.insert(1, Event::Trial(Box::new(ended)));
    let record = record(&events);
    assert!(record.contains("ended by itself with exit status: 1\""), "{record}");
    assert!(!record.contains("/opt/emulator"), "{record}");
}
