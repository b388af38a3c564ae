//! The log in memory: the whole contract, without a disk.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::stream::{self, BoxStream, StreamExt};
use jiff::Timestamp;
use summit::{EventId, Position};
use tokio::sync::watch;

use crate::log::{
    AppendError, Appended, Chronicle, Draft, Entry, ID_HEADER, LogState, ReadError, Repair, check_batch, check_restored,
};

/// A chronicle in memory, for tests and trials. Clones share one log; it is gone with the last clone and stream.
///
/// It remembers every id it has stored, not only recent ones, and is never full.
#[derive(Clone)]
pub struct MemoryChronicle {
    /// Shared with the streams, which outlive the borrow they were asked through.
    shared: Arc<Shared>,
}

struct Shared {
    /// What is stored. Held for moments, never across an await.
    log: Mutex<Log>,
    /// The tail, so that followers sleep until it moves. Sent under the lock of `log`, so it never goes back.
    tail: watch::Sender<Position>,
    /// When it was made, by the system's clock: two logs are told apart.
    created_at: Timestamp,
    /// Says when an entry was stored; tests bring their own.
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
}

#[derive(Default)]
struct Log {
    /// The entry at position `p` has index `p - 1`.
    entries: Vec<Entry>,
    /// Where each id stands, to answer repeats.
    positions: HashMap<EventId, Position>,
}

impl MemoryChronicle {
    /// An empty chronicle on the system's clock.
    pub fn new() -> Self {
        Self::with_clock(Timestamp::now)
    }

    /// An empty chronicle whose entries are stored at the time that `clock` says. The clock is read while the log is
    /// locked, so that times follow positions; it must not ask the chronicle.
    pub fn with_clock(clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        let (tail, _) = watch::channel(Position::START);
        Self {
            shared: Arc::new(Shared {
                log: Mutex::default(),
                tail,
                created_at: Timestamp::now(),
                clock: Box::new(clock),
            }),
        }
    }
}

impl Default for MemoryChronicle {
    fn default() -> Self {
        Self::new()
    }
}

impl Chronicle for MemoryChronicle {
    async fn append(&self, draft: Draft) -> Result<Appended, AppendError> {
        draft.check()?;
        let mut log = self.shared.lock();
        if let Some(&position) = log.positions.get(&draft.id) {
            return Ok(Appended { position, duplicate: true });
        }
        Ok(Appended { position: self.shared.store(&mut log, vec![draft]), duplicate: false })
    }

    async fn append_all(&self, drafts: Vec<Draft>, expected: Option<Position>) -> Result<Position, AppendError> {
        check_batch(&drafts)?;
        let mut log = self.shared.lock();
        // Repeats come first: who sends a batch again after an unknown outcome learns that it stands.
        if drafts.iter().any(|draft| log.positions.contains_key(&draft.id)) {
            return Err(AppendError::Repeated);
        }
        if let Some(expected) = expected.filter(|&expected| expected != log.tail()) {
            return Err(AppendError::Moved { expected });
        }
        Ok(self.shared.store(&mut log, drafts))
    }

    fn read(&self, from: Position) -> BoxStream<'static, Result<Entry, ReadError>> {
        let shared = Arc::clone(&self.shared);
        let tail = shared.lock().tail();
        let positions = from.max(Position::new(1)).get()..=tail.get();
        stream::iter(positions).filter_map(move |number| std::future::ready(shared.at(number).map(Ok))).boxed()
    }

    fn follow(&self, from: Position) -> BoxStream<'static, Result<Entry, ReadError>> {
        let tail = self.shared.tail.subscribe();
        let (next, found) = (from.max(Position::new(1)), tail.borrow().next());
        if next > found {
            return stream::iter([Err(ReadError::Gap { expected: next, found })]).boxed();
        }
        stream::unfold((Arc::clone(&self.shared), tail, next), |(shared, mut tail, next)| async move {
            // Fails only without a sender, and `shared` holds it.
            tail.wait_for(|tail| *tail >= next).await.ok()?;
            let entry = shared.at(next.get())?;
            Some((Ok(entry), (shared, tail, next.next())))
        })
        .boxed()
    }

    async fn tail(&self) -> Result<Position, ReadError> {
        Ok(self.shared.lock().tail())
    }

    async fn state(&self) -> Result<LogState, ReadError> {
        let last = self.shared.lock().tail();
        let first = last.min(Position::new(1));
        Ok(LogState { created_at: self.shared.created_at, first, last, entries: last.get(), missing: None })
    }

    async fn find(&self, id: EventId, after: Position) -> Result<Option<Entry>, ReadError> {
        let id = id.to_string();
        let log = self.shared.lock();
        let behind = usize::try_from(after.get()).unwrap_or(usize::MAX);
        Ok(log.entries.iter().skip(behind).find(|entry| entry.header(ID_HEADER) == Some(&id)).cloned())
    }
}

impl Repair for MemoryChronicle {
    async fn restore(&self, entries: Vec<Entry>) -> Result<(), AppendError> {
        let mut log = self.shared.lock();
        check_restored(&entries, log.tail())?;
        for entry in entries {
            if let Some(id) = entry.header(ID_HEADER).and_then(|id| id.parse().ok()) {
                log.positions.entry(id).or_insert(entry.position);
            }
            log.entries.push(entry);
        }
        self.shared.tail.send_replace(log.tail());
        Ok(())
    }

    fn readable(&self) -> BoxStream<'static, Result<Entry, ReadError>> {
        self.read(Position::START)
    }
}

impl Shared {
    /// The log. A panic elsewhere leaves it whole: the clock, the only foreign code, is read before anything changes.
    fn lock(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn at(&self, number: u64) -> Option<Entry> {
        let index = usize::try_from(number.checked_sub(1)?).ok()?;
        self.lock().entries.get(index).cloned()
    }

    /// Stores checked drafts behind the tail, tells the followers, and answers the first one's position.
    fn store(&self, log: &mut Log, drafts: Vec<Draft>) -> Position {
        let stored_at = (self.clock)();
        let first = log.tail().next();
        for draft in drafts {
            let position = log.tail().next();
            log.positions.insert(draft.id, position);
            let headers = stored_headers(&draft.id, draft.headers);
            log.entries.push(Entry { position, stored_at, subject: draft.subject, headers, bytes: draft.bytes });
        }
        self.tail.send_replace(log.tail());
        first
    }
}

impl Log {
    fn tail(&self) -> Position {
        Position::new(self.entries.len() as u64)
    }
}

/// The headers in the order of their names, with the id among them; values of one name keep their order.
fn stored_headers(id: &EventId, mut headers: Vec<(String, String)>) -> Vec<(String, String)> {
    headers.push((ID_HEADER.to_owned(), id.to_string()));
    headers.sort_by(|(left, _), (right, _)| left.cmp(right));
    headers
}
