//! What may befall a snapshot: it is found out, told, and never answered from.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use summit::Position;
use tempfile::TempDir;

use super::log::{CREATED_AT, Log};
use super::{ask, chronicles, open, replay, snapshot, snapshots};
use crate::snapshot::file;
use crate::{Index, KEPT_SNAPSHOTS, Reason, Snapshots};

/// A short log with a snapshot of all but its last entries, and the snapshot.
fn short(folder: &TempDir) -> (Log, PathBuf) {
    let documents: Vec<Vec<u8>> = chronicles::on_record().into_iter().skip(205).take(16).collect();
    let log = Log::of(&documents);
    snapshot(&snapshots(folder), &log, 12);
    let path = names(folder, "snapshot").pop().expect("a snapshot");
    (log, path)
}

fn names(folder: &TempDir, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.path().join("snapshots")).expect("a directory");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(ending));
    paths.sort();
    paths
}

/// What is wrong with a snapshot when all of it is read.
fn fault(path: &Path) -> Option<Reason> {
    match file::open(path) {
        Ok((_, index)) => {
            let verified = crate::snapshot::guarded(|| index.verify());
            verified.err().map(|damaged| Reason::Damaged(damaged.what))
        }
        Err(reason) => Some(reason),
    }
}

/// Answers as the command does: what is found bad is set aside, and the question asked again.
fn answer(snapshots: &Snapshots, log: &Log) -> (String, Vec<Reason>) {
    let mut reasons = Vec::new();
    loop {
        let (opened, aside) = open(snapshots, log);
        reasons.extend(aside.into_iter().map(|one| one.reason));
        match opened.ask(ask::everything) {
            Ok(answer) => return (answer, reasons),
            Err(damaged) => reasons.push(snapshots.set_aside(&damaged).reason),
        }
    }
}

#[test]
fn every_flipped_bit_is_found_out() {
    let folder = TempDir::new().expect("a folder");
    let (log, path) = short(&folder);
    let good = fs::read(&path).expect("a file");
    assert_eq!(fault(&path), None);
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        fs::write(&path, &bad).expect("written");
        assert!(fault(&path).is_some(), "byte {at} of {}", good.len());
    }
    let expected = ask::everything(&replay(&log));
    for at in (0..good.len()).step_by(97) {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        fs::write(&path, &bad).expect("written");
        let (told, reasons) = answer(&snapshots(&folder), &log);
        assert_eq!((told == expected, reasons.len()), (true, 1), "byte {at}: {reasons:?}");
    }
}

#[test]
fn every_truncation_is_found_out() {
    let folder = TempDir::new().expect("a folder");
    let (log, path) = short(&folder);
    let good = fs::read(&path).expect("a file");
    for length in 0..good.len() {
        fs::write(&path, &good[..length]).expect("written");
        assert!(matches!(fault(&path), Some(Reason::Damaged(_))), "cut to {length} bytes");
    }
    let (told, reasons) = answer(&snapshots(&folder), &log);
    assert_eq!(told, ask::everything(&replay(&log)));
    assert_eq!(reasons.len(), 1);
    fs::write(&path, [good.as_slice(), b"more"].concat()).expect("written");
    assert!(fault(&path).is_some(), "something stands behind it");
}

#[test]
fn another_format_other_rules_another_log_and_another_history_are_set_aside_with_their_reason() {
    let folder = TempDir::new().expect("a folder");
    let (log, path) = short(&folder);
    let good = fs::read(&path).expect("a file");
    let expected = ask::everything(&replay(&log));
    let put_back = || fs::write(&path, &good).expect("written");

    let mut newer = good.clone();
    newer[20] += 1;
    fs::write(&path, newer).expect("written");
    let (told, reasons) = answer(&snapshots(&folder), &log);
    assert_eq!((told == expected, reasons), (true, vec![Reason::Format { found: 5, known: 4 }]));
    assert!(!path.exists(), "it is set aside");
    assert_eq!(names(&folder, ".bad").len(), 1);

    put_back();
    let later = CREATED_AT + SignedDuration::from_secs(1);
    let other = Snapshots::new(Some(folder.path().join("snapshots")), later);
    let (told, reasons) = answer(&other, &log);
    assert_eq!((told == expected, reasons), (true, vec![Reason::Foreign]));

    put_back();
    // The log lost its end, and handed the positions out again.
    let mut documents: Vec<Vec<u8>> = log.entries().iter().map(|entry| entry.bytes.to_vec()).collect();
    documents.swap(11, 14);
    let forked = Log::of(&documents);
    let (told, reasons) = answer(&snapshots(&folder), &forked);
    assert_eq!(told, ask::everything(&replay(&forked)));
    assert_eq!(reasons, [Reason::Differs(Position::new(12))]);

    put_back();
    let shorter = log.until(11);
    let (told, reasons) = answer(&snapshots(&folder), &shorter);
    assert_eq!(told, ask::everything(&replay(&shorter)));
    assert_eq!(reasons, [Reason::Differs(Position::new(12))]);

    put_back();
    let (told, reasons) = answer(&snapshots(&folder), &log);
    assert_eq!((told == expected, reasons), (true, vec![]));
}

#[test]
fn other_rules_of_folding_are_told_apart_from_damage() {
    let folder = TempDir::new().expect("a folder");
    let (_, path) = short(&folder);
    let ours = fs::read(&path).expect("a file");
    let theirs = file::with_fold(&ours, 7);
    fs::write(&path, theirs).expect("written");
    assert_eq!(fault(&path), Some(Reason::Fold { found: 7 }));
}

#[test]
fn an_older_one_is_used_where_the_newest_is_bad() {
    let folder = TempDir::new().expect("a folder");
    let log = Log::of(&chronicles::on_record()[..60]);
    for at in [20, 40] {
        snapshot(&snapshots(&folder), &log, at);
    }
    let newest = names(&folder, "snapshot").pop().expect("a snapshot");
    fs::write(&newest, b"nothing").expect("written");
    let (told, reasons) = answer(&snapshots(&folder), &log);
    assert_eq!(told, ask::everything(&replay(&log)));
    assert_eq!(reasons.len(), 1);
    assert_eq!(log.reads().first(), Some(&20), "the older one is read on from");
}

#[test]
fn the_newest_few_are_kept_and_nothing_unfinished_survives_the_next_start() {
    let folder = TempDir::new().expect("a folder");
    let log = Log::of(&chronicles::on_record()[..40]);
    for at in [5, 10, 15, 20, 25] {
        snapshot(&snapshots(&folder), &log, at);
    }
    let kept = names(&folder, "snapshot");
    assert_eq!(kept.len(), KEPT_SNAPSHOTS);
    assert!(kept[0].ends_with("00000000000000000015.snapshot"), "{kept:?}");

    let unfinished = folder.path().join("snapshots/00000000000000000030.snapshot.unfinished");
    fs::write(&unfinished, b"half of it").expect("written");
    let (told, reasons) = answer(&snapshots(&folder), &log);
    assert_eq!((told, reasons), (ask::everything(&replay(&log)), vec![]));
    assert!(!unfinished.exists());

    for kept in names(&folder, "snapshot") {
        fs::write(&kept, b"").expect("written");
    }
    let (told, reasons) = answer(&snapshots(&folder), &log);
    assert_eq!((told, reasons.len()), (ask::everything(&replay(&log)), KEPT_SNAPSHOTS));
    assert_eq!(names(&folder, ".bad").len(), KEPT_SNAPSHOTS);
}

#[test]
fn nothing_is_written_of_an_index_without_entries_or_beside_another_writer() {
    let folder = TempDir::new().expect("a folder");
    let ours = snapshots(&folder);
    assert_eq!(ours.write_index(&Index::new()).expect("nothing is written"), None);
    let log = Log::of(&chronicles::on_record()[..5]);
    snapshot(&ours, &log, 5);
    let writing = fs::File::open(folder.path().join("snapshots")).expect("a directory");
    writing.try_lock().expect("nobody else writes");
    assert_eq!(ours.write_index(&replay(&log)).expect("nothing is written"), None);
}
