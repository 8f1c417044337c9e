//! `repeat`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use kinesis_conformance::judge::RunSettings;
use kinesis_conformance::log::{LogWriter, Outcome};
use kinesis_conformance::plan::{Manifest, Select};
use kinesis_conformance::report::{Repeats, Summary, clean};
use kinesis_conformance::run::{Stop, StopReason, TargetError};

use super::args::RepeatArgs;
use super::block_on;
use super::exit::Exit;
use super::library::Cases;
use super::output::{Losses, print, say, warn};
use super::problem::Problem;
use super::run::{Ended, Outputs, RunInputs, no_target, one_run, unwritable};
use super::signals::{heeding, stopped_before_it_began, unless_stopped};
use super::target::Ready;

pub(super) fn repeat(cases: Cases<'_>, args: &RepeatArgs) -> Result<Exit, Problem> {
    let RunInputs { manifest, select, named, known: _, settings } =
        RunInputs::of(cases, &args.select, &args.target, &args.measure)?;
    // Fails now rather than after hours.
    let logs: Vec<PathBuf> = (1..=args.times)
        .filter_map(|run| args.logs.as_ref().map(|folder| folder.join(format!("run-{run}.jsonl"))))
        .collect();
    if let Some(first) = logs.first() {
        LogWriter::create(first).map_err(unwritable)?;
    }
    let stop = Stop::default();
    let work = async {
        let Some(ready) = unless_stopped(&stop, named.start(&args.target)).await.transpose()? else {
            return stopped_before_it_began(&stop);
        };
        let all = Runs { args, logs, manifest: &manifest, select: &select, settings, stop: &stop };
        let ended = all.against(&ready).await;
        ready.stop().await;
        let Came { repeats, missing, judged, cut_short, mut losses } = ended?;
        losses.note(print(repeats.to_text()).and_then(|()| {
            missing.iter().try_for_each(|text| say(format_args!("required: {}", clean(text))))
        }));
        Ok(losses.exit(if let Some(exit) = cut_short {
            exit
        } else if !repeats.flips().is_empty() || !missing.is_empty() {
            Exit::Failed
        } else if !judged {
            Exit::NothingJudged
        } else {
            Exit::Fine
        }))
    };
    block_on(heeding(&stop, args.measure.budget, work))?
}

/// What is the same in all runs.
struct Runs<'a> {
    args: &'a RepeatArgs,
    /// One for each run, or none.
    logs: Vec<PathBuf>,
    manifest: &'a Manifest,
    select: &'a Select,
    settings: RunSettings,
    stop: &'a Stop,
}

/// What the runs came to.
#[derive(Default)]
struct Came {
    repeats: Repeats,
    /// What was required and was missing in some run, once each.
    missing: BTreeSet<String>,
    /// True if some run judged something.
    judged: bool,
    /// How the command ends, if a run did not come to its end.
    cut_short: Option<Exit>,
    /// What could not be written.
    losses: Losses,
}

impl Runs<'_> {
    /// Runs against one target, again and again. A run that was not carried to its end does not
    /// count.
    async fn against(&self, ready: &Ready) -> Result<Came, Problem> {
        let mut came = Came::default();
        for run in 0..self.args.times {
            self.stop.end_overdue();
            if self.stop.reason().is_some() {
                came.cut_short = Some(self.cut_short(run, None));
                return Ok(came);
            }
            let log = self.logs.get(run).map(|path| LogWriter::create(path)).transpose();
            let outputs = Outputs::quiet(log.map_err(unwritable)?);
            let settings = self.settings.clone();
            let Ended { summary, footer, losses } =
                one_run(ready, self.manifest, self.select, settings, outputs, self.stop.clone()).await?;
            came.losses.and(losses);
            match footer {
                Ok(footer) if footer.complete => {}
                Ok(footer) => {
                    for name in &footer.left_behind {
                        warn(format_args!("left behind: {}", clean(name)));
                    }
                    came.cut_short = Some(self.cut_short(run, footer.stopped_early.as_deref()));
                    return Ok(came);
                }
                Err(TargetError::Stopped) => {
                    let why = match self.stop.reason() {
                        Some(StopReason::Early(why)) => Some(why),
                        Some(StopReason::Asked | StopReason::Budget(_) | StopReason::Failures(_)) | None => {
                            None
                        }
                    };
                    came.cut_short = Some(self.cut_short(run, why.as_deref()));
                    return Ok(came);
                }
                Err(error) => return Err(no_target(error)),
            }
            came.repeats.add(&summary);
            came.missing.extend(summary.missing_requirements());
            came.judged |= !summary.judged_nothing();
            if !self.args.quiet {
                warn(format_args!("run {} of {}: {}", run + 1, self.args.times, counts(&summary)));
            }
        }
        Ok(came)
    }

    /// Reports why a run did not come to its end, and after how many runs; how the command ends.
    fn cut_short(&self, done: usize, stopped_early: Option<&str>) -> Exit {
        let of = self.args.times;
        match (stopped_early, self.stop.reason()) {
            (Some(why), _) => {
                warn(format_args!("incomplete: {}; {done} of {of} runs came to their end", clean(why)));
                Exit::NoTarget
            }
            (None, Some(StopReason::Budget(budget))) => {
                let seconds = budget.as_secs();
                warn(format_args!(
                    "incomplete: the time budget of {seconds} s was over; {done} of {of} runs came to their end"
                ));
                Exit::Interrupted
            }
            (None, Some(StopReason::Asked | StopReason::Early(_) | StopReason::Failures(_)) | None) => {
                Exit::Interrupted
            }
        }
    }
}

/// `240 pass, 12 open in 3.2 s`.
fn counts(summary: &Summary) -> String {
    let counts = summary.counts();
    let reported: Vec<String> = Outcome::ALL
        .into_iter()
        .filter_map(|outcome| counts.get(&outcome).filter(|count| **count > 0).map(|count| (outcome, count)))
        .map(|(outcome, count)| format!("{count} {}", outcome.as_str()))
        .collect();
    let ms = summary.footer.as_ref().map_or(0, |footer| footer.ms);
    format!("{} in {}.{} s", reported.join(", "), ms / 1_000, ms % 1_000 / 100)
}
