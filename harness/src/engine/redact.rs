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
