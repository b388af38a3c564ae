//! Who listens to streams of events over HTTP, and does as little with them as can be: as many as fit on this machine.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How long it may take until all were told.
const PATIENCE: Duration = Duration::from_secs(120);
/// Bytes that a listener reads at once.
const READ_BYTES: usize = 16 << 10;

/// Listeners of one stream.
pub(crate) struct Listeners {
    told: Arc<Told>,
    readers: u64,
    /// Each reads until this is dropped.
    _tasks: JoinSet<()>,
}

/// What all of them were told, together.
#[derive(Default)]
struct Told {
    frames: AtomicU64,
    bytes: AtomicU64,
    more: Notify,
}

impl Listeners {
    /// So many of them; each was told how far it is.
    pub(crate) async fn open(service: SocketAddr, address: &str, readers: u64) -> Self {
        let (told, mut tasks) = (Arc::<Told>::default(), JoinSet::new());
        for reader in 1..=readers {
            let mut stream = TcpStream::connect(service).await.expect("a connection");
            let request = format!("GET {address} HTTP/1.1\r\nHost: {service}\r\n\r\n");
            stream.write_all(request.as_bytes()).await.expect("it is asked");
            tasks.spawn(read(stream, Arc::clone(&told)));
            // One after the other: a listener's queue is short.
            until(&told, reader).await;
        }
        Self { told, readers, _tasks: tasks }
    }

    /// Waits until each was told so many frames more; how many bytes all of them were told since.
    pub(crate) async fn told(&self, frames: u64) -> u64 {
        let (already, bytes) = (self.readers, self.told.bytes.load(Ordering::Relaxed));
        until(&self.told, already + frames * self.readers).await;
        self.told.frames.store(already, Ordering::Relaxed);
        self.told.bytes.load(Ordering::Relaxed) - bytes
    }
}

async fn until(told: &Told, frames: u64) {
    let reached = async {
        loop {
            let more = told.more.notified();
            if told.frames.load(Ordering::Relaxed) >= frames {
                return;
            }
            more.await;
        }
    };
    let seen = || told.frames.load(Ordering::Relaxed);
    timeout(PATIENCE, reached).await.unwrap_or_else(|_| panic!("{} frames of {frames} after {PATIENCE:?}", seen()));
}

/// Reads a stream to its end, and counts the empty lines that end frames.
async fn read(mut stream: TcpStream, told: Arc<Told>) {
    let (mut part, mut last) = (vec![0; READ_BYTES], 0);
    while let Ok(length) = stream.read(&mut part).await {
        if length == 0 {
            return;
        }
        let mut frames = 0;
        for byte in &part[..length] {
            frames += u64::from(*byte == b'\n' && last == b'\n');
            last = *byte;
        }
        told.bytes.fetch_add(length as u64, Ordering::Relaxed);
        if frames > 0 {
            told.frames.fetch_add(frames, Ordering::Relaxed);
            told.more.notify_waiters();
        }
    }
}
