//! Lists of known failures: a listed failure does not fail the run, another one does, and a fixed
//! one does until its line is gone.

use super::support::{REFUSAL, Scratch, Served, run, snapshot};

fn list(scratch: &Scratch, kind: &str) -> String {
    scratch.write(
        "known.yaml",
        &format!(
            "format: 1\nknown:\n  {REFUSAL}: {{fails: [{kind}], why: The emulator lowers the letters}}\n"
        ),
    )
}

#[test]
fn a_listed_failure_is_known_and_does_not_fail_the_run() {
    let scratch = Scratch::new();
    let served = Served::start(&["--fault", "encryption-type-kms-accepted"]);
    let send = |known: &str| run(&["run", "-q", "--endpoint", &served.endpoint, "--known", known, REFUSAL]);
    send(&list(&scratch, "status")).expect(0).says(&["no mismatch beside 6 known", "0 fail"]);
    // Failing in another way than the listed one is a failure.
    send(&list(&scratch, "header")).expect(1).says(&["expected ValidationException, got accepted"]);
}

#[test]
fn a_listed_failure_that_passes_fails_the_run_and_names_the_line() {
    let scratch = Scratch::new();
    let cases = scratch.cases("", "");
    let ended =
        run(&["run", "-q", "--cases", &cases, "--known", &list(&scratch, "status"), REFUSAL]).expect(1);
    snapshot("cli-fixed", &scratch.redact(&ended.out));
}

#[test]
fn a_list_is_made_of_a_log_and_mended_by_the_next_one() {
    let scratch = Scratch::new();
    let (log, list) = (scratch.path("run.jsonl"), scratch.path("known.yaml"));
    let served = Served::start(&["--fault", "encryption-type-kms-accepted"]);
    let endpoint = served.endpoint.as_str();
    run(&["run", "-q", "--endpoint", endpoint, "--log", &log, REFUSAL]).expect(1);
    run(&["known", "update", "--log", &log, "--into", &list]).expect(0).says(&["new, 6 in it"]);
    let made = std::fs::read_to_string(&list).expect("a list");
    assert!(made.contains(REFUSAL) && made.contains("suite: \""), "{made}");
    std::fs::write(&list, made.replace("known:\n", "known:\n  # Ours, see #12.\n")).expect("written");
    run(&["known", "check", &list, "--log", &log]).expect(0).says(&["as the run of the log is"]);
    run(&["run", "-q", "--endpoint", endpoint, "--known", &list, REFUSAL]).expect(0);
    run(&["run", "-q", "--known", &list, "--log", &log, REFUSAL]).expect(1).says(&[
        "known list",
        "fixed: ",
        "mend it: kinesis-conformance known update",
    ]);
    run(&["known", "check", &list, "--log", &log]).expect(1).says(&["fixed: "]);
    run(&["known", "update", "--log", &log, "--into", &list])
        .expect(0)
        .says(&["6 fixed: ", "nothing is left"]);
    let mended = std::fs::read_to_string(&list).expect("a list");
    assert!(mended.contains("known: {}\n  # Ours, see #12.\n"), "{mended}");
    run(&["run", "-q", "--known", &list, REFUSAL]).expect(0);
}
