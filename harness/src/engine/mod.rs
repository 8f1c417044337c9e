//! Plan, run, judge: from a case and a target to a verdict in the log.
//!
//! Data flows one way. Nothing here renders for people; everything that people read is made by
//! [`crate::report`] from [`event::Event`]s.

pub mod event;
