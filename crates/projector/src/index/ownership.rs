//! Whose event: the organisations that an event belongs to (`design.md` section 3, *Whose event*).

use std::collections::BTreeSet;

use summit::{Content, Event, EventId, MeetingId, OrganisationId};

use super::{Index, Record};

impl Index {
    /// The organisations that an event belongs to: those it names, those of its meeting, and those of what it corrects
    /// or retracts.
    pub fn organisations_of(&self, id: EventId) -> BTreeSet<OrganisationId> {
        self.organisations_told(id, &|_| true)
    }

    /// The same, as far as those records tell that count.
    pub(crate) fn organisations_told(&self, id: EventId, counts: &dyn Fn(&Record) -> bool) -> BTreeSet<OrganisationId> {
        let (mut found, mut seen, mut open) = (BTreeSet::new(), BTreeSet::new(), vec![id]);
        while let Some(id) = open.pop() {
            let record = self.event(id).filter(|record| counts(record) && seen.insert(id));
            let Some(record) = record else { continue };
            found.extend(record.event.shared.organisation.clone());
            if let Some(meeting) = &record.event.shared.meeting {
                found.extend(self.organisations_of_meeting_told(meeting, counts));
            }
            open.extend(record.event.targets());
        }
        found
    }

    /// The organisations that an event on record belongs to, for who has it in hand.
    pub(crate) fn organisations_of_event(&self, event: &Event) -> BTreeSet<OrganisationId> {
        let mut found: BTreeSet<OrganisationId> = event.shared.organisation.iter().cloned().collect();
        if let Some(meeting) = &event.shared.meeting {
            found.extend(self.organisations_of_meeting(meeting));
        }
        found.extend(event.targets().flat_map(|target| self.organisations_of(target)));
        found
    }

    /// The organisations of a meeting: those that its own events name, and those of the meetings that it is a part of or
    /// held on the sidelines of.
    pub fn organisations_of_meeting(&self, meeting: &MeetingId) -> BTreeSet<OrganisationId> {
        let (mut found, mut seen, mut open) = (BTreeSet::new(), BTreeSet::new(), vec![meeting]);
        while let Some(meeting) = open.pop() {
            if let Some(file) = self.meeting(meeting).filter(|_| seen.insert(meeting)) {
                found.extend(file.organisations.iter().cloned());
                open.extend(file.part_of.iter().chain(&file.sidelines_of));
            }
        }
        found
    }

    /// The same, as far as those records tell that count.
    pub(crate) fn organisations_of_meeting_told(
        &self,
        meeting: &MeetingId,
        counts: &dyn Fn(&Record) -> bool,
    ) -> BTreeSet<OrganisationId> {
        let (mut found, mut seen, mut open) = (BTreeSet::new(), BTreeSet::new(), vec![meeting]);
        while let Some(meeting) = open.pop() {
            if !seen.insert(meeting) {
                continue;
            }
            let slots = self.meeting(meeting).into_iter().flat_map(|file| &file.about);
            for record in slots.map(|slot| self.at(*slot)).filter(|record| counts(record)) {
                found.extend(record.event.shared.organisation.clone());
                if let Content::Meeting(about) = &record.event.content {
                    open.extend(about.part_of.iter().chain(&about.sidelines_of));
                }
            }
        }
        found
    }
}
