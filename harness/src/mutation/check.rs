//! What is wrong with a kill table.

use std::collections::BTreeSet;

use crate::case::ast::{Case, Suite};
use crate::case::{Diagnostic, Spanned, nearest};
use crate::reference::Fault;

use crate::mutation::KillTable;
use crate::mutation::survivors::survivor;
use crate::plan::{Manifest, written_case};

impl KillTable {
    /// What is wrong with the table, drawn on the cases where a case is to blame.
    pub fn diagnostics(&self, manifest: &Manifest) -> (Vec<Diagnostic>, Vec<String>) {
        let mut drawn = Vec::new();
        let mut reported = Vec::new();
        for (trial, outcome) in &self.without_fault {
            reported.push(format!("{trial} is {} against the reference without any fault", outcome.as_str()));
        }
        let mut named: BTreeSet<Fault> = BTreeSet::new();
        let mut seen = BTreeSet::new();
        for suite in &manifest.library.suites {
            for case in &suite.cases {
                // A family has each of its cases once for each operation.
                if seen.insert(written_case(suite, case)) {
                    named.extend(self.check_case(manifest, suite, case, &mut drawn));
                }
            }
        }
        for (fault, killers) in &self.killed_by {
            let name = fault.name();
            match (survivor(fault), named.contains(fault), killers.first()) {
                (Some(_), _, Some(killer)) => {
                    reported.push(format!("{name} is listed as a survivor, but {killer} kills it"));
                }
                (None, false, Some(killer)) => {
                    reported.push(format!("no case names the fault {name}, which {killer} kills"));
                }
                (None, false, None) => reported.push(format!("no case names or kills the fault {name}")),
                (Some(survivor), _, None) => reported.extend(survivor.unfounded(&manifest.library)),
                // A named fault that is not killed is drawn where it is named.
                (None, true, _) => {}
            }
        }
        (drawn, reported)
    }

    fn check_case(
        &self,
        manifest: &Manifest,
        suite: &Suite,
        case: &Case,
        drawn: &mut Vec<Diagnostic>,
    ) -> Vec<Fault> {
        let mut named = Vec::new();
        let written = written_case(suite, case);
        let fails_in = |killed: &BTreeSet<String>| {
            let mut trials = manifest.trials.iter().filter(|trial| trial.written_case() == written);
            trials.any(|trial| killed.contains(&trial.id))
        };
        let kills_at_all = |fault: &Fault| self.killed_by.get(fault).is_none_or(fails_in);
        if let Some(reason) = &case.kills_nothing
            && let Some((fault, _)) = self.killed_by.iter().find(|(_, killed)| fails_in(killed))
        {
            drawn.push(
                Diagnostic::error(
                    &suite.source,
                    reason.span,
                    format!("the case kills `{}`", fault.name()),
                    "says that it kills nothing",
                )
                .with_help(format!("`kills: [{}]` in its place", fault.name())),
            );
        }
        for name in &case.kills {
            let Some(fault) = Fault::parse(&name.value) else {
                drawn.push(unknown(suite, name));
                continue;
            };
            if !kills_at_all(&fault) {
                drawn.push(
                    Diagnostic::error(
                        &suite.source,
                        name.span,
                        format!("the case does not kill `{}`", fault.name()),
                        "passes against this fault",
                    )
                    .with_help("sharpen the expectation, or name a fault that it kills"),
                );
            }
            named.push(fault);
        }
        named
    }
}

/// The names under `kills` that are no fault, drawn on the cases. The faults need not run for this.
pub fn unknown_faults(manifest: &Manifest) -> Vec<Diagnostic> {
    let mut seen = BTreeSet::new();
    let cases =
        manifest.library.suites.iter().flat_map(|suite| suite.cases.iter().map(move |case| (suite, case)));
    cases
        .filter(|(suite, case)| seen.insert(written_case(suite, case)))
        .flat_map(|(suite, case)| case.kills.iter().map(move |name| (suite, name)))
        .filter(|(_, name)| Fault::parse(&name.value).is_none())
        .map(|(suite, name)| unknown(suite, name))
        .collect()
}

fn unknown(suite: &Suite, name: &Spanned<String>) -> Diagnostic {
    let title = "a fault that the reference does not have";
    let help = match nearest(&name.value, Fault::all().iter().map(Fault::name)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "`kinesis-conformance faults --list` prints them all".to_owned(),
    };
    Diagnostic::error(&suite.source, name.span, title, "unknown").with_help(help)
}
