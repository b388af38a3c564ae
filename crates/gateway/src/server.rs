//! Serving an app on a listener until told to end.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum::Router;
use axum_server::Handle;

/// How long requests under way may take when the service ends.
const FAREWELL: Duration = Duration::from_secs(5);

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

/// Serves until `end` comes, then lets requests under way end, for a while.
pub async fn serve(bound: Bound, app: Router, end: impl Future<Output = ()> + Send) -> io::Result<()> {
    let handle = Handle::new();
    let listening = axum_server::from_tcp(bound.listener)?.handle(handle.clone());
    let service = listening.serve(app.into_make_service_with_connect_info::<SocketAddr>());
    tokio::pin!(service);
    tokio::select! {
        ended = &mut service => return ended,
        () = end => handle.graceful_shutdown(Some(FAREWELL)),
    }
    service.await
}
