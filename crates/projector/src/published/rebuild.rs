//! Building the published views anew beside those that count, comparing, and switching.

use std::collections::BTreeSet;

use bytes::Bytes;
use chronicle::{Chronicle, Scope, ViewStore};
use jiff::civil::Date;
use serde::Serialize;
use summit::Position;

use super::cells::{self, Cells, Wanted};
use super::partitions::Partitions;
use super::publisher::{PublishViewsError, Publisher};
use super::split::{self, partitions, split};
use super::{Pointer, name, pointer, switch};
use crate::index::Index;
use crate::runtime::{CatchUpError, arrive};

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

/// Builds the next version beside the one that counts, compares every key, and has the next one count, in one write. The
/// index is brought on, from its log, to wherever what is compared has come meanwhile. The next version is kept in so many
/// partitions, or as one.
pub async fn rebuild<S: ViewStore + Clone>(
    store: &S,
    log: &impl Chronicle,
    index: &mut Index,
    today: Date,
    into: Option<Partitions>,
) -> Result<Rebuilt, RebuildError> {
    if pointer(store).await?.is_none() {
        Publisher::begin(store.clone(), index, today).await?;
    }
    let known = pointer(store).await?.ok_or(PublishViewsError::Switched)?;
    let next = unparted(store, known.newest + 1).await?;
    Publisher::of_version(store.clone(), next, index, today).await?;
    let mut rebuilt =
        Rebuilt { from: known.current, to: next, position: index.tail(), compared: 0, differences: Vec::new() };
    for (view, made) in MADE {
        let mut differences = Vec::new();
        for Stands { partition, position, values } in read(store, &name(view, known.current)).await? {
            arrive(log, index, Some(position)).await?.expect("an index without a snapshot has no bad parts");
            let wanted = |key: &str| partition.is_none_or(|(partitions, number)| partitions.of(key) == number);
            let should = made(index, position.min(index.tail()), today, &wanted);
            rebuilt.position = rebuilt.position.min(position);
            rebuilt.compared += values.keys().chain(should.keys().filter(|key| !values.contains_key(*key))).count();
            let text = |value: Option<&Bytes>| value.map(|value| String::from_utf8_lossy(value).into_owned());
            differences.extend(cells::difference(&values, &should).into_keys().map(|key| KeyDifference {
                view: name(view, known.current),
                published: text(values.get(&key)),
                rebuilt: text(should.get(&key)),
                key,
            }));
        }
        differences.sort_by(|one: &KeyDifference, other| one.key.cmp(&other.key));
        rebuilt.differences.append(&mut differences);
    }
    if let Some(into) = into {
        split(store, next, into).await?;
    }
    switch(store, Some(known), Pointer { current: next, previous: Some(known.current), newest: next }).await?;
    Ok(rebuilt)
}

/// Why the views were not built anew.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RebuildError {
    /// They could not be published.
    #[error(transparent)]
    Publish(#[from] PublishViewsError),
    /// The log could not be read on.
    #[error(transparent)]
    CatchUp(#[from] CatchUpError),
}

/// The first version from one on that is not kept in partitions: one that was parted and never counted is left behind by a
/// rebuild that ended early.
async fn unparted(store: &impl ViewStore, from: u32) -> Result<u32, PublishViewsError> {
    let mut version = from;
    while partitions(store, version).await?.is_some() {
        version += 1;
    }
    Ok(version)
}

/// Has the version before count again, in one write. Answers it.
pub async fn roll_back(store: &impl ViewStore) -> Result<u32, PublishViewsError> {
    let known = pointer(store).await?.ok_or(PublishViewsError::NoPrevious)?;
    let to = known.previous.ok_or(PublishViewsError::NoPrevious)?;
    switch(store, Some(known), Pointer { current: to, previous: Some(known.current), newest: known.newest }).await?;
    Ok(to)
}

/// What a view should hold.
type Made = fn(&Index, Position, Date, Wanted<'_>) -> Cells;
/// Both views by name.
const MADE: [(&str, Made); 2] = [("membership", cells::membership), ("attendance", cells::attendance)];

/// Keys that stand at one position: those of a partition, or all.
struct Stands {
    partition: Option<(Partitions, u16)>,
    position: Position,
    values: Cells,
}

/// A view as it stands, each partition at one position.
async fn read(store: &impl ViewStore, view: &str) -> Result<Vec<Stands>, PublishViewsError> {
    let (mut read, mut done) = (Vec::new(), BTreeSet::new());
    let mut before = store.contents(view).await?;
    for _ in 0..READ_ATTEMPTS {
        let after = store.contents(view).await?;
        let partitions = split::of(&before);
        let scopes: Vec<Scope> =
            partitions.map_or_else(|| vec![Scope::Whole], |all| all.all().map(Scope::Partition).collect());
        for scope in scopes.iter().filter(|scope| before.checkpoints.get(scope) == after.checkpoints.get(scope)) {
            // What another writer moved meanwhile may stand there in part: that one is read again.
            if split::of(&after) == partitions && done.insert(*scope) {
                let partition = partitions
                    .and_then(|all| if let Scope::Partition(number) = scope { Some((all, *number)) } else { None });
                let own = |key: &str| partition.is_none_or(|(all, number)| all.of(key) == number);
                let values = before.values.iter().filter(|(key, _)| own(key));
                read.push(Stands {
                    partition,
                    position: before.checkpoints.get(scope).map(|at| at.position).unwrap_or_default(),
                    values: values.map(|(key, value)| (key.clone(), value.clone())).collect(),
                });
            }
        }
        if scopes.iter().all(|scope| done.contains(scope)) {
            return Ok(read);
        }
        before = after;
    }
    Err(PublishViewsError::Contended(view.to_owned()))
}
