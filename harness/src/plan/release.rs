//! Which trials are newer than a released version of the suite.
//!
//! `cases/releases/VERSION.yaml` has a mark for each trial that the version had: a hash of its id, of all
//! that it sends, and of its level. So a trial is new as well if it sends something else now, or if its
//! level is another one. A renamed case is not new.

use std::collections::BTreeSet;

use crate::case::ast::Fate;

use super::digest::short;
use super::manifest::Manifest;
use super::trial::PlannedTrial;

/// Why no trial can be told to be new. Fits after "failed to".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// It is no version.
    #[error("read the version `{0}`: a version is two or three numbers, such as 0.2 or 0.2.1")]
    Form(String),
    /// The program is older.
    #[error("use the pin to version {0}: this suite is {1}")]
    Newer(String, String),
    /// It is not known what the version had.
    #[error("use the pin to version {0}: this suite ({1}) does not say which trials that version had")]
    Unknown(String, String),
}

impl Manifest {
    /// The ids of the trials that the version did not have. `current` is the version of this suite.
    ///
    /// # Errors
    ///
    /// If the version is none that this suite knows.
    pub fn newer_than(&self, version: &str, current: &str) -> Result<BTreeSet<String>, PinError> {
        let pinned = numbers(version).ok_or_else(|| PinError::Form(version.to_owned()))?;
        let now = numbers(current).ok_or_else(|| PinError::Form(current.to_owned()))?;
        if pinned == now {
            return Ok(BTreeSet::new());
        }
        if pinned > now {
            return Err(PinError::Newer(version.to_owned(), current.to_owned()));
        }
        let had = self.library.releases.iter().find(|(name, _)| numbers(name) == Some(pinned));
        let Some((_, had)) = had else {
            return Err(PinError::Unknown(version.to_owned(), current.to_owned()));
        };
        let is_new = |trial: &PlannedTrial| !self.marks_of(trial).iter().any(|mark| had.contains(mark));
        Ok(self.trials.iter().filter(|trial| is_new(trial)).map(|trial| trial.id.clone()).collect())
    }

    /// The text of `cases/releases/VERSION.yaml` for these trials.
    pub fn as_release(&self) -> String {
        let marks: BTreeSet<String> = self.trials.iter().map(|trial| mark(&trial.id, trial)).collect();
        let marks: Vec<String> = marks.into_iter().collect();
        let lines: Vec<String> = marks.chunks(12).map(|line| format!("  {}\n", line.join(" "))).collect();
        format!("format: 1\ntrials: |\n{}", lines.concat())
    }

    /// The mark of a trial under its id, and under each id that its case had before.
    fn marks_of(&self, trial: &PlannedTrial) -> Vec<String> {
        let axes = trial.id.strip_prefix(trial.case_id.as_str()).unwrap_or_default();
        let former = self.library.moved.ids.iter().filter(|(_, moved)| match &moved.fate {
            Fate::Renamed(to) => to.value == trial.case_id,
            Fate::Gone(_) => false,
        });
        let former = former.map(|(case, _)| mark(&format!("{case}{axes}"), trial));
        std::iter::once(mark(&trial.id, trial)).chain(former).collect()
    }
}

fn mark(id: &str, trial: &PlannedTrial) -> String {
    let level: &'static str = trial.level.into();
    let mut mark = short(&format!("{id}\n{}\n{level}", trial.question_digest));
    mark.truncate(8);
    mark
}

fn numbers(version: &str) -> Option<(u32, u32, u32)> {
    let parts: Vec<u32> = version.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    match parts[..] {
        [major, minor] => Some((major, minor, 0)),
        [major, minor, patch] => Some((major, minor, patch)),
        _ => None,
    }
}
