use std::sync::Arc;

use crate::case::ast::{Level, Rule};
use crate::judge::RunSettings;
use crate::log::{Event, Outcome, TrialVerdict};
use crate::plan::{Manifest, PlannedTrial, Select};
use crate::testing::against::run_against;
use crate::testing::generated::{ID, above_max, from_yaml};

#[test]
fn a_generated_trial_gets_the_verdict_of_the_case_that_says_the_same() {
    let verdict = |trial: Arc<PlannedTrial>| {
        let manifest = Manifest { library: Arc::default(), trials: vec![trial] };
        let settings = RunSettings { level: Level::Strict, ..RunSettings::default() };
        let events = run_against(&[], &manifest, &Select::default(), settings);
        let trial = |event| if let Event::Trial(trial) = event { Some(*trial) } else { None };
        events.into_iter().find_map(trial).expect("a verdict")
    };
    for (rule, outcome) in [(Rule::MaxLength, Outcome::Pass), (Rule::Pattern, Outcome::Fail)] {
        let generated = Arc::new(above_max(rule).trial());
        let (own, yaml) = (verdict(Arc::clone(&generated)), verdict(from_yaml(&generated)));
        assert_eq!((own.outcome, yaml.outcome), (outcome, outcome));
        let kinds = |trial: &TrialVerdict| -> Vec<_> {
            let mismatches = trial.mismatches.iter();
            mismatches.map(|found| (found.kind, found.expected.clone(), found.actual.clone())).collect()
        };
        assert_eq!(kinds(&own), kinds(&yaml));
        assert_eq!(own.evidence, yaml.evidence);
        for mismatch in own.mismatches {
            assert_eq!(mismatch.at.file, ID);
            let line = generated.source().text.lines().nth(mismatch.at.line as usize - 1).expect("a line");
            let shown: String = line
                .chars()
                .skip(mismatch.at.column as usize - 1)
                .take(mismatch.at.length as usize)
                .collect();
            assert!(shown.contains("[keyId, pattern]"), "{shown}");
        }
    }
}
