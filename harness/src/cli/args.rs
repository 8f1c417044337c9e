//! Verbs and flags. `harness/FORMAT.md` holds the table of them.

mod help;
mod known;
mod measure;
mod report;
mod select;
mod serving;
mod sweeping;
mod target;
mod time;

use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use known::{KnownArgs, KnownCheckArgs, KnownUpdateArgs, KnownVerb};
pub(crate) use measure::{LevelArg, MeasureArgs};
pub(crate) use report::ReportArgs;
pub(crate) use select::SelectArgs;
pub(crate) use serving::{FaultShard, FaultsArgs, ServeArgs};
pub(crate) use sweeping::SweepArgs;
pub(crate) use target::{
    CredentialsFrom, TargetArgs, TargetListArgs, TargetStartArgs, TargetVerb, TargetVerbArgs,
};

/// Does this endpoint behave like Amazon Kinesis Data Streams?
#[derive(Debug, Parser)]
#[command(name = "kinesis-conformance", version, about, max_term_width = 100, after_help = help::PROGRAM)]
pub(crate) struct Cli {
    /// When to use colours.
    #[arg(long, global = true, value_enum, default_value_t = ColorWhen::Auto)]
    pub(crate) color: ColorWhen,
    /// Read the cases from this folder instead of those built in.
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) cases: Option<PathBuf>,
    /// Also read the cases, facts and open questions in this folder; may be repeated.
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) add_cases: Vec<PathBuf>,
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
    #[command(after_help = help::RUN)]
    Run(RunArgs),
    /// Run the suite several times and report which verdicts differ.
    Repeat(RepeatArgs),
    /// List trials by id.
    #[command(after_help = help::LIST)]
    List(ListArgs),
    /// Check the files (cases, questions, profiles, known lists), and check that every case can fail.
    Check(CheckArgs),
    /// Explain an id: what a trial sends and expects, what a fact says, what a fault does.
    #[command(after_help = help::EXPLAIN)]
    Explain(ExplainArgs),
    /// Run one trial of a log again, against the target that the command line names.
    Replay(ReplayArgs),
    /// Judge a log again with the current cases, without the target.
    Judge(JudgeArgs),
    /// Compare two run records: print the verdicts and the answers to open questions that differ.
    #[command(after_help = help::COMPARE)]
    Compare(CompareArgs),
    /// Write, mend or check a list of known failures.
    #[command(after_help = help::KNOWN)]
    Known(KnownArgs),
    /// Print the figures of run records as a Markdown table.
    Table(TableArgs),
    /// Print which operations have trials, which facts are in use, and on what the expectations rest.
    Coverage(CoverageArgs),
    /// List, install or start the emulators whose profiles are built in.
    #[command(after_help = help::TARGET)]
    Target(TargetVerbArgs),
    /// Start the reference as a server for other programs.
    Serve(ServeArgs),
    /// Find and delete the streams that a killed run left on a target.
    Sweep(SweepArgs),
    /// Start the reference with each of its faults (deliberate mistakes) and print the cases that fail.
    Faults(FaultsArgs),
    /// Write the JSON Schemas of the file formats.
    Schema(SchemaArgs),
    /// Print the completions of a shell.
    Completions(CompletionsArgs),
    /// Print the manual page, or write those of all verbs.
    Man(ManArgs),
    /// Turn botocore's service-2.json into this crate's model file.
    ImportModel(ImportModelArgs),
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) measure: MeasureArgs,
    /// End the run after so many trials have failed; trials that are not finished then have no verdict.
    #[arg(long, value_name = "N", help_heading = "Run and verdicts", value_parser = RangedU64ValueParser::<usize>::new().range(1..=1_000_000))]
    pub(crate) max_fail: Option<usize>,
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
    /// Print the file that a release has below `cases/releases/`: marks of all trials, for the pins of known
    /// lists.
    #[arg(long, conflicts_with_all = ["verbose", "filters", "exclude", "operations", "affects", "failed"])]
    pub(crate) as_release: bool,
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
    /// The id of a trial, a case, a fact, an open question, a suite or a family, or the name of an operation or
    /// a fault.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Do not run the trial against the reference for an example of a right response.
    #[arg(long)]
    pub(crate) no_example: bool,
    /// Run the trial against the target, and print what it did as Markdown for an issue.
    #[arg(long)]
    pub(crate) issue: bool,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
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
    /// Exit with 1 on any difference, and not only if a trial is newly wrong.
    #[arg(long)]
    pub(crate) exact: bool,
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
pub(crate) struct SchemaArgs {
    /// The folder to write to.
    #[arg(value_name = "DIR", default_value = "harness/schema")]
    pub(crate) dir: PathBuf,
    /// Write nothing, and exit with 1 if a file differs.
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell.
    #[arg(value_name = "SHELL", value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// Write the page of the program and of each verb into this folder.
    #[arg(value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
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
