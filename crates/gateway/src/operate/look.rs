//! A look at the log, for who asks how the service fares: at most once a second, and only when asked.

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

/// What a look at the log saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    /// What the log holds, or why nobody knows.
    pub(crate) log: Result<LogState, ReadError>,
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
            Seen { log: Err(ReadError::Unreachable(late)), behind_since: None }
        });
        *last = Some((Instant::now(), seen.clone()));
        seen
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
    Seen { log: state, behind_since }
}
