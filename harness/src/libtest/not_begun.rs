//! Under cargo-nextest, a run that can't begin for one test can't begin for the others: the first process
//! that finds out leaves a file beside the test's executable, and the others need not find out again.

use std::path::{Path, PathBuf};

/// What cargo-nextest calls its run.
const RUN: &str = "NEXTEST_RUN_ID";

/// True if another process of this run of cargo-nextest could not begin.
pub(super) fn is_known() -> bool {
    match (run(), path()) {
        (Some(run), Some(path)) => says(&path, &run),
        (Some(_) | None, _) => false,
    }
}

/// Lets the other processes of this run of cargo-nextest know. Where the file can't be written, they find
/// out by themselves.
pub(super) fn remember() {
    if let (Some(run), Some(path)) = (run(), path()) {
        let _ = std::fs::write(path, run);
    }
}

fn says(path: &Path, run: &str) -> bool {
    std::fs::read_to_string(path).is_ok_and(|text| text == run)
}

fn run() -> Option<String> {
    std::env::var(RUN).ok().filter(|run| !run.is_empty())
}

fn path() -> Option<PathBuf> {
    Some(std::env::current_exe().ok()?.with_extension("not-begun"))
}

#[cfg(test)]
mod tests {
    use super::says;

    #[test]
    fn only_the_same_run_counts() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("conformance.not-begun");
        assert!(!says(&path, "one"), "no file");
        std::fs::write(&path, "one").expect("a file");
        assert!(says(&path, "one"));
        assert!(!says(&path, "two"), "a file of an earlier run");
    }
}
