//! `known`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(crate) struct KnownArgs {
    #[command(subcommand)]
    pub(crate) verb: KnownVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KnownVerb {
    /// Write a list of the failures of a run, or mend one: what passes goes, what fails is added by cause.
    Update(KnownUpdateArgs),
    /// Report what of a list is fixed, stale, expired or about no trial.
    Check(KnownCheckArgs),
}

#[derive(Debug, Args)]
pub(crate) struct KnownUpdateArgs {
    /// A log that `run --log` wrote.
    #[arg(long, value_name = "LOG")]
    pub(crate) log: PathBuf,
    /// The list to mend; it is made if it is not there. Comments and reasons stay.
    #[arg(long, value_name = "FILE")]
    pub(crate) into: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct KnownCheckArgs {
    /// The list.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// A log that `run --log` wrote; without it, only what the list alone shows is found.
    #[arg(long, value_name = "LOG")]
    pub(crate) log: Option<PathBuf>,
}
