//! Expectations that say more than the facts they cite.

use super::Lint;
use crate::case::ast::{Answer, Expectation, Refusal, Step, Suite};
use crate::case::mapping::nearest;
use crate::facts::{Fact, Operations};
use crate::model::Shape;

impl Lint<'_> {
    pub(super) fn strength(&mut self, suite: &Suite, step: &Step, expect: &Expectation) {
        let Answer::Refused(refusal) = &expect.answer else { return };
        self.class(suite, refusal);
        // Without facts, and with unknown ones, there is a problem already.
        let cited: Option<Vec<&Fact>> = step.because.iter().map(|id| self.registry.get(&id.value)).collect();
        let Some(cited) = cited.filter(|cited| !cited.is_empty()) else { return };
        let ids: Vec<_> = step.because.iter().map(|id| id.value.0.as_str()).collect();
        let ids = ids.join(", ");
        for class in &refusal.classes.value {
            if !cited.iter().any(|fact| names_class(fact, class)) {
                let title = format!("`{class}` is stronger than its facts");
                self.error(suite, refusal.classes.span, title, format!("no fact of {ids} names this class"));
            }
        }
        let form = step.form.iter().filter_map(|id| self.registry.get(&id.value));
        if let Some(message) = &refusal.message
            && !cited.iter().copied().chain(form).any(|fact| fact.message.is_some())
        {
            let title = "a message text is stronger than its facts";
            self.error(suite, message.span, title, format!("no fact of {ids} states a text"));
        }
        if refusal.classes.value != ["ValidationException"]
            && let Some(clause) = refusal.clauses.first()
        {
            self.error(
                suite,
                clause.span,
                format!("clauses of `{}`", refusal.classes_text()),
                "only ValidationException has clauses",
            );
        }
    }

    /// Holds classes to the model's errors and the classes that facts name.
    fn class(&mut self, suite: &Suite, refusal: &Refusal) {
        let modelled = self.model.shapes.iter().filter_map(|(name, shape)| match shape {
            Shape::Structure { exception: true, .. } => Some(name.as_str()),
            Shape::Structure { exception: false, .. }
            | Shape::List { .. }
            | Shape::Map { .. }
            | Shape::String { .. }
            | Shape::Integer { .. }
            | Shape::Long { .. }
            | Shape::Boolean
            | Shape::Blob { .. }
            | Shape::Timestamp => None,
        });
        let known: Vec<&str> =
            modelled.chain(self.registry.iter().filter_map(|fact| fact.error.as_deref())).collect();
        for class in refusal.classes.value.iter().filter(|class| !known.contains(&class.as_str())) {
            let label = nearest(class, known.iter().copied()).map_or_else(
                || "neither the model nor a fact names it".to_owned(),
                |meant| format!("did you mean `{meant}`?"),
            );
            self.error(suite, refusal.classes.span, format!("unknown error class `{class}`"), label);
        }
    }
}

/// True if the fact states the class, or names it in its text.
fn names_class(fact: &Fact, class: &str) -> bool {
    fact.error.as_deref() == Some(class) || fact.fact.contains(class)
}

/// The operations of a fact, for messages.
pub(super) fn operations(operations: &Operations) -> String {
    match operations {
        Operations::All => "all operations".to_owned(),
        Operations::These(names) => names.join(", "),
    }
}
