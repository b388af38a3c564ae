//! One of many who keep a version of the published views together.

use std::collections::BTreeSet;

use chronicle::{Checkpoint, Scope, ViewStore};
use jiff::civil::Date;
use summit::Position;

use super::partitions::Partitions;
use super::publisher::{PublishViewsError, Publisher};
use super::shard::Shard;
use super::split::{VIEWS, split};
use super::{cells, name, pointer};
use crate::changes::{Cell, current, touched};
use crate::index::Index;
use crate::shared::Indexed;

/// Keeps its partitions of one version of the published views where its index is.
///
/// What an entry or a day bears on is noted, cell by cell, and looked at once when it is published, however many entries
/// came meanwhile: only the last value of a key is written, and only where it is another one.
pub struct Worker<S> {
    store: S,
    version: u32,
    partitions: Partitions,
    /// Membership and attendance.
    shards: [Shard; 2],
    /// The day whose views are published.
    today: Date,
}

/// What publishing did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Published {
    /// How many keys were given another value, or removed.
    pub keys: usize,
    /// How many moves, of one in each view, did not go through: another worker came before, or nobody knows. What they were
    /// of is looked at anew when it is next published.
    pub refused: usize,
}

impl<S: ViewStore> Worker<S> {
    /// Takes up the version that counts, with no partition yet. Where there is no version, the first one is made; where it is
    /// not parted, it is.
    pub async fn begin(store: S, index: &impl Indexed, today: Date, into: Partitions) -> Result<Self, PublishViewsError>
    where
        S: Clone,
    {
        let mut known = pointer(&store).await?;
        if known.is_none() {
            match Publisher::begin(store.clone(), index, today).await {
                // Another worker was first, and has parted it already.
                Err(PublishViewsError::InPartitions(_)) => {}
                begun => drop(begun?),
            }
            known = pointer(&store).await?;
        }
        let version = known.ok_or(PublishViewsError::Switched)?.current;
        let partitions = split(&store, version, into).await?;
        let [membership, attendance] = VIEWS.map(|view| name(view, version));
        let mut shards = [
            Shard::new(membership, partitions, cells::membership),
            Shard::new(attendance, partitions, cells::attendance),
        ];
        for shard in &mut shards {
            let contents = store.contents(&shard.name).await?;
            contents.checkpoints.iter().for_each(|(scope, checkpoint)| shard.hear(*scope, *checkpoint));
        }
        Ok(Self { store, version, partitions, shards, today })
    }

    /// The version that is published.
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// In how many partitions it is kept: as was said when it was parted.
    pub const fn partitions(&self) -> Partitions {
        self.partitions
    }

    /// The names of the views, in the order that [`hear`](Self::hear) counts them in.
    pub fn views(&self) -> [&str; 2] {
        [&self.shards[0].name, &self.shards[1].name]
    }

    /// Works at these partitions from here on, and no others. What is new among them is compared, and made right, when it is
    /// next published.
    pub fn assign(&mut self, share: &BTreeSet<u16>) {
        self.shards.iter_mut().for_each(|shard| shard.assign(share));
    }

    /// Notes what the entries behind a position, up to another, bear on. The index holds them.
    pub fn note(&mut self, index: &impl Indexed, behind: Position, to: Position) {
        let today = self.today;
        let [membership, attendance] = &mut self.shards;
        index.ask(|index: &Index| {
            for position in (behind.get() + 1..=to.get()).map(Position::new) {
                let Some(record) = index.record_at(position) else { continue };
                for cell in touched(&current(index, Some(position), today), &record.event) {
                    match cell {
                        Cell::Membership(..) => membership.note(cell),
                        Cell::Attendance(..) => attendance.note(cell),
                    }
                }
            }
        });
    }

    /// Another day began: everything may have changed.
    pub fn note_day(&mut self, today: Date) {
        self.today = today;
        self.shards.iter_mut().for_each(Shard::note_all);
    }

    /// A checkpoint of the first view, or the second, is there now.
    pub fn hear(&mut self, view: usize, scope: Scope, checkpoint: Checkpoint) {
        self.shards[view].hear(scope, checkpoint);
    }

    /// How far the worker's own partitions are, in both views; nothing where it has none.
    pub fn position(&self) -> Option<Position> {
        self.shards.iter().filter_map(Shard::position).min()
    }

    /// How far any worker has come with any partition, by what was heard: not beyond the tail of the log, unless that was
    /// longer once.
    pub fn furthest(&self) -> Position {
        self.shards.iter().map(Shard::furthest).max().unwrap_or_default()
    }

    /// Publishes what was noted, and moves the checkpoint of the whole on where that is this worker's to do. Each view is
    /// tried once: where something was refused, the caller waits a moment, and calls again.
    pub async fn publish(&mut self, index: &impl Indexed) -> Result<Published, PublishViewsError> {
        let (store, today) = (&self.store, self.today);
        let [membership, attendance] = &mut self.shards;
        let (one, other) =
            futures::try_join!(membership.publish(store, index, today), attendance.publish(store, index, today))?;
        self.settle().await?;
        Ok(Published { keys: one.keys + other.keys, refused: one.refused + other.refused })
    }

    /// Moves the checkpoint of the whole on, where that is this worker's to do.
    pub async fn settle(&mut self) -> Result<(), PublishViewsError> {
        for shard in &mut self.shards {
            shard.settle(&self.store).await?;
        }
        Ok(())
    }
}
