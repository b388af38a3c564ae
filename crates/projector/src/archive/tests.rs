//! The archive as a folder: written, torn, continued, damaged, and a log rebuilt from it.

use std::fs;
use std::path::{Path, PathBuf};

use chronicle::{Chronicle, Damage, Entry, MemoryChronicle, ReadError, Repair};
use futures::TryStreamExt;
use jiff::Timestamp;
use proptest::prelude::*;
use summit::Position;
use tempfile::TempDir;

use super::samples::{entries, entry};
use super::{ANCHOR, Archive, ArchiveEntries, ArchiveError, Fault, Limits, Rescued, adopt, refill, rescue, verify};

/// Small, so that a few entries fill several segments.
const SMALL: Limits = Limits { block_bytes: 600, segment_bytes: 2000 };

fn created_at() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Brings an archive up to an entry.
fn archive(folder: &Path, to: u64) {
    let mut archive = Archive::open_with(folder, created_at(), SMALL).expect("an archive");
    for number in archive.tip().position.get() + 1..=to {
        archive.append(&entry(number)).expect("the next one");
    }
    archive.flush().expect("written");
    assert_eq!(archive.tip().position, Position::new(to));
}

fn segments(folder: &Path) -> Vec<PathBuf> {
    super::folder::segments(folder).expect("a folder").into_iter().map(|(_, path)| path).collect()
}

/// What can be read, and why no more.
fn read(folder: &Path) -> (Vec<Entry>, Option<ArchiveError>) {
    let mut read = Vec::new();
    let opened = match ArchiveEntries::open(folder) {
        Ok(entries) => entries,
        Err(error) => return (read, Some(error)),
    };
    for entry in opened {
        match entry {
            Ok(entry) => read.push(entry),
            Err(error) => return (read, Some(error)),
        }
    }
    (read, None)
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).expect("a file");
    bytes[at] ^= 1;
    fs::write(path, bytes).expect("written");
}

#[test]
fn an_archive_grows_over_several_segments_however_often_it_is_opened() {
    let folder = folder();
    assert!(matches!(read(folder.path()), (none, None) if none.is_empty()));
    for to in [1, 2, 7, 7, 40, 100] {
        archive(folder.path(), to);
        let (found, fault) = read(folder.path());
        assert!(fault.is_none(), "{fault:?}");
        assert_eq!(found, entries(1..=to));
    }
    assert!(segments(folder.path()).len() > 3, "{:?}", segments(folder.path()));
    let mut again = Archive::open(folder.path(), created_at()).expect("an archive");
    assert!(matches!(Archive::open(folder.path(), created_at()), Err(ArchiveError::InUse { .. })));
    for wrong in [99, 100, 102] {
        assert!(matches!(again.append(&entry(wrong)), Err(ArchiveError::Refused { .. })), "{wrong}");
    }
}

#[test]
fn a_torn_end_is_written_again_and_what_the_anchor_knows_is_missed() {
    let folder = folder();
    archive(folder.path(), 20);
    let last = segments(folder.path()).pop().expect("a segment");
    let whole = fs::read(&last).expect("bytes");
    let anchor = fs::read(folder.path().join(ANCHOR)).expect("an anchor");
    archive(folder.path(), 23);
    let longer = fs::read(&last).expect("bytes");
    assert!(longer.len() > whole.len(), "the same segment goes on");
    for cut in whole.len()..longer.len() {
        fs::write(&last, &longer[..cut]).expect("written");
        let (found, fault) = read(folder.path());
        let position = found.len() as u64 + 1;
        assert_eq!(found, entries(1..=position - 1));
        let Some(ArchiveError::Damaged { segment, position: at, .. }) = fault else { panic!("{cut}: {fault:?}") };
        assert_eq!((segment, at.get()), (last.clone(), position));
        // A crash before the anchor was written: a torn end, and nothing is missed.
        fs::write(folder.path().join(ANCHOR), &anchor).expect("written");
        assert!(read(folder.path()).1.is_none());
        archive(folder.path(), 23);
        assert_eq!(read(folder.path()).0, entries(1..=23));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_flipped_bit_in_any_segment_is_named_and_what_comes_before_is_true(
        to in 1..60_u64,
        which in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
    ) {
        let folder = folder();
        archive(folder.path(), to);
        let segments = segments(folder.path());
        let segment = which.get(&segments);
        flip(segment, place.index(fs::read(segment).expect("bytes").len()));
        let (found, fault) = read(folder.path());
        prop_assert_eq!(&found, &entries(1..=found.len() as u64));
        let Some(fault) = fault else {
            // Only the footer of the last one was hit, behind all that was acknowledged: it is written again.
            prop_assert_eq!(&found, &entries(1..=to));
            archive(folder.path(), to + 1);
            prop_assert_eq!(read(folder.path()).0, entries(1..=to + 1));
            return Ok(());
        };
        let ArchiveError::Damaged { segment: named, position, .. } = fault else { panic!("{fault:?}") };
        prop_assert_eq!(&named, segment);
        // A footer stands behind all its entries.
        prop_assert_eq!(position.get(), found.len() as u64 + 1);
    }
}

#[test]
fn a_segment_that_is_gone_or_belongs_to_another_archive_is_named() {
    let (folder, other) = (folder(), folder());
    archive(folder.path(), 60);
    let mut foreign = Archive::open_with(other.path(), created_at(), SMALL).expect("an archive");
    for number in 1..=60 {
        foreign.append(&Entry { bytes: "{}".into(), ..entry(number) }).expect("the next one");
    }
    foreign.flush().expect("written");
    let path = segments(folder.path()).remove(1);
    let bytes = fs::read(&path).expect("a segment");
    fs::remove_file(&path).expect("removed");
    let (found, fault) = read(folder.path());
    let Some(ArchiveError::Damaged { fault: Fault::Misplaced { expected, .. }, .. }) = fault else {
        panic!("{fault:?}")
    };
    assert_eq!(expected.get(), found.len() as u64 + 1);
    fs::copy(segments(other.path()).remove(1), &path).expect("copied");
    assert!(read(folder.path()).1.is_some());
    fs::write(&path, bytes).expect("written");
    assert!(read(folder.path()).1.is_none());
}

/// A log of these entries.
async fn log(entries: Vec<Entry>) -> MemoryChronicle {
    let log = MemoryChronicle::new();
    if !entries.is_empty() {
        log.restore(entries).await.expect("stored");
    }
    log
}

/// At what position the log is found to be damaged, and whether the archive is.
async fn verified(log: &MemoryChronicle, folder: &Path) -> (Option<u64>, bool) {
    let verified = verify(log, Some(folder), &[]).await.expect("readable");
    let damage = verified.damage.map(|error| error.damaged_at().expect("damage").get());
    (damage, verified.fault.is_some())
}

#[tokio::test]
async fn log_and_archive_are_compared_entry_by_entry() {
    let folder = folder();
    let healthy = log(entries(1..=50)).await;
    assert_eq!(verified(&healthy, folder.path()).await, (None, false), "no archive is none that differs");
    archive(folder.path(), 40);
    adopt(folder.path(), healthy.state().await.expect("state").created_at).expect("an archive");
    assert_eq!(verified(&healthy, folder.path()).await, (None, false), "an archive may be behind");

    let unlike = Entry { bytes: "{}".into(), ..entry(17) };
    let changed = log(entries(1..=16).into_iter().chain([unlike]).chain(entries(18..=50)).collect()).await;
    adopt(folder.path(), changed.state().await.expect("state").created_at).expect("an archive");
    assert_eq!(verified(&changed, folder.path()).await, (Some(17), false));

    let rewound = log(entries(1..=30)).await;
    adopt(folder.path(), rewound.state().await.expect("state").created_at).expect("an archive");
    assert_eq!(verified(&rewound, folder.path()).await, (Some(31), false));

    // Another log with the same entries: the anchor tells.
    let again = verify(&log(entries(1..=50)).await, Some(folder.path()), &[]).await.expect("readable");
    assert!(matches!(again.damage, Some(ReadError::Damaged(Damage::Recreated { .. }))), "{again:?}");

    flip(&segments(folder.path())[1], 200);
    adopt(folder.path(), healthy.state().await.expect("state").created_at).expect("the last segment is whole");
    let (damage, fault) = verified(&healthy, folder.path()).await;
    assert_eq!((damage, fault), (None, true), "the log is none the worse for it");
}

#[tokio::test]
async fn a_log_is_rebuilt_with_all_that_is_left_anywhere() {
    let folder = folder();
    archive(folder.path(), 40);
    // It forgot all behind 30, gave 31 and 32 to others, one of them a repeat, and then went on.
    let at = |number: u64, position: u64| Entry { position: Position::new(position), ..entry(number) };
    let damaged: Vec<Entry> = entries(1..=30).into_iter().chain([at(131, 31), at(33, 32)]).collect();
    let rescued = rescue(&log(damaged).await, folder.path(), Position::new(43)).await.expect("rescued");
    let id = entry(131).header("Nats-Msg-Id").map(ToOwned::to_owned);
    let moved = super::Moved { id, from: Position::new(31), to: Position::new(41) };
    let lost = vec![(Position::new(41), Position::new(43))];
    assert_eq!(rescued, Rescued { archived: Position::new(40), taken: 0, moved: vec![moved], lost });

    let rebuilt = log(vec![]).await;
    assert_eq!(refill(&rebuilt, folder.path(), |_| {}).await.expect("restored"), Position::new(41));
    adopt(folder.path(), rebuilt.state().await.expect("state").created_at).expect("an archive");
    assert_eq!(verified(&rebuilt, folder.path()).await, (None, false));
    let found: Vec<Entry> = rebuilt.read(Position::START).try_collect().await.expect("readable");
    assert_eq!(found[..40], entries(1..=40));
    assert_eq!(found[40], at(131, 41));

    // Again, as after a crash: everything is there already.
    let again = rescue(&log(found[..35].to_vec()).await, folder.path(), Position::START).await.expect("rescued");
    assert_eq!(again, Rescued { archived: Position::new(41), ..Rescued::default() });
}

#[tokio::test]
async fn what_the_log_has_beyond_the_archive_keeps_its_position() {
    let folder = folder();
    archive(folder.path(), 10);
    let rescued = rescue(&log(entries(1..=25)).await, folder.path(), Position::new(25)).await.expect("rescued");
    assert_eq!(rescued, Rescued { archived: Position::new(10), taken: 15, ..Rescued::default() });
    assert_eq!(read(folder.path()).0, entries(1..=25));
}
