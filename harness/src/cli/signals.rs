//! The end of a command before its work is done: by a signal, or because its time is over. The first
//! signal asks the work to end and clean up, the second ends it where it stands.

#[cfg_attr(unix, path = "signals/unix.rs")]
#[cfg_attr(windows, path = "signals/windows.rs")]
mod system;

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, interval, sleep_until};

use kinesis_conformance::report::clean;
use kinesis_conformance::run::{CleanUp, Stop, StopReason};

use super::exit::Exit;
use super::output::warn;
use super::problem::Problem;
pub(super) use system::Signals;

/// How often the program says how far a clean-up has come.
const TELL: Duration = Duration::from_secs(2);

/// Does `work`, and stops it on SIGINT, SIGTERM and SIGHUP, and once the budget is over. On the second signal
/// the work is dropped, and with it whatever it has started; the streams that may be left are named.
pub(super) async fn heeding(
    stop: &Stop,
    budget: Option<Duration>,
    work: impl Future<Output = Result<Exit, Problem>>,
) -> Result<Exit, Problem> {
    let mut signals = Signals::new()?;
    let named = NamedAfterPanic(stop);
    let twice = async {
        signals.next().await;
        warn("stopping: deleting what was made; press again to leave it behind");
        stop.stop();
        signals.next().await;
    };
    let over = async {
        if let Some(budget) = budget {
            stop.begin_budget(budget);
            sleep_until(Instant::now() + budget).await;
            stop.end_budget(budget);
        }
        std::future::pending::<()>().await;
    };
    let ended = tokio::select! {
        ended = work => ended,
        () = twice => {
            name_what_is_left(stop);
            Ok(Exit::Interrupted)
        }
        () = over => Ok(Exit::Interrupted),
        () = tell_clean_up(stop) => Ok(Exit::Interrupted),
    };
    drop(named);
    ended
}

/// Reports, while a clean-up goes on, how far it has come. Never ends.
async fn tell_clean_up(stop: &Stop) {
    let mut ticks = interval(TELL / 4);
    let mut reported: Option<Instant> = None;
    loop {
        ticks.tick().await;
        let Some(CleanUp { left, of, until }) = stop.clean_up().filter(|clean_up| clean_up.left > 0) else {
            reported = None;
            continue;
        };
        // A clean-up that is over at once is not worth a line.
        let since = *reported.get_or_insert_with(Instant::now);
        if since.elapsed() >= TELL {
            reported = Some(Instant::now());
            let seconds = until.saturating_duration_since(Instant::now()).as_secs();
            warn(format_args!("deleting: {left} of {of} streams are left; at most {seconds} s more"));
        }
    }
}

/// Names the streams that may be on the target.
fn name_what_is_left(stop: &Stop) {
    let left = stop.left();
    for name in &left {
        warn(format_args!("left behind: {}", clean(name)));
    }
    if !left.is_empty() {
        warn("`sweep` deletes what is left behind");
    }
}

/// Names the streams that may be on the target if a panic ends the work: no report does it then.
struct NamedAfterPanic<'s>(&'s Stop);

impl Drop for NamedAfterPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            name_what_is_left(self.0);
        }
    }
}

/// Starts what must be up before there is anything to clean up; `None` if the signal came first.
pub(super) async fn unless_stopped<T>(stop: &Stop, starting: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        started = starting => Some(started),
        () = stop.stopped() => None,
    }
}

/// How a command ends that was stopped before its first trial, and what it shows.
pub(super) fn stopped_before_it_began(stop: &Stop) -> Result<Exit, Problem> {
    match stop.reason() {
        Some(StopReason::Early(why)) => Err(Problem::new(Exit::NoTarget, format!("begin: {why}"))),
        Some(StopReason::Budget(budget)) => {
            warn(format_args!("the time budget of {} s was over before the first trial", budget.as_secs()));
            Ok(Exit::Interrupted)
        }
        Some(StopReason::Asked | StopReason::Failures(_)) | None => Ok(Exit::Interrupted),
    }
}
