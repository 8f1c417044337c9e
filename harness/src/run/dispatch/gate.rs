//! The first and the last event of a run.

use std::sync::Mutex;

use crate::log::Event;
use crate::run::session::Emit;

/// Holds events back until the header is known, which stands first, and lets none through after the
/// footer, which stands last: an answer may still come in for a question that was dropped.
pub(super) struct Gate {
    emit: Emit,
    state: Mutex<GateState>,
}

enum GateState {
    Waiting(Vec<Event>),
    Open,
    Closed,
}

impl Gate {
    pub(super) fn new(emit: Emit) -> Self {
        Self { emit, state: Mutex::new(GateState::Waiting(Vec::new())) }
    }

    pub(super) fn take(&self, event: Event) {
        let Ok(mut state) = self.state.lock() else { return };
        match &mut *state {
            GateState::Waiting(events) => events.push(event),
            GateState::Open => (self.emit)(event),
            GateState::Closed => {}
        }
    }

    pub(super) fn open(&self, header: Event) {
        let Ok(mut state) = self.state.lock() else { return };
        (self.emit)(header);
        if let GateState::Waiting(events) = std::mem::replace(&mut *state, GateState::Open) {
            events.into_iter().for_each(|event| (self.emit)(event));
        }
    }

    pub(super) fn close(&self, footer: Event) {
        let Ok(mut state) = self.state.lock() else { return };
        (self.emit)(footer);
        *state = GateState::Closed;
    }
}
