use crate::log::{Event, Outcome, TrialVerdict};
use crate::report::Summary;
use crate::report::terminal::{Options, Style, render};
use crate::testing::samples::{because, footer, header, trial};

const NO_START: &str = "the target does not have StartStreamEncryption";

fn required(trial: TrialVerdict) -> TrialVerdict {
    TrialVerdict { required: true, ..trial }
}

/// A complete run that requires this and ended so.
fn run(requires: &[&str], trials: Vec<TrialVerdict>) -> Summary {
    let mut first = header(trials.len());
    if let Event::Header(header) = &mut first {
        for text in requires {
            header.requires.add(text).expect("a requirement");
        }
    }
    let trials = trials.into_iter().map(|trial| Event::Trial(Box::new(trial)));
    Summary::of_events(&[vec![first], trials.collect(), vec![footer(true)]].concat())
}

fn headline(summary: &Summary) -> String {
    let text = render(summary, Style::default(), &Options::default());
    let advice = text.split("\nwhat now\n").nth(1).expect("what to do now");
    advice.split_whitespace().take(40).collect::<Vec<_>>().join(" ")
}

fn ended(number: usize, outcome: Outcome) -> TrialVerdict {
    let id = format!("a/b-{number:03}");
    trial(&id, &id, outcome)
}

#[test]
fn trials_without_a_verdict_are_reported_before_anything_good() {
    let mut trials: Vec<TrialVerdict> = (0..12).map(|number| ended(number, Outcome::Pass)).collect();
    trials.extend((12..357).map(|number| because(ended(number, Outcome::Unsupported), NO_START)));
    let text = headline(&run(&[], trials));
    let wanted = "no verdict 345 of 357 trials: 345 unsupported (the target does not have StartStreamEncryption) \
                  good no mismatch in 12 passed trials";
    assert!(text.starts_with(wanted), "{text}");
}

#[test]
fn reasons_stand_in_the_order_of_their_counts_and_the_rest_is_counted() {
    let mut trials = vec![ended(0, Outcome::Pass), because(ended(1, Outcome::Blocked), "a limit")];
    for (first, count, reason) in [(10, 3, "none of A"), (20, 2, "none of B"), (30, 1, "none of C")] {
        trials.extend((first..first + count).map(|at| because(ended(at, Outcome::Unsupported), reason)));
    }
    let why = run(&[], trials).why_without_verdict().expect("there are some");
    let wanted =
        "7 of 8 trials: 6 unsupported (3: none of A; 2: none of B; 1 for other reasons), 1 blocked (a limit)";
    assert_eq!(why, wanted);
}

#[test]
fn what_is_skipped_or_open_has_no_verdict_by_design() {
    let trials = vec![ended(0, Outcome::Pass), ended(1, Outcome::Skipped), ended(2, Outcome::Open)];
    let summary = run(&[], trials.into_iter().map(required).collect());
    assert_eq!((summary.why_without_verdict(), summary.missing_requirements()), (None, Vec::new()));
    let text = headline(&summary);
    assert!(text.starts_with("good no mismatch in 1 passed trial; 1 is open, 1 skipped"), "{text}");
}

#[test]
fn a_required_trial_without_a_verdict_is_reported_first() {
    for outcome in [Outcome::Unsupported, Outcome::Unobserved, Outcome::Blocked, Outcome::Error] {
        let missing = required(because(ended(1, outcome), "some reason"));
        let summary = run(&["a/**"], vec![required(ended(0, Outcome::Pass)), missing]);
        let wanted = format!("1 required trial has no verdict: a/b-001 ({}: some reason)", outcome.as_str());
        assert_eq!(summary.missing_requirements(), [wanted.as_str()]);
        assert!(headline(&summary).starts_with(&format!("required {wanted} no verdict 1 of 2")));
    }
}

#[test]
fn required_trials_past_the_third_are_counted() {
    let trials = (0..5).map(|number| required(ended(number, Outcome::Unobserved))).collect();
    let missing = run(&["a/**"], trials).missing_requirements().concat();
    assert!(missing.starts_with("5 required trials have no verdict: a/b-000 (unobserved); "), "{missing}");
    assert!(missing.ends_with("; and 2 more"), "{missing}");
}

#[test]
fn an_operation_of_which_nothing_is_known_satisfies_no_requirement() {
    let passed = || vec![ended(0, Outcome::Pass)];
    // The sample header lacks SubscribeToShard and h2, and says nothing of ListShards.
    assert_eq!(run(&["PutRecord", "cbor", "h1"], passed()).missing_abilities(), Vec::<String>::new());
    let missing = run(&["ListShards", "SubscribeToShard", "h2"], passed()).missing_abilities();
    let wanted = [
        "the required operation ListShards is not known to be supported: the target's answers say nothing of it",
        "the required operation SubscribeToShard is unsupported",
        "the required transport h2 is unsupported",
    ];
    assert_eq!(missing, wanted);
}

#[test]
fn a_run_of_which_nothing_was_judged_is_distinguished_from_one_that_was() {
    let nothing = [Outcome::Skipped, Outcome::Unsupported, Outcome::Unobserved, Outcome::Blocked];
    assert!(
        run(&[], nothing.into_iter().enumerate().map(|(at, outcome)| ended(at, outcome)).collect())
            .judged_nothing()
    );
    assert!(run(&[], Vec::new()).judged_nothing());
    let something =
        [Outcome::Pass, Outcome::Tolerated, Outcome::Fail, Outcome::Known, Outcome::Open, Outcome::Error];
    for outcome in something {
        assert!(
            !run(&[], vec![ended(0, Outcome::Skipped), ended(1, outcome)]).judged_nothing(),
            "{outcome:?}"
        );
    }
}
