//! Meetings and their parts, as any event tells them, active or not: what a question or a change may have to look at.

use std::collections::BTreeSet;

use summit::{Content, MeetingId, OrganisationId, PartyId};

use super::{Index, Record};

impl Index {
    /// A meeting and the meetings that any event calls a part of it, however deep.
    pub(crate) fn with_parts(&self, meeting: &MeetingId) -> BTreeSet<MeetingId> {
        reachable(meeting, |meeting| self.meeting(meeting).into_iter().flat_map(|file| file.parts.clone()).collect())
    }

    /// A meeting and the meetings that those records call a part of it that count, however deep.
    pub(crate) fn parts_told(&self, meeting: &MeetingId, counts: &dyn Fn(&Record) -> bool) -> BTreeSet<MeetingId> {
        let is_part = |part: &MeetingId, of: &MeetingId| {
            let about = self.meeting(part).into_iter().flat_map(|file| &file.about).map(|slot| self.at(*slot));
            let mut told = about.filter(|record| counts(record));
            told.any(
                |record| matches!(&record.event.content, Content::Meeting(about) if about.part_of.as_ref() == Some(of)),
            )
        };
        reachable(meeting, |meeting| {
            let parts = self.meeting(meeting).into_iter().flat_map(|file| &file.parts);
            parts.filter(|part| is_part(part, meeting)).cloned().collect()
        })
    }

    /// A meeting, its parts, and what any event says is held on the sidelines of one of these, however deep.
    pub fn with_parts_and_sidelines(&self, meeting: &MeetingId) -> BTreeSet<MeetingId> {
        reachable(meeting, |meeting| {
            let files = self.meeting(meeting).into_iter();
            files.flat_map(|file| file.parts.iter().chain(&file.sidelines)).cloned().collect()
        })
    }

    /// A meeting and the meetings that any event calls it a part of, however deep.
    pub(crate) fn with_wholes(&self, meeting: &MeetingId) -> BTreeSet<MeetingId> {
        reachable(meeting, |meeting| self.meeting(meeting).into_iter().flat_map(|file| file.part_of.clone()).collect())
    }

    /// Every party of which any event says something at a meeting or at its parts.
    pub(crate) fn parties_at(&self, meeting: &MeetingId) -> BTreeSet<PartyId> {
        self.with_parts(meeting).iter().flat_map(|meeting| self.parties_at_itself(meeting)).cloned().collect()
    }

    /// Every party of which any event says something at a meeting, its parts left out.
    pub(super) fn parties_at_itself(&self, meeting: &MeetingId) -> impl Iterator<Item = &PartyId> {
        self.meeting(meeting).into_iter().flat_map(|file| &file.parties)
    }

    /// The meetings of an organisation at which, or at whose parts, any event says something of a party.
    pub(crate) fn meetings_with(&self, organisation: &OrganisationId, party: &PartyId) -> BTreeSet<MeetingId> {
        let attended = self.organisation(organisation).and_then(|file| file.attended.get(party));
        attended.cloned().unwrap_or_default()
    }
}

/// All that can be reached from one meeting, itself included; cycles are cut.
fn reachable(from: &MeetingId, next: impl Fn(&MeetingId) -> Vec<MeetingId>) -> BTreeSet<MeetingId> {
    let (mut found, mut open) = (BTreeSet::from([from.clone()]), vec![from.clone()]);
    while let Some(meeting) = open.pop() {
        for other in next(&meeting) {
            if found.insert(other.clone()) {
                open.push(other);
            }
        }
    }
    found
}
