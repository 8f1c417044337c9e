//! What a run shows while it runs: a bar on a terminal, a line now and then elsewhere.

use std::collections::BTreeSet;
use std::io::Write;

use indicatif::{ProgressBar, ProgressStyle};

use crate::log::{Event, Listener, Outcome, ReportError};
use crate::report::text::{clean, shortened};

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
    /// Shows nothing yet; the header says how many trials there are.
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
            Event::Case(_) | Event::Timing(_) | Event::Notice(_) => return Ok(()),
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

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::{Progress, ProgressMode};
    use crate::log::{Event, Listener, Outcome};
    use crate::testing::samples::{footer, header, trial};

    /// Keeps what is written where the test can see it.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("one thread").write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_come_now_and_then_with_the_failures_so_far() {
        let kept = Kept::default();
        let mut progress = Progress::new(ProgressMode::Lines(Box::new(kept.clone())));
        progress.event(&header(40)).expect("shown");
        for index in 0..40 {
            let outcome = if index == 11 { Outcome::Fail } else { Outcome::Pass };
            let id = format!("a/{index}");
            progress.event(&Event::Trial(Box::new(trial(&id, &id, outcome)))).expect("shown");
        }
        progress.event(&footer(true)).expect("shown");
        let text = String::from_utf8(kept.0.lock().expect("one thread").clone()).expect("text");
        assert_eq!(text.lines().count(), 10, "{text}");
        assert_eq!(text.lines().nth(1), Some("8 of 40 trials"));
        assert_eq!(text.lines().last(), Some("40 of 40 trials, 1 failed"));
    }

    #[test]
    fn a_selection_of_nothing_is_no_division_by_zero() {
        let kept = Kept::default();
        let mut progress = Progress::new(ProgressMode::Lines(Box::new(kept)));
        progress.event(&header(0)).expect("shown");
        progress.event(&Event::Trial(Box::new(trial("a/b", "a/b", Outcome::Pass)))).expect("shown");
    }
}
