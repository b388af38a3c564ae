//! Documents to publish, and a log that fails as it is told.

#![expect(dead_code, reason = "each test file uses its own part")]

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chronicle::{AppendError, Appended, Chronicle, Draft, Entry, LogState, MemoryChronicle, ReadError};
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};
use jiff::Timestamp;
use producer::{Directory, Known, NoDirectory, Producer};
use serde_json::json;
use summit::{EventId, MeetingId, OrganisationId, Position};
use tokio::sync::Semaphore;
use wire::Document;

/// The event number `n`, in one of its wordings.
pub(crate) fn document(n: u64, wording: u8) -> Document {
    let party = ["BLR", "MNG", "TUR"][usize::from(wording)];
    decoded(&json!({
        "specversion": "1.0", "id": id(n).to_string(), "source": "/desks/astana", "type": "chronicle.admission.v1",
        "data": {"occurred": "2024-07-04", "attribution": [{"name": "desk"}], "organisation": "sco", "party": party},
    }))
}

pub(crate) fn decoded(json: &serde_json::Value) -> Document {
    Document::decode(json.to_string().as_bytes()).unwrap_or_else(|refused| panic!("{refused}"))
}

pub(crate) fn id(n: u64) -> EventId {
    format!("00000000-0000-4000-8000-{n:012x}").parse().expect("twelve hexadecimal digits end a UUID")
}

/// The draft of an event as another producer would send it.
pub(crate) fn draft(n: u64, wording: u8) -> Draft {
    let document = document(n, wording).recorded_at(Timestamp::UNIX_EPOCH);
    let subject = wire::subject(document.event(), None);
    Draft { id: id(n), subject, headers: vec![], bytes: document.encode().into() }
}

pub(crate) fn producer(log: &FaultyLog) -> Producer {
    Producer::new(log.clone(), NoDirectory, Timestamp::now)
}

/// Everything that stands in a log.
pub(crate) async fn entries(log: &impl Chronicle) -> Vec<Entry> {
    log.read(Position::START).try_collect().await.expect("readable")
}

/// What happens to one call that appends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// It is stored, but the answer is lost.
    AnswerLost,
    /// It never arrives.
    RequestLost,
    /// It arrives so many milliseconds later, and the answer is lost.
    Late(u64),
    /// The answer comes so many milliseconds later.
    Slow(u64),
    /// It is stored, but there is no answer at all.
    Silence,
    /// It is refused as a repeat, without a reason.
    Repeated,
    /// Somebody else stores the last of its events just before.
    Overtaken,
    /// There is no room.
    Full,
}

/// What happens to one read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadFault {
    None,
    /// It breaks off after so many entries.
    BreaksOff(usize),
    /// It says nothing more after so many entries.
    Silence(usize),
}

/// A log in memory to which things happen, call by call; when they have all happened, it works.
#[derive(Clone)]
pub(crate) struct FaultyLog {
    /// What really stands.
    pub(crate) inner: MemoryChronicle,
    script: Arc<Mutex<Script>>,
    /// A permit for every call that may append.
    gate: Arc<Semaphore>,
    /// How many entries were read.
    read: Arc<AtomicUsize>,
}

#[derive(Default)]
struct Script {
    appends: VecDeque<Fault>,
    reads: VecDeque<ReadFault>,
    /// How many drafts each call brought.
    calls: Vec<usize>,
    /// What somebody else stored just before it was to be stored here.
    overtaken: HashSet<EventId>,
    /// A subject that nobody may write to.
    forbidden: Option<String>,
}

impl FaultyLog {
    pub(crate) fn new(appends: impl IntoIterator<Item = Fault>, reads: impl IntoIterator<Item = ReadFault>) -> Self {
        let (appends, reads) = (appends.into_iter().collect(), reads.into_iter().collect());
        let script = Arc::new(Mutex::new(Script { appends, reads, ..Script::default() }));
        Self {
            inner: MemoryChronicle::new(),
            script,
            gate: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
            read: Arc::default(),
        }
    }

    /// A log to which nothing happens.
    pub(crate) fn good() -> Self {
        Self::new([], [])
    }

    /// The same entries in a log to which nothing more happens.
    pub(crate) fn healed(&self) -> Self {
        Self { inner: self.inner.clone(), ..Self::good() }
    }

    /// A log that appends nothing before it is opened.
    pub(crate) fn closed() -> Self {
        Self { gate: Arc::new(Semaphore::new(0)), ..Self::good() }
    }

    pub(crate) fn open(&self) {
        self.gate.add_permits(1_000_000);
    }

    /// What happens to the calls that append from now on, instead of what was to.
    pub(crate) fn suffer_next(&self, faults: impl IntoIterator<Item = Fault>) {
        self.with(|script| script.appends = faults.into_iter().collect());
    }

    pub(crate) fn forbid(&self, subject: &str) {
        self.with(|script| script.forbidden = Some(subject.to_owned()));
    }

    /// How many entries were read so far.
    pub(crate) fn read_entries(&self) -> usize {
        self.read.load(Ordering::Relaxed)
    }

    /// How many drafts each call so far brought.
    pub(crate) fn calls(&self) -> Vec<usize> {
        self.with(|script| script.calls.clone())
    }

    /// The ids that somebody else stored just before.
    pub(crate) fn overtaken(&self) -> HashSet<EventId> {
        self.with(|script| script.overtaken.clone())
    }

    fn with<T>(&self, act: impl FnOnce(&mut Script) -> T) -> T {
        act(&mut self.script.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// One call that appends: what is stored when is up to the fault.
    async fn suffer<T: Send + 'static>(
        &self,
        drafts: Vec<Draft>,
        call: impl Future<Output = Result<T, AppendError>> + Send + 'static,
    ) -> Result<T, AppendError> {
        let fault = self.with(|script| {
            script.calls.push(drafts.len());
            script.appends.pop_front().unwrap_or(Fault::None)
        });
        self.gate.acquire().await.expect("never closed").forget();
        let forbidden = self.with(|script| script.forbidden.clone());
        if drafts.iter().any(|draft| Some(&draft.subject) == forbidden.as_ref()) {
            return Err(AppendError::NotPermitted("a subject of others".to_owned()));
        }
        let unknown = Err(AppendError::OutcomeUnknown(format!("{fault:?}")));
        match fault {
            Fault::None => call.await,
            Fault::AnswerLost => call.await.and(unknown),
            Fault::RequestLost => unknown,
            Fault::Late(milliseconds) => {
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
                    call.await.map(drop)
                });
                unknown
            }
            Fault::Slow(milliseconds) => {
                let stored = call.await;
                tokio::time::sleep(Duration::from_millis(milliseconds)).await;
                stored
            }
            Fault::Silence => {
                // Whether it is refused or not: nobody hears of it.
                let _ = call.await;
                std::future::pending().await
            }
            Fault::Repeated => Err(AppendError::Repeated),
            Fault::Overtaken => {
                if let Some(last) = drafts.into_iter().last() {
                    let id = last.id;
                    if !self.inner.append(last).await?.duplicate {
                        self.with(|script| script.overtaken.insert(id));
                    }
                }
                call.await
            }
            Fault::Full => Err(AppendError::Full("no room".to_owned())),
        }
    }

    fn next_read(&self) -> ReadFault {
        self.with(|script| script.reads.pop_front().unwrap_or(ReadFault::None))
    }
}

impl Chronicle for FaultyLog {
    async fn append(&self, draft: Draft) -> Result<Appended, AppendError> {
        let (inner, sent) = (self.inner.clone(), draft.clone());
        self.suffer(vec![draft], async move { inner.append(sent).await }).await
    }

    async fn append_all(&self, drafts: Vec<Draft>, expected: Option<Position>) -> Result<Position, AppendError> {
        let (inner, sent) = (self.inner.clone(), drafts.clone());
        self.suffer(drafts, async move { inner.append_all(sent, expected).await }).await
    }

    fn read(&self, from: Position) -> BoxStream<'static, Result<Entry, ReadError>> {
        let read = Arc::clone(&self.read);
        let counted = move |_: &_| {
            read.fetch_add(1, Ordering::Relaxed);
        };
        let entries = self.inner.read(from).inspect(counted).boxed();
        match self.next_read() {
            ReadFault::None => entries,
            ReadFault::BreaksOff(after) => entries.take(after).chain(stream::iter([unreachable()])).boxed(),
            ReadFault::Silence(after) => entries.take(after).chain(stream::pending()).boxed(),
        }
    }

    fn follow(&self, from: Position) -> BoxStream<'static, Result<Entry, ReadError>> {
        self.inner.follow(from)
    }

    async fn tail(&self) -> Result<Position, ReadError> {
        match self.next_read() {
            ReadFault::None => self.inner.tail().await,
            ReadFault::BreaksOff(_) => unreachable(),
            ReadFault::Silence(_) => std::future::pending().await,
        }
    }

    async fn state(&self) -> Result<LogState, ReadError> {
        self.inner.state().await
    }

    async fn find(&self, id: EventId, after: Position) -> Result<Option<Entry>, ReadError> {
        self.inner.find(id, after).await
    }
}

fn unreachable<T>() -> Result<T, ReadError> {
    Err(ReadError::Unreachable("the line is cut".to_owned()))
}

/// An index as somebody else keeps it: what a log held when it was made.
#[derive(Default)]
pub(crate) struct Index {
    known: HashMap<EventId, Known>,
    organisations: HashMap<EventId, OrganisationId>,
    pub(crate) meetings: HashMap<MeetingId, OrganisationId>,
}

impl Index {
    pub(crate) async fn of(log: &impl Chronicle) -> Self {
        let mut index = Self::default();
        for entry in entries(log).await {
            let document = Document::decode(&entry.bytes).expect("a good document");
            let id = document.event().id;
            index.known.insert(id, Known { position: entry.position, fingerprint: document.fingerprint() });
            if let Some(organisation) = &document.event().shared.organisation {
                index.organisations.insert(id, organisation.clone());
            }
        }
        index
    }
}

impl Directory for Index {
    fn known(&self, id: EventId) -> Option<Known> {
        self.known.get(&id).copied()
    }

    fn organisation_of_meeting(&self, meeting: &MeetingId) -> Option<OrganisationId> {
        self.meetings.get(meeting).cloned()
    }

    fn organisation_of_event(&self, id: EventId) -> Option<OrganisationId> {
        self.organisations.get(&id).cloned()
    }
}
