//! A log that holds what it is given, repeats and garbage too.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use chronicle::{AppendError, Appended, Chronicle, Damage, Draft, Entry, LogState, ReadError};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use jiff::Timestamp;
use summit::{EventId, Position};

/// When every log of these tests was created.
pub(super) const CREATED_AT: Timestamp = Timestamp::constant(1_700_000_000, 0);

/// The entries at positions 1, 2, 3 ….
#[derive(Clone, Default)]
pub(super) struct Log {
    entries: Vec<Entry>,
    /// The first position that cannot be read, if one cannot.
    lost: Option<Position>,
    /// From where it was read.
    reads: Arc<Mutex<Vec<u64>>>,
}

impl Log {
    pub(super) fn of(documents: &[Vec<u8>]) -> Self {
        let entry = |(number, bytes): (u64, &Vec<u8>)| Entry {
            position: Position::new(number),
            stored_at: CREATED_AT + jiff::SignedDuration::from_secs(i64::try_from(number).expect("a short log")),
            subject: wire::Document::decode(bytes).map_or_else(
                |_| format!("chronicle.event.x.{number}"),
                |document| wire::subject(document.event(), None),
            ),
            headers: vec![("Content-Type".into(), "application/cloudevents+json".into())],
            bytes: Bytes::from(bytes.clone()),
        };
        Self { entries: (1..).zip(documents).map(entry).collect(), ..Self::default() }
    }

    /// The log as it was, or will have been, at a position.
    pub(super) fn until(&self, last: usize) -> Self {
        Self { entries: self.entries[..last].to_vec(), ..Self::default() }
    }

    /// The log without what stands at a position.
    pub(super) fn losing(&self, position: usize) -> Self {
        Self { lost: Some(Position::new(position as u64)), ..self.until(self.len()) }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// From where it was read, each time.
    pub(super) fn reads(&self) -> Vec<u64> {
        self.reads.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Chronicle for Log {
    async fn append(&self, _: Draft) -> Result<Appended, AppendError> {
        Err(AppendError::Refused("this log is read only".to_owned()))
    }

    async fn append_all(&self, _: Vec<Draft>, _: Option<Position>) -> Result<Position, AppendError> {
        Err(AppendError::Refused("this log is read only".to_owned()))
    }

    fn read(&self, from: Position) -> BoxStream<'static, Result<Entry, ReadError>> {
        self.reads.lock().unwrap_or_else(PoisonError::into_inner).push(from.get());
        let lost = self.lost.filter(|lost| *lost <= self.entries.last().map_or(Position::START, |last| last.position));
        let entries =
            self.entries.iter().filter(|entry| entry.position >= from && lost.is_none_or(|lost| entry.position < lost));
        let entries: Vec<Entry> = entries.cloned().collect();
        let damage = lost.map(|position| Err(ReadError::Damaged(Damage::Missing { position })));
        stream::iter(entries.into_iter().map(Ok).chain(damage)).boxed()
    }

    fn follow(&self, from: Position) -> BoxStream<'static, Result<Entry, ReadError>> {
        self.read(from).chain(stream::pending()).boxed()
    }

    async fn tail(&self) -> Result<Position, ReadError> {
        Ok(Position::new(self.entries.len() as u64))
    }

    async fn state(&self) -> Result<LogState, ReadError> {
        let last = self.tail().await?;
        let first = last.min(Position::new(1));
        Ok(LogState { created_at: CREATED_AT, first, last, entries: last.get(), missing: None })
    }

    async fn find(&self, _: EventId, _: Position) -> Result<Option<Entry>, ReadError> {
        Ok(None)
    }
}
