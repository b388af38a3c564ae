//! An index from the newest good snapshot and what the log holds beyond it.

use chronicle::{Chronicle, Entry, ReadError};
use futures::TryStreamExt;
use futures::stream::BoxStream;
use summit::Position;

use super::file::Anchor;
use super::{Damaged, Reason, SetAside, Snapshots, damage};
use crate::index::Index;
use crate::runtime::{CatchUpError, arrive};

/// A snapshot is due when the log has so many entries more than the newest one.
pub const SNAPSHOT_ENTRIES: u64 = 10_000;
/// And when these are at least this share of the whole, one in so many: writing costs as much as the whole.
pub const SNAPSHOT_SHARE: u64 = 16;

/// Whether a new snapshot is worth its cost, where the newest one is at a position and the log has come to another.
fn is_due(from: Position, tail: Position) -> bool {
    tail.get().saturating_sub(from.get()) >= SNAPSHOT_ENTRIES.max(from.get() / SNAPSHOT_SHARE)
}

/// An index that may be read from a snapshot, part by part as questions need it.
pub struct Opened {
    index: Index,
    /// Up to where a snapshot was read.
    from: Position,
}

impl Opened {
    /// Asks a question. It has no answer where a part of the snapshot turns out bad: then set the snapshot aside, read
    /// again, and ask again. The question is ended where it stands and must do nothing that cannot be done twice.
    pub fn ask<T>(&self, question: impl FnOnce(&Index) -> T) -> Result<T, Damaged> {
        damage::guarded(|| question(&self.index))
    }

    /// The index, after every part of the snapshot was verified. It holds the snapshot in memory, compressed as it is.
    pub fn whole(self) -> Result<Index, Damaged> {
        damage::guarded(|| self.index.verify())?;
        Ok(self.index)
    }

    /// Up to which position a snapshot was read instead of the log; 0 where none was.
    pub const fn read_from(&self) -> Position {
        self.from
    }

    /// Whether a new snapshot is worth its cost.
    pub fn is_due(&self) -> bool {
        is_due(self.from, self.index.tail())
    }

    pub(super) const fn index(&self) -> &Index {
        &self.index
    }
}

impl Snapshots {
    /// Whether a new snapshot is worth its cost, where the log has come to a position.
    pub fn is_due(&self, tail: Position) -> bool {
        is_due(self.newest_position(), tail)
    }

    /// Reads the log from the newest good snapshot to its tail, or all of it where there is none. Waits as
    /// [`catch_up`](crate::catch_up) does. Tells what it sets aside.
    pub async fn catch_up(
        &self,
        log: &impl Chronicle,
        min_position: Option<Position>,
        mut aside: impl FnMut(SetAside),
    ) -> Result<Opened, CatchUpError> {
        while let Some(path) = self.newest() {
            let reason = match self.open(&path) {
                Ok((anchor, index)) => match resume(log, &anchor, index).await? {
                    Ok(mut index) => match arrive(log, &mut index, min_position).await? {
                        Ok(()) => return Ok(Opened { index, from: anchor.position }),
                        Err(damaged) => Reason::Damaged(damaged.what),
                    },
                    Err(reason) => reason,
                },
                Err(reason) => reason,
            };
            aside(self.put_aside(&path, reason));
        }
        let index = crate::runtime::catch_up(log, min_position).await?;
        Ok(Opened { index, from: Position::START })
    }

    /// What the newest good snapshot of this log holds, verified whole; nothing where there is none. Tells what it sets
    /// aside.
    pub(crate) async fn newest_whole(
        &self,
        log: &impl Chronicle,
        mut aside: impl FnMut(SetAside),
    ) -> Result<Index, ReadError> {
        while let Some(path) = self.newest() {
            let reason = match self.open(&path) {
                Ok((anchor, index)) => match begins(&mut log.read(anchor.position), &anchor).await? {
                    Ok(()) => match damage::guarded(|| index.verify()) {
                        Ok(()) => return Ok(index),
                        Err(damaged) => Reason::Damaged(damaged.what),
                    },
                    Err(reason) => reason,
                },
                Err(reason) => reason,
            };
            aside(self.put_aside(&path, reason));
        }
        Ok(Index::new())
    }
}

/// Reads on from a snapshot, where it is of this log.
async fn resume(log: &impl Chronicle, anchor: &Anchor, mut index: Index) -> Result<Result<Index, Reason>, ReadError> {
    let mut entries = log.read(anchor.position);
    if let Err(reason) = begins(&mut entries, anchor).await? {
        return Ok(Err(reason));
    }
    while let Some(entry) = entries.try_next().await? {
        if let Err(damaged) = damage::guarded(|| index.append(&entry)) {
            return Ok(Err(Reason::Damaged(damaged.what)));
        }
    }
    Ok(Ok(index))
}

/// Whether the log holds what it held at the snapshot's position, where these entries begin.
async fn begins(
    entries: &mut BoxStream<'static, Result<Entry, ReadError>>,
    anchor: &Anchor,
) -> Result<Result<(), Reason>, ReadError> {
    let there = entries.try_next().await?;
    let same = there.is_some_and(|there| Anchor::of(&there, anchor.created_at) == *anchor);
    Ok(if same { Ok(()) } else { Err(Reason::Differs(anchor.position)) })
}
