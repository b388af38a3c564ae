//! The handle through which events are published.

use std::sync::Arc;

use chronicle::{Chronicle, MAX_BATCH};
use futures::stream::{Stream, StreamExt};
use jiff::Timestamp;
use summit::Position;
use tokio::sync::{mpsc, oneshot};
use wire::Document;

use crate::answer::{Acknowledged, PublishError};
use crate::committer::{Committer, Prepared, Reply, Request};
use crate::directory::Directory;

/// How many requests may wait for the committer before callers wait to hand theirs in.
const QUEUE: usize = MAX_BATCH;
/// How many events of one [`Producer::publish_many`] may be handed in and not yet answered: a batch under way, and the
/// next one waiting.
const IN_FLIGHT: usize = 2 * MAX_BATCH;

/// Publishes events, once each however often it is retried. Clones share one committer.
///
/// A caller who stops waiting does not take the event back: what was handed in is sent. When the last clone is gone,
/// the committer sends what it has and ends.
#[derive(Clone)]
pub struct Producer {
    queue: mpsc::Sender<Request>,
    /// Says when a claim is put on record, where its document does not.
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl Producer {
    /// A producer for this log. Spawns its committer, so it is to be called within a tokio runtime.
    pub fn new(
        log: impl Chronicle,
        directory: impl Directory + 'static,
        clock: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(Committer::new(log, directory, waiting).run());
        Self { queue, clock: Arc::new(clock) }
    }

    /// Whether nothing can be published any more: the committer has ended, which it never does by itself.
    pub fn has_ended(&self) -> bool {
        self.queue.is_closed()
    }

    /// Publishes one event, in the company of what else is waiting. Its `recordedtime` is filled in where absent.
    ///
    /// Publishing the same event again answers where it stands, marked `duplicate`.
    pub async fn publish(&self, document: Document) -> Result<Acknowledged, PublishError> {
        answer(self.hand_in(document).await).await
    }

    /// Publishes many events, a bounded number at a time, and answers each in the order of its coming. They are stored
    /// in that order, too, as far as they are stored at all: one that fails does not hold up the others.
    ///
    /// Reads on only as its answers are taken; counting them shows the progress.
    pub fn publish_many<S>(
        &self,
        documents: S,
    ) -> impl Stream<Item = Result<Acknowledged, PublishError>> + Send + use<S>
    where
        S: Stream<Item = Document> + Send,
    {
        let producer = self.clone();
        let handed_in = documents.then(move |document| {
            let producer = producer.clone();
            async move { producer.hand_in(document).await }
        });
        handed_in.map(answer).buffered(IN_FLIGHT)
    }

    /// Publishes at most [`MAX_BATCH`] events as one: after success all of them stand in the log, after an error none
    /// that did not stand there before (or, when the outcome is unknown, all). With `expected`, only if that is still
    /// the log's tail.
    ///
    /// Those that already stand are answered as duplicates and stay where they are; the others are stored together,
    /// at consecutive positions. So the same call may be made again after an unknown outcome: what stands by then is
    /// acknowledged, even though the tail is no longer the expected one.
    pub async fn publish_together(
        &self,
        documents: Vec<Document>,
        expected: Option<Position>,
    ) -> Result<Vec<Acknowledged>, PublishError> {
        if documents.len() > MAX_BATCH {
            let (found, allowed) = (format!("{} events", documents.len()), format!("{MAX_BATCH} events as one"));
            return Err(PublishError::TooLarge { found, allowed });
        }
        let prepared = documents.into_iter().map(|document| self.prepared(document)).collect();
        answer(self.request(|reply| Request::Together(prepared, expected, reply)).await).await
    }

    async fn hand_in(&self, document: Document) -> Receipt<Acknowledged> {
        let prepared = Box::new(self.prepared(document));
        self.request(|reply| Request::One(prepared, reply)).await
    }

    fn prepared(&self, document: Document) -> Prepared {
        Prepared::new(document.recorded_at((self.clock)()))
    }

    /// Hands a request in, as soon as there is room for it.
    async fn request<T>(&self, request: impl FnOnce(Reply<T>) -> Request) -> Receipt<T> {
        let (reply, receipt) = oneshot::channel();
        let handed_in = self.queue.send(request(reply)).await;
        handed_in.map_err(|_| PublishError::Unreachable("the committer has ended".to_owned()))?;
        Ok(receipt)
    }
}

/// What a caller holds while the committer works, or why it took nothing.
type Receipt<T> = Result<oneshot::Receiver<Result<T, PublishError>>, PublishError>;

async fn answer<T>(receipt: Receipt<T>) -> Result<T, PublishError> {
    // The sender is dropped unused only when the committer is stopped in the middle of its work.
    receipt?.await.unwrap_or_else(|_| Err(PublishError::OutcomeUnknown("the committer was stopped".to_owned())))
}
