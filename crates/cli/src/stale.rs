//! What can still be answered where the log is damaged: from what is surely good, and marked as stale.

use std::path::Path;

use chronicle::{Chronicle, Entry, ReadError};
use chronicle_nats::NatsChronicle;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use jiff::Timestamp;
use projector::archive::ArchiveEntries;
use projector::{Halted, Index};
use summit::Position;

use crate::anchors::Anchors;
use crate::args::Global;
use crate::connect::{Connection, Place, snapshots};
use crate::error::{Code, Failure};
use crate::output::Output;

/// What is surely good of a damaged log.
pub(crate) struct Good<'a> {
    /// When the log was created that is known here, whatever stands in its place now.
    created_at: Timestamp,
    archive: Option<&'a Path>,
    /// The log, where what can be read from its beginning on is what was written there.
    log: Option<&'a NatsChronicle>,
}

impl<'a> Good<'a> {
    /// Nothing where the log is not damaged, or nothing is known of it.
    pub(crate) fn of(anchors: &'a Anchors, connection: Option<&'a Connection>, failure: &Failure) -> Option<Self> {
        if failure.code() != Code::Damaged {
            return None;
        }
        // Whatever stands in the log's place now: what was known of it is asked for.
        let known = anchors.known().unwrap_or_default();
        let there = connection.map(|connection| connection.log.created_at());
        let created_at = known.first().map(|anchor| anchor.created_at).or(there)?;
        let log =
            connection.filter(|_| there == Some(created_at) && failure.begins_well()).map(|connection| &connection.log);
        Some(Self { created_at, archive: anchors.archive_of(created_at), log })
    }

    /// An index of it: the newest good snapshot, the archive behind it, and the log before its damage where it is there.
    /// Nothing where nothing is good.
    pub(crate) async fn index(&self, global: &Global) -> Option<Index> {
        let own_server = matches!(Place::of(global), Ok(Place::Data(_)));
        let index = snapshots(global, own_server, self.created_at).salvage(self.archive, self.log).await;
        (index.tail() > Position::START).then_some(index)
    }

    /// The entries of its archive, as far as they are good.
    pub(crate) fn archived(&self) -> BoxStream<'static, Entry> {
        let entries = self.archive.and_then(|folder| ArchiveEntries::open(folder).ok());
        stream::iter(entries.into_iter().flatten().map_while(Result::ok)).boxed()
    }

    /// The entries of the log from a position on, as far as they can be read.
    pub(crate) fn logged(&self, from: Position) -> BoxStream<'static, Entry> {
        let entries = self.log.map(|log| log.read(from));
        let read = |(): &mut (), entry: Result<Entry, ReadError>| std::future::ready(entry.ok());
        stream::iter(entries).flatten().scan((), read).boxed()
    }
}

/// Says that what is good does not answer a question; that the log is damaged says more, and ends the command.
pub(crate) fn unanswered(read_to: Position, why: &Failure, output: Output) {
    output.note(format_args!("what is good up to position {read_to} does not answer it: {why}"));
}

/// What an index is told of a failure: that its log is damaged, if it is that.
pub(crate) fn halted(failure: &Failure) -> Option<Halted> {
    let damaged = failure.code() == Code::Damaged;
    damaged.then(|| Halted { reason: failure.to_string(), position: failure.damaged_at() })
}
