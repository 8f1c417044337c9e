use std::collections::BTreeSet;

use jiff::civil::date;
use proptest::prelude::*;

use super::super::{Fact, FactId, Operations, Registry, Strength};

fn seen(as_of: Option<&str>, strength: Strength) -> Fact {
    Fact {
        id: FactId("T-001".to_owned()),
        topic: String::new(),
        operations: Operations::All,
        fact: String::new(),
        error: None,
        message: None,
        http_status: None,
        strength,
        source: String::new(),
        as_of: as_of.map(str::to_owned),
    }
}

fn dated(as_of: &str) -> Option<(i16, i8)> {
    seen(Some(as_of), Strength::Recorded).recorded_year_month()
}

#[test]
fn every_spelling_in_the_registry_is_understood_or_left_on_purpose() {
    let left: BTreeSet<_> = Registry::embedded()
        .iter()
        .filter(|fact| fact.recorded_year_month().is_none())
        .filter_map(|fact| fact.as_of.as_deref())
        .collect();
    assert_eq!(left, BTreeSet::from(["before 2018-03"]));
}

#[test]
fn the_date_is_that_of_the_recording() {
    for (as_of, wanted) in [
        ("2018-03", (2018, 3)),
        ("2019", (2019, 1)),
        ("2018-03 (known stale)", (2018, 3)),
        ("2016-01 (superseded 2018-03)", (2016, 1)),
        ("2019-12 (empty body); 2016-01 (body {})", (2019, 12)),
        ("2015-2017 (stale)", (2017, 1)),
        ("2021 (test code; no run log)", (2021, 1)),
    ] {
        assert_eq!(dated(as_of), Some(wanted), "{as_of}");
    }
    for as_of in ["before 2018-03", "", "soon", "2018-13", "2018-3", "18-03", "2018-03-25", "2018-03; soon"] {
        assert_eq!(dated(as_of), None, "{as_of}");
    }
}

#[test]
fn a_recording_is_old_after_three_years() {
    let recording = seen(Some("2023-11"), Strength::Recorded);
    assert!(!recording.is_old_recording(date(2026, 11, 30)));
    assert!(recording.is_old_recording(date(2026, 12, 1)));
    assert!(!recording.is_old_recording(date(2023, 11, 1)));
}

#[test]
fn a_recording_without_a_date_is_old_and_other_facts_never_are() {
    let today = date(2026, 11, 24);
    assert!(seen(None, Strength::Recorded).is_old_recording(today));
    assert!(seen(Some("before 2018-03"), Strength::Recorded).is_old_recording(today));
    for strength in [Strength::Inferred, Strength::Model, Strength::Reported, Strength::Documented] {
        assert!(!seen(Some("2015"), strength).is_old_recording(today), "{strength}");
    }
}

proptest! {
    #[test]
    fn any_spelling_is_read_without_panic(as_of in any::<String>()) {
        if let Some((_, month)) = dated(&as_of) {
            prop_assert!((1..=12).contains(&month));
        }
    }
}
