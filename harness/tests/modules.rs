//! Modules import only those before them, and inside a module no file imports another that imports
//! it. Read from the paths in the sources, so that an import that turns back is seen before anybody
//! gets used to it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The modules in order: each may use those before it.
const MODULES: [&str; 14] = [
    "model",
    "facts",
    "case",
    "wire",
    "spec",
    "reference",
    "log",
    "plan",
    "observe",
    "run",
    "judge",
    "mutation",
    "report",
    "libtest",
];

/// What tests share: it may use every module, and tests of every module may use it.
const TESTING: &str = "testing";

/// Imports that the order would allow and that are not to be.
const FORBIDDEN: [(&str, &str, &str); 4] = [
    ("wire", "case", "bytes know nothing of cases"),
    ("reference", "case", "a server that reads the questions would know the answers"),
    ("reference", "facts", "what the service does stands in the specification"),
    ("run", "judge", "what is sent does not look at a verdict"),
];

/// Crates that one module uses and the others do not name.
const OWNED: [(&str, &str); 15] = [
    ("granit_parser", "case"),
    ("annotate_snippets", "case"),
    ("aws_sigv4", "wire"),
    ("reqwest", "wire"),
    ("rustls", "wire"),
    ("rustls_platform_verifier", "wire"),
    ("tokio_rustls", "wire"),
    ("webpki", "wire"),
    ("hyper_util", "reference"),
    ("zstd", "log"),
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
    /// The first part of the path: a module's folder, or the file of its name.
    fn module(&self) -> String {
        let first = self.path.iter().next().expect("a path").to_string_lossy();
        first.trim_end_matches(".rs").to_owned()
    }

    fn is_test(&self) -> bool {
        self.path.iter().any(|part| part == "tests" || part == "tests.rs")
    }

    /// The file or folder of its module in which it stands, `mod` for the module's own file.
    fn part(&self) -> Option<String> {
        let second = self.path.iter().nth(1)?.to_string_lossy();
        Some(second.trim_end_matches(".rs").to_owned())
    }

    /// The parts of its own module that it imports, by `crate::` or by `super::`.
    fn siblings(&self) -> BTreeSet<String> {
        let own = format!("crate::{}", self.module());
        // `super` from a file of the module's folder is the module; each folder below adds one.
        let depth = self.path.iter().count() - 1 - usize::from(self.path.ends_with("mod.rs"));
        let relative = vec!["super"; depth].join("::");
        let by_crate = self.paths(&own).map(|(_, rest)| identifier(rest));
        let by_super = self.paths(&relative).filter(|_| depth > 0).map(|(_, rest)| identifier(rest));
        by_crate.chain(by_super).collect()
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
                // Tests at the end of a file are tests like those in files of their own.
                let lines =
                    text.lines().take_while(|line| *line != "mod tests {").enumerate().map(
                        |(index, line)| (index + 1, line.split("//").next().unwrap_or_default().to_owned()),
                    );
                let relative = path.strip_prefix(&root).expect("below the root").to_owned();
                files.push(File { path: relative, lines: lines.collect() });
            }
        }
    }
    assert!(files.len() > 100, "the sources were found");
    files
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

fn position(module: &str) -> Option<usize> {
    MODULES.iter().position(|known| *known == module)
}

#[test]
fn every_import_between_modules_points_backwards() {
    let mut wrong = Vec::new();
    let mut seen = BTreeMap::new();
    for file in sources() {
        let module = file.module();
        let Some(own) = position(&module) else { continue };
        for (line, rest) in file.paths("crate") {
            // `crate::{a, b}` would hide the modules from this test and from the reader.
            let target = identifier(rest);
            let place = format!("harness/src/{}:{line}", file.path.display());
            *seen.entry((module.clone(), target.clone())).or_insert(0) += 1;
            if target == TESTING && file.is_test() {
                continue;
            }
            match position(&target) {
                Some(other) if other <= own => {}
                Some(_) => wrong.push(format!("{place}: {module} comes before {target}")),
                None => wrong.push(format!("{place}: `crate::{target}` names no module")),
            }
            for (from, to, why) in FORBIDDEN {
                if module == from && target == to {
                    wrong.push(format!("{place}: {from} does not use {to}: {why}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen.contains_key(&("report".to_owned(), "log".to_owned())), "imports were read: {seen:?}");
}

#[test]
fn every_folder_is_a_module_or_the_command_line() {
    let stray: Vec<_> = sources()
        .iter()
        .map(File::module)
        .filter(|module| {
            position(module).is_none() && !["cli", "main", "lib", TESTING].contains(&module.as_str())
        })
        .collect();
    assert!(stray.is_empty(), "put into the order of modules: {stray:?}");
}

#[test]
fn the_command_line_uses_the_library_as_anybody_would() {
    for file in sources().iter().filter(|file| file.module() == "cli") {
        if let Some((line, rest)) = file.paths("crate").next() {
            panic!("harness/src/{}:{line}: `crate::{}`", file.path.display(), identifier(rest));
        }
    }
}

#[test]
fn the_command_line_prints_by_nothing_that_panics() {
    let mut wrong = Vec::new();
    for file in sources().iter().filter(|file| ["cli", "main"].contains(&file.module().as_str())) {
        for (line, text) in &file.lines {
            let panics =
                ["println!", "eprintln!", "print!(", "eprint!("].iter().any(|name| text.contains(name));
            if panics {
                wrong.push(format!("harness/src/{}:{line}", file.path.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "a full disk makes these panic, `cli/output.rs` does not: {}",
        wrong.join(", ")
    );
}

#[test]
fn a_crate_that_one_module_is_for_is_named_in_no_other() {
    let mut wrong = Vec::new();
    for file in sources().iter().filter(|file| !file.is_test()) {
        for (name, owner) in OWNED {
            if file.module() != owner {
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
    for file in sources().iter().filter(|file| file.module() == "spec" && !file.is_test()) {
        for (line, text) in &file.lines {
            let impure =
                ["Instant::now", "SystemTime::now", "Timestamp::now", "tokio::", "std::net", "std::fs"];
            let found = impure.iter().find(|name| text.contains(**name));
            assert!(found.is_none(), "harness/src/{}:{line}: {found:?}", file.path.display());
        }
    }
}

#[test]
fn inside_a_module_nothing_imports_what_imports_it() {
    let mut imports: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for file in sources().iter().filter(|file| !file.is_test() && file.module() != "cli") {
        let Some(part) = file.part().filter(|part| part != "mod") else { continue };
        let siblings = file.siblings().into_iter().filter(|sibling| *sibling != part);
        imports.entry((file.module(), part.clone())).or_default().extend(siblings);
    }
    let mut circles = Vec::new();
    for (module, part) in imports.keys() {
        let mut reached: BTreeSet<&String> = BTreeSet::new();
        let mut open: Vec<&String> = vec![part];
        while let Some(next) = open.pop() {
            for import in imports.get(&(module.clone(), next.clone())).into_iter().flatten() {
                if imports.contains_key(&(module.clone(), import.clone())) && reached.insert(import) {
                    open.push(import);
                }
            }
        }
        if reached.contains(part) {
            circles.push(format!("{module}::{part} reaches itself by way of {reached:?}"));
        }
    }
    assert!(imports.len() > 80, "the parts were found: {}", imports.len());
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}
