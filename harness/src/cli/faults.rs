//! `faults`.

use std::path::Path;

use kinesis_conformance::case::draw;
use kinesis_conformance::mutation::{Breadth, FaultRun, KillTable, kill_table};
use kinesis_conformance::plan::Manifest;
use kinesis_conformance::reference::Fault;

use super::args::{ColorWhen, FaultShard, FaultsArgs};
use super::exit::Exit;
use super::output::{print, say, warn};
use super::problem::{Problem, style};
use super::{block_on, library, serve};

pub(super) fn faults(cases: Option<&Path>, args: &FaultsArgs) -> Result<Exit, Problem> {
    if args.list {
        for fault in Fault::ALL {
            say(format_args!("{}: {}", fault.name(), fault.about()))?;
        }
        return Ok(Exit::Fine);
    }
    let mut chosen: Vec<Fault> = if args.faults.is_empty() {
        Fault::ALL.to_vec()
    } else {
        args.faults.iter().map(|name| serve::fault(name)).collect::<Result<_, _>>()?
    };
    if let Some(FaultShard { number, of }) = args.shard {
        chosen = chosen.into_iter().skip(number - 1).step_by(of).collect();
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
    print(table.to_text())?;
    say(table.rate_text())?;
    report(&table, &manifest, ColorWhen::Auto)
}

/// Makes the table.
pub(super) fn table(
    manifest: &Manifest,
    faults: &[Fault],
    breadth: Breadth,
    reported: &mut dyn FnMut(&FaultRun),
) -> Result<KillTable, Problem> {
    block_on(kill_table(manifest, faults, breadth, reported))?
        .map_err(|error| Problem::new(Exit::NoTarget, error))
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
