//! The days that change the current views without a new event: what is announced takes effect when its day comes.
//!
//! [`calendar_changes`](crate::calendar_changes) looks at every cell there is. Whoever tells history day by day cannot
//! afford that, and need not: a view changes from one day to the next only where some event begins or ends to be certain.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use summit::{Content, Day, Event, EventId, Moment, Position, Range};

use crate::changes::{Cell, Changes, current, differences, touched};
use crate::index::{Index, Record};
use crate::runtime::date_of;

/// Which day the chronicle was at, at each position, and which later days may bring changes by which events.
///
/// **The day of a position** is the latest UTC date on which an event up to there was stored. Cost in memory: one entry for
/// each day on which something was stored, and one for each moment of an event that lay ahead, or was of the same day, when
/// it was stored.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    /// The first position of each day.
    begun: Vec<(Position, Date)>,
    /// By day, the events that may change something on it.
    ahead: BTreeMap<Date, Vec<EventId>>,
}

impl Calendar {
    /// Of all that an index holds.
    pub fn of(index: &Index) -> Self {
        let mut calendar = Self::default();
        calendar.take_all(index, Position::START, index.tail());
        calendar
    }

    /// Takes in what stands behind one position, up to another.
    pub fn take_all(&mut self, index: &Index, behind: Position, to: Position) {
        let positions = (behind.get() + 1..=to.get()).map(Position::new);
        positions.filter_map(|position| index.record_at(position)).for_each(|record| self.take(record));
    }

    /// Takes in the next event that counts.
    pub fn take(&mut self, record: &Record) {
        let stored = date_of(record.stored_at);
        let day = self.day_at(record.position).map_or(stored, |day| day.max(stored));
        if self.begun.last().is_none_or(|(_, last)| *last < day) {
            self.begun.push((record.position, day));
        }
        for ahead in days_of(&record.event).into_iter().filter(|ahead| *ahead > day) {
            self.ahead.entry(ahead).or_default().push(record.event.id);
        }
    }

    /// The day of a position; nothing before the first event.
    pub fn day_at(&self, position: Position) -> Option<Date> {
        let begun = self.begun.partition_point(|(first, _)| *first <= position);
        begun.checked_sub(1).map(|place| self.begun[place].1)
    }

    /// The days after one, up to another, that may change something, each with the events that may do so.
    pub fn days(&self, after: Date, to: Date) -> impl Iterator<Item = (Date, &[EventId])> {
        let days = self.ahead.range(after..).skip_while(move |(day, _)| **day <= after);
        days.take_while(move |(day, _)| **day <= to).map(|(day, events)| (*day, events.as_slice()))
    }
}

/// What a day changes in the views of a position, as far as these events do: those that a [`Calendar`] names for the day.
/// Cost: the claims of the parties that they touch.
pub fn day_changes(index: &Index, position: Position, day: Date, events: &[EventId]) -> Changes {
    let was = current(index, Some(position), day.yesterday().unwrap_or(day));
    let is = current(index, Some(position), day);
    let records = events.iter().filter_map(|id| index.event(*id)).filter(|record| record.position <= position);
    let cells: BTreeSet<Cell> = records.flat_map(|record| touched(&is, &record.event)).collect();
    let changes = differences(&was, &is, cells);
    Changes { position, date: Some(day), cause: None, changes }
}

/// The days on which an event may change something: those of its moments, and their neighbours, as what the folds make of
/// it may lie a moment before or after.
fn days_of(event: &Event) -> BTreeSet<Date> {
    let ends = |range: &Range| [range.earliest, range.latest];
    let mut moments: Vec<Moment> = ends(event.shared.occurred.range()).into();
    if let Content::Standing(claim) = &event.content {
        moments.extend(claim.previous.iter().flat_map(|previous| ends(previous.occurred.range())));
    }
    let bounded = moments.into_iter().filter(|moment| moment.is_bounded()).map(Moment::day);
    bounded.flat_map(|day| [day.previous(), day, day.next()]).filter_map(civil).collect()
}

/// As the calendar of clocks has it; its years end.
fn civil(day: Day) -> Option<Date> {
    let [month, date] = [day.month, day.day].map(|part| i8::try_from(part).ok());
    Date::new(i16::try_from(day.year).ok()?, month?, date?).ok()
}
