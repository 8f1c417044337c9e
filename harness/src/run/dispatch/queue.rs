//! The trials that wait for their turn, by what they wait for.
//!
//! A trial that waits for shards, or for a place among the streams in transition, must not keep one from
//! its turn that waits for neither. A task for each trial would do that too, but needs space for each.

use std::collections::VecDeque;

use super::Unsettled;

/// What a trial waits for before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QueueKind {
    /// A place among the trials in flight alone.
    Place,
    /// Shards too.
    Shards,
    /// A place among the streams in transition too.
    Transition,
}

impl QueueKind {
    pub(super) const ALL: [Self; 3] = [Self::Place, Self::Shards, Self::Transition];

    fn of(unsettled: &Unsettled) -> Self {
        let trial = &unsettled.trial;
        let own = !trial.borrows() || !unsettled.rulings.is_empty();
        if trial.has_transition() {
            Self::Transition
        } else if trial.shards_needed(own) > 0 {
            Self::Shards
        } else {
            Self::Place
        }
    }
}

/// Trials in the order in which they begin, within each kind.
#[derive(Default)]
pub(super) struct Queues {
    place: VecDeque<Unsettled>,
    shards: VecDeque<Unsettled>,
    transition: VecDeque<Unsettled>,
}

impl Queues {
    pub(super) fn of(trials: Vec<Unsettled>) -> Self {
        let mut queues = Self::default();
        for unsettled in trials {
            queues.queue(QueueKind::of(&unsettled)).push_back(unsettled);
        }
        queues
    }

    /// The trials with which a run begins: the first of each kind, at most so many; they leave the queues.
    ///
    /// They are taken before any of them starts. A kind of which none begins would never have its turn.
    pub(super) fn opening(&mut self, places: usize) -> Vec<(QueueKind, Unsettled)> {
        let first = |kind| self.first(kind, places).into_iter().map(move |unsettled| (kind, unsettled));
        QueueKind::ALL.into_iter().flat_map(first).collect()
    }

    /// The first trials of that kind, at most so many; they leave the queue.
    pub(super) fn first(&mut self, kind: QueueKind, most: usize) -> Vec<Unsettled> {
        let queue = self.queue(kind);
        queue.drain(..most.min(queue.len())).collect()
    }

    fn queue(&mut self, kind: QueueKind) -> &mut VecDeque<Unsettled> {
        match kind {
            QueueKind::Place => &mut self.place,
            QueueKind::Shards => &mut self.shards,
            QueueKind::Transition => &mut self.transition,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use super::*;
    use crate::case::ast::Library;
    use crate::plan::{Manifest, Select};

    #[test]
    fn a_run_begins_with_trials_of_each_kind_and_every_trial_has_its_turn() {
        let select = Select::default();
        let library = Library::embedded().expect("the embedded cases are in order");
        let trials = Manifest::of(Arc::new(library), false).select(&select);
        let unsettled =
            |trial: &Arc<_>| Unsettled { trial: Arc::clone(trial), started_us: 0, rulings: Vec::new() };
        let mut queues = Queues::of(trials.iter().map(unsettled).collect());
        let opening = queues.opening(1);
        let mut begun = BTreeSet::new();
        let kinds: Vec<QueueKind> = opening.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(kinds, QueueKind::ALL, "one of each kind");
        // Each trial that ends makes room for the next one of its kind.
        let mut turns = opening;
        while let Some((kind, unsettled)) = turns.pop() {
            begun.insert(unsettled.trial.id.clone());
            turns.extend(queues.first(kind, 1).into_iter().map(|next| (kind, next)));
        }
        assert_eq!(begun.len(), trials.len());
    }
}
