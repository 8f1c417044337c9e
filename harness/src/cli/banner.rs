//! What `serve` shows people once it listens: whom it lets in, its limits, and lines to paste.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use kinesis_conformance::reference::{ACCOUNT, REGION};
use kinesis_conformance::spec::Limits;
use kinesis_conformance::wire::Credentials;

use super::output::warn;

/// What a server was started with, for people.
pub(super) struct Banner {
    /// The pairs that it accepts, first the one that the lines to paste use.
    pub(super) credentials: Vec<Credentials>,
    pub(super) limits: Limits,
    pub(super) transition: Duration,
}

impl Banner {
    /// Prints it on the error stream, so that the output has nothing but the address.
    pub(super) fn report(&self, address: SocketAddr) {
        warn(self.text(address).trim_end());
    }

    fn text(&self, address: SocketAddr) -> String {
        let mut text = format!(
            "Kinesis in {REGION}, account {ACCOUNT}, over HTTP/1.1, and over HTTP/2 with prior knowledge; \
             when this server ends (Ctrl-C), its streams are lost\n\ncredentials\n"
        );
        for pair in &self.credentials {
            line(&mut text, &format!("{} : {}", pair.access_key, pair.secret_key));
        }
        line(
            &mut text,
            "Other credentials are refused as by AWS: an unknown id with UnrecognizedClientException (AUTH-008),",
        );
        line(
            &mut text,
            "a wrong secret with InvalidSignatureException (AUTH-009). --credentials ID:SECRET adds a pair.",
        );
        let Limits { shards, creating, on_demand } = self.limits;
        let creating = creating.map_or("none".to_owned(), |limit| limit.to_string());
        text.push_str("limits (--limit NAME=N)\n");
        let documented = Limits::DOCUMENTED;
        let of_aws = documented.creating.map_or("none".to_owned(), |limit| limit.to_string());
        for (name, value, of_aws, what) in [
            ("creating", creating, of_aws, "streams in CREATING at once (LIFE-015)"),
            ("shards", shards.to_string(), documented.shards.to_string(), "shards of the account (LIM-013)"),
            (
                "on-demand",
                on_demand.to_string(),
                documented.on_demand.to_string(),
                "streams in on-demand mode (LIM-004)",
            ),
        ] {
            let note = if value == of_aws { String::new() } else { format!("; AWS: {of_aws}") };
            line(&mut text, &format!("{:<18} {what}{note}", format!("{name}={value}")));
        }
        line(&mut text, "Calls, records and bytes per second are not limited.");
        let transition = jiff::SignedDuration::try_from(self.transition).unwrap_or_default();
        let _ = write!(
            text,
            "transitions (--transition TIME)\n  CREATING, UPDATING and DELETING last {transition:#}\n"
        );
        if let Some(pair) = self.credentials.first() {
            paste(&mut text, pair, address);
        }
        text
    }
}

/// Adds an indented line.
fn line(text: &mut String, content: &str) {
    text.push_str("  ");
    text.push_str(content);
    text.push('\n');
}

/// Lines that work in a shell as they are.
fn paste(text: &mut String, pair: &Credentials, address: SocketAddr) {
    let variables = format!(
        "AWS_ACCESS_KEY_ID={} AWS_SECRET_ACCESS_KEY={} AWS_DEFAULT_REGION={REGION}",
        pair.access_key, pair.secret_key
    );
    let _ = write!(
        text,
        "\nAWS CLI\n  {variables} aws --endpoint-url http://{address} kinesis list-streams\n\
         boto3\n  {variables} AWS_ENDPOINT_URL_KINESIS=http://{address} python3 -c \
         'import boto3; print(boto3.client(\"kinesis\").list_streams())'\n"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_who_is_let_in_what_is_limited_and_what_to_paste() {
        let banner = Banner {
            credentials: vec![Credentials::dummy()],
            limits: Limits { creating: None, ..Limits::DOCUMENTED },
            transition: Duration::from_millis(500),
        };
        let text = banner.text(SocketAddr::from(([127, 0, 0, 1], 4567)));
        let Credentials { access_key, secret_key, .. } = Credentials::dummy();
        let variables = format!(
            "AWS_ACCESS_KEY_ID={access_key} AWS_SECRET_ACCESS_KEY={secret_key} AWS_DEFAULT_REGION=us-east-1"
        );
        for expected in [
            format!("  {access_key} : {secret_key}\n"),
            "an unknown id with UnrecognizedClientException".to_owned(),
            "  creating=none      streams in CREATING at once (LIFE-015); AWS: 5\n".to_owned(),
            "  shards=500         shards of the account (LIM-013)\n".to_owned(),
            "  CREATING, UPDATING and DELETING last 500ms\n".to_owned(),
            format!("  {variables} aws --endpoint-url http://127.0.0.1:4567 kinesis list-streams\n"),
            format!("  {variables} AWS_ENDPOINT_URL_KINESIS=http://127.0.0.1:4567 python3 -c "),
        ] {
            assert!(text.contains(&expected), "{expected}\nis not in\n{text}");
        }
    }
}
