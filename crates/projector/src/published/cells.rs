//! The current views as keys and values.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::civil::Date;
use serde::Serialize;
use summit::{MeetingId, OrganisationId, PartyId, Position};

use crate::changes::{Change, Changes, current};
use crate::index::Index;

/// Values by key; none where the key is removed.
pub(super) type Cells<V = Bytes> = BTreeMap<String, V>;

/// Both views.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Both<V = Bytes> {
    pub(super) membership: Cells<V>,
    pub(super) attendance: Cells<V>,
}

/// Everything that the views of a day hold at a position. Cost: the whole index.
pub(super) fn all(index: &Index, at: Position, today: Date) -> Both {
    let view = current(index, Some(at), today);
    let mut cells = Both::default();
    for organisation in index.organisations() {
        for party in index.parties_in(organisation) {
            let rows = view.rows_of(organisation, &party);
            if !rows.is_empty() {
                cells.membership.insert(membership_key(organisation, &party), json(&rows));
            }
        }
    }
    for meeting in index.meetings() {
        let told = view.attendance(meeting).map(|told| told.delegations).unwrap_or_default();
        for row in told {
            cells.attendance.insert(attendance_key(meeting, &row.party), json(&row));
        }
    }
    cells
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
