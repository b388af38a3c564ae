//! A server that holds events.

use chronicle_nats::{NatsChronicle, Settings};
use tests::NatsServer;
use tokio::runtime::Runtime;

use crate::events::{Told, events};
use crate::plain::Plain;

/// How many events are stored as one.
pub(crate) const BATCH: usize = 1000;

/// A server with a log, as the chronicle keeps it.
pub(crate) struct Store {
    pub(crate) server: NatsServer,
    pub(crate) runtime: Runtime,
    pub(crate) log: NatsChronicle,
}

impl Store {
    /// An empty log, written through to the disk before it is acknowledged.
    pub(crate) fn empty() -> Self {
        Self::of(NatsServer::start())
    }

    /// An empty log, written through to the disk when the server likes.
    pub(crate) fn lazy() -> Self {
        Self::of(NatsServer::start_lazy())
    }

    /// A log with so many events.
    pub(crate) fn with(count: u64) -> Self {
        Self::holding(events(count))
    }

    /// A log with these events.
    pub(crate) fn holding(mut events: impl Iterator<Item = Told>) -> Self {
        let store = Self::empty();
        let mut plain = Plain::connect(&store.server.url());
        loop {
            let batch: Vec<Told> = events.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                return store;
            }
            plain.store(&batch);
        }
    }

    fn of(server: NatsServer) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let log = runtime.block_on(NatsChronicle::connect(&Settings::new(server.url(), "bench")));
        Self { log: log.expect("the log can be reached"), runtime, server }
    }

    /// The server's process, for its processor time.
    pub(crate) fn process(&self) -> i32 {
        self.server.id().as_raw()
    }
}
