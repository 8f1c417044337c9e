//! `sweep`.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use anstream::println;

use kinesis_conformance::report::clean;
use kinesis_conformance::run::{PREFIX, Stop, TAG_KEY, sweep as leftovers};

use super::args::SweepArgs;
use super::block_on;
use super::exit::Exit;
use super::problem::Problem;
use super::run::no_target;
use super::signals::{heeding, unless_stopped};
use super::target::{Named, Ready};

pub(super) fn sweep(args: &SweepArgs) -> Result<Exit, Problem> {
    if args.target.endpoint.is_none() && args.target.target.is_none() {
        return Err(Problem::usage("sweep: no target is named").with_help("add `--endpoint URL`"));
    }
    let named = Named::from(&args.target)?;
    // A sweep that is stopped goes on when it is started again; only what it started must end.
    let stop = Stop::default();
    let work = async {
        let Some(ready) = unless_stopped(&stop, named.start(&args.target)).await.transpose()? else {
            return Ok(Exit::Interrupted);
        };
        let swept = unless_stopped(&stop, sweep_one(args, &ready)).await;
        ready.stop().await;
        swept.unwrap_or(Ok(Exit::Interrupted))
    };
    block_on(heeding(&stop, work))?
}

async fn sweep_one(args: &SweepArgs, ready: &Ready) -> Result<Exit, Problem> {
    let target = &ready.target;
    let found = leftovers::find(target, &ready.redactor).await.map_err(no_target)?;
    for name in &found.untagged {
        println!("left alone: {} (begins with {PREFIX} but has no tag {TAG_KEY})", clean(name));
    }
    if found.ours.is_empty() {
        println!("nothing to delete at {}", target.endpoint);
        return Ok(Exit::Fine);
    }
    for name in &found.ours {
        println!("{}", clean(name));
    }
    let count = found.ours.len();
    if !args.yes && !asked(format!("delete {count} of {}?", target.endpoint)).await {
        println!("nothing was deleted; `--yes` deletes without asking");
        return Ok(Exit::Failed);
    }
    let left = leftovers::delete(target, &ready.redactor, &found.ours).await;
    for (name, answer) in &left {
        println!("could not delete {}: {}", clean(name), clean(answer));
    }
    println!("deleted {}", count - left.len());
    Ok(if left.is_empty() { Exit::Fine } else { Exit::Failed })
}

/// Asks on a thread of its own, so that a signal is heeded while nobody answers.
async fn asked(question: String) -> bool {
    let (sender, answer) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || sender.send(confirmed(&question)));
    answer.await.unwrap_or(false)
}

/// Asks on the terminal; no terminal is no consent.
fn confirmed(question: &str) -> bool {
    if !std::io::stdin().is_terminal() {
        return false;
    }
    let mut out = std::io::stdout();
    if write!(out, "{question} [y/N] ").and_then(|()| out.flush()).is_err() {
        return false;
    }
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    read.is_ok() && matches!(answer.trim(), "y" | "yes")
}
