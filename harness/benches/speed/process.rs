//! Starts, whole runs and whole processes: how long they take, and how much memory.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use criterion::{Criterion, SamplingMode};
use kinesis_conformance::plan::Select;
use kinesis_conformance::run::DEFAULT_JOBS;

use crate::field::{Field, list_streams, one_run, only, runtime, whole_suite};
use crate::table::Table;
use crate::timing::{millis, timed};

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_kinesis-conformance");

/// The first start in this process, reading the model included.
pub(crate) fn cold(table: &mut Table) {
    let runtime = runtime();
    table.row(
        "start of the reference to its first answer, first in a process",
        millis(start_once(&runtime)),
        "≤ 20 ms",
    );
}

/// Every later start.
pub(crate) fn start(criterion: &mut Criterion, table: &mut Table) {
    let runtime = runtime();
    let mut group = criterion.benchmark_group("reference");
    let took = timed(&mut group, "start to the first answer", || start_once(&runtime));
    group.finish();
    table.row("the same, later", millis(took), "≤ 20 ms");
}

/// From nothing to the first answer. Setting up the client is not counted.
fn start_once(runtime: &tokio::runtime::Runtime) -> Duration {
    let request = list_streams();
    runtime.block_on(async {
        let started = Instant::now();
        let field = Field::start();
        let up = started.elapsed();
        let client = field.client();
        let started = Instant::now();
        client.send(&request).await.outcome.expect("the reference answers");
        let answered = started.elapsed();
        field.stop().await;
        up + answered
    })
}

/// The trials that there were first.
const SKELETON: [&str; 10] = [
    "start-stream-encryption/transition/active-updating-active",
    "start-stream-encryption/identification/name-only",
    "start-stream-encryption/identification/arn-only",
    "start-stream-encryption/identification/both-agree",
    "start-stream-encryption/identification/both-disagree",
    "start-stream-encryption/identification/neither",
    "start-stream-encryption/encryption-type/none",
    "start-stream-encryption/encryption-type/lower-case",
    "protocol/target/unknown-operation",
    "protocol/auth/unsigned",
];

/// The suites of the two operations that the project is about.
pub(crate) const FLAGSHIP: [&str; 2] = ["start-stream-encryption/", "stop-stream-encryption/"];

/// Runs in this process: the skeleton, the flagship, everything.
pub(crate) fn runs(criterion: &mut Criterion, table: &mut Table) {
    let runtime = runtime();
    let manifest = whole_suite();
    let mut group = criterion.benchmark_group("suite");
    group.sampling_mode(SamplingMode::Flat);
    let mut measure = |name: &str, select: &Select, aim: &str| {
        let trials = manifest.select(select).len();
        let took = timed(&mut group, name, || one_run(&runtime, &manifest, select, DEFAULT_JOBS).took);
        table.row(format!("{name}, {trials} trials, --jobs {DEFAULT_JOBS}"), millis(took), aim);
    };
    measure("the skeleton", &only(&SKELETON), "≤ 1 s");
    measure("the flagship", &only(&FLAGSHIP), "≤ 2 s");
    measure("the whole suite", &Select::default(), "");
    group.finish();
}

/// The flagship with few trials in flight. These wait one after the other, for so long that once
/// must do.
pub(crate) fn jobs(table: &mut Table) {
    let runtime = runtime();
    let manifest = whole_suite();
    for jobs in [1, 4] {
        let took = one_run(&runtime, &manifest, &only(&FLAGSHIP), jobs).took;
        table.row(format!("the flagship, --jobs {jobs}, once"), millis(took), "");
    }
}

/// The command line from start to end.
pub(crate) fn whole(criterion: &mut Criterion, table: &mut Table) {
    let mut group = criterion.benchmark_group("process");
    group.sampling_mode(SamplingMode::Flat);
    let took = timed(&mut group, "run", || {
        let started = Instant::now();
        let _exit = command(None).status().expect("the binary starts");
        started.elapsed()
    });
    group.finish();
    table.row("`kinesis-conformance run`, the whole process", millis(took), "");
}

/// The most memory that the command line ever held.
pub(crate) fn memory(table: &mut Table) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let log = folder.path().join("log.jsonl");
    for (what, log) in [("run", None), ("run --log", Some(log.as_path()))] {
        let figure = match peak_kib(&mut command(log)) {
            Some(kib) => format!("{:.1} MiB", f64::from(kib) / 1024.0),
            None => "not measured on this system".to_owned(),
        };
        table.row(format!("peak memory of `kinesis-conformance {what}`"), figure, "≤ 64 MiB");
    }
}

fn command(log: Option<&Path>) -> Command {
    let mut command = Command::new(BINARY);
    command.args(["run", "--quiet"]).stdout(Stdio::null()).stderr(Stdio::null());
    if let Some(log) = log {
        command.arg("--log").arg(log);
    }
    command
}

/// The high-water mark of a process, in KiB, read until it ends. The mark only grows, so no more
/// than the last two milliseconds are missed.
pub(crate) fn peak_kib(command: &mut Command) -> Option<u32> {
    let mut child = command.spawn().expect("the binary starts");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = None;
    while matches!(child.try_wait(), Ok(None)) {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let mark = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = mark.and_then(|mark| mark.trim().strip_suffix(" kB")?.trim().parse().ok());
        peak = peak.max(kib);
        sleep(Duration::from_millis(2));
    }
    peak
}
