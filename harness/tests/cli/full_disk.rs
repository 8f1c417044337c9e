//! Outputs that take no more: a full device, a pipe that nobody reads any more, a limit on the size of
//! files. Each is reported at once and once only, the others are written all the same, and the exit code is
//! neither that of a failed trial nor that of a bug.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use super::support::{
    Ended, Hostile, HostileServer, PROGRAM, QUICK, REFUSAL, Scratch, Served, command, free_port, run,
};

fn full() -> File {
    File::options().write(true).open("/dev/full").expect("the system has /dev/full")
}

fn into(arguments: &[&str], out: impl Into<Stdio>) -> Ended {
    command(arguments).stdout(out).output().expect("the program runs").into()
}

#[track_caller]
fn tells_the_loss_in_one_line(arguments: &[&str], ended: Ended, why: &str) {
    let ended = ended.expect(6).complains(&["error: failed to write to the standard output: ", why]);
    assert_eq!(ended.err.lines().count(), 1, "{arguments:?}: {}", ended.reported());
}

#[test]
fn every_verb_reports_in_one_line_that_its_output_takes_no_more() {
    let scratch = Scratch::new();
    let served = Served::start(&[]);
    let (log, record) = (scratch.path("run.jsonl"), scratch.path("record.jsonl"));
    run(&["run", "-q", QUICK, "--log", &log, "--record", &record]).expect(0);
    let schemas = scratch.path("");
    let verbs: [&[&str]; 17] = [
        &["list"],
        &["list", "-v", QUICK],
        &["explain", QUICK],
        &["check", "--no-faults"],
        &["faults", "--list"],
        &["run", "-q", QUICK],
        &["repeat", "-q", "--times", "1", QUICK],
        &["replay", &log, QUICK],
        &["judge", &log],
        &["compare", &record, &record],
        &["table", &record],
        &["coverage"],
        &["schema", &schemas],
        &["serve", "--listen", "127.0.0.1:0"],
        &["sweep", "--endpoint", &served.endpoint],
        &["--help"],
        &["--version"],
    ];
    for arguments in verbs {
        tells_the_loss_in_one_line(arguments, into(arguments, full()), "No space left on device");
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let ended = into(arguments, writer);
        if arguments[0] == "serve" {
            // Nobody would know where it listens.
            tells_the_loss_in_one_line(arguments, ended, "Broken pipe");
        } else {
            // As in `list | head`: the reader has what it wanted.
            let ended = ended.expect(0);
            assert!(!ended.err.contains("pipe"), "{arguments:?}: {}", ended.err);
        }
    }
}

#[test]
fn an_error_stream_that_takes_no_more_changes_no_code() {
    for (arguments, code) in [
        (&["list", "no-such-trial"][..], 4),
        (&["run", "--edpoint"], 2),
        (&["run", QUICK], 0),
        (&["repeat", "--times", "2", QUICK], 0),
        (&["run", "--endpoint", "ftp://h"], 2),
    ] {
        let output = command(arguments).stderr(full()).output().expect("the program runs");
        Ended::from(output).expect(code);
    }
}

#[test]
fn a_file_that_takes_no_more_is_reported_and_costs_no_other_output() {
    let served = Served::start(&["--fault", "encryption-type-kms-accepted"]);
    for full in ["--log", "--junit", "--record"] {
        let scratch = Scratch::new();
        let path = |flag: &str, name: &str| {
            if flag == full { "/dev/full".to_owned() } else { scratch.path(name) }
        };
        let (log, junit, record) =
            (path("--log", "run.jsonl"), path("--junit", "junit.xml"), path("--record", "record.jsonl"));
        let files = ["--log", &log, "--junit", &junit, "--record", &record];
        let to = ["run", "-q", "--endpoint", &served.endpoint, REFUSAL];
        let ended = run(&[to.as_slice(), &files].concat())
            .expect(6)
            .says(&["fail"])
            .complains(&["`/dev/full`: No space left on device", "try: "]);
        assert_eq!(ended.err.matches("No space left").count(), 1, "{}", ended.reported());
        let whole =
            [(&log, "\"event\":\"footer\""), (&junit, "</testsuites>"), (&record, "\"line\":\"footer\"")];
        for (path, end) in whole.into_iter().filter(|(path, _)| *path != "/dev/full") {
            let text = std::fs::read_to_string(path).expect("a file");
            assert!(text.contains(end), "with {full} full, {path} is whole: {text}");
        }
    }
}

#[test]
fn a_log_of_repeated_runs_that_takes_no_more_is_reported() {
    let scratch = Scratch::new();
    std::os::unix::fs::symlink("/dev/full", scratch.path("run-2.jsonl")).expect("a link");
    run(&["repeat", "-q", "--times", "3", "--logs", &scratch.path(""), QUICK])
        .expect(6)
        .says(&["no verdict flips"])
        .complains(&["run-2.jsonl`: No space left on device"]);
    assert!(Path::new(&scratch.path("run-3.jsonl")).exists(), "the runs go on");
}

#[test]
fn a_report_is_there_as_a_whole_or_as_it_was_before() {
    let scratch = Scratch::new();
    let (log, junit, record) =
        (scratch.path("run.jsonl"), scratch.write("junit.xml", "old"), scratch.write("record.jsonl", "old"));
    // No file may have more than a kilobyte, which is reported like a full disk.
    let limited = "ulimit -f 1; trap '' XFSZ; exec \"$@\"";
    let ended: Ended = Command::new("sh")
        .args(["-c", limited, "sh", PROGRAM, "run", "-q", "protocol/auth", "protocol/target"])
        .args(["--log", &log, "--junit", &junit, "--record", &record])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::null())
        .output()
        .expect("the program runs")
        .into();
    let ended =
        ended.expect(6).says(&["pass"]).complains(&["File too large", "the run goes on without its log"]);
    for path in [&junit, &record] {
        let text = std::fs::read_to_string(path).expect("a file");
        assert!(text == "old" || text.contains("footer"), "{path}: {text}\n{}", ended.reported());
    }
    assert_eq!(std::fs::read_to_string(&junit).expect("a file"), "old");
    let folder = Path::new(&log).parent().expect("a folder");
    assert_eq!(std::fs::read_dir(folder).expect("a folder").count(), 3, "nothing else is left");
}

#[test]
fn a_start_that_fails_leaves_no_file_and_damages_none() {
    let nobody = format!("http://127.0.0.1:{}", free_port());
    let page = HostileServer::start(Hostile::SpeaksHtml).endpoint;
    for to in
        [&["--endpoint", &nobody][..], &["--endpoint", &page], &["--spawn", "exit 7", "--ready", &nobody]]
    {
        let scratch = Scratch::new();
        let names = ["run.jsonl", "junit.xml", "record.jsonl"].map(|name| scratch.path(name));
        let files = ["--log", &names[0], "--junit", &names[1], "--record", &names[2]];
        let arguments = [&["run", "-q", QUICK], to, &files].concat();
        run(&arguments).expect(3);
        for name in &names {
            assert!(!Path::new(name).exists(), "{to:?}: {name} is there");
        }
        for name in &names {
            std::fs::write(name, "of the last run").expect("a file");
        }
        run(&arguments).expect(3);
        for name in &names {
            assert_eq!(std::fs::read_to_string(name).expect("a file"), "of the last run", "{to:?}: {name}");
        }
    }
}
