//! Brings events into the log and finds out where they stand, whatever happens on the way.
//!
//! A batch is sent; what is not answered clearly is looked for in the log, and the rest is sent again with the same
//! ids. Sending again is safe: the log refuses ids that it has seen lately, and we end long before it forgets them.

use std::collections::HashMap;
use std::time::Duration;

use chronicle::{AppendError, Appended, Chronicle, Damage, Draft, Entry, ID_HEADER, ReadError};
use futures::StreamExt;
use summit::{EventId, Position};
use tokio::time::{Instant, sleep, timeout};
use wire::Document;

use crate::answer::PublishError;

/// How long an unknown outcome is looked into and tried again. Well below the two minutes for which the log remembers
/// ids, with one more call's time on top.
const RETRY_TIME: Duration = Duration::from_secs(30);
/// How long one call of the log, or the next entry of a read, may take before its outcome counts as unknown.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// The first and the longest pause before something is tried again; each doubles the one before.
const RETRY_PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));
/// How many entries are read at first, in search of a repeated id; each further step back doubles it.
const LOOK_BACK: u64 = 1000;

/// An event on its way into the log.
pub(crate) struct Pending {
    /// What is sent.
    pub(crate) draft: Draft,
    /// What it says, to be compared with what stands under its id, where anything does.
    pub(crate) document: Document,
    /// Where its id stands, once that is known.
    pub(crate) place: Option<Place>,
}

impl Pending {
    /// Whether another document says the same: few have to be compared, and so none is digested before.
    pub(crate) fn says_the_same(&self, other: &Document) -> bool {
        other.fingerprint() == self.document.fingerprint()
    }
}

/// Where an id stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) position: Position,
    /// Whether the event there says the same.
    pub(crate) same: bool,
    /// Whether it stood there before.
    pub(crate) duplicate: bool,
}

/// How the events of a batch belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Terms {
    /// Not at all: they were only gathered.
    Each,
    /// All or none, and only if the tail is still the expected one.
    Together(Option<Position>),
}

/// The log, as one committer sees it.
pub(crate) struct Settler<C> {
    log: C,
    /// A position that is in the log, as late as we know: whatever is sent from now on and stored stands behind it.
    /// Nothing before the first look at the log.
    mark: Option<Position>,
    /// Where the last repeat was found by looking back: what is published again in its old order goes on behind it.
    repeated: Option<Position>,
}

impl<C: Chronicle> Settler<C> {
    pub(crate) fn new(log: C) -> Self {
        Self { log, mark: None, repeated: None }
    }

    /// Finds a place for every event of the batch that has none. After an error, those still without a place are not
    /// acknowledged. Of events that belong together, none is sent when an id among them turns out to be taken.
    pub(crate) async fn settle(&mut self, batch: &mut [Pending], terms: Terms) -> Result<(), PublishError> {
        if is_settled(batch, terms) {
            return Ok(());
        }
        let mut retry = Retry::begin();
        let expected = match terms {
            Terms::Each => None,
            Terms::Together(expected) => expected,
        };
        let noted = match expected {
            // Stored with this expectation, they stand right behind it.
            Some(expected) => expected,
            None => self.noted_tail(&mut retry).await?,
        };
        let mut search = Search { noted, low: noted, high: noted, step: LOOK_BACK, doubt: false };
        while !is_settled(batch, terms) {
            let left = without_place(batch);
            let looked = match self.send(batch, expected).await {
                Ok(Sent::Stored(first)) if self.mark.is_some_and(|mark| first <= mark) => {
                    // Whatever is stored stands behind what was there: this is not the log that it was.
                    let (expected, found) = (self.mark.unwrap_or_default(), Position::new(first.get() - 1));
                    return Err(PublishError::OutcomeUnknown(Damage::Rewound { expected, found }.to_string()));
                }
                Ok(Sent::Stored(first)) => {
                    self.stored(batch, first);
                    return Ok(());
                }
                Ok(Sent::Stands(position)) => self.look(batch, &search, position, 1).await.map(|_| ()),
                Err(AppendError::Repeated) => self.look_everywhere(batch, &mut search).await,
                Err(AppendError::OutcomeUnknown(reason)) => {
                    tracing::warn!(reason, events = left, "unknown outcome, looking into the log");
                    search.doubt = true;
                    retry.pause(reason).await?;
                    match self.look_ahead(batch, &mut search, u64::MAX).await {
                        // Found or not, what is left is sent again.
                        Ok(()) => continue,
                        Err(error) => Err(error),
                    }
                }
                Err(AppendError::Moved { expected }) => {
                    // Perhaps by the same events, when they were sent before.
                    match self.look_ahead(batch, &mut search, batch.len() as u64).await {
                        Ok(()) if is_settled(batch, terms) => return Ok(()),
                        // The log is not there yet, and an earlier try may still arrive when it is.
                        Ok(()) if search.doubt && search.high == expected => {
                            return Err(PublishError::OutcomeUnknown(AppendError::Moved { expected }.to_string()));
                        }
                        Ok(()) => return Err(PublishError::Moved { expected }),
                        Err(error) => Err(error),
                    }
                }
                // This try stored nothing; an earlier one may have.
                Err(error) if search.doubt => return Err(PublishError::OutcomeUnknown(error.to_string())),
                Err(error) => return Err(error.into()),
            };
            match looked {
                Ok(()) if without_place(batch) < left => {}
                Ok(()) => retry.pause("the log refuses an id as a repeat, but does not hold it".to_owned()).await?,
                Err(ReadError::Unreachable(reason)) => retry.pause(reason).await?,
                Err(error @ (ReadError::Gap { .. } | ReadError::Damaged(_) | ReadError::NotPermitted(_))) => {
                    return Err(PublishError::OutcomeUnknown(error.to_string()));
                }
            }
        }
        Ok(())
    }

    /// The mark, after a first look at the log. Nothing has been sent when this fails.
    async fn noted_tail(&mut self, retry: &mut Retry) -> Result<Position, PublishError> {
        loop {
            if let Some(mark) = self.mark {
                return Ok(mark);
            }
            match timeout(CALL_TIMEOUT, self.log.tail()).await.unwrap_or_else(|_| Err(ReadError::Unreachable(late()))) {
                Ok(tail) => self.mark = Some(tail),
                Err(ReadError::Unreachable(reason)) => {
                    let paused = retry.pause(reason.clone()).await;
                    paused.map_err(|_| PublishError::Unreachable(reason))?;
                }
                Err(ReadError::NotPermitted(reason)) => return Err(PublishError::NotPermitted(reason)),
                Err(error @ (ReadError::Gap { .. } | ReadError::Damaged(_))) => {
                    return Err(PublishError::Refused(error.to_string()));
                }
            }
        }
    }

    /// Sends what has no place yet: one draft by itself, several as one.
    async fn send(&self, batch: &[Pending], expected: Option<Position>) -> Result<Sent, AppendError> {
        let drafts = batch.iter().filter(|pending| pending.place.is_none()).map(|pending| pending.draft.clone());
        let mut drafts: Vec<Draft> = drafts.collect();
        let sent = async {
            match drafts.pop() {
                Some(only) if drafts.is_empty() && expected.is_none() => {
                    let Appended { position, duplicate } = self.log.append(only).await?;
                    Ok(if duplicate { Sent::Stands(position) } else { Sent::Stored(position) })
                }
                last => {
                    drafts.extend(last);
                    self.log.append_all(drafts, expected).await.map(Sent::Stored)
                }
            }
        };
        timeout(CALL_TIMEOUT, sent).await.unwrap_or_else(|_| Err(AppendError::OutcomeUnknown(late())))
    }

    /// Gives consecutive places to those that had none.
    fn stored(&mut self, batch: &mut [Pending], first: Position) {
        let mut next = first;
        for pending in batch.iter_mut().filter(|pending| pending.place.is_none()) {
            pending.place = Some(Place { position: next, same: true, duplicate: false });
            self.mark = self.mark.max(Some(next));
            next = next.next();
        }
    }

    /// Looks through what was stored since the search began, behind the last repeat, and then step by step further
    /// back, until at least one is found. The log remembers ids for minutes, so what it refuses stands not far back.
    async fn look_everywhere(&mut self, batch: &mut [Pending], search: &mut Search) -> Result<(), ReadError> {
        let left = without_place(batch);
        self.look_ahead(batch, search, u64::MAX).await?;
        if let Some(repeated) = self.repeated.filter(|_| without_place(batch) == left) {
            let last = self.look(batch, search, repeated.next(), LOOK_BACK).await?;
            self.repeated = last.filter(|_| without_place(batch) < left);
        }
        while without_place(batch) == left && search.low > Position::START {
            let from = search.low.get().saturating_sub(search.step);
            let last = self.look(batch, search, Position::new(from).next(), search.low.get() - from).await?;
            self.repeated = last.filter(|_| without_place(batch) < left);
            search.low = Position::new(from);
            search.step = search.step.saturating_mul(2);
        }
        Ok(())
    }

    /// Looks through at most so many entries behind those searched already.
    async fn look_ahead(&mut self, batch: &mut [Pending], search: &mut Search, most: u64) -> Result<(), ReadError> {
        if let Some(last) = self.look(batch, search, search.high.next(), most).await? {
            search.high = last;
            self.mark = self.mark.max(Some(last));
        }
        Ok(())
    }

    /// Gives a place to those that stand among so many entries from a position on; answers the last one read.
    async fn look(
        &self,
        batch: &mut [Pending],
        search: &Search,
        from: Position,
        most: u64,
    ) -> Result<Option<Position>, ReadError> {
        let ids = batch.iter().enumerate().filter(|(_, pending)| pending.place.is_none());
        let mut wanted: HashMap<EventId, usize> = ids.map(|(index, pending)| (pending.draft.id, index)).collect();
        let mut entries = self.log.read(from).take(usize::try_from(most).unwrap_or(usize::MAX));
        let mut last = None;
        while !wanted.is_empty() {
            let next = timeout(CALL_TIMEOUT, entries.next()).await;
            let Some(entry) = next.map_err(|_| ReadError::Unreachable(late()))? else { break };
            let entry = entry?;
            let position = entry.position;
            last = Some(position);
            let id = entry.header(ID_HEADER).and_then(|id| id.parse().ok());
            if let Some(index) = id.and_then(|id: EventId| wanted.remove(&id)) {
                let same = says(&entry, &batch[index]);
                let ours = search.doubt && position > search.noted;
                batch[index].place = Some(Place { position, same, duplicate: !ours });
            }
        }
        Ok(last)
    }
}

/// What the log did with what was sent.
enum Sent {
    /// All of it stands, from this position on.
    Stored(Position),
    /// The only draft's id stood there before.
    Stands(Position),
}

/// How far the log has been searched for one batch.
struct Search {
    /// The mark before anything was sent.
    noted: Position,
    /// Entries behind this one have been searched,
    low: Position,
    /// up to this one.
    high: Position,
    /// How many entries the next step back takes.
    step: u64,
    /// Whether something was sent with an unknown outcome: what turns up behind `noted` is that.
    doubt: bool,
}

/// Tries again, a bounded time.
struct Retry {
    until: Instant,
    pause: Duration,
}

impl Retry {
    fn begin() -> Self {
        Self { until: Instant::now() + RETRY_TIME, pause: RETRY_PAUSES.0 }
    }

    /// Waits before another try, or says that there is none.
    async fn pause(&mut self, reason: String) -> Result<(), PublishError> {
        if Instant::now() + self.pause > self.until {
            return Err(PublishError::OutcomeUnknown(reason));
        }
        sleep(self.pause).await;
        self.pause = (self.pause * 2).min(RETRY_PAUSES.1);
        Ok(())
    }
}

/// Whether an entry says what the event says.
fn says(entry: &Entry, pending: &Pending) -> bool {
    let decoded = || Document::read(&entry.headers, &entry.bytes).is_ok_and(|there| pending.says_the_same(&there));
    entry.bytes == pending.draft.bytes || decoded()
}

fn without_place(batch: &[Pending]) -> usize {
    batch.iter().filter(|pending| pending.place.is_none()).count()
}

/// Whether nothing is left to be sent.
fn is_settled(batch: &[Pending], terms: Terms) -> bool {
    let taken = |pending: &Pending| pending.place.is_some_and(|place| !place.same);
    without_place(batch) == 0 || (terms != Terms::Each && batch.iter().any(taken))
}

fn late() -> String {
    format!("no answer within {CALL_TIMEOUT:?}")
}
