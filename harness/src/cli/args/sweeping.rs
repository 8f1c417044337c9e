//! `sweep`.

use std::time::Duration;

use clap::Args;

use super::target::TargetArgs;
use super::time::time;

/// A year: no run is older that anybody would look for by its age.
const OLDEST: Duration = Duration::from_secs(366 * 86_400);

/// An age of streams.
fn age(text: &str) -> Result<Duration, String> {
    match time(text) {
        Some(time) if time <= OLDEST => Ok(time),
        Some(_) | None => Err("write a time from 0s to a year, such as `10m`, `2h` or `48h`".to_owned()),
    }
}

/// The id of a run, as in the names and tags of its streams.
fn run_id(text: &str) -> Result<String, String> {
    let is_one = (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_one {
        Ok(text.to_owned())
    } else {
        Err("write the id that is part of the streams' names, such as `0badf00d`".to_owned())
    }
}

#[derive(Debug, Args)]
pub(crate) struct SweepArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    /// Delete without asking.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Delete only the streams of this run; without --older-than, of any age.
    #[arg(long, value_name = "ID", value_parser = run_id)]
    pub(crate) run: Option<String>,
    /// Delete only streams that are older than this, such as 2h. Without this flag, --run and --all, `sweep`
    /// deletes streams that have expired by their tag, and streams older than 1h whose tag states no time: a
    /// run in progress may be using all others.
    #[arg(long, value_name = "TIME", value_parser = age)]
    pub(crate) older_than: Option<Duration>,
    /// Delete the streams of all runs, of any age, also those of runs in progress.
    #[arg(long, conflicts_with_all = ["run", "older_than"])]
    pub(crate) all: bool,
}
