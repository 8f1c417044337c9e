//! The ids that every answer carries (WIRE-003).

use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

/// Makes ids that differ from each other and from those of other servers.
#[derive(Debug)]
pub(super) struct Ids {
    state: AtomicU64,
}

/// What the state grows by at each draw, so that draws spread over all numbers.
const STRIDE: u64 = 0x9e37_79b9_7f4a_7c15;

impl Ids {
    pub(super) fn new() -> Self {
        let (seed, _) = Uuid::new_v4().as_u64_pair();
        Self { state: AtomicU64::new(seed) }
    }

    /// `x-amzn-RequestId`: a UUID.
    pub(super) fn request(&self) -> String {
        uuid::Builder::from_random_bytes(
            (u128::from(self.next()) << 64 | u128::from(self.next())).to_be_bytes(),
        )
        .into_uuid()
        .to_string()
    }

    /// `x-amz-id-2`: base64 of 64 bytes.
    pub(super) fn extended(&self) -> String {
        let bytes: Vec<u8> = (0..8).flat_map(|_| self.next().to_be_bytes()).collect();
        STANDARD.encode(bytes)
    }

    /// The next number of the SplitMix64 sequence: fast, and nobody relies on it being hard to guess.
    fn next(&self) -> u64 {
        let mut number = self.state.fetch_add(STRIDE, Ordering::Relaxed).wrapping_add(STRIDE);
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ (number >> 31)
    }
}
