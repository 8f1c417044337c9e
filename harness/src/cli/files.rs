//! Files of the user's that are read or written as a whole.

use std::path::Path;

use kinesis_conformance::case::read_file;

use super::exit::Exit;
use super::problem::Problem;

/// The largest file that is read as a whole, in bytes: botocore's model has a tenth of it.
const LARGEST: u64 = 16 << 20;

/// Reads a text.
pub(super) fn read_text(path: &Path) -> Result<String, Problem> {
    let reported = |reason: String| {
        Problem::usage(format!("read `{}`: {reason}", path.display()))
            .with_help("name a text file of a few megabytes at most")
    };
    let bytes = read_file(path, LARGEST).map_err(|error| reported(error.to_string()))?;
    String::from_utf8(bytes).map_err(|_| reported("it is not UTF-8".to_owned()))
}

/// Writes a text.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Problem> {
    std::fs::write(path, text)
        .map_err(|error| Problem::new(exit(&error), format!("write `{}`: {error}", path.display())))
}

/// A path that can't be written is the command line's fault; a disk that is full is not.
fn exit(error: &std::io::Error) -> Exit {
    use std::io::ErrorKind;
    let of_the_path = [
        ErrorKind::NotFound,
        ErrorKind::PermissionDenied,
        ErrorKind::NotADirectory,
        ErrorKind::IsADirectory,
        ErrorKind::ReadOnlyFilesystem,
    ];
    if of_the_path.contains(&error.kind()) { Exit::Usage } else { Exit::Unwritten }
}
