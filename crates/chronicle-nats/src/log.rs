//! The log on JetStream.

use async_nats::{HeaderMap, HeaderValue};
use chronicle::{
    AppendError, Appended, Chronicle, Damage, Draft, Entry, ID_HEADER, LogState, ReadError, Repair, check_batch,
    check_restored,
};
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use jiff::Timestamp;
use serde_json::Value;
use summit::{EventId, Position};

use crate::copies::ServerCopy;
use crate::link::{Failure, Link};
use crate::publish::{self, FULL, Outgoing, REPEATED, Stored, TOO_LARGE, WRONG_LAST_SEQUENCE};
use crate::reading::Reading;
use crate::restored;
use crate::settings::{ConnectError, Settings};
use crate::stream::{self as kept, Difference, Info, NO_STREAM, STREAM};
use crate::version::{NEEDED, NEEDED_API_LEVEL, Version};
use crate::views::NatsViews;
use crate::workers::NatsWorkers;

const EXPECTED_LAST: &str = "Nats-Expected-Last-Sequence";

/// The log in the stream `CHRONICLE` of a nats-server. Clones share two connections: one writes, the other reads, so
/// that a long read delays no acknowledgement.
#[derive(Clone)]
pub struct NatsChronicle {
    writer: Link,
    reader: Link,
    /// The server's version when we connected.
    version: Version,
    /// How many servers keep the log, and are to keep what has to be created beside it.
    replicas: usize,
    /// Up to here, entries were restored from another log, and say when they were first stored.
    restored_to: Position,
    /// When the stream was created, as it was when we connected.
    created_at: Timestamp,
}

/// Messages sent and received since connecting, for those who count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statistics {
    /// To the server, requests included; the protocol's own pings are no messages.
    pub sent: u64,
    /// From the server, heartbeats included.
    pub received: u64,
}

impl NatsChronicle {
    /// Connects, checks that the server is able to keep the log, and finds the stream or creates it.
    pub async fn connect(settings: &Settings) -> Result<Self, ConnectError> {
        Self::open(settings, None).await
    }

    /// Connects to restore a log up to a position, into a stream that is created, or that is there and empty. Nobody
    /// else should use it meanwhile: what they publish comes between.
    pub async fn connect_to_restore(settings: &Settings, to: Position) -> Result<Self, ConnectError> {
        Self::open(settings, Some(to)).await
    }

    async fn open(settings: &Settings, restore: Option<Position>) -> Result<Self, ConnectError> {
        let url = settings.shown_url();
        let failed = |failure| refused(failure, &url);
        let writer = Link::connect(settings).await?;
        let version = capable(&writer, &url).await?;
        let reader = Link::connect(settings).await?;
        let wanted = kept::wanted(settings.replicas, restore.map_or(0, Position::get));
        let mut info = match settings.created_at {
            None => kept::ensure(&writer, &wanted).await.map_err(failed)?,
            Some(created_at) => match kept::info(&writer, STREAM).await {
                Err(Failure::Code(NO_STREAM, _)) => return Err(ConnectError::Gone { created_at }),
                found => found.map_err(failed)?,
            },
        };
        if restore.is_some() {
            if info.state.last_seq > 0 {
                let (stream, entries) = (STREAM.into(), info.state.messages);
                return Err(ConnectError::NotEmpty { url, stream, entries });
            }
            info = kept::update(&writer, &wanted).await.map_err(failed)?;
        }
        let differences = differences(settings.replicas, &info);
        if differences.is_empty() {
            let (restored_to, created_at) = (Position::new(info.restored_to()), info.created);
            let replicas = info.replicas().unwrap_or(settings.replicas);
            return Ok(Self { writer, reader, version, replicas, restored_to, created_at });
        }
        Err(ConnectError::Differs { stream: STREAM.into(), differences })
    }

    /// The server's version when we connected.
    pub fn server_version(&self) -> Version {
        self.version
    }

    /// When the stream was created, as it was when we connected. Another time means another log.
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// Where the stream is not as it must be, now. Empty is good.
    pub async fn differences(&self) -> Result<Vec<Difference>, ReadError> {
        let info = kept::info(&self.reader, STREAM).await.map_err(|failure| self.unreadable(failure))?;
        Ok(differences(self.replicas, &info))
    }

    /// The copy of one server of a cluster, by its name; none where it delivers nothing.
    pub async fn copy_of(&self, server: &str) -> Result<Option<ServerCopy>, ReadError> {
        ServerCopy::open(&self.reader, server, self.restored_to).await
    }

    /// How many bytes the server has stored for this account, the views among them: as it counts, before compression.
    pub async fn stored_bytes(&self) -> Result<u64, ReadError> {
        let account: Value = self.reader.api("INFO".to_owned(), &Value::Null).await.map_err(unreadable)?;
        Ok(account["storage"].as_u64().unwrap_or_default())
    }

    /// Whether the server can be reached, as far as the connections know.
    pub fn is_connected(&self) -> bool {
        [&self.writer, &self.reader].iter().all(|link| link.is_connected())
    }

    /// Which run of the server answers, as far as the connection knows: it has another name after every start.
    pub fn server_run(&self) -> String {
        self.reader.client().server_info().server_id
    }

    /// Waits until the connection that reads is lost, from this call on. It connects again by itself.
    pub fn lost(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut losses = self.reader.losses();
        async move {
            // Fails only when the connection is gone for good.
            let _ = losses.changed().await;
        }
    }

    /// Messages sent and received since connecting.
    pub fn statistics(&self) -> Statistics {
        let [(a, b), (c, d)] = [&self.writer, &self.reader].map(Link::counts);
        Statistics { sent: a + c, received: b + d }
    }

    /// The published views on the same server and connections.
    pub fn views(&self) -> NatsViews {
        NatsViews::new(self.writer.clone(), self.reader.clone(), self.replicas)
    }

    /// Who works on the published views, on the same server and connections.
    pub fn workers(&self) -> NatsWorkers {
        NatsWorkers::new(self.writer.clone(), self.reader.clone(), self.replicas)
    }
}

impl Chronicle for NatsChronicle {
    async fn append(&self, draft: Draft) -> Result<Appended, AppendError> {
        draft.check()?;
        let stored = publish::one(&self.writer, outgoing(draft)).await.map_err(|failure| unstored(failure, None))?;
        Ok(Appended { position: Position::new(stored.seq), duplicate: stored.duplicate })
    }

    async fn append_all(&self, drafts: Vec<Draft>, expected: Option<Position>) -> Result<Position, AppendError> {
        check_batch(&drafts)?;
        let before = drafts.len() as u64 - 1;
        let mut messages: Vec<Outgoing> = drafts.into_iter().map(outgoing).collect();
        if let (Some(first), Some(expected)) = (messages.first_mut(), expected) {
            first.headers.insert(EXPECTED_LAST, HeaderValue::from(expected.get()));
        }
        let stored = match messages.pop() {
            // A batch of one is a message like any other; the server has nothing to hold together.
            Some(only) if messages.is_empty() => publish::one(&self.writer, only).await,
            last => publish::batch(&self.writer, messages.into_iter().chain(last).collect()).await,
        };
        match stored.map_err(|failure| unstored(failure, expected))? {
            Stored { duplicate: true, .. } => Err(AppendError::Repeated),
            Stored { seq, .. } => Ok(Position::new(seq - before)),
        }
    }

    fn read(&self, from: Position) -> BoxStream<'static, Result<Entry, ReadError>> {
        let log = self.clone();
        let begun = async move {
            let state = log.state().await?;
            if let Some(position) = state.missing.filter(|missing| *missing < from) {
                // Not on the way, but what stands behind a hole is not to be relied on.
                return Err(ReadError::Damaged(Damage::Missing { position }));
            }
            let (end, reading) = (state.last, log.reading(from, &state));
            let entries = stream::try_unfold(reading, move |mut reading| async move {
                let entry = reading.next_until(end).await?;
                Ok::<_, ReadError>(entry.map(|entry| (entry, reading)))
            });
            Ok::<_, ReadError>(entries)
        };
        stream::once(begun).try_flatten().boxed()
    }

    fn follow(&self, from: Position) -> BoxStream<'static, Result<Entry, ReadError>> {
        let created_at = Some(self.created_at);
        let reading = Reading::new(self.reader.clone(), from, self.restored_to, created_at);
        stream::try_unfold(reading, |mut reading| async move {
            let entry = reading.next().await?;
            Ok(Some((entry, reading)))
        })
        .boxed()
    }

    async fn tail(&self) -> Result<Position, ReadError> {
        let info = kept::info(&self.reader, STREAM).await.map_err(|failure| self.unreadable(failure))?;
        Ok(Position::new(info.state.last_seq))
    }

    async fn state(&self) -> Result<LogState, ReadError> {
        let info = kept::whole_info(&self.reader, STREAM).await.map_err(|failure| self.unreadable(failure))?;
        if !info.is_led() {
            return Err(ReadError::Unreachable(
                "no node leads it: more than half of them are gone, or one is chosen now".into(),
            ));
        }
        let (first, last) = (Position::new(info.state.first_seq), Position::new(info.state.last_seq));
        let missing = info.state.missing().map(Position::new);
        Ok(LogState { created_at: info.created, first, last, entries: info.state.messages, missing })
    }

    async fn find(&self, id: EventId, after: Position) -> Result<Option<Entry>, ReadError> {
        let id = id.to_string();
        let mut entries = self.read(after.next());
        while let Some(entry) = entries.try_next().await? {
            if entry.header(ID_HEADER) == Some(&id) {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }
}

impl Repair for NatsChronicle {
    async fn restore(&self, entries: Vec<Entry>) -> Result<(), AppendError> {
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
            return check_restored(&entries, Position::START);
        };
        let (before, last) = (Position::new(first.position.get().saturating_sub(1)), last.position);
        check_restored(&entries, before)?;
        if last > self.restored_to {
            let to = self.restored_to;
            return Err(AppendError::Refused(format!("the log is restored up to position {to}, not {last}")));
        }
        let mut messages: Vec<Outgoing> = entries.into_iter().map(restored::outgoing).collect();
        if let Some(first) = messages.first_mut() {
            first.headers.insert(EXPECTED_LAST, HeaderValue::from(before.get()));
        }
        let stored = match messages.pop() {
            Some(only) if messages.is_empty() => publish::one(&self.writer, only).await,
            message => publish::batch(&self.writer, messages.into_iter().chain(message).collect()).await,
        };
        match stored.map_err(|failure| unstored(failure, Some(before)))? {
            Stored { seq, .. } if seq == last.get() => Ok(()),
            Stored { seq, .. } => Err(AppendError::Refused(format!("stored at position {seq}, expected {last}"))),
        }
    }

    fn readable(&self) -> BoxStream<'static, Result<Entry, ReadError>> {
        let log = self.clone();
        let begun = async move {
            let state = log.state().await?;
            let (end, reading) = (state.last, log.reading(Position::START, &state));
            let entries = stream::try_unfold(reading, move |mut reading| async move {
                let entry = reading.next_readable(end).await?;
                Ok::<_, ReadError>(entry.map(|entry| (entry, reading)))
            });
            Ok::<_, ReadError>(entries)
        };
        stream::once(begun).try_flatten().boxed()
    }
}

impl NatsChronicle {
    /// What a failure means: a log that is gone is damage.
    fn unreadable(&self, failure: Failure) -> ReadError {
        if matches!(failure, Failure::Code(NO_STREAM, _)) {
            return ReadError::Damaged(Damage::Gone { created_at: self.created_at });
        }
        unreadable(failure)
    }

    fn reading(&self, from: Position, state: &LogState) -> Reading {
        Reading::new(self.reader.clone(), from, self.restored_to, Some(state.created_at))
    }
}

/// Where the log's stream is not as it must be.
fn differences(replicas: usize, info: &Info) -> Vec<Difference> {
    kept::differences(&kept::wanted(replicas, info.restored_to()), &info.config)
}

/// What the server must be able to do. An older one takes the headers of a batch for decoration.
async fn capable(link: &Link, url: &str) -> Result<Version, ConnectError> {
    let found = link.client().server_info().version;
    let version = Version::parse(&found).filter(|version| *version >= NEEDED);
    let version = version.ok_or_else(|| ConnectError::too_old(url.to_owned(), &found))?;
    let account: Value = match link.api("INFO".to_owned(), &Value::Null).await {
        Ok(account) => account,
        // "JetStream not enabled for account", "JetStream not enabled".
        Err(Failure::Nobody | Failure::Code(10039 | 10076, _)) => {
            return Err(ConnectError::NoJetStream { url: url.to_owned() });
        }
        Err(failure) => return Err(refused(failure, url)),
    };
    match account["api"]["level"].as_u64() {
        Some(level) if level >= NEEDED_API_LEVEL => Ok(version),
        level => {
            let level = level.map_or("none".to_owned(), |level| level.to_string());
            Err(ConnectError::too_old(url.to_owned(), &format!("{found} (API level {level})")))
        }
    }
}

/// A draft as a message.
fn outgoing(draft: Draft) -> Outgoing {
    let mut headers = HeaderMap::new();
    headers.insert(ID_HEADER, draft.id.to_string());
    for (name, value) in draft.headers {
        headers.append(name, value);
    }
    Outgoing { subject: draft.subject, headers, payload: draft.bytes }
}

/// Why nothing was acknowledged.
fn unstored(failure: Failure, expected: Option<Position>) -> AppendError {
    match (failure, expected) {
        (failure, _) if failure.may_pass() => AppendError::OutcomeUnknown(failure.to_string()),
        (Failure::NotPermitted(reason), _) => AppendError::NotPermitted(reason),
        (Failure::Code(REPEATED, _), _) => AppendError::Repeated,
        (Failure::Code(code, _), Some(expected)) if WRONG_LAST_SEQUENCE.contains(&code) => {
            AppendError::Moved { expected }
        }
        (Failure::Code(code, reason), _) if TOO_LARGE.contains(&code) => {
            AppendError::TooLarge { found: reason, allowed: "what the stream takes".into() }
        }
        (Failure::Code(code, reason), _) if FULL.contains(&code) => AppendError::Full(reason),
        (failure, _) => AppendError::Refused(failure.to_string()),
    }
}

/// Why nothing could be read.
pub(crate) fn unreadable(failure: Failure) -> ReadError {
    match failure {
        Failure::NotPermitted(reason) => ReadError::NotPermitted(reason),
        Failure::Unknown(_) | Failure::Nobody | Failure::Code(..) => ReadError::Unreachable(failure.to_string()),
    }
}

/// Why the server could not be used.
pub(crate) fn refused(failure: Failure, url: &str) -> ConnectError {
    let url = url.to_owned();
    match failure {
        Failure::Unknown(reason) => ConnectError::Unreachable { url, reason },
        Failure::Nobody => ConnectError::NoJetStream { url },
        failure if failure.may_pass() => ConnectError::Unreachable { url, reason: failure.to_string() },
        Failure::NotPermitted(reason) => ConnectError::NotPermitted { url, reason },
        Failure::Code(..) => ConnectError::Refused { url, reason: failure.to_string() },
    }
}
