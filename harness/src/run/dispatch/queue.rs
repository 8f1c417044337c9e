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
