//! An oracle for the folds: slow and obvious. It shares only the types of events and questions with them, and it
//! rescans the whole log for every question, with its own days, its own sort and its own words.

mod counting;
pub(crate) mod days;
mod examples;
mod followers;
mod names;
mod seats;
mod status;

use jiff::Timestamp;
use summit::{AsOf, Event, EventId, OrganisationId, Vantage};

use days::{Hour, Point, Span, Until, day_before, span};
pub(crate) use names::{Called, Shown};
pub(crate) use seats::{Seat, Sitter};
pub(crate) use status::{Held, Pause, Stretch};

/// One line of the log.
#[derive(Clone)]
pub(crate) struct Line {
    pub(crate) position: u64,
    pub(crate) stored_at: Timestamp,
    pub(crate) event: Event,
}

impl Line {
    fn span(&self) -> Span {
        span(self.event.shared.occurred.as_str())
    }

    fn text(&self) -> &str {
        self.event.shared.occurred.as_str()
    }

    fn id(&self) -> String {
        self.event.id.to_string().to_lowercase()
    }

    /// Its place in the order of a day, if it is of one day.
    fn order(&self) -> Option<i64> {
        self.event.shared.order.filter(|_| self.span().within_a_day())
    }

    /// Where a claim stands among claims about the world.
    pub(crate) fn place(&self) -> (Point, i64, Point, Option<Timestamp>, String) {
        let span = self.span();
        (span.from, self.event.shared.order.unwrap_or(0), span.to, self.event.recorded_at, self.id())
    }

    /// What decides between claims of one thing when nothing else does.
    fn weight(&self) -> (summit::Authority, Option<Timestamp>, String) {
        (self.event.shared.authority(), self.event.recorded_at, self.id())
    }

    fn of(&self, organisation: &OrganisationId) -> bool {
        self.event.shared.organisation.as_ref() == Some(organisation)
    }
}

/// A time as it is told: the text of its source, where it is a source's, and both ends.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) text: Option<String>,
    pub(crate) from: String,
    pub(crate) to: String,
}

impl PartialEq for Told {
    /// A time that no source wrote may be told in any words with the same ends.
    fn eq(&self, other: &Self) -> bool {
        let texts = self.text.is_none() || other.text.is_none() || self.text == other.text;
        texts && self.from == other.from && self.to == other.to
    }
}

/// A log, a vantage and the day that is today.
pub(crate) struct Oracle<'a> {
    log: &'a [Line],
    vantage: &'a Vantage,
    today: days::Day,
    /// The lines that count.
    counting: Vec<&'a Line>,
}

impl<'a> Oracle<'a> {
    pub(crate) fn new(log: &'a [Line], vantage: &'a Vantage, today: days::Day) -> Self {
        Self { log, vantage, today, counting: counting::counting(log, vantage) }
    }

    /// Up to when the world is looked at.
    fn until(&self) -> Until {
        match &self.vantage.as_of {
            None => Until::Point(Point::On(self.today, Hour::Dusk)),
            Some(AsOf::End(when)) => Until::Point(span(when.as_str()).to),
            Some(AsOf::Before(id)) => self.around(*id, false),
            Some(AsOf::After(id)) => self.around(*id, true),
        }
    }

    fn around(&self, id: EventId, after: bool) -> Until {
        let named = self.log.iter().filter(|line| line.event.id == id).min_by_key(|line| line.position);
        let line = named.expect("the tests name events of the log");
        let span = line.span();
        match (span.day(), line.order(), span.from) {
            (Some(day), Some(order), _) => Until::Place(day, order, after),
            _ if after => Until::Point(span.to),
            (_, _, Point::On(day, _)) => Until::Point(Point::On(day_before(day), Hour::Dusk)),
            (_, _, Point::Ever | Point::Never) => Until::Point(Point::Ever),
        }
    }
}
