//! Rooms import only those before them. Read from the `crate::` paths in the sources, tests
//! included, so that an arrow that turns back is seen before anybody gets used to it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The rooms in order: each may use those before it.
const ROOMS: [&str; 9] =
    ["model", "facts", "case", "wire", "spec", "reference", "engine", "report", "libtest"];

/// Arrows that the order would allow and that are not to be.
const FORBIDDEN: [(&str, &str, &str); 3] = [
    ("wire", "case", "bytes know nothing of cases"),
    ("reference", "case", "a server that reads the questions would know the answers"),
    ("reference", "facts", "what the service does stands in the specification"),
];

/// Crates that one room uses and the others do not name.
const OWNED: [(&str, &str); 11] = [
    ("serde_saphyr", "case"),
    ("annotate_snippets", "case"),
    ("aws_sigv4", "wire"),
    ("reqwest", "wire"),
    ("rustls", "wire"),
    ("hyper_util", "reference"),
    ("indicatif", "report"),
    ("quick_junit", "report"),
    ("libtest_mimic", "libtest"),
    ("clap", "cli"),
    ("rustix", "cli"),
];

/// A source file: its path below `harness/src` and its lines without comments.
struct File {
    path: PathBuf,
    lines: Vec<(usize, String)>,
}

impl File {
    /// The first part of the path: a room's folder, or the file of its name.
    fn room(&self) -> String {
        let first = self.path.iter().next().expect("a path").to_string_lossy();
        first.trim_end_matches(".rs").to_owned()
    }

    fn is_test(&self) -> bool {
        self.path.iter().any(|part| part == "tests" || part == "tests.rs")
    }

    /// Paths that begin with the name of a crate, or with `crate`, and what stands after it.
    fn paths<'a>(&'a self, root: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
        self.lines.iter().flat_map(move |(number, line)| {
            line.match_indices(&format!("{root}::"))
                .filter_map(|(at, found)| {
                    let before = line[..at].chars().next_back();
                    let whole =
                        before.is_none_or(|before| !before.is_alphanumeric() && !"_:".contains(before));
                    whole.then(|| (*number, &line[at + found.len()..]))
                })
                .collect::<Vec<_>>()
        })
    }
}

fn sources() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("harness/src");
    let mut folders = vec![root.clone()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source");
                let lines = text
                    .lines()
                    .enumerate()
                    .map(|(index, line)| (index + 1, line.split("//").next().unwrap_or_default().to_owned()));
                let relative = path.strip_prefix(&root).expect("below the root").to_owned();
                files.push(File { path: relative, lines: lines.collect() });
            }
        }
    }
    assert!(files.len() > 100, "the sources were found");
    files
}

fn word(text: &str) -> String {
    text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

fn position(room: &str) -> Option<usize> {
    ROOMS.iter().position(|known| *known == room)
}

#[test]
fn every_arrow_between_rooms_points_backwards() {
    let mut wrong = Vec::new();
    let mut seen = BTreeMap::new();
    for file in sources() {
        let room = file.room();
        let Some(own) = position(&room) else { continue };
        for (line, rest) in file.paths("crate") {
            // `crate::{a, b}` would hide the rooms from this test and from the reader.
            let target = word(rest);
            let place = format!("harness/src/{}:{line}", file.path.display());
            *seen.entry((room.clone(), target.clone())).or_insert(0) += 1;
            match position(&target) {
                Some(other) if other <= own => {}
                Some(_) => wrong.push(format!("{place}: {room} comes before {target}")),
                None => wrong.push(format!("{place}: `crate::{target}` names no room")),
            }
            for (from, to, why) in FORBIDDEN {
                if room == from && target == to {
                    wrong.push(format!("{place}: {from} does not use {to}: {why}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen.contains_key(&("report".to_owned(), "engine".to_owned())), "arrows were read: {seen:?}");
}

#[test]
fn every_folder_is_a_room_or_the_command_line() {
    let stray: Vec<_> = sources()
        .iter()
        .map(File::room)
        .filter(|room| position(room).is_none() && !["cli", "main", "lib"].contains(&room.as_str()))
        .collect();
    assert!(stray.is_empty(), "put into the order of rooms: {stray:?}");
}

#[test]
fn the_command_line_uses_the_library_as_anybody_would() {
    for file in sources().iter().filter(|file| file.room() == "cli") {
        if let Some((line, rest)) = file.paths("crate").next() {
            panic!("harness/src/{}:{line}: `crate::{}`", file.path.display(), word(rest));
        }
    }
}

#[test]
fn a_crate_that_one_room_is_for_is_named_in_no_other() {
    let mut wrong = Vec::new();
    for file in sources().iter().filter(|file| !file.is_test()) {
        for (name, owner) in OWNED {
            if file.room() != owner {
                let uses = file.paths(name).map(|(line, _)| line);
                wrong.extend(
                    uses.map(|line| {
                        format!("harness/src/{}:{line}: {name} is {owner}'s", file.path.display())
                    }),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_specification_has_no_clock_and_no_network() {
    for file in sources().iter().filter(|file| file.room() == "spec" && !file.is_test()) {
        for (line, text) in &file.lines {
            let impure =
                ["Instant::now", "SystemTime::now", "Timestamp::now", "tokio::", "std::net", "std::fs"];
            let found = impure.iter().find(|word| text.contains(**word));
            assert!(found.is_none(), "harness/src/{}:{line}: {found:?}", file.path.display());
        }
    }
}
