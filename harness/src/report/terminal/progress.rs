//! What a run shows while it runs: a bar on a terminal, a line now and then elsewhere.

use std::collections::BTreeSet;
use std::io::Write;

use indicatif::{ProgressBar, ProgressStyle};

use crate::engine::event::{Event, Outcome};
use crate::report::text::{clean, shortened};
use crate::report::{Listener, ReportError};

/// Of the trials that run, this many are named.
const RUNNING_SHOWN: usize = 3;

/// How progress is shown.
pub enum ProgressMode {
    /// As a bar on the terminal's error stream.
    Bar,
    /// As a plain line after each tenth of the trials.
    Lines(Box<dyn Write + Send>),
    /// Not at all.
    Quiet,
}

/// Shows how far a run is.
pub struct Progress {
    shown: Shown,
    total: usize,
    done: usize,
    failed: usize,
    running: BTreeSet<String>,
}

enum Shown {
    Bar(ProgressBar),
    Lines { to: Box<dyn Write + Send>, tenths: usize },
    Nothing,
}

impl Progress {
    /// Shows nothing yet; the header tells how many trials there are.
    pub fn new(mode: ProgressMode) -> Self {
        let shown = match mode {
            ProgressMode::Bar => Shown::Bar(ProgressBar::no_length().with_style(style())),
            ProgressMode::Lines(to) => Shown::Lines { to, tenths: 0 },
            ProgressMode::Quiet => Shown::Nothing,
        };
        Self { shown, total: 0, done: 0, failed: 0, running: BTreeSet::new() }
    }

    fn failures(&self) -> String {
        if self.failed == 0 { String::new() } else { format!("{} failed", self.failed) }
    }

    fn running(&self) -> String {
        let named: Vec<String> =
            self.running.iter().take(RUNNING_SHOWN).map(|id| shortened(&clean(id), 60)).collect();
        let rest = self.running.len() - named.len();
        let rest = if rest > 0 { format!(" +{rest}") } else { String::new() };
        format!("{}{rest}", named.join(", "))
    }

    fn show(&mut self) -> Result<(), ReportError> {
        let (failures, running) = (self.failures(), self.running());
        match &mut self.shown {
            Shown::Bar(bar) => {
                bar.set_length(self.total as u64);
                bar.set_position(self.done as u64);
                bar.set_prefix(failures);
                bar.set_message(running);
            }
            Shown::Lines { to, tenths } => {
                let now = self.done * 10 / self.total.max(1);
                if now > *tenths {
                    *tenths = now;
                    let failures = if failures.is_empty() { failures } else { format!(", {failures}") };
                    writeln!(to, "{} of {} trials{failures}", self.done, self.total)
                        .and_then(|()| to.flush())
                        .map_err(ReportError::Progress)?;
                }
            }
            Shown::Nothing => {}
        }
        Ok(())
    }
}

fn style() -> ProgressStyle {
    // The template is a constant; should it be wrong, a plain bar does too.
    ProgressStyle::with_template("{bar:30} {pos}/{len}  {prefix:.red}  {wide_msg:.dim}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Listener for Progress {
    fn event(&mut self, event: &Event) -> Result<(), ReportError> {
        match event {
            Event::Header(header) => self.total = header.selection.trials,
            Event::Exchange(exchange) => match &exchange.trial {
                Some(trial) if !self.running.contains(trial) => {
                    self.running.insert(trial.clone());
                }
                Some(_) | None => return Ok(()),
            },
            Event::Trial(trial) => {
                self.running.remove(&trial.id);
                self.done += 1;
                self.failed += usize::from(is_trouble(trial.outcome));
            }
            Event::Footer(_) => {
                if let Shown::Bar(bar) = &self.shown {
                    bar.finish_and_clear();
                }
                return Ok(());
            }
            Event::Case(_) | Event::Notice(_) => return Ok(()),
        }
        self.show()
    }
}

const fn is_trouble(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Fail | Outcome::Blocked | Outcome::Error => true,
        Outcome::Pass
        | Outcome::Tolerated
        | Outcome::Open
        | Outcome::Known
        | Outcome::Unobserved
        | Outcome::Unsupported
        | Outcome::Skipped => false,
    }
}
