//! What a run keeps in memory and writes to its log is bounded, whatever its target sends.

use std::process::Child;
use std::time::Duration;

use super::proxy::{Handling, Proxy};
use super::support::{Ended, Scratch, Served, command, run, until};

/// Waits for the end of a child; its peak memory in KiB.
fn peak(child: Child) -> (Ended, u64) {
    let status = format!("/proc/{}/status", child.id());
    let watcher = std::thread::spawn(move || {
        let mut peak: u64 = 0;
        while let Ok(text) = std::fs::read_to_string(&status) {
            let high = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let Some(high) = high else { break };
            peak = high.trim().trim_end_matches(" kB").parse::<u64>().expect("a number").max(peak);
            std::thread::sleep(Duration::from_millis(20));
        }
        peak
    });
    let ended = Ended::from(child.wait_with_output().expect("a child"));
    (ended, watcher.join().expect("no panic"))
}

/// 15 MiB of members that nobody knows.
fn long() -> &'static str {
    Box::leak(format!("{{\"Pad\":\"{}\"}}", "x".repeat(15 << 20)).into_boxed_str())
}

/// 6 MB of lists in lists.
fn nested() -> &'static str {
    Box::leak(format!("{{\"Pad\":{}1{}}}", "[".repeat(3 << 20), "]".repeat(3 << 20)).into_boxed_str())
}

#[test]
fn long_bodies_end_the_run_before_they_fill_memory_or_disk() {
    for (what, body) in [("long", long()), ("nested", nested())] {
        let served = Served::start(&["--transition", "20ms"]);
        let proxy = Proxy::with_turn(&served.endpoint, |_| Handling::Pass, Handling::Answer(200, body));
        let scratch = Scratch::new();
        let log = scratch.path("run.jsonl");
        let child = command(&["run", "-q", "--jobs", "4", "--endpoint", &proxy.endpoint, "--log", &log])
            .spawn()
            .expect("a child");
        until("the run has verdicts", || {
            std::fs::read_to_string(&log).is_ok_and(|text| text.contains("\"event\":\"trial\""))
        });
        proxy.turn();
        let (ended, kib) = peak(child);
        let size = std::fs::metadata(&log).expect("a log").len();
        println!("{what}: {} MiB of memory, {} KiB of log", kib >> 10, size >> 10);
        ended
            .expect(3)
            .says(&["the target sent", "MiB in bodies of more than 1 MiB, and a run takes at most"]);
        assert!(kib < 800 << 10, "{what}: {kib} KiB");
        assert!(size < 20 << 20, "{what}: {size} bytes");
        // What was cut is reported with its length and hash, and is not judged again.
        let text = std::fs::read_to_string(&log).expect("a log");
        assert!(text.contains("\"form\":\"cut\"") && text.contains("\"sha256\":\""));
        run(&["judge", &log]).expect(3);
    }
}

#[test]
fn a_log_with_a_cut_body_has_to_be_run_again() {
    let served = Served::start(&["--transition", "20ms"]);
    static LONG: std::sync::OnceLock<&'static str> = std::sync::OnceLock::new();
    LONG.get_or_init(|| {
        Box::leak(format!("{{\"Shards\":[],\"Pad\":\"{}\"}}", "x".repeat(2 << 20)).into_boxed_str())
    });
    let proxy = Proxy::start(&served.endpoint, |operation| match operation {
        "DeleteStream" => Handling::Answer(200, LONG.get().expect("it is set")),
        _ => Handling::Pass,
    });
    let scratch = Scratch::new();
    let log = scratch.path("run.jsonl");
    let ids = "protocol/success/delete-stream-body";
    let ended = run(&["run", "-q", "--endpoint", &proxy.endpoint, "--log", &log, ids]);
    assert!(ended.out.contains("delete-stream-body"), "{}", ended.reported());
    run(&["judge", &log]).expect(5).says(&["the log does not have all of a long body; run it again"]);
}
