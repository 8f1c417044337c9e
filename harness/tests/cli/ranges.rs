//! Numbers that no run can mean: refused before anything is sent, with the range that is allowed.

use super::support::{QUICK, run};

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
fn an_empty_region_is_refused_with_its_form() {
    run(&["run", "-q", "--region", "", QUICK])
        .expect(2)
        .complains(&["--region", "1 to 64 letters, digits and hyphens"]);
    run(&["run", "-q", "--region", "eu west", QUICK]).expect(2).complains(&["a region is"]);
    run(&["run", "-q", "--region", "us-east-1", QUICK]).expect(0);
}
