//! Many workers on one version of the published views: whoever works, and however they overlap, each partition holds exactly
//! what the log gives at its checkpoint.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use chronicle::{
    ApplyError, Change, Chronicle, Contents, Draft, MAX_CHANGES, MemoryChronicle, MemoryViews, Scope, ViewStore,
};
use jiff::Timestamp;
use jiff::civil::Date;
use projector::published::{
    Partitions, PublishViewsError, Published, Publisher, Worker, partitions, pointer, rebuild, roll_back, split,
};
use projector::{Index, Record, catch_up, date_of};
use proptest::prelude::*;
use summit::Position;
use wire::Document;

const ASTANA: &str = include_str!("../../wire/tests/data/astana-2024.jsonl");
const HISTORY: &str = include_str!("../../wire/tests/data/sco-history.jsonl");
/// How many workers there are.
const WORKERS: usize = 3;
/// How many partitions there are.
const PARTITIONS: u16 = 4;
const VIEWS: [&str; 2] = ["membership", "attendance"];

fn noon() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().expect("an instant")
}

fn today() -> Date {
    date_of(noon())
}

fn four() -> Partitions {
    Partitions::new(PARTITIONS).expect("a count")
}

fn all() -> BTreeSet<u16> {
    four().all().collect()
}

fn draft(line: &str) -> Draft {
    let document = Document::decode(line.as_bytes()).expect("a good document");
    let subject = wire::subject(document.event(), None);
    Draft { id: document.event().id, subject, headers: vec![], bytes: Bytes::from(document.encode()) }
}

async fn log_of<'a>(lines: impl IntoIterator<Item = &'a str>) -> MemoryChronicle {
    let log = MemoryChronicle::new();
    append(&log, lines).await;
    log
}

async fn append<'a>(log: &MemoryChronicle, lines: impl IntoIterator<Item = &'a str>) {
    for line in lines {
        log.append(draft(line)).await.expect("stored");
    }
}

/// The entries of an index behind one position, up to another.
fn records(index: &Index, behind: u64, to: u64) -> impl Iterator<Item = &Record> {
    (behind + 1..=to).filter_map(|number| index.record_at(Position::new(number)))
}

/// Both views, made at once at a position of an index.
async fn made_at(index: &Index, position: u64) -> [BTreeMap<String, Bytes>; 2] {
    let (mut before, store) = (Index::new(), MemoryViews::new());
    records(index, 0, position).for_each(|record| {
        before.record(record.clone());
    });
    Publisher::begin(store.clone(), &before, today()).await.expect("published");
    [store.load("membership-1").await.expect("readable"), store.load("attendance-1").await.expect("readable")]
}

async fn contents(store: &MemoryViews, version: u32) -> [Contents; 2] {
    let read = async |view: &str| store.contents(&format!("{view}-{version}")).await.expect("readable");
    [read(VIEWS[0]).await, read(VIEWS[1]).await]
}

/// Where the whole is, and each partition.
fn positions(contents: &Contents) -> Vec<u64> {
    contents.checkpoints.values().map(|checkpoint| checkpoint.position.get()).collect()
}

/// A worker, and what it knows of the log.
struct At {
    index: Index,
    worker: Worker<MemoryViews>,
}

impl At {
    async fn begin(store: &MemoryViews, index: Index) -> Self {
        let worker = Worker::begin(store.clone(), &index, today(), four()).await.expect("begun");
        Self { index, worker }
    }

    fn take(&mut self, whole: &Index, count: u64) {
        let behind = self.index.tail().get();
        let to = (behind + count).min(whole.tail().get());
        records(whole, behind, to).for_each(|record| {
            self.index.record(record.clone());
        });
        self.worker.note(&self.index, Position::new(behind), self.index.tail());
    }
}

/// What happens to one of the workers.
#[derive(Debug, Clone)]
enum Turn {
    /// It takes in some entries,
    Take(usize, u64),
    /// publishes,
    Publish(usize),
    /// believes that these partitions are its own, whatever the others believe,
    Believe(usize, BTreeSet<u16>),
    /// or dies, and another one comes in its place that knows as much of the log.
    Die(usize),
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let worker = 0..WORKERS;
    let turn = prop_oneof![
        3 => (worker.clone(), 1..80_u64).prop_map(|(worker, count)| Turn::Take(worker, count)),
        4 => worker.clone().prop_map(Turn::Publish),
        2 => (worker.clone(), prop::collection::btree_set(0..PARTITIONS, 0..=4))
            .prop_map(|(worker, share)| Turn::Believe(worker, share)),
        1 => worker.prop_map(Turn::Die),
    ];
    prop::collection::vec(turn, 1..40)
}

/// Runs turns; after each, every partition must hold what the log gives at its checkpoint. Then all work in peace.
async fn run(turns: Vec<Turn>) -> Result<(), TestCaseError> {
    let log = log_of(ASTANA.lines().chain(HISTORY.lines())).await;
    let whole = catch_up(&log, None).await.expect("read");
    let (store, mut made) = (MemoryViews::new(), BTreeMap::new());
    let mut workers = Vec::new();
    for _ in 0..WORKERS {
        workers.push(At::begin(&store, Index::new()).await);
    }
    let mut least = [0; 2];
    let peace = (0..WORKERS).flat_map(|worker| {
        let share = four().all().filter(|number| usize::from(*number) % WORKERS == worker).collect();
        // What was refused is looked at anew.
        [Turn::Take(worker, 283), Turn::Believe(worker, share), Turn::Publish(worker), Turn::Publish(worker)]
    });
    for turn in turns.into_iter().chain(peace) {
        match turn.clone() {
            Turn::Take(worker, count) => workers[worker].take(&whole, count),
            Turn::Publish(worker) => {
                let At { index, worker } = &mut workers[worker];
                worker.publish(index).await.expect("published, or refused");
            }
            Turn::Believe(worker, share) => workers[worker].worker.assign(&share),
            Turn::Die(worker) => {
                let index = std::mem::take(&mut workers[worker].index);
                workers[worker] = At::begin(&store, index).await;
            }
        }
        for (view, contents) in contents(&store, 1).await.iter().enumerate() {
            let least_part = contents.checkpoints.iter().filter(|(scope, _)| **scope != Scope::Whole);
            let least_part = least_part.map(|(_, at)| at.position.get()).min().expect("parted");
            let told = contents.checkpoints[&Scope::Whole].position.get();
            prop_assert!(told <= least_part && told >= least[view], "after {:?}: {} of {}", turn, told, least_part);
            least[view] = told;
            for number in four().all() {
                let at = contents.checkpoints[&Scope::Partition(number)].position.get();
                if let Entry::Vacant(vacant) = made.entry(at) {
                    vacant.insert(made_at(&whole, at).await);
                }
                let own = |cells: &BTreeMap<String, Bytes>| -> BTreeMap<String, Bytes> {
                    let own = cells.iter().filter(|(key, _)| four().of(key) == number);
                    own.map(|(key, value)| (key.clone(), value.clone())).collect()
                };
                let (stands, should) = (own(&contents.values), own(&made[&at][view]));
                prop_assert_eq!(stands, should, "partition {} at {} after {:?}", number, at, turn);
            }
        }
    }
    // The worker of the first partition has heard of the others meanwhile.
    for (view, contents) in contents(&store, 1).await.iter().enumerate() {
        contents.checkpoints.iter().for_each(|(scope, at)| workers[0].worker.hear(view, *scope, *at));
    }
    workers[0].worker.settle().await.expect("settled");
    for contents in contents(&store, 1).await {
        prop_assert_eq!(positions(&contents), vec![283; 5]);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn each_partition_holds_what_the_log_gives_at_its_checkpoint_whatever_workers_believe_and_whoever_dies(
        turns in turns(),
    ) {
        tokio::runtime::Runtime::new().expect("a runtime").block_on(run(turns))?;
    }
}

#[tokio::test]
async fn a_worker_that_comes_back_is_refused_whole_and_puts_right_what_it_is_still_to_work_at() {
    let log = log_of(ASTANA.lines()).await;
    let (store, old) = (MemoryViews::new(), catch_up(&log, None).await.expect("read"));
    let mut zombie = At::begin(&store, old).await;
    zombie.worker.assign(&all());
    zombie.worker.publish(&zombie.index).await.expect("published");
    append(&log, HISTORY.lines()).await;
    let whole = catch_up(&log, None).await.expect("read");

    // While it is away, another one takes everything over; then it goes on as if nothing had happened.
    zombie.take(&whole, 100);
    let mut heir = At::begin(&store, catch_up(&log, None).await.expect("read")).await;
    heir.worker.assign(&all());
    heir.worker.publish(&heir.index).await.expect("published");
    let should = contents(&store, 1).await;
    let published = zombie.worker.publish(&zombie.index).await.expect("nothing to do");
    assert_eq!(published, Published { keys: 0, refused: 2 }, "once in each view");
    assert_eq!(contents(&store, 1).await, should);
    let published = zombie.worker.publish(&zombie.index).await.expect("nothing to do");
    assert_eq!(published, Published::default(), "the other one knows more");
    assert_eq!(contents(&store, 1).await, should);
    // Once it knows as much, it may work again: nothing is different.
    zombie.take(&whole, 1000);
    let published = zombie.worker.publish(&zombie.index).await.expect("taken up");
    assert_eq!((published.keys, zombie.worker.position()), (0, Some(Position::new(283))));
    assert_eq!(should.map(|contents| contents.values), made_at(&whole, 283).await);
}

#[tokio::test]
async fn a_version_that_one_kept_is_parted_where_it_stands_and_refuses_who_kept_it() {
    let log = log_of(ASTANA.lines()).await;
    let (store, mut index) = (MemoryViews::new(), catch_up(&log, None).await.expect("read"));
    let mut one = Publisher::begin(store.clone(), &index, today()).await.expect("published");
    let before = contents(&store, 1).await.map(|contents| contents.values);
    assert_eq!(partitions(&store, 1).await, Ok(None));
    let mut many = At::begin(&store, catch_up(&log, None).await.expect("read")).await;
    assert_eq!(partitions(&store, 1).await, Ok(Some(four())));
    let eight = Partitions::new(8).expect("a count");
    assert_eq!(split(&store, 1, eight).await, Ok(four()), "it stays as it is parted");
    for contents in contents(&store, 1).await {
        assert_eq!(positions(&contents), [73; 5]);
    }
    assert_eq!(contents(&store, 1).await.map(|contents| contents.values), before);

    append(&log, HISTORY.lines()).await;
    let whole = catch_up(&log, None).await.expect("read");
    records(&whole, 73, 74).for_each(|record| {
        index.record(record.clone());
    });
    let refused = one.publish(&index, &projector::changes(&index, Position::new(74), today())).await;
    assert_eq!(refused, Err(PublishViewsError::InPartitions("membership-1".to_owned())));
    let again = Publisher::begin(store.clone(), &index, today()).await.map(drop);
    assert_eq!(again, Err(PublishViewsError::InPartitions("membership-1".to_owned())));
    many.worker.assign(&all());
    many.take(&whole, 1000);
    many.worker.publish(&many.index).await.expect("published");
    assert_eq!(contents(&store, 1).await.map(|contents| contents.values), made_at(&whole, 283).await);
}

#[tokio::test]
async fn a_rebuild_compares_every_partition_where_it_is_and_the_next_version_is_parted_as_is_said() {
    let log = log_of(ASTANA.lines()).await;
    let (store, mut index) = (MemoryViews::new(), catch_up(&log, None).await.expect("read"));
    append(&log, HISTORY.lines()).await;
    let whole = catch_up(&log, None).await.expect("read");
    // One partition is further than the others, and than who rebuilds knows.
    let mut worker = At::begin(&store, catch_up(&log, None).await.expect("read")).await;
    worker.worker.assign(&BTreeSet::from([four().of("sco")]));
    worker.worker.publish(&worker.index).await.expect("published");
    let clean = rebuild(&store, &log, &mut index, today(), Some(four())).await.expect("rebuilt");
    assert_eq!((clean.from, clean.to, clean.differences.as_slice()), (1, 2, [].as_slice()));
    assert!(clean.compared > 14, "{} keys", clean.compared);
    assert_eq!((partitions(&store, 2).await, index.tail()), (Ok(Some(four())), Position::new(283)));

    let mut next = At::begin(&store, catch_up(&log, None).await.expect("read")).await;
    next.worker.assign(&all());
    next.worker.publish(&next.index).await.expect("published");
    assert_eq!(next.worker.version(), 2);
    let at = contents(&store, 2).await[0].checkpoints[&Scope::Whole];
    let wrong = vec![Change { key: "sco.BLR".into(), value: None }];
    store.apply("membership-2", at.revision, wrong, at.position).await.expect("applied by who ought not to");
    let eight = Partitions::new(8).expect("a count");
    let rebuilt = rebuild(&store, &log, &mut index, today(), Some(eight)).await.expect("rebuilt");
    let keys: Vec<&str> = rebuilt.differences.iter().map(|one| one.key.as_str()).collect();
    assert_eq!((rebuilt.to, keys, partitions(&store, 3).await), (3, vec!["sco.BLR"], Ok(Some(eight))));
    assert_eq!(contents(&store, 3).await.map(|contents| contents.values), made_at(&whole, 283).await);
    assert_eq!(roll_back(&store).await, Ok(2));

    // Kept as one again.
    let rebuilt = rebuild(&store, &log, &mut index, today(), None).await.expect("rebuilt");
    assert_eq!((rebuilt.to, partitions(&store, 4).await), (4, Ok(None)));
    assert_eq!(pointer(&store).await.expect("readable").map(|pointer| pointer.current), Some(4));
    Publisher::begin(store.clone(), &whole, today()).await.expect("published");
}

#[tokio::test]
async fn more_keys_than_fit_into_one_move_are_moved_in_parts_and_a_new_day_is_looked_at_whole() {
    let parties = MAX_CHANGES + 500;
    let tomorrow = today().tomorrow().expect("a day");
    let event = |number: usize, data: &str| {
        format!(
            r#"{{"specversion":"1.0","id":"00000000-0000-4000-8000-{number:012}","source":"/t",
            "type":"chronicle.admission.v1","data":{{"organisation":"o","attribution":[{{"name":"t"}}],{data}}}}}"#
        )
    };
    let lines = (1..=parties).map(|number| event(number, &format!(r#""occurred":"{tomorrow}","party":"p-{number}""#)));
    let lines: Vec<String> = lines.collect();
    let log = log_of(lines.iter().map(String::as_str)).await;
    let (store, index) = (MemoryViews::new(), catch_up(&log, None).await.expect("read"));
    let mut at = At::begin(&store, index).await;
    at.worker.assign(&all());
    assert_eq!(at.worker.publish(&at.index).await.expect("published").keys, 0, "nobody is admitted yet");
    at.worker.note_day(tomorrow);
    assert_eq!(at.worker.publish(&at.index).await.expect("published").keys, parties);
    let [membership, _] = contents(&store, 1).await;
    assert_eq!((membership.values.len(), positions(&membership)), (parties, vec![parties as u64; 5]));
    assert_eq!(at.worker.publish(&at.index).await.expect("nothing to do").keys, 0);

    let refused = store.move_on("membership-1", &[], vec![]).await;
    assert!(matches!(refused, Err(ApplyError::Refused(_))), "{refused:?}");
}
