//! `known update` and `known check`.

use std::collections::BTreeMap;
use std::path::Path;

use kinesis_conformance::case::{Known, Source, known_edit};
use kinesis_conformance::judge::{FailureGroup, Standing, today, update};
use kinesis_conformance::log::{LOG_FORMAT, Log, Outcome, TrialVerdict};
use kinesis_conformance::plan::Manifest;
use kinesis_conformance::report::{Group, Summary};

use super::args::{KnownArgs, KnownCheckArgs, KnownUpdateArgs, KnownVerb};
use super::exit::Exit;
use super::library::Cases;
use super::output::{print, say, warn};
use super::problem::Problem;
use super::{files, library, logs};

/// The version of the suite that this program has.
const SUITE: &str = env!("CARGO_PKG_VERSION");

/// So many trials are named of each finding after a run, where there is a report beside it.
pub(super) const NAMED: usize = 5;

pub(super) fn known(cases: Cases<'_>, args: &KnownArgs) -> Result<Exit, Problem> {
    match &args.verb {
        KnownVerb::Update(args) => mend(cases, args),
        KnownVerb::Check(args) => check(cases, args),
    }
}

fn mend(cases: Cases<'_>, args: &KnownUpdateArgs) -> Result<Exit, Problem> {
    let library = library::read(cases)?;
    let log = logs::open(&args.log)?;
    let manifest = Manifest::of(library.clone(), false);
    let full = Manifest::of(library, true);
    let manifest = if log.header.manifest_digest == full.digest() { full } else { manifest };
    if log.header.manifest_digest != manifest.digest() {
        return Err(Problem::usage(format!(
            "use the log `{}` (format {LOG_FORMAT}): its run had other cases than this program has",
            args.log.display()
        ))
        .with_help("run again with `--log`, and update the list from that log"));
    }
    if let Some(reason) = log.incomplete_because() {
        warn(format_args!("warning: the log is incomplete: {reason}; only its verdicts are used"));
    }
    let summary = Summary::of_log(&log);
    let before = if args.into.exists() {
        Known::read(&args.into)?
    } else {
        let path = args.into.display().to_string();
        Known::from_source(&Source::new(path, known_edit::empty(SUITE)))?
    };
    let groups = causes(&summary);
    let updated =
        update(&before, &manifest, &summary.trials, &groups, (today(), SUITE)).map_err(|error| {
            Problem::usage(error).with_help("write the entries below `known`, each on lines of its own")
        })?;
    // What is written must be read again, whatever somebody wrote around it.
    Known::from_source(&Source::new(args.into.display().to_string(), updated.text.clone()))?;
    if updated.text != before.source.text || !args.into.exists() {
        files::write(&args.into, &updated.text)?;
    }
    for change in &updated.changes {
        say(kinesis_conformance::report::clean(change))?;
    }
    if updated.changes.is_empty() {
        say(format_args!("`{}` is as the run is", args.into.display()))?;
    }
    Ok(Exit::Fine)
}

fn check(cases: Cases<'_>, args: &KnownCheckArgs) -> Result<Exit, Problem> {
    let manifest = Manifest::of(library::read(cases)?, true);
    let known = Known::read(&args.file)?;
    let log: Option<Log> = args.log.as_deref().map(logs::open).transpose()?;
    let verdicts = log.as_ref().map(|log| Summary::of_log(log).trials).unwrap_or_default();
    let standing = Standing::of(&known, &manifest, &verdicts, today());
    print(standing.to_text(&known.source.path, usize::MAX))?;
    let count = known.entries.len();
    if standing.calls_for_action() {
        return Ok(Exit::Failed);
    }
    let held = if log.is_some() { "as the run of the log is" } else { "no mistake found" };
    say(format_args!("{}: {count} entries: {held}", known.source.path))?;
    Ok(Exit::Fine)
}

/// After a run: what of the list is not as the run was. `log` = where the run's log is, if it has one.
pub(super) fn after_run(
    known: &Known,
    manifest: &Manifest,
    verdicts: &BTreeMap<String, TrialVerdict>,
    log: Option<&Path>,
) -> String {
    let standing = Standing::of(known, manifest, verdicts, today());
    if standing.findings.is_empty() {
        return String::new();
    }
    let text = standing.to_text(&known.source.path, NAMED);
    let (path, log) = (&known.source.path, log.unwrap_or_else(|| Path::new("LOG")).display());
    let mend = if standing.calls_for_action() {
        format!("mend it: kinesis-conformance known update --log {log} --into {path}\n")
    } else {
        String::new()
    };
    format!("\nknown list\n{text}{mend}")
}

/// The failures of a run by cause, known ones too.
fn causes(summary: &Summary) -> Vec<FailureGroup> {
    let mut groups: Vec<FailureGroup> = Vec::new();
    for group in [Outcome::Fail, Outcome::Known].into_iter().flat_map(|outcome| Group::of(summary, outcome)) {
        let cause = group.cause;
        let (kind, expected, actual) = (cause.kind.as_str(), &cause.expected, &cause.actual);
        let name = format!("{kind} {expected} {actual}");
        match groups.iter_mut().find(|other| other.name == name) {
            Some(other) => other.trials.extend(group.trials),
            None => {
                let why = format!("{kind}: expected {expected}, got {actual}");
                groups.push(FailureGroup { name, why: one_line(&why), trials: group.trials });
            }
        }
    }
    groups
}

/// A reason as somebody would write it: on one line, and not too long for one.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 160;
    let text = kinesis_conformance::report::clean(text);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= LONGEST {
        return text;
    }
    let cut: String = text.chars().take(LONGEST).collect();
    format!("{cut}…")
}
