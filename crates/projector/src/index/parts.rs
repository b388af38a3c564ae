//! Meetings and their parts, as any event tells them, active or not: what a question or a change may have to look at.

use std::collections::BTreeSet;

use summit::{Content, MeetingId, OrganisationId, Participation, PartyId};

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
        reachable(meeting, |meeting| {
            let about = self.meeting(meeting).into_iter().flat_map(|file| &file.about);
            let whole = about.filter_map(|slot| {
                if let Content::Meeting(about) = &self.at(*slot).event.content { about.part_of.clone() } else { None }
            });
            whole.collect()
        })
    }

    /// Every party of which any event says something at a meeting or at its parts.
    pub(crate) fn parties_at(&self, meeting: &MeetingId) -> BTreeSet<PartyId> {
        let mut parties = BTreeSet::new();
        for file in self.with_parts(meeting).iter().filter_map(|meeting| self.meeting(meeting)) {
            for slot in file.about.iter().chain(&file.attendance) {
                let entries: &[Participation] = match &self.at(*slot).event.content {
                    Content::Meeting(about) => &about.participants,
                    Content::Attendance(entry) => std::slice::from_ref(entry),
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
                    | Content::Retraction(_) => &[],
                };
                parties.extend(entries.iter().filter_map(|entry| entry.party.clone()));
            }
        }
        parties
    }

    /// The meetings of an organisation at which, or at whose parts, any event says something of a party.
    pub(crate) fn meetings_with(&self, organisation: &OrganisationId, party: &PartyId) -> BTreeSet<MeetingId> {
        let deeds = self.party(party).into_iter().flat_map(|file| &file.deeds);
        let at: BTreeSet<&MeetingId> = deeds.filter_map(|slot| self.at(*slot).event.shared.meeting.as_ref()).collect();
        let meetings = at.into_iter().flat_map(|meeting| self.with_wholes(meeting)).collect::<BTreeSet<_>>();
        meetings.into_iter().filter(|one| self.organisations_of_meeting(one).contains(organisation)).collect()
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
