//! The meeting itself: what its `meeting` events say of it, attribute by attribute.

use std::collections::BTreeSet;

use summit::{Answer, Content, Cutoff, Meeting, MeetingId, Moment, Phase, Range};

use crate::answer::{Dated, MeetingInfo};
use crate::index::Record;
use crate::membership::EventKey;

/// A `meeting` event, and what it says.
pub(super) type Saying<'v> = (&'v Record, &'v Meeting);

/// The `meeting` events of one meeting, in sort order.
pub(super) struct About<'v> {
    /// The active ones.
    pub(super) active: Vec<Saying<'v>>,
    /// Those that are not surely still to come; where there are none, all: an announced meeting is shown.
    pub(super) used: Vec<Saying<'v>>,
    /// Whether there are such.
    pub(super) begun: bool,
}

/// The phase of a meeting.
#[derive(Clone, Copy)]
pub(super) struct Said<'v> {
    pub(super) phase: Phase,
    /// The event that decides it.
    pub(super) by: &'v Record,
    /// The first event by which it took place: no later announcement counts.
    pub(super) took_place: Option<&'v Record>,
}

/// When a meeting was held, or is to be.
pub(super) struct Held<'v> {
    pub(super) range: Range,
    /// As one event wrote it; nothing where only several give that range.
    text: Option<&'v str>,
    /// The event that gives its end.
    pub(super) ended_by: &'v Record,
}

impl<'v> About<'v> {
    pub(super) fn new(active: impl IntoIterator<Item = &'v Record>, at: &Cutoff) -> Self {
        let say = |record: &'v Record| {
            if let Content::Meeting(meeting) = &record.event.content { Some((record, meeting)) } else { None }
        };
        let mut active: Vec<Saying<'v>> = active.into_iter().filter_map(say).collect();
        active.sort_by_cached_key(|(record, _)| EventKey::of(&record.event));
        let reached = |(record, _): &&Saying<'v>| {
            let shared = &record.event.shared;
            at.reached(shared.occurred.range(), shared.order) != Answer::No
        };
        let mut used: Vec<Saying<'v>> = active.iter().filter(reached).copied().collect();
        let begun = !used.is_empty();
        if !begun {
            used.clone_from(&active);
        }
        Self { active, used, begun }
    }

    /// The phase: the latest in sort order, but an announcement never stands against an earlier word that the meeting
    /// was opened, held or closed. With it the event that says so and the first such word.
    pub(super) fn phase(&self) -> Option<Said<'v>> {
        let took_place =
            |(_, meeting): &Saying<'v>| matches!(phase_of(meeting), Phase::Opened | Phase::Held | Phase::Closed);
        let first = self.used.iter().position(took_place);
        let stands = |(place, (_, meeting)): &(usize, &Saying<'v>)| match phase_of(meeting) {
            Phase::Announced => !self.begun || first.is_none_or(|first| first > *place),
            // Of what is still to come nothing but its announcement holds.
            Phase::Opened | Phase::Held | Phase::Closed | Phase::Postponed | Phase::Cancelled => self.begun,
        };
        let (_, (by, meeting)) = self.used.iter().enumerate().rfind(stands)?;
        Some(Said { phase: phase_of(meeting), by, took_place: first.map(|first| self.used[first].0) })
    }

    /// Whether the meeting was cancelled or postponed: nobody was present at it.
    pub(super) fn is_void(&self) -> bool {
        self.phase().is_some_and(|said| matches!(said.phase, Phase::Cancelled | Phase::Postponed))
    }

    /// The events that date it: those with the highest authority of those by which it took place, or else was announced, or
    /// else all.
    fn dating(&self) -> Vec<&'v Record> {
        let choices: [&[Phase]; 3] = [&[Phase::Opened, Phase::Held, Phase::Closed], &[Phase::Announced], Phase::ALL];
        let of = |phases: &[Phase]| -> Vec<&'v Record> {
            self.used
                .iter()
                .filter(|(_, meeting)| phases.contains(&phase_of(meeting)))
                .map(|(record, _)| *record)
                .collect()
        };
        let mut dating = choices.into_iter().map(of).find(|events| !events.is_empty()).unwrap_or_default();
        let top = dating.iter().map(|record| record.event.shared.authority()).max();
        dating.retain(|record| Some(record.event.shared.authority()) == top);
        dating
    }

    /// From the earliest to the latest moment that the events which date it name.
    pub(super) fn held(&self) -> Option<Held<'v>> {
        let dating = self.dating();
        let range = |record: &Record| *record.event.shared.occurred.range();
        let earliest = dating.iter().map(|record| range(record).earliest).min()?;
        let ended_by = dating.iter().max_by_key(|record| (range(record).latest, newness(record)))?;
        let whole = Range { earliest, latest: range(ended_by).latest };
        let own = dating.iter().filter(|record| range(record) == whole).max_by_key(|record| newness(record));
        let text = own.map(|record| record.event.shared.occurred.as_str());
        Some(Held { range: whole, text, ended_by })
    }

    /// Its place in the order of the world: when it begins, its order in that day, when it ends.
    pub(super) fn place(&self) -> Option<(Moment, i64, Moment)> {
        let held = self.held()?;
        let order = self.dating().iter().map(|record| record.event.shared.order.unwrap_or(0)).min()?;
        Some((held.range.earliest, order, held.range.latest))
    }

    /// Everything but the organisations.
    pub(super) fn info(&self) -> MeetingInfo {
        let held = self.held();
        let named = |of: fn(&Meeting) -> Option<&MeetingId>| -> Vec<MeetingId> {
            let names: BTreeSet<&MeetingId> = self.used.iter().filter_map(|(_, meeting)| of(meeting)).collect();
            names.into_iter().cloned().collect()
        };
        MeetingInfo {
            title: self.pick(|_, meeting| meeting.title.clone()),
            theme: self.pick(|_, meeting| meeting.theme.clone()),
            form: self.pick(|_, meeting| meeting.form),
            phase: self.phase().map(|said| said.phase),
            held: held.map(|held| Dated::new(held.text, &held.range)),
            zone: self.pick(|record, _| record.event.shared.zone.clone()),
            organisations: Vec::new(),
            host: self.pick(|_, meeting| meeting.host.clone()),
            place: self.pick(|record, _| record.event.shared.place.clone()),
            venue: self.pick(|_, meeting| meeting.venue.clone()),
            mode: self.pick(|_, meeting| meeting.mode),
            part_of: named(|meeting| meeting.part_of.as_ref()),
            sidelines_of: named(|meeting| meeting.sidelines_of.as_ref()),
            evidence: self.used.iter().map(|(record, _)| record.event.id).collect(),
        }
    }

    /// One attribute: by the highest authority that gives it, then the latest on record, then the greatest id.
    pub(super) fn pick<T>(&self, value: impl Fn(&Record, &Meeting) -> Option<T>) -> Option<T> {
        let given = self.used.iter().filter_map(|(record, meeting)| Some((record, value(record, meeting)?)));
        given.max_by_key(|(record, _)| (record.event.shared.authority(), newness(record))).map(|(_, value)| value)
    }
}

impl Held<'_> {
    /// The end of its last day; nothing where it has no end.
    pub(super) fn end(&self) -> Option<Moment> {
        Some(self.range.latest).filter(|latest| latest.is_bounded()).map(|latest| latest.day().last())
    }
}

fn phase_of(meeting: &Meeting) -> Phase {
    meeting.phase.unwrap_or(Phase::Held)
}

fn newness(record: &Record) -> (Option<jiff::Timestamp>, summit::EventId) {
    (record.event.recorded_at, record.event.id)
}
