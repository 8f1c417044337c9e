//! Two records of one target held against each other: what is newly wrong, fixed, wrong in another way,
//! new or gone.
//!
//! Compared is what a target answers for: outcomes with their kinds of mismatch, chosen candidates, what
//! it can do, and what was sent. That a failure is listed as known changes nothing about the target.
//! Texts, traces, notes and dates are not compared, since they may differ between two runs of the same
//! target. Records of different targets compare as well; showing what differs between two logs, answer by
//! answer, is another thing and not here.

use std::collections::{BTreeMap, BTreeSet};

use strum::{IntoStaticStr, VariantArray};

use crate::case::ast::Moved;
use crate::plan::Manifest;

use super::record::{Record, RecordAnswer, RecordHeader, RecordTrial};
use super::text::clean;
use crate::log::{Flag, Outcome, Selection};

#[cfg(test)]
mod tests;

/// What differs between two records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Trials whose verdicts differ in one of the five ways, by way and id.
    pub changes: Vec<Change>,
    /// What else differs, in the order of [`Subject`].
    pub others: Vec<RecordDifference>,
    /// Trials without a verdict in one of the two runs, which proves nothing either way, and why. Sorted.
    pub not_compared: Vec<(String, String)>,
}

/// A trial whose verdicts differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// In which way.
    pub way: Way,
    /// The trial's id.
    pub trial: String,
    /// What the first record says, as text.
    pub before: String,
    /// What the second says, as text.
    pub after: String,
}

/// In which way two verdicts of a trial differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Way {
    /// It was right and is wrong.
    NewlyWrong,
    /// It was wrong and is right.
    Fixed,
    /// It was wrong and is wrong, with other kinds of mismatch or another outcome.
    WrongInAnotherWay,
    /// The suite of the first run did not have it.
    New,
    /// The suite does not have it any more.
    Gone,
}

impl Way {
    /// In words.
    pub fn words(self) -> String {
        let name: &'static str = self.into();
        name.replace('-', " ")
    }
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
    /// The verdict of the trial of that id, which is right in both.
    Trial(String),
    /// The answer to the open question of that id.
    Question(String),
}

/// What a verdict says of the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Right,
    Wrong,
    Nothing,
}

/// What one of the two records says of a trial that it does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unnamed {
    Passed,
    NotThere,
    NotRun,
}

impl Comparison {
    /// Compares two records. `manifest` = the trials that there are now; it tells trials that are new or
    /// gone from those that passed.
    pub fn of(before: &Record, after: &Record, manifest: &Manifest) -> Self {
        let mut found = Self::default();
        let moved = &manifest.library.moved;
        let before = &with_present_ids(before, moved, &mut found.changes);
        let after = &with_present_ids(after, moved, &mut Vec::new());
        found.others(&run(&before.header), &run(&after.header), |what| Subject::Run(what));
        let (old, new) = (by_id(&before.trials), by_id(&after.trials));
        let unnamed = Names::of(&before.header, &after.header, manifest);
        let ids: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
        for id in ids {
            found.trial(id, (old.get(id).copied(), new.get(id).copied()), &unnamed);
        }
        let (mut old, mut new) = (answers(&before.answers), answers(&after.answers));
        // A question that only one run got an answer to is reported by its trials.
        old.retain(|question, _| new.contains_key(question));
        new.retain(|question, _| old.contains_key(question));
        found.others(&old, &new, |question| Subject::Question(question.clone()));
        found.changes.sort();
        found.others.sort();
        found
    }

    /// True if nothing differs.
    pub fn is_same(&self) -> bool {
        self.changes.is_empty() && self.others.is_empty()
    }

    /// True if something is wrong that was right.
    pub fn is_worse(&self) -> bool {
        self.changes.iter().any(|change| change.way == Way::NewlyWrong)
    }

    /// How many trials changed in which way: `newly wrong 1 · fixed 0 · …`.
    pub fn counts(&self) -> String {
        let count = |way: &Way| self.changes.iter().filter(|change| change.way == *way).count();
        let all: Vec<String> =
            Way::VARIANTS.iter().map(|way| format!("{} {}", way.words(), count(way))).collect();
        all.join(" · ")
    }

    /// The differences as a diff for people; `before` and `after` name the records.
    pub fn to_text(&self, before: &str, after: &str) -> String {
        let mut text = String::new();
        if !self.is_same() {
            text.push_str(&format!("--- {before}\n+++ {after}\n"));
        }
        for way in Way::VARIANTS {
            let changes: Vec<&Change> = self.changes.iter().filter(|change| change.way == *way).collect();
            if !changes.is_empty() {
                text.push_str(&format!("{} ({})\n", way.words(), changes.len()));
            }
            for change in changes {
                push_pair(&mut text, &clean(&change.trial), &change.before, &change.after);
            }
        }
        if !self.others.is_empty() {
            text.push_str(&format!("other differences ({})\n", self.others.len()));
        }
        for difference in &self.others {
            let subject = match &difference.subject {
                Subject::Run(what) => (*what).to_owned(),
                Subject::Trial(id) => clean(id),
                Subject::Question(id) => format!("open question {}", clean(id)),
            };
            push_pair(&mut text, &subject, &difference.before, &difference.after);
        }
        for (id, why) in &self.not_compared {
            text.push_str(&format!("  {}: {why} in one of the two, so not compared\n", clean(id)));
        }
        text
    }

    fn trial(&mut self, id: &str, pair: (Option<&RecordTrial>, Option<&RecordTrial>), names: &Names<'_>) {
        let (before, after) = match pair {
            (None, Some(_)) if names.before(id) == Unnamed::NotThere => {
                let after = pair.1.map_or_else(String::new, verdict);
                return self.change(Way::New, id, ("no such trial".to_owned(), after));
            }
            (Some(_), None) if names.after(id) == Unnamed::NotThere => {
                let before = pair.0.map_or_else(String::new, verdict);
                return self.change(Way::Gone, id, (before, "no such trial".to_owned()));
            }
            (Some(_), None) if names.after(id) == Unnamed::NotRun => {
                return self.not_compared.push((id.to_owned(), "perhaps not selected".to_owned()));
            }
            (None | Some(_), None | Some(_)) => pair,
        };
        let standings = (before.map_or(Standing::Right, standing), after.map_or(Standing::Right, standing));
        let text = |trial: Option<&RecordTrial>| trial.map_or_else(|| "pass".to_owned(), verdict);
        let texts = (text(before), text(after));
        if texts.0 == texts.1 {
            return;
        }
        match standings {
            (Standing::Nothing, _) | (_, Standing::Nothing) => {
                let without =
                    [before, after].into_iter().flatten().find(|trial| standing(trial) == Standing::Nothing);
                let why = without.map_or_else(String::new, |trial| trial.outcome.as_str().to_owned());
                self.not_compared.push((id.to_owned(), why));
            }
            (Standing::Right, Standing::Wrong) => self.change(Way::NewlyWrong, id, texts),
            (Standing::Wrong, Standing::Right) => self.change(Way::Fixed, id, texts),
            (Standing::Wrong, Standing::Wrong) => self.change(Way::WrongInAnotherWay, id, texts),
            (Standing::Right, Standing::Right) => self.others.push(RecordDifference {
                subject: Subject::Trial(id.to_owned()),
                before: texts.0,
                after: texts.1,
            }),
        }
    }

    fn change(&mut self, way: Way, id: &str, (before, after): (String, String)) {
        self.changes.push(Change { way, trial: id.to_owned(), before, after });
    }

    fn others<'a, K: Ord>(
        &mut self,
        before: &'a BTreeMap<K, String>,
        after: &'a BTreeMap<K, String>,
        subject: impl Fn(&'a K) -> Subject,
    ) {
        for (key, before) in before {
            if let Some(after) = after.get(key).filter(|after| *after != before) {
                let (before, after) = (before.clone(), after.clone());
                self.others.push(RecordDifference { subject: subject(key), before, after });
            }
        }
    }
}

fn push_pair(text: &mut String, subject: &str, before: &str, after: &str) {
    text.push_str(&format!("  {subject}\n-     {}\n+     {}\n", clean(before), clean(after)));
}

/// What an outcome says of the target. What is unsupported is wrong in that way; that the environment
/// lacks something, or that nothing could be seen, says nothing.
fn standing(trial: &RecordTrial) -> Standing {
    match trial.outcome {
        Outcome::Pass | Outcome::Tolerated | Outcome::Open => Standing::Right,
        Outcome::Fail | Outcome::Known | Outcome::Blocked | Outcome::Error | Outcome::Unsupported => {
            Standing::Wrong
        }
        Outcome::Unobserved | Outcome::Skipped => Standing::Nothing,
    }
}

/// What the two records say of trials that they do not name.
struct Names<'m> {
    same_manifest: bool,
    same_selection: bool,
    new: BTreeSet<String>,
    there: BTreeSet<&'m str>,
}

impl<'m> Names<'m> {
    fn of(before: &RecordHeader, after: &RecordHeader, manifest: &'m Manifest) -> Self {
        let new = manifest.newer_than(&before.suite_version, env!("CARGO_PKG_VERSION"));
        Self {
            same_manifest: before.manifest_digest == after.manifest_digest,
            same_selection: selected_alike(&before.selection, &after.selection),
            new: new.unwrap_or_default(),
            there: manifest.trials.iter().map(|trial| trial.id.as_str()).collect(),
        }
    }

    /// A trial that may have passed is taken to have passed, so that nothing that is newly wrong is missed.
    fn before(&self, id: &str) -> Unnamed {
        if !self.same_manifest && self.new.contains(id) { Unnamed::NotThere } else { Unnamed::Passed }
    }

    fn after(&self, id: &str) -> Unnamed {
        if !self.same_manifest && !self.there.contains(id) {
            Unnamed::NotThere
        } else if self.same_selection {
            Unnamed::Passed
        } else {
            Unnamed::NotRun
        }
    }
}

/// True if two runs selected the same trials, as far as both suites had them.
fn selected_alike(before: &Selection, after: &Selection) -> bool {
    let by_the_same = before.filters == after.filters && before.operations == after.operations;
    by_the_same && (before.of != after.of || before.trials == after.trials)
}

fn by_id(trials: &[RecordTrial]) -> BTreeMap<&str, &RecordTrial> {
    trials.iter().map(|trial| (trial.id.as_str(), trial)).collect()
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

/// The record with the ids that its trials have now.
fn with_present_ids(record: &Record, moved: &Moved, changes: &mut Vec<Change>) -> Record {
    let mut present = record.clone();
    present.trials.retain_mut(|trial| match moved.present_id(&trial.id) {
        Ok(id) => {
            trial.id = id;
            true
        }
        Err(reason) => {
            let (trial, before) = (trial.id.clone(), verdict(trial));
            changes.push(Change { way: Way::Gone, trial, before, after: format!("no such case: {reason}") });
            false
        }
    });
    present
}

/// A verdict as text: `fail (error-class, status)`. That a failure is known is no difference, nor is that
/// a trial is new.
fn verdict(trial: &RecordTrial) -> String {
    let kinds: BTreeSet<&str> = trial.mismatches.iter().map(|mismatch| mismatch.kind.as_str()).collect();
    let of_the_target = |flag: &&Flag| match flag {
        Flag::Flaky => true,
        Flag::Fixed | Flag::New => false,
    };
    let flags: BTreeSet<&str> = trial.flags.iter().filter(of_the_target).map(|flag| flag.as_str()).collect();
    let outcome = match trial.outcome {
        Outcome::Known => Outcome::Fail,
        Outcome::Pass
        | Outcome::Tolerated
        | Outcome::Fail
        | Outcome::Unobserved
        | Outcome::Blocked
        | Outcome::Error
        | Outcome::Unsupported
        | Outcome::Skipped
        | Outcome::Open => trial.outcome,
    };
    let mut text = outcome.as_str().to_owned();
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
