//! The log on JetStream.

use std::time::Duration;

use async_nats::{HeaderMap, HeaderValue};
use chronicle::{AppendError, Appended, Chronicle, Draft, Entry, ID_HEADER, ReadError, check_batch};
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use jiff::Timestamp;
use serde_json::Value;
use summit::{EventId, Position};

use crate::deliver::{Delivered, Delivery, Lost, Start};
use crate::link::{Failure, Link};
use crate::publish::{self, FULL, Outgoing, REPEATED, Stored, TOO_LARGE, WRONG_LAST_SEQUENCE};
use crate::settings::{ConnectError, Settings};
use crate::stream::{self as kept, Difference, STREAM, SUBJECTS};
use crate::version::{NEEDED, NEEDED_API_LEVEL, Version};
use crate::views::NatsViews;

const EXPECTED_LAST: &str = "Nats-Expected-Last-Sequence";
/// What the names of the server's own headers begin with.
const OWN_HEADERS: &str = "Nats-";
/// The first and the longest pause between attempts to have the server push again; each doubles the one before.
const RESUME_PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));
/// How often a read is taken up again without any entry in between, before it fails.
const READ_ATTEMPTS: u32 = 2;

/// The log in the stream `CHRONICLE` of a nats-server. Clones share two connections: one writes, the other reads, so
/// that a long read delays no acknowledgement.
#[derive(Clone)]
pub struct NatsChronicle {
    writer: Link,
    reader: Link,
    /// The server's version when we connected.
    version: Version,
    /// How many servers are to keep what has to be created.
    replicas: usize,
    /// When the stream was created, as it was when we connected.
    created_at: Timestamp,
}

/// What the stream holds, by the server's own account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogState {
    /// When the stream was created. Another time means another log.
    pub created_at: Timestamp,
    /// The first position.
    pub first: Position,
    /// The last position.
    pub last: Position,
    /// How many entries there are. Nothing is ever deleted, so any other number than `last` is damage.
    pub entries: u64,
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
        let url = settings.shown_url();
        let writer = Link::connect(settings).await?;
        let version = capable(&writer, &url).await?;
        let reader = Link::connect(settings).await?;
        let wanted = kept::wanted(settings.replicas);
        let info = kept::ensure(&writer, &wanted).await.map_err(|failure| refused(failure, &url))?;
        let differences = kept::differences(&wanted, &info.config);
        if differences.is_empty() {
            return Ok(Self { writer, reader, version, replicas: settings.replicas, created_at: info.created });
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

    /// What the stream holds.
    pub async fn state(&self) -> Result<LogState, ReadError> {
        let info = kept::info(&self.reader, STREAM).await.map_err(unreadable)?;
        let (first, last) = (Position::new(info.state.first_seq), Position::new(info.state.last_seq));
        Ok(LogState { created_at: info.created, first, last, entries: info.state.messages })
    }

    /// Where the stream is not as it must be, now. Empty is good.
    pub async fn differences(&self) -> Result<Vec<Difference>, ReadError> {
        let info = kept::info(&self.reader, STREAM).await.map_err(unreadable)?;
        Ok(kept::differences(&kept::wanted(self.replicas), &info.config))
    }

    /// Whether the server can be reached, as far as the connections know.
    pub fn is_connected(&self) -> bool {
        [&self.writer, &self.reader].iter().all(|link| link.is_connected())
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
            let end = log.tail().await?;
            let reading = Reading::new(log.reader, from);
            let entries = stream::try_unfold(reading, move |mut reading| async move {
                let entry = reading.next_until(end).await?;
                Ok::<_, ReadError>(entry.map(|entry| (entry, reading)))
            });
            Ok::<_, ReadError>(entries)
        };
        stream::once(begun).try_flatten().boxed()
    }

    fn follow(&self, from: Position) -> BoxStream<'static, Result<Entry, ReadError>> {
        stream::try_unfold(Reading::new(self.reader.clone(), from), |mut reading| async move {
            let entry = reading.next().await?;
            Ok(Some((entry, reading)))
        })
        .boxed()
    }

    async fn tail(&self) -> Result<Position, ReadError> {
        Ok(self.state().await?.last)
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

/// Reads on from a position, whatever happens to the deliveries that it reads from.
struct Reading {
    link: Link,
    /// The position to come.
    next: Position,
    /// The delivery under way, if any.
    delivery: Option<Delivery>,
}

impl Reading {
    fn new(link: Link, from: Position) -> Self {
        Self { link, next: from.max(Position::new(1)), delivery: None }
    }

    /// The next entry, whenever it comes, through lost connections and restarted servers.
    async fn next(&mut self) -> Result<Entry, ReadError> {
        let mut pause = RESUME_PAUSES.0;
        loop {
            match self.attempt(None).await {
                Ok(entry) => return Ok(entry),
                Err(Interrupted::Lost(_)) => {}
                Err(Interrupted::Failed(failure)) if failure.may_pass() => {
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(RESUME_PAUSES.1);
                }
                Err(Interrupted::Failed(failure)) => return Err(unreadable(failure)),
                Err(Interrupted::Damage(error)) => return Err(error),
            }
        }
    }

    /// The next entry up to the end, if there is one.
    async fn next_until(&mut self, end: Position) -> Result<Option<Entry>, ReadError> {
        if self.next > end {
            return Ok(None);
        }
        let mut failed = ReadError::Unreachable("the delivery was lost".into());
        for _ in 0..READ_ATTEMPTS {
            match self.attempt(Some(end)).await {
                Ok(entry) => return Ok(Some(entry)),
                Err(Interrupted::Lost(lost)) => failed = ReadError::Unreachable(format!("{lost:?} lost while reading")),
                Err(Interrupted::Failed(failure)) => failed = unreadable(failure),
                Err(Interrupted::Damage(error)) => return Err(error),
            }
        }
        Err(failed)
    }

    /// The next entry of the delivery under way, or of a new one.
    async fn attempt(&mut self, end: Option<Position>) -> Result<Entry, Interrupted> {
        let mut delivery = match self.delivery.take() {
            Some(delivery) => delivery,
            None => self.begin(end).await?,
        };
        let delivered = delivery.next().await.map_err(Interrupted::Lost)?;
        let found = Position::new(delivered.sequence);
        if found != self.next {
            return Err(Interrupted::damage(self.next, found));
        }
        self.next = found.next();
        match end {
            Some(end) if found == end => {}
            // The server has nothing more, although the tail said so.
            Some(end) if delivered.waiting == 0 => return Err(Interrupted::damage(self.next, end)),
            Some(_) | None => self.delivery = Some(delivery),
        }
        Ok(entry(delivered))
    }

    async fn begin(&self, end: Option<Position>) -> Result<Delivery, Interrupted> {
        if end.is_none() {
            // The server would push from its own end on, and say nothing of what it has lost.
            let info = kept::info(&self.link, STREAM).await.map_err(Interrupted::Failed)?;
            let following = Position::new(info.state.last_seq).next();
            if self.next > following {
                return Err(Interrupted::damage(self.next, following));
            }
        }
        let start = Start::At(self.next.get());
        let delivery = Delivery::begin(&self.link, STREAM, SUBJECTS, &start).await.map_err(Interrupted::Failed)?;
        match end {
            Some(end) if delivery.waiting == 0 => Err(Interrupted::damage(self.next, end)),
            Some(_) | None => Ok(delivery),
        }
    }
}

/// Why the next entry did not come.
enum Interrupted {
    Lost(Lost),
    Failed(Failure),
    Damage(ReadError),
}

impl Interrupted {
    fn damage(expected: Position, found: Position) -> Self {
        Self::Damage(ReadError::Gap { expected, found })
    }
}

/// What the server must be able to do. An older one takes the headers of a batch for decoration.
async fn capable(link: &Link, url: &str) -> Result<Version, ConnectError> {
    let found = link.client.server_info().version;
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

/// A message as an entry, without the headers that only the server needs.
fn entry(Delivered { message, sequence, stored_at, .. }: Delivered) -> Entry {
    let mut headers: Vec<(String, String)> = Vec::new();
    for (name, values) in message.headers.iter().flat_map(HeaderMap::iter) {
        let name: &str = name.as_ref();
        if name == ID_HEADER || !name.starts_with(OWN_HEADERS) {
            headers.extend(values.iter().map(|value| (name.to_owned(), value.as_str().to_owned())));
        }
    }
    headers.sort_by(|(left, _), (right, _)| left.cmp(right));
    let (position, subject) = (Position::new(sequence), message.subject.into_string());
    Entry { position, stored_at, subject, headers, bytes: message.payload }
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
fn unreadable(failure: Failure) -> ReadError {
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
        Failure::NotPermitted(reason) => ConnectError::NotPermitted { url, reason },
        Failure::Code(..) => ConnectError::Refused { url, reason: failure.to_string() },
    }
}
