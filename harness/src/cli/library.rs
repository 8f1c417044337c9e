//! The cases that a command works on, read and checked before anything is sent.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kinesis_conformance::case::ast::Library;
use kinesis_conformance::case::{Diagnostic, Profile, Severity, lint, nearest};
use kinesis_conformance::log::Outcome;
use kinesis_conformance::model::Model;
use kinesis_conformance::plan::{Manifest, PlannedTrial, Select, is_pattern};
use kinesis_conformance::report::Summary;

use super::args::SelectArgs;
use super::exit::Exit;
use super::logs;
use super::problem::Problem;

/// Where the cases come from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cases<'a> {
    /// A folder in place of the cases that are built in.
    pub(crate) dir: Option<&'a Path>,
    /// Folders of somebody's own cases, facts and questions.
    pub(crate) added: &'a [PathBuf],
}

/// Reads the cases, from folders or those built in, and lints them.
pub(crate) fn read(cases: Cases<'_>) -> Result<Arc<Library>, Problem> {
    let mut folders = cases.dir.into_iter().chain(cases.added.iter().map(PathBuf::as_path));
    if let Some(dir) = folders.find(|dir| !dir.is_dir()) {
        return Err(Problem::usage(format!("read the cases: `{}` is not a folder", dir.display()))
            .with_help("name the folder that holds the suites, such as `--cases cases`"));
    }
    let library = Library::read_all(cases.dir, cases.added)?;
    let found: Vec<Diagnostic> = lint(&library, Model::embedded(), &library.registry())
        .into_iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .collect();
    if found.is_empty() { Ok(Arc::new(library)) } else { Err(found.into()) }
}

/// The selection of the arguments.
pub(crate) fn select(args: &SelectArgs) -> Result<Select, Problem> {
    let ids = match &args.failed {
        Some(path) => failed_in(path)?,
        None => Vec::new(),
    };
    Ok(Select {
        filters: args.filters.clone(),
        exclude: args.exclude.clone(),
        operations: args.operations.clone(),
        affects: args.affects.clone(),
        // A long trial that failed was requested then.
        long: args.long || !ids.is_empty(),
        ids,
    })
}

/// The trials of a log that failed, at least one.
fn failed_in(path: &Path) -> Result<Vec<String>, Problem> {
    let log = logs::open(path)?;
    let failed = |outcome: Outcome| match outcome {
        Outcome::Fail | Outcome::Blocked | Outcome::Error => true,
        Outcome::Pass
        | Outcome::Tolerated
        | Outcome::Unobserved
        | Outcome::Unsupported
        | Outcome::Skipped
        | Outcome::Known
        | Outcome::Open => false,
    };
    let trials = Summary::of_log(&log).trials;
    let ids: Vec<String> =
        trials.into_values().filter(|trial| failed(trial.outcome)).map(|trial| trial.id).collect();
    if ids.is_empty() {
        let problem = format!("select what failed: no trial of the log `{}` did", path.display());
        return Err(Problem::new(Exit::NothingJudged, problem).with_help("run without `--failed`"));
    }
    Ok(ids)
}

/// The selected trials, or what to say when there are none.
pub(crate) fn selected(manifest: &Manifest, select: &Select) -> Result<Vec<Arc<PlannedTrial>>, Problem> {
    for name in &select.operations {
        if Model::embedded().operation(name).is_none() {
            let near = nearest(name, Model::embedded().operations.keys().map(String::as_str));
            let help = near.map_or_else(
                || "names are spelled as in the API, such as `--operation StartStreamEncryption`".to_owned(),
                |meant| format!("did you mean `{meant}`?"),
            );
            return Err(
                Problem::usage(format!("select by operation: the model has no `{name}`")).with_help(help)
            );
        }
    }
    let nothing = |message: String, help: &str| Problem::new(Exit::NothingJudged, message).with_help(help);
    let of_trials: BTreeSet<&str> = manifest.trials.iter().map(|trial| trial.operation.as_str()).collect();
    if let Some(name) = select.operations.iter().find(|name| !of_trials.contains(name.as_str())) {
        return Err(nothing(
            format!("select by operation: the suite has no trials about {name}"),
            "`kinesis-conformance coverage` prints which operations have trials",
        ));
    }
    for filter in select.filters.iter().chain(&select.exclude) {
        if manifest.filtered(filter).is_empty() {
            let near = nearest(filter, manifest.trials.iter().map(|trial| trial.case_id.as_str()));
            let help = match near {
                Some(meant) => format!("did you mean `{meant}`?"),
                None if is_pattern(filter) => "`*` matches no `/`, `**` does".to_owned(),
                None => "`kinesis-conformance list` prints every id; a filter is an id, a pattern or a part of an id"
                    .to_owned(),
            };
            return Err(nothing(format!("select by `{filter}`: it names no trial"), &help));
        }
    }
    let chosen = manifest.select(select);
    if chosen.is_empty() {
        let long = manifest.select(&Select { long: true, ..select.clone() });
        let (why, help) = if long.is_empty() {
            ("no trial meets all conditions", "leave out one of the filters or flags")
        } else {
            ("they are all long", "add `--long`")
        };
        return Err(nothing(format!("select any of {} trials: {why}", manifest.trials.len()), help));
    }
    Ok(chosen)
}

/// Every pattern of required trials must describe one that there is.
pub(crate) fn required_trials(profile: &Profile, manifest: &Manifest) -> Result<(), Problem> {
    let strays = profile.check_required_trials(manifest.trials.iter().map(|trial| trial.id.as_str()));
    if strays.is_empty() { Ok(()) } else { Err(strays.into()) }
}
