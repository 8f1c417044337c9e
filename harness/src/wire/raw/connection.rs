//! Connections of the raw transport: TCP, and TLS on top of it.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::wire::client::Endpoint;
use crate::wire::message::{NoAnswer, NoAnswerKind};
use crate::wire::tls::Tls;

/// A connection, secured or not.
pub(super) trait Connection: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Connection for T {}

/// Connects, and secures the connection where the endpoint wants it.
pub(super) async fn connect(endpoint: &Endpoint, tls: &Tls) -> Result<Box<dyn Connection>, NoAnswer> {
    let stream = tcp(endpoint).await?;
    match tls {
        Tls::Plain => Ok(Box::new(stream)),
        #[cfg(feature = "tls")]
        Tls::Secured(config) => {
            Ok(Box::new(secured::handshake(stream, endpoint, config, &[secured::HTTP1]).await?))
        }
    }
}

async fn tcp(endpoint: &Endpoint) -> Result<TcpStream, NoAnswer> {
    let (host, port) = endpoint.host_and_port();
    let refused =
        |error: io::Error| NoAnswer { kind: NoAnswerKind::Refused, text: format!("not connected: {error}") };
    let stream = TcpStream::connect((host.as_str(), port)).await.map_err(refused)?;
    stream.set_nodelay(true).map_err(refused)?;
    Ok(stream)
}

/// What it means that a connection that stood broke before any byte of an answer.
pub(super) fn lost(error: &io::Error) -> NoAnswer {
    #[cfg(feature = "tls")]
    if let Some(reported) = crate::wire::tls::reported(error) {
        return reported;
    }
    NoAnswer { kind: NoAnswerKind::Closed, text: error.to_string() }
}

#[cfg(feature = "tls")]
pub(super) use secured::picks_http2;

#[cfg(feature = "tls")]
mod secured {
    use std::sync::Arc;

    use rustls::ClientConfig;
    use rustls::pki_types::ServerName;
    use tokio::net::TcpStream;
    use tokio_rustls::TlsConnector;
    use tokio_rustls::client::TlsStream;

    use crate::wire::client::Endpoint;
    use crate::wire::message::{NoAnswer, NoAnswerKind};

    /// The name of HTTP/1.1 in TLS.
    pub(super) const HTTP1: &[u8] = b"http/1.1";
    /// The name of HTTP/2 in TLS.
    const HTTP2: &[u8] = b"h2";

    /// Secures a connection; `offered` are the protocols that the server may pick from.
    pub(super) async fn handshake(
        stream: TcpStream,
        endpoint: &Endpoint,
        config: &ClientConfig,
        offered: &[&[u8]],
    ) -> Result<TlsStream<TcpStream>, NoAnswer> {
        let (host, _) = endpoint.host_and_port();
        let name = ServerName::try_from(host).map_err(|_| NoAnswer {
            kind: NoAnswerKind::Tls,
            text: "not sent: no certificate can be for a host of this name".to_owned(),
        })?;
        let mut config = config.clone();
        config.alpn_protocols = offered.iter().map(|name| name.to_vec()).collect();
        let connecting = TlsConnector::from(Arc::new(config)).connect(name, stream);
        connecting.await.map_err(|error| crate::wire::tls::broken(&error))
    }

    /// True if the server picks HTTP/2 where it may pick HTTP/1.1 too.
    pub(in crate::wire::raw) async fn picks_http2(endpoint: &Endpoint, config: &ClientConfig) -> bool {
        let Ok(stream) = super::tcp(endpoint).await else { return false };
        let secured = handshake(stream, endpoint, config, &[HTTP2, HTTP1]).await;
        secured.is_ok_and(|stream| stream.get_ref().1.alpn_protocol() == Some(HTTP2))
    }
}
