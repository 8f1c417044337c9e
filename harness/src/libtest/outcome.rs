//! A verdict as libtest has it: passed, failed with a message, ignored with a reason.

use libtest_mimic::{Completion, Failed};

use crate::case::plain;
use crate::log::{Flag, Outcome, TrialVerdict};
use crate::report::Summary;
use crate::report::terminal::{Options, Style, render_trial};

use super::background::NoVerdict;

/// How failures are drawn.
pub(super) struct Showing {
    /// Colours and width.
    pub(super) style: Style,
    /// What is said beside the verdict.
    pub(super) options: Options,
}

/// What a trial comes to that is only listed.
pub(super) const fn nothing() -> Completion {
    Completion::Completed
}

/// Why a trial failed that has no verdict.
pub(super) fn without(why: NoVerdict) -> Failed {
    match why {
        NoVerdict::First(why) => Failed::from(format!("failed to {why}")),
        NoVerdict::AsReportedBefore => Failed::from("the run did not begin; another trial says why"),
        NoVerdict::LeftOut => Failed::from("the run ended without a verdict"),
    }
}

/// The verdict on one trial.
pub(super) fn of(summary: &Summary, trial: &TrialVerdict, showing: &Showing) -> Result<Completion, Failed> {
    let name = trial.outcome.as_str();
    if trial.flags.contains(&Flag::Fixed) {
        let list = showing.options.known_list.as_deref().unwrap_or("the list of known failures");
        return Err(Failed::from(format!("fixed: it passes; delete its entry from {list}")));
    }
    if trial.required && trial.outcome.lacks_verdict() {
        let reason = trial.reason.as_deref().unwrap_or("no reason is given");
        return Err(Failed::from(format!(
            "a verdict is required, and there is none: {name}: {}",
            plain(reason)
        )));
    }
    match trial.outcome {
        Outcome::Pass | Outcome::Tolerated => Ok(Completion::Completed),
        Outcome::Fail => {
            // Below libtest's own line about the trial.
            let picture = render_trial(summary, &trial.id, showing.style, &showing.options);
            Err(Failed::from(format!("\n{picture}")))
        }
        Outcome::Blocked | Outcome::Error => {
            let reason = trial.reason.as_deref().unwrap_or("no reason is given");
            let picture = render_trial(summary, &trial.id, showing.style, &showing.options);
            Err(Failed::from(format!("{name}: {}\n{picture}", plain(reason))))
        }
        Outcome::Open => {
            let chosen = trial.answers.iter().map(|choice| {
                let candidate = choice.candidate.as_deref().unwrap_or("outside the candidates");
                format!("{} = {candidate}", choice.question)
            });
            Ok(ignored(name, Some(&chosen.collect::<Vec<_>>().join(", "))))
        }
        Outcome::Known | Outcome::Unobserved | Outcome::Unsupported | Outcome::Skipped => {
            Ok(ignored(name, trial.reason.as_deref()))
        }
    }
}

/// In one line, whatever the target put into the reason.
fn ignored(name: &str, reason: Option<&str>) -> Completion {
    Completion::ignored_with(match reason {
        Some(reason) => format!("{name}: {}", plain(reason).replace('\n', " ")),
        None => name.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::samples::{because, trial};

    fn shown(outcome: Outcome, required: bool) -> Result<Completion, Failed> {
        let trial = TrialVerdict { required, ..because(trial("a/b", "a/b", outcome), "no such thing") };
        of(&Summary::default(), &trial, &Showing { style: Style::default(), options: Options::default() })
    }

    #[test]
    fn a_required_trial_without_a_verdict_fails_and_another_is_ignored() {
        for outcome in [Outcome::Unsupported, Outcome::Unobserved] {
            assert!(shown(outcome, false).is_ok());
            let failed = shown(outcome, true).err().expect("it is required");
            let message = failed.message().unwrap_or_default().to_owned();
            assert_eq!(
                message,
                format!("a verdict is required, and there is none: {}: no such thing", outcome.as_str())
            );
        }
        assert!(shown(Outcome::Skipped, true).is_ok(), "what is skipped has no verdict by design");
        assert!(shown(Outcome::Open, true).is_ok());
    }
}
