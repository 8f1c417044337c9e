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
        .says(&["good no deviation beside", "error-text: expected keyId enum, got encryptionType enum"])
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
    assert_ne!(ended.code, Some(0), "{}", ended.told());
    assert!(!std::path::Path::new(&record).exists(), "an incomplete run publishes no figure");
}
