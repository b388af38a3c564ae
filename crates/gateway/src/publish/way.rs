//! The way into the log.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chronicle::ReadError;
use futures::{StreamExt, stream};
use producer::{Acknowledged, Producer, PublishError};
use summit::Position;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};
use wire::Document;

use super::answer::{self, Outcome};
use crate::problem::{Code, Problem};
use crate::service::Service;

/// How long whoever publishes waits for the log. What is on its way goes on for longer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How much may be on its way at once, in KiB of bodies; who comes then waits for his turn,
const MAX_ON_THE_WAY: usize = 64 * 1024;
/// so long.
const TURN_PATIENCE: Duration = Duration::from_secs(5);
/// How long the log may take to say where it ends.
const TAIL_PATIENCE: Duration = Duration::from_secs(3);
/// How long the log counts as reachable after a sign of life, so that it is not asked before every event.
const ALIVE: Duration = Duration::from_secs(1);

/// What is on its way into the log; clones are the same.
#[derive(Clone)]
pub(super) struct Way {
    room: Arc<Semaphore>,
    /// The last sign of life of the log.
    alive_at: Arc<Mutex<Option<Instant>>>,
}

impl Way {
    pub(super) fn new() -> Self {
        Self { room: Arc::new(Semaphore::new(MAX_ON_THE_WAY)), alive_at: Arc::default() }
    }

    /// Sends these as one; `size` bytes of them came.
    pub(super) async fn together(
        &self,
        service: &Service,
        size: usize,
        documents: Vec<Document>,
        expected: Option<Position>,
    ) -> Result<Vec<Acknowledged>, Problem> {
        let ids: Vec<_> = documents.iter().map(|document| document.event().id).collect();
        let begun = Instant::now();
        let stored = self
            .go(service, size, |producer| async move { producer.publish_together(documents, expected).await })
            .await?;
        match &stored {
            Ok(all) => self.counted(service, begun, all.iter().map(Ok)),
            Err(error) => self.counted(service, begun, [Err(error)]),
        }
        stored.map_err(|error| {
            let place = answer::concerns(&error).and_then(|id| ids.iter().position(|one| *one == id));
            let problem = answer::problem(error, service);
            place.into_iter().fold(problem, |problem, place| problem.with("event", place))
        })
    }

    /// Sends the good ones among these, each by itself, and says of every one what came of it.
    pub(super) async fn each(
        &self,
        service: &Service,
        size: usize,
        judged: Vec<Result<Document, Problem>>,
    ) -> Result<Vec<Outcome>, Problem> {
        let mut good = Vec::new();
        let refused: Vec<Option<Problem>> =
            judged.into_iter().map(|document| document.map(|document| good.push(document)).err()).collect();
        let mut answers: Vec<Result<Acknowledged, PublishError>> = Vec::new();
        if !good.is_empty() {
            let send = |producer: Producer| async move { producer.publish_many(stream::iter(good)).collect().await };
            let begun = Instant::now();
            answers = self.go(service, size, send).await?;
            self.counted(service, begun, answers.iter().map(Result::as_ref));
        }
        let mut answers = answers.into_iter();
        let outcome = |(place, refused): (usize, Option<Problem>)| {
            let failed = match refused {
                Some(problem) => problem,
                None => match answers.next().expect("each that was sent is answered") {
                    Ok(stored) => return Outcome::Stored(stored),
                    Err(error) => answer::problem(error, service),
                },
            };
            Outcome::Failed(failed.with("event", place))
        };
        Ok(refused.into_iter().enumerate().map(outcome).collect())
    }

    /// Lets something go its way to the end, whether or not anybody waits for it, and waits for a while.
    async fn go<T, F>(&self, service: &Service, size: usize, send: impl FnOnce(Producer) -> F) -> Result<T, Problem>
    where
        F: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        let room = u32::try_from(size.div_ceil(1024)).unwrap_or(u32::MAX).max(1);
        let Ok(Ok(room)) = timeout(TURN_PATIENCE, Arc::clone(&self.room).acquire_many_owned(room)).await else {
            let detail = "too much is being published at once; nothing of this is stored";
            return Err(Problem::new(Code::Busy, detail));
        };
        self.reachable(service).await?;
        let sending = send(service.producer().clone());
        let going = tokio::spawn(async move {
            let answer = sending.await;
            drop(room);
            answer
        });
        let answered = match timeout(PATIENCE, going).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(failed)) => {
                tracing::error!(%failed, "publishing was broken off");
                Err(PublishError::OutcomeUnknown("publishing was broken off".to_owned()))
            }
            Err(_) => {
                Err(PublishError::OutcomeUnknown(format!("no answer of the log within {} s", PATIENCE.as_secs())))
            }
        };
        answered.map_err(|error| {
            service.metrics().not_appended(&error);
            answer::problem(error, service)
        })
    }

    /// Refuses to send into a log that cannot be reached: so it is known that nothing is stored.
    async fn reachable(&self, service: &Service) -> Result<(), Problem> {
        let recent = self.alive_at().is_some_and(|at| at.elapsed() < ALIVE);
        if !recent {
            tail(service).await?;
            *self.alive_at() = Some(Instant::now());
        }
        Ok(())
    }

    /// Counts what came of them.
    fn counted<'a>(
        &self,
        service: &Service,
        begun: Instant,
        answers: impl IntoIterator<Item = Result<&'a Acknowledged, &'a PublishError>>,
    ) {
        for answer in answers {
            match answer {
                // It may be known without the log.
                Ok(stored) if stored.duplicate => {}
                Ok(_) => {
                    service.metrics().appended(begun.elapsed());
                    *self.alive_at() = Some(Instant::now());
                }
                Err(error) => service.metrics().not_appended(error),
            }
        }
    }

    fn alive_at(&self) -> MutexGuard<'_, Option<Instant>> {
        self.alive_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the log ends.
pub(super) async fn tail(service: &Service) -> Result<Position, Problem> {
    let unreachable = |why: &str| Problem::new(Code::Unreachable, format!("{why}; nothing is stored"));
    match timeout(TAIL_PATIENCE, service.log().tail()).await {
        Ok(Ok(tail)) => Ok(tail),
        Ok(Err(error @ (ReadError::Gap { .. } | ReadError::Damaged(_)))) => Err(answer::damaged(&error.to_string())),
        Ok(Err(error @ (ReadError::Unreachable(_) | ReadError::NotPermitted(_)))) => {
            Err(unreachable(&error.to_string()))
        }
        Err(_) => Err(unreachable("the log does not answer")),
    }
}
