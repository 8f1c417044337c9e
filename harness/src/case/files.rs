//! Files that people wrote, from disk or from the binary, as [`Source`]s.

use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::diagnostic::Diagnostic;
use super::span::Source;
use super::yaml::MAX_BYTES;

/// Why a file is not read. Fits after "the file can't be read: ".
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system would not.
    #[error("{0}")]
    System(#[from] io::Error),
    /// No file that ends.
    #[error("it is {0}, and only a file is read")]
    Kind(&'static str),
    /// More than is worth reading.
    #[error("it has more than {0} bytes")]
    TooLong(u64),
}

/// Reads a file that somebody names, with so many bytes at most. What is no file, such as a device, a
/// pipe or a folder, is refused before it is opened: it may have no end, or nobody to write to it.
///
/// # Errors
///
/// If it is no file, is longer, or the system would not read it.
pub fn read_file(path: &Path, most: u64) -> Result<Vec<u8>, FileError> {
    let file = open_file(path)?;
    if file.metadata()?.len() > most {
        return Err(FileError::TooLong(most));
    }
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes)?;
    // A file may grow, and those below `/proc` say that they are empty.
    if bytes.len() as u64 > most { Err(FileError::TooLong(most)) } else { Ok(bytes) }
}

/// Opens a file that somebody names, however long. What is no file is refused before it is opened.
///
/// # Errors
///
/// If it is no file, or the system would not open it.
pub fn open_file(path: &Path) -> Result<File, FileError> {
    is_file(&std::fs::metadata(path)?)?;
    let file = File::open(path)?;
    // It may have become something else in the meantime.
    is_file(&file.metadata()?)?;
    Ok(file)
}

fn is_file(there: &Metadata) -> Result<(), FileError> {
    if there.is_file() {
        return Ok(());
    }
    Err(FileError::Kind(if there.is_dir() { "a folder" } else { special(there) }))
}

#[cfg(unix)]
fn special(there: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = there.file_type();
    if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn special(_: &Metadata) -> &'static str {
    "a device"
}

/// Reads one file.
pub(super) fn read(path: &Path) -> Result<Arc<Source>, Box<Diagnostic>> {
    let shown = shown(path);
    match read_file(path, MAX_BYTES as u64) {
        Ok(bytes) => source(shown, bytes),
        Err(error) => Err(Box::new(unreadable(shown, &error))),
    }
}

/// Bytes as a source: UTF-8, a byte order mark left out.
pub(super) fn source(path: String, bytes: Vec<u8>) -> Result<Arc<Source>, Box<Diagnostic>> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(without_mark(Source::new(path, text))),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let line = 1 + error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
            let title = format!("the file is not UTF-8 (line {line}, byte {at})");
            Err(Box::new(Diagnostic::of_file(&Source::new(path, ""), title)))
        }
    }
}

/// The source without a byte order mark, so that the first column is the first character's.
pub(super) fn without_mark(source: Arc<Source>) -> Arc<Source> {
    match source.text.strip_prefix('\u{feff}') {
        Some(text) => Source::new(source.path.clone(), text),
        None => source,
    }
}

/// All files with that extension below a folder, sorted; linked folders are not entered. Folders that can't be read are reported.
pub(super) fn below(dir: &Path, extension: &str, problems: &mut Vec<Diagnostic>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                problems.push(unreadable(shown(&folder), &error.into()));
                continue;
            }
        };
        for entry in entries {
            let path = match entry {
                Ok(entry) => entry.path(),
                Err(error) => {
                    problems.push(unreadable(shown(&folder), &error.into()));
                    continue;
                }
            };
            let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if hidden {
                continue;
            }
            // A link to a folder may lead back here.
            if path.is_dir() {
                if path.is_symlink() {
                    continue;
                }
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A path as shown to people, with forward slashes.
pub(super) fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

fn unreadable(path: String, error: &FileError) -> Diagnostic {
    let reason = error.to_string().to_lowercase();
    Diagnostic::of_file(&Source::new(path, ""), format!("the file can't be read: {reason}"))
}
