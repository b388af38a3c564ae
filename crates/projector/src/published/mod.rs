//! Published views: the current views as keys and values that any client may read and watch.
//!
//! A version of the views is a pair, `membership-<N>` and `attendance-<N>`; the key `views` of `chronicle` names the one
//! that counts. Keys are `<organisation>.<party>`, with the rows of [`Members`](crate::Members) as a JSON array, and
//! `<meeting>.<party>`, with a [`Delegation`](crate::Delegation). Each moves on with a checkpoint as one: whoever builds on
//! another's state is refused whole.

mod cells;
mod publisher;
mod rebuild;

pub use publisher::{PublishViewsError, Publisher};
pub use rebuild::{KeyDifference, Rebuilt, rebuild, roll_back};

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
