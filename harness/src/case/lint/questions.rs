//! Open questions: each is used by a case, in the form that its candidates have.

use super::{Lint, Use};
use crate::case::ast::{Answer, Candidate, Suite};
use crate::case::diagnostic::Diagnostic;
use crate::case::mapping::nearest;
use crate::case::span::{Span, Spanned};

impl Lint<'_> {
    /// Notes that a question is used, and in which form.
    pub(super) fn open(&mut self, suite: &Suite, id: &str, span: Span, used: Use) {
        let Some(question) = self.library.questions.get(id) else {
            let label = nearest(id, self.library.questions.keys().map(String::as_str)).map_or_else(
                || "not in questions.yaml".to_owned(),
                |meant| format!("did you mean `{meant}`?"),
            );
            self.error(suite, span, format!("unknown open question `{id}`"), label);
            return;
        };
        self.used.insert(id.to_owned(), used);
        let misfit = question.candidates.iter().find(|(_, candidate)| match (candidate, used) {
            (Candidate::Answer { .. }, Use::Answer)
            | (Candidate::Value(_), Use::Value | Use::State)
            | (Candidate::State(_), Use::State) => false,
            (Candidate::Answer { .. }, Use::Value | Use::State)
            | (Candidate::Value(_), Use::Answer)
            | (Candidate::State(_), Use::Answer | Use::Value) => true,
        });
        if let Some((name, _)) = misfit {
            let wanted = match used {
                Use::Answer => "stands for a whole answer",
                Use::Value => "stands for the value of a member",
                Use::State => "stands for the value of a member in `states`",
            };
            let title = format!("the candidate `{name}` of `{id}` can't answer here");
            self.error(suite, span, title, wanted);
        }
    }

    /// Holds every candidate of a question about the class of a refusal to be one.
    pub(super) fn refuses(&mut self, suite: &Suite, question: &Spanned<String>) {
        let Some(known) = self.library.questions.get(&question.value) else { return };
        let refuses = |candidate: &Candidate| match candidate {
            Candidate::Answer { any, .. } => {
                any.iter().all(|expectation| matches!(expectation.answer, Answer::Refused(_)))
            }
            // What stands for a member is reported by `open`.
            Candidate::Value(_) | Candidate::State(_) => true,
        };
        if let Some((name, _)) = known.candidates.iter().find(|(_, candidate)| !refuses(candidate)) {
            let title = format!("the candidate `{name}` of `{}` is no refusal", question.value);
            self.error(suite, question.span, title, "here the call has to be refused");
        }
    }

    /// Holds the questions themselves.
    pub(super) fn questions(&mut self) {
        for question in self.library.questions.values() {
            let source = &question.source;
            let id = &question.id;
            if !self.used.contains_key(&id.value) {
                let title = format!("the question `{}` is used by no case", id.value);
                self.problems.push(Diagnostic::error(source, id.span, title, "by no `$open` of a case"));
            }
            if question.candidates.len() < 2 {
                let title = format!("the question `{}` has fewer than two candidates", id.value);
                self.problems.push(Diagnostic::error(source, id.span, title, "then what is open?"));
            }
            if question.facts.is_empty() {
                let title = format!("the question `{}` cites no fact", id.value);
                let problem = Diagnostic::error(source, id.span, title, "why is it open?");
                let help = "write `facts: [<fact>]` with what is known around it, such as the fact that says \
                            that no source answers it";
                self.problems.push(problem.with_help(help));
            }
            for fact in &question.facts {
                if self.registry.get(&fact.value).is_none() {
                    let title = format!("unknown fact {}", fact.value);
                    self.problems.push(Diagnostic::error(source, fact.span, title, "not among the facts"));
                }
            }
        }
    }
}
