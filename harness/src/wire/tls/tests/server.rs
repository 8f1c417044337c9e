//! Certificates made for a test, and servers that show them.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::wire::{Anchors, Trust};

/// The host that servers of tests listen at.
pub(super) const HOST: &str = "127.0.0.1";

/// A certificate, its key, and the PEM of who vouches for it.
pub(super) struct Shown {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
    pub(super) vouches: String,
}

/// How a certificate is made.
#[derive(Clone, Copy, Default)]
pub(super) struct Made {
    /// By itself, and not by an authority.
    pub(super) by_itself: bool,
    /// Marked as an authority's.
    pub(super) authority: bool,
    /// It ended in the year 2001.
    pub(super) expired: bool,
}

impl Shown {
    /// A certificate for a host.
    pub(super) fn of(host: &str, made: Made) -> Self {
        let mut params = CertificateParams::new([host.to_owned()]).unwrap();
        if made.authority {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        if made.expired {
            params.not_before = date_time_ymd(2000, 1, 1);
            params.not_after = date_time_ymd(2001, 2, 3);
        }
        let key = KeyPair::generate().unwrap();
        let (certificate, vouches) = if made.by_itself {
            let certificate = params.self_signed(&key).unwrap();
            let pem = certificate.pem();
            (certificate, pem)
        } else {
            let (issuer, pem) = authority("An authority");
            (params.signed_by(&key, &issuer).unwrap(), pem)
        };
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        Self { certificate: certificate.der().clone(), key, vouches }
    }

    /// The trust that `--cacert` gives.
    pub(super) fn trust(&self) -> Trust {
        Trust::SystemAnd(Anchors::from_pem(self.vouches.as_bytes()).unwrap())
    }

    /// What a server needs that shows it; these protocols are known to it.
    pub(super) fn acceptor(self, protocols: &[&[u8]]) -> TlsAcceptor {
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth();
        let mut config = builder.with_single_cert(vec![self.certificate], self.key).unwrap();
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        TlsAcceptor::from(Arc::new(config))
    }

    /// The same for a server that wants to see the client's certificate.
    pub(super) fn demanding(self) -> TlsAcceptor {
        let provider = Arc::new(ring::default_provider());
        let mut store = RootCertStore::empty();
        store.add(self.certificate.clone()).unwrap();
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(store), Arc::clone(&provider)).build();
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier.unwrap())
            .with_single_cert(vec![self.certificate], self.key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// A trust that vouches for no server of these tests.
pub(super) fn elsewhere() -> Trust {
    trusting("Another authority")
}

/// Trust in an authority of the name that those have which sign here, with a key of its own.
pub(super) fn namesake() -> Trust {
    trusting("An authority")
}

fn trusting(name: &str) -> Trust {
    let (_, pem) = authority(name);
    Trust::SystemAnd(Anchors::from_pem(pem.as_bytes()).unwrap())
}

fn authority(name: &str) -> (Issuer<'static, KeyPair>, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    (Issuer::new(params, key), pem)
}

/// A listener and the https endpoint that it is.
pub(super) async fn listening() -> (TcpListener, String) {
    let listener = TcpListener::bind((HOST, 0)).await.unwrap();
    let endpoint = format!("https://{}", listener.local_addr().unwrap());
    (listener, endpoint)
}

/// A server that answers every request that ends in `{}` with `{}`.
pub(super) async fn answering(acceptor: TlsAcceptor) -> String {
    let (listener, endpoint) = listening().await;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // A client that does not trust the certificate goes away.
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                while !read_request(&mut stream).await.is_empty() {
                    stream
                        .write_all(b"HTTP/1.1 200 OK\r\nx-X: y\r\ncontent-length: 2\r\n\r\n{}")
                        .await
                        .unwrap();
                    stream.flush().await.unwrap();
                }
            });
        }
    });
    endpoint
}

/// A server that reads one request, hands it out, writes these bytes and cuts TCP without ending TLS.
pub(super) async fn cutting(acceptor: TlsAcceptor, bytes: &'static [u8]) -> (String, JoinHandle<Vec<u8>>) {
    let (listener, endpoint) = listening().await;
    let serving = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = acceptor.accept(stream).await.unwrap();
        let request = read_request(&mut stream).await;
        stream.write_all(bytes).await.unwrap();
        stream.flush().await.unwrap();
        let (mut tcp, _) = stream.into_inner();
        tcp.shutdown().await.unwrap();
        request
    });
    (endpoint, serving)
}

/// A server that does something else than TLS with every connection.
pub(super) async fn without_tls(answer: &'static [u8]) -> String {
    let (listener, endpoint) = listening().await;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(greet(stream, answer));
        }
    });
    endpoint
}

/// Reads what the client has to say first, answers and closes.
async fn greet(mut stream: TcpStream, answer: &'static [u8]) {
    let _ = stream.read(&mut [0; 16_384]).await;
    let _ = stream.write_all(answer).await;
}

/// Reads up to the body `{}` or the end.
async fn read_request(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> Vec<u8> {
    let mut seen = Vec::new();
    while !seen.ends_with(b"{}") {
        match stream.read_buf(&mut seen).await {
            Ok(0) | Err(_) => break,
            Ok(_) => {}
        }
    }
    seen
}
