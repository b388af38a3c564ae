//! A log rebuilt from its archive.
//!
//! First everything that can still be read goes into the archive ([`rescue`]), then the archive into an empty log
//! ([`refill`]). So the archive is at every moment the whole of what is left, and both steps may be done again after a
//! crash at any point.

use std::collections::HashSet;
use std::path::Path;

use chronicle::{AppendError, Entry, ID_HEADER, MAX_BATCH, ReadError, Repair};
use futures::TryStreamExt;
use jiff::Timestamp;
use serde::Serialize;
use summit::Position;

use super::digest::Digest;
use super::error::ArchiveError;
use super::read::ArchiveEntries;
use super::write::{Archive, Tip};

/// At most so many bytes of documents are restored at once.
const BATCH_BYTES: usize = 8 << 20;

/// Why a log could not be rebuilt.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The archive cannot be read or written.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The log does not take its entries back.
    #[error(transparent)]
    Append(#[from] AppendError),
}

/// An entry that stands elsewhere now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Its id, where it has one.
    pub id: Option<String>,
    /// Where it stood.
    pub from: Position,
    /// Where it stands.
    pub to: Position,
}

/// What a damaged log still had beyond the archive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Rescued {
    /// Where the archive ended.
    pub archived: Position,
    /// How many entries were taken over, each at its own position.
    pub taken: u64,
    /// Those that were taken over at the end, since what stood before them is lost or their place was given to another.
    pub moved: Vec<Moved>,
    /// Positions that neither had, first and last of each gap.
    pub lost: Vec<(Position, Position)>,
}

/// Brings everything into the archive that can be read in a damaged log and is not there yet. What follows the archive's
/// end keeps its position. What does not (something before it is lost, or it was given a position anew that had been
/// another's) is appended at the end, in order, unless the same document with the same id is there.
///
/// `known` is the last position that the log is known to have had.
pub async fn rescue(log: &impl Repair, folder: &Path, known: Position) -> Result<Rescued, RestoreError> {
    let mut there = HashSet::new();
    for entry in ArchiveEntries::open(folder)? {
        there.insert(Digest::of_content(&entry?));
    }
    let state = log.state().await?;
    let mut archive = Archive::open(folder, state.created_at)?;
    let archived = archive.tip().position;
    let mut rescued = Rescued { archived, ..Rescued::default() };
    let mut seen = archived;
    let mut entries = log.readable();
    while let Some(entry) = entries.try_next().await? {
        let from = entry.position;
        if from > seen {
            rescued.lost(seen, from);
            seen = from;
        }
        let to = archive.pending_tip().position.next();
        if from != to && !there.insert(Digest::of_content(&entry)) {
            continue;
        }
        there.insert(Digest::of_content(&entry));
        let id = entry.header(ID_HEADER).map(ToOwned::to_owned);
        archive.append(&Entry { position: to, ..entry })?;
        if from == to { rescued.taken += 1 } else { rescued.moved.push(Moved { id, from, to }) }
    }
    rescued.lost(seen, known.max(state.last).next());
    archive.flush()?;
    Ok(rescued)
}

impl Rescued {
    /// Notes what stood behind `seen` and before `from`.
    fn lost(&mut self, seen: Position, from: Position) {
        if seen.next() < from {
            self.lost.push((seen.next(), Position::new(from.get() - 1)));
        }
    }
}

/// Fills an empty log from the archive, entry for entry at its position, and gives where both end. Whether all stands
/// there is for [`verify`](super::verify) to find out. `progress` is told each position.
pub async fn refill(log: &impl Repair, folder: &Path, progress: impl Fn(Position)) -> Result<Position, RestoreError> {
    let (mut batch, mut bytes, mut last) = (Vec::new(), 0, Position::START);
    for entry in ArchiveEntries::open(folder)? {
        let entry = entry?;
        if batch.len() >= MAX_BATCH || bytes + entry.bytes.len() > BATCH_BYTES {
            log.restore(std::mem::take(&mut batch)).await?;
            bytes = 0;
            progress(last);
        }
        last = entry.position;
        bytes += entry.bytes.len();
        batch.push(entry);
    }
    if !batch.is_empty() {
        log.restore(batch).await?;
    }
    progress(last);
    Ok(last)
}

/// Makes the archive that of another log with the same entries: the one that was rebuilt from it.
pub fn adopt(folder: &Path, created_at: Timestamp) -> Result<Tip, ArchiveError> {
    let mut archive = Archive::open(folder, created_at)?;
    archive.flush()?;
    Ok(archive.tip())
}
