//! How many connections there may be, and how long one may stand still.

use std::collections::HashMap;
use std::future::{Ready, ready};
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use super::guard::Access;

/// How many connections there are at once, at most; who comes then is turned away.
pub const CONNECTIONS_MAX: usize = 8192;
/// How many of them come from one address. Proxies may have all, and so may everybody where everybody may everything.
pub const CONNECTIONS_PER_ADDRESS_MAX: usize = 64;
/// How long nobody may take, or confirm, what is written to a connection. To a stream something is written all the time: who
/// is gone without a word is found to be so after as long as this and a heartbeat.
const UNREAD_FOR: Duration = Duration::from_secs(60);

/// Lets connections in, as long as there is room.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    access: Access,
    seats: Arc<Seats>,
}

#[derive(Debug, Default)]
struct Seats {
    taken: Mutex<HashMap<IpAddr, usize>>,
}

/// A connection's own; given back when it ends.
#[derive(Debug)]
struct Seat {
    address: IpAddr,
    seats: Arc<Seats>,
}

impl Gate {
    pub(crate) fn new(access: Access) -> Self {
        Self { access, seats: Arc::default() }
    }

    fn seat(&self, address: IpAddr) -> Result<Seat, &'static str> {
        let settings = self.access.settings();
        let proxy = settings.proxies.contains(&address);
        if !settings.proxies.is_empty() && !settings.tls && !proxy && !address.is_loopback() {
            return Err("it does not come through a proxy, and nothing hides what is said");
        }
        let of_one = if proxy || !self.access.is_guarded() { CONNECTIONS_MAX } else { CONNECTIONS_PER_ADDRESS_MAX };
        self.seats.clone().take(address, of_one)
    }
}

impl Seats {
    fn take(self: Arc<Self>, address: IpAddr, of_one: usize) -> Result<Seat, &'static str> {
        let mut taken = self.taken();
        if taken.values().sum::<usize>() >= CONNECTIONS_MAX {
            return Err("there are too many connections");
        }
        let own = taken.entry(address).or_default();
        if *own >= of_one {
            return Err("there are too many connections from there");
        }
        *own += 1;
        drop(taken);
        Ok(Seat { address, seats: self })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        // A count is changed in one step: a panic leaves nothing half done.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        if let Some(own) = taken.get_mut(&self.address) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.address);
            }
        }
    }
}

impl<S> Accept<TcpStream, S> for Gate {
    type Stream = Connection;
    type Service = S;
    type Future = Ready<io::Result<(Connection, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let connection = stream.peer_addr().and_then(|peer| {
            let seat = self.seat(peer.ip().to_canonical()).map_err(io::Error::other)?;
            // An event of a stream is not to wait for the next one.
            stream.set_nodelay(true)?;
            #[cfg(target_os = "linux")]
            socket2::SockRef::from(&stream).set_tcp_user_timeout(Some(UNREAD_FOR))?;
            Ok(Connection { stream, unread: None, _seat: seat })
        });
        ready(connection.map(|connection| (connection, service)))
    }
}

/// A connection that ends when nobody reads from it for long.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    /// Runs while something is to be written and cannot.
    unread: Option<Pin<Box<Sleep>>>,
    _seat: Seat,
}

impl Connection {
    fn watched<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.unread = None;
            return written;
        }
        let unread = self.unread.get_or_insert_with(|| Box::pin(sleep(UNREAD_FOR)));
        match unread.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watched(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.watched(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::sync::Arc;

    use axum_server::accept::Accept;
    use futures::future::join;
    use tokio::io::AsyncWriteExt;
    use tokio::net::{TcpListener, TcpStream};
    use tokio::time::{Instant, timeout};

    use super::{CONNECTIONS_MAX, Connection, Gate, Seats, UNREAD_FOR};
    use crate::access::{Access, Settings};

    /// A connection that was let in, and its other end.
    async fn connected() -> (Connection, TcpStream) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let (accepted, peer) = join(listener.accept(), TcpStream::connect(address)).await;
        let (accepted, peer) = (accepted.expect("accepted").0, peer.expect("connected"));
        (Gate::new(Access::open()).accept(accepted, ()).await.expect("let in").0, peer)
    }

    /// Writes until that fails.
    async fn write(connection: &mut Connection) -> std::io::Error {
        loop {
            if let Err(error) = connection.write_all(&[0; 1 << 13]).await {
                return error;
            }
        }
    }

    #[tokio::test]
    async fn who_takes_nothing_for_a_minute_is_given_up_and_who_takes_some_is_not() {
        let (mut connection, peer) = connected().await;
        // Where nothing else happens, the time comes that somebody waits for.
        tokio::time::pause();
        for _ in 0..3 {
            let given_up = timeout(UNREAD_FOR * 2 / 3, write(&mut connection)).await;
            assert!(given_up.is_err(), "{given_up:?}");
            let mut some = [0; 1 << 13];
            while peer.try_read(&mut some).is_ok_and(|length| length > 0) {}
        }
        let begun = Instant::now();
        assert_eq!(write(&mut connection).await.kind(), std::io::ErrorKind::TimedOut);
        assert_eq!(begun.elapsed().as_secs(), UNREAD_FOR.as_secs());
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn the_system_gives_up_who_confirms_nothing_after_a_minute() {
        let (connection, _peer) = connected().await;
        let bound = socket2::SockRef::from(&connection.stream).tcp_user_timeout().expect("an option");
        assert_eq!(bound, Some(UNREAD_FOR));
    }

    fn ip(last: u8) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))
    }

    #[test]
    fn an_address_has_so_many_seats_and_gets_them_back() {
        let seats = Arc::new(Seats::default());
        let mut held: Vec<_> = (0..3).map(|_| seats.clone().take(ip(1), 3).expect("room")).collect();
        assert!(seats.clone().take(ip(1), 3).is_err());
        let other = seats.clone().take(ip(2), 3).expect("room for another");
        held.pop();
        held.push(seats.clone().take(ip(1), 3).expect("room again"));
        drop((held, other));
        assert!(seats.taken().is_empty(), "nobody is remembered");
    }

    #[test]
    fn all_together_have_so_many_seats() {
        let seats = Arc::new(Seats::default());
        let held: Vec<_> =
            (0..CONNECTIONS_MAX).map(|_| seats.clone().take(ip(1), CONNECTIONS_MAX).expect("room")).collect();
        assert!(seats.clone().take(ip(2), CONNECTIONS_MAX).is_err());
        drop(held);
    }

    #[test]
    fn behind_a_proxy_nobody_comes_but_through_it() {
        let settings = Settings { proxies: vec![ip(1)], ..Settings::default() };
        let gate = Gate::new(Access::new(settings).expect("settings"));
        assert!(gate.seat(ip(1)).is_ok() && gate.seat(IpAddr::V4(Ipv4Addr::LOCALHOST)).is_ok());
        assert!(gate.seat(ip(2)).is_err());
    }
}
