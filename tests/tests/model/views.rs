//! A store of views to which things happen.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use chronicle::{ApplyError, Change, Checkpoint, Contents, MemoryViews, Scope, Step, ViewError, ViewStore, ViewUpdate};
use futures::stream::BoxStream;

/// What happens to one move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ViewFault {
    /// Others go on so often before it arrives.
    Wait(u8),
    /// It is applied, but the answer is lost.
    AnswerLost,
    /// It never arrives.
    RequestLost,
    /// Whoever sends it dies before it arrives,
    DieBefore,
    /// or when it has been applied.
    DieAfter,
}

/// The store as one projector sees it, as long as that lives.
#[derive(Clone)]
pub(crate) struct FaultyViews {
    inner: MemoryViews,
    script: Arc<Mutex<VecDeque<ViewFault>>>,
    dead: Arc<AtomicBool>,
}

impl FaultyViews {
    pub(crate) fn new(inner: &MemoryViews) -> Self {
        Self { inner: inner.clone(), script: Arc::default(), dead: Arc::default() }
    }

    /// What is to happen from now on, instead of what was.
    pub(crate) fn expect(&self, faults: &[ViewFault]) {
        *self.script.lock().unwrap_or_else(PoisonError::into_inner) = faults.iter().copied().collect();
    }

    /// Whether whoever sees the store so has died.
    pub(crate) fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Relaxed)
    }

    fn die<T>(&self) -> Result<T, ApplyError> {
        self.dead.store(true, Ordering::Relaxed);
        Err(ApplyError::Refused("dead".to_owned()))
    }

    /// Lets others go first.
    async fn alive(&self) -> Result<(), ViewError> {
        tokio::task::yield_now().await;
        if self.is_dead() { Err(ViewError::Damaged("dead".to_owned())) } else { Ok(()) }
    }
}

impl ViewStore for FaultyViews {
    async fn checkpoint(&self, view: &str) -> Result<Checkpoint, ViewError> {
        self.alive().await?;
        self.inner.checkpoint(view).await
    }

    async fn move_on(&self, view: &str, steps: &[Step], changes: Vec<Change>) -> Result<Vec<Checkpoint>, ApplyError> {
        if self.is_dead() {
            return self.die();
        }
        let fault = self.script.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let lost = Err(ApplyError::OutcomeUnknown(format!("{fault:?}")));
        match fault {
            None => self.inner.move_on(view, steps, changes).await,
            Some(ViewFault::Wait(turns)) => {
                for _ in 0..turns {
                    tokio::task::yield_now().await;
                }
                self.inner.move_on(view, steps, changes).await
            }
            Some(ViewFault::AnswerLost) => self.inner.move_on(view, steps, changes).await.and(lost),
            Some(ViewFault::RequestLost) => lost,
            Some(ViewFault::DieBefore) => self.die(),
            Some(ViewFault::DieAfter) => {
                // Applied or refused: nobody hears of it.
                let _ = self.inner.move_on(view, steps, changes).await;
                self.die()
            }
        }
    }

    async fn value(&self, view: &str, key: &str) -> Result<Option<Bytes>, ViewError> {
        self.alive().await?;
        self.inner.value(view, key).await
    }

    async fn contents(&self, view: &str) -> Result<Contents, ViewError> {
        self.alive().await?;
        self.inner.contents(view).await
    }

    fn watch_checkpoints(&self, view: &str) -> BoxStream<'static, Result<(Scope, Checkpoint), ViewError>> {
        self.inner.watch_checkpoints(view)
    }

    fn watch(&self, view: &str) -> BoxStream<'static, Result<ViewUpdate, ViewError>> {
        self.inner.watch(view)
    }
}
