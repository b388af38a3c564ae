//! What one worker keeps of one view: its partitions, each with its checkpoint.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use chronicle::{ApplyError, Change, Checkpoint, MAX_CHANGES, Scope, Step, ViewStore};
use jiff::civil::Date;
use summit::Position;

use super::cells::{self, Cells, Wanted};
use super::partitions::{Partitions, digest};
use super::publisher::PublishViewsError;
use super::split;
use super::worker::Published;
use crate::changes::{Cell, current};
use crate::index::Index;
use crate::shared::Indexed;

/// The partitions of one view that are a worker's.
pub(super) struct Shard {
    /// The view.
    pub(super) name: String,
    /// Everything that it should hold.
    made: fn(&Index, Position, Date, Wanted<'_>) -> Cells,
    partitions: Partitions,
    /// The worker's own.
    held: BTreeMap<u16, Held>,
    /// Cells of them that may have changed since they were last looked at.
    pending: BTreeSet<Cell>,
    /// Where every checkpoint of the view was last seen, others' included.
    known: BTreeMap<Scope, Checkpoint>,
}

/// A partition.
#[derive(Default)]
struct Held {
    checkpoint: Checkpoint,
    /// What stands there, by key, as digests. Nothing where that is not known: all of it is looked at anew.
    stands: Option<BTreeMap<String, u64>>,
}

impl Shard {
    pub(super) fn new(
        name: String,
        partitions: Partitions,
        made: fn(&Index, Position, Date, Wanted<'_>) -> Cells,
    ) -> Self {
        let (held, pending, known) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
        Self { name, made, partitions, held, pending, known }
    }

    /// Works at these partitions from here on, and no others.
    pub(super) fn assign(&mut self, share: &BTreeSet<u16>) {
        self.held.retain(|number, _| share.contains(number));
        for number in share {
            self.held.entry(*number).or_default();
        }
        let (partitions, held) = (self.partitions, &self.held);
        self.pending.retain(|cell| held.contains_key(&partitions.of(&cells::key(cell))));
    }

    /// Notes that a cell may have changed, where it is the worker's.
    pub(super) fn note(&mut self, cell: Cell) {
        if self.held.contains_key(&self.partitions.of(&cells::key(&cell))) {
            self.pending.insert(cell);
        }
    }

    /// Everything may have changed.
    pub(super) fn note_all(&mut self) {
        self.held.values_mut().for_each(|held| held.stands = None);
    }

    /// Where a checkpoint is.
    pub(super) fn hear(&mut self, scope: Scope, checkpoint: Checkpoint) {
        let known = self.known.entry(scope).or_default();
        // What is seen late may have been moved on since.
        if checkpoint.revision > known.revision {
            *known = checkpoint;
        }
    }

    /// How far the worker's own partitions are; nothing where it has none.
    pub(super) fn position(&self) -> Option<Position> {
        self.held.values().map(|held| held.checkpoint.position).min()
    }

    /// How far any worker has come with any partition.
    pub(super) fn furthest(&self) -> Position {
        self.known.values().map(|checkpoint| checkpoint.position).max().unwrap_or_default()
    }

    /// Brings the worker's partitions to the tail of the index, but those of which another worker knows more yet. Where a move
    /// is refused because another one came before, or nobody knows what became of it, the partitions are looked at anew when
    /// it is next called.
    pub(super) async fn publish(
        &mut self,
        store: &impl ViewStore,
        index: &impl Indexed,
        today: Date,
    ) -> Result<Published, PublishViewsError> {
        let moved = match self.take_up(store, index, today).await? {
            Ok(anew) => self.advance(store, index, today).await.map(|moved| anew + moved),
            refused => refused,
        };
        match moved {
            Ok(keys) => {
                self.pending.clear();
                Ok(Published { keys, refused: 0 })
            }
            Err(ApplyError::Stale { .. } | ApplyError::OutcomeUnknown(_)) => Ok(Published { keys: 0, refused: 1 }),
            Err(error @ ApplyError::Refused(_)) => Err(error.into()),
        }
    }

    /// Compares what stands in partitions of which that is not known with what should, and makes it so.
    async fn take_up(
        &mut self,
        store: &impl ViewStore,
        index: &impl Indexed,
        today: Date,
    ) -> Result<Result<usize, ApplyError>, PublishViewsError> {
        let unknown = |held: &Held| held.stands.is_none();
        let tail = index.ask(Index::tail);
        // Where another knew more when it was last looked at, it still does.
        if !self.held.values().any(|held| unknown(held) && held.checkpoint.position <= tail) {
            return Ok(Ok(0));
        }
        let contents = store.contents(&self.name).await?;
        if split::of(&contents) != Some(self.partitions) {
            return Err(PublishViewsError::NotInPartitions(self.name.clone()));
        }
        contents.checkpoints.iter().for_each(|(scope, checkpoint)| self.hear(*scope, *checkpoint));
        let mut anew = BTreeSet::new();
        for (number, held) in self.held.iter_mut().filter(|(_, held)| unknown(held)) {
            held.checkpoint = contents.checkpoints.get(&Scope::Partition(*number)).copied().unwrap_or_default();
            if held.checkpoint.position <= tail {
                held.stands = Some(BTreeMap::new());
                anew.insert(*number);
            }
        }
        let partitions = self.partitions;
        let wanted = |key: &str| anew.contains(&partitions.of(key));
        let stands: Cells = contents.values.into_iter().filter(|(key, _)| wanted(key)).collect();
        for (key, value) in &stands {
            self.stood(key, Some(value));
        }
        let (tail, should) = index.ask(|index| (index.tail(), (self.made)(index, index.tail(), today, &wanted)));
        Ok(self.apply(store, &anew, cells::difference(&stands, &should), tail).await)
    }

    /// Looks at what may have changed in partitions of which it is known what stands there.
    async fn advance(
        &mut self,
        store: &impl ViewStore,
        index: &impl Indexed,
        today: Date,
    ) -> Result<usize, ApplyError> {
        let known = |held: &Held| held.stands.is_some();
        let (tail, values) = index.ask(|index| {
            let view = current(index, Some(index.tail()), today);
            let values: Cells<Option<Bytes>> =
                self.pending.iter().map(|cell| (cells::key(cell), cells::value(&view, cell))).collect();
            (index.tail(), values)
        });
        let behind = |held: &Held| known(held) && held.checkpoint.position <= tail;
        let moving = self.held.iter().filter(|(_, held)| behind(held)).map(|(number, _)| *number).collect();
        let changed = values.into_iter().filter(|(key, value)| {
            let held = self.held.get(&self.partitions.of(key));
            let stands = held.and_then(|held| held.stands.as_ref());
            stands.is_some_and(|stands| stands.get(key).copied() != value.as_ref().map(digest))
        });
        let changed = changed.collect();
        self.apply(store, &moving, changed, tail).await
    }

    /// Applies changes, as one where they fit; else all but the last part leave the partitions at the positions where they
    /// are. Where the worker has all partitions, the whole moves with them. A refusal is of all of it: what stands there is
    /// not known from then on.
    async fn apply(
        &mut self,
        store: &impl ViewStore,
        moving: &BTreeSet<u16>,
        changes: Cells<Option<Bytes>>,
        position: Position,
    ) -> Result<usize, ApplyError> {
        let count = changes.len();
        let at = |shard: &Self, number: &u16| shard.held.get(number).map(|held| held.checkpoint).unwrap_or_default();
        if changes.is_empty() && moving.iter().all(|number| at(self, number).position == position) {
            return Ok(0);
        }
        let alone = moving.len() == usize::from(self.partitions.count());
        let mut changes = changes.into_iter();
        loop {
            let mut steps: Vec<(Scope, Checkpoint)> =
                moving.iter().map(|number| (Scope::Partition(*number), at(self, number))).collect();
            if alone && let Some(whole) = self.known.get(&Scope::Whole) {
                steps.push((Scope::Whole, *whole));
            }
            let part: Vec<(String, Option<Bytes>)> = changes.by_ref().take(MAX_CHANGES + 1 - steps.len()).collect();
            let last = changes.len() == 0;
            let steps: Vec<Step> = steps
                .into_iter()
                .map(|(scope, at)| {
                    let position = if last { position } else { at.position };
                    Step { scope, expected: at.revision, position }
                })
                .collect();
            let keyed = part.iter().map(|(key, value)| Change { key: key.clone(), value: value.clone() }).collect();
            let moved = match store.move_on(&self.name, &steps, keyed).await {
                Ok(moved) => moved,
                Err(error) => {
                    self.forget(moving);
                    return Err(error);
                }
            };
            for (step, checkpoint) in steps.iter().zip(moved) {
                self.hear(step.scope, checkpoint);
                if let Scope::Partition(number) = step.scope
                    && let Some(held) = self.held.get_mut(&number)
                {
                    held.checkpoint = checkpoint;
                }
            }
            for (key, value) in &part {
                self.stood(key, value.as_ref());
            }
            if last {
                return Ok(count);
            }
        }
    }

    /// Remembers what stands under a key.
    fn stood(&mut self, key: &str, value: Option<&Bytes>) {
        let held = self.held.get_mut(&self.partitions.of(key));
        let Some(stands) = held.and_then(|held| held.stands.as_mut()) else { return };
        match value {
            Some(value) => stands.insert(key.to_owned(), digest(value)),
            None => stands.remove(key),
        };
    }

    /// What stands in partitions is not known, nor where the whole is.
    fn forget(&mut self, moving: &BTreeSet<u16>) {
        for number in moving {
            if let Some(held) = self.held.get_mut(number) {
                *held = Held::default();
            }
        }
    }

    /// Moves the checkpoint of the whole to the least of its partitions, where that is further: the worker of the first
    /// partition does so. Another one may do it at the same time: one of the two is refused, and nothing is wrong.
    pub(super) async fn settle(&mut self, store: &impl ViewStore) -> Result<(), ApplyError> {
        if !self.held.contains_key(&0) {
            return Ok(());
        }
        let parts = self.partitions.all().map(|number| self.known.get(&Scope::Partition(number)).map(|at| at.position));
        let Some(position) = parts.min().flatten() else { return Ok(()) };
        let whole = self.known.get(&Scope::Whole).copied().unwrap_or_default();
        if position <= whole.position {
            return Ok(());
        }
        let step = Step { scope: Scope::Whole, expected: whole.revision, position };
        match store.move_on(&self.name, &[step], vec![]).await {
            Ok(moved) => {
                for checkpoint in moved {
                    self.hear(Scope::Whole, checkpoint);
                }
                Ok(())
            }
            // Where it is by now is heard.
            Err(ApplyError::Stale { .. } | ApplyError::OutcomeUnknown(_)) => Ok(()),
            Err(error @ ApplyError::Refused(_)) => Err(error),
        }
    }
}
