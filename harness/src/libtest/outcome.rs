//! A verdict as libtest has it: passed, failed with a message, ignored with a reason.

use libtest_mimic::{Completion, Failed};

use crate::case::plain;
use crate::log::{Flag, Outcome, TrialVerdict};
use crate::report::clean;
use crate::report::terminal::{Options, Style};

/// Why a trial has no verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoVerdict {
    /// The run never began; the first to hear it.
    First(String),
    /// The run never began, and the reason was reported.
    AsReportedBefore,
    /// The run ended without one.
    LeftOut,
}

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

/// What a trial comes to that has no verdict. A run that can't begin is one failure, and not one for each trial.
pub(super) fn without(why: NoVerdict) -> Result<Completion, Failed> {
    match why {
        NoVerdict::First(why) => Err(Failed::from(format!("failed to {why}"))),
        NoVerdict::AsReportedBefore => Ok(ignored("the run did not begin", None)),
        NoVerdict::LeftOut => Err(Failed::from("the run ended without a verdict")),
    }
}

/// The verdict on one trial, in one line: the causes are reported at the end, each once.
pub(super) fn of(trial: &TrialVerdict, showing: &Showing) -> Result<Completion, Failed> {
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
        Outcome::Fail => Err(Failed::from(differs(trial))),
        Outcome::Blocked | Outcome::Error => {
            let reason = trial.reason.as_deref().unwrap_or("no reason is given");
            Err(Failed::from(format!("{name}: {}", clean(reason))))
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

/// `error-class, core: expected A, got B`.
fn differs(trial: &TrialVerdict) -> String {
    let failing = trial.mismatches.iter().find(|mismatch| !mismatch.tolerated);
    let Some(mismatch) = failing.or_else(|| trial.mismatches.first()) else {
        return trial.reason.as_deref().map_or_else(|| "no reason is given".to_owned(), clean);
    };
    let level: &str = mismatch.level.into();
    let kind = mismatch.kind.as_str();
    format!("{kind}, {level}: expected {}, got {}", clean(&mismatch.expected), clean(&mismatch.actual))
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
        of(&trial, &Showing { style: Style::default(), options: Options::default() })
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
