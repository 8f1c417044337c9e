use super::markdown;
use crate::testing::samples::record;

#[test]
fn every_trial_of_a_record_is_in_one_column() {
    let record = record();
    let table = markdown(std::slice::from_ref(&record));
    let row = table.lines().last().expect("a row");
    let numbers: Vec<usize> = row.split('|').filter_map(|cell| cell.trim().parse().ok()).collect();
    let [all, columns @ ..] = numbers.as_slice() else { panic!("numbers: {row}") };
    assert_eq!(*all, record.footer.counts.values().sum::<usize>());
    assert_eq!(columns.iter().sum::<usize>(), *all);
}

#[test]
fn rows_are_sorted_and_names_stay_in_their_cells() {
    let (mut first, mut second) = (record(), record());
    first.header.target = "b|c".to_owned();
    first.header.date = "<b>&".to_owned();
    second.header.target = "a".to_owned();
    let table = markdown(&[first, second]);
    let rows: Vec<&str> = table.lines().skip(2).collect();
    assert!(rows[0].starts_with("| a |") && rows[1].starts_with("| b\\|c |"), "{table}");
    assert!(rows[1].contains(" | &lt;b>&amp; | "), "{table}");
}
