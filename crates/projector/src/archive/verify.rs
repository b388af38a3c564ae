//! The archive against the log, entry by entry.

use std::path::Path;

use chronicle::{Chronicle, Damage, LogState, ReadError};
use futures::TryStreamExt;
use summit::Position;

use super::anchor::{Anchor, check};
use super::digest::Digest;
use super::error::ArchiveError;
use super::read::ArchiveEntries;

/// What was found.
#[derive(Debug)]
pub struct Verified {
    /// What the log holds, by its keeper's own account.
    pub state: LogState,
    /// Up to here, the log was read, and is without a gap.
    pub read: Position,
    /// Up to here, the archive was read, and is as it was written; 0 where there is none.
    pub archived: Position,
    /// What is wrong with the log: the finding with the first position.
    pub damage: Option<ReadError>,
    /// What is wrong with the archive.
    pub fault: Option<ArchiveError>,
}

/// Reads log and archive from their beginnings to their ends, checks each and compares them. An archive that is behind the
/// log is in order; one that is ahead of it shows that the log has lost something. Where log and archive differ and the
/// archive's own digests fit, the log is damaged: the archive cannot have changed unseen.
///
/// `archive` is its folder, where there is one; `anchors` are others of this log, beside the archive's own.
pub async fn verify(log: &impl Chronicle, archive: Option<&Path>, anchors: &[Anchor]) -> Result<Verified, ReadError> {
    let mut archive = match archive.map(ArchiveEntries::open) {
        Some(Ok(archive)) => Archived::Entries(Box::new(archive)),
        Some(Err(fault)) => Archived::Ended(Some(fault)),
        None => Archived::Ended(None),
    };
    let own = archive.anchor();
    let mut found: Vec<ReadError> = Vec::new();
    let mut state = log.state().await?;
    for anchor in [None].into_iter().chain(own.iter().chain(anchors).map(Some)) {
        match check(log, anchor).await {
            Ok(seen) => state = seen,
            Err(error) => found.push(damage(error)?),
        }
    }
    let (mut read, mut archived) = (Position::START, Position::START);
    let mut entries = log.read(Position::START);
    let ended = loop {
        let entry = match entries.try_next().await {
            Ok(Some(entry)) => entry,
            Ok(None) => break None,
            Err(error) => break Some(damage(error)?),
        };
        if let Some(kept) = archive.next() {
            archived = kept.position;
            if kept != entry {
                let (expected, found) = (Digest::of(&kept).short(), Digest::of(&entry).short());
                break Some(ReadError::Damaged(Damage::Replaced { position: entry.position, expected, found }));
            }
        }
        read = entry.position;
    };
    let whole = ended.is_none();
    if !whole && let Err(error) = check(log, None).await {
        // Its keeper may have noticed by the reading what it lacks, and that it lacks more.
        found.extend(damage(error));
    }
    found.extend(ended);
    while let Some(kept) = archive.next() {
        archived = kept.position;
    }
    if whole && archived > read {
        // What was archived while this was reading stands in the log too.
        let last = log.tail().await?;
        if archived > last {
            found.push(ReadError::Damaged(Damage::Rewound { expected: archived, found: last }));
        }
    }
    // That it is another log says more than where it differs first.
    let another = |error: &ReadError| !matches!(error, ReadError::Damaged(Damage::Recreated { .. }));
    let damage = found.into_iter().min_by_key(|error| (error.damaged_at(), another(error)));
    Ok(Verified { state, read, archived, damage, fault: archive.fault() })
}

/// The error, where it is damage; what is none ends the work.
fn damage(error: ReadError) -> Result<ReadError, ReadError> {
    if error.damaged_at().is_some() { Ok(error) } else { Err(error) }
}

/// An archive, until its end.
enum Archived {
    Entries(Box<ArchiveEntries>),
    Ended(Option<ArchiveError>),
}

impl Archived {
    fn anchor(&self) -> Option<Anchor> {
        match self {
            Self::Entries(entries) => entries.anchor().cloned(),
            Self::Ended(_) => None,
        }
    }

    fn next(&mut self) -> Option<chronicle::Entry> {
        let Self::Entries(entries) = self else { return None };
        match entries.next() {
            Some(Ok(entry)) => return Some(entry),
            Some(Err(fault)) => *self = Self::Ended(Some(fault)),
            None => *self = Self::Ended(None),
        }
        None
    }

    fn fault(self) -> Option<ArchiveError> {
        match self {
            Self::Entries(_) => None,
            Self::Ended(fault) => fault,
        }
    }
}
