//! Command lines that a report shows.

use crate::log::TrialVerdict;
use crate::report::curl::quoted_if_needed;
use crate::report::options::{Again, Options};
use crate::report::summary::Summary;

/// A command line.
#[derive(Clone, Debug)]
pub struct Command {
    /// What it is for.
    pub label: &'static str,
    /// Its arguments, to be joined by spaces or broken between; `Err` says why there is none.
    pub arguments: Result<Vec<String>, String>,
}

/// The command that writes a script of a trial, the example of the cause of that number.
pub(super) fn script(
    summary: &Summary,
    trial: &TrialVerdict,
    cause: Option<usize>,
    options: &Options,
) -> Option<Command> {
    let mut arguments = match (&options.again, &options.log, cause) {
        (Again::Program, Some(_), Some(number)) => {
            let mut arguments = show_cause(options)?;
            arguments.push(number.to_string());
            arguments
        }
        (Again::Program, _, _) => {
            let without_log = Options { log: None, ..options.clone() };
            again(summary, trial, &without_log).1
        }
        (Again::CargoTest { .. }, ..) => return None,
    };
    arguments.push("--script again.sh".to_owned());
    Some(Command { label: "script", arguments: Ok(arguments) })
}

/// What runs one trial again: a label, and the arguments of a command line.
pub(super) fn again(
    summary: &Summary,
    trial: &TrialVerdict,
    options: &Options,
) -> (&'static str, Vec<String>) {
    let (label, mut arguments) = match &options.again {
        Again::Program => by_program(summary, options),
        Again::CargoTest { target } => {
            let arguments = ["cargo test --test", &quoted_if_needed(target), "-- --exact"];
            ("run", arguments.map(str::to_owned).to_vec())
        }
    };
    arguments.push(quoted_if_needed(&trial.id));
    (label, arguments)
}

/// The command that shows one cause in full, without the number of the cause.
pub(super) fn show_cause(options: &Options) -> Option<Vec<String>> {
    match (&options.again, &options.log) {
        (Again::Program, Some(log)) => Some(vec![
            quoted_if_needed(&options.program),
            "judge".to_owned(),
            quoted_if_needed(log),
            "--cause".to_owned(),
        ]),
        // Without a log the trials would have to run again.
        (Again::Program, None) => None,
        (Again::CargoTest { .. }, _) => None,
    }
}

fn by_program(summary: &Summary, options: &Options) -> (&'static str, Vec<String>) {
    let mut arguments = vec![quoted_if_needed(&options.program)];
    match (&options.log, &summary.header) {
        (Some(log), _) => arguments.extend(["replay".to_owned(), quoted_if_needed(log)]),
        (None, Some(header)) => {
            arguments.push("run".to_owned());
            arguments.extend(header.target_arguments.iter().map(|argument| quoted_if_needed(argument)));
        }
        (None, None) => arguments.push("run".to_owned()),
    }
    (if options.log.is_some() { "replay" } else { "run" }, arguments)
}
