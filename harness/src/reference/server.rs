//! Listening, connections, and the life of a server.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::header::HOST;
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use super::reply::{Reply, ReplyBody};
use super::service::Service;
use super::settings::Settings;
use crate::wire;

/// A server that is running. Dropping it closes the listener and all connections.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    service: Arc<Service>,
    accepting: JoinHandle<()>,
}

/// The longest body that is read, in bytes: the largest request there is, in base64, with room.
const LONGEST_BODY: usize = 32 * 1024 * 1024;
/// Bytes of bodies that are held at once, over all connections; further requests wait to be read.
const BODIES: usize = 256 * 1024 * 1024;
/// The longest body of a response, in bytes: the records of one GetRecords in base64, with room.
const LONGEST_REPLY: usize = 16 * 1024 * 1024;
/// Bytes of responses that are held until their readers have taken them, over all connections; further
/// requests wait for their response.
const REPLIES: usize = 256 * 1024 * 1024;
/// The unit in which [`BODIES`] and [`REPLIES`] are shared out, in bytes.
const BLOCK: usize = 4 * 1024;
/// Requests of one HTTP/2 connection that are read at once, so that bodies stay within bounds.
const STREAMS: u32 = 100;
/// The longest list of headers of an HTTP/2 request, in bytes; HTTP/1.1 has a bound of its own.
const LONGEST_HEADERS: u32 = 64 * 1024;

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
    let (read_timeout, connections) = (settings.read_timeout, settings.connections);
    let service = Arc::new(Service::new(settings));
    let accepting = runtime.spawn(accept(listener, Arc::clone(&service), read_timeout, connections));
    Ok(Running { address, service, accepting })
}

impl Running {
    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Moves served time forward. Signatures go by wall time all the same.
    pub fn advance_clock(&self, by: Duration) {
        self.service.advance(by);
    }

    /// Moves served time forward, as [`Self::advance_clock`] does, for as long as anybody holds it.
    pub fn clock(&self) -> impl Fn(Duration) + Send + Sync + use<> {
        let service = Arc::clone(&self.service);
        move |by| service.advance(by)
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
async fn accept(listener: TcpListener, service: Arc<Service>, read_timeout: Duration, most: usize) {
    let free = Arc::new(Semaphore::new(most.clamp(1, Semaphore::MAX_PERMITS)));
    let room = Arc::new(Room::default());
    let mut connections = JoinSet::new();
    loop {
        let next = async {
            // Nobody closes the semaphore, so that there is always a permit sooner or later.
            let permit = Arc::clone(&free).acquire_owned().await;
            (permit, listener.accept().await)
        };
        tokio::select! {
            (permit, accepted) = next => match accepted {
                Ok((stream, _peer)) => {
                    let (service, room) = (Arc::clone(&service), Arc::clone(&room));
                    connections.spawn(async move {
                        serve(stream, service, room, read_timeout).await;
                        drop(permit);
                    });
                }
                // Out of descriptors or the like: the next turn may fare better.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_ended) = connections.join_next() => {}
        }
    }
}

/// Room for the bodies that are held at once, in blocks. Requests and responses have rooms of their own: a
/// request that is held must not keep its response from being made.
#[derive(Debug)]
struct Room {
    requests: Arc<Semaphore>,
    replies: Arc<Semaphore>,
}

impl Default for Room {
    fn default() -> Self {
        let blocks = |bytes: usize| Arc::new(Semaphore::new(bytes / BLOCK));
        Self { requests: blocks(BODIES), replies: blocks(REPLIES) }
    }
}

impl Room {
    /// Waits for room for so many bytes; it is free again once the permit is dropped.
    async fn for_bytes(of: &Arc<Semaphore>, bytes: usize) -> io::Result<OwnedSemaphorePermit> {
        let blocks = u32::try_from(bytes.div_ceil(BLOCK)).map_err(io::Error::other)?;
        Arc::clone(of).acquire_many_owned(blocks).await.map_err(io::Error::other)
    }
}

/// A response's body, which takes its room until it is sent or its connection is closed.
struct Held {
    body: ReplyBody,
    _room: OwnedSemaphorePermit,
}

impl Body for Held {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The number of requests of a connection whose heads were read and whose responses were not yet made.
#[derive(Debug)]
struct InHand(watch::Sender<usize>);

impl InHand {
    /// Counts a request until the guard is dropped.
    fn one_more(self: &Arc<Self>) -> impl Drop + use<> {
        struct Guard(Arc<InHand>);
        impl Drop for Guard {
            fn drop(&mut self) {
                self.0.0.send_modify(|count| *count = count.saturating_sub(1));
            }
        }
        self.0.send_modify(|count| *count += 1);
        Guard(Arc::clone(self))
    }

    /// Waits until there was no request for this long.
    async fn none_for(&self, limit: Duration) {
        let mut changes = self.0.subscribe();
        loop {
            let none = *changes.borrow_and_update() == 0;
            let limit = if none { limit } else { Duration::MAX };
            if timeout(limit, changes.changed()).await.is_err() {
                return;
            }
        }
    }
}

async fn serve(stream: TcpStream, service: Arc<Service>, room: Arc<Room>, read_timeout: Duration) {
    // A peer that has gone already is noticed by the connection itself.
    let _gone = stream.set_nodelay(true);
    let in_hand = Arc::new(InHand(watch::Sender::new(0)));
    let counted = Arc::clone(&in_hand);
    let respond = service_fn(move |request| {
        let guard = counted.one_more();
        let responded = respond(request, Arc::clone(&service), Arc::clone(&room), read_timeout);
        async move {
            let response = responded.await;
            drop(guard);
            response
        }
    });
    // HTTP/2 to a client that knows it before, as some SDKs do of Kinesis; HTTP/1.1 to all others.
    let mut server = auto::Builder::new(TokioExecutor::new());
    server.http2().max_concurrent_streams(STREAMS).max_header_list_size(LONGEST_HEADERS);
    tokio::select! {
        // An error here is the peer's doing and is seen by the peer.
        _closed = server.serve_connection(TokioIo::new(stream), respond) => {}
        () = in_hand.none_for(read_timeout) => {}
    }
}

/// # Errors
/// If the body does not arrive or no answer is to be sent, which ends the connection.
async fn respond(
    request: Request<Incoming>,
    service: Arc<Service>,
    room: Arc<Room>,
    read_timeout: Duration,
) -> io::Result<Response<ReplyBody>> {
    let (parts, body) = request.into_parts();
    // As the client states it; in chunks it may be as long as any.
    let length = body.size_hint().upper().unwrap_or(LONGEST_BODY as u64);
    let Some(length) = usize::try_from(length).ok().filter(|length| *length <= LONGEST_BODY) else {
        return Reply::too_large().into_response(&service.ids);
    };
    let reserved = Room::for_bytes(&room.requests, length).await?;
    let body = match timeout(read_timeout, Limited::new(body, LONGEST_BODY).collect()).await? {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            return Reply::too_large().into_response(&service.ids);
        }
        Err(error) => return Err(io::Error::other(error)),
    };
    // A header that is no text cannot be one that is looked for.
    let mut headers: Vec<(&str, &str)> = parts
        .headers
        .iter()
        .filter_map(|(name, value)| value.to_str().ok().map(|value| (name.as_str(), value)))
        .collect();
    // HTTP/2 names the host so, and clients sign it by either name.
    if parts.version == Version::HTTP_2
        && let Some(authority) = parts.uri.authority()
    {
        headers.push((":authority", authority.as_str()));
        if !parts.headers.contains_key(HOST) {
            headers.push(("host", authority.as_str()));
        }
    }
    let mut for_reply = Room::for_bytes(&room.replies, LONGEST_REPLY).await?;
    let reply = service.respond(&wire::Incoming {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        headers: &headers,
        body: &body,
    });
    drop((body, reserved));
    let held_back = reply.held_back;
    let response = reply.into_response(&service.ids).map(|response| {
        let length =
            response.body().size_hint().exact().map_or(LONGEST_REPLY, |length| {
                usize::try_from(length).unwrap_or(usize::MAX).min(LONGEST_REPLY)
            });
        let surplus = for_reply.num_permits().saturating_sub(length.div_ceil(BLOCK));
        drop(for_reply.split(surplus));
        response.map(|body| BoxBody::new(Held { body, _room: for_reply }))
    });
    if !held_back.is_zero() {
        tokio::time::sleep(held_back).await;
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::Full;

    #[tokio::test]
    async fn a_response_takes_its_room_until_it_is_read_and_none_from_requests() {
        let room = Room::default();
        let all = room.replies.available_permits();
        let requests = room.requests.available_permits();
        let permit = Room::for_bytes(&room.replies, 3 * BLOCK + 1).await.expect("there is room");
        let body = BoxBody::new(Full::new(Bytes::from_static(b"a")).map_err(|never| match never {}));
        let held = Held { body, _room: permit };
        assert_eq!(held.size_hint().exact(), Some(1));
        assert_eq!(
            (room.replies.available_permits(), room.requests.available_permits()),
            (all - 4, requests)
        );
        let collected = held.collect().await.expect("a body").to_bytes();
        assert_eq!((&*collected, room.replies.available_permits()), (b"a".as_slice(), all));
    }
}
