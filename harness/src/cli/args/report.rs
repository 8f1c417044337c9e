//! What a report shows, and the files that it is written to.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use kinesis_conformance::report::{Pictures, Sections};

/// What a report shows.
#[derive(Clone, Debug, Args)]
pub(crate) struct ReportArgs {
    /// Which causes to list and to show with an example.
    #[arg(long, value_enum, value_name = "WHICH", default_value_t = Causes::First)]
    pub(crate) causes: Causes,
    /// Show only the cause of this number, in full.
    #[arg(long, value_name = "N", conflicts_with = "causes")]
    pub(crate) cause: Option<usize>,
    /// Also show the open questions with the answers that the target gave.
    #[arg(long)]
    pub(crate) questions: bool,
    /// Also show what happened during the run, such as a stream that was given up.
    #[arg(long)]
    pub(crate) notices: bool,
    /// Also show differences of form that other cases judge.
    #[arg(long)]
    pub(crate) notes: bool,
    /// Also show the trials that neither passed nor failed, with their reasons, and on what evidence the
    /// passed ones rest.
    #[arg(long)]
    pub(crate) others: bool,
    /// Write the report as Markdown.
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
    /// Write a shell script that sends the requests of the first cause (or of --cause N) again with curl.
    #[arg(long, value_name = "FILE")]
    pub(crate) script: Option<PathBuf>,
}

/// Which causes to list and to show with an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Causes {
    /// List the first ten, three of them with an example.
    First,
    /// List all, each with an example.
    All,
}

impl ReportArgs {
    /// Which causes have an example.
    pub(crate) const fn pictures(&self) -> Pictures {
        match (self.cause, self.causes) {
            (Some(number), _) => Pictures::Only(number),
            (None, Causes::All) => Pictures::All,
            (None, Causes::First) => Pictures::AtMost(3),
        }
    }

    /// What else is shown.
    pub(crate) const fn sections(&self) -> Sections {
        Sections { questions: self.questions, notices: self.notices, notes: self.notes, others: self.others }
    }
}
