//! Generated text that is kept current in a document: `table --into` and `coverage --into`.

use std::path::Path;

use kinesis_conformance::report::marked::Marked;

use super::exit::Exit;
use super::files::{read_text, write};
use super::output::say;
use super::problem::Problem;

/// Puts the text between its marks in the document, or with `check` only compares. `what` names the text
/// in messages, such as "the records' figures".
pub(super) fn put_into(
    path: &Path,
    check: bool,
    marked: Marked,
    text: &str,
    what: &str,
) -> Result<Exit, Problem> {
    let shown = path.display();
    let document = read_text(path)?;
    let fresh = marked.put_into(&document, text).ok_or_else(|| {
        Problem::usage(format!("find the place of {what} in `{shown}`")).with_help(format!(
            "put the lines `{}` and `{}` where they should stand",
            marked.begin, marked.end
        ))
    })?;
    if check {
        if fresh == document {
            return Ok(Exit::Fine);
        }
        return Err(Problem::new(Exit::Failed, format!("find {what} in `{shown}`"))
            .with_help("run the same command without `--check` and commit what it writes"));
    }
    write(path, &fresh)?;
    say(format_args!("wrote {what} into {shown}"))?;
    Ok(Exit::Fine)
}
