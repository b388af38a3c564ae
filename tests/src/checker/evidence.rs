//! What can be known of a chronicle from outside, gathered when the faults are over.

use std::collections::{BTreeMap, BTreeSet};

use chronicle::{Chronicle as _, MemoryViews, ViewStore};
use chronicle_nats::{NatsChronicle, Settings};
use futures::TryStreamExt;
use jiff::Timestamp;
use projector::published::{Publisher, pointer};
use projector::{Index, Record, catch_up, date_of};
use serde_json::Value;
use summit::Position;
use wire::Document;

use super::journal::{Line, hash};

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Where it stands.
    pub position: u64,
    /// Its event's id; none where it is no event.
    pub id: Option<String>,
    /// What it says; see [`hash`].
    pub hash: String,
    /// Its document, as far as it is JSON.
    pub document: Value,
}

/// The current views, as one way of getting there gives them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Views {
    /// Who says so.
    pub by: String,
    /// The position where they are.
    pub position: u64,
    /// Values by view and key.
    pub cells: BTreeMap<(String, String), String>,
}

/// What a watcher of events saw, over any number of reconnects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcript {
    /// Whose.
    pub by: String,
    /// The position behind which it began.
    pub since: u64,
    /// Its lines, one after the other.
    pub lines: Vec<Value>,
}

/// An answer about the past: who was a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Of which organisation.
    pub organisation: String,
    /// At the end of which day.
    pub as_of: String,
    /// As known at which position.
    pub at_position: u64,
    /// The members.
    pub members: BTreeSet<String>,
}

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// What was meant and told.
    pub journal: Vec<Line>,
    /// Every entry, in the order of reading.
    pub log: Vec<Stored>,
    /// The first and the last position, and the number of entries, by the server's own account.
    pub state: (u64, u64, u64),
    /// The same by each node of a cluster of its own copy, with its name.
    pub replicas: Vec<(String, (u64, u64, u64))>,
    /// The ids of history as it is told: each event once.
    pub history: Vec<String>,
    /// The views, from as many sides as possible.
    pub views: Vec<Views>,
    /// What watchers saw.
    pub transcripts: Vec<Transcript>,
    /// The positions at which one reader found the published views, one after the other.
    pub sightings: Vec<u64>,
    /// What was answered about the past.
    pub answers: Vec<Answer>,
}

impl Evidence {
    /// Gathers what the log and the published views say; adds the views that a rebuild from nothing and each transcript
    /// give.
    pub async fn gather(settings: &Settings, journal: Vec<Line>, transcripts: Vec<Transcript>) -> Self {
        let log = NatsChronicle::connect(settings).await;
        let log = log.unwrap_or_else(|error| panic!("{error}"));
        let state = log.state().await.expect("the state of the log");
        let entries: Vec<chronicle::Entry> = log.read(Position::START).try_collect().await.expect("the log is read");
        let stored = |entry: &chronicle::Entry| Stored {
            position: entry.position.get(),
            id: Document::read(&entry.headers, &entry.bytes).ok().map(|document| document.event().id.to_string()),
            hash: hash(&entry.bytes),
            document: serde_json::from_slice(&entry.bytes).unwrap_or_default(),
        };
        let mut views = vec![published(&log.views()).await];
        let index = catch_up(&log, None).await.expect("the log is read");
        views.push(folded("a rebuild from nothing", &index, index.tail().get()).await);
        for transcript in &transcripts {
            let (index, position) = taken_in(transcript);
            views.push(folded(&transcript.by, &index, position).await);
        }
        Self {
            journal,
            log: entries.iter().map(stored).collect(),
            state: (state.first.get(), state.last.get(), state.entries),
            views,
            transcripts,
            ..Self::default()
        }
    }
}

/// Who was a member, by a fold that knows only admissions and withdrawals of single days: the last one decides.
pub fn past(log: &[Stored], organisation: &str, as_of: &str, at_position: u64) -> BTreeSet<String> {
    let mut last: BTreeMap<&str, (&str, bool)> = BTreeMap::new();
    for stored in log.iter().filter(|stored| stored.position <= at_position) {
        let data = &stored.document["data"];
        let admitted = match stored.document["type"].as_str() {
            Some("chronicle.admission.v1") => true,
            Some("chronicle.withdrawal.v1") => false,
            _ => continue,
        };
        let (Some(party), Some(day)) = (data["party"].as_str(), data["occurred"].as_str()) else { continue };
        let later = last.get(party).is_none_or(|(known, _)| *known < day);
        if data["organisation"] == organisation && day <= as_of && later {
            last.insert(party, (day, admitted));
        }
    }
    last.into_iter().filter(|(_, (_, admitted))| *admitted).map(|(party, _)| party.to_owned()).collect()
}

/// The views that count, once both are at one position.
async fn published(store: &impl ViewStore) -> Views {
    let version = pointer(store).await.expect("the pointer").expect("views are published").current;
    loaded("the projectors", store, version).await
}

/// The views that an index gives at once.
async fn folded(by: &str, index: &Index, position: u64) -> Views {
    let store = MemoryViews::new();
    Publisher::begin(store.clone(), index, date_of(Timestamp::now())).await.expect("made in memory");
    Views { position, ..loaded(by, &store, 1).await }
}

async fn loaded(by: &str, store: &impl ViewStore, version: u32) -> Views {
    let (mut cells, mut positions) = (BTreeMap::new(), Vec::new());
    for view in ["membership", "attendance"] {
        let name = format!("{view}-{version}");
        positions.push(store.checkpoint(&name).await.expect("a checkpoint").position.get());
        for (key, value) in store.load(&name).await.expect("readable") {
            cells.insert((view.to_owned(), key), String::from_utf8_lossy(&value).into_owned());
        }
    }
    Views { by: by.to_owned(), position: positions.into_iter().min().unwrap_or_default(), cells }
}

/// An index of what a watcher was told.
fn taken_in(transcript: &Transcript) -> (Index, u64) {
    let (mut index, mut last) = (Index::new(), 0);
    for line in &transcript.lines {
        let document = Document::decode(line["event"].to_string().as_bytes()).expect("a watcher is told documents");
        let stored_at = line["stored_at"].as_str().and_then(|text| text.parse().ok()).expect("an instant");
        last = line["position"].as_u64().expect("a position");
        index.record(Record { position: Position::new(last), stored_at, event: document.event().clone() });
    }
    (index, last)
}
