//! The current views as keys and values.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::civil::Date;
use serde::Serialize;
use summit::{MeetingId, OrganisationId, PartyId, Position};

use crate::changes::{Cell, Change, Changes, current};
use crate::index::Index;
use crate::view::View;

/// Values by key; none where the key is removed.
pub(super) type Cells<V = Bytes> = BTreeMap<String, V>;

/// Which organisations or meetings are wanted, by their identifiers.
pub(super) type Wanted<'a> = &'a dyn Fn(&str) -> bool;

/// Both views.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Both<V = Bytes> {
    pub(super) membership: Cells<V>,
    pub(super) attendance: Cells<V>,
}

/// Everything that the views of a day hold at a position. Cost: the whole index.
pub(super) fn all(index: &Index, at: Position, today: Date) -> Both {
    Both { membership: membership(index, at, today, &|_| true), attendance: attendance(index, at, today, &|_| true) }
}

/// The membership of a day at a position, of the organisations that are wanted. Cost: all that is said of them.
pub(super) fn membership(index: &Index, at: Position, today: Date, wanted: Wanted<'_>) -> Cells {
    let view = current(index, Some(at), today);
    let mut cells = Cells::new();
    for organisation in index.organisations().filter(|organisation| wanted(organisation.as_str())) {
        for party in index.parties_in(organisation) {
            let rows = view.rows_of(organisation, &party);
            if !rows.is_empty() {
                cells.insert(membership_key(organisation, &party), json(&rows));
            }
        }
    }
    cells
}

/// The attendance of a day at a position, of the meetings that are wanted. Cost: all that is said of them.
pub(super) fn attendance(index: &Index, at: Position, today: Date, wanted: Wanted<'_>) -> Cells {
    let view = current(index, Some(at), today);
    let mut cells = Cells::new();
    for meeting in index.meetings().filter(|meeting| wanted(meeting.as_str())) {
        let told = view.attendance(meeting).map(|told| told.delegations).unwrap_or_default();
        for row in told {
            cells.insert(attendance_key(meeting, &row.party), json(&row));
        }
    }
    cells
}

/// The key of a cell.
pub(super) fn key(cell: &Cell) -> String {
    match cell {
        Cell::Membership(organisation, party) => membership_key(organisation, party),
        Cell::Attendance(meeting, party) => attendance_key(meeting, party),
    }
}

/// What a cell holds in a view; nothing where its key is absent.
pub(super) fn value(view: &View<'_>, cell: &Cell) -> Option<Bytes> {
    match cell {
        Cell::Membership(organisation, party) => {
            Some(view.rows_of(organisation, party)).filter(|rows| !rows.is_empty()).map(|rows| json(&rows))
        }
        Cell::Attendance(meeting, party) => view.delegation(meeting, party).map(|row| json(&row)),
    }
}

/// What changes of one position or day do to keys, upon what earlier ones do.
pub(super) fn note(changes: Changes, upon: &mut Both<Option<Bytes>>) {
    for change in changes.changes {
        match change {
            Change::Membership { organisation, party, after, .. } => {
                let value = Some(after).filter(|rows| !rows.is_empty()).map(|rows| json(&rows));
                upon.membership.insert(membership_key(&organisation, &party), value);
            }
            Change::Attendance { meeting, party, after, .. } => {
                upon.attendance.insert(attendance_key(&meeting, &party), after.map(|row| json(&row)));
            }
        }
    }
}

/// What turns what stands into what should.
pub(super) fn difference(stands: &Cells, should: &Cells) -> Cells<Option<Bytes>> {
    let gone = stands.keys().filter(|key| !should.contains_key(*key)).map(|key| (key.clone(), None));
    let other = should.iter().filter(|(key, value)| stands.get(*key) != Some(value));
    gone.chain(other.map(|(key, value)| (key.clone(), Some(value.clone())))).collect()
}

fn membership_key(organisation: &OrganisationId, party: &PartyId) -> String {
    format!("{organisation}.{party}")
}

fn attendance_key(meeting: &MeetingId, party: &PartyId) -> String {
    format!("{meeting}.{party}")
}

fn json(value: &impl Serialize) -> Bytes {
    serde_json::to_vec(value).expect("answers have text keys and no failing serializer").into()
}
