//! `moved.yaml`: what has become of the ids that cases had before.

use std::sync::Arc;

use crate::case::ast::{Fate, Moved, MovedCase};
use crate::case::diagnostic::Diagnostic;
use crate::case::mapping::Mapping;
use crate::case::reader::Reader;
use crate::case::span::Source;
use crate::case::yaml::Entry;

/// Reads the file of former ids.
pub(super) fn moved(source: &Arc<Source>) -> (Moved, Vec<Diagnostic>) {
    let (mut reader, tree) = Reader::open(source);
    let mut moved = Moved { source: Some(Arc::clone(source)), ..Moved::default() };
    if let Some(fields) = tree.as_ref().and_then(|tree| reader.fields(tree, Mapping::Moved)) {
        reader.format(&fields, Mapping::Moved);
        let entries = reader
            .required(&fields, Mapping::Moved, "moved")
            .and_then(|yaml| reader.entries(yaml, "`moved`"));
        for entry in entries.unwrap_or_default() {
            if let Some(read) = moved_case(&mut reader, entry) {
                moved.ids.insert(entry.key.value.clone(), read);
            }
        }
    }
    (moved, reader.problems)
}

fn moved_case(reader: &mut Reader, entry: &Entry) -> Option<MovedCase> {
    let fields = reader.fields(&entry.value, Mapping::MovedCase)?;
    let fate = match (fields.get("to"), fields.get("gone")) {
        (Some(to), None) => Fate::Renamed(reader.text(to, "`to`")?),
        (None, Some(gone)) => Fate::Gone(reader.text(gone, "`gone`")?.value),
        (Some(_), Some(gone)) => {
            reader.error(gone.span, "`gone` beside `to`", "the case has another id, or there is none");
            return None;
        }
        (None, None) => {
            reader.error(entry.key.span, "neither `to` nor `gone`", "what has become of it?");
            return None;
        }
    };
    Some(MovedCase { id: entry.key.clone(), fate })
}
