//! What of the trials is to be run.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::case::ast::{Audience, Cost};

use super::manifest::Manifest;
use super::named::is_pattern;
use super::trial::PlannedTrial;

/// What to select from a manifest.
#[derive(Clone, Debug, Default)]
pub struct Select {
    /// Filters of ids; a trial that one of them names is selected; empty = all. See
    /// [`Manifest::filtered`].
    pub filters: Vec<String>,
    /// Filters of ids; a trial that one of them names is not selected.
    pub exclude: Vec<String>,
    /// Operations; empty = all.
    pub operations: Vec<String>,
    /// The clients that a mismatch affects, any of these; empty = all.
    pub affects: Vec<Audience>,
    /// Exact ids; empty = all.
    pub ids: Vec<String>,
    /// Also cases that cost many calls or many minutes.
    pub long: bool,
}

impl Manifest {
    /// The trials that are selected, those with transitions first.
    pub fn select(&self, select: &Select) -> Vec<Arc<PlannedTrial>> {
        let named: BTreeSet<&str> = self.filtered_by(&select.filters);
        let excluded = self.filtered_by(&select.exclude);
        let is_named = |id: &str| (select.filters.is_empty() || named.contains(id)) && !excluded.contains(id);
        let takes = |trial: &&Arc<PlannedTrial>| is_named(&trial.id) && select.takes(trial);
        let mut chosen: Vec<_> = self.trials.iter().filter(takes).cloned().collect();
        chosen.sort_by_key(|trial| (!trial.has_transition(), trial.id.clone()));
        chosen
    }

    /// The trials that a filter names: those that match it if it is a pattern; if it is the id of a trial
    /// or of a case, these alone; else those with it as a part of their ids.
    pub fn filtered(&self, filter: &str) -> Vec<&Arc<PlannedTrial>> {
        let named = self.named(filter);
        if !named.is_empty() || is_pattern(filter) {
            return named;
        }
        self.trials.iter().filter(|trial| trial.id.contains(filter)).collect()
    }

    fn filtered_by(&self, filters: &[String]) -> BTreeSet<&str> {
        filters.iter().flat_map(|filter| self.filtered(filter)).map(|trial| trial.id.as_str()).collect()
    }
}

impl Select {
    /// The filters of both kinds as texts; what is excluded has a `!` before it.
    pub fn filter_texts(&self) -> Vec<String> {
        self.filters.iter().cloned().chain(self.exclude.iter().map(|text| format!("!{text}"))).collect()
    }

    /// True if the trial is selected by all but its id's filters.
    fn takes(&self, trial: &PlannedTrial) -> bool {
        let of_operation = self.operations.is_empty() || self.operations.contains(&trial.operation);
        let affects =
            self.affects.is_empty() || trial.affects.iter().any(|audience| self.affects.contains(audience));
        let exact = self.ids.is_empty() || self.ids.contains(&trial.id);
        of_operation && affects && exact && (self.long || trial.cost == Cost::Small)
    }
}

#[cfg(test)]
mod tests {
    use super::Select;
    use crate::case::ast::Audience;
    use crate::testing::cases;

    fn case(name: &str, affects: &str) -> String {
        format!(
            "
  {name}:
    title: A start is refused
    kills-nothing: a test
    affects: [{affects}]
    over: {{address: [name, arn]}}
    given: {{stream: shared}}
    steps:
      with: {{EncryptionType: kms, KeyId: $key.managed}}
      expect: {{error: ValidationException}}
      because: [SSE-005]
"
        )
    }

    fn selected(select: &Select) -> Vec<String> {
        let manifest = cases::manifest(&(case("one", "producers") + &case("one-more", "security")));
        let chosen = manifest.select(select).into_iter();
        chosen.map(|trial| trial.id.trim_start_matches("start/it/").to_owned()).collect()
    }

    fn by(filter: &str) -> Vec<String> {
        selected(&Select { filters: vec![filter.to_owned()], ..Select::default() })
    }

    #[test]
    fn an_id_selects_itself_a_part_of_one_its_neighbours_and_a_pattern_what_it_matches() {
        assert_eq!(by("start/it/one"), ["one", "one[arn]"]);
        assert_eq!(by("start/it/one[arn]"), ["one[arn]"]);
        assert_eq!(by("start/it/one[]"), ["one"]);
        assert_eq!(by("it/on"), ["one", "one-more", "one-more[arn]", "one[arn]"]);
        assert_eq!(by("start/*/one*[arn]"), ["one-more[arn]", "one[arn]"]);
        assert_eq!(by("start/*"), Vec::<String>::new(), "a pattern is no part of an id");
    }

    #[test]
    fn what_is_excluded_goes_and_what_affects_others_too() {
        let exclude = vec!["start/it/one".to_owned(), "**[arn]".to_owned()];
        assert_eq!(selected(&Select { exclude, ..Select::default() }), ["one-more"]);
        let affects = vec![Audience::Security, Audience::Consumers];
        assert_eq!(selected(&Select { affects, ..Select::default() }), ["one-more", "one-more[arn]"]);
    }
}
