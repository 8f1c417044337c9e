//! Levels that are above what the facts of the claim bear.

use super::Lint;
use crate::case::ast::{Case, Level, Step, StepKind, Suite};
use crate::case::diagnostic::Diagnostic;
use crate::case::span::Spanned;
use crate::facts::{Fact, FactId, Strength};

impl Level {
    /// The most serious level that a claim of this strength bears.
    const fn borne_by(strength: Strength) -> Self {
        match strength {
            Strength::Recorded | Strength::Documented => Self::Core,
            Strength::Reported | Strength::Model => Self::Extended,
            Strength::Inferred => Self::Strict,
        }
    }

    /// What the facts of a claim at this level have to be, for people.
    const fn needs(self) -> &'static str {
        match self {
            Self::Core => "recorded or documented",
            Self::Extended => "recorded, documented, reported or stated by the model",
            Self::Strict => "of any strength",
        }
    }
}

impl Lint<'_> {
    /// Holds the level of a step to the strongest fact that supports its claim. Facts of the form do not
    /// count.
    pub(super) fn level(&mut self, suite: &Suite, case: &Case, step: &Step) {
        if !judges(step) {
            return;
        }
        let level = step.level.unwrap_or(case.level);
        // Without facts, and with unknown ones, there is a problem already.
        let Some(claim) = self.facts_of(&step.because) else { return };
        let Some(strength) = claim.iter().map(|(_, fact)| fact.strength).max() else { return };
        let borne = Level::borne_by(strength);
        if level >= borne {
            return;
        }
        let title =
            format!("the level `{}` is more serious than the facts of the claim bear", <&str>::from(level));
        let mut places = claim.into_iter().map(|(id, fact)| (id.span, fact.strength.to_string()));
        let Some((first, text)) = places.next() else { return };
        let mut problem = Diagnostic::error(&suite.source, first, title, text);
        for (span, text) in places {
            problem = problem.with_context(span, text);
        }
        for (id, fact) in self.facts_of(&step.form).unwrap_or_default() {
            problem = problem.with_context(id.span, format!("{}, but only about the form", fact.strength));
        }
        if suite.name != suite.file
            && let Some(operation) = &suite.operation
        {
            problem = problem.with_note(format!("in the case for {}", operation.value));
        }
        let help = format!(
            "write `level: {}` in the step, or cite a fact under `because` that supports the claim and is {}",
            <&str>::from(borne),
            level.needs()
        );
        self.push_once(problem.with_help(help));
    }

    /// These facts with their places; `None` if one is unknown.
    fn facts_of<'s>(&self, ids: &'s [Spanned<FactId>]) -> Option<Vec<(&'s Spanned<FactId>, &Fact)>> {
        ids.iter().map(|id| self.registry.get(&id.value).map(|fact| (id, fact))).collect()
    }
}

/// True if the step has an expectation that is judged.
const fn judges(step: &Step) -> bool {
    match &step.kind {
        StepKind::Call(call) => call.expect.answer.is_judged(),
        StepKind::Observe(_) | StepKind::Race(_) | StepKind::Read(_) => true,
        StepKind::Repeat(_) | StepKind::Clock(_) => false,
    }
}

#[cfg(test)]
mod tests;
