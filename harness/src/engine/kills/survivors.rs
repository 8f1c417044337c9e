//! Faults that no case can kill, and why: a closed list, so that none is hidden.
//!
//! A reason that no longer holds is an error: `check` fails on a survivor that some trial kills.

use crate::reference::Fault;

/// Why no case kills the fault; `None` if some case should.
pub fn survivor(fault: Fault) -> Option<&'static str> {
    SURVIVORS.iter().find(|(survivor, _)| *survivor == fault).map(|(_, reason)| *reason)
}

const OPEN: &str = "what the service does is an open question: answers are noted, not judged";

const SURVIVORS: &[(Fault, &str)] = &[(Fault::NameWins, OPEN)];
