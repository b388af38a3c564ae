//! An index that many ask while one keeps it current.

use std::sync::{Arc, PoisonError, RwLock};

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

/// Why an index is kept current no longer: its log is damaged. What it holds stays true, and grows stale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Halted {
    /// What is wrong, in the words of the error.
    pub reason: String,
    /// The first damaged position, where it is known.
    pub position: Option<Position>,
}

/// An index that many ask while one keeps it current. The one waits for who asks, and who asks for the one: questions are
/// answered from memory, and hold nothing while anybody waits.
pub struct Shared {
    index: RwLock<Index>,
    /// How far it is, for those who wait for a position.
    tail: watch::Sender<Position>,
    /// Why it is kept current no longer, once that is so.
    halted: watch::Sender<Option<Arc<Halted>>>,
}

impl Indexed for Shared {
    fn ask<T>(&self, question: impl FnOnce(&Index) -> T) -> T {
        // A fold never fails; had one panicked, the index would still hold whole entries only.
        let (answer, untidy) = {
            let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
            (question(&index), index.is_untidy())
        };
        // Whoever comes next tidies up where somebody else asks just now.
        if untidy && let Ok(mut index) = self.index.try_write() {
            index.tidy();
        }
        answer
    }
}

impl Shared {
    /// An index that nobody keeps current yet.
    pub fn new(index: Index) -> Self {
        let tail = watch::Sender::new(index.tail());
        Self { index: RwLock::new(index), tail, halted: watch::Sender::new(None) }
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

    /// Says that it is kept current no longer, and why: from here on nothing may be written, and every answer is stale. It
    /// can be asked as before. The first reason stands, and nothing takes it back.
    pub fn halt(&self, halted: Halted) {
        self.halted.send_if_modified(|known| {
            let first = known.is_none();
            known.get_or_insert_with(|| Arc::new(halted));
            first
        });
    }

    /// Why it is kept current no longer; nothing as long as it is.
    pub fn halted(&self) -> Option<Arc<Halted>> {
        self.halted.borrow().clone()
    }

    /// Waits until it is kept current no longer; for ever, as a rule.
    pub async fn until_halted(&self) -> Arc<Halted> {
        let mut halted = self.halted.subscribe();
        let told = halted.wait_for(Option::is_some).await.ok().and_then(|told| told.clone());
        told.expect("the sender is ours, and was waited for")
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use summit::Position;

    use super::{Halted, Shared};
    use crate::Index;

    #[tokio::test]
    async fn the_first_reason_to_halt_stands_and_is_told_to_all_who_wait() {
        let shared = Shared::new(Index::new());
        let halted = |number| Halted { reason: format!("reason {number}"), position: Some(Position::new(number)) };
        assert_eq!((shared.halted(), shared.until_halted().now_or_never()), (None, None));
        let (told, ()) = futures::join!(shared.until_halted(), async { shared.halt(halted(1)) });
        shared.halt(halted(2));
        assert_eq!(*told, halted(1));
        assert_eq!(
            [shared.halted(), shared.until_halted().now_or_never()].map(|it| it.as_deref().cloned()),
            [Some(halted(1)), Some(halted(1))]
        );
    }
}
