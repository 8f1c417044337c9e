//! What was run, and what is listed beside the causes.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::case::ast::Level;
use crate::log::{Flag, Outcome, TrialVerdict};
use crate::model::Model;
use crate::report::summary::Summary;

/// What was run, against what, and at what cost.
#[derive(Clone, Debug, Default)]
pub struct RunView {
    /// The target's name, version and endpoint; `None` if the run ended before it began.
    pub target: Option<(String, Option<String>, String)>,
    /// Operations of the model: all, those that the target does not support, those of which its answers
    /// say nothing.
    pub operations: (usize, Vec<String>, Vec<String>),
    /// Trials that were selected, and those that there are.
    pub selected: (usize, usize),
    /// By what they were selected.
    pub selection: Vec<String>,
    /// Mismatches at or below this level fail.
    pub level: Option<Level>,
    /// Version of the suite, and the digest of its manifest.
    pub suite: (String, String),
    /// True if every selected trial has its verdict.
    pub is_complete: bool,
    /// Requests, and milliseconds, once the run has ended.
    pub cost: Option<(u64, u64)>,
}

impl RunView {
    pub(super) fn of(summary: &Summary) -> Self {
        let mut view = Self {
            is_complete: summary.is_complete(),
            cost: summary.footer.as_ref().map(|footer| (footer.requests, footer.ms)),
            ..Self::default()
        };
        let Some(header) = &summary.header else { return view };
        let (target, selection, can) = (&header.target, &header.selection, &header.capabilities);
        view.target = Some((target.name.clone(), target.version.clone(), target.endpoint.clone()));
        view.operations = (Model::embedded().operations.len(), can.unsupported.clone(), can.unknown.clone());
        view.selected = (selection.trials, selection.of);
        view.selection = selection.operations.iter().chain(&selection.filters).cloned().collect();
        view.level = Some(header.level);
        view.suite = (header.suite_version.clone(), header.manifest_digest.clone());
        view
    }
}

/// Trials that ended in the same way for the same reason.
#[derive(Clone, Debug)]
pub struct Reason {
    /// In which way.
    pub outcome: Outcome,
    /// Why.
    pub reason: String,
    /// The trials, by id.
    pub trials: Vec<String>,
}

/// Trials without a verdict of their own, by outcome and reason; failures only where no mismatch shows
/// their cause. The most frequent reason of an outcome comes first.
pub(super) fn reasons(summary: &Summary) -> Vec<Reason> {
    let outcomes = [
        Outcome::Fail,
        Outcome::Blocked,
        Outcome::Error,
        Outcome::Unobserved,
        Outcome::Unsupported,
        Outcome::Skipped,
    ];
    let mut all = Vec::new();
    for outcome in outcomes {
        let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let reported = |trial: &&TrialVerdict| outcome == Outcome::Fail && !trial.mismatches.is_empty();
        for trial in summary.with_outcome(outcome).filter(|trial| !reported(trial)) {
            let reason = trial.reason.as_deref().unwrap_or("no reason given");
            reasons.entry(reason).or_default().push(trial.id.clone());
        }
        let mut reasons: Vec<Reason> = reasons
            .into_iter()
            .map(|(reason, trials)| Reason { outcome, reason: reason.to_owned(), trials })
            .collect();
        // The sort is stable: equal counts stay in the order of their texts.
        reasons.sort_by_key(|reason| Reverse(reason.trials.len()));
        all.append(&mut reasons);
    }
    all
}

/// Trials by outcome: those that occur, and always pass and fail.
pub(super) fn counts(summary: &Summary) -> Vec<(Outcome, usize)> {
    let counts = summary.counts();
    let counted =
        Outcome::ALL.into_iter().map(|outcome| (outcome, counts.get(&outcome).copied().unwrap_or_default()));
    counted
        .filter(|(outcome, count)| *count > 0 || matches!(outcome, Outcome::Pass | Outcome::Fail))
        .collect()
}

/// The trials with a flag.
pub(super) fn flagged(summary: &Summary, flag: Flag) -> Vec<String> {
    summary.with_flag(flag).map(|trial| trial.id.clone()).collect()
}

/// The notes with the number of trials that have them, the most frequent first.
pub(super) fn notes(summary: &Summary) -> Vec<(String, usize)> {
    let mut notes: BTreeMap<&String, usize> = BTreeMap::new();
    for note in summary.trials.values().flat_map(|trial| &trial.notes) {
        *notes.entry(note).or_default() += 1;
    }
    let mut notes: Vec<(String, usize)> =
        notes.into_iter().map(|(note, count)| (note.clone(), count)).collect();
    notes.sort_by_key(|(_, count)| Reverse(*count));
    notes
}
