//! Speed and memory of the suite, against the built-in reference.
//!
//! `cargo bench` prints criterion's figures, then one table with what the project promises. All is
//! measured on this machine as it is. Another target is measured too where `KINESIS_ENDPOINT` names
//! it, and `KINESIS_TARGET` its profile.

mod elsewhere;
mod field;
mod pairs;
mod parts;
mod process;
mod refusals;
mod scale;
mod table;
mod timing;

use std::time::Duration;

use criterion::Criterion;

use table::Table;

fn main() {
    // `cargo test --benches` runs every benchmark once and wants no figures.
    let figures = std::env::args().any(|argument| argument == "--bench");
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    let mut table = Table::default();
    // First, while this process has read neither the model nor the cases.
    process::cold(&mut table);
    process::start(&mut criterion, &mut table);
    process::runs(&mut criterion, &mut table);
    process::whole(&mut criterion, &mut table);
    parts::all(&mut criterion, &mut table);
    if figures {
        process::jobs(&mut table);
        pairs::all(&mut table);
        process::memory(&mut table);
        scale::all(&mut table);
        elsewhere::all(&mut table);
        println!("\n{table}");
    }
    criterion.final_summary();
}
