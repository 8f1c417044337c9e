use super::*;
use crate::log::{Event, ObservedAnswer};
use crate::testing::samples::{mismatch, trial};

fn run(trials: &[TrialVerdict]) -> Summary {
    let events: Vec<Event> = trials.iter().map(|trial| Event::Trial(Box::new(trial.clone()))).collect();
    Summary::of_events(&events)
}

fn answered(question: &str, candidate: &str) -> ObservedAnswer {
    ObservedAnswer {
        question: question.to_owned(),
        candidate: Some(candidate.to_owned()),
        actual: String::new(),
    }
}

#[test]
fn what_ends_alike_every_time_does_not_flip() {
    let mut repeats = Repeats::default();
    for ms in [1, 900] {
        repeats.add(&run(&[TrialVerdict { ms, ..trial("a/b", "a/b", Outcome::Pass) }]));
    }
    assert_eq!(repeats.flips(), []);
    assert_eq!(repeats.to_text(), "no verdict flips: 1 trial, 2 runs\n");
}

#[test]
fn another_outcome_another_kind_another_answer_and_none_are_flips() {
    let failed = |kind| TrialVerdict {
        mismatches: vec![mismatch(kind, "this", "that", ("cases/a.yaml", 1, 1, 1))],
        ..trial("kind", "kind", Outcome::Fail)
    };
    let answered = |answer| TrialVerdict {
        answers: vec![answered("who", answer)],
        ..trial("answer", "answer", Outcome::Open)
    };
    let mut repeats = Repeats::default();
    repeats.add(&run(&[
        trial("outcome", "outcome", Outcome::Pass),
        failed(MismatchKind::Body),
        answered("me"),
        trial("gone", "gone", Outcome::Pass),
        trial("same", "same", Outcome::Pass),
    ]));
    for _ in 0..2 {
        repeats.add(&run(&[
            trial("outcome", "outcome", Outcome::Fail),
            failed(MismatchKind::States),
            answered("you"),
            trial("same", "same", Outcome::Pass),
        ]));
    }
    let reported = repeats.to_text();
    assert_eq!(
        reported,
        "answer\n  open (3 times)\n  who: you (twice), me (once)\n\
         gone\n  no verdict (twice), pass (once)\n\
         kind\n  fail (states) (twice), fail (body) (once)\n\
         outcome\n  fail (twice), pass (once)\n\
         4 verdicts flip: 5 trials, 3 runs\n"
    );
}

#[test]
fn a_run_that_could_not_observe_a_trial_is_counted_and_is_no_flip() {
    let answered = |answer| TrialVerdict {
        answers: vec![answered("who", answer)],
        ..trial("answer", "answer", Outcome::Pass)
    };
    let mut repeats = Repeats::default();
    repeats.add(&run(&[answered("me"), trial("never", "never", Outcome::Unobserved)]));
    repeats.add(&run(&[
        trial("answer", "answer", Outcome::Unobserved),
        trial("never", "never", Outcome::Unobserved),
    ]));
    repeats.add(&run(&[answered("me"), trial("never", "never", Outcome::Unobserved)]));
    assert_eq!(repeats.flips(), []);
    assert_eq!(
        repeats.to_text(),
        "answer\n  unobserved in 1 of 3 runs\n\
         never\n  unobserved in 3 of 3 runs\n\
         no verdict flips: 2 trials, 3 runs\n\
         2 trials were unobserved in some run: 4 of 6 verdicts, which is no flip\n"
    );

    repeats.add(&run(&[answered("you"), trial("never", "never", Outcome::Unobserved)]));
    assert_eq!(repeats.flips().len(), 1, "what was observed differs");
}
