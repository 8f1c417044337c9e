//! Whose certificates are trusted.

/// Whose certificates are trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// Those of the authorities that the system trusts.
    #[default]
    System,
    /// Those too that these anchors vouch for.
    SystemAnd(Anchors),
    /// All, whatever they say and whoever has signed them.
    Any,
}

/// Certificates that are trusted beside those of the system: an authority's, or a server's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchors {
    /// In DER; at least one.
    certificates: Vec<Vec<u8>>,
}

/// Why bytes hold no anchors.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnchorsError {
    /// The feature `tls` is off.
    #[error("trust a certificate: this build speaks no TLS (feature `tls` is off)")]
    NotBuilt,
    /// A block of PEM that cannot be read.
    #[error("read certificate {number} of the file: {reason}")]
    Unreadable {
        /// Which one, counted from 1.
        number: usize,
        /// What is wrong.
        reason: String,
    },
    /// No certificate at all.
    #[error("find a certificate in the file: nothing in it begins with -----BEGIN CERTIFICATE-----")]
    Nothing,
}

impl AnchorsError {
    /// What to try.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::NotBuilt => "build with the default features",
            Self::Unreadable { .. } | Self::Nothing => {
                "name a file of certificates in PEM: the authority's that signed the server's, or the server's own"
            }
        }
    }
}

impl Anchors {
    /// Reads one certificate after the other from PEM. Blocks of another kind are passed over.
    ///
    /// # Errors
    ///
    /// No certificate, or one that cannot be read; a build without the feature `tls`.
    #[cfg(feature = "tls")]
    pub fn from_pem(bytes: &[u8]) -> Result<Self, AnchorsError> {
        use rustls::pki_types::CertificateDer;
        use rustls::pki_types::pem::PemObject as _;

        let mut store = rustls::RootCertStore::empty();
        let mut certificates = Vec::new();
        for (index, certificate) in CertificateDer::pem_slice_iter(bytes).enumerate() {
            let unreadable = |reason| AnchorsError::Unreadable { number: index + 1, reason };
            let certificate = certificate.map_err(|error| unreadable(super::failure::no_pem(&error)))?;
            let der = certificate.to_vec();
            store.add(certificate).map_err(|error| unreadable(super::failure::reason(&error)))?;
            certificates.push(der);
        }
        if certificates.is_empty() { Err(AnchorsError::Nothing) } else { Ok(Self { certificates }) }
    }

    /// Reads nothing, as this build speaks no TLS.
    ///
    /// # Errors
    ///
    /// Always.
    #[cfg(not(feature = "tls"))]
    pub const fn from_pem(_: &[u8]) -> Result<Self, AnchorsError> {
        Err(AnchorsError::NotBuilt)
    }

    /// The certificates, in DER.
    #[cfg(feature = "tls")]
    pub(super) fn certificates(&self) -> Vec<rustls::pki_types::CertificateDer<'static>> {
        self.certificates.iter().cloned().map(Into::into).collect()
    }
}
