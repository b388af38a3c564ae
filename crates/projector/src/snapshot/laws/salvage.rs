//! Of a damaged log, as much as possible is put together, and nothing that was not there.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use proptest::sample::Index as Pick;
use summit::Position;
use tempfile::TempDir;

use super::log::{CREATED_AT, Log};
use super::{CASES, ask, block_on, chronicles, replay, snapshot, snapshots};
use crate::Index;
use crate::archive::Archive;

/// An archive of a log.
fn archived(folder: &TempDir, log: &Log) -> PathBuf {
    let path = folder.path().join("archive");
    let mut archive = Archive::open(&path, CREATED_AT).expect("an archive");
    for entry in log.entries() {
        archive.append(entry).expect("it comes next");
    }
    archive.flush().expect("written");
    path
}

/// What is put together, which answers all that the log did at the same position.
fn salvaged(folder: &TempDir, archive: Option<&PathBuf>, damaged: Option<&Log>, log: &Log) -> Index {
    let good = block_on(snapshots(folder).salvage(archive.map(PathBuf::as_path), damaged));
    let tail = usize::try_from(good.tail().get()).expect("a short log");
    assert!(ask::everything(&good) == ask::everything(&replay(&log.until(tail))), "up to position {tail}");
    good
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES / 2))]

    #[test]
    fn snapshot_archive_and_the_log_before_its_damage_go_as_far_as_any_of_them(
        documents in chronicles::documents(16),
        kept in proptest::option::of(any::<Pick>()),
        copied in proptest::option::of(any::<Pick>()),
        lost: Pick,
    ) {
        let (log, folder) = (Log::of(&documents), TempDir::new().expect("a folder"));
        let [kept, copied, lost] = [kept, copied, Some(lost)].map(|one| one.map(|one| 1 + one.index(log.len())));
        if let Some(kept) = kept {
            snapshot(&snapshots(&folder), &log, kept);
        }
        let archive = copied.map(|copied| archived(&folder, &log.until(copied)));
        let damaged = log.losing(lost.expect("it is damaged"));
        let beside = kept.max(copied).unwrap_or(0);
        prop_assert_eq!(salvaged(&folder, archive.as_ref(), None, &log).tail().get(), beside as u64);
        let furthest = beside.max(lost.expect("it is damaged") - 1);
        prop_assert_eq!(salvaged(&folder, archive.as_ref(), Some(&damaged), &log).tail().get(), furthest as u64);
    }
}

#[test]
fn what_does_not_continue_the_rest_is_left_out_and_stays_where_it_is() {
    let documents: Vec<Vec<u8>> = chronicles::on_record().into_iter().skip(205).take(16).collect();
    let log = Log::of(&documents);
    // Their entries at positions 12 and 14 are others.
    let [other, forked] = [11, 13].map(|at| {
        let mut swapped = documents.clone();
        swapped.swap(at, 14);
        Log::of(&swapped)
    });

    // A snapshot of another history than the archive's, and a bad one.
    let folder = TempDir::new().expect("a folder");
    let archive = archived(&folder, &log.until(14));
    snapshot(&snapshots(&folder), &other, 12);
    assert_eq!(salvaged(&folder, Some(&archive), None, &log).tail(), Position::new(14));
    let path = folder.path().join("snapshots/00000000000000000012.snapshot");
    fs::write(&path, b"bad").expect("written");
    assert_eq!(salvaged(&folder, Some(&archive), None, &log).tail(), Position::new(14));
    assert!(path.is_file(), "what cannot be compared is not set aside");
    fs::remove_file(&path).expect("removed");

    // A log that goes on differently.
    assert_eq!(salvaged(&folder, Some(&archive), Some(&forked.losing(16)), &log).tail(), Position::new(14));
    assert_eq!(salvaged(&folder, Some(&archive), Some(&log.losing(16)), &log).tail(), Position::new(15));

    // An archive that is damaged within.
    let segment = archive.join("000000000001.segment");
    let mut bytes = fs::read(&segment).expect("a segment");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&segment, bytes).expect("written");
    assert_eq!(salvaged(&folder, Some(&archive), None, &log).tail(), Position::START);
    snapshot(&snapshots(&folder), &log, 13);
    assert_eq!(salvaged(&folder, Some(&archive), None, &log).tail(), Position::new(13));
}
