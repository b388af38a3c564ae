//! What happens, told to all who listen: each position once, in order, made once for all.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use chronicle::Entry;
use jiff::civil::Date;
use projector::{Calendar, Index, Indexed, MIN_POSITION_PATIENCE, Shared, Update};
use summit::Position;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::changes::{At, Depth, Streams, Told};

/// How many updates a listener may be behind. Who is further behind is told so.
pub const FEED_RING: usize = 4096;
/// How many bytes they may take together, about.
pub const FEED_BYTES: usize = 8 << 20;
/// So many read history at once; others wait for their turn, which is short.
const HISTORY_READERS: usize = 8;

/// What happens, for those who listen. Telling never waits for listeners.
///
/// Locks are taken in this order: what is told, the index, the calendar.
#[derive(Clone)]
pub struct Feed(Arc<Inner>);

struct Inner {
    index: Arc<Shared>,
    told: Mutex<Ring>,
    /// The days that change something, as far as was told.
    calendar: RwLock<Calendar>,
    /// Wakes listeners.
    state: watch::Sender<State>,
    listeners: AtomicUsize,
    /// Turns at reading history.
    turns: Arc<Semaphore>,
    streams: Streams,
}

/// What listeners wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    /// The number of the next update.
    pub(crate) next: u64,
    /// Whether the service ends.
    pub(crate) over: bool,
}

/// The latest updates.
struct Ring {
    /// How far it was told.
    at: At,
    /// The number of the first one that is held.
    first: u64,
    held: VecDeque<Arc<Told>>,
    bytes: usize,
}

/// What a listener finds.
pub(crate) enum Found {
    /// These; none where nothing came since.
    Told(Vec<Arc<Told>>),
    /// Its place is not held any more.
    Gone,
}

impl Feed {
    /// Of an index that somebody keeps current, and that has come up to where telling begins.
    pub(crate) fn new(index: Arc<Shared>, today: Date) -> Self {
        let (calendar, tail) = index.ask(|index| (Calendar::of(index), index.tail()));
        let at = At { position: tail, day: calendar.day_at(tail).max(Some(today)) };
        Self(Arc::new(Inner {
            index,
            told: Mutex::new(Ring { at, first: 0, held: VecDeque::new(), bytes: 0 }),
            calendar: RwLock::new(calendar),
            state: watch::Sender::new(State { next: 0, over: false }),
            listeners: AtomicUsize::new(0),
            turns: Arc::new(Semaphore::new(HISTORY_READERS)),
            streams: Streams::default(),
        }))
    }

    /// Tells what an entry or a new day changed. The index has taken it in before. What was told already is passed over.
    pub fn tell(&self, update: &Update) {
        let mut ring = self.ring();
        match &update.entry {
            Some(entry) if entry.position <= ring.at.position => {}
            Some(entry) => self.tell_entry(&mut ring, entry, update),
            None => self.tell_day(&mut ring, update.today),
        }
        let next = ring.next();
        drop(ring);
        self.0.state.send_if_modified(|state| std::mem::replace(&mut state.next, next) != next);
    }

    /// Ends all streams; whoever reads one comes back from where it is.
    pub fn end(&self) {
        self.0.state.send_modify(|state| state.over = true);
    }

    /// How many listen.
    pub fn listeners(&self) -> usize {
        self.0.listeners.load(Ordering::Relaxed)
    }

    fn tell_entry(&self, ring: &mut Ring, entry: &Entry, update: &Update) {
        let before = Position::new(entry.position.get() - 1);
        let told = self.0.index.ask(|index| {
            let mut calendar = self.0.calendar.write().unwrap_or_else(PoisonError::into_inner);
            calendar.take_all(index, ring.at.position, entry.position);
            if self.listeners() == 0 || ring.at.position != before {
                // Nobody listens, or some were taken in untold: whoever comes reads the log.
                let day = ring.at.day.max(calendar.day_at(entry.position));
                ring.clear(At { position: entry.position, day });
                return Vec::new();
            }
            drop(calendar);
            let calendar = self.0.calendar.read().unwrap_or_else(PoisonError::into_inner);
            Told::entry((index, &calendar), ring.at, entry, Some(update), Depth::Changes)
        });
        for told in told {
            ring.push(told);
        }
    }

    fn tell_day(&self, ring: &mut Ring, today: Date) {
        let at = At { day: ring.at.day.max(Some(today)), ..ring.at };
        if self.listeners() == 0 {
            ring.clear(at);
            return;
        }
        let told = self.calendar_up_to(ring.at, today);
        for told in told {
            ring.push(told);
        }
        if ring.at != at {
            ring.push(Told::silence(ring.at, at));
        }
    }

    /// What the calendar brings whoever is there, up to a day.
    pub(crate) fn calendar_up_to(&self, at: At, day: Date) -> Vec<Told> {
        self.with_calendar(|index, calendar| Told::days((index, calendar), at, day))
    }

    /// What entries tell whoever is right before them.
    pub(crate) fn told_by(&self, mut at: At, entries: &[Entry], depth: Depth) -> Vec<Told> {
        let mut all = Vec::new();
        for entry in entries {
            // One question each: nobody is held up for long.
            let told = self.with_calendar(|index, calendar| Told::entry((index, calendar), at, entry, None, depth));
            at = told.last().map_or(at, |told| told.at);
            all.extend(told);
        }
        all
    }

    /// The day of a position; nothing before the first event.
    pub(crate) fn day_at(&self, position: Position) -> Option<Date> {
        self.0.calendar.read().unwrap_or_else(PoisonError::into_inner).day_at(position)
    }

    /// The id of a place.
    pub(crate) fn id(&self, at: At) -> String {
        at.id(self.day_at(at.position))
    }

    fn with_calendar<T>(&self, question: impl FnOnce(&Index, &Calendar) -> T) -> T {
        self.0.index.ask(|index| {
            let calendar = self.0.calendar.read().unwrap_or_else(PoisonError::into_inner);
            question(index, &calendar)
        })
    }

    /// Somebody listens, until this is dropped.
    pub(crate) fn listen(&self) -> Listening {
        // Under the lock: from here on everything that is told is held for a while.
        let _ring = self.ring();
        self.0.listeners.fetch_add(1, Ordering::Relaxed);
        Listening { feed: self.clone(), state: self.state() }
    }

    /// How far it was told, and the number of what comes next.
    pub(crate) fn now(&self) -> (At, u64) {
        let ring = self.ring();
        (ring.at, ring.next())
    }

    /// The updates from a number on, at most so many.
    pub(crate) fn from(&self, number: u64, most: usize) -> Found {
        let ring = self.ring();
        let Some(behind) = number.checked_sub(ring.first) else { return Found::Gone };
        let behind = usize::try_from(behind).unwrap_or(usize::MAX);
        Found::Told(ring.held.iter().skip(behind).take(most).cloned().collect())
    }

    /// Waits until a position was told, at most [`MIN_POSITION_PATIENCE`]; how far it was told then.
    pub(crate) async fn reach(&self, wanted: Position) -> Position {
        let reached = async {
            let mut state = self.state();
            // An error: nobody tells any more.
            while self.now().0.position < wanted && state.changed().await.is_ok() {}
        };
        // Late is told by where it is.
        let _ = tokio::time::timeout(MIN_POSITION_PATIENCE, reached).await;
        self.now().0.position
    }

    /// What changes when something is told, or the service ends.
    pub(crate) fn state(&self) -> watch::Receiver<State> {
        self.0.state.subscribe()
    }

    /// A turn at reading history.
    pub(crate) async fn turn(&self) -> OwnedSemaphorePermit {
        Arc::clone(&self.0.turns).acquire_owned().await.expect("it is never closed")
    }

    /// Who may open how many streams.
    pub(crate) fn streams(&self) -> &Streams {
        &self.0.streams
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.0.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ring {
    fn next(&self) -> u64 {
        self.first + self.held.len() as u64
    }

    fn push(&mut self, told: Told) {
        self.at = told.at;
        self.bytes += told.size();
        self.held.push_back(Arc::new(told));
        while self.held.len() > FEED_RING || (self.bytes > FEED_BYTES && self.held.len() > 1) {
            if let Some(gone) = self.held.pop_front() {
                self.bytes -= gone.size();
                self.first += 1;
            }
        }
    }

    /// Holds nothing any more, and is somewhere else. Its numbers go on, so that nobody takes one for another.
    fn clear(&mut self, at: At) {
        self.first = self.next() + 1;
        self.held.clear();
        (self.bytes, self.at) = (0, at);
    }
}

/// Somebody who listens.
pub(crate) struct Listening {
    feed: Feed,
    pub(crate) state: watch::Receiver<State>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.feed.0.listeners.fetch_sub(1, Ordering::Relaxed);
    }
}
