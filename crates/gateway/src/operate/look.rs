//! A look at the log, at most once a second: for who asks how the service fares, and to know when answers are not current.

use std::sync::{Mutex as Held, PoisonError};
use std::time::{Duration, Instant};

use chronicle::{LogState, ReadError};
use futures::StreamExt;
use jiff::Timestamp;
use summit::Position;
use tokio::sync::Mutex;

use crate::service::Log;

/// How long a look is good for.
const GOOD_FOR: Duration = Duration::from_secs(1);
/// How long a look may take. What has not answered by then counts as out of reach.
const LOOK_PATIENCE: Duration = Duration::from_secs(2);
/// How many looks one after the other must find nothing before answers count as stale: the log may be slow for a moment.
const MISSES: u32 = 2;
/// How the reason begins why answers are stale while the log is out of reach.
pub const OUT_OF_REACH: &str = "the log could not be reached";

/// What a look at the log saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    /// What the log holds, or why nobody knows.
    pub(crate) log: Result<LogState, ReadError>,
    /// How far the index was before.
    pub(crate) position: Position,
    /// When the first entry was stored that the index has not taken in.
    pub(crate) behind_since: Option<Timestamp>,
}

impl Seen {
    /// Whether the log has everything that it ever took.
    pub(crate) fn is_contiguous(&self) -> bool {
        match &self.log {
            Ok(state) => state.entries == state.last.get() && state.missing.is_none(),
            Err(error) => error.damaged_at().is_none(),
        }
    }
}

/// Looks at a log, one at a time.
#[derive(Debug, Default)]
pub(crate) struct Look {
    last: Mutex<Option<(Instant, Seen)>>,
    away: Held<Away>,
}

/// How long nobody has seen the log, and what was stored meanwhile.
#[derive(Debug, Default)]
struct Away {
    /// How many looks found nothing, one after the other.
    misses: u32,
    /// Why answers are stale, once they are.
    reason: Option<String>,
    /// Where the log ended when it was seen again: up to there answers are still stale.
    upto: Option<Position>,
}

impl Away {
    /// Takes in what a look saw. Damage is told by the index, whose answers it ends.
    fn seen(&mut self, seen: &Seen) {
        match &seen.log {
            Ok(state) => {
                self.misses = 0;
                let upto = *self.upto.get_or_insert(state.last);
                if self.reason.is_none() || seen.position >= upto.min(state.last) {
                    *self = Self::default();
                }
            }
            Err(error) if error.damaged_at().is_some() => {}
            Err(error) => {
                let why = if let ReadError::Unreachable(why) = error { why.clone() } else { error.to_string() };
                (self.misses, self.upto) = (self.misses.saturating_add(1), None);
                if self.misses >= MISSES {
                    self.reason.get_or_insert_with(|| format!("{OUT_OF_REACH}: {why}"));
                }
            }
        }
    }
}

impl Look {
    /// How the log is, as seen a second ago or less. `position` is how far the index has come.
    pub(crate) async fn at(&self, log: &dyn Log, position: Position) -> Seen {
        let mut last = self.last.lock().await;
        if let Some((when, seen)) = last.as_ref()
            && when.elapsed() < GOOD_FOR
        {
            return seen.clone();
        }
        let looked = tokio::time::timeout(LOOK_PATIENCE, look(log, position)).await;
        let seen = looked.unwrap_or_else(|_| {
            let late = format!("it has not answered within {} s", LOOK_PATIENCE.as_secs());
            Seen { log: Err(ReadError::Unreachable(late)), position, behind_since: None }
        });
        self.away.lock().unwrap_or_else(PoisonError::into_inner).seen(&seen);
        *last = Some((Instant::now(), seen.clone()));
        seen
    }

    /// Why what the index answers is not current, where the log was looked for and not found.
    pub(crate) fn stale(&self) -> Option<String> {
        self.away.lock().unwrap_or_else(PoisonError::into_inner).reason.clone()
    }
}

async fn look(log: &dyn Log, position: Position) -> Seen {
    let state = log.state().await;
    let mut behind_since = None;
    if state.as_ref().is_ok_and(|state| state.last > position) {
        // What cannot be read now will be missed soon enough.
        let next = log.read(position.next()).next().await;
        behind_since = next.and_then(Result::ok).map(|entry| entry.stored_at);
    }
    Seen { log: state, position, behind_since }
}

#[cfg(test)]
mod tests {
    use chronicle::{LogState, ReadError};
    use jiff::Timestamp;
    use summit::Position;

    use super::{Away, OUT_OF_REACH, Seen};

    #[test]
    fn answers_are_stale_while_the_log_is_away_and_until_what_was_stored_meanwhile_is_taken_in() {
        let mut away = Away::default();
        let mut stale = |position: u64, log: Result<u64, &str>| {
            let log = log.map_err(|reason| ReadError::Unreachable(reason.to_owned())).map(|last| LogState {
                created_at: Timestamp::UNIX_EPOCH,
                first: Position::new(1),
                last: Position::new(last),
                entries: last,
                missing: None,
            });
            away.seen(&Seen { log, position: Position::new(position), behind_since: None });
            away.reason.clone()
        };
        assert_eq!([stale(1, Ok(7)), stale(7, Err("late")), stale(7, Ok(9))], [None, None, None]);
        assert_eq!(stale(7, Err("late")), None, "one miss may pass");
        let first = stale(7, Err("gone")).expect("two do not");
        assert!(first.starts_with(OUT_OF_REACH) && first.ends_with("gone"), "{first}");
        assert_eq!(stale(7, Err("late")).as_ref(), Some(&first), "the first reason stands");
        assert_eq!(stale(7, Ok(9)).as_ref(), Some(&first), "two are not taken in");
        assert_eq!(stale(9, Ok(12)), None, "what came later is no matter");
        assert_eq!([stale(12, Err("late")), stale(12, Ok(12))], [None, None]);
    }
}
