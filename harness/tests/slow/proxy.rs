//! A proxy that holds responses back: requests pass at once, each response waits for as long as the
//! delay says. Connections are held apart, so that one slow response delays no other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// How long responses are held back.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Delay {
    /// Each for so long.
    Each(Duration),
    /// One in so many for so long, the others not at all.
    OneIn(u64, Duration),
}

impl Delay {
    fn of(self, number: u64) -> Duration {
        match self {
            Self::Each(delay) => delay,
            Self::OneIn(many, delay) if number.is_multiple_of(many) => delay,
            Self::OneIn(..) => Duration::ZERO,
        }
    }
}

/// A proxy on loopback, which ends when it is dropped.
pub(crate) struct Proxy {
    address: SocketAddr,
    _accepting: JoinSet<()>,
}

impl Proxy {
    /// Stands before `target`.
    pub(crate) async fn start(target: SocketAddr, delay: Delay) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it listens");
        let mut accepting = JoinSet::new();
        accepting.spawn(async move {
            let answered = Arc::new(AtomicU64::new(0));
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let answered = Arc::clone(&answered);
                connections.spawn(async move {
                    // A peer that has gone ends its connection, which is all that can be done.
                    let _ = carry(client, target, delay, &answered).await;
                });
            }
        });
        Self { address, _accepting: accepting }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn carry(
    client: TcpStream,
    target: SocketAddr,
    delay: Delay,
    answered: &AtomicU64,
) -> std::io::Result<()> {
    let server = TcpStream::connect(target).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut from_client, to_client) = client.into_split();
    let (from_server, mut to_server) = server.into_split();
    let requests = async {
        tokio::io::copy(&mut from_client, &mut to_server).await?;
        to_server.shutdown().await
    };
    tokio::try_join!(requests, responses(from_server, to_client, delay, answered))?;
    Ok(())
}

/// Reads whole responses, as the reference writes them, and passes each on once its time has come.
async fn responses(
    from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    delay: Delay,
    answered: &AtomicU64,
) -> std::io::Result<()> {
    let mut from = BufReader::new(from);
    loop {
        let mut response = Vec::new();
        let mut length = 0;
        loop {
            let start = response.len();
            if from.read_until(b'\n', &mut response).await? == 0 {
                return to.shutdown().await;
            }
            let line = String::from_utf8_lossy(&response[start..]).trim().to_ascii_lowercase();
            if let Some(stated) = line.strip_prefix("content-length:") {
                length = stated.trim().parse().expect("the reference states a length");
            }
            if line.is_empty() {
                break;
            }
        }
        let head = response.len();
        response.resize(head + length, 0);
        from.read_exact(&mut response[head..]).await?;
        let number = answered.fetch_add(1, Ordering::Relaxed) + 1;
        tokio::time::sleep(delay.of(number)).await;
        to.write_all(&response).await?;
    }
}
