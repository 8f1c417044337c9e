//! Tests: a claim is as strong as its strongest fact, a trial is counted by both ends of its claims.

use std::collections::BTreeMap;

use super::{EvidenceBasis, PassEvidence};
use crate::case::ast::Level;
use crate::facts::Strength;
use crate::log::{CaseText, Claim, Event, Outcome};
use crate::report::summary::Summary;
use crate::testing::samples::{claim, fact, refusal_case, trial};

/// The events of a passed trial whose case has these claims.
fn passed(id: &str, claims: Vec<Claim>) -> [Event; 2] {
    let facts = vec![
        fact("NEW", Strength::Recorded, false, ""),
        fact("OLD", Strength::Recorded, true, ""),
        fact("DOC", Strength::Documented, false, ""),
        fact("SEEN", Strength::Reported, false, ""),
        fact("SAME", Strength::Inferred, false, ""),
    ];
    let case = CaseText { id: id.to_owned(), facts, claims, ..refusal_case() };
    [Event::Case(Box::new(case)), Event::Trial(Box::new(trial(id, id, Outcome::Pass)))]
}

#[test]
fn a_trial_is_counted_by_its_strongest_and_its_weakest_claim() {
    use EvidenceBasis::{Documented, Inferred, Nothing, OldRecording, Recorded, Reported};
    let events = [
        passed("a/one", vec![claim(Level::Core, &["DOC", "NEW"]), claim(Level::Strict, &["SAME"])]),
        passed("a/two", vec![claim(Level::Core, &["OLD", "SAME"]), claim(Level::Core, &["DOC"])]),
        passed("a/three", vec![claim(Level::Extended, &["SEEN"]), claim(Level::Extended, &["UNKNOWN"])]),
    ];
    let summary = Summary::of_events(events.iter().flatten());
    let all = PassEvidence::of_passes(&summary);
    assert_eq!(all.strongest, BTreeMap::from([(Recorded, 1), (OldRecording, 1), (Reported, 1)]));
    assert_eq!(all.weakest, BTreeMap::from([(Inferred, 1), (Documented, 1), (Nothing, 1)]));
    let core = PassEvidence::of_core_passes(&summary);
    assert_eq!(core.weakest, BTreeMap::from([(Recorded, 1), (Documented, 1)]));
    assert_eq!(core.trials(), 2, "the third claims nothing at core");
    assert_eq!(
        core.text(),
        "strongest evidence: 1 recorded, 1 old recording; weakest: 1 recorded, 1 documented"
    );
}

#[test]
fn a_trial_that_did_not_pass_is_not_counted() {
    let [case, _] = passed("a/one", vec![claim(Level::Core, &["NEW"])]);
    let failed = Event::Trial(Box::new(trial("a/one", "a/one", Outcome::Fail)));
    assert_eq!(PassEvidence::of_passes(&Summary::of_events(&[case, failed])), PassEvidence::default());
}
