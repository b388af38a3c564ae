//! Reading on from a position, whatever happens to the deliveries that it reads from, and noticing all damage on the way.
//!
//! Every position follows the one before. Whenever a delivery has to be made anew, the log must be the one that it was, and
//! the last entry read must stand where it stood. And where the server stays silent although it has messages, it is asked
//! for the next one: what it cannot read any more it passes over in silence, for ever.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use chronicle::{Damage, Entry, ReadError};
use jiff::Timestamp;
use summit::Position;

use crate::copies::ASKED_MOST;
use crate::deliver::{Delivered, Delivery, HEARTBEAT, Lost, READING_HEARTBEAT, Start};
use crate::link::{Failure, Link};
use crate::log::unreadable;
use crate::restored;
use crate::stream::{self as kept, NO_STREAM, STREAM};

/// The first and the longest pause between attempts to have the server push again; each doubles the one before.
const RESUME_PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));
/// How often a read is taken up again without any entry in between, before it fails.
const READ_ATTEMPTS: u32 = 2;
/// How often an entry that no delivery brings is asked for, and the pause in between: a connection is
/// back after some 50 ms, but after 2 s when it was hung up again and again.
const ASK_ATTEMPTS: u32 = 30;
const ASK_PAUSE: Duration = Duration::from_millis(100);
/// How often in a row a server says that it has something and delivers nothing, although the stream's leader has it, until its
/// copy is left for another one: four times a second where there is an end, else every five seconds.
const SILENCES: u32 = 8;

/// A read under way.
pub(crate) struct Reading {
    link: Link,
    /// The position to come.
    next: Position,
    /// The delivery under way, if any.
    delivery: Option<Delivery>,
    /// The server of a cluster whose copy lacks what the stream's leader has.
    avoided: Option<String>,
    /// The entry before the one to come, for the check when a delivery is made anew.
    last: Option<Known>,
    /// When the log was created, once that is known.
    created_at: Option<Timestamp>,
    /// Up to here, entries were restored.
    restored_to: Position,
}

/// What is kept of an entry that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    position: Position,
    stored_at: Timestamp,
    bytes: Bytes,
}

impl Reading {
    pub(crate) fn new(link: Link, from: Position, restored_to: Position, created_at: Option<Timestamp>) -> Self {
        let next = from.max(Position::new(1));
        Self { link, next, delivery: None, avoided: None, last: None, created_at, restored_to }
    }

    /// The next entry, whenever it comes, through lost connections and restarted servers.
    pub(crate) async fn next(&mut self) -> Result<Entry, ReadError> {
        let mut pause = RESUME_PAUSES.0;
        let mut attempts = 0_u32;
        loop {
            attempts = attempts.saturating_add(1);
            match self.attempt(None).await {
                Ok(entry) => return Ok(entry),
                Err(Interrupted::Lost(_) | Interrupted::Failed(Failure::Unknown(_)))
                    if attempts >= READ_ATTEMPTS
                        && let Some(entry) = self.asked_for().await =>
                {
                    return Ok(entry);
                }
                Err(Interrupted::Lost(_)) => {}
                Err(Interrupted::Failed(failure)) if failure.may_pass() => {
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(RESUME_PAUSES.1);
                }
                Err(Interrupted::Failed(failure)) => return Err(unreadable(failure)),
                Err(Interrupted::Damage(error)) => return Err(error),
            }
        }
    }

    /// The next entry up to the end, if there is one.
    pub(crate) async fn next_until(&mut self, end: Position) -> Result<Option<Entry>, ReadError> {
        if self.next > end {
            return Ok(None);
        }
        let mut failed = ReadError::Unreachable("the delivery was lost".into());
        for _ in 0..READ_ATTEMPTS {
            match self.attempt(Some(end)).await {
                Ok(entry) => return Ok(Some(entry)),
                Err(Interrupted::Lost(lost)) => failed = ReadError::Unreachable(format!("{lost:?} lost while reading")),
                Err(Interrupted::Failed(failure)) => failed = unreadable(failure),
                Err(Interrupted::Damage(error)) => return Err(error),
            }
        }
        self.asked_for().await.map(Some).ok_or(failed)
    }

    /// The next entry, asked for by itself where no delivery brings it: the client library hangs up on a subject or on
    /// headers that it cannot read, and any client of the server may store such. What cannot be read of them is left out.
    async fn asked_for(&mut self) -> Option<Entry> {
        let mut stored = kept::get(&self.link, STREAM, self.next.get()).await;
        for _ in 1..ASK_ATTEMPTS {
            if !stored.as_ref().is_err_and(Failure::may_pass) {
                break;
            }
            // The connection that was hung up comes back.
            tokio::time::sleep(ASK_PAUSE).await;
            stored = kept::get(&self.link, STREAM, self.next.get()).await;
        }
        let stored = stored.ok()?;
        let entry = restored::entry(Delivered::spelled_out(stored)?, self.restored_to);
        // No delivery begins with it again.
        self.go_on_at(entry.position.next());
        Some(entry)
    }

    /// The next entry up to the end that can be read; what cannot is passed over.
    pub(crate) async fn next_readable(&mut self, end: Position) -> Result<Option<Entry>, ReadError> {
        loop {
            match self.next_until(end).await {
                Err(ReadError::Gap { found, .. }) if self.next < found && found <= end => self.go_on_at(found),
                Err(ReadError::Gap { .. }) => return Ok(None),
                Err(ReadError::Damaged(Damage::Missing { position })) => {
                    self.go_on_at(position.next());
                    // One by one: what lies between two damaged places is not lost.
                    while self.next <= end && !self.is_readable(self.next).await.map_err(unreadable)? {
                        self.go_on_at(self.next.next());
                    }
                }
                read => return read,
            }
        }
    }

    /// Why the server has nothing more, although the tail said so. It also says that where it is asked a second time to make
    /// one delivery, when the first answer was lost with the connection.
    async fn nothing_waits(&self) -> Interrupted {
        match self.is_readable(self.next).await {
            Ok(true) | Err(Failure::NotPermitted(_)) => Interrupted::Lost(Lost::Delivery),
            Ok(false) => Interrupted::of(Damage::Missing { position: self.next }),
            Err(failure) => self.failed(failure),
        }
    }

    fn go_on_at(&mut self, position: Position) {
        (self.next, self.delivery, self.last) = (position, None, None);
    }

    /// The next entry of the delivery under way, or of a new one.
    async fn attempt(&mut self, end: Option<Position>) -> Result<Entry, Interrupted> {
        let (mut delivery, mut known) = match self.delivery.take() {
            Some(delivery) => (delivery, None),
            None => (self.begin(end).await?, self.last.clone()),
        };
        let mut silences = 0;
        loop {
            let wanted = known.as_ref().map_or(self.next, |known| known.position);
            let Some(delivered) = delivery.next_or_silence().await.map_err(Interrupted::Lost)? else {
                silences += 1;
                match self.is_readable(wanted).await {
                    // Its own copy is damaged, or it is too slow.
                    Ok(true) if silences == SILENCES => return Err(self.left(delivery)),
                    // It was only slow; or it does not let us ask.
                    Ok(true) | Err(Failure::NotPermitted(_)) => continue,
                    Ok(false) => return Err(Interrupted::of(Damage::Missing { position: wanted })),
                    Err(failure) => return Err(self.failed(failure)),
                }
            };
            let found = Position::new(delivered.sequence);
            if found != wanted {
                // What one copy of a cluster has lost, the log has not.
                let elsewhere = found > wanted && self.is_readable(wanted).await.is_ok_and(|readable| readable);
                return Err(if elsewhere { self.left(delivery) } else { Interrupted::gap(wanted, found) });
            }
            silences = 0;
            let waiting = delivered.waiting;
            let entry = restored::entry(delivered, self.restored_to);
            let found_there = Known { position: found, stored_at: entry.stored_at, bytes: entry.bytes.clone() };
            if let Some(known) = known.take() {
                if known != found_there {
                    let (expected, found) = (known.to_string(), found_there.to_string());
                    return Err(Interrupted::of(Damage::Replaced { position: wanted, expected, found }));
                }
                if end.is_some() && waiting == 0 {
                    return Err(self.nothing_waits().await);
                }
                continue;
            }
            self.next = found.next();
            match end {
                Some(end) if found == end => {}
                // The tail said that there is more. What was read is the same when it is read again.
                Some(_) if waiting == 0 => {
                    // It is noticed when the next one is asked for.
                    self.last = Some(found_there);
                }
                Some(_) | None => {
                    self.delivery = Some(delivery);
                    self.last = Some(found_there);
                }
            }
            return Ok(entry);
        }
    }

    async fn begin(&mut self, end: Option<Position>) -> Result<Delivery, Interrupted> {
        if end.is_none() || self.last.is_some() {
            // The server would push from its own end on, and say nothing of what it has lost.
            self.check().await?;
        }
        let start = Start::At(self.last.as_ref().map_or(self.next, |last| last.position).get());
        let heartbeat = if end.is_some() { READING_HEARTBEAT } else { HEARTBEAT };
        let mut delivery = self.made(&start, heartbeat).await?;
        // The cluster decides who makes it.
        for _ in 1..ASKED_MOST {
            if self.avoided.as_deref().is_none_or(|avoided| delivery.server != avoided) {
                break;
            }
            delivery = self.made(&start, heartbeat).await?;
        }
        match end {
            Some(_) if delivery.waiting == 0 => Err(self.nothing_waits().await),
            Some(_) | None => Ok(delivery),
        }
    }

    async fn made(&self, start: &Start, heartbeat: Duration) -> Result<Delivery, Interrupted> {
        let made = Delivery::begin(&self.link, STREAM, None, start, heartbeat).await;
        made.map_err(|failure| self.failed(failure))
    }

    /// Leaves a delivery, and the copy that it reads, for another one.
    fn left(&mut self, delivery: Delivery) -> Interrupted {
        self.avoided = Some(delivery.server).filter(|server| !server.is_empty());
        Interrupted::Lost(Lost::Delivery)
    }

    /// Whether the log is still the one that it was, as far as it was read.
    async fn check(&mut self) -> Result<(), Interrupted> {
        let info = kept::whole_info(&self.link, STREAM).await.map_err(|failure| self.failed(failure))?;
        let (expected, found) = (*self.created_at.get_or_insert(info.created), info.created);
        if expected != found {
            return Err(Interrupted::of(Damage::Recreated { expected, found }));
        }
        let following = Position::new(info.state.last_seq).next();
        if self.next > following {
            return Err(Interrupted::gap(self.next, following));
        }
        match info.state.missing().map(Position::new) {
            Some(position) if position < self.next => Err(Interrupted::of(Damage::Missing { position })),
            Some(_) | None => Ok(()),
        }
    }

    /// What a failure means: a log that is gone is damage.
    fn failed(&self, failure: Failure) -> Interrupted {
        match (failure, self.created_at) {
            (Failure::Code(NO_STREAM, _), Some(created_at)) => Interrupted::of(Damage::Gone { created_at }),
            (failure, _) => Interrupted::Failed(failure),
        }
    }

    async fn is_readable(&self, position: Position) -> Result<bool, Failure> {
        kept::is_readable(&self.link, STREAM, position.get()).await
    }
}

/// Why the next entry did not come.
enum Interrupted {
    Lost(Lost),
    Failed(Failure),
    Damage(ReadError),
}

impl Interrupted {
    fn gap(expected: Position, found: Position) -> Self {
        Self::Damage(ReadError::Gap { expected, found })
    }

    fn of(damage: Damage) -> Self {
        Self::Damage(ReadError::Damaged(damage))
    }
}

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes of {}", self.bytes.len(), self.stored_at)
    }
}
