//! Two records of one target held against each other: which verdicts and choices differ.
//!
//! Compared is what a target answers for: outcomes with their kinds of mismatch and flags, chosen
//! candidates, what it can do, and what was sent. Texts, traces, notes and dates are not, since
//! they may differ between two runs of the same target. Records of different targets compare as
//! well; showing what differs between two logs, answer by answer, is another thing and not here.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::ast::Moved;

use super::record::{Record, RecordAnswer, RecordHeader, RecordTrial};
use super::text::clean;
use crate::log::Outcome;

#[cfg(test)]
mod tests;

/// What differs between two records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// What differs, in the order of [`Subject`].
    pub differences: Vec<RecordDifference>,
    /// Trials that one of the two runs could not observe, which proves nothing either way. Sorted.
    pub unobserved: Vec<String>,
    /// Trials of cases that are gone, and why.
    pub gone: Vec<(String, String)>,
}

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordDifference {
    /// What it is about.
    pub subject: Subject,
    /// What the first record says, as text.
    pub before: String,
    /// What the second says, as text.
    pub after: String,
}

/// What a difference is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// What was run: the manifest, the target, its abilities, the selection, the level.
    Run(&'static str),
    /// The verdict of the trial of that id.
    Trial(String),
    /// The answer to the open question of that id.
    Question(String),
}

impl Comparison {
    /// Compares two records. `moved` = what has become of the ids of an older record.
    pub fn of(before: &Record, after: &Record, moved: &Moved) -> Self {
        let mut found = Self::default();
        let before = &with_present_ids(before, moved, &mut found.gone);
        let after = &with_present_ids(after, moved, &mut found.gone);
        found.add(&run(&before.header), &run(&after.header), "nothing", |what| Subject::Run(what));
        let (mut old, mut new) = (verdicts(&before.trials), verdicts(&after.trials));
        let blind: BTreeSet<&str> = [&before.trials, &after.trials]
            .into_iter()
            .flatten()
            .filter(|trial| trial.outcome == Outcome::Unobserved)
            .map(|trial| trial.id.as_str())
            .collect();
        for id in blind {
            if old.remove(id) != new.remove(id) {
                found.unobserved.push(id.to_owned());
            }
        }
        let same_manifest = before.header.manifest_digest == after.header.manifest_digest;
        // Only the manifest says whether a trial that is not named passed or is not there.
        let unnamed = if same_manifest { "pass" } else { "pass, or no such trial" };
        found.add(&old, &new, unnamed, |id| Subject::Trial(id.clone()));
        let (mut old, mut new) = (answers(&before.answers), answers(&after.answers));
        // A question that only one run got an answer to is reported by its trials.
        old.retain(|question, _| new.contains_key(question));
        new.retain(|question, _| old.contains_key(question));
        found.add(&old, &new, "no answer", |question| Subject::Question(question.clone()));
        found
    }

    /// True if nothing differs.
    pub fn is_same(&self) -> bool {
        self.differences.is_empty()
    }

    /// The differences as a diff for people; `before` and `after` name the records.
    pub fn to_text(&self, before: &str, after: &str) -> String {
        let mut text = String::new();
        if !self.is_same() {
            text.push_str(&format!("--- {before}\n+++ {after}\n"));
        }
        for difference in &self.differences {
            let subject = match &difference.subject {
                Subject::Run(what) => (*what).to_owned(),
                Subject::Trial(id) => clean(id),
                Subject::Question(id) => format!("open question {}", clean(id)),
            };
            let (before, after) = (clean(&difference.before), clean(&difference.after));
            text.push_str(&format!("  {subject}\n-     {before}\n+     {after}\n"));
        }
        for (id, reason) in &self.gone {
            text.push_str(&format!(
                "  {}: its case is gone, so not compared: {}\n",
                clean(id),
                clean(reason)
            ));
        }
        for id in &self.unobserved {
            text.push_str(&format!("  {}: unobserved in one of the two, so not compared\n", clean(id)));
        }
        text
    }

    fn add<'a, K: Ord>(
        &mut self,
        before: &'a BTreeMap<K, String>,
        after: &'a BTreeMap<K, String>,
        unnamed: &str,
        subject: impl Fn(&'a K) -> Subject,
    ) {
        let keys: BTreeSet<&K> = before.keys().chain(after.keys()).collect();
        for key in keys {
            let name = |side: &BTreeMap<K, String>| side.get(key).map_or(unnamed, String::as_str).to_owned();
            let (before, after) = (name(before), name(after));
            if before != after {
                self.differences.push(RecordDifference { subject: subject(key), before, after });
            }
        }
    }
}

fn run(header: &RecordHeader) -> BTreeMap<&'static str, String> {
    let abilities = &header.capabilities;
    let encodings: Vec<&str> = abilities.encodings.iter().map(|encoding| encoding.content_type()).collect();
    let transports: Vec<&str> = abilities.transports.iter().map(|transport| transport.as_str()).collect();
    let selection = &header.selection;
    let level = super::text::level(header.level);
    BTreeMap::from([
        ("manifest", header.manifest_digest.clone()),
        ("suite version", header.suite_version.clone()),
        ("target", header.target.clone()),
        ("target version", header.version.clone().unwrap_or_else(|| "not stated".to_owned())),
        ("encodings", encodings.join(", ")),
        ("versions of HTTP", transports.join(", ")),
        ("unsupported operations", abilities.unsupported.join(", ")),
        ("operations of which nothing is known", abilities.unknown.join(", ")),
        ("selection", format!("{} of {} trials", selection.trials, selection.of)),
        ("level", level.to_owned()),
    ])
}

/// Verdicts as text by id: `fail (error-class, status)`.
/// The record with the ids that its trials have now.
fn with_present_ids(record: &Record, moved: &Moved, gone: &mut Vec<(String, String)>) -> Record {
    let mut present = record.clone();
    present.trials.retain_mut(|trial| match moved.present_id(&trial.id) {
        Ok(id) => {
            trial.id = id;
            true
        }
        Err(reason) => {
            gone.push((trial.id.clone(), reason.to_owned()));
            false
        }
    });
    present
}

fn verdicts(trials: &[RecordTrial]) -> BTreeMap<String, String> {
    trials.iter().map(|trial| (trial.id.clone(), verdict(trial))).collect()
}

fn verdict(trial: &RecordTrial) -> String {
    let kinds: BTreeSet<&str> = trial.mismatches.iter().map(|mismatch| mismatch.kind.as_str()).collect();
    let flags: BTreeSet<&str> = trial.flags.iter().map(|flag| flag.as_str()).collect();
    let mut text = trial.outcome.as_str().to_owned();
    if !kinds.is_empty() {
        text.push_str(&format!(" ({})", kinds.into_iter().collect::<Vec<_>>().join(", ")));
    }
    for flag in flags {
        text.push_str(", ");
        text.push_str(flag);
    }
    text
}

/// Observed answers as text by question; several = inconsistent.
fn answers(answers: &[RecordAnswer]) -> BTreeMap<String, String> {
    let mut chosen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for answer in answers {
        let name = answer.candidate.clone().unwrap_or_else(|| "outside the candidates".to_owned());
        chosen.entry(answer.question.clone()).or_default().insert(name);
    }
    let joined = |names: BTreeSet<String>| names.into_iter().collect::<Vec<_>>().join(", ");
    chosen.into_iter().map(|(question, names)| (question, joined(names))).collect()
}
