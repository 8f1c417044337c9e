//! Every trial, with what a build server wants to know of it.

use crate::log::{Flag, MismatchKind, Outcome, TrialVerdict};
use crate::report::options::Options;
use crate::report::summary::Summary;

use super::picture::Picture;

/// What a trial came to.
#[derive(Clone, Debug)]
pub enum TrialResult {
    /// As it should be, or tolerated, or known.
    Passed,
    /// It has mismatches.
    Failed {
        /// In what way it differs.
        kind: Option<MismatchKind>,
        /// What was expected, and what came.
        differs: Option<(String, String)>,
    },
    /// Its requests could not be sent.
    Stopped {
        /// Why.
        reason: String,
    },
    /// It is listed as known, and passes.
    Fixed,
    /// A verdict is required of it, and there is none.
    Missing {
        /// Why.
        reason: String,
    },
    /// Not judged.
    NotJudged {
        /// Why.
        reason: String,
    },
}

/// One trial.
#[derive(Clone, Debug)]
pub struct TrialView {
    /// Its id.
    pub id: String,
    /// Its case's id.
    pub case: String,
    /// Its outcome.
    pub outcome: Outcome,
    /// What it came to.
    pub result: TrialResult,
    /// The file and the line of its expectation, or of its case.
    pub place: Option<(String, u32)>,
    /// How long it took, in milliseconds.
    pub ms: u64,
    /// Its mismatches in words, where it passed all the same.
    pub reported: Vec<(MismatchKind, String, String)>,
    /// It in full, if it failed or could not be sent.
    pub picture: Option<Picture>,
}

/// All trials, by id.
pub(super) fn trials(summary: &Summary, options: &Options) -> Vec<TrialView> {
    summary.trials.values().map(|trial| of(summary, trial, options)).collect()
}

/// One trial.
pub(super) fn of(summary: &Summary, trial: &TrialVerdict, options: &Options) -> TrialView {
    let reason = |otherwise: &str| trial.reason.clone().unwrap_or_else(|| otherwise.to_owned());
    let leading =
        trial.mismatches.iter().find(|mismatch| !mismatch.tolerated).or_else(|| trial.mismatches.first());
    let result = match trial.outcome {
        Outcome::Pass if trial.flags.contains(&Flag::Fixed) => TrialResult::Fixed,
        Outcome::Pass | Outcome::Tolerated | Outcome::Known => TrialResult::Passed,
        Outcome::Fail => TrialResult::Failed {
            kind: leading.map(|leading| leading.kind),
            differs: leading.map(|leading| (leading.expected.clone(), leading.actual.clone())),
        },
        Outcome::Blocked | Outcome::Error => TrialResult::Stopped { reason: reason("no reason given") },
        Outcome::Unobserved | Outcome::Unsupported if trial.required => {
            TrialResult::Missing { reason: reason("no reason given") }
        }
        Outcome::Open => {
            TrialResult::NotJudged { reason: reason("the answer to an open question was noted") }
        }
        Outcome::Unobserved | Outcome::Unsupported | Outcome::Skipped => {
            TrialResult::NotJudged { reason: reason("no reason given") }
        }
    };
    let place = match (leading, summary.case(trial)) {
        (Some(leading), _) => Some((leading.at.file.clone(), leading.at.line)),
        (None, Some(case)) => Some((case.file.clone(), case.first_line)),
        (None, None) => None,
    };
    let is_drawn = matches!(result, TrialResult::Failed { .. } | TrialResult::Stopped { .. });
    let reported = match trial.outcome {
        Outcome::Tolerated | Outcome::Known => {
            let words = trial.mismatches.iter();
            words
                .map(|mismatch| (mismatch.kind, mismatch.expected.clone(), mismatch.actual.clone()))
                .collect()
        }
        Outcome::Pass
        | Outcome::Fail
        | Outcome::Unobserved
        | Outcome::Blocked
        | Outcome::Error
        | Outcome::Unsupported
        | Outcome::Skipped
        | Outcome::Open => Vec::new(),
    };
    TrialView {
        id: trial.id.clone(),
        case: trial.case.clone(),
        outcome: trial.outcome,
        result,
        place,
        ms: trial.ms,
        reported,
        picture: is_drawn.then(|| Picture::of(summary, trial, None, options)),
    }
}
