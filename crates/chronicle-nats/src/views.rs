//! Published views as key-value buckets, readable by any NATS client.
//!
//! A bucket is a stream with one message per key. Changes and checkpoint go into it as one atomic batch, the checkpoint
//! first and with the revision that the writer built on: the server refuses a stale writer's batch whole.

use std::collections::BTreeMap;
use std::time::Duration;

use async_nats::{HeaderMap, HeaderValue, Message};
use bytes::Bytes;
use chronicle::{
    ApplyError, CHECKPOINT_KEY, Change, Checkpoint, Contents, MAX_PARTITIONS, Revision, Scope, Step, ViewError,
    ViewStore, ViewUpdate, check_changes, check_steps,
};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use serde_json::{Value, json};

use crate::deliver::{Delivered, Delivery, HEARTBEAT, Start};
use crate::link::{Failure, Link};
use crate::publish::{self, FULL, Outgoing, WRONG_LAST_SEQUENCE};
use crate::stream::{self as kept, NO_MESSAGE, NO_STREAM};

const EXPECTED_LAST: &str = "Nats-Expected-Last-Subject-Sequence";
/// The header of a message that is no value, and what it says of a removed key.
pub(crate) const OPERATION: &str = "KV-Operation";
pub(crate) const REMOVED: &str = "DEL";
/// How often a bucket that is being read is asked for again, when its delivery is lost.
const LOAD_ATTEMPTS: usize = 3;
/// The pause between attempts to watch again.
pub(crate) const WATCH_PAUSE: Duration = Duration::from_millis(500);

/// The published views of a nats-server. See [`NatsChronicle::views`](crate::NatsChronicle::views).
#[derive(Clone)]
pub struct NatsViews {
    writer: Link,
    reader: Link,
    /// How many servers are to keep a bucket that has to be created.
    replicas: usize,
}

impl NatsViews {
    pub(crate) fn new(writer: Link, reader: Link, replicas: usize) -> Self {
        Self { writer, reader, replicas }
    }

    /// Finds the bucket of a view, or creates it.
    async fn ensure(&self, view: &str) -> Result<(), Failure> {
        kept::ensure(&self.writer, &bucket(view, self.replicas)).await.map(drop)
    }

    /// The last message of a key, removed or not, and its sequence: asked of the leader, for the copies of others may be
    /// behind, and what is seen must not go back.
    async fn last(&self, view: &str, key: &str) -> Result<Option<(Message, u64)>, ViewError> {
        match kept::last(&self.reader, &format!("KV_{view}"), &subject(view, key)).await {
            Ok(stored) => {
                let found = Delivered::spelled_out(stored).map(|found| (found.message, found.sequence));
                found.map(Some).ok_or_else(|| ViewError::Damaged(format!("\"{key}\" cannot be read")))
            }
            Err(Failure::Code(NO_STREAM | NO_MESSAGE, _)) => Ok(None),
            Err(failure) => Err(unreachable(&failure)),
        }
    }

    /// Stores the messages of one move.
    async fn store(&self, messages: Vec<Outgoing>) -> Result<u64, Failure> {
        let before = messages.len() as u64 - 1;
        let mut messages = messages;
        let stored = match messages.pop() {
            Some(only) if messages.is_empty() => publish::one(&self.writer, only).await?,
            last => publish::batch(&self.writer, messages.into_iter().chain(last).collect()).await?,
        };
        Ok(stored.seq - before)
    }

    /// Every checkpoint of a view, asked for one by one: partitions are numbered without a gap.
    ///
    /// A delivery would not do. A message that is replaced while the bucket is delivered is not delivered, and its successor
    /// may be behind the one that says that nothing waits.
    async fn checkpoints(&self, view: &str) -> Result<BTreeMap<Scope, Checkpoint>, ViewError> {
        let mut found = BTreeMap::new();
        for scope in std::iter::once(Scope::Whole).chain((0..MAX_PARTITIONS).map(Scope::Partition)) {
            match self.last(view, &scope.key()).await? {
                Some((message, revision)) => drop(found.insert(scope, checkpoint(revision, &message.payload)?)),
                None => break,
            }
        }
        Ok(found)
    }

    /// What stands in a view, from one delivery, but for what is replaced meanwhile.
    async fn collect(&self, view: &str) -> Result<Contents, Option<Failure>> {
        let mut contents = Contents::default();
        let begun =
            Delivery::begin(&self.reader, &format!("KV_{view}"), Some(&filter(view)), &Start::LastOfEach, HEARTBEAT)
                .await;
        let mut delivery = match begun {
            Err(Failure::Code(NO_STREAM, _)) => return Ok(contents),
            begun => begun.map_err(Some)?,
        };
        let mut waiting = delivery.waiting;
        while waiting > 0 {
            let delivered = delivery.next().await.map_err(|_| None)?;
            waiting = delivered.waiting;
            let Some(Change { key, value: Some(value) }) = change(view, delivered.message) else { continue };
            let Some(scope) = Scope::of_key(&key) else {
                contents.values.insert(key, value);
                continue;
            };
            let checkpoint = checkpoint(delivered.sequence, &value);
            contents.checkpoints.insert(scope, checkpoint.map_err(|error| Some(Failure::Code(0, error.to_string())))?);
        }
        Ok(contents)
    }
}

impl ViewStore for NatsViews {
    async fn checkpoint(&self, view: &str) -> Result<Checkpoint, ViewError> {
        let found = self.last(view, CHECKPOINT_KEY).await?;
        found.map_or(Ok(Checkpoint::default()), |(message, revision)| checkpoint(revision, &message.payload))
    }

    async fn move_on(&self, view: &str, steps: &[Step], changes: Vec<Change>) -> Result<Vec<Checkpoint>, ApplyError> {
        check_changes(view, &changes)?;
        check_steps(steps, &changes)?;
        let messages = || {
            let steps = steps.iter().map(|step| {
                let mut headers = HeaderMap::new();
                headers.insert(EXPECTED_LAST, HeaderValue::from(step.expected.get()));
                let payload = step.position.to_string().into();
                Outgoing { subject: subject(view, &step.scope.key()), headers, payload }
            });
            steps.chain(changes.iter().map(|change| outgoing(view, change))).collect()
        };
        let expected = steps[0].expected;
        let mut stored = self.store(messages()).await;
        if stored == Err(Failure::Nobody) {
            // A view nobody wrote to has no bucket yet. Nothing was stored, so the same may be sent again.
            self.ensure(view).await.map_err(|failure| unapplied(&failure, expected))?;
            stored = self.store(messages()).await;
        }
        let first = stored.map_err(|failure| unapplied(&failure, expected))?;
        let revisions = (first..).map(Revision::new);
        Ok(steps
            .iter()
            .zip(revisions)
            .map(|(Step { position, .. }, revision)| Checkpoint { revision, position: *position })
            .collect())
    }

    async fn value(&self, view: &str, key: &str) -> Result<Option<Bytes>, ViewError> {
        let last = self.last(view, key).await?;
        Ok(last.map(|(message, _)| message).filter(|message| !removed(message)).map(|message| message.payload))
    }

    async fn contents(&self, view: &str) -> Result<Contents, ViewError> {
        // Before the values: whoever moves the view while they are read refuses who builds on these.
        let checkpoints = self.checkpoints(view).await?;
        let mut failed = Failure::Unknown("the delivery was lost".into());
        for _ in 0..LOAD_ATTEMPTS {
            match self.collect(view).await {
                Ok(Contents { checkpoints: seen, values }) => {
                    // A server of several may know less than the one that was asked for the checkpoints.
                    let behind = |(scope, at): (&Scope, &Checkpoint)| {
                        seen.get(scope).is_some_and(|seen| seen.revision < at.revision)
                    };
                    if !checkpoints.iter().any(behind) {
                        return Ok(Contents { checkpoints, values });
                    }
                    failed = Failure::Unknown("the server that was asked is behind".into());
                }
                Err(None) => {}
                Err(Some(failure)) if failure.may_pass() => failed = failure,
                Err(Some(failure)) => return Err(unreachable(&failure)),
            }
        }
        Err(unreachable(&failed))
    }

    fn watch(&self, view: &str) -> BoxStream<'static, Result<ViewUpdate, ViewError>> {
        self.watching(view, filter(view))
    }

    fn watch_checkpoints(&self, view: &str) -> BoxStream<'static, Result<(Scope, Checkpoint), ViewError>> {
        // Two filters on one delivery are dear to the server, and so each has its own.
        let [whole, parts] = [CHECKPOINT_KEY.to_owned(), format!("{CHECKPOINT_KEY}.>")];
        let both =
            stream::select(self.watching(view, subject(view, &whole)), self.watching(view, subject(view, &parts)));
        let moves = both.filter_map(|update| async {
            match update {
                Ok(ViewUpdate::Moved(scope, checkpoint)) => Some(Ok((scope, checkpoint))),
                Ok(ViewUpdate::Changed(_)) => None,
                Err(error) => Some(Err(error)),
            }
        });
        moves.boxed()
    }
}

impl NatsViews {
    /// What comes under subjects of a view.
    fn watching(&self, view: &str, subjects: String) -> BoxStream<'static, Result<ViewUpdate, ViewError>> {
        let watching = Watching { views: self.clone(), view: view.to_owned(), subjects, seen: 0, delivery: None };
        stream::try_unfold(watching, |mut watching| async move {
            let update = watching.next().await?;
            Ok(Some((update, watching)))
        })
        .boxed()
    }
}

/// Watches a view, whatever happens to the deliveries.
struct Watching {
    views: NatsViews,
    view: String,
    /// Which of its subjects.
    subjects: String,
    /// The last sequence seen.
    seen: u64,
    delivery: Option<Delivery>,
}

impl Watching {
    async fn next(&mut self) -> Result<ViewUpdate, ViewError> {
        loop {
            let mut delivery = match self.delivery.take() {
                Some(delivery) => delivery,
                None => match self.begin().await {
                    Ok(delivery) => delivery,
                    Err(failure) if failure.may_pass() => {
                        tokio::time::sleep(WATCH_PAUSE).await;
                        continue;
                    }
                    Err(failure) => return Err(unreachable(&failure)),
                },
            };
            let Ok(Delivered { message, sequence, .. }) = delivery.next().await else { continue };
            self.delivery = Some(delivery);
            self.seen = sequence;
            let Some(change) = change(&self.view, message) else { continue };
            return match Scope::of_key(&change.key) {
                Some(scope) => {
                    let checkpoint = checkpoint(sequence, &change.value.unwrap_or_default())?;
                    Ok(ViewUpdate::Moved(scope, checkpoint))
                }
                None => Ok(ViewUpdate::Changed(change)),
            };
        }
    }

    async fn begin(&self) -> Result<Delivery, Failure> {
        self.views.ensure(&self.view).await?;
        let start = if self.seen == 0 { Start::LastOfEach } else { Start::At(self.seen + 1) };
        Delivery::begin(&self.views.reader, &format!("KV_{}", self.view), Some(&self.subjects), &start, HEARTBEAT).await
    }
}

/// Whether a bucket of this name is one of published views, by their names.
pub(crate) fn is_ours(view: &str) -> bool {
    let numbered = |name: &str| view.strip_prefix(name).is_some_and(|version| version.parse::<u32>().is_ok());
    view == "chronicle" || ["membership-", "attendance-"].into_iter().any(numbered)
}

/// The stream behind a bucket, as the clients of NATS create it, but with atomic batches.
pub(crate) fn bucket(view: &str, replicas: usize) -> Value {
    json!({
        "name": format!("KV_{view}"),
        "subjects": [filter(view)],
        "retention": "limits",
        "storage": "file",
        "compression": "s2",
        "discard": "new",
        "max_consumers": -1,
        "max_msgs": -1,
        "max_msgs_per_subject": 1,
        "max_bytes": -1,
        "max_msg_size": -1,
        "duplicate_window": 120_000_000_000_u64,
        "num_replicas": replicas,
        "allow_rollup_hdrs": true,
        "deny_delete": true,
        "allow_direct": true,
        "allow_atomic": true,
    })
}

fn filter(view: &str) -> String {
    format!("$KV.{view}.>")
}

fn subject(view: &str, key: &str) -> String {
    format!("$KV.{view}.{key}")
}

/// A change as a message.
fn outgoing(view: &str, change: &Change) -> Outgoing {
    let mut headers = HeaderMap::new();
    if change.value.is_none() {
        headers.insert(OPERATION, REMOVED);
    }
    let payload = change.value.clone().unwrap_or_default();
    Outgoing { subject: subject(view, &change.key), headers, payload }
}

/// A message as a change, if it is one of this view's.
fn change(view: &str, message: Message) -> Option<Change> {
    let key = message.subject.strip_prefix(&subject(view, ""))?.to_owned();
    let value = (!removed(&message)).then_some(message.payload);
    Some(Change { key, value })
}

/// Whether a message says that its key is no more, by removal or purge.
fn removed(message: &Message) -> bool {
    message.headers.as_ref().is_some_and(|headers| headers.get(OPERATION).is_some())
}

/// Reads a checkpoint.
fn checkpoint(revision: u64, payload: &[u8]) -> Result<Checkpoint, ViewError> {
    let position = std::str::from_utf8(payload).ok().and_then(|text| text.parse().ok());
    let position = position.ok_or_else(|| ViewError::Damaged("its checkpoint is no position".into()))?;
    Ok(Checkpoint { revision: Revision::new(revision), position })
}

fn unapplied(failure: &Failure, expected: Revision) -> ApplyError {
    match failure {
        Failure::Code(code, _) if WRONG_LAST_SEQUENCE.contains(code) => ApplyError::Stale { expected },
        // A full disk may pass as well.
        Failure::Code(code, _) if FULL.contains(code) => ApplyError::OutcomeUnknown(failure.to_string()),
        _ if failure.may_pass() => ApplyError::OutcomeUnknown(failure.to_string()),
        Failure::Unknown(_) | Failure::Nobody | Failure::NotPermitted(_) | Failure::Code(..) => {
            ApplyError::Refused(failure.to_string())
        }
    }
}

pub(crate) fn unreachable(failure: &Failure) -> ViewError {
    ViewError::Unreachable(failure.to_string())
}
