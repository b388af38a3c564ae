//! What one entry, or the calendar, changes in the current views.
//!
//! A change is the difference between two views of the one index: before and after a position, or on one day and the
//! next. So replay, live and rebuild tell the same changes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;
use summit::{AsOf, Content, Event, EventId, MeetingId, OrganisationId, PartyId, Position, Vantage};

use crate::answer::{Delegation, Row};
use crate::index::{Index, filing};
use crate::membership::Place;
use crate::view::{View, end_of};

/// All that changed in the current views at one position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Changes {
    /// The position.
    pub position: Position,
    /// The day that brought the changes, where no entry did.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub date: Option<Date>,
    /// The event at that position, where it is one that counts.
    pub cause: Option<EventId>,
    /// By view and key, in their order.
    pub changes: Vec<Change>,
}

/// A change of one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "view", rename_all = "snake_case")]
pub enum Change {
    /// Of the rows of one party in an organisation.
    Membership {
        /// The organisation.
        organisation: OrganisationId,
        /// The party.
        party: PartyId,
        /// Its rows before.
        before: Vec<Row>,
        /// Its rows after.
        after: Vec<Row>,
    },
    /// Of one delegation at a meeting.
    Attendance {
        /// The meeting.
        meeting: MeetingId,
        /// The party.
        party: PartyId,
        /// Its row before; nothing where nothing was said of it.
        before: Option<Box<Delegation>>,
        /// Its row after.
        after: Option<Box<Delegation>>,
    },
}

/// A cell that may have changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cell {
    Membership(OrganisationId, PartyId),
    Attendance(MeetingId, PartyId),
}

/// What the entry at a position changed in the views of `today`. The index holds that position; what it holds beyond is
/// of no account. Cost: the claims of the parties that the entry touches.
pub fn changes(index: &Index, position: Position, today: Date) -> Changes {
    let Some(record) = index.record_at(position) else {
        return Changes { position, date: None, cause: None, changes: Vec::new() };
    };
    let before = Position::new(position.get().saturating_sub(1));
    let [was, is] = [before, position].map(|position| current(index, Some(position), today));
    let changes = differences(&was, &is, touched(&is, &record.event));
    Changes { position, date: None, cause: Some(record.event.id), changes }
}

/// What a new day changes in the views: from the end of one to the end of another.
pub fn calendar_changes(index: &Index, from: Date, to: Date) -> Changes {
    calendar_changes_at(index, index.tail(), from, to)
}

/// The same in the views of a position; what the index holds beyond is of no account.
pub(crate) fn calendar_changes_at(index: &Index, position: Position, from: Date, to: Date) -> Changes {
    let [was, is] = [from, to].map(|day| current(index, Some(position), day));
    let memberships = index.organisations().flat_map(|organisation| {
        let parties = index.parties_in(organisation).into_iter();
        parties.map(|party| Cell::Membership(organisation.clone(), party))
    });
    let delegations = index.meetings().flat_map(|meeting| {
        let parties = index.parties_at(meeting).into_iter();
        parties.map(|party| Cell::Attendance(meeting.clone(), party))
    });
    let cells: BTreeSet<Cell> = memberships.chain(delegations).collect();
    let changes = differences(&was, &is, cells);
    Changes { position, date: Some(to), cause: None, changes }
}

pub(crate) fn current(index: &Index, at_position: Option<Position>, today: Date) -> View<'_> {
    let vantage = Vantage { at_position, as_of: Some(AsOf::End(end_of(today))), ..Vantage::default() };
    index.view(&vantage, today).expect("a day names no event that could be unknown")
}

/// What differs between two views in some cells, in their order. A meeting is looked at once in each view, however many of
/// its delegations are asked for.
pub(crate) fn differences(was: &View<'_>, is: &View<'_>, cells: BTreeSet<Cell>) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut attended: BTreeMap<MeetingId, Vec<PartyId>> = BTreeMap::new();
    for cell in cells {
        match cell {
            Cell::Membership(organisation, party) => {
                let [before, after] = [was, is].map(|view| view.rows_of(&organisation, &party));
                if before != after {
                    changes.push(Change::Membership { organisation, party, before, after });
                }
            }
            Cell::Attendance(meeting, party) => attended.entry(meeting).or_default().push(party),
        }
    }
    for (meeting, parties) in attended {
        let [before, after] = [was, is].map(|view| view.delegations(&meeting, &parties));
        for (party, (before, after)) in parties.into_iter().zip(before.into_iter().zip(after)) {
            if before != after {
                let [before, after] = [before, after].map(|row| row.map(Box::new));
                changes.push(Change::Attendance { meeting: meeting.clone(), party, before, after });
            }
        }
    }
    changes
}

/// The cells that an event bears on, itself or through what it takes out of effect, directly or through others.
pub(crate) fn touched(view: &View<'_>, event: &Event) -> BTreeSet<Cell> {
    let (mut cells, mut seen, mut open) = (BTreeSet::new(), BTreeSet::new(), vec![event]);
    while let Some(event) = open.pop() {
        if seen.insert(event.id) {
            cells.extend(cells_of(view, event));
            open.extend(event.targets().filter_map(|id| view.index.event(id)).map(|record| &record.event));
        }
    }
    cells
}

/// Where an event bears on a status by itself; from there it may pass over.
fn places_of(view: &View<'_>, event: &Event) -> BTreeSet<Place> {
    let Some(organisation) = &event.shared.organisation else { return view.index.places_of(event) };
    let mut places = view.index.places_of(event);
    if matches!(event.content, Content::Founding(_) | Content::Reclassification(_)) {
        let parties = view.index.parties_in(organisation).into_iter();
        places.extend(parties.map(|party| (organisation.clone(), party)));
    }
    places.extend(filing::party_of_status(event).map(|party| (organisation.clone(), party.clone())));
    places
}

fn cells_of(view: &View<'_>, event: &Event) -> BTreeSet<Cell> {
    let mut cells = BTreeSet::new();
    for (organisation, party) in view.index.places_after(places_of(view, event)) {
        // A capacity that is not stated follows from the membership.
        let meetings = view.index.meetings_with(&organisation, &party).into_iter();
        cells.extend(meetings.map(|meeting| Cell::Attendance(meeting, party.clone())));
        cells.insert(Cell::Membership(organisation, party));
    }
    if let Some(meeting) = &event.shared.meeting {
        let mut meetings = view.index.with_wholes(meeting);
        if matches!(event.content, Content::Meeting(_)) {
            meetings.extend(view.index.with_parts_and_sidelines(meeting));
        }
        let parties: BTreeSet<PartyId> = match &event.content {
            // Its form, phase, days and parts bear on every delegation.
            Content::Meeting(_) => meetings.iter().flat_map(|meeting| view.index.parties_at(meeting)).collect(),
            Content::Attendance(entry) => entry.party.clone().into_iter().collect(),
            Content::Founding(_)
            | Content::Admission(_)
            | Content::Standing(_)
            | Content::Step(_)
            | Content::Suspension(_)
            | Content::Reinstatement(_)
            | Content::Withdrawal(_)
            | Content::Reclassification(_)
            | Content::Arrival(_)
            | Content::Departure(_)
            | Content::Signing(_)
            | Content::Statement(_)
            | Content::Tally(_)
            | Content::Naming(_)
            | Content::Succession(_)
            | Content::Retraction(_) => BTreeSet::new(),
        };
        for meeting in meetings {
            cells.extend(parties.iter().map(|party| Cell::Attendance(meeting.clone(), party.clone())));
        }
    }
    cells
}
