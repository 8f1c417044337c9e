//! How a run sends and judges.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};

use kinesis_conformance::case::ast::Level;

use super::time::time;

/// How strictly to judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LevelArg {
    /// A client breaks.
    Core,
    /// Documented; a careful client notices.
    Extended,
    /// Text, order, header set.
    Strict,
}

impl From<LevelArg> for Level {
    fn from(level: LevelArg) -> Self {
        match level {
            LevelArg::Core => Self::Core,
            LevelArg::Extended => Self::Extended,
            LevelArg::Strict => Self::Strict,
        }
    }
}

/// How a run sends and judges.
#[derive(Debug, Args)]
#[command(next_help_heading = "Run and verdicts")]
pub(crate) struct MeasureArgs {
    /// A mismatch at or below this level makes a trial fail; one above it is tolerated.
    #[arg(long, value_enum, default_value_t = LevelArg::Extended)]
    pub(crate) level: LevelArg,
    /// How many trials run at the same time, 1 to 4096; the default is 32.
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..=4_096))]
    pub(crate) jobs: Option<usize>,
    /// A list of known failures; by default the list of the profile.
    #[arg(long, value_name = "FILE")]
    pub(crate) known: Option<PathBuf>,
    /// What the target has to support: an operation, an encoding such as cbor, or a version of HTTP such
    /// as h2; or a pattern of the ids of trials that need a verdict, such as 'put-record/**'. May be
    /// repeated; the requirements of the profile still apply.
    #[arg(long = "require", value_name = "WHAT")]
    pub(crate) requires: Vec<String>,
    /// The seed for all random values.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// End the run after this time, such as 5m; trials that are not finished then have no verdict.
    #[arg(long, value_name = "TIME", value_parser = budget)]
    pub(crate) budget: Option<Duration>,
}

/// The longest time that a run can be given.
const LONGEST_BUDGET: Duration = Duration::from_secs(7 * 86_400);

/// A time between a second and a week.
fn budget(text: &str) -> Result<Duration, String> {
    match time(text) {
        Some(time) if time >= Duration::from_secs(1) && time <= LONGEST_BUDGET => Ok(time),
        Some(_) | None => Err("write a time from 1s to a week, such as `90s` or `5m`".to_owned()),
    }
}
