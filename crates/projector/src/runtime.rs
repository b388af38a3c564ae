//! Keeping an index current: catch up, follow, and tell what each entry and each new day changes.
//!
//! The only part of this crate that waits. It is pushed, never polls, and reads no clock but the one handed in.

use std::sync::Arc;
use std::time::Duration;

use chronicle::{Chronicle, Entry, ReadError};
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt, TryStreamExt};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use summit::Position;

use crate::changes::{Changes, calendar_changes_at, changes};
use crate::index::Index;
use crate::shared::{Halted, Indexed, Shared};
use crate::snapshot::{Damaged, SetAside, Snapshots, guarded};

/// How long a reader waits for its own write to arrive.
pub const MIN_POSITION_PATIENCE: Duration = Duration::from_secs(5);
/// The longest sleep until the next look at the calendar; a clock that is set meanwhile is noticed by then.
const CALENDAR_NAP: Duration = Duration::from_secs(3600);

/// Why the index is not as current as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatchUpError {
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The log has not come so far in time.
    #[error("the chronicle has not reached position {wanted} within {} s, it is at {found}", MIN_POSITION_PATIENCE.as_secs())]
    NotReached {
        /// What was asked for.
        wanted: Position,
        /// How far the log has come.
        found: Position,
    },
}

/// Reads the log to its tail. With `min_position`, waits until it has come so far, at most [`MIN_POSITION_PATIENCE`].
pub async fn catch_up(log: &impl Chronicle, min_position: Option<Position>) -> Result<Index, CatchUpError> {
    let mut index = Index::new();
    let mut entries = log.read(Position::START);
    while let Some(entry) = entries.try_next().await? {
        index.append(&entry);
    }
    arrive(log, &mut index, min_position).await?.expect("an index without a snapshot has no bad parts");
    Ok(index)
}

/// Follows the log until it has come so far, at most [`MIN_POSITION_PATIENCE`].
pub(crate) async fn arrive(
    log: &impl Chronicle,
    index: &mut Index,
    min_position: Option<Position>,
) -> Result<Result<(), Damaged>, CatchUpError> {
    let Some(wanted) = min_position.filter(|wanted| *wanted > index.tail()) else { return Ok(Ok(())) };
    let mut entries = log.follow(index.tail().next());
    let arrive = async {
        while index.tail() < wanted {
            match entries.try_next().await? {
                Some(entry) => match guarded(|| index.append(&entry)) {
                    Ok(_) => {}
                    Err(damaged) => return Ok(Err(damaged)),
                },
                None => break,
            }
        }
        Ok::<_, ReadError>(Ok(()))
    };
    match tokio::time::timeout(MIN_POSITION_PATIENCE, arrive).await {
        Ok(arrived) => Ok(arrived?),
        Err(_) => Err(CatchUpError::NotReached { wanted, found: index.tail() }),
    }
}

/// The civil date in UTC.
pub fn date_of(instant: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(instant).date()
}

/// An index that follows the log, and what changes.
pub struct Live {
    /// Asked by others too. It may hold more than was told: a snapshot that it began from may.
    index: Arc<Shared>,
    /// From the first entry on that was neither told nor taken in.
    entries: BoxStream<'static, Result<Entry, ReadError>>,
    /// Says what time it is; read when the calendar may have moved.
    clock: Box<dyn Fn() -> Timestamp + Send>,
    /// The day whose views are current.
    today: Date,
    /// Changes up to here were told before.
    told: Position,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// The entry; nothing where the calendar moved.
    pub entry: Option<Entry>,
    /// What it changed in the current views: possibly nothing.
    pub changes: Changes,
    /// The day of those views.
    pub today: Date,
}

/// What was taken in, and not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakenIn {
    /// The entries behind this position,
    pub behind: Position,
    /// up to this one. Where both are the same, a day came.
    pub to: Position,
    /// The day that is current now, where it is another one.
    pub day: Option<Date>,
}

impl Live {
    /// Reads a log from its beginning and follows it, and tells what comes behind `since`, or behind the tail as it is now.
    pub async fn begin(
        log: &impl Chronicle,
        since: Option<Position>,
        clock: impl Fn() -> Timestamp + Send + 'static,
    ) -> Result<Self, ReadError> {
        Self::of(log, Index::new(), since, clock).await
    }

    /// The same from the newest good snapshot on, which is verified whole first. It tells what the other tells, and what it
    /// sets aside. Where `since` lies before the snapshot, the entries from there on are read and told, not taken in again.
    pub async fn resume(
        log: &impl Chronicle,
        snapshots: &Snapshots,
        since: Option<Position>,
        clock: impl Fn() -> Timestamp + Send + 'static,
        aside: impl FnMut(SetAside),
    ) -> Result<Self, ReadError> {
        let index = snapshots.newest_whole(log, aside).await?;
        Self::of(log, index, since, clock).await
    }

    async fn of(
        log: &impl Chronicle,
        index: Index,
        since: Option<Position>,
        clock: impl Fn() -> Timestamp + Send + 'static,
    ) -> Result<Self, ReadError> {
        let tail = log.tail().await?;
        let told = since.unwrap_or(tail);
        if told > tail {
            // The log was longer once, or the position is of another log.
            return Err(ReadError::Gap { expected: told.next(), found: tail.next() });
        }
        let today = date_of(clock());
        let entries = log.follow(told.min(index.tail()).next());
        let index = Arc::new(Shared::new(index));
        Ok(Self { index, entries, clock: Box::new(clock), today, told })
    }

    /// Takes in everything that is not to be told, up to where telling begins.
    pub async fn catch_up(&mut self) -> Result<(), ReadError> {
        while self.index.tail() < self.told {
            let entry = self.entries.next().await;
            self.index.append(&self.followed(entry)?);
        }
        Ok(())
    }

    /// What following gave. Damage is told to all who ask the index.
    fn followed(&self, entry: Option<Result<Entry, ReadError>>) -> Result<Entry, ReadError> {
        let entry = entry.unwrap_or_else(|| Err(ReadError::Unreachable("following ended".to_owned())));
        entry.inspect_err(|error| {
            if let Some(position) = error.damaged_at() {
                self.index.halt(Halted { reason: error.to_string(), position: Some(position) });
            }
        })
    }

    /// The day whose views are current.
    pub const fn today(&self) -> Date {
        self.today
    }

    /// The index, at least as far as it was told, for whoever asks meanwhile too. It is halted where the log turns out to be
    /// damaged.
    pub const fn index(&self) -> &Arc<Shared> {
        &self.index
    }

    /// The next entry, or the next day, whenever it comes. One update for each position, in order, none left out. Safe to
    /// abandon: nothing is lost.
    pub async fn next(&mut self) -> Result<Update, ReadError> {
        self.catch_up().await?;
        loop {
            // First of all: what an entry changes is told in the views of its day.
            if let Some(update) = self.new_day() {
                return Ok(update);
            }
            let nap = self.until_tomorrow();
            let entry = tokio::select! {
                entry = self.entries.next() => self.followed(entry)?,
                () = tokio::time::sleep(nap) => continue,
            };
            if entry.position > self.index.tail() {
                self.index.append(&entry);
            }
            self.told = entry.position;
            let changes = self.index.ask(|index| changes(index, entry.position, self.today));
            return Ok(Update { entry: Some(entry), changes, today: self.today });
        }
    }

    /// Takes in what comes next, once something does: a new day, or entries, as many as are there already, at most so many.
    /// For who finds out by himself what they change: nothing of them is told. Safe to abandon: nothing is lost.
    pub async fn take_in(&mut self, most: usize) -> Result<TakenIn, ReadError> {
        self.catch_up().await?;
        let behind = self.told;
        loop {
            let day = date_of((self.clock)());
            if std::mem::replace(&mut self.today, day) != day {
                return Ok(TakenIn { behind, to: behind, day: Some(day) });
            }
            let nap = self.until_tomorrow();
            let mut next = tokio::select! {
                entry = self.entries.next() => Some(entry),
                () = tokio::time::sleep(nap) => continue,
            };
            for _ in 0..most {
                let Some(entry) = next.take().or_else(|| self.entries.next().now_or_never()) else { break };
                let entry = self.followed(entry)?;
                if entry.position > self.index.tail() {
                    self.index.append(&entry);
                }
                self.told = entry.position;
            }
            return Ok(TakenIn { behind, to: self.told, day: None });
        }
    }

    /// What the calendar changed, if its day is another one now.
    fn new_day(&mut self) -> Option<Update> {
        let day = date_of((self.clock)());
        if day == self.today {
            return None;
        }
        let changes = self.index.ask(|index| calendar_changes_at(index, self.told, self.today, day));
        self.today = day;
        Some(Update { entry: None, changes, today: day })
    }

    fn until_tomorrow(&self) -> Duration {
        let midnight = self.today.tomorrow().ok().and_then(|day| TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok());
        let wait = midnight.and_then(|midnight| Duration::try_from(midnight.duration_since((self.clock)())).ok());
        wait.unwrap_or_default().min(CALENDAR_NAP)
    }
}
