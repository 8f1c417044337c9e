//! Whole processes that run some thousand trials of one request each, with and without a log: how long they
//! take, and how much memory they need.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::process::{BINARY, peak_kib};
use crate::table::Table;
use crate::timing::{median, millis};

/// Sizes of the suites: the memory of a further trial follows from the two.
const TRIALS: [usize; 2] = [4_000, 20_000];
/// Rows of one suite file.
const ROWS: usize = 1_000;
/// Runs whose middle one counts.
const RUNS: usize = 3;

/// Measures runs of generated suites.
pub(crate) fn all(table: &mut Table) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut peaks = Vec::new();
    for trials in TRIALS {
        let cases = folder.path().join(format!("cases-{trials}"));
        write_cases(&cases, trials);
        let start = spent(&mut command(&cases, "list", None));
        table.row(format!("`list` of {trials} trials: the start of a run"), millis(start), "");
        for log in [None, Some("log.jsonl"), Some("log.jsonl.zst")] {
            let path = log.map(|name| folder.path().join(name));
            let mut took = Vec::new();
            let mut peak = None;
            for _ in 0..RUNS {
                let started = Instant::now();
                peak = peak.max(peak_kib(&mut command(&cases, "run", path.as_deref())));
                took.push(started.elapsed());
            }
            let option = log.map_or_else(String::new, |name| format!(" --log {name}"));
            let is_promised = trials == TRIALS[0] && log.is_none();
            table.row(
                format!("`run{option}` of {trials} trials of one request, the whole process"),
                millis(median(took)),
                if is_promised { "≤ 4 s" } else { "" },
            );
            let Some(kib) = peak else { continue };
            table.row(
                "its peak memory",
                format!("{:.1} MiB", f64::from(kib) / 1024.0),
                if is_promised { "≤ 64 MiB" } else { "" },
            );
            if log.is_none() {
                peaks.push(kib);
            }
        }
    }
    if let [few, many] = peaks[..] {
        let further = f64::from(u32::try_from(TRIALS[1] - TRIALS[0]).unwrap_or(u32::MAX));
        let each = (f64::from(many) - f64::from(few)) / further;
        table.row("memory of each further trial", format!("{each:.2} KiB"), "≤ 2 KiB");
    }
}

fn spent(command: &mut Command) -> Duration {
    let started = Instant::now();
    assert!(command.status().expect("the binary starts").success(), "{command:?}");
    started.elapsed()
}

fn command(cases: &Path, verb: &str, log: Option<&Path>) -> Command {
    let mut command = Command::new(BINARY);
    command.arg("--cases").arg(cases).arg(verb).stdout(Stdio::null()).stderr(Stdio::null());
    if verb == "run" {
        command.arg("--quiet");
    }
    if let Some(log) = log {
        command.arg("--log").arg(log);
    }
    command
}

/// A folder of cases with that many trials: starts on a shared stream that are refused, each another one.
fn write_cases(folder: &Path, trials: usize) {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let suites = folder.join("start-stream-encryption");
    std::fs::create_dir_all(&suites).expect("the folder is made");
    for name in ["operations.yaml", "resources.yaml"] {
        std::fs::copy(own.join(name), folder.join(name)).expect("the file is copied");
    }
    // A question that no case has is a mistake.
    std::fs::write(folder.join("questions.yaml"), "format: 1\nquestions: {}\n").expect("the file is written");
    for file in 0..trials.div_ceil(ROWS) {
        let mut text = String::from(
            "format: 1
operation: StartStreamEncryption
cases:
  refused:
    title: An EncryptionType outside the enum is refused
    level: core
    affects: [security]
    kills: [encryption-type-unknown-accepted]
    given: {stream: shared}
    each:
",
        );
        for row in file * ROWS..trials.min((file + 1) * ROWS) {
            writeln!(text, "      row-{row}: {{type: kms-{row}}}").expect("a text takes all");
        }
        text.push_str(
            "    steps:
      with: {EncryptionType: $each.type, KeyId: $key.managed}
      expect: {error: ValidationException, clauses: [[encryptionType, enum]]}
      because: [VAL-025, SSE-005]
      form: [VAL-016, VAL-021]
",
        );
        std::fs::write(suites.join(format!("scale-{file}.yaml")), text).expect("the file is written");
    }
}
