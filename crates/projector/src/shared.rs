//! An index that many ask while one keeps it current.

use std::sync::{PoisonError, RwLock};

use summit::Position;
use tokio::sync::watch;

use crate::index::{Index, Noted};
use crate::runtime::{CatchUpError, MIN_POSITION_PATIENCE};

/// Whatever lets an index be asked.
pub trait Indexed {
    /// Asks a question. All of it is answered from one state of the index.
    fn ask<T>(&self, question: impl FnOnce(&Index) -> T) -> T;
}

impl Indexed for Index {
    fn ask<T>(&self, question: impl FnOnce(&Index) -> T) -> T {
        question(self)
    }
}

/// An index that many ask while one keeps it current. The one waits for who asks, and who asks for the one: questions are
/// answered from memory, and hold nothing while anybody waits.
pub struct Shared {
    index: RwLock<Index>,
    /// How far it is, for those who wait for a position.
    tail: watch::Sender<Position>,
}

impl Indexed for Shared {
    fn ask<T>(&self, question: impl FnOnce(&Index) -> T) -> T {
        // A fold never fails; had one panicked, the index would still hold whole entries only.
        question(&self.index.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Shared {
    pub(crate) fn new(index: Index) -> Self {
        let tail = watch::Sender::new(index.tail());
        Self { index: RwLock::new(index), tail }
    }

    pub(crate) fn append(&self, entry: &chronicle::Entry) -> Noted {
        let noted = self.index.write().unwrap_or_else(PoisonError::into_inner).append(entry);
        self.tail.send_replace(entry.position);
        noted
    }

    /// The last position that was taken in.
    pub fn tail(&self) -> Position {
        *self.tail.borrow()
    }

    /// Waits until a position was taken in, at most [`MIN_POSITION_PATIENCE`]: whoever wrote there reads it then.
    pub async fn reach(&self, wanted: Position) -> Result<(), CatchUpError> {
        let mut tail = self.tail.subscribe();
        let reached = tokio::time::timeout(MIN_POSITION_PATIENCE, tail.wait_for(|tail| *tail >= wanted)).await;
        match reached {
            Ok(Ok(_)) => Ok(()),
            // The sender is ours: only time can run out.
            Ok(Err(_)) | Err(_) => Err(CatchUpError::NotReached { wanted, found: self.tail() }),
        }
    }
}
