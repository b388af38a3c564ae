//! Published views: the current views as keys and values that any client may read and watch.
//!
//! A version of the views is a pair, `membership-<N>` and `attendance-<N>`; the key `views` of `chronicle` names the one
//! that counts. Keys are `<organisation>.<party>`, with the rows of [`Members`](crate::Members) as a JSON array, and
//! `<meeting>.<party>`, with a [`Delegation`](crate::Delegation). Each moves on with a checkpoint as one: whoever builds on
//! another's state is refused whole.
//!
//! One [`Publisher`] keeps a version by itself, or many [`Worker`]s keep it together: then the version is parted for good
//! ([`Partitions`]), and each partition of its keys has a checkpoint. **Keys are parted, the log is not**: an event bears
//! on keys that its subject does not tell (a correction those of its target, a succession those of every organisation, a
//! meeting those of its wholes and parts, a membership the capacity at any meeting), so a filter of the log for each
//! partition would lose facts. Every worker therefore takes in the whole log, which is cheap, and folds what its keys need,
//! which is not. Who works at which partition ([`Roster`]) is a matter of liveness only. What makes each move count once is
//! the checkpoint: it moves with the keys, as one, or not at all. So a worker that was taken to be dead and comes back is
//! refused whole.

mod cells;
mod partitions;
mod publisher;
mod rebuild;
mod roster;
mod shard;
mod split;
mod worker;

pub use partitions::Partitions;
pub use publisher::{PublishViewsError, Publisher};
pub use rebuild::{KeyDifference, RebuildError, Rebuilt, rebuild, roll_back};
pub use roster::{BEAT, MAX_WORKER_BYTES, Roster, SILENCE, shares};
pub use split::{partitions, split};
pub use worker::{Published, Worker};

use bytes::Bytes;
use chronicle::{Change, ViewStore};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The view that names the others.
pub const POINTER_VIEW: &str = "chronicle";
/// Its key that names the views that count.
pub const POINTER_KEY: &str = "views";

/// Which version of the published views counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pointer {
    /// The version that counts.
    pub current: u32,
    /// The version that counted before it, which can be switched back to.
    pub previous: Option<u32>,
    /// The greatest version that was ever made.
    pub newest: u32,
}

/// Which version of the published views counts; nothing where none was ever published.
pub async fn pointer(store: &impl ViewStore) -> Result<Option<Pointer>, PublishViewsError> {
    let Some(value) = store.value(POINTER_VIEW, POINTER_KEY).await? else { return Ok(None) };
    let pointer = serde_json::from_slice(&value).map_err(|error| PublishViewsError::Pointer(error.to_string()))?;
    Ok(Some(pointer))
}

/// Has another version count, in one write, if the pointer is still what the caller knows.
async fn switch(store: &impl ViewStore, known: Option<Pointer>, to: Pointer) -> Result<(), PublishViewsError> {
    let checkpoint = store.checkpoint(POINTER_VIEW).await?;
    if pointer(store).await? != known {
        return Err(PublishViewsError::Switched);
    }
    let value = Bytes::from(serde_json::to_vec(&to).expect("numbers are JSON"));
    let change = Change { key: POINTER_KEY.to_owned(), value: Some(value) };
    store.apply(POINTER_VIEW, checkpoint.revision, vec![change], checkpoint.position).await?;
    Ok(())
}

/// The name of a view of one version.
fn name(view: &str, version: u32) -> String {
    format!("{view}-{version}")
}
