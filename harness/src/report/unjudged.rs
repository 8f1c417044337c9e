//! Trials without a verdict: how many, why, and what of it was required.
//!
//! A trial has no verdict if it is unsupported, unobserved, blocked or in error. What is open or
//! skipped is not judged by design and does not count.

use std::collections::BTreeMap;

use super::summary::Summary;
use super::text::{clean, counted, shortened};
use crate::case::ast::EncodingAxis;
use crate::log::{Outcome, Support, TrialVerdict};
use crate::wire::Encoding;

/// Reasons of one outcome that are named.
const REASONS_NAMED: usize = 2;
/// Required trials that are named.
const TRIALS_NAMED: usize = 3;
/// Characters of a reason.
const REASON: usize = 100;

impl Summary {
    /// Trials without a verdict although they could have been judged, by id.
    pub fn without_verdict(&self) -> impl Iterator<Item = &TrialVerdict> {
        self.trials.values().filter(|trial| trial.outcome.lacks_verdict())
    }

    /// Trials without a verdict that were required to have one, by id.
    pub fn required_without_verdict(&self) -> impl Iterator<Item = &TrialVerdict> {
        self.without_verdict().filter(|trial| trial.required)
    }

    /// True if every trial is skipped, unsupported, unobserved or blocked, or there is none: the run
    /// says nothing about the target.
    pub fn judged_nothing(&self) -> bool {
        self.trials.values().all(|trial| trial.outcome.says_nothing())
    }

    /// What was required and is missing, a sentence each: abilities of the target first, then the
    /// trials without a verdict. Empty if nothing is missing.
    pub fn missing_requirements(&self) -> Vec<String> {
        let mut missing = self.missing_abilities();
        let trials: Vec<&TrialVerdict> = self.required_without_verdict().collect();
        if !trials.is_empty() {
            let named: Vec<String> = trials.iter().take(TRIALS_NAMED).map(|trial| named(trial)).collect();
            let rest = match trials.len().saturating_sub(named.len()) {
                0 => String::new(),
                rest => format!("; and {rest} more"),
            };
            let have = if trials.len() == 1 { "has" } else { "have" };
            missing.push(format!(
                "{} {have} no verdict: {}{rest}",
                counted(trials.len(), "required trial", "required trials"),
                named.join("; ")
            ));
        }
        missing
    }

    /// What the target was required to support and is not known to support, a sentence each.
    pub fn missing_abilities(&self) -> Vec<String> {
        let Some(header) = &self.header else { return Vec::new() };
        let (requires, found) = (&header.requires, &header.capabilities);
        let operations = requires.operations.iter().filter_map(|name| match found.support(name) {
            Support::Supported => None,
            Support::Unsupported => Some(format!("the required operation {} is unsupported", clean(name))),
            Support::Unknown => Some(format!(
                "the required operation {} is not known to be supported: the target's answers say nothing of it",
                clean(name)
            )),
        });
        let encodings = requires.encodings.iter().filter_map(|encoding| {
            let (word, encoding) = match encoding {
                EncodingAxis::Json => ("json", Encoding::Json),
                EncodingAxis::Cbor => ("cbor", Encoding::Cbor),
            };
            let there = found.encodings.contains(&encoding);
            (!there).then(|| format!("the required encoding {word} is unsupported"))
        });
        let transports = requires.transports.iter().filter_map(|transport| {
            let there = found.transports.contains(transport);
            (!there).then(|| format!("the required transport {} is unsupported", transport.as_str()))
        });
        operations.chain(encodings).chain(transports).collect()
    }

    /// How many trials have no verdict, and why: `345 of 758 trials: 345 unsupported (…)`; `None` if all
    /// have one.
    pub(super) fn why_without_verdict(&self) -> Option<String> {
        let mut outcomes: BTreeMap<Outcome, BTreeMap<&str, usize>> = BTreeMap::new();
        for trial in self.without_verdict() {
            let reason = trial.reason.as_deref().unwrap_or("no reason given");
            *outcomes.entry(trial.outcome).or_default().entry(reason).or_default() += 1;
        }
        if outcomes.is_empty() {
            return None;
        }
        let count: usize = outcomes.values().flat_map(BTreeMap::values).sum();
        let mut outcomes: Vec<(Outcome, usize, BTreeMap<&str, usize>)> = outcomes
            .into_iter()
            .map(|(outcome, reasons)| (outcome, reasons.values().sum(), reasons))
            .collect();
        outcomes.sort_by_key(|(_, count, _)| std::cmp::Reverse(*count));
        let parts: Vec<String> = outcomes
            .into_iter()
            .map(|(outcome, count, reasons)| format!("{count} {} ({})", outcome.as_str(), why(reasons)))
            .collect();
        let of = counted(self.trials.len(), "trial", "trials");
        Some(format!("{count} of {of}: {}", parts.join(", ")))
    }
}

/// The commonest reasons, with their counts where there are several.
fn why(reasons: BTreeMap<&str, usize>) -> String {
    let several = reasons.len() > 1;
    let mut reasons: Vec<(&str, usize)> = reasons.into_iter().collect();
    // The sort is stable: equal counts stay in the order of their texts.
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let rest: usize = reasons.iter().skip(REASONS_NAMED).map(|(_, count)| count).sum();
    let mut named: Vec<String> = reasons
        .iter()
        .take(REASONS_NAMED)
        .map(|(reason, count)| {
            let reason = shortened(&clean(reason), REASON);
            if several { format!("{count}: {reason}") } else { reason }
        })
        .collect();
    if rest > 0 {
        named.push(format!("{rest} for other reasons"));
    }
    named.join("; ")
}

/// `put-record/answer/plain (unsupported: the target does not have PutRecord)`.
fn named(trial: &TrialVerdict) -> String {
    let word = trial.outcome.as_str();
    match &trial.reason {
        Some(reason) => format!("{} ({word}: {})", clean(&trial.id), shortened(&clean(reason), REASON)),
        None => format!("{} ({word})", clean(&trial.id)),
    }
}

#[cfg(test)]
mod tests;
