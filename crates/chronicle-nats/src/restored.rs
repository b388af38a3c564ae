//! Messages as entries, and entries of another log as messages.
//!
//! A restored message cannot have the time of the first storing as its own, and has no message id, since ids repeat. Both
//! stand in its header `Chronicle-Restored`: first the time and the number of ids, then each id. Others may write such a
//! header too, so it counts only where it comes first, and only up to the position to which the stream's own metadata
//! says that it was restored.

use async_nats::{HeaderMap, HeaderValue};
use chronicle::{Entry, ID_HEADER};
use jiff::Timestamp;
use summit::Position;

use crate::deliver::Delivered;
use crate::publish::Outgoing;

const RESTORED: &str = "Chronicle-Restored";
/// What the names of the server's own headers begin with.
const OWN_HEADERS: &str = "Nats-";

/// A message as an entry, without the headers that only the server needs.
pub(crate) fn entry(delivered: Delivered, restored_to: Position) -> Entry {
    let Delivered { message, sequence, mut stored_at, .. } = delivered;
    let position = Position::new(sequence);
    let mut headers: Vec<(String, String)> = Vec::new();
    for (name, values) in message.headers.iter().flat_map(HeaderMap::iter) {
        let name: &str = name.as_ref();
        let mut values: Vec<&str> = values.iter().map(HeaderValue::as_str).collect();
        if let Some((first, ids)) = read(&values).filter(|_| name == RESTORED && position <= restored_to) {
            stored_at = first;
            headers.extend(values.drain(1..=ids).map(|id| (ID_HEADER.to_owned(), id.to_owned())));
            values.remove(0);
        }
        if name == ID_HEADER || !name.starts_with(OWN_HEADERS) {
            headers.extend(values.into_iter().map(|value| (name.to_owned(), value.to_owned())));
        }
    }
    headers.sort_by(|(left, _), (right, _)| left.cmp(right));
    Entry { position, stored_at, subject: message.subject.into_string(), headers, bytes: message.payload }
}

/// When it was first stored, and how many ids follow.
fn read(values: &[&str]) -> Option<(Timestamp, usize)> {
    let (time, ids) = values.first()?.split_once(' ')?;
    let ids = ids.parse().ok().filter(|ids| *ids < values.len())?;
    Some((time.parse().ok()?, ids))
}

/// An entry of another log as a message.
pub(crate) fn outgoing(entry: Entry) -> Outgoing {
    let mut headers = HeaderMap::new();
    let ids: Vec<&str> =
        entry.headers.iter().filter(|(name, _)| name == ID_HEADER).map(|(_, value)| value.as_str()).collect();
    headers.append(RESTORED, format!("{} {}", entry.stored_at, ids.len()));
    for id in ids {
        headers.append(RESTORED, id);
    }
    for (name, value) in entry.headers.iter().filter(|(name, _)| name != ID_HEADER) {
        headers.append(name.as_str(), value.as_str());
    }
    Outgoing { subject: entry.subject, headers, payload: entry.bytes }
}
