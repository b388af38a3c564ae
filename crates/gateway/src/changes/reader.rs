//! One who reads: history first, then what happens, one update after the other, as fast as his socket takes it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use chronicle::ReadError;
use futures::stream::{self, Stream, StreamExt};
use tokio::time::{Instant, sleep_until};

use super::at::At;
use super::history::{apart, page};
use super::sse;
use super::streams::Permit;
use super::told::{Told, json};
use super::wanted::Wanted;
use crate::feed::{Found, Listening};
use crate::service::Service;

/// After so long without a word a reader is told how far he is: he knows that we are there, and comes back from there.
pub const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a stream may last; its reader comes back then, and others may be served by another instance.
pub const MAX_STREAM_AGE: Duration = Duration::from_secs(30 * 60);
/// So many updates are looked at at once.
const LOOKED_AT_ONCE: usize = 64;
/// What is written at once, in bytes; a single frame may be longer.
const WRITTEN_AT_ONCE: usize = 64 * 1024;

/// Who reads. What he has not read yet is at most what is written at once: the rest stays where it is.
pub(crate) struct Reader {
    service: Service,
    wanted: Arc<Wanted>,
    /// How far he was told.
    at: At,
    /// How far he knows that he was told.
    known: At,
    place: Place,
    listening: Listening,
    /// When he hears from us at the latest.
    beat: Instant,
    /// When he has to come back.
    end: Instant,
    _permit: Permit,
}

/// Where he reads.
enum Place {
    /// He is told this first.
    Opening(Bytes),
    /// In the log: what comes behind `at`.
    History,
    /// In what happens: the update with this number. Whether he was up to date there.
    Feed(u64, bool),
    /// Nowhere any more.
    Over,
}

/// What comes next.
enum Step {
    Bytes(Bytes),
    Last(Bytes),
    Nothing,
}

impl Reader {
    pub(crate) fn new(service: &Service, wanted: Wanted, at: At, opening: Bytes, permit: Permit) -> Self {
        let now = Instant::now();
        Self {
            listening: service.feed().listen(),
            service: service.clone(),
            wanted: Arc::new(wanted),
            at,
            known: at,
            place: Place::Opening(opening),
            beat: now + HEARTBEAT,
            end: now + MAX_STREAM_AGE,
            _permit: permit,
        }
    }

    /// What he is sent.
    pub(crate) fn stream(self) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
        stream::unfold(self, |mut reader| async move { reader.next().await.map(|bytes| (Ok(bytes), reader)) }).fuse()
    }

    async fn next(&mut self) -> Option<Bytes> {
        loop {
            let step = match std::mem::replace(&mut self.place, Place::Over) {
                Place::Opening(opening) => {
                    self.place = Place::History;
                    Step::Bytes(opening)
                }
                Place::History => match self.history().await {
                    Ok(step) => step,
                    Err(error) => {
                        tracing::info!("a reader of changes at position {} is sent away: {error}", self.at.position);
                        Step::Last(sse::remark("the chronicle cannot be read now; come back"))
                    }
                },
                Place::Feed(number, any) => self.feed(number, any).await,
                Place::Over => return None,
            };
            let now = Instant::now();
            match step {
                Step::Bytes(bytes) if now < self.end => {
                    self.beat = now + HEARTBEAT;
                    return Some(bytes);
                }
                Step::Bytes(last) | Step::Last(last) => {
                    self.place = Place::Over;
                    return Some(last);
                }
                // He was passed over all the while.
                Step::Nothing if now >= self.beat => {
                    self.beat = now + HEARTBEAT;
                    return Some(self.told_up_to_here());
                }
                Step::Nothing => {}
            }
        }
    }

    /// The next page of history, or the way over to what happens.
    async fn history(&mut self) -> Result<Step, ReadError> {
        let feed = self.service.feed().clone();
        let (now, number) = feed.now();
        self.place = Place::History;
        if self.at.position < now.position {
            let turn = feed.turn().await;
            let entries = page(self.service.log(), self.at.position, now.position).await?;
            let (service, wanted, at) = (self.service.clone(), Arc::clone(&self.wanted), self.at);
            let told = apart(turn, move || {
                let told = feed.told_by(at, &entries, wanted.depth());
                // Written here, and found written below.
                for told in &told {
                    wanted.frame(told, service.index());
                }
                told
            });
            let told = told.await?;
            return Ok(self.frames(&told).map_or(Step::Nothing, Step::Bytes));
        }
        let told = now.day.filter(|day| Some(*day) > self.at.day).map(|day| feed.calendar_up_to(self.at, day));
        let frames = told.and_then(|told| self.frames(&told));
        self.at = At { day: self.at.day.max(now.day), ..self.at };
        self.place = Place::Feed(number, false);
        Ok(match frames {
            Some(frames) => Step::Bytes(frames),
            None if self.known == self.at => Step::Nothing,
            None => Step::Bytes(self.told_up_to_here()),
        })
    }

    /// What happens next, waited for.
    async fn feed(&mut self, number: u64, any: bool) -> Step {
        let told = match self.service.feed().from(number, LOOKED_AT_ONCE) {
            Found::Told(told) => told,
            // He read history so slowly that this is history, too.
            Found::Gone if !any => {
                self.place = Place::History;
                return Step::Nothing;
            }
            Found::Gone => return Step::Last(self.reset()),
        };
        if told.is_empty() {
            self.place = Place::Feed(number, true);
            return self.wait(number).await;
        }
        let (mut written, mut number) = (BytesMut::new(), number);
        for told in told {
            number += 1;
            if self.at.covers(told.at) {
                continue;
            }
            if told.before != self.at {
                // He came with a day that is not ours: he is told from the log.
                self.place = Place::History;
                return finished(written);
            }
            self.at = told.at;
            self.write(&mut written, &told);
            if written.len() >= WRITTEN_AT_ONCE {
                break;
            }
        }
        self.place = Place::Feed(number, true);
        finished(written)
    }

    /// Waits for something to happen.
    async fn wait(&mut self, number: u64) -> Step {
        let moved = self.listening.state.wait_for(|state| state.next != number || state.over);
        tokio::select! {
            state = moved => {
                if state.is_ok_and(|state| !state.over) { Step::Nothing } else { Step::Last(sse::remark("the service ends; come back")) }
            }
            () = sleep_until(self.beat) => Step::Nothing,
            () = sleep_until(self.end) => Step::Last(sse::remark("the stream has lasted long enough; come back")),
        }
    }

    fn frames(&mut self, told: &[Told]) -> Option<Bytes> {
        let mut written = BytesMut::new();
        for told in told {
            self.at = told.at;
            self.write(&mut written, told);
        }
        (!written.is_empty()).then(|| written.freeze())
    }

    fn write(&mut self, written: &mut BytesMut, told: &Told) {
        if let Some(frame) = self.wanted.frame(told, self.service.index()) {
            self.known = told.at;
            written.extend_from_slice(&frame);
        }
    }

    fn told_up_to_here(&mut self) -> Bytes {
        self.known = self.at;
        sse::position(&self.service.feed().id(self.at))
    }

    /// He is behind further than anybody remembers.
    fn reset(&self) -> Bytes {
        let (id, (now, _)) = (self.service.feed().id(self.at), self.service.feed().now());
        tracing::info!("a reader of changes is behind: at position {}, of {}", self.at.position, now.position);
        let data = format!(
            r#"{{"position":{},"after":{},"tail":{}}}"#,
            json(&self.at.position),
            json(&id),
            json(&now.position)
        );
        sse::frame(&id, "reset", &data)
    }
}

fn finished(written: BytesMut) -> Step {
    if written.is_empty() { Step::Nothing } else { Step::Bytes(written.freeze()) }
}
