//! Measurements of minutes: what signals at random moments leave behind, and how long a run goes on after a
//! signal. `cargo test --test cli measured -- --ignored --nocapture` prints their figures.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};
use std::time::{Duration, Instant};

use super::other_user::Other;
use super::proxy::{Handling, Proxy};
use super::support::{Ended, Scratch, Served, command, run, signal, until, wait};

/// How a run ends in the measurement.
const SIGNALS: [&str; 3] = ["INT", "TERM", "KILL"];

#[test]
#[ignore = "it takes minutes"]
fn fifty_signals_at_random_moments_leave_nothing_that_sweep_does_not_find() {
    let served = Served::start(&["--transition", "200ms"]);
    let other = Other::of(&served.endpoint);
    let random = RandomState::new();
    // By signal: runs, streams that were left, runs that left some, the longest time to the end.
    let mut table: BTreeMap<&str, (u32, usize, u32, Duration)> = BTreeMap::new();
    let mut swept = 0;
    for (number, name) in SIGNALS.into_iter().cycle().take(50).enumerate() {
        let moment = Duration::from_millis(random.hash_one(number) % 3_000);
        let mut child = command(&["run", "-q", "--jobs", "8", "--endpoint", &served.endpoint, "encryption"])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("a child");
        std::thread::sleep(moment);
        signal(&child, name);
        let at = Instant::now();
        wait(&mut child);
        let took = at.elapsed();
        // Deletes that were accepted are carried out.
        std::thread::sleep(Duration::from_millis(500));
        let left = other.streams().len();
        let row = table.entry(name).or_default();
        *row = (row.0 + 1, row.1 + left, row.2 + u32::from(left > 0), row.3.max(took));
        run(&["sweep", "--yes", "--all", "--endpoint", &served.endpoint]).expect(0);
        swept += left;
        until("sweep has deleted what was left", || other.streams().is_empty());
    }
    for (name, (runs, left, leaving, longest)) in &table {
        println!(
            "SIG{name}: {runs} runs, {left} streams left by {leaving}; at most {longest:.1?} to the end"
        );
    }
    println!("sweep deleted {swept}, and nothing was left after any sweep");
    for name in ["INT", "TERM"] {
        assert_eq!(table[name].1, 0, "streams were left after SIG{name}");
    }
}

#[test]
#[ignore = "it takes minutes"]
fn a_run_ends_soon_after_sigint_whatever_hangs() {
    const THROTTLED: &str = r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#;
    let ways: [Way; 8] = [
        ("nothing hangs", |_| Handling::Pass, None),
        ("the target falls silent", |_| Handling::Pass, Some(Handling::Hang)),
        ("creates hang", |operation| hang_if(operation == "CreateStream"), None),
        ("deletes hang", |operation| hang_if(operation == "DeleteStream"), None),
        ("descriptions hang", |operation| hang_if(operation.starts_with("Describe")), None),
        ("starts and stops hang", |operation| hang_if(operation.ends_with("StreamEncryption")), None),
        (
            "deletes are throttled",
            |operation| match operation {
                "DeleteStream" => Handling::Answer(400, THROTTLED),
                _ => Handling::Pass,
            },
            None,
        ),
        ("responses take 9 s", |_| Handling::Pass, Some(Handling::LateResponse(Duration::from_secs(9)))),
    ];
    for (what, first, then) in ways {
        let served = Served::start(&["--transition", "20ms"]);
        let proxy = Proxy::with_turn(&served.endpoint, first, then.unwrap_or(Handling::Pass));
        let scratch = Scratch::new();
        let log = scratch.path("run.jsonl");
        let child = command(&["run", "-q", "--jobs", "8", "--endpoint", &proxy.endpoint, "--log", &log])
            .arg("transition")
            .spawn()
            .expect("a child");
        let has = |text: &str| std::fs::read_to_string(&log).is_ok_and(|log| log.contains(text));
        until("the run has begun", || has("\"event\":\"header\""));
        if then.is_some() {
            proxy.turn();
        }
        std::thread::sleep(Duration::from_millis(700));
        signal(&child, "INT");
        let at = Instant::now();
        let ended = Ended::from(child.wait_with_output().expect("a child"));
        let took = at.elapsed();
        println!("{:>5.1} s from SIGINT to the end: {what}", took.as_secs_f64());
        assert!(took < Duration::from_secs(33), "{what}: {took:?}\n{}", ended.reported());
        assert_eq!(ended.code, Some(5), "{what}\n{}", ended.reported());
    }
}

/// A way of hanging: its name, how requests are handled, and how they are handled once the run has begun.
type Way = (&'static str, fn(&str) -> Handling, Option<Handling>);

fn hang_if(hangs: bool) -> Handling {
    if hangs { Handling::Hang } else { Handling::Pass }
}
