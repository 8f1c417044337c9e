//! Hashes, and signing keys kept by day.

use std::sync::{Mutex, PoisonError};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use super::TERMINATOR;
use crate::wire::message::Credentials;
use crate::wire::sign::SERVICE;

/// Days whose signing keys are kept; around midnight two are in use.
const DAYS_KEPT: usize = 4;

/// Credentials, and the signing keys derived from them by day (`20180920`).
#[derive(Debug)]
pub(super) struct Known {
    credentials: Credentials,
    by_day: Mutex<Vec<(String, SigningKey)>>,
}

/// The key that signs requests of one day, region and service.
#[derive(Clone, Copy)]
pub(super) struct SigningKey([u8; 32]);

impl std::fmt::Debug for SigningKey {
    /// Prints no part of the key.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SigningKey(redacted)")
    }
}

impl Known {
    pub(super) const fn new(credentials: Credentials) -> Self {
        Self { credentials, by_day: Mutex::new(Vec::new()) }
    }

    pub(super) fn session_token(&self) -> Option<&str> {
        self.credentials.session_token.as_deref()
    }

    /// The key of that day. A verifier has one region, so the day alone finds it.
    pub(super) fn signing_key(&self, day: &str, region: &str) -> SigningKey {
        // A panic elsewhere cannot leave the list half changed in a way that matters.
        let mut by_day = self.by_day.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, key)) = by_day.iter().find(|(kept, _)| kept == day) {
            return *key;
        }
        let secret = format!("AWS4{}", self.credentials.secret_key);
        let key = [day, region, SERVICE, TERMINATOR]
            .iter()
            .fold(secret.into_bytes(), |key, part| mac(&key, part.as_bytes()).to_vec());
        let key = SigningKey(key.try_into().expect("SHA-256 gives 32 bytes"));
        if by_day.len() == DAYS_KEPT {
            by_day.remove(0);
        }
        by_day.push((day.to_owned(), key));
        key
    }
}

fn mac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// HMAC-SHA256 in lower-case hex.
pub(super) fn mac_hex(key: &SigningKey, message: &[u8]) -> String {
    hex(&mac(&key.0, message))
}

/// SHA-256 in lower-case hex.
pub(super) fn hash_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
