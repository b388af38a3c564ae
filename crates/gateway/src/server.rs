//! Serving an app on a listener until told to end.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum::Router;
use axum_server::tls_rustls::RustlsAcceptor;
use axum_server::{Handle, Server};
use futures::FutureExt;
use futures::future::BoxFuture;

use crate::access::{Access, Gate, HEADERS_MAX};
use crate::tls::Tls;

/// How long requests under way may take when the service ends.
const FAREWELL: Duration = Duration::from_secs(5);
/// How long the headers of a request may take to come, and how long nobody may ask on a connection of HTTP/1.
const HEADERS_WITHIN: Duration = Duration::from_secs(8);
/// How long it may take until the first request is there, from the connection on.
const FIRST_WITHIN: Duration = Duration::from_secs(9);
/// How long TLS may take to be agreed on.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(8);
/// Bytes of the head of a request that are read before it is refused: more than what is taken, which can then be said.
const HEAD_MAX_BYTES: usize = 64 << 10;
/// How many headers are read before a request is refused, for the same reason.
const READ_HEADERS_MAX: usize = 2 * HEADERS_MAX;
/// How many requests there may be at once on a connection of HTTP/2.
const STREAMS_MAX: u32 = 64;
/// How often somebody who says nothing on a connection of HTTP/2 is asked whether he is there.
const PING_EVERY: Duration = Duration::from_secs(20);
/// How long the answer may take.
const PONG_WITHIN: Duration = Duration::from_secs(10);

/// A listener that is bound.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
}

impl Bound {
    /// Binds an address; port 0 takes one that is free.
    pub fn to(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(Self { listener })
    }

    /// Where it listens.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Serves until `end` comes; then streams end, and requests under way may go on for a while.
pub async fn serve(
    bound: Bound,
    app: Router,
    access: Access,
    tls: Option<Tls>,
    end: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let handle = Handle::new();
    let listening = bounded(axum_server::from_tcp(bound.listener)?.handle(handle.clone()));
    let (gate, app) = (Gate::new(access.clone()), app.into_make_service_with_connect_info::<SocketAddr>());
    let served: BoxFuture<'_, io::Result<()>> = match &tls {
        None => listening.acceptor(gate).serve(app).boxed(),
        Some(tls) => {
            let acceptor = RustlsAcceptor::new(tls.config()).handshake_timeout(HANDSHAKE_WITHIN).acceptor(gate);
            let served = listening.acceptor(acceptor).serve(app);
            async move {
                tokio::select! {
                    ended = served => ended,
                    never = tls.follow() => match never {},
                }
            }
            .boxed()
        }
    };
    tokio::pin!(served);
    tokio::select! {
        ended = &mut served => return ended,
        () = end => {
            access.end();
            handle.graceful_shutdown(Some(FAREWELL));
        }
    }
    served.await
}

/// Bounds what is read before anything is known of a request.
fn bounded<A>(mut server: Server<SocketAddr, A>) -> Server<SocketAddr, A> {
    let http = server.http_builder();
    http.http1().header_read_timeout(HEADERS_WITHIN).max_buf_size(HEAD_MAX_BYTES).max_headers(READ_HEADERS_MAX);
    http.http2()
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(HEAD_MAX_BYTES.try_into().unwrap_or(u32::MAX))
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(PONG_WITHIN);
    server.first_request_timeout(FIRST_WITHIN).accept_error_handler(|from, error| {
        tracing::debug!(?from, %error, "a connection was turned away");
    })
}
