//! Runs that end early. After SIGINT, SIGTERM and SIGHUP nothing is left on the target; after
//! SIGKILL `sweep` finds exactly what is left, and touches nothing else.

use std::io::BufReader;
use std::process::Child;
use std::time::Duration;

use kinesis_conformance::log::{Event, read_log};

use super::other_user::Other;
use super::support::{Hostile, HostileServer, Scratch, Served, command, run, signal, until, wait};

/// A run that has streams on the target and verdicts in its log.
fn under_way(endpoint: &str, log: &str) -> Child {
    let child =
        command(&["run", "--quiet", "--jobs", "2", "--endpoint", endpoint, "--log", log, "transition"])
            .spawn()
            .expect("a child");
    let mut other = None;
    until("the run has a verdict and streams", || {
        let verdict = std::fs::read_to_string(log).is_ok_and(|text| text.contains("{\"event\":\"trial\""));
        let other = other.get_or_insert_with(|| Other::of(endpoint));
        verdict && !other.streams().is_empty()
    });
    child
}

#[test]
fn after_a_signal_that_asks_for_the_end_nothing_is_left_on_the_target() {
    for name in ["INT", "TERM", "HUP"] {
        let served = Served::start(&[]);
        let scratch = Scratch::new();
        let log = scratch.path("run.jsonl");
        let mut child = under_way(&served.endpoint, &log);
        signal(&child, name);
        assert_eq!(wait(&mut child).code(), Some(5), "after SIG{name}");
        let other = Other::of(&served.endpoint);
        // The last deletions were accepted; the target takes its time to carry them out.
        until("nothing is left", || other.streams().is_empty());
        let text = std::fs::read_to_string(&log).expect("a log");
        let footer = text.lines().last().expect("a line");
        assert!(footer.contains("\"complete\":false"), "after SIG{name}: {footer}");
        run(&["judge", &log]).expect(5).says(&["incomplete"]);
    }
}

#[test]
fn a_run_that_is_interrupted_says_so_by_its_code_whatever_files_were_requested() {
    let served = Served::start(&[]);
    let scratch = Scratch::new();
    let (junit, record) = (scratch.path("junit.xml"), scratch.path("record.jsonl"));
    let other = Other::of(&served.endpoint);
    let mut child = command(&["run", "-q", "--jobs", "2", "--endpoint", &served.endpoint, "transition"])
        .args(["--junit", &junit, "--record", &record])
        .spawn()
        .expect("a child");
    until("the run has streams", || !other.streams().is_empty());
    signal(&child, "INT");
    assert_eq!(wait(&mut child).code(), Some(5));
    let report = std::fs::read_to_string(&junit).expect("a report");
    assert!(report.contains("\"complete\" value=\"false\""), "{report}");
    assert!(!std::path::Path::new(&record).exists(), "an incomplete run makes no record, and no empty one");
}

#[test]
fn repeated_runs_end_at_the_first_signal_and_leave_nothing() {
    let served = Served::start(&[]);
    let mut child = command(&["repeat", "--times", "100", "--endpoint", &served.endpoint, "transition"])
        .spawn()
        .expect("a child");
    let other = Other::of(&served.endpoint);
    until("the run has streams", || !other.streams().is_empty());
    signal(&child, "TERM");
    assert_eq!(wait(&mut child).code(), Some(5));
    until("nothing is left", || other.streams().is_empty());
}

#[test]
fn a_signal_before_the_target_has_answered_ends_at_once() {
    let server = HostileServer::start(Hostile::Hangs);
    let mut child =
        command(&["run", "--endpoint", &server.endpoint, "--timeout", "300"]).spawn().expect("a child");
    until("the first question is put", || server.accepted() > 0);
    signal(&child, "INT");
    assert_eq!(wait(&mut child).code(), Some(5));
}

/// The exchanges and the verdicts in a log that is being written, or that nobody writes any more.
fn written(log: &str) -> (usize, usize) {
    let read = std::fs::File::open(log).ok().and_then(|file| read_log(BufReader::new(file)).ok());
    let events = read.map(|log| log.events).unwrap_or_default();
    let count = |holds: fn(&Event) -> bool| events.iter().filter(|event| holds(event)).count();
    (count(|event| matches!(event, Event::Exchange(_))), count(|event| matches!(event, Event::Trial(_))))
}

#[test]
fn after_sigkill_a_compressed_log_is_judged_up_to_the_last_exchange() {
    let served = Served::start(&[]);
    let scratch = Scratch::new();
    let log = scratch.path("run.jsonl.zst");
    let mut child =
        command(&["run", "--quiet", "--jobs", "2", "--endpoint", &served.endpoint, "--log", &log])
            .arg("start-stream-encryption")
            .spawn()
            .expect("a child");
    let mut before = (0, 0);
    until("the log has verdicts", || {
        before = written(&log);
        before.1 >= 5
    });
    child.kill().expect("a child");
    wait(&mut child);
    let after = written(&log);
    assert!(after.0 >= before.0 && after.1 >= before.1, "{before:?} and then {after:?}");
    let judged = run(&["judge", &log]).expect(5).says(&["incomplete"]);
    assert!(!judged.err.contains("changed:"), "{}", judged.reported());
}

#[test]
fn after_sigkill_sweep_finds_what_is_left_and_nothing_else() {
    let served = Served::start(&[]);
    let other = Other::of(&served.endpoint);
    // Somebody's own, and somebody's whose name looks like ours.
    let theirs = ["kinesis-conformance-of-somebody", "orders"];
    let scratch = Scratch::new();
    let log = scratch.path("run.jsonl");
    for name in theirs {
        other.create(name);
    }
    let mut child = under_way(&served.endpoint, &log);
    // Events reach the log in batches, while the run goes on: a killed run leaves what it has observed.
    until("the log names every stream that the run has made", || {
        let ours: Vec<String> =
            other.streams().into_iter().filter(|name| !theirs.contains(&name.as_str())).collect();
        let text = std::fs::read_to_string(&log).expect("a log");
        !ours.is_empty() && ours.iter().all(|name| text.contains(name.as_str()))
    });
    child.kill().expect("a child");
    wait(&mut child);
    // Deletions that were under way are carried out: a transition of the server takes 500 ms.
    std::thread::sleep(Duration::from_millis(700));
    let left: Vec<String> =
        other.streams().into_iter().filter(|name| !theirs.contains(&name.as_str())).collect();
    assert!(!left.is_empty(), "the run was killed with streams open");

    // So young that the run might still be under way, if it were not known to be killed.
    run(&["sweep", "--yes", "--endpoint", &served.endpoint])
        .expect(0)
        .says(&["`--all` deletes those of all runs"]);
    let output = run(&["sweep", "--all", "--endpoint", &served.endpoint]).expect(1);
    let output =
        output.says(&["left alone: kinesis-conformance-of-somebody", "nothing was deleted", "--yes"]);
    let names = output.out.lines().filter_map(|line| line.split_once(" (run ")).map(|(name, _)| name);
    let found: Vec<&str> = names.filter(|name| left.iter().any(|there| there == name)).collect();
    assert_eq!(found, left, "{}", output.out);
    assert!(!output.out.contains("orders"), "{}", output.out);

    run(&["sweep", "--yes", "--all", "--endpoint", &served.endpoint])
        .expect(0)
        .says(&[&format!("deleted {}", left.len())]);
    until("only theirs are there", || other.streams() == theirs);
    run(&["sweep", "--endpoint", &served.endpoint]).expect(0).says(&["nothing to delete"]);

    let text = std::fs::read_to_string(&log).expect("a log");
    assert!(!text.contains("{\"event\":\"footer\""), "a killed run writes no footer");
    run(&["judge", &log]).expect(5).says(&["incomplete"]);
}
