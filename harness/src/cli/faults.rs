//! `faults`.

use std::path::{Path, PathBuf};

use kinesis_conformance::case::draw;
use kinesis_conformance::log::{Listener as _, LogWriter};
use kinesis_conformance::mutation::{Breadth, FaultRun, KillError, KillTable, kill_table, log_of};
use kinesis_conformance::plan::Manifest;
use kinesis_conformance::reference::Fault;

use super::args::{ColorWhen, FaultShard, FaultsArgs};
use super::exit::Exit;
use super::library::Cases;
use super::output::{print, say, warn};
use super::problem::{Problem, style};
use super::reports::lost;
use super::run::unwritable;
use super::{block_on, library, serve};

pub(super) fn faults(cases: Cases<'_>, args: &FaultsArgs) -> Result<Exit, Problem> {
    if args.list {
        for fault in Fault::all() {
            say(format_args!("{}: {}", fault.name(), fault.about()))?;
        }
        return Ok(Exit::Fine);
    }
    let mut chosen: Vec<Fault> = if args.faults.is_empty() {
        Fault::all().to_vec()
    } else {
        args.faults.iter().map(|name| serve::fault(name)).collect::<Result<_, _>>()?
    };
    if let Some(FaultShard { number, of }) = args.shard {
        chosen = chosen.into_iter().skip(number - 1).step_by(of).collect();
    }
    if let Some(folder) = &args.logs {
        writable(folder, &chosen)?;
    }
    let manifest = Manifest::of(library::read(cases)?, false);
    let breadth = if args.whole { Breadth::Whole } else { Breadth::Named };
    let mut through = 0;
    let table = table(&manifest, &chosen, breadth, &mut |fault_run| {
        through += 1;
        let FaultRun { fault, trials, took } = fault_run;
        let (of, took) = (chosen.len(), took.as_secs_f64());
        warn(format_args!("{through} of {of}: {fault}, {trials} trials, {took:.1} s"));
    })?;
    print(table.to_text(&manifest))?;
    say(table.rate_text())?;
    if let Some(folder) = &args.logs {
        for fault in table.survivors() {
            write_log(&manifest, fault, &log_in(folder, fault))?;
        }
    }
    report(&table, &manifest, ColorWhen::Auto)
}

fn log_in(folder: &Path, fault: &Fault) -> PathBuf {
    folder.join(format!("{}.jsonl", fault.name()))
}

/// # Errors
/// If no log could be written to the folder. A run of minutes should not end with that.
fn writable(folder: &Path, faults: &[Fault]) -> Result<(), Problem> {
    if let Some(fault) = faults.first() {
        // Without an event the writer leaves no file.
        LogWriter::create(&log_in(folder, fault)).map_err(unwritable)?;
    }
    Ok(())
}

/// Runs what a survivor can affect once more, and writes the log of that run.
fn write_log(manifest: &Manifest, fault: &Fault, path: &Path) -> Result<(), Problem> {
    let events = block_on(log_of(manifest, fault))?.map_err(no_table)?;
    let mut log = LogWriter::create(path).map_err(lost)?;
    events.iter().try_for_each(|event| log.event(event)).map_err(lost)
}

fn no_table(error: KillError) -> Problem {
    Problem::new(Exit::NoTarget, error)
}

/// Makes the table.
pub(super) fn table(
    manifest: &Manifest,
    faults: &[Fault],
    breadth: Breadth,
    reported: &mut dyn FnMut(&FaultRun),
) -> Result<KillTable, Problem> {
    block_on(kill_table(manifest, faults, breadth, reported))?.map_err(no_table)
}

/// Reports what is wrong with a table.
pub(super) fn report(table: &KillTable, manifest: &Manifest, color: ColorWhen) -> Result<Exit, Problem> {
    let (drawn, reported) = table.diagnostics(manifest);
    for diagnostic in &drawn {
        warn(draw(diagnostic, style(color)));
    }
    for text in &reported {
        warn(format_args!("error: {text}"));
    }
    let holds = drawn.is_empty() && reported.is_empty();
    Ok(if holds { Exit::Fine } else { Exit::Failed })
}
