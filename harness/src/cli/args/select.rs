//! Which trials.

use std::path::PathBuf;

use clap::Args;
use strum::VariantArray as _;

use kinesis_conformance::case::ast::Audience;

/// What to select.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Which trials")]
pub(crate) struct SelectArgs {
    /// The id of a trial or of a case; a pattern ('put-record/**'; `*` matches no `/`, `**` does); or a part
    /// of ids. A trial is selected if one of the filters names it.
    #[arg(value_name = "FILTER")]
    pub(crate) filters: Vec<String>,
    /// Only trials about this operation; may be repeated.
    #[arg(long = "operation", value_name = "NAME")]
    pub(crate) operations: Vec<String>,
    /// Leave out the trials that this filter names; may be repeated.
    #[arg(long, short = 'x', value_name = "FILTER")]
    pub(crate) exclude: Vec<String>,
    /// Only trials that affect these clients: producers, consumers, infrastructure-tools, sdk-authors or
    /// security; may be repeated.
    #[arg(long, value_name = "CLIENTS", value_parser = audience)]
    pub(crate) affects: Vec<Audience>,
    /// Only trials that failed in this log (fail, blocked or error).
    #[arg(long, value_name = "LOG")]
    pub(crate) failed: Option<PathBuf>,
    /// Run every combination of the axis values, also for cases that observe a transition.
    #[arg(long)]
    pub(crate) full_product: bool,
    /// Also select cases that need many calls or many minutes.
    #[arg(long)]
    pub(crate) long: bool,
}

/// Reads the name of clients.
fn audience(text: &str) -> Result<Audience, String> {
    let name = |audience: &Audience| -> &'static str { audience.into() };
    Audience::VARIANTS.iter().find(|audience| name(audience) == text).copied().ok_or_else(|| {
        let all: Vec<&str> = Audience::VARIANTS.iter().map(name).collect();
        format!("one of {}", all.join(", "))
    })
}
