//! TLS: whose certificates are trusted, and what its failures mean.
//!
//! The pooled client and the raw transport get the same settings from here, so that they trust the
//! same certificates. In a build without the feature `tls` there is nothing but the types, and an
//! endpoint that needs TLS is refused.

#[cfg(feature = "tls")]
mod failure;
#[cfg(all(test, feature = "tls"))]
mod tests;
mod trust;
#[cfg(feature = "tls")]
mod verify;

#[cfg(feature = "tls")]
use std::sync::Arc;

pub use trust::{Anchors, AnchorsError, Trust};

#[cfg(feature = "tls")]
pub(in crate::wire) use failure::{broken, reported};

/// Why there is no TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::wire) enum NoTls {
    /// The feature `tls` is off.
    #[cfg(not(feature = "tls"))]
    NotBuilt,
    /// The system's authorities cannot be read, or what was named does not fit.
    #[cfg(feature = "tls")]
    Setup(String),
}

/// How connections to an endpoint are secured.
#[derive(Clone, Debug)]
pub(in crate::wire) enum Tls {
    /// Not at all: http.
    Plain,
    /// By TLS: https.
    #[cfg(feature = "tls")]
    Secured(Arc<rustls::ClientConfig>),
}

impl Tls {
    /// TLS that trusts these certificates.
    ///
    /// # Errors
    /// If the system's authorities cannot be read.
    #[cfg(feature = "tls")]
    pub(in crate::wire) fn secured(trust: &Trust) -> Result<Self, NoTls> {
        let config = verify::config(trust).map_err(|error| NoTls::Setup(failure::error_text(&error)))?;
        Ok(Self::Secured(Arc::new(config)))
    }

    /// TLS, which this build has not.
    ///
    /// # Errors
    /// Always.
    #[cfg(not(feature = "tls"))]
    pub(in crate::wire) const fn secured(_: &Trust) -> Result<Self, NoTls> {
        Err(NoTls::NotBuilt)
    }
}

/// The settings of a client that never needs a certificate.
#[cfg(feature = "tls")]
pub(in crate::wire) fn untrusting() -> Result<rustls::ClientConfig, rustls::Error> {
    Ok(verify::builder()?.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth())
}
