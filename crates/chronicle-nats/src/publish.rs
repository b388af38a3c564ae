//! Messages into a stream: one, or several as one.
//!
//! Atomic batches are ADR-50 of NATS: messages with the same `Nats-Batch-Id` and a running `Nats-Batch-Sequence`
//! are staged, and the one with `Nats-Batch-Commit` stores them all or none. Only that one is answered.

use async_nats::{HeaderMap, HeaderValue};
use bytes::Bytes;
use serde::Deserialize;

use crate::link::{Failure, Link, answered};

const BATCH_ID: &str = "Nats-Batch-Id";
const BATCH_SEQUENCE: &str = "Nats-Batch-Sequence";
const BATCH_COMMIT: &str = "Nats-Batch-Commit";

/// The stream is not at the expected sequence, or the subject is not.
pub(crate) const WRONG_LAST_SEQUENCE: [u64; 2] = [10071, 10164];
/// An id of an atomic batch is known, or is there twice.
pub(crate) const REPEATED: u64 = 10201;
/// A message, or its headers, are larger than the stream takes.
pub(crate) const TOO_LARGE: [u64; 2] = [10054, 10097];
/// The account, the server or the disk has no room: the quota's codes, and that of a write that failed.
pub(crate) const FULL: [u64; 6] = [10002, 10023, 10028, 10047, 10077, 10122];
/// Not now: JetStream is starting or has no leader, an earlier message of the batch went missing, too many batches are
/// open, the same id is being stored.
pub(crate) const NOT_NOW: [u64; 7] = [10008, 10009, 10118, 10158, 10163, 10176, 10211];

/// A message to be stored.
pub(crate) struct Outgoing {
    pub(crate) subject: String,
    pub(crate) headers: HeaderMap,
    pub(crate) payload: Bytes,
}

/// The acknowledgement: it is on disk.
#[derive(Debug, Deserialize)]
pub(crate) struct Stored {
    /// The sequence of the message, the last one of a batch.
    pub(crate) seq: u64,
    /// The id was known, and nothing was stored.
    #[serde(default)]
    pub(crate) duplicate: bool,
    /// How many messages of a batch were stored.
    #[serde(default)]
    count: u64,
}

/// Stores one message.
pub(crate) async fn one(link: &Link, message: Outgoing) -> Result<Stored, Failure> {
    let mut refusals = link.refusals(vec![message.subject.clone()]);
    let answer = link.ask(message.subject, Some(message.headers), message.payload, &mut refusals).await?;
    answered(&answer)
}

/// Stores at least two messages as one.
pub(crate) async fn batch(link: &Link, messages: Vec<Outgoing>) -> Result<Stored, Failure> {
    let count = messages.len() as u64;
    let mut subjects: Vec<String> = messages.iter().map(|message| message.subject.clone()).collect();
    subjects.sort_unstable();
    subjects.dedup();
    let mut refusals = link.refusals(subjects);
    // Unique by construction, and no longer than the 64 characters that the server allows.
    let client = link.client();
    let inbox = client.new_inbox();
    let id = HeaderValue::from(inbox.rsplit('.').next().unwrap_or_default());
    for (number, mut message) in (1..).zip(messages) {
        message.headers.insert(BATCH_ID, id.clone());
        message.headers.insert(BATCH_SEQUENCE, HeaderValue::from(number));
        if number < count {
            let Outgoing { subject, headers, payload } = message;
            let sent = client.publish_with_headers(subject, headers, payload).await;
            sent.map_err(|error| Failure::Code(0, error.to_string()))?;
            continue;
        }
        message.headers.insert(BATCH_COMMIT, "1");
        let answer = link.ask(message.subject, Some(message.headers), message.payload, &mut refusals).await;
        let stored: Result<Stored, Failure> = answer.and_then(|answer| answered(&answer));
        return match (stored, refusals.already()) {
            (Ok(stored), _) if stored.count == count => Ok(stored),
            (Ok(stored), _) => Err(Failure::Unknown(format!("{} of {count} are acknowledged", stored.count))),
            (Err(_), Some(refusal)) => Err(Failure::NotPermitted(refusal.to_string())),
            (Err(failure), None) => Err(failure),
        };
    }
    Err(Failure::Code(0, "the batch is empty".into()))
}
