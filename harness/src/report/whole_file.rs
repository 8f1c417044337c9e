//! Files that are there as a whole or not at all.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;

use crate::log::ReportError;

/// Writes a file beside its place first and puts it there then: if the disk is full, what was there
/// before stays. A device or a pipe is written as it stands.
///
/// # Errors
///
/// If the file can't be written.
pub fn write_whole(what: &'static str, path: &Path, text: &str) -> Result<(), ReportError> {
    let written = match fs::metadata(path) {
        Ok(there) if !there.is_file() => fs::write(path, text),
        Ok(there) => replace(path, text, Some(there.permissions())),
        Err(_) => replace(path, text, None),
    };
    written.map_err(|source| ReportError::Write { what, path: path.display().to_string(), source })
}

fn replace(path: &Path, text: &str, permissions: Option<fs::Permissions>) -> io::Result<()> {
    // A link stays one, and what it leads to is replaced.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = fs::write(&part, text)
        .and_then(|()| permissions.map_or(Ok(()), |permissions| fs::set_permissions(&part, permissions)))
        .and_then(|()| fs::rename(&part, &path));
    match written {
        // The file may be written, but nothing may be made beside it.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied && !part.exists() => {
            fs::write(&path, text)
        }
        Err(error) => {
            // Half a file helps nobody, and there may be none.
            let _ = fs::remove_file(&part);
            Err(error)
        }
        Ok(()) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::write_whole;

    #[test]
    fn a_file_is_replaced_as_a_whole_and_nothing_stays_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.xml");
        for text in ["a long first text", "second"] {
            write_whole("report", &path, text).expect("a file");
            assert_eq!(std::fs::read_to_string(&path).expect("text"), text);
        }
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn what_can_not_be_replaced_is_reported_and_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = write_whole("report", &folder.path().join("missing/report.xml"), "a").expect_err("none");
        assert!(error.to_string().contains("write the report `"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }
}
