//! A file that names the requests under way, for a target in the process of the harness: what ends the
//! one ends the other, and only a file is left to name the request.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The requests under way, as a file. Each line begins or ends one, and is written before the request is
/// sent; nothing is buffered, so that the end of the process loses nothing.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: Mutex<File>,
}

/// A request that had no response when the process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interrupted {
    /// The id of its trial; `None` for what serves the whole run.
    pub trial: Option<String>,
    /// Its operation.
    pub operation: String,
}

/// What stands in place of a trial's id where there is none.
const NO_TRIAL: &str = "-";

impl Journal {
    /// Begins an empty file.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn create(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), file: Mutex::new(File::create(path)?) })
    }

    /// The requests that a file from before names as begun and not ended, newest first. None if there is
    /// no such file, or none that can be read.
    pub fn left_at(path: &Path) -> Vec<Interrupted> {
        let Ok(text) = fs::read_to_string(path) else { return Vec::new() };
        let mut under_way = BTreeMap::new();
        for line in text.lines() {
            let mut fields = line.splitn(4, ' ');
            let (Some(what), Some(number)) = (fields.next(), fields.next()) else { continue };
            let Ok(number) = number.parse::<u64>() else { continue };
            match (what, fields.next(), fields.next()) {
                ("+", Some(operation), Some(trial)) => {
                    let trial = (trial != NO_TRIAL).then(|| trial.to_owned());
                    under_way.insert(number, Interrupted { trial, operation: operation.to_owned() });
                }
                ("-", None, None) => {
                    under_way.remove(&number);
                }
                // A line that the end of the process cut.
                _ => {}
            }
        }
        under_way.into_values().rev().collect()
    }

    /// Notes that a request will be sent.
    pub(super) fn begin(&self, number: u64, operation: &str, trial: Option<&str>) {
        self.write(&format!("+ {number} {operation} {}\n", trial.unwrap_or(NO_TRIAL)));
    }

    /// Notes that a request has its response, or will get none.
    pub(super) fn end(&self, number: u64) {
        self.write(&format!("- {number}\n"));
    }

    /// A full disk costs the name of a suspect, and no verdict.
    fn write(&self, line: &str) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = file.write_all(line.as_bytes());
    }
}

/// The run is over, and the process still there: nobody has to be named.
impl Drop for Journal {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_was_begun_and_did_not_end_newest_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("under-way");
        let journal = Journal::create(&path).expect("a file");
        journal.begin(1, "ListStreams", None);
        journal.begin(2, "PutRecord", Some("put-record/a/b[cbor]"));
        journal.begin(3, "GetRecords", Some("get-records/c/d"));
        journal.begin(4, "CreateStream", None);
        journal.end(2);
        let left = Journal::left_at(&path);
        let named: Vec<_> =
            left.iter().map(|request| (request.operation.as_str(), request.trial.as_deref())).collect();
        assert_eq!(
            named,
            [("CreateStream", None), ("GetRecords", Some("get-records/c/d")), ("ListStreams", None)]
        );
    }

    #[test]
    fn a_line_that_was_cut_names_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("under-way");
        fs::write(&path, "+ 7 PutRecord put-record/a/b\n+ 8 Get").expect("a file");
        let left = Journal::left_at(&path);
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].operation, "PutRecord");
    }

    #[test]
    fn a_run_that_came_to_its_end_leaves_no_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("under-way");
        drop(Journal::create(&path).expect("a file"));
        assert!(!path.exists());
        assert_eq!(Journal::left_at(&path), []);
    }
}
