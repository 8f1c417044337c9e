//! What a report shows on request, the files that it is written to, and what GitHub Actions reads of it.

use std::process::Command;

use crate::support::{PROGRAM, Scratch, Served, run};

/// A case that a server which ignores ARNs fails, and one that it passes.
const CASES: [&str; 2] = ["delete-stream/identification/no-arn", "delete-stream/identification/slash"];

#[test]
fn one_cause_its_script_and_its_right_response() {
    let scratch = Scratch::new();
    let served = Served::start(&["--fault", "arn-ignored"]);
    let (log, script) = (scratch.path("run.jsonl"), scratch.path("again.sh"));
    let to = ["run", "-q", "--endpoint", &served.endpoint, "--log", &log];
    run(&[&to[..], &CASES].concat()).expect(1).says(&["what now", "1 cause of "]);
    let ended = run(&["judge", &log, "--cause", "1", "--script", &script]).expect(1);
    assert!(ended.out.starts_with("── 1 of 1 cause"), "{}", ended.out);
    assert!(!ended.out.contains("what now"), "{}", ended.out);
    let (_, right) = ended.out.split_once("right<").expect("how the reference answers");
    assert!(right.contains("ValidationException"), "{right}");
    // The script does what the trial did, against the same server.
    let again = Command::new("sh").arg(&script).output().expect("a shell");
    let text = String::from_utf8_lossy(&again.stdout).into_owned();
    assert!(text.contains("HTTP/1.1 200 OK"), "{text}");
    let ended = run(&["judge", &log, "--cause", "2"]).expect(1);
    assert_eq!(ended.out, "there is no cause 2: the run has 1 cause\n");
}

#[test]
fn the_columns_that_are_stated_are_kept() {
    let served = Served::start(&["--fault", "arn-ignored"]);
    for columns in [60, 140] {
        let output = Command::new(PROGRAM)
            .args(["run", "-q", "--endpoint", &served.endpoint])
            .args(CASES)
            .env("COLUMNS", columns.to_string())
            .output()
            .expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let rule = text.lines().find(|line| line.starts_with("── 1 of")).expect("a cause");
        // What is cut ends a column before the edge.
        assert!((columns - 1..=columns).contains(&rule.chars().count()), "{text}");
    }
}

#[test]
fn github_gets_annotations_and_a_summary_and_no_command_of_the_target() {
    let scratch = Scratch::new();
    let served = Served::start(&["--fault", "arn-ignored"]);
    let (summary, markdown) = (scratch.path("summary.md"), scratch.path("report.md"));
    let output = Command::new(PROGRAM)
        .args(["run", "-q", "--endpoint", &served.endpoint, "--markdown", &markdown])
        .args(CASES)
        .envs([("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", &summary)])
        .output()
        .expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let token = text.lines().next().and_then(|line| line.strip_prefix("::stop-commands::")).expect("a token");
    let (report, commands) = text.split_once(&format!("\n::{token}::\n")).expect("the end of the report");
    assert!(report.contains("what now"), "{text}");
    assert!(commands.starts_with("::error file=cases/families/identification.yaml,line="), "{commands}");
    assert_eq!(commands.lines().count(), 1, "{commands}");
    let text = |path: &str| std::fs::read_to_string(path).expect("a file");
    assert_eq!(text(&summary), text(&markdown));
    assert!(text(&markdown).starts_with("## Kinesis conformance"));
}
