//! Where odd links and odd ids of one organisation can be: found without a look at those of the others.

use std::collections::BTreeSet;

use summit::{EventId, MeetingId, OrganisationId};

use super::{Index, Slot};

impl Index {
    /// Files an event as one that corrects or retracts, is corrected or retracted, or whose id was used again.
    pub(super) fn file_link(&mut self, slot: Slot) {
        let shared = &self.at(slot).event.shared;
        let (organisation, meeting) = (shared.organisation.clone(), shared.meeting.clone());
        if let Some(organisation) = organisation {
            self.organisations.file(&organisation).linked.insert(slot);
        }
        if let Some(meeting) = meeting {
            self.meetings.file(&meeting).linked.insert(slot);
        }
    }

    /// The meetings that may belong to an organisation, as any event tells, active or not.
    pub(crate) fn meetings_of(&self, organisation: &OrganisationId) -> BTreeSet<MeetingId> {
        let named = self.organisation(organisation).into_iter().flat_map(|file| &file.meetings);
        named.flat_map(|meeting| self.with_parts_and_sidelines(meeting)).collect()
    }

    /// The events that may belong to an organisation among those that correct or retract another, are corrected or
    /// retracted, or whose id was used again: those that name it or a meeting of it, and whatever links to them.
    pub(crate) fn links_of(&self, organisation: &OrganisationId) -> BTreeSet<EventId> {
        let mut open: Vec<Slot> = Vec::new();
        open.extend(self.organisation(organisation).into_iter().flat_map(|file| &file.linked));
        for meeting in self.meetings_of(organisation) {
            open.extend(self.meeting(&meeting).into_iter().flat_map(|file| &file.linked));
        }
        let mut found = BTreeSet::new();
        while let Some(slot) = open.pop() {
            let id = self.at(slot).event.id;
            if found.insert(id) {
                open.extend(self.linkers(id));
            }
        }
        found
    }
}
