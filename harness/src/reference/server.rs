//! Listening, connections, and the life of a server.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use super::settings::Settings;

/// A server that is running. Dropping it closes the listener and all connections.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

/// What all connections of a server share.
#[derive(Debug)]
struct Shared {
    settings: Settings,
    /// Milliseconds by which served time is ahead of wall time.
    ahead: AtomicI64,
}

/// Starts a server on the current tokio runtime.
///
/// # Errors
/// If there is no runtime, or the address cannot be bound.
pub fn start(settings: Settings) -> io::Result<Running> {
    let runtime = tokio::runtime::Handle::try_current().map_err(io::Error::other)?;
    let listener = std::net::TcpListener::bind(settings.listen)?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let guard = runtime.enter();
    let listener = TcpListener::from_std(listener)?;
    drop(guard);
    let shared = Arc::new(Shared { settings, ahead: AtomicI64::new(0) });
    let accepting = runtime.spawn(accept(listener, Arc::clone(&shared)));
    Ok(Running { address, shared, accepting })
}

impl Running {
    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Moves served time forward. Signatures go by wall time all the same.
    pub fn advance_clock(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.shared.ahead.fetch_add(by, Ordering::Relaxed);
    }

    /// Closes the listener and all connections, and waits until they are closed.
    pub async fn shutdown(mut self) {
        self.accepting.abort();
        // The task was cancelled on purpose; that is all it can say.
        let _cancelled = (&mut self.accepting).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Accepts connections until it is aborted, which aborts the connections too.
async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _peer)) => {
                    connections.spawn(serve(stream, Arc::clone(&shared)));
                }
                // Out of descriptors or the like: the next turn may fare better.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_ended) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    // A peer that has gone already is noticed by the connection itself.
    let _gone = stream.set_nodelay(true);
    let service = service_fn(move |request| respond(request, Arc::clone(&shared)));
    // An error here is the peer's doing and is seen by the peer.
    let _closed = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn respond(
    _request: hyper::Request<Incoming>,
    shared: Arc<Shared>,
) -> Result<hyper::Response<Full<Bytes>>, Infallible> {
    let _faults = &shared.settings.faults;
    let mut response =
        hyper::Response::new(Full::new(Bytes::from_static(br#"{"__type":"UnknownOperationException"}"#)));
    *response.status_mut() = hyper::StatusCode::BAD_REQUEST;
    Ok(response)
}
