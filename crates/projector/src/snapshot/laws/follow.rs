//! Following from a snapshot: what is told is what one tells who read the log from its beginning.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::sample::Index as Pick;
use summit::Position;
use tempfile::TempDir;

use super::log::{CREATED_AT, Log};
use super::{CASES, ask, block_on, chronicles, snapshot, snapshots};
use crate::{Indexed, Live, SetAside, Update};

/// How many updates are told in one day.
const TOLD_IN_A_DAY: usize = 3;

/// Days since the first, for the clock of a follower and for the test that moves it.
#[derive(Clone, Default)]
struct Days(Arc<AtomicI64>);

impl Days {
    /// Noon of the day, some years behind what the documents speak of, or before.
    fn clock(&self) -> impl Fn() -> Timestamp + Send + use<> {
        let days = Arc::clone(&self.0);
        move || CREATED_AT + SignedDuration::from_hours(24 * 200 * days.load(Ordering::Relaxed))
    }
}

/// All that a follower tells now, while the days go by, and what its index answers then.
fn told(mut live: Live, days: &Days) -> (Vec<Update>, String) {
    let mut updates = Vec::new();
    while let Some(update) = live.next().now_or_never() {
        updates.push(update.expect("a log in memory is read"));
        days.0.store(i64::try_from(updates.len() / TOLD_IN_A_DAY).expect("few"), Ordering::Relaxed);
    }
    (updates, live.index().ask(ask::everything))
}

async fn from_the_beginning(log: &Log, since: Position) -> (Vec<Update>, String) {
    let days = Days::default();
    told(Live::begin(log, Some(since), days.clock()).await.expect("following"), &days)
}

async fn from_snapshots(log: &Log, since: Position, folder: &TempDir) -> ((Vec<Update>, String), Vec<SetAside>) {
    let (days, mut aside) = (Days::default(), Vec::new());
    let tell = |one| aside.push(one);
    let live = Live::resume(log, &snapshots(folder), Some(since), days.clock(), tell).await.expect("following");
    (told(live, &days), aside)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn a_follower_from_a_snapshot_at_any_cut_tells_what_one_from_the_beginning_tells(
        documents in chronicles::documents(16),
        cuts in prop::collection::vec(any::<Pick>(), 1..3),
        since: Pick,
        harm in proptest::option::of(any::<Pick>()),
    ) {
        let log = Log::of(&documents);
        let since = Position::new(since.index(log.len() + 1) as u64);
        let folder = TempDir::new().expect("a folder");
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| 1 + cut.index(log.len())).collect();
        cuts.sort_unstable();
        cuts.dedup();
        for cut in &cuts {
            snapshot(&snapshots(&folder), &log, *cut);
        }
        if let Some(harm) = harm {
            let newest = format!("snapshots/{:020}.snapshot", cuts[cuts.len() - 1]);
            let path = folder.path().join(newest);
            let mut bytes = fs::read(&path).expect("a snapshot");
            let at = harm.index(bytes.len());
            bytes[at] ^= 1;
            fs::write(&path, bytes).expect("written");
        }
        let (resumed, aside) = block_on(from_snapshots(&log, since, &folder));
        // A bad one is told, and the one before it is used.
        prop_assert_eq!(aside.len(), usize::from(harm.is_some()));
        prop_assert_eq!(resumed, block_on(from_the_beginning(&log, since)));
    }
}

#[test]
fn a_follower_from_a_snapshot_reads_the_log_from_there_only_and_nothing_that_befalls_the_file_then_matters() {
    let log = Log::of(&chronicles::on_record());
    let folder = TempDir::new().expect("a folder");
    let cut = log.len() - 20;
    snapshot(&snapshots(&folder), &log, cut);
    let behind = log.reads().len();
    let (days, since) = (Days::default(), Position::new(log.len() as u64));
    let kept = snapshots(&folder);
    let resumed = Live::resume(&log, &kept, Some(since), days.clock(), |one| panic!("{one}"));
    let mut live = block_on(resumed).expect("following");
    block_on(live.catch_up()).expect("a log in memory is read");
    let reads = log.reads();
    assert!(reads[behind..].iter().all(|from| *from >= cut as u64), "{reads:?}");

    let path = folder.path().join(format!("snapshots/{cut:020}.snapshot"));
    fs::write(&path, b"nothing").expect("written");
    assert!(live.index().ask(ask::everything) == ask::everything(&super::replay(&log)), "the same answers");
}
