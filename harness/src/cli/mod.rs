//! Verbs and exit codes. No logic of the product lives here: every verb reads, calls a module of the
//! library, and prints.

mod apart;
mod args;
mod banner;
mod check;
mod compare;
mod coverage;
mod exit;
mod explain;
mod faults;
mod files;
#[cfg(unix)]
mod guard;
mod judge;
mod known;
mod library;
mod list;
mod logs;
mod marked;
mod output;
mod problem;
mod profiles;
mod repeat;
mod replay;
mod reports;
mod right;
mod run;
mod schema;
mod serve;
mod shell;
mod signals;
#[cfg_attr(not(unix), path = "no_spawn.rs")]
mod spawn;
mod sweep;
mod table;
mod target;
mod targets;
mod width;

use std::future::Future;
use std::process::ExitCode;

use anstream::ColorChoice;
use clap::Parser as _;

use args::{Cli, ColorWhen, Verb};
use exit::Exit;
use library::Cases;
use problem::Problem;

/// Parses the command line, does what it says, and returns how it ended.
pub(crate) fn main() -> ExitCode {
    #[cfg(unix)]
    if let Some(ended) = guard::requested() {
        return ended;
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return unparsed(&error),
    };
    let choice = match cli.color {
        ColorWhen::Auto => ColorChoice::Auto,
        ColorWhen::Always => ColorChoice::Always,
        ColorWhen::Never => ColorChoice::Never,
    };
    choice.write_global();
    // The default hook has printed the message and the place already.
    let ended = std::panic::catch_unwind(|| verb(&cli)).unwrap_or_else(|_| {
        output::warn(
            "error: a bug in the harness, not a finding about the target; please report it with the lines above",
        );
        Ok(Exit::Bug)
    });
    match ended {
        Ok(exit) => exit.into(),
        Err(problem) => {
            problem.report(cli.color);
            problem.exit.into()
        }
    }
}

/// Shows what the command line is answered: help, a version, or what is wrong with it.
fn unparsed(error: &clap::Error) -> ExitCode {
    match error.print() {
        Err(lost) if !error.use_stderr() && lost.kind() != std::io::ErrorKind::BrokenPipe => {
            let problem = output::unprinted(&lost);
            problem.report(ColorWhen::Auto);
            problem.exit.into()
        }
        Ok(()) | Err(_) if error.use_stderr() => Exit::Usage.into(),
        Ok(()) | Err(_) => Exit::Fine.into(),
    }
}

fn verb(cli: &Cli) -> Result<Exit, Problem> {
    let cases = Cases { dir: cli.cases.as_deref(), added: &cli.add_cases };
    match &cli.verb {
        Verb::Run(args) => run::run(cases, args),
        Verb::Repeat(args) => repeat::repeat(cases, args),
        Verb::List(args) => list::list(cases, args),
        Verb::Check(args) => check::check(cases, args, cli.color),
        Verb::Explain(args) => explain::explain(cases, args),
        Verb::Replay(args) => replay::replay(cases, args),
        Verb::Judge(args) => judge::judge(cases, args),
        Verb::Compare(args) => compare::compare(cases, args),
        Verb::Known(args) => known::known(cases, args),
        Verb::Table(args) => table::table(args),
        Verb::Coverage(args) => coverage::coverage(cases, args),
        Verb::Target(args) => targets::target(args),
        Verb::Serve(args) => serve::serve(args),
        Verb::Sweep(args) => sweep::sweep(cases, args),
        Verb::Faults(args) => faults::faults(cases, args),
        Verb::Schema(args) => schema::schema(args),
        Verb::Completions(args) => shell::completions(args),
        Verb::Man(args) => shell::man(args),
        Verb::ImportModel(args) => schema::import_model(args),
    }
}

/// Runs a future on a runtime of its own.
fn block_on<T>(future: impl Future<Output = T>) -> Result<T, Problem> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::new(Exit::Bug, format!("start the runtime: {error}")))?;
    Ok(runtime.block_on(future))
}
