//! The trials that a text of somebody's names: by id, by a case, or by a pattern.

use std::sync::Arc;

use crate::case::Glob;

use super::manifest::Manifest;
use super::trial::PlannedTrial;

/// Behind the id of a case: its trial with the default value of each axis, and no other.
const DEFAULTS: &str = "[]";

impl Manifest {
    /// The trials that a text names: the one with this id; those of the case with this id; with `[]`
    /// behind the id of a case, its trial with the default values alone; those whose ids match a
    /// pattern (`*`, `**`, `?`).
    pub fn named(&self, text: &str) -> Vec<&Arc<PlannedTrial>> {
        let trials = self.trials.iter();
        if is_pattern(text) {
            let Some(glob) = Glob::new(text) else { return Vec::new() };
            return trials.filter(|trial| glob.matches(&trial.id)).collect();
        }
        match text.strip_suffix(DEFAULTS) {
            Some(case) => trials.filter(|trial| trial.id == case && trial.case_id == case).collect(),
            None => trials.filter(|trial| trial.id == text || trial.case_id == text).collect(),
        }
    }

    /// Texts that name exactly these trials, as few as ids allow: a case whose trials are all among
    /// them stands for them.
    pub fn names_of(&self, ids: &[&str]) -> Vec<String> {
        let mut names = Vec::new();
        for trial in self.trials.iter().filter(|trial| ids.contains(&trial.id.as_str())) {
            let case = self.named(&trial.case_id);
            let name = if case.iter().all(|other| ids.contains(&other.id.as_str())) {
                trial.case_id.clone()
            } else if trial.id == trial.case_id {
                format!("{}{DEFAULTS}", trial.id)
            } else {
                trial.id.clone()
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

/// True if a text is a pattern of ids and no id.
pub fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}
