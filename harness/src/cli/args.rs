//! Verbs and flags. `harness/FORMAT.md` holds the table of them.

mod report;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{NonEmptyStringValueParser, RangedU64ValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum, value_parser};

use kinesis_conformance::case::ast::Level;
use kinesis_conformance::case::{RATE_FORM, REGION_FORM, Rate, is_region};
use kinesis_conformance::model::Model;

pub(crate) use report::ReportArgs;

/// Does this endpoint behave like Amazon Kinesis Data Streams?
#[derive(Debug, Parser)]
#[command(name = "kinesis-conformance", version, about, max_term_width = 100)]
pub(crate) struct Cli {
    /// When to use colours.
    #[arg(long, global = true, value_enum, default_value_t = ColorWhen::Auto)]
    pub(crate) color: ColorWhen,
    /// Read the cases from this folder instead of those built in.
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) cases: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Run the suite against a target; without a target, against the built-in reference.
    Run(RunArgs),
    /// Run the suite several times and report which verdicts differ.
    Repeat(RepeatArgs),
    /// List trials by id.
    List(ListArgs),
    /// Check the files (cases, questions, profiles, known lists), and check that every case can fail.
    Check(CheckArgs),
    /// Print what a trial sends, what it expects, and on what evidence.
    Explain(ExplainArgs),
    /// Run one trial of a log again, against the target that the command line names.
    Replay(ReplayArgs),
    /// Judge a log again with the current cases, without the target.
    Judge(JudgeArgs),
    /// Compare two run records: print the verdicts and the answers to open questions that differ.
    Compare(CompareArgs),
    /// Print the figures of run records as a Markdown table.
    Table(TableArgs),
    /// Print which operations have trials, which facts are in use, and on what the expectations rest.
    Coverage(CoverageArgs),
    /// Start the reference as a server for other programs.
    Serve(ServeArgs),
    /// Find and delete the streams that a killed run left on a target.
    Sweep(SweepArgs),
    /// Start the reference with each of its faults (deliberate mistakes) and print the cases that fail.
    Faults(FaultsArgs),
    /// Write the JSON Schemas of the file formats.
    Schema(SchemaArgs),
    /// Turn botocore's service-2.json into this crate's model file.
    ImportModel(ImportModelArgs),
}

/// What to select.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct SelectArgs {
    /// A part of trial ids; a trial is selected if its id contains one of the filters.
    #[arg(value_name = "FILTER")]
    pub(crate) filters: Vec<String>,
    /// Only trials about this operation; may be repeated.
    #[arg(long = "operation", value_name = "NAME")]
    pub(crate) operations: Vec<String>,
    /// Run every combination of the axis values, also for cases that observe a transition.
    #[arg(long)]
    pub(crate) full_product: bool,
    /// Also select cases that need many calls or many minutes.
    #[arg(long)]
    pub(crate) long: bool,
}

/// The target.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct TargetArgs {
    /// Where the target listens, such as http://127.0.0.1:4567.
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    /// A built-in profile's name, or the path of a profile.yaml.
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) target: Option<String>,
    /// Start this command first, and stop it at the end.
    #[arg(long, value_name = "COMMAND", requires = "ready", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) spawn: Option<String>,
    /// Start the target first, by the command in its profile, and stop it at the end. Needs --target.
    #[arg(long, requires = "target", conflicts_with = "spawn")]
    pub(crate) start: bool,
    /// With --spawn: wait until this URL answers. Without --endpoint, requests are sent to this URL
    /// too.
    #[arg(long, value_name = "URL", requires = "spawn")]
    pub(crate) ready: Option<String>,
    /// With --spawn or --start: how many seconds to wait until the target answers, 1 to 86400.
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = value_parser!(u64).range(1..=86_400))]
    pub(crate) ready_timeout: u64,
    /// With https, also trust the certificates in this PEM file: those of an authority, or the
    /// target's own.
    #[arg(long, value_name = "FILE")]
    pub(crate) cacert: Option<PathBuf>,
    /// With https, accept any certificate.
    #[arg(long, conflicts_with = "cacert")]
    pub(crate) insecure: bool,
    /// Where the credentials come from.
    #[arg(long, value_enum, default_value_t = CredentialsFrom::Dummy)]
    pub(crate) credentials: CredentialsFrom,
    /// The region in the signatures; by default that of the profile, or else us-east-1.
    #[arg(long, value_name = "REGION", value_parser = region)]
    pub(crate) region: Option<String>,
    /// How many seconds to wait for a response, 1 to 3600.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = value_parser!(u64).range(1..=3_600))]
    pub(crate) timeout: u64,
    /// The highest rate of calls of an operation, such as CreateStream=5/s, 30/min or 10/h; may be
    /// repeated; takes precedence over the rate of the operation in the profile.
    #[arg(long = "rate", value_name = "OPERATION=RATE", value_parser = operation_rate)]
    pub(crate) rates: Vec<(String, Rate)>,
    /// The version of the target, for the log and the run record.
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) target_version: Option<String>,
}

/// Where the credentials come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum CredentialsFrom {
    /// The documented dummy pair.
    #[default]
    Dummy,
    /// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
    Env,
}

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

/// Reads a region.
fn region(text: &str) -> Result<String, String> {
    if is_region(text) { Ok(text.to_owned()) } else { Err(format!("a region is {REGION_FORM}")) }
}

/// Reads an operation and its rate.
fn operation_rate(text: &str) -> Result<(String, Rate), String> {
    let (operation, rate) = text.split_once('=').ok_or_else(|| {
        format!("name the operation and its rate, such as CreateStream=5/s; a rate is {RATE_FORM}")
    })?;
    if Model::embedded().operation(operation).is_none() {
        return Err(format!("the API has no operation `{operation}`"));
    }
    let rate = rate.parse().map_err(|_| format!("a rate is {RATE_FORM}"))?;
    Ok((operation.to_owned(), rate))
}

impl TargetArgs {
    /// True if the command line names no target, which means the built-in reference.
    pub(crate) const fn names_nothing(&self) -> bool {
        self.endpoint.is_none() && self.target.is_none() && self.spawn.is_none()
    }
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

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) measure: MeasureArgs,
    /// Write every exchange and verdict to this file, as JSON Lines; compressed if its name ends in `.zst`.
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Option<PathBuf>,
    /// Write a JUnit report.
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Write a run record: a summary that is small enough for git.
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
    /// Do not show progress.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RepeatArgs {
    /// How often to run the suite, 1 to 10000.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = RangedU64ValueParser::<usize>::new().range(1..=10_000))]
    pub(crate) times: usize,
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) measure: MeasureArgs,
    /// Write the log of each run into this folder, as run-1.jsonl and so on.
    #[arg(long, value_name = "DIR")]
    pub(crate) logs: Option<PathBuf>,
    /// Do not print a line for each run.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    /// Also print the titles and the ids of the facts.
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Only read the files; do not run the faults.
    #[arg(long)]
    pub(crate) no_faults: bool,
    /// Also check this profile.yaml or known.yaml.
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The id of a trial or a case.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
}

#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// A log that `run --log` wrote.
    #[arg(value_name = "LOG")]
    pub(crate) log: PathBuf,
    /// The id of a trial in the log.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
}

#[derive(Debug, Args)]
pub(crate) struct JudgeArgs {
    /// A log that `run --log` wrote.
    #[arg(value_name = "LOG")]
    pub(crate) log: PathBuf,
    /// A mismatch at or below this level makes a trial fail; by default the level of the log.
    #[arg(long, value_enum)]
    pub(crate) level: Option<LevelArg>,
    /// A list of known failures.
    #[arg(long, value_name = "FILE")]
    pub(crate) known: Option<PathBuf>,
    /// Write a run record.
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
    /// Write a JUnit report.
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// A record that `run --record` wrote, or a log that `run --log` wrote.
    #[arg(value_name = "BEFORE")]
    pub(crate) before: PathBuf,
    /// The run record to compare it with.
    #[arg(value_name = "AFTER")]
    pub(crate) after: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct TableArgs {
    /// Run records that `run --record` wrote.
    #[arg(value_name = "RECORD", required = true)]
    pub(crate) records: Vec<PathBuf>,
    /// Write the table into this file, between the lines `<!-- figures: begin -->` and
    /// `<!-- figures: end -->`.
    #[arg(long, value_name = "FILE")]
    pub(crate) into: Option<PathBuf>,
    /// With --into: write nothing, and exit with 1 if the table in the file differs.
    #[arg(long, requires = "into")]
    pub(crate) check: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CoverageArgs {
    /// Put the figures as Markdown between their marks in this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) into: Option<PathBuf>,
    /// With --into: write nothing; fail if the figures in the file differ.
    #[arg(long, requires = "into")]
    pub(crate) check: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// The address to listen on; with port 0, the system chooses a free port.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:4567")]
    pub(crate) listen: SocketAddr,
    /// Make this mistake on purpose; may be repeated. `faults --list` prints all faults.
    #[arg(long = "fault", value_name = "NAME")]
    pub(crate) faults: Vec<String>,
    /// Give this answer to an open question; may be repeated.
    #[arg(long = "policy", value_name = "QUESTION=CANDIDATE")]
    pub(crate) policies: Vec<String>,
    /// How long streams stay CREATING, UPDATING and DELETING, such as 60ms or 10s.
    #[arg(long, value_name = "TIME", default_value = "500ms", value_parser = transition)]
    pub(crate) transition: Duration,
    /// A limit of the account: creating=N|none, shards=N or on-demand=N; may be repeated.
    #[arg(long = "limit", value_name = "NAME=N")]
    pub(crate) limits: Vec<String>,
    /// Also accept requests that are signed with this pair of credentials; may be repeated.
    #[arg(long = "credentials", value_name = "ID:SECRET")]
    pub(crate) credentials: Vec<String>,
}

/// The longest transition that can be served.
const LONGEST_TRANSITION: Duration = Duration::from_secs(3600);

/// A time between a millisecond and an hour.
fn transition(text: &str) -> Result<Duration, String> {
    match time(text) {
        Some(time) if time >= Duration::from_millis(1) && time <= LONGEST_TRANSITION => Ok(time),
        Some(_) | None => Err("write a time from 1ms to 1h, such as `500ms` or `10s`".to_owned()),
    }
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

fn time(text: &str) -> Option<Duration> {
    text.parse::<jiff::SignedDuration>().ok().and_then(|time| Duration::try_from(time).ok())
}

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

/// One of equal parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FaultShard {
    /// From 1 on.
    pub(crate) number: usize,
    /// How many there are.
    pub(crate) of: usize,
}

/// Reads `2/4`.
fn shard(text: &str) -> Result<FaultShard, String> {
    let parts = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
    match parts {
        Some((number, of)) if (1..=of).contains(&number) => Ok(FaultShard { number, of }),
        Some(_) | None => Err("two numbers such as 2/4, the first from 1 to the second".to_owned()),
    }
}

#[derive(Debug, Args)]
pub(crate) struct FaultsArgs {
    /// Run only this fault; may be repeated.
    #[arg(long = "fault", value_name = "NAME")]
    pub(crate) faults: Vec<String>,
    /// Run the whole suite against each fault, and not only the cases that name the fault.
    #[arg(long)]
    pub(crate) whole: bool,
    /// Run only every Nth fault, beginning with the Kth, such as 1/4, to divide the faults between N
    /// machines.
    #[arg(long, value_name = "K/N", value_parser = shard)]
    pub(crate) shard: Option<FaultShard>,
    /// For each fault that survives, write the log of a run to this folder, as FAULT.jsonl.
    #[arg(long, value_name = "DIR", conflicts_with = "list")]
    pub(crate) logs: Option<PathBuf>,
    /// Print the names of the faults with their descriptions, and run nothing.
    #[arg(long)]
    pub(crate) list: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// The folder to write to.
    #[arg(value_name = "DIR", default_value = "harness/schema")]
    pub(crate) dir: PathBuf,
    /// Write nothing, and exit with 1 if a file differs.
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ImportModelArgs {
    /// The path of botocore's service-2.json.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The source of the file, such as `botocore 1.44.8`.
    #[arg(long, value_name = "TEXT")]
    pub(crate) source: String,
    /// The file to write.
    #[arg(long, value_name = "FILE", default_value = "harness/model/kinesis.json")]
    pub(crate) output: PathBuf,
}

#[cfg(test)]
mod tests;
