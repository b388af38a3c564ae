//! Stored documents, some at a time: found in the index, read from the log. Between two times nothing is held, so that
//! whoever stops reading holds up nobody.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chronicle::{Entry, ReadError};
use futures::TryStreamExt;
use projector::{EventFilter, Indexed};
use summit::{EventId, Position};
use wire::Document;

use super::lanes::Lane;
use crate::problem::{Code, Problem};
use crate::service::Service;

/// How many positions are looked at while the index is held.
const LOOKED_AT_ONCE: u64 = 1024;
/// How many bytes of documents are in memory at once, for one reader, and one document more.
const READ_AT_ONCE: usize = 1024 * 1024;
/// How many entries that nobody asked for are read rather than reading from another place.
const READ_OVER: u64 = 256;
/// How long reading from the log may take, for what is in memory at once.
const READ_PATIENCE: Duration = Duration::from_secs(10);

/// History up to a position, as it is asked for.
#[derive(Clone)]
pub(super) struct History {
    pub(super) service: Service,
    pub(super) filter: EventFilter,
    /// Only these, where somebody asks for what views rest on.
    pub(super) only: Option<Arc<BTreeSet<EventId>>>,
    /// It ends here, however much comes meanwhile.
    pub(super) upto: Position,
}

/// Some of it.
#[derive(Debug)]
pub(super) struct Chunk {
    /// The documents, each on one line, without its end.
    pub(super) documents: Vec<(Position, Bytes)>,
    /// All that is asked for up to here was given.
    pub(super) position: Position,
}

/// The document of the event at a position, as it was stored.
pub(crate) async fn document_at(service: &Service, position: Position) -> Result<Bytes, Problem> {
    let history = History { service: service.clone(), filter: EventFilter::default(), only: None, upto: position };
    let before = Position::new(position.get() - 1);
    let document = history.chunk(before, 1).await?.documents.pop();
    let missing = || Problem::new(Code::Unreachable, format!("position {position} cannot be read"));
    document.map(|(_, document)| document).ok_or_else(missing)
}

impl History {
    /// What comes behind a position, at most so many, and at most what may be in memory at once.
    pub(super) async fn chunk(&self, after: Position, most: usize) -> Result<Chunk, Problem> {
        let (mut wanted, mut looked) = (Vec::new(), after);
        // One more than asked for, to know whether there is more.
        while looked < self.upto && wanted.len() <= most {
            let upto = Position::new(looked.get().saturating_add(LOOKED_AT_ONCE).min(self.upto.get()));
            let history = self.clone();
            let found = self.service.lanes().work(Lane::Quick, move || history.matching(looked, upto)).await?;
            wanted.extend(found);
            looked = upto;
        }
        let more = wanted.len() > most;
        wanted.truncate(most);
        let documents = tokio::time::timeout(READ_PATIENCE, self.read(&wanted)).await.map_err(|_| {
            let detail = format!("the log gave nothing within {} s", READ_PATIENCE.as_secs());
            Problem::new(Code::Unreachable, detail)
        })?;
        let documents = documents.map_err(|error| unreadable(&error))?;
        let whole = !more && documents.len() == wanted.len();
        let last = documents.last().map_or(looked, |(position, _)| *position);
        Ok(Chunk { documents, position: if whole { looked } else { last } })
    }

    /// Where the events that are asked for stand, behind one position and up to another.
    fn matching(&self, after: Position, upto: Position) -> Vec<Position> {
        self.service.index().ask(|index| {
            let records = (after.next().get()..=upto.get()).filter_map(|number| index.record_at(Position::new(number)));
            let wanted = records.filter(|record| {
                let only = self.only.as_ref().is_none_or(|only| only.contains(&record.event.id));
                only && index.matches_at(record.event.id, &self.filter, self.upto)
            });
            wanted.map(|record| record.position).collect()
        })
    }

    /// The documents at some positions, in order, up to what may be in memory at once.
    async fn read(&self, wanted: &[Position]) -> Result<Vec<(Position, Bytes)>, ReadError> {
        let log = self.service.log();
        let (mut documents, mut bytes) = (Vec::new(), 0);
        let Some(first) = wanted.first() else { return Ok(documents) };
        let (mut entries, mut at) = (log.read(*first), *first);
        for position in wanted {
            if bytes >= READ_AT_ONCE {
                break;
            }
            if position.get() - at.get() > READ_OVER {
                (entries, at) = (log.read(*position), *position);
            }
            while at <= *position {
                let gone = || ReadError::Unreachable(format!("the log ends before position {position}"));
                let entry = entries.try_next().await?.ok_or_else(gone)?;
                at = entry.position.next();
                if entry.position == *position {
                    let document = Bytes::from(self.line(&entry));
                    bytes += document.len();
                    documents.push((*position, document));
                }
            }
        }
        Ok(documents)
    }

    /// The stored document on one line.
    fn line(&self, entry: &Entry) -> Vec<u8> {
        Document::line(&entry.headers, &entry.bytes).unwrap_or_else(|_| {
            // The index read it once.
            self.service.index().ask(|index| {
                let event = index.record_at(entry.position).map(|record| record.event.clone());
                event.map(|event| Document::from_event(event).encode()).unwrap_or_default()
            })
        })
    }
}

/// Why the log gave nothing.
fn unreadable(error: &ReadError) -> Problem {
    tracing::warn!("the log could not be read for a question: {error}");
    let code = if error.damaged_at().is_some() { Code::Damaged } else { Code::Unreachable };
    Problem::new(code, format!("history cannot be read: {error}"))
}
