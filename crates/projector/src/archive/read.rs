//! The entries of an archive, in order, each checked.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use chronicle::Entry;
use summit::Position;

use super::anchor::{ANCHOR, Anchor};
use super::digest::Digest;
use super::error::ArchiveError;
use super::folder;
use super::segment::{Fault, Segment};

/// The entries of an archive from the first on. Ends with an error where the archive is damaged: everything before it
/// is as it was written.
///
/// The end of the last segment may be torn, as after a crash or while somebody writes; that is an error only where the
/// archive's anchor says that it went further.
pub struct ArchiveEntries {
    /// Those to come.
    segments: VecDeque<(Position, PathBuf)>,
    current: Option<(PathBuf, Segment)>,
    /// Entries of the block under way, each with the chain behind it.
    block: VecDeque<(Entry, Digest)>,
    /// How far the archive went at least.
    anchor: Option<Anchor>,
    /// The position to come, and the chain before it.
    next: Position,
    chain: Digest,
    ended: bool,
}

impl ArchiveEntries {
    /// Opens the archive in a folder; one that is not there is empty.
    pub fn open(folder: &Path) -> Result<Self, ArchiveError> {
        let path = folder.join(ANCHOR);
        // Read first: segments only ever go further.
        let anchor = Anchor::load(&path).map_err(ArchiveError::of(&path))?;
        Self::begin(folder, anchor)
    }

    fn begin(folder: &Path, anchor: Option<Anchor>) -> Result<Self, ArchiveError> {
        let segments = folder::segments(folder)?.into();
        let (next, chain) = (Position::new(1), Digest::default());
        Ok(Self { segments, current: None, block: VecDeque::new(), anchor, next, chain, ended: false })
    }

    /// The archive's anchor, if there is one.
    pub const fn anchor(&self) -> Option<&Anchor> {
        self.anchor.as_ref()
    }

    /// The chain of digests behind the last entry that was given.
    pub const fn chain(&self) -> Digest {
        self.chain
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty() && self.current.is_none() && self.next == Position::new(1)
    }

    fn read(&mut self) -> Result<Option<Entry>, ArchiveError> {
        loop {
            if let Some((entry, chain)) = self.block.pop_front() {
                self.chain = chain;
                self.next = entry.position.next();
                return self.anchored().map(|()| Some(entry));
            }
            let Some((path, mut segment)) = self.current.take() else {
                let Some((named, path)) = self.segments.pop_front() else { return self.end(None).map(|()| None) };
                self.current = Some((path.clone(), self.open_segment(named, &path)?));
                continue;
            };
            let last = self.segments.is_empty();
            match segment.next_chained() {
                Ok(Some(entries)) => {
                    self.block = entries.into();
                    self.current = Some((path, segment));
                }
                Ok(None) if last || segment.is_closed() => {
                    if last {
                        return self.end(Some(path)).map(|()| None);
                    }
                }
                Ok(None) => return Err(self.damaged(path, Fault::Unclosed)),
                // A torn end, unless it went further before.
                Err(Fault::CutOff | Fault::Changed(_) | Fault::Unchained) if last && !self.went_further() => {
                    return Ok(None);
                }
                Err(fault) => return Err(self.damaged(path, fault)),
            }
        }
    }

    fn open_segment(&self, named: Position, path: &Path) -> Result<Segment, ArchiveError> {
        let bytes = fs::read(path).map_err(ArchiveError::of(path))?;
        let segment = Segment::open(Bytes::from(bytes)).map_err(|fault| self.damaged(path.to_owned(), fault))?;
        let first = segment.header().first;
        for found in [named, first] {
            if found != self.next {
                return Err(self.damaged(path.to_owned(), Fault::Misplaced { expected: self.next, found }));
            }
        }
        if segment.header().previous != self.chain {
            return Err(self.damaged(path.to_owned(), Fault::Unchained));
        }
        Ok(segment)
    }

    /// Whether the archive ended later than it does.
    fn went_further(&self) -> bool {
        self.anchor.as_ref().is_some_and(|anchor| anchor.position >= self.next)
    }

    /// Whether the chain is the anchor's where it stands.
    fn anchored(&self) -> Result<(), ArchiveError> {
        let other = |anchor: &&Anchor| {
            anchor.position.next() == self.next && anchor.chain.is_some_and(|chain| chain != self.chain)
        };
        match self.anchor.as_ref().filter(other) {
            Some(anchor) => {
                let path = self.current.as_ref().map(|(path, _)| path.clone()).unwrap_or_default();
                Err(ArchiveError::Damaged { segment: path, position: anchor.position, fault: Fault::Unchained })
            }
            None => Ok(()),
        }
    }

    fn end(&self, path: Option<PathBuf>) -> Result<(), ArchiveError> {
        match &self.anchor {
            Some(anchor) if self.went_further() => {
                let fault = Fault::Short { anchored: anchor.position };
                Err(self.damaged(path.unwrap_or_else(|| PathBuf::from(ANCHOR)), fault))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn damaged(&self, segment: PathBuf, fault: Fault) -> ArchiveError {
        ArchiveError::Damaged { segment, position: self.next, fault }
    }
}

impl Iterator for ArchiveEntries {
    type Item = Result<Entry, ArchiveError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let read = self.read().transpose();
        self.ended = !matches!(read, Some(Ok(_)));
        read
    }
}
