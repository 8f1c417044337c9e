//! Opaque texts that the service hands out and takes back: iterators and page tokens.
//!
//! They are obscured and checked so that clients cannot lean on what is inside, not protected.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// How long iterators and page tokens live, in milliseconds (ITER-004, GETR-008).
pub(super) const LIFE_MS: i64 = 300_000;

/// What every such text starts with (ITER-001).
const HEAD: [u8; 8] = [0, 0, 0, 0, 0, 0, 0, 1];
/// What follows the head is at least so long (ITER-001).
const SHORTEST: usize = 144;
/// What follows the head is a multiple of this (ITER-001).
const BLOCK: usize = 16;

/// The text for a payload: base64 of 152 + 16k bytes (ITER-001).
pub(super) fn seal(payload: &[u8]) -> String {
    let length = u16::try_from(payload.len()).unwrap_or(u16::MAX);
    let payload = &payload[..usize::from(length)];
    let mut inner = Vec::with_capacity(SHORTEST);
    inner.extend_from_slice(&checksum(payload).to_be_bytes());
    inner.extend_from_slice(&length.to_be_bytes());
    inner.extend_from_slice(payload);
    inner.resize(inner.len().max(SHORTEST).next_multiple_of(BLOCK), 0);
    obscure(&mut inner);
    let mut bytes = HEAD.to_vec();
    bytes.append(&mut inner);
    STANDARD.encode(bytes)
}

/// The payload of a text that [`seal`] made; `None` for any other.
pub(super) fn open(text: &str) -> Option<Vec<u8>> {
    let bytes = STANDARD.decode(text).ok()?;
    let mut inner = bytes.strip_prefix(&HEAD)?.to_vec();
    obscure(&mut inner);
    let (sum, rest) = inner.split_first_chunk::<4>()?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let payload = rest.get(..usize::from(u16::from_be_bytes(*length)))?;
    (checksum(payload) == u32::from_be_bytes(*sum)).then(|| payload.to_vec())
}

/// Its own inverse.
fn obscure(bytes: &mut [u8]) {
    let mut state = 0x9e37_79b9_u32;
    for byte in bytes {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte ^= state.to_be_bytes()[0];
    }
}

fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |sum, byte| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_sealed_payload_opens_and_has_the_recorded_outer_form(
            payload in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            let text = seal(&payload);
            let bytes = STANDARD.decode(&text).expect("it is base64");
            prop_assert_eq!(&bytes[..8], &HEAD);
            prop_assert!(bytes.len() >= 152 && (bytes.len() - 152).is_multiple_of(16));
            prop_assert_eq!(open(&text), Some(payload));
        }

        #[test]
        fn arbitrary_text_never_panics(text in ".{0,300}") {
            open(&text);
        }
    }
}
