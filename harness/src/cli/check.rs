//! `check`.

use std::path::Path;

use kinesis_conformance::case::{Known, Profile};
use kinesis_conformance::mutation::{Breadth, unknown_faults};
use kinesis_conformance::plan::Manifest;
use kinesis_conformance::reference::Fault;

use super::args::{CheckArgs, ColorWhen};
use super::exit::Exit;
use super::library::Cases;
use super::output::say;
use super::problem::Problem;
use super::profiles::urls_of;
use super::run::known_list;
use super::{faults, library};

pub(super) fn check(cases: Cases<'_>, args: &CheckArgs, color: ColorWhen) -> Result<Exit, Problem> {
    let manifest = Manifest::of(library::read(cases)?, false);
    let unknown = unknown_faults(&manifest);
    if !unknown.is_empty() {
        return Err(unknown.into());
    }
    let full = Manifest::of(manifest.library.clone(), true);
    let mut profiles = 0;
    for name in Profile::names() {
        if let Some(profile) = Profile::embedded(&name)? {
            library::required_trials(&profile, &full)?;
        }
        known_list(Known::embedded(&name)?.as_ref(), &full)?;
        profiles += 1;
    }
    for path in &args.files {
        file(path, &full)?;
    }
    say(format_args!(
        "{} suites, {} trials, {} questions, {profiles} built-in profiles, {} named files: no mistake found",
        manifest.library.suites.len(),
        manifest.trials.len(),
        manifest.library.questions.len(),
        args.files.len(),
    ))?;
    for suite in &manifest.library.suites {
        for without in &suite.without {
            let case = without
                .case
                .as_ref()
                .map_or_else(|| suite.name.clone(), |case| format!("{}/{case}", suite.name));
            say(format_args!("left out: {case}: {}", without.reason))?;
        }
    }
    if args.no_faults {
        return Ok(Exit::Fine);
    }
    let table = faults::table(&manifest, Fault::all(), Breadth::Named, &mut |_| {})?;
    say(table.rate_text())?;
    faults::report(&table, &manifest, color)
}

/// A profile or a known list, by its name.
fn file(path: &Path, manifest: &Manifest) -> Result<(), Problem> {
    if path.file_name().is_some_and(|name| name.to_string_lossy().contains("known")) {
        known_list(Some(&Known::read(path)?), manifest)?;
    } else {
        let profile = Profile::read(path)?;
        urls_of(&profile)?;
        library::required_trials(&profile, manifest)?;
    }
    Ok(())
}
