use jiff::civil::date;

use super::edit::{Edit, NewEntry, empty};
use super::*;

const LIST: &str = "\
# Ours.
format: 1
suite: 0.1
known:
  # The enum, see our issue.
  lower-case:
    trials:
      - a/b/lower-case # looked into
      - \"a/c/*\"
      - a/d
    fails: [error-class]
    why: accepts any text
    link: https://example.org/1
    since: 2026-11-01
    until: 2026-12-31
  a/e: {fails: [status], why: not there yet, flaky: true}
  a/f:
    fails: [status]
    why: not there yet
";

fn list(text: &str) -> Known {
    Known::from_source(&Source::new("known.yaml", text)).expect("a list")
}

fn edited(text: &str, change: impl FnOnce(&mut Edit<'_>, &Known)) -> String {
    let known = list(text);
    let mut edit = Edit::of(&known);
    change(&mut edit, &known);
    let text = edit.finish();
    list(&text);
    text
}

fn new_entry(name: &str, trials: &[&str]) -> NewEntry {
    NewEntry {
        name: name.to_owned(),
        trials: trials.iter().map(|id| (*id).to_owned()).collect(),
        fails: vec!["status".to_owned()],
        why: "expected \"this\": got that".to_owned(),
        since: date(2026, 11, 28),
    }
}

#[test]
fn an_entry_has_many_trials_or_the_one_that_its_key_names() {
    let known = list(LIST);
    let trials = |index: usize| -> Vec<&str> {
        known.entries[index].trials.iter().map(|trial| trial.value.as_str()).collect()
    };
    assert_eq!(trials(0), ["a/b/lower-case", "a/c/*", "a/d"]);
    assert_eq!(trials(1), ["a/e"]);
    assert_eq!(known.suite.as_ref().map(|suite| suite.value.as_str()), Some("0.1"));
    assert!(known.entries[1].flaky && !known.entries[0].flaky);
    assert!(
        !known.entries[0].is_expired(date(2026, 12, 31)) && known.entries[0].is_expired(date(2027, 1, 1))
    );
    assert!(!known.entries[1].is_expired(date(2099, 1, 1)));
}

#[test]
fn what_is_no_day_no_version_and_no_trial_is_refused() {
    let refused = |text: &str| {
        let text = format!("format: 1\n{text}");
        let found = Known::from_source(&Source::new("known.yaml", text)).expect_err("a mistake");
        found.into_iter().map(|problem| problem.title).collect::<Vec<_>>()
    };
    assert_eq!(refused("suite: [1]\nknown: {}\n"), ["`suite` is a version, such as 0.2"]);
    let entry = |more: &str| format!("known:\n  a/b: {{fails: [status], why: a test, {more}}}\n");
    assert_eq!(refused(&entry("until: 2026-13-01")), ["`until` is a day"]);
    assert_eq!(refused(&entry("trials: []")), ["`trials` without a trial"]);
    assert_eq!(refused(&entry("flaky: maybe")), ["`flaky` is `true` or `false`"]);
}

#[test]
fn an_edit_leaves_all_else_as_it_was_written() {
    assert_eq!(edited(LIST, |_, _| {}), LIST);
    let trials = ["a/b/lower-case".to_owned(), "a/g[cbor]".to_owned()];
    let text = edited(LIST, |edit, known| {
        edit.set_trials(&known.entries[0], &trials);
        edit.remove(&known.entries[1]);
        edit.pin("0.2.0");
        edit.add(&new_entry("status-this", &["a/h", "a/i[arn]"])).expect("a block");
    });
    let expected = LIST
        .replace("      - \"a/c/*\"\n      - a/d\n", "      - \"a/g[cbor]\"\n")
        .replace("  a/e: {fails: [status], why: not there yet, flaky: true}\n", "")
        .replace("suite: 0.1\n", "suite: \"0.2.0\"\n")
        + "  status-this:\n    fails: [status]\n    why: \"expected \\\"this\\\": got that\"\n    since: 2026-11-28\n"
        + "    trials:\n      - a/h\n      - \"a/i[arn]\"\n";
    assert_eq!(text, expected);
}

#[test]
fn an_entry_of_one_trial_keeps_its_key_as_its_name() {
    let trials = ["a/x".to_owned(), "a/y[arn]".to_owned()];
    let text = edited(LIST, |edit, known| {
        edit.set_trials(&known.entries[1], &trials);
        edit.set_trials(&known.entries[2], &trials);
    });
    assert!(text.contains("  a/e: {trials: [a/x, \"a/y[arn]\"], fails: [status]"), "{text}");
    assert!(
        text.contains("  a/f:\n    trials:\n      - a/x\n      - \"a/y[arn]\"\n    fails: [status]\n"),
        "{text}"
    );
}

#[test]
fn a_list_may_lose_its_last_entry_and_get_its_first() {
    let text = "format: 1\nknown:\n  a/b: {fails: [status], why: a test}";
    let none = edited(text, |edit, known| edit.remove(&known.entries[0]));
    assert_eq!(none, "format: 1\nknown: {}\n");
    let added = edited(&none, |edit, _| {
        edit.add(&new_entry("one", &["a/b"])).expect("empty");
        edit.pin("0.1.0");
    });
    assert!(
        added.starts_with("format: 1\nsuite: \"0.1.0\"\nknown:\n  one:\n    fails: [status]\n"),
        "{added}"
    );
    let replaced = edited(text, |edit, known| {
        edit.remove(&known.entries[0]);
        edit.add(&new_entry("one", &["a/b"])).expect("a block");
    });
    assert!(replaced.starts_with("format: 1\nknown:\n  one:\n"), "{replaced}");
    assert_eq!(list(&empty("0.1.0")).entries, []);
    let braces = list("format: 1\nknown: {a/b: {fails: [status], why: a test}}\n");
    assert!(Edit::of(&braces).add(&new_entry("one", &["a/b"])).is_err());
}
