//! The accept layer in front of Rocket: how many connections there may be, and how long a client may take to send a
//! request.
//!
//! Rocket 0.5 switches hyper's timeout for heads off, has no timeout for bodies and no limit of connections, and takes no
//! listener from outside. So this layer listens, and relays the bytes to Rocket, which listens on a port of 127.0.0.1.
//! The bytes are not changed; they are read just far enough to know where the head and the body of a request end, and
//! that decides nothing but timeouts, and how long a body that nobody reads is still taken.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

/// How many clients there may be at a time, and how long one may take.
#[derive(Debug, Clone, Copy)]
pub struct ClientLimits {
    /// Connections at a time; others wait in the kernel's queue until one ends. Each takes three open files.
    pub connections: usize,
    /// From the first byte of a request to the end of its head, and from the connection to the first request.
    pub head: Duration,
    /// From the end of the head to the end of the body.
    pub body: Duration,
    /// Between two requests, and for taking a piece of an answer.
    pub idle: Duration,
}

impl Default for ClientLimits {
    /// nginx keeps its connections for 60 s without a request, and is patient with its own clients; 256 connections
    /// are 768 open files, of the 1,024 that a process may have where nobody raised that.
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { connections: 256, head: seconds(10), body: seconds(30), idle: seconds(75) }
    }
}

/// A head may have so many bytes; hyper reads no more of one either.
const HEAD_LIMIT: usize = 400 * 1024;
/// So much is relayed at a time: a page of the API in one piece.
const PIECE_BYTES: usize = 16 * 1024;
/// After an accept that failed, when there are too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// What a client is answered that has begun a request and does not go on with it.
const TIMED_OUT: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\
    content-type: application/problem+json\r\ncontent-length: 108\r\n\r\n\
    {\"type\":\"about:blank\",\"title\":\"Request Timeout\",\"status\":408,\
    \"detail\":\"the request took too long to arrive\"}";

/// Relays connections to Rocket's port, until the task is aborted. Open connections end when Rocket ends them.
pub(super) async fn relay(listener: TcpListener, rocket: u16, limits: ClientLimits) {
    let free = Arc::new(Semaphore::new(limits.connections));
    let rocket = SocketAddr::from((Ipv4Addr::LOCALHOST, rocket));
    loop {
        // The semaphore is never closed.
        let Ok(permit) = Arc::clone(&free).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((client, _)) => drop(tokio::spawn(async move {
                let _permit = permit;
                if let Err(error) = connect(client, rocket, limits).await {
                    tracing::debug!(%error, "server: a connection broke off");
                }
            })),
            Err(error) => {
                tracing::warn!(%error, "server: a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn connect(mut client: TcpStream, rocket: SocketAddr, limits: ClientLimits) -> std::io::Result<()> {
    let mut rocket = TcpStream::connect(rocket).await?;
    client.set_nodelay(true)?;
    rocket.set_nodelay(true)?;
    let ((mut from_client, mut to_client), (mut from_rocket, mut to_rocket)) = (client.split(), rocket.split());
    let (mut up, mut down) = (vec![0; PIECE_BYTES], vec![0; PIECE_BYTES]);
    let mut progress = Progress::new(limits);
    // Rocket closes once it has answered a request whose body it does not want: what it then refuses to take is thrown
    // away, and its answer is still passed on.
    let (mut sends, mut takes) = (true, true);
    loop {
        let due = progress.due;
        tokio::select! {
            read = from_client.read(&mut up), if sends => match read? {
                0 => {
                    sends = false;
                    takes = takes && to_rocket.shutdown().await.is_ok();
                }
                read if progress.sent(&up[..read]) => {
                    takes = takes && timeout(limits.idle, to_rocket.write_all(&up[..read])).await?.is_ok();
                }
                _ => return Ok(()),
            },
            // A reset is how a connection ends that is closed with something unread.
            read = from_rocket.read(&mut down) => match read.unwrap_or_default() {
                0 => break,
                read => {
                    progress.answered();
                    timeout(limits.idle, to_client.write_all(&down[..read])).await??;
                }
            },
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                if progress.has_begun() {
                    timeout(limits.idle, to_client.write_all(TIMED_OUT)).await??;
                }
                return to_client.shutdown().await;
            }
        }
    }
    to_client.shutdown().await?;
    // A close with something unread would reset the client's connection, too, and the answer may be lost with it: the
    // rest of the body is taken for as long as it may take anyway. RFC 9112, 9.6.
    while let Some(due) = progress.due.filter(|_| sends && progress.has_begun()) {
        let read = timeout_at(due, from_client.read(&mut up)).await??;
        sends = read > 0 && progress.sent(&up[..read]);
    }
    Ok(())
}

/// What of a request has arrived.
#[derive(Debug)]
enum Arrived {
    /// The head, as far as it has come.
    Head(Vec<u8>),
    /// The head, and a body of which so many bytes are missing.
    Body(u64),
    /// The head, and chunks of a body; the last bytes of them.
    Chunks(Vec<u8>),
    /// All of it.
    Request,
}

#[derive(Debug)]
struct Progress {
    limits: ClientLimits,
    arrived: Arrived,
    /// The connection ends then; `None` while Rocket has the request.
    due: Option<Instant>,
}

impl Progress {
    fn new(limits: ClientLimits) -> Self {
        Self { limits, arrived: Arrived::Head(Vec::new()), due: Some(Instant::now() + limits.head) }
    }

    /// Whether a part of a request has arrived, and not all of it.
    fn has_begun(&self) -> bool {
        match &self.arrived {
            Arrived::Head(head) => !head.is_empty(),
            Arrived::Body(_) | Arrived::Chunks(_) => true,
            Arrived::Request => false,
        }
    }

    /// The client has sent these bytes; `false` if it must not go on.
    fn sent(&mut self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            bytes = match &mut self.arrived {
                Arrived::Request => {
                    self.arrived = Arrived::Head(Vec::new());
                    bytes
                }
                Arrived::Head(head) => {
                    if head.is_empty() {
                        self.due = Some(Instant::now() + self.limits.head);
                    }
                    let before = head.len();
                    head.extend_from_slice(bytes);
                    // The blank line may have come in two pieces.
                    let from = before.saturating_sub(3);
                    let Some(blank) = head[from..].windows(4).position(|four| four == b"\r\n\r\n") else {
                        return head.len() <= HEAD_LIMIT;
                    };
                    let end = from + blank + 4;
                    self.arrived = behind(&head[..end]);
                    self.due = self.has_begun().then(|| Instant::now() + self.limits.body);
                    &bytes[end - before..]
                }
                Arrived::Body(missing) => {
                    let taken = bytes.len().min(usize::try_from(*missing).unwrap_or(usize::MAX));
                    *missing -= taken as u64;
                    if *missing == 0 {
                        (self.arrived, self.due) = (Arrived::Request, None);
                    }
                    &bytes[taken..]
                }
                Arrived::Chunks(last) => {
                    last.extend_from_slice(bytes);
                    last.drain(..last.len().saturating_sub(5));
                    if last == b"0\r\n\r\n" {
                        (self.arrived, self.due) = (Arrived::Request, None);
                    }
                    &[]
                }
            };
        }
        true
    }

    /// Rocket has answered something. If the request is there, the next one may be awaited.
    fn answered(&mut self) {
        if !self.has_begun() {
            self.arrived = Arrived::Head(Vec::new());
            self.due = Some(Instant::now() + self.limits.idle);
        }
    }
}

/// What has arrived when this head has: RFC 9112, 6.3.
fn behind(head: &[u8]) -> Arrived {
    let value = |name: &str| {
        head.split(|byte| *byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok()?.split_once(':')).find_map(
            |(known, value)| known.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_ascii_lowercase()),
        )
    };
    if value("transfer-encoding").is_some_and(|coding| coding.ends_with("chunked")) {
        return Arrived::Chunks(Vec::new());
    }
    match value("content-length").and_then(|length| length.parse().ok()) {
        None | Some(0) => Arrived::Request,
        Some(length) => Arrived::Body(length),
    }
}
