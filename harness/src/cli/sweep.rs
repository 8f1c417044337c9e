//! `sweep`.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use std::sync::Arc;
use std::time::Duration;

use kinesis_conformance::case::ast::Resources;
use kinesis_conformance::report::clean;
use kinesis_conformance::run::sweep::{self as leftovers, Leftover, Leftovers};
use kinesis_conformance::run::{PREFIX, Stop, TAG_KEY};

use super::args::SweepArgs;
use super::block_on;
use super::exit::Exit;
use super::library::Cases;
use super::output::say;
use super::problem::Problem;
use super::run::no_target;
use super::signals::{heeding, unless_stopped};
use super::target::{Named, Ready};

pub(super) fn sweep(cases: Cases<'_>, args: &SweepArgs) -> Result<Exit, Problem> {
    if args.target.endpoint.is_none() && args.target.target.is_none() {
        return Err(Problem::usage("sweep: no target is named").with_help("add `--endpoint URL`"));
    }
    let resources = super::library::read(cases)?.resources.clone();
    let named = Named::from(&args.target)?;
    // A sweep that is stopped goes on when it is started again; only what it started must end.
    let stop = Stop::default();
    let work = async {
        let Some(ready) = unless_stopped(&stop, named.start(&args.target)).await.transpose()? else {
            return Ok(Exit::Interrupted);
        };
        let swept = unless_stopped(&stop, sweep_one(args, &resources, &ready)).await;
        ready.stop().await;
        swept.unwrap_or(Ok(Exit::Interrupted))
    };
    block_on(heeding(&stop, None, work))?
}

/// The age below which streams may be in use by a run under way, if their tags do not say how long.
const PERHAPS_IN_USE: Duration = Duration::from_secs(3_600);

async fn sweep_one(args: &SweepArgs, resources: &Arc<Resources>, ready: &Ready) -> Result<Exit, Problem> {
    let target = &ready.target;
    let found = leftovers::find(target, resources, &ready.redactor).await.map_err(no_target)?;
    let (chosen, kept) = choose(args, &found);
    report_what_stays(args, &found, &kept)?;
    let all_seen = found.unread.is_empty() && !found.endless;
    let ended = if all_seen { Exit::Fine } else { Exit::Failed };
    if chosen.is_empty() {
        let others = if kept.is_empty() { "" } else { " except the streams listed above, which are kept" };
        say(format_args!("nothing to delete at {}{others}", target.endpoint))?;
        return Ok(ended);
    }
    for leftover in &chosen {
        say(described(leftover))?;
    }
    let count = chosen.len();
    if !args.yes && !is_agreed(format!("delete {count} of {}?", target.endpoint)).await {
        say("nothing was deleted; `--yes` deletes without a prompt")?;
        return Ok(Exit::Failed);
    }
    let names: Vec<String> = chosen.iter().map(|leftover| leftover.name.clone()).collect();
    let left = leftovers::delete(target, resources, &ready.redactor, &names).await;
    for (name, answer) in &left {
        say(format_args!("could not delete {}: {}", clean(name), clean(answer)))?;
    }
    say(format_args!("deleted {}", count - left.len()))?;
    Ok(if left.is_empty() { ended } else { Exit::Failed })
}

/// The streams to delete, and those that may be in use by a run under way. Streams of another run than
/// the one that was requested are neither.
fn choose<'f>(args: &SweepArgs, found: &'f Leftovers) -> (Vec<&'f Leftover>, Vec<&'f Leftover>) {
    let of_run = |leftover: &&Leftover| args.run.as_ref().is_none_or(|run| *run == leftover.run);
    let is_at_least = |leftover: &Leftover, least| leftover.age.is_some_and(|age| age >= least);
    let is_old = |leftover: &&Leftover| match (args.older_than, &args.run) {
        (Some(least), _) => is_at_least(leftover, least),
        (None, None) if !args.all => match leftover.expires_in {
            Some(expires_in) => expires_in.is_zero(),
            None => is_at_least(leftover, PERHAPS_IN_USE),
        },
        (None, None | Some(_)) => true,
    };
    found.ours.iter().filter(of_run).partition(is_old)
}

/// Names what is left alone, and why.
fn report_what_stays(args: &SweepArgs, found: &Leftovers, kept: &[&Leftover]) -> Result<(), Problem> {
    for name in &found.untagged {
        let name = clean(name);
        say(format_args!("left alone: {name} (begins with {PREFIX} but has no tag {TAG_KEY})"))?;
    }
    for (name, answer) in &found.unread {
        let (name, answer) = (clean(name), clean(answer));
        say(format_args!("left alone: {name} (its tags can't be read: {answer})"))?;
    }
    for leftover in kept {
        say(format_args!("left alone: {}", described(leftover)))?;
    }
    if found.endless {
        say("the list of streams does not end; there may be more streams than this run read")?;
    }
    if !kept.is_empty() {
        let young = match args.older_than {
            Some(least) => format!("is not older than {}", age_text(least)),
            None => format!(
                "has not expired, or whose tag states no time and that is not older than {}",
                age_text(PERHAPS_IN_USE)
            ),
        };
        say(format_args!(
            "a run in progress may be using a stream that {young}. If the run is over, \
             `--run ID` deletes its streams; `--all` deletes those of all runs"
        ))?;
    }
    Ok(())
}

/// The stream's name, its run, and its age.
fn described(leftover: &Leftover) -> String {
    let age = leftover.age.map_or_else(
        || "the target does not state its creation time".to_owned(),
        |age| format!("created {} ago", age_text(age)),
    );
    let expiry = match leftover.expires_in {
        Some(expires_in) if expires_in.is_zero() => ", expired".to_owned(),
        Some(expires_in) => format!(", expires in {}", age_text(expires_in)),
        None => String::new(),
    };
    format!("{} (run {}, {age}{expiry})", clean(&leftover.name), clean(&leftover.run))
}

/// An age, to the minute.
fn age_text(age: Duration) -> String {
    let minutes = age.as_secs() / 60;
    match minutes {
        0 => format!("{} s", age.as_secs()),
        1..60 => format!("{minutes} min"),
        60..2_880 => format!("{} h {:02} min", minutes / 60, minutes % 60),
        _ => format!("{} days", minutes / 1_440),
    }
}

/// Prompts on a thread of its own, so that a signal is heeded while nobody answers.
async fn is_agreed(question: String) -> bool {
    let (sender, answer) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || sender.send(confirmed(&question)));
    answer.await.unwrap_or(false)
}

/// Prompts on the terminal; no terminal is no consent.
fn confirmed(question: &str) -> bool {
    if !std::io::stdin().is_terminal() {
        return false;
    }
    let mut out = std::io::stdout();
    if write!(out, "{question} [y/N] ").and_then(|()| out.flush()).is_err() {
        return false;
    }
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    read.is_ok() && matches!(answer.trim(), "y" | "yes")
}
