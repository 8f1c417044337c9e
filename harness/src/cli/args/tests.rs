//! The table of verbs and flags in `harness/FORMAT.md`, held against what is parsed.

use std::collections::{BTreeMap, BTreeSet};

use clap::{Command, CommandFactory as _};

use super::Cli;

const FORMAT: &str = include_str!("../../../FORMAT.md");

/// Rows of the table by verb: the values between backticks of each cell.
fn rows() -> BTreeMap<String, [BTreeSet<String>; 3]> {
    let table = FORMAT.split_once("| verb | ").expect("FORMAT.md has the table of verbs").1;
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let unescaped = row.replace("\\|", "\0");
        let cells: Vec<String> =
            unescaped.trim_matches('|').split('|').map(|cell| cell.trim().replace('\0', "|")).collect();
        let [verb, arguments, flags, exits] = cells.as_slice() else {
            panic!("four cells: {row}");
        };
        (verb.trim_matches('`').to_owned(), [cell_values(arguments), cell_values(flags), cell_values(exits)])
    })
    .collect()
}

fn cell_values(cell: &str) -> BTreeSet<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// `--flag VALUE` for every flag, and `[NAME]` or `NAME` for every argument without one.
fn parsed(command: &Command, global: bool) -> [BTreeSet<String>; 2] {
    let (mut arguments, mut flags) = (BTreeSet::new(), BTreeSet::new());
    for argument in command.get_arguments().filter(|argument| argument.is_global_set() == global) {
        let names = argument.get_value_names().unwrap_or_default();
        let value = names.first().map(|name| name.as_str()).unwrap_or_default();
        match argument.get_long() {
            Some("help" | "version") => {}
            Some(long) => {
                let takes_value = argument.get_action().takes_values();
                let shown = if takes_value { format!("--{long} {value}") } else { format!("--{long}") };
                flags.insert(shown);
            }
            None if argument.is_required_set() => {
                arguments.insert(value.to_owned());
            }
            None => {
                arguments.insert(format!("[{value}]"));
            }
        }
    }
    [arguments, flags]
}

/// The verbs by name; of a verb that has verbs, these: `known update`.
fn leaves(command: &Command) -> Vec<(String, &Command)> {
    let verbs = command.get_subcommands().filter(|verb| verb.get_name() != "help");
    verbs
        .flat_map(|verb| match leaves(verb) {
            own if own.is_empty() => vec![(verb.get_name().to_owned(), verb)],
            own => {
                own.into_iter().map(|(name, leaf)| (format!("{} {name}", verb.get_name()), leaf)).collect()
            }
        })
        .collect()
}

#[test]
fn the_table_names_every_verb_argument_and_flag_and_no_other() {
    let mut command = Cli::command();
    command.build();
    let mut rows = rows();
    let everywhere = rows.remove("(every verb)").expect("a row for every verb");
    assert_eq!(everywhere[1], parsed(&command, true)[1], "flags of every verb");
    for (name, verb) in leaves(&command) {
        let [arguments, flags, _] = rows.remove(&name).unwrap_or_else(|| panic!("no row for `{name}`"));
        let [of_arguments, of_flags] = parsed(verb, false);
        assert_eq!(arguments, of_arguments, "arguments of `{name}`");
        assert_eq!(flags, of_flags, "flags of `{name}`");
    }
    assert!(rows.is_empty(), "rows without a verb: {:?}", rows.keys());
}

#[test]
fn the_table_states_only_exit_codes_that_there_are() {
    let known: BTreeSet<String> = ["0", "1", "2", "3", "4", "5", "6", "70"].map(str::to_owned).into();
    for (verb, [_, _, exits]) in rows() {
        assert!(!exits.is_empty(), "`{verb}` states no exit code");
        assert!(exits.is_subset(&known), "`{verb}` states {exits:?}");
    }
}
