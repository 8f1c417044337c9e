//! The place that requests go to.

use std::fmt;

use reqwest::Url;

/// Domains under which AWS serves its APIs, in all partitions.
const AWS_DOMAINS: [&str; 16] = [
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "api.aws",
    "api.amazonwebservices.com.cn",
    "api.amazonwebservices.eu",
    "c2s.ic.gov",
    "sc2s.sgov.gov",
    "csp.hci.ic.gov",
    "cloud.adc-e.uk",
    "api.aws.ic.gov",
    "api.aws.scloud",
    "api.aws.hci.ic.gov",
    "api.cloud-aws.adc-e.uk",
    "amazonaws-us-gov.com",
    "on.aws",
];

/// An `http` or `https` URL without path, query, fragment and user information.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint(Url);

/// Why a text is no endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Not a URL.
    #[error("read the endpoint `{text}`: {reason}")]
    NotUrl {
        /// The text.
        text: String,
        /// What is wrong.
        reason: String,
    },
    /// Another scheme than `http` and `https`.
    #[error("use the endpoint `{text}`: the scheme is `{scheme}`, not http or https")]
    Scheme {
        /// The text.
        text: String,
        /// The scheme.
        scheme: String,
    },
    /// More than scheme, host and port. Requests always go to `/`.
    #[error("use the endpoint `{text}`: it has {part}, and may have scheme, host and port only")]
    Part {
        /// The text, as it may be shown.
        text: String,
        /// The part that is too much.
        part: EndpointPart,
    },
    /// A host of AWS, where requests cost money and change accounts.
    #[error("run against {endpoint}: hosts of AWS are refused until runs there have a cost plan")]
    Aws {
        /// The endpoint.
        endpoint: String,
    },
}

/// A part of a URL that an endpoint may not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointPart {
    /// A path other than `/`.
    Path,
    /// A query.
    Query,
    /// A fragment.
    Fragment,
    /// User information.
    UserInfo,
}

impl EndpointError {
    /// What to try.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::NotUrl { .. } | Self::Scheme { .. } | Self::Part { .. } => {
                "an endpoint is scheme, host and port: http://127.0.0.1:4567"
            }
            Self::Aws { .. } => "name an emulator's endpoint",
        }
    }
}

impl Endpoint {
    /// Reads `http://127.0.0.1:4567` and the like.
    ///
    /// # Errors
    ///
    /// Text that is no URL, has another scheme, or has more than scheme, host and port.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let url = Url::parse(text)
            .map_err(|error| EndpointError::NotUrl { text: shown(text), reason: error.to_string() })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(EndpointError::Scheme { text: shown(text), scheme: url.scheme().to_owned() });
        }
        let too_much = if !url.username().is_empty() || url.password().is_some() {
            Some(EndpointPart::UserInfo)
        } else if url.path() != "/" {
            Some(EndpointPart::Path)
        } else if url.query().is_some() {
            Some(EndpointPart::Query)
        } else if url.fragment().is_some() {
            Some(EndpointPart::Fragment)
        } else {
            None
        };
        match too_much {
            None => Ok(Self(url)),
            Some(part) => Err(EndpointError::Part { text: shown(text), part }),
        }
    }

    /// Reads the endpoint of a target that may get any request.
    ///
    /// # Errors
    ///
    /// As [`Self::parse`], and hosts of AWS.
    pub fn of_target(text: &str) -> Result<Self, EndpointError> {
        let endpoint = Self::parse(text)?;
        if endpoint.is_aws() {
            return Err(EndpointError::Aws { endpoint: endpoint.to_string() });
        }
        Ok(endpoint)
    }

    /// True if the host is one of AWS's, in any partition.
    pub fn is_aws(&self) -> bool {
        let host = self.0.host_str().unwrap_or_default().trim_end_matches('.');
        AWS_DOMAINS.iter().any(|domain| {
            host.strip_suffix(domain).is_some_and(|before| before.is_empty() || before.ends_with('.'))
        })
    }

    /// True if it speaks TLS.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The URL with its path `/`, as requests use it.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Host and port, for a plain connection.
    pub fn host_and_port(&self) -> (String, u16) {
        let host = self.0.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let default = if self.is_https() { 443 } else { 80 };
        (host, self.0.port().unwrap_or(default))
    }

    /// Host and port as the header `host` has them: the scheme's own port is left out.
    pub fn authority(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    pub(super) const fn url(&self) -> &Url {
        &self.0
    }
}

/// A text that may be a URL, without what may be a secret in it: user information, also where an `@` was
/// forgotten or escaped so that a password stands where the port should, query and fragment.
fn shown(text: &str) -> String {
    let (before, rest) = match text.rsplit_once('@') {
        Some((_, host)) => ("…@".to_owned(), host),
        None => match text.split_once("://") {
            Some((scheme, rest)) => (format!("{scheme}://"), rest),
            None => (String::new(), text),
        },
    };
    let end = rest.find(['?', '#']).map_or(rest.len(), |at| at + 1);
    let (kept, cut) = rest.split_at(end);
    let hidden = if cut.is_empty() { "" } else { "…" };
    let host_end = kept.find(['/', '?', '#']).unwrap_or(kept.len());
    let (host, after) = kept.split_at(host_end);
    match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') && !port.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{before}{name}:…")
        }
        Some(_) | None => format!("{before}{host}{after}{hidden}"),
    }
}

impl fmt::Display for Endpoint {
    /// The URL without the slash at its end.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl fmt::Display for EndpointPart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Path => "a path",
            Self::Query => "a query",
            Self::Fragment => "a fragment",
            Self::UserInfo => "user information",
        })
    }
}
