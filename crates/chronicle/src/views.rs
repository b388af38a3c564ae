//! Published views: keys and values that any client may read and watch, moved on as one with a checkpoint.

use std::collections::BTreeMap;
use std::future::Future;

use bytes::Bytes;
use futures::stream::BoxStream;
use summit::Position;

use crate::scope::{Contents, Scope, Step};

/// The most changes that [`ViewStore::apply`] takes as one: with the checkpoint they fill a batch of the substrate.
pub const MAX_CHANGES: usize = 999;
/// The largest value, in bytes.
pub const MAX_VALUE_BYTES: usize = 524_288;
/// The longest key, in bytes.
pub const MAX_KEY_BYTES: usize = 512;
/// The key that the checkpoint has for those who read the store without us; no change may name it, nor one that begins with
/// it and a dot: those are of the checkpoints of partitions.
pub const CHECKPOINT_KEY: &str = "_checkpoint";

/// Which state of a view a writer has built on. Each [`ViewStore::apply`] gives a greater one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Revision(u64);

impl Revision {
    /// Of a view to which nothing was ever applied.
    pub const NONE: Self = Self(0);

    /// The revision with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// How far a view has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Checkpoint {
    /// What the next writer must name.
    pub revision: Revision,
    /// The view holds the log up to here.
    pub position: Position,
}

/// What happens to one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The key, such as `sco.BLR`: letters, digits and `-/_=.`, no empty token.
    pub key: String,
    /// Its new value, or none to remove it.
    pub value: Option<Bytes>,
}

/// What a watcher sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ViewUpdate {
    /// A key has a value now, or none any more.
    Changed(Change),
    /// A writer has moved the view on, or a partition of it; the changes of that move follow.
    Moved(Scope, Checkpoint),
}

/// Why changes were not acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// Another writer has moved the view on. Nothing was applied; this writer must load again, or end.
    #[error("another writer has moved the view on since revision {}", expected.get())]
    Stale {
        /// What this writer had built on.
        expected: Revision,
    },
    /// They may be applied or not: load the checkpoint to know.
    #[error("the outcome is unknown: {0}")]
    OutcomeUnknown(String),
    /// The store refused. Nothing was applied.
    #[error("refused: {0}")]
    Refused(String),
}

/// Why a view could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ViewError {
    /// The store cannot be reached now.
    #[error("the published views cannot be reached: {0}")]
    Unreachable(String),
    /// What stands there is not what a writer of views leaves.
    #[error("the view is damaged: {0}")]
    Damaged(String),
}

/// A store of named views, such as `membership-3`. A name nobody wrote to is an empty view.
///
/// The rules, each with the contract test in [`crate::view_contract`] that checks it:
/// - [`move_on`](Self::move_on) applies all changes and the checkpoints, or nothing (`changes_and_checkpoint_stand_together`).
/// - A writer whose expected revision is not the view's is refused whole (`a_stale_writer_is_refused_whole`).
/// - A removed key is gone, for [`value`](Self::value) and [`load`](Self::load) (`a_removed_key_is_gone`).
/// - [`watch`](Self::watch) tells the latest value of every key, then what changes, pushed
///   (`watching_tells_what_is_and_what_comes`).
/// - Views know nothing of each other (`views_are_apart`), and partitions of one stand beside each other: each has a
///   checkpoint of its own, several are moved as one, and none stands for the whole (`partitions_move_apart_and_together`).
/// - Keys outside the grammar, too many changes and the checkpoint's own key are refused
///   (`what_is_no_change_is_refused`).
pub trait ViewStore: Send + Sync + 'static {
    /// How far a view has come as a whole; the default one for a view nobody wrote to.
    fn checkpoint(&self, view: &str) -> impl Future<Output = Result<Checkpoint, ViewError>> + Send;

    /// Applies changes (a later one to the same key wins) and moves checkpoints, if each is still where its step expects it.
    /// Answers where they are, in the order of the steps. Changes and steps together are at most [`MAX_CHANGES`] and one.
    ///
    /// Where it is refused as stale and there are several steps, nobody says which: the error names the first.
    fn move_on(
        &self,
        view: &str,
        steps: &[Step],
        changes: Vec<Change>,
    ) -> impl Future<Output = Result<Vec<Checkpoint>, ApplyError>> + Send;

    /// The same for the checkpoint of the whole, with up to [`MAX_CHANGES`] changes.
    fn apply(
        &self,
        view: &str,
        expected: Revision,
        changes: Vec<Change>,
        position: Position,
    ) -> impl Future<Output = Result<Checkpoint, ApplyError>> + Send {
        async move {
            let moved = self.move_on(view, &[Step { scope: Scope::Whole, expected, position }], changes).await?;
            Ok(moved.into_iter().next().expect("one step, one checkpoint"))
        }
    }

    /// The value of one key.
    fn value(&self, view: &str, key: &str) -> impl Future<Output = Result<Option<Bytes>, ViewError>> + Send;

    /// Every checkpoint, and then every key and value. Writers may move on meanwhile, and of a key that they write it may tell
    /// nothing: whoever builds on it names the revisions that it says, and is refused then.
    fn contents(&self, view: &str) -> impl Future<Output = Result<Contents, ViewError>> + Send;

    /// Every key and value. Writers may move on meanwhile: compare [`checkpoint`](Self::checkpoint) before and after
    /// where that matters.
    fn load(&self, view: &str) -> impl Future<Output = Result<BTreeMap<String, Bytes>, ViewError>> + Send {
        async move { Ok(self.contents(view).await?.values) }
    }

    /// Where every checkpoint of a view is now, and then each as it is moved. A slow watcher may miss moves before the last.
    fn watch_checkpoints(&self, view: &str) -> BoxStream<'static, Result<(Scope, Checkpoint), ViewError>>;

    /// What stands in a view now (of each key the last change only), and then every change as it is applied. A slow
    /// watcher may miss values that were replaced meanwhile, never the last one.
    fn watch(&self, view: &str) -> BoxStream<'static, Result<ViewUpdate, ViewError>>;
}

/// Whether a store may take these changes to this view. Every implementation asks this first.
pub fn check_changes(view: &str, changes: &[Change]) -> Result<(), ApplyError> {
    let refuse = |why: String| Err(ApplyError::Refused(why));
    if view.is_empty() || !view.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)) {
        return refuse(format!("\"{}\" is no name of a view", view.escape_debug()));
    }
    if changes.len() > MAX_CHANGES {
        return refuse(format!("{} changes, allowed are {MAX_CHANGES}", changes.len()));
    }
    for Change { key, value } in changes {
        let letters = key.bytes().all(|b| b.is_ascii_alphanumeric() || b"-/_=.".contains(&b));
        let checkpoint = key.split('.').next() == Some(CHECKPOINT_KEY);
        if checkpoint || !letters || key.len() > MAX_KEY_BYTES || key.split('.').any(str::is_empty) {
            return refuse(format!("\"{}\" is no key of a view", key.escape_debug()));
        }
        let bytes = value.as_ref().map_or(0, Bytes::len);
        if bytes > MAX_VALUE_BYTES {
            return refuse(format!("the value of \"{key}\" has {bytes} bytes, allowed are {MAX_VALUE_BYTES}"));
        }
    }
    Ok(())
}
