//! The cases that a command works on, read and checked before anything is sent.

use std::path::Path;
use std::sync::Arc;

use kinesis_conformance::case::ast::Library;
use kinesis_conformance::case::{Diagnostic, Profile, Severity, lint, nearest};
use kinesis_conformance::facts::Registry;
use kinesis_conformance::model::Model;
use kinesis_conformance::plan::{Manifest, PlannedTrial, Select};

use super::args::SelectArgs;
use super::exit::Exit;
use super::problem::Problem;

/// Reads the cases, from a folder or those built in, and lints them.
pub(crate) fn read(cases: Option<&Path>) -> Result<Arc<Library>, Problem> {
    let library = match cases {
        Some(dir) if !dir.is_dir() => {
            return Err(Problem::usage(format!("read the cases: `{}` is not a folder", dir.display()))
                .with_help("name the folder that holds the suites, such as `--cases cases`"));
        }
        Some(dir) => Library::read(dir)?,
        None => Library::embedded()?,
    };
    let found: Vec<Diagnostic> = lint(&library, Model::embedded(), Registry::embedded())
        .into_iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .collect();
    if found.is_empty() { Ok(Arc::new(library)) } else { Err(found.into()) }
}

/// The selection of the arguments.
pub(crate) fn select(args: &SelectArgs) -> Select {
    Select {
        filters: args.filters.clone(),
        operations: args.operations.clone(),
        ids: Vec::new(),
        long: args.long,
    }
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
    let chosen = manifest.select(select);
    if chosen.is_empty() {
        let arguments: Vec<String> =
            select.filters.iter().chain(&select.operations).map(|text| format!("`{text}`")).collect();
        return Err(Problem::new(
            Exit::NothingJudged,
            format!("select any of {} trials by {}", manifest.trials.len(), arguments.join(", ")),
        )
        .with_help("`kinesis-conformance list` prints every id; a filter has to be a part of an id"));
    }
    Ok(chosen)
}

/// Every pattern of required trials must describe one that there is.
pub(crate) fn required_trials(profile: &Profile, manifest: &Manifest) -> Result<(), Problem> {
    let strays = profile.check_required_trials(manifest.trials.iter().map(|trial| trial.id.as_str()));
    if strays.is_empty() { Ok(()) } else { Err(strays.into()) }
}
