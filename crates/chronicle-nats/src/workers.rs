//! Who works on the published views: a bucket in which each lets itself be heard.
//!
//! It only tells who is there. Nothing rests on it but how soon the work of one who is gone is taken over, so nobody waits
//! for it, and no clock but the server's is compared with itself.

use std::time::Duration;

use async_nats::HeaderMap;
use bytes::Bytes;
use chronicle::ViewError;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use serde_json::{Value, json};

use crate::deliver::{Delivered, Delivery, HEARTBEAT, Start};
use crate::link::{Failure, Link};
use crate::publish::{self, Outgoing};
use crate::stream as kept;
use crate::views::{OPERATION, REMOVED, WATCH_PAUSE, unreachable};

/// The bucket in which workers let themselves be heard, one key for each.
pub const WORKERS_BUCKET: &str = "chronicle-workers";
/// How long the last word of a worker is kept, in nanoseconds: a minute, for those who look who was there.
const KEPT_NANOS: u64 = 60 * 1_000_000_000;

/// The workers of a nats-server. See [`NatsChronicle::workers`](crate::NatsChronicle::workers).
#[derive(Clone)]
pub struct NatsWorkers {
    writer: Link,
    reader: Link,
    /// How many servers are to keep the bucket, if it has to be created.
    replicas: usize,
}

/// A worker was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beat {
    /// Its name.
    pub worker: String,
    /// What it says of itself; nothing where it says that it ends.
    pub said: Option<String>,
}

impl NatsWorkers {
    pub(crate) fn new(writer: Link, reader: Link, replicas: usize) -> Self {
        Self { writer, reader, replicas }
    }

    /// Lets a worker be heard. Its name is a key: letters, digits, `-` and `_`.
    pub async fn beat(&self, worker: &str, said: String) -> Result<(), ViewError> {
        let said = Bytes::from(said);
        match self.store(worker, HeaderMap::new(), said.clone()).await {
            // Nobody was ever there.
            Err(Failure::Nobody) => {
                self.ensure().await.map_err(|failure| unreachable(&failure))?;
                self.store(worker, HeaderMap::new(), said).await
            }
            stored => stored,
        }
        .map_err(|failure| unreachable(&failure))
    }

    /// Says that a worker ends.
    pub async fn leave(&self, worker: &str) -> Result<(), ViewError> {
        let mut headers = HeaderMap::new();
        headers.insert(OPERATION, REMOVED);
        self.store(worker, headers, Bytes::new()).await.map_err(|failure| unreachable(&failure))
    }

    /// Who was heard last, and then everybody as they are heard, for ever. Of those who were heard before, only whose last
    /// word is at most so much older than the newest of all, by the server's clock: whoever listens speaks first.
    pub fn watch(&self, fresh: Duration) -> BoxStream<'static, Result<Beat, ViewError>> {
        let listening = Listening { workers: self.clone(), fresh, heard: Vec::new(), delivery: None };
        stream::try_unfold(listening, |mut listening| async move {
            let beat = listening.next().await?;
            Ok(Some((beat, listening)))
        })
        .boxed()
    }

    async fn ensure(&self) -> Result<(), Failure> {
        kept::ensure(&self.writer, &bucket(self.replicas)).await.map(drop)
    }

    async fn store(&self, worker: &str, headers: HeaderMap, payload: Bytes) -> Result<(), Failure> {
        publish::one(&self.writer, Outgoing { subject: subject(worker), headers, payload }).await.map(drop)
    }
}

/// Hears workers, whatever happens to the deliveries.
struct Listening {
    workers: NatsWorkers,
    fresh: Duration,
    /// What stood there when it began to listen, and is still to be told; the next one last.
    heard: Vec<Beat>,
    delivery: Option<Delivery>,
}

impl Listening {
    async fn next(&mut self) -> Result<Beat, ViewError> {
        loop {
            if let Some(beat) = self.heard.pop() {
                return Ok(beat);
            }
            if let Some(mut delivery) = self.delivery.take() {
                // A delivery that is lost is begun again.
                if let Ok(delivered) = delivery.next().await {
                    self.delivery = Some(delivery);
                    if let Some(beat) = beat(&delivered) {
                        return Ok(beat);
                    }
                }
                continue;
            }
            match self.begin().await {
                Ok(()) => {}
                Err(Some(failure)) if !failure.may_pass() => return Err(unreachable(&failure)),
                Err(_) => tokio::time::sleep(WATCH_PAUSE).await,
            }
        }
    }

    /// Hears those who were heard before.
    async fn begin(&mut self) -> Result<(), Option<Failure>> {
        self.workers.ensure().await.map_err(Some)?;
        let (stream, filter) = (format!("KV_{WORKERS_BUCKET}"), subject(">"));
        let delivery =
            Delivery::begin(&self.workers.reader, &stream, Some(&filter), &Start::LastOfEach, HEARTBEAT).await;
        let mut delivery = delivery.map_err(Some)?;
        let (mut stood, mut waiting) = (Vec::new(), delivery.waiting);
        while waiting > 0 {
            let delivered = delivery.next().await.map_err(|_| None)?;
            waiting = delivered.waiting;
            stood.push(delivered);
        }
        let newest = stood.iter().map(|delivered| delivered.stored_at).max();
        let fresh = |delivered: &&Delivered| {
            newest.is_some_and(|newest| newest.duration_since(delivered.stored_at).unsigned_abs() <= self.fresh)
        };
        self.heard = stood.iter().rev().filter(fresh).filter_map(beat).collect();
        self.delivery = Some(delivery);
        Ok(())
    }
}

/// A message as what it tells.
fn beat(delivered: &Delivered) -> Option<Beat> {
    let message = &delivered.message;
    let worker = message.subject.strip_prefix(&subject(""))?.to_owned();
    let ends = message.headers.as_ref().is_some_and(|headers| headers.get(OPERATION).is_some());
    Some(Beat { worker, said: (!ends).then(|| String::from_utf8_lossy(&message.payload).into_owned()) })
}

fn subject(worker: &str) -> String {
    format!("$KV.{WORKERS_BUCKET}.{worker}")
}

/// The stream behind the bucket, as the clients of NATS create it.
fn bucket(replicas: usize) -> Value {
    json!({
        "name": format!("KV_{WORKERS_BUCKET}"),
        "subjects": [subject(">")],
        "retention": "limits",
        "storage": "file",
        "discard": "new",
        "max_consumers": -1,
        "max_msgs": -1,
        "max_msgs_per_subject": 1,
        "max_bytes": -1,
        "max_age": KEPT_NANOS,
        "duplicate_window": KEPT_NANOS,
        "num_replicas": replicas,
        "allow_rollup_hdrs": true,
        "deny_delete": true,
        "allow_direct": true,
    })
}
