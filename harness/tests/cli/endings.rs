//! Every run ends, whatever its target does, and leaves no stream that it does not name.

use std::process::Child;
use std::time::{Duration, Instant};

use super::other_user::Other;
use super::proxy::{Handling, Proxy};
use super::support::{
    Ended, Hostile, HostileServer, PROGRAM, REFUSAL, SLACK, Scratch, Served, command, free_port, run, signal,
    until,
};

/// Waits for the end of a child, which has to come within this time on an idle machine, and reads what it said.
fn ended_within(child: Child, limit: Duration) -> (Ended, Duration) {
    let started = Instant::now();
    let output = child.wait_with_output().expect("a child");
    let took = started.elapsed();
    let ended = Ended::from(output);
    assert!(took < limit + SLACK, "it took {took:?}\n{}", ended.reported());
    (ended, took)
}

/// The names of the footer's `left_behind`.
fn left_behind(log: &str) -> Vec<String> {
    let text = std::fs::read_to_string(log).expect("a log");
    let footer: serde_json::Value = serde_json::from_str(text.lines().last().expect("a line")).expect("JSON");
    assert_eq!(footer["event"], "footer", "{footer}");
    let names = footer["left_behind"].as_array().expect("a list");
    names.iter().map(|name| name.as_str().expect("a name").to_owned()).collect()
}

const SLOW_CREATE: fn(&str) -> Handling = |operation| match operation {
    "CreateStream" => Handling::Late(Duration::from_secs(2)),
    _ => Handling::Pass,
};

#[test]
fn a_create_that_is_under_way_at_a_signal_is_waited_for_and_its_stream_is_deleted() {
    let served = Served::start(&["--transition", "20ms"]);
    let proxy = Proxy::start(&served.endpoint, SLOW_CREATE);
    let scratch = Scratch::new();
    let log = scratch.path("run.jsonl");
    let child = command(&["run", "-q", "--jobs", "4", "--endpoint", &proxy.endpoint, "--log", &log])
        .arg("transition")
        .spawn()
        .expect("a child");
    until("creates are under way", || {
        std::fs::read_to_string(&log).is_ok_and(|text| text.contains("\"event\":\"header\""))
    });
    std::thread::sleep(Duration::from_millis(500));
    signal(&child, "INT");
    let (ended, took) = ended_within(child, Duration::from_secs(10));
    ended.expect(5);
    assert_eq!(left_behind(&log), Vec::<String>::new());
    let other = Other::of(&served.endpoint);
    // A create that was forgotten would be carried out by then.
    std::thread::sleep(Duration::from_millis(2_500));
    assert_eq!(other.streams(), Vec::<String>::new(), "streams stay; the run ended after {took:?}");
}

#[test]
fn a_create_that_is_given_up_is_remembered_until_its_stream_can_be_deleted() {
    let served = Served::start(&["--transition", "20ms"]);
    let proxy = Proxy::start(&served.endpoint, SLOW_CREATE);
    let scratch = Scratch::new();
    let log = scratch.path("run.jsonl");
    let child =
        command(&["run", "-q", "--timeout", "1", "--endpoint", &proxy.endpoint, "--log", &log, REFUSAL])
            .spawn()
            .expect("a child");
    ended_within(child, Duration::from_secs(30)).0.expect(4);
    assert_eq!(left_behind(&log), Vec::<String>::new());
    std::thread::sleep(Duration::from_millis(2_500));
    assert_eq!(Other::of(&served.endpoint).streams(), Vec::<String>::new());
}

#[test]
fn a_create_that_never_gets_a_response_is_named() {
    let served = Served::start(&[]);
    let proxy = Proxy::start(&served.endpoint, |operation| match operation {
        "CreateStream" => Handling::Hang,
        _ => Handling::Pass,
    });
    let scratch = Scratch::new();
    let log = scratch.path("run.jsonl");
    let child = command(&["run", "-q", "--endpoint", &proxy.endpoint, "--log", &log, REFUSAL])
        .spawn()
        .expect("a child");
    until("the run has begun", || {
        std::fs::read_to_string(&log).is_ok_and(|text| text.contains("\"event\":\"header\""))
    });
    std::thread::sleep(Duration::from_millis(500));
    signal(&child, "INT");
    let (ended, _) = ended_within(child, Duration::from_secs(33));
    let ended = ended.expect(5).complains(&["deleting: 1 of 1 streams are left; at most"]);
    let left = left_behind(&log);
    assert_eq!(left.len(), 1, "{left:?}");
    ended.says(&[&left[0], "may still be carried out"]);
}

#[test]
fn deletes_that_get_no_response_hold_nobody_up() {
    let served = Served::start(&["--transition", "20ms"]);
    let proxy = Proxy::start(&served.endpoint, |operation| match operation {
        "DeleteStream" => Handling::Hang,
        _ => Handling::Pass,
    });
    let scratch = Scratch::new();
    let log = scratch.path("run.jsonl");
    let arguments = ["run", "-q", "--jobs", "8", "--endpoint", &proxy.endpoint, "--log", &log, "transition"];
    let other = Other::of(&served.endpoint);
    let start = || {
        let child = command(&arguments).spawn().expect("a child");
        let before = other.streams().len();
        until("the run has streams", || other.streams().len() > before + 1);
        child
    };
    let child = start();
    signal(&child, "INT");
    let (ended, _) = ended_within(child, Duration::from_secs(33));
    let ended = ended.expect(5).complains(&["streams are left; at most"]);
    let left = left_behind(&log);
    assert_eq!(left, other.streams(), "all that is left is named\n{}", ended.reported());

    // The second signal ends the program at once, which names what is left then too.
    let before = other.streams();
    let child = start();
    signal(&child, "INT");
    std::thread::sleep(Duration::from_millis(300));
    signal(&child, "INT");
    // The deadline for deletions is 30 s.
    let ended = ended_within(child, Duration::from_secs(1)).0.expect(5);
    let fresh: Vec<String> = other.streams().into_iter().filter(|name| !before.contains(name)).collect();
    assert!(!fresh.is_empty());
    for name in fresh {
        assert!(ended.err.contains(&format!("left behind: {name}")), "{name}\n{}", ended.reported());
    }
}

#[test]
fn deletes_that_are_throttled_or_late_end_within_the_deadline() {
    for handling in [
        (|operation| match operation {
            "DeleteStream" => {
                Handling::Answer(400, r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#)
            }
            _ => Handling::Pass,
        }) as fn(&str) -> Handling,
        |operation| match operation {
            "DeleteStream" => Handling::Late(Duration::from_secs(9)),
            _ => Handling::Pass,
        },
    ] {
        let served = Served::start(&["--transition", "20ms"]);
        let proxy = Proxy::start(&served.endpoint, handling);
        let scratch = Scratch::new();
        let log = scratch.path("run.jsonl");
        let child = command(&["run", "-q", "--jobs", "8", "--endpoint", &proxy.endpoint, "--log", &log])
            .arg("transition")
            .spawn()
            .expect("a child");
        let other = Other::of(&served.endpoint);
        until("the run has streams", || other.streams().len() > 1);
        signal(&child, "INT");
        ended_within(child, Duration::from_secs(33)).0.expect(5);
        std::thread::sleep(Duration::from_millis(200));
        assert_eq!(left_behind(&log), other.streams(), "all that is left is named");
    }
}

#[test]
fn a_budget_ends_a_run_and_reports_what_was_reached() {
    let served = Served::start(&["--transition", "20ms"]);
    let proxy = Proxy::start(&served.endpoint, |_| Handling::LateResponse(Duration::from_millis(100)));
    let scratch = Scratch::new();
    let log = scratch.path("run.jsonl");
    let started = Instant::now();
    let arguments = ["--endpoint", &proxy.endpoint, "--budget", "6s", "--jobs", "2", "-q"];
    run(&[&["run", "--log", &log], &arguments[..]].concat())
        .expect(5)
        .says(&["the time budget of 6 s was over; the run ended with", "verdicts for"]);
    assert!(started.elapsed() < Duration::from_secs(10) + SLACK, "{:?}", started.elapsed());
    assert_eq!(left_behind(&log), Vec::<String>::new());
    let ended =
        run(&[&["repeat", "--times", "3", "start-stream-encryption"], &arguments[..]].concat()).expect(5);
    ended.complains(&["the time budget of 6 s was over; 0 of 3 runs came to their end"]);
    until("nothing is left", || Other::of(&served.endpoint).streams().is_empty());
}

#[test]
fn a_budget_that_is_over_during_a_clean_up_lets_no_further_run_begin() {
    // The deletions of each run are answered so late that the budget is over before them.
    let served = Served::start(&["--transition", "20ms"]);
    let proxy = Proxy::start(&served.endpoint, |operation| match operation {
        "DeleteStream" => Handling::LateResponse(Duration::from_secs(6)),
        _ => Handling::Pass,
    });
    let arguments = ["--times", "50", "--budget", "4s", "-q", "--endpoint", &proxy.endpoint];
    let child = command(&[&["repeat"], &arguments[..], &[REFUSAL]].concat()).spawn().expect("a child");
    let ended = ended_within(child, Duration::from_secs(40)).0.expect(5);
    ended.complains(&["the time budget of 4 s was over", "of 50 runs came to their end"]);
}

#[test]
fn a_budget_that_is_not_used_up_changes_nothing() {
    run(&["run", "-q", "--budget", "5m", super::support::QUICK]).expect(0);
    for value in ["0s", "soon", "800ms", "8d", "-5m"] {
        run(&["run", "-q", &format!("--budget={value}"), super::support::QUICK])
            .expect(2)
            .complains(&["--budget", "a time from 1s to a week"]);
    }
}

#[test]
fn a_budget_that_is_over_before_the_first_trial_is_reported() {
    let server = HostileServer::start(Hostile::Hangs);
    let started = Instant::now();
    run(&["run", "--budget", "1s", "--timeout", "60", "--endpoint", &server.endpoint])
        .expect(5)
        .complains(&["the time budget of 1 s was over before the first trial"]);
    assert!(started.elapsed() < Duration::from_secs(5) + SLACK);
}

#[test]
fn a_target_that_falls_silent_ends_the_run() {
    let served = Served::start(&["--transition", "20ms"]);
    let proxy = Proxy::with_turn(&served.endpoint, |_| Handling::Pass, Handling::Hang);
    let scratch = Scratch::new();
    let log = scratch.path("run.jsonl");
    let child = command(&["run", "-q", "--timeout", "2", "--endpoint", &proxy.endpoint, "--log", &log])
        .spawn()
        .expect("a child");
    until("the run has verdicts", || {
        std::fs::read_to_string(&log).is_ok_and(|text| text.contains("\"event\":\"trial\""))
    });
    proxy.turn();
    let (ended, took) = ended_within(child, Duration::from_secs(60));
    println!("silent: {took:?}");
    ended.expect(3).says(&["the target stopped responding: none of the last", "verdicts for"]);
    let left = left_behind(&log);
    for name in Other::of(&served.endpoint).streams() {
        assert!(left.contains(&name), "{name} is not named");
    }
}

#[test]
fn a_target_that_dies_ends_the_run_soon() {
    let served = Served::start(&[]);
    let scratch = Scratch::new();
    let log = scratch.path("run.jsonl");
    let child =
        command(&["run", "-q", "--endpoint", &served.endpoint, "--log", &log]).spawn().expect("a child");
    until("the run has verdicts", || {
        std::fs::read_to_string(&log).is_ok_and(|text| text.contains("\"event\":\"trial\""))
    });
    drop(served);
    let (ended, took) = ended_within(child, Duration::from_secs(8));
    println!("dead: {took:?}");
    ended.expect(3).says(&["nothing listens at the target any more"]);
}

#[test]
fn a_process_that_ends_while_transitions_are_measured_is_started_again() {
    let scratch = Scratch::new();
    let (pid, port) = (scratch.path("pid"), free_port());
    // The first process takes so long to create a stream that the test can end it in the meantime.
    let script = scratch.write(
        "start.sh",
        &format!(
            "if [ -e {pid} ]; then set -- 500ms; else echo $$ > {pid}; set -- 60s; fi\n\
             exec '{PROGRAM}' serve --listen 127.0.0.1:{port} --transition $1\n"
        ),
    );
    let (spawn, ready) = (format!("sh {script}"), format!("http://127.0.0.1:{port}"));
    let trial = "start-stream-encryption/transition/active-updating-active";
    let arguments = ["run", "-q", "--spawn", &spawn, "--ready", &ready, trial];
    let child = command(&arguments).spawn().expect("a child");
    until("the first process listens", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    let other = Other::of(&ready);
    until("a stream is made", || !other.streams().is_empty());
    let pid = std::fs::read_to_string(&pid).expect("a number");
    let killed = std::process::Command::new("kill").args(["-KILL", pid.trim()]).status();
    assert!(killed.is_ok_and(|status| status.success()));
    let (ended, took) = ended_within(child, Duration::from_secs(60));
    println!("ended while measuring: {took:?}");
    let ended =
        ended.expect(1).says(&["the target's process ended 1 time", "no mismatch in 3 passed trials"]);
    assert!(!ended.out.contains("were not all measured"), "{}", ended.out);
}

#[test]
fn probes_go_out_within_the_budget_of_jobs() {
    let served = Served::start(&["--transition", "20ms"]);
    for (jobs, most) in [("1", 1), ("4", 4)] {
        let proxy = Proxy::start(&served.endpoint, |_| Handling::LateResponse(Duration::from_millis(3)));
        run(&["run", "-q", "--jobs", jobs, "--endpoint", &proxy.endpoint, super::support::QUICK]).expect(0);
        assert!(proxy.passed() > 50, "{}", proxy.passed());
        assert!(proxy.most_in_flight() <= most, "--jobs {jobs}: {} at once", proxy.most_in_flight());
    }
}

#[test]
fn a_signal_ends_a_run_whose_target_never_comes_up_again() {
    let scratch = Scratch::new();
    let (pid, port) = (scratch.path("pid"), free_port());
    // The first process can be ended while a stream is created; the second one never listens.
    let script = scratch.write(
        "start.sh",
        &format!(
            "if [ -e {pid} ]; then touch {pid}.again; exec sleep 600; fi\n\
             echo $$ > {pid}\n\
             exec '{PROGRAM}' serve --listen 127.0.0.1:{port} --transition 60s\n"
        ),
    );
    let (spawn, ready) = (format!("sh {script}"), format!("http://127.0.0.1:{port}"));
    let trial = "start-stream-encryption/transition/active-updating-active";
    let child =
        command(&["run", "-q", "--spawn", &spawn, "--ready", &ready, trial]).spawn().expect("a child");
    until("the first process listens", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    let other = Other::of(&ready);
    until("a stream is made", || !other.streams().is_empty());
    let first = std::fs::read_to_string(&pid).expect("a number");
    let killed = std::process::Command::new("kill").args(["-KILL", first.trim()]).status();
    assert!(killed.is_ok_and(|status| status.success()));
    let again = format!("{pid}.again");
    until("the second process runs", || std::path::Path::new(&again).exists());
    signal(&child, "INT");
    // It would wait 120 s for the process to listen.
    ended_within(child, Duration::from_secs(33)).0.expect(5);
}
