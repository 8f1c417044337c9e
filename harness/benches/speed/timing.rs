//! Criterion's measuring, with the durations kept for the table.

use std::time::Duration;

use criterion::BenchmarkGroup;
use criterion::measurement::WallTime;

/// Measures `work`, which says itself how long it took, and returns the middle one.
pub(crate) fn timed(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    mut work: impl FnMut() -> Duration,
) -> Duration {
    let mut all = Vec::new();
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|iterations| {
            (0..iterations)
                .map(|_| {
                    let took = work();
                    all.push(took);
                    took
                })
                .sum()
        });
    });
    median(all)
}

/// The middle one; of none, zero.
pub(crate) fn median(mut durations: Vec<Duration>) -> Duration {
    durations.sort();
    durations.get(durations.len() / 2).copied().unwrap_or_default()
}

/// In milliseconds, with one digit after the point.
pub(crate) fn millis(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}

/// In microseconds.
pub(crate) fn micros(duration: Duration) -> String {
    format!("{:.0} µs", duration.as_secs_f64() * 1e6)
}
