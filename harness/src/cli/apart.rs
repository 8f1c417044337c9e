//! Files of one command that have to be different ones: an output would take the place of another output,
//! or of what the command reads.

use std::path::{Path, PathBuf};

use super::problem::Problem;

/// A file as the command line names it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'a> {
    /// The flag, such as `--log`, or the name of the argument.
    pub(super) flag: &'static str,
    /// The path that was given.
    pub(super) path: &'a Path,
}

impl<'a> Named<'a> {
    /// The file of a flag, if it was given.
    pub(super) fn of(flag: &'static str, path: Option<&'a Path>) -> Option<Self> {
        path.map(|path| Self { flag, path })
    }
}

/// Refuses an output that is another output or an input. Devices and pipes may stand for several.
pub(super) fn keep_apart<'a>(
    outputs: impl IntoIterator<Item = Option<Named<'a>>>,
    inputs: impl IntoIterator<Item = Option<Named<'a>>>,
) -> Result<(), Problem> {
    let mut taken: Vec<(Named<'a>, PathBuf)> = located(inputs).collect();
    for (output, place) in located(outputs) {
        if let Some((other, _)) = taken.iter().find(|(_, other)| *other == place) {
            let shown = output.path.display();
            return Err(Problem::usage(format!(
                "write `{shown}`: {} and {} name the same file",
                other.flag, output.flag
            ))
            .with_help(format!("give {} a file of its own", output.flag)));
        }
        taken.push((output, place));
    }
    Ok(())
}

fn located<'a>(
    files: impl IntoIterator<Item = Option<Named<'a>>>,
) -> impl Iterator<Item = (Named<'a>, PathBuf)> {
    files.into_iter().flatten().filter_map(|file| place(file.path).map(|place| (file, place)))
}

/// The place of a file, whatever links lead to it; `None` for a device or a pipe.
fn place(path: &Path) -> Option<PathBuf> {
    match path.canonicalize() {
        Ok(place) => place.is_file().then_some(place),
        // It is to be made: the folder is there, or the file can't be made.
        Err(_) => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new(".")).canonicalize().ok()?;
            Some(folder.join(path.file_name()?))
        }
    }
}
