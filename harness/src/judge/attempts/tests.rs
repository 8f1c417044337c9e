use super::*;
use crate::log::Outcome::{Blocked, Error, Fail, Open, Pass, Unobserved};
use crate::testing::samples::{mismatch, trial};

/// A ruling by its outcome; `confirmed` = a violation that needs no second attempt.
fn ruling(outcome: Outcome, void: bool, confirmed: bool) -> Ruling {
    let mut verdict = trial("a/b", "a/b", outcome);
    if outcome == Fail {
        let kind = if confirmed { MismatchKind::Status } else { MismatchKind::States };
        verdict.mismatches.push(mismatch(kind, "one", "other", ("cases/a.yaml", 1, 1, 1)));
    }
    let void = void.then(|| "a reason".to_owned());
    Ruling { needs_confirmation: needs_confirmation(&verdict), verdict, void }
}

/// What follows: the outcome and whether it is flaky; `None` = another attempt.
fn follows(rulings: &[(Outcome, bool, bool)], may_try_again: bool) -> Option<(Outcome, bool)> {
    let rulings =
        rulings.iter().map(|(outcome, void, confirmed)| ruling(*outcome, *void, *confirmed)).collect();
    match settle(rulings, may_try_again) {
        Settled::Again(_) => None,
        Settled::Verdict(verdict) => Some((verdict.outcome, verdict.flags.contains(&Flag::Flaky))),
    }
}

const VOID: bool = true;
const COUNTS: bool = false;
const CONFIRMED: bool = true;
const ONCE: bool = false;

#[test]
fn void_attempts_and_nothing_else_are_repeated() {
    for outcome in [Pass, Open, Fail, Unobserved] {
        let void = (outcome, VOID, CONFIRMED);
        assert_eq!(follows(&[void], true), None, "{outcome:?}");
        assert_eq!(follows(&[void, void], true), None, "{outcome:?}");
        assert_eq!(follows(&[void, void, void], true), Some((Unobserved, false)), "{outcome:?}");
    }
    assert_eq!(follows(&[(Pass, COUNTS, CONFIRMED)], true), Some((Pass, false)));
    assert_eq!(follows(&[(Open, COUNTS, CONFIRMED)], true), Some((Open, false)));
    assert_eq!(follows(&[(Fail, COUNTS, CONFIRMED)], true), Some((Fail, false)));
    assert_eq!(follows(&[(Fail, VOID, CONFIRMED), (Pass, COUNTS, CONFIRMED)], true), Some((Pass, false)));
}

#[test]
fn a_violation_that_may_be_chance_has_to_come_twice() {
    let once = (Fail, COUNTS, ONCE);
    assert_eq!(follows(&[once], true), None);
    assert_eq!(follows(&[once, once], true), Some((Fail, false)));
    assert_eq!(follows(&[once, (Fail, VOID, ONCE)], true), None);
    assert_eq!(follows(&[once, (Fail, VOID, ONCE), once], true), Some((Fail, false)));
    let unconfirmed = [once, (Pass, VOID, ONCE), (Unobserved, VOID, ONCE)];
    assert_eq!(follows(&unconfirmed, true), Some((Unobserved, false)));
    assert_eq!(follows(&[once], false), Some((Unobserved, false)));
}

#[test]
fn two_attempts_that_count_and_differ_are_flaky_and_fail() {
    assert_eq!(follows(&[(Fail, COUNTS, ONCE), (Pass, COUNTS, CONFIRMED)], true), Some((Fail, true)));
}

#[test]
fn what_could_not_be_begun_keeps_its_outcome() {
    for outcome in [Blocked, Error] {
        assert_eq!(follows(&[(outcome, VOID, CONFIRMED); 3], true), Some((outcome, false)));
    }
}

#[test]
fn a_late_response_fails_only_if_it_is_late_in_all_starts() {
    let late = (Fail, COUNTS, ONCE);
    let settled = |rulings: &[(Outcome, bool, bool)]| {
        let rulings =
            rulings.iter().map(|(outcome, void, confirmed)| ruling(*outcome, *void, *confirmed)).collect();
        match settle_returns(rulings, true) {
            Settled::Again(_) => None,
            Settled::Verdict(verdict) => Some(verdict.outcome),
        }
    };
    assert_eq!(settled(&[(Pass, COUNTS, CONFIRMED)]), Some(Pass));
    assert_eq!(settled(&[late; 4]), None);
    assert_eq!(settled(&[late; 5]), Some(Fail));
    assert_eq!(settled(&[late, late, late, late, (Pass, COUNTS, CONFIRMED)]), Some(Pass));
    assert_eq!(settled(&[late, late, late, late, (Unobserved, VOID, CONFIRMED)]), Some(Unobserved));
}
