//! `list`.

use kinesis_conformance::plan::Manifest;

use super::args::ListArgs;
use super::exit::Exit;
use super::library;
use super::library::Cases;
use super::output::{print, say};
use super::problem::Problem;

pub(super) fn list(cases: Cases<'_>, args: &ListArgs) -> Result<Exit, Problem> {
    let manifest = Manifest::of(library::read(cases)?, args.select.full_product);
    let mut trials = library::selected(&manifest, &library::select(&args.select)?)?;
    trials.sort_by(|a, b| a.id.cmp(&b.id));
    if args.as_release {
        print(manifest.as_release())?;
        return Ok(Exit::Fine);
    }
    for trial in &trials {
        if args.verbose {
            let facts: Vec<String> = trial.facts().into_iter().map(|id| id.0).collect();
            say(format_args!("{}\n    {}\n    {}", trial.id, trial.title, facts.join(" ")))?;
        } else {
            say(&trial.id)?;
        }
    }
    Ok(Exit::Fine)
}
