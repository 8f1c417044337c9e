//! The target, and how it is reached.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand, ValueEnum, value_parser};

use kinesis_conformance::case::{RATE_FORM, REGION_FORM, Rate, is_region};
use kinesis_conformance::model::Model;

/// How many seconds a target has to answer after its start.
const READY_TIMEOUT: u64 = 120;

/// How many seconds a response may take.
const TIMEOUT: u64 = 10;

/// The target.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Target")]
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
    #[arg(long, value_name = "SECONDS", default_value_t = READY_TIMEOUT, value_parser = value_parser!(u64).range(1..=86_400))]
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
    #[arg(long, value_name = "SECONDS", default_value_t = TIMEOUT, value_parser = value_parser!(u64).range(1..=3_600))]
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
    /// The built-in reference, with the default of each flag.
    pub(crate) fn reference() -> Self {
        Self { ready_timeout: READY_TIMEOUT, timeout: TIMEOUT, ..Self::default() }
    }

    /// True if the command line names no target, which means the built-in reference.
    pub(crate) const fn names_nothing(&self) -> bool {
        self.endpoint.is_none() && self.target.is_none() && self.spawn.is_none()
    }
}

#[derive(Debug, Args)]
pub(crate) struct TargetVerbArgs {
    #[command(subcommand)]
    pub(crate) verb: TargetVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TargetVerb {
    /// Print the built-in targets, and which of them are installed.
    List(TargetListArgs),
    /// Install a target in the cache folder.
    Install(TargetNameArgs),
    /// Install a target if it is not there, and start it in the foreground.
    Start(TargetStartArgs),
}

#[derive(Debug, Args)]
pub(crate) struct TargetListArgs {}

#[derive(Debug, Args)]
pub(crate) struct TargetNameArgs {
    /// A built-in profile's name, or the path of a profile.yaml.
    #[arg(value_name = "NAME|FILE")]
    pub(crate) name: String,
}

#[derive(Debug, Args)]
pub(crate) struct TargetStartArgs {
    /// A built-in profile's name, or the path of a profile.yaml.
    #[arg(value_name = "NAME|FILE")]
    pub(crate) name: String,
    /// The port on which a built-in target listens; the default is that of its profile.
    #[arg(long, value_name = "PORT", value_parser = value_parser!(u16).range(1..))]
    pub(crate) port: Option<u16>,
}
