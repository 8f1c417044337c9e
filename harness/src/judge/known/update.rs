//! A known list made from the failures of a run, or mended by them.
//!
//! What somebody wrote stays: comments, reasons, links, the order. A trial leaves its entry if it passes,
//! or if it fails in a way that the entry does not list; an entry without trials goes. A failure that is
//! not listed goes into the entry that has others of the same cause, or into a new one.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Present, failing_kinds, fails, kinds, passes, pinned, present};
use crate::case::ast::Cost;
use crate::case::known_edit::{Braces, Edit, NewEntry};
use crate::case::{Known, KnownEntry, kebab_case};
use crate::log::{MismatchKind, TrialVerdict};
use crate::plan::Manifest;

/// Failures with one cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureGroup {
    /// The cause in few words, of which the name of an entry is made.
    pub name: String,
    /// What was expected and what came, as the first reason that an entry has.
    pub why: String,
    /// The ids of its trials.
    pub trials: Vec<String>,
}

/// A list after its update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Updated {
    /// The text of the file.
    pub text: String,
    /// What changed, a line each.
    pub changes: Vec<String>,
}

/// What an entry comes to.
struct Kept<'k> {
    entry: &'k KnownEntry,
    items: Vec<String>,
    ids: BTreeSet<String>,
    added: Vec<String>,
}

/// Mends a list by the verdicts of a run. `suite` is the version of this suite, to which the pin of the
/// list moves if the run had all trials that are newer than the pin.
///
/// # Errors
///
/// If the list is written in a way in which no entry can be added.
pub fn update(
    known: &Known,
    manifest: &Manifest,
    verdicts: &BTreeMap<String, TrialVerdict>,
    groups: &[FailureGroup],
    (today, suite): (Date, &str),
) -> Result<Updated, Braces> {
    let mut changes = Vec::new();
    let mut listed_kinds: BTreeMap<String, BTreeSet<MismatchKind>> = BTreeMap::new();
    for entry in &known.entries {
        for item in &entry.trials {
            if let Present::Trials(_, ids) = present(&item.value, manifest) {
                ids.into_iter().for_each(|id| listed_kinds.entry(id).or_default().extend(kinds(entry)));
            }
        }
    }
    let stays = |entry: &KnownEntry, id: &String| {
        let Some(trial) = verdicts.get(id) else { return true };
        let listed = listed_kinds.get(id).is_none_or(|kinds| failing_kinds(trial).is_subset(kinds));
        entry.flaky || !(passes(trial) || fails(trial) && !listed)
    };
    let mut kept: Vec<Kept<'_>> = Vec::new();
    for entry in &known.entries {
        kept.push(keep(entry, manifest, verdicts, &stays, &mut changes));
    }
    let mut covered: BTreeSet<String> = kept.iter().flat_map(|kept| kept.ids.iter().cloned()).collect();
    let mut names: BTreeSet<String> = known.entries.iter().map(|entry| entry.name.value.clone()).collect();
    let mut new = Vec::new();
    for group in groups {
        for (kinds, ids) in by_kinds(group, verdicts, &covered) {
            covered.extend(ids.iter().cloned());
            let as_text = manifest.names_of(&ids.iter().map(String::as_str).collect::<Vec<_>>());
            let host = kept.iter_mut().find(|kept| kept.takes(&kinds, group, today));
            let count = ids.len();
            match host {
                Some(host) => {
                    changes.push(format!("{}: {count} more of the same cause", host.entry.name.value));
                    host.added.extend(as_text);
                }
                None => {
                    let name = unique(&group.name, &mut names);
                    changes.push(format!("{name}: new, {count} in it: {}", group.why));
                    let fails = kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
                    let why = group.why.clone();
                    new.push(NewEntry { name, trials: as_text, fails, why, since: today });
                }
            }
        }
    }
    let mut edit = Edit::of(known);
    for Kept { entry, items, added, .. } in kept {
        let before: Vec<&String> = entry.trials.iter().map(|trial| &trial.value).collect();
        let after: Vec<String> = items.into_iter().chain(added).collect();
        if after.is_empty() {
            edit.remove(entry);
        } else if before != after.iter().collect::<Vec<_>>() {
            edit.set_trials(entry, &after);
        }
    }
    new.iter().try_for_each(|entry| edit.add(entry))?;
    let newer = pinned(known, manifest).unwrap_or_default();
    let small = |id: &str| manifest.trials.iter().any(|trial| trial.id == id && trial.cost == Cost::Small);
    match known.suite.as_ref().filter(|pinned| pinned.value != suite) {
        Some(pinned) if newer.iter().all(|id| verdicts.contains_key(id) || !small(id)) => {
            changes.push(format!("the pin moves from suite {} to {suite}", pinned.value));
            edit.pin(suite);
        }
        Some(pinned) => changes.push(format!(
            "the pin stays at suite {}: the log does not have all trials that are newer",
            pinned.value
        )),
        None => {}
    }
    Ok(Updated { text: edit.finish(), changes })
}

impl Kept<'_> {
    /// True if failures of these kinds and this cause belong here.
    fn takes(&self, kinds: &BTreeSet<MismatchKind>, group: &FailureGroup, today: Date) -> bool {
        let own: BTreeSet<MismatchKind> = super::kinds(self.entry).into_iter().collect();
        let names_many = self.entry.trials.iter().all(|trial| trial.span != self.entry.name.span);
        names_many
            && !self.entry.flaky
            && !self.entry.is_expired(today)
            && kinds.is_subset(&own)
            && group.trials.iter().any(|id| self.ids.contains(id))
    }
}

/// What of an entry stays.
fn keep<'k>(
    entry: &'k KnownEntry,
    manifest: &Manifest,
    verdicts: &BTreeMap<String, TrialVerdict>,
    stays: &dyn Fn(&KnownEntry, &String) -> bool,
    changes: &mut Vec<String>,
) -> Kept<'k> {
    let mut kept = Kept { entry, items: Vec::new(), ids: BTreeSet::new(), added: Vec::new() };
    let name = &entry.name.value;
    for item in &entry.trials {
        let (now, ids) = match present(&item.value, manifest) {
            Present::Trials(now, ids) => (now, ids),
            Present::Gone(reason) => {
                changes.push(format!("{name}: `{}` goes, its case is gone: {reason}", item.value));
                continue;
            }
            Present::Nothing => {
                changes.push(format!("{name}: `{}` goes, it names no trial", item.value));
                continue;
            }
        };
        let (stay, go): (Vec<String>, Vec<String>) = ids.into_iter().partition(|id| stays(entry, id));
        let fixed = go.iter().filter(|id| verdicts.get(*id).is_some_and(passes)).count();
        if fixed > 0 {
            changes.push(format!("{name}: {fixed} fixed: {}", item.value));
        }
        if go.len() > fixed {
            let text = "fail in a way that it does not list";
            changes.push(format!("{name}: {} {text}: {}", go.len() - fixed, item.value));
        }
        if go.is_empty() {
            kept.items.push(now);
        } else {
            kept.items.extend(manifest.names_of(&stay.iter().map(String::as_str).collect::<Vec<_>>()));
        }
        kept.ids.extend(stay);
    }
    if kept.items.is_empty() {
        changes.push(format!("{name}: goes, nothing is left of it"));
    }
    kept
}

/// The failures of a group that are in no entry, by the kinds of mismatch that fail them.
fn by_kinds(
    group: &FailureGroup,
    verdicts: &BTreeMap<String, TrialVerdict>,
    covered: &BTreeSet<String>,
) -> BTreeMap<BTreeSet<MismatchKind>, Vec<String>> {
    let mut found: BTreeMap<BTreeSet<MismatchKind>, Vec<String>> = BTreeMap::new();
    for id in group.trials.iter().filter(|id| !covered.contains(*id)) {
        let kinds = verdicts.get(id).filter(|trial| fails(trial)).map(failing_kinds).unwrap_or_default();
        if !kinds.is_empty() {
            found.entry(kinds).or_default().push(id.clone());
        }
    }
    found
}

/// The longest name that is made of a cause.
const LONGEST_NAME: usize = 60;

/// A name in the form of an id that no other entry has.
fn unique(cause: &str, names: &mut BTreeSet<String>) -> String {
    let letters: String =
        cause.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { ' ' }).collect();
    let mut name = String::new();
    for word in letters.split_whitespace().map(kebab_case) {
        if name.len() + word.len() > LONGEST_NAME {
            break;
        }
        if !name.is_empty() {
            name.push('-');
        }
        name.push_str(&word);
    }
    if !name.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        name.insert_str(0, "cause-");
    }
    let mut candidate = name.clone();
    let mut number = 2;
    while !names.insert(candidate.clone()) {
        candidate = format!("{name}-{number}");
        number += 1;
    }
    candidate
}
