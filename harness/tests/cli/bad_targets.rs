//! Targets that refuse, hang, close, speak something else, or do not start: one message, code 3,
//! and nothing left running.

use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use super::support::{
    Hostile, HostileServer, PROGRAM, QUICK, SLACK, Scratch, Served, command, free_port, run, signal,
    snapshot, until, wait,
};

#[test]
fn a_target_that_refuses_is_reported() {
    let endpoint = format!("http://127.0.0.1:{}", free_port());
    let ended = run(&["run", "--endpoint", &endpoint]).expect(3);
    let ended = ended.complains(&["failed to reach the target at", &endpoint, "check that it is up"]);
    snapshot("cli-target-refuses", &ended.err);
}

#[test]
fn a_target_that_hangs_is_given_up_after_the_timeout() {
    let started = Instant::now();
    let ended = run(&["run", "--endpoint", &HostileServer::start(Hostile::Hangs).endpoint, "--timeout", "1"])
        .expect(3);
    ended.complains(&["no whole answer within 1s"]);
    assert!(started.elapsed() < Duration::from_secs(8) + SLACK, "it took {:?}", started.elapsed());
}

#[test]
fn a_target_that_closes_is_reported() {
    run(&["run", "--endpoint", &HostileServer::start(Hostile::Closes).endpoint])
        .expect(3)
        .complains(&["failed to reach the target"]);
}

#[test]
fn a_target_that_speaks_html_is_reported_once() {
    let ended = run(&["run", "--endpoint", &HostileServer::start(Hostile::SpeaksHtml).endpoint]).expect(3);
    let ended = ended.complains(&["failed to recognise Kinesis at", "<!doctype html>", "check the port"]);
    snapshot("cli-target-speaks-html", &ended.err);
}

#[test]
fn a_host_of_aws_is_refused_before_any_request() {
    for endpoint in
        ["https://kinesis.us-east-1.amazonaws.com", "https://kinesis.cn-north-1.amazonaws.com.cn."]
    {
        let started = Instant::now();
        run(&["run", "--endpoint", endpoint]).expect(2).complains(&["hosts of AWS are refused", "try: "]);
        run(&["sweep", "--yes", "--endpoint", endpoint]).expect(2).complains(&["hosts of AWS are refused"]);
        assert!(started.elapsed() < Duration::from_secs(5) + SLACK, "not even a name was looked up");
    }
}

#[test]
fn no_url_leads_to_aws_whatever_it_is_for() {
    let scratch = Scratch::new();
    let aws = "https://kinesis.us-east-1.amazonaws.com/health";
    let marker = scratch.path("marker");
    let spawn = format!("touch {marker}");
    let profile = |name: &str, urls: &str| {
        let text = format!("format: 1\nname: mine\nabout: An emulator\nspawn: {spawn}\n{urls}\n");
        scratch.write(name, &text)
    };
    let ready = profile("ready.yaml", &format!("ready: {aws}"));
    let both = profile("both.yaml", &format!("endpoint: http://127.0.0.1:1\nready: {aws}"));
    let endpoint = profile(
        "endpoint.yaml",
        "endpoint: https://kinesis.us-east-1.amazonaws.com\nready: http://127.0.0.1:1",
    );
    let elsewhere = ["--endpoint", "http://127.0.0.1:1"];
    for arguments in [
        &["--spawn", &spawn, "--ready", aws][..],
        &["--spawn", &spawn, "--ready", aws, elsewhere[0], elsewhere[1]],
        &["--start", "--target", &ready],
        &["--start", "--target", &both],
        &["--start", "--target", &endpoint],
        &["--start", "--target", &both, elsewhere[0], elsewhere[1]],
        &["--target", &both],
    ] {
        run(&[&["run", QUICK], arguments].concat())
            .expect(2)
            .complains(&["hosts of AWS are refused", "try: "]);
        assert!(!std::path::Path::new(&marker).exists(), "{arguments:?}: a command was started");
    }
    for profile in [&ready, &both, &endpoint] {
        run(&["check", "--no-faults", profile]).expect(2).complains(&["hosts of AWS are refused"]);
    }
}

#[test]
fn the_endpoint_of_a_profile_goes_before_its_ready_url() {
    let scratch = Scratch::new();
    let served = Served::start(&[]);
    let port = free_port();
    let profile = scratch.write(
        "profile.yaml",
        &format!(
            "format: 1\nname: mine\nabout: An emulator\nendpoint: {}\nready: http://127.0.0.1:{port}/health\n\
             spawn: \"'{PROGRAM}' serve --listen 127.0.0.1:{port}\"\n",
            served.endpoint
        ),
    );
    let log = scratch.path("run.jsonl");
    let output = |arguments: &[&str]| {
        run(&[&["run", "-q", QUICK, "--log", &log, "--target", &profile], arguments].concat()).expect(0);
        let text = std::fs::read_to_string(&log).expect("a log");
        let header: serde_json::Value =
            serde_json::from_str(text.lines().next().expect("a header")).expect("JSON");
        header["target"]["endpoint"].as_str().expect("an endpoint").to_owned()
    };
    assert_eq!(output(&["--start"]), served.endpoint);
    // What the command line starts is what it means.
    let ready = format!("http://127.0.0.1:{port}");
    let spawn = format!("'{PROGRAM}' serve --listen 127.0.0.1:{port}");
    assert_eq!(output(&["--spawn", &spawn, "--ready", &ready]), ready);
}

#[test]
fn an_endpoint_that_is_none_is_reported() {
    for (text, reason) in [
        ("127.0.0.1:4567", "read the endpoint"),
        ("ftp://127.0.0.1", "the scheme is `ftp`"),
        ("http://127.0.0.1:4567/kinesis", "it has a path"),
        ("http://me:secret@127.0.0.1", "it has user information"),
    ] {
        let ended = run(&["run", "--endpoint", text]).expect(2).complains(&[reason, "try: "]);
        assert!(!ended.err.contains("secret"), "{}", ended.err);
    }
}

#[test]
fn a_spawned_command_that_dies_shows_its_last_output() {
    let ready = format!("http://127.0.0.1:{}", free_port());
    let ended = run(&["run", "--spawn", "echo no such emulator >&2; exit 7", "--ready", &ready]).expect(3);
    let ended = ended.complains(&["exit status: 7", "| no such emulator", "run the command by hand"]);
    snapshot("cli-spawn-dies", &ended.err);
}

#[test]
fn a_spawned_command_that_is_never_ready_is_stopped() {
    let ready = format!("http://127.0.0.1:{}", free_port());
    let nap = nap();
    run(&["run", "--spawn", &nap, "--ready", &ready, "--ready-timeout", "1"])
        .expect(3)
        .complains(&["nothing listens there after 1 s", "--ready-timeout"]);
    assert!(!is_running(&nap), "{nap} still runs");
}

#[test]
fn a_port_that_is_taken_is_reported_before_the_command_starts() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let ready = format!("http://{}", listener.local_addr().expect("an address"));
    run(&["run", "--spawn", "touch /nowhere/at/all", "--ready", &ready]).expect(2).complains(&[
        "something listens at",
        "already",
        "leave out --spawn",
    ]);
}

#[test]
fn a_spawned_emulator_gets_requests_and_is_stopped() {
    let port = free_port();
    let spawn = format!("'{PROGRAM}' serve --listen 127.0.0.1:{port}");
    run(&["run", "-q", "--spawn", &spawn, "--ready", &format!("http://127.0.0.1:{port}"), QUICK])
        .expect(0)
        .says(&["pass"]);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "the emulator still listens");
}

#[test]
fn a_signal_while_a_command_starts_ends_the_command_too() {
    let nap = nap();
    let ready = format!("http://127.0.0.1:{}", free_port());
    let mut child = command(&["run", "--spawn", &nap, "--ready", &ready]).spawn().expect("a child");
    until("the command runs", || is_running(&nap));
    signal(&child, "INT");
    assert_eq!(wait(&mut child).code(), Some(5));
    until("the command is gone", || !is_running(&nap));
}

#[test]
fn what_was_spawned_ends_with_a_program_that_is_killed() {
    let (nap, other) = (nap(), nap());
    let ready = format!("http://127.0.0.1:{}", free_port());
    let both = format!("{} & {}", nap.trim_start_matches("exec "), other.trim_start_matches("exec "));
    let mut child = command(&["run", "--spawn", &both, "--ready", &ready]).spawn().expect("a child");
    until("the commands run", || is_running(&nap) && is_running(&other));
    signal(&child, "KILL");
    wait(&mut child);
    until("the commands are gone", || !is_running(&nap) && !is_running(&other));
}

#[test]
fn a_spawned_command_that_is_killed_is_reported_by_its_signal() {
    let ready = format!("http://127.0.0.1:{}", free_port());
    run(&["run", "--spawn", "kill -s KILL $$", "--ready", &ready])
        .expect(3)
        .complains(&["signal: 9 (SIGKILL)"]);
}

#[test]
fn what_a_spawned_command_says_is_kept_whatever_it_is() {
    let ready = format!("http://127.0.0.1:{}", free_port());
    // Bytes that are no text, and a line without an end.
    let spawn = "printf 'a\\377b\\033[31m\\n'; head -c 3000000 /dev/zero | tr '\\0' x; exit 7";
    let ended = run(&["run", "--spawn", spawn, "--ready", &ready]).expect(3);
    let ended = ended.complains(&["exit status: 7", "| a\u{fffd}b\\u{1b}[31m", "| xxx"]);
    assert!(ended.err.len() < 10_000, "{} bytes", ended.err.len());
}

/// A target that says how many requests it has at once.
fn counts_what_is_at_once(_: &str) -> (u16, &'static str) {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NOW: AtomicUsize = AtomicUsize::new(0);
    let others = NOW.fetch_add(1, Ordering::SeqCst);
    // So long that whoever is to come beside it comes.
    std::thread::sleep(Duration::from_millis(3));
    NOW.fetch_sub(1, Ordering::SeqCst);
    if others == 0 {
        (400, r#"{"__type":"UnknownOperationException"}"#)
    } else {
        (400, r#"{"__type":"SomebodyElseIsHereException"}"#)
    }
}

#[test]
fn what_a_target_can_do_is_probed_with_as_many_requests_as_there_are_jobs() {
    let server = HostileServer::start(Hostile::Answers(counts_what_is_at_once));
    let ended = run(&["run", "-q", "--jobs", "1", "--endpoint", &server.endpoint, QUICK]);
    assert!(!ended.reported().contains("SomebodyElse"), "{}", ended.reported());
    ended.expect(3).complains(&["every operation was answered"]);
}

/// A command that listens nowhere, and that no other test starts.
fn nap() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("exec sleep 300.{}{count}", std::process::id())
}

/// True if a process has that command's words in its command line.
fn is_running(command: &str) -> bool {
    let words = command.trim_start_matches("exec ").replace(' ', "\0");
    let processes = std::fs::read_dir("/proc").expect("a list of processes");
    processes.flatten().any(|process| {
        std::fs::read(process.path().join("cmdline")).is_ok_and(|line| line.starts_with(words.as_bytes()))
    })
}
