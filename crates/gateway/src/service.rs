//! What the service stands on.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use chronicle::{Chronicle, Entry, LogState, ReadError};
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use jiff::Timestamp;
use jiff::civil::Date;
use producer::{Directory, Known, Producer};
use projector::{Indexed, Overview, Shared, date_of};
use summit::{EventId, MeetingId, OrganisationId, Position};
use wire::Fingerprint;

use crate::ask::{Answers, Lanes};
use crate::feed::Feed;
use crate::operate::{Look, Metrics, Seen};

/// How many overviews from other vantages are kept.
const OVERVIEWS: usize = 8;

/// The pause between two looks at the log that nobody asked for.
const LOOK_PAUSE: Duration = Duration::from_secs(1);

/// What every handler is given; clones are the same service.
#[derive(Clone)]
pub struct Service(Arc<Parts>);

struct Parts {
    /// The index that a projector keeps current.
    index: Arc<Shared>,
    /// History, for those who come late.
    log: Box<dyn Log>,
    /// Events go out through it.
    producer: Producer,
    /// What happens, for those who listen.
    feed: Feed,
    /// How many questions are answered at once.
    lanes: Lanes,
    /// Answers that were given, for who asks the same again.
    answers: Answers,
    /// Says what time it is.
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    /// How it fares, in numbers.
    metrics: Metrics,
    /// All organisations at a glance, as they were when somebody last wanted to know.
    overview: Mutex<Overview>,
    /// The same from other vantages, the last wanted last, by what they look from.
    overviews: Mutex<VecDeque<(String, Arc<Overview>)>>,
    /// How the log was when somebody last wanted to know.
    look: Look,
    /// Under which terms what it answers may be used.
    licence: OnceLock<String>,
}

impl Service {
    /// A service for this log, whose index somebody keeps current and whose feed he tells. Spawns its producer, so it is to
    /// be called within a tokio runtime.
    pub fn new(
        log: impl Chronicle + Clone,
        index: Arc<Shared>,
        clock: impl Fn() -> Timestamp + Clone + Send + Sync + 'static,
    ) -> Self {
        let producer = Producer::new(log.clone(), Filed(Arc::clone(&index)), clock.clone());
        let feed = Feed::new(Arc::clone(&index), date_of(clock()));
        let (log, clock) = (Box::new(log), Box::new(clock));
        let (metrics, look) = (Metrics::default(), Look::default());
        let (lanes, licence, overview) = (Lanes::default(), OnceLock::new(), Mutex::default());
        let (overviews, answers) = (Mutex::default(), Answers::default());
        Self(Arc::new(Parts {
            index,
            log,
            producer,
            feed,
            lanes,
            answers,
            clock,
            metrics,
            overview,
            overviews,
            look,
            licence,
        }))
    }

    /// Says under which terms what it answers may be used: a line that stands in every export. The first one stands.
    pub fn license(&self, line: impl Into<String>) {
        self.0.licence.get_or_init(|| line.into());
    }

    pub(crate) fn licence(&self) -> &str {
        self.0.licence.get().map_or(projector::export::UNLICENSED, String::as_str)
    }

    /// The index.
    pub fn index(&self) -> &Shared {
        &self.0.index
    }

    /// Where updates are told.
    pub fn feed(&self) -> &Feed {
        &self.0.feed
    }

    pub(crate) fn lanes(&self) -> &Lanes {
        &self.0.lanes
    }

    pub(crate) fn answers(&self) -> &Answers {
        &self.0.answers
    }

    /// How it fares, in numbers.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// How the log is, as seen a second ago or less.
    pub(crate) async fn look(&self) -> Seen {
        self.0.look.at(self.log(), self.0.index.tail()).await
    }

    /// Looks at the log for as long as it is awaited, so that answers are marked as stale within seconds where it cannot be
    /// reached, whether or not anybody asks. No question looks for itself.
    pub async fn watch(&self) -> Infallible {
        loop {
            self.look().await;
            tokio::time::sleep(LOOK_PAUSE).await;
        }
    }

    /// Why answers are not current: the log is damaged, or out of reach.
    pub(crate) fn stale(&self) -> Option<String> {
        self.index().halted().map(|halted| halted.reason.clone()).or_else(|| self.0.look.stale())
    }

    /// All organisations at a glance, as they are. Whoever asks first waits for all of them, others for what came since.
    pub(crate) fn overview(&self) -> Overview {
        // Whatever happened to who brought it up to date, each part of it is whole, and is folded again where it must be.
        let mut overview = self.0.overview.lock().unwrap_or_else(PoisonError::into_inner);
        overview.refresh(self.index(), self.today());
        overview.clone()
    }

    /// All organisations at a glance from another vantage, which `key` names whole: as folded before, if that is among the
    /// last that were wanted.
    pub(crate) fn overview_from<E>(
        &self,
        key: String,
        fold: impl FnOnce() -> Result<Overview, E>,
    ) -> Result<Arc<Overview>, E> {
        let kept = || self.0.overviews.lock().unwrap_or_else(PoisonError::into_inner);
        let found = {
            let mut kept = kept();
            let place = kept.iter().position(|(own, _)| *own == key);
            place.and_then(|place| kept.remove(place)).map(|(own, overview)| {
                kept.push_back((own, Arc::clone(&overview)));
                overview
            })
        };
        if let Some(found) = found {
            return Ok(found);
        }
        // Nobody waits for a fold: two who want the same at once fold it twice.
        let overview = Arc::new(fold()?);
        let mut kept = kept();
        kept.retain(|(own, _)| *own != key);
        kept.push_back((key, Arc::clone(&overview)));
        while kept.len() > OVERVIEWS {
            kept.pop_front();
        }
        drop(kept);
        Ok(overview)
    }

    pub(crate) fn log(&self) -> &dyn Log {
        self.0.log.as_ref()
    }

    pub(crate) fn producer(&self) -> &Producer {
        &self.0.producer
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.0.clock)()
    }

    /// The civil date in UTC: what a vantage without `as_of` means.
    pub(crate) fn today(&self) -> Date {
        date_of(self.now())
    }
}

/// What handlers read of a log, whichever it is.
pub(crate) trait Log: Send + Sync {
    /// The entries from a position to the tail.
    fn read(&self, from: Position) -> BoxStream<'static, Result<Entry, ReadError>>;

    /// The position of the last entry.
    fn tail(&self) -> BoxFuture<'_, Result<Position, ReadError>>;

    /// What the log holds.
    fn state(&self) -> BoxFuture<'_, Result<LogState, ReadError>>;
}

impl<L: Chronicle> Log for L {
    fn read(&self, from: Position) -> BoxStream<'static, Result<Entry, ReadError>> {
        Chronicle::read(self, from)
    }

    fn tail(&self) -> BoxFuture<'_, Result<Position, ReadError>> {
        Box::pin(Chronicle::tail(self))
    }

    fn state(&self) -> BoxFuture<'_, Result<LogState, ReadError>> {
        Box::pin(Chronicle::state(self))
    }
}

/// What the index knows of the log, as the producer asks for it.
struct Filed(Arc<Shared>);

impl Directory for Filed {
    fn known(&self, id: EventId) -> Option<Known> {
        let found = self.0.ask(|index| index.event(id).map(|record| record.position).zip(index.fingerprint(id)));
        found.map(|(position, fingerprint): (Position, Fingerprint)| Known { position, fingerprint })
    }

    fn organisation_of_meeting(&self, meeting: &MeetingId) -> Option<OrganisationId> {
        self.0.ask(|index| index.organisations_of_meeting(meeting).into_iter().next())
    }

    fn organisation_of_event(&self, id: EventId) -> Option<OrganisationId> {
        self.0.ask(|index| index.organisations_of(id).into_iter().next())
    }
}
