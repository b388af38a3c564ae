//! What happens, told to all who listen.

use std::sync::Arc;

use projector::Update;
use tokio::sync::broadcast;

/// How many updates a listener may be behind. Who is further behind is told so.
pub const FEED_RING: usize = 4096;

/// A ring of updates. Telling never waits for listeners.
#[derive(Debug, Clone)]
pub struct Feed {
    ring: broadcast::Sender<Arc<Update>>,
}

impl Default for Feed {
    fn default() -> Self {
        Self { ring: broadcast::Sender::new(FEED_RING) }
    }
}

impl Feed {
    /// Tells what an entry or a new day changed. The index has taken it in before.
    pub fn tell(&self, update: Update) {
        // Nobody listens: nothing to do.
        let _ = self.ring.send(Arc::new(update));
    }

    /// Whatever is told from here on.
    #[allow(dead_code, reason = "the next route needs it")]
    pub(crate) fn listen(&self) -> broadcast::Receiver<Arc<Update>> {
        self.ring.subscribe()
    }

    /// How many listen.
    pub(crate) fn listeners(&self) -> usize {
        self.ring.receiver_count()
    }
}
