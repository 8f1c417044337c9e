//! Former ids: each is free, and leads to a case that there is.

use std::collections::HashSet;

use super::Lint;
use crate::case::ast::Fate;
use crate::case::diagnostic::Diagnostic;
use crate::case::mapping::nearest;

impl Lint<'_> {
    pub(super) fn moved(&mut self) {
        let library = self.library;
        let Some(source) = &library.moved.source else { return };
        let ids: HashSet<String> = library
            .suites
            .iter()
            .flat_map(|suite| suite.case_ids().map(|id| format!("{}/{id}", suite.name)))
            .collect();
        for moved in library.moved.ids.values() {
            if ids.contains(&moved.id.value) {
                let title = format!("`{}` is the id of a case that there is", moved.id.value);
                self.problems.push(
                    Diagnostic::error(source, moved.id.span, title, "a former id is never used again")
                        .with_help("give that case another id"),
                );
            }
            if let Fate::Renamed(to) = &moved.fate
                && !ids.contains(&to.value)
            {
                let title = format!("`{}` leads to no case", moved.id.value);
                let mut problem = Diagnostic::error(source, to.span, title, "no such id");
                problem.help = nearest(&to.value, ids.iter().map(String::as_str))
                    .map(|meant| format!("did you mean `{meant}`?"));
                self.problems.push(problem);
            }
        }
    }
}
