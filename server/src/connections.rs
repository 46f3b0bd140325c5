//! Connections that cost no more than they may: so many at once, of which an address has its share, each with a deadline for what it
//! sends and for what it takes.
//!
//! The HTTP library waits for ever for the end of a header, and for a client that reads nothing. Source of the limits: SECURITY, section 4.

use std::{
    collections::HashMap,
    future::Future,
    io::{Error, ErrorKind, IoSlice, Result},
    net::{IpAddr, Ipv6Addr},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use ipnet::IpNet;
use poem::{
    Addr,
    http::uri::Scheme,
    listener::Acceptor,
    web::{LocalAddr, RemoteAddr},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, Sleep, sleep, sleep_until},
};

/// Connections at once; fewer when the system allows fewer open files.
const MOST: usize = 4_096;
/// Of these from one address: a browser keeps six, and a household or an office has many behind one address.
const SHARE: usize = 512;
/// Open files that are not connections: the database, letters, the log.
const OTHER_FILES: u64 = 128;
/// From the first byte of a header to its end.
const HEADER: Duration = Duration::from_secs(10);
/// Without a byte between requests, and of a client that takes nothing of what it is sent.
const IDLE: Duration = Duration::from_secs(60);
const UNREAD: Duration = Duration::from_secs(30);

/// An acceptor whose connections are counted and watched.
pub struct Connections<A> {
    inner: A,
    places: Arc<Semaphore>,
    shares: Shares,
    proxies: Arc<[IpNet]>,
    limits: bool,
}

impl<A: Acceptor> Connections<A> {
    /// Puts the limits around an acceptor, and asks the system for as many open files as it allows. Proxies have as many
    /// connections as they like; without `limits`, so has everybody.
    pub fn new(inner: A, proxies: Arc<[IpNet]>, limits: bool) -> Connections<A> {
        let files = rlimit::increase_nofile_limit(MOST as u64 + OTHER_FILES).unwrap_or(1_024);
        let places = usize::try_from(files.saturating_sub(OTHER_FILES)).unwrap_or(MOST).clamp(64, MOST);
        Connections { inner, places: Arc::new(Semaphore::new(places)), shares: Shares::default(), proxies, limits }
    }

    /// The address whose share a connection is part of; none for a proxy of ours, which brings everybody.
    fn counted(&self, remote: &RemoteAddr) -> Option<IpAddr> {
        let Addr::SocketAddr(peer) = &remote.0 else { return None };
        let address = peer.ip().to_canonical();
        let is_proxy = self.proxies.iter().any(|proxies| proxies.contains(&address));
        (self.limits && !is_proxy).then(|| network(address))
    }
}

/// An address as limits count it: of IPv6 the network.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) >> 64 << 64).into(),
    }
}

/// How many connections there are from each address.
#[derive(Clone, Default)]
struct Shares(Arc<Mutex<HashMap<IpAddr, usize>>>);

impl Shares {
    fn counts(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more connection from an address; none when it has its share.
    fn take(&self, address: IpAddr) -> Option<Share> {
        let mut counts = self.counts();
        let count = counts.entry(address).or_default();
        if *count >= SHARE {
            return None;
        }
        *count += 1;
        Some(Share { shares: self.clone(), address })
    }
}

/// A connection as part of an address's share, given back when it is dropped.
struct Share {
    shares: Shares,
    address: IpAddr,
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut counts = self.shares.counts();
        let left = counts.get(&self.address).map_or(0, |count| count - 1);
        // Who is not here any more is not remembered.
        match left {
            0 => counts.remove(&self.address),
            left => counts.insert(self.address, left),
        };
    }
}

impl<A: Acceptor> Acceptor for Connections<A> {
    type Io = Connection<A::Io>;

    fn local_addr(&self) -> Vec<LocalAddr> {
        self.inner.local_addr()
    }

    async fn accept(&mut self) -> Result<(Self::Io, LocalAddr, RemoteAddr, Scheme)> {
        loop {
            // Taken first: whoever is one too many waits with the system, not here. A place is free within a minute at most.
            let place = self.places.clone().acquire_owned().await.map_err(Error::other)?;
            match self.inner.accept().await {
                Ok((io, local, remote, scheme)) => {
                    let address = self.counted(&remote);
                    let share = address.and_then(|address| self.shares.take(address));
                    // Beyond a share it is closed here, without a word: it waits for nothing, and nobody for it.
                    if address.is_none() || share.is_some() {
                        return Ok((Connection::new(io, place, share), local, remote, scheme));
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
}

/// What a connection is waiting for.
#[derive(Clone, Copy, PartialEq)]
enum Stage {
    /// The first byte of a request, or whoever reads the answer to the last.
    Idle,
    /// The end of a header, of which so many bytes of the empty line have come.
    Header(u8),
    /// A body, or its answer: whoever answers has deadlines of their own.
    Answer,
    /// Anything: frames of HTTP/2, whose headers have limits of their own.
    Frames,
}

/// A connection with its deadlines.
pub struct Connection<I> {
    io: I,
    stage: Stage,
    /// Whether the other side has hung up.
    ended: bool,
    reading: Pin<Box<Sleep>>,
    writing: Option<Pin<Box<Sleep>>>,
    _place: OwnedSemaphorePermit,
    _share: Option<Share>,
}

impl<I> Connection<I> {
    fn new(io: I, place: OwnedSemaphorePermit, share: Option<Share>) -> Connection<I> {
        // A connection that has said nothing yet is waited for as for a header.
        let reading = Box::pin(sleep(HEADER));
        Connection { io, stage: Stage::Idle, ended: false, reading, writing: None, _place: place, _share: share }
    }

    /// Takes notice of what came.
    fn heard(&mut self, bytes: &[u8]) {
        if self.stage == Stage::Frames || self.stage == Stage::Idle && bytes.starts_with(b"PRI * HTTP/2") {
            self.stage = Stage::Frames;
            self.reading.as_mut().reset(Instant::now() + IDLE);
            return;
        }
        for byte in bytes {
            self.stage = match (self.stage, byte) {
                (Stage::Answer | Stage::Frames, _) => break,
                (Stage::Idle, _) => {
                    self.reading.as_mut().reset(Instant::now() + HEADER);
                    Stage::Header(u8::from(*byte == b'\r'))
                }
                (Stage::Header(0 | 2), b'\r') | (Stage::Header(1), b'\n') => Stage::Header(self.found() + 1),
                (Stage::Header(3), b'\n') => Stage::Answer,
                (Stage::Header(_), b'\r') => Stage::Header(1),
                (Stage::Header(_), _) => Stage::Header(0),
            };
        }
    }

    /// Whether there is nobody to send more to. The HTTP library goes on with an answer that was begun, though its reader has hung up, until a write
    /// fails; the system lets one pass.
    fn is_over(&self) -> bool {
        self.ended && self.stage == Stage::Idle
    }

    fn found(&self) -> u8 {
        if let Stage::Header(found) = self.stage { found } else { 0 }
    }

    /// Takes notice of what was sent, or could not be sent.
    fn told<T>(&mut self, context: &mut Context<'_>, sent: Poll<Result<T>>) -> Poll<Result<T>> {
        match sent {
            Poll::Ready(result) => {
                self.writing = None;
                if self.stage != Stage::Frames {
                    self.stage = Stage::Idle;
                }
                self.reading.as_mut().reset(Instant::now() + IDLE);
                Poll::Ready(result)
            }
            Poll::Pending => {
                let deadline = self.writing.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + UNREAD)));
                deadline.as_mut().poll(context).map(|()| Err(ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Connection<I> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.io).poll_read(context, buffer);
        if read.is_ready() {
            self.ended |= buffer.filled().len() == before && buffer.remaining() > 0;
            self.heard(&buffer.filled()[before..]);
        } else if self.stage != Stage::Answer && self.reading.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(ErrorKind::TimedOut.into()));
        }
        read
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Connection<I> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        if self.is_over() {
            return Poll::Ready(Err(ErrorKind::BrokenPipe.into()));
        }
        let sent = Pin::new(&mut self.io).poll_write(context, bytes);
        // What says that a body may come is no answer yet.
        let stage = self.stage;
        let told = self.told(context, sent);
        if bytes.starts_with(b"HTTP/1.1 100") {
            self.stage = stage;
        }
        told
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[IoSlice<'_>]) -> Poll<Result<usize>> {
        if self.is_over() {
            return Poll::Ready(Err(ErrorKind::BrokenPipe.into()));
        }
        let sent = Pin::new(&mut self.io).poll_write_vectored(context, bytes);
        self.told(context, sent)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_one_share_and_gives_it_back() {
        let (shares, at) = (Shares::default(), |address: &str| network(address.parse().expect("an address")));
        let taken: Vec<_> = (0..SHARE).filter_map(|host| shares.take(at(&format!("2001:db8:0:1::{host:x}")))).collect();
        assert_eq!(taken.len(), SHARE);
        assert!(shares.take(at("2001:db8:0:1:ffff::1")).is_none(), "the same network");
        for other in ["2001:db8:0:2::1", "198.51.100.1"] {
            assert!(shares.take(at(other)).is_some(), "{other}");
        }
        drop(taken);
        assert!(shares.counts().is_empty(), "nobody is here any more");
    }
}
