//! `serve` and its faults.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::time::time;

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
