//! What is surely good of a damaged log, for answers that are stale but true: the newest good snapshot, the archive behind
//! it, and the log as far as it can be read behind both.

use std::convert::Infallible;
use std::path::Path;

use chronicle::{Chronicle, Entry};
use futures::TryStreamExt;
use summit::Position;

use super::file::Anchor;
use super::{Snapshots, damage};
use crate::archive::ArchiveEntries;
use crate::index::Index;

impl Snapshots {
    /// Puts together what is surely good of the log. No snapshot is set aside: with a damaged log, none can be compared.
    ///
    /// `archive` is the archive's folder, where there is one; `log` the damaged log, where what can be read of it from its
    /// beginning on is what was written: it is read up to the first position that cannot be read. Every part has to continue
    /// the one before, digest by digest. Cost: reading the archive, all of it, for its chain.
    pub async fn salvage(&self, archive: Option<&Path>, log: Option<&impl Chronicle>) -> Index {
        let mut good = self.beside_the_log(archive);
        if let Some(log) = log {
            good.follow(log).await;
        }
        good.index
    }

    /// From snapshots and archive. A snapshot that the archive contradicts is passed over: the archive has a chain.
    fn beside_the_log(&self, archive: Option<&Path>) -> Good {
        let snapshots = self.all().into_iter().filter_map(|path| {
            let (anchor, index) = self.open(&path).ok()?;
            damage::guarded(|| index.verify()).ok()?;
            Some(Good { index, anchor: Some(anchor) })
        });
        let nothing = || Good { index: Index::new(), anchor: None };
        snapshots.chain(std::iter::once_with(nothing)).find_map(|good| good.archived(archive)).unwrap_or_else(nothing)
    }
}

/// An index of what is surely good.
struct Good {
    index: Index,
    /// That of the snapshot, where it begins with one.
    anchor: Option<Anchor>,
}

impl Good {
    /// With what the archive has behind it; nothing where the archive has something else at its tail.
    fn archived(mut self, archive: Option<&Path>) -> Option<Self> {
        let entries = archive.and_then(|folder| ArchiveEntries::open(folder).ok());
        // Everything before a fault of the archive is as it was written.
        let (entries, tail) = (entries.into_iter().flatten().map_while(Result::ok), self.index.tail());
        let mut entries = entries.skip_while(|entry| entry.position < tail);
        // The first one tells whether it is of the same log. The others follow it, one by one.
        if let Some(entry) = entries.next() {
            self.take(&entry)?;
            let Ok(()) = self.index.append_all(entries.map(Ok::<_, Infallible>));
        }
        Some(self)
    }

    /// With what can be read of the log behind it.
    async fn follow(&mut self, log: &impl Chronicle) {
        let mut entries = log.read(self.index.tail().max(Position::new(1)));
        while let Ok(Some(entry)) = entries.try_next().await {
            if self.take(&entry).is_none() {
                break;
            }
        }
    }

    /// Takes in the entry that comes next, or compares the one at the tail; nothing where it is another one.
    fn take(&mut self, entry: &Entry) -> Option<()> {
        let tail = self.index.tail();
        if entry.position == tail {
            let same = match (self.index.last(), &self.anchor) {
                (Some(last), _) => last == entry,
                (None, Some(anchor)) => Anchor::of(entry, anchor.created_at) == *anchor,
                (None, None) => false,
            };
            return same.then_some(());
        }
        (entry.position == tail.next()).then(|| self.index.append(entry)).map(drop)
    }
}
