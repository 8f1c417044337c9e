use std::io::Cursor;

use proptest::prelude::*;

use crate::log::file::{LogError, LogWriter, read_log};
use crate::log::{Event, Listener, Outcome, ReportError};
use crate::testing::samples::{everything, footer, header, lines, trial};

fn read(text: &str) -> Result<crate::log::file::Log, LogError> {
    read_log(Cursor::new(text))
}

fn small() -> Vec<Event> {
    vec![header(1), Event::Trial(Box::new(trial("a/b", "a/b", Outcome::Pass))), footer(true)]
}

#[test]
fn a_written_log_reads_back_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.jsonl");
    let events = everything();
    let mut writer = LogWriter::create(&path).expect("a file");
    for event in &events {
        writer.event(event).expect("a line");
    }
    let file = std::fs::File::open(&path).expect("the file");
    let log = read_log(std::io::BufReader::new(file)).expect("a log");
    assert!(log.is_complete());
    let header = Event::Header(Box::new(log.header));
    let footer = log.footer.map(|footer| Event::Footer(Box::new(footer)));
    let read: Vec<Event> = [header].into_iter().chain(log.events).chain(footer).collect();
    assert_eq!(read, events);
}

#[test]
fn a_verdict_is_on_disk_before_the_run_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.jsonl");
    let mut writer = LogWriter::create(&path).expect("a file");
    for event in &small()[..2] {
        writer.event(event).expect("a line");
    }
    assert_eq!(std::fs::read_to_string(&path).expect("text"), lines(&small()[..2]));
}

#[test]
fn a_log_that_gets_no_event_leaves_no_file_and_takes_none_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let (fresh, old) = (folder.path().join("fresh.jsonl"), folder.path().join("old.jsonl"));
    std::fs::write(&old, "of yesterday, and longer than what is written today").expect("a file");
    for path in [&fresh, &old] {
        drop(LogWriter::create(path).expect("a file"));
    }
    assert!(!fresh.exists(), "nothing was logged");
    assert!(std::fs::read_to_string(&old).expect("text").starts_with("of yesterday"));
    let mut writer = LogWriter::create(&old).expect("a file");
    small().iter().for_each(|event| writer.event(event).expect("a line"));
    drop(writer);
    assert_eq!(std::fs::read_to_string(&old).expect("text"), lines(&small()));
}

#[test]
fn a_path_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = LogWriter::create(&folder.path().join("missing/run.jsonl")).expect_err("no such folder");
    assert!(matches!(error, ReportError::Write { what: "log", .. }));
    assert!(error.to_string().contains("missing/run.jsonl"), "{error}");
}

#[test]
fn a_log_without_a_footer_is_incomplete() {
    let log = read(&lines(&small()[..2])).expect("a log");
    assert_eq!(log.incomplete_because(), Some("it has no footer"));
}

#[test]
fn a_footer_that_admits_gaps_is_incomplete() {
    let log = read(&lines(&[header(2), footer(false)])).expect("a log");
    assert!(!log.is_complete());
}

#[test]
fn a_torn_last_line_is_incomplete_and_no_error() {
    let text = lines(&small());
    let log = read(&text[..text.len() - 9]).expect("a log");
    assert_eq!((log.torn, log.footer.is_some(), log.events.len()), (Some(3), false, 1));
    assert_eq!(log.incomplete_because(), Some("its last line is torn"));
}

#[test]
fn a_broken_line_is_named_with_its_column() {
    let text = lines(&small()).replacen("\"outcome\":\"pass\"", "\"outcome\":\"great\"", 1);
    let error = read(&text).expect_err("no such outcome");
    let LogError::Form { line: 2, ref reason, column } = error else { panic!("{error}") };
    assert!(reason.contains("unknown variant `great`"), "{reason}");
    assert!(column > 1, "{column}");
}

#[test]
fn a_log_of_another_version_says_what_to_do() {
    let of_version = |major: u32, minor: &str| {
        let version = format!("\"format\":{major},{minor}");
        read(&lines(&small()).replacen("\"format\":2,\"minor\":2,", &version, 1))
    };
    assert_eq!(
        of_version(1, "").expect_err("an older version").to_string(),
        "read the log: it has format 1, and this version reads format 2: run again"
    );
    for (major, minor, found) in [(2, "\"minor\":3,", "2.3"), (3, "", "3.0"), (3, "\"minor\":1,", "3.1")] {
        let error = of_version(major, minor).expect_err("a later version").to_string();
        let start =
            format!("read the log: it has format {found}, and this version reads format 2.2 and older ");
        assert!(error.starts_with(&start), "{error}");
        assert!(error.ends_with("use kinesis-conformance 0.1.0, which wrote it, or a later one"), "{error}");
    }
    assert_eq!(
        of_version(2, "").expect("an older minor").events,
        read(&lines(&small())).expect("a log").events
    );
}

#[test]
fn what_is_no_log_is_distinguished_from_an_empty_one() {
    assert!(matches!(read(""), Err(LogError::Empty)));
    assert!(matches!(read("{\"event\":\"hea"), Err(LogError::Empty)));
    assert!(matches!(read("hello\n"), Err(LogError::NoHeader)));
    assert!(matches!(read(&lines(&small()[1..])), Err(LogError::NoHeader)));
}

#[test]
fn events_that_no_run_writes_in_that_order_are_refused() {
    let after_the_end = read(&lines(&[header(1), footer(true), footer(true)]));
    assert!(matches!(after_the_end, Err(LogError::Order { line: 3, event: "footer" })));
    let second_header = read(&lines(&[header(1), header(1)]));
    assert!(matches!(second_header, Err(LogError::Order { line: 2, event: "header" })));
}

#[test]
fn each_line_is_in_the_file_before_the_next_event_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.jsonl");
    let mut writer = LogWriter::create(&path).unwrap();
    let events = everything();
    for (index, event) in events.iter().enumerate() {
        writer.event(event).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), lines(&events[..=index]));
    }
}

/// What is in a file that ends with `.zst`.
#[cfg(feature = "cli")]
fn unpacked(path: &std::path::Path) -> Result<String, std::io::Error> {
    use std::io::Read as _;
    let mut text = String::new();
    let mut decoder = zstd::Decoder::new(std::fs::File::open(path)?)?;
    match decoder.read_to_string(&mut text) {
        Err(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => Err(error),
        Ok(_) | Err(_) => Ok(text),
    }
}

#[cfg(feature = "cli")]
#[test]
fn each_line_is_in_a_compressed_file_before_the_next_event_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.jsonl.zst");
    let mut writer = LogWriter::create(&path).unwrap();
    let events = everything();
    for (index, event) in events.iter().enumerate() {
        writer.event(event).unwrap();
        assert_eq!(unpacked(&path).unwrap(), lines(&events[..=index]));
    }
    let whole = std::fs::read(&path).unwrap();
    drop(writer);
    assert_eq!(std::fs::read(&path).unwrap(), whole, "the footer ends the file");
    assert!(whole.len() * 3 < lines(&events).len(), "{} bytes", whole.len());
    let log = read_log(whole.as_slice()).unwrap();
    assert!(log.is_complete());
    assert_eq!(log, read(&lines(&events)).unwrap());
}

#[cfg(feature = "cli")]
#[test]
fn a_compressed_file_is_read_up_to_where_it_was_cut() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.jsonl.zst");
    let events = everything();
    let mut writer = LogWriter::create(&path).unwrap();
    // How long the file is after each event.
    let mut ends = Vec::new();
    for event in &events {
        writer.event(event).unwrap();
        ends.push(std::fs::metadata(&path).unwrap().len());
    }
    drop(writer);
    let whole = std::fs::read(&path).unwrap();
    for end in 0..whole.len() {
        let written = ends.iter().filter(|length| **length <= end as u64).count();
        match read_log(&whole[..end]) {
            Ok(log) => {
                assert!(written >= 1);
                // Without the header; part of the next event's lines may be there too.
                assert!(log.events.len() >= (written - 1).min(events.len() - 2), "{end}: {written}");
                assert_eq!(log.events[..], events[1..=log.events.len()]);
            }
            Err(LogError::Empty | LogError::NoHeader) => assert_eq!(written, 0, "{end}"),
            Err(error) => panic!("{end}: {error}"),
        }
    }
    let mut broken = whole;
    let middle = broken.len() / 2;
    broken[middle] ^= 0xff;
    if let Ok(log) = read_log(broken.as_slice()) {
        assert_ne!(log.events, events[1..events.len() - 1], "a changed byte changes what is read");
    }
}

#[test]
fn a_line_without_end_is_refused_before_it_is_held() {
    let endless = std::io::BufReader::new(std::io::repeat(b'x'));
    assert!(matches!(read_log(endless), Err(LogError::TooLong { line: 1, .. })));
}

#[test]
fn deep_nesting_is_an_error_like_any_other() {
    let deep = format!("{}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(read(&(lines(&small()[..1]) + &deep)), Err(LogError::Form { line: 2, .. })));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read_log(Cursor::new(bytes));
    }

    #[test]
    fn a_corrupted_log_is_read_or_refused(at in 0_usize..4_000, byte in any::<u8>(), end in 0_usize..4_000) {
        let mut bytes = lines(&everything()).into_bytes();
        let at = at * 13 % bytes.len();
        bytes[at] = byte;
        bytes.truncate(bytes.len() - end * 7 % bytes.len());
        let _ = read_log(Cursor::new(bytes));
    }
}
