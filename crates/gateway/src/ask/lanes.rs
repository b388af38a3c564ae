//! How many questions are answered at once. What takes long has a lane of its own: it never keeps others waiting.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::{Code, Problem};

/// How many questions that read little are answered at once.
const QUICK_AT_ONCE: usize = 8;
/// How many questions that may read everything are answered at once.
const LONG_AT_ONCE: usize = 2;
/// How long a question waits for its turn.
const TURN_PATIENCE: Duration = Duration::from_secs(2);

/// How much a question may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// What one name stands for.
    Quick,
    /// Possibly everything.
    Long,
}

/// Turns in both lanes.
pub(crate) struct Lanes {
    quick: Arc<Semaphore>,
    long: Arc<Semaphore>,
}

impl Default for Lanes {
    fn default() -> Self {
        Self { quick: Arc::new(Semaphore::new(QUICK_AT_ONCE)), long: Arc::new(Semaphore::new(LONG_AT_ONCE)) }
    }
}

impl Lanes {
    /// Works off the threads that serve connections, once it is its turn; refused where that takes too long. The work goes
    /// on where the asker is gone meanwhile, and keeps its turn to its end.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = tokio::time::timeout(TURN_PATIENCE, self.turn(lane)).await.map_err(|_| busy())?;
        let worked = tokio::task::spawn_blocking(move || {
            let worked = work();
            drop(turn);
            worked
        });
        worked.await.map_err(|error| {
            tracing::error!("a question could not be answered: {error}");
            Problem::new(Code::Failed, "the question could not be answered; the service's own log says why")
        })
    }

    async fn turn(&self, lane: Lane) -> OwnedSemaphorePermit {
        let turns = match lane {
            Lane::Quick => &self.quick,
            Lane::Long => &self.long,
        };
        Arc::clone(turns).acquire_owned().await.expect("no lane is ever closed")
    }
}

fn busy() -> Problem {
    let detail = format!("too many ask at once: no turn within {} s", TURN_PATIENCE.as_secs());
    Problem::new(Code::Busy, detail)
}

#[cfg(test)]
mod tests {
    use super::{LONG_AT_ONCE, Lane, Lanes};

    #[tokio::test(start_paused = true)]
    async fn what_takes_long_keeps_nothing_else_waiting_and_is_refused_where_it_would_wait_too_long() {
        let lanes = Lanes::default();
        let mut turns = Vec::new();
        for _ in 0..LONG_AT_ONCE {
            turns.push(lanes.turn(Lane::Long).await);
        }
        assert_eq!(lanes.work(Lane::Quick, || 7).await, Ok(7));
        let refused = lanes.work(Lane::Long, || 7).await.expect_err("no turn is free");
        assert_eq!(serde_json::to_value(&refused).expect("JSON")["code"], "busy");
        turns.pop();
        assert_eq!(lanes.work(Lane::Long, || 7).await, Ok(7));
    }
}
