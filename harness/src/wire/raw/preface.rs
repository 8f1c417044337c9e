//! Whether a server speaks HTTP/2: to a client that knows it before (RFC 9113, section 3.3), and
//! behind TLS to one that offers it there (ALPN, section 3.2).
//!
//! Only probed: nothing is carried by HTTP/2 here.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use super::RawTransport;
#[cfg(feature = "tls")]
use super::connection;
use crate::wire::client::Client;
use crate::wire::tls::Tls;

/// A client's preface, and SETTINGS that set nothing.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
/// Of the bytes of a frame's header.
const FRAME_HEADER: usize = 9;
/// The type of a SETTINGS frame.
const SETTINGS: u8 = 4;
/// Servers that know nothing of HTTP/2 answer or close at once, or wait for more.
const PATIENCE: Duration = Duration::from_secs(1);

impl RawTransport {
    /// True if the server's first frame is SETTINGS, as its preface must be; behind TLS, if the
    /// server picks HTTP/2 where it may pick HTTP/1.1 too.
    pub async fn speaks_http2(&self) -> bool {
        match &self.tls {
            Tls::Plain => self.answers_a_preface().await,
            #[cfg(feature = "tls")]
            Tls::Secured(config) => {
                let probe = connection::picks_http2(&self.endpoint, config);
                timeout(self.timeout, probe).await.unwrap_or(false)
            }
        }
    }

    async fn answers_a_preface(&self) -> bool {
        let probe = async {
            let mut stream = self.connect().await.ok()?;
            stream.write_all(PREFACE).await.ok()?;
            let mut header = [0; FRAME_HEADER];
            stream.read_exact(&mut header).await.ok()?;
            Some(header)
        };
        match timeout(self.timeout.min(PATIENCE), probe).await {
            Ok(Some(header)) => is_settings(header),
            Ok(None) | Err(_) => false,
        }
    }
}

impl Client {
    /// True if the target speaks HTTP/2 to a client that knows it before, or picks it behind TLS.
    pub async fn speaks_http2(&self) -> bool {
        RawTransport::of(self).speaks_http2().await
    }
}

/// A frame of SETTINGS, no acknowledgement, of the connection and not of a stream. The length is
/// one of settings of six bytes each.
fn is_settings([high, middle, low, kind, flags, stream @ ..]: [u8; FRAME_HEADER]) -> bool {
    let length = u32::from_be_bytes([0, high, middle, low]);
    kind == SETTINGS && flags & 1 == 0 && stream == [0; 4] && length.is_multiple_of(6)
}
