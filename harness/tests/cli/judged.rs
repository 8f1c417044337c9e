//! A stored run is judged again without its target: under other expectations, and when it was cut.

use super::support::{QUICK, REFUSAL, Scratch, Served, run};

#[test]
fn another_expectation_gives_another_verdict_without_the_target() {
    let scratch = Scratch::new();
    let log = scratch.path("run.jsonl");
    let served = Served::start(&[]);
    let cases = scratch.cases("", "");
    run(&["run", "-q", "--cases", &cases, "--endpoint", &served.endpoint, "--log", &log, REFUSAL]).expect(0);
    drop(served);

    run(&["judge", &log, "--cases", &cases]).expect(0).says(&["pass"]);
    let cases = scratch.cases("[[encryptionType, enum]]", "[[keyId, enum]]");
    run(&["judge", &log, "--cases", &cases])
        .expect(0)
        .says(&["good no mismatch beside", "error-text: expected keyId enum, got encryptionType enum"])
        .complains(&["changed: ", "was pass, is tolerated"]);
    run(&["judge", &log, "--cases", &cases, "--level", "strict"])
        .expect(1)
        .says(&["expected keyId enum, got encryptionType enum"])
        .complains(&["was pass, is fail"]);
}

#[test]
fn another_question_is_not_answered_by_an_old_log() {
    let scratch = Scratch::new();
    let log = scratch.path("run.jsonl");
    let cases = scratch.cases("", "");
    run(&["run", "-q", "--cases", &cases, "--log", &log, REFUSAL]).expect(0);
    let cases = scratch.cases("EncryptionType: kms,", "EncryptionType: kMS,");
    run(&["judge", &log, "--cases", &cases]).expect(5).says(&["its question has changed; run it again"]);
}

#[test]
fn a_half_written_log_is_judged_as_incomplete() {
    let scratch = Scratch::new();
    let log = scratch.path("run.jsonl");
    run(&["run", "-q", "--log", &log, QUICK]).expect(0);
    let text = std::fs::read_to_string(&log).expect("a log");
    let footer = text.rfind("{\"event\":\"footer\"").expect("a footer");

    let without = scratch.write("without-footer.jsonl", &text[..footer]);
    run(&["judge", &without]).expect(5).says(&["incomplete"]);
    let torn = scratch.write("torn.jsonl", &text[..footer + 30]);
    run(&["judge", &torn]).expect(5).says(&["incomplete"]);
    let record = scratch.path("record.jsonl");
    let ended = run(&["judge", &torn, "--record", &record]);
    assert_ne!(ended.code, Some(0), "{}", ended.reported());
    assert!(!std::path::Path::new(&record).exists(), "an incomplete run publishes no figure");
}

/// A start whose states are observed, and a description that is repeated.
const OBSERVED: &str = "\
format: 1
operation: StartStreamEncryption
cases:
  moves:
    title: A start moves the stream
    kills-nothing: a test
    given: {stream: {encryption: none}}
    steps:
      - with: {EncryptionType: KMS, KeyId: $key.managed}
        expect: accepted
        because: [SSE-008]
      - observe: stream
        because: [SSE-010]
        states:
          - {StreamStatus: ACTIVE, optional: true}
          - {StreamStatus: UPDATING}
          - {StreamStatus: ACTIVE}
      - call: DescribeStreamSummary
        by: 200ms after answer
        until: as-expected
        expect: {accepted: {StreamDescriptionSummary: {StreamStatus: ACTIVE}}}
        because: [SSE-026]
";

#[test]
fn what_a_log_does_not_hold_has_to_be_run_again_and_is_no_verdict() {
    let scratch = Scratch::new();
    let log = scratch.path("run.jsonl");
    let cases = |from: &str, to: &str| {
        assert!(OBSERVED.contains(from), "{from}");
        scratch.write("observed/start/observed.yaml", &OBSERVED.replace(from, to));
        scratch.path("observed")
    };
    let as_it_was = cases("", "");
    run(&["run", "-q", "--cases", &as_it_was, "--log", &log]).expect(0);
    run(&["judge", &log, "--cases", &as_it_was]).expect(0);

    // A call that is repeated for longer, or until something else is shown.
    for (from, to) in [("by: 200ms", "by: 900ms"), ("{StreamStatus: ACTIVE}}}", "{StreamStatus: UPDATING}}}")]
    {
        let cases = cases(from, to);
        run(&["judge", &log, "--cases", &cases])
            .expect(5)
            .says(&["a step ends later now, or by another condition; run it again"]);
    }
    // States that the stream did not go through: a second attempt would have to see that too.
    let cases = cases("          - {StreamStatus: ACTIVE}\n", "");
    run(&["judge", &log, "--cases", &cases]).expect(5).says(&["needs another attempt to count"]);
}

#[test]
fn an_error_that_quotes_a_log_or_a_record_stays_on_its_line() {
    let scratch = Scratch::new();
    let log = scratch.path("run.jsonl");
    run(&["run", "-q", QUICK, "--log", &log]).expect(0);
    let text = std::fs::read_to_string(&log).expect("the log");
    let (header, _) = text.split_once('\n').expect("a header");
    let forged = format!("{header}\n{{\"event\":\"a\\nerror: forged\"}}\n");
    let log = scratch.write("forged.jsonl", &forged);
    run(&["judge", &log]).expect(2).complains(&["a\\nerror: forged"]);
    let record = scratch.write("record.jsonl", "{\"line\":\"a\\nerror: forged\"}\n");
    run(&["table", &record]).expect(2).complains(&["a\\nerror: forged"]);
}

#[test]
fn every_reader_of_logs_takes_a_compressed_one() {
    let scratch = Scratch::new();
    let (plain, packed) = (scratch.path("run.jsonl"), scratch.path("run.jsonl.zst"));
    let record = scratch.path("record.jsonl");
    for log in [&plain, &packed] {
        let selected = "start-stream-encryption/encryption-type";
        run(&["run", "-q", "--log", log, "--record", &record, selected]).expect(0);
    }
    let length = |path: &str| std::fs::metadata(path).expect("a log").len();
    assert!(length(&packed) * 4 < length(&plain), "{} of {} bytes", length(&packed), length(&plain));
    let again = scratch.path("again.jsonl");
    run(&["judge", &packed, "--record", &again]).expect(0).says(&["pass"]);
    let header = |path: &str| {
        let text = std::fs::read_to_string(path).expect("a record");
        let header: serde_json::Value = serde_json::from_str(text.lines().next()?).ok()?;
        header.get("manifest_digest").cloned()
    };
    assert!(header(&record).is_some());
    assert_eq!(header(&again), header(&record));
    run(&["replay", &packed, REFUSAL]).expect(0).says(&["was pass, is still pass"]);
    run(&["compare", &plain, &packed]).expect(0).says(&["the same verdicts"]);

    run(&["compare", &record, &packed]).expect(0).says(&["the same verdicts"]);
    run(&["table", &packed]).expect(0).says(&["reference"]);

    let bytes = std::fs::read(&packed).expect("a log");
    std::fs::write(&packed, &bytes[..bytes.len() * 3 / 4]).expect("a shorter log");
    run(&["judge", &packed]).expect(5).says(&["incomplete"]);
    run(&["compare", &plain, &packed]).expect(2).complains(&["only a complete run is recorded"]);
}
