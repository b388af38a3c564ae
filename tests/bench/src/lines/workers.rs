//! Workers who keep the published views together: one, two and four of them, from an empty bucket to the tail of the log.

use std::collections::BTreeSet;
use std::thread;

use chronicle_nats::{NatsChronicle, Settings};
use jiff::Timestamp;
use projector::published::{Partitions, Worker, shares};
use projector::{Index, Live, date_of};
use summit::Position;
use tokio::runtime::Builder;

use super::Size;
use crate::measure::{Measured, Run};
use crate::store::Store;

/// How many events are published, at most: each run begins with a log and a bucket of its own.
const EVENTS: u64 = 50_000;
/// In how many partitions the views are kept.
const PARTITIONS: u16 = 8;
/// How many entries a worker takes in before it publishes what they changed, as `chronicle project` does.
const TAKEN_AT_ONCE: usize = 1000;

/// Events into the views by several workers: beside one alone, on the same machine.
pub(crate) fn workers(size: Size) -> Vec<Measured> {
    let events = size.events.min(EVENTS);
    let several = |count: usize| {
        let what = format!("events into the published views, {count} workers");
        Measured::rates(&what, "one worker", size.rounds, || run(events, 1), || run(events, count))
    };
    vec![several(2), several(4)]
}

/// So many workers publish so many events, in processes as far apart as threads with connections of their own are.
fn run(events: u64, count: usize) -> Run {
    let store = Store::with(events);
    let (partitions, names) = (Partitions::new(PARTITIONS).expect("a count"), ["one", "two", "three", "four"]);
    let at_work: BTreeSet<&str> = names[..count].iter().copied().collect();
    let shared = shares(&at_work, partitions);
    let (log, empty) = (store.log.clone(), Index::new());
    // Parted beforehand, as it is once for all time.
    let parted = Worker::begin(log.views(), &empty, date_of(Timestamp::now()), partitions);
    drop(store.runtime.block_on(parted).expect("parted"));
    Run::of(store.process(), || {
        thread::scope(|threads| {
            for name in at_work {
                let share = shared.iter().filter(|(_, worker)| **worker == name).map(|(number, _)| *number).collect();
                let url = store.server.url();
                threads.spawn(move || {
                    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
                    runtime.block_on(work(&url, share, partitions, events));
                });
            }
        });
        events
    })
}

/// One worker, from the beginning of the log to its tail.
async fn work(url: &str, share: BTreeSet<u16>, partitions: Partitions, events: u64) {
    let log = NatsChronicle::connect(&Settings::new(url, "bench")).await.expect("the log can be reached");
    let mut live = Live::begin(&log, Some(Position::START), Timestamp::now).await.expect("it can be followed");
    let index = live.index().clone();
    let mut worker =
        Worker::begin(log.views(), index.as_ref(), live.today(), partitions).await.expect("it can be taken up");
    worker.assign(&share);
    while worker.position().is_none_or(|position| position.get() < events) {
        let taken = live.take_in(TAKEN_AT_ONCE).await.expect("it can be followed");
        worker.note(index.as_ref(), taken.behind, taken.to);
        worker.publish(index.as_ref()).await.expect("published");
    }
}
