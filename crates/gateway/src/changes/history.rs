//! History in pages: nobody holds more of it than one.

use chronicle::{Entry, ReadError};
use futures::TryStreamExt;
use summit::Position;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::spawn_blocking;

use crate::service::Log;

/// How many entries a page has, at most.
pub(crate) const PAGE_ENTRIES: usize = 64;
/// How many bytes of documents; a single one may be longer.
const PAGE_BYTES: usize = 64 * 1024;

/// The entries behind a position, up to another at most. There is at least one.
pub(crate) async fn page(log: &dyn Log, behind: Position, to: Position) -> Result<Vec<Entry>, ReadError> {
    let (mut entries, mut page, mut bytes) = (log.read(behind.next()), Vec::new(), 0);
    while page.len() < PAGE_ENTRIES && bytes < PAGE_BYTES {
        let Some(entry) = entries.try_next().await? else { break };
        let last = entry.position >= to;
        bytes += entry.bytes.len();
        page.push(entry);
        if last {
            break;
        }
    }
    if page.is_empty() {
        // It was longer when it was told.
        return Err(ReadError::Gap { expected: behind.next(), found: behind });
    }
    Ok(page)
}

/// Works off the threads that serve connections and the log: what a page changed may take long to find out. Whoever goes
/// away meanwhile keeps his turn until it is done.
pub(crate) async fn apart<T: Send + 'static>(
    turn: OwnedSemaphorePermit,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ReadError> {
    let worked = spawn_blocking(move || {
        let worked = work();
        drop(turn);
        worked
    });
    worked.await.map_err(|error| {
        tracing::error!("a page of history could not be told: {error}");
        ReadError::Unreachable("it could not be told".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::channel;

    use tokio::sync::Semaphore;

    use super::apart;

    #[tokio::test]
    async fn what_takes_long_holds_up_nobody_and_keeps_its_turn_when_its_reader_is_gone() {
        let turns = Arc::new(Semaphore::new(1));
        let turn = Arc::clone(&turns).acquire_owned().await.expect("a turn");
        let (go, goes) = channel::<()>();
        let reader = tokio::spawn(apart(turn, move || goes.recv()));
        // One thread runs this: were it held up, nothing would come of it.
        tokio::task::yield_now().await;
        reader.abort();
        assert!(reader.await.is_err_and(|error| error.is_cancelled()));
        assert_eq!(turns.available_permits(), 0);
        go.send(()).expect("it goes on");
        assert!(turns.acquire().await.is_ok());
    }
}
