//! A verdict in the words that libtest has: passed, failed with a message, ignored with a reason.

use libtest_mimic::{Completion, Failed};

use crate::case::plain;
use crate::log::{Flag, Outcome, Trial};
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
        NoVerdict::AsToldBefore => Failed::from("the run did not begin; another trial says why"),
        NoVerdict::LeftOut => Failed::from("the run ended without a verdict"),
    }
}

/// The verdict on one trial.
pub(super) fn of(summary: &Summary, trial: &Trial, showing: &Showing) -> Result<Completion, Failed> {
    let word = trial.outcome.word();
    if trial.flags.contains(&Flag::Fixed) {
        let list = showing.options.known_list.as_deref().unwrap_or("the list of known failures");
        return Err(Failed::from(format!("fixed: it passes; delete its entry from {list}")));
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
            Err(Failed::from(format!("{word}: {}\n{picture}", plain(reason))))
        }
        Outcome::Open => {
            let chosen = trial.chose.iter().map(|choice| {
                let candidate = choice.candidate.as_deref().unwrap_or("outside the candidates");
                format!("{} = {candidate}", choice.question)
            });
            Ok(ignored(word, Some(&chosen.collect::<Vec<_>>().join(", "))))
        }
        Outcome::Known | Outcome::Unobserved | Outcome::Unsupported | Outcome::Skipped => {
            Ok(ignored(word, trial.reason.as_deref()))
        }
    }
}

/// In one line, whatever the target put into the reason.
fn ignored(word: &str, reason: Option<&str>) -> Completion {
    Completion::ignored_with(match reason {
        Some(reason) => format!("{word}: {}", plain(reason).replace('\n', " ")),
        None => word.to_owned(),
    })
}
