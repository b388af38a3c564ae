//! Whose event: the organisations that an event belongs to (`design.md` section 3, *Whose event*).

use std::collections::BTreeSet;

use summit::{Content, EventId, MeetingId, OrganisationId};

use super::{Index, Record};

impl Index {
    /// The organisations that an event belongs to: those it names, those of its meeting, and those of what it corrects
    /// or retracts.
    pub fn organisations_of(&self, id: EventId) -> BTreeSet<OrganisationId> {
        let (mut found, mut seen, mut open) = (BTreeSet::new(), BTreeSet::new(), vec![id]);
        while let Some(id) = open.pop() {
            let Some(record) = self.event(id).filter(|_| seen.insert(id)) else { continue };
            found.extend(record.event.shared.organisation.clone());
            if let Some(meeting) = &record.event.shared.meeting {
                found.extend(self.organisations_of_meeting(meeting));
            }
            if let Content::Meeting(about) = &record.event.content {
                let wholes = about.part_of.iter().chain(&about.sidelines_of);
                found.extend(wholes.flat_map(|whole| self.organisations_of_meeting(whole)));
            }
            open.extend(record.event.targets());
        }
        found
    }

    /// The organisations of a meeting: those that its own events name, and those of the meetings that it is a part of or
    /// held on the sidelines of.
    pub fn organisations_of_meeting(&self, meeting: &MeetingId) -> BTreeSet<OrganisationId> {
        let (mut found, mut seen, mut open) = (BTreeSet::new(), BTreeSet::new(), vec![meeting]);
        while let Some(meeting) = open.pop() {
            if !seen.insert(meeting) {
                continue;
            }
            for record in self.about(meeting) {
                found.extend(record.event.shared.organisation.clone());
                if let Content::Meeting(about) = &record.event.content {
                    open.extend(about.part_of.iter().chain(&about.sidelines_of));
                }
            }
        }
        found
    }

    /// The events of the kind `meeting` that speak of a meeting.
    fn about(&self, meeting: &MeetingId) -> impl Iterator<Item = &Record> {
        self.meeting(meeting).into_iter().flat_map(|file| &file.about).map(|slot| self.at(*slot))
    }
}
