//! History as it was stored; where the log is damaged, what is surely good of it.

use chronicle::{Entry, ReadError};
use chronicle_nats::NatsChronicle;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use projector::Index;
use summit::{EventId, Position};
use wire::Document;

use crate::anchors::Anchors;
use crate::ask::Shell;
use crate::connect::{Connection, Place};
use crate::error::{Code, Failure};
use crate::output::Output;
use crate::release::Release;
use crate::stale::{self, Good};

/// What is noted where nothing matches.
pub(crate) const NONE: &str = "no event is asked for";
/// So many bytes are printed at once.
const PRINTED_AT_ONCE: usize = 64 * 1024;

/// A log and its index, first all of it: whose event one is may turn out later.
pub(crate) struct History {
    pub(crate) index: Index,
    anchors: Anchors,
    /// Nothing where the log cannot be reached for its damage.
    connection: Option<Connection>,
    /// Why the index is one of what is good only.
    damage: Option<Failure>,
    output: Output,
}

impl Shell {
    /// The history of the chronicle, or what is surely good of it.
    pub(crate) async fn history(&self) -> Result<History, Failure> {
        self.history_from(None).await
    }

    /// The same, once the chronicle has come so far.
    pub(crate) async fn history_from(&self, awaited: Option<Position>) -> Result<History, Failure> {
        let (place, output) = (Place::of(&self.global)?, self.output());
        let anchors = Anchors::of(&place, &self.global);
        let (connection, failure) = match Connection::open_known(&place, anchors.clone(), output).await {
            Ok(connection) => match self.checked_index(&connection, awaited).await {
                Ok(index) => {
                    return Ok(History { index, anchors, connection: Some(connection), damage: None, output });
                }
                Err(failure) => {
                    connection.note(&failure);
                    (Some(connection), failure)
                }
            },
            Err(failure) => (None, failure),
        };
        let Some(good) = Good::of(&anchors, connection.as_ref(), &failure) else { return Err(failure) };
        let Some(index) = good.index(&self.global).await else { return Err(failure) };
        Ok(History { index, anchors, connection, damage: Some(failure), output })
    }

    async fn checked_index(&self, connection: &Connection, awaited: Option<Position>) -> Result<Index, Failure> {
        connection.keep_anchor().await?;
        self.index_of(connection, awaited).await
    }
}

impl History {
    /// How it ends that nothing more is asked of it.
    pub(crate) fn end(self) -> Result<(), Failure> {
        let read_to = self.index.tail();
        self.damage.map_or(Ok(()), |damage| Err(Failure::Stale { damage: Box::new(damage), read_to }))
    }

    /// How it ends that it does not answer what is asked, for a reason.
    pub(crate) fn unanswered(self, why: Failure) -> Failure {
        let Some(damage) = self.damage else { return why };
        stale::unanswered(self.index.tail(), &why, self.output);
        damage
    }

    /// Prints the documents that are asked for, up to where the index ends, each once it is let out. Where the log is, or
    /// turns out to be, damaged, they come from what is good beside it, and it fails at the end.
    ///
    /// `entries` is how the log is read from its beginning.
    pub(crate) async fn print(
        self,
        entries: impl FnOnce(&NatsChronicle) -> BoxStream<'static, Result<Entry, ReadError>>,
        wanted: impl Fn(&Index, EventId) -> bool,
        release: &mut Release,
    ) -> Result<(), Failure> {
        self.print_to(entries, wanted, release, &mut Output::bytes).await
    }

    /// The same, to where `put` puts it.
    pub(crate) async fn print_to(
        mut self,
        entries: impl FnOnce(&NatsChronicle) -> BoxStream<'static, Result<Entry, ReadError>>,
        wanted: impl Fn(&Index, EventId) -> bool,
        release: &mut Release,
        put: Put<'_>,
    ) -> Result<(), Failure> {
        let mut printer = Printer::new(&self.index, wanted, release, put);
        if let (Some(connection), None) = (&mut self.connection, &self.damage) {
            let entries = entries(&connection.log);
            let all = tokio::select! {
                all = printer.entries(entries) => all,
                lost = connection.lost() => Err(lost),
            };
            match all {
                // A snapshot let the index skip what is damaged.
                Err(failure) if failure.code() == Code::Damaged => {
                    connection.note(&failure);
                    self.damage = Some(failure);
                }
                all => all?,
            }
        }
        if let Some(failure) = &self.damage {
            if !printer.release.is_at_once() {
                self.output
                    .note(format_args!("{failure}; what is good is shown, up to position {}", self.index.tail()));
            }
            if let Some(good) = Good::of(&self.anchors, self.connection.as_ref(), failure) {
                printer.entries(good.archived().map(Ok).boxed()).await?;
                printer.entries(good.logged(printer.at.next()).map(Ok).boxed()).await?;
            }
            printer.rest().await?;
        }
        printer.end(self.output)?;
        self.end()
    }
}

/// Puts bytes where they are wanted.
type Put<'p> = &'p mut dyn FnMut(&[u8]) -> Result<(), Failure>;

/// Prints events of an index, in order.
struct Printer<'i, W> {
    index: &'i Index,
    wanted: W,
    release: &'i mut Release,
    put: Put<'i>,
    /// What waits to be printed.
    text: Vec<u8>,
    /// Up to here it was printed, or passed over.
    at: Position,
    /// How many events were printed, and how many of them are only known from a snapshot.
    count: (u64, u64),
}

impl<'i, W: Fn(&Index, EventId) -> bool> Printer<'i, W> {
    fn new(index: &'i Index, wanted: W, release: &'i mut Release, put: Put<'i>) -> Self {
        Self { index, wanted, release, put, text: Vec::new(), at: Position::START, count: (0, 0) }
    }

    /// Prints what comes next among these entries.
    async fn entries(&mut self, mut entries: BoxStream<'static, Result<Entry, ReadError>>) -> Result<(), Failure> {
        while self.at < self.index.tail() {
            let Some(entry) = entries.try_next().await? else { break };
            if entry.position > self.at {
                self.one(entry.position, Document::line(&entry.headers, &entry.bytes).ok()).await?;
            }
        }
        Ok(())
    }

    /// Prints what is left, which only the index knows: the same events, in other words than they were stored in.
    async fn rest(&mut self) -> Result<(), Failure> {
        while self.at < self.index.tail() {
            let before = self.count.0;
            self.one(self.at.next(), None).await?;
            self.count.1 += self.count.0 - before;
        }
        Ok(())
    }

    /// Prints what stands at a position, if it is asked for: as it was stored, where that is one line.
    async fn one(&mut self, at: Position, line: Option<Vec<u8>>) -> Result<(), Failure> {
        self.at = at;
        // Nothing stands there for repeats, and for what is no event.
        let Some(record) = self.index.record_at(at).filter(|record| (self.wanted)(self.index, record.event.id)) else {
            return Ok(());
        };
        self.count.0 += 1;
        if !self.release.wait(record.stored_at).await {
            self.at = self.index.tail();
            return Ok(());
        }
        self.text.extend(line.unwrap_or_else(|| Document::from_event(record.event.clone()).encode()));
        self.text.push(b'\n');
        if !self.release.is_at_once() || self.text.len() >= PRINTED_AT_ONCE {
            (self.put)(&self.text)?;
            self.text.clear();
        }
        Ok(())
    }

    fn end(self, output: Output) -> Result<(), Failure> {
        match self.count {
            (0, _) => output.note(NONE),
            (_, 0) => {}
            (_, made) => output.note(format_args!(
                "the last {made} of them come from a snapshot: what they say, not their documents as stored"
            )),
        }
        (self.put)(&self.text)
    }
}
