//! What a service manager is told that started this program, where one did (`NOTIFY_SOCKET`): that it is ready, that it
//! lives, that it ends.

use std::sync::Arc;
use std::time::Duration;

use projector::{Index, Indexed, Shared};
use sd_notify::NotifyState;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// It is told so many times within the time that it allows, for one may come late.
const BEATS: u32 = 3;

/// A service manager that was told that all is ready. It is told of the end where this is dropped.
pub(crate) struct Manager {
    /// Tells it that the program lives, where it wants to know.
    beats: Option<JoinHandle<()>>,
}

impl Manager {
    /// Tells it that the index is current, and whatever is done with it goes on. From here on it hears that the program lives as long as the index can be asked,
    /// and does not where everything hangs.
    pub(crate) fn ready(index: &Arc<Shared>) -> Self {
        say(&[NotifyState::Ready, NotifyState::Status("ready")]);
        let beats = sd_notify::watchdog_enabled().map(|allowed| tokio::spawn(beat(Arc::clone(index), allowed / BEATS)));
        Self { beats }
    }

    /// Tells it in a line how the program does, for people.
    pub(crate) fn status(status: &str) {
        say(&[NotifyState::Status(status)]);
    }
}

impl Drop for Manager {
    fn drop(&mut self) {
        if let Some(beats) = &self.beats {
            beats.abort();
        }
        say(&[NotifyState::Stopping]);
    }
}

async fn beat(index: Arc<Shared>, pause: Duration) {
    loop {
        let asked = Arc::clone(&index);
        // Beside everything else: who waits there does not hold up who answers.
        if tokio::task::spawn_blocking(move || asked.ask(Index::tail)).await.is_ok() {
            say(&[NotifyState::Watchdog]);
        }
        sleep(pause).await;
    }
}

/// A manager that cannot be reached will do what it does with one that says nothing.
fn say(state: &[NotifyState]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!("the service manager cannot be told: {error}");
    }
}
