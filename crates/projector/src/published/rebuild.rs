//! Building the published views anew beside those that count, comparing, and switching.

use bytes::Bytes;
use chronicle::ViewStore;
use jiff::civil::Date;
use serde::Serialize;
use summit::Position;

use super::cells::{self, Both, Cells};
use super::publisher::{PublishViewsError, Publisher};
use super::{Pointer, name, pointer, switch};
use crate::index::Index;

/// How often the views that count are read again because a writer moved them meanwhile.
const READ_ATTEMPTS: usize = 16;

/// What a rebuild found and did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    /// The version that counted before.
    pub from: u32,
    /// The version that counts now.
    pub to: u32,
    /// Where both were compared.
    pub position: Position,
    /// How many keys were compared.
    pub compared: usize,
    /// Where they differed: what was published is not what the log gives.
    pub differences: Vec<KeyDifference>,
}

/// A key with different values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyDifference {
    /// The view.
    pub view: String,
    /// The key.
    pub key: String,
    /// What was published; nothing where the key was absent.
    pub published: Option<String>,
    /// What the log gives; nothing where the key should be absent.
    pub rebuilt: Option<String>,
}

/// Builds the next version beside the one that counts, compares every key, and has the next one count, in one write.
pub async fn rebuild<S: ViewStore + Clone>(
    store: &S,
    index: &Index,
    today: Date,
) -> Result<Rebuilt, PublishViewsError> {
    if pointer(store).await?.is_none() {
        Publisher::begin(store.clone(), index, today).await?;
    }
    let known = pointer(store).await?.ok_or(PublishViewsError::Switched)?;
    let next = known.newest + 1;
    Publisher::of_version(store.clone(), next, index, today).await?;
    let mut rebuilt =
        Rebuilt { from: known.current, to: next, position: index.tail(), compared: 0, differences: Vec::new() };
    for (view, of) in VIEWS {
        let (position, stands) = read(store, &name(view, known.current)).await?;
        let should = of(cells::all(index, position.min(index.tail()), today));
        rebuilt.position = rebuilt.position.min(position);
        rebuilt.compared += stands.keys().chain(should.keys().filter(|key| !stands.contains_key(*key))).count();
        let text = |value: Option<&Bytes>| value.map(|value| String::from_utf8_lossy(value).into_owned());
        rebuilt.differences.extend(cells::difference(&stands, &should).into_keys().map(|key| KeyDifference {
            view: name(view, known.current),
            published: text(stands.get(&key)),
            rebuilt: text(should.get(&key)),
            key,
        }));
    }
    switch(store, Some(known), Pointer { current: next, previous: Some(known.current), newest: next }).await?;
    Ok(rebuilt)
}

/// Has the version before count again, in one write. Answers it.
pub async fn roll_back(store: &impl ViewStore) -> Result<u32, PublishViewsError> {
    let known = pointer(store).await?.ok_or(PublishViewsError::NoPrevious)?;
    let to = known.previous.ok_or(PublishViewsError::NoPrevious)?;
    switch(store, Some(known), Pointer { current: to, previous: Some(known.current), newest: known.newest }).await?;
    Ok(to)
}

/// Picks one view of both.
type Pick = fn(Both) -> Cells;
/// Both views by name.
const VIEWS: [(&str, Pick); 2] = [("membership", |cells| cells.membership), ("attendance", |cells| cells.attendance)];

/// A view as it stands at one position.
async fn read(store: &impl ViewStore, view: &str) -> Result<(Position, Cells), PublishViewsError> {
    for _ in 0..READ_ATTEMPTS {
        let before = store.checkpoint(view).await?;
        let stands = store.load(view).await?;
        if store.checkpoint(view).await? == before {
            return Ok((before.position, stands));
        }
    }
    Err(PublishViewsError::Contended(view.to_owned()))
}
