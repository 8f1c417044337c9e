//! How a known list stands: what of it is fixed, stale, expired or about nothing, and what fails that is
//! not in it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use strum::IntoStaticStr;

use super::{Present, failing_kinds, fails, kinds, passes, pinned, present};
use crate::case::{Known, KnownEntry};
use crate::log::{Outcome, TrialVerdict};
use crate::plan::Manifest;

/// How a list stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// In the order of the list; what is about no entry comes last.
    pub findings: Vec<Finding>,
}

/// One thing that is to be said about a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// The line and the name of the entry, if it is about one.
    pub entry: Option<(u32, String)>,
    /// What is to be said.
    pub text: String,
    /// The trials that it is about, sorted.
    pub trials: Vec<String>,
}

/// What there is to say about a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum FindingKind {
    /// Listed trials pass.
    Fixed,
    /// A listed kind of mismatch does not occur any more.
    Stale,
    /// The last day of the entry is over.
    Expired,
    /// An id or a pattern names no trial.
    Unmatched,
    /// Listed trials have a mismatch of another kind.
    FailsOtherwise,
    /// Trials fail that are not listed.
    NotListed,
    /// Trials are newer than the pin, and are held against nobody.
    New,
}

impl FindingKind {
    /// As it is printed.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// True if somebody should mend the list or the target.
    const fn calls_for_action(self) -> bool {
        match self {
            Self::Fixed
            | Self::Stale
            | Self::Expired
            | Self::Unmatched
            | Self::FailsOtherwise
            | Self::NotListed => true,
            Self::New => false,
        }
    }
}

impl Standing {
    /// Holds a list against verdicts. Without verdicts, only what the list alone shows is found.
    pub fn of(
        known: &Known,
        manifest: &Manifest,
        verdicts: &BTreeMap<String, TrialVerdict>,
        today: Date,
    ) -> Self {
        let mut standing = Self::default();
        let mut listed = BTreeSet::new();
        for entry in &known.entries {
            standing.entry(entry, manifest, verdicts, today, &mut listed);
        }
        let new = pinned(known, manifest).unwrap_or_default();
        let unlisted: Vec<String> = verdicts
            .values()
            .filter(|trial| trial.outcome == Outcome::Fail)
            .map(|trial| trial.id.clone())
            .filter(|id| !listed.contains(id))
            .collect();
        if !unlisted.is_empty() {
            let text = "fails, and the list does not have it".to_owned();
            standing.add(FindingKind::NotListed, None, text, unlisted);
        }
        let new: Vec<&TrialVerdict> = new.iter().filter_map(|id| verdicts.get(id)).collect();
        if let Some(suite) = known.suite.as_ref().filter(|_| !new.is_empty()) {
            let failing: Vec<String> = new
                .iter()
                .filter(|trial| trial.outcome == Outcome::Known && !listed.contains(&trial.id))
                .map(|trial| trial.id.clone())
                .collect();
            let text = format!(
                "newer than suite {}, to which the list is pinned: {} in this run; of these, {} do not pass, \
                 which fails nobody until the pin moves",
                suite.value,
                new.len(),
                failing.len()
            );
            standing.add(FindingKind::New, None, text, failing);
        }
        standing
    }

    /// True if there is anything to mend.
    pub fn calls_for_action(&self) -> bool {
        self.findings.iter().any(|finding| finding.kind.calls_for_action())
    }

    /// The findings as text; of each, so many trials at most.
    pub fn to_text(&self, path: &str, most: usize) -> String {
        let mut text = String::new();
        for finding in &self.findings {
            let place = match &finding.entry {
                Some((line, name)) => format!("{path}:{line}: {name}: "),
                None => format!("{path}: "),
            };
            text.push_str(&format!("{place}{}: {}\n", finding.kind.as_str(), finding.text));
            for id in finding.trials.iter().take(most) {
                text.push_str(&format!("    {id}\n"));
            }
            if let Some(more) = finding.trials.len().checked_sub(most).filter(|more| *more > 0) {
                text.push_str(&format!("    and {more} more\n"));
            }
        }
        text
    }

    fn entry(
        &mut self,
        entry: &KnownEntry,
        manifest: &Manifest,
        verdicts: &BTreeMap<String, TrialVerdict>,
        today: Date,
        listed: &mut BTreeSet<String>,
    ) {
        let mut ids = BTreeSet::new();
        for item in &entry.trials {
            match present(&item.value, manifest) {
                Present::Trials(_, found) => ids.extend(found),
                Present::Gone(reason) => {
                    let text = format!("the case of `{}` is gone: {reason}", item.value);
                    self.add(FindingKind::Unmatched, Some(entry), text, Vec::new());
                }
                Present::Nothing => {
                    let text = format!("`{}` names no trial", item.value);
                    self.add(FindingKind::Unmatched, Some(entry), text, Vec::new());
                }
            }
        }
        listed.extend(ids.iter().cloned());
        if let Some(until) = entry.until.as_ref().filter(|_| entry.is_expired(today)) {
            let text = format!("it counted until {}; its trials fail the run again", until.value);
            self.add(FindingKind::Expired, Some(entry), text, Vec::new());
        }
        let judged: Vec<&TrialVerdict> = ids.iter().filter_map(|id| verdicts.get(id)).collect();
        let own: BTreeSet<_> = kinds(entry).into_iter().collect();
        let of = |takes: &dyn Fn(&TrialVerdict) -> bool| -> Vec<String> {
            judged.iter().filter(|trial| takes(trial)).map(|trial| trial.id.clone()).collect()
        };
        let fixed = of(&|trial| passes(trial) && !entry.flaky);
        if !fixed.is_empty() {
            let text = if fixed.len() == ids.len() {
                "all of its trials pass: delete the entry".to_owned()
            } else {
                format!("{} of its {} trials pass: delete these", fixed.len(), ids.len())
            };
            self.add(FindingKind::Fixed, Some(entry), text, fixed);
        }
        let otherwise = of(&|trial| trial.outcome == Outcome::Fail && !failing_kinds(trial).is_subset(&own));
        if !otherwise.is_empty() {
            let more: BTreeSet<&str> = judged
                .iter()
                .filter(|trial| otherwise.contains(&trial.id))
                .flat_map(|trial| failing_kinds(trial))
                .filter(|kind| !own.contains(kind))
                .map(|kind| kind.as_str())
                .collect();
            let more: Vec<&str> = more.into_iter().collect();
            let text = format!("trials fail in a way that the entry does not list: {}", more.join(", "));
            self.add(FindingKind::FailsOtherwise, Some(entry), text, otherwise);
        }
        // Only where every trial of the entry was judged, and some still fail, is a kind known to be gone.
        let failing: Vec<&&TrialVerdict> = judged.iter().filter(|trial| fails(trial)).collect();
        if judged.len() == ids.len() && !failing.is_empty() && !entry.flaky {
            let seen: BTreeSet<_> = failing.iter().flat_map(|trial| failing_kinds(trial)).collect();
            let stale: Vec<&str> = own.difference(&seen).map(|kind| kind.as_str()).collect();
            if !stale.is_empty() {
                let text = format!("no trial of it fails with {} any more", stale.join(", "));
                self.add(FindingKind::Stale, Some(entry), text, Vec::new());
            }
        }
    }

    fn add(&mut self, kind: FindingKind, entry: Option<&KnownEntry>, text: String, trials: Vec<String>) {
        let entry = entry.map(|entry| (entry.name.span.line, entry.name.value.clone()));
        self.findings.push(Finding { kind, entry, text, trials });
    }
}
