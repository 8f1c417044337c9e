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
    send(&list(&scratch, "status")).expect(0).says(&["no mismatch beside", "known failures", "fail 0"]);
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
