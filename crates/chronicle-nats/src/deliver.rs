//! Messages of a stream, pushed by the server: no request is made while nothing happens.
//!
//! The client library's ordered consumer would do, but it asks for itself when it must be made again, for ever and
//! unseen; here every loss comes back to the caller, who knows where it was.

use std::time::Duration;

use async_nats::{HeaderMap, HeaderName, HeaderValue, Message, StatusCode, Subscriber};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::{FutureExt, StreamExt};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::copies::ASKED_MOST;
use crate::link::{Failure, Link};
use crate::stream::{STREAM, Stored};

/// How often the server says that nothing happened.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(5);
/// How often it does so to those who read what is there already, so that they soon know when it cannot be read.
pub(crate) const READING_HEARTBEAT: Duration = Duration::from_millis(250);
/// How long neither message nor heartbeat may come before the delivery counts as lost.
const HEARTBEAT_PATIENCE: Duration = Duration::from_secs(12);
/// How long the server keeps a delivery that nobody listens to.
const ABANDONED: Duration = Duration::from_secs(10);
/// The header of a heartbeat that says how many messages were delivered.
const LAST_DELIVERED: &str = "Nats-Last-Consumer";
/// The header of a heartbeat that says where to answer when the server waits for us.
const STALLED: &str = "Nats-Consumer-Stalled";

const SECOND_NANOS: i64 = 1_000_000_000;

/// Where a delivery begins.
pub(crate) enum Start {
    /// With this sequence.
    At(u64),
    /// With the last message of each subject.
    LastOfEach,
}

/// A delivery under way.
pub(crate) struct Delivery {
    link: Link,
    subscriber: Subscriber,
    losses: watch::Receiver<u64>,
    /// The server of a cluster that makes it, from its own copy.
    pub(crate) server: String,
    /// How many messages have come.
    delivered: u64,
    /// How many messages stood there, by the last word of the server.
    pub(crate) waiting: u64,
}

/// A message as delivered.
pub(crate) struct Delivered {
    pub(crate) message: Message,
    pub(crate) sequence: u64,
    pub(crate) stored_at: Timestamp,
    /// How many more stand there.
    pub(crate) waiting: u64,
}

impl Delivered {
    /// A message that was asked for, as it would have been pushed; nothing where the server's answer cannot be understood.
    /// What the client library would not read of its headers is left out.
    pub(crate) fn spelled_out(stored: Stored) -> Option<Self> {
        let Stored { subject, seq, hdrs, data, time } = stored;
        let (written, payload) = (STANDARD.decode(hdrs).ok()?, Bytes::from(STANDARD.decode(data).ok()?));
        let headers = (!written.is_empty()).then(|| headers(&String::from_utf8_lossy(&written)));
        let (subject, length) = (subject.into(), payload.len());
        let message = Message { subject, reply: None, payload, headers, status: None, description: None, length };
        Some(Self { message, sequence: seq, stored_at: time, waiting: 0 })
    }
}

/// What can be read of headers as they were sent, behind the line with the version.
fn headers(text: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut lines = text.lines().skip(1).filter(|line| !line.is_empty()).peekable();
    while let Some(line) = lines.next() {
        let named = line.split_once(':').and_then(|(name, value)| Some((name.parse::<HeaderName>().ok()?, value)));
        let Some((name, value)) = named else { continue };
        let mut value = value.trim_start().to_owned();
        while let Some(more) = lines.next_if(|line| line.starts_with(char::is_whitespace)) {
            value.push_str(more);
        }
        if let Ok(value) = value.trim_end().parse::<HeaderValue>() {
            headers.append(name, value);
        }
    }
    headers
}

/// The delivery is lost: make another one.
#[derive(Debug)]
pub(crate) enum Lost {
    /// With the connection.
    Connection,
    /// Messages were dropped on the way, or the server forgot the delivery.
    Delivery,
}

/// What the server says of a delivery that it made.
#[derive(Deserialize)]
struct Made {
    #[serde(default)]
    num_pending: u64,
    #[serde(default)]
    cluster: MadeIn,
}

/// By which server of a cluster.
#[derive(Deserialize, Default)]
struct MadeIn {
    #[serde(default)]
    leader: String,
}

impl Delivery {
    /// Has the server push what matches `filter`, or everything: a subscription, and one request.
    ///
    /// Everything is not the same as a filter that matches everything: behind a filter the server counts and finds messages
    /// by a tree of their subjects, and nats-server 2.15.1 does not find those that have a byte 127 in theirs.
    pub(crate) async fn begin(
        link: &Link,
        stream: &str,
        filter: Option<&str>,
        start: &Start,
        heartbeat: Duration,
    ) -> Result<Self, Failure> {
        let losses = link.losses();
        let client = link.client();
        let inbox = client.new_inbox();
        // One name for each delivery, and one that the server's lists show with its owner's inbox.
        let name = inbox.rsplit('.').next().unwrap_or_default().to_owned();
        let subscriber = match client.subscribe(inbox.clone()).await {
            Ok(subscriber) => subscriber,
            Err(error) => {
                Box::pin(link.revive()).await;
                return Err(Failure::Unknown(error.to_string()));
            }
        };
        let mut config = config(&name, &inbox, heartbeat);
        match start {
            Start::At(sequence) => {
                config["deliver_policy"] = "by_start_sequence".into();
                config["opt_start_seq"] = (*sequence).max(1).into();
            }
            Start::LastOfEach => config["deliver_policy"] = "last_per_subject".into(),
        }
        let mut request = format!("CONSUMER.CREATE.{stream}.{name}");
        if let Some(filter) = filter {
            config["filter_subject"] = filter.into();
            request = format!("{request}.{filter}");
        }
        let body: Value = json!({ "stream_name": stream, "config": config });
        let made: Made = link.api(request, &body).await?;
        let (server, waiting) = (made.cluster.leader, made.num_pending);
        Ok(Self { link: link.clone(), subscriber, losses, server, delivered: 0, waiting })
    }

    /// Has one server of a cluster push the log from its beginning, as its own copy has it; none where others make all
    /// deliveries.
    pub(crate) async fn begin_at(link: &Link, server: &str) -> Result<Option<Self>, Failure> {
        for _ in 0..ASKED_MOST {
            let losses = link.losses();
            let client = link.client();
            let inbox = client.new_inbox();
            let name = inbox.rsplit('.').next().unwrap_or_default().to_owned();
            let mut config = config(&name, &inbox, READING_HEARTBEAT);
            config["deliver_policy"] = "all".into();
            let body: Value = json!({ "stream_name": STREAM, "config": config });
            let made: Made = link.api(format!("CONSUMER.CREATE.{STREAM}.{name}"), &body).await?;
            if made.cluster.leader != server {
                continue;
            }
            // Nothing is sent before somebody listens.
            let subscriber = client.subscribe(inbox).await.map_err(|error| Failure::Unknown(error.to_string()))?;
            let (server, waiting) = (made.cluster.leader, made.num_pending);
            return Ok(Some(Self { link: link.clone(), subscriber, losses, server, delivered: 0, waiting }));
        }
        Ok(None)
    }

    /// The next message, whenever it comes.
    pub(crate) async fn next(&mut self) -> Result<Delivered, Lost> {
        loop {
            if let Some(delivered) = self.next_or_silence().await? {
                return Ok(delivered);
            }
        }
    }

    /// The next message, whenever it comes; or nothing, where the server has messages waiting and says that it has
    /// nothing to deliver, as it does when it cannot read them.
    pub(crate) async fn next_or_silence(&mut self) -> Result<Option<Delivered>, Lost> {
        loop {
            // What has come already needs no timer.
            let message = if let Some(message) = self.subscriber.next().now_or_never() {
                message
            } else {
                tokio::select! {
                    _ = self.losses.changed() => return Err(Lost::Connection),
                    waited = tokio::time::timeout(HEARTBEAT_PATIENCE, self.subscriber.next()) => {
                        waited.map_err(|_| Lost::Delivery)?
                    }
                }
            };
            let message = message.ok_or(Lost::Connection)?;
            match message.status {
                None => return self.arrived(message).map(Some),
                Some(StatusCode::IDLE_HEARTBEAT) => {
                    self.heartbeat(&message).await?;
                    if self.waiting > 0 {
                        return Ok(None);
                    }
                }
                Some(_) => return Err(Lost::Delivery),
            }
        }
    }

    /// A message, if it is the next one.
    fn arrived(&mut self, message: Message) -> Result<Delivered, Lost> {
        let place = message.reply.as_deref().and_then(Place::parse).ok_or(Lost::Delivery)?;
        if place.delivered != self.delivered + 1 {
            return Err(Lost::Delivery);
        }
        (self.delivered, self.waiting) = (place.delivered, place.waiting);
        let Place { sequence, stored_at, waiting, .. } = place;
        Ok(Delivered { message, sequence, stored_at, waiting })
    }

    /// The server says that it is there, or asks whether we are: nothing else is ever sent from here.
    async fn heartbeat(&self, message: &Message) -> Result<(), Lost> {
        let header = |name| message.headers.as_ref().and_then(|headers| headers.get(name));
        let wanted = message.reply.clone().or_else(|| header(STALLED).map(|value| value.as_str().into()));
        if let Some(subject) = wanted {
            self.link.client().publish(subject, Bytes::new()).await.map_err(|_| Lost::Connection)?;
        }
        match header(LAST_DELIVERED).and_then(|value| value.as_str().parse::<u64>().ok()) {
            Some(delivered) if delivered != self.delivered => Err(Lost::Delivery),
            Some(_) | None => Ok(()),
        }
    }
}

/// What the reply subject of a delivered message says.
struct Place {
    sequence: u64,
    delivered: u64,
    stored_at: Timestamp,
    waiting: u64,
}

impl Place {
    /// Reads `$JS.ACK.<stream>.<consumer>.<times>.<sequence>.<delivered>.<nanoseconds>.<waiting>`; newer servers put
    /// domain and account before the stream, and may put more behind.
    fn parse(reply: &str) -> Option<Self> {
        let rest = reply.strip_prefix("$JS.ACK.")?;
        let before_sequence = if rest.split('.').count() >= 9 { 5 } else { 3 };
        let mut tokens = rest.split('.').skip(before_sequence);
        let mut number = || tokens.next()?.parse::<i64>().ok();
        let (sequence, delivered, nanoseconds, waiting) = (number()?, number()?, number()?, number()?);
        let (second, rest) = (nanoseconds.div_euclid(SECOND_NANOS), nanoseconds.rem_euclid(SECOND_NANOS));
        Some(Self {
            sequence: sequence.try_into().ok()?,
            delivered: delivered.try_into().ok()?,
            stored_at: Timestamp::new(second, rest.try_into().ok()?).ok()?,
            waiting: waiting.try_into().ok()?,
        })
    }
}

/// A delivery that the server forgets once nobody listens.
fn config(name: &str, inbox: &str, heartbeat: Duration) -> Value {
    json!({
        "name": name,
        "deliver_subject": inbox,
        "ack_policy": "none",
        "max_deliver": 1,
        "replay_policy": "instant",
        "flow_control": true,
        "idle_heartbeat": nanos(heartbeat),
        "inactive_threshold": nanos(ABANDONED),
        "mem_storage": true,
        "num_replicas": 1,
    })
}

/// As the server writes durations.
fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
