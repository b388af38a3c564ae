//! History in pages: nobody holds more of it than one.

use chronicle::{Entry, ReadError};
use futures::TryStreamExt;
use summit::Position;

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
