//! Published views in memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use tokio::sync::watch;

use crate::scope::{Contents, Scope, Step, check_steps};
use crate::views::{ApplyError, Change, Checkpoint, Revision, ViewError, ViewStore, ViewUpdate, check_changes};

/// Views that live as long as their last clone.
#[derive(Clone)]
pub struct MemoryViews {
    /// Every view by its name, shared with the streams that watch it.
    views: Arc<Mutex<HashMap<String, View>>>,
    /// Tells watchers that some view has moved.
    moved: watch::Sender<()>,
}

/// One view: what was last said of each key, in the order it was said; the shape of a bucket with a history of one.
#[derive(Default)]
struct View {
    /// The last update of each key, by its number.
    updates: BTreeMap<u64, ViewUpdate>,
    /// Which update speaks of a key.
    numbers: HashMap<String, u64>,
    /// The number of the last update ever.
    last: u64,
    /// How far it has come, and its partitions.
    checkpoints: BTreeMap<Scope, Checkpoint>,
}

impl View {
    /// Says something of a key, and forgets what was said of it before.
    fn say(&mut self, key: String, update: ViewUpdate) {
        self.last += 1;
        if let Some(before) = self.numbers.insert(key, self.last) {
            self.updates.remove(&before);
        }
        self.updates.insert(self.last, update);
    }

    /// Where a checkpoint is.
    fn checkpoint(&self, scope: Scope) -> Checkpoint {
        self.checkpoints.get(&scope).copied().unwrap_or_default()
    }

    /// The present value of each key.
    fn values(&self) -> impl Iterator<Item = (&String, &Bytes)> {
        self.updates.values().filter_map(|update| match update {
            ViewUpdate::Changed(Change { key, value: Some(value) }) => Some((key, value)),
            ViewUpdate::Changed(_) | ViewUpdate::Moved(..) => None,
        })
    }
}

impl Default for MemoryViews {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryViews {
    /// A store without views.
    pub fn new() -> Self {
        Self { views: Arc::default(), moved: watch::Sender::new(()) }
    }

    /// The views; nothing panics while changing them.
    fn views(&self) -> MutexGuard<'_, HashMap<String, View>> {
        self.views.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first update of a view behind a number.
    fn update_after(&self, view: &str, number: u64) -> Option<(u64, ViewUpdate)> {
        let views = self.views();
        views.get(view)?.updates.range(number + 1..).next().map(|(number, update)| (*number, update.clone()))
    }
}

impl ViewStore for MemoryViews {
    async fn checkpoint(&self, view: &str) -> Result<Checkpoint, ViewError> {
        Ok(self.views().get(view).map(|view| view.checkpoint(Scope::Whole)).unwrap_or_default())
    }

    async fn move_on(&self, view: &str, steps: &[Step], changes: Vec<Change>) -> Result<Vec<Checkpoint>, ApplyError> {
        check_changes(view, &changes)?;
        check_steps(steps, &changes)?;
        let mut moved = Vec::new();
        {
            let mut views = self.views();
            let view = views.entry(view.to_owned()).or_default();
            if steps.iter().any(|step| view.checkpoint(step.scope).revision != step.expected) {
                return Err(ApplyError::Stale { expected: steps[0].expected });
            }
            for Step { scope, position, .. } in steps {
                let checkpoint = Checkpoint { revision: Revision::new(view.last + 1), position: *position };
                view.say(scope.key(), ViewUpdate::Moved(*scope, checkpoint));
                view.checkpoints.insert(*scope, checkpoint);
                moved.push(checkpoint);
            }
            for change in changes {
                view.say(change.key.clone(), ViewUpdate::Changed(change));
            }
        }
        self.moved.send_replace(());
        Ok(moved)
    }

    async fn value(&self, view: &str, key: &str) -> Result<Option<Bytes>, ViewError> {
        let views = self.views();
        let found = views.get(view).and_then(|view| view.values().find(|(name, _)| *name == key));
        Ok(found.map(|(_, value)| value.clone()))
    }

    async fn contents(&self, view: &str) -> Result<Contents, ViewError> {
        let views = self.views();
        let Some(view) = views.get(view) else { return Ok(Contents::default()) };
        let values = view.values().map(|(key, value)| (key.clone(), value.clone())).collect();
        Ok(Contents { checkpoints: view.checkpoints.clone(), values })
    }

    fn watch_checkpoints(&self, view: &str) -> BoxStream<'static, Result<(Scope, Checkpoint), ViewError>> {
        let moves = self.watch(view).filter_map(|update| async {
            match update {
                Ok(ViewUpdate::Moved(scope, checkpoint)) => Some(Ok((scope, checkpoint))),
                Ok(ViewUpdate::Changed(_)) => None,
                Err(error) => Some(Err(error)),
            }
        });
        moves.boxed()
    }

    fn watch(&self, view: &str) -> BoxStream<'static, Result<ViewUpdate, ViewError>> {
        let start = (self.clone(), view.to_owned(), self.moved.subscribe(), 0);
        stream::unfold(start, |(store, view, mut moved, seen)| async move {
            loop {
                moved.mark_unchanged();
                if let Some((number, update)) = store.update_after(&view, seen) {
                    return Some((Ok(update), (store, view, moved, number)));
                }
                moved.changed().await.ok()?;
            }
        })
        .boxed()
    }
}
