//! Secrets are replaced once, where events are made; nothing after that ever sees them.

use crate::wire::Credentials;

/// Replaces known secrets in text.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    needles: Vec<(String, &'static str)>,
}

impl Redactor {
    /// Redacts nothing; for the dummy pair, which is documented.
    pub fn none() -> Self {
        Self::default()
    }

    /// Redacts every part of the pair, and the token.
    pub fn of(credentials: &Credentials) -> Self {
        if *credentials == Credentials::dummy() {
            return Self::none();
        }
        let mut needles = vec![
            (credentials.secret_key.clone(), "[secret key]"),
            (credentials.access_key.clone(), "[access key]"),
        ];
        needles.extend(credentials.session_token.clone().map(|token| (token, "[session token]")));
        needles.retain(|(needle, _)| !needle.is_empty());
        Self { needles }
    }

    /// The head of a request without the secrets, and without a signature made with them.
    pub fn head(&self, head: String) -> String {
        let mut head = self.text(head);
        if self.needles.is_empty() {
            return head;
        }
        for mark in ["Signature=", "X-Amz-Signature="] {
            if let Some(at) = head.find(mark) {
                let start = at + mark.len();
                let length = head[start..].bytes().take_while(u8::is_ascii_hexdigit).count();
                head.replace_range(start..start + length, "[signature]");
            }
        }
        head
    }

    /// The text without the secrets.
    pub fn text(&self, mut text: String) -> String {
        for (needle, stand_in) in &self.needles {
            if text.contains(needle.as_str()) {
                text = text.replace(needle.as_str(), stand_in);
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_made_with_real_credentials_is_replaced_in_a_head() {
        let head =
            "Authorization: AWS4-HMAC-SHA256 Credential=K/1, SignedHeaders=host, Signature=0af9\r\nX: y";
        let credentials = Credentials {
            access_key: "K".to_owned(),
            secret_key: "planted-secret".to_owned(),
            session_token: None,
        };
        let redacted = Redactor::of(&credentials).head(head.to_owned());
        assert!(redacted.ends_with("Signature=[signature]\r\nX: y"), "{redacted}");
        assert_eq!(Redactor::none().head(head.to_owned()), head);
    }

    #[test]
    fn every_part_of_a_pair_is_replaced() {
        let redactor = Redactor::of(&Credentials {
            access_key: "AKIAPLANTED".to_owned(),
            secret_key: "planted-secret".to_owned(),
            session_token: Some("planted-token".to_owned()),
        });
        let text = redactor.text("AKIAPLANTED planted-secret planted-token".to_owned());
        assert_eq!(text, "[access key] [secret key] [session token]");
    }
}
