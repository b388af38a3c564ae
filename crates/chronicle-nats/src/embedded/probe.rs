//! What hinders a server that runs from writing, found out without writing anything.
//!
//! A write that fails once, as on a full disk, leaves nats-server's stream dead until the server is started anew: whoever
//! publishes waits in vain, although there may be room again. A small write elsewhere says nothing of it, but the server
//! itself does when it is asked. It is asked when it has said something in its log, and rarely besides. The room on the
//! disk is looked at without asking anybody: others fill it faster than the server does.

use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use crate::embedded::home::{self, Home};
use crate::link::{Failure, Link};
use crate::settings::Settings;

/// How often the disk and the length of the server's log are looked at.
const LOOK_PAUSE: Duration = Duration::from_secs(1);
/// How often the server is asked where nothing suggests it.
const ASK_PAUSE: Duration = Duration::from_secs(60);
/// With less than so many bytes free, nothing more is stored: the server gets no room beyond what it has. Half of what
/// its quota leaves free, so that only others come to this.
pub(super) const SHORT: u64 = 16 << 20;
/// A quota that leaves the server less than this, in bytes, is too narrow where the disk has twice as much for it.
const NARROW: u64 = 16 << 20;
/// The least that counts as such, in bytes.
const LEAST: u64 = 4 << 20;
/// So much room of a server, in bytes, is as good as none.
const NO_ROOM: u64 = 1 << 20;

/// Why a server is to be started anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hindrance {
    /// It may store more than the disk has room for, or far less.
    Room {
        /// How many bytes are free.
        free: u64,
    },
    /// A write failed.
    Write {
        /// What the server says.
        reason: String,
    },
}

/// Looks at one run of the server.
pub(super) struct Probe<'a> {
    home: &'a Home,
    /// Where the server tells how it does.
    url: String,
    /// How many bytes it may store.
    quota: u64,
    /// How many it has stored, as it said last.
    stored: u64,
    /// How long its log was.
    spoken: u64,
    asked_at: Instant,
}

impl<'a> Probe<'a> {
    pub(super) fn new(home: &'a Home, url: &str, quota: u64, stored: u64) -> Self {
        let spoken = home::length(&home.server_log());
        Self { home, url: Home::system_url(url), quota, stored, spoken, asked_at: Instant::now() }
    }

    /// What the server has stored, in bytes as it counts, as far as known.
    pub(super) fn stored(&self) -> u64 {
        self.stored
    }

    /// Waits until something hinders the server. Looks at once when somebody comes who may want to write.
    pub(super) async fn hindrance(&mut self, mut leases: watch::Receiver<usize>) -> Hindrance {
        loop {
            tokio::select! {
                () = sleep(LOOK_PAUSE) => {}
                // Fails only without a sender, who is there as long as the supervisor.
                _ = leases.changed() => {}
            }
            if let Some(hindrance) = self.look().await {
                return hindrance;
            }
        }
    }

    async fn look(&mut self) -> Option<Hindrance> {
        let length = home::length(&self.home.server_log());
        if length != self.spoken || self.asked_at.elapsed() >= ASK_PAUSE {
            let failed = self.ask().await;
            // What it says of the question is no reason for the next one.
            self.spoken = home::length(&self.home.server_log());
            self.asked_at = Instant::now();
            if failed.is_some() && !self.is_short() {
                return failed.map(|reason| Hindrance::Write { reason });
            }
        }
        // Where nothing can be said of the disk, nothing is done about it.
        let free = home::free(&self.home.folder).ok()?;
        let possible = self.home.quota(self.stored).ok()?;
        if !is_unfit(self.quota, self.stored, possible, free) {
            return None;
        }
        // The next run begins with what it says now.
        let _ = self.ask().await;
        Some(Hindrance::Room { free })
    }

    fn is_short(&self) -> bool {
        home::free(&self.home.folder).is_ok_and(|free| free < SHORT)
    }

    /// Asks how much is stored, and which write failed, if one did. A server that does not answer says nothing: where it
    /// has ended, that is seen elsewhere.
    async fn ask(&mut self) -> Option<String> {
        let link = Link::connect(&Settings::new(&self.url, "chronicle-supervisor")).await.ok()?;
        if let Some(stored) = asked(&link, "JSZ").await.ok().and_then(|told| told["storage"].as_u64()) {
            self.stored = stored;
        }
        let health = asked(&link, "HEALTHZ").await.ok()?;
        health["error"].as_str().filter(|error| error.contains(WRITE_ERROR)).map(ToOwned::to_owned)
    }
}

/// What the server calls a write that failed. What else makes it unhealthy passes by itself, as while it starts.
const WRITE_ERROR: &str = "write error";

/// Asks the server about itself.
async fn asked(link: &Link, what: &str) -> Result<Value, Failure> {
    let subject = format!("$SYS.REQ.SERVER.{}.{what}", link.client().server_info().server_id);
    let mut refusals = link.refusals(vec![subject.clone()]);
    let answer = link.ask(subject, None, "{}".into(), &mut refusals).await?;
    let mut told: Value =
        serde_json::from_slice(&answer.payload).map_err(|error| Failure::Unknown(error.to_string()))?;
    Ok(told["data"].take())
}

/// Whether a quota is not what it should be: others have filled the disk and the server still has room, or it has next to
/// none and the disk has.
fn is_unfit(quota: u64, stored: u64, possible: u64, free: u64) -> bool {
    let (room, possible) = (quota.saturating_sub(stored), possible.saturating_sub(stored));
    if free < SHORT { room > NO_ROOM } else { room < NARROW && possible >= 2 * room.max(LEAST) }
}

#[cfg(test)]
mod tests {
    use super::{LEAST, NARROW, NO_ROOM, SHORT, is_unfit};

    #[test]
    fn a_quota_is_unfit_where_the_disk_is_full_or_has_become_empty_and_never_just_after_a_start() {
        let (stored, much) = (1 << 30, 1 << 40);
        assert!(!is_unfit(stored + much, stored, stored + much, 2 * much), "room for both");
        assert!(!is_unfit(stored + 2 * NARROW, stored, stored + much, 2 * much), "enough for now");
        assert!(is_unfit(stored + much, stored, stored, SHORT - 1), "others filled the disk");
        assert!(!is_unfit(stored, stored, stored, 0), "it has no room already");
        assert!(!is_unfit(stored + NO_ROOM, stored, stored, 0), "a view went away meanwhile");
        assert!(!is_unfit(stored, stored, stored, 2 * SHORT), "the disk has nothing to spare yet");
        assert!(is_unfit(stored, stored, stored + 2 * LEAST, 3 * SHORT), "others freed the disk");
        assert!(is_unfit(1, stored, stored + much, 2 * much), "whatever was known of the store at its start");
        // What was just given is fit, whatever there is.
        for possible in [0, 1, LEAST, 2 * LEAST, NARROW, 2 * NARROW, much] {
            assert!(!is_unfit(stored + possible, stored, stored + possible, possible + 2 * SHORT), "{possible}");
        }
    }
}
