//! Numbers that no run can mean: refused before anything is sent, with the range that is allowed.

use super::support::{QUICK, Scratch, run};

/// More than a machine counts to in its life.
const HUGE: &str = "18446744073709551615";

#[test]
fn a_number_out_of_range_is_refused_with_the_range() {
    for (flag, values, range) in [
        ("--jobs", ["0", HUGE], "1..=4096"),
        ("--timeout", ["0", HUGE], "1..=3600"),
        ("--ready-timeout", ["0", HUGE], "1..=86400"),
    ] {
        for value in values {
            run(&["run", "-q", flag, value, QUICK]).expect(2).complains(&[flag, value, range]);
        }
    }
    for times in ["0", HUGE] {
        run(&["repeat", "--times", times, QUICK]).expect(2).complains(&["--times", times, "1..=10000"]);
    }
}

#[test]
fn a_rate_is_kept_and_what_is_no_rate_is_refused() {
    for (rate, wanted) in [
        ("ListStreams", "such as CreateStream=5/s"),
        ("ListStreams=5", "a rate is 1 to 100000 calls"),
        ("ListStreams=0/s", "a rate is 1 to 100000 calls"),
        ("ListStraems=5/s", "the API has no operation `ListStraems`"),
    ] {
        run(&["run", "-q", "--rate", rate, QUICK]).expect(2).complains(&["--rate", wanted]);
    }

    let scratch = Scratch::new();
    let log = scratch.path("run.jsonl");
    run(&["run", "-q", "--rate", "ListStreams=10/s", "--log", &log, "list-streams/"]).expect(0);
    let text = std::fs::read_to_string(&log).expect("the log");
    let mut sent: Vec<u64> = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a line is JSON"))
        .filter(|line| line["request"]["operation"] == "ListStreams")
        .map(|line| line["sent_us"].as_u64().expect("a time"))
        .collect();
    sent.sort_unstable();
    assert!(sent.len() >= 10, "{}", sent.len());
    for (number, at) in (0..).zip(&sent) {
        assert!(*at >= number * 100_000, "request {number} was sent at {at} µs: {sent:?}");
    }
}

#[test]
fn an_empty_region_is_refused_with_its_form() {
    run(&["run", "-q", "--region", "", QUICK])
        .expect(2)
        .complains(&["--region", "1 to 64 letters, digits and hyphens"]);
    run(&["run", "-q", "--region", "eu west", QUICK]).expect(2).complains(&["a region is"]);
    run(&["run", "-q", "--region", "us-east-1", QUICK]).expect(0);
}
