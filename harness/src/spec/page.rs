//! Page tokens of `ListStreams` and `ListShards`.

use super::Millis;
use super::refusal::Refusal;
use super::token::{LIFE_MS, open, seal};

/// Where a listing goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// When the token was made.
    pub(super) made: Millis,
    /// The stream whose shards are listed; empty for a listing of streams.
    pub(super) stream: String,
    /// The last name or shard id that was listed.
    pub(super) after: String,
}

impl Page {
    /// Its token.
    pub(super) fn token(&self) -> String {
        seal(format!("{}\n{}\n{}", self.made, self.stream, self.after).as_bytes())
    }

    /// Reads a token. No source has the text for one that is made up or too old (GETR-008).
    pub(super) fn read(token: &str, now: Millis) -> Result<Self, Refusal> {
        let page = open(token).as_deref().and_then(Self::parse);
        let page = page.ok_or_else(|| Refusal::without_text("InvalidArgumentException"))?;
        if now - page.made > LIFE_MS {
            return Err(Refusal::without_text("ExpiredNextTokenException"));
        }
        Ok(page)
    }

    fn parse(payload: &[u8]) -> Option<Self> {
        let mut lines = std::str::from_utf8(payload).ok()?.split('\n');
        let made = lines.next()?.parse().ok()?;
        let stream = lines.next()?.to_owned();
        Some(Self { made, stream, after: lines.next()?.to_owned() })
    }
}
