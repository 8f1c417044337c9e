//! The pooled client: signs, sends, and shows the response, as it came.
//!
//! It follows no redirects, repeats nothing, unpacks nothing and uses no proxy. It adds headers of
//! its own (`accept`, `host`, `content-length`) and hides the case and order of those that come
//! back: what is about bytes is the raw transport's ([`crate::wire::raw`]). HTTP/2 is
//! only requested, by the raw transport: no trial is carried by it.

mod endpoint;
mod failure;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use reqwest::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};

pub use self::endpoint::{Endpoint, EndpointError};
use super::message::{Auth, Credentials, NoAnswer, NoAnswerKind, Request, Response, Sent};
use super::sign::{SignError, Signer};
use super::tls::{NoTls, Tls, Trust};

/// Bytes of an answer's body beyond which it is given up ([`NoAnswerKind::TooLong`]).
pub const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// Idle connections are dropped before common servers (5 s) drop them, as a request that meets a
/// closing connection would look like a fault of the target.
const IDLE: Duration = Duration::from_secs(4);

/// What a client needs to know.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// Whom to talk to.
    pub endpoint: Endpoint,
    /// Who signs.
    pub credentials: Credentials,
    /// The region that signatures are scoped to.
    pub region: String,
    /// From the sending to the end of the answer's body, making a connection included.
    pub timeout: Duration,
    /// For making a connection.
    pub connect_timeout: Duration,
}

/// A client for one endpoint. Clones share connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    /// Keeps no connections. Made together with `http`, so that `fresh` cannot fail.
    unpooled: reqwest::Client,
    settings: ClientSettings,
    signer: Signer,
    tls: Tls,
    trust: Trust,
}

/// A request with its signature, ready to be sent, more than once if need be. The service takes
/// its signature for five minutes (AUTH-010).
#[derive(Clone, Debug)]
pub struct SignedRequest {
    headers: HeaderMap,
    body: Bytes,
}

#[cfg(all(test, feature = "serve"))]
impl SignedRequest {
    /// Its headers, for tests that send it in a way of their own.
    pub(crate) const fn headers(&self) -> &HeaderMap {
        &self.headers
    }
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// https without the feature `tls`.
    #[error("connect to {endpoint}: this build speaks no TLS (feature `tls` is off)")]
    NoTls {
        /// The endpoint.
        endpoint: String,
    },
    /// https, and no certificates to hold the server's against.
    #[error("connect to {endpoint}: failed to read the certificates of the system: {text}")]
    Certificates {
        /// The endpoint.
        endpoint: String,
        /// Why.
        text: String,
    },
    /// The HTTP library could not be set up.
    #[error("set up the HTTP client: {text}")]
    Setup {
        /// Its text, in lower case.
        text: String,
    },
}

/// Why a request cannot be sent at all.
#[derive(Debug, thiserror::Error)]
pub enum PresignError {
    /// It cannot be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// HTTP cannot carry a header's value.
    #[error("write the header `{name}`: its value holds control characters")]
    Header {
        /// The header.
        name: String,
    },
}

impl Client {
    /// A client with its own connections, which trusts the authorities that the system trusts.
    ///
    /// # Errors
    ///
    /// https without the feature `tls`; a system that the HTTP library cannot be set up on.
    pub fn new(settings: ClientSettings) -> Result<Self, ClientError> {
        Self::trusting(settings, Trust::System)
    }

    /// A client with its own connections, which trusts these certificates, as does the raw
    /// transport that is made of it.
    ///
    /// # Errors
    ///
    /// https without the feature `tls`; a system that the HTTP library cannot be set up on.
    pub fn trusting(settings: ClientSettings, trust: Trust) -> Result<Self, ClientError> {
        let tls = if settings.endpoint.is_https() {
            Tls::secured(&trust).map_err(|why| no_tls(why, &settings.endpoint))?
        } else {
            // Plain HTTP needs no certificates, and reading those of the system takes a while.
            Tls::Plain
        };
        let build = |idle_connections| {
            builder(&settings, &tls, idle_connections)?
                .build()
                .map_err(|error| ClientError::Setup { text: failure::chain(&error) })
        };
        let signer = Signer::new(
            settings.endpoint.as_str(),
            settings.endpoint.authority(),
            settings.credentials.clone(),
            settings.region.clone(),
        );
        Ok(Self { http: build(usize::MAX)?, unpooled: build(0)?, settings, signer, tls, trust })
    }

    /// A client like this one that makes a new connection for each request. For health requests.
    #[must_use]
    pub fn fresh(&self) -> Self {
        Self { http: self.unpooled.clone(), ..self.clone() }
    }

    /// Whom it talks to.
    pub const fn endpoint(&self) -> &Endpoint {
        &self.settings.endpoint
    }

    /// True if it uses TLS and accepts any certificate, which is worth a warning.
    pub fn takes_any_certificate(&self) -> bool {
        self.settings.endpoint.is_https() && self.trust == Trust::Any
    }

    /// How long it waits for a response.
    pub const fn timeout(&self) -> Duration {
        self.settings.timeout
    }

    pub(in crate::wire) const fn tls(&self) -> &Tls {
        &self.tls
    }

    pub(in crate::wire) const fn settings(&self) -> &ClientSettings {
        &self.settings
    }

    /// Signs (with the wall clock's time) and sends.
    ///
    /// A request that HTTP cannot carry counts as [`NoAnswerKind::Refused`]: the text says that it
    /// was not sent.
    pub async fn send(&self, request: &Request) -> Sent {
        match self.presign(request) {
            Ok(signed) => self.send_signed(&signed).await,
            Err(error) => {
                let now = Instant::now();
                let text = format!("not sent: failed to {error}");
                Sent {
                    sent: now,
                    received: now,
                    outcome: Err(NoAnswer { kind: NoAnswerKind::Refused, text }),
                }
            }
        }
    }

    /// Signs, with the wall clock's time, for [`Client::send_signed`]. A request whose
    /// [`Auth`] is [`Auth::Unsigned`] gets no signature.
    ///
    /// # Errors
    ///
    /// Control characters in `target` or `content_type`, or what AWS's signer does not take.
    pub fn presign(&self, request: &Request) -> Result<SignedRequest, PresignError> {
        let mut named = vec![("content-type", request.content_type.as_str())];
        named.extend(request.target.as_deref().map(|target| ("x-amz-target", target)));
        let mut headers = HeaderMap::with_capacity(8);
        for (name, value) in &named {
            let value = HeaderValue::from_bytes(value.as_bytes())
                .map_err(|_| PresignError::Header { name: (*name).to_owned() })?;
            headers.insert(HeaderName::from_static(name), value);
        }
        if request.body.is_empty() {
            // The HTTP library leaves it out then, and a POST without a length is a case of its own.
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        match request.auth {
            Auth::Unsigned => {}
            Auth::Signed => {
                let (target, now) = (request.target.as_deref(), SystemTime::now());
                for (name, value) in self.signer.sign(&request.content_type, target, &request.body, now)? {
                    let mut value = HeaderValue::from_maybe_shared(Bytes::from(value))
                        .map_err(|_| PresignError::Header { name: name.clone() })?;
                    // Keeps tokens and signatures out of debug output.
                    value.set_sensitive(true);
                    let name =
                        HeaderName::from_bytes(name.as_bytes()).map_err(|_| PresignError::Header { name })?;
                    headers.insert(name, value);
                }
            }
        }
        Ok(SignedRequest { headers, body: request.body.clone() })
    }

    /// Sends a request as it is.
    pub async fn send_signed(&self, request: &SignedRequest) -> Sent {
        let mut message = reqwest::Request::new(reqwest::Method::POST, self.settings.endpoint.url().clone());
        *message.headers_mut() = request.headers.clone();
        *message.body_mut() = Some(request.body.clone().into());
        let sent = Instant::now();
        let outcome = match self.http.execute(message).await {
            Ok(response) => read(response).await,
            Err(error) => Err(Trouble::Http(error)),
        };
        let received = Instant::now();
        let outcome = outcome.map_err(|trouble| match trouble {
            Trouble::Http(error) => failure::no_answer(&error, &self.settings),
            Trouble::TooLong => NoAnswer {
                kind: NoAnswerKind::TooLong,
                text: format!("the body is longer than {BODY_LIMIT} bytes"),
            },
        });
        Sent { sent, received, outcome }
    }
}

/// Why an answer is not whole.
enum Trouble {
    Http(reqwest::Error),
    TooLong,
}

async fn read(mut response: reqwest::Response) -> Result<Response, Trouble> {
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    // Most answers come in one piece, which then is not copied.
    let mut body = response.chunk().await.map_err(Trouble::Http)?.unwrap_or_default();
    if body.len() > BODY_LIMIT {
        return Err(Trouble::TooLong);
    }
    if let Some(second) = response.chunk().await.map_err(Trouble::Http)? {
        let mut whole = Vec::from(body);
        let mut next = Some(second);
        while let Some(piece) = next {
            if whole.len() + piece.len() > BODY_LIMIT {
                return Err(Trouble::TooLong);
            }
            whole.extend_from_slice(&piece);
            next = response.chunk().await.map_err(Trouble::Http)?;
        }
        body = whole.into();
    }
    Ok(Response { status, headers, body })
}

/// Everything that could bend an exchange is said to be off, also where it is off by default: in a
/// build shared with other crates, features of the HTTP library may be on.
fn builder(
    settings: &ClientSettings,
    tls: &Tls,
    idle_connections: usize,
) -> Result<reqwest::ClientBuilder, ClientError> {
    let builder = reqwest::Client::builder()
        .http1_only()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .tcp_nodelay(true)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(idle_connections)
        .timeout(settings.timeout)
        .connect_timeout(settings.connect_timeout);
    with_tls(builder, tls)
}

#[cfg(feature = "tls")]
fn with_tls(builder: reqwest::ClientBuilder, tls: &Tls) -> Result<reqwest::ClientBuilder, ClientError> {
    // The HTTP library is built without a cryptography of its own and panics in a process that has
    // installed none, wherever else in it a client is made. An error means that there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = match tls {
        Tls::Plain => {
            super::tls::untrusting().map_err(|error| ClientError::Setup { text: error.to_string() })?
        }
        Tls::Secured(config) => {
            let mut config = rustls::ClientConfig::clone(config);
            config.alpn_protocols = vec![b"http/1.1".to_vec()];
            config
        }
    };
    Ok(builder.tls_backend_preconfigured(config))
}

#[cfg(not(feature = "tls"))]
const fn with_tls(builder: reqwest::ClientBuilder, tls: &Tls) -> Result<reqwest::ClientBuilder, ClientError> {
    match tls {
        Tls::Plain => Ok(builder),
    }
}

fn no_tls(why: NoTls, endpoint: &Endpoint) -> ClientError {
    match why {
        #[cfg(not(feature = "tls"))]
        NoTls::NotBuilt => ClientError::NoTls { endpoint: endpoint.to_string() },
        #[cfg(feature = "tls")]
        NoTls::Setup(text) => ClientError::Certificates { endpoint: endpoint.to_string(), text },
    }
}
