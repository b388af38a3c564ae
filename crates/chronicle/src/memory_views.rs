//! Published views in memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use summit::Position;
use tokio::sync::watch;

use crate::views::{
    ApplyError, CHECKPOINT_KEY, Change, Checkpoint, Revision, ViewError, ViewStore, ViewUpdate, check_changes,
};

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
    /// How far it has come.
    checkpoint: Checkpoint,
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

    /// The present value of each key.
    fn values(&self) -> impl Iterator<Item = (&String, &Bytes)> {
        self.updates.values().filter_map(|update| match update {
            ViewUpdate::Changed(Change { key, value: Some(value) }) => Some((key, value)),
            ViewUpdate::Changed(_) | ViewUpdate::Moved(_) => None,
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
        Ok(self.views().get(view).map(|view| view.checkpoint).unwrap_or_default())
    }

    async fn apply(
        &self,
        view: &str,
        expected: Revision,
        changes: Vec<Change>,
        position: Position,
    ) -> Result<Checkpoint, ApplyError> {
        check_changes(view, &changes)?;
        let checkpoint = {
            let mut views = self.views();
            let view = views.entry(view.to_owned()).or_default();
            if view.checkpoint.revision != expected {
                return Err(ApplyError::Stale { expected });
            }
            let checkpoint = Checkpoint { revision: Revision::new(view.last + 1), position };
            view.say(CHECKPOINT_KEY.to_owned(), ViewUpdate::Moved(checkpoint));
            for change in changes {
                view.say(change.key.clone(), ViewUpdate::Changed(change));
            }
            view.checkpoint = checkpoint;
            checkpoint
        };
        self.moved.send_replace(());
        Ok(checkpoint)
    }

    async fn value(&self, view: &str, key: &str) -> Result<Option<Bytes>, ViewError> {
        let views = self.views();
        let found = views.get(view).and_then(|view| view.values().find(|(name, _)| *name == key));
        Ok(found.map(|(_, value)| value.clone()))
    }

    async fn load(&self, view: &str) -> Result<BTreeMap<String, Bytes>, ViewError> {
        let views = self.views();
        let values = views.get(view).into_iter().flat_map(View::values);
        Ok(values.map(|(key, value)| (key.clone(), value.clone())).collect())
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
