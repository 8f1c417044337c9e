//! `releases/VERSION.yaml`: which trials a released version had.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::case::diagnostic::Diagnostic;
use crate::case::mapping::Mapping;
use crate::case::reader::Reader;
use crate::case::span::Source;

/// The marks of the trials.
pub(super) fn release(source: &Arc<Source>) -> (BTreeSet<String>, Vec<Diagnostic>) {
    let (mut reader, tree) = Reader::open(source);
    let marks = tree.as_ref().and_then(|tree| {
        let fields = reader.fields(tree, Mapping::Release)?;
        reader.format(&fields, Mapping::Release);
        let yaml = reader.required(&fields, Mapping::Release, "trials")?;
        reader.text(yaml, "`trials`")
    });
    let marks = marks.map(|text| text.value.split_whitespace().map(str::to_owned).collect());
    (marks.unwrap_or_default(), reader.problems)
}
