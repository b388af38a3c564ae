//! A log, two who publish, two who project, and what each step does to them.

use std::collections::{BTreeMap, BTreeSet, HashMap, hash_map};
use std::time::Duration;

use bytes::Bytes;
use chronicle::{Chronicle, Draft, Entry, MemoryViews, ViewStore};
use futures::stream::{self, StreamExt};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use producer::{Acknowledged, NoDirectory, Producer};
use projector::published::{PublishViewsError, Publisher};
use projector::{Changes, Index, calendar_changes, changes};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use summit::{EventId, Position};
use wire::Document;

use crate::mortal::Mortal;
use crate::support::{Fault, FaultyLog, decoded, entries};
use crate::views::{FaultyViews, ViewFault};

const ASTANA: &str = include_str!("../../../crates/wire/tests/data/astana-2024.jsonl");
/// How many events of the report there are to publish, and how many of days to come.
const REPORTED: usize = 73;
const TO_COME: usize = 12;
/// How many different events there are.
pub(crate) const EVENTS: usize = REPORTED + TO_COME;
/// The first day. The events to come fall on it and the days behind it.
const FIRST_DAY: Date = date(2026, 1, 1);
/// Longer than anyone tries, in the time of the paused clock.
const AGES: Duration = Duration::from_secs(3600);
/// Who takes up the views that often without success may give up.
const TAKE_UPS: usize = 16;
const VIEWS: [&str; 2] = ["membership-1", "attendance-1"];

/// What happens next.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Someone publishes events, one after the other; things happen on the way to the log. Perhaps the process dies
    /// after so many turns of others.
    Publish { who: usize, events: Vec<usize>, dies: Option<u8>, faults: Vec<Fault> },
    /// Another client stores an event that the log takes for something new, perhaps with other words.
    Foreign { event: usize, other: bool },
    /// A projector reads on and publishes.
    Project(usize, Take),
    /// Both do, at the same time.
    ProjectBoth(Take, Take),
    /// A projector dies between two steps.
    Kill(usize),
    /// A projector begins anew.
    Begin(usize, Begin),
    /// Another day begins.
    Midnight,
}

/// How a projector goes on.
#[derive(Debug, Clone)]
pub(crate) struct Take {
    /// So many entries are read at most.
    pub(crate) most: usize,
    /// Whether they are published as one move.
    pub(crate) at_once: bool,
    pub(crate) faults: Vec<ViewFault>,
}

/// How a projector begins.
#[derive(Debug, Clone)]
pub(crate) struct Begin {
    /// So many entries it does not know yet, as from an old snapshot.
    pub(crate) behind: u64,
    pub(crate) faults: Vec<ViewFault>,
}

struct Projector {
    store: FaultyViews,
    index: Index,
    publisher: Publisher<FaultyViews>,
    today: Date,
}

pub(crate) struct World {
    log: FaultyLog,
    producers: [Option<(Producer, Mortal)>; 2],
    projectors: [Option<Projector>; 2],
    views: MemoryViews,
    today: Date,
    /// What was ever handed in.
    handed_in: BTreeSet<usize>,
    acknowledged: Vec<(usize, Acknowledged)>,
    /// Where each view was seen last.
    seen: [Position; 2],
    /// Foreign entries so far; each has an id of its own for the log.
    foreign: u64,
    /// What was made at once, by position and day: the log only grows.
    made: HashMap<(Position, Date), Made>,
}

/// Keys and values by view.
type Made = BTreeMap<String, BTreeMap<String, Bytes>>;

impl World {
    pub(crate) fn new() -> Self {
        Self {
            log: FaultyLog::good(),
            producers: [None, None],
            projectors: [None, None],
            views: MemoryViews::new(),
            today: FIRST_DAY,
            handed_in: BTreeSet::new(),
            acknowledged: Vec::new(),
            seen: [Position::START; 2],
            foreign: 0,
            made: HashMap::new(),
        }
    }

    pub(crate) async fn take(&mut self, step: Step) {
        match step {
            Step::Publish { who, events, dies, faults } => self.publish(who, events, dies, faults).await,
            Step::Foreign { event, other } => self.store_foreign(event, other).await,
            Step::Project(who, take) => {
                project(&mut self.projectors[who], &self.log, &self.views, self.today, &take).await;
            }
            Step::ProjectBoth(left, right) => {
                let [one, other] = &mut self.projectors;
                futures::join!(
                    project(one, &self.log, &self.views, self.today, &left),
                    project(other, &self.log, &self.views, self.today, &right),
                );
            }
            Step::Kill(who) => self.projectors[who] = None,
            Step::Begin(who, begin) => {
                let index = index(&self.log, begin.behind).await;
                self.projectors[who] = begun(index, &self.views, self.today, &begin.faults).await;
            }
            Step::Midnight => self.today = self.today.tomorrow().expect("a day"),
        }
    }

    async fn publish(&mut self, who: usize, events: Vec<usize>, dies: Option<u8>, faults: Vec<Fault>) {
        self.log.suffer_next(faults);
        let log = &self.log;
        let (publishing, process) = self.producers[who].get_or_insert_with(|| {
            let process = Mortal::new(log);
            (Producer::new(process.clone(), NoDirectory, Timestamp::now), process)
        });
        self.handed_in.extend(&events);
        let answers = publishing.publish_many(stream::iter(events.clone().into_iter().map(document)));
        if let Some(turns) = dies {
            let publishing = tokio::spawn(answers.collect::<Vec<_>>());
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            process.die();
            publishing.abort();
            self.producers[who] = None;
            return;
        }
        let answers = tokio::time::timeout(AGES, answers.collect::<Vec<_>>()).await.expect("everyone is answered");
        for (event, answer) in events.into_iter().zip(answers) {
            self.acknowledged.extend(answer.ok().map(|answer| (event, answer)));
        }
    }

    async fn store_foreign(&mut self, event: usize, other: bool) {
        self.foreign += 1;
        let id = format!("ffffffff-0000-4000-8000-{:012}", self.foreign).parse().expect("a UUID");
        let mut bytes = document(event).encode();
        if other {
            let text = String::from_utf8(bytes).expect("JSON");
            bytes = text.replace("BLR", "MNG").replace("2026", "2025").into_bytes();
        }
        let subject = wire::subject(document(event).event(), None);
        let draft = Draft { id, subject, headers: vec![], bytes: bytes.into() };
        self.log.inner.append(draft).await.expect("the log in memory takes it");
    }

    /// Nothing happens to anyone any more; what was on its way arrives, and everything is tried again.
    pub(crate) async fn heal(&mut self) {
        tokio::time::sleep(AGES).await;
        self.log = self.log.healed();
        self.producers = [None, None];
        let events: Vec<usize> = self.handed_in.iter().copied().collect();
        let before = self.acknowledged.len();
        self.publish(0, events.clone(), None, vec![]).await;
        assert_eq!(self.acknowledged.len(), before + events.len(), "everything is acknowledged in the end");
        let all = Take { most: usize::MAX, at_once: false, faults: vec![] };
        for projector in &mut self.projectors {
            // The first time, one who is not there begins.
            for _ in 0..2 {
                project(projector, &self.log, &self.views, self.today, &all).await;
            }
        }
    }

    /// What holds after every step.
    pub(crate) async fn check(&mut self) -> Result<(), TestCaseError> {
        let log = entries(&self.log.inner).await;
        let mut places: HashMap<EventId, &Entry> = HashMap::new();
        for entry in &log {
            if let Some(id) = entry.header(chronicle::ID_HEADER).and_then(|id| id.parse().ok()) {
                prop_assert!(places.insert(id, entry).is_none(), "{} stands twice", id);
            }
        }
        for (event, answer) in &self.acknowledged {
            let said = document(*event);
            let there = places.get(&answer.id).map(|entry| (entry.position, fingerprint(entry)));
            prop_assert_eq!(there, Some((answer.position, said.fingerprint())), "event {} {:?}", event, answer);
        }
        for (view, seen) in VIEWS.iter().zip(&mut self.seen) {
            let at = self.views.checkpoint(view).await.expect("in memory").position;
            prop_assert!(at >= *seen, "{} was at {}, and is at {}", view, seen, at);
            *seen = at;
            let stands = self.views.load(view).await.expect("in memory");
            // Whoever moved it may not have heard of midnight yet.
            let mut matches = false;
            for day in std::iter::successors(Some(FIRST_DAY), |day| day.tomorrow().ok()) {
                if let hash_map::Entry::Vacant(unknown) = self.made.entry((at, day)) {
                    unknown.insert(made_at_once(&log, at, day).await);
                }
                matches = matches || self.made[&(at, day)].get(*view) == Some(&stands);
                if matches || day == self.today {
                    break;
                }
            }
            prop_assert!(matches, "{} at {} is not what the log gives there: {:?}", view, at, stands);
        }
        Ok(())
    }

    /// What holds in the end.
    pub(crate) async fn check_healed(&self) -> Result<(), TestCaseError> {
        let log = entries(&self.log.inner).await;
        let tail = Position::new(log.len() as u64);
        let should = made_at_once(&log, tail, self.today).await;
        for view in VIEWS {
            let at = self.views.checkpoint(view).await.expect("in memory").position;
            prop_assert_eq!(at, tail, "{}", view);
            prop_assert_eq!(&self.views.load(view).await.expect("in memory"), &should[view], "{}", view);
        }
        Ok(())
    }
}

/// The event number `n`.
fn document(number: usize) -> Document {
    if let Some(line) = ASTANA.lines().nth(number) {
        return Document::decode(line.as_bytes()).expect("a good document");
    }
    let number = number - REPORTED;
    let day = FIRST_DAY.checked_add(jiff::Span::new().days(i64::try_from(number / 3).expect("small"))).expect("a day");
    let id = |number: usize| format!("00000000-0000-4000-8000-{number:012}");
    let mut data = serde_json::json!({"occurred": day.to_string(), "attribution": [{"name": "desk"}]});
    let kind = match number % 3 {
        0 => "admission",
        1 => "withdrawal",
        // Takes back what comes or came before.
        _ => "retraction",
    };
    if kind == "retraction" {
        data["retracts"] = id(number - 2).into();
    } else {
        data["organisation"] = "sco".into();
        data["party"] = ["BLR", "MNG", "KAZ"][number / 3 % 3].into();
    }
    decoded(&serde_json::json!({
        "specversion": "1.0", "id": id(number), "source": "/desks/test", "type": format!("chronicle.{kind}.v1"),
        "recordedtime": "2025-12-01T00:00:00Z", "data": data,
    }))
}

fn fingerprint(entry: &Entry) -> wire::Fingerprint {
    Document::read(&entry.headers, &entry.bytes).expect("good documents only").fingerprint()
}

/// An index of the log but for its last entries.
async fn index(log: &FaultyLog, behind: u64) -> Index {
    let all = entries(&log.inner).await;
    let known = all.len().saturating_sub(usize::try_from(behind).expect("small"));
    let mut index = Index::new();
    for entry in &all[..known] {
        index.append(entry);
    }
    index
}

/// A projector that takes up the views, unless it dies on the way.
async fn begun(index: Index, views: &MemoryViews, today: Date, faults: &[ViewFault]) -> Option<Projector> {
    let store = FaultyViews::new(views);
    store.expect(faults);
    let publisher = taken_up(&store, &index, today).await?;
    Some(Projector { store, index, publisher, today })
}

/// Takes up the views as `chronicle serve` does: again and again, unless it is dead.
async fn taken_up(store: &FaultyViews, index: &Index, today: Date) -> Option<Publisher<FaultyViews>> {
    for _ in 0..TAKE_UPS {
        match Publisher::begin(store.clone(), index, today).await {
            Ok(publisher) => return Some(publisher),
            Err(_) if store.is_dead() => return None,
            Err(_) => {}
        }
    }
    None
}

/// A projector reads on and publishes; one who is not there begins.
async fn project(slot: &mut Option<Projector>, log: &FaultyLog, views: &MemoryViews, today: Date, take: &Take) {
    let Some(projector) = slot else {
        *slot = begun(index(log, 0).await, views, today, &take.faults).await;
        return;
    };
    projector.store.expect(&take.faults);
    if go_on(projector, log, today, take).await.is_none() {
        *slot = None;
    }
}

async fn go_on(projector: &mut Projector, log: &FaultyLog, today: Date, take: &Take) -> Option<()> {
    let from = usize::try_from(projector.index.tail().get()).expect("small");
    let mut gathered: Vec<Changes> = Vec::new();
    if projector.today != today {
        gathered.push(calendar_changes(&projector.index, projector.today, today));
        projector.today = today;
        if !take.at_once {
            published(projector, &mut gathered).await?;
        }
    }
    for entry in entries(&log.inner).await.into_iter().skip(from).take(take.most) {
        projector.index.append(&entry);
        gathered.push(changes(&projector.index, entry.position, today));
        if !take.at_once {
            published(projector, &mut gathered).await?;
        }
    }
    published(projector, &mut gathered).await
}

/// Publishes what was gathered, as `chronicle serve` does. Nothing where it died.
async fn published(projector: &mut Projector, gathered: &mut Vec<Changes>) -> Option<()> {
    let all = std::mem::take(gathered);
    let done: Result<(), PublishViewsError> = projector.publisher.publish_all(&projector.index, &all).await;
    if projector.store.is_dead() {
        return None;
    }
    if done.is_err() {
        projector.publisher = taken_up(&projector.store, &projector.index, projector.today).await?;
    }
    Some(())
}

/// The views of a day, made at once from the log up to a position.
async fn made_at_once(log: &[Entry], at: Position, today: Date) -> Made {
    let (mut index, store) = (Index::new(), MemoryViews::new());
    for entry in log.iter().take_while(|entry| entry.position <= at) {
        index.append(entry);
    }
    Publisher::begin(store.clone(), &index, today).await.expect("in memory");
    let mut made = BTreeMap::new();
    for view in VIEWS {
        made.insert(view.to_owned(), store.load(view).await.expect("in memory"));
    }
    made
}
