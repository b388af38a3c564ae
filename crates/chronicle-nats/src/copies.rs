//! One server's own copy of the log, read from it and no other.
//!
//! A delivery is made by one of the servers that have a copy, which reads its own; which one, the cluster decides and says.
//! So deliveries are asked for until the wanted one makes one; those that nobody listens to send nothing, and are forgotten
//! after seconds.

use chronicle::{Entry, ReadError};
use summit::Position;

use crate::deliver::Delivery;
use crate::link::Link;
use crate::log::unreadable;
use crate::restored;

/// How often a delivery is asked for, at most: with three servers, all but one in ten million find theirs.
pub(crate) const ASKED_MOST: usize = 40;
/// How often in a row a server says that it has something and delivers nothing, until that is taken for what cannot be read:
/// four times a second.
const SILENCES: usize = 12;

/// The copy of one server, from the first entry on.
pub struct ServerCopy {
    delivery: Delivery,
    server: String,
    next: Position,
    restored_to: Position,
}

impl ServerCopy {
    /// The copy of a server; none where that makes no delivery.
    pub(crate) async fn open(link: &Link, server: &str, restored_to: Position) -> Result<Option<Self>, ReadError> {
        let delivery = Delivery::begin_at(link, server).await.map_err(unreadable)?;
        let next = Position::new(1);
        Ok(delivery.map(|delivery| Self { delivery, server: server.to_owned(), next, restored_to }))
    }

    /// The next entry as it stands in this copy; none where it cannot be read from it. Nothing is to be asked beyond the tail,
    /// where it waits for what comes.
    pub async fn next(&mut self) -> Result<Option<Entry>, ReadError> {
        for _ in 0..SILENCES {
            match self.delivery.next_or_silence().await {
                Ok(Some(delivered)) if delivered.sequence == self.next.get() => {
                    self.next = self.next.next();
                    return Ok(Some(restored::entry(delivered, self.restored_to)));
                }
                // Behind a gap.
                Ok(Some(_)) => return Ok(None),
                // It may be slow, or ask whether we are.
                Ok(None) => {}
                Err(lost) => {
                    return Err(ReadError::Unreachable(format!("{lost:?} lost while reading from {}", self.server)));
                }
            }
        }
        Ok(None)
    }
}
