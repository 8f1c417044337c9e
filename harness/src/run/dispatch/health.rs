//! The end of a run against a target that has stopped responding.

use std::sync::Arc;
use std::time::Duration;

use crate::log::Role;
use crate::run::session::{Session, Tag};

/// How often the run checks whether the target still responds.
const PAUSE: Duration = Duration::from_millis(250);

/// Checks until the run ends, and ends the run early if the target responds no more.
pub(super) async fn check_until_the_end(session: Arc<Session>) {
    loop {
        tokio::time::sleep(PAUSE).await;
        if session.silence().suspicion(session.target.client.timeout()).is_none() {
            continue;
        }
        // One more, on a connection of its own: a response takes all suspicion away.
        session.check_health(&Tag::of_run(Role::Health)).await;
        if let Some((unanswered, since)) = session.silence().suspicion(session.target.client.timeout()) {
            session.stop_early(format!(
                "the target stopped responding: none of the last {unanswered} requests got a response, nor \
                 did a health request on a new connection; the last response came {} s ago",
                since.as_secs()
            ));
            return;
        }
    }
}
