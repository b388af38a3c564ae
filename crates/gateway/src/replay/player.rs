//! One who replays: page by page, each frame when it is due.

use std::collections::VecDeque;
use std::convert::Infallible;

use bytes::{Bytes, BytesMut};
use chronicle::ReadError;
use futures::FutureExt;
use futures::stream::{self, Stream, StreamExt};
use jiff::Timestamp;
use projector::{Pacer, Speed};
use summit::Position;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::changes::{At, Depth, Filter, HEARTBEAT, Permit, apart, frame, opening, page, position, remark};
use crate::feed::State;
use crate::service::Service;

/// What the id of the end ends with.
pub(super) const END: &str = ".end";
/// What is written at once, in bytes; a single frame may be longer.
const WRITTEN_AT_ONCE: usize = 64 * 1024;

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// Server-sent events.
    Events,
    /// A document a line.
    Lines,
}

/// Who replays.
pub(super) struct Player {
    service: Service,
    filter: Filter,
    pacer: Pacer,
    format: Format,
    /// How far history was read.
    at: At,
    /// The last position.
    to: Position,
    /// What it begins with, and what is due next: one page at most.
    due: VecDeque<(Option<Timestamp>, Bytes)>,
    beat: Instant,
    /// Tells when the service ends.
    state: watch::Receiver<State>,
    over: bool,
    _permit: Permit,
}

impl Player {
    pub(super) fn new(
        service: &Service,
        filter: Filter,
        speed: Speed,
        (at, to): (At, Position),
        format: Format,
        remarks: &[String],
        permit: Permit,
    ) -> Self {
        let first = (format == Format::Events).then(|| (None, opening(&service.feed().id(at), remarks)));
        Self {
            service: service.clone(),
            filter,
            pacer: Pacer::new(speed),
            format,
            at,
            to,
            due: first.into_iter().collect(),
            beat: Instant::now() + HEARTBEAT,
            state: service.feed().state(),
            over: false,
            _permit: permit,
        }
    }

    /// As if an event that was stored at this time had just been told.
    pub(super) fn begin(&mut self, stored_at: Timestamp) {
        // The first one is due at once.
        let _ = self.pacer.wait(stored_at).now_or_never();
    }

    pub(super) fn stream(self) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
        // Whoever compresses it asks once more behind its end.
        stream::unfold(self, |mut player| async move { player.next().await.map(|bytes| (Ok(bytes), player)) }).fuse()
    }

    async fn next(&mut self) -> Option<Bytes> {
        if self.over {
            return None;
        }
        loop {
            if let Some((stored_at, _)) = self.due.front() {
                let stored_at = *stored_at;
                let bytes = self.in_time(stored_at).await;
                self.beat = Instant::now() + HEARTBEAT;
                return bytes;
            }
            if self.at.position >= self.to {
                self.over = true;
                return Some(self.end());
            }
            if let Err(error) = self.read().await {
                tracing::info!("a replay ends early at position {}: {error}", self.at.position);
                self.over = true;
                return (self.format == Format::Events).then(|| remark("the chronicle cannot be read now; come back"));
            }
            if self.format == Format::Events && self.due.is_empty() && Instant::now() >= self.beat {
                self.beat = Instant::now() + HEARTBEAT;
                return Some(position(&self.service.feed().id(self.at)));
            }
        }
    }

    /// What is due next, once it is, and with it all that is due by then; a sign of life where that takes long. Nothing
    /// where the service ends meanwhile.
    async fn in_time(&mut self, stored_at: Option<Timestamp>) -> Option<Bytes> {
        if let Some(stored_at) = stored_at {
            let alive = async {
                match self.format {
                    Format::Events => sleep_until(self.beat).await,
                    Format::Lines => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                _ = self.state.wait_for(|state| state.over) => {
                    self.over = true;
                    return (self.format == Format::Events).then(|| remark("the service ends; come back"));
                }
                () = self.pacer.wait(stored_at) => {}
                () = alive => return Some(remark("go on waiting")),
            }
        }
        let mut written = BytesMut::new();
        while let Some((stored_at, bytes)) = self.due.front() {
            let early = stored_at.is_some_and(|stored_at| !self.pacer.ahead(stored_at).is_zero());
            if !written.is_empty() && (early || written.len() >= WRITTEN_AT_ONCE) {
                break;
            }
            written.extend_from_slice(bytes);
            if let Some((Some(stored_at), _)) = self.due.pop_front() {
                let _ = self.pacer.wait(stored_at).now_or_never();
            }
        }
        Some(written.freeze())
    }

    /// Reads the next page.
    async fn read(&mut self) -> Result<(), ReadError> {
        let feed = self.service.feed().clone();
        let turn = feed.turn().await;
        let entries = page(self.service.log(), self.at.position, self.to).await?;
        let at = self.at;
        let told = apart(turn, move || feed.told_by(at, &entries, Depth::Changes));
        for told in told.await? {
            self.at = told.at;
            if let Some(document) = self.filter.document(&told) {
                let bytes = match self.format {
                    Format::Events => frame(&told.id, "changes", &document),
                    Format::Lines => Bytes::from(document + "\n"),
                };
                self.due.push_back((told.stored_at, bytes));
            }
        }
        Ok(())
    }

    fn end(&self) -> Bytes {
        let to = self.to;
        match self.format {
            Format::Events => frame(&format!("{to}{END}"), "end", &format!(r#"{{"end":true,"position":{to}}}"#)),
            Format::Lines => Bytes::from(format!("{{\"end\":true,\"position\":{to}}}\n")),
        }
    }
}
