//! A log as one process sees it, as long as that lives.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chronicle::{AppendError, Appended, Chronicle, Draft, Entry, LogState, ReadError};
use futures::stream::{BoxStream, StreamExt};
use summit::{EventId, Position};

use crate::support::FaultyLog;

/// Once dead, nothing is sent any more, and no answer is heard.
#[derive(Clone)]
pub(crate) struct Mortal {
    log: FaultyLog,
    dead: Arc<AtomicBool>,
}

impl Mortal {
    pub(crate) fn new(log: &FaultyLog) -> Self {
        Self { log: log.clone(), dead: Arc::default() }
    }

    pub(crate) fn die(&self) {
        self.dead.store(true, Ordering::Relaxed);
    }

    async fn alive(&self) {
        tokio::task::yield_now().await;
        if self.dead.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
    }
}

impl Chronicle for Mortal {
    async fn append(&self, draft: Draft) -> Result<Appended, AppendError> {
        self.alive().await;
        let answer = self.log.append(draft).await;
        self.alive().await;
        answer
    }

    async fn append_all(&self, drafts: Vec<Draft>, expected: Option<Position>) -> Result<Position, AppendError> {
        self.alive().await;
        let answer = self.log.append_all(drafts, expected).await;
        self.alive().await;
        answer
    }

    fn read(&self, from: Position) -> BoxStream<'static, Result<Entry, ReadError>> {
        if self.dead.load(Ordering::Relaxed) {
            return futures::stream::pending().boxed();
        }
        self.log.read(from)
    }

    fn follow(&self, from: Position) -> BoxStream<'static, Result<Entry, ReadError>> {
        self.log.follow(from)
    }

    async fn tail(&self) -> Result<Position, ReadError> {
        self.alive().await;
        self.log.tail().await
    }

    async fn state(&self) -> Result<LogState, ReadError> {
        self.alive().await;
        self.log.state().await
    }

    async fn find(&self, id: EventId, after: Position) -> Result<Option<Entry>, ReadError> {
        self.alive().await;
        self.log.find(id, after).await
    }
}
