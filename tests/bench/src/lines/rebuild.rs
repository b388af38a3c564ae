//! All of the chronicle again: read, decoded, folded, filed; from the log, and from the archive.

use chronicle::Chronicle;
use futures::TryStreamExt;
use projector::archive::{Archive, ArchiveEntries};
use projector::{Index, catch_up};
use summit::Position;

use super::Size;
use crate::measure::{Goal, Measured, Run};
use crate::plain::Plain;
use crate::store::Store;

/// To an index that answers: beside a raw socket that only reads.
pub(crate) fn rebuild(size: Size) -> Vec<Measured> {
    let store = Store::with(size.events);
    let mut plain = Plain::connect(&store.server.url());
    let mut limit = || {
        Run::of(store.process(), || {
            plain.read(size.events);
            size.events
        })
    };
    let ours = || {
        Run::of(store.process(), || {
            let index = store.runtime.block_on(catch_up(&store.log, None)).expect("it can be read");
            assert_eq!(index.tail().get(), size.events, "everything is read");
            size.events
        })
    };
    let from_log = Measured::rates("events to an index, from the log", "a raw socket", size.rounds, &mut limit, ours);

    let folder = tempfile::tempdir().expect("a folder");
    let archived = folder.path().join("archive");
    store.runtime.block_on(async {
        let created_at = store.log.state().await.expect("the log is there").created_at;
        let mut archive = Archive::open(&archived, created_at).expect("an archive");
        let mut entries = store.log.read(Position::START);
        while let Some(entry) = entries.try_next().await.expect("it can be read") {
            archive.append(&entry).expect("archived");
        }
        archive.flush().expect("archived");
    });
    let ours = || {
        Run::of(store.process(), || {
            let mut index = Index::new();
            index.append_all(ArchiveEntries::open(&archived).expect("an archive")).expect("a good archive");
            assert_eq!(index.tail().get(), size.events, "everything is read");
            size.events
        })
    };
    let from_archive =
        Measured::rates("events to an index, from the archive", "a raw socket", size.rounds, &mut limit, ours);
    vec![from_log.reaching(Goal::RatioAtLeast(0.65)), from_archive.reaching(Goal::RatioAtLeast(2.5))]
}
