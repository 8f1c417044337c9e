//! Which trials.

use clap::Args;

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
