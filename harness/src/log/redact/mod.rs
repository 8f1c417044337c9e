//! Secrets and account ids are replaced once, where events leave the run; nothing after that ever
//! sees them. The run itself works on what really came: an ARN that was learnt is sent again.
//!
//! [`event`] lists the members of an event that are searched. Here is how a text, or bytes
//! that are no text, lose what must not be shown.

mod event;
mod spellings;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex};

use crate::wire::Credentials;
use spellings::Needle;

/// A part of a pair that is shorter than this is no secret: AWS gives out none below 16 characters,
/// and replacing what emulators take (`test`) would damage every text.
const SHORTEST_SECRET: usize = 8;
/// Hex digits of a signature.
const SIGNATURE: usize = 64;
/// Digits of an account id.
const ACCOUNT: usize = 12;

/// Replaces known secrets, signatures and account ids. Clones belong to the same run: an account has
/// the same stand-in everywhere.
#[derive(Clone, Debug, Default)]
pub struct Redactor(Option<Arc<Secrets>>);

struct Secrets {
    /// What to look for, longest first.
    needles: Vec<Needle>,
    /// Accounts met so far: the first is called 900000000001, and so on.
    accounts: Mutex<Vec<String>>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secrets(redacted)")
    }
}

impl Redactor {
    /// Redacts nothing; for the dummy pair, which is documented.
    pub fn none() -> Self {
        Self::default()
    }

    /// Redacts every part of the pair, the token, signatures, and account ids.
    pub fn of(credentials: &Credentials) -> Self {
        if *credentials == Credentials::dummy() {
            return Self::none();
        }
        let parts = [
            (Some(&credentials.secret_key), "[secret key]"),
            (Some(&credentials.access_key), "[access key]"),
            (credentials.session_token.as_ref(), "[session token]"),
        ];
        let mut needles = Vec::new();
        for (part, stand_in) in parts {
            let Some(part) = part.filter(|part| part.len() >= SHORTEST_SECRET) else { continue };
            needles.extend(Needle::all_of(part, stand_in));
        }
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        Self(Some(Arc::new(Secrets { needles, accounts: Mutex::default() })))
    }

    /// The text without secrets, signatures and account ids.
    pub fn text(&self, text: &str) -> String {
        let Some(secrets) = &self.0 else { return text.to_owned() };
        let mut bytes = text.as_bytes().to_vec();
        for needle in &secrets.needles {
            for place in needle.places(&bytes).into_iter().rev() {
                bytes.splice(place, needle.stand_in.bytes());
            }
        }
        for (start, end) in signatures(&bytes).into_iter().rev() {
            bytes.splice(start..end, *b"[signature]");
        }
        secrets.replace_accounts(&mut bytes);
        String::from_utf8(bytes).unwrap_or_else(|_| "[not reported]".to_owned())
    }

    /// The same for bytes that are no text, each stand-in as long as what it stands for: a length that
    /// is stated before it stays right.
    pub fn bytes(&self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        let Some(secrets) = &self.0 else { return bytes };
        for needle in &secrets.needles {
            for place in needle.places(&bytes) {
                bytes[place].fill(b'*');
            }
        }
        for (start, end) in signatures(&bytes) {
            bytes[start..end].fill(b'*');
        }
        secrets.replace_accounts(&mut bytes);
        bytes
    }
}

impl Secrets {
    fn replace_accounts(&self, bytes: &mut [u8]) {
        for (start, end) in runs(bytes, ACCOUNT, u8::is_ascii_digit) {
            // The ids of shards have as many digits.
            if bytes[..start].ends_with(b"shardId-") {
                continue;
            }
            let account = String::from_utf8_lossy(&bytes[start..end]).into_owned();
            bytes[start..end].copy_from_slice(self.stand_in(account).as_bytes());
        }
    }

    fn stand_in(&self, account: String) -> String {
        let Ok(mut accounts) = self.accounts.lock() else { return "9".repeat(ACCOUNT) };
        let index = accounts.iter().position(|known| *known == account).unwrap_or_else(|| {
            accounts.push(account);
            accounts.len() - 1
        });
        format!("9{:011}", index + 1)
    }
}

/// Where signatures stand: hex digits, as many as a signature has, letters and figures among them.
fn signatures(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut found = runs(bytes, SIGNATURE, u8::is_ascii_hexdigit);
    found.retain(|(start, end)| {
        let run = &bytes[*start..*end];
        run.iter().any(u8::is_ascii_digit) && run.iter().any(u8::is_ascii_alphabetic)
    });
    found
}

/// Where bytes of a kind stand in a row of exactly that length.
fn runs(bytes: &[u8], length: usize, of_kind: impl Fn(&u8) -> bool) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let run = bytes[at..].iter().take_while(|byte| of_kind(byte)).count();
        if run == length {
            found.push((at, at + run));
        }
        at += run + 1;
    }
    found
}
